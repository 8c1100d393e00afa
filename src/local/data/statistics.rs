//! How often functions were called, by the minute, in memory.

use crate::local::Counts;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many minutes with calls are remembered of a function: a month of them.
const MINUTES: usize = 31 * 24 * 60;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Well.
    Answered,
    /// No instance was left.
    Rejected,
    /// The function failed.
    FunctionError,
    /// The platform failed.
    SystemError,
}

impl Verdict {
    /// That of a function's own answer: what is neither a success nor an upgrade counts as its error.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            101 | 200..=299 => Self::Answered,
            _ => Self::FunctionError,
        }
    }
}

/// The minutes of a function, the oldest first.
type Minutes = VecDeque<(i64, Counts)>;

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Statistics(Mutex<HashMap<(String, String), Minutes>>);

impl Statistics {
    /// Counts a call of `function` that ended as `verdict` in the minute `minute`.
    pub(super) fn add(&self, function: (&str, &str), verdict: Verdict, (minute, took): (i64, Duration)) {
        let mut functions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = functions
            .entry((function.0.to_owned(), function.1.to_owned()))
            .or_default();
        if minutes.back().is_none_or(|(last, _)| *last < minute) {
            minutes.push_back((minute, Counts::default()));
            if minutes.len() > MINUTES {
                minutes.pop_front();
            }
        }
        if let Some((_, counts)) = minutes.back_mut() {
            count(counts, verdict, took.as_secs_f64() * 1000.0);
        }
    }

    /// The minutes from `since` on of `function`, or of all together.
    pub(super) fn since(&self, since: i64, function: Option<(&str, &str)>) -> Vec<(i64, Counts)> {
        let functions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = functions
            .iter()
            .filter(|((package, name), _)| function.is_none_or(|wanted| wanted == (package.as_str(), name.as_str())));
        let mut all = std::collections::BTreeMap::new();
        for (minute, counts) in wanted
            .flat_map(|(_, minutes)| minutes)
            .filter(|(minute, _)| *minute >= since)
        {
            all.entry(*minute)
                .and_modify(|sum| *sum = together(*sum, *counts))
                .or_insert(*counts);
        }
        all.into_iter().collect()
    }
}

fn count(counts: &mut Counts, verdict: Verdict, milliseconds: f64) {
    let one = Counts {
        calls: 1,
        total: milliseconds,
        longest: milliseconds,
        shortest: milliseconds,
        rejected: u64::from(verdict == Verdict::Rejected),
        function_errors: u64::from(verdict == Verdict::FunctionError),
        system_errors: u64::from(verdict == Verdict::SystemError),
    };
    *counts = together(*counts, one);
}

fn together(one: Counts, other: Counts) -> Counts {
    let shortest = match (one.calls, other.calls) {
        (0, _) => other.shortest,
        (_, 0) => one.shortest,
        _ => one.shortest.min(other.shortest),
    };
    Counts {
        calls: one.calls + other.calls,
        total: one.total + other.total,
        longest: one.longest.max(other.longest),
        shortest,
        rejected: one.rejected + other.rejected,
        function_errors: one.function_errors + other.function_errors,
        system_errors: one.system_errors + other.system_errors,
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Statistics, Verdict};
    use std::time::Duration;

    #[test]
    fn calls_are_counted_by_function_and_minute() {
        let statistics = Statistics::default();
        let add = |name, verdict, minute, ms| {
            statistics.add(("default", name), verdict, (minute, Duration::from_millis(ms)));
        };
        add("f", Verdict::Answered, 1, 10);
        add("f", Verdict::FunctionError, 1, 30);
        add("f", Verdict::Rejected, 2, 1);
        add("g", Verdict::SystemError, 2, 5);
        let f = statistics.since(0, Some(("default", "f")));
        let first = Counts {
            calls: 2,
            total: 40.0,
            longest: 30.0,
            shortest: 10.0,
            function_errors: 1,
            ..Counts::default()
        };
        assert_eq!(f[0], (1, first));
        assert_eq!((f.len(), f[1].1.rejected), (2, 1));
        let all = statistics.since(2, None);
        assert_eq!((all.len(), all[0].1.calls, all[0].1.shortest), (1, 2, 1.0));
        assert!(statistics.since(0, Some(("other", "f"))).is_empty());
    }
}
