//! `fgctl local up`: starts the local cloud, in the foreground or behind it.

use super::super::error::CommandError;
use super::super::global::{Context, duration};
use super::physics::PhysicsArgs;
use crate::local::{self, IsolationSetting, LocalCloud, Runtime};
use clap::{Args, ValueEnum};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// How long a detached local cloud may take to start.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// What a detached local cloud says once it serves.
const READY: &str = "ready";

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl local up --detach && eval \"$(fgctl local env)\"")]
pub(in crate::cli) struct Up {
    /// Port of the services; 0 takes any
    #[arg(long, default_value_t = local::DEFAULT_PORT)]
    port: u16,
    /// First port of the API groups, each of which takes the next free one; 0 takes any
    #[arg(long, value_name = "PORT", default_value_t = local::DEFAULT_PORT + 1)]
    ingress_port: u16,
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Throw everything away at the end
    #[arg(long)]
    ephemeral: bool,
    /// Go on in the background
    #[arg(long)]
    detach: bool,
    /// How long a gateway takes to be created
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "500ms")]
    gateway_delay: Duration,
    /// How long until what is published takes effect
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0ms")]
    publish_delay: Duration,
    /// Member of a function's configuration that stands for the WebSocket switch
    #[arg(long, value_name = "NAME", default_value = local::DEFAULT_WEBSOCKET_FIELD)]
    websocket_field: String,
    /// Whether each instance of a function gets a machine of its own
    #[arg(long, value_enum, default_value_t = Isolation::Auto)]
    isolation: Isolation,
    #[command(flatten)]
    physics: PhysicsArgs,
    /// Say on stdout when it serves, then nothing
    #[arg(long, hide = true)]
    announce: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Isolation {
    /// Where the system allows it
    Auto,
    /// One function at a time, on this machine's own 127.0.0.1:8000
    Off,
}

impl From<Isolation> for IsolationSetting {
    fn from(isolation: Isolation) -> Self {
        match isolation {
            Isolation::Auto => Self::Auto,
            Isolation::Off => Self::Off,
        }
    }
}

pub(super) async fn run(args: Up, context: &Context) -> Result<(), CommandError> {
    let state = context.local_state(args.state.clone())?;
    if let Ok(running) = Runtime::find(&state).await {
        context.ui.status(format_args!(
            "already running: process {} at {}",
            running.pid,
            running.endpoint()
        ));
        if args.port != local::DEFAULT_PORT && args.port != 0 && args.port != running.port {
            context.ui.warning(format_args!(
                "its port stays {}; for another one, end it first: fgctl local down",
                running.port
            ));
        }
        return Ok(());
    }
    if args.detach {
        detach(&args, &state, context).await
    } else {
        serve(args, state, context).await
    }
}

async fn serve(args: Up, state: PathBuf, context: &Context) -> Result<(), CommandError> {
    let cloud = LocalCloud::start(local::Options {
        state,
        port: args.port,
        first_group_port: args.ingress_port,
        lifetime: if args.ephemeral {
            local::Lifetime::Ephemeral
        } else {
            local::Lifetime::Durable
        },
        gateway_delay: args.gateway_delay,
        publish_delay: args.publish_delay,
        websocket_field: args.websocket_field,
        inherited: context.inherited(),
        isolation: args.isolation.into(),
        physics: args.physics.physics().map_err(CommandError::usage)?,
    })
    .await?;
    if args.announce {
        context.ui.data(READY)?;
    } else {
        told(cloud.runtime(), context);
        for down in cloud.groups_down() {
            context.ui.warning(down);
        }
    }
    cloud.run_until(super::super::interrupted()).await;
    Ok(())
}

fn told(runtime: &Runtime, context: &Context) {
    context.ui.status(format_args!(
        "the local cloud serves at {} (process {})",
        runtime.endpoint(),
        runtime.pid
    ));
    context
        .ui
        .hint("aim fgctl and the SDKs at it: eval \"$(fgctl local env)\"");
}

/// Starts this program again in a process group of its own, and waits until it serves.
async fn detach(args: &Up, state: &Path, context: &Context) -> Result<(), CommandError> {
    fs::create_dir_all(state).map_err(|error| unwritable(state, &error))?;
    let log = state.join("local.log");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["local", "up", "--announce", "--state"]).arg(state);
    command.args([
        "--port",
        &args.port.to_string(),
        "--ingress-port",
        &args.ingress_port.to_string(),
    ]);
    command.args(["--gateway-delay", &format!("{}ms", args.gateway_delay.as_millis())]);
    command.args(["--publish-delay", &format!("{}ms", args.publish_delay.as_millis())]);
    command.args(["--websocket-field", &args.websocket_field]);
    if args.isolation == Isolation::Off {
        command.args(["--isolation", "off"]);
    }
    command.args(args.physics.arguments());
    if args.ephemeral {
        command.arg("--ephemeral");
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).map_err(|error| unwritable(&log, &error))?);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    let Some(stdout) = child.stdout.take() else {
        unreachable!("stdout was piped")
    };
    let mut line = String::new();
    let mut stdout = BufReader::new(stdout);
    let read = tokio::time::timeout(START_PATIENCE, stdout.read_line(&mut line)).await;
    if matches!(read, Ok(Ok(_))) && line.trim_end() == READY {
        told(&Runtime::find(state).await?, context);
        return Ok(());
    }
    let _ = child.start_kill();
    let status = child.wait().await?;
    let said = fs::read_to_string(&log).unwrap_or_default();
    let failed = CommandError::child(status, &said);
    match said.trim().is_empty() {
        // Whatever it wrote did not fit.
        true => Err(failed.hint("see why it does not start, and whether the disk is full: fgctl local up")),
        false => Err(failed),
    }
}

/// The state's folder, or a file in it, cannot be made.
fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::failed(format!("`{}` cannot be made: {error}", path.display())).hint("another folder: --state DIR")
}
