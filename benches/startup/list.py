"""The official SDK lists the functions of the local cloud that `fgctl local env` names."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkfunctiongraph.v2 import FunctionGraphClient, ListFunctionsRequest

credentials = BasicCredentials(
    os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"], os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
)
builder = FunctionGraphClient.new_builder().with_credentials(credentials)
client = builder.with_endpoint(os.environ["FGCTL_ENDPOINT"]).build()
print(len(client.list_functions(ListFunctionsRequest()).functions))
