//! The rules on a function's configuration, by creation and update alike.

use super::super::Context;
use super::refusal::Refusal;
use super::{subnet, user_data, vpc};
use crate::codes::functiongraph::{
    AGENCY, AGENCY_NEEDED, DESCRIPTION, HANDLER, INITIALIZER, INITIALIZER_TIMEOUT, INVALID_PARAMETER, MEMORY,
    MOUNT_EXISTS, MOUNT_PATH, MOUNT_USER, MOUNTS, NO_SUCH_SUBNET, NO_SUCH_VPC, TIMEOUT,
};
use crate::wire::function::{BOOTSTRAP, NewFunction};
use crate::wire::{rule, runtime};
use serde_json::{Map, Value};
use std::collections::HashSet;

type Members = Map<String, Value>;

/// How many file systems a function may have.
const MOST_MOUNTS: usize = 5;

/// Checks what creation and update have in common, in the service's order.
///
/// # Errors
/// The first rule that is broken, by its own code.
pub(super) fn check(context: &Context, runtime: &str, sent: &NewFunction) -> Result<(), Refusal> {
    handler(runtime, &sent.handler)?;
    rule::memory_size(sent.memory_size).map_err(|broken| Refusal::because(MEMORY, broken))?;
    rule::execution_timeout(sent.timeout).map_err(|broken| Refusal::because(TIMEOUT, broken))?;
    user_data::read(sent.user_data.as_deref().unwrap_or_default())?;
    user_data::read(encrypted(&sent.other)?)?;
    rule::description(sent.description.as_deref().unwrap_or_default())
        .map_err(|broken| Refusal::because(DESCRIPTION, broken))?;
    agencies(sent)?;
    network(context, sent)?;
    hooks(&sent.other)?;
    mounts(sent.other.get("mount_config"))?;
    switch(context, runtime, sent.other.get(&context.behaviour.websocket_field))
}

fn handler(runtime: &str, handler: &str) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::because(HANDLER, format!("`{handler}`: {why}")));
    match runtime {
        "Custom Image" => Ok(()),
        runtime::HTTP | "Custom" if handler != BOOTSTRAP => refuse("this runtime starts `bootstrap`"),
        runtime::HTTP | "Custom" => Ok(()),
        _ if !(3..=128).contains(&handler.chars().count()) => refuse("it must have 3 to 128 characters"),
        _ if !handler.contains('.') => refuse("it must read file.function"),
        _ => Ok(()),
    }
}

fn network(context: &Context, sent: &NewFunction) -> Result<(), Refusal> {
    let Some(network) = &sent.func_vpc else {
        return Ok(());
    };
    if sent.xrole.as_deref().unwrap_or_default().is_empty() {
        return Err(Refusal::because(AGENCY_NEEDED, "func_vpc is set and xrole is not"));
    }
    if network.vpc_id != vpc::id(&context.account) {
        return Err(Refusal::because(NO_SUCH_VPC, format!("`{}`", network.vpc_id)));
    }
    if network.subnet_id != subnet::id(&context.account) {
        return Err(Refusal::because(NO_SUCH_SUBNET, format!("`{}`", network.subnet_id)));
    }
    Ok(())
}

/// The WebSocket switch is a boolean, and only HTTP functions have a use for it.
fn switch(context: &Context, runtime: &str, value: Option<&Value>) -> Result<(), Refusal> {
    let name = &context.behaviour.websocket_field;
    match value {
        None | Some(Value::Bool(false)) => Ok(()),
        Some(Value::Bool(true)) if runtime == runtime::HTTP => Ok(()),
        Some(Value::Bool(true)) => {
            let detail = format!("`{name}`: WebSocket is only supported by HTTP functions");
            Err(Refusal::because(INVALID_PARAMETER, detail))
        }
        Some(other) => {
            let detail = format!("`{name}` is true or false, not {other}");
            Err(Refusal::because(INVALID_PARAMETER, detail))
        }
    }
}

/// The encrypted variables of a request.
///
/// # Errors
/// They are no text.
pub(super) fn encrypted(members: &Members) -> Result<&str, Refusal> {
    match members.get("encrypted_user_data") {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::because(INVALID_PARAMETER, "encrypted_user_data is no text")),
    }
}

fn agencies(sent: &NewFunction) -> Result<(), Refusal> {
    for agency in [&sent.xrole, &sent.app_xrole].into_iter().flatten() {
        if agency.chars().count() > rule::AGENCY_LENGTH {
            let detail = format!("`{agency}` has more than {} characters", rule::AGENCY_LENGTH);
            return Err(Refusal::because(AGENCY, detail));
        }
    }
    Ok(())
}

/// The initializer has a handler and a timeout, or neither. What the service says of a pre-stop hook's timeout is not
/// known.
fn hooks(other: &Members) -> Result<(), Refusal> {
    let text = |name: &str| other.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| other.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (handler, timeout) = (text("initializer_handler"), number("initializer_timeout"));
    match (handler.is_empty(), timeout) {
        (true, 0) => {}
        (true, _) => return Err(Refusal::because(INITIALIZER, "initializer_handler is missing")),
        (false, _) if handler.chars().count() > *rule::HANDLER_LENGTH.end() => {
            return Err(Refusal::because(INITIALIZER, format!("`{handler}` is too long")));
        }
        (false, timeout) => {
            rule::initializer_timeout(timeout).map_err(|broken| Refusal::because(INITIALIZER_TIMEOUT, broken))?
        }
    }
    match number("pre_stop_timeout") {
        0 => Ok(()),
        timeout => rule::pre_stop_timeout(timeout).map_err(|broken| Refusal::because(INVALID_PARAMETER, broken)),
    }
}

/// File systems are kept and shown, and not mounted: the local cloud has none.
fn mounts(config: Option<&Value>) -> Result<(), Refusal> {
    let Some(config) = config else { return Ok(()) };
    for member in ["user_id", "user_group_id"] {
        let id = config["mount_user"][member].as_i64().unwrap_or(-1);
        if !(-1..=65534).contains(&id) || [0, 1000, 1002].contains(&id) {
            return Err(Refusal::because(MOUNT_USER, format!("{member} `{id}`")));
        }
    }
    let mounts = config["func_mounts"].as_array().map_or(&[][..], Vec::as_slice);
    if mounts.len() > MOST_MOUNTS {
        return Err(Refusal::because(
            MOUNTS,
            format!("{}, more than {MOST_MOUNTS}", mounts.len()),
        ));
    }
    let mut seen = HashSet::new();
    for mount in mounts {
        let path = mount["local_mount_path"].as_str().unwrap_or_default();
        if !path.starts_with('/') {
            return Err(Refusal::because(
                MOUNT_PATH,
                format!("`{path}` does not begin with `/`"),
            ));
        }
        if !seen.insert(path) {
            return Err(Refusal::because(MOUNT_EXISTS, format!("`{path}`")));
        }
    }
    Ok(())
}
