"""The official SDK drives every operation of FunctionGraph that is served, and its own models are asserted on."""

import base64
import io
import json
import os
import zipfile

from huaweicloudsdkapig import v2 as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkfunctiongraph import v2 as fgs

PROJECT = os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"
SERVER = """
import http.server, os
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = (os.environ["RUNTIME_FUNC_VERSION"] + " " + self.path).encode()
        self.send_response(418)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", 8000), H).serve_forever()
"""


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


functions = client(fgs.FunctionGraphClient)
gateways = client(apig.ApigClient)
vpc_id, subnet_id, security_group_id = os.environ["NETWORK"].split()


def call(operation, **members):
    """Calls the operation of this name."""
    request = getattr(fgs, "".join(word.capitalize() for word in operation.split("_")) + "Request")
    return getattr(functions, operation)(request(**members))


def refused(status, code, operation, **members):
    """Calls, and expects this refusal in the SDK's own form."""
    try:
        answer = call(operation, **members)
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (status, code), error
        assert error.request_id, error
        return
    raise AssertionError(f"{code} was expected, not {answer}")


def same(found, **expected):
    """Each of these members of a model."""
    for name, value in expected.items():
        assert getattr(found, name) == value, (name, getattr(found, name), value)


def everything(operation, items, size, **filters):
    """A list, read page by page to its end."""
    found, marker = [], "0"
    while True:
        page = call(operation, marker=marker, **{size: "2"}, **filters)
        found += getattr(page, items)
        info = getattr(page, "page_info", None) or page
        if not getattr(page, items) or info.next_marker <= int(marker) or info.next_marker >= page.count:
            assert len(found) == page.count, page
            return found
        marker = str(info.next_marker)


def new_function(name, **changes):
    members = dict(
        func_name=name, package="default", runtime="http", type="v2", handler="bootstrap", timeout=30, memory_size=128,
        code_type="zip", code_filename="code.zip",
        func_code=fgs.FuncCode(file=archive(bootstrap="exec python3 $RUNTIME_CODE_ROOT/s.py\n", **{"s.py": SERVER})),
    )
    return fgs.CreateFunctionRequestBody(**{**members, **changes})


# Every field of the model, kept and answered.
mounts = fgs.MountConfig(
    mount_user=fgs.MountUser(user_id=1003, user_group_id=-1),
    func_mounts=[fgs.FuncMount(mount_type="sfs", mount_resource="r", mount_share_path="s", local_mount_path="/mnt/a")],
)
fields = dict(
    xrole="agency", app_xrole="execution", description="full", user_data=json.dumps({"A": "1"}), gpu_memory=1024,
    gpu_type="nvidia-t4", initializer_handler="i.h", initializer_timeout=30, pre_stop_handler="s.h",
    pre_stop_timeout=10, enterprise_project_id="0", is_stateful_function=True, enable_dynamic_memory=True,
    enable_lts_log=True, lts_custom_tag={"k": "v"}, user_data_encrypt_kms_key_id="kms1",
    code_encrypt_kms_key_id="kms2", domain_names=json.dumps([{"id": "1", "domain_name": "example.com"}]),
)
full = call("create_function", body=new_function(
    "full", **fields, encrypted_user_data=json.dumps({"SECRET": "s"}), mount_config=mounts, tags="t",
    log_config=fgs.FuncLogConfig(group_name="g", group_id="g1", stream_name="s", stream_id="s1"),
    func_vpc=fgs.FuncVpc(vpc_id=vpc_id, subnet_id=subnet_id, vpc_name="vpc-default", cidr="192.168.0.0/24"),
    network_controller=fgs.NetworkControlConfig(
        disable_public_network=True, trigger_access_vpcs=[fgs.VpcConfig(vpc_id=vpc_id, vpc_name="vpc-default")]
    ),
    custom_image=fgs.CustomImage(enabled=False, image="", command="", args="", working_dir="", uid="", gid=""),
))
full_urn = full.func_urn.removesuffix(":latest")
shown = call("show_function_config", function_urn=full_urn)
for function in (full, shown):
    same(function, **{name: value for name, value in fields.items() if name != "domain_names"})
    same(function, log_group_id="g1", log_stream_id="s1", encrypted_user_data='{"SECRET":""}')
    same(function.func_vpc, vpc_id=vpc_id, subnet_id=subnet_id, vpc_name="vpc-default", cidr="192.168.0.0/24")
    same(function.mount_config.func_mounts[0], mount_type="sfs", mount_resource="r", local_mount_path="/mnt/a")
    same(function.mount_config.mount_user, user_id=1003, user_group_id=-1)
    assert function.network_controller.disable_public_network is True
    same(function.network_controller.trigger_access_vpcs[0], vpc_id=vpc_id, vpc_name="vpc-default")
    assert function.custom_image.enabled is False and function.last_modified.endswith("+08:00")
