//! Lets timers fire: each calls its function asynchronously when it is due. Their time passes as fast as the local
//! cloud's.

use super::super::{Context, Contexts};
use super::refusal::Refusal;
use super::{function, function_invocation, trigger_timer};
use crate::local::physics::Pace;
use crate::local::store::records::{FUNCTIONS, TRIGGERS, TriggerRecord};
use crate::local::store::{Read, StoreError};
use crate::wire::FunctionUrn;
use crate::wire::trigger::{ACTIVE, TIMER};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest sleep: beyond, clocks overflow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Lets timers fire, for ever.
pub(in crate::local) async fn run(contexts: Arc<Contexts>, pace: Pace) {
    let clock = Clock {
        start: Timestamp::now(),
        origin: Instant::now(),
        pace,
    };
    let mut timers = Timers::default();
    loop {
        let context = contexts.current();
        let store = Arc::clone(&context.store);
        let written = store.written.notified();
        tokio::pin!(written);
        // From here on no write is missed.
        written.as_mut().enable();
        if let Ok(records) = active(&context).await {
            timers.set(records, clock.now());
        }
        for record in timers.due(clock.now()) {
            // A function that is gone, or a disk that is full, is no reason to stop: the next time may be better.
            let _ = fire(&context, record).await;
        }
        tokio::select! {
            () = written => {}
            () = tokio::time::sleep_until(clock.at(timers.next())) => {}
        }
    }
}

/// A clock that is as fast as the local cloud's time.
struct Clock {
    start: Timestamp,
    origin: Instant,
    pace: Pace,
}

impl Clock {
    fn now(&self) -> Timestamp {
        let passed = self.pace.passed(self.origin.elapsed());
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// When `time` comes; far away if it never does.
    fn at(&self, time: Option<Timestamp>) -> Instant {
        let ahead = time.map(|time| time.duration_since(self.now()));
        let ahead = ahead.and_then(|ahead| Duration::try_from(ahead.max(SignedDuration::ZERO)).ok());
        Instant::now() + self.pace.of(ahead.unwrap_or(LONGEST)).min(LONGEST)
    }
}

/// The timers that are active.
async fn active(context: &Arc<Context>) -> Result<Vec<TriggerRecord>, StoreError> {
    let context = Arc::clone(context);
    let read = tokio::task::spawn_blocking(move || context.store.read(|reader| reader.scan(&TRIGGERS, "")));
    let mut records: Vec<TriggerRecord> = read.await.unwrap_or_else(|_| Ok(Vec::new()))?;
    records.retain(|record| record.trigger.trigger_type_code == TIMER && record.trigger.trigger_status == ACTIVE);
    Ok(records)
}

/// Calls the function of the timer `record`.
async fn fire(context: &Arc<Context>, record: TriggerRecord) -> Result<(), Refusal> {
    let open = Arc::clone(&context.open).read_owned().await;
    if !open.0 {
        return Ok(());
    }
    let context = Arc::clone(context);
    let work = move || {
        let called = context.store.write(|writer| {
            let Some(called) = writer.get(&FUNCTIONS, &record.function)? else {
                return Ok(());
            };
            let urn: Result<FunctionUrn, _> = called.function.func_urn.parse();
            let urn = urn.map_err(|error| Refusal::Internal(error.to_string()))?;
            let urn = record.qualifier.as_ref().map_or(urn.clone(), |of| urn.qualified(of));
            let found = function::find(&context, writer, &urn)?;
            function_invocation::take(writer, &found, Timestamp::now()).map(|_| ())
        });
        drop(open);
        called
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
}

/// When each timer fires next, by its id.
#[derive(Default)]
struct Timers(HashMap<String, Armed>);

struct Armed {
    record: TriggerRecord,
    due: Option<Timestamp>,
}

impl Timers {
    /// These are active now. One that is as it was keeps its time; every other one counts from `now` on.
    fn set(&mut self, records: Vec<TriggerRecord>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.0);
        for record in records {
            let changed = &record.trigger.last_updated_time;
            let same = before.remove(&record.trigger.trigger_id);
            let same = same.filter(|armed| armed.record.trigger.last_updated_time == *changed);
            let schedule = trigger_timer::schedule(&record.trigger.event_data);
            let due = match same {
                Some(armed) if schedule == trigger_timer::schedule(&armed.record.trigger.event_data) => armed.due,
                _ => schedule.and_then(|schedule| schedule.after(now)),
            };
            self.0.insert(record.trigger.trigger_id.clone(), Armed { record, due });
        }
    }

    /// Those that are due at `now`, each once; they are armed for their next time.
    fn due(&mut self, now: Timestamp) -> Vec<TriggerRecord> {
        let mut due = Vec::new();
        for armed in self.0.values_mut() {
            let Some(schedule) = trigger_timer::schedule(&armed.record.trigger.event_data) else {
                continue;
            };
            if let Some(time) = armed.due.filter(|time| *time <= now) {
                due.push(armed.record.clone());
                // What was missed is not made up for.
                let next = schedule.after(time).filter(|next| *next > now);
                armed.due = next.or_else(|| schedule.after(now));
            }
        }
        due
    }

    fn next(&self) -> Option<Timestamp> {
        self.0.values().filter_map(|armed| armed.due).min()
    }
}

#[cfg(test)]
mod tests {
    use super::Timers;
    use crate::local::store::records::TriggerRecord;
    use crate::wire::trigger::Trigger;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    fn timer(id: &str, kind: &str, schedule: &str) -> TriggerRecord {
        let trigger: Trigger = serde_json::from_value(json!({
            "trigger_id": id, "trigger_type_code": "TIMER", "trigger_status": "ACTIVE", "last_updated_time": "x",
            "event_data": {"name": id, "schedule_type": kind, "schedule": schedule},
        }))
        .unwrap();
        TriggerRecord {
            function: "default:f".to_owned(),
            qualifier: None,
            trigger,
        }
    }

