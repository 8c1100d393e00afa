//! The end of a function, or of one of its versions, and of all that goes with it.

use super::function;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::functiongraph::{ADDITIONAL_IN_USE, ALIAS_HAS_TRIGGERS, INVALID_PARAMETER};
use crate::local::store::records::{
    ASYNC_INVOCATIONS, FUNCTION_ALIASES, FUNCTION_TAGS, FUNCTION_VERSIONS, FUNCTIONS, RESERVATIONS, TRIGGERS,
};
use crate::local::store::{Read, Writer};
use crate::wire::function::DeleteFunction;
use crate::wire::function_alias::Alias;
use crate::wire::function_version::LATEST;

/// DeleteFunction. The APIs that its triggers made stay, as on the real cloud.
pub(super) async fn delete(call: Call, input: DeleteFunction) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let urn = &input.function_urn;
            if urn.qualifier.as_deref() == Some(LATEST) {
                return Err(not_latest());
            }
            let found = function::find(context, writer, urn)?;
            match (urn.qualifier.is_some(), found.version.as_str()) {
                (false, _) => function_itself(writer, &found.key),
                (true, LATEST) => Err(not_latest()),
                (true, version) => delete_version(writer, &found.key, version),
            }
        })
    })
    .await
}

fn not_latest() -> Refusal {
    let detail = "the version latest cannot be deleted: leave it out to delete the function";
    Refusal::because(INVALID_PARAMETER, detail)
}

fn function_itself(writer: &Writer, key: &str) -> Result<(), Refusal> {
    writer.remove(&FUNCTIONS, key)?;
    writer.remove(&FUNCTION_TAGS, key)?;
    for record in writer.scan(&FUNCTION_VERSIONS, &format!("{key}:"))? {
        writer.remove(&FUNCTION_VERSIONS, &format!("{key}:{}", record.function.version))?;
        writer.remove(&RESERVATIONS, &format!("{key}:{}", record.function.version))?;
    }
    writer.remove(&RESERVATIONS, &format!("{key}:{LATEST}"))?;
    for alias in aliases(writer, key)? {
        remove_alias(writer, key, &alias.name)?;
    }
    for invocation in writer.scan(&ASYNC_INVOCATIONS, &format!("{key}:"))? {
        writer.remove(&ASYNC_INVOCATIONS, &format!("{key}:{}", invocation.request_id))?;
    }
    remove_triggers(writer, key, |_| true)
}

/// Deletes a published version, and the alias that leads to it first of all.
fn delete_version(writer: &Writer, key: &str, version: &str) -> Result<(), Refusal> {
    let aliases = aliases(writer, key)?;
    if let Some(alias) = aliases.iter().find(|alias| alias.also_leads_to(version)) {
        return Err(Refusal::because(ADDITIONAL_IN_USE, format!("`{}`", alias.name)));
    }
    for alias in aliases.iter().filter(|alias| alias.version == version) {
        delete_alias(writer, key, &alias.name)?;
    }
    writer.remove(&FUNCTION_VERSIONS, &format!("{key}:{version}"))?;
    writer.remove(&RESERVATIONS, &format!("{key}:{version}"))?;
    remove_triggers(writer, key, |qualifier| qualifier == Some(version))
}

/// Deletes an alias that nothing calls.
///
/// # Errors
/// 403 `FSS.1154` while it has triggers.
pub(super) fn delete_alias(writer: &Writer, key: &str, name: &str) -> Result<(), Refusal> {
    let qualifier = format!("!{name}");
    let triggers = writer.scan(&TRIGGERS, "")?;
    let calls = triggers
        .iter()
        .find(|record| record.function == key && record.qualifier.as_ref() == Some(&qualifier));
    match calls {
        Some(record) => Err(Refusal::because(
            ALIAS_HAS_TRIGGERS,
            format!("`{}`", record.trigger.event_data.name),
        )),
        None => remove_alias(writer, key, name),
    }
}

fn remove_alias(writer: &Writer, key: &str, name: &str) -> Result<(), Refusal> {
    writer.remove(&FUNCTION_ALIASES, &format!("{key}:{name}"))?;
    Ok(writer.remove(&RESERVATIONS, &format!("{key}:!{name}"))?)
}

/// Deletes the triggers of a function whose qualifier `wanted` says.
pub(super) fn remove_triggers(
    writer: &Writer,
    key: &str,
    wanted: impl Fn(Option<&str>) -> bool,
) -> Result<(), Refusal> {
    for record in writer.scan(&TRIGGERS, "")? {
        if record.function == key && wanted(record.qualifier.as_deref()) {
            writer.remove(&TRIGGERS, &record.trigger.trigger_id)?;
        }
    }
    Ok(())
}

/// The aliases of the function `key`.
pub(super) fn aliases(view: &impl Read, key: &str) -> Result<Vec<Alias>, Refusal> {
    Ok(view.scan(&FUNCTION_ALIASES, &format!("{key}:"))?)
}
