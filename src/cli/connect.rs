//! `fgctl connect`: the guide's step 5. Lines of stdin go out as text messages, messages come out as lines of stdout.

use super::complete::Noun;
use super::error::CommandError;
use super::global::{Context, duration};
use super::{interrupted, mask};
use crate::app::App;
use crate::local::Runtime;
use crate::socket::{Closing, Connector, Event, Limits, Options, SendError, Session, Target, Trust, explain};
use crate::ui::{Format, seconds};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use std::io::IsTerminal;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::time::{Instant, Interval, interval_at};

/// Close codes of an ordinary end: normal, going away, and none given.
const ORDINARY: [u16; 3] = [1000, 1001, 1005];

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl connect WebSocket-demo\n  echo hello | fgctl connect wss://127.0.0.1:7861/websocket_demo --count 1"
)]
pub(super) struct Connect {
    /// URL (https:// becomes wss://), trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// Header of the handshake (can be repeated)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(HeaderName, HeaderValue)>,
    /// Subprotocol to offer (can be repeated)
    #[arg(short, long, value_name = "NAME")]
    subprotocol: Vec<String>,
    /// Origin, as a browser sends it
    #[arg(long, value_name = "URL")]
    origin: Option<String>,
    /// Accept any certificate
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Send lines as binary messages
    #[arg(short, long)]
    binary: bool,
    /// Ping so often, to keep the connection from being idle
    #[arg(long, value_name = "DURATION", value_parser = positive)]
    ping_interval: Option<Duration>,
    /// End after so many messages
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// After the end of stdin, end when nothing has come for so long; not with --count
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3s")]
    linger: Duration,
}

/// Reads `Name: value`.
fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("it should read NAME: VALUE")?;
    let name = name
        .trim()
        .parse()
        .map_err(|_| format!("`{name}` is no header's name"))?;
    let value = value
        .trim()
        .parse()
        .map_err(|_| "the value holds a character that no header may have".to_owned())?;
    Ok((name, value))
}

/// Reads a duration that is not zero.
fn positive(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it has to be longer than nothing".to_owned()),
        duration => Ok(duration),
    }
}

pub(super) async fn run(args: Connect, context: &Context) -> Result<(), CommandError> {
    let (target, limits) = target(&args.target, context).await?;
    let connector = Connector::new(options(&args, &target, context).await?);
    let session = tokio::select! {
        session = connector.connect(&target) => session?,
        () = interrupted() => return Err(CommandError::interrupted()),
    };
    greet(&session, &target, context);
    let talk = Talk {
        session,
        stdin: Some(BufReader::new(tokio::io::stdin()).lines()),
        wanted: args.count,
        linger: args.linger,
        quiet_since: None,
        binary: args.binary,
        pings: args
            .ping_interval
            .map(|interval| interval_at(Instant::now() + interval, interval)),
        context,
    };
    let closing = talk.run().await?;
    told(&closing, &limits, context)
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

/// Where to connect to: a URL as it is, else a trigger's, with the limits that end its connections.
async fn target(text: &str, context: &Context) -> Result<(Target, Limits), CommandError> {
    if text.contains("://") {
        return Ok((text.parse()?, Limits::default()));
    }
    let app: App = context.app().await?;
    let (function, trigger) = app.trigger(text).await?;
    let Some(url) = &trigger.event_data.invoke_url else {
        return Err(CommandError::not_found(format!("the trigger `{text}` has no URL")));
    };
    let backend = trigger
        .event_data
        .func_info
        .as_ref()
        .and_then(|backend| u64::try_from(backend.timeout).ok());
    let limits = Limits {
        execution_timeout: u64::try_from(function.timeout).ok().map(Duration::from_secs),
        backend_timeout: backend.map(Duration::from_millis),
    };
    Ok((url.parse()?, limits))
}

async fn options(args: &Connect, target: &Target, context: &Context) -> Result<Options, CommandError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &args.header {
        headers.append(name.clone(), value.clone());
    }
    let trust = match context.ca_file() {
        _ if args.insecure => Trust::Anyone,
        Some(ca_file) => Trust::CaFile(ca_file),
        None if target.secure && is_this_machine(&target.host) => {
            match Runtime::find(&context.local_state(None)?).await {
                Ok(runtime) => Trust::CaFile(runtime.ca_file),
                Err(_) => Trust::System,
            }
        }
        None => Trust::System,
    };
    let (subprotocols, origin) = (args.subprotocol.clone(), args.origin.clone());
    Ok(Options {
        headers,
        subprotocols,
        origin,
        trust,
        ..Options::default()
    })
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "::1")
}

