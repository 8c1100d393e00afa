"""The official SDK against the local cloud that `fgctl local env` names: create and list one of each."""

import base64
import io
import os
import time
import zipfile

from huaweicloudsdkapig.v2 import (
    ApigClient,
    CreateInstanceV2Request,
    InstanceCreateReqV2,
    ListInstancesV2Request,
    ShowDetailsOfInstanceV2Request,
)
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkfunctiongraph.v2 import (
    CreateDependencyVersionRequest,
    CreateDependencyRequestBody,
    CreateFunctionRequest,
    CreateFunctionRequestBody,
    FuncCode,
    FunctionGraphClient,
    ListDependenciesRequest,
    ListFunctionsRequest,
    ShowFunctionConfigRequest,
)


def archive(**files):
    """A ZIP in Base64."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return base64.b64encode(memory.getvalue()).decode()


def client(kind, secret=os.environ["HUAWEICLOUD_SDK_SK"]):
    credentials = BasicCredentials(
        os.environ["HUAWEICLOUD_SDK_AK"], secret, os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
    )
    return kind.new_builder().with_credentials(credentials).with_endpoint(os.environ["FGCTL_ENDPOINT"]).build()


functions = client(FunctionGraphClient)
created = functions.create_function(
    CreateFunctionRequest(
        body=CreateFunctionRequestBody(
            func_name="sdk-function",
            package="default",
            runtime="http",
            type="v2",
            handler="bootstrap",
            timeout=30,
            memory_size=128,
            code_type="zip",
            code_filename="code.zip",
            func_code=FuncCode(file=archive(bootstrap="#!/bin/sh\n")),
        )
    )
)
assert created.func_name == "sdk-function", created
listed = functions.list_functions(ListFunctionsRequest())
assert [item.func_name for item in listed.functions] == ["sdk-function"], listed
shown = functions.show_function_config(ShowFunctionConfigRequest(function_urn=created.func_urn))
assert (shown.runtime, shown.timeout, shown.digest) == ("http", 30, created.digest), shown

dependency = functions.create_dependency_version(
    CreateDependencyVersionRequest(
        body=CreateDependencyRequestBody(
            name="sdk-dependency",
            runtime="Node.js12.13",
            depend_type="zip",
            depend_file=archive(**{"node_modules/x/index.js": "exports.x = 1;"}),
        )
    )
)
assert dependency.version == 1, dependency
listed = functions.list_dependencies(ListDependenciesRequest(dependency_type="private"))
assert [item.name for item in listed.dependencies] == ["sdk-dependency"], listed

gateways = client(ApigClient)
network = dict(zip(("vpc_id", "subnet_id", "security_group_id"), os.environ["NETWORK"].split()))
job = gateways.create_instance_v2(
    CreateInstanceV2Request(
        body=InstanceCreateReqV2(
            instance_name="sdk-gateway", spec_id="BASIC", available_zone_ids=["cn-east-3a"], **network
        )
    )
)
deadline = time.monotonic() + 20
while True:
    gateway = gateways.show_details_of_instance_v2(ShowDetailsOfInstanceV2Request(instance_id=job.instance_id))
    if gateway.status == "Running":
        break
    assert time.monotonic() < deadline, gateway.status
    time.sleep(0.05)
listed = gateways.list_instances_v2(ListInstancesV2Request())
assert [item.instance_name for item in listed.instances] == ["sdk-gateway"], listed

try:
    client(FunctionGraphClient, secret="wrong").list_functions(ListFunctionsRequest())
    raise AssertionError("a wrong secret was accepted")
except ClientRequestException as error:
    assert (error.status_code, error.error_code) == (401, "APIGW.0301"), error

print("done")
