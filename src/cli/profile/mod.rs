//! `fgctl profile`: accounts and regions under names of one's own, in a file that only its owner can read.

mod add;
mod show;

use super::error::CommandError;
use super::global::Context;
use crate::config::Profiles;
use crate::ui::Report;
use add::Add;
use clap::{Args, Subcommand};
use serde::Serialize;
use show::Show;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a profile, asking for what no option says
    #[command(
        after_help = "Examples:\n  fgctl profile add work\n  fgctl profile add ci --region cn-east-3 --access-key AK --secret-key-file - < secret.txt"
    )]
    Add(Box<Add>),
    /// List the profiles
    #[command(after_help = "Example:\n  fgctl profile list")]
    List,
    /// Make a profile the default
    #[command(after_help = "Example:\n  fgctl profile use work")]
    Use(Named),
    /// Show whom fgctl would call, and where each value comes from
    #[command(after_help = "Examples:\n  fgctl profile show\n  fgctl profile show work -o json")]
    Show(Show),
    /// Delete a profile
    #[command(after_help = "Example:\n  fgctl profile delete work")]
    Delete(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Profile's name
    name: String,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Add(args) => add::run(*args, context),
        Command::List => list(context),
        Command::Use(Named { name }) => {
            context.accounts().file()?.set_default(&name)?;
            context.ui.status(format_args!("the profile {name} is the default"));
            Ok(())
        }
        Command::Show(args) => show::run(args, context).await,
        Command::Delete(Named { name }) => delete(&name, context),
    }
}

/// Adds a profile of this name, asking for everything.
///
/// # Errors
/// No answer, or the file cannot be written.
pub(super) fn add_asked(name: String, context: &Context) -> Result<(), CommandError> {
    add::run(Add::named(name), context)
}

/// What a list tells of a profile. Never a secret.
#[derive(Debug, Serialize)]
struct Summary {
    name: String,
    default: bool,
    region: Option<String>,
    access_key: Option<String>,
    expires_at: Option<String>,
}

fn summaries(profiles: &Profiles) -> Vec<Summary> {
    let summary = |(name, profile): (&String, &crate::config::Profile)| Summary {
        name: name.clone(),
        default: profiles.default.as_ref() == Some(name),
        region: profile.region.clone(),
        access_key: profile.access_key.clone(),
        expires_at: profile.expires_at.map(|time| time.to_string()),
    };
    profiles.all.iter().map(summary).collect()
}

fn list(context: &Context) -> Result<(), CommandError> {
    let profiles = summaries(context.accounts().profiles()?);
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let report = Report::list(
        &profiles,
        |profile| profile.name.clone(),
        &[
            ("NAME", &|profile| profile.name.clone()),
            ("DEFAULT", &|profile| {
                if profile.default { "yes" } else { "" }.to_owned()
            }),
            ("REGION", &|profile| or_none(&profile.region)),
            ("ACCESS KEY", &|profile| or_none(&profile.access_key)),
            ("EXPIRES", &|profile| or_none(&profile.expires_at)),
        ],
    );
    context.ui.show(&report)?;
    if profiles.is_empty() {
        context.ui.hint("fgctl profile add NAME");
    }
    Ok(())
}

fn delete(name: &str, context: &Context) -> Result<(), CommandError> {
    let file = context.accounts().file()?;
    let profiles = context.accounts().profiles()?;
    if profiles.all.contains_key(name) {
        context
            .ui
            .confirm(&format!("Delete the profile {name} and its keys?"))?;
    }
    file.remove(name)?;
    context.ui.status(format_args!("deleted the profile {name}"));
    if profiles.default.as_deref() == Some(name) {
        context
            .ui
            .hint("it was the default; choose another one: fgctl profile use NAME");
    }
    Ok(())
}
