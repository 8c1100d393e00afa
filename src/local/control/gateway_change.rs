//! What of a gateway can be changed while it runs.

use super::super::Account;
use super::gateway_creation::{description, known_security_group, parameter, window};
use super::refusal::Refusal;
use crate::local::store::records::GatewayRecord;
use crate::wire::gateway::GatewayChange;
use crate::wire::rule;
use serde_json::{Value, json};

/// The longest name of a gateway's endpoint service, in characters.
const ENDPOINT_NAME: usize = 16;

/// Checks `change` by itself.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(account: &Account, change: &GatewayChange) -> Result<(), Refusal> {
    if let Some(name) = &change.instance_name {
        rule::gateway_name(name).map_err(|broken| parameter("instanceName", broken))?;
    }
    description(change.description.as_deref())?;
    if let Some(id) = &change.security_group_id {
        known_security_group(account, id)?;
    }
    let endpoint = change.vpcep_service_name.as_deref().unwrap_or_default();
    if endpoint.chars().count() > ENDPOINT_NAME {
        let detail = format!("`{endpoint}` has more than {ENDPOINT_NAME} characters");
        return Err(parameter("vpcepServiceName", detail));
    }
    Ok(())
}

/// Makes the gateway of `record` what `change` says. A beginning of the maintenance window moves its end along.
///
/// # Errors
/// The maintenance window is none.
pub(super) fn apply(account: &Account, record: &mut GatewayRecord, change: &GatewayChange) -> Result<(), Refusal> {
    if let Some(name) = &change.instance_name {
        record.gateway.instance_name.clone_from(name);
    }
    let other = &mut record.gateway.other;
    let mut set = |name: &str, value: Value| other.insert(name.to_owned(), value);
    if let Some(text) = &change.description {
        set("description", json!(text));
    }
    if let Some(id) = &change.security_group_id {
        set("security_group_id", json!(id));
    }
    if let Some(name) = change.vpcep_service_name.as_deref().filter(|name| !name.is_empty()) {
        let service = format!("{}.{name}.{}", account.region, record.gateway.id);
        set("endpoint_services", json!([{"service_name": service}]));
    }
    if change.maintain_begin.is_some() || change.maintain_end.is_some() {
        let current = other.get("maintain_begin").and_then(Value::as_str).map(str::to_owned);
        let begin = change.maintain_begin.as_deref().or(current.as_deref());
        let (begin, end) = window(begin, change.maintain_end.as_deref())?;
        other.insert("maintain_begin".to_owned(), json!(begin));
        other.insert("maintain_end".to_owned(), json!(end));
    }
    Ok(())
}
