//! Security groups: the account has one, `default`. It lets everything in that it may: it guards nothing here.

use super::super::Account;
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::{CREATED_AT, members};
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::security_group::{ListSecurityGroups, PageInfo, SecurityGroup, SecurityGroupList};
use serde_json::json;

/// The id of the account's only security group.
pub(super) fn id(account: &Account) -> String {
    own_uuid(account, "security group")
}

fn only(account: &Account) -> SecurityGroup {
    let created_at = format!("{CREATED_AT}Z");
    SecurityGroup {
        id: id(account),
        name: "default".to_owned(),
        description: "Default security group".to_owned(),
        other: members(json!({
            "project_id": account.project_id,
            "enterprise_project_id": DEFAULT_ID,
            "created_at": created_at,
            "updated_at": created_at,
            "tags": [],
        })),
    }
}

/// ListSecurityGroups.
pub(super) async fn list(call: Call, input: ListSecurityGroups) -> Result<SecurityGroupList, Refusal> {
    let all = vec![only(&call.context.account)];
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
