//! Triggers of type `TIMER`. They are kept and told: the local cloud has no runtimes for the event functions that they
//! would call.

use super::clock;
use super::identity::new_uuid;
use super::refusal::Refusal;
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
/// The units of a rate, and the greatest number of each.
const RATES: &[(char, u32)] = &[('m', 60), ('h', 24), ('d', 30)];

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
    let schedule = text("schedule");
    let fits = match text("schedule_type") {
        "Rate" => is_rate(schedule),
        "Cron" => is_cron(schedule),
        other => return Err(bad(format!("schedule_type `{other}` is neither Rate nor Cron"))),
    };
    match fits {
        true => Ok(()),
        false => Err(bad(format!("schedule `{schedule}`"))),
    }
}

/// `3m`, `2h`, `1d`.
fn is_rate(text: &str) -> bool {
    let Some((at, unit)) = text.char_indices().next_back() else {
        return false;
    };
    let number: Option<u32> = text[..at].parse().ok().filter(|_| !text.starts_with('+'));
    RATES
        .iter()
        .any(|(own, most)| *own == unit && number.is_some_and(|number| (1..=*most).contains(&number)))
}

/// `0 */10 * * * ?`, perhaps with a year, or `@every 1h30m`.
fn is_cron(text: &str) -> bool {
    if let Some(every) = text.strip_prefix("@every ") {
        return !every.is_empty() && every.chars().all(|c| c.is_ascii_digit() || "hms".contains(c));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let known = |c: char| c.is_ascii_alphanumeric() || "*/,-?#".contains(c);
    (6..=7).contains(&fields.len()) && fields.iter().all(|field| field.chars().all(known))
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

#[cfg(test)]
mod tests {
    use super::{is_cron, is_rate};

    #[test]
    fn times_are_rates_or_cron_expressions() {
        for (text, fits) in [
            ("3m", true),
            ("60m", true),
            ("61m", false),
            ("24h", true),
            ("25h", false),
            ("30d", true),
            ("31d", false),
            ("0m", false),
            ("m", false),
            ("", false),
            ("+3m", false),
            ("3 m", false),
            ("3s", false),
            ("3é", false),
        ] {
            assert_eq!(is_rate(text), fits, "{text}");
        }
        for (text, fits) in [
            ("0 */10 * * * ?", true),
            ("0 15 2 * * ?", true),
            ("@every 1h30m", true),
            ("@every ", false),
            ("* * * * *", false),
            ("0 0 8 * * ? 2027", true),
            ("0 $ * * * ?", false),
            ("", false),
        ] {
            assert_eq!(is_cron(text), fits, "{text}");
        }
    }
}
