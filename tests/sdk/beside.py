"""Every operation that fgctl sends, beside the same operation sent by the vendor's SDK.

Both talk to a recording endpoint. Method, path, query, the names of the signed headers, the form of the signature, the
type of the body and the body have to be equal, but for the differences that stand in the operation's row, each with its
reason. What fgctl sends and no row has is a failure, and so is a command that no row runs.

`ROWS` is the table: a new command is one more row. Its call gets the ids of what `prepare` made, and fgctl's own
request for what only that can tell: the bytes of an archive, a configuration that was read, an id that was new.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
from urllib.parse import urlsplit

from huaweicloudsdkapig import v2 as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkeps import v1 as eps
from huaweicloudsdkfunctiongraph import v2 as fgs
from huaweicloudsdkiam import v3 as iam
from huaweicloudsdkvpc import v2 as vpc2
from huaweicloudsdkvpc import v3 as vpc3
from recorder import Recorder

FGCTL = os.environ["FGCTL"]
REGION = os.environ["FGCTL_REGION"]
SOURCES = pathlib.Path(__file__).parents[2] / "src"
# The layers that make operations for the client to send.
CLIENT = ["app", "cli", "cloud"]
# What the local cloud refuses, after the request that is looked at.
REFUSED = {
    "function invoke base --data {}": "an HTTP function wants another event",
    "function invoke base --async --data {}": "an HTTP function cannot be called so",
    "logs base": "the function's log goes nowhere",
}
RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"
AUTHORIZATION = re.compile(r"SDK-HMAC-SHA256 Access=\w+, SignedHeaders=([a-z;-]+), Signature=[0-9a-f]{64}")

cloud = urlsplit(os.environ["FGCTL_ENDPOINT"])
beside_fgctl = Recorder((cloud.hostname, cloud.port))
beside_sdk = Recorder()
# The SDK reads its IAM endpoint from here.
os.environ["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = beside_sdk.endpoint


def fgctl(line, **variables):
    """Runs fgctl against its recorder, and returns what it wrote."""
    variables = {"FGCTL_ENDPOINT": beside_fgctl.endpoint, **variables}
    environment = {name: value for name, value in {**os.environ, **variables}.items() if value is not None}
    run = subprocess.run([FGCTL, *line.split()], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 or line in REFUSED, f"fgctl {line}: {run.stderr}"
    return run.stdout


def client(kind, **credentials):
    keys = (os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])
    project = credentials.get("project", os.environ["HUAWEICLOUD_SDK_PROJECT_ID"])
    builder = kind.new_builder().with_credentials(BasicCredentials(*keys, project))
    return builder.with_region(Region(REGION, beside_sdk.endpoint)).build()


functions = client(fgs.FunctionGraphClient)
gateways = client(apig.ApigClient)
networks = client(vpc2.VpcClient)
networks3 = client(vpc3.VpcClient)


def of_account(kind, domain):
    """A client of a service that belongs to the account."""
    keys = (os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])
    builder = kind.new_builder().with_credentials(GlobalCredentials(*keys, domain))
    return builder.with_region(Region(REGION, beside_sdk.endpoint)).build()


def model(kind, members):
    """The SDK's model with those of these members that it has."""
    return kind(**{name: value for name, value in members.items() if name in kind.attribute_map})


class Found:
    """The ids of what the commands work on, asked for once all of it is there."""

    def __init__(self):
        listed = lambda line: json.loads(fgctl(f"{line} -o json"))
        by_name = lambda line, name, key="name": next(item for item in listed(line) if item[key] == name)
        self.vpc, self.subnet, self.security_group = os.environ["NETWORK"].split()
        self.gateway = by_name("gateway list", "apig-ws", "instance_name")["id"]
        self.group = by_name("group list --gateway apig-ws", "APIGroup_ws")
        self.environment = by_name("environment list --gateway apig-ws", "TEST")["id"]
        self.api = by_name("api list --gateway apig-ws", "API_base")["id"]
        self.versions = [item["version_id"] for item in listed("api versions API_base --gateway apig-ws")]
        self.app = by_name("app list --gateway apig-ws", "mobile")["id"]
        self.app_code = listed("app codes list mobile --gateway apig-ws")[0]["id"]
        self.trigger = listed("trigger list base")[0]["trigger_id"]
        self.dependency = by_name("dependency list", "dep")["id"]
        self.dependency_version = listed("dependency versions dep")[0]["id"]
        self.urn = f"urn:fss:{REGION}:{os.environ['HUAWEICLOUD_SDK_PROJECT_ID']}:function:default:base"
        self.on_gateway = dict(instance_id=self.gateway)


