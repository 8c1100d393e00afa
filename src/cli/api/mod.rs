//! `fgctl api`: the guide's step 4, Modify and Publish Latest Version.

mod update;
mod version;

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::{ListOnGateway, OnGateway};
use crate::ui::Report;
use crate::wire::api::{Api, Publication};
use crate::wire::environment::RELEASE;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List a gateway's APIs
    #[command(after_help = "Example:\n  fgctl api list --gateway apig-ws")]
    List(ListOnGateway),
    /// Show an API and its backend
    #[command(after_help = "Example:\n  fgctl api get API_websocket_demo --gateway apig-ws")]
    Get(OnGateway),
    /// Change an API; publish it afterwards
    Update(update::Update),
    /// Publish an API's latest version
    Publish(Publish),
    /// Take an API offline
    #[command(
        after_help = "Example:\n  fgctl api unpublish API_websocket_demo --gateway apig-ws --environment RELEASE"
    )]
    Unpublish(Unpublish),
    /// List what was published of an API, newest first
    Versions(version::Versions),
    /// Put a version in force that was published before
    SwitchVersion(version::Switch),
    /// Delete an API that is published nowhere
    #[command(after_help = "Example:\n  fgctl api delete API_websocket_demo --gateway apig-ws")]
    Delete(OnGateway),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl api publish API_websocket_demo --gateway apig-ws --environment RELEASE")]
pub(super) struct Publish {
    #[command(flatten)]
    named: OnGateway,
    /// Environment's name or id
    #[arg(long, default_value = RELEASE, add = Noun::Environment.names())]
    environment: String,
    /// Remark
    #[arg(long)]
    remark: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Unpublish {
    #[command(flatten)]
    named: OnGateway,
    /// Environment's name or id
    #[arg(long, default_value = RELEASE, add = Noun::Environment.names())]
    environment: String,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Update(args) => update::update(args, context).await,
        Command::Publish(args) => publish(args, context).await,
        Command::Unpublish(args) => unpublish(&args, context).await,
        Command::Versions(args) => version::list(&args, context).await,
        Command::SwitchVersion(args) => version::switch(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

async fn list(args: &ListOnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let apis = app.apis(&app.gateway(&args.gateway).await?, args.list.limit).await?;
    let report = Report::list(
        &apis,
        |api| api.name.clone(),
        &[
            ("NAME", &|api| api.name.clone()),
            ("GROUP", &|api| api.group_name.clone().unwrap_or_default()),
            ("METHOD", &|api| api.req_method.clone()),
            ("PATH", &|api| api.req_uri.clone()),
            ("PROTOCOL", &|api| api.req_protocol.clone()),
            ("AUTHENTICATION", &|api| api.auth_type.clone()),
            ("PUBLISHED", &|api| published(api)),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

fn published(api: &Api) -> String {
    api.run_env_name
        .clone()
        .filter(|names| !names.is_empty())
        .unwrap_or_else(|| "no".to_owned())
}

async fn get(args: &OnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let api = app.api(&app.gateway(&args.gateway).await?, &args.name).await?;
    context.ui.show(&report(&api))?;
    Ok(())
}

fn report(api: &Api) -> Report {
    let function = api.func_info.as_ref();
    let app_code = api
        .other
        .get("auth_opt")
        .and_then(|options| options["app_code_auth_type"].as_str());
    let cors = api.other.get("cors").and_then(|cors| cors.as_bool());
    let on = |on: bool| if on { "on" } else { "off" }.to_owned();
    Report::item(
        api,
        &api.name,
        vec![
            ("Name", Some(api.name.clone())),
            ("Id", Some(api.id.clone())),
            ("Group", api.group_name.clone()),
            (
                "Request",
                Some(format!("{} {} {}", api.req_protocol, api.req_method, api.req_uri)),
            ),
            ("Matching", api.match_mode.clone()),
            ("Authentication", Some(api.auth_type.clone())),
            (
                "AppCode",
                app_code
                    .filter(|_| api.auth_type == "APP")
                    .map(|kind| on(kind == "HEADER")),
            ),
            ("CORS", cors.map(on)),
            ("Remark", api.remark.clone()),
            ("Backend", Some(api.backend_type.clone())),
            ("Function", function.map(|function| function.function_urn.clone())),
            (
                "Network architecture",
                function.and_then(|function| function.network_type.clone()),
            ),
            (
                "Invocation mode",
                function.and_then(|function| function.invocation_type.clone()),
            ),
            (
                "Backend timeout",
                function.map(|function| format!("{} ms", function.timeout)),
            ),
            ("Published", Some(published(api))),
            (
                "Changed",
                api.other
                    .get("update_time")
                    .and_then(|time| time.as_str())
                    .map(str::to_owned),
            ),
        ],
    )
}

async fn publish(args: Publish, context: &Context) -> Result<(), CommandError> {
    let OnGateway { name, gateway } = &args.named;
    let publication = context
        .app()
        .await?
        .publish_api(gateway, name, &args.environment, args.remark)
        .await?;
    context
        .ui
        .status(format_args!("published the API {name} in {}", args.environment));
    context
        .ui
        .show(&published_report(&publication, name, &args.environment))?;
    Ok(())
}

fn published_report(publication: &Publication, name: &str, environment: &str) -> Report {
    Report::item(
        publication,
        name,
        vec![
            ("API", Some(name.to_owned())),
            ("Environment", Some(environment.to_owned())),
            ("Publication", Some(publication.publish_id.clone())),
            ("Version", Some(publication.version_id.clone())),
            ("Remark", publication.remark.clone()),
            ("Time", Some(publication.publish_time.clone())),
        ],
    )
}

async fn unpublish(args: &Unpublish, context: &Context) -> Result<(), CommandError> {
    let OnGateway { name, gateway } = &args.named;
    let app = context.app().await?;
    app.api(&app.gateway(gateway).await?, name).await?;
    context
        .ui
        .confirm(&format!("Take the API {name} offline in {}?", args.environment))?;
    app.unpublish_api(gateway, name, &args.environment).await?;
    context
        .ui
        .status(format_args!("took the API {name} offline in {}", args.environment));
    Ok(())
}

async fn delete(args: &OnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    app.api(&app.gateway(&args.gateway).await?, &args.name).await?;
    context.ui.confirm(&format!("Delete the API {}?", args.name))?;
    app.delete_api(&args.gateway, &args.name).await?;
    context.ui.status(format_args!("deleted the API {}", args.name));
    Ok(())
}
