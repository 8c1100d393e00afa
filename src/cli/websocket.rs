//! `fgctl websocket`: the guide's step 2, "enable WebSocket".

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use crate::app::{self, Proof, WebsocketField, WebsocketStatus};
use crate::ui::Report;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Turn WebSocket on, and prove it
    #[command(after_help = "Example:\n  fgctl websocket enable WebSocket-demo")]
    Enable(Enable),
    /// Turn WebSocket off
    #[command(after_help = "Example:\n  fgctl websocket disable WebSocket-demo")]
    Disable(Named),
    /// Show whether WebSocket is on, and how that is known
    #[command(after_help = "Example:\n  fgctl websocket status WebSocket-demo -o json")]
    Status(Named),
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
            Self::Enable(Enable { named, .. }) | Self::Disable(named) | Self::Status(named) => named,
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
        Command::Status(Named { function, field }) => app.websocket_status(&function, field.as_ref()).await?,
    };
    for warning in &status.warnings {
        context.ui.warning(warning);
    }
    context.ui.show(&report(&status))?;
    Ok(())
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
