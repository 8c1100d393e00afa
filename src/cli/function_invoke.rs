//! `fgctl function invoke`: a call without a trigger, and `quotas`.

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use crate::ui::Report;
use crate::wire::function_invocation::Invocation;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::Value;
use std::io::{self, Read};

/// The status of a call that the function answered.
const ANSWERED: i64 = 200;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl function invoke WebSocket-demo --data '{\"httpMethod\": \"GET\", \"path\": \"/\"}' --log\n\nWebSocket cannot travel this way: fgctl connect WebSocket-demo"
)]
pub(super) struct Invoke {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    name: String,
    /// Event, a JSON object: itself, @ and a file, or - for stdin; unless given, an empty one, or GET / for an HTTP
    /// function
    #[arg(long, value_name = "JSON|@FILE|-")]
    data: Option<String>,
    /// Wait for no answer; HTTP functions cannot be called so
    #[arg(long = "async", conflicts_with = "log")]
    detached: bool,
    /// Show the end of the function's log too
    #[arg(long)]
    log: bool,
    /// Version to call
    #[arg(long, conflicts_with = "alias")]
    version: Option<String>,
    /// Alias to call
    #[arg(long)]
    alias: Option<String>,
}

fn event(data: &str) -> Result<Value, CommandError> {
    let (text, place) = match (data, data.strip_prefix('@')) {
        ("-", _) => {
            let mut text = String::new();
            (io::stdin().read_to_string(&mut text).map(|_| text), "stdin")
        }
        (_, Some(path)) => (std::fs::read_to_string(path), path),
        (text, None) => (Ok(text.to_owned()), "--data"),
    };
    let text = text.map_err(|error| CommandError::usage(format!("{place} cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| CommandError::usage(format!("{place} is no JSON: {error}")))
}

pub(super) async fn invoke(args: Invoke, context: &Context) -> Result<(), CommandError> {
    let event = args.data.as_deref().map(event).transpose()?;
    let app = context.app().await?;
    let qualifier = args.version.or(args.alias.map(|alias| format!("!{alias}")));
    let function = (args.name.as_str(), qualifier.as_deref());
    if args.detached {
        let accepted = app.invoke_async(function, event).await?;
        context
            .ui
            .status(format_args!("{} was called, and goes on by itself", args.name));
        let id = accepted.request_id.clone();
        let fields = vec![("Request id", Some(id.clone()))];
        context.ui.show(&Report::item(&accepted, &id, fields))?;
        return Ok(());
    }
    let answer = app.invoke(function, event, args.log).await?;
    context.ui.show(&report(&answer))?;
    match answer.status {
        ANSWERED => Ok(()),
        status => Err(
            CommandError::failed(format!("the function {} failed: status {status}", args.name))
                .hint(format_args!("see its log: fgctl function invoke {} --log", args.name)),
        ),
    }
}

/// The answer; an HTTP function's is taken apart.
fn report(answer: &Invocation) -> Report {
    let result: Value = serde_json::from_str(&answer.result).unwrap_or_default();
    let http = result["statusCode"].as_u64();
    let body = match (result["body"].as_str(), result["isBase64Encoded"].as_bool()) {
        (Some(body), Some(true)) => STANDARD
            .decode(body)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .ok(),
        (Some(body), _) => Some(body.to_owned()),
        (None, _) => None,
    };
    let plain = body.is_none().then(|| answer.result.clone());
    Report::item(
        answer,
        &answer.request_id,
        vec![
            ("Status", Some(answer.status.to_string())),
            ("Request id", Some(answer.request_id.clone())),
            ("HTTP status", http.map(|status| status.to_string())),
            ("Body", body),
            ("Result", plain),
            (
                "Log",
                Some(answer.log.clone())
                    .filter(|log| !log.is_empty())
                    .map(|log| format!("\n{log}")),
            ),
        ],
    )
}

pub(super) async fn quotas(context: &Context) -> Result<(), CommandError> {
    let quotas = context.app().await?.quotas().await?;
    let unit = |unit: &Option<String>| unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let report = Report::list(
        &quotas,
        |quota| quota.kind.clone(),
        &[
            ("QUOTA", &|quota| quota.kind.clone()),
            ("USED", &|quota| format!("{}{}", quota.used, unit(&quota.unit))),
            ("OF", &|quota| format!("{}{}", quota.quota, unit(&quota.unit))),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}
