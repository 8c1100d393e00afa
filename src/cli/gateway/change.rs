//! `fgctl gateway update`, `public-access` and `feature`: what is changed after the creation.

use super::super::complete::Noun;
use super::super::error::CommandError;
use super::super::global::Context;
use super::super::options::List;
use super::{Named, report};
use crate::app::{GatewayUpdate, PublicAccess};
use crate::ui::Report;
use crate::wire::gateway::Gateway;
use crate::wire::gateway_feature::Feature;
use clap::{Args, Subcommand};
use serde_json::json;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl gateway update apig-ws --description \"chat\" --maintenance-begin 2")]
pub(in crate::cli) struct Update {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
    /// New name
    #[arg(long = "name", value_name = "NAME")]
    new_name: Option<String>,
    /// Description, at most 255 characters
    #[arg(long)]
    description: Option<String>,
    /// Hour at which the maintenance window of four hours begins: 2, 6, 10, 14, 18 or 22
    #[arg(long, value_name = "HOUR")]
    maintenance_begin: Option<u8>,
    /// Security group's name or id
    #[arg(long)]
    security_group: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PublicAccessCommand {
    /// Show how a gateway is reached from the internet, and reaches it
    #[command(after_help = "Example:\n  fgctl gateway public-access show apig-ws")]
    Show(Named),
    /// Turn public access on, or change its bandwidth; it bills by bandwidth
    #[command(after_help = "Example:\n  fgctl gateway public-access enable apig-ws --inbound 5 --yes")]
    Enable(Enable),
    /// Turn public access off
    #[command(after_help = "Example:\n  fgctl gateway public-access disable apig-ws --inbound --yes")]
    Disable(Disable),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Enable {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
    /// Inbound bandwidth: callers on the internet reach the gateway
    #[arg(
        long,
        value_name = "MBIT/S",
        allow_negative_numbers = true,
        required_unless_present = "outbound"
    )]
    inbound: Option<i64>,
    /// Outbound bandwidth: the gateway reaches backends on the internet
    #[arg(long, value_name = "MBIT/S", allow_negative_numbers = true)]
    outbound: Option<i64>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Disable {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
    /// Inbound access: nobody on the internet reaches the gateway any more
    #[arg(long, required_unless_present = "outbound")]
    inbound: bool,
    /// Outbound access: the gateway reaches nobody on the internet any more
    #[arg(long)]
    outbound: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FeatureCommand {
    /// List the features of a gateway that were set
    #[command(after_help = "Example:\n  fgctl gateway feature list apig-ws")]
    List(Features),
    /// Set a feature; the service takes one change of it a minute
    #[command(
        after_help = "Example, for APIs with a backend timeout of up to 10 minutes:\n  fgctl gateway feature set apig-ws backend_timeout 600000"
    )]
    Set(Set),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Features {
    #[command(flatten)]
    gateway: Named,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Set {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
    /// Feature: backend_timeout (ms), ratelimit (requests a second), request_body_size (bytes), app_secret, app_basic,
    /// app_api_key or app_route (on, off)
    feature: String,
    /// Value: a number, on or off, or the JSON that the service wants
    value: String,
}

pub(super) async fn update(args: Update, context: &Context) -> Result<(), CommandError> {
    let update = GatewayUpdate {
        name: args.new_name,
        description: args.description,
        maintenance_hour: args.maintenance_begin,
        security_group: args.security_group,
    };
    if update.is_empty() {
        return Err(CommandError::usage("nothing to change")
            .hint("give --name, --description, --maintenance-begin or --security-group"));
    }
    update.check()?;
    let (gateway, changed) = context.app().await?.update_gateway(&args.name, update).await?;
    context.ui.status(match changed {
        true => format!("updated the gateway {}", gateway.instance_name),
        false => format!("nothing to change: the gateway {} is so already", gateway.instance_name),
    });
    context.ui.show(&report(&gateway))?;
    Ok(())
}

pub(super) async fn public_access(command: PublicAccessCommand, context: &Context) -> Result<(), CommandError> {
    match command {
        PublicAccessCommand::Show(args) => {
            let gateway = context.app().await?.gateway_details(&args.name).await?;
            context.ui.show(&access(&gateway))?;
            Ok(())
        }
        PublicAccessCommand::Enable(args) => enable(&args, context).await,
        PublicAccessCommand::Disable(args) => disable(&args, context).await,
    }
}

async fn enable(args: &Enable, context: &Context) -> Result<(), CommandError> {
    let wanted = PublicAccess {
        inbound: args.inbound,
        outbound: args.outbound,
    };
    wanted.check()?;
    let app = context.app().await?;
    app.gateway(&args.name).await?;
    context
        .ui
        .status("Public access bills by its bandwidth until it is turned off.");
    context
        .ui
        .confirm(&format!("Turn on public access of the gateway {}?", args.name))?;
    let step = context.ui.step(format!("public access of the gateway {}", args.name));
    context.when_interrupted(resume(&args.name));
    let (gateway, done) = app
        .enable_public_access(&args.name, wanted, context.wait_timeout())
        .await?;
    step.done(outcome(&done));
    context.ui.show(&access(&gateway))?;
    Ok(())
}

async fn disable(args: &Disable, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    app.gateway(&args.name).await?;
    context
        .ui
        .confirm(&format!("Turn off public access of the gateway {}?", args.name))?;
    let step = context.ui.step(format!("public access of the gateway {}", args.name));
    context.when_interrupted(resume(&args.name));
    let (gateway, done) = app
        .disable_public_access(&args.name, (args.inbound, args.outbound), context.wait_timeout())
        .await?;
    step.done(outcome(&done));
    context.ui.show(&access(&gateway))?;
    Ok(())
}

fn resume(name: &str) -> [String; 1] {
    [format!(
        "the change may go on; to see: fgctl gateway public-access show {name}"
    )]
}

fn outcome(done: &[String]) -> String {
    match done.is_empty() {
        true => "nothing to change".to_owned(),
        false => done.join(", "),
    }
}

/// How a gateway is reached from the internet, and reaches it.
fn access(gateway: &Gateway) -> Report {
    let PublicAccess { inbound, outbound } = PublicAccess::of(gateway);
    let bandwidth = |size: Option<i64>| size.map_or_else(|| "off".to_owned(), |size| format!("{size} Mbit/s"));
    let addresses: Vec<&str> = gateway
        .publicips
        .iter()
        .flatten()
        .map(|address| address.ip_address.as_str())
        .collect();
    let outgoing = gateway
        .other
        .get("nat_eip_address")
        .and_then(|address| address.as_str());
    let data = json!({
        "id": gateway.id, "instance_name": gateway.instance_name, "publicips": gateway.publicips,
        "bandwidth_size": outbound.unwrap_or(0), "nat_eip_address": outgoing,
    });
    Report::item(
        &data,
        &gateway.instance_name,
        vec![
            ("Gateway", Some(gateway.instance_name.clone())),
            ("Public inbound", Some(bandwidth(inbound))),
            ("Inbound address", Some(addresses.join(", "))),
            ("Public outbound", Some(bandwidth(outbound))),
            ("Outbound address", outgoing.map(str::to_owned)),
        ],
    )
}

pub(super) async fn feature(command: FeatureCommand, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    match command {
        FeatureCommand::List(args) => {
            let features = app.gateway_features(&app.gateway(&args.gateway.name).await?).await?;
            context.ui.show(&features_report(&args.list.first(features)))?;
        }
        FeatureCommand::Set(Set { name, feature, value }) => {
            let (set, changed) = app.set_gateway_feature(&name, &feature, &value).await?;
            context.ui.status(match changed {
                true => format!("set the feature {feature} of the gateway {name}"),
                false => format!("nothing to change: the feature {feature} of the gateway {name} is so already"),
            });
            let fields = vec![
                ("Feature", Some(set.name.clone())),
                ("On", Some(on(&set).to_owned())),
                ("Value", set.config.clone()),
            ];
            context.ui.show(&Report::item(&set, &set.name, fields))?;
        }
    }
    Ok(())
}

fn on(feature: &Feature) -> &'static str {
    match feature.enable {
        true => "yes",
        false => "no",
    }
}

fn features_report(features: &[Feature]) -> Report {
    Report::list(
        features,
        |feature| feature.name.clone(),
        &[
            ("FEATURE", &|feature| feature.name.clone()),
            ("ON", &|feature| on(feature).to_owned()),
            ("VALUE", &|feature| feature.config.clone().unwrap_or_default()),
            ("SET", &|feature| feature.update_time.clone()),
        ],
    )
}