same(full, domain_names=fields["domain_names"], reserved_instance_count=0, extend_config="")
same(shown, reserved_instance_idle_mode=False, peering_cidr="", allow_ephemeral_storage=True)
place = call("show_lts_log_details", function_urn=full_urn)
same(place, group_name="g", group_id="g1", stream_name="s", stream_id="s1")
call("enable_lts_logs")
refused(400, "FSS.1221", "enable_lts_logs")
for changes, status, code in [
    (dict(func_name="1"), 400, "FSS.1002"),
    (dict(runtime="Node.js1"), 400, "FSS.1005"),
    (dict(handler="x"), 400, "FSS.1003"),
    (dict(memory_size=127), 400, "FSS.1007"),
    (dict(timeout=2), 400, "FSS.1008"),
    (dict(func_vpc=fgs.FuncVpc(vpc_id=vpc_id, subnet_id=subnet_id)), 400, "FSS.1020"),
    (dict(func_name="full"), 409, "FSS.1061"),
]:
    refused(status, code, "create_function", body=new_function("x", **changes))

# Lists, read to their end, and their filters.
for number in range(4):
    call("create_function", body=new_function(f"page-{number}", package="other" if number == 3 else "default"))
listed = everything("list_functions", "functions", "maxitems")
assert [item.func_name for item in listed] == ["full", "page-0", "page-1", "page-2", "page-3"], listed
assert everything("list_functions", "functions", "maxitems", func_name="page")[0].func_name == "page-0"
assert [item.func_name for item in call("list_functions", package_name="other").functions] == ["page-3"]
assert call("list_functions", package_name="none").functions == []
same(listed[0], func_vpc_id=vpc_id, fail_count=0, xrole="agency", log_group_id="g1", initializer_timeout=30)
refused(400, "FSS.1001", "list_functions", maxitems="-1")

# Configuration, code and the number of instances.
urn = call("create_function", body=new_function("f")).func_urn.removesuffix(":latest")
updated = call("update_function_config", function_urn=urn, body=fgs.UpdateFunctionConfigRequestBody(
    func_name="f", runtime="http", handler="bootstrap", timeout=60, memory_size=256, description="changed",
    strategy_config=fgs.StrategyConfig(concurrency=9, concurrent_num=8), peering_cidr="10.0.0.0/8",
))
same(updated, timeout=60, memory_size=256, description="changed", peering_cidr="10.0.0.0/8")
same(updated.strategy_config, concurrency=9, concurrent_num=8)
limit = fgs.UpdateFunctionMaxInstanceConfigRequestBody
limited = call("update_function_max_instance_config", function_urn=urn, body=limit(max_instance_num=-1))
same(limited.strategy_config, concurrency=-1, concurrent_num=8)
refused(
    400, "FSS.1026", "update_function_max_instance_config", function_urn=urn, body=limit(max_instance_num=1001),
)
before = call("show_function_code", function_urn=urn)

# Versions: as they were, for ever.
version_body, alias_body = fgs.CreateFunctionVersionRequestBody, fgs.CreateVersionAliasRequestBody
published = call("create_function_version", function_urn=urn, body=version_body(version="v1", description="first"))
same(published, version="v1", version_description="first", func_urn=f"{urn}:v1", digest=before.digest)
refused(400, "FSS.1016", "create_function_version", function_urn=urn, body=version_body(version="v2"))
call("update_function_code", function_urn=urn, body=fgs.UpdateFunctionCodeRequestBody(
    code_type="zip", code_filename="code.zip",
    func_code=fgs.FuncCode(file=archive(bootstrap="exec python3 $RUNTIME_CODE_ROOT/s.py\n# 2\n", **{"s.py": SERVER})),
))
refused(409, "FSS.1062", "create_function_version", function_urn=urn, body=version_body(version="v1"))
refused(400, "FSS.1015", "create_function_version", function_urn=urn, body=version_body(version="latest"))
call("create_function_version", function_urn=urn, body=version_body(version="v2"))
assert call("show_function_code", function_urn=f"{urn}:v1").digest == before.digest
assert call("show_function_code", function_urn=f"{urn}:v2").digest != before.digest
versions = everything("list_function_versions", "versions", "maxitems", function_urn=urn)
assert [version.version for version in versions] == ["latest", "v2", "v1"], versions
same(versions[2], concurrency=-1, concurrent_num=8, func_vpc_id="", digest=before.digest)
refused(404, "FSS.1052", "show_function_config", function_urn=f"{urn}:v9")

