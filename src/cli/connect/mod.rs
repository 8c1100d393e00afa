//! `fgctl connect`: the guide's step 5. Lines of stdin go out as text messages, messages come out as lines of stdout.

mod again;
mod destination;
mod identity;
mod order;
mod pulse;
mod record;
mod talk;

use super::complete::Noun;
use super::error::CommandError;
use super::global::{Context, duration};
use super::{interrupted, mask};
use crate::config;
use crate::local::Runtime;
use crate::socket::{Closing, Connector, HandshakeError, Options, Proxies, Session, Target, Trust, explain};
use crate::ui::seconds;
use again::{Again, Attempts};
use clap::Args;
use destination::{Destination, parameter};
use http::{HeaderMap, HeaderName, HeaderValue};
use identity::Identity;
use pulse::Pulses;
use std::path::PathBuf;
use std::time::Duration;
use talk::Talk;

/// Close codes of an ordinary end: normal, going away, and none given.
const ORDINARY: [u16; 3] = [1000, 1001, 1005];

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl connect WebSocket-demo\n  echo hello | fgctl connect wss://127.0.0.1:7861/websocket_demo --count 1\n  fgctl connect API_websocket_demo --app mobile --ping-interval 20s --pong-timeout 5s --reconnect\n\nAt a terminal, /help shows what can be typed."
)]
pub(super) struct Connect {
    /// URL (https:// becomes wss://), trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// Header of the handshake (can be repeated)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(HeaderName, HeaderValue)>,
    /// Parameter to add to the URL's query, encoded as needed (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(String, String)>,
    /// Subprotocol to offer (can be repeated)
    #[arg(short, long, value_name = "NAME")]
    subprotocol: Vec<String>,
    /// Origin, as a browser sends it
    #[arg(long, value_name = "URL")]
    origin: Option<String>,
    /// Trust the authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Accept any certificate
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Send lines as binary messages
    #[arg(short, long)]
    binary: bool,
    /// File whose lines are sent each time that the connection opens
    #[arg(long, value_name = "FILE")]
    on_open: Option<PathBuf>,
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
    identity: Identity,
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
    let mut destination = Destination::find(&args.target, context).await?;
    destination.add(&args.param);
    let connector = Connector::new(options(&args, &destination, context).await?);
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

async fn options(args: &Connect, destination: &Destination, context: &Context) -> Result<Options, CommandError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &args.header {
        headers.append(name.clone(), value.clone());
    }
    let found = config::proxies(&|name| context.env.get(name).map(|value| value.into_owned()));
    let mut options = Options {
        headers,
        subprotocols: args.subprotocol.clone(),
        origin: args.origin.clone(),
        trust: trust(args, &destination.target, context).await?,
        proxies: Proxies {
            https: found.https,
            http: found.http,
            direct: found.direct,
        },
        ..Options::default()
    };
    let place = destination.place.as_ref();
    args.identity.prove(&mut options, place, context).await?;
    Ok(options)
}

/// Whom to trust: whom the user says, else the local cloud on this machine, else whom the system trusts.
async fn trust(args: &Connect, target: &Target, context: &Context) -> Result<Trust, CommandError> {
    if args.insecure {
        return Ok(Trust::Anyone);
    }
    if let Some(ca_file) = args.ca.clone().or_else(|| context.ca_file()) {
        return Ok(Trust::CaFile(ca_file));
    }
    if target.secure
        && is_this_machine(&target.host)
        && let Ok(runtime) = Runtime::find(&context.local_state(None)?).await
    {
        return Ok(Trust::CaFile(runtime.ca_file));
    }
    Ok(Trust::System)
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "::1")
}

fn told(closing: &Closing, destination: &Destination, context: &Context) -> Result<(), CommandError> {
    let text = explain(closing, &destination.limits);
    if closing.ours || (closing.clean && ORDINARY.contains(&closing.code)) {
        context.ui.status(text);
        return Ok(());
    }
    let advice = destination.advice(closing);
    Err(advice.into_iter().fold(CommandError::check(text), CommandError::hint))
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
