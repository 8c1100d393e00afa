"""The official SDK uploads a file to the local cloud that `fgctl local env` names, and tells how many seconds that took."""

import os
import sys
import time

from obs import ObsClient

how, path = sys.argv[1:]
client = ObsClient(
    os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"], server=os.environ["FGCTL_ENDPOINT"]
)
if how == "bucket":
    assert client.createBucket("upload-bench", location="cn-east-3").status == 200
    sys.exit()
began = time.perf_counter()
if how == "parts":
    answer = client.uploadFile("upload-bench", "peer", path, partSize=8 * 1024 * 1024, taskNum=4)
else:
    answer = client.putFile("upload-bench", "peer", path)
took = time.perf_counter() - began
assert answer.status == 200, answer
print(took, flush=True)
assert client.deleteObject("upload-bench", "peer").status == 204
