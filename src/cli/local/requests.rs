//! `fgctl local requests`: what came to the gateways of the local cloud.

use super::super::error::CommandError;
use super::super::global::Context;
use super::super::options::List;
use crate::local::Runtime;
use crate::ui::{Format, Report};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fgctl local requests\n  fgctl local requests --follow -o json")]
pub(in crate::cli) struct Requests {
    /// Go on with those that are over from now on, and sockets as they begin
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    list: List,
    /// Folder of its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(super) async fn run(args: Requests, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    if args.follow {
        return tokio::select! {
            outcome = follow(&runtime, context) => outcome,
            () = super::super::interrupted() => Err(context.interrupted()),
        };
    }
    let requests = runtime.requests().await?;
    // The last ones are what a person wants to see.
    let first = requests.len().saturating_sub(args.list.limit.unwrap_or(usize::MAX));
    let report = Report::list(
        &requests[first..],
        |request| text(request, "request_id"),
        &[
            ("TIME", &|request| text(request, "time")),
            ("METHOD", &|request| text(request, "method")),
            ("PATH", &|request| text(request, "path")),
            ("STATUS", &|request| text(request, "status")),
            ("MS", &|request| text(request, "milliseconds")),
            ("FUNCTION", &|request| text(request, "function")),
            ("NOTE", &|request| text(request, "note")),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

/// Each a line, with `-o json` a line of JSON. Listens before it asks for those that were, so that none is missed; one that is in both is shown once.
async fn follow(runtime: &Runtime, context: &Context) -> Result<(), CommandError> {
    let mut events = runtime.events().await?;
    let before = runtime.requests().await?;
    for request in &before {
        show(request, context)?;
    }
    while let Some(line) = events.next().await {
        let Ok(mut event) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if let Some(missed) = event["events"].as_u64() {
            context.ui.warning(format_args!(
                "{missed} events were missed: they came faster than they could be shown"
            ));
        }
        let Some(fields) = event.as_object_mut().filter(|fields| fields["event"] == "request") else {
            continue;
        };
        fields.remove("event");
        if !before.contains(&event) {
            show(&event, context)?;
        }
    }
    Ok(())
}

fn show(request: &Value, context: &Context) -> Result<(), CommandError> {
    let line = match context.ui.format() {
        Format::Table => ["time", "method", "path", "status", "milliseconds", "function", "note"]
            .map(|name| text(request, name))
            .join(" "),
        Format::Name => text(request, "request_id"),
        _ => return Ok(context.ui.data(&request.to_string())?),
    };
    Ok(context.ui.message(line.trim_end())?)
}

fn text(request: &Value, name: &str) -> String {
    match &request[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
