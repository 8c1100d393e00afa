//! Faults on purpose: which requests fail, how, and how often. No part of the real cloud, which fails by itself.
//!
//! A fault is for an operation, by the vendor's name, or for a method and a path, where a `*` at its end stands for
//! whatever follows. A path may be one of the services' or one that a gateway serves.

use super::physics::{Chance, Physics};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// A fault as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewFault {
    /// `CreateFunction`, or `GET /path*`.
    pub(crate) target: String,
    /// Nothing is done, and this is answered.
    pub(crate) status: Option<u16>,
    /// The error's code, with a status.
    pub(crate) code: Option<String>,
    /// The error's text, with a status.
    pub(crate) message: Option<String>,
    /// How long it takes until anything is done, in milliseconds.
    pub(crate) delay_ms: u64,
    /// The connection ends half-way through the answer.
    pub(crate) cut: bool,
    /// How many requests it meets; nothing for all.
    pub(crate) times: Option<u64>,
    /// How probable it is that it meets one; nothing for certain.
    pub(crate) probability: Option<f64>,
}

/// A fault that was asked for cannot be.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum FaultError {
    /// It names nothing that can fail.
    #[error("`{0}` is neither an operation, as `CreateFunction`, nor a method and a path, as `GET /websocket_demo*`")]
    Target(String),
    /// It does nothing.
    #[error("the fault of `{0}` does nothing: it needs a status, a delay or a cut")]
    Nothing(String),
    /// The status is none of an error.
    #[error("`{0}` is no status of an error: those are 400 to 599")]
    Status(u16),
    /// The probability is none.
    #[error("`{0}` is no probability: those are 0 to 1")]
    Probability(f64),
    /// A part of its text cannot be read.
    #[error(
        "`{0}` cannot be read; a fault reads as `CreateFunction,status=503,times=2`, and may have code, message, delay=MS, cut and probability"
    )]
    Part(String),
}

impl NewFault {
    /// The same, if it can be.
    ///
    /// # Errors
    /// [`FaultError`], the first that holds.
    pub(crate) fn checked(self) -> Result<Self, FaultError> {
        Target::of(&self.target)?;
        if let Some(status) = self.status.filter(|status| !(400..=599).contains(status)) {
            return Err(FaultError::Status(status));
        }
        if let Some(probability) = self.probability.filter(|one| !(0.0..=1.0).contains(one)) {
            return Err(FaultError::Probability(probability));
        }
        if self.status.is_none() && self.delay_ms == 0 && !self.cut {
            return Err(FaultError::Nothing(self.target));
        }
        Ok(self)
    }
}

impl FromStr for NewFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let mut parts = text.split(',');
        let mut fault = Self {
            target: parts.next().unwrap_or_default().trim().to_owned(),
            ..Self::default()
        };
        for part in parts {
            let wrong = || FaultError::Part(part.to_owned());
            match part.trim().split_once('=') {
                None if part.trim() == "cut" => fault.cut = true,
                Some(("status", value)) => fault.status = Some(value.parse().map_err(|_| wrong())?),
                Some(("code", value)) => fault.code = Some(value.to_owned()),
                Some(("message", value)) => fault.message = Some(value.to_owned()),
                Some(("delay", value)) => fault.delay_ms = value.parse().map_err(|_| wrong())?,
                Some(("times", value)) => fault.times = Some(value.parse().map_err(|_| wrong())?),
                Some(("probability", value)) => fault.probability = Some(value.parse().map_err(|_| wrong())?),
                _ => return Err(wrong()),
            }
        }
        fault.checked()
    }
}

