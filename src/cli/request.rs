//! `fgctl request`: a signed call of any operation, known to fgctl or not.

use super::error::CommandError;
use super::global::Context;
use crate::cloud::Call;
use crate::ui::Report;
use crate::wire::{Method, Parts, Scope, Service};
use clap::{Args, ValueEnum};
use serde_json::Value;

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// FunctionGraph
    Functiongraph,
    /// API Gateway
    Apig,
    /// Virtual Private Cloud
    Vpc,
    /// Identity and Access Management
    Iam,
    /// Enterprise projects
    Eps,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl request GET /v2/{project_id}/fgs/quotas")]
pub(super) struct Request {
    /// Method
    #[arg(value_enum, ignore_case = true)]
    method: Verb,
    /// Path, percent-encoded; {project_id} stands for the project's id
    path: String,
    /// Service that answers it
    #[arg(long, value_enum, default_value_t = Of::Functiongraph)]
    service: Of,
    /// Parameter of the URL's query (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    param: Vec<(String, String)>,
    /// Body
    #[arg(long, value_name = "JSON", value_parser = json)]
    body: Option<Value>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it should read NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))
}

pub(super) async fn run(args: Request, context: &Context) -> Result<(), CommandError> {
    if !args.path.starts_with('/') || args.path.contains('?') {
        return Err(
            CommandError::usage(format!("`{}` is no path: it begins with `/` and has no `?`", args.path))
                .hint("parameters go into --param NAME=VALUE"),
        );
    }
    let app = context.app().await?;
    let (service, scope) = match args.service {
        Of::Functiongraph => (Service::FunctionGraph, Scope::Project),
        Of::Apig => (Service::Apig, Scope::Project),
        Of::Vpc => (Service::Vpc, Scope::Project),
        Of::Iam => (Service::Iam, Scope::Account),
        Of::Eps => (Service::Eps, Scope::Domain),
    };
    let body = args.body.map(|body| body.to_string().into_bytes());
    let path = args.path.replace("{project_id}", app.cloud().project_id());
    let method = match args.method {
        Verb::Get => Method::Get,
        Verb::Post => Method::Post,
        Verb::Put => Method::Put,
        Verb::Delete => Method::Delete,
    };
    let call = Call {
        operation: "request",
        service,
        method,
        parts: Parts {
            path,
            query: args.param,
            body,
        },
    };
    let answer = app.cloud().call(&call, scope).await?;
    let (data, text) = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(data) => {
            let text = serde_json::to_string_pretty(&data).map_err(std::io::Error::from)?;
            (data, text)
        }
        Err(_) if answer.body.is_empty() => (Value::Null, String::new()),
        Err(_) => {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            (Value::String(text.clone()), text)
        }
    };
    context.ui.verbose(format_args!("status {}", answer.status));
    let names = text.lines().map(str::to_owned).collect();
    context.ui.show(&Report::data(&data, names, text))?;
    Ok(())
}
