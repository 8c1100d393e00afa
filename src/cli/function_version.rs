//! `fgctl function versions`, `publish` and `aliases`.

use super::complete::Noun;
use super::error::CommandError;
use super::function_report::report;
use super::global::Context;
use super::options::List;
use crate::app::AliasChange;
use crate::ui::Report;
use crate::wire::function_alias::Alias;
use crate::wire::function_version::NewVersion;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(super) struct Versions {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl function publish WebSocket-demo --version v1 --description first")]
pub(super) struct Publish {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    /// Version: 1 to 42 letters, digits and _ - . ; unless given, the service makes one of the time
    #[arg(long)]
    version: Option<String>,
    /// Version's description, at most 512 characters
    #[arg(long)]
    description: Option<String>,
}

/// Names that lead to versions
#[derive(Debug, Subcommand)]
pub(super) enum Aliases {
    /// List a function's aliases
    #[command(after_help = "Example:\n  fgctl function aliases list WebSocket-demo")]
    List(Of),
    /// Create an alias
    Create(Create),
    /// Lead an alias elsewhere
    Update(Update),
    /// Delete an alias; the version stays
    #[command(after_help = "Example:\n  fgctl function aliases delete WebSocket-demo prod")]
    Delete(Named),
}

#[derive(Debug, Args)]
pub(super) struct Of {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    function: String,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    function: String,
    /// Alias
    alias: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl function aliases create WebSocket-demo prod --version v1 --additional v2=10")]
pub(super) struct Create {
    #[command(flatten)]
    named: Named,
    /// Version that it leads to, or latest
    #[arg(long)]
    version: String,
    #[command(flatten)]
    more: More,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl function aliases update WebSocket-demo prod --version v2 --no-additional")]
pub(super) struct Update {
    #[command(flatten)]
    named: Named,
    /// Version that it leads to, or latest
    #[arg(long)]
    version: Option<String>,
    #[command(flatten)]
    more: More,
    /// Lead every call to one version
    #[arg(long, conflicts_with = "additional")]
    no_additional: bool,
}

#[derive(Debug, Args)]
pub(super) struct More {
    /// Description
    #[arg(long)]
    description: Option<String>,
    /// Second version, and how many of a hundred calls it gets
    #[arg(long, value_name = "VERSION=PERCENT", value_parser = weight)]
    additional: Option<(String, i64)>,
}

/// Reads `VERSION=PERCENT`.
fn weight(text: &str) -> Result<(String, i64), String> {
    let (version, percent) = text.split_once('=').ok_or("it should read VERSION=PERCENT")?;
    let percent = percent.parse().ok().filter(|percent| (0..=100).contains(percent));
    let percent = percent.ok_or("the percentage is a whole number, 0 to 100")?;
    Ok((version.to_owned(), percent))
}

pub(super) async fn versions(args: &Versions, context: &Context) -> Result<(), CommandError> {
    let versions = context.app().await?.versions(&args.name, args.list.limit).await?;
    let described = |name: &str| name.to_owned();
    let report = Report::list(
        &versions,
        |version| described(&version.version),
        &[
            ("VERSION", &|version| described(&version.version)),
            ("DESCRIPTION", &|version| {
                let text = version.other.get("version_description").and_then(|text| text.as_str());
                text.unwrap_or_default().to_owned()
            }),
            ("SIZE", &|version| format!("{} bytes", version.code_size)),
            ("DIGEST", &|version| version.digest.chars().take(16).collect()),
            ("MODIFIED", &|version| described(&version.last_modified)),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

pub(super) async fn publish(args: Publish, context: &Context) -> Result<(), CommandError> {
    let new = NewVersion {
        version: args.version,
        digest: None,
        description: args.description,
    };
    let published = context.app().await?.publish_version(&args.name, new).await?;
    context.ui.status(format_args!(
        "published the version {} of {}",
        published.version, published.func_name
    ));
    context.ui.show(&report(&published))?;
    Ok(())
}

pub(super) async fn aliases(command: Aliases, context: &Context) -> Result<(), CommandError> {
    match command {
        Aliases::List(args) => list(&args, context).await,
        Aliases::Create(args) => create(args, context).await,
        Aliases::Update(args) => update(args, context).await,
        Aliases::Delete(args) => delete(&args, context).await,
    }
}

async fn list(args: &Of, context: &Context) -> Result<(), CommandError> {
    let aliases = args.list.first(context.app().await?.aliases(&args.function).await?);
    let report = Report::list(
        &aliases,
        |alias| alias.name.clone(),
        &[
            ("ALIAS", &|alias| alias.name.clone()),
            ("VERSION", &|alias| alias.version.clone()),
            ("ADDITIONAL", &additional),
            ("DESCRIPTION", &|alias| alias.description.clone()),
            ("MODIFIED", &|alias| alias.last_modified.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

/// The second version, and which calls it gets.
fn additional(alias: &Alias) -> String {
    let weights = alias.additional_version_weights.iter().flatten();
    let weights = weights.map(|(version, percent)| format!("{version} {percent} %"));
    let rules = alias.additional_version_strategy.iter().flatten();
    let rules = rules.map(|(version, _)| format!("{version} by rules"));
    weights.chain(rules).collect::<Vec<_>>().join(", ")
}

fn one(alias: &Alias) -> Report {
    Report::item(
        alias,
        &alias.name,
        vec![
            ("Alias", Some(alias.name.clone())),
            ("Version", Some(alias.version.clone())),
            ("Additional", Some(additional(alias))),
            ("URN", Some(alias.alias_urn.clone())),
            ("Description", Some(alias.description.clone())),
            ("Modified", Some(alias.last_modified.clone())),
        ],
    )
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let Named { function, alias } = args.named;
    let change = AliasChange {
        version: Some(args.version),
        description: args.more.description,
        additional: args.more.additional.map(Some),
    };
    let created = context.app().await?.create_alias(&function, &alias, change).await?;
    context
        .ui
        .status(format_args!("created the alias {alias} of {function}"));
    context.ui.show(&one(&created))?;
    Ok(())
}

async fn update(args: Update, context: &Context) -> Result<(), CommandError> {
    let Named { function, alias } = args.named;
    let additional = match args.no_additional {
        true => Some(None),
        false => args.more.additional.map(Some),
    };
    let change = AliasChange {
        version: args.version,
        description: args.more.description,
        additional,
    };
    let updated = context.app().await?.update_alias(&function, &alias, change).await?;
    context
        .ui
        .status(format_args!("changed the alias {alias} of {function}"));
    context.ui.show(&one(&updated))?;
    Ok(())
}

async fn delete(args: &Named, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let Named { function, alias } = args;
    context
        .ui
        .confirm(&format!("Delete the alias {alias} of the function {function}?"))?;
    app.delete_alias(function, alias).await?;
    context
        .ui
        .status(format_args!("deleted the alias {alias} of {function}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn a_weight_is_a_version_and_a_percentage() {
        assert_eq!(weight("v2=10"), Ok(("v2".to_owned(), 10)));
        for text in ["v2", "v2=", "v2=101", "v2=-1", "v2=1.5"] {
            assert!(weight(text).is_err(), "{text}");
        }
    }
}
