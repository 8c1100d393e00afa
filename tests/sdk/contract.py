"""The official SDK drives every operation that the local cloud serves, and its own models are asserted on."""

import base64
import io
import json
import os
import time
import zipfile

from huaweicloudsdkapig import v2 as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServiceResponseException
from huaweicloudsdkfunctiongraph import v2 as fgs

PROJECT = os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"


def archive(**files):
    """A ZIP in Base64."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return base64.b64encode(memory.getvalue()).decode()


def client(kind):
    credentials = BasicCredentials(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"], PROJECT)
    return kind.new_builder().with_credentials(credentials).with_endpoint(os.environ["FGCTL_ENDPOINT"]).build()


def refused(status, code, call, *args):
    """Calls, and expects this refusal in the SDK's own form."""
    try:
        answer = call(*args)
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (status, code), error
        return
    raise AssertionError(f"{code} was expected, not {answer}")


def same(found, **expected):
    """Each of these members of a model."""
    for name, value in expected.items():
        assert getattr(found, name) == value, (name, getattr(found, name), value)


functions = client(fgs.FunctionGraphClient)
gateways = client(apig.ApigClient)
vpc_id, subnet_id, security_group_id = os.environ["NETWORK"].split()
network = dict(vpc_id=vpc_id, subnet_id=subnet_id, security_group_id=security_group_id)

# Dependencies: a version each time.
versions = []
for number, text in enumerate(["one", "two"], start=1):
    body = fgs.CreateDependencyRequestBody(
        name="contract", runtime="Node.js12.13", depend_type="zip", description=text,
        depend_file=archive(**{"node_modules/x/index.js": text}),
    )
    version = functions.create_dependency_version(fgs.CreateDependencyVersionRequest(body=body))
    same(version, version=number, name="contract", description=text, file_name="contract.zip", runtime="Node.js12.13")
    versions.append(version)
dep_id = versions[0].dep_id
assert versions[1].dep_id == dep_id and versions[1].id != versions[0].id
listed = functions.list_dependency_version(fgs.ListDependencyVersionRequest(depend_id=dep_id))
assert sorted(item.version for item in listed.dependencies) == [1, 2] and listed.count == 2, listed
assert {item.id for item in listed.dependencies} == {item.id for item in versions}
shown = functions.show_dependency_version(fgs.ShowDependencyVersionRequest(depend_id=dep_id, version="2"))
same(shown, id=versions[1].id, dep_id=dep_id, etag=versions[1].etag, size=versions[1].size)
refused(
    404, "FSS.1056", functions.show_dependency_version,
    fgs.ShowDependencyVersionRequest(depend_id=dep_id, version="9"),
)

# A function with every field that the local cloud can honour.
code = archive(bootstrap="#!/bin/sh\n")
created = functions.create_function(
    fgs.CreateFunctionRequest(
        body=fgs.CreateFunctionRequestBody(
            func_name="contract", package="default", runtime="http", type="v2", handler="bootstrap", timeout=900,
            memory_size=512, code_type="zip", code_filename="code.zip", func_code=fgs.FuncCode(file=code),
            depend_version_list=[versions[0].id], user_data=json.dumps({"LOG_LEVEL": "info"}),
            encrypted_user_data=json.dumps({"password": "secret"}), description="a contract", xrole="agency",
            app_xrole="agency", enterprise_project_id="0", enable_dynamic_memory=False, is_stateful_function=False,
            initializer_handler="bootstrap", initializer_timeout=30, pre_stop_handler="bootstrap", pre_stop_timeout=10,
            network_controller=fgs.NetworkControlConfig(disable_public_network=False, trigger_access_vpcs=[]),
            func_vpc=fgs.FuncVpc(vpc_id=vpc_id, subnet_id=subnet_id),
        )
    )
)
urn = created.func_urn.removesuffix(":latest")
assert urn == f"urn:fss:cn-east-3:{PROJECT}:function:default:contract"
expected = dict(
    func_name="contract", package="default", runtime="http", handler="bootstrap", timeout=900, memory_size=512,
    cpu=600, code_type="zip", code_filename="code.zip", description="a contract", xrole="agency", app_xrole="agency",
    version="latest", type="v2", initializer_timeout=30, pre_stop_timeout=10, namespace=PROJECT,
    project_name="cn-east-3", depend_version_list=[versions[0].id], enterprise_project_id="0", long_time=False,
)
same(created, **expected)
assert json.loads(created.user_data) == {"LOG_LEVEL": "info"}
assert json.loads(created.encrypted_user_data) == {"password": ""}, "its value stays hidden"
assert len(created.digest) == 128 and created.code_size == len(base64.b64decode(code))
assert (created.func_vpc.vpc_id, created.func_vpc.subnet_id) == (vpc_id, subnet_id)