/// The conversation.
struct Talk<'a> {
    session: Session,
    /// Until it has ended.
    stdin: Option<Lines<BufReader<Stdin>>>,
    /// How many messages are still to come, where that ends it.
    wanted: Option<usize>,
    linger: Duration,
    /// Since when nothing has come, after the end of stdin.
    quiet_since: Option<Instant>,
    /// Whether lines go out as binary messages.
    binary: bool,
    /// When to ping.
    pings: Option<Interval>,
    context: &'a Context,
}

impl Talk<'_> {
    /// Talks until either side ends it.
    async fn run(mut self) -> Result<Closing, CommandError> {
        loop {
            if self.wanted == Some(0) {
                return self.leave().await;
            }
            let quiet_until = self
                .quiet_since
                .filter(|_| self.wanted.is_none())
                .map(|since| since + self.linger);
            tokio::select! {
                event = self.session.next() => match event {
                    Event::Closed(closing) => return Ok(closing),
                    event => self.came(&event)?,
                },
                line = next_line(&mut self.stdin) => self.typed(line?).await?,
                () = tick(&mut self.pings) => sent(self.session.ping("").await)?,
                () = at(quiet_until) => return self.leave().await,
                () = interrupted() => {
                    // A second one does not wait for the other side's answer.
                    tokio::select! {
                        _ = self.leave() => {}
                        () = interrupted() => {}
                    }
                    return Err(CommandError::interrupted());
                }
            }
        }
    }

    fn came(&mut self, event: &Event) -> Result<(), CommandError> {
        self.quiet_since = self.quiet_since.map(|_| Instant::now());
        let (kind, text) = match event {
            Event::Text(text) => ("text", text.clone()),
            Event::Binary(bytes) => ("binary", STANDARD.encode(bytes)),
            Event::Ping(_) | Event::Pong(_) | Event::Closed(_) => return Ok(()),
        };
        self.wanted = self.wanted.map(|wanted| wanted.saturating_sub(1));
        let line = match self.context.ui.format() {
            Format::Json => json!({ "type": kind, "data": text }).to_string(),
            Format::Yaml => format!("--- {}", json!({ "type": kind, "data": text })),
            Format::Table | Format::Name => text,
        };
        Ok(self.context.ui.message(&line)?)
    }

    async fn typed(&mut self, line: Option<String>) -> Result<(), CommandError> {
        match line {
            None => {
                self.stdin = None;
                self.quiet_since = Some(Instant::now());
                if std::io::stdin().is_terminal() {
                    // Ctrl-D of a person: no answer is waited for.
                    self.wanted = None;
                    self.linger = Duration::ZERO;
                }
                Ok(())
            }
            Some(line) if self.binary => sent(self.session.send_binary(line).await),
            Some(line) => sent(self.session.send_text(line).await),
        }
    }

    /// Says goodbye, and waits for the answer.
    async fn leave(mut self) -> Result<Closing, CommandError> {
        // The connection may be gone already; then that is what the next event says.
        let _ = self.session.close(1000, "").await;
        loop {
            match self.session.next().await {
                Event::Closed(closing) => return Ok(Closing { ours: true, ..closing }),
                event => self.came(&event)?,
            }
        }
    }
}

/// The next line of stdin; never, once it has ended.
async fn next_line(stdin: &mut Option<Lines<BufReader<Stdin>>>) -> std::io::Result<Option<String>> {
    match stdin {
        Some(lines) => lines.next_line().await,
        None => std::future::pending().await,
    }
}

/// What became of a message: how a connection ended, the next event says.
fn sent(outcome: Result<(), SendError>) -> Result<(), CommandError> {
    match outcome {
        Ok(()) | Err(SendError::Closed | SendError::Failed(_)) => Ok(()),
        Err(error) => Err(CommandError::check(error.to_string())),
    }
}

async fn tick(pings: &mut Option<Interval>) {
    match pings {
        Some(pings) => {
            pings.tick().await;
        }
        None => std::future::pending().await,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn told(closing: &Closing, limits: &Limits, context: &Context) -> Result<(), CommandError> {
    let text = explain(closing, limits);
    if closing.ours || (closing.clean && ORDINARY.contains(&closing.code)) {
        context.ui.status(text);
        return Ok(());
    }
    Err(CommandError::check(text))
}

#[cfg(test)]
mod tests {
    use super::{header, positive};
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let (name, value) = header("X-Stage:  test:1 ").unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-stage", "test:1"));
        for bad in ["", "x", ": x", "a b: x", "x: a\nb", "x: \u{7f}"] {
            assert!(header(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_and_no_duration_makes_it_panic(text in any::<String>(), value in any::<String>()) {
            let _ = header(&text);
            if let Ok((_, value)) = header(&format!("x: {value}")) {
                prop_assert!(!value.as_bytes().contains(&b'\n'));
            }
            prop_assert!(positive(&text).map_or(true, |duration| !duration.is_zero()));
        }
    }
}
