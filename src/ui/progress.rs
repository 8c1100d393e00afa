//! Progress: a spinner with the elapsed time on a terminal, one plain line a step off it.

use super::Ui;
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
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