# Aliases.
new_alias = dict(name="prod", version="v1", description="d", additional_version_weights={"v2": 25})
alias = call("create_version_alias", function_urn=urn, body=alias_body(**new_alias))
same(alias, **new_alias, alias_urn=f"{urn}:!prod")
rule = fgs.VersionStrategyRules(rule_type="Header", param="x-beta", op="=", value="1")
strategy = {"v2": fgs.VersionStrategy(combine_type="and", rules=[rule])}
refused(409, "FSS.1063", "create_version_alias", function_urn=urn, body=alias_body(**new_alias))
refused(409, "FSS.1066", "create_version_alias", function_urn=urn, body=alias_body(name="p", version="v1"))
refused(400, "FSS.1014", "create_version_alias", function_urn=urn, body=alias_body(name="1", version="v2"))
updated = call("update_version_alias", function_urn=urn, alias_name="prod", body=fgs.UpdateVersionAliasRequestBody(
    version="v1", description="e", additional_version_strategy=strategy,
))
same(updated, description="e", additional_version_weights=None)
shown = call("show_version_alias", function_urn=urn, alias_name="prod")
same(shown.additional_version_strategy["v2"].rules[0], rule_type="Header", param="x-beta", value="1")
assert [item.name for item in call("list_version_aliases", function_urn=urn).body] == ["prod"]
assert call("show_function_config", function_urn=f"{urn}:!prod").version == "v1"
refused(404, "FSS.1053", "show_version_alias", function_urn=urn, alias_name="none")


# Invocation: the version that was asked for really runs.
def invoke(qualifier="", headers=None, **more):
    event = dict(httpMethod="GET", path="/x", headers=headers or {}, body="", isBase64Encoded=False)
    answer = call("invoke_function", function_urn=urn + qualifier, body=event, x_cff_request_version="v1", **more)
    same(answer, status=200)
    assert answer.x_cff_request_id == answer.request_id
    result = json.loads(answer.result)
    said = base64.b64decode(result["body"]).decode()
    assert result["statusCode"] == 418 and result["headers"]["content-length"] == [str(len(said))]
    return said, answer.log


assert invoke() == ("latest /x", "")
assert invoke(":v1")[0] == "v1 /x"
assert invoke(":!prod")[0] == "v1 /x"
assert invoke(":!prod", {"x-beta": "1"})[0] == "v2 /x"
said, log = invoke(":v2", x_cff_log_type="tail", x_cff_instance_memory="512")
assert said == "v2 /x" and "version: v2" in log and "billing memory: 256MB" in log, log
event = dict(httpMethod="GET", path="/x")
refused(400, "FSS.1007", "invoke_function", function_urn=urn, body=event, x_cff_instance_memory="1")
refused(400, "FSS.0400", "invoke_function", function_urn=urn, body=dict(a=1))
refused(404, "FSS.1051", "invoke_function", function_urn=urn + "x", body=event)
refused(400, "FSS.0400", "async_invoke_function", function_urn=urn, body=event)
event_urn = call("create_function", body=new_function("event", runtime="Node.js20.15", handler="index.handler")).func_urn
event_urn = event_urn.removesuffix(":latest")
accepted = call("async_invoke_function", function_urn=event_urn, body=dict(a=None))
listed = call("list_async_invocations", function_urn=event_urn, status="FAIL")
same(listed, count=1, next_marker=1)
same(listed.invocations[0], request_id=accepted.request_id, status="FAIL", error_code=4024)
refused(503, "FSS.0503", "invoke_function", function_urn=event_urn, body=dict(a=1))
refused(404, "FSS.0404", "list_async_invocations", function_urn=event_urn + "x")

