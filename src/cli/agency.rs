//! `fgctl agency`: what an account lets FunctionGraph do in its name.

use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::ui::Report;
use crate::wire::agency::{Agency, ListAgencies};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List agencies
    #[command(after_help = "Example:\n  fgctl agency list")]
    List(Agencies),
}

#[derive(Debug, Args)]
pub(super) struct Agencies {
    /// Only the one of this name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    list: List,
}

pub(super) async fn run(Command::List(args): Command, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let first = ListAgencies {
        domain_id: app.cloud().account_id().await?,
        name: args.name,
        trust_domain_id: None,
        page: None,
        per_page: None,
    };
    let agencies = app.cloud().list(first, args.list.limit).await?;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let report = Report::list(
        &agencies,
        |agency: &Agency| agency.name.clone(),
        &[
            ("NAME", &|agency| agency.name.clone()),
            ("TRUSTS", &|agency| or_none(&agency.trust_domain_name)),
            ("DESCRIPTION", &|agency| or_none(&agency.description)),
            ("ID", &|agency| agency.id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}
