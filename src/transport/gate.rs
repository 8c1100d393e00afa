//! The last step before the wire: shows each request as it goes out, signed, and holds back those that would change
//! something where the command is only rehearsed.

use super::TransportError;
use super::exchange::{Exchange, Request, Response};
use super::observer::{Event, Observer};
use std::sync::Arc;

/// Methods that change nothing.
const READS: [&str; 2] = ["GET", "HEAD"];

/// What stands before the wire. Inside of signing, so that it sees what a server would see.
pub(crate) struct Gate<E> {
    inner: E,
    rehearsal: bool,
    observer: Arc<dyn Observer>,
}

impl<E: Exchange> Gate<E> {
    /// Hands on to `inner`; with `rehearsal`, only what reads.
    pub(crate) fn new(inner: E, rehearsal: bool, observer: Arc<dyn Observer>) -> Self {
        Self {
            inner,
            rehearsal,
            observer,
        }
    }
}

impl<E: Exchange> Exchange for Gate<E> {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let held_back = self.rehearsal && !READS.contains(&request.method);
        self.observer.observe(&Event::Signed { request, held_back });
        match held_back {
            true => Err(TransportError::HeldBack),
            false => self.inner.exchange(request).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::transport::fake::{Recorder, Script, request};
    use crate::transport::{Exchange, TransportError};
    use std::sync::Arc;

    #[tokio::test]
    async fn a_rehearsal_sends_what_reads_and_holds_the_rest_back() {
        let script = Arc::new(Script::new().answer(200, ""));
        let recorder = Arc::new(Recorder::default());
        let gate = Gate::new(script.clone(), true, recorder.clone());
        gate.exchange(&request("GET", "")).await.unwrap();
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let outcome = gate.exchange(&request(method, "")).await;
            assert!(matches!(outcome, Err(TransportError::HeldBack)), "{method}");
        }
        assert_eq!(script.seen().len(), 1);
        assert_eq!(recorder.lines()[..2], ["GET /v2/p signed", "POST /v2/p held back"]);
    }

    #[tokio::test]
    async fn without_a_rehearsal_everything_goes_out() {
        let script = Arc::new(Script::new().answer(200, ""));
        let gate = Gate::new(script.clone(), false, Arc::new(Recorder::default()));
        gate.exchange(&request("DELETE", "")).await.unwrap();
        assert_eq!(script.seen().len(), 1);
    }
}
