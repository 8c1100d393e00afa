//! Ratios of ours to a peer's, pair by pair, and whether they reach a goal.

use std::fmt;

/// A ratio of two figures that were taken in turn: its median, and an interval that holds the true one in 95 of 100 runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio {
    median: f64,
    low: f64,
    high: f64,
    pairs: usize,
}

impl Ratio {
    /// Of `ours` to `peer`, pair by pair. The interval is by ranks: nothing is assumed about how figures scatter.
    pub(crate) fn of(ours: &[f64], peer: &[f64]) -> Self {
        let mut ratios: Vec<f64> = ours.iter().zip(peer).map(|(ours, peer)| ours / peer).collect();
        ratios.sort_by(f64::total_cmp);
        let count = ratios.len() as f64;
        // Ranks around the middle, by the normal approximation of the binomial distribution.
        let off = 1.96 * count.sqrt() / 2.0;
        let at = |rank: f64| {
            let rank = rank.clamp(0.0, count - 1.0) as usize;
            ratios.get(rank).copied().unwrap_or(f64::NAN)
        };
        Self {
            median: median(&ratios),
            low: at((count / 2.0 - off).floor()),
            high: at((count / 2.0 + off).ceil()),
            pairs: ratios.len(),
        }
    }

    /// The median.
    pub(crate) fn median(self) -> f64 {
        self.median
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            low,
            high,
            pairs,
        } = self;
        write!(f, "{median:.3} ({low:.3} to {high:.3}, {pairs} pairs)")
    }
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

/// `met` or `MISSED`.
pub(crate) fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
