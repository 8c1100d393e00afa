//! The requests of a command: shown as they happen with `-v`, and kept where the command is only rehearsed.

use super::mask;
use crate::cloud::{Attempt, Event, Observer, Request, Response};
use crate::ui::{Report, Ui, Verbosity};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Tells the terminal of each request, and keeps it.
pub(super) struct Requests {
    ui: Ui,
    /// What `--dry-run` shows; nothing is kept without it.
    kept: Option<Mutex<Vec<Rehearsed>>>,
}

/// A request as `--dry-run` shows it.
#[derive(Clone, Debug, Serialize)]
struct Rehearsed {
    /// In capitals.
    method: &'static str,
    /// The whole of it; a signature in its query is masked.
    url: String,
    /// Whether it was sent, because it changes nothing.
    sent: bool,
    /// By name, secrets masked.
    #[serde(serialize_with = "by_name")]
    headers: Vec<(String, String)>,
    /// The JSON, or else the text, secrets masked; null for none.
    body: Value,
}

fn by_name<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}

/// What a rehearsal came to.
pub(super) struct Rehearsal {
    /// The requests.
    pub(super) report: Report,
    /// Whether one was held back.
    pub(super) held_back: bool,
}

impl Requests {
    /// Tells `ui`; with `rehearsal`, keeps what it is told.
    pub(super) fn new(ui: Ui, rehearsal: bool) -> Self {
        Self {
            ui,
            kept: rehearsal.then(Mutex::default),
        }
    }

    /// What was kept.
    pub(super) fn rehearsal(&self) -> Option<Rehearsal> {
        let kept = self.kept.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<String> = kept
            .iter()
            .map(|request| format!("{} {}", request.method, request.url))
            .collect();
        let human: Vec<String> = kept.iter().map(Rehearsed::text).collect();
        Some(Rehearsal {
            report: Report::data(&*kept, lines, human.join("\n")),
            held_back: kept.iter().any(|request| !request.sent),
        })
    }

    fn signed(&self, request: &Request, held_back: bool) {
        let shown = Rehearsed::of(request, !held_back);
        for (name, value) in &shown.headers {
            self.ui.verbose(format_args!(">   {name}: {value}"));
        }
        self.body(">", || shown.body.clone());
        if let Some(kept) = &self.kept {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
        }
    }

    fn answered(&self, response: &Response) {
        if self.ui.verbosity() < Verbosity::Verbose {
            return;
        }
        for (name, value) in &response.headers {
            self.ui
                .verbose(format_args!("<   {name}: {}", mask::header(name, value)));
        }
        self.body("<", || mask::body(&response.body));
    }

    fn body(&self, side: &str, body: impl Fn() -> Value) {
        if self.ui.verbosity() < Verbosity::Bodies {
            return;
        }
        for line in pretty(&body()).lines() {
            self.ui.verbose(format_args!("{side}   {line}"));
        }
    }
}

impl Rehearsed {
    fn of(request: &Request, sent: bool) -> Self {
        let header = |(name, value): &(String, String)| (name.clone(), mask::header(name, value));
        Self {
            method: request.method,
            url: mask::url(&format!("{}{}", request.url, request.target())),
            sent,
            headers: request.headers.iter().map(header).collect(),
            body: mask::body(&request.body),
        }
    }

    /// As a person reads it.
    fn text(&self) -> String {
        let sent = match self.sent {
            true => "sent: it changes nothing",
            false => "not sent",
        };
        let mut text = format!("{} {}  ({sent})\n", self.method, self.url);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        match pretty(&self.body) {
            body if body.is_empty() => text,
            body => format!("{text}\n{body}\n"),
        }
    }
}

fn pretty(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // A value that was just read can be written.
        json => serde_json::to_string_pretty(json).unwrap_or_default(),
    }
}

impl Observer for Requests {
    fn observe(&self, event: &Event<'_>) {
        let line = |Attempt { method, path, .. }: &Attempt<'_>| format!("{method} {path}");
        match event {
            Event::Sent(attempt) => self.ui.verbose(format_args!("> {}", line(attempt))),
            Event::Signed { request, held_back } => {
                if self.kept.is_some() || self.ui.verbosity() >= Verbosity::Verbose {
                    self.signed(request, *held_back);
                }
            }
            Event::Answered {
                attempt,
                response,
                took,
            } => {
                self.ui.verbose(format_args!(
                    "< {} -> {} in {} ms, request id {}",
                    line(attempt),
                    response.status,
                    took.as_millis(),
                    response.request_id().unwrap_or("none")
                ));
                self.answered(response);
            }
            Event::Failed { attempt, error, took } => {
                self.ui.verbose(format_args!(
                    "< {} -> {error} after {} ms",
                    line(attempt),
                    took.as_millis()
                ));
            }
            Event::Retrying { attempt, why, wait } => self.ui.status(format_args!(
                "{}: {why}; trying again in {:.1} s (attempt {})",
                line(attempt),
                wait.as_secs_f64(),
                attempt.number + 1
            )),
            Event::ClockCorrected { seconds } => self.ui.warning(format_args!(
                "this machine's clock is {} s {} the service's; requests are signed with the service's time",
                seconds.abs(),
                if *seconds > 0 { "behind" } else { "ahead of" }
            )),
        }
    }
}
