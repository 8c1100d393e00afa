//! `fgctl test`: scripts of WebSocket conversations, performed and checked.

mod clients;
mod junit;
mod play;

use super::connect::{Entry, parameter};
use super::error::CommandError;
use super::global::{Context, duration};
use super::interrupted;
use crate::script::{self, Script};
use crate::ui::{Report, seconds};
use clap::Args;
use futures_util::StreamExt;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl test chat.fgtest\n  fgctl test tests/*.fgtest --variable url=ws://127.0.0.1:8080/ --report-junit report.xml\n\nA script:\n  connect WebSocket-demo\n  expect starts \"Server time: \" within 5s\n  send \"hello\"\n  close 1000\n\nAll statements: docs/test-script.md"
)]
pub(super) struct Test {
    /// Scripts; each is independent of the others
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Variable of the scripts, over what they say themselves (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    variable: Vec<(String, String)>,
    /// How many scripts run at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), default_value_t = 4)]
    jobs: u16,
    /// How long what is expected may take where a script does not say `within`
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    within: Duration,
    /// File for a report in JUnit's format, written anew
    #[arg(long, value_name = "FILE")]
    report_junit: Option<PathBuf>,
}

/// What became of a script.
#[derive(Debug, Serialize)]
struct Outcome {
    file: String,
    passed: bool,
    /// How many of its statements were performed.
    steps: usize,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    transcript: Vec<Entry>,
}

/// Why a script failed.
#[derive(Debug, Serialize)]
struct Failure {
    line: usize,
    statement: String,
    why: String,
    /// What was expected after `- `, what came after `+ `.
    #[serde(skip_serializing_if = "String::is_empty")]
    diff: String,
}

pub(super) async fn run(args: Test, context: &Context) -> Result<(), CommandError> {
    let scripts = read_all(&args)?;
    let (given, within) = (&args.variable, args.within);
    let stop = CancellationToken::new();
    let playing = scripts
        .iter()
        .map(|(path, script)| play::play(script, (path, given), (within, &stop), context));
    let mut playing = futures_util::stream::iter(playing).buffered(usize::from(args.jobs));
    let mut outcomes = Vec::new();
    let playing = async {
        while let Some(played) = playing.next().await {
            if let Some(outcome) = played {
                tell(&outcome, context);
                outcomes.push(outcome);
            }
        }
    };
    let ended_early = until_interrupted(playing, &stop).await;
    if let Some(file) = &args.report_junit {
        std::fs::write(file, junit::report(&outcomes))
            .map_err(|error| CommandError::failed(format!("`{}` cannot be written: {error}", file.display())))?;
    }
    context.ui.show(&report(&outcomes))?;
    match outcomes.iter().filter(|outcome| !outcome.passed).count() {
        _ if ended_early => Err(CommandError::interrupted()),
        0 => Ok(()),
        failed => Err(CommandError::check(format!(
            "{failed} of {} scripts failed",
            outcomes.len()
        ))),
    }
}

/// Plays until all is done or Ctrl-C stops it; tells whether that was so.
async fn until_interrupted(playing: impl Future<Output = ()>, stop: &CancellationToken) -> bool {
    let mut playing = std::pin::pin!(playing);
    tokio::select! {
        () = playing.as_mut() => return false,
        () = interrupted() => stop.cancel(),
    }
    // A second one does not wait for the goodbyes.
    tokio::select! {
        () = playing => {}
        () = interrupted() => {}
    }
    true
}

/// All scripts, before any of them runs.
fn read_all(args: &Test) -> Result<Vec<(&Path, Script)>, CommandError> {
    let read = |path| {
        let text = std::fs::read_to_string(path)
            .map_err(|error| CommandError::usage(format!("`{}` cannot be read: {error}", Path::display(path))))?;
        let script = script::read(&path.display().to_string(), &text, &args.variable).map_err(|error| {
            CommandError::usage(error.to_string()).hint("see all statements in docs/test-script.md")
        })?;
        Ok((path, script))
    };
    args.files.iter().map(PathBuf::as_path).map(read).collect()
}

/// Says why a script failed, with what differs and what was said.
fn tell(outcome: &Outcome, context: &Context) {
    let Some(failure) = &outcome.failure else { return };
    let mut text = format!(
        "{}:{}: {}\n  {}\n",
        outcome.file, failure.line, failure.why, failure.statement
    );
    if !failure.diff.is_empty() {
        text.push_str("what was expected (-) and what came (+):\n");
        text.extend(failure.diff.lines().map(|line| format!("  {line}\n")));
    }
    text.push_str("transcript:\n");
    text.extend(outcome.transcript.iter().map(|entry| format!("  {}\n", entry.line())));
    context.ui.foreign_status(text.trim_end());
}

fn report(outcomes: &[Outcome]) -> Report {
    Report::list(
        outcomes,
        |outcome| outcome.file.clone(),
        &[
            ("FILE", &|outcome: &Outcome| outcome.file.clone()),
            ("RESULT", &|outcome| result(outcome)),
            ("STEPS", &|outcome| outcome.steps.to_string()),
            ("TIME", &|outcome| seconds(Duration::from_secs_f64(outcome.seconds))),
        ],
    )
}

fn result(outcome: &Outcome) -> String {
    match &outcome.failure {
        None => "passed".to_owned(),
        Some(failure) => format!("failed in line {}", failure.line),
    }
}