show = fgs.ShowFunctionConfigRequest(function_urn=urn)
shown = functions.show_function_config(show)
same(shown, **expected, digest=created.digest, func_id=created.func_id, last_modified=created.last_modified)
assert shown.network_controller.disable_public_network is False
same(shown.strategy_config, concurrency=400, concurrent_num=1)
item = functions.list_functions(fgs.ListFunctionsRequest(func_name="contr")).functions[0]
same(item, func_name="contract", func_vpc_id=vpc_id, fail_count=0)
refused(409, "FSS.1061", functions.create_function, fgs.CreateFunctionRequest(
    body=fgs.CreateFunctionRequestBody(
        func_name="contract", package="default", runtime="http", type="v2", handler="bootstrap", timeout=3,
        memory_size=128, code_type="zip", code_filename="code.zip", func_code=fgs.FuncCode(file=code),
    )
))

# Its configuration: what is left out is reset, the limits of instances stay.
updated = functions.update_function_config(
    fgs.UpdateFunctionConfigRequest(
        function_urn=urn,
        body=fgs.UpdateFunctionConfigRequestBody(
            func_name="contract", runtime="http", handler="bootstrap", timeout=3600, memory_size=256,
            strategy_config=fgs.StrategyConfig(concurrency=10, concurrent_num=100), description="changed",
            user_data=json.dumps({"A": "1"}), ephemeral_storage=10240, enable_auth_in_header=True,
        ),
    )
)
same(updated, timeout=3600, memory_size=256, cpu=400, description="changed")
shown = functions.show_function_config(show)
same(shown, timeout=3600, memory_size=256, ephemeral_storage=10240, enable_auth_in_header=True, long_time=True)
same(shown.strategy_config, concurrency=10, concurrent_num=100)
assert json.loads(shown.user_data) == {"A": "1"} and shown.digest == created.digest
assert shown.depend_version_list == [versions[0].id], "code and dependencies are another operation's"

code = archive(bootstrap="#!/bin/sh\n# another\n")
updated = functions.update_function_code(
    fgs.UpdateFunctionCodeRequest(
        function_urn=urn,
        body=fgs.UpdateFunctionCodeRequestBody(
            code_type="zip", code_filename="code.zip", func_code=fgs.FuncCode(file=code),
            depend_version_list=[versions[1].id, versions[0].id],
        ),
    )
)
assert updated.digest != created.digest
assert updated.depend_version_list == [versions[1].id, versions[0].id], "in their order"
shown = functions.show_function_code(fgs.ShowFunctionCodeRequest(function_urn=urn))
same(shown, digest=updated.digest, code_type="zip", code_size=len(base64.b64decode(code)))
assert shown.func_code.link.startswith(os.environ["FGCTL_ENDPOINT"])
refused(
    412, "FSS.1033", functions.delete_dependency_version,
    fgs.DeleteDependencyVersionRequest(depend_id=dep_id, version="1"),
)
limited = functions.update_function_max_instance_config(
    fgs.UpdateFunctionMaxInstanceConfigRequest(
        function_urn=urn, body=fgs.UpdateFunctionMaxInstanceConfigRequestBody(max_instance_num=7)
    )
)
same(limited.strategy_config, concurrency=7, concurrent_num=100)
quotas = {item.type: item for item in functions.list_quotas(fgs.ListQuotasRequest()).quotas.resources}
assert (quotas["fgs_func_num"].quota, quotas["fgs_func_num"].used) == (400, 1), quotas
assert quotas["fgs_func_code_size"].unit == "MB" and quotas["fgs_func_code_size"].used == 1