# What `prepare` makes, as a stack that takes it over.
STACK = """
name = "base"
[functions.base]
code = "code"
[gateways.apig-ws]
vpc = "vpc-default"
subnet = "subnet-default"
security_group = "default"
[groups.APIGroup_ws]
[environments.TEST]
[apps.mobile]
[triggers.API_base]
path = "/base"
auth = "none"
"""


def prepare():
    """What the commands of the table work on."""
    os.makedirs("code", exist_ok=True)
    with open("code/bootstrap", "w") as file:
        file.write("#!/bin/sh\n")
    os.makedirs("node_modules/x", exist_ok=True)
    with open("node_modules/x/index.js", "w") as file:
        file.write("exports.x = 1\n")
    with open("app.code", "w") as file:
        file.write("+" * 64)
    os.chmod("app.code", 0o600)
    with open("stack.toml", "w") as file:
        file.write(STACK)
    subprocess.run([sys.executable, "-m", "zipfile", "-c", "dep.zip", "node_modules/"], check=True)
    network = "--vpc vpc-default --subnet subnet-default --security-group default"
    trigger = "--function base --gateway apig-ws --group APIGroup_ws --auth none"
    for line in [
        f"gateway create apig-ws {network} --yes",
        "function create base --code code",
        "dependency create dep --runtime Node.js12.13 --zip dep.zip",
        "gateway wait apig-ws",
        "group create APIGroup_ws --gateway apig-ws",
        "environment create TEST --gateway apig-ws",
        f"trigger create API_base {trigger} --path /base",
        "api publish API_base --gateway apig-ws",
        "app create mobile --gateway apig-ws",
        "app codes create mobile --gateway apig-ws",
    ]:
        fgctl(line)
    beside_fgctl.taken()
    return Found()


# Stands for the account's id.
DOMAIN = object()
# Differences that several rows have.
LOOK_UP = {"signed content-type": "the SDK's clients send and sign it everywhere but in their own look-ups"}
EVERY_PAGE = {"query limit": "the largest page: fewer requests for a long list"}
CHARSET = {"header content-type": "fgctl names the charset of every body, the SDK not to FunctionGraph; both are UTF-8"}
CONFIG = {
    "body enable_websocket": "the WebSocket switch, as the local cloud calls it: no public API names its field",
    "body package": "the SDK's model lacks it; Terraform sends it, and the service takes it",
    **CHARSET,
}


def look_up(ids, sent):
    """The SDK's own look-up, before the first call of a client that was told no project."""
    client(vpc2.VpcClient, project=None).list_vpcs(vpc2.ListVpcsRequest())


def global_call(kind, models, operation, **parameters):
    def call(ids, sent):
        domain = sent.headers.get("x-domain-id", "0" * 32)
        values = {name: domain if value is DOMAIN else value for name, value in parameters.items()}
        method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
        getattr(of_account(kind, domain), method)(getattr(models, f"{operation}Request")(**values))

    return call


def create_gateway(ids, sent):
    body = apig.InstanceCreateReqV2(
        instance_name="other", spec_id="BASIC", vpc_id=ids.vpc, subnet_id=ids.subnet, description="text",
        security_group_id=ids.security_group, available_zone_ids=[f"{REGION}a"], ingress_bandwidth_size=5,
        ingress_bandwidth_charging_mode="bandwidth",
    )
    gateways.create_instance_v2(apig.CreateInstanceV2Request(body=body))


def progress(ids, sent):
    """Of a gateway that is new."""
    instance = sent.path.split("/")[-2]
    gateways.show_details_of_instance_progress_v2(apig.ShowDetailsOfInstanceProgressV2Request(instance_id=instance))


def create_function(ids, sent):
    body = fgs.CreateFunctionRequestBody(
        func_name="other", package="default", runtime="http", type="v2", handler="bootstrap", timeout=60,
        memory_size=128, code_type="zip", code_filename="code.zip", description="text",
        user_data=json.dumps({"A": "1"}, separators=(",", ":")), func_code=fgs.FuncCode(file=archive(sent)),
    )
    functions.create_function(fgs.CreateFunctionRequest(body=body))


def archive(sent):
    """The bytes that fgctl packed: how it packs is its own."""
    return sent.json["func_code"]["file"]


