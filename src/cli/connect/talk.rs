//! The conversation of `fgctl connect`: what is typed goes out, what comes is shown. It outlives a connection.

use super::super::error::CommandError;
use super::super::global::Context;
use super::super::interrupted;
use super::Connect;
use super::history::History;
use super::input::Input;
use super::order::{self, Order};
use super::pulse::{Pulse, Pulses};
use super::record::{Entry, Record};
use crate::socket::{Closing, Event, SendError, Session, Target};
use crate::ui::Format;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// Messages of more bytes are not read from a file.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The conversation.
pub(super) struct Talk<'a> {
    input: Input,
    /// Whether a person types, who can give orders.
    at_terminal: bool,
    /// Whether each message goes back to where it came from.
    echo: bool,
    /// How many messages are still to come, where that ends it.
    wanted: Option<usize>,
    linger: Duration,
    /// Since when nothing has come, after the end of stdin.
    quiet_since: Option<Instant>,
    /// Whether lines go out as binary messages.
    binary: bool,
    /// What to send when a connection opens.
    on_open: Vec<String>,
    pulses: Pulses,
    record: Record,
    /// What a person can search.
    history: History,
    context: &'a Context,
}

/// What goes out.
enum Message {
    Text(String),
    Binary(Bytes),
}

/// A connection and its pings.
struct Line {
    session: Session,
    pulse: Pulse,
}

/// The code and the reason to leave with.
type Goodbye = (u16, String);

