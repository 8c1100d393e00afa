//! Subnets: the account's VPC has one, `subnet-default`.

use super::super::Account;
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::{self, CREATED_AT, members};
use crate::codes::vpc::SUBNET_NOT_FOUND;
use crate::wire::subnet::{ListSubnets, ShowSubnet, Subnet, SubnetAnswer, SubnetList};
use serde_json::json;

/// The network id of the account's only subnet, which gateways and functions take.
pub(super) fn id(account: &Account) -> String {
    own_uuid(account, "subnet")
}

fn only(account: &Account) -> Subnet {
    Subnet {
        id: id(account),
        name: "subnet-default".to_owned(),
        cidr: "192.168.0.0/24".to_owned(),
        vpc_id: vpc::id(account),
        status: "ACTIVE".to_owned(),
        other: members(json!({
            "description": "",
            "gateway_ip": "192.168.0.1",
            "ipv6_enable": false,
            "dhcp_enable": true,
            "primary_dns": "100.125.1.250",
            "secondary_dns": "",
            "dnsList": ["100.125.1.250"],
            "availability_zone": "",
            "neutron_network_id": id(account),
            "neutron_subnet_id": own_uuid(account, "neutron subnet"),
            "extra_dhcp_opts": [],
            "scope": "center",
            "tenant_id": account.project_id,
            "created_at": CREATED_AT,
            "updated_at": CREATED_AT,
            "available_ip_address_count": 251,
        })),
    }
}

/// ListSubnets.
pub(super) async fn list(call: Call, input: ListSubnets) -> Result<SubnetList, Refusal> {
    let mut all = vec![only(&call.context.account)];
    all.retain(|subnet| input.vpc_id.as_ref().is_none_or(|vpc_id| *vpc_id == subnet.vpc_id));
    let (subnets, _) = page::by_id(all, input.marker.as_deref(), input.limit, |subnet| &subnet.id)?;
    Ok(SubnetList { subnets })
}

/// ShowSubnet.
pub(super) async fn show(call: Call, input: ShowSubnet) -> Result<SubnetAnswer, Refusal> {
    let subnet = only(&call.context.account);
    match subnet.id == input.subnet_id {
        true => Ok(SubnetAnswer { subnet }),
        false => Err(Refusal::because(SUBNET_NOT_FOUND, input.subnet_id)),
    }
}
