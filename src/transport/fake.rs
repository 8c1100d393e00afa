//! Test doubles of the transport: a scripted other side, and an observer that writes lines.

use super::error::Cause;
use super::exchange::{Exchange, Query, Request, Response, Scheme};
use super::observer::{Event, Observer};
use super::{Failure, TransportError};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Answers in the order of its script and remembers what it was asked. Panics when it is asked too often, and on
/// being dropped when it was asked too seldom.
#[derive(Default)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Result<Response, Failure>>>,
    seen: Mutex<Vec<Request>>,
}

impl Script {
    /// A script without steps.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Then answers `status` with `body`.
    pub(crate) fn answer(self, status: u16, body: &str) -> Self {
        self.answer_with(status, body, &[])
    }

    /// Then answers `status` with `body` and `headers`.
    pub(crate) fn answer_with(self, status: u16, body: &str, headers: &[(&str, &str)]) -> Self {
        let text = |text: &str| text.to_owned();
        self.steps.lock().unwrap().push_back(Ok(Response {
            status,
            headers: headers.iter().map(|(n, v)| (text(n), text(v))).collect(),
            body: Bytes::from(body.to_owned()),
            repeated: false,
        }));
        self
    }

    /// Then fails.
    pub(crate) fn fail(self, failure: Failure) -> Self {
        self.steps.lock().unwrap().push_back(Err(failure));
        self
    }

    /// What was asked so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Method, path and query of what was asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |request: &Request| format!("{} {}", request.method, request.target());
        self.seen.lock().unwrap().iter().map(line).collect()
    }

    /// Steps that are left over are no fault.
    pub(crate) fn forget_the_rest(&self) {
        self.steps.lock().unwrap().clear();
    }
}

impl Exchange for Script {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        self.seen.lock().unwrap().push(request.clone());
        let step = self.steps.lock().unwrap().pop_front();
        match step.unwrap_or_else(|| panic!("{request:?} is not in the script")) {
            Ok(response) => Ok(response),
            Err(failure) => Err(TransportError::Unreachable {
                failure,
                host: request.host().to_owned(),
                source: Cause::new("as the script says"),
            }),
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let left = self.steps.lock().map(|steps| steps.len()).unwrap_or(0);
        assert!(
            left == 0 || std::thread::panicking(),
            "{left} steps of the script were not used"
        );
    }
}

/// A request of `method` with `body`, to a host that is none.
pub(crate) fn request(method: &'static str, body: &str) -> Request {
    Request {
        method,
        url: "https://service.example:8443".to_owned(),
        path: "/v2/p".to_owned(),
        query: Query::Pairs(vec![
            ("b".to_owned(), "1 2".to_owned()),
            ("a".to_owned(), "é".to_owned()),
        ]),
        headers: vec![("X-Project-Id".to_owned(), "p".to_owned())],
        body: Bytes::from(body.to_owned()),
        idempotent: method != "POST",
        scheme: Scheme::Api,
        progress: None,
    }
}

/// Writes a line about each event.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Recorder {
    fn observe(&self, event: &Event<'_>) {
        let line = match event {
            Event::Sent(attempt) => format!("{} {} sent, attempt {}", attempt.method, attempt.path, attempt.number),
            Event::Signed { request, held_back } => {
                let what = if *held_back { "held back" } else { "signed" };
                format!("{} {} {what}", request.method, request.path)
            }
            Event::Answered { attempt, response, .. } => {
                format!("{} {} answered {}", attempt.method, attempt.path, response.status)
            }
            Event::Failed { attempt, error, .. } => format!("{} {} failed: {error}", attempt.method, attempt.path),
            Event::Retrying { attempt, why, .. } => format!("{} {} again: {why}", attempt.method, attempt.path),
            Event::ClockCorrected { seconds } => format!("clock corrected by {seconds} s"),
        };
        self.0.lock().unwrap().push(line);
    }
}