# Statistics: what was really called, and nothing where nobody did.
statistics = call("list_function_statistics", func_urn=urn, period="60")
assert sum(point.value for point in statistics.count) == 5, statistics
assert sum(point.value for point in statistics.function_error_count) == 5, "418 is no success"
assert all(point.value > 0 for point in statistics.max_duration) and statistics.concurrency_num[0].value >= 1
assert call("list_function_statistics", func_urn=full_urn, period="5").duration[0].value == -1
refused(400, "FSS.0400", "list_function_statistics", func_urn=urn, period="x")
monitor = call("list_statistics", filter="monitor_data", period="60").statistics
assert sum(point.value for point in monitor.count) == 5, monitor
months = call("list_statistics", filter="monthly_report", option="3")
assert len(months.count) == len(months.gbs) == 6 and months.count[-1].value == 5, months

# Reserved instances.
day = fgs.CronConfig(name="day", cron="0 0 8 * * ?", count=2, start_time=1790000000, expired_time=1800000000)
tactics = fgs.TacticsConfig(
    cron_configs=[day],
    metric_configs=[fgs.MetricConfig(name="load", type="Concurrency", threshold=40, min=1)],
)
reserve = fgs.UpdateFunctionReservedInstancesCountRequestBody
body = reserve(count=1, idle_mode=True, tactics_config=tactics)
reserved = call("update_function_reserved_instances_count", function_urn=f"{urn}:!prod", body=body)
same(reserved, count=1, idle_mode=True)
same(reserved.tactics_config.metric_configs[0], threshold=40, type="Concurrency")
call("update_function_reserved_instances_count", function_urn=f"{urn}:v2", body=reserve(count=3))
call("update_function_reserved_instances_count", function_urn=f"{event_urn}:latest", body=reserve(count=4))
refused(400, "FSS.0400", "update_function_reserved_instances_count", function_urn=f"{urn}:v1", body=reserve(count=1))
listed = everything("list_function_reserved_instances", "reservedinstances", "limit")
counts = {item.func_urn: item.count for item in listed}
assert counts == {f"{urn}:!prod": 1, f"{urn}:v2": 3, f"{event_urn}:latest": 4}, counts
configs = everything("list_reserved_instance_configs", "reserved_instances", "limit", function_urn=urn)
same(configs[0], qualifier_type="version", qualifier_name="v2", min_count=3)
same(configs[1], qualifier_type="alias", qualifier_name="prod", min_count=1, idle_mode=True)
same(configs[1].tactics_config.cron_configs[0], name="day", count=2)
call("update_function_reserved_instances_count", function_urn=f"{urn}:v2", body=reserve(count=0))
assert call("list_function_reserved_instances", urn=urn).count == 1

# Tags.
def tags(**pairs):
    return fgs.UpdateFunctionTagsRequestBody(tags=[fgs.KvItem(key=key, value=value) for key, value in pairs.items()])


own = dict(resource_type="functions", resource_id=urn)
call("create_tags", **own, body=tags(env="dev", team="a"))
call("create_tags", **own, body=tags(env="prod"))
listed = call("list_function_tags", **own)
assert [(tag.key, tag.value) for tag in listed.tags] == [("env", "prod"), ("team", "a")], listed
assert [tag.key for tag in listed.sys_tags] == ["_sys_enterprise_project_id"]
call("delete_tags", **own, body=tags(team=""))
all_tags = call("show_project_tags_list", resource_type="functions").tags
assert [(tag.key, tag.values) for tag in all_tags] == [("env", ["prod"])], all_tags
named_f = [fgs.KvItem(key="resource_name", value="f")]
filter_body = fgs.ListEnterpriseResourceRequestBody(limit="10", offset="0", action="filter", matches=named_f)
found = call("show_res_instance_info", resource_type="functions", action="filter", body=filter_body)
assert {item.resource_name for item in found.resources} == {"f", "full"} and found.total_count == 2, found
bare = fgs.ListEnterpriseResourceRequestBody(without_any_tag=True)
counted = call("show_res_instance_info", resource_type="functions", action="count", body=bare)
assert counted.total_count == 6, counted
refused(404, "FSS.1051", "list_function_tags", resource_type="functions", resource_id=urn + "x")

# Quotas.
quotas = {quota.type: quota for quota in call("list_quotas").quotas.resources}
same(quotas["fgs_func_num"], quota=400, used=7, unit=None)
same(quotas["fgs_func_code_size"], quota=10240, used=1, unit="MB")

# Dependencies: by file, and by link: to the service's own copy of another.
def dependency(**more):
    return fgs.CreateDependencyRequestBody(runtime="Node.js12.13", **more)


