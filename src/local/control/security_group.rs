//! Security groups: the account has one, `default`. It lets everything in that it may: it guards nothing here.

use super::super::Account;
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::{CREATED_AT, members};
use crate::codes::vpc::{GROUP_NOT_FOUND, NO_SUCH_GROUP};
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::security_group::{
    ListSecurityGroups, ListSecurityGroupsV1, PageInfo, SecurityGroup, SecurityGroupAnswer, SecurityGroupList,
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
fn of_v1(account: &Account) -> SecurityGroup {
    let rule = |(direction, ethertype): (&str, &str)| {
        let mut rule = basic_rule(account, direction, ethertype);
        rule["tenant_id"] = json!(account.project_id);
        rule["port_range_min"] = Value::Null;
        rule["port_range_max"] = Value::Null;
        rule
    };
    let rules: Vec<Value> = INITIAL.into_iter().map(rule).collect();
    group(
        account,
        json!({"vpc_id": null, "enterprise_project_id": DEFAULT_ID, "security_group_rules": rules}),
    )
}

/// The rules of a new group: everything out, and in from the group itself.
const INITIAL: [(&str, &str); 4] = [
    ("egress", "IPv4"),
    ("egress", "IPv6"),
    ("ingress", "IPv4"),
    ("ingress", "IPv6"),
];

fn basic_rule(account: &Account, direction: &str, ethertype: &str) -> Value {
    let remote_group = (direction == "ingress").then(|| id(account));
    json!({
        "id": own_uuid(account, &format!("rule {direction} {ethertype}")), "security_group_id": id(account),
        "direction": direction, "ethertype": ethertype, "protocol": null, "description": "",
        "remote_group_id": remote_group, "remote_ip_prefix": null, "remote_address_group_id": null,
    })
}

/// ListSecurityGroups.
pub(super) async fn list(call: Call, input: ListSecurityGroups) -> Result<SecurityGroupList, Refusal> {
    let mut all = vec![listed(&call.context.account)];
    all.retain(|group| input.id.is_empty() || input.id.contains(&group.id));
    all.retain(|group| input.name.is_empty() || input.name.contains(&group.name));
    let (groups, more) = page::by_id(all, input.marker.as_deref(), input.limit, |group| &group.id)?;
    let last = groups.last().map(|group| group.id.clone());
    Ok(SecurityGroupList {
        request_id: call.request_id,
        page_info: PageInfo {
            previous_marker: groups.first().map(|group| group.id.clone()),
            current_count: u64::try_from(groups.len()).unwrap_or(u64::MAX),
            next_marker: last.filter(|_| more),
        },
        security_groups: groups,
    })
}

/// ShowSecurityGroup.
pub(super) async fn show(call: Call, input: ShowSecurityGroup) -> Result<SecurityGroupAnswer, Refusal> {
    let account = &call.context.account;
    if input.security_group_id != id(account) {
        return Err(Refusal::because(NO_SUCH_GROUP, input.security_group_id));
    }
    let created_at = format!("{CREATED_AT}Z");
    let rule = |(direction, ethertype): (&str, &str)| {
        let mut rule = basic_rule(account, direction, ethertype);
        for (name, value) in [
            ("project_id", json!(account.project_id)),
            ("multiport", Value::Null),
            ("action", json!("allow")),
            ("priority", json!(100)),
            ("enabled", json!(true)),
            ("created_at", json!(created_at)),
            ("updated_at", json!(created_at)),
        ] {
            rule[name] = value;
        }
        rule
    };
    let rules: Vec<Value> = INITIAL.into_iter().map(rule).collect();
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
    let mut all = vec![of_v1(&call.context.account)];
    all.retain(|_| input.vpc_id.is_none());
    let (security_groups, _) = page::by_id(all, input.marker.as_deref(), input.limit, |group| &group.id)?;
    Ok(SecurityGroupListV1 { security_groups })
}

/// ShowSecurityGroup of the API v1.
pub(super) async fn show_v1(call: Call, input: ShowSecurityGroupV1) -> Result<SecurityGroupAnswer, Refusal> {
    let security_group = of_v1(&call.context.account);
    match security_group.id == input.security_group_id {
        true => Ok(SecurityGroupAnswer {
            request_id: String::new(),
            security_group,
        }),
        false => Err(Refusal::because(GROUP_NOT_FOUND, input.security_group_id)),
    }
}