impl<'a> Talk<'a> {
    /// Nothing was said so far.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub(super) fn new(args: &Connect, context: &'a Context) -> Result<Self, CommandError> {
        let on_open = match &args.on_open {
            Some(file) => String::from_utf8(content(file)?)
                .map_err(|_| CommandError::usage(format!("`{}` holds no text", file.display())))?,
            None => String::new(),
        };
        Ok(Self {
            input: match args.echo {
                true => Input::Ended,
                false => Input::open(&context.ui),
            },
            at_terminal: !args.echo && Input::is_person(),
            echo: args.echo,
            history: History::default(),
            wanted: args.count,
            linger: args.linger,
            quiet_since: None,
            binary: args.binary,
            on_open: on_open.lines().map(str::to_owned).collect(),
            pulses: args.pulses.clone(),
            record: Record::open(args.record.as_deref())?,
            context,
        })
    }

    /// Talks over this connection until either side ends it.
    ///
    /// # Errors
    /// Interrupted; stdin, stdout or the record fails; a message that cannot be sent at all.
    pub(super) async fn run(&mut self, session: Session, target: &Target) -> Result<Closing, CommandError> {
        let mut line = Line {
            session,
            pulse: Pulse::begin(&self.pulses),
        };
        self.record.opened(&target.to_string())?;
        self.quiet_since = self.quiet_since.map(|_| Instant::now());
        for text in self.on_open.clone() {
            self.send(&mut line, Message::Text(text)).await?;
        }
        loop {
            if self.wanted == Some(0) {
                return self.leave(line, (1000, String::new())).await;
            }
            let quiet_until = self
                .quiet_since
                .filter(|_| self.wanted.is_none())
                .map(|since| since + self.linger);
            tokio::select! {
                event = line.session.next() => match event {
                    Event::Closed(closing) => return self.ended(closing),
                    event => {
                        self.came(&mut line, &event)?;
                        self.reflect(&mut line, event).await?;
                    }
                },
                typed = self.input.next() => if let Some(goodbye) = self.typed(&mut line, typed?).await? {
                    return self.leave(line, goodbye).await;
                },
                () = line.pulse.due() => self.ping(&mut line, "").await?,
                () = line.pulse.late() => line.session.abandon("nothing came after a ping, as long as --pong-timeout waits"),
                () = at(quiet_until) => return self.leave(line, (1000, String::new())).await,
                () = interrupted() => {
                    // A second one does not wait for the other side's answer.
                    tokio::select! {
                        _ = self.leave(line, (1000, String::new())) => {}
                        () = interrupted() => {}
                    }
                    return Err(CommandError::interrupted());
                }
            }
        }
    }

    fn ended(&mut self, closing: Closing) -> Result<Closing, CommandError> {
        self.record.came(&Event::Closed(closing.clone()))?;
        Ok(closing)
    }

    fn came(&mut self, line: &mut Line, event: &Event) -> Result<(), CommandError> {
        self.quiet_since = self.quiet_since.map(|_| Instant::now());
        self.record.came(event)?;
        if let Some(took) = line.pulse.heard(event) {
            let text = format!("answer to the ping after {:.1} ms", took.as_secs_f64() * 1000.0);
            match self.at_terminal && !self.pulses.are_regular() {
                true => self.context.ui.status(text),
                false => self.context.ui.verbose(text),
            }
        }
        let (kind, text) = match event {
            Event::Text(text) => ("text", text.clone()),
            Event::Binary(bytes) => ("binary", STANDARD.encode(bytes)),
            Event::Ping(_) | Event::Pong(_) | Event::Closed(_) => return Ok(()),
        };
        self.wanted = self.wanted.map(|wanted| wanted.saturating_sub(1));
        let shown = match self.context.ui.format() {
            Format::Json => json!({ "type": kind, "data": text }).to_string(),
            Format::Yaml => format!("--- {}", json!({ "type": kind, "data": text })),
            // A person's own lines stand on the screen already: these are told from them, and dated.
            Format::Table | Format::Name if self.at_terminal => {
                self.history.keep(Entry::came(event));
                dated('<', &pretty(text))
            }
            Format::Table | Format::Name => text,
        };
        Ok(self.context.ui.message(&shown)?)
    }

    /// Sends a message back, where that is what is asked for.
    async fn reflect(&mut self, line: &mut Line, event: Event) -> Result<(), CommandError> {
        match event {
            Event::Text(text) if self.echo => self.send(line, Message::Text(text)).await,
            Event::Binary(bytes) if self.echo => self.send(line, Message::Binary(bytes)).await,
            _ => Ok(()),
        }
    }

    /// Does what a line of stdin asks for; gives how to leave where it asks for that.
    async fn typed(&mut self, line: &mut Line, typed: Option<String>) -> Result<Option<Goodbye>, CommandError> {
        match typed {
            None => {
                self.input = Input::Ended;
                self.quiet_since = Some(Instant::now());
                // Ctrl-D of a person: no answer is waited for.
                return Ok(self.at_terminal.then(|| (1000, String::new())));
            }
            Some(text) if self.at_terminal => return self.order(line, &text).await,
            Some(text) if self.binary => self.send(line, Message::Binary(text.into())).await?,
            Some(text) => self.send(line, Message::Text(text)).await?,
        }
        Ok(None)
    }

    /// Does what a person typed. A mistake is told, and ends nothing.
    async fn order(&mut self, line: &mut Line, typed: &str) -> Result<Option<Goodbye>, CommandError> {
        if self.input.is_edited() {
            self.context.ui.message(&dated('>', typed))?;
        }
        match Order::read(typed) {
            Ok(Order::Send(text)) if self.binary => self.send(line, Message::Binary(text.into())).await?,
            Ok(Order::Send(text)) => self.send(line, Message::Text(text)).await?,
            Ok(Order::Ping(text)) if text.len() > 125 => self.context.ui.warning("a ping holds 125 bytes at most"),
            Ok(Order::Ping(text)) => self.ping(line, &text).await?,
            Ok(Order::Close(code, reason)) => match Session::check_close(code, &reason) {
                Ok(()) => return Ok(Some((code, reason))),
                Err(error) => self.context.ui.warning(error),
            },
            Ok(Order::Binary(file)) => match content(&file) {
                Ok(bytes) => self.send(line, Message::Binary(bytes.into())).await?,
                Err(error) => self.context.ui.warning(error.told()),
            },
            Ok(Order::Search(text)) => self.search(&text)?,
            Ok(Order::Help) => self.context.ui.status(order::HELP),
            Err(mistake) => self.context.ui.warning(mistake),
        }
        Ok(None)
    }

    fn search(&self, text: &str) -> Result<(), CommandError> {
        let found = self.history.search(text);
        match found.is_empty() {
            true => self
                .context
                .ui
                .status(format_args!("nothing that was said holds `{text}`")),
            false => self.context.ui.message(&found.join("\n"))?,
        }
        Ok(())
    }

    async fn send(&mut self, line: &mut Line, message: Message) -> Result<(), CommandError> {
        let (kind, data) = match &message {
            Message::Text(text) => ("text", text.clone()),
            Message::Binary(bytes) => ("binary", STANDARD.encode(bytes)),
        };
        self.record.sent(kind, &data)?;
        if self.at_terminal {
            self.history.keep(Entry::new("sent", kind, data));
        }
        let until = line.pulse.patience().map(|patience| Instant::now() + patience);
        let sending = async {
            match message {
                Message::Text(text) => line.session.send_text(text).await,
                Message::Binary(bytes) => line.session.send_binary(bytes).await,
            }
        };
        let outcome = tokio::select! {
            outcome = sending => Some(outcome),
            () = at(until) => None,
            () = interrupted() => return Err(CommandError::interrupted()),
        };
        match outcome {
            Some(outcome) => sent(outcome),
            None => {
                line.session.abandon(
                    "the other side does not read: a message could not be sent, as long as --pong-timeout waits",
                );
                Ok(())
            }
        }
    }

    async fn ping(&mut self, line: &mut Line, text: &str) -> Result<(), CommandError> {
        let payload = line.pulse.ping(text);
        self.record.sent("ping", &payload)?;
        sent(line.session.ping(payload).await)
    }

    /// Says goodbye, and waits for the answer.
    async fn leave(&mut self, mut line: Line, (code, reason): Goodbye) -> Result<Closing, CommandError> {
        self.record.sent("close", format!("{code} {reason}").trim_end())?;
        // The connection may be gone already; then that is what the next event says.
        let _ = line.session.close(code, &reason).await;
        loop {
            match line.session.next().await {
                Event::Closed(closing) => return self.ended(Closing { ours: true, ..closing }),
                event => self.came(&mut line, &event)?,
            }
        }
    }
}