def update_code(ids, sent):
    body = fgs.UpdateFunctionCodeRequestBody(
        code_type="zip", code_filename="code.zip", func_code=fgs.FuncCode(file=archive(sent))
    )
    functions.update_function_code(fgs.UpdateFunctionCodeRequest(function_urn=ids.urn, body=body))


def attach(versions):
    def call(ids, sent):
        body = fgs.UpdateFunctionCodeRequestBody(
            code_type="zip", code_filename="code.zip", depend_version_list=versions(ids)
        )
        functions.update_function_code(fgs.UpdateFunctionCodeRequest(function_urn=ids.urn, body=body))

    return call


def update_config(ids, sent):
    """All of the configuration goes back: its values are those that were read."""
    body = model(fgs.UpdateFunctionConfigRequestBody, sent.json)
    functions.update_function_config(fgs.UpdateFunctionConfigRequest(function_urn=ids.urn, body=body))


def create_dependency(ids, sent):
    body = fgs.CreateDependencyRequestBody(
        name="other", runtime="Node.js12.13", depend_type="zip", depend_file=sent.json["depend_file"]
    )
    functions.create_dependency_version(fgs.CreateDependencyVersionRequest(body=body))


def create_trigger(ids, sent):
    data = fgs.TriggerEventDataRequestBody(
        name="API_other", type=1, path="/other", protocol="HTTPS", req_method="GET", match_mode="SWA", auth="NONE",
        group_id=ids.group["id"], group_name="APIGroup_ws", env_id=RELEASE, env_name="RELEASE",
        sl_domain=ids.group["sl_domain"], backend_type="FUNCTION", instance_id=ids.gateway,
        func_info=fgs.ApigTriggerFuncInfo(timeout=5000, invocation_type="sync"),
    )
    body = fgs.CreateFunctionTriggerRequestBody(
        trigger_type_code="DEDICATEDGATEWAY", trigger_status="ACTIVE", event_type_code="APICreated", event_data=data
    )
    functions.create_function_trigger(fgs.CreateFunctionTriggerRequest(function_urn=ids.urn, body=body))


def update_api(ids, sent):
    body = apig.ApiCreate(
        group_id=ids.group["id"], name="API_base", type=1, req_protocol="HTTPS", req_method="GET", req_uri="/base",
        auth_type="NONE", auth_opt=apig.AuthOpt(app_code_auth_type="DISABLE"), backend_type="FUNCTION",
        match_mode="SWA", remark="", cors=False, req_params=[],
        func_info=apig.ApiFuncCreate(
            function_urn=ids.urn, version="latest", network_type="V2", invocation_type="sync", timeout=6000,
            req_protocol="HTTPS",
        ),
    )
    gateways.update_api_v2(apig.UpdateApiV2Request(body=body, api_id=ids.api, **ids.on_gateway))


def publish(**action):
    def call(ids, sent):
        body = apig.ApiActionInfo(api_id=ids.api, env_id=RELEASE, **action)
        request = apig.CreateOrDeletePublishRecordForApiV2Request(body=body, **ids.on_gateway)
        gateways.create_or_delete_publish_record_for_api_v2(request)

    return call


def switch_version(ids, sent):
    body = apig.ApiVersion(version_id=ids.versions[-1])
    gateways.change_api_version_v2(apig.ChangeApiVersionV2Request(api_id=ids.api, body=body, **ids.on_gateway))


def version_detail(ids, sent):
    """Of the version that was published last."""
    version = sent.path.rpartition("/")[2]
    gateways.list_api_version_detail_v2(apig.ListApiVersionDetailV2Request(version_id=version, **ids.on_gateway))


def authorize(ids, sent):
    body = apig.ApiAuthCreate(env_id=RELEASE, app_ids=[ids.app], api_ids=[ids.api])
    gateways.create_authorizing_apps_v2(apig.CreateAuthorizingAppsV2Request(body=body, **ids.on_gateway))


def revoke(ids, sent):
    """Its id is new with the authorisation."""
    app_auth_id = sent.path.rpartition("/")[2]
    gateways.canceling_authorization_v2(
        apig.CancelingAuthorizationV2Request(app_auth_id=app_auth_id, **ids.on_gateway)
    )


def of(sdk, operation, **parameters):
    """The call of an operation that has no body, with parameters that are values or follow from the ids."""
    method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()

    def call(ids, sent):
        values = {name: value(ids) if callable(value) else value for name, value in parameters.items()}
        client, models = sdk
        getattr(client, method)(getattr(models, f"{operation}Request")(**values))

    return call


