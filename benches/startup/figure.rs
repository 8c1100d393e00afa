//! Figures: taken in turn, summed up by their medians, shown one a line.

use crate::Outcome;
use std::fmt;
use std::time::Duration;

/// Runs that do not count: they fill the caches.
const WARM_UP: usize = 5;

/// A figure, or the most that it should be.
#[derive(Clone, Copy)]
pub(crate) enum Figure {
    /// A time.
    Milliseconds(f64),
    /// Memory or a file, in MiB.
    Mebibytes(f64),
    /// Our time by the peer's.
    Ratio(f64),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Milliseconds(value) => format!("{value:.2} ms"),
            Self::Mebibytes(value) => format!("{value:.2} MiB"),
            Self::Ratio(value) if value < 0.1 => format!("1/{:.0}", 1.0 / value),
            Self::Ratio(value) => format!("{value:.2}"),
        };
        f.pad(&text)
    }
}

impl Figure {
    fn value(self) -> f64 {
        match self {
            Self::Milliseconds(value) | Self::Mebibytes(value) | Self::Ratio(value) => value,
        }
    }
}

/// `count` times in milliseconds, after the warm-up.
pub(crate) fn times(count: usize, mut run: impl FnMut() -> Outcome<Duration>) -> Outcome<Vec<f64>> {
    for _ in 0..WARM_UP {
        run()?;
    }
    (0..count).map(|_| run().map(milliseconds)).collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value that `part` of them are below.
fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = sorted.len().saturating_sub(1) as f64 * part;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (at(place.floor()), at(place.ceil()));
    low + (high - low) * place.fract()
}

/// Our times and the peer's in milliseconds, taken in turn.
pub(crate) struct Pairs {
    ours: Vec<f64>,
    peer: Vec<f64>,
}

impl Pairs {
    /// Takes `count` pairs, after the warm-up.
    pub(crate) fn take(
        count: usize,
        mut ours: impl FnMut() -> Outcome<Duration>,
        mut peer: impl FnMut() -> Outcome<Duration>,
    ) -> Outcome<Self> {
        let mut pairs = Self {
            ours: Vec::new(),
            peer: Vec::new(),
        };
        for run in 0..WARM_UP + count {
            let (a, b) = (milliseconds(ours()?), milliseconds(peer()?));
            if run >= WARM_UP {
                pairs.ours.push(a);
                pairs.peer.push(b);
            }
        }
        Ok(pairs)
    }

    /// The median of our times.
    pub(crate) fn ours(&self) -> Figure {
        Figure::Milliseconds(median(&self.ours))
    }

    /// The median of the peer's times.
    pub(crate) fn peer(&self) -> Figure {
        Figure::Milliseconds(median(&self.peer))
    }

    /// The median of the pairs' own ratios.
    pub(crate) fn ratio(&self) -> Figure {
        Figure::Ratio(median(&self.ratios()))
    }

    fn ratios(&self) -> Vec<f64> {
        self.ours
            .iter()
            .zip(&self.peer)
            .map(|(ours, peer)| ours / peer)
            .collect()
    }

    /// Shows them beside what the peer is.
    pub(crate) fn show(&self, name: &str, peer: &str) {
        let ratios = self.ratios();
        let (low, high) = (quantile(&ratios, 0.25), quantile(&ratios, 0.75));
        say(format_args!(
            "{name:<28} {:>10}  {peer:<20} {:>10}  ratio {} ({} to {}, {} pairs)",
            self.ours(),
            self.peer(),
            self.ratio(),
            Figure::Ratio(low),
            Figure::Ratio(high),
            ratios.len(),
        ));
    }
}

/// Shows a figure that has no peer, the median of `samples`.
pub(crate) fn show(name: &str, figure: Figure, samples: usize) {
    say(format_args!("{name:<28} {figure:>10}  ({samples} taken)"));
}

/// Says whether `figure` is at most `goal`.
pub(crate) fn judge(figure: Figure, goal: Figure) {
    let verdict = if figure.value() <= goal.value() {
        "met"
    } else {
        "MISSED"
    };
    say(format_args!("    goal: at most {goal}: {verdict}"));
}

/// Says that a figure cannot be had here.
pub(crate) fn missing(what: impl fmt::Display) {
    say(format_args!("missing on this machine: {what}"));
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
pub(crate) fn say(line: impl fmt::Display) {
    println!("{line}");
}
