//! `fgctl logs`: what a function writes. Of the real cloud, where that is kept: no documents of its log service's API
//! are known to fgctl.

use super::error::CommandError;
use super::global::{Context, duration};
use crate::app::App;
use crate::local::{LogQuery, Runtime};
use crate::ui::{Format, Report};
use crate::wire::Service;
use crate::wire::function::Function;
use crate::wire::function_record::ShowLtsLogDetails;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::VecDeque;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl logs WebSocket-demo --since 10m --grep 'error|warn'\n  fgctl logs WebSocket-demo --follow -o json"
)]
pub(super) struct Logs {
    /// Name of the function
    function: String,
    /// Go on with what is written from now on
    #[arg(short, long)]
    follow: bool,
    /// Only what was written so long ago, such as 10m, or since a time, such as 2026-01-02T03:04:05Z
    #[arg(long, value_name = "DURATION|TIME", value_parser = since)]
    since: Option<Since>,
    /// Only of the instance whose id begins so
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Only lines whose text matches; a text, or a regular expression
    #[arg(long, value_name = "REGEX", value_parser = pattern)]
    grep: Option<Regex>,
    /// Only the last lines, so many, of what was written before
    #[arg(long, value_name = "LINES")]
    limit: Option<usize>,
}

/// Where a log begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Since {
    Ago(SignedDuration),
    Time(Timestamp),
}

impl Since {
    fn time(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Time(time) => time,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

fn since(text: &str) -> Result<Since, String> {
    if let Ok(time) = text.parse() {
        return Ok(Since::Time(time));
    }
    let ago = duration(text).map_err(|why| format!("neither a time with its zone nor a duration: {why}"))?;
    SignedDuration::try_from(ago)
        .map(Since::Ago)
        .map_err(|error| error.to_string())
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| format!("no regular expression: {error}; escape `.*+?()[]{{}}|^$\\` with \\"))
}

pub(super) async fn run(args: Logs, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let function = app.function(&args.function).await?;
    let running = Runtime::find(&context.local_state(None)?).await.ok();
    let endpoint = context
        .settings()
        .await?
        .endpoint(Service::FunctionGraph)
        .value
        .to_string();
    match running {
        Some(runtime) if endpoint.trim_end_matches('/') == runtime.endpoint() => {
            local(&args, &function, &runtime, context).await
        }
        _ => elsewhere(&function, &app, context).await,
    }
}

async fn local(args: &Logs, function: &Function, runtime: &Runtime, context: &Context) -> Result<(), CommandError> {
    let query = LogQuery {
        package: function.package.clone(),
        function: function.func_name.clone(),
        since: args.since.map(|since| since.time(Timestamp::now()).to_string()),
        instance: args.instance.clone(),
        follow: args.follow,
    };
    let mut lines = runtime.log(&query).await?;
    let mut last = VecDeque::new();
    let mut past = true;
    while let Some(line) = lines.next().await {
        if line.is_empty() {
            past = false;
            show_all(&mut last, context)?;
            continue;
        }
        let Ok(line) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if let Some(missed) = line["events"].as_u64() {
            context.ui.warning(format_args!(
                "{missed} lines were missed: they came faster than they could be shown"
            ));
            continue;
        }
        let text = line["text"].as_str().unwrap_or_default();
        if args.grep.as_ref().is_some_and(|grep| !grep.is_match(text)) {
            continue;
        }
        match args.limit.filter(|_| past) {
            None => show(&line, context)?,
            Some(limit) => {
                last.push_back(line);
                if last.len() > limit {
                    last.pop_front();
                }
            }
        }
    }
    show_all(&mut last, context)
}

fn show_all(lines: &mut VecDeque<Value>, context: &Context) -> Result<(), CommandError> {
    for line in lines.drain(..) {
        show(&line, context)?;
    }
    Ok(())
}

fn show(line: &Value, context: &Context) -> Result<(), CommandError> {
    let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
    match context.ui.format() {
        Format::Table => context.ui.message(&format!(
            "{} {} {} {} {}",
            text("time"),
            text("instance"),
            text("request_id"),
            text("stream"),
            text("text")
        ))?,
        Format::Name => context.ui.message(&text("text"))?,
        _ => context.ui.data(&line.to_string())?,
    }
    Ok(())
}

/// Where the real cloud keeps the log.
async fn elsewhere(function: &Function, app: &App, context: &Context) -> Result<(), CommandError> {
    let function_urn = app.function_urn(&function.func_name)?;
    let place = app.cloud().send(&ShowLtsLogDetails { function_urn }).await?;
    if place.stream_id.is_empty() {
        return Err(
            CommandError::not_found(format!("the log of `{}` is not collected", function.func_name))
                .hint(format!(
                    "switch it on: fgctl function update {} --collect-logs --agency AGENCY",
                    function.func_name
                ))
                .hint("a function on the local cloud always has a log: fgctl --local logs NAME"),
        );
    }
    let named = |name: &str, id: &str| Some(format!("{name} ({id})"));
    let report = Report::item(
        &place,
        &place.stream_id,
        vec![
            ("Log group", named(&place.group_name, &place.group_id)),
            ("Log stream", named(&place.stream_name, &place.stream_id)),
        ],
    );
    context.ui.show(&report)?;
    context
        .ui
        .hint("open this stream in the console of Log Tank Service (LTS): Log Management > the group > the stream");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Since, pattern, since};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_beginning_is_a_time_or_a_duration() {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(since("10m"), Ok(Since::Ago(SignedDuration::from_mins(10))));
        assert_eq!(since("10m").unwrap().time(now).to_string(), "2026-01-02T02:54:05Z");
        assert_eq!(
            since("2026-01-01T00:00:00+08:00").unwrap().time(now).to_string(),
            "2025-12-31T16:00:00Z"
        );
        assert!(since("yesterday").unwrap_err().contains("neither a time"));
    }

    #[test]
    fn a_pattern_that_is_none_says_how_to_write_a_text() {
        assert!(pattern("a|b").unwrap().is_match("xby"));
        assert!(pattern("(").unwrap_err().contains("escape"));
    }
}
