//! `fgctl bench`: many WebSockets for a bounded time, and how long each message took.

mod drive;
mod histogram;
mod outcome;
mod plot;

use super::complete::Noun;
use super::connect::{How, is_this_machine, positive};
use super::error::CommandError;
use super::global::Context;
use super::interrupted;
use crate::socket::{Connector, Target};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// The most messages a second in all, to what is not this machine.
const FOREIGN_RATE: f64 = 1000.0;
/// The most connections to what is not this machine.
const FOREIGN_CONNECTIONS: u32 = 1000;
/// The most connections that are opened in a second, to what is not this machine.
const FOREIGN_RAMP: u32 = 50;
/// The most connections that are opened in a second where nothing is said.
const RAMP: u32 = 2000;
/// A message has its time in it.
const SMALLEST: u32 = 16;
/// How many broadcasts a second go out where nothing is said.
const BROADCAST_RATE: f64 = 10.0;

/// What the server does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// It sends each message back to who sent it
    Echo,
    /// It sends each message to everybody; one connection sends, all count
    Broadcast,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl bench ws://127.0.0.1:8080/ -n 100 --duration 10s\n  fgctl bench WebSocket-demo -n 1000 --rate 1 --plot latency.svg -o json\n\nExit status 9 where a connection failed or was closed early; the figures are shown all the same."
)]
pub(super) struct Bench {
    /// URL, trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// How many connections
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    connections: u32,
    /// Time in which they are opened, one after another; 2000 a second unless told
    #[arg(long, value_name = "DURATION", value_parser = super::global::duration)]
    ramp: Option<Duration>,
    /// How long to measure, once they are open
    #[arg(long, value_name = "DURATION", value_parser = positive, default_value = "10s")]
    duration: Duration,
    /// Size of a message in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64, value_parser = clap::value_parser!(u32).range(i64::from(SMALLEST)..=16 << 20))]
    size: u32,
    /// Messages a second of each connection; the next as soon as the last came back unless told
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// What the server does with a message
    #[arg(long, value_enum, default_value = "echo")]
    mode: Mode,
    /// Header of the 101 that names the instance, to see how connections spread
    #[arg(long, value_name = "NAME")]
    instance_header: Option<http::HeaderName>,
    /// File for a picture (SVG) of latencies and throughput, written anew
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// The target is yours to load; needed for all but this machine
    #[arg(long)]
    yes_i_own_this: bool,
    #[command(flatten)]
    how: How,
}

/// What is done, after what is allowed.
struct Load {
    connections: u32,
    ramp: Duration,
    duration: Duration,
    size: usize,
    /// Messages a second of a connection that sends.
    rate: Option<f64>,
    mode: Mode,
    instance_header: Option<http::HeaderName>,
}

/// Reads a number of messages a second.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 1_000_000.0 => Ok(rate),
        _ => Err("it should be a number above 0, such as 0.5 or 100".to_owned()),
    }
}

pub(super) async fn run(args: Bench, context: &Context) -> Result<(), CommandError> {
    // One for the whole run, so that none is missed between its parts.
    let mut stop = std::pin::pin!(interrupted());
    let (destination, options) = tokio::select! {
        biased;
        () = stop.as_mut() => return Err(context.interrupted()),
        found = args.how.find(&args.target, context) => found?,
    };
    let target = destination.target.clone();
    let load = load(&args, &target, context)?;
    let connector = Connector::new(drive::frugal(options, load.size));
    context.ui.status(format_args!(
        "{} connections to {target}: {} to open, then {} of load",
        load.connections,
        crate::ui::seconds(load.ramp),
        crate::ui::seconds(load.duration)
    ));
    let (outcome, ended_early) = drive::drive((connector, target), load, stop).await;
    if let Some(file) = &args.plot {
        std::fs::write(file, plot::svg(&outcome))
            .map_err(|error| CommandError::failed(format!("`{}` cannot be written: {error}", file.display())))?;
    }
    context.ui.show(&outcome.report())?;
    match outcome.trouble() {
        _ if ended_early => Err(CommandError::interrupted()),
        Some(trouble) => Err(CommandError::check(trouble)),
        None => Ok(()),
    }
}

/// What is asked for, cut to what is allowed.
fn load(args: &Bench, target: &Target, context: &Context) -> Result<Load, CommandError> {
    let mut load = Load {
        connections: args.connections,
        ramp: args
            .ramp
            .unwrap_or_else(|| Duration::from_secs(1) * args.connections / RAMP),
        duration: args.duration,
        size: args.size as usize,
        rate: args.rate,
        mode: args.mode,
        instance_header: args.instance_header.clone(),
    };
    if load.mode == Mode::Broadcast {
        load.rate = load.rate.or(Some(BROADCAST_RATE));
    }
    if is_this_machine(&target.host) {
        return Ok(load);
    }
    if !args.yes_i_own_this {
        return Err(CommandError::usage(format!(
            "`{}` is not this machine, and may be somebody else's",
            target.host
        ))
        .hint("where it is yours to load, say so: --yes-i-own-this")
        .hint("each connection and message is billed as an invocation of the function may be"));
    }
    if load.connections > FOREIGN_CONNECTIONS {
        return Err(CommandError::usage(format!(
            "{} connections are more than the {FOREIGN_CONNECTIONS} that are opened to another machine",
            load.connections
        )));
    }
    load.ramp = load.ramp.max(Duration::from_secs(1) * load.connections / FOREIGN_RAMP);
    let senders = if load.mode == Mode::Echo {
        f64::from(load.connections)
    } else {
        1.0
    };
    let most = FOREIGN_RATE / senders;
    if load.rate.is_none_or(|rate| rate > most) {
        load.rate = Some(most);
        context.ui.warning(format_args!(
            "to another machine at most {FOREIGN_RATE} messages a second go out: {most} of each connection that sends"
        ));
    }
    Ok(load)
}
