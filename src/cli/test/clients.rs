//! The connections of a running script: all are read all the time, whichever of them it speaks of.

use super::super::connect::{Entry, History};
use crate::socket::{Closing, Event, Limits, SendError, Session};
use futures_util::future::select_all;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long the other side may take to answer the close at the script's end.
const GOODBYE: Duration = Duration::from_secs(1);
/// How many messages of a client may wait for the script to speak of them.
const UNREAD_MESSAGES: usize = 10_000;
/// How many bytes of them.
const UNREAD_BYTES: usize = 64 * 1024 * 1024;

/// A client of the script.
struct Client {
    session: Session,
    limits: Limits,
    /// What came and was not expected so far.
    inbox: VecDeque<Event>,
    /// How many bytes of it.
    unread: usize,
    end: Option<Closing>,
}

/// All clients, by name, and what was said last.
#[derive(Default)]
pub(super) struct Clients {
    by_name: BTreeMap<String, Client>,
    transcript: History,
}

/// What waiting came to.
pub(super) enum Got {
    Event(Event),
    Late,
    /// Nothing more will come.
    Ended(Closing, Limits),
}

impl Client {
    /// Takes one of the unread.
    fn take(&mut self, at: usize) -> Option<Event> {
        let event = self.inbox.remove(at)?;
        self.unread -= event.size();
        Some(event)
    }

    /// Keeps one for later; too many end the connection, for nobody may ever ask for them.
    fn keep(&mut self, event: Event) {
        self.unread += event.size();
        self.inbox.push_back(event);
        if self.inbox.len() > UNREAD_MESSAGES || self.unread > UNREAD_BYTES {
            self.session.abandon(format!(
                "more came than the script expects: {UNREAD_MESSAGES} messages or {} MiB may wait unread",
                UNREAD_BYTES >> 20
            ));
        }
    }
}

impl Clients {
    /// Adds a client; one of the same name is dropped.
    pub(super) fn add(&mut self, name: &str, session: Session, limits: Limits) {
        let client = Client {
            session,
            limits,
            inbox: VecDeque::new(),
            unread: 0,
            end: None,
        };
        self.by_name.insert(name.to_owned(), client);
    }

    /// Puts something into the transcript.
    pub(super) fn note(&mut self, name: &str, entry: Entry) {
        self.transcript.keep(Entry {
            client: name.to_owned(),
            ..entry
        });
    }

    /// What was said, as much of it as is kept.
    pub(super) fn into_transcript(self) -> Vec<Entry> {
        self.transcript.into_entries()
    }

    /// A client that is open.
    pub(super) fn session(&mut self, name: &str) -> Option<&mut Session> {
        self.by_name.get_mut(name).map(|client| &mut client.session)
    }

    /// How a client's connection ended, if that was seen.
    pub(super) fn end(&self, name: &str) -> Option<(Closing, Limits)> {
        let client = self.by_name.get(name)?;
        Some((client.end.clone()?, client.limits))
    }

    /// The next event of a client that `wanted` wants; others stay for later.
    pub(super) async fn next(&mut self, name: &str, wanted: fn(&Event) -> bool, until: Instant) -> Got {
        loop {
            if let Some(client) = self.by_name.get_mut(name) {
                if let Some(at) = client.inbox.iter().position(wanted) {
                    return client.take(at).map_or(Got::Late, Got::Event);
                }
                if let Some(closing) = &client.end {
                    return Got::Ended(closing.clone(), client.limits);
                }
            }
            if timeout_at(until, self.receive()).await.is_err() {
                return Got::Late;
            }
        }
    }

    /// Waits for one event of any client. May be dropped: nothing is lost.
    async fn receive(&mut self) {
        let open = self.by_name.iter_mut().filter(|(_, client)| client.end.is_none());
        let waiting: Vec<_> = open
            .map(|(name, client)| Box::pin(async move { (name.clone(), client.session.next().await) }))
            .collect();
        if waiting.is_empty() {
            return std::future::pending().await;
        }
        let ((name, event), ..) = select_all(waiting).await;
        self.note(&name, Entry::came(&event));
        if let Some(client) = self.by_name.get_mut(&name) {
            match event {
                Event::Closed(closing) => client.end = Some(closing),
                Event::Ping(_) => {}
                event => client.keep(event),
            }
        }
    }

    /// Closes what is still open.
    pub(super) async fn leave(&mut self) {
        for client in self.by_name.values_mut().filter(|client| client.end.is_none()) {
            let goodbye = async {
                let closed: Result<(), SendError> = client.session.close(1000, "").await;
                while closed.is_ok() && !matches!(client.session.next().await, Event::Closed(_)) {}
            };
            // Whatever they make of it: the script is done.
            let _ = timeout(GOODBYE, goodbye).await;
        }
    }
}
