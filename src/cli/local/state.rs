//! `fgctl local reset`, `save` and `load`: the whole state at once.

use super::super::error::CommandError;
use super::super::global::Context;
use crate::local::{self, LocalState, Outcome, SavedError, StateError};
use crate::ui::Report;
use clap::Args;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl local reset --yes\n\nThe account, the certificate authority and the functions' logs stay."
)]
pub(in crate::cli) struct Reset {
    /// Folder of the local cloud's state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl local save demo.fgctl-state")]
pub(in crate::cli) struct Save {
    /// File to write, readable by its owner alone
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Save the account's keys too: whoever loads the file then has the same account
    #[arg(long)]
    with_keys: bool,
    /// Folder of the local cloud's state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl local load demo.fgctl-state\n\nRun only what you trust: the functions in the file run as you."
)]
pub(in crate::cli) struct Load {
    /// File that fgctl local save wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Folder of the local cloud's state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl From<StateError> for CommandError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Ask(error) => error.into(),
            StateError::Open(error) => error.into(),
            StateError::Saved(error) => error.into(),
        }
    }
}

impl From<SavedError> for CommandError {
    fn from(error: SavedError) -> Self {
        let hint = match &error {
            SavedError::Schema { .. } => Some("use the fgctl that wrote it"),
            SavedError::NotAState { .. } | SavedError::Damaged { .. } => Some("save it again: fgctl local save FILE"),
            SavedError::File { .. } | SavedError::Store(_) => None,
        };
        let failed = Self::from(io::Error::other(error));
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }
}

pub(super) async fn reset(args: Reset, context: &Context) -> Result<(), CommandError> {
    let state = LocalState::find(&context.local_state(args.state)?, false).await?;
    let holds = state.holds().await?;
    if holds.is_empty() {
        context.ui.status("nothing to remove: the local cloud is empty");
        return Ok(());
    }
    let question = format!("Remove everything from the local cloud: {}?", told(&holds));
    context.ui.confirm(&question)?;
    state.reset().await?;
    context.ui.status(format_args!("removed {}", told(&holds)));
    Ok(())
}

pub(super) async fn save(args: Save, context: &Context) -> Result<(), CommandError> {
    let path = std::path::absolute(&args.file)?;
    let state = LocalState::find(&context.local_state(args.state)?, false).await?;
    if path.exists() {
        context
            .ui
            .confirm(&format!("Replace the file `{}`?", args.file.display()))?;
    }
    let step = context.ui.step("saving the local cloud");
    let outcome = state.save(&path, args.with_keys).await?;
    step.done(format_args!("{}", args.file.display()));
    if args.with_keys {
        context.ui.warning("the file holds the account's keys");
    }
    context.ui.show(&report(&outcome, &args.file))?;
    Ok(())
}

pub(super) async fn load(args: Load, context: &Context) -> Result<(), CommandError> {
    let path = std::path::absolute(&args.file)?;
    let found = local::check(&path)?;
    let state = LocalState::find(&context.local_state(args.state)?, true).await?;
    let holds = state.holds().await?;
    if !holds.is_empty() || found.keys {
        let account = if found.keys { " and its account" } else { "" };
        let question = format!("Replace what the local cloud has{account} ({})?", told(&holds));
        context.ui.confirm(&question)?;
    }
    let step = context.ui.step("loading the local cloud");
    let outcome = state.load(&path).await?;
    step.done(format_args!("as of {}", found.saved_at));
    for down in &outcome.groups_down {
        context.ui.warning(down);
    }
    if found.keys {
        context.ui.hint("its keys are others now: eval \"$(fgctl local env)\"");
    }
    context.ui.show(&report(&outcome, &args.file))?;
    Ok(())
}

fn report(outcome: &Outcome, file: &Path) -> Report {
    let file = file.display().to_string();
    let mut fields = vec![("File", Some(file.clone()))];
    if let Some(summary) = &outcome.summary {
        let keys = if summary.keys { "in the file" } else { "not in the file" };
        fields.push(("Saved", Some(summary.saved_at.clone())));
        fields.push(("Holds", Some(told(&summary.records))));
        fields.push(("Code", Some(format!("{} archives", summary.files))));
        fields.push(("Keys", Some(keys.to_owned())));
    }
    Report::item(outcome, &file, fields)
}

/// How many of what, for a person.
fn told(holds: &BTreeMap<String, usize>) -> String {
    let told: Vec<String> = holds
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(name, count)| format!("{} {count}", name.replace('_', " ")))
        .collect();
    if told.is_empty() {
        return "nothing".to_owned();
    }
    told.join(", ")
}
