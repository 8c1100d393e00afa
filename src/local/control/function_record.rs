//! What functions have done: where their logs go, and how often they were called.

use super::super::{Context, Counts};
use super::refusal::Refusal;
use super::request::{Answered, Call};
use super::{configuration, function};
use crate::codes::functiongraph::{INVALID_PARAMETER, LOG_ENABLED};
use crate::local::store::Read;
use crate::local::store::records::{LOG_GROUPS, RESERVATIONS};
use crate::wire::function_record::{
    EnableLtsLogs, ListFunctionStatistics, ListStatistics, LogPlace, MonthValue, Point, ProjectStatistics,
    ShowLtsLogDetails, Statistics,
};
use jiff::Timestamp;

/// The key of the only record of [`LOG_GROUPS`].
const PROJECT: &str = "project";
/// How far back statistics go, in minutes: a month.
const LONGEST_PERIOD: u64 = 31 * 24 * 60;
/// How far back they go unless the caller says.
const USUAL_PERIOD: u64 = 60;
/// No number.
const NONE: f64 = -1.0;

/// ShowLtsLogDetails.
pub(super) async fn log_place(call: Call, input: ShowLtsLogDetails) -> Result<LogPlace, Refusal> {
    let context = &call.context;
    let found = context
        .store
        .read(|reader| function::find(context, reader, &input.function_urn))?;
    Ok(found.record.log)
}

/// EnableLtsLogs.
pub(super) async fn enable_logs(call: Call, _input: EnableLtsLogs) -> Result<Answered<()>, Refusal> {
    call.blocking(|context| {
        context.store.write(|writer| {
            if writer.get(&LOG_GROUPS, PROJECT)?.is_some() {
                return Err(Refusal::new(LOG_ENABLED));
            }
            writer.put(&LOG_GROUPS, PROJECT, &configuration::project_log(&context.account))?;
            Ok(Answered {
                text: Some(String::new()),
                ..Answered::from(())
            })
        })
    })
    .await
}

/// ListFunctionStatistics. Counted are the calls that are over, whether a gateway brought them or the API did.
pub(super) async fn of_function(call: Call, input: ListFunctionStatistics) -> Result<Statistics, Refusal> {
    let context = &call.context;
    let minutes = minutes(Some(&input.period))?;
    let urn = &input.function_urn;
    let (key, reserved) = context.store.read(|reader| {
        let key = function::find(context, reader, urn)?.key;
        let reserved = reader.scan(&RESERVATIONS, &format!("{key}:"))?;
        Ok::<_, Refusal>((key, reserved.iter().map(|reservation| reservation.count).sum()))
    })?;
    let name = key.split_once(':');
    Ok(statistics(context, name, (minutes, reserved), call.now))
}

/// ListStatistics.
pub(super) async fn of_project(call: Call, input: ListStatistics) -> Result<ProjectStatistics, Refusal> {
    let context = &call.context;
    match input.filter.as_str() {
        "monitor_data" => {
            let minutes = minutes(input.period.as_deref())?;
            let reserved = context.store.read(|reader| reader.scan(&RESERVATIONS, ""))?;
            let reserved = reserved.iter().map(|reservation| reservation.count).sum();
            let statistics = Box::new(statistics(context, None, (minutes, reserved), call.now));
            Ok(ProjectStatistics::Monitor { statistics })
        }
        "monthly_report" => Ok(months(context, input.option.as_deref(), call.now)),
        other => {
            let detail = format!("filter `{other}` is neither monitor_data nor monthly_report");
            Err(Refusal::because(INVALID_PARAMETER, detail))
        }
    }
}

fn minutes(period: Option<&str>) -> Result<u64, Refusal> {
    let Some(period) = period.filter(|period| !period.is_empty()) else {
        return Ok(USUAL_PERIOD);
    };
    let minutes = period
        .parse()
        .ok()
        .filter(|minutes| (1..=LONGEST_PERIOD).contains(minutes));
    minutes.ok_or_else(|| {
        let detail = format!("period `{period}` is not 1 to {LONGEST_PERIOD} minutes");
        Refusal::because(INVALID_PARAMETER, detail)
    })
}

/// A point for each minute with a call, and one for now where there was none.
fn statistics(
    context: &Context,
    function: Option<(&str, &str)>,
    (minutes, reserved): (u64, i64),
    now: Timestamp,
) -> Statistics {
    let mut counts = context.functions.counts(function, minutes);
    if counts.is_empty() {
        counts.push((now.as_millisecond() / 60_000 * 60_000, Counts::default()));
    }
    let points = |value: &dyn Fn(&Counts) -> f64| -> Vec<Point> {
        let point = |(timestamp, counts): &(i64, Counts)| Point {
            timestamp: *timestamp,
            value: value(counts),
        };
        counts.iter().map(point).collect()
    };
    let duration = |value: fn(&Counts) -> f64| points(&|counts| if counts.calls == 0 { NONE } else { value(counts) });
    let now = |value: f64| {
        vec![Point {
            timestamp: now.as_millisecond(),
            value,
        }]
    };
    Statistics {
        count: points(&|counts| whole(counts.calls)),
        duration: duration(|counts| counts.total / whole(counts.calls)),
        fail_count: points(&|counts| whole(counts.rejected + counts.function_errors + counts.system_errors)),
        max_duration: duration(|counts| counts.longest),
        min_duration: duration(|counts| counts.shortest),
        reject_count: points(&|counts| whole(counts.rejected)),
        function_error_count: points(&|counts| whole(counts.function_errors)),
        system_error_count: points(&|counts| whole(counts.system_errors)),
        reserved_instance_num: now(whole(reserved.unsigned_abs())),
        concurrency_num: now(whole(context.functions.running(function) as u64)),
    }
}

/// A count as the answer has it.
fn whole(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The months that were asked for. Only the current one has counts: the data plane remembers no longer.
fn months(context: &Context, option: Option<&str>, now: Timestamp) -> ProjectStatistics {
    let calls: u64 = context
        .functions
        .counts(None, LONGEST_PERIOD)
        .iter()
        .map(|(_, counts)| counts.calls)
        .sum();
    let back = match option {
        Some("1") => 1..=1,
        Some("2") => 0..=2,
        Some("3") => 0..=5,
        _ => 0..=0,
    };
    let month = |back: i32| {
        let date = jiff::tz::Offset::UTC.to_datetime(now).date().first_of_month();
        let date = date.saturating_sub(jiff::Span::new().months(back));
        date.strftime("%Y-%m").to_string()
    };
    let values = |value: &dyn Fn(i32) -> f64| -> Vec<MonthValue> {
        let each = back.clone().rev();
        each.map(|back| MonthValue {
            date: month(back),
            value: value(back),
        })
        .collect()
    };
    ProjectStatistics::Months {
        count: values(&|back| if back == 0 { whole(calls) } else { 0.0 }),
        gbs: values(&|_| 0.0),
        gpu_gbs: values(&|_| 0.0),
    }
}
