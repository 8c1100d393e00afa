//! `fgctl connect`: the guide's step 5. Lines of stdin go out as text messages, messages come out as lines of stdout.

mod again;
mod destination;
mod history;
mod how;
mod identity;
mod input;
mod order;
mod pulse;
mod record;
mod talk;

use super::complete::Noun;
use super::error::CommandError;
use super::global::{Context, duration};
use super::{interrupted, mask};
use crate::socket::{Closing, Connector, HandshakeError, Session, Target, explain};
use crate::ui::seconds;
use again::{Again, Attempts};
use clap::Args;
use destination::Destination;
use pulse::Pulses;
use std::path::PathBuf;
use std::time::Duration;
use talk::Talk;

pub(super) use destination::parameter;
pub(super) use history::History;
pub(super) use how::{How, header, is_this_machine};
pub(super) use identity::Identity;
pub(super) use record::{Entry, Record};

/// Close codes of an ordinary end: normal, going away, and none given.
const ORDINARY: [u16; 3] = [1000, 1001, 1005];

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl connect WebSocket-demo\n  echo hello | fgctl connect wss://127.0.0.1:7861/websocket_demo --count 1\n  fgctl connect API_websocket_demo --app mobile --ping-interval 20s --pong-timeout 5s --reconnect\n  fgctl connect ws://127.0.0.1:8080/ --echo\n\nAt a terminal, /help shows what can be typed."
)]
pub(super) struct Connect {
    /// URL (https:// becomes wss://), trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// Send lines as binary messages
    #[arg(short, long)]
    binary: bool,
    /// File whose lines are sent each time that the connection opens
    #[arg(long, value_name = "FILE")]
    on_open: Option<PathBuf>,
    /// Send each message back as it came, and nothing of stdin
    #[arg(long, conflicts_with_all = ["binary", "linger"])]
    echo: bool,
    /// New file for what is sent and received, as lines of JSON; only you can read it
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// End after so many messages
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// After the end of stdin, end when nothing has come for so long; not with --count
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3s")]
    linger: Duration,
    #[command(flatten)]
    pulses: Pulses,
    #[command(flatten)]
    again: Again,
    #[command(flatten)]
    how: How,
}

impl Connect {
    /// What sends stdin's lines to `target` and records the conversation.
    pub(super) fn recording(target: String, file: PathBuf, linger: Duration, how: How) -> Self {
        Self {
            target,
            binary: false,
            on_open: None,
            echo: false,
            record: Some(file),
            count: None,
            linger,
            pulses: Pulses::default(),
            again: Again::default(),
            how,
        }
    }
}

/// Reads a duration that is not zero.
pub(super) fn positive(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it has to be longer than nothing".to_owned()),
        duration => Ok(duration),
    }
}

pub(super) async fn run(args: Connect, context: &Context) -> Result<(), CommandError> {
    let (destination, connector) = args.how.prepare(&args.target, context).await?;
    let target = &destination.target;
    let mut attempts = Attempts::new(&args.again);
    let mut session = open(&connector, target).await??;
    let mut talk = Talk::new(&args, context)?;
    loop {
        greet(&session, target, context);
        let closing = talk.run(session, target).await?;
        if !attempts.wanted(&closing) {
            return told(&closing, &destination, context);
        }
        context.ui.warning(explain(&closing, &destination.limits));
        session = attempts.connect(&closing, (&connector, target), context).await?;
    }
}

/// Opens a WebSocket.
///
/// # Errors
/// Interrupted; within, why it did not open.
async fn open(connector: &Connector, target: &Target) -> Result<Result<Session, HandshakeError>, CommandError> {
    tokio::select! {
        session = connector.connect(target) => Ok(session),
        () = interrupted() => Err(CommandError::interrupted()),
    }
}

fn greet(session: &Session, target: &Target, context: &Context) {
    let subprotocol = session
        .subprotocol()
        .map(|name| format!(", subprotocol {name}"))
        .unwrap_or_default();
    context.ui.status(format_args!(
        "connected to {target} in {}{subprotocol}",
        seconds(session.timings().total())
    ));
    for (name, value) in session.headers() {
        let value = mask::header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        context.ui.verbose(format_args!("< {name}: {value}"));
    }
}

fn told(closing: &Closing, destination: &Destination, context: &Context) -> Result<(), CommandError> {
    let text = explain(closing, &destination.limits);
    if closing.ours || (closing.clean && closing.fault.is_none() && ORDINARY.contains(&closing.code)) {
        context.ui.status(text);
        return Ok(());
    }
    let advice = destination.advice(closing);
    Err(advice.into_iter().fold(CommandError::check(text), CommandError::hint))
}

#[cfg(test)]
mod tests {
    use super::positive;
    use proptest::prelude::{any, prop_assert, proptest};

    proptest! {
        #[test]
        fn no_duration_makes_it_panic(text in any::<String>()) {
            prop_assert!(positive(&text).map_or(true, |duration| !duration.is_zero()));
        }
    }
}
