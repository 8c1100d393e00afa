//! Progress: a spinner with the elapsed time on a terminal, one plain line a step off it.

use super::Ui;
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A step that is under way. Dropped without an end, it leaves no trace on a terminal.
#[derive(Debug)]
pub(crate) struct Step {
    ui: Ui,
    label: String,
    began: Instant,
    bar: Option<ProgressBar>,
}

impl Ui {
    /// Begins a step that a person may have to wait for.
    pub(crate) fn step(&self, label: impl Into<String>) -> Step {
        let label = label.into();
        let bar = self.animated.then(|| {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg} [{elapsed}]") {
                bar.set_style(style);
            }
            bar.set_prefix(label.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Step {
            ui: self.clone(),
            label,
            began: Instant::now(),
            bar,
        }
    }
}

impl Step {
    /// Says how far it is; seen on a terminal only.
    pub(crate) fn note(&self, text: impl Display) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_string());
        }
    }

    /// Ends it well, and says what came of it and how long it took.
    pub(crate) fn done(self, outcome: impl Display) {
        let outcome = outcome.to_string();
        let took = seconds(self.began.elapsed());
        let text = if outcome.is_empty() {
            format!("{} ({took})", self.label)
        } else {
            format!("{}: {outcome} ({took})", self.label)
        };
        self.clear();
        self.ui.status(text);
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            self.ui.bars.remove(bar);
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Bytes that are on their way: a bar with speed and the time that is left on a terminal, a plain line a quarter off it.
#[derive(Debug)]
pub(crate) struct Transfer {
    ui: Ui,
    label: String,
    began: Instant,
    bar: Option<ProgressBar>,
    /// Bytes in all; those that were there at first, which say nothing of the speed; how many quarters were told.
    state: Mutex<(u64, u64, u64)>,
}

impl Ui {
    /// Begins to tell of bytes that are on their way.
    pub(crate) fn transfer(&self, label: impl Into<String>) -> Transfer {
        let label = label.into();
        let bar = self.animated.then(|| {
            let bar = self.bars.add(ProgressBar::new(0));
            let template = "{prefix} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(label.clone());
            bar
        });
        Transfer {
            ui: self.clone(),
            label,
            began: Instant::now(),
            bar,
            state: Mutex::default(),
        }
    }
}

impl Transfer {
    /// Says how much there is in all, and how much of it is there already.
    pub(crate) fn begin(&self, total: u64, there: u64) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (total, there, there * 4 / total.max(1));
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(there);
            bar.reset_eta();
        }
    }

    /// Says that `bytes` of them are there or on their way.
    pub(crate) fn at(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let quarter = bytes * 4 / state.0.max(1);
        if quarter > state.2 && quarter < 4 {
            state.2 = quarter;
            self.ui.status(format_args!(
                "{}: {} % of {}",
                self.label,
                quarter * 25,
                mebibytes(state.0)
            ));
        }
    }

    /// Ends it well: says how much went how fast.
    pub(crate) fn done(self) {
        let took = self.began.elapsed();
        let (total, there, _) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let sent = total.saturating_sub(there);
        let speed = mebibytes((sent as f64 / took.as_secs_f64().max(0.001)) as u64);
        self.ui.status(format_args!(
            "{}: {} sent of {} ({}, {speed}/s)",
            self.label,
            mebibytes(sent),
            mebibytes(total),
            seconds(took)
        ));
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            self.ui.bars.remove(bar);
        }
    }
}

/// Bytes as a person reads them.
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / (1024.0 * 1024.0))
}

/// A duration as a person reads it.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        0..1000 => format!("{} ms", duration.as_millis()),
        1000..60_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use std::time::Duration;

    #[test]
    fn durations_are_in_the_unit_a_person_would_choose() {
        for (millis, text) in [
            (7, "7 ms"),
            (1500, "1.5 s"),
            (59_999, "60.0 s"),
            (60_000, "1 min 0 s"),
            (754_000, "12 min 34 s"),
        ] {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
    }
}