zipped = archive(**{"node_modules/x.js": "1"})
first = call("create_dependency_version", body=dependency(name="d", depend_type="zip", depend_file=zipped))
link = call("show_dependency_version", depend_id=first.dep_id, version="1").link
by_link = dependency(name="d", depend_type="obs", depend_link=link, description="by link")
linked = call("create_dependency_version", body=by_link)
same(linked, version=2, dep_id=first.dep_id, etag=first.etag, description="by link")
listed = everything("list_dependency_version", "dependencies", "maxitems", depend_id=first.dep_id)
assert [item.version for item in listed] == [2, 1], listed
same(call("list_dependencies", dependency_type="private", name="d").dependencies[0], id=first.dep_id, version=2)
assert call("list_dependencies", dependency_type="public").dependencies == []
refused(400, "FSS.1005", "list_dependencies", runtime="none")
refused(400, "FSS.1032", "create_dependency_version", body=dependency(name="d", depend_type="git"))
refused(400, "FSS.1024", "create_dependency_version", body=dependency(name="d", depend_type="zip", depend_file="AAAA"))
code = dict(code_type="zip", code_filename="code.zip", func_code=fgs.FuncCode(file=archive(bootstrap="x")))
code_body = fgs.UpdateFunctionCodeRequestBody
attached = call("update_function_code", function_urn=full_urn, body=code_body(**code, depend_version_list=[linked.id]))
same(attached.dependencies[0], name="d", version=2)
same(attached, depend_version_list=[linked.id], depend_list=[first.dep_id])
refused(412, "FSS.1033", "delete_dependency_version", depend_id=first.dep_id, version="2")
call("update_function_code", function_urn=full_urn, body=code_body(**code, depend_version_list=[]))
for version in ["1", "2"]:
    call("delete_dependency_version", depend_id=first.dep_id, version=version)
refused(404, "FSS.1056", "list_dependency_version", depend_id=first.dep_id)

# Triggers of the clock.
trigger = fgs.CreateFunctionTriggerRequestBody
data = fgs.TriggerEventDataRequestBody
timer = call("create_function_trigger", function_urn=event_urn, body=trigger(
    trigger_type_code="TIMER", trigger_status="ACTIVE",
    event_data=data(name="t", schedule_type="Cron", schedule="0 */10 * * * ?", user_event="hello"),
))
same(timer.event_data, name="t", schedule="0 */10 * * * ?", user_event="hello", triggerid=timer.trigger_id)
refused(409, "FSS.1148", "create_function_trigger", function_urn=event_urn, body=trigger(
    trigger_type_code="TIMER", event_data=data(name="t", schedule_type="Rate", schedule="3m"),
))
refused(400, "FSS.1109", "create_function_trigger", function_urn=event_urn, body=trigger(
    trigger_type_code="TIMER", event_data=data(name="u", schedule_type="Rate", schedule="61m"),
))
refused(400, "FSS.1101", "create_function_trigger", function_urn=urn, body=trigger(
    trigger_type_code="TIMER", event_data=data(name="u", schedule_type="Rate", schedule="3m"),
))
one = dict(function_urn=event_urn, trigger_type_code="TIMER", trigger_id=timer.trigger_id)
off = fgs.UpdateTriggerRequestBody(trigger_status="DISABLED")
same(call("update_trigger", **one, body=off), trigger_status="DISABLED")
same(call("show_function_trigger", **one), trigger_status="DISABLED", created_time=timer.created_time)
call("create_function_trigger", function_urn=event_urn, body=trigger(
    trigger_type_code="TIMER", event_data=data(name="u", schedule_type="Rate", schedule="3m"),
))
listed = call("list_function_triggers", function_urn=event_urn).body
assert {item.event_data.name for item in listed} == {"t", "u"}, listed
call("delete_function_trigger", **one)
refused(404, "FSS.1131", "show_function_trigger", **one)
call("batch_delete_function_triggers", function_urn=event_urn)
assert not call("list_function_triggers", function_urn=event_urn).body

# Triggers of gateways, on a version and an alias too.
gateway = gateways.create_instance_v2(apig.CreateInstanceV2Request(body=apig.InstanceCreateReqV2(
    instance_name="gateway", spec_id="BASIC", vpc_id=vpc_id, subnet_id=subnet_id, security_group_id=security_group_id,
    available_zone_ids=["cn-east-3a"],
))).instance_id
group = gateways.create_api_group_v2(apig.CreateApiGroupV2Request(instance_id=gateway, body=apig.ApiGroupCreate(name="group")))