# A gateway, from its creation on.
new = apig.InstanceCreateReqV2(
    instance_name="contract", spec_id="BASIC", available_zone_ids=["cn-east-3a", "cn-east-3b"], description="text",
    maintain_begin="02:00:00", maintain_end="06:00:00", ingress_bandwidth_size=5, enterprise_project_id="0",
    ingress_bandwidth_charging_mode="bandwidth", **network,
)
gateway = gateways.create_instance_v2(apig.CreateInstanceV2Request(body=new)).instance_id
deadline = time.monotonic() + 20
while True:
    progress = gateways.show_details_of_instance_progress_v2(
        apig.ShowDetailsOfInstanceProgressV2Request(instance_id=gateway)
    )
    if progress.status == "success":
        break
    assert time.monotonic() < deadline and progress.status == "creating", progress
    time.sleep(0.05)
assert progress.progress == 100
shown = gateways.show_details_of_instance_v2(apig.ShowDetailsOfInstanceV2Request(instance_id=gateway))
same(
    shown, instance_name="contract", status="Running", instance_status=6, spec="BASIC", type="apig",
    maintain_begin="02:00:00", maintain_end="06:00:00", description="text", loadbalancer_provider="elb",
    available_zone_ids="[cn-east-3a, cn-east-3b]", project_id=PROJECT, **network,
)
assert [address.bandwidth_size for address in shown.publicips] == [5]
item = gateways.list_instances_v2(apig.ListInstancesV2Request(instance_name="contr")).instances[0]
same(item, id=gateway, instance_name="contract", status="Running", create_time=shown.create_time)
zones = gateways.list_available_zones_v2(apig.ListAvailableZonesV2Request()).available_zones
assert zones[0].code == "cn-east-3a" and zones[0].specs["BASIC"] is True, zones

# Groups and environments.
group = gateways.create_api_group_v2(
    apig.CreateApiGroupV2Request(instance_id=gateway, body=apig.ApiGroupCreate(name="contract_group", remark="r"))
)
same(group, name="contract_group", remark="r", status=1, is_default=2, on_sell_status=2, version="V1")
groups = gateways.list_api_groups_v2(apig.ListApiGroupsV2Request(instance_id=gateway))
assert [(item.name, item.is_default) for item in groups.groups] == [("DEFAULT", 1), ("contract_group", 2)], groups
assert (groups.total, groups.size) == (2, 2)
shown = gateways.show_details_of_api_group_v2(
    apig.ShowDetailsOfApiGroupV2Request(instance_id=gateway, group_id=group.id)
)
same(shown, sl_domain=group.sl_domain, sl_domains=group.sl_domains, register_time=group.register_time)
refused(
    400, "APIG.2012", gateways.delete_api_group_v2,
    apig.DeleteApiGroupV2Request(instance_id=gateway, group_id=groups.groups[0].id),
)
environment = gateways.create_environment_v2(
    apig.CreateEnvironmentV2Request(instance_id=gateway, body=apig.EnvCreate(name="TEST", remark="r"))
)
same(environment, name="TEST", remark="r")
listed = gateways.list_environments_v2(apig.ListEnvironmentsV2Request(instance_id=gateway))
assert [item.id for item in listed.envs] == [RELEASE, environment.id], listed

