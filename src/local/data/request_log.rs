//! The last requests that came to the gateways, in memory.

use super::events::{Event, Events};
use super::statistics::{Statistics, Verdict};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many requests are remembered.
const CAPACITY: usize = 1000;
/// How much of a path is remembered, in characters.
const PATH_LENGTH: usize = 512;

/// A request that the gateway has answered.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::local) struct RequestRecord {
    /// The id in the answer's `X-Request-Id`.
    pub(in crate::local) request_id: String,
    /// When it came.
    pub(in crate::local) time: jiff::Timestamp,
    /// The API group's name.
    pub(in crate::local) group: String,
    /// `GET` …
    pub(in crate::local) method: String,
    /// Without the query, which may hold secrets.
    pub(in crate::local) path: String,
    /// The answer's status; 101 is an upgrade.
    pub(in crate::local) status: u16,
    /// From the request to its end, or the socket's; `None` while it is open.
    pub(in crate::local) duration: Option<Duration>,
    /// The package of the function that answered, if one was found.
    pub(in crate::local) package: Option<String>,
    /// The function that answered, if one was found.
    pub(in crate::local) function: Option<String>,
    /// Bytes of the request's body, or from the client through the tunnel; known at the end.
    pub(in crate::local) received: u64,
    /// Bytes of the answer's body, or to the client through the tunnel; known at the end.
    pub(in crate::local) sent: u64,
    /// Why the gateway refused, or why the socket was dropped.
    pub(in crate::local) note: Option<String>,
}

impl RequestRecord {
    /// The same as data.
    pub(in crate::local) fn value(&self) -> Value {
        json!({
            "request_id": self.request_id,
            "time": self.time.to_string(),
            "group": self.group,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "milliseconds": self.duration.map(|duration| duration.as_millis()),
            "function": self.function,
            "received": self.received,
            "sent": self.sent,
            "note": self.note,
        })
    }
}

/// The last requests.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    ring: Mutex<VecDeque<Arc<Mutex<RequestRecord>>>>,
    /// What was counted of those that called a function.
    pub(super) statistics: Arc<Statistics>,
    events: Events,
}

impl RequestLog {
    /// Nothing yet; each request is told in `events` when it is over, and a socket when it begins.
    pub(super) fn new(events: Events) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }

    /// Remembers an answered request, which came at `began` and ended as the verdict says; it is open as long as the
    /// answer lives.
    pub(super) fn add(&self, mut record: RequestRecord, (began, verdict): (Instant, Verdict)) -> OpenRequest {
        if record.path.chars().nth(PATH_LENGTH).is_some() {
            record.path = record.path.chars().take(PATH_LENGTH).chain(['…']).collect();
        }
        let record = Arc::new(Mutex::new(record));
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.len() == CAPACITY {
            ring.pop_front();
        }
        ring.push_back(Arc::clone(&record));
        let open = OpenRequest {
            record,
            began,
            verdict,
            statistics: Arc::clone(&self.statistics),
            events: self.events.clone(),
        };
        if open.is_socket() {
            open.tell();
        }
        open
    }

    /// All that are remembered, the oldest first.
    pub(super) fn all(&self) -> Vec<RequestRecord> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter()
            .map(|record| record.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }
}

/// A request whose answer is not over. Dropping it notes how long it took.
#[derive(Debug)]
pub(super) struct OpenRequest {
    record: Arc<Mutex<RequestRecord>>,
    began: Instant,
    events: Events,
    verdict: Verdict,
    statistics: Arc<Statistics>,
}

impl OpenRequest {
    /// Whether a WebSocket has begun.
    fn is_socket(&self) -> bool {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).status == 101
    }

    fn tell(&self) {
        let record = || self.record.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.events.tell(|| Event::Request(Arc::new(record())));
    }

    /// Changes what is remembered of it.
    pub(super) fn note(&self, change: impl FnOnce(&mut RequestRecord)) {
        change(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let duration = self.began.elapsed();
        let minute = jiff::Timestamp::now().as_second() / 60;
        self.note(|record| {
            record.duration = Some(duration);
            if let (Some(package), Some(name)) = (&record.package, &record.function) {
                self.statistics.add((package, name), self.verdict, (minute, duration));
            }
        });
        self.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Events, RequestLog, RequestRecord, Verdict};
    use std::time::Instant;

    fn now() -> (Instant, Verdict) {
        (Instant::now(), Verdict::Answered)
    }

    fn record(path: &str) -> RequestRecord {
        RequestRecord {
            request_id: String::new(),
            time: jiff::Timestamp::UNIX_EPOCH,
            group: "g".to_owned(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            status: 101,
            duration: None,
            package: None,
            function: None,
            received: 0,
            sent: 0,
            note: None,
        }
    }

    #[test]
    fn an_open_request_has_no_duration_yet() {
        let log = RequestLog::default();
        let open = log.add(record("/a"), now());
        open.note(|record| record.sent = 7);
        assert_eq!((log.all()[0].duration, log.all()[0].sent), (None, 7));
        drop(open);
        assert!(log.all()[0].duration.is_some());
    }

    #[test]
    fn a_socket_is_told_when_it_begins_and_when_it_is_over_and_a_request_when_it_is_over() {
        let events = Events::default();
        let log = RequestLog::new(events.clone());
        let mut told = events.listen();
        let mut next = || told.try_recv().ok().map(|event| event.value());
        let socket = log.add(record("/s"), now());
        let begun = next().unwrap();
        assert_eq!(
            (&begun["event"], &begun["milliseconds"]),
            (&"request".into(), &().into())
        );
        let plain = RequestRecord {
            status: 200,
            ..record("/p")
        };
        let plain = log.add(plain, now());
        assert_eq!(next(), None);
        drop((plain, socket));
        let paths = [next(), next()].map(|event| event.unwrap()["path"].clone());
        assert_eq!(paths, ["/p", "/s"]);
    }

    #[test]
    fn the_oldest_make_way_and_long_paths_are_cut() {
        let log = RequestLog::default();
        for number in 0..=CAPACITY {
            log.add(record(&number.to_string()), now());
        }
        let all = log.all();
        assert_eq!((all.len(), all[0].path.as_str()), (CAPACITY, "1"));
        log.add(record(&"é".repeat(9999)), now());
        assert_eq!(log.all()[CAPACITY - 1].path.chars().count(), 513);
    }
}
