//! Virtual private clouds: the account has one, `vpc-default`.

use super::super::Account;
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::vpc::VPC_NOT_FOUND;
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::vpc::{ListVpcs, ShowVpc, Vpc, VpcAnswer, VpcList};
use serde_json::{Map, Value, json};

/// When the account's network was made, as far as anybody asks.
pub(super) const CREATED_AT: &str = "2026-01-01T00:00:00";

/// The id of the account's only VPC.
pub(super) fn id(account: &Account) -> String {
    own_uuid(account, "vpc")
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
    let all = vec![only(&call.context.account)];
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
