//! `fgctl app`: who may call APIs with App authentication, the guide's Table 4.

mod code;
pub(super) mod secret;

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::{ListOnGateway, OnGateway};
use crate::app::{self, Grant};
use crate::ui::Report;
use crate::wire::app::{App, NewApp};
use crate::wire::app_authorization::{Authorization, AuthorizationEntry};
use crate::wire::environment::RELEASE;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an app; its secret is shown by fgctl app secret
    #[command(after_help = "Example:\n  fgctl app create mobile --gateway apig-ws")]
    Create(Create),
    /// List a gateway's apps
    #[command(after_help = "Example:\n  fgctl app list --gateway apig-ws")]
    List(ListOnGateway),
    /// Show an app, and the APIs that it may call
    #[command(after_help = "Example:\n  fgctl app get mobile --gateway apig-ws")]
    Get(OnGateway),
    /// Write an app's AppSecret to a file that only you can read, or to stdout
    Secret(secret::Secret),
    /// Delete an app, its AppCodes and its authorisations
    #[command(after_help = "Example:\n  fgctl app delete mobile --gateway apig-ws")]
    Delete(OnGateway),
    /// Let an app call APIs in an environment
    #[command(after_help = "Example:\n  fgctl app authorize mobile --gateway apig-ws --api API_websocket_demo")]
    Authorize(Granting),
    /// Take back what lets an app call APIs
    #[command(after_help = "Example:\n  fgctl app revoke mobile --gateway apig-ws --api API_websocket_demo")]
    Revoke(Granting),
    /// See to an app's AppCodes, which stand in for its signature
    #[command(subcommand)]
    Codes(code::Command),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Name: 3 to 64 letters, digits and underscores
    name: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
    /// Remark
    #[arg(long)]
    remark: Option<String>,
    /// AppKey; the service makes one unless given
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// File that holds the AppSecret; the service makes one unless given
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Granting {
    /// App's name or id
    name: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
    /// API's name or id (can be repeated)
    #[arg(long, required = true, add = Noun::Api.names())]
    api: Vec<String>,
    /// Environment's name or id
    #[arg(long, default_value = RELEASE, add = Noun::Environment.names())]
    environment: String,
}

impl From<Granting> for Grant {
    fn from(args: Granting) -> Self {
        Self {
            gateway: args.gateway,
            client: args.name,
            apis: args.api,
            environment: args.environment,
        }
    }
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Secret(args) => secret::run(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
        Command::Authorize(args) => authorize(args.into(), context).await,
        Command::Revoke(args) => revoke(args.into(), context).await,
        Command::Codes(command) => code::run(command, context).await,
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let app_secret = match &args.secret_file {
        Some(file) => Some(secret::read(file)?),
        None => None,
    };
    let new = NewApp {
        name: args.name,
        remark: args.remark,
        app_key: args.key,
        app_secret,
    };
    app::check_client(&new)?;
    let app = context.app().await?;
    let gateway = app.gateway(&args.gateway).await?;
    let created = app.create_client(&gateway, new).await?;
    let name = &created.name;
    context.ui.status(format_args!("created the app {name}"));
    context.ui.hint(format_args!(
        "its secret: fgctl app secret {name} --gateway {} --file {name}.secret",
        args.gateway
    ));
    context.ui.show(&report(&created, None))?;
    Ok(())
}

/// What is told of an app: all but its secret.
fn shown(app: &App) -> Value {
    let mut shown = json!(app);
    if let Some(members) = shown.as_object_mut() {
        members.remove("app_secret");
    }
    shown
}

fn report(app: &App, grants: Option<&[AuthorizationEntry]>) -> Report {
    let mut data = shown(app);
    if let Some(grants) = grants {
        data["auths"] = json!(grants);
    }
    let may_call = grants.map(|grants| match grants.is_empty() {
        true => "nothing".to_owned(),
        false => grants
            .iter()
            .map(|grant| format!("{} in {}", grant.api_name, grant.env_name))
            .collect::<Vec<_>>()
            .join(", "),
    });
    Report::item(
        &data,
        &app.name,
        vec![
            ("Name", Some(app.name.clone())),
            ("Id", Some(app.id.clone())),
            ("AppKey", Some(app.app_key.clone())),
            ("Remark", app.remark.clone()),
            ("Created", Some(app.register_time.clone())),
            ("May call", may_call),
        ],
    )
}

async fn list(args: &ListOnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let apps = app.clients(&app.gateway(&args.gateway).await?, args.list.limit).await?;
    let shown: Vec<Value> = apps.iter().map(shown).collect();
    let text = |name: &'static str| move |app: &Value| app[name].as_str().unwrap_or_default().to_owned();
    let report = Report::list(
        &shown,
        text("name"),
        &[
            ("NAME", &text("name")),
            ("APPKEY", &text("app_key")),
            ("APIS", &|app| {
                app["bind_num"]
                    .as_i64()
                    .map(|count| count.to_string())
                    .unwrap_or_default()
            }),
            ("ID", &text("id")),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn get(args: &OnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.gateway).await?;
    let client = app.client(&gateway, &args.name).await?;
    let grants = app.grants(&gateway, &client).await?;
    context.ui.show(&report(&client, Some(&grants)))?;
    Ok(())
}

async fn delete(args: &OnGateway, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.gateway).await?;
    let client = app.client(&gateway, &args.name).await?;
    context.ui.confirm(&format!(
        "Delete the app {}? Who calls with its key or a code of it cannot any more.",
        client.name
    ))?;
    app.delete_client(&gateway, &client).await?;
    context.ui.status(format_args!("deleted the app {}", client.name));
    Ok(())
}

async fn authorize(grant: Grant, context: &Context) -> Result<(), CommandError> {
    let made = context.app().await?.authorize(&grant).await?;
    let new = made
        .iter()
        .filter(|authorization| authorization.auth_result.status != "SKIPPED");
    let (apis, place) = (grant.apis.join(", "), format!("in {}", grant.environment));
    context.ui.status(match new.count() {
        0 => format!(
            "nothing to change: the app {} may call {apis} {place} already",
            grant.client
        ),
        _ => format!("the app {} may call {apis} {place}", grant.client),
    });
    let report = Report::list(
        &made,
        |authorization: &Authorization| authorization.id.clone(),
        &[
            ("API", &|authorization| authorization.api_id.clone()),
            ("RESULT", &|authorization| authorization.auth_result.status.clone()),
            ("ID", &|authorization| authorization.id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn revoke(grant: Grant, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    app.client(&app.gateway(&grant.gateway).await?, &grant.client).await?;
    let (client, apis) = (&grant.client, grant.apis.join(", "));
    context.ui.confirm(&format!(
        "Shut the app {client} out of {apis} in {}?",
        grant.environment
    ))?;
    let count = app.revoke(&grant).await?;
    context.ui.status(match count {
        0 => format!(
            "nothing to change: the app {client} may not call {apis} in {}",
            grant.environment
        ),
        _ => format!("the app {client} may not call {apis} in {} any more", grant.environment),
    });
    Ok(())
}
