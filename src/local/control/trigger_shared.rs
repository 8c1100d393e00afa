//! Triggers of type `APIG`, of the shared gateway that is going away. The local cloud has no shared gateway: such a
//! trigger is kept and told, and nothing answers at its URL.

use super::api_definition::METHODS;
use super::clock;
use super::identity::new_id;
use super::refusal::Refusal;
use super::trigger_gateway::check_status;
use crate::codes::functiongraph::{GATEWAY_TRIGGER_EXISTS, REQUEST_PATH_EXISTS, SHARED_GATEWAY_PARAMETERS};
use crate::local::store::records::TRIGGERS;
use crate::local::store::{Read, Writer};
use crate::wire::function_version::LATEST;
use crate::wire::trigger::{ACTIVE, GatewayEventData, NewTrigger, SHARED_GATEWAY, Trigger, TriggerFunction};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;

/// Backend timeout of a trigger that names none, in milliseconds.
const USUAL_TIMEOUT: i64 = 5000;

fn bad(detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(SHARED_GATEWAY_PARAMETERS, detail)
}

/// `new`, found fit.
///
/// # Errors
/// 400 `FSS.1107`.
pub(super) fn checked(new: NewTrigger) -> Result<NewTrigger, Refusal> {
    check_status(new.trigger_status.as_deref())?;
    let data = &new.event_data;
    rule::api_name(&data.name).map_err(bad)?;
    for (name, value) in [
        ("group_id", &data.group_id),
        ("sl_domain", &data.sl_domain),
        ("env_name", &data.env_name),
        ("env_id", &data.env_id),
    ] {
        if value.as_deref().unwrap_or_default().is_empty() {
            return Err(bad(format!("`{name}` is missing")));
        }
    }
    let one_of = |name: &str, value: &Option<String>, allowed: &[&str]| match value.as_deref() {
        Some(value) if allowed.contains(&value) => Ok(()),
        other => Err(bad(format!("{name} `{}`", other.unwrap_or_default()))),
    };
    one_of("protocol", &data.protocol, &["HTTP", "HTTPS"])?;
    one_of("req_method", &data.req_method, METHODS)?;
    one_of("auth", &data.auth, &["IAM", "APP", "NONE"])?;
    one_of("match_mode", &data.match_mode, &["SWA", "NORMAL"])?;
    rule::request_path(data.path.as_deref().unwrap_or_default()).map_err(bad)?;
    let timeout = data.func_info.as_ref().map_or(USUAL_TIMEOUT, |info| info.timeout);
    rule::backend_timeout(timeout).map_err(bad)?;
    Ok(new)
}

/// Makes the trigger that `new` describes.
///
/// # Errors
/// 409 `FSS.1146` or `FSS.1147`.
pub(super) fn create(writer: &Writer, new: NewTrigger, urn: &FunctionUrn, now: Timestamp) -> Result<Trigger, Refusal> {
    let mut data = new.event_data;
    for record in writer.scan(&TRIGGERS, "")? {
        let other = record.trigger;
        if other.trigger_type_code == SHARED_GATEWAY && other.event_data.group_id == data.group_id {
            clashes(&other.event_data, &data)?;
        }
    }
    let id = new_id();
    let (protocol, domain, path) = (&data.protocol, &data.sl_domain, &data.path);
    let scheme = if protocol.as_deref() == Some("HTTP") {
        "http"
    } else {
        "https"
    };
    let url = format!(
        "{scheme}://{}{}",
        domain.as_deref().unwrap_or_default(),
        path.as_deref().unwrap_or_default()
    );
    data.invoke_url = Some(url);
    data.api_id = Some(new_id());
    data.func_info = Some(backend(data.func_info.take(), urn));
    for (name, value) in [
        ("triggerid", id.as_str()),
        ("api_name", &data.name.clone()),
        ("roma_app_id", ""),
    ] {
        data.other.insert(name.to_owned(), value.into());
    }
    let time = clock::with_offset(now);
    Ok(Trigger {
        trigger_id: id,
        trigger_type_code: SHARED_GATEWAY.to_owned(),
        trigger_status: ACTIVE.to_owned(),
        event_data: data,
        created_time: Some(time.clone()),
        last_updated_time: Some(time),
    })
}

fn clashes(one: &GatewayEventData, other: &GatewayEventData) -> Result<(), Refusal> {
    if one.name == other.name {
        return Err(Refusal::because(GATEWAY_TRIGGER_EXISTS, format!("`{}`", one.name)));
    }
    if one.path == other.path && one.req_method == other.req_method {
        return Err(Refusal::because(REQUEST_PATH_EXISTS, format!("by `{}`", one.name)));
    }
    Ok(())
}

fn backend(sent: Option<TriggerFunction>, urn: &FunctionUrn) -> TriggerFunction {
    let sent = sent.unwrap_or(TriggerFunction {
        timeout: USUAL_TIMEOUT,
        ..TriggerFunction::default()
    });
    TriggerFunction {
        function_urn: Some(urn.unqualified().to_string()),
        invocation_type: sent.invocation_type.or_else(|| Some("sync".to_owned())),
        version: Some(urn.qualifier.clone().unwrap_or_else(|| LATEST.to_owned())),
        ..sent
    }
}
