//! What was measured again and again in turn: medians, and ratios pair by pair with their intervals.

use crate::say;
use std::fmt;

/// One figure of one proxy, round by round.
#[derive(Clone, Default)]
pub(crate) struct Series(pub(crate) Vec<f64>);

/// The middle of values, and between what the middle of all that could be measured lies with 95 % certainty.
pub(crate) struct Middle {
    pub(crate) median: f64,
    low: f64,
    high: f64,
}

impl fmt::Display for Middle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.median, self.low, self.high)
    }
}

impl Series {
    /// The middle of it.
    pub(crate) fn median(&self) -> f64 {
        middle(&self.0).median
    }

    /// The middle of its values by those of `other`.
    pub(crate) fn by(&self, other: &Self) -> Middle {
        let pairs = self.0.iter().zip(&other.0);
        middle(&pairs.map(|(own, other)| own / other).collect::<Vec<_>>())
    }

    /// The middle of what its values are more than those of `other`.
    pub(crate) fn over(&self, other: &Self) -> Middle {
        let pairs = self.0.iter().zip(&other.0);
        middle(&pairs.map(|(own, other)| own - other).collect::<Vec<_>>())
    }
}

fn middle(values: &[f64]) -> Middle {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    // Of the values' ranks, by the binomial distribution.
    let rank = (count / 2.0 - 0.98 * count.sqrt()).max(1.0) as usize - 1;
    Middle {
        median: sorted[sorted.len() / 2],
        low: sorted[rank],
        high: sorted[sorted.len() - 1 - rank],
    }
}

/// Says whether a goal is met.
pub(crate) fn judge(goal: impl fmt::Display, met: bool) {
    say(format_args!("    goal: {goal}: {}", if met { "met" } else { "MISSED" }));
}
