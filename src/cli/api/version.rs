//! `fgctl api versions` and `switch-version`: what was published, and which of it runs.

use super::super::complete::Noun;
use super::super::error::CommandError;
use super::super::global::Context;
use super::super::options::{List, OnGateway};
use super::published_report;
use crate::ui::Report;
use crate::wire::api_version::{ApiVersion, IN_FORCE};
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl api versions API_websocket_demo --gateway apig-ws")]
pub(in crate::cli) struct Versions {
    #[command(flatten)]
    named: OnGateway,
    /// Only those of this environment, by name or id
    #[arg(long, add = Noun::Environment.names())]
    environment: Option<String>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl api switch-version API_websocket_demo 20200803093600 --gateway apig-ws\n\nThe API that is edited stays as it is."
)]
pub(in crate::cli) struct Switch {
    /// Name or id
    #[arg(add = Noun::Api.names())]
    name: String,
    /// Version's number or id, as fgctl api versions shows them
    version: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
}

pub(super) async fn list(args: &Versions, context: &Context) -> Result<(), CommandError> {
    let OnGateway { name, gateway } = &args.named;
    let app = context.app().await?;
    let versions = app.api_versions(gateway, name, args.environment.as_deref()).await?;
    let versions = args.list.first(versions);
    let report = Report::list(
        &versions,
        |version| version.version_no.clone(),
        &[
            ("VERSION", &|version| version.version_no.clone()),
            ("ENVIRONMENT", &|version| version.env_name.clone()),
            ("IN FORCE", &|version| in_force(version).to_owned()),
            ("PUBLISHED", &|version| version.publish_time.clone()),
            ("REMARK", &|version| version.remark.clone().unwrap_or_default()),
            ("ID", &|version| version.version_id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

fn in_force(version: &ApiVersion) -> &'static str {
    match version.status {
        IN_FORCE => "yes",
        _ => "no",
    }
}

pub(super) async fn switch(args: &Switch, context: &Context) -> Result<(), CommandError> {
    let Switch { name, version, gateway } = args;
    let app = context.app().await?;
    let (publication, switched) = app.switch_api_version(gateway, name, version).await?;
    let runs = format!(
        "version {} of the API {name} in {}",
        switched.version_no, switched.env_name
    );
    if switched.status == IN_FORCE {
        context
            .ui
            .status(format_args!("nothing to change: {runs} runs already"));
    } else {
        context.ui.status(format_args!("switched to {runs}"));
    }
    context
        .ui
        .show(&published_report(&publication, name, &switched.env_name))?;
    Ok(())
}