FGS, APIG, VPC, VPC3 = (functions, fgs), (gateways, apig), (networks, vpc2), (networks3, vpc3)
URN = dict(function_urn=lambda ids: ids.urn)
TRIGGER = dict(**URN, trigger_type_code="DEDICATEDGATEWAY", trigger_id=lambda ids: ids.trigger)
DEPENDENCY = dict(depend_id=lambda ids: ids.dependency)
GATEWAY = dict(instance_id=lambda ids: ids.gateway)
GROUP = dict(**GATEWAY, group_id=lambda ids: ids.group["id"])
API = dict(**GATEWAY, api_id=lambda ids: ids.api)
APP = dict(**GATEWAY, app_id=lambda ids: ids.app)
CODE = dict(**APP, app_code_id=lambda ids: ids.app_code)
ON = "--gateway apig-ws"
NETWORK = "--vpc vpc-default --subnet subnet-default --security-group default"

TAGGED = {
    "body tags": "the SDK's model lacks it; Terraform sends it, and the service takes it",
    **CHARSET,
}


def again(sdk, operation, kind, **parameters):
    """The call with the body that fgctl sent, as far as the SDK's model knows it."""
    return lambda ids, sent: of(sdk, operation, **parameters, body=model(kind, sent.json))(ids, sent)


