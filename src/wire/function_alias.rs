//! Aliases of a function: names that lead to a version, perhaps to a second one for some of the calls.
//! Source: FunctionGraph API v2, "Version Alias Management".

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An alias.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Alias {
    /// See [`super::rule::alias_name`].
    pub(crate) name: String,
    /// The version that it leads to.
    pub(crate) version: String,
    /// Free text.
    pub(crate) description: String,
    /// ISO 8601 with offset.
    pub(crate) last_modified: String,
    /// The function's URN, `:!` and the name.
    pub(crate) alias_urn: String,
    /// Where a second version takes some of the calls: how many of a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_version_weights: Option<BTreeMap<String, i64>>,
    /// Where a second version takes the calls that fit rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_version_strategy: Option<Map<String, Value>>,
}

impl Alias {
    /// Whether it leads some of the calls to `version` besides its main one.
    pub(crate) fn also_leads_to(&self, version: &str) -> bool {
        let weights = self.additional_version_weights.as_ref();
        let strategy = self.additional_version_strategy.as_ref();
        weights.is_some_and(|weights| weights.contains_key(version))
            || strategy.is_some_and(|strategy| strategy.contains_key(version))
    }

    /// The version that a call goes to: by its headers where there are rules, else by `roll`, a number under 100.
    pub(crate) fn version_for(&self, roll: i64, header: impl Fn(&str) -> Option<String>) -> &str {
        let by_rule = self
            .additional_version_strategy
            .iter()
            .flatten()
            .find(|(_, strategy)| fits(strategy, &header));
        if let Some((version, _)) = by_rule {
            return version;
        }
        let by_weight = self.additional_version_weights.iter().flatten().next();
        match by_weight {
            Some((version, weight)) if roll < *weight => version,
            _ => &self.version,
        }
    }
}

/// Whether a call with these headers fits the rules of `strategy`: all of them, or one where `combine_type` is `or`.
fn fits(strategy: &Value, header: &impl Fn(&str) -> Option<String>) -> bool {
    let rules = strategy["rules"].as_array().map_or(&[][..], Vec::as_slice);
    let mut fitting = rules.iter().map(|rule| fits_rule(rule, header));
    match strategy["combine_type"].as_str() {
        Some("or") => fitting.any(|fits| fits),
        _ => !rules.is_empty() && fitting.all(|fits| fits),
    }
}

/// The documents spell the types `Header` and `header`, `cookie`.
fn fits_rule(rule: &Value, header: &impl Fn(&str) -> Option<String>) -> bool {
    let text = |member: &str| rule[member].as_str().unwrap_or_default();
    let found = match text("rule_type").to_ascii_lowercase().as_str() {
        "header" => header(text("param")),
        "cookie" => header("cookie").and_then(|cookies| cookie(&cookies, text("param"))),
        _ => None,
    };
    let Some(found) = found else { return false };
    match text("op") {
        "in" => text("value").split(',').any(|value| value.trim() == found),
        _ => text("value") == found,
    }
}

fn cookie(cookies: &str, name: &str) -> Option<String> {
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
}

/// What an alias is made of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewAlias {
    /// Its name; an update has none.
    pub(crate) name: Option<String>,
    /// A version, or `latest`.
    pub(crate) version: Option<String>,
    /// Free text.
    pub(crate) description: Option<String>,
    /// See [`Alias::additional_version_weights`]; excludes the strategy.
    pub(crate) additional_version_weights: Option<BTreeMap<String, i64>>,
    /// See [`Alias::additional_version_strategy`]; excludes the weights.
    pub(crate) additional_version_strategy: Option<Map<String, Value>>,
}

/// Creates an alias. Source: CreateVersionAlias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateVersionAlias {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The alias.
    pub(crate) body: NewAlias,
}

/// Lists a function's aliases; not paged. Source: ListVersionAliases.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListVersionAliases {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
}

/// Shows an alias. Source: ShowVersionAlias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowVersionAlias {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The alias.
    pub(crate) alias_name: String,
}

/// Replaces what an alias leads to. Source: UpdateVersionAlias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateVersionAlias {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The alias.
    pub(crate) alias_name: String,
    /// All of it but the name.
    pub(crate) body: NewAlias,
}

/// Deletes an alias. Source: DeleteVersionAlias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteVersionAlias {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The alias.
    pub(crate) alias_name: String,
}

impl Operation for CreateVersionAlias {
    const NAME: &'static str = "CreateVersionAlias";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/aliases";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "the longest name, 63 characters or 64: here 63",
        "the code for a second additional version: here 400 `FSS.1091`",
    ];
    type Output = Alias;
}

impl Operation for ListVersionAliases {
    const NAME: &'static str = "ListVersionAliases";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/aliases";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Vec<Alias>;
}

impl Operation for ShowVersionAlias {
    const NAME: &'static str = "ShowVersionAlias";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Alias;
}

impl Operation for UpdateVersionAlias {
    const NAME: &'static str = "UpdateVersionAlias";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Alias;
}

impl Operation for DeleteVersionAlias {
    const NAME: &'static str = "DeleteVersionAlias";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/aliases/{alias_name}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

#[cfg(test)]
mod tests {
    use super::Alias;
    use serde_json::json;

    fn alias(more: serde_json::Value) -> Alias {
        let mut alias: Alias = serde_json::from_value(more).unwrap();
        alias.version = "v1".to_owned();
        alias
    }

    #[test]
    fn weights_and_rules_lead_to_the_second_version() {
        let nobody = |_: &str| None;
        assert_eq!(alias(json!({})).version_for(0, nobody), "v1");
        let weighted = alias(json!({"additional_version_weights": {"v2": 30}}));
        assert_eq!(
            [0, 29, 30, 99].map(|roll| weighted.version_for(roll, nobody)),
            ["v2", "v2", "v1", "v1"]
        );
        assert!(weighted.also_leads_to("v2") && !weighted.also_leads_to("v1"));
        let rule = |kind: &str, param: &str, op: &str, value: &str| json!({"rule_type": kind, "param": param, "op": op, "value": value});
        let both = [
            rule("Header", "x-stage", "=", "beta"),
            rule("cookie", "who", "in", "me, you"),
        ];
        let headers = |name: &str| match name {
            "x-stage" => Some("beta".to_owned()),
            "cookie" => Some("a=1; who=you".to_owned()),
            _ => None,
        };
        let half = |name: &str| headers(name).filter(|_| name == "x-stage");
        for (combine, all, one) in [("and", "v2", "v1"), ("or", "v2", "v2")] {
            let strategy = json!({"additional_version_strategy": {"v2": {"combine_type": combine, "rules": both}}});
            assert_eq!(alias(strategy.clone()).version_for(0, headers), all);
            assert_eq!(alias(strategy.clone()).version_for(0, half), one);
            assert_eq!(alias(strategy).version_for(0, nobody), "v1");
        }
    }
}
