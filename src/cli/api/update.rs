//! `fgctl api update`: the guide's step 4, Modify.

use super::super::error::CommandError;
use super::super::global::Context;
use super::super::options::OnGateway;
use super::report;
use crate::app::ApiChange;
use crate::wire::api::{MATCH_EXACT, MATCH_PREFIX, NETWORK_V1, NETWORK_V2, SYNC};
use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NetworkArchitecture {
    /// Non-VPC
    V1,
    /// VPC; WebSocket needs it
    V2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InvocationMode {
    /// Synchronous; WebSocket needs it
    Sync,
    /// Asynchronous
    Async,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Authentication {
    /// AppKey and AppSecret: high security
    App,
    /// IAM users only: medium security
    Iam,
    /// Anybody may call
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Protocol {
    /// http:// and ws://, not encrypted
    Http,
    /// https:// and wss://
    Https,
    /// Either
    Both,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Method {
    Get,
    Post,
    Delete,
    Put,
    Patch,
    Head,
    Options,
    Any,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Matching {
    /// The path and all below it
    Prefix,
    /// The path alone
    Exact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl api update API_websocket_demo --gateway apig-ws --network-architecture v2 --invocation-mode sync"
)]
pub(in crate::cli) struct Update {
    #[command(flatten)]
    named: OnGateway,
    /// Network architecture of the backend
    #[arg(long, value_enum)]
    network_architecture: Option<NetworkArchitecture>,
    /// Invocation mode of the backend
    #[arg(long, value_enum)]
    invocation_mode: Option<InvocationMode>,
    /// Backend timeout in milliseconds: the idle limit of a WebSocket connection. Over 60000 it needs network
    /// architecture V2 and the gateway's feature backend_timeout
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Security authentication
    #[arg(long, value_enum)]
    auth: Option<Authentication>,
    /// Whether an AppCode in the header X-Apig-AppCode stands in for an app's signature
    #[arg(long, value_enum)]
    app_code: Option<Switch>,
    /// Request protocol
    #[arg(long, value_enum)]
    protocol: Option<Protocol>,
    /// Request method; WebSocket needs GET or ANY
    #[arg(long, value_enum, ignore_case = true)]
    method: Option<Method>,
    /// Request path
    #[arg(long)]
    path: Option<String>,
    /// Which paths are meant
    #[arg(long, value_enum)]
    matching: Option<Matching>,
    /// Whether browsers of other origins may call
    #[arg(long, value_enum)]
    cors: Option<Switch>,
    /// Remark, at most 255 characters
    #[arg(long)]
    remark: Option<String>,
}

impl Update {
    fn change(&self) -> ApiChange {
        ApiChange {
            network_architecture: self.network_architecture.map(|architecture| {
                match architecture {
                    NetworkArchitecture::V1 => NETWORK_V1,
                    NetworkArchitecture::V2 => NETWORK_V2,
                }
                .to_owned()
            }),
            invocation_mode: self.invocation_mode.map(|mode| {
                match mode {
                    InvocationMode::Sync => SYNC,
                    InvocationMode::Async => "async",
                }
                .to_owned()
            }),
            timeout: self.timeout,
            authentication: self.auth.map(name),
            app_code: self.app_code.map(|switch| switch == Switch::On),
            protocol: self.protocol.map(name),
            method: self.method.map(name),
            path: self.path.clone(),
            match_mode: self.matching.map(|matching| {
                match matching {
                    Matching::Prefix => MATCH_PREFIX,
                    Matching::Exact => MATCH_EXACT,
                }
                .to_owned()
            }),
            cors: self.cors.map(|switch| switch == Switch::On),
            remark: self.remark.clone(),
        }
    }
}

/// The value as the service writes it: in upper case.
fn name(value: impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value
        .map(|value| value.get_name().to_ascii_uppercase())
        .unwrap_or_default()
}

pub(super) async fn update(args: Update, context: &Context) -> Result<(), CommandError> {
    let change = args.change();
    if change == ApiChange::default() {
        return Err(CommandError::usage("nothing to change").hint(
            "give --network-architecture, --invocation-mode, --timeout, --auth, --app-code, --protocol, --method, --path, --matching, --cors or --remark",
        ));
    }
    change.check()?;
    if matches!(args.auth, Some(Authentication::None)) {
        context
            .ui
            .warning("with --auth none anybody may call the function; App authentication is the safer choice");
    }
    let OnGateway { name, gateway } = &args.named;
    let (api, changed) = context.app().await?.update_api(gateway, name, change).await?;
    if changed {
        context.ui.status(format_args!(
            "updated the API {name}; what runs changes when it is published"
        ));
        context
            .ui
            .hint(format_args!("fgctl api publish {name} --gateway {gateway}"));
    } else {
        context
            .ui
            .status(format_args!("nothing to change: the API {name} is so already"));
    }
    context.ui.show(&report(&api))?;
    Ok(())
}