# Operation, command, the SDK's call, and what may differ with its reason: `query NAME`, `body PATH`, `signed HEADER`,
# `header NAME`. A command without an operation sends only what other rows have, and an operation without a
# command is sent by the command above. They run in this order.
ROWS = [
    # Identity and networks.
    ("KeystoneListProjects", "vpc list", look_up, LOOK_UP),
    ("ListVpcs", "vpc list", of(VPC, "ListVpcs"), {}),
    ("ListSubnets", "subnet list", of(VPC, "ListSubnets"), {}),
    ("ListSecurityGroups", "security-group list", of(VPC3, "ListSecurityGroups"), {}),
    ("KeystoneListRegions", "region list", global_call(iam.IamClient, iam, "KeystoneListRegions"), {
        "signed x-domain-id": "the regions are everybody's: fgctl asks without knowing the account",
    }),
    ("ListAgencies", "agency list", global_call(iam.IamClient, iam, "ListAgencies", domain_id=DOMAIN), {}),
    ("ListEnterpriseProject", "enterprise-project list",
     global_call(eps.EpsClient, eps, "ListEnterpriseProject"), {}),
    # Functions.
    ("CreateFunction", "function create other --code code --memory 128 --timeout 60 --env A=1 --description text",
     create_function, CHARSET),
    ("ListFunctions", "function list", of(FGS, "ListFunctions"), {}),
    ("ShowFunctionConfig", "function get base", of(FGS, "ShowFunctionConfig", **URN), {}),
    ("ShowFunctionCode", "function code get base", of(FGS, "ShowFunctionCode", **URN), {}),
    ("UpdateFunctionCode", "function code update base --code code --force", update_code, CHARSET),
    (None, "function code pack --code code --to code.zip", None, {}),
    ("ShowLtsLogDetails", "logs base", of(FGS, "ShowLtsLogDetails", **URN), {}),
    ("UpdateFunctionConfig", "websocket enable base", update_config, CONFIG),
    (None, "function update base --memory 256", None, {}),
    ("UpdateFunctionMaxInstanceConfig", "function update base --max-instances 7",
     of(FGS, "UpdateFunctionMaxInstanceConfig", **URN,
        body=fgs.UpdateFunctionMaxInstanceConfigRequestBody(max_instance_num=7)), CHARSET),
    ("InvokeFunction", "function invoke base --data {}",
     of(FGS, "InvokeFunction", **URN, x_cff_request_version="v1", body={}), CHARSET),
    ("AsyncInvokeFunction", "function invoke base --async --data {}",
     of(FGS, "AsyncInvokeFunction", **URN, body={}), CHARSET),
    ("CreateFunctionVersion", "function publish base --version v1 --description text",
     of(FGS, "CreateFunctionVersion", **URN,
        body=fgs.CreateFunctionVersionRequestBody(version="v1", description="text")), CHARSET),
    ("ListFunctionVersions", "function versions base", of(FGS, "ListFunctionVersions", **URN), {}),
    ("CreateVersionAlias", "function aliases create base prod --version v1 --description text",
     of(FGS, "CreateVersionAlias", **URN,
        body=fgs.CreateVersionAliasRequestBody(name="prod", version="v1", description="text")), CHARSET),
    ("ListVersionAliases", "function aliases list base", of(FGS, "ListVersionAliases", **URN), {}),
    ("UpdateVersionAlias", "function aliases update base prod --version v1 --description other",
     of(FGS, "UpdateVersionAlias", **URN, alias_name="prod",
        body=fgs.UpdateVersionAliasRequestBody(version="v1", description="other")), CHARSET),
    ("DeleteVersionAlias", "function aliases delete base prod --yes",
     of(FGS, "DeleteVersionAlias", **URN, alias_name="prod"), {}),
    ("ListQuotas", "function quotas", of(FGS, "ListQuotas"), {}),
    (None, "websocket status base", None, {}),
    ("UpdateFunctionConfig", "websocket disable base", update_config, CONFIG),
    # Dependencies.
    ("CreateDependencyVersion", "dependency create other --runtime Node.js12.13 --zip dep.zip",
     create_dependency, CHARSET),
    ("ListDependencies", "dependency list", of(FGS, "ListDependencies", dependency_type="private"), {}),
    (None, "dependency get dep", None, {}),
    ("ListDependencyVersion", "dependency versions dep", of(FGS, "ListDependencyVersion", **DEPENDENCY), {}),
    ("UpdateFunctionCode", "dependency attach dep --function base",
     attach(lambda ids: [ids.dependency_version]), CHARSET),
    ("UpdateFunctionCode", "dependency detach dep --function base", attach(lambda ids: []), CHARSET),
    ("DeleteDependencyVersion", "dependency delete dep --yes",
     of(FGS, "DeleteDependencyVersion", **DEPENDENCY, version="1"), {}),
    # Gateways and what is on them.
    ("CreateInstanceV2", f"gateway create other {NETWORK} --public-inbound 5 --description text --yes",
     create_gateway, {}),
    ("ListAvailableZonesV2", None, of(APIG, "ListAvailableZonesV2"), {}),
    ("ShowDetailsOfInstanceProgressV2", f"gateway create waited-for {NETWORK} --wait --yes", progress, {}),
    (None, "gateway wait apig-ws", None, {}),
    ("ListInstancesV2", "gateway list", of(APIG, "ListInstancesV2"), EVERY_PAGE),
    ("ShowDetailsOfInstanceV2", "gateway get apig-ws", of(APIG, "ShowDetailsOfInstanceV2", **GATEWAY), {}),
    ("UpdateInstanceV2", "gateway update apig-ws --description other",
     of(APIG, "UpdateInstanceV2", **GATEWAY, body=apig.InstanceModReq(description="other")), {}),
    ("AddIngressEipV2", "gateway public-access enable apig-ws --inbound 5 --yes",
     of(APIG, "AddIngressEipV2", **GATEWAY,
        body=apig.OpenIngressEipReq(bandwidth_size=5, bandwidth_charging_mode="bandwidth")), {}),
    ("UpdateIngressEipV2", "gateway public-access enable apig-ws --inbound 6 --yes",
     of(APIG, "UpdateIngressEipV2", **GATEWAY,
        body=apig.OpenIngressEipReq(bandwidth_size=6, bandwidth_charging_mode="bandwidth")), {}),
    ("AddEngressEipV2", "gateway public-access enable apig-ws --outbound 5 --yes",
     of(APIG, "AddEngressEipV2", **GATEWAY,
        body=apig.OpenEngressEipReq(bandwidth_size="5", bandwidth_charging_mode="bandwidth")), {}),
    ("UpdateEngressEipV2", "gateway public-access enable apig-ws --outbound 6 --yes",
     of(APIG, "UpdateEngressEipV2", **GATEWAY,
        body=apig.OpenEngressEipReq(bandwidth_size="6", bandwidth_charging_mode="bandwidth")), {}),
    ("RemoveEngressEipV2", "gateway public-access disable apig-ws --outbound --yes",
     of(APIG, "RemoveEngressEipV2", **GATEWAY), {}),
    ("RemoveIngressEipV2", "gateway public-access disable apig-ws --inbound --yes",
     of(APIG, "RemoveIngressEipV2", **GATEWAY), {}),
    (None, "gateway public-access show apig-ws", None, {}),
    ("ListFeaturesV2", "gateway feature list apig-ws", of(APIG, "ListFeaturesV2", **GATEWAY), EVERY_PAGE),
    ("CreateFeatureV2", "gateway feature set apig-ws backend_timeout 70000",
     of(APIG, "CreateFeatureV2", **GATEWAY,
        body=apig.FeatureToggle(name="backend_timeout", enable=True, config='{"max_timeout":70000}')), {}),
    ("CreateApiGroupV2", f"group create other {ON} --remark text",
     of(APIG, "CreateApiGroupV2", **GATEWAY, body=apig.ApiGroupCreate(name="other", remark="text")), {}),
    (None, f"group get APIGroup_ws {ON}", None, {}),
    ("ListApiGroupsV2", f"group list {ON}", of(APIG, "ListApiGroupsV2", **GATEWAY), EVERY_PAGE),
    ("CreateEnvironmentV2", f"environment create OTHER {ON} --remark text",
     of(APIG, "CreateEnvironmentV2", **GATEWAY, body=apig.EnvCreate(name="OTHER", remark="text")), {}),
    (None, f"environment get TEST {ON}", None, {}),
    ("ListEnvironmentsV2", f"environment list {ON}", of(APIG, "ListEnvironmentsV2", **GATEWAY), EVERY_PAGE),
    # Triggers.
    ("CreateFunctionTrigger", f"trigger create API_other --function base {ON} --group APIGroup_ws --auth none "
     "--path /other --timeout 5000", create_trigger, CHARSET),
    (None, f"trigger create API_other --function base {ON} --group APIGroup_ws --auth none --path /other "
     "--timeout 5000 --websocket", None, {}),
    ("ListApiVersionDetailV2", f"trigger create API_other --function base {ON} --group APIGroup_ws --auth none "
     "--path /other --timeout 5000 --websocket", version_detail, {}),
    ("ListFunctionTriggers", "trigger list base", of(FGS, "ListFunctionTriggers", **URN), {}),
    (None, "trigger get API_base", None, {}),
    (None, "trigger url API_base", None, {}),
    # APIs.
    ("ListApisV2", f"api list {ON}", of(APIG, "ListApisV2", **GATEWAY), EVERY_PAGE),
    ("ShowDetailsOfApiV2", f"api get API_base {ON}", of(APIG, "ShowDetailsOfApiV2", **API), {}),
    ("UpdateApiV2", f"api update API_base {ON} --network-architecture v2 --invocation-mode sync --timeout 6000",
     update_api, {}),
    ("CreateOrDeletePublishRecordForApiV2", f"api publish API_base {ON} --remark text",
     publish(action="online", remark="text"), {}),
    ("ListApiVersionsV2", f"api versions API_base {ON}", of(APIG, "ListApiVersionsV2", **API), EVERY_PAGE),
    ("ChangeApiVersionV2", "api switch-version API_base {version} " + ON, switch_version, {}),
    # Stacks.
    ("ShowResInstanceInfo", "plan stack.toml --adopt",
     again(FGS, "ShowResInstanceInfo", fgs.ListEnterpriseResourceRequestBody,
           resource_type="functions", action="filter"), TAGGED),
    ("ListTriggers", None, None, {}),
    ("CreateTags", "deploy stack.toml --adopt --yes --no-verify",
     again(FGS, "CreateTags", fgs.UpdateFunctionTagsRequestBody,
           resource_type="functions", resource_id=lambda ids: ids.urn), CHARSET),
    ("BatchCreateOrDeleteInstanceTags", None,
     again(APIG, "BatchCreateOrDeleteInstanceTags", apig.TmsUpdatePublicReq, **GATEWAY), {}),
    ("UpdateApiGroupV2", None, again(APIG, "UpdateApiGroupV2", apig.ApiGroupBase, **GROUP), {}),
    ("UpdateEnvironmentV2", None,
     again(APIG, "UpdateEnvironmentV2", apig.EnvCreate, **GATEWAY, env_id=lambda ids: ids.environment), {}),
    ("UpdateAppV2", None, again(APIG, "UpdateAppV2", apig.AppCreate, **APP), {}),
    ("ListApiRuntimeDefinitionV2", None,
     of(APIG, "ListApiRuntimeDefinitionV2", **API, env_id=RELEASE), {}),
    (None, "deploy stack.toml --no-verify", None, {}),
    (None, "status stack.toml", None, {}),
    (None, "pull stack.toml", None, {}),
    # Apps.
    ("CreateAnAppV2", f"app create other {ON} --remark text",
     of(APIG, "CreateAnAppV2", **GATEWAY, body=apig.AppCreate(name="other", remark="text")), {}),
    ("ListAppsV2", f"app list {ON}", of(APIG, "ListAppsV2", **GATEWAY), EVERY_PAGE),
    ("ShowDetailsOfAppV2", f"app secret mobile {ON}", of(APIG, "ShowDetailsOfAppV2", **APP), {}),
    ("ResettingAppSecretV2", f"app secret mobile {ON} --reset --yes",
     of(APIG, "ResettingAppSecretV2", **APP, body=apig.AppResetCreate()), {}),
    ("CreateAuthorizingAppsV2", f"app authorize mobile {ON} --api API_base", authorize, {}),
    ("ListApisBindedToAppV2", f"app get mobile {ON}", of(APIG, "ListApisBindedToAppV2", **APP), EVERY_PAGE),
    ("CancelingAuthorizationV2", f"app revoke mobile {ON} --api API_base --yes", revoke, {}),
    ("CreateAppCodeAutoV2", f"app codes create mobile {ON}", of(APIG, "CreateAppCodeAutoV2", **APP), {}),
    ("ListAppCodesV2", f"app codes list mobile {ON}", of(APIG, "ListAppCodesV2", **APP), EVERY_PAGE),
    ("CreateAppCodeV2", f"app codes create mobile {ON} --code-file app.code",
     of(APIG, "CreateAppCodeV2", **APP, body=apig.AppCodeCreate(app_code="+" * 64)), {}),
    (None, "app codes show mobile {app_code} " + ON, None, {}),
    ("DeleteAppCodeV2", "app codes delete mobile {app_code} --yes " + ON, of(APIG, "DeleteAppCodeV2", **CODE), {}),
    ("DeleteAppV2", f"app delete mobile {ON} --yes", of(APIG, "DeleteAppV2", **APP), {}),
    # Ends, each after all that needs it.
    ("CreateOrDeletePublishRecordForApiV2", f"api unpublish API_base {ON} --yes", publish(action="offline"), {}),
    ("DeleteFunctionTrigger", "trigger delete API_base --yes", of(FGS, "DeleteFunctionTrigger", **TRIGGER), {}),
    ("DeleteApiV2", f"api delete API_base {ON} --yes", of(APIG, "DeleteApiV2", **API), {}),
    ("DeleteEnvironmentV2", f"environment delete TEST {ON} --yes",
     of(APIG, "DeleteEnvironmentV2", **GATEWAY, env_id=lambda ids: ids.environment), {}),
    ("DeleteFunction", "function delete base --yes", of(FGS, "DeleteFunction", **URN), {}),
    (None, f"api unpublish API_other {ON} --yes", None, {}),
    (None, f"api delete API_other {ON} --yes", None, {}),
    ("DeleteApiGroupV2", f"group delete APIGroup_ws {ON} --yes", of(APIG, "DeleteApiGroupV2", **GROUP), {}),
    ("DeleteInstancesV2", "gateway delete apig-ws --yes", of(APIG, "DeleteInstancesV2", **GATEWAY), {}),
]

