//! `fgctl subnet`: what a gateway is put into.

use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::ui::Report;
use crate::wire::subnet::ListSubnets;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List subnets
    #[command(after_help = "Example:\n  fgctl subnet list")]
    List(List),
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    let Command::List(args) = command;
    let items = context
        .app()
        .await?
        .cloud()
        .list(ListSubnets::default(), args.limit)
        .await?;
    let report = Report::list(
        &items,
        |item| item.name.clone(),
        &[
            ("NAME", &|item| item.name.clone()),
            ("CIDR", &|item| item.cidr.clone()),
            ("ID", &|item| item.id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}
