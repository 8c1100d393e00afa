//! `fgctl trigger`: the guide's Table 4, and the URL of step 5.

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::app::{self, NewTriggerInput};
use crate::ui::Report;
use crate::wire::environment::RELEASE;
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

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl trigger create API_websocket_demo --function WebSocket-demo --gateway apig-ws --group APIGroup_ws --environment RELEASE --auth none --protocol https --method GET --path /websocket_demo --timeout 5000"
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
    /// Environment's name or id
    #[arg(long, default_value = RELEASE, add = Noun::Environment.names())]
    environment: String,
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
    /// Backend timeout in milliseconds, 1 to 60000: the idle limit of a WebSocket connection
    #[arg(long, value_name = "MS", default_value_t = 5000, allow_negative_numbers = true)]
    timeout: i64,
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
            environment: self.environment,
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
            timeout: self.timeout,
        }
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let wait = args.wait.then(|| context.wait_timeout());
    let (name, gateway) = (args.name.clone(), args.gateway.clone());
    let (auth, method) = (args.auth, args.method);
    let input = args.into_input();
    input.check()?;
    if matches!(auth, Authentication::None) {
        context
            .ui
            .warning("with --auth none anybody may call the function; App authentication is the safer choice");
    }
    if !matches!(method, Method::Get | Method::Any) {
        context.ui.warning("WebSocket needs the method GET or ANY");
    }
    let app = context.app().await?;
    let step = context.ui.step(format!("creating the trigger {name}"));
    let trigger = app
        .create_trigger(input, wait, |text| step.note(format_args!("gateway: {text}")))
        .await?;
    step.done("");
    context.ui.hint(format_args!(
        "for WebSocket: fgctl api update {name} --gateway {gateway} --network-architecture v2 --invocation-mode sync && fgctl api publish {name} --gateway {gateway}"
    ));
    context.ui.show(&report(&trigger))?;
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
    context.ui.show(&report(&trigger))?;
    Ok(())
}

fn report(trigger: &Trigger) -> Report {
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
        ],
    )
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
