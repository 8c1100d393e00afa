//! Pings: how often, how long an answer may take, and how long it took.

use crate::socket::Event;
use clap::Args;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Clone, Debug, Default, Args)]
pub(super) struct Pulses {
    /// Ping so often, to keep the connection from being idle; -v shows how long each answer takes
    #[arg(long, value_name = "DURATION", value_parser = super::positive)]
    ping_interval: Option<Duration>,
    /// Give the connection up when nothing comes for so long after a ping, or a message cannot be sent for so long
    #[arg(long, value_name = "DURATION", value_parser = super::positive, requires = "ping_interval")]
    pong_timeout: Option<Duration>,
}

impl Pulses {
    /// Whether pings go out by themselves, and not only when somebody types one.
    pub(super) fn are_regular(&self) -> bool {
        self.ping_interval.is_some()
    }
}

/// The pings of one connection.
pub(super) struct Pulse {
    options: Pulses,
    next: Option<Instant>,
    /// The last ping's payload, and when it was sent.
    sent: Option<(String, Instant)>,
    /// Until when something has to come.
    deadline: Option<Instant>,
    count: u64,
}

impl Pulse {
    /// Of a connection that opens now.
    pub(super) fn begin(options: &Pulses) -> Self {
        Self {
            next: options.ping_interval.map(|interval| Instant::now() + interval),
            options: options.clone(),
            sent: None,
            deadline: None,
            count: 0,
        }
    }

    /// How long sending may take.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.options.pong_timeout
    }

    /// When it is time to ping.
    pub(super) async fn due(&self) {
        super::talk::at(self.next).await;
    }

    /// When nothing came in time.
    pub(super) async fn late(&self) {
        super::talk::at(self.deadline).await;
    }

    /// The next ping's payload, or `text`.
    pub(super) fn ping(&mut self, text: &str) -> String {
        self.count += 1;
        let payload = match text {
            "" => self.count.to_string(),
            text => text.to_owned(),
        };
        let now = Instant::now();
        self.sent = Some((payload.clone(), now));
        self.next = self.options.ping_interval.map(|interval| now + interval);
        // A ping that goes unanswered is not forgotten because another follows.
        self.deadline = self.deadline.or(self.options.pong_timeout.map(|timeout| now + timeout));
        payload
    }

    /// Something came: whatever it is, the other side lives. Gives how long the answer to the last ping took.
    pub(super) fn heard(&mut self, event: &Event) -> Option<Duration> {
        self.deadline = None;
        let Event::Pong(payload) = event else { return None };
        let (_, at) = self.sent.take_if(|(sent, _)| sent.as_bytes() == payload)?;
        Some(at.elapsed())
    }
}
