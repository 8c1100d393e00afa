//! An open WebSocket: messages out, events in, and how it ended.

use super::handshake::Opened;
use super::tail::Tailed;
use super::{Closing, Options, Timings};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use http::{HeaderMap, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Utf8Bytes};

/// How long the other side has to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the answer to the other side's close frame may take to be written.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);
/// What the library puts in place of a close frame whose code no frame may have, with 1002.
const VIOLATION: &str = "Protocol violation";
/// The most bytes that a control frame carries.
const CONTROL_LIMIT: usize = 125;
/// How many bytes of events may wait while a message is being sent, before reading stops.
const QUEUE_LIMIT: usize = 64 * 1024 * 1024;

/// What came from the other side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// A ping, answered already.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// The end; nothing follows.
    Closed(Closing),
}

/// A message could not be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The WebSocket is closed, or being closed.
    #[error("the WebSocket is closed")]
    Closed,
    /// More than a control frame carries.
    #[error("{what} has {size} bytes, more than {limit}")]
    TooLong {
        /// "the ping".
        what: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A code that no close frame may have.
    #[error("the close code {0} may not be sent: use 1000 to 1003, 1007 to 1014 or 3000 to 4999")]
    Code(u16),
    /// The connection broke; the next event says how it ended.
    #[error("the message could not be sent")]
    Failed(#[source] Box<Error>),
}

/// An open WebSocket. Pings are answered while [`Session::next`] or a sending method is awaited.
///
/// Dropping it drops the connection without a close frame.
pub(crate) struct Session {
    stream: WebSocketStream<Tailed<TokioIo<Upgraded>>>,
    headers: HeaderMap,
    timings: Timings,
    opened: Instant,
    last_frame: Instant,
    /// What came while a message was being sent.
    queue: VecDeque<Event>,
    queued: usize,
    /// Until when the other side may answer our close frame.
    deadline: Option<Instant>,
    closing: Option<Closing>,
}

impl Session {
    pub(super) async fn new(opened: Opened, timings: Timings, options: &Options) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(options.read_buffer)
            .max_message_size(Some(options.message_limit))
            .max_frame_size(Some(options.message_limit));
        let now = Instant::now();
        Self {
            stream: WebSocketStream::from_raw_socket(Tailed::new(opened.stream), Role::Client, Some(config)).await,
            headers: opened.headers,
            timings,
            opened: now,
            last_frame: now,
            queue: VecDeque::new(),
            queued: 0,
            deadline: None,
            closing: None,
        }
    }

    /// How long each layer took.
    pub(crate) fn timings(&self) -> Timings {
        self.timings
    }

    /// The headers of the 101.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The subprotocol that the server chose.
    pub(crate) fn subprotocol(&self) -> Option<&str> {
        self.headers
            .get(header::SEC_WEBSOCKET_PROTOCOL)
            .and_then(|name| name.to_str().ok())
    }

    /// Sends a text message and returns when it was written. Dropped meanwhile, it may or may not be sent.
    ///
    /// # Errors
    /// The WebSocket is closed, or breaks.
    pub(crate) async fn send_text(&mut self, text: impl Into<String>) -> Result<(), SendError> {
        self.send(Message::Text(text.into().into())).await
    }

    /// Sends a binary message, as [`Session::send_text`] does.
    ///
    /// # Errors
    /// The WebSocket is closed, or breaks.
    pub(crate) async fn send_binary(&mut self, bytes: impl Into<Bytes>) -> Result<(), SendError> {
        self.send(Message::Binary(bytes.into())).await
    }

    /// Sends a ping of at most 125 bytes; the answer is an [`Event::Pong`] with the same.
    ///
    /// # Errors
    /// It is too long; the WebSocket is closed, or breaks.
    pub(crate) async fn ping(&mut self, payload: impl Into<Bytes>) -> Result<(), SendError> {
        let payload = payload.into();
        check_length("the ping", payload.len(), CONTROL_LIMIT)?;
        self.send(Message::Ping(payload)).await
    }

    /// Begins to close. [`Session::next`] goes on giving events, [`Event::Closed`] last: when the other side has
    /// answered, or after 5 seconds.
    ///
    /// # Errors
    /// The code may not be sent, or the reason has more than 123 bytes; the WebSocket is closed, or breaks.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) -> Result<(), SendError> {
        Self::check_close(code, reason)?;
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: Utf8Bytes::from(reason),
        };
        self.check_open()?;
        let deadline = Instant::now() + CLOSE_TIMEOUT;
        self.deadline = Some(deadline);
        let mut message = Some(Message::Close(Some(frame)));
        let sending = poll_fn(|cx| self.poll_send(cx, &mut message));
        // A peer that does not read must not keep us from leaving.
        timeout_at(deadline, sending).await.unwrap_or(Ok(()))
    }

    /// Gives the connection up, because of `fault`: what came so far can still be had, and then the end.
    pub(crate) fn abandon(&mut self, fault: impl Into<String>) {
        if self.closing.is_none() {
            self.break_off(Some(fault.into()));
        }
    }

    /// Whether [`Session::close`] takes this code and this reason.
    ///
    /// # Errors
    /// The code may not be sent, or the reason has more than 123 bytes.
    pub(crate) fn check_close(code: u16, reason: &str) -> Result<(), SendError> {
        if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            return Err(SendError::Code(code));
        }
        check_length("the reason", reason.len(), CONTROL_LIMIT - 2)
    }

    /// The next event. May be dropped while it waits: nothing is lost. After the end, it gives the end again.
    pub(crate) async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.queue.pop_front() {
                self.queued = self.queued.saturating_sub(event.size());
                return event;
            }
            if let Some(closing) = &self.closing {
                return Event::Closed(closing.clone());
            }
            let item = match self.deadline {
                None => self.stream.next().await,
                // In time or not, the end of the stream is the end.
                Some(deadline) => timeout_at(deadline, self.stream.next()).await.unwrap_or(None),
            };
            self.receive(item);
            if self.closing.is_some() {
                // Lets the other side know that its close frame arrived.
                let _ = timeout(REPLY_TIMEOUT, self.stream.flush()).await;
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), SendError> {
        self.check_open()?;
        let mut message = Some(message);
        poll_fn(|cx| self.poll_send(cx, &mut message)).await?;
        self.last_frame = Instant::now();
        Ok(())
    }

    fn check_open(&self) -> Result<(), SendError> {
        match self.closing.is_some() || self.deadline.is_some() {
            true => Err(SendError::Closed),
            false => Ok(()),
        }
    }

    /// Writes the message, and reads meanwhile: two sides that only write would wait for each other for ever.
    fn poll_send(&mut self, cx: &mut Context<'_>, message: &mut Option<Message>) -> Poll<Result<(), SendError>> {
        while self.closing.is_none() && self.queued < QUEUE_LIMIT {
            match Pin::new(&mut self.stream).poll_next(cx) {
                Poll::Ready(item) => self.receive(item),
                Poll::Pending => break,
            }
        }
        if let Some(closing) = &self.closing {
            // Our close frame may be answered before it is known to be written.
            let done = closing.clean && closing.ours && message.is_none();
            return Poll::Ready(if done { Ok(()) } else { Err(SendError::Closed) });
        }
        let failed = |error| SendError::Failed(Box::new(error));
        if message.is_some() {
            ready!(Pin::new(&mut self.stream).poll_ready(cx)).map_err(failed)?;
        }
        if let Some(message) = message.take() {
            Pin::new(&mut self.stream).start_send(message).map_err(failed)?;
        }
        Pin::new(&mut self.stream).poll_flush(cx).map_err(failed)
    }

    /// Takes in what the stream gave: an event into the queue, or the end.
    fn receive(&mut self, item: Option<Result<Message, Error>>) {
        let event = match item {
            Some(Ok(Message::Text(text))) => Event::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) => Event::Binary(bytes),
            Some(Ok(Message::Ping(payload))) => Event::Ping(payload),
            Some(Ok(Message::Pong(payload))) => Event::Pong(payload),
            Some(Ok(Message::Close(frame))) => return self.end(frame),
            // Only for writing.
            Some(Ok(Message::Frame(_))) => return,
            Some(Err(error)) => return self.break_off(fault(&error)),
            None => return self.break_off(None),
        };
        self.last_frame = Instant::now();
        self.queued += event.size();
        self.queue.push_back(event);
    }

    /// A close frame came.
    fn end(&mut self, frame: Option<CloseFrame>) {
        let mut fault = None;
        let (code, reason) = match frame {
            // The library says this of its own in place of a code that no frame may have.
            Some(frame) if frame.code == CloseCode::Protocol && frame.reason == VIOLATION => {
                let came = self.stream.get_ref().close_frame();
                // These have a meaning, but only where there is no code.
                let absent = came
                    .as_ref()
                    .is_some_and(|(code, _)| matches!(code, 1005 | 1006 | 1015));
                fault = absent.then(|| "a code that no close frame may have".to_owned());
                came.unwrap_or((1002, VIOLATION.to_owned()))
            }
            Some(frame) => (frame.code.into(), frame.reason.as_str().to_owned()),
            None => (Closing::NO_CODE, String::new()),
        };
        self.closing = Some(Closing {
            code,
            reason,
            clean: true,
            fault,
            ..self.ended()
        });
    }

    /// The connection ended without a close frame.
    fn break_off(&mut self, fault: Option<String>) {
        self.closing = Some(Closing { fault, ..self.ended() });
    }

    fn ended(&self) -> Closing {
        Closing {
            code: Closing::NO_FRAME,
            reason: String::new(),
            clean: false,
            ours: self.deadline.is_some(),
            open_for: self.opened.elapsed(),
            since_last_frame: self.last_frame.elapsed(),
            fault: None,
        }
    }
}

impl Event {
    /// How many bytes it carries.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) => bytes.len(),
            Self::Closed(_) => 0,
        }
    }
}

fn check_length(what: &'static str, size: usize, limit: usize) -> Result<(), SendError> {
    match size > limit {
        true => Err(SendError::TooLong { what, size, limit }),
        false => Ok(()),
    }
}

/// What went wrong, where it is more than that the connection just ended.
fn fault(error: &Error) -> Option<String> {
    match error {
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        // TLS that ends without saying so.
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
        Error::Io(error) => Some(error.to_string()),
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Some(format!(
            "a message of {size} bytes came, more than the limit of {max_size}"
        )),
        error => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