# Commands that no row runs, and why.
ELSEWHERE = {
    "connect": "speaks WebSocket with a gateway, which is no operation",
    "bench": "speaks WebSocket, as `connect` does",
    "transcript": "speaks WebSocket, as `connect` does",
    "test": "speaks WebSocket, as `connect` does",
    "local": "speaks with the local cloud's own door",
    "dev": "runs what other rows have, against a local cloud of its own",
    "demo": "runs what other rows have, against a local cloud of its own",
    "dependency build": "packs with npm or pip, then sends what `dependency create` does",
    "destroy": "deletes what other rows delete",
    "rollback": "does what `function aliases update` does",
    "doctor": "asks what other rows have",
    "request": "sends what its caller says",
    "completion": "sends nothing",
    "init": "writes files; at a terminal it lists what other rows list",
    "profile": "keeps files, and asks what other rows have",
    "explain": "sends nothing",
    "man": "sends nothing",
    "schema": "sends nothing",
    "help": "sends nothing",
}


def leaves(words=()):
    """Every command that has no commands of its own."""
    text = fgctl(" ".join([*words, "--help"]))
    listed = text.partition("\nCommands:\n")[2].split("\n\n")[0]
    verbs = re.findall(r"^  ([a-z][a-z-]*)", listed, re.M)
    if not verbs:
        yield " ".join(words)
    for verb in verbs:
        if verb != "help" and " ".join([*words, verb]) not in ELSEWHERE:
            yield from leaves((*words, verb))


