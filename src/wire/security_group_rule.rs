//! Rules of security groups, API v3 and API v1: the same rules in two forms.

use super::operation::{Method, Operation, Service};
use super::security_group::PageInfo;
use serde::{Deserialize, Serialize};

/// What the documents leave open of a creation, whichever API creates.
const SAME: &str = "when two rules are the same: here when all but the description is, whether they are enabled or not";
const PREFIX: &str = "whether an address has to be of the rule's `ethertype`: here it has";
const ADDRESSES: &str = "the code for an address group that is not there, which here none is: here that of a bad rule";

/// A rule as the API v3 has it, and as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRule {
    /// A UUID with dashes.
    pub(crate) id: String,
    /// The group whose rule it is.
    pub(crate) security_group_id: String,
    /// `ingress` or `egress`.
    pub(crate) direction: String,
    /// `IPv4` or `IPv6`.
    pub(crate) ethertype: String,
    /// Free text.
    pub(crate) description: String,
    /// `tcp`, `udp`, `icmp`, `icmpv6` or a number; absent for all.
    pub(crate) protocol: Option<String>,
    /// `80`, `1-30` or `22,3389,80`; absent for all.
    pub(crate) multiport: Option<String>,
    /// Whom it is about, by address.
    pub(crate) remote_ip_prefix: Option<String>,
    /// Whom it is about, by their group.
    pub(crate) remote_group_id: Option<String>,
    /// Whom it is about, by a group of addresses.
    pub(crate) remote_address_group_id: Option<String>,
    /// `allow` or `deny`.
    pub(crate) action: String,
    /// 1, the highest, to 100.
    pub(crate) priority: i64,
    /// Whether it counts.
    pub(crate) enabled: bool,
    /// The project.
    pub(crate) project_id: String,
    /// `2025-07-15T08:30:00Z`.
    pub(crate) created_at: String,
    /// The same, of the last change.
    pub(crate) updated_at: String,
}

/// A rule as the API v1 has it: without an action, and with one range of ports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRuleV1 {
    /// A UUID with dashes.
    pub(crate) id: String,
    /// The group whose rule it is.
    pub(crate) security_group_id: String,
    /// `ingress` or `egress`.
    pub(crate) direction: String,
    /// `IPv4` or `IPv6`.
    pub(crate) ethertype: String,
    /// Free text.
    pub(crate) description: String,
    /// `tcp`, `udp`, `icmp` or a number; absent for all.
    pub(crate) protocol: Option<String>,
    /// The first port; absent for all.
    pub(crate) port_range_min: Option<i64>,
    /// The last port; absent for all.
    pub(crate) port_range_max: Option<i64>,
    /// Whom it is about, by address.
    pub(crate) remote_ip_prefix: Option<String>,
    /// Whom it is about, by their group.
    pub(crate) remote_group_id: Option<String>,
    /// Whom it is about, by a group of addresses.
    pub(crate) remote_address_group_id: Option<String>,
    /// The project.
    pub(crate) tenant_id: String,
}

/// What is to be created, in either form: each API has some of the members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct NewSecurityGroupRule {
    /// The group whose rule it will be.
    pub(crate) security_group_id: String,
    /// `ingress` or `egress`.
    pub(crate) direction: String,
    /// `IPv4`, which is the default, or `IPv6`.
    pub(crate) ethertype: Option<String>,
    /// At most 255 characters, without `<` and `>`.
    pub(crate) description: Option<String>,
    /// `tcp`, `udp`, `icmp`, of the API v3 `icmpv6` too, or a number; absent or empty for all.
    pub(crate) protocol: Option<String>,
    /// Of the API v3: `80`, `1-30` or `22,3389,80`.
    pub(crate) multiport: Option<String>,
    /// Of the API v1: the first port, a number or text.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) port_range_min: Option<i64>,
    /// Of the API v1: the last port, a number or text.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) port_range_max: Option<i64>,
    /// At most one of this and the next two.
    pub(crate) remote_ip_prefix: Option<String>,
    /// A group's id.
    pub(crate) remote_group_id: Option<String>,
    /// An address group's id.
    pub(crate) remote_address_group_id: Option<String>,
    /// Of the API v3: `allow`, which is the default, or `deny`.
    pub(crate) action: Option<String>,
    /// Of the API v3: 1, the highest, to 100.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) priority: Option<i64>,
    /// Of the API v3: true unless it says.
    pub(crate) enabled: Option<bool>,
}

/// The body that creates a rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateSecurityGroupRuleBody {
    /// What is to be created.
    pub(crate) security_group_rule: NewSecurityGroupRule,
    /// Of the API v3: whether the request is only to be checked.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// A rule, as the API v3 answers it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRuleAnswer {
    /// The request's id, as in the header.
    pub(crate) request_id: String,
    /// The one.
    pub(crate) security_group_rule: SecurityGroupRule,
}

/// A rule, as the API v1 answers it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRuleAnswerV1 {
    /// The one.
    pub(crate) security_group_rule: SecurityGroupRuleV1,
}

/// Creates a rule. Source: CreateSecurityGroupRule (v3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateSecurityGroupRule {
    /// What is to be created.
    pub(crate) body: CreateSecurityGroupRuleBody,
}

