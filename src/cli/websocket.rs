//! `fgctl websocket`: the guide's step 2, "enable WebSocket".

use super::complete::Noun;
use super::error::CommandError;
use super::global::{Context, duration};
use crate::app::{self, App, Budget, Proof, UNKNOWN, Verdict, WebsocketField, WebsocketStatus};
use crate::ui::Report;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Turn WebSocket on, and prove it
    #[command(after_help = "Example:\n  fgctl websocket enable WebSocket-demo")]
    Enable(Enable),
    /// Turn WebSocket off
    #[command(after_help = "Example:\n  fgctl websocket disable WebSocket-demo")]
    Disable(Named),
    /// Show whether WebSocket is on, and how that is known; with --budget, what ends a connection
    #[command(
        after_help = "Examples:\n  fgctl websocket status WebSocket-demo -o json\n  fgctl websocket status WebSocket-demo --budget --open-for 10m --silence 30s"
    )]
    Status(Status),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    function: String,
    /// Field of the function's configuration behind the console's switch, and the value that turns it on.
    /// No public API names it; without this, the profile's, else one that the configuration shows
    #[arg(long, value_name = "NAME=JSON", value_parser = WebsocketField::parse)]
    field: Option<WebsocketField>,
}

#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    named: Named,
    /// Show the limits that end a connection, and how often to ping
    #[arg(long)]
    budget: bool,
    /// Say whether a connection lives that is to be open for so long; exit status 9 where not
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "budget")]
    open_for: Option<Duration>,
    /// Say whether a connection lives that is silent for so long at most, pings included; exit status 9 where not
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "budget")]
    silence: Option<Duration>,
}

#[derive(Debug, Args)]
pub(super) struct Enable {
    #[command(flatten)]
    named: Named,
    /// Try in any region, though the guide says that only cn-east-3 has WebSocket
    #[arg(long)]
    any_region: bool,
}

impl Command {
    fn named(&mut self) -> &mut Named {
        match self {
            Self::Enable(Enable { named, .. }) | Self::Disable(named) | Self::Status(Status { named, .. }) => named,
        }
    }
}

pub(super) async fn run(mut command: Command, context: &Context) -> Result<(), CommandError> {
    let settings = context.settings().await?;
    if let Command::Enable(args) = &command {
        app::check_websocket_region(&settings.region.value, args.any_region)?;
    }
    let of_profile = settings.websocket_field.map(|field| field.value);
    let field = &mut command.named().field;
    *field = field
        .take()
        .or(of_profile.map(|(name, on)| WebsocketField::new(name, on)));
    let app = context.app().await?;
    let status = match command {
        Command::Enable(Enable { named, any_region }) => {
            let status = app
                .enable_websocket(&named.function, named.field.as_ref(), any_region)
                .await?;
            context
                .ui
                .status(format_args!("WebSocket of {} is on, {}", status.function, how(&status)));
            status
        }
        Command::Disable(Named { function, field }) => {
            let status = app.disable_websocket(&function, field.as_ref()).await?;
            context.ui.status(format_args!(
                "WebSocket of {} is off, {}",
                status.function,
                how(&status)
            ));
            status
        }
        Command::Status(status) if status.budget => return budget(&app, &status, context).await,
        Command::Status(Status { named, .. }) => app.websocket_status(&named.function, named.field.as_ref()).await?,
    };
    for warning in &status.warnings {
        context.ui.warning(warning);
    }
    context.ui.show(&report(&status))?;
    Ok(())
}

/// The limits, and whether the connection that was asked about lives.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    budget: &'a Budget,
    /// Nothing where no connection was asked about.
    connection: Option<&'a Verdict>,
}

async fn budget(app: &App, args: &Status, context: &Context) -> Result<(), CommandError> {
    let budget = app.websocket_budget(&args.named.function).await?;
    let asked = args.open_for.is_some() || args.silence.is_some();
    let verdict = asked.then(|| budget.judge(args.open_for, args.silence));
    let judged = Judged {
        budget: &budget,
        connection: verdict.as_ref(),
    };
    context.ui.show(&Report::item(
        &judged,
        &budget.function,
        limits(&budget, verdict.as_ref()),
    ))?;
    context.ui.status(UNKNOWN);
    match verdict {
        Some(verdict) if !verdict.lives => Err(CommandError::check(format!(
            "the connection does not live: {}",
            verdict.ended_by.join("; ")
        ))
        .hint(format_args!(
            "fgctl function update {} --timeout SECONDS",
            budget.function
        ))
        .hint("ping more often: fgctl connect NAME --ping-interval DURATION")),
        _ => Ok(()),
    }
}

fn limits(budget: &Budget, verdict: Option<&Verdict>) -> Vec<(&'static str, Option<String>)> {
    let mut fields = vec![
        ("Function", Some(budget.function.clone())),
        (
            "Longest life",
            Some(format!(
                "{} s (the function's execution timeout)",
                budget.execution_timeout
            )),
        ),
    ];
    for trigger in &budget.triggers {
        let silence = trigger
            .backend_timeout
            .map_or("unknown".to_owned(), |limit| format!("{limit} ms"));
        let text = format!("{silence} (the backend timeout of {})", trigger.name);
        fields.push(("Longest silence", Some(text)));
        let ping = trigger
            .ping_interval
            .map(|interval| format!("every {interval} ms, or more often"));
        fields.push(("Ping", ping));
    }
    if budget.triggers.is_empty() {
        fields.push(("Longest silence", Some("unknown: there is no trigger".to_owned())));
    }
    let lives = verdict.map(|verdict| if verdict.lives { "yes" } else { "no" }.to_owned());
    fields.push(("Lives", lives));
    fields
}

fn how(status: &WebsocketStatus) -> String {
    match &status.proof {
        Proof::Confirmed { field } => format!("confirmed: the configuration shows `{field}`"),
        Proof::Handshake { url } => format!("proved by a handshake at {url}"),
        Proof::Unknown => "not known: the configuration shows no such field, and there is no trigger to try".to_owned(),
    }
}

fn report(status: &WebsocketStatus) -> Report {
    let state = match status.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => "unknown",
    };
    Report::item(
        status,
        state,
        vec![
            ("Function", Some(status.function.clone())),
            ("WebSocket", Some(state.to_owned())),
            ("Known", Some(how(status))),
            ("Execution timeout", Some(format!("{} s", status.execution_timeout))),
        ],
    )
}
