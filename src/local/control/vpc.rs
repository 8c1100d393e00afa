//! Virtual private clouds: the account has one, `vpc-default`.

use super::super::Account;
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::vpc::VPC_NOT_FOUND;
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::vpc::{
    ListVpcs, ListVpcsV3, ShowVpc, ShowVpcV3, Vpc, VpcAnswer, VpcAnswerV3, VpcList, VpcListV3, VpcV3,
};
use serde_json::{Map, Value, json};

/// When the account's network was made, as far as anybody asks.
pub(super) const CREATED_AT: &str = "2026-01-01T00:00:00";

/// The id of the account's only VPC.
pub(super) fn id(account: &Account) -> String {
    own_uuid(account, "vpc")
}

/// Whether a list of the enterprise project `asked` holds what is in the account's only one.
pub(super) fn is_default(asked: Option<&str>) -> bool {
    asked.is_none_or(|asked| matches!(asked, "" | DEFAULT_ID | "all_granted_eps"))
}

fn only(account: &Account) -> Vpc {
    Vpc {
        id: id(account),
        name: "vpc-default".to_owned(),
        cidr: "192.168.0.0/16".to_owned(),
        status: "OK".to_owned(),
        other: members(json!({
            "description": "",
            "routes": [],
            "enterprise_project_id": DEFAULT_ID,
            "tenant_id": account.project_id,
            "created_at": CREATED_AT,
            "updated_at": CREATED_AT,
        })),
    }
}

/// The members of an object that is written out in the code.
pub(super) fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// ListVpcs.
pub(super) async fn list(call: Call, input: ListVpcs) -> Result<VpcList, Refusal> {
    let mut all = vec![only(&call.context.account)];
    all.retain(|vpc| input.id.as_ref().is_none_or(|id| *id == vpc.id));
    all.retain(|_| is_default(input.enterprise_project_id.as_deref()));
    let (vpcs, _) = page::by_id(all, input.marker.as_deref(), input.limit, |vpc| &vpc.id)?;
    Ok(VpcList { vpcs })
}

/// ShowVpc.
pub(super) async fn show(call: Call, input: ShowVpc) -> Result<VpcAnswer, Refusal> {
    let vpc = only(&call.context.account);
    match vpc.id == input.vpc_id {
        true => Ok(VpcAnswer { vpc }),
        false => Err(Refusal::because(VPC_NOT_FOUND, input.vpc_id)),
    }
}

fn only_v3(account: &Account) -> VpcV3 {
    let vpc = only(account);
    let created_at = format!("{CREATED_AT}Z");
    VpcV3 {
        id: vpc.id,
        name: vpc.name,
        description: String::new(),
        cidr: vpc.cidr,
        status: "ACTIVE".to_owned(),
        other: members(json!({
            "project_id": account.project_id,
            "enterprise_project_id": DEFAULT_ID,
            "extend_cidrs": [],
            "cloud_resources": [
                {"resource_type": "routetable", "resource_count": 1},
                {"resource_type": "virsubnet", "resource_count": 1},
            ],
            "tags": [],
            "block_service_endpoint_states": "off",
            "enable_network_address_usage_metrics": false,
            "created_at": created_at,
            "updated_at": created_at,
        })),
    }
}

/// ListVpcs of the API v3.
pub(super) async fn list_v3(call: Call, input: ListVpcsV3) -> Result<VpcListV3, Refusal> {
    let mut all = vec![only_v3(&call.context.account)];
    let one_of = |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
    all.retain(|vpc| {
        one_of(&input.id, &vpc.id)
            && one_of(&input.name, &vpc.name)
            && one_of(&input.description, &vpc.description)
            && one_of(&input.cidr, &vpc.cidr)
            && is_default(input.enterprise_project_id.as_deref())
    });
    let (vpcs, page_info) = page::by_id_with_info(all, input.marker.as_deref(), input.limit, |vpc| &vpc.id)?;
    Ok(VpcListV3 {
        request_id: call.request_id,
        vpcs,
        page_info,
    })
}

/// ShowVpc of the API v3.
pub(super) async fn show_v3(call: Call, input: ShowVpcV3) -> Result<VpcAnswerV3, Refusal> {
    let vpc = only_v3(&call.context.account);
    match vpc.id == input.vpc_id {
        true => Ok(VpcAnswerV3 {
            request_id: call.request_id,
            vpc,
        }),
        false => Err(Refusal::because(VPC_NOT_FOUND, input.vpc_id)),
    }
}