/// With the time and the direction, for a person.
fn dated(direction: char, text: &str) -> String {
    format!("{} {direction} {text}", jiff::Timestamp::now().strftime("%H:%M:%SZ"))
}

/// JSON's objects and lists on lines of their own; anything else as it is.
fn pretty(text: String) -> String {
    if !text.starts_with(['{', '[']) {
        return text;
    }
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or(text),
        Err(_) => text,
    }
}

/// A file's bytes.
fn content(file: &Path) -> Result<Vec<u8>, CommandError> {
    let failed =
        |error: &dyn std::fmt::Display| CommandError::usage(format!("`{}` cannot be read: {error}", file.display()));
    let size = std::fs::metadata(file).map_err(|error| failed(&error))?.len();
    if size > FILE_LIMIT {
        return Err(failed(&format_args!("it has {size} bytes, more than {FILE_LIMIT}")));
    }
    std::fs::read(file).map_err(|error| failed(&error))
}

/// What became of a message: how a connection ended, the next event says.
fn sent(outcome: Result<(), SendError>) -> Result<(), CommandError> {
    match outcome {
        Ok(()) | Err(SendError::Closed | SendError::Failed(_)) => Ok(()),
        Err(error) => Err(CommandError::check(error.to_string())),
    }
}

/// At this time; never, where there is none.
pub(super) async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
