//! `fgctl function`: the guide's step 1, and the code of step 2.

use super::complete::Noun;
use super::error::CommandError;
use super::function_invoke::{self, Invoke};
use super::function_report::report;
use super::function_settings::{Removals, Settings};
use super::function_version::{self, Aliases, Publish, Versions};
use super::global::Context;
use super::options::{Code, List};
use super::packed::{packed, packed_report};
use crate::app::{CodeInput, FunctionKind, FunctionSettings, NewFunctionInput};
use crate::ui::Report;
use crate::wire::function::ShowFunctionCode;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a function from a folder or a ZIP
    Create(Box<Create>),
    /// List functions
    #[command(after_help = "Example:\n  fgctl function list -o json")]
    List(List),
    /// Show a function
    #[command(after_help = "Example:\n  fgctl function get WebSocket-demo")]
    Get(Get),
    /// Show or replace a function's code
    #[command(subcommand)]
    Code(CodeCommand),
    /// Change a function's settings
    Update(Box<Update>),
    /// Call a function without a trigger
    Invoke(Invoke),
    /// List a function's versions; latest is the one that can be changed
    #[command(after_help = "Example:\n  fgctl function versions WebSocket-demo")]
    Versions(Versions),
    /// Publish a function as it is now: a version that never changes
    Publish(Publish),
    /// Lead names to versions
    #[command(subcommand)]
    Aliases(Aliases),
    /// Show what the account may have of FunctionGraph, and has
    #[command(after_help = "Example:\n  fgctl function quotas")]
    Quotas,
    /// Delete a function with its versions, aliases and triggers, or one version
    #[command(after_help = "Example:\n  fgctl function delete WebSocket-demo")]
    Delete(Delete),
}

impl Command {
    /// Whether it asks the cloud for something.
    pub(super) fn sends_requests(&self) -> bool {
        !matches!(self, Self::Code(CodeCommand::Pack(_)))
    }
}

/// The guide's Table 1, Function Type.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A server of its own on 127.0.0.1:8000, started by the file bootstrap
    Http,
    /// An entry point that a runtime calls
    Event,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl function create WebSocket-demo --type http --code ./demo --memory 128 --timeout 60 --public-access"
)]
pub(super) struct Create {
    /// Name: 1 to 60 letters, digits, hyphens and underscores
    name: String,
    /// Function type; only HTTP functions can serve WebSocket
    #[arg(long = "type", value_enum, default_value_t = Kind::Http)]
    kind: Kind,
    #[command(flatten)]
    code: Code,
    /// Runtime of an event function, such as Node.js20.15
    #[arg(long, required_if_eq("kind", "event"), add = Noun::Runtime.names())]
    runtime: Option<String>,
    /// Handler of an event function, such as index.handler
    #[arg(long, required_if_eq("kind", "event"))]
    handler: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Environment variables are put over those that there are; --replace-env and --unset-env take some away.\nEncrypted ones are never shown by the service: a change has to bring all of them again.\n\nExample:\n  fgctl function update WebSocket-demo --timeout 900 --concurrency 100 --env LOG_LEVEL=info"
)]
pub(super) struct Update {
    /// Name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    /// Handler of an event function, such as index.handler
    #[arg(long)]
    handler: Option<String>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    removals: Removals,
}

#[derive(Debug, Args)]
pub(super) struct Get {
    /// Name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
}

/// Show or replace a function's code
#[derive(Debug, Subcommand)]
pub(super) enum CodeCommand {
    /// Show what code a function has
    #[command(after_help = "Example:\n  fgctl function code get WebSocket-demo")]
    Get(Get),
    /// Replace a function's code
    #[command(
        after_help = "Examples:\n  fgctl function code update WebSocket-demo --code ./demo\n  fgctl function code update WebSocket-demo --obs-url https://my-bucket.obs.cn-east-3.myhuaweicloud.com/demo.zip"
    )]
    Update(UpdateCode),
    /// Pack code as an upload would, and write the ZIP
    #[command(after_help = "Example:\n  fgctl function code pack --code ./demo --to code.zip")]
    Pack(PackCode),
}

