//! New rules of the account's security group: what they may be.

use super::super::{Account, Context};
use super::identity::new_uuid;
use super::refusal::Refusal;
use super::request::Call;
use super::security_group;
use super::security_group_rule::{PRIORITY, all, of_v1};
use crate::codes::Entry;
use crate::codes::vpc::{BAD_RULE, GROUP_NOT_FOUND, GROUP_PARAMETER, NO_SUCH_GROUP};
use crate::local::store::records::SECURITY_GROUP_RULES;
use crate::wire::security_group_rule::{
    CreateSecurityGroupRule, CreateSecurityGroupRuleBody, CreateSecurityGroupRuleV1, NewSecurityGroupRule,
    SecurityGroupRule, SecurityGroupRuleAnswer, SecurityGroupRuleAnswerV1,
};
use jiff::Timestamp;
use std::fmt::Display;
use std::net::IpAddr;

/// The longest description, in characters.
const DESCRIPTION: usize = 255;
/// What an API calls things.
#[derive(Clone, Copy)]
struct Form {
    /// A member is not allowed, and with 409, the rule is there already.
    bad: Entry,
    /// There is no such group.
    missing: Entry,
    protocols: &'static [&'static str],
}

const V1: Form = Form {
    bad: GROUP_PARAMETER,
    missing: GROUP_NOT_FOUND,
    protocols: &["tcp", "udp", "icmp"],
};
const V3: Form = Form {
    bad: BAD_RULE,
    missing: NO_SUCH_GROUP,
    protocols: &["tcp", "udp", "icmp", "icmpv6"],
};

/// CreateSecurityGroupRule.
pub(super) async fn create(call: Call, input: CreateSecurityGroupRule) -> Result<SecurityGroupRuleAnswer, Refusal> {
    let rule = made(&call, input.body, V3).await?;
    Ok(SecurityGroupRuleAnswer {
        request_id: call.request_id,
        security_group_rule: rule,
    })
}

/// CreateSecurityGroupRule of the API v1.
pub(super) async fn create_v1(
    call: Call,
    input: CreateSecurityGroupRuleV1,
) -> Result<SecurityGroupRuleAnswerV1, Refusal> {
    let body = CreateSecurityGroupRuleBody {
        dry_run: false,
        security_group_rule: NewSecurityGroupRule {
            multiport: ports(&input.body.security_group_rule)?,
            action: None,
            priority: None,
            enabled: None,
            ..input.body.security_group_rule
        },
    };
    let rule = made(&call, body, V1).await?;
    Ok(SecurityGroupRuleAnswerV1 {
        security_group_rule: of_v1(rule),
    })
}

/// The ports of the API v1 as the API v3 writes them; of ICMP they are a type, and perhaps a code.
fn ports(new: &NewSecurityGroupRule) -> Result<Option<String>, Refusal> {
    let is_icmp = new.protocol.as_deref() == Some("icmp");
    let (numbers, what) = match is_icmp {
        true => (0..=255, "ICMP's type and code are numbers from 0 to 255"),
        false => (
            1..=65_535,
            "both ports are needed, numbers from 1 to 65535, the first not above the last",
        ),
    };
    match (new.port_range_min, new.port_range_max) {
        (None, None) => Ok(None),
        (Some(first), None) if is_icmp && numbers.contains(&first) => Ok(Some(first.to_string())),
        (Some(first), Some(last))
            if numbers.contains(&first) && numbers.contains(&last) && (is_icmp || first <= last) =>
        {
            Ok(Some(match first == last && !is_icmp {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            }))
        }
        _ => Err(Refusal::because(V1.bad, what)),
    }
}

async fn made(call: &Call, body: CreateSecurityGroupRuleBody, form: Form) -> Result<SecurityGroupRule, Refusal> {
    let now = call.now;
    call.blocking(move |context: &Context| {
        let account = &context.account;
        let rule = rule(account, body.security_group_rule, (now, form))?;
        context.store.write(|writer| {
            let mut rules = all(writer, account)?;
            if let Some(other) = rules.iter().find(|other| is_same(other, &rule)) {
                let detail = format!("the security group rule already exists, its id is {}", other.id);
                return Err(Refusal::because(form.bad, detail).with_status(409));
            }
            if body.dry_run {
                return Err(checked());
            }
            rules.push(rule.clone());
            writer.put(&SECURITY_GROUP_RULES, &rule.security_group_id, &rules)?;
            Ok(rule)
        })
    })
    .await
}

/// The end of a request that was only to be checked, and is right.
fn checked() -> Refusal {
    Refusal::Coded {
        code: "SYS.0202",
        status: 202,
        message: "Request validation has been passed with dry run.".to_owned(),
    }
}

/// Whether two rules let the same through.
fn is_same(one: &SecurityGroupRule, other: &SecurityGroupRule) -> bool {
    let told = |rule: &SecurityGroupRule| SecurityGroupRule {
        id: String::new(),
        description: String::new(),
        enabled: true,
        created_at: String::new(),
        updated_at: String::new(),
        ..rule.clone()
    };
    told(one) == told(other)
}

