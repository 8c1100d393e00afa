//! Triggers of type `TIMER`: what may be said of them. What lets them fire is `timer`.

use super::clock;
use super::identity::new_uuid;
use super::refusal::Refusal;
use super::schedule::Schedule;
use super::trigger::Owner;
use crate::codes::functiongraph::{INVALID_PARAMETER, TIMER_EXISTS, TIMER_PARAMETERS, TRIGGER_QUOTA};
use crate::local::store::records::TRIGGERS;
use crate::local::store::{Read, Writer};
use crate::wire::trigger::{ACTIVE, DISABLED, GatewayEventData, NewTrigger, TIMER, Trigger};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// How many timers a version of a function may have.
const MOST: usize = 10;
/// The longest name, in characters.
const NAME_LENGTH: usize = 64;

fn bad(detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(TIMER_PARAMETERS, detail)
}

/// `new`, found fit.
///
/// # Errors
/// 400 `FSS.1109`.
pub(super) fn checked(new: NewTrigger) -> Result<NewTrigger, Refusal> {
    check_status(new.trigger_status.as_deref())?;
    check(&new.event_data)?;
    Ok(new)
}

fn check_status(status: Option<&str>) -> Result<(), Refusal> {
    match status {
        None | Some("" | ACTIVE | DISABLED) => Ok(()),
        Some(other) => {
            let detail = format!("trigger_status `{other}` is neither ACTIVE nor DISABLED");
            Err(Refusal::because(INVALID_PARAMETER, detail))
        }
    }
}

fn check(data: &GatewayEventData) -> Result<(), Refusal> {
    let text = |name: &str| data.other.get(name).and_then(Value::as_str).unwrap_or_default();
    if !(1..=NAME_LENGTH).contains(&data.name.chars().count()) {
        return Err(bad(format!(
            "name `{}` has not 1 to {NAME_LENGTH} characters",
            data.name
        )));
    }
    match text("schedule_type") {
        "Rate" | "Cron" => schedule(data)
            .map(|_| ())
            .ok_or_else(|| bad(format!("schedule `{}`", text("schedule")))),
        other => Err(bad(format!("schedule_type `{other}` is neither Rate nor Cron"))),
    }
}

/// When a timer fires, as its event says.
pub(super) fn schedule(data: &GatewayEventData) -> Option<Schedule> {
    let text = |name: &str| data.other.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("schedule_type") {
        "Rate" => Schedule::rate(text("schedule")),
        "Cron" => Schedule::cron(text("schedule")),
        _ => None,
    }
}

/// Makes the timer that `new` describes.
///
/// # Errors
/// 409 `FSS.1148`, 400 `FSS.1306`.
pub(super) fn create(writer: &Writer, new: NewTrigger, own: &Owner, now: Timestamp) -> Result<Trigger, Refusal> {
    let mut timers = writer.scan(&TRIGGERS, "")?;
    timers.retain(|record| own.has(record) && record.trigger.trigger_type_code == TIMER);
    let name = &new.event_data.name;
    if timers.iter().any(|record| record.trigger.event_data.name == *name) {
        return Err(Refusal::because(TIMER_EXISTS, format!("`{name}`")));
    }
    if timers.len() >= MOST {
        return Err(Refusal::because(TRIGGER_QUOTA, format!("{MOST} timers")));
    }
    let id = new_uuid();
    let time = clock::with_offset(now);
    let mut event_data = new.event_data;
    event_data.other.entry("user_event").or_insert_with(|| "".into());
    event_data.other.insert("triggerid".to_owned(), id.clone().into());
    Ok(Trigger {
        trigger_id: id,
        trigger_type_code: TIMER.to_owned(),
        trigger_status: new
            .trigger_status
            .filter(|status| !status.is_empty())
            .unwrap_or_else(|| ACTIVE.to_owned()),
        event_data,
        created_time: Some(time.clone()),
        last_updated_time: Some(time),
    })
}

/// Changes `trigger`; its name stays.
///
/// # Errors
/// 400 `FSS.0400` or `FSS.1109`.
pub(super) fn change(
    trigger: &mut Trigger,
    status: Option<&str>,
    event_data: Map<String, Value>,
) -> Result<(), Refusal> {
    check_status(status)?;
    let mut data = trigger.event_data.clone();
    for (name, value) in event_data {
        match name.as_str() {
            "name" if value != data.name.as_str() => {
                return Err(bad(format!("the name `{}` cannot become {value}", data.name)));
            }
            "schedule" | "schedule_type" | "user_event" | "sync_execution" => drop(data.other.insert(name, value)),
            _ => {}
        }
    }
    check(&data)?;
    trigger.event_data = data;
    if let Some(status) = status.filter(|status| !status.is_empty()) {
        status.clone_into(&mut trigger.trigger_status);
    }
    Ok(())
}
