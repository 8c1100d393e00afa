//! `wrk`: eight connections that ask again and again.

use crate::{Outcome, is_there, say};
use std::process::Command;

/// How long it asks: of `moto_server` too, and of ours twice, which is less than 20 seconds in all.
const SECONDS: &str = "5s";
const CONNECTIONS: &str = "8";

/// What a run came to.
pub(crate) struct Load {
    /// Requests a second.
    pub(crate) requests: f64,
    /// What half of them took at most, in milliseconds.
    pub(crate) median: f64,
    /// What 99 % of them took at most, in milliseconds.
    pub(crate) slowest: f64,
}

/// Whether the machine has it.
pub(crate) fn found() -> bool {
    is_there("wrk", "-v")
}

impl Load {
    /// Asks for `url` with `headers`. An answer that is no success is a failure: nothing would have been measured.
    pub(crate) fn on(url: &str, headers: &[(String, String)]) -> Outcome<Self> {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", "-c", CONNECTIONS, "-d", SECONDS, "--latency"]);
        for (name, value) in headers {
            wrk.arg("-H").arg(format!("{name}: {value}"));
        }
        let output = wrk.arg(url).output()?;
        let text = String::from_utf8(output.stdout)?;
        if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
            return Err(format!("wrk was not answered as it should be: {text}").into());
        }
        let value = |label: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
            let word = line.and_then(|line| line.split_whitespace().next());
            word.ok_or_else(|| format!("wrk does not tell `{label}`: {text}"))
        };
        Ok(Self {
            requests: value("Requests/sec:")?.parse()?,
            median: milliseconds(value("50%")?)?,
            slowest: milliseconds(value("99%")?)?,
        })
    }

    /// Shows it.
    pub(crate) fn show(&self, name: &str) {
        let Self {
            requests,
            median,
            slowest,
        } = self;
        say(format_args!(
            "{name:<22} {requests:>9.0} requests/s at {CONNECTIONS} connections, half within {median:.2} ms, 99 % within {slowest:.2} ms"
        ));
    }
}

/// `1.25ms`, as wrk writes times.
fn milliseconds(text: &str) -> Outcome<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    Err(format!("`{text}` is no time").into())
}
