//! When a timer fires: a rate, or a cron expression in Beijing time. Pure: it has no clock.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeSet;

/// The units of a rate, the greatest number of each, and what it is in seconds.
const RATES: &[(char, i64, i64)] = &[('m', 60, 60), ('h', 24, 3600), ('d', 30, 24 * 3600)];
/// The units of `@every`, in seconds.
const UNITS: &[(char, i64)] = &[('h', 3600), ('m', 60), ('s', 1)];
/// How far a cron expression is looked ahead: every day of the calendar comes within these years.
const DAYS_AHEAD: usize = 9 * 366;
const MONTHS: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// When a timer fires.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Schedule {
    /// Again and again, so far apart.
    Every(SignedDuration),
    /// At certain times of certain days.
    Cron(Box<Cron>),
}

/// A cron expression: seconds, minutes, hours, days, months, weekdays, perhaps years.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cron {
    seconds: BTreeSet<i64>,
    minutes: BTreeSet<i64>,
    hours: BTreeSet<i64>,
    days: Field,
    months: BTreeSet<i64>,
    /// 0 is Sunday.
    weekdays: Field,
    /// Weekdays that count only as the n-th of a month.
    nth: Option<(i64, i64)>,
    years: Option<BTreeSet<i64>>,
}

/// What a field allows, and whether it says anything.
#[derive(Clone, Debug, PartialEq)]
struct Field {
    allowed: BTreeSet<i64>,
    says: bool,
}

impl Schedule {
    /// `3m`, `2h`, `1d`.
    pub(super) fn rate(text: &str) -> Option<Self> {
        let (at, unit) = text.char_indices().next_back()?;
        let (_, most, seconds) = RATES.iter().find(|(own, ..)| *own == unit)?;
        let count = number(&text[..at])?;
        (1..=*most)
            .contains(&count)
            .then(|| Self::Every(SignedDuration::from_secs(count * seconds)))
    }

    /// `0 */10 * * * ?`, perhaps with a year, or `@every 1h30m`.
    pub(super) fn cron(text: &str) -> Option<Self> {
        match text.strip_prefix("@every ") {
            Some(every) => every_of(every).map(Self::Every),
            None => Cron::read(text).map(|cron| Self::Cron(Box::new(cron))),
        }
    }

    /// The first time after `time`; nothing when there is none any more.
    pub(super) fn after(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(interval) => time.checked_add(*interval).ok(),
            Self::Cron(cron) => cron.after(time),
        }
    }
}

/// A number of digits alone, no more than any field needs.
fn number(text: &str) -> Option<i64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// `1h30m`: each number with its unit.
fn every_of(text: &str) -> Option<SignedDuration> {
    let (mut seconds, mut rest) = (0, text);
    while !rest.is_empty() {
        let at = rest.find(|c: char| !c.is_ascii_digit())?;
        let unit = rest[at..].chars().next()?;
        let (_, worth) = UNITS.iter().find(|(own, _)| *own == unit)?;
        seconds += number(&rest[..at])? * worth;
        rest = &rest[at + unit.len_utf8()..];
    }
    (seconds > 0).then(|| SignedDuration::from_secs(seconds))
}

impl Cron {
    fn read(text: &str) -> Option<Self> {
        let fields: Vec<String> = text.split_whitespace().map(str::to_ascii_uppercase).collect();
        let (weekday, nth) = match fields.get(5)?.split_once('#') {
            Some((day, nth)) => (day, Some((value(day, WEEKDAYS, 0)? % 7, number(nth)?))),
            None => (fields[5].as_str(), None),
        };
        let mut weekdays = field(weekday, (0, 7), WEEKDAYS)?;
        if weekdays.allowed.remove(&7) {
            weekdays.allowed.insert(0);
        }
        let years = match fields.len() {
            6 => None,
            7 => Some(field(&fields[6], (1970, 2199), &[])?),
            _ => return None,
        };
        let plain = |at: usize, range| field(&fields[at], range, &[]);
        Some(Self {
            seconds: plain(0, (0, 59))?.allowed,
            minutes: plain(1, (0, 59))?.allowed,
            hours: plain(2, (0, 23))?.allowed,
            days: plain(3, (1, 31))?,
            months: field(&fields[4], (1, 12), MONTHS)?.allowed,
            weekdays,
            nth: nth
                .filter(|(_, nth)| (1..=5).contains(nth))
                .or_else(|| nth.map(|_| (0, 0))),
            years: years.filter(|years| years.says).map(|years| years.allowed),
        })
        .filter(|cron: &Self| cron.nth != Some((0, 0)))
    }

