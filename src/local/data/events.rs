//! What happens in the data plane, told as it happens to whoever listens: lines of functions' logs, and requests.

use super::function_log::LogLine;
use super::request_log::RequestRecord;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::broadcast;

/// How far a listener may be behind before it misses something, in events.
const CAPACITY: usize = 4096;

/// Something that happened.
#[derive(Clone, Debug)]
pub(in crate::local) enum Event {
    /// A line of a function's log.
    Log(Arc<LogLine>),
    /// A request was answered, or is over.
    Request(Arc<RequestRecord>),
}

impl Event {
    /// The same as data.
    pub(in crate::local) fn value(&self) -> Value {
        let (mut value, kind) = match self {
            Self::Log(line) => (json!(line.as_ref()), "log"),
            Self::Request(record) => (record.value(), "request"),
        };
        value["event"] = kind.into();
        value
    }
}

/// Where events are told.
#[derive(Clone, Debug)]
pub(super) struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }
}

impl Events {
    /// Tells of something, which is made only if somebody listens.
    pub(super) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.0.receiver_count() > 0 {
            let _ = self.0.send(event());
        }
    }

    /// What happens from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