impl Operation for CreateSecurityGroupRule {
    const NAME: &'static str = "CreateSecurityGroupRule";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-group-rules";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] = &[
        SAME,
        PREFIX,
        ADDRESSES,
        "the priority of a rule that names none, 100 by the SDK and 1 by the reference: here 100",
    ];
    type Output = SecurityGroupRuleAnswer;
}

/// Creates a rule. Source: CreateSecurityGroupRule (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateSecurityGroupRuleV1 {
    /// What is to be created.
    pub(crate) body: CreateSecurityGroupRuleBody,
}

impl Operation for CreateSecurityGroupRuleV1 {
    const NAME: &'static str = "CreateSecurityGroupRuleV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/{project_id}/security-group-rules";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        SAME,
        PREFIX,
        ADDRESSES,
        "the code for a rule that is there already: here 409 `VPC.0601`",
        "whether ICMP needs IPv4, as in the API v3: here it does",
    ];
    type Output = SecurityGroupRuleAnswerV1;
}

/// Lists rules; each list of values keeps what has one of them. Source: ListSecurityGroupRules (v3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListSecurityGroupRules {
    /// Of these groups.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) security_group_id: Vec<String>,
    /// With these ids.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) id: Vec<String>,
    /// With these protocols.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) protocol: Vec<String>,
    /// With exactly these descriptions.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) description: Vec<String>,
    /// About these groups.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) remote_group_id: Vec<String>,
    /// About these groups of addresses.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) remote_address_group_id: Vec<String>,
    /// `IPv4`, `IPv6`, in small letters too.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) ethertype: Vec<String>,
    /// With these priorities.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) priority: Vec<String>,
    /// `ingress` or `egress`.
    pub(crate) direction: Option<String>,
    /// `allow` or `deny`.
    pub(crate) action: Option<String>,
    /// About this address.
    pub(crate) remote_ip_prefix: Option<String>,
    /// `true` or `false`.
    pub(crate) enabled: Option<String>,
    /// 0 to 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListSecurityGroupRules`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRuleList {
    /// The request's id, as in the header.
    pub(crate) request_id: String,
    /// One page.
    pub(crate) security_group_rules: Vec<SecurityGroupRule>,
    /// Where the page lies; the last one has no `next_marker`.
    pub(crate) page_info: PageInfo,
}

impl Operation for ListSecurityGroupRules {
    const NAME: &'static str = "ListSecurityGroupRules";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-group-rules";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["the order: here the oldest first"];
    type Output = SecurityGroupRuleList;
}

/// Lists rules. Source: ListSecurityGroupRules (v1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListSecurityGroupRulesV1 {
    /// Of this group.
    pub(crate) security_group_id: Option<String>,
    /// About this address.
    pub(crate) remote_ip_prefix: Option<String>,
    /// 0 to 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListSecurityGroupRulesV1`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRuleListV1 {
    /// One page.
    pub(crate) security_group_rules: Vec<SecurityGroupRuleV1>,
}

impl Operation for ListSecurityGroupRulesV1 {
    const NAME: &'static str = "ListSecurityGroupRulesV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/security-group-rules";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "the order: here the oldest first",
        "how a rule with several ranges of ports is told: here as one range from the lowest port to the highest",
        "whether a rule is told that denies: here it is, and looks like one that allows",
    ];
    type Output = SecurityGroupRuleListV1;
}

/// Shows a rule. Source: ShowSecurityGroupRule (v3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowSecurityGroupRule {
    /// Its id.
    pub(crate) security_group_rule_id: String,
}

impl Operation for ShowSecurityGroupRule {
    const NAME: &'static str = "ShowSecurityGroupRule";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-group-rules/{security_group_rule_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a rule that is not there: here that of a group, 404 `VPC.9904`"];
    type Output = SecurityGroupRuleAnswer;
}

/// Shows a rule. Source: ShowSecurityGroupRule (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowSecurityGroupRuleV1 {
    /// Its id.
    pub(crate) security_group_rule_id: String,
}

impl Operation for ShowSecurityGroupRuleV1 {
    const NAME: &'static str = "ShowSecurityGroupRuleV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/security-group-rules/{security_group_rule_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a rule that is not there: here that of a group, 404 `VPC.0603`"];
    type Output = SecurityGroupRuleAnswerV1;
}

/// Deletes a rule. Source: DeleteSecurityGroupRule (v3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteSecurityGroupRule {
    /// Its id.
    pub(crate) security_group_rule_id: String,
}

impl Operation for DeleteSecurityGroupRule {
    const NAME: &'static str = "DeleteSecurityGroupRule";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-group-rules/{security_group_rule_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = ShowSecurityGroupRule::UNKNOWN;
    type Output = ();
}

/// Deletes a rule. Source: DeleteSecurityGroupRule (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteSecurityGroupRuleV1 {
    /// Its id.
    pub(crate) security_group_rule_id: String,
}

impl Operation for DeleteSecurityGroupRuleV1 {
    const NAME: &'static str = "DeleteSecurityGroupRuleV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/{project_id}/security-group-rules/{security_group_rule_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = ShowSecurityGroupRuleV1::UNKNOWN;
    type Output = ();
}