/// The rule that `new` asks for.
fn rule(
    account: &Account,
    new: NewSecurityGroupRule,
    (now, form): (Timestamp, Form),
) -> Result<SecurityGroupRule, Refusal> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let created_at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let rule = SecurityGroupRule {
        id: new_uuid(),
        security_group_id: new.security_group_id,
        direction: new.direction,
        ethertype: given(new.ethertype).unwrap_or_else(|| "IPv4".to_owned()),
        description: new.description.unwrap_or_default(),
        protocol: given(new.protocol).map(|protocol| protocol.to_ascii_lowercase()),
        multiport: given(new.multiport),
        remote_ip_prefix: given(new.remote_ip_prefix),
        remote_group_id: given(new.remote_group_id),
        remote_address_group_id: given(new.remote_address_group_id),
        action: given(new.action).unwrap_or_else(|| "allow".to_owned()),
        priority: new.priority.unwrap_or(PRIORITY),
        enabled: new.enabled.unwrap_or(true),
        project_id: account.project_id.clone(),
        updated_at: created_at.clone(),
        created_at,
    };
    there(account, &rule, form)?;
    match fault(&rule, form) {
        None => Ok(rule),
        Some((member, why)) => Err(Refusal::because(form.bad, format!("{member}: {why}"))),
    }
}

/// Whether the groups that `rule` names exist.
fn there(account: &Account, rule: &SecurityGroupRule, form: Form) -> Result<(), Refusal> {
    let missing = |what: &dyn Display| Err(Refusal::because(form.missing, what));
    let own = security_group::id(account);
    match (&rule.remote_group_id, &rule.remote_address_group_id) {
        _ if rule.security_group_id != own => missing(&rule.security_group_id),
        (Some(remote), _) if *remote != own => missing(remote),
        (_, Some(addresses)) => Err(Refusal::because(
            form.bad,
            format!("remote_address_group_id: there is no address group `{addresses}`"),
        )),
        _ => Ok(()),
    }
}

/// The member of `rule` that is not allowed, and why.
fn fault(rule: &SecurityGroupRule, form: Form) -> Option<(&'static str, &'static str)> {
    let protocol = rule.protocol.as_deref();
    let is_known = |name: &str| form.protocols.contains(&name) || name.parse::<u8>().is_ok();
    let is_text = rule.description.chars().count() <= DESCRIPTION && !rule.description.contains(['<', '>']);
    let remotes = [
        &rule.remote_ip_prefix,
        &rule.remote_group_id,
        &rule.remote_address_group_id,
    ];
    let faults = [
        (
            matches!(rule.direction.as_str(), "ingress" | "egress"),
            ("direction", "it is ingress or egress"),
        ),
        (
            matches!(rule.ethertype.as_str(), "IPv4" | "IPv6"),
            ("ethertype", "it is IPv4 or IPv6"),
        ),
        (is_text, ("description", "at most 255 characters, without < and >")),
        (
            protocol.is_none_or(is_known),
            (
                "protocol",
                "it is tcp, udp, icmp, of the API v3 icmpv6, or a number from 0 to 255",
            ),
        ),
        (
            (protocol != Some("icmp") || rule.ethertype == "IPv4")
                && (protocol != Some("icmpv6") || rule.ethertype == "IPv6"),
            ("protocol", "icmp goes with IPv4, and icmpv6 with IPv6"),
        ),
        (
            protocol == Some("icmp") || rule.multiport.as_deref().is_none_or(are_ports),
            ("multiport", "it is 80, 1-30 or 22,3389,80, of ports from 1 to 65535"),
        ),
        (
            remotes.into_iter().flatten().count() <= 1,
            (
                "remote_ip_prefix",
                "at most one of it, remote_group_id and remote_address_group_id",
            ),
        ),
        (
            rule.remote_ip_prefix
                .as_deref()
                .is_none_or(|text| is_prefix(text, &rule.ethertype)),
            (
                "remote_ip_prefix",
                "it is an address or a range such as 10.0.0.0/8, of the rule's ethertype",
            ),
        ),
        (
            matches!(rule.action.as_str(), "allow" | "deny"),
            ("action", "it is allow or deny"),
        ),
        ((1..=100).contains(&rule.priority), ("priority", "it is 1 to 100")),
    ];
    faults.into_iter().find_map(|(holds, fault)| (!holds).then_some(fault))
}

/// Whether `text` is `80`, `1-30` or several of these.
fn are_ports(text: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    text.split(',').all(|part| match part.split_once('-') {
        None => port(part).is_some(),
        Some((first, last)) => matches!((port(first), port(last)), (Some(first), Some(last)) if first <= last),
    })
}

/// Whether `text` is an address, or a range of them, of the kind `ethertype`.
fn is_prefix(text: &str, ethertype: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (text, Some(0)),
    };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => ethertype == "IPv4" && length.is_some_and(|length| length <= 32),
        Ok(IpAddr::V6(_)) => ethertype == "IPv6" && length.is_some_and(|length| length <= 128),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{are_ports, is_prefix};

    #[test]
    fn ports_and_prefixes_are_as_the_documents_write_them() {
        for text in ["80", "1-30", "22,3389,80", "22,100-200", "1", "65535"] {
            assert!(are_ports(text), "{text}");
        }
        for text in ["", "0", "65536", "30-1", "22,", "a", "1-2-3", "-1", " 80"] {
            assert!(!are_ports(text), "{text}");
        }
        for (text, ethertype) in [
            ("10.0.0.0/8", "IPv4"),
            ("10.0.0.1", "IPv4"),
            ("::/0", "IPv6"),
            ("fe80::1", "IPv6"),
        ] {
            assert!(is_prefix(text, ethertype), "{text}");
        }
        for (text, ethertype) in [
            ("10.0.0.0/33", "IPv4"),
            ("10.0.0.0/8", "IPv6"),
            ("x", "IPv4"),
            ("::/129", "IPv6"),
        ] {
            assert!(!is_prefix(text, ethertype), "{text}");
        }
    }
}