def on_gateway(kind, name, **changes):
    members = dict(
        name=name, type=1, path=f"/{name}", protocol="HTTPS", req_method="GET", match_mode="SWA", group_id=group.id,
        env_name="RELEASE", env_id=RELEASE, auth="NONE", sl_domain=group.sl_domain, backend_type="FUNCTION",
        func_info=fgs.ApigTriggerFuncInfo(timeout=5000),
    )
    if kind == "DEDICATEDGATEWAY":
        members["instance_id"] = gateway
    return trigger(trigger_type_code=kind, event_data=data(**{**members, **changes}))


made = {}
for qualifier, kind, name in [
    ("", "DEDICATEDGATEWAY", "one"),
    (":v2", "DEDICATEDGATEWAY", "two"),
    (":!prod", "DEDICATEDGATEWAY", "three"),
    ("", "APIG", "four"),
]:
    answer = call("create_function_trigger", function_urn=urn + qualifier, body=on_gateway(kind, name))
    same(answer, trigger_type_code=kind, trigger_status="ACTIVE")
    same(answer.event_data, name=name, path=f"/{name}", auth="NONE", group_id=group.id)
    assert answer.event_data.func_info.timeout == 5000 and answer.event_data.invoke_url.endswith(f"/{name}")
    own = dict(function_urn=urn + qualifier, trigger_type_code=kind, trigger_id=answer.trigger_id)
    same(call("show_function_trigger", **own), trigger_id=answer.trigger_id, created_time=answer.created_time)
    listed = call("list_function_triggers", function_urn=urn + qualifier).body
    assert answer.trigger_id in [item.trigger_id for item in listed], listed
    made[name] = own
listed = call("list_function_triggers", function_urn=urn).body
assert made["two"]["trigger_id"] not in [item.trigger_id for item in listed], listed
for status, code, body in [
    (400, "FSS.1417", on_gateway("DEDICATEDGATEWAY", "five", group_id="none")),
    (400, "FSS.1317", on_gateway("DEDICATEDGATEWAY", "x" * 65)),
    (400, "FSS.1107", on_gateway("APIG", "five", protocol="WS")),
    (409, "FSS.1146", on_gateway("APIG", "four")),
    (409, "FSS.1147", on_gateway("DEDICATEDGATEWAY", "other", path="/one")),
    (400, "FSS.1101", trigger(trigger_type_code="KAFKA", event_data=data())),
]:
    refused(status, code, "create_function_trigger", function_urn=urn, body=body)
refused(400, "FSS.1318", "update_trigger", **made["one"], body=off)
refused(403, "FSS.1154", "delete_version_alias", function_urn=urn, alias_name="prod")
call("delete_function_trigger", **made["one"])
refused(404, "FSS.1138", "show_function_trigger", **made["one"])
call("batch_delete_function_triggers", function_urn=urn + ":!prod")
refused(404, "FSS.1138", "show_function_trigger", **made["three"])
call("show_function_trigger", **made["two"])
call("batch_delete_function_triggers", function_urn=urn)
refused(404, "FSS.1138", "show_function_trigger", **made["two"])

# The end: a version, an alias, a function, and what goes with it.
refused(403, "FSS.1094", "delete_function", function_urn=f"{urn}:v2")
refused(400, "FSS.0400", "delete_function", function_urn=f"{urn}:latest")
call("delete_version_alias", function_urn=urn, alias_name="prod")
call("delete_function", function_urn=f"{urn}:v2")
refused(404, "FSS.1052", "delete_function", function_urn=f"{urn}:v2")
call("delete_function", function_urn=urn)
refused(404, "FSS.1051", "show_function_config", function_urn=urn)
refused(404, "FSS.1051", "list_function_versions", function_urn=urn)
refused(500, "FSS.0500", "list_function_triggers", function_urn=urn)
refused(401, "FSS.0401", "batch_delete_function_triggers", function_urn=urn)
assert call("list_function_reserved_instances").count == 1

# What is not served is no such API.
refused(404, "APIGW.0101", "list_events", function_urn=event_urn)
refused(404, "APIGW.0101", "show_tracing", function_urn=event_urn)
refused(404, "APIGW.0101", "list_workflow")

print("done")
