//! `fgctl transcript`: a conversation recorded against one target, replayed against another, and both compared.

use super::complete::Noun;
use super::connect::{self, Connect, Entry, How, Record};
use super::error::CommandError;
use super::global::{Context, duration};
use crate::script::diff;
use crate::socket::{Connector, Event, SendError, Session};
use crate::ui::Report;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use regex_lite::Regex;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send stdin's lines, and record what goes and comes
    Record(Box<RecordArgs>),
    /// Send what a record sent to another target, and compare what comes
    Replay(Box<Replay>),
    /// Compare two records
    Diff(Diff),
}

impl Command {
    /// Whether it answers with data that `--query` can pick from.
    pub(super) fn has_data(&self) -> bool {
        !matches!(self, Self::Record(_))
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  printf 'hello\\nbye\\n' | fgctl transcript record WebSocket-demo real.jsonl\n\nThe same as connect --record FILE."
)]
pub(super) struct RecordArgs {
    /// URL, trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// New file for the record; only you can read it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// After the end of stdin, end when nothing has come for so long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3s")]
    linger: Duration,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl transcript replay real.jsonl WebSocket-demo --local --mask '[0-9]+:[0-9]+:[0-9]+'\n\nExit status 9 where what comes differs from the record."
)]
pub(super) struct Replay {
    /// Record to replay
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// URL, trigger's name, or name of a function that has one trigger
    #[arg(value_name = "URL|TRIGGER|FUNCTION", add = Noun::Trigger.names())]
    target: String,
    /// New file for what is sent and received now
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// How long each message of the record may take to come
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    within: Duration,
    /// Take what a regular expression finds for the same, such as times (can be repeated)
    #[arg(long, value_name = "REGEX", value_parser = mask)]
    mask: Vec<Regex>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl transcript diff real.jsonl local.jsonl --mask '[0-9]+:[0-9]+:[0-9]+'\n\nExit status 9 where they differ. Times, URLs, pings and the spelling of JSON are not compared."
)]
pub(super) struct Diff {
    /// Record that is taken for right
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// Record that is compared with it
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Take what a regular expression finds for the same, such as times (can be repeated)
    #[arg(long, value_name = "REGEX", value_parser = mask)]
    mask: Vec<Regex>,
}

fn mask(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Record(args) => {
            let args = Connect::recording(args.target, args.file, args.linger, args.how);
            connect::run(args, context).await
        }
        Command::Replay(args) => tokio::select! {
            biased;
            () = super::interrupted() => Err(context.interrupted()),
            outcome = replay(&args, context) => outcome,
        },
        Command::Diff(args) => compare(&read(&args.old)?, &read(&args.new)?, &args.mask, context),
    }
}

/// The lines of a record.
fn read(file: &Path) -> Result<Vec<Entry>, CommandError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| CommandError::usage(format!("`{}` cannot be read: {error}", file.display())))?;
    let entry = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            CommandError::usage(format!(
                "`{}` line {}: this is no record: {error}",
                file.display(),
                at + 1
            ))
            .hint("make one: fgctl transcript record TARGET FILE")
        })
    };
    text.lines().enumerate().map(entry).collect()
}

/// Shows what differs.
fn compare(old: &[Entry], new: &[Entry], masks: &[Regex], context: &Context) -> Result<(), CommandError> {
    let (old, new) = (comparable(old, masks), comparable(new, masks));
    let text = diff(&old, &new);
    let count = |sign| text.lines().filter(|line| line.starts_with(sign)).count();
    let (missing, added) = (count("- "), count("+ "));
    let data = json!({ "equal": old == new, "missing": missing, "added": added, "diff": text });
    context
        .ui
        .show(&Report::data(&data, vec![(old == new).to_string()], shown(&text)))?;
    match old == new {
        true => Ok(()),
        false => Err(CommandError::check(format!(
            "the records differ: {missing} lines are missing, {added} are new"
        ))),
    }
}

/// A diff for a person's terminal: what others said steers nothing.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// What is compared of a record, line by line.
fn comparable(entries: &[Entry], masks: &[Regex]) -> String {
    let compared = entries
        .iter()
        .filter(|entry| !matches!(entry.kind.as_str(), "ping" | "pong"));
    let line = |entry: &Entry| {
        let arrow = if entry.direction == "sent" { ">" } else { "<" };
        let data = match entry.kind.as_str() {
            "open" => "[open]".to_owned(),
            "text" => pretty(&entry.data),
            kind => format!("[{kind}] {}", entry.data),
        };
        let lines = data.lines().map(|line| format!("{arrow} {line}\n"));
        // A message without a line is one too.
        if data.is_empty() {
            format!("{arrow}\n")
        } else {
            lines.collect()
        }
    };
    let text: String = compared.map(line).collect();
    masks
        .iter()
        .fold(text, |text, mask| mask.replace_all(&text, "***").into_owned())
}