# A trigger, which makes an API.
trigger = functions.create_function_trigger(
    fgs.CreateFunctionTriggerRequest(
        function_urn=urn,
        body=fgs.CreateFunctionTriggerRequestBody(
            trigger_type_code="DEDICATEDGATEWAY", trigger_status="ACTIVE", event_type_code="APICreated",
            event_data=fgs.TriggerEventDataRequestBody(
                name="contract_api", type=1, path="/contract", protocol="HTTPS", req_method="GET", match_mode="SWA",
                group_id=group.id, group_name=group.name, env_name="RELEASE", env_id=RELEASE, auth="NONE",
                sl_domain=group.sl_domain, backend_type="FUNCTION", instance_id=gateway,
                func_info=fgs.ApigTriggerFuncInfo(timeout=60000),
            ),
        ),
    )
)
same(trigger, trigger_type_code="DEDICATEDGATEWAY", trigger_status="ACTIVE")
same(trigger.event_data, name="contract_api", path="/contract", instance_id=gateway, group_id=group.id)
assert trigger.event_data.invoke_url.startswith("https://127.0.0.1:")
assert trigger.event_data.func_info.timeout == 60000
listed = functions.list_function_triggers(fgs.ListFunctionTriggersRequest(function_urn=urn))
assert [item.trigger_id for item in listed.body] == [trigger.trigger_id], listed
own = dict(function_urn=urn, trigger_type_code="DEDICATEDGATEWAY", trigger_id=trigger.trigger_id)
shown = functions.show_function_trigger(fgs.ShowFunctionTriggerRequest(**own))
same(shown, trigger_id=trigger.trigger_id, created_time=trigger.created_time)
functions.delete_function_trigger(fgs.DeleteFunctionTriggerRequest(**own))
refused(404, "FSS.1138", functions.show_function_trigger, fgs.ShowFunctionTriggerRequest(**own))

# APIs: the one that the trigger left, and one by hand.
def definition(**changes):
    members = dict(
        group_id=group.id, name="by_hand", type=1, req_protocol="HTTPS", req_method="GET", req_uri="/hand/{room}",
        auth_type="NONE", backend_type="FUNCTION", match_mode="NORMAL", remark="first", cors=False,
        req_params=[apig.ReqParamBase(name="room", type="STRING", location="PATH", required=1)],
        func_info=apig.ApiFuncCreate(
            function_urn=urn, version="latest", network_type="V2", invocation_type="sync", timeout=60000
        ),
    )
    return apig.ApiCreate(**{**members, **changes})


api = gateways.create_api_v2(apig.CreateApiV2Request(instance_id=gateway, body=definition()))
same(api, name="by_hand", status=1, arrange_necessary=2, group_name="contract_group", match_mode="NORMAL", cors=False)
same(api.func_info, function_urn=urn, network_type="V2", timeout=60000, req_protocol="HTTPS")
same(api.req_params[0], name="room", location="PATH", valid_enable=2, pass_through=1)
assert api.auth_opt.app_code_auth_type == "DISABLE" and api.api_group_info.id == group.id


def names(**filters):
    listed = gateways.list_apis_v2(apig.ListApisV2Request(instance_id=gateway, **filters))
    return [item.name for item in listed.apis]


assert names() == ["contract_api", "by_hand"]
for filters, found in [
    (dict(name="hand"), ["by_hand"]),
    (dict(name="hand", precise_search="name"), []),
    (dict(req_uri="/hand"), ["by_hand"]),
    (dict(req_uri="/contract", precise_search="req_uri"), ["contract_api"]),
    (dict(req_method="POST"), []),
    (dict(req_method="GET", req_protocol="HTTPS", auth_type="NONE", type=1), ["contract_api", "by_hand"]),
    (dict(type=2), []),
    (dict(env_id=RELEASE), ["contract_api"]),
    (dict(limit=1, offset=1), ["by_hand"]),
]:
    assert names(**filters) == found, (filters, names(**filters))
one = dict(instance_id=gateway, api_id=api.id)
changed = gateways.update_api_v2(apig.UpdateApiV2Request(body=definition(remark="second", match_mode="SWA"), **one))
same(changed, id=api.id, remark="second", match_mode="SWA", register_time=api.register_time)
shown = gateways.show_details_of_api_v2(apig.ShowDetailsOfApiV2Request(**one))
same(shown, remark="second", run_env_name=None, publish_id=None)