    fn at(time: &str) -> Timestamp {
        format!("2026-01-02T{time}Z").parse().unwrap()
    }

    fn fired(timers: &mut Timers, time: &str) -> Vec<String> {
        let mut due: Vec<String> = timers
            .due(at(time))
            .into_iter()
            .map(|due| due.trigger.trigger_id)
            .collect();
        due.sort();
        due
    }

    #[test]
    fn each_fires_at_its_times_and_what_was_missed_is_not_made_up_for() {
        let mut timers = Timers::default();
        let all = || vec![timer("rate", "Rate", "3m"), timer("cron", "Cron", "0 */10 * * * ?")];
        timers.set(all(), at("03:04:00"));
        assert_eq!(timers.next(), Some(at("03:07:00")));
        assert!(fired(&mut timers, "03:06:59").is_empty());
        assert_eq!(fired(&mut timers, "03:07:00"), ["rate"]);
        // A write that changes nothing of them puts nothing off.
        timers.set(all(), at("03:09:00"));
        assert_eq!(fired(&mut timers, "03:10:00"), ["cron", "rate"]);
        assert_eq!(fired(&mut timers, "04:00:30"), ["cron", "rate"]);
        assert!(fired(&mut timers, "04:00:31").is_empty());
        let mut changed = timer("rate", "Rate", "1h");
        changed.trigger.last_updated_time = Some("y".to_owned());
        timers.set(vec![changed], at("04:01:00"));
        assert_eq!(timers.next(), Some(at("05:01:00")));
        timers.set(Vec::new(), at("04:02:00"));
        assert_eq!(timers.next(), None);
        let never = timer("never", "Rate", &Value::Null.to_string());
        timers.set(vec![never], at("04:03:00"));
        assert_eq!((timers.next(), fired(&mut timers, "09:00:00").len()), (None, 0));
    }
}
