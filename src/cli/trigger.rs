//! `fgctl trigger`: the guide's Table 4, and the URL of step 5.

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::app::{self, App, NewTriggerInput, Progress};
use crate::socket;
use crate::ui::{Report, Step};
use crate::wire::api::{MATCH_EXACT, MATCH_PREFIX};
use crate::wire::environment::RELEASE;
use crate::wire::rule::WEBSOCKET_REGION;
use crate::wire::trigger::Trigger;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a trigger on a dedicated gateway
    Create(Create),
    /// List a function's triggers, or those of all functions
    #[command(after_help = "Example:\n  fgctl trigger list WebSocket-demo")]
    List(ListOfFunction),
    /// Show a trigger
    #[command(after_help = "Example:\n  fgctl trigger get API_websocket_demo")]
    Get(Named),
    /// Print a trigger's URL
    #[command(after_help = "Example:\n  fgctl trigger url WebSocket-demo")]
    Url(Named),
    /// Delete a trigger; the API that it made stays
    #[command(after_help = "Example:\n  fgctl trigger delete API_websocket_demo")]
    Delete(Named),
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
    /// ws://, not encrypted
    Http,
    /// wss://
    Https,
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

#[derive(Debug, Args)]
#[command(
    after_help = "Example, all of the guide's step 4:\n  fgctl trigger create API_websocket_demo --websocket --function WebSocket-demo --gateway apig-ws --group APIGroup_ws --create-group --environment RELEASE --auth none --protocol https --method GET --path /websocket_demo --timeout 5000\n\nRun again after it was stopped half-way, it finishes what is left."
)]
pub(super) struct Create {
    /// API name: 3 to 64 letters, digits and underscores
    name: String,
    /// Function's name or URN
    #[arg(long, add = Noun::Function.names())]
    function: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
    /// API group's name or id
    #[arg(long, add = Noun::Group.names())]
    group: String,
    /// Create the group where it is missing
    #[arg(long)]
    create_group: bool,
    /// Environment's name or id; callers reach another one than RELEASE with the header X-Stage
    #[arg(long, default_value = RELEASE, add = Noun::Environment.names())]
    environment: String,
    /// Create the environment where it is missing
    #[arg(long)]
    create_environment: bool,
    /// Security authentication
    #[arg(long, value_enum, default_value_t = Authentication::App)]
    auth: Authentication,
    /// Request protocol
    #[arg(long, value_enum, default_value_t = Protocol::Https)]
    protocol: Protocol,
    /// Request method; WebSocket needs GET or ANY
    #[arg(long, value_enum, ignore_case = true, default_value_t = Method::Get)]
    method: Method,
    /// Request path; the function's server must accept it
    #[arg(long)]
    path: String,
    /// Which paths are meant
    #[arg(long, value_enum, default_value_t = Matching::Prefix)]
    matching: Matching,
    /// Backend timeout in milliseconds, 1 to 60000: the idle limit of a WebSocket connection
    #[arg(long, value_name = "MS", default_value_t = 5000, allow_negative_numbers = true)]
    timeout: i64,
    /// Make the API behind it fit for WebSocket (network architecture V2, synchronous) and publish it so
    #[arg(long)]
    websocket: bool,
    /// Wait for a gateway that is still being created
    #[arg(long)]
    wait: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListOfFunction {
    /// Function's name or URN
    #[arg(add = Noun::Function.names())]
    function: Option<String>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Trigger's name or id, or the name of a function that has one trigger
    #[arg(add = Noun::Trigger.names())]
    name: String,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Url(args) => url(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

impl Create {
    fn into_input(self) -> NewTriggerInput {
        let method = match self.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Head => "HEAD",
            Method::Options => "OPTIONS",
            Method::Any => "ANY",
        };
        NewTriggerInput {
            name: self.name,
            function: self.function,
            gateway: self.gateway,
            group: self.group,
            create_group: self.create_group,
            environment: self.environment,
            create_environment: self.create_environment,
            authentication: match self.auth {
                Authentication::App => app::Authentication::App,
                Authentication::Iam => app::Authentication::Iam,
                Authentication::None => app::Authentication::None,
            },
            protocol: match self.protocol {
                Protocol::Http => app::Protocol::Http,
                Protocol::Https => app::Protocol::Https,
            },
            method: method.to_owned(),
            path: self.path,
            match_mode: match self.matching {
                Matching::Prefix => MATCH_PREFIX.to_owned(),
                Matching::Exact => MATCH_EXACT.to_owned(),
            },
            timeout: self.timeout,
            websocket: self.websocket,
        }
    }
}

/// Tells the terminal how the creation gets on.
struct Told<'a> {
    context: &'a Context,
    step: &'a Step,
}

impl Progress for Told<'_> {
    fn note(&self, text: &str) {
        self.step.note(text);
    }