def of_the_client():
    """The operations that the client's sources name: what fgctl may send."""
    files = [path for path in SOURCES.rglob("*.rs") if "tests" not in path.relative_to(SOURCES).with_suffix("").parts]
    sources = {path: path.read_text().split("\n#[cfg(test)]\nmod ")[0] for path in files}
    client = "".join(text for path, text in sources.items() if path.relative_to(SOURCES).parts[0] in CLIENT)
    defined = re.compile(r'impl Operation for (\w+) \{\s*const NAME: &\'static str = "(\w+)"')
    for structure, name in defined.findall("".join(sources.values())):
        if re.search(rf"\b{structure}\b", client):
            yield name


def differences(ours, theirs):
    """What is not equal, one name each."""
    if (ours.method, ours.path) != (theirs.method, theirs.path):
        yield f"path {ours.method} {ours.path}"
    yield from members("query", pairs(ours.query), pairs(theirs.query))
    if ours.query.split("&") != sorted(ours.query.split("&")):
        yield "query order"
    yield from members("signed", signed(ours), signed(theirs))
    for name in ["content-type", "x-project-id", "x-domain-id"]:
        if name in ours.headers and name in theirs.headers and ours.headers[name] != theirs.headers[name]:
            yield f"header {name}"
    yield from members("body", ours.json, theirs.json)


