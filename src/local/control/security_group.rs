//! Security groups: the account has one, `default`. It lets everything in that it may: it guards nothing here.

use super::super::{Account, Context};
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use super::security_group_rule;
use super::vpc::{CREATED_AT, is_default, members};
use crate::codes::vpc::{GROUP_NOT_FOUND, NO_SUCH_GROUP};
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::security_group::{
    ListSecurityGroups, ListSecurityGroupsV1, SecurityGroup, SecurityGroupAnswer, SecurityGroupList,
    SecurityGroupListV1, ShowSecurityGroup, ShowSecurityGroupV1,
};
use serde_json::{Value, json};

/// The id of the account's only security group.
pub(super) fn id(account: &Account) -> String {
    own_uuid(account, "security group")
}

fn group(account: &Account, other: Value) -> SecurityGroup {
    SecurityGroup {
        id: id(account),
        name: "default".to_owned(),
        description: "Default security group".to_owned(),
        other: members(other),
    }
}

/// The group as a list of the API v3 has it, without its rules.
fn listed(account: &Account) -> SecurityGroup {
    let created_at = format!("{CREATED_AT}Z");
    group(
        account,
        json!({
            "project_id": account.project_id,
            "enterprise_project_id": DEFAULT_ID,
            "created_at": created_at,
            "updated_at": created_at,
            "tags": [],
        }),
    )
}

/// The group as the API v1 has it.
fn of_v1(call: &Call) -> Result<SecurityGroup, Refusal> {
    let Context { store, account, .. } = &*call.context;
    let rules = store.read(|reader| security_group_rule::all(reader, account))?;
    let rules: Vec<_> = rules.into_iter().map(security_group_rule::of_v1).collect();
    Ok(group(
        account,
        json!({"vpc_id": null, "enterprise_project_id": DEFAULT_ID, "security_group_rules": rules}),
    ))
}

/// ListSecurityGroups.
pub(super) async fn list(call: Call, input: ListSecurityGroups) -> Result<SecurityGroupList, Refusal> {
    let mut all = vec![listed(&call.context.account)];
    all.retain(|group| input.id.is_empty() || input.id.contains(&group.id));
    all.retain(|group| input.name.is_empty() || input.name.contains(&group.name));
    all.retain(|group| input.description.is_empty() || input.description.contains(&group.description));
    all.retain(|_| is_default(input.enterprise_project_id.as_deref()));
    let (security_groups, page_info) =
        page::by_id_with_info(all, input.marker.as_deref(), input.limit, |group| &group.id)?;
    Ok(SecurityGroupList {
        request_id: call.request_id,
        security_groups,
        page_info,
    })
}

/// ShowSecurityGroup.
pub(super) async fn show(call: Call, input: ShowSecurityGroup) -> Result<SecurityGroupAnswer, Refusal> {
    let account = &call.context.account;
    if input.security_group_id != id(account) {
        return Err(Refusal::because(NO_SUCH_GROUP, input.security_group_id));
    }
    let rules = call
        .context
        .store
        .read(|reader| security_group_rule::all(reader, account))?;
    let mut security_group = listed(account);
    security_group
        .other
        .insert("security_group_rules".to_owned(), json!(rules));
    Ok(SecurityGroupAnswer {
        request_id: call.request_id,
        security_group,
    })
}

/// ListSecurityGroups of the API v1.
pub(super) async fn list_v1(call: Call, input: ListSecurityGroupsV1) -> Result<SecurityGroupListV1, Refusal> {
    let mut all = vec![of_v1(&call)?];
    all.retain(|_| input.vpc_id.is_none() && is_default(input.enterprise_project_id.as_deref()));
    let (security_groups, _) = page::by_id(all, input.marker.as_deref(), input.limit, |group| &group.id)?;
    Ok(SecurityGroupListV1 { security_groups })
}

/// ShowSecurityGroup of the API v1.
pub(super) async fn show_v1(call: Call, input: ShowSecurityGroupV1) -> Result<SecurityGroupAnswer, Refusal> {
    let security_group = of_v1(&call)?;
    match security_group.id == input.security_group_id {
        true => Ok(SecurityGroupAnswer {
            request_id: String::new(),
            security_group,
        }),
        false => Err(Refusal::because(GROUP_NOT_FOUND, input.security_group_id)),
    }
}