#[derive(Debug, Args)]
pub(super) struct PackCode {
    /// Folder, ZIP or file with the code
    #[arg(long, value_name = "DIR|ZIP|FILE")]
    code: PathBuf,
    /// Pack it though it names a program that no runtime is known to have
    #[arg(long)]
    force: bool,
    /// ZIP to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Function type, which decides what the code needs
    #[arg(long = "type", value_enum, default_value_t = Kind::Http)]
    kind: Kind,
    /// Runtime of an event function, such as Node.js20.15
    #[arg(long, requires = "handler")]
    runtime: Option<String>,
    /// Handler of an event function, such as index.handler
    #[arg(long, requires = "runtime")]
    handler: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct UpdateCode {
    /// Name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    #[command(flatten)]
    code: Code,
}

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// Name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    /// Published version; the whole function unless given
    #[arg(long)]
    version: Option<String>,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(*args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Code(CodeCommand::Get(args)) => code(&args, context).await,
        Command::Code(CodeCommand::Update(args)) => update_code(args, context).await,
        Command::Code(CodeCommand::Pack(args)) => pack_code(args, context).await,
        Command::Update(args) => update(*args, context).await,
        Command::Invoke(args) => function_invoke::invoke(args, context).await,
        Command::Versions(args) => function_version::versions(&args, context).await,
        Command::Publish(args) => function_version::publish(args, context).await,
        Command::Aliases(command) => function_version::aliases(command, context).await,
        Command::Quotas => function_invoke::quotas(context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

impl Create {
    fn into_input(self) -> Result<NewFunctionInput, CommandError> {
        let kind = match (self.kind, self.runtime, self.handler) {
            (Kind::Event, Some(runtime), Some(handler)) => FunctionKind::Event { runtime, handler },
            _ => FunctionKind::Http,
        };
        Ok(NewFunctionInput {
            name: self.name,
            kind,
            code: self.code.into(),
            settings: self.settings.of_new()?,
        })
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let prepared = args.into_input()?.prepare(|code| packed(&context.ui, code)).await?;
    let function = context.app().await?.create_function(prepared).await?;
    context
        .ui
        .status(format_args!("created the function {}", function.func_name));
    context.ui.show(&report(&function))?;
    Ok(())
}

async fn list(args: &List, context: &Context) -> Result<(), CommandError> {
    let functions = context.app().await?.functions(args.limit).await?;
    let report = Report::list(
        &functions,
        |function| function.func_name.clone(),
        &[
            ("NAME", &|function| function.func_name.clone()),
            ("RUNTIME", &|function| function.runtime.clone()),
            ("MEMORY", &|function| format!("{} MB", function.memory_size)),
            ("TIMEOUT", &|function| format!("{} s", function.timeout)),
            ("SIZE", &|function| format!("{} bytes", function.code_size)),
            ("MODIFIED", &|function| function.last_modified.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn get(args: &Get, context: &Context) -> Result<(), CommandError> {
    let function = context.app().await?.function(&args.name).await?;
    context.ui.show(&report(&function))?;
    Ok(())
}

async fn code(args: &Get, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    // The configuration first: its "not found" knows similar names.
    app.function(&args.name).await?;
    let code = app
        .cloud()
        .send(&ShowFunctionCode {
            function_urn: app.function_urn(&args.name)?,
        })
        .await?;
    let link = code.func_code.as_ref().map(|code| code.link.clone());
    let report = Report::item(
        &code,
        &code.func_name,
        vec![
            ("Function", Some(code.func_name.clone())),
            ("Type", Some(code.code_type.clone())),
            ("File", Some(code.code_filename.clone())),
            ("Size", Some(format!("{} bytes", code.code_size))),
            ("Digest", Some(code.digest.clone())),
            ("Link", link),
            ("Dependencies", Some(code.depend_version_list.join(", "))),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn update_code(args: UpdateCode, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let upload = app
        .update_code(&args.name, args.code.into(), |code| packed(&context.ui, code))
        .await?;
    match upload.changed {
        true => context.ui.status(format_args!("replaced the code of {}", args.name)),
        false => context.ui.status(format_args!(
            "{} has this code already: nothing was sent (--force sends it all the same)",
            args.name
        )),
    }
    let code = upload.code;
    let report = Report::item(
        &code,
        &code.func_name,
        vec![
            ("Function", Some(code.func_name.clone())),
            ("Size", Some(format!("{} bytes", code.code_size))),
            ("Digest", Some(code.digest.clone())),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn update(args: Update, context: &Context) -> Result<(), CommandError> {
    let settings = FunctionSettings {
        handler: args.handler,
        ..args.settings.of_change(args.removals)?
    };
    settings.check()?;
    let (function, changed) = context.app().await?.update_function(&args.name, &settings).await?;
    match changed {
        true => context
            .ui
            .status(format_args!("changed the function {}", function.func_name)),
        false => context.ui.status(format_args!(
            "the function {} is so already: nothing was changed",
            function.func_name
        )),
    }
    context.ui.show(&report(&function))?;
    Ok(())
}

async fn pack_code(args: PackCode, context: &Context) -> Result<(), CommandError> {
    let kind = match args.kind {
        Kind::Http => FunctionKind::Http,
        Kind::Event => FunctionKind::Event {
            runtime: args.runtime.unwrap_or_default(),
            handler: args.handler.unwrap_or_default(),
        },
    };
    let (archive, digest) = CodeInput::write((args.code, args.force), &kind, &args.to).await?;
    packed(&context.ui, &archive);
    let report = packed_report(&archive, &args.to, ("digest", &digest));
    context.ui.show(&report)?;
    Ok(())
}

async fn delete(args: &Delete, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let name = &app.function(&args.name).await?.func_name;
    let what = match &args.version {
        None => format!("the function {name} with its versions, aliases and triggers"),
        Some(version) => format!("the version {version} of the function {name}"),
    };
    context.ui.confirm(&format!("Delete {what}?"))?;
    match &args.version {
        None => app.delete_function(&args.name).await?,
        Some(version) => app.delete_version(&args.name, version).await?,
    }
    context.ui.status(format_args!("deleted {what}"));
    Ok(())
}