    fn done(&self, text: &str) {
        self.context.ui.status(text);
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let wait = args.wait.then(|| context.wait_timeout());
    let (name, gateway, function) = (args.name.clone(), args.gateway.clone(), args.function.clone());
    let websocket = args.websocket;
    let (auth, method) = (args.auth, args.method);
    let input = args.into_input();
    input.check()?;
    warn(auth, method, websocket, context);
    let app = context.app().await?;
    if websocket && app.region() != WEBSOCKET_REGION {
        context.ui.warning(format_args!(
            "WebSocket can be configured only in {WEBSOCKET_REGION} (CN East-Shanghai1), not in {}",
            app.region()
        ));
    }
    let step = context.ui.step(format!("trigger {name}"));
    let run_again = "run the same command again: it finishes what is left, and makes nothing twice";
    context.when_interrupted([run_again.to_owned()]);
    let told = Told { context, step: &step };
    let made = app.create_trigger(input, wait, &told).await?;
    context.when_interrupted([]);
    step.done(if made.existed { "exists already, just so" } else { "" });
    if websocket {
        hint_at_switch(&app, &function, context).await?;
    } else {
        context.ui.hint(format_args!(
            "for WebSocket: fgctl api update {name} --gateway {gateway} --network-architecture v2 --invocation-mode sync && fgctl api publish {name} --gateway {gateway}"
        ));
    }
    context.ui.show(&report(&made.trigger, websocket))?;
    Ok(())
}

fn warn(auth: Authentication, method: Method, websocket: bool, context: &Context) {
    if matches!(auth, Authentication::None) {
        context
            .ui
            .warning("with --auth none anybody may call the function; App authentication is the safer choice");
    }
    if !websocket && !matches!(method, Method::Get | Method::Any) {
        context.ui.warning("WebSocket needs the method GET or ANY");
    }
}

/// What is left to do where the function's own switch is not known to be on.
async fn hint_at_switch(app: &App, function: &str, context: &Context) -> Result<(), CommandError> {
    let status = app.websocket_status(function, None).await?;
    if status.enabled != Some(true) {
        context.ui.hint(format_args!(
            "the function's own switch: fgctl websocket enable {function}"
        ));
    }
    Ok(())
}

async fn list(args: &ListOfFunction, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let triggers = match &args.function {
        Some(function) => app.triggers(function).await?,
        None => app
            .all_triggers()
            .await?
            .into_iter()
            .map(|(_, trigger)| trigger)
            .collect(),
    };
    let triggers = args.list.first(triggers);
    let report = Report::list(
        &triggers,
        |trigger| trigger.event_data.name.clone(),
        &[
            ("NAME", &|trigger| trigger.event_data.name.clone()),
            ("TYPE", &|trigger| trigger.trigger_type_code.clone()),
            ("STATUS", &|trigger| trigger.trigger_status.clone()),
            ("URL", &|trigger| {
                trigger.event_data.invoke_url.clone().unwrap_or_default()
            }),
            ("ID", &|trigger| trigger.trigger_id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn get(args: &Named, context: &Context) -> Result<(), CommandError> {
    let (_, trigger) = context.app().await?.trigger(&args.name).await?;
    context.ui.show(&report(&trigger, false))?;
    Ok(())
}

/// A trigger as fields; at the end the URL for a WebSocket client, where that is what it is for.
fn report(trigger: &Trigger, websocket: bool) -> Report {
    let data = &trigger.event_data;
    let request = [
        data.protocol.as_deref(),
        data.req_method.as_deref(),
        data.path.as_deref(),
    ];
    Report::item(
        trigger,
        &data.name,
        vec![
            ("Name", Some(data.name.clone())),
            ("Id", Some(trigger.trigger_id.clone())),
            ("Type", Some(trigger.trigger_type_code.clone())),
            ("Status", Some(trigger.trigger_status.clone())),
            ("URL", data.invoke_url.clone()),
            (
                "Request",
                Some(request.into_iter().flatten().collect::<Vec<_>>().join(" ")),
            ),
            ("Authentication", data.auth.clone()),
            ("Group", data.group_name.clone()),
            ("Environment", data.env_name.clone()),
            (
                "Backend timeout",
                data.func_info
                    .as_ref()
                    .map(|function| format!("{} ms", function.timeout)),
            ),
            ("WebSocket URL", socket_url(trigger).filter(|_| websocket)),
        ],
    )
}

/// The trigger's URL for a WebSocket client.
fn socket_url(trigger: &Trigger) -> Option<String> {
    let url = trigger.event_data.invoke_url.as_deref()?;
    url.parse::<socket::Target>().ok().map(|target| target.to_string())
}

async fn url(args: &Named, context: &Context) -> Result<(), CommandError> {
    let (function, trigger) = context.app().await?.trigger(&args.name).await?;
    let Some(url) = &trigger.event_data.invoke_url else {
        return Err(
            CommandError::not_found(format!("the trigger `{}` has no URL", args.name))
                .hint(format!("fgctl trigger list {}", function.func_name)),
        );
    };
    context
        .ui
        .show(&Report::text_only(&serde_json::json!({ "invoke_url": url }), url))?;
    Ok(())
}

async fn delete(args: &Named, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let (function, trigger) = app.trigger(&args.name).await?;
    let name = &trigger.event_data.name;
    context.ui.confirm(&format!(
        "Delete the trigger {name} of the function {}?",
        function.func_name
    ))?;
    app.delete_trigger(&args.name).await?;
    context.ui.status(format_args!(
        "deleted the trigger {name}; the API that it made stays on the gateway"
    ));
    context.ui.hint(format_args!(
        "fgctl api unpublish {name} --gateway GATEWAY && fgctl api delete {name} --gateway GATEWAY"
    ));
    Ok(())
}
