//! The figures of a load.

use super::Mode;
use super::drive::Shared;
use super::histogram::Histogram;
use crate::socket::{Closing, HandshakeError, Session, meaning};
use crate::ui::Report;
use http::HeaderName;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The most causes that are told apart.
const KINDS: usize = 50;

/// What happened how often.
#[derive(Default)]
pub(super) struct Counts {
    opened: AtomicU64,
    errors: Mutex<BTreeMap<String, u64>>,
    closes: Mutex<BTreeMap<String, u64>>,
    instances: Mutex<BTreeMap<String, u64>>,
}

impl Counts {
    /// A connection opened.
    pub(super) fn opened(&self, session: &Session, instance: Option<&HeaderName>) {
        self.opened.fetch_add(1, Relaxed);
        if let Some(name) = instance {
            let value = session
                .headers()
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()));
            count(&self.instances, value.as_deref().unwrap_or("(not named)"));
        }
    }

    /// A connection did not open.
    pub(super) fn failed(&self, error: &HandshakeError) {
        count(&self.errors, &error.to_string());
    }

    /// A connection was ended by the other side or the network.
    pub(super) fn closed(&self, closing: &Closing) {
        let why = closing.fault.as_deref().unwrap_or_else(|| meaning(closing.code));
        count(&self.closes, &format!("{}: {why}", closing.code));
    }
}

fn count(counts: &Mutex<BTreeMap<String, u64>>, what: &str) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let what = if counts.len() < KINDS || counts.contains_key(what) {
        what
    } else {
        "others"
    };
    *counts.entry(what.to_owned()).or_default() += 1;
}

fn counted(counts: &Mutex<BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// How long something took, in milliseconds.
#[derive(Debug, Serialize)]
pub(super) struct Spread {
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
    mean: f64,
}

impl Spread {
    fn of(histogram: &Histogram) -> Self {
        Self {
            p50: ms(histogram.quantile(0.5)),
            p90: ms(histogram.quantile(0.9)),
            p99: ms(histogram.quantile(0.99)),
            max: ms(histogram.max()),
            mean: ms(histogram.mean()),
        }
    }

    fn line(&self) -> String {
        let Self { p50, p90, p99, max, .. } = self;
        format!("p50 {p50:.2} ms, p90 {p90:.2} ms, p99 {p99:.2} ms, max {max:.2} ms")
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The figures.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    connections: u32,
    opened: u64,
    /// Measured, without the ramp.
    seconds: f64,
    interrupted: bool,
    sent: u64,
    received: u64,
    /// Messages that came and were no answer.
    stray: u64,
    messages_per_second: f64,
    bytes_per_second: f64,
    latency_ms: Spread,
    connect_ms: Spread,
    errors: BTreeMap<String, u64>,
    closes: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    instances: BTreeMap<String, u64>,
    /// Messages that came in each second.
    pub(super) per_second: Vec<u64>,
    /// Shares of all messages, in percent, and how many milliseconds they did not exceed.
    pub(super) latency_curve: Vec<(f64, f64)>,
    #[serde(skip)]
    broadcast: bool,
}

impl Outcome {
    /// What `shared` counted in the time that was measured.
    pub(super) fn of(shared: &Shared, lasted: Duration, interrupted: bool) -> Self {
        let received = shared.received.load(Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a rate is no count")]
        let rate = received as f64 / lasted.as_secs_f64().max(0.001);
        let shares = [0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0];
        let whole = usize::try_from(lasted.as_secs()).unwrap_or(usize::MAX);
        Self {
            connections: shared.load.connections,
            opened: shared.counts.opened.load(Relaxed),
            seconds: lasted.as_secs_f64(),
            interrupted,
            sent: shared.sent.load(Relaxed),
            received,
            stray: shared.stray.load(Relaxed),
            messages_per_second: rate,
            #[expect(clippy::cast_precision_loss, reason = "a size is at most 16 MiB")]
            bytes_per_second: rate * shared.load.size as f64,
            latency_ms: Spread::of(&shared.latency),
            connect_ms: Spread::of(&shared.opening),
            errors: counted(&shared.counts.errors),
            closes: counted(&shared.counts.closes),
            instances: counted(&shared.counts.instances),
            per_second: shared
                .seconds
                .iter()
                .take(whole)
                .map(|count| count.load(Relaxed))
                .collect(),
            latency_curve: shares
                .map(|share| (share, ms(shared.latency.quantile(share / 100.0))))
                .into(),
            broadcast: shared.load.mode == Mode::Broadcast,
        }
    }

    /// What went wrong, in one line.
    pub(super) fn trouble(&self) -> Option<String> {
        let failed: u64 = self.errors.values().sum();
        let closed: u64 = self.closes.values().sum();
        let total = self.connections;
        match (failed, closed) {
            (0, 0) if self.received == 0 => Some("no answer came while it was measured".to_owned()),
            (0, 0) => None,
            (failed, 0) => Some(format!("{failed} of {total} connections failed")),
            (0, closed) => Some(format!("{closed} of {total} connections were closed early")),
            (failed, closed) => Some(format!(
                "of {total} connections, {failed} failed and {closed} were closed early"
            )),
        }
    }

    /// For a person and for programs.
    pub(super) fn report(&self) -> Report {
        let listed = |counts: &BTreeMap<String, u64>| {
            let lines: Vec<String> = counts.iter().map(|(what, count)| format!("{count} x {what}")).collect();
            Some(lines.join("; "))
        };
        let spread = |spread: &Spread, any: bool| any.then(|| spread.line());
        let fields = vec![
            ("Connections", Some(format!("{} of {}", self.opened, self.connections))),
            ("Connect", spread(&self.connect_ms, self.opened > 0)),
            ("Measured", Some(format!("{:.1} s", self.seconds))),
            (
                "Messages",
                Some(format!("{} sent, {} received", self.sent, self.received)),
            ),
            (
                "Throughput",
                Some(format!(
                    "{:.0} messages/s, {:.2} MB/s",
                    self.messages_per_second,
                    self.bytes_per_second / 1e6
                )),
            ),
            (
                if self.broadcast { "Delivery" } else { "Round trip" },
                spread(&self.latency_ms, self.received > 0),
            ),
            (
                "No answers",
                (self.stray > 0).then(|| format!("{} messages that are not what was sent", self.stray)),
            ),
            ("Errors", listed(&self.errors)),
            ("Closed early", listed(&self.closes)),
            ("Instances", listed(&self.instances)),
        ];
        Report::item(self, &format!("{:.0}", self.messages_per_second), fields)
    }
}
