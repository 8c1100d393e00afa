//! `fgctl environment`: the guide's Table 4, Environment.

use super::error::CommandError;
use super::global::Context;
use super::options::{ListOnGateway, NewOnGateway, OnGateway};
use crate::app;
use crate::ui::Report;
use crate::wire::environment::Environment;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an environment
    #[command(after_help = "Example:\n  fgctl environment create TEST --gateway apig-ws")]
    Create(NewOnGateway),
    /// List a gateway's environments
    #[command(after_help = "Example:\n  fgctl environment list --gateway apig-ws")]
    List(ListOnGateway),
    /// Show an environment
    #[command(after_help = "Example:\n  fgctl environment get RELEASE --gateway apig-ws")]
    Get(OnGateway),
    /// Delete an environment in which nothing is published
    #[command(after_help = "Example:\n  fgctl environment delete TEST --gateway apig-ws")]
    Delete(OnGateway),
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    if let Command::Create(args) = &command {
        app::check_environment(&args.name, args.remark.as_deref())?;
    }
    let app = context.app().await?;
    match command {
        Command::Create(args) => {
            let environment = app
                .create_environment(&app.gateway(&args.gateway).await?, &args.name, args.remark)
                .await?;
            context
                .ui
                .status(format_args!("created the environment {}", environment.name));
            context.ui.show(&report(&environment))?;
        }
        Command::List(args) => {
            let environments = app
                .environments(&app.gateway(&args.gateway).await?, args.list.limit)
                .await?;
            let report = Report::list(
                &environments,
                |environment| environment.name.clone(),
                &[
                    ("NAME", &|environment| environment.name.clone()),
                    ("ID", &|environment| environment.id.clone()),
                ],
            );
            context.ui.show(&report)?;
        }
        Command::Get(args) => {
            let environment = app.environment(&app.gateway(&args.gateway).await?, &args.name).await?;
            context.ui.show(&report(&environment))?;
        }
        Command::Delete(args) => {
            let gateway = app.gateway(&args.gateway).await?;
            let environment = app.environment(&gateway, &args.name).await?;
            context
                .ui
                .confirm(&format!("Delete the environment {}?", environment.name))?;
            app.delete_environment(&gateway, &environment).await?;
            context.ui.status(format_args!("deleted the environment {}", args.name));
        }
    }
    Ok(())
}

fn report(environment: &Environment) -> Report {
    Report::item(
        environment,
        &environment.name,
        vec![
            ("Name", Some(environment.name.clone())),
            ("Id", Some(environment.id.clone())),
            ("Remark", environment.remark.clone()),
            ("Created", Some(environment.create_time.clone())),
        ],
    )
}
