"""The official SDKs of VPC, v2 (which calls the API v1) and v3, read what the account has, and change its rules."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkvpc import v2, v3

PROJECT = os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
vpc_id, subnet_id, group_id = os.environ["NETWORK"].split()


def client(kind, project=PROJECT):
    credentials = BasicCredentials(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"], project)
    return kind.new_builder().with_credentials(credentials).with_endpoint(os.environ["FGCTL_ENDPOINT"]).build()


def refused(status, code, call, *args):
    try:
        answer = call(*args)
    except ServiceResponseException as error:
        assert (error.status_code, error.error_code) == (status, code), error
        return
    raise AssertionError(f"{code} was expected, not {answer}")


first, third = client(v2.VpcClient), client(v3.VpcClient)
vpcs = first.list_vpcs(v2.ListVpcsRequest(limit=10)).vpcs
assert [(vpc.id, vpc.name, vpc.status) for vpc in vpcs] == [(vpc_id, "vpc-default", "OK")], vpcs
assert first.list_vpcs(v2.ListVpcsRequest(marker=vpc_id)).vpcs == []
assert first.show_vpc(v2.ShowVpcRequest(vpc_id=vpc_id)).vpc.cidr == "192.168.0.0/16"
refused(404, "VPC.0003", first.show_vpc, v2.ShowVpcRequest(vpc_id="x"))
refused(400, "VPC.0101", first.list_vpcs, v2.ListVpcsRequest(limit=2001))

subnets = first.list_subnets(v2.ListSubnetsRequest(vpc_id=vpc_id)).subnets
assert [(subnet.id, subnet.vpc_id, subnet.status) for subnet in subnets] == [(subnet_id, vpc_id, "ACTIVE")], subnets
assert first.show_subnet(v2.ShowSubnetRequest(subnet_id=subnet_id)).subnet.gateway_ip == "192.168.0.1"
refused(404, "VPC.0202", first.show_subnet, v2.ShowSubnetRequest(subnet_id="x"))

groups = first.list_security_groups(v2.ListSecurityGroupsRequest()).security_groups
assert [(group.id, len(group.security_group_rules)) for group in groups] == [(group_id, 4)], groups
shown = first.show_security_group(v2.ShowSecurityGroupRequest(security_group_id=group_id)).security_group
assert sorted(rule.direction for rule in shown.security_group_rules) == ["egress"] * 2 + ["ingress"] * 2
refused(404, "VPC.0603", first.show_security_group, v2.ShowSecurityGroupRequest(security_group_id="x"))

page = third.list_security_groups(v3.ListSecurityGroupsRequest(limit=5, name=["default"]))
assert [group.id for group in page.security_groups] == [group_id] and page.page_info.current_count == 1, page
assert third.list_security_groups(v3.ListSecurityGroupsRequest(name=["none"])).security_groups == []
shown = third.show_security_group(v3.ShowSecurityGroupRequest(security_group_id=group_id)).security_group
assert {(rule.action, int(rule.priority)) for rule in shown.security_group_rules} == {("allow", 100)}, shown
refused(404, "VPC.9904", third.show_security_group, v3.ShowSecurityGroupRequest(security_group_id="x"))

# The VPC in the API v3.
page = third.list_vpcs(v3.ListVpcsRequest(limit=5, name=["none", "vpc-default"], cidr=["192.168.0.0/16"]))
assert [(vpc.id, vpc.name, vpc.status) for vpc in page.vpcs] == [(vpc_id, "vpc-default", "ACTIVE")], page
assert (page.page_info.current_count, page.page_info.previous_marker, page.page_info.next_marker) == (1, vpc_id, None)
assert third.list_vpcs(v3.ListVpcsRequest(marker=vpc_id)).vpcs == []
assert third.list_vpcs(v3.ListVpcsRequest(description=["none"])).vpcs == []
assert third.list_vpcs(v3.ListVpcsRequest(enterprise_project_id="all_granted_eps")).vpcs[0].id == vpc_id
shown = third.show_vpc(v3.ShowVpcRequest(vpc_id=vpc_id)).vpc
assert (shown.cidr, shown.extend_cidrs, shown.project_id, shown.tags) == ("192.168.0.0/16", [], PROJECT, []), shown
assert str(shown.created_at).startswith("2026-01-01") and shown.block_service_endpoint_states == "off"
counts = {resource.resource_type: resource.resource_count for resource in shown.cloud_resources}
assert counts == {"routetable": 1, "virsubnet": 1}, counts
refused(404, "VPC.0003", third.show_vpc, v3.ShowVpcRequest(vpc_id="x"))
refused(400, "VPC.0101", third.list_vpcs, v3.ListVpcsRequest(limit=2001))


# Rules, made in both APIs and told by both.
def in_v3(dry_run=None, **members):
    option = v3.CreateSecurityGroupRuleOption(**dict(dict(security_group_id=group_id, direction="ingress"), **members))
    body = v3.CreateSecurityGroupRuleRequestBody(security_group_rule=option, dry_run=dry_run)
    return v3.CreateSecurityGroupRuleRequest(body=body)


def in_v1(**members):
    option = v2.CreateSecurityGroupRuleOption(**dict(dict(security_group_id=group_id, direction="ingress"), **members))
    return v2.CreateSecurityGroupRuleRequest(body=v2.CreateSecurityGroupRuleRequestBody(security_group_rule=option))


def ids_in_v3(**filters):
    """Every page, read to the end."""
    found, marker = [], None
    while True:
        page = third.list_security_group_rules(v3.ListSecurityGroupRulesRequest(limit=2, marker=marker, **filters))
        found += [rule.id for rule in page.security_group_rules]
        assert page.page_info.current_count == len(page.security_group_rules), page
        marker = page.page_info.next_marker
        if marker is None:
            return found


def ids_in_v1(**filters):
    found, marker = [], None
    while True:
        request = v2.ListSecurityGroupRulesRequest(limit=2, marker=marker, **filters)
        rules = first.list_security_group_rules(request).security_group_rules
        if not rules:
            return found
        found += [rule.id for rule in rules]
        marker = found[-1]


initial = ids_in_v3()
assert len(initial) == 4 and ids_in_v1() == initial
web = third.create_security_group_rule(in_v3(
    protocol="tcp", multiport="80,443,8000-8100", remote_ip_prefix="10.0.0.0/8", action="deny", priority=7,
    enabled=False, description="web", ethertype="IPv4",
)).security_group_rule
assert (web.security_group_id, web.direction, web.protocol, web.multiport) == (
    group_id, "ingress", "tcp", "80,443,8000-8100",
), web
assert (web.remote_ip_prefix, web.action, web.priority, web.enabled, web.description, web.project_id) == (
    "10.0.0.0/8", "deny", 7, False, "web", PROJECT,
), web
assert web.remote_group_id is None and web.created_at == web.updated_at
shown = third.show_security_group_rule(v3.ShowSecurityGroupRuleRequest(security_group_rule_id=web.id))
assert shown.security_group_rule == web and shown.request_id, shown
told = first.show_security_group_rule(v2.ShowSecurityGroupRuleRequest(security_group_rule_id=web.id)).security_group_rule
assert (told.port_range_min, told.port_range_max, told.tenant_id) == (80, 8100, PROJECT), told
ssh = first.create_security_group_rule(in_v1(
    protocol="tcp", port_range_min=22, port_range_max=22, remote_group_id=group_id, description="ssh",
)).security_group_rule
assert (ssh.protocol, ssh.port_range_min, ssh.port_range_max, ssh.remote_group_id, ssh.ethertype) == (
    "tcp", 22, 22, group_id, "IPv4",
), ssh
told = third.show_security_group_rule(v3.ShowSecurityGroupRuleRequest(security_group_rule_id=ssh.id)).security_group_rule
assert (told.multiport, told.action, told.priority, told.enabled) == ("22", "allow", 100, True), told
assert ids_in_v3() == ids_in_v1() == [*initial, web.id, ssh.id]
for filters, expected in [
    (dict(security_group_id=["x", group_id]), [*initial, web.id, ssh.id]),
    (dict(id=[ssh.id]), [ssh.id]),
    (dict(protocol=["tcp"], direction="ingress"), [web.id, ssh.id]),
    (dict(action="deny"), [web.id]),
    (dict(enabled=False), [web.id]),
    (dict(priority=[7, 8]), [web.id]),
    (dict(description=["ssh"]), [ssh.id]),
    (dict(remote_ip_prefix="10.0.0.0/8"), [web.id]),
    (dict(remote_group_id=["x"]), []),
]:
    assert ids_in_v3(**filters) == expected, (filters, ids_in_v3(**filters))
assert len(ids_in_v3(ethertype=["ipv6"])) == 2
assert ids_in_v1(remote_ip_prefix="10.0.0.0/8") == [web.id] and ids_in_v1(security_group_id="x") == []
refused(409, "VPC.9902", third.create_security_group_rule, in_v3(protocol="tcp", multiport="22", remote_group_id=group_id))
refused(400, "VPC.9902", third.create_security_group_rule, in_v3(protocol="tcp", multiport="65536"))
refused(404, "VPC.9904", third.create_security_group_rule, in_v3(security_group_id="x"))
refused(400, "VPC.0601", first.create_security_group_rule, in_v1(protocol="tcp", port_range_min=2, port_range_max=1))
refused(404, "VPC.0603", first.create_security_group_rule, in_v1(security_group_id="x"))
assert third.create_security_group_rule(in_v3(dry_run=True, protocol="udp")).security_group_rule is None
third.delete_security_group_rule(v3.DeleteSecurityGroupRuleRequest(security_group_rule_id=web.id))
first.delete_security_group_rule(v2.DeleteSecurityGroupRuleRequest(security_group_rule_id=ssh.id))
assert ids_in_v3() == initial
refused(404, "VPC.9904", third.show_security_group_rule, v3.ShowSecurityGroupRuleRequest(security_group_rule_id=web.id))
refused(404, "VPC.0603", first.delete_security_group_rule, v2.DeleteSecurityGroupRuleRequest(security_group_rule_id=ssh.id))

# Another project than the keys' own.
other = client(v2.VpcClient, "f" * 32)
refused(400, "VPC.0007", other.list_vpcs, v2.ListVpcsRequest())
print("done")
