//! `fgctl demo`: the whole guide on a throw-away local cloud.

use super::error::CommandError;
use super::global::Context;
use super::interrupted;
use crate::env::{self, Env};
use crate::studio::demo::{self, Kind, Outcome};
use crate::ui::Report;
use clap::Args;
use std::time::Duration;

/// How often the built-in function says the time, unless its environment says otherwise.
const INTERVAL: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fgctl demo\n  fgctl demo --node --keep")]
pub(super) struct Demo {
    /// Deploy a Node.js function with the package ws, which npm fetches
    #[arg(long)]
    node: bool,
    /// Stay up until Ctrl-C
    #[arg(long)]
    keep: bool,
}

pub(super) async fn run(args: Demo, context: &Context) -> Result<(), CommandError> {
    let kind = if args.node { Kind::Node } else { Kind::BuiltIn };
    let demo = demo::Demo::start(kind, context.inherited()).await?;
    let app = context.app_on(demo.runtime()).await?;
    let state = demo.state().to_owned();
    let mut shown = Ok(());
    let done = |outcome: &Outcome| {
        shown = context.ui.show(&report(outcome));
        if args.keep {
            context.ui.status("it stays up until Ctrl-C");
            context
                .ui
                .hint(format_args!("eval \"$(fgctl local env --state {})\"", state.display()));
        }
    };
    demo.perform(&app, &context.ui, args.keep, interrupted(), done).await?;
    Ok(shown?)
}

fn report(outcome: &Outcome) -> Report {
    let mut fields = vec![("URL", Some(outcome.url.clone()))];
    fields.extend(
        outcome
            .messages
            .iter()
            .map(|message| ("Message", Some(message.clone()))),
    );
    Report::item(outcome, &outcome.url, fields)
}

/// The hidden command that the demo's function runs.
pub(super) async fn serve_function() -> Result<(), CommandError> {
    let interval = Env::read()
        .get(env::INTERVAL_MS)
        .and_then(|text| text.parse().ok())
        .map(Duration::from_millis);
    Ok(demo::serve(interval.unwrap_or(INTERVAL)).await?)
}