impl fmt::Display for NewFault {
    /// As [`NewFault::from_str`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.target)?;
        let texts = [("code", &self.code), ("message", &self.message)];
        if let Some(status) = self.status {
            write!(f, ",status={status}")?;
        }
        for (name, text) in texts {
            if let Some(text) = text {
                write!(f, ",{name}={text}")?;
            }
        }
        if self.delay_ms > 0 {
            write!(f, ",delay={}", self.delay_ms)?;
        }
        if let Some(times) = self.times {
            write!(f, ",times={times}")?;
        }
        if let Some(probability) = self.probability {
            write!(f, ",probability={probability}")?;
        }
        f.write_str(if self.cut { ",cut" } else { "" })
    }
}

/// What a fault is for.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    Operation(String),
    Path { method: String, path: String },
}

impl Target {
    fn of(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError::Target(text.to_owned());
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') && method.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Ok(Self::Path {
                    method: method.to_owned(),
                    path: path.to_owned(),
                })
            }
            None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Ok(Self::Operation(text.to_owned()))
            }
            _ => Err(wrong()),
        }
    }

    fn is(&self, met: &Met<'_>) -> bool {
        match self {
            Self::Operation(name) => met
                .operation
                .is_some_and(|operation| operation.eq_ignore_ascii_case(name)),
            Self::Path { method, path } => {
                (method == "ANY" || method == met.method)
                    && match path.strip_suffix('*') {
                        Some(prefix) => met.path.starts_with(prefix),
                        None => met.path == path,
                    }
            }
        }
    }
}

/// A request that may meet a fault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met<'a> {
    /// The vendor's name of the operation, if it is one.
    pub(super) operation: Option<&'a str>,
    /// `GET` …
    pub(super) method: &'a str,
    /// Without the query.
    pub(super) path: &'a str,
}

/// A fault and what became of it, as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FaultView {
    /// Names it, from 1.
    pub(crate) id: u64,
    /// How many requests it has met.
    pub(crate) met: u64,
    /// What was asked for.
    #[serde(flatten)]
    pub(crate) fault: NewFault,
}

/// All faults that are set.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    set: Arc<Mutex<Vec<FaultView>>>,
    chance: Chance,
}

impl Default for Faults {
    fn default() -> Self {
        Self::new(&Physics::default())
    }
}

impl Faults {
    /// Those of the start.
    pub(super) fn new(physics: &Physics) -> Self {
        let faults = Self {
            set: Arc::default(),
            chance: Chance::new(physics.seed),
        };
        for fault in &physics.faults {
            faults.add(fault.clone());
        }
        faults
    }

    /// Sets one more.
    pub(super) fn add(&self, fault: NewFault) -> FaultView {
        let mut set = self.lock();
        let id = set.last().map_or(1, |last| last.id + 1);
        let view = FaultView { id, met: 0, fault };
        set.push(view.clone());
        view
    }

    /// Those that are set, in their order.
    pub(super) fn list(&self) -> Vec<FaultView> {
        self.lock().clone()
    }

    /// Takes back the fault `id`, or all; how many.
    pub(super) fn clear(&self, id: Option<u64>) -> usize {
        let mut set = self.lock();
        let before = set.len();
        set.retain(|fault| id.is_some_and(|id| id != fault.id));
        before - set.len()
    }

