//! Opens the connections, lets them speak, and counts.

use super::super::interrupted;
use super::histogram::Histogram;
use super::outcome::{Counts, Outcome};
use super::{Load, Mode, SMALLEST};
use crate::socket::{Closing, Connector, Event, Options, Session, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How many handshakes are under way at once: servers keep a short queue.
const HANDSHAKES: usize = 128;
/// How long the other side may take to answer a close at the end.
const GOODBYE: Duration = Duration::from_secs(2);
/// The buffer of a connection, in bytes; more than a message needs would be multiplied by all connections.
const BUFFER: usize = 1024;

/// What all connections share.
pub(super) struct Shared {
    connector: Connector,
    target: Target,
    pub(super) load: Load,
    /// When the first was opened.
    began: Instant,
    /// From when on it is measured.
    measured: Instant,
    handshakes: Semaphore,
    /// The time is over.
    over: CancellationToken,
    pub(super) latency: Histogram,
    pub(super) opening: Histogram,
    pub(super) sent: AtomicU64,
    pub(super) received: AtomicU64,
    /// What came and was no answer.
    pub(super) stray: AtomicU64,
    /// What came in each second.
    pub(super) seconds: Vec<AtomicU64>,
    pub(super) counts: Counts,
}

/// Options for many connections of small messages.
pub(super) fn frugal(options: Options, size: usize) -> Options {
    Options {
        read_buffer: (size + 16).clamp(BUFFER, 128 * 1024),
        ..options
    }
}

/// Runs the load until its time is over or `stop` is; tells which.
pub(super) async fn drive(
    (connector, target): (Connector, Target),
    load: Load,
    stop: impl Future<Output = ()>,
) -> (Outcome, bool) {
    let began = Instant::now();
    let measured = began + load.ramp;
    let seconds = load.duration.as_secs() + 1;
    let shared = Arc::new(Shared {
        connector,
        target,
        began,
        measured,
        handshakes: Semaphore::new(HANDSHAKES),
        over: CancellationToken::new(),
        latency: Histogram::new(),
        opening: Histogram::new(),
        sent: AtomicU64::new(0),
        received: AtomicU64::new(0),
        stray: AtomicU64::new(0),
        seconds: (0..seconds.min(24 * 3600)).map(|_| AtomicU64::new(0)).collect(),
        counts: Counts::default(),
        load,
    });
    let mut connections = JoinSet::new();
    for at in 0..shared.load.connections {
        connections.spawn(connection(Arc::clone(&shared), at));
    }
    let end = measured + shared.load.duration;
    let ended_early = tokio::select! {
        () = sleep_until(end) => false,
        () = stop => true,
        // All of them failed.
        () = async { while connections.join_next().await.is_some() {} } => false,
    };
    let lasted = Instant::now().min(end).saturating_duration_since(measured);
    shared.over.cancel();
    // A second Ctrl-C does not wait for the goodbyes.
    tokio::select! {
        () = async { while connections.join_next().await.is_some() {} } => {}
        () = interrupted() => {}
    }
    (Outcome::of(&shared, lasted, ended_early), ended_early)
}

/// One connection, from its turn in the ramp to the end.
async fn connection(shared: Arc<Shared>, at: u32) {
    let turn = shared.began
        + shared
            .load
            .ramp
            .mul_f64(f64::from(at) / f64::from(shared.load.connections));
    let opened = tokio::select! {
        opened = open(&shared, turn) => opened,
        () = shared.over.cancelled() => return,
    };
    let Some(mut session) = opened else { return };
    let closing = tokio::select! {
        closing = speak(&shared, &mut session, at) => Some(closing),
        () = shared.over.cancelled() => None,
    };
    match closing {
        Some(closing) => shared.counts.closed(&closing),
        None => goodbye(session).await,
    }
}

async fn open(shared: &Shared, turn: Instant) -> Option<Session> {
    sleep_until(turn).await;
    let _one = shared.handshakes.acquire().await.ok()?;
    let began = Instant::now();
    // Boxed, because the connection would carry room for its handshake as long as it is open.
    match Box::pin(shared.connector.connect(&shared.target)).await {
        Ok(session) => {
            shared.opening.record(began.elapsed());
            shared.counts.opened(&session, shared.load.instance_header.as_ref());
            Some(session)
        }
        Err(error) => {
            shared.counts.failed(&error);
            None
        }
    }
}

/// Says goodbye; whether it is answered changes no figure.
async fn goodbye(mut session: Session) {
    let leaving = async {
        if session.close(1000, "").await.is_ok() {
            while !matches!(session.next().await, Event::Closed(_)) {}
        }
    };
    let _ = timeout(GOODBYE, leaving).await;
}

/// Speaks until the other side ends it.
async fn speak(shared: &Shared, session: &mut Session, at: u32) -> Closing {
    match shared.load.mode {
        Mode::Echo => echo(shared, session).await,
        Mode::Broadcast => broadcast(shared, session, at == 0).await,
    }
}

/// Sends, waits for the same back, and so on.
async fn echo(shared: &Shared, session: &mut Session) -> Closing {
    let mut due = Instant::now();
    let mut message = message(Duration::ZERO, shared.load.size);
    loop {
        if let Some(rate) = shared.load.rate {
            sleep_until(due).await;
            due += Duration::from_secs_f64(1.0 / rate);
        }
        // At a rate, a message that goes out late counts from when it should have: who waits for it waits as long.
        let began = match shared.load.rate {
            Some(rate) => due - Duration::from_secs_f64(1.0 / rate),
            None => Instant::now(),
        };
        stamp(&mut message, began - shared.began);
        if session.send_text(message.clone()).await.is_ok() {
            shared.sent.fetch_add(u64::from(began >= shared.measured), Relaxed);
        }
        loop {
            match session.next().await {
                Event::Text(text) if text == message => break shared.answered(began),
                Event::Closed(closing) => return closing,
                Event::Text(_) | Event::Binary(_) => shared.stray(),
                Event::Ping(_) | Event::Pong(_) => {}
            }
        }
    }
}

/// Counts what everybody gets; one of all sends it.
async fn broadcast(shared: &Shared, session: &mut Session, sends: bool) -> Closing {
    let pause = Duration::from_secs_f64(1.0 / shared.load.rate.unwrap_or(1.0));
    // The first goes out when everybody is there.
    let mut due = sends.then_some(shared.measured);
    loop {
        let event = tokio::select! {
            event = session.next() => event,
            () = at(due) => {
                let began = due.unwrap_or_else(Instant::now);
                due = Some(began + pause);
                let message = message(began - shared.began, shared.load.size);
                if session.send_text(message).await.is_ok() {
                    shared.sent.fetch_add(1, Relaxed);
                }
                continue;
            }
        };
        match event {
            Event::Text(text) => match sent_at(&text) {
                Some(after) => shared.answered(shared.began + after),
                None => shared.stray(),
            },
            Event::Closed(closing) => return closing,
            Event::Binary(_) => shared.stray(),
            Event::Ping(_) | Event::Pong(_) => {}
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// A message of `size` bytes that says when it was sent.
fn message(after: Duration, size: usize) -> String {
    let mut text = ".".repeat(size);
    stamp(&mut text, after);
    text
}

/// Says in a message when it is sent, with the digits at its beginning; the rest is as it was.
fn stamp(message: &mut String, after: Duration) {
    let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
    message.replace_range(
        ..SMALLEST as usize,
        &format!("{micros:0width$x}", width = SMALLEST as usize),
    );
}

/// When a message was sent.
fn sent_at(message: &str) -> Option<Duration> {
    let digits = message.get(..SMALLEST as usize)?;
    u64::from_str_radix(digits, 16).ok().map(Duration::from_micros)
}

impl Shared {
    /// The answer to what was sent at `began` came.
    fn answered(&self, began: Instant) {
        let now = Instant::now();
        if began < self.measured {
            return;
        }
        self.latency.record(now.saturating_duration_since(began));
        self.received.fetch_add(1, Relaxed);
        let second = now.duration_since(self.measured).as_secs();
        if let Some(count) = usize::try_from(second).ok().and_then(|second| self.seconds.get(second)) {
            count.fetch_add(1, Relaxed);
        }
    }

    fn stray(&self) {
        self.stray.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{message, sent_at};
    use std::time::Duration;

    #[test]
    fn a_message_says_when_it_was_sent() {
        let sent = message(Duration::from_micros(123_456), 64);
        assert_eq!((sent.len(), sent_at(&sent)), (64, Some(Duration::from_micros(123_456))));
        assert_eq!(message(Duration::ZERO, 16).len(), 16);
        for other in ["", "Server time: 12:00:00", "é1234567890123456"] {
            assert_eq!(sent_at(other), None, "{other}");
        }
    }
}