# Publication, and its versions.
def publish(action, remark=None, env_id=RELEASE):
    body = apig.ApiActionInfo(action=action, env_id=env_id, api_id=api.id, remark=remark)
    return gateways.create_or_delete_publish_record_for_api_v2(
        apig.CreateOrDeletePublishRecordForApiV2Request(instance_id=gateway, body=body)
    )


first = publish("online", "one")
same(first, api_id=api.id, api_name="by_hand", env_id=RELEASE, remark="one")
gateways.update_api_v2(apig.UpdateApiV2Request(body=definition(remark="third"), **one))
second = publish("online", "two")
assert second.publish_id == first.publish_id and second.version_id != first.version_id


def api_versions():
    listed = gateways.list_api_versions_v2(apig.ListApiVersionsV2Request(env_id=RELEASE, **one))
    assert (listed.total, listed.size) == (len(listed.api_versions),) * 2
    return [(item.version_id, item.remark, item.status) for item in listed.api_versions]


assert api_versions() == [(second.version_id, "two", 1), (first.version_id, "one", 2)], api_versions()
switched = gateways.change_api_version_v2(
    apig.ChangeApiVersionV2Request(body=apig.ApiVersion(version_id=first.version_id), **one)
)
same(switched, version_id=first.version_id, publish_id=first.publish_id, api_name="by_hand", remark="one")
assert api_versions() == [(second.version_id, "two", 2), (first.version_id, "one", 1)], api_versions()
detail = gateways.list_api_version_detail_v2(
    apig.ListApiVersionDetailV2Request(instance_id=gateway, version_id=first.version_id)
)
same(detail, id=api.id, remark="second", version_id=first.version_id, sl_domain=group.sl_domain)
same(detail, group_name="contract_group", run_env_id=RELEASE, run_env_name="RELEASE")
delete_first = apig.DeleteApiByVersionIdV2Request(instance_id=gateway, version_id=first.version_id)
gateways.delete_api_by_version_id_v2(delete_first)
refused(404, "APIG.3022", gateways.delete_api_by_version_id_v2, delete_first)
refused(404, "APIG.3015", publish, "offline")
publish("online", env_id=environment.id)
refused(
    403, "APIG.3418", gateways.delete_environment_v2,
    apig.DeleteEnvironmentV2Request(instance_id=gateway, env_id=environment.id),
)
publish("offline", env_id=environment.id)
gateways.delete_environment_v2(apig.DeleteEnvironmentV2Request(instance_id=gateway, env_id=environment.id))
gateways.delete_api_v2(apig.DeleteApiV2Request(**one))
refused(404, "APIG.3002", gateways.show_details_of_api_v2, apig.ShowDetailsOfApiV2Request(**one))

# And everything goes again.
refused(
    412, "APIG.3415", gateways.delete_api_group_v2,
    apig.DeleteApiGroupV2Request(instance_id=gateway, group_id=group.id),
)
gateways.delete_instances_v2(apig.DeleteInstancesV2Request(instance_id=gateway))
show_gateway = apig.ShowDetailsOfInstanceV2Request(instance_id=gateway)
while True:
    try:
        assert gateways.show_details_of_instance_v2(show_gateway).status == "Deleting"
    except ClientRequestException as error:
        assert (error.status_code, error.error_code) == (404, "APIC.7302"), error
        break
    assert time.monotonic() < deadline
    time.sleep(0.05)
functions.delete_function(fgs.DeleteFunctionRequest(function_urn=urn))
refused(404, "FSS.1051", functions.show_function_config, show)
for version in ["2", "1"]:
    functions.delete_dependency_version(fgs.DeleteDependencyVersionRequest(depend_id=dep_id, version=version))
assert functions.list_dependencies(fgs.ListDependenciesRequest(dependency_type="private")).dependencies == []

print("done")
