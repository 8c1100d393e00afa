"""The official SDKs of VPC, v2 (which calls the API v1) and v3, read what the account has."""

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

# Another project than the keys' own.
other = client(v2.VpcClient, "f" * 32)
refused(400, "VPC.0007", other.list_vpcs, v2.ListVpcsRequest())
print("done")
