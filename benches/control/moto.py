import io
import json
import sys
import zipfile

import boto3

endpoint, count = sys.argv[1], int(sys.argv[2])
memory = io.BytesIO()
with zipfile.ZipFile(memory, "w") as archive:
    archive.writestr("index.py", "def handler(event, context):\n    return {}\n")
access = dict(
    endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="AK", aws_secret_access_key="SK"
)
policy = json.dumps({"Version": "2012-10-17", "Statement": []})
role = boto3.client("iam", **access).create_role(RoleName="role", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
functions = boto3.client("lambda", **access)
for number in range(count):
    functions.create_function(
        FunctionName=f"function-{number}", Runtime="python3.12", Role=role, Handler="index.handler",
        Code={"ZipFile": memory.getvalue()},
    )
listed = functions.list_functions(MaxItems=count + 1)["Functions"]
assert len(listed) == count, listed