fn pretty(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.to_owned()),
        Err(_) => text.to_owned(),
    }
}

async fn replay(args: &Replay, context: &Context) -> Result<(), CommandError> {
    let old = read(&args.file)?;
    let (destination, connector) = args.how.prepare(&args.target, context).await?;
    let mut replaying = Replaying {
        connector,
        target: destination.target,
        session: None,
        within: args.within,
        record: Record::open(args.record.as_deref())?,
        entries: Vec::new(),
    };
    for entry in &old {
        if !replaying.perform(entry).await? {
            break;
        }
    }
    replaying.leave().await?;
    compare(&old, &replaying.entries, &args.mask, context)
}

/// A record that is being replayed.
struct Replaying {
    connector: Connector,
    target: crate::socket::Target,
    session: Option<Session>,
    within: Duration,
    record: Record,
    entries: Vec<Entry>,
}

impl Replaying {
    fn note(&mut self, entry: Entry) -> Result<(), CommandError> {
        self.record.note(&entry)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Does again what a line of the record tells; false where it makes no sense to go on.
    async fn perform(&mut self, entry: &Entry) -> Result<bool, CommandError> {
        match (entry.direction.as_str(), entry.kind.as_str()) {
            (_, "open") => {
                self.session = Some(self.connector.connect(&self.target).await?);
                self.note(Entry::new("local", "open", self.target.to_string()))?;
                Ok(true)
            }
            ("sent", "text" | "binary" | "ping" | "close") => self.send(entry).await,
            ("received" | "local", "text" | "binary" | "close") => self.receive().await,
            _ => Ok(true),
        }
    }

    async fn send(&mut self, entry: &Entry) -> Result<bool, CommandError> {
        let Some(session) = &mut self.session else {
            return Ok(false);
        };
        let broken = |what: String| CommandError::usage(format!("this is no record: {what}"));
        let sending = async {
            match entry.kind.as_str() {
                "text" => Ok(session.send_text(entry.data.clone()).await),
                "ping" => Ok(session.ping(entry.data.clone()).await),
                "binary" => {
                    let bytes = STANDARD
                        .decode(&entry.data)
                        .map_err(|error| broken(error.to_string()))?;
                    Ok(session.send_binary(bytes).await)
                }
                _ => {
                    let (code, reason) = entry.data.split_once(' ').unwrap_or((&entry.data, ""));
                    let code = code.parse().map_err(|_| broken(format!("`{code}` is no close code")))?;
                    Ok(session.close(code, reason).await)
                }
            }
        };
        let outcome: Result<Result<(), SendError>, CommandError> = timeout(self.within, sending)
            .await
            .map_err(|_| CommandError::check("the other side does not read: a message could not be sent in time"))?;
        match outcome? {
            Ok(()) => self
                .note(Entry::new("sent", &entry.kind, entry.data.clone()))
                .map(|()| true),
            // How it ended is what comes next.
            Err(_) => self.receive().await.map(|_| false),
        }
    }

    /// Takes in the next message or the end, if one comes in time.
    async fn receive(&mut self) -> Result<bool, CommandError> {
        let until = Instant::now() + self.within;
        while let Some(session) = &mut self.session {
            let Ok(event) = timeout_at(until, session.next()).await else {
                return Ok(true);
            };
            let ended = matches!(event, Event::Closed(_));
            if ended {
                self.session = None;
            }
            let counts = !matches!(event, Event::Ping(_) | Event::Pong(_));
            self.note(Entry::came(&event))?;
            if counts {
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Closes what the record left open.
    async fn leave(&mut self) -> Result<(), CommandError> {
        if let Some(mut session) = self.session.take() {
            // What it answers is no part of the record.
            let _ = timeout(Duration::from_secs(1), session.close(1000, "")).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, comparable, mask};

    #[test]
    fn what_has_to_differ_is_not_compared() {
        let record = |time: &str, json: &str, url: &str| {
            vec![
                Entry::new("local", "open", url),
                Entry::new("sent", "text", "hello"),
                Entry::new("sent", "ping", time),
                Entry::new("received", "text", json),
                Entry::new("received", "text", format!("it is {time}")),
                Entry::new("received", "close", "4000 bye"),
            ]
        };
        let masks = [mask("[0-9]+:[0-9]+").unwrap()];
        let old = comparable(&record("10:00", "{\"a\":1,\"b\":2}", "wss://a/"), &masks);
        let new = comparable(&record("11:30", "{\"b\": 2, \"a\": 1}", "ws://b/"), &masks);
        assert_eq!(old, new);
        assert!(
            old.contains("< it is ***\n") && old.ends_with("< [close] 4000 bye\n"),
            "{old}"
        );
        assert_ne!(old, comparable(&record("10:00", "{\"a\":2}", "wss://a/"), &masks));
    }
}
