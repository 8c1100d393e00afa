//! `fgctl group`: the guide's Table 4, API Group.

use super::error::CommandError;
use super::global::Context;
use super::options::{ListOnGateway, NewOnGateway, OnGateway};
use crate::app;
use crate::ui::Report;
use crate::wire::group::Group;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a group
    #[command(after_help = "Example:\n  fgctl group create APIGroup_ws --gateway apig-ws")]
    Create(NewOnGateway),
    /// List a gateway's groups
    #[command(after_help = "Example:\n  fgctl group list --gateway apig-ws")]
    List(ListOnGateway),
    /// Show a group
    #[command(after_help = "Example:\n  fgctl group get APIGroup_ws --gateway apig-ws")]
    Get(OnGateway),
    /// Delete a group that holds no API
    #[command(after_help = "Example:\n  fgctl group delete APIGroup_ws --gateway apig-ws")]
    Delete(OnGateway),
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    if let Command::Create(args) = &command {
        app::check_group(&args.name, args.remark.as_deref())?;
    }
    let app = context.app().await?;
    match command {
        Command::Create(args) => {
            let group = app
                .create_group(&app.gateway(&args.gateway).await?, &args.name, args.remark)
                .await?;
            context.ui.status(format_args!("created the group {}", group.name));
            context.ui.show(&report(&group))?;
        }
        Command::List(args) => {
            let groups = app.groups(&app.gateway(&args.gateway).await?, args.list.limit).await?;
            let report = Report::list(
                &groups,
                |group| group.name.clone(),
                &[
                    ("NAME", &|group| group.name.clone()),
                    ("DEBUG DOMAIN", &|group| group.sl_domain.clone()),
                    ("ID", &|group| group.id.clone()),
                ],
            );
            context.ui.show(&report)?;
        }
        Command::Get(args) => {
            let group = app.group(&app.gateway(&args.gateway).await?, &args.name).await?;
            context.ui.show(&report(&group))?;
        }
        Command::Delete(args) => {
            let gateway = app.gateway(&args.gateway).await?;
            let group = app.group(&gateway, &args.name).await?;
            context.ui.confirm(&format!("Delete the group {}?", group.name))?;
            app.delete_group(&gateway, &group).await?;
            context.ui.status(format_args!("deleted the group {}", args.name));
        }
    }
    Ok(())
}

fn report(group: &Group) -> Report {
    Report::item(
        group,
        &group.name,
        vec![
            ("Name", Some(group.name.clone())),
            ("Id", Some(group.id.clone())),
            ("Debug domain", Some(group.sl_domain.clone())),
            ("Remark", group.remark.clone()),
            ("Created", Some(group.register_time.clone())),
        ],
    )
}
