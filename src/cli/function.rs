//! `fgctl function`: the guide's step 1, and the code of step 2.

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::{Code, List};
use super::packed::{packed, packed_report};
use crate::app::{CodeInput, FunctionKind, NewFunctionInput};
use crate::ui::Report;
use crate::wire::function::{Function, ShowFunctionCode};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a function from a folder or a ZIP
    Create(Create),
    /// List functions
    #[command(after_help = "Example:\n  fgctl function list -o json")]
    List(List),
    /// Show a function
    #[command(after_help = "Example:\n  fgctl function get WebSocket-demo")]
    Get(Get),
    /// Show or replace a function's code
    #[command(subcommand)]
    Code(CodeCommand),
    /// Delete a function and its triggers
    #[command(after_help = "Example:\n  fgctl function delete WebSocket-demo")]
    Delete(Delete),
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
    /// Memory in MB
    #[arg(long, value_name = "MB", default_value_t = 128)]
    memory: i64,
    /// Execution timeout in seconds: the longest life of a WebSocket connection
    #[arg(long, value_name = "SECONDS", default_value_t = 60, allow_negative_numbers = true)]
    timeout: i64,
    /// Let the function reach the public network
    #[arg(long, overrides_with = "no_public_access")]
    public_access: bool,
    /// Keep the function from the public network
    #[arg(long)]
    no_public_access: bool,
    /// Environment variable (can be repeated)
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
    /// Description, at most 512 characters
    #[arg(long)]
    description: Option<String>,
    /// Enterprise project's id; 0 is the default project
    #[arg(long, value_name = "ID")]
    enterprise_project: Option<String>,
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
    #[command(after_help = "Example:\n  fgctl function code update WebSocket-demo --code ./demo")]
    Update(UpdateCode),
    /// Pack code as an upload would, and write the ZIP
    #[command(after_help = "Example:\n  fgctl function code pack --code ./demo --to code.zip")]
    Pack(PackCode),
}

#[derive(Debug, Args)]
pub(super) struct PackCode {
    #[command(flatten)]
    code: Code,
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
}

/// Reads `NAME=VALUE`.
fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it should read NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Code(CodeCommand::Get(args)) => code(&args, context).await,
        Command::Code(CodeCommand::Update(args)) => update_code(args, context).await,
        Command::Code(CodeCommand::Pack(args)) => pack_code(args, context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

impl Create {
    fn into_input(self) -> NewFunctionInput {
        let kind = match (self.kind, self.runtime, self.handler) {
            (Kind::Event, Some(runtime), Some(handler)) => FunctionKind::Event { runtime, handler },
            _ => FunctionKind::Http,
        };
        let public_access = match (self.public_access, self.no_public_access) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        NewFunctionInput {
            name: self.name,
            kind,
            code: self.code.into(),
            memory: self.memory,
            timeout: self.timeout,
            public_access,
            variables: self.variables,
            description: self.description,
            enterprise_project: self.enterprise_project,
        }
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let prepared = args.into_input().prepare(|code| packed(&context.ui, code)).await?;
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

fn report(function: &Function) -> Report {
    let public = function
        .network_controller
        .as_ref()
        .map(|network| match network.disable_public_network {
            true => "no".to_owned(),
            false => "yes".to_owned(),
        });
    let concurrency = function.strategy_config.as_ref();
    Report::item(
        function,
        &function.func_name,
        vec![
            ("Name", Some(function.func_name.clone())),
            ("URN", Some(function.func_urn.clone())),
            ("Runtime", Some(function.runtime.clone())),
            ("Handler", Some(function.handler.clone())),
            ("Memory", Some(format!("{} MB", function.memory_size))),
            ("Execution timeout", Some(format!("{} s", function.timeout))),
            ("Public access", public),
            (
                "Max instances",
                concurrency.and_then(|c| c.concurrency).map(|n| n.to_string()),
            ),
            (
                "Requests an instance",
                concurrency.and_then(|c| c.concurrent_num).map(|n| n.to_string()),
            ),
            (
                "Dependencies",
                function.depend_version_list.as_ref().map(|list| list.len().to_string()),
            ),
            ("Environment", function.user_data.clone()),
            ("Code size", Some(format!("{} bytes", function.code_size))),
            ("Code digest", Some(function.digest.chars().take(16).collect())),
            ("Description", Some(function.description.clone())),
            ("Modified", Some(function.last_modified.clone())),
        ],
    )
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

async fn pack_code(args: PackCode, context: &Context) -> Result<(), CommandError> {
    let kind = match args.kind {
        Kind::Http => FunctionKind::Http,
        Kind::Event => FunctionKind::Event {
            runtime: args.runtime.unwrap_or_default(),
            handler: args.handler.unwrap_or_default(),
        },
    };
    let (archive, digest) = CodeInput::from(args.code).write(&kind, &args.to).await?;
    packed(&context.ui, &archive);
    let report = packed_report(&archive, &args.to, ("digest", &digest));
    context.ui.show(&report)?;
    Ok(())
}

async fn delete(args: &Delete, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let function = app.function(&args.name).await?;
    context.ui.confirm(&format!(
        "Delete the function {} with its triggers?",
        function.func_name
    ))?;
    app.delete_function(&args.name).await?;
    context
        .ui
        .status(format_args!("deleted the function {}", function.func_name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::variable;
    use crate::wire::rule;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn a_variable_ends_at_its_first_equals_sign() {
        assert_eq!(variable("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert_eq!(variable("A="), Ok(("A".to_owned(), String::new())));
        assert!(variable("A").is_err() && variable("").is_err());
    }

    proptest! {
        #[test]
        fn no_variable_makes_it_panic(text in any::<String>()) {
            let read = variable(&text);
            prop_assert_eq!(read.is_ok(), text.contains('='));
            if let Ok((name, value)) = &read {
                let _ = rule::user_data([(name.as_str(), value.as_str())]);
            }
        }
    }
}