def pairs(query):
    found = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        found.setdefault(name, []).append(value)
    return found


def signed(request):
    """The names of the signed headers, if the signature has the form that it must have."""
    form = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    assert form, request.headers
    names = form.group(1).split(";")
    assert names == sorted(names), names
    return dict.fromkeys(names)


def members(path, ours, theirs):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({*ours, *theirs}):
            inner = f"{path} {name}" if " " not in path else f"{path}.{name}"
            if name in ours and name in theirs:
                yield from members(inner, ours[name], theirs[name])
            else:
                yield inner
    elif ours != theirs:
        yield path


def sent_by_sdk(call, ids, ours):
    """The SDK's first request. What its models make of the empty answer, or ask next, is not looked at."""
    try:
        call(ids, ours)
    except (SdkException, TypeError):
        pass
    taken = beside_sdk.taken()
    assert taken, "the SDK sends nothing"
    return taken[0]


def faults_of(row, taken, table, ids):
    operation, _, call, allowed = row
    ours = [request for request in taken if request.is_of(*table[operation])]
    if not ours:
        return [f"it does not send {operation}"]
    theirs = sent_by_sdk(call, ids, ours[-1])
    found = set(differences(ours[-1], theirs))
    unexplained = [f"{operation} differs: {name}" for name in sorted(found - {*allowed})]
    return unexplained + [f"{operation} does not differ any more: {name}" for name in sorted({*allowed} - found)]


def main():
    served = json.loads(fgctl("local fidelity -o json"))
    table = {row["name"]: (row["method"], row["path"]) for row in served if row["method"]}
    known = {row[0] for row in ROWS}
    ids = prepare()
    run, faults, command, taken = set(), [], None, []
    for row in ROWS:
        operation, given = row[:2]
        if given:
            command = given.replace("{version}", ids.versions[-1]).replace("{app_code}", ids.app_code)
            looks_up = {"HUAWEICLOUD_SDK_PROJECT_ID": None} if operation == "KeystoneListProjects" else {}
            fgctl(command, **looks_up)
            taken = beside_fgctl.taken()
            run.add(command)
        for request in taken:
            names = [name for name, form in table.items() if request.is_of(*form)]
            if not known.intersection(names):
                faults.append(f"fgctl {command}: {request.method} {request.path} ({', '.join(names)}) has no row")
        # What no SDK has is sent alone.
        if operation and row[2]:
            faults += [f"fgctl {command}: {fault}" for fault in faults_of(row, taken, table, ids)]
    for leaf in leaves():
        if not any(command == leaf or command.startswith(f"{leaf} ") for command in run):
            faults.append(f"fgctl {leaf}: no row runs it")
    faults += [f"fgctl may send {name}, which has no row" for name in of_the_client() if name not in known]
    assert not faults, "\n".join(["", *faults])
    print(f"{sum(1 for row in ROWS if row[0])} operations are sent alike")


main()
