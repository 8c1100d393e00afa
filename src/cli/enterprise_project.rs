//! `fgctl enterprise-project`: how an account groups resources and bills.

use super::error::CommandError;
use super::global::Context;
use super::network;
use super::options::List;
use crate::ui::Column;
use crate::wire::enterprise_project::{EnterpriseProject, ListEnterpriseProject};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List enterprise projects
    #[command(after_help = "Example:\n  fgctl enterprise-project list")]
    List(List),
}

pub(super) async fn run(Command::List(args): Command, context: &Context) -> Result<(), CommandError> {
    let columns: &[Column<'_, EnterpriseProject>] = &[
        ("NAME", &|project| project.name.clone()),
        ("STATUS", &|project| status(project).to_owned()),
        ("DESCRIPTION", &|project| project.description.clone()),
        ("ID", &|project| project.id.clone()),
    ];
    network::list(context, ListEnterpriseProject::default(), args.limit, columns).await
}

fn status(project: &EnterpriseProject) -> &'static str {
    match project.status {
        1 => "enabled",
        2 => "disabled",
        _ => "unknown",
    }
}
