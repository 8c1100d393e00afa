//! `fgctl local fault`: requests that fail on purpose.

use super::super::error::CommandError;
use super::super::global::{Context, duration};
use crate::local::{FaultView, NewFault, Runtime};
use crate::ui::Report;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Let requests fail, from now on
    Add(Add),
    /// List the faults, and how many requests each has met
    #[command(after_help = "Example:\n  fgctl local fault list")]
    List(List),
    /// Take faults back
    Clear(Clear),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl local fault add CreateFunction --status 503 --times 2\n  fgctl local fault add 'GET /websocket_demo*' --delay 2s --probability 0.5\n  fgctl local fault add ListFunctions --cut --times 1"
)]
pub(in crate::cli) struct Add {
    /// Operation by the vendor's name, or a method and a path as 'GET /path*', of a service or of an API
    target: String,
    /// Do nothing and answer this status, 400 to 599
    #[arg(long)]
    status: Option<u16>,
    /// Code of the error that is answered
    #[arg(long, requires = "status")]
    code: Option<String>,
    /// Text of the error that is answered
    #[arg(long, requires = "status")]
    message: Option<String>,
    /// Wait so long before anything is done
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0ms")]
    delay: Duration,
    /// End the connection half-way through the answer
    #[arg(long)]
    cut: bool,
    /// How many requests meet it; all unless said
    #[arg(long, value_name = "N")]
    times: Option<u64>,
    /// How probable it is that a request meets it, 0 to 1; certain unless said
    #[arg(long, value_name = "P")]
    probability: Option<f64>,
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl local fault clear")]
pub(in crate::cli) struct Clear {
    /// Number of the fault; all unless said
    id: Option<u64>,
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Add(args) => add(args, context).await,
        Command::List(args) => list(args, context).await,
        Command::Clear(args) => clear(args, context).await,
    }
}

async fn add(args: Add, context: &Context) -> Result<(), CommandError> {
    let fault = NewFault {
        target: args.target,
        status: args.status,
        code: args.code,
        message: args.message,
        delay_ms: u64::try_from(args.delay.as_millis()).unwrap_or(u64::MAX),
        cut: args.cut,
        times: args.times,
        probability: args.probability,
    };
    let fault = fault
        .checked()
        .map_err(|error| CommandError::usage(error.to_string()))?;
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let set = runtime.add_fault(&fault).await?;
    let report = Report::item(
        &set,
        &set.id.to_string(),
        vec![
            ("Fault", Some(set.id.to_string())),
            ("Target", Some(set.fault.target.clone())),
            ("Does", Some(does(&set))),
        ],
    );
    context.ui.show(&report)?;
    context
        .ui
        .hint(format_args!("take it back: fgctl local fault clear {}", set.id));
    Ok(())
}

async fn list(args: List, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let faults = runtime.faults().await?;
    let report = Report::list(
        &faults,
        |fault| fault.id.to_string(),
        &[
            ("ID", &|fault| fault.id.to_string()),
            ("TARGET", &|fault| fault.fault.target.clone()),
            ("DOES", &does),
            ("MET", &|fault| fault.met.to_string()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn clear(args: Clear, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let cleared = runtime.clear_faults(args.id).await?;
    match args.id {
        Some(id) if cleared == 0 => Err(CommandError::not_found(format!("there is no fault {id}"))
            .hint("see those that are set: fgctl local fault list")),
        _ => {
            context.ui.status(format_args!("faults taken back: {cleared}"));
            Ok(())
        }
    }
}

/// What a fault does, in a few words.
fn does(view: &FaultView) -> String {
    let fault = &view.fault;
    let mut parts = Vec::new();
    if fault.delay_ms > 0 {
        parts.push(format!("delays {} ms", fault.delay_ms));
    }
    if let Some(status) = fault.status {
        parts.push(
            format!("answers {status} {}", fault.code.as_deref().unwrap_or_default())
                .trim_end()
                .to_owned(),
        );
    }
    if fault.cut {
        parts.push("cuts the answer".to_owned());
    }
    if let Some(times) = fault.times {
        parts.push(format!("{times} times"));
    }
    if let Some(probability) = fault.probability {
        parts.push(format!("with probability {probability}"));
    }
    parts.join(", ")
}
