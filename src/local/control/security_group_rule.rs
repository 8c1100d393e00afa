//! Rules of the account's security group. They are kept and told, and guard nothing: no call is let in or out by them.

use super::super::{Account, Context};
use super::identity::own_uuid;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use super::security_group;
use super::vpc::CREATED_AT;
use crate::codes::vpc::{GROUP_NOT_FOUND, NO_SUCH_GROUP};
use crate::local::store::records::SECURITY_GROUP_RULES;
use crate::local::store::{Read, StoreError};
use crate::wire::security_group_rule::{
    DeleteSecurityGroupRule, DeleteSecurityGroupRuleV1, ListSecurityGroupRules, ListSecurityGroupRulesV1,
    SecurityGroupRule, SecurityGroupRuleAnswer, SecurityGroupRuleAnswerV1, SecurityGroupRuleList,
    SecurityGroupRuleListV1, SecurityGroupRuleV1, ShowSecurityGroupRule, ShowSecurityGroupRuleV1,
};

/// The rules of a new group: everything out, and in from the group itself.
const INITIAL: [(&str, &str); 4] = [
    ("egress", "IPv4"),
    ("egress", "IPv6"),
    ("ingress", "IPv4"),
    ("ingress", "IPv6"),
];
/// The priority of the initial rules, and of one that names none.
pub(super) const PRIORITY: i64 = 100;

/// The rules of the account's group, the oldest first.
pub(super) fn all(view: &impl Read, account: &Account) -> Result<Vec<SecurityGroupRule>, StoreError> {
    let group = security_group::id(account);
    let written = view.get(&SECURITY_GROUP_RULES, &group)?;
    Ok(written.unwrap_or_else(|| INITIAL.map(|kind| initial(account, kind)).to_vec()))
}

fn initial(account: &Account, (direction, ethertype): (&str, &str)) -> SecurityGroupRule {
    let group = security_group::id(account);
    let created_at = format!("{CREATED_AT}Z");
    SecurityGroupRule {
        id: own_uuid(account, &format!("rule {direction} {ethertype}")),
        remote_group_id: (direction == "ingress").then(|| group.clone()),
        security_group_id: group,
        direction: direction.to_owned(),
        ethertype: ethertype.to_owned(),
        description: String::new(),
        protocol: None,
        multiport: None,
        remote_ip_prefix: None,
        remote_address_group_id: None,
        action: "allow".to_owned(),
        priority: PRIORITY,
        enabled: true,
        project_id: account.project_id.clone(),
        updated_at: created_at.clone(),
        created_at,
    }
}

/// `rule` as the API v1 tells it.
pub(super) fn of_v1(rule: SecurityGroupRule) -> SecurityGroupRuleV1 {
    let (first, last) = range(&rule);
    SecurityGroupRuleV1 {
        id: rule.id,
        security_group_id: rule.security_group_id,
        direction: rule.direction,
        ethertype: rule.ethertype,
        description: rule.description,
        protocol: rule.protocol,
        port_range_min: first,
        port_range_max: last,
        remote_ip_prefix: rule.remote_ip_prefix,
        remote_group_id: rule.remote_group_id,
        remote_address_group_id: rule.remote_address_group_id,
        tenant_id: rule.project_id,
    }
}

/// The ports as one range; of ICMP the type, and the code if there is one.
fn range(rule: &SecurityGroupRule) -> (Option<i64>, Option<i64>) {
    let text = rule.multiport.as_deref().unwrap_or_default();
    let mut numbers = text.split([',', '-']).filter_map(|number| number.parse::<i64>().ok());
    if rule.protocol.as_deref() == Some("icmp") {
        return (numbers.next(), numbers.next());
    }
    let numbers: Vec<i64> = numbers.collect();
    (numbers.iter().min().copied(), numbers.iter().max().copied())
}

fn read(call: &Call) -> Result<Vec<SecurityGroupRule>, Refusal> {
    let Context { store, account, .. } = &*call.context;
    store.read(|reader| Ok(all(reader, account)?))
}

/// ListSecurityGroupRules.
pub(super) async fn list(call: Call, input: ListSecurityGroupRules) -> Result<SecurityGroupRuleList, Refusal> {
    let mut rules = read(&call)?;
    rules.retain(|rule| is_wanted(rule, &input));
    let (rules, page_info) = page::by_id_with_info(rules, input.marker.as_deref(), input.limit, |rule| &rule.id)?;
    Ok(SecurityGroupRuleList {
        request_id: call.request_id,
        security_group_rules: rules,
        page_info,
    })
}

