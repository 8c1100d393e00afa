//! `fgctl local`: the local cloud.

mod env;
mod fault;
mod fidelity;
mod physics;
mod requests;
mod state;
mod up;

pub(super) use physics::PhysicsArgs;
pub(super) use up::Isolation;

use super::error::CommandError;
use super::global::Context;
use crate::local::Runtime;
use crate::ui::Report;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start the local cloud
    Up(up::Up),
    /// End the local cloud and its functions; its state stays
    #[command(after_help = "Example:\n  fgctl local down")]
    Down(State),
    /// Show the local cloud that runs
    #[command(after_help = "Example:\n  fgctl local status -o json")]
    Status(State),
    /// Show the last requests that came to its gateways
    Requests(requests::Requests),
    /// Let requests fail on purpose
    #[command(subcommand)]
    Fault(fault::Command),
    /// Remove everything from the local cloud
    Reset(state::Reset),
    /// Save the whole state of the local cloud to a file
    Save(state::Save),
    /// Load a saved state in place of the local cloud's own
    Load(state::Load),
    /// See what the local cloud serves, who tells its rules, and what is not known of the real service
    Fidelity(fidelity::Fidelity),
    /// Print what aims fgctl and the official SDKs at the local cloud
    Env(env::Env),
}

impl Command {
    /// Whether it runs servers in this process.
    pub(super) fn serves(&self) -> bool {
        matches!(self, Self::Up(_))
    }
}

#[derive(Debug, Args)]
pub(super) struct State {
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Up(args) => up::run(args, context).await,
        Command::Down(args) => down(args, context).await,
        Command::Status(args) => status(args, context).await,
        Command::Requests(args) => requests::run(args, context).await,
        Command::Fault(command) => fault::run(command, context).await,
        Command::Reset(args) => state::reset(args, context).await,
        Command::Save(args) => state::save(args, context).await,
        Command::Load(args) => state::load(args, context).await,
        Command::Fidelity(args) => fidelity::run(&args, context),
        Command::Env(args) => env::run(args, context).await,
    }
}

async fn down(args: State, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let step = context.ui.step("ending the local cloud");
    runtime.shut_down().await?;
    step.done(format_args!("process {}", runtime.pid));
    Ok(())
}

async fn status(args: State, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let status = runtime.status().await?;
    let groups = status["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .map(group)
        .collect::<Vec<_>>()
        .join("; ");
    let running = || status["instances"].as_array().into_iter().flatten();
    let instances = running().map(instance).collect::<Vec<_>>().join("; ");
    let logs: BTreeSet<&str> = running().filter_map(|instance| instance["log"].as_str()).collect();
    let logs = logs.into_iter().collect::<Vec<_>>().join("; ");
    let report = Report::item(
        &status,
        &runtime.endpoint(),
        vec![
            ("Endpoint", Some(runtime.endpoint())),
            ("Process", Some(runtime.pid.to_string())),
            ("Region", Some(runtime.region.clone())),
            ("Project", Some(runtime.project_id.clone())),
            ("State", Some(runtime.state.display().to_string())),
            ("CA", Some(runtime.ca_file.display().to_string())),
            ("Groups", Some(groups)),
            ("Isolation", status["isolation"].as_str().map(str::to_owned)),
            ("Network", status["network"].as_str().map(str::to_owned)),
            ("Instances", Some(instances)),
            ("Logs", Some(logs)),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

fn group(group: &Value) -> String {
    let name = group["name"].as_str().unwrap_or_default();
    match group["down"].as_str() {
        Some(why) => format!("{name} is down: {why}"),
        None => format!("{name} on 127.0.0.1:{}", group["port"]),
    }
}

fn instance(instance: &Value) -> String {
    let text = |name: &str| instance[name].as_str().unwrap_or_default();
    format!(
        "{}, {}, {} sockets, {} requests",
        text("name"),
        text("state"),
        instance["sockets"],
        instance["requests"]
    )
}