    /// The fault that a request meets: the first that is for it, has not met as many as it should, and is decided so
    /// by chance.
    pub(super) fn meet(&self, met: &Met<'_>) -> Option<NewFault> {
        let mut set = self.lock();
        let found = set.iter_mut().find(|view| {
            Target::of(&view.fault.target).is_ok_and(|target| target.is(met))
                && view.fault.times.is_none_or(|times| view.met < times)
                && view
                    .fault
                    .probability
                    .is_none_or(|probability| self.chance.happens(probability))
        })?;
        found.met += 1;
        Some(found.fault.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FaultView>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NewFault {
    /// Waits as long as it delays.
    pub(super) async fn delay(&self) {
        tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
    }

    /// What is answered in place of doing anything: a status and a body. `default` is the code where none was said.
    pub(super) fn answer(&self, default: &str, request_id: &str) -> Option<(u16, Value)> {
        let body = json!({
            "error_code": self.code.as_deref().unwrap_or(default),
            "error_msg": self.message.as_deref().unwrap_or("a fault that was set on purpose: fgctl local fault list"),
            "request_id": request_id,
        });
        Some((self.status?, body))
    }
}

/// A body that breaks off after half of its bytes.
pub(super) struct Cut {
    /// As long as it says it is.
    length: u64,
    half: Option<Bytes>,
    /// Whether what was sent had its time to leave.
    flushed: bool,
}

impl Cut {
    /// Of `whole`. An empty body says that it has one byte, for it could not break off.
    pub(super) fn of(whole: &Bytes) -> Self {
        Self {
            length: (whole.len() as u64).max(1),
            half: Some(whole.slice(..whole.len() / 2)).filter(|half| !half.is_empty()),
            flushed: false,
        }
    }
}

impl Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !std::mem::replace(&mut self.flushed, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultError, Faults, Met, NewFault};
    use crate::local::physics::Physics;

    fn fault(text: &str) -> NewFault {
        text.parse().unwrap()
    }

    fn create() -> Met<'static> {
        Met {
            operation: Some("CreateFunction"),
            method: "POST",
            path: "/v2/p/fgs/functions",
        }
    }

    #[test]
    fn a_fault_is_read_from_one_text() {
        let read = fault("GET /a*,status=503,code=X.1,message=no room,delay=20,times=2,probability=0.5,cut");
        let expected = NewFault {
            target: "GET /a*".to_owned(),
            status: Some(503),
            code: Some("X.1".to_owned()),
            message: Some("no room".to_owned()),
            delay_ms: 20,
            cut: true,
            times: Some(2),
            probability: Some(0.5),
        };
        assert_eq!(read, expected);
        assert_eq!(fault(&read.to_string()), read);
        for (text, part) in [
            ("", "neither an operation"),
            ("get /a,cut", "neither an operation"),
            ("GET a,cut", "neither an operation"),
            ("CreateFunction", "does nothing"),
            ("CreateFunction,status=200", "no status of an error"),
            ("CreateFunction,status=x", "`status=x` cannot be read"),
            ("CreateFunction,cut,probability=1.5", "no probability"),
            ("CreateFunction,cut,probability=NaN", "no probability"),
            ("CreateFunction,explode", "`explode` cannot be read"),
        ] {
            let error = text.parse::<NewFault>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert_eq!("A,cut=1".parse::<NewFault>(), Err(FaultError::Part("cut=1".to_owned())));
    }

    #[test]
    fn it_meets_its_operation_or_path_as_often_as_it_says_and_the_next_one_after_that() {
        let faults = Faults::default();
        faults.add(fault("createfunction,status=503,times=2"));
        faults.add(fault("POST /v2/*,status=429"));
        let statuses: Vec<_> = (0..3)
            .map(|_| faults.meet(&create()).and_then(|fault| fault.status))
            .collect();
        assert_eq!(statuses, [Some(503), Some(503), Some(429)]);
        assert_eq!(faults.list().iter().map(|view| view.met).collect::<Vec<_>>(), [2, 1]);
        for (method, path) in [("GET", "/v2/p"), ("POST", "/v1/p")] {
            let other = Met {
                operation: None,
                method,
                path,
            };
            assert_eq!(faults.meet(&other), None);
        }
        assert_eq!(
            (faults.clear(Some(9)), faults.clear(Some(1)), faults.clear(None)),
            (0, 1, 1)
        );
        assert_eq!(faults.meet(&create()), None);
    }

    #[test]
    fn chance_decides_the_same_from_the_same_seed() {
        let met = |seed| {
            let faults = Faults::new(&Physics {
                seed: Some(seed),
                faults: vec![fault("ANY /*,cut,probability=0.5")],
                ..Physics::default()
            });
            (0..64).map(|_| faults.meet(&create()).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(met(3), met(3));
        assert_ne!(met(3), met(4));
        assert!(met(3).contains(&true) && met(3).contains(&false));
    }
}
