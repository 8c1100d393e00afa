//! `fgctl app codes`: AppCodes, each a secret of its own.

use super::super::complete::Noun;
use super::super::error::CommandError;
use super::super::global::Context;
use super::super::options::{List, OnGateway};
use super::secret::{self, Place};
use crate::ui::Report;
use crate::wire::app_code::AppCode;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Give an app a code
    #[command(after_help = "Example:\n  fgctl app codes create mobile --gateway apig-ws")]
    Create(Create),
    /// List an app's codes, without showing them
    #[command(after_help = "Example:\n  fgctl app codes list mobile --gateway apig-ws")]
    List(Codes),
    /// Write a code to a file that only you can read, or to stdout
    #[command(after_help = "Example:\n  fgctl app codes show mobile CODE_ID --gateway apig-ws --file mobile.code")]
    Show(Show),
    /// Delete a code
    #[command(after_help = "Example:\n  fgctl app codes delete mobile CODE_ID --gateway apig-ws")]
    Delete(OneCode),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    app: OnGateway,
    /// File that holds the code; the service makes one unless given
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Codes {
    #[command(flatten)]
    app: OnGateway,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OneCode {
    /// App's name or id
    name: String,
    /// Code's id, as fgctl app codes list shows it
    code: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    one: OneCode,
    /// Write it to this new file; stdout unless given
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(&args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Show(args) => show(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

/// What is told of a code: all but the code.
fn shown(code: &AppCode) -> Value {
    json!({"id": code.id, "app_id": code.app_id, "create_time": code.create_time})
}

async fn create(args: &Create, context: &Context) -> Result<(), CommandError> {
    let code = match &args.code_file {
        Some(file) => Some(secret::read(file)?),
        None => None,
    };
    let app = context.app().await?;
    let OnGateway { name, gateway } = &args.app;
    let found = app.gateway(gateway).await?;
    let client = app.client(&found, name).await?;
    let code = app.create_code(&found, &client, code).await?;
    context.ui.status(format_args!("created an AppCode of the app {name}"));
    context.ui.hint(format_args!(
        "the code: fgctl app codes show {name} {} --gateway {gateway}",
        code.id
    ));
    let fields = vec![
        ("Id", Some(code.id.clone())),
        ("App", Some(client.name.clone())),
        ("Created", Some(code.create_time.clone())),
    ];
    context.ui.show(&Report::item(&shown(&code), &code.id, fields))?;
    Ok(())
}

async fn list(args: &Codes, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.app.gateway).await?;
    let client = app.client(&gateway, &args.app.name).await?;
    let codes = args.list.first(app.codes(&gateway, &client).await?);
    let codes: Vec<Value> = codes.iter().map(shown).collect();
    let text = |name: &'static str| move |code: &Value| code[name].as_str().unwrap_or_default().to_owned();
    let report = Report::list(
        &codes,
        text("id"),
        &[("ID", &text("id")), ("CREATED", &text("create_time"))],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn show(args: &Show, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.one.gateway).await?;
    let client = app.client(&gateway, &args.one.name).await?;
    let code = app.code(&gateway, &client, &args.one.code).await?;
    Place::take(args.file.as_deref())?.put(("app_code", &code.app_code), context)
}

async fn delete(args: &OneCode, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.gateway).await?;
    let client = app.client(&gateway, &args.name).await?;
    let code = app.code(&gateway, &client, &args.code).await?;
    context
        .ui
        .confirm(&format!("Delete the AppCode {} of the app {}?", code.id, client.name))?;
    app.delete_code(&gateway, &code).await?;
    context.ui.status(format_args!("deleted the AppCode {}", code.id));
    Ok(())
}