fn is_wanted(rule: &SecurityGroupRule, input: &ListSecurityGroupRules) -> bool {
    let one_of = |wanted: &[String], value: &str| {
        wanted.is_empty() || wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let among = |wanted: &[String], value: &Option<String>| one_of(wanted, value.as_deref().unwrap_or_default());
    let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
    one_of(&input.id, &rule.id)
        && one_of(&input.security_group_id, &rule.security_group_id)
        && one_of(&input.ethertype, &rule.ethertype)
        && one_of(&input.priority, &rule.priority.to_string())
        && (input.description.is_empty() || input.description.contains(&rule.description))
        && among(&input.protocol, &rule.protocol)
        && among(&input.remote_group_id, &rule.remote_group_id)
        && among(&input.remote_address_group_id, &rule.remote_address_group_id)
        && is(&input.direction, &rule.direction)
        && is(&input.action, &rule.action)
        && is(&input.enabled, if rule.enabled { "true" } else { "false" })
        && (input.remote_ip_prefix.is_none() || input.remote_ip_prefix == rule.remote_ip_prefix)
}

/// ListSecurityGroupRules of the API v1.
pub(super) async fn list_v1(call: Call, input: ListSecurityGroupRulesV1) -> Result<SecurityGroupRuleListV1, Refusal> {
    let mut rules = read(&call)?;
    let group = &input.security_group_id;
    rules.retain(|rule| group.as_ref().is_none_or(|group| *group == rule.security_group_id));
    rules.retain(|rule| input.remote_ip_prefix.is_none() || input.remote_ip_prefix == rule.remote_ip_prefix);
    let (rules, _) = page::by_id(rules, input.marker.as_deref(), input.limit, |rule| &rule.id)?;
    Ok(SecurityGroupRuleListV1 {
        security_group_rules: rules.into_iter().map(of_v1).collect(),
    })
}

fn find(call: &Call, id: &str) -> Result<Option<SecurityGroupRule>, Refusal> {
    Ok(read(call)?.into_iter().find(|rule| rule.id == id))
}

/// ShowSecurityGroupRule.
pub(super) async fn show(call: Call, input: ShowSecurityGroupRule) -> Result<SecurityGroupRuleAnswer, Refusal> {
    let id = input.security_group_rule_id;
    let rule = find(&call, &id)?.ok_or_else(|| Refusal::because(NO_SUCH_GROUP, id))?;
    Ok(SecurityGroupRuleAnswer {
        request_id: call.request_id,
        security_group_rule: rule,
    })
}

/// ShowSecurityGroupRule of the API v1.
pub(super) async fn show_v1(call: Call, input: ShowSecurityGroupRuleV1) -> Result<SecurityGroupRuleAnswerV1, Refusal> {
    let id = input.security_group_rule_id;
    let rule = find(&call, &id)?.ok_or_else(|| Refusal::because(GROUP_NOT_FOUND, id))?;
    Ok(SecurityGroupRuleAnswerV1 {
        security_group_rule: of_v1(rule),
    })
}

/// DeleteSecurityGroupRule.
pub(super) async fn delete(call: Call, input: DeleteSecurityGroupRule) -> Result<(), Refusal> {
    let id = input.security_group_rule_id;
    match remove(&call, id.clone()).await? {
        true => Ok(()),
        false => Err(Refusal::because(NO_SUCH_GROUP, id)),
    }
}

/// DeleteSecurityGroupRule of the API v1.
pub(super) async fn delete_v1(call: Call, input: DeleteSecurityGroupRuleV1) -> Result<(), Refusal> {
    let id = input.security_group_rule_id;
    match remove(&call, id.clone()).await? {
        true => Ok(()),
        false => Err(Refusal::because(GROUP_NOT_FOUND, id)),
    }
}

/// Whether the rule `id` was there.
async fn remove(call: &Call, id: String) -> Result<bool, Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut rules = all(writer, &context.account)?;
            let before = rules.len();
            rules.retain(|rule| rule.id != id);
            writer.put(&SECURITY_GROUP_RULES, &security_group::id(&context.account), &rules)?;
            Ok(rules.len() < before)
        })
    })
    .await
}
