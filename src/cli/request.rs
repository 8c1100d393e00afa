//! `fgctl request`: a signed call of any operation, known to fgctl or not.

use super::error::CommandError;
use super::global::Context;
use crate::cloud::{Call, Cloud};
use crate::ui::Report;
use crate::wire::{Method, Parts, Scope, Service};
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::io::{self, Read};

/// Headers that belong to signing or to the connection.
const RESERVED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "x-auth-token",
    "x-sdk-content-sha256",
    "x-sdk-date",
    "x-security-token",
];

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
#[command(
    after_help = "Examples:\n  fgctl request GET /v2/{project_id}/fgs/quotas\n  fgctl request POST /v2/{project_id}/fgs/functions --body @function.json\n  fgctl request GET /v3.0/OS-AGENCY/agencies --service iam --param domain_id={domain_id}"
)]
pub(super) struct Request {
    /// Method
    #[arg(value_enum, ignore_case = true)]
    method: Verb,
    /// Path, percent-encoded; {project_id}, {domain_id} and {region} stand for the account's
    path: String,
    /// Service that answers it
    #[arg(long, value_enum, default_value_t = Of::Functiongraph)]
    service: Of,
    /// Parameter of the URL's query (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    param: Vec<(String, String)>,
    /// Header (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// Body: JSON, @FILE with JSON, or `-` for stdin
    #[arg(long, value_name = "JSON|@FILE|-")]
    body: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it should read NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        return Err(format!("`{name}` is set by fgctl itself"));
    }
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) || value.contains(char::is_control) {
        return Err("it holds what no header may".to_owned());
    }
    Ok((name, value))
}

/// The JSON of a body, as it is sent.
fn body(text: &str) -> Result<Vec<u8>, CommandError> {
    let unreadable =
        |error: io::Error| CommandError::usage(format!("the body `{text}` cannot be read")).caused_by(&error);
    let json = match (text, text.strip_prefix('@')) {
        ("-", _) => {
            let mut json = String::new();
            io::stdin().lock().read_to_string(&mut json).map_err(unreadable)?;
            json
        }
        (_, Some(file)) => std::fs::read_to_string(file).map_err(unreadable)?,
        (json, None) => json.to_owned(),
    };
    let value: Value = serde_json::from_str(&json).map_err(|error| {
        CommandError::usage("the body is no JSON")
            .caused_by(&error)
            .hint("from a file: --body @FILE")
    })?;
    Ok(value.to_string().into_bytes())
}

/// `text` with what stands for the account's ids filled in.
async fn filled(text: &str, cloud: &Cloud) -> Result<String, CommandError> {
    let text = text
        .replace("{project_id}", cloud.project_id())
        .replace("{region}", cloud.region());
    if !text.contains("{domain_id}") {
        return Ok(text);
    }
    let domain_id = cloud.account_id().await?;
    let domain_id = domain_id.ok_or_else(|| CommandError::not_found("the account's id cannot be told"))?;
    Ok(text.replace("{domain_id}", &domain_id))
}

pub(super) async fn run(args: Request, context: &Context) -> Result<(), CommandError> {
    if !args.path.starts_with('/') || args.path.contains('?') {
        return Err(
            CommandError::usage(format!("`{}` is no path: it begins with `/` and has no `?`", args.path))
                .hint("parameters go into --param NAME=VALUE"),
        );
    }
    let body = args.body.as_deref().map(body).transpose()?;
    let app = context.app().await?;
    let cloud = app.cloud();
    let (service, scope) = args.service.service();
    let mut query = Vec::new();
    for (name, value) in args.param {
        query.push((name, filled(&value, cloud).await?));
    }
    let call = Call {
        operation: "request",
        service,
        method: args.method.method(),
        parts: Parts {
            path: filled(&args.path, cloud).await?,
            query,
            headers: args.header,
            body,
        },
    };
    let answer = cloud.call(&call, scope).await?;
    let (data, text) = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(data) => {
            let text = serde_json::to_string_pretty(&data).map_err(io::Error::from)?;
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

impl Of {
    fn service(self) -> (Service, Scope) {
        match self {
            Self::Functiongraph => (Service::FunctionGraph, Scope::Project),
            Self::Apig => (Service::Apig, Scope::Project),
            Self::Vpc => (Service::Vpc, Scope::Project),
            Self::Iam => (Service::Iam, Scope::Account),
            Self::Eps => (Service::Eps, Scope::Domain),
        }
    }
}

impl Verb {
    fn method(self) -> Method {
        match self {
            Self::Get => Method::Get,
            Self::Post => Method::Post,
            Self::Put => Method::Put,
            Self::Delete => Method::Delete,
        }
    }
}