    fn after(&self, time: Timestamp) -> Option<Timestamp> {
        let beijing = Offset::constant(8);
        let from = beijing.to_datetime(time.checked_add(1.second()).ok()?);
        let mut day = from.date();
        for ahead in 0..DAYS_AHEAD {
            if self.is_on(day) {
                let earliest = if ahead == 0 { Some(from) } else { None };
                if let Some(found) = self.within(day, earliest) {
                    return beijing.to_timestamp(found).ok();
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// Whether it fires on `day`: on either of the days that it names, where it names days of both kinds.
    fn is_on(&self, day: Date) -> bool {
        let weekday = i64::from(day.weekday().to_sunday_zero_offset());
        let nth = i64::from((day.day() - 1) / 7 + 1);
        let of_month = self.days.allowed.contains(&i64::from(day.day()));
        let of_week = self.weekdays.allowed.contains(&weekday) && self.nth.is_none_or(|(_, wanted)| wanted == nth);
        let fits = match self.days.says && self.weekdays.says {
            true => of_month || of_week,
            false => of_month && of_week,
        };
        let year = i64::from(day.year());
        fits && self.months.contains(&i64::from(day.month()))
            && self.years.as_ref().is_none_or(|years| years.contains(&year))
    }

    /// The first time on `day`, and not before `earliest`.
    fn within(&self, day: Date, earliest: Option<DateTime>) -> Option<DateTime> {
        for hour in &self.hours {
            for minute in &self.minutes {
                for second in &self.seconds {
                    let small = |value: &i64| i8::try_from(*value).ok();
                    let time = day.at(small(hour)?, small(minute)?, small(second)?, 0);
                    if earliest
                        .is_none_or(|earliest| time >= earliest.with().subsec_nanosecond(0).build().unwrap_or(earliest))
                    {
                        return Some(time);
                    }
                }
            }
        }
        None
    }
}

/// What `text` allows: `*`, `?`, values, ranges and steps, with commas between.
fn field(text: &str, (least, most): (i64, i64), names: &[&str]) -> Option<Field> {
    let mut allowed = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, number(step).filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (least, most),
            Some((from, to)) => (value(from, names, least)?, value(to, names, least)?),
            None if part.contains('/') => (value(range, names, least)?, most),
            None => (value(range, names, least)?, value(range, names, least)?),
        };
        if from > to || from < least || to > most {
            return None;
        }
        allowed.extend((from..=to).step_by(usize::try_from(step).ok()?));
    }
    let says = !matches!(text, "*" | "?");
    Some(Field { allowed, says })
}

/// A number, or one of `names`, whose first is `least`.
fn value(text: &str, names: &[&str], least: i64) -> Option<i64> {
    match names.iter().position(|name| *name == text) {
        Some(at) => i64::try_from(at).ok().map(|at| at + least),
        None => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::{prop_assert, proptest};

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
            assert_eq!(Schedule::rate(text).is_some(), fits, "{text}");
        }
        for (text, fits) in [
            ("0 */10 * * * ?", true),
            ("0 15 2 * * ?", true),
            ("@every 1h30m", true),
            ("@every ", false),
            ("@every h", false),
            ("@every 0s", false),
            ("@every 5é", false),
            ("* * * * *", false),
            ("0 0 8 * * ? 2027", true),
            ("0 0 8 * * ? 2027 1", false),
            ("0 $ * * * ?", false),
            ("0 60 * * * ?", false),
            ("0 5-1 * * * ?", false),
            ("0 */0 * * * ?", false),
            ("0 0 8 ? jan-mar mon,FRI", true),
            ("0 0 8 ? * MON#2", true),
            ("0 0 8 ? * MON#6", false),
            ("", false),
        ] {
            assert_eq!(Schedule::cron(text).is_some(), fits, "{text}");
        }
        let every = Schedule::cron("@every 1h30m").unwrap();
        assert_eq!(every, Schedule::Every(SignedDuration::from_mins(90)));
        assert_eq!(
            Schedule::rate("2h"),
            Some(Schedule::Every(SignedDuration::from_hours(2)))
        );
    }

    #[test]
    fn a_cron_expression_finds_its_next_times() {
        // 2026-01-02 is a Friday; times are Beijing's.
        for (text, after, expected) in [
            ("0 */10 * * * ?", "2026-01-02T03:04:05+08", "2026-01-02T03:10:00+08"),
            ("0 */10 * * * ?", "2026-01-02T03:10:00+08", "2026-01-02T03:20:00+08"),
            ("0 */10 * * * ?", "2026-01-02T03:09:59.9+08", "2026-01-02T03:10:00+08"),
            ("0 15 2 * * ?", "2026-01-02T03:04:05+08", "2026-01-03T02:15:00+08"),
            ("5/20 0 0 * * ?", "2026-01-02T00:00:10+08", "2026-01-02T00:00:25+08"),
            ("0 0 8 ? * MON-WED", "2026-01-02T09:00:00+08", "2026-01-05T08:00:00+08"),
            ("0 0 8 ? * 7", "2026-01-02T09:00:00+08", "2026-01-04T08:00:00+08"),
            ("0 0 8 ? * MON#2", "2026-01-02T09:00:00+08", "2026-01-12T08:00:00+08"),
            ("0 0 8 13 * FRI", "2026-01-02T09:00:00+08", "2026-01-09T08:00:00+08"),
            ("0 0 0 29 2 ?", "2026-01-02T09:00:00+08", "2028-02-29T00:00:00+08"),
            ("0 0 8 1 1 ? 2028", "2026-01-02T09:00:00+08", "2028-01-01T08:00:00+08"),
        ] {
            let time = |text: &str| format!("{text}:00").parse::<Timestamp>().unwrap();
            let found = Schedule::cron(text).unwrap().after(time(after));
            assert_eq!(found, Some(time(expected)), "{text}");
        }
        let over = Schedule::cron("0 0 8 1 1 ? 2020").unwrap();
        assert_eq!(over.after("2026-01-02T03:04:05Z".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_the_next_time_is_later(text in "[-0-9*/,?#@a-zA-Z ]{0,30}", second in 0i64..4_000_000_000) {
            let time = Timestamp::from_second(second).unwrap();
            for schedule in [Schedule::rate(&text), Schedule::cron(&text)].into_iter().flatten() {
                prop_assert!(schedule.after(time).is_none_or(|next| next > time));
            }
        }
    }
}
