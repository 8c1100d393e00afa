"""The official SDK drives every operation of API Gateway that the local cloud serves, and its own models are asserted on."""

import base64
import os
import time

from huaweicloudsdkapig import v2 as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkfunctiongraph import v2 as fgs

PROJECT = os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"


def client(kind):
    credentials = BasicCredentials(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"], PROJECT)
    return kind.new_builder().with_credentials(credentials).with_endpoint(os.environ["FGCTL_ENDPOINT"]).build()


def refused(status, code, operation, **members):
    """Calls, and expects this refusal in the SDK's own form."""
    try:
        answer = call(operation, **members)
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (status, code), error
        return
    raise AssertionError(f"{code} was expected, not {answer}")


def same(found, **expected):
    """Each of these members of a model."""
    for name, value in expected.items():
        assert getattr(found, name) == value, (name, getattr(found, name), value)


def call(operation, **members):
    """Calls the operation of this name, on the test's gateway unless another is named."""
    request = getattr(apig, "".join(word.capitalize() for word in operation.split("_")) + "Request")
    if "instance_id" in request.openapi_types:
        members.setdefault("instance_id", gateway)
    return getattr(gateways, operation)(request(**members))


def everything(operation, items, **filters):
    """A list, read page by page to its end."""
    found, total = [], None
    while total is None or len(found) < total:
        page = call(operation, offset=len(found), limit=2, **filters)
        assert page.size == len(getattr(page, items)) and (page.size > 0 or page.total == 0), page
        assert total in (None, page.total)
        total = page.total
        found += getattr(page, items)
        if page.size == 0:
            break
    assert len(found) == total, (operation, total, found)
    return found


functions = client(fgs.FunctionGraphClient)
gateways = client(apig.ApigClient)
vpc_id, subnet_id, security_group_id = os.environ["NETWORK"].split()
network = dict(vpc_id=vpc_id, subnet_id=subnet_id, security_group_id=security_group_id)
function = functions.create_function(fgs.CreateFunctionRequest(body=fgs.CreateFunctionRequestBody(
    func_name="f", package="default", runtime="http", type="v2", handler="bootstrap", timeout=30, memory_size=128,
    code_type="zip", code_filename="code.zip",
    func_code=fgs.FuncCode(file=base64.b64encode(open(os.environ["CODE"], "rb").read()).decode()),
)))
urn = function.func_urn.removesuffix(":latest")

# A gateway: created, changed, tagged, with public access both ways.
body = apig.InstanceCreateReqV2(
    instance_name="apig", spec_id="BASIC", available_zone_ids=["cn-east-3a"], description="text",
    maintain_begin="02:00:00", maintain_end="06:00:00", bandwidth_size=5, bandwidth_charging_mode="bandwidth",
    enterprise_project_id="0", tags=[apig.TmsKeyValue(key="stage", value="test")], **network,
)


def too_early():
    """A gateway that is being created is not changed; it may have been finished since it was asked for its progress."""
    try:
        call("update_instance_v2", body=apig.InstanceModReq(description="early"))
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (409, "APIC.7710"), error
    else:
        same(call("show_details_of_instance_progress_v2"), status="success")


created = gateways.create_instance_v2(apig.CreateInstanceV2Request(body=body))
gateway = created.instance_id
assert created.job_id.startswith("JOB-") and created.job_id in created.message
seen = set()
while True:
    progress = call("show_details_of_instance_progress_v2")
    seen.add(progress.status)
    if progress.status == "success":
        break
    too_early()
    time.sleep(0.02)
assert seen <= {"creating", "success"} and progress.progress == 100, seen
shown = call("show_details_of_instance_v2")
same(shown, instance_name="apig", status="Running", spec="BASIC", publicips=[], bandwidth_size=5, **network)
assert shown.nat_eip_address and shown.privateips[0].ip_address == shown.ingress_ip
assert "backend_timeout" in shown.supported_features
changed = call("update_instance_v2", body=apig.InstanceModReq(
    instance_name="apig-renamed", description="changed", maintain_begin="22:00:00", maintain_end="02:00:00",
))
same(changed, instance_name="apig-renamed", description="changed", maintain_begin="22:00:00", maintain_end="02:00:00")
refused(400, "APIC.7235", "update_instance_v2", body=apig.InstanceModReq(maintain_begin="03:00:00"))
refused(404, "APIC.7302", "update_instance_v2", instance_id="none", body=apig.InstanceModReq(description="x"))
assert [item.id for item in everything("list_instances_v2", "instances", instance_name="renamed")] == [gateway]
assert everything("list_instances_v2", "instances", instance_name="nobody") == []
zones = call("list_available_zones_v2").available_zones
assert [zone.code for zone in zones] == ["cn-east-3a", "cn-east-3b", "cn-east-3c"], zones

job = call("add_ingress_eip_v2", body=apig.OpenIngressEipReq(bandwidth_size=5, bandwidth_charging_mode="bandwidth"))
assert job.instance_id == gateway and job.job_id.startswith("JOB-")
refused(409, "APIC.7711", "add_ingress_eip_v2", body=apig.OpenIngressEipReq(bandwidth_size=5))
assert call("update_ingress_eip_v2", body=apig.OpenIngressEipReq(bandwidth_size=8)).job_id
assert [address.bandwidth_size for address in call("show_details_of_instance_v2").publicips] == [8]
call("remove_ingress_eip_v2")
assert call("show_details_of_instance_v2").publicips == []
egress = apig.OpenEngressEipReq(bandwidth_size="6", bandwidth_charging_mode="bandwidth")
refused(409, "APIC.7709", "add_engress_eip_v2", body=egress)
call("update_engress_eip_v2", body=egress)
assert call("show_details_of_instance_v2").bandwidth_size == 6
call("remove_engress_eip_v2")
same(call("show_details_of_instance_v2"), bandwidth_size=0, nat_eip_address="")
call("add_engress_eip_v2", body=egress)

same(call("list_instance_tags").tags[0], key="stage", value="test")
call("batch_create_or_delete_instance_tags", body=apig.TmsUpdatePublicReq(
    action="create", tags=[apig.TmsKeyValue(key="team", value="a")]
))
assert [tag.key for tag in call("list_instance_tags").tags] == ["stage", "team"]
call("batch_create_or_delete_instance_tags", body=apig.TmsUpdatePublicReq(
    action="delete", tags=[apig.TmsKeyValue(key="stage", value="test")]
))
assert [tag.key for tag in call("list_instance_tags").tags] == ["team"]

assert "ratelimit" in everything("list_instance_features", "features")
feature = call("create_feature_v2", body=apig.FeatureToggle(
    name="backend_timeout", enable=True, config='{"max_timeout": 120000}'
))
same(feature, name="backend_timeout", enable=True, config='{"max_timeout": 120000}', instance_id=gateway)
assert str(feature.update_time).startswith("20")
refused(409, "APIG.3711", "create_feature_v2", body=apig.FeatureToggle(
    name="backend_timeout", enable=True, config='{"max_timeout": 1}'
))
refused(412, "APIG.3458", "create_feature_v2", body=apig.FeatureToggle(name="novel", enable=True, config="on"))
assert [item.name for item in everything("list_features_v2", "features")] == ["backend_timeout"]
configs = {item.config_name: item for item in everything("list_project_cofigs_v2", "configs")}
same(configs["ENVIRONMENT_NUM_LIMIT"], config_value="10", used=1)
assert everything("list_instance_configs_v2", "configs")[0].config_name == "INSTANCE_NUM_LIMIT"
assert call("show_restriction_of_instance_v2").resource_subnet_cidr

# Groups, and their domains.
call("check_api_groups_v2", body=apig.ApiGroupCheck(group_name="rooms"))
group = call("create_api_group_v2", body=apig.ApiGroupCreate(name="rooms", remark="r"))
refused(400, "APIG.3201", "check_api_groups_v2", body=apig.ApiGroupCheck(group_name="rooms"))
same(call("update_api_group_v2", group_id=group.id, body=apig.ApiGroupCreate(name="rooms2", remark="s")),
     name="rooms2", remark="s", sl_domain=group.sl_domain)
call("update_sl_domain_setting_v2", group_id=group.id,
     body=apig.SlDomainAccessSetting(sl_domain_access_enabled=False))
assert call("show_details_of_api_group_v2", group_id=group.id).sl_domain_access_enabled is False
domain = call("associate_domain_v2", group_id=group.id, body=apig.UrlDomainCreate(
    url_domain="rooms.example.com", min_ssl_version="TLSv1.2", is_http_redirect_to_https=True,
))
same(domain, url_domain="rooms.example.com", status=3, min_ssl_version="TLSv1.2", ingress_https_port=443)
refused(400, "APIG.3305", "associate_domain_v2", group_id=group.id,
        body=apig.UrlDomainCreate(url_domain="rooms.example.com"))
same(call("update_domain_v2", group_id=group.id, domain_id=domain.id,
          body=apig.UrlDomainModify(min_ssl_version="TLSv1.1")), min_ssl_version="TLSv1.1", id=domain.id)
listed = call("show_details_of_api_group_v2", group_id=group.id).url_domains
same(listed[0], id=domain.id, domain="rooms.example.com", cname_status=3, min_ssl_version="TLSv1.1")
call("disassociate_domain_v2", group_id=group.id, domain_id=domain.id)
refused(404, "APIG.3020", "disassociate_domain_v2", group_id=group.id, domain_id=domain.id)
for number in range(3):
    call("create_api_group_v2", body=apig.ApiGroupCreate(name=f"more{number}"))
assert len(everything("list_api_groups_v2", "groups")) == 5
assert [item.name for item in everything("list_api_groups_v2", "groups", name="rooms")] == ["rooms2"]

# Environments, and their variables.
environment = call("create_environment_v2", body=apig.EnvCreate(name="TEST", remark="r"))
same(call("update_environment_v2", env_id=environment.id, body=apig.EnvCreate(name="BETA", remark="s")),
     name="BETA", remark="s", id=environment.id)
assert [item.name for item in everything("list_environments_v2", "envs")] == ["RELEASE", "BETA"]
assert [item.name for item in everything("list_environments_v2", "envs", name="BE")] == ["BETA"]
variable = call("create_environment_variable_v2", body=apig.EnvVariableCreate(
    env_id=environment.id, group_id=group.id, variable_name="address", variable_value="10.0.0.1"
))
one = dict(env_variable_id=variable.id)
same(call("show_details_of_environment_variable_v2", **one), variable_name="address", variable_value="10.0.0.1")
same(call("update_environment_variable_v2", body=apig.EnvVariableBase(variable_value="10.0.0.2"), **one),
     variable_value="10.0.0.2", env_id=environment.id)
listed = everything("list_environment_variables_v2", "variables", group_id=group.id, env_id=environment.id)
assert [item.id for item in listed] == [variable.id]
call("delete_environment_variable_v2", **one)
refused(404, "APIG.2012", "show_details_of_environment_variable_v2", **one)


# APIs.
def definition(**changes):
    members = dict(
        group_id=group.id, name="room", type=1, req_protocol="HTTPS", req_method="GET", req_uri="/room",
        auth_type="APP", backend_type="FUNCTION", match_mode="SWA", remark="first", cors=True,
        func_info=apig.ApiFuncCreate(
            function_urn=urn, version="latest", network_type="V2", invocation_type="sync", timeout=120000
        ),
    )
    return apig.ApiCreate(**{**members, **changes})


place = dict(type="path", req_method="GET", req_uri="/room", match_mode="SWA", group_id=group.id)
call("check_apis_v2", body=apig.ApiCheckInfoV2(**place))
api = call("create_api_v2", body=definition())
same(api, name="room", cors=True, auth_type="APP")
same(api.func_info, timeout=120000, network_type="V2")
refused(400, "APIG.3301", "check_apis_v2", body=apig.ApiCheckInfoV2(**place))
refused(400, "APIG.3202", "check_apis_v2", body=apig.ApiCheckInfoV2(type="name", name="room", group_id=group.id))
call("check_apis_v2", body=apig.ApiCheckInfoV2(api_id=api.id, **place))
others = [call("create_api_v2", body=definition(name=f"other{n}", req_uri=f"/other{n}", auth_type="NONE")) for n in (0, 1)]
assert [item.name for item in everything("list_apis_v2", "apis")] == ["room", "other0", "other1"]
assert [item.name for item in everything("list_apis_v2", "apis", auth_type="NONE", req_uri="other1")] == ["other1"]

# Publication: of one, of several, of a group.
outcome = call("batch_publish_or_offline_api_v2", action="online", body=apig.ApiBatchPublish(
    apis=[api.id, others[0].id, "none"], env_id=RELEASE, remark="all"
))
assert [item.api_name for item in outcome.success] == ["room", "other0"], outcome
same(outcome.failure[0], api_id="none", error_code="APIG.3002")
publish_id = outcome.success[0].publish_id
running = call("list_api_runtime_definition_v2", api_id=api.id, env_id=RELEASE)
same(running, name="room", run_env_name="RELEASE", group_name="rooms2", req_uri="/room")
refused(404, "APIG.3015", "list_api_runtime_definition_v2", api_id=others[1].id, env_id=RELEASE)
assert [item.env_name for item in everything("list_api_versions_v2", "api_versions", api_id=api.id)] == ["RELEASE"]

# Debugging really calls the gateway: it has no such path, and says so.
debug = dict(mode="DEVELOPER", scheme="HTTPS", method="GET", query={"a": ["1", "2"]}, header={"X-Own": ["yes"]})
answer = call("debug_api_v2", api_id=api.id, body=apig.ApiDebugInfo(path="/elsewhere", domain="localhost", **debug))
assert answer.request.startswith("GET /elsewhere?a=1&a=2 HTTP/1.1\r\n") and "x-own: yes" in answer.request, answer
assert answer.response.startswith("HTTP/1.1 404") and "APIG.0101" in answer.response, answer
assert isinstance(answer.latency, int) and answer.log
refused(400, "APIG.2012", "debug_api_v2", api_id=api.id, body=apig.ApiDebugInfo(path="elsewhere", **debug))

# Apps, their codes, and what they may call.
app = call("create_an_app_v2", body=apig.AppCreate(name="mobile", remark="r"))
same(app, name="mobile", creator="USER", status=1, app_type="apig")
assert app.app_key and app.app_secret and str(app.register_time).startswith("20")
refused(400, "APIG.3203", "create_an_app_v2", body=apig.AppCreate(name="mobile"))
refused(400, "APIG.3310", "create_an_app_v2", body=apig.AppCreate(name="other", app_key=app.app_key))
for number in range(3):
    call("create_an_app_v2", body=apig.AppCreate(name=f"app{number}"))
assert len(everything("list_apps_v2", "apps")) == 4
assert [item.name for item in everything("list_apps_v2", "apps", app_key=app.app_key)] == ["mobile"]
own = dict(app_id=app.id)
same(call("check_app_v2", **own), name="mobile", id=app.id)
same(call("update_app_v2", body=apig.AppCreate(name="mobile2", remark="s"), **own), name="mobile2", remark="s")
reset = call("resetting_app_secret_v2", body=apig.AppResetCreate(app_secret="another-secret"), **own)
same(reset, app_secret="another-secret", app_key=app.app_key)
same(call("show_details_of_app_v2", **own), name="mobile2", app_secret="another-secret")
app_code = call("create_app_code_auto_v2", **own)
assert len(app_code.app_code) >= 64 and app_code.app_id == app.id
same(call("create_app_code_v2", body=apig.AppCodeCreate(app_code="c" * 64), **own), app_code="c" * 64)
assert len(everything("list_app_codes_v2", "app_codes", **own)) == 2
same(call("show_details_of_app_code_v2", app_code_id=app_code.id, **own), app_code=app_code.app_code)
call("delete_app_code_v2", app_code_id=app_code.id, **own)
refused(404, "APIG.3082", "delete_app_code_v2", app_code_id=app_code.id, **own)

unbound = everything("list_apis_unbinded_to_app_v2", "apis", env_id=RELEASE, **own)
assert [(item.name, item.auth_type, item.run_env_id) for item in unbound] == [("room", "APP", RELEASE)], unbound
grant = apig.ApiAuthCreate(env_id=RELEASE, app_ids=[app.id], api_ids=[api.id])
made = call("create_authorizing_apps_v2", body=grant).auths[0]
same(made, api_id=api.id, app_id=app.id, auth_role="PROVIDER", auth_tunnel="NORMAL")
assert made.auth_result.status == "SUCCESS"
assert call("create_authorizing_apps_v2", body=grant).auths[0].auth_result.status == "SKIPPED"
entry = everything("list_apis_binded_to_app_v2", "auths", **own)[0]
same(entry, id=made.id, api_name="room", group_name="rooms2", app_name="mobile2", env_name="RELEASE",
     publish_id=publish_id, app_creator="USER", api_type=1)
assert [item.app_id for item in everything("list_apps_binded_to_api_v2", "auths", api_id=api.id)] == [app.id]
assert everything("list_apis_unbinded_to_app_v2", "apis", env_id=RELEASE, **own) == []
call("canceling_authorization_v2", app_auth_id=made.id)
refused(404, "APIG.3009", "canceling_authorization_v2", app_auth_id=made.id)

# Throttling policies, and their bindings.
limits = dict(time_unit="MINUTE", time_interval=1, api_call_limits=100, user_call_limits=50, app_call_limits=50)
throttle = call("create_request_throttling_policy_v2", body=apig.ThrottleBaseInfo(name="slow", **limits))
same(throttle, name="slow", type=1, bind_num=0, is_inclu_special_throttle=2, **limits)
refused(400, "APIG.3204", "create_request_throttling_policy_v2", body=apig.ThrottleBaseInfo(name="slow", **limits))
same(call("update_request_throttling_policy_v2", throttle_id=throttle.id,
          body=apig.ThrottleBaseInfo(name="slower", **{**limits, "time_interval": 2})), name="slower", time_interval=2)
assert [item.id for item in everything("list_request_throttling_policy_v2", "throttles", name="low")] == [throttle.id]
free = everything("list_apis_unbinded_to_request_throttling_policy_v2", "apis", throttle_id=throttle.id)
assert sorted(item.name for item in free) == ["other0", "room"], free
bound = call("associate_request_throttling_policy_v2", body=apig.ThrottleApiBindingCreate(
    strategy_id=throttle.id, publish_ids=[publish_id]
)).throttle_applys[0]
same(bound, publish_id=publish_id, strategy_id=throttle.id, scope=1)
refused(403, "APIG.3451", "delete_request_throttling_policy_v2", throttle_id=throttle.id)
same(call("show_details_of_request_throttling_policy_v2", throttle_id=throttle.id), name="slower", bind_num=1)
listed = everything("list_apis_binded_to_request_throttling_policy_v2", "apis", throttle_id=throttle.id)
same(listed[0], name="room", throttle_apply_id=bound.id, throttle_name="slower", run_env_name="RELEASE")
listed = everything("list_request_throttling_policies_binded_to_api_v2", "throttles", api_id=api.id)
same(listed[0], name="slower", bind_id=bound.id, env_name="RELEASE")
outcome = call("batch_disassociate_throttling_policy_v2", action="delete",
               body=apig.ThrottleBindingBatchDelete(throttle_bindings=[bound.id, "none"]))
assert outcome.success_count == 1 and outcome.failure[0].bind_id == "none", outcome
bound = call("associate_request_throttling_policy_v2", body=apig.ThrottleApiBindingCreate(
    strategy_id=throttle.id, publish_ids=[publish_id]
)).throttle_applys[0]
call("disassociate_request_throttling_policy_v2", throttle_binding_id=bound.id)
call("delete_request_throttling_policy_v2", throttle_id=throttle.id)
refused(404, "APIG.3005", "show_details_of_request_throttling_policy_v2", throttle_id=throttle.id)

# And everything goes again.
outcome = call("batch_publish_or_offline_api_v2", action="offline",
               body=apig.ApiBatchPublish(group_id=group.id, env_id=RELEASE))
assert (len(outcome.success), [item.error_code for item in outcome.failure]) == (2, ["APIG.3015"]), outcome
for item in [api, *others]:
    call("delete_api_v2", api_id=item.id)
call("delete_app_v2", **own)
refused(404, "APIG.3004", "show_details_of_app_v2", **own)
call("delete_api_group_v2", group_id=group.id)
call("delete_environment_v2", env_id=environment.id)
call("delete_instances_v2")
deadline = time.monotonic() + 20
while True:
    try:
        assert call("show_details_of_instance_v2").status == "Deleting"
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (404, "APIC.7302"), error
        break
    assert time.monotonic() < deadline
    time.sleep(0.02)
refused(404, "APIG.3030", "list_apps_v2")
print("done")
