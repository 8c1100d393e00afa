//! `fgctl gateway`: the guide's step 3.

mod change;

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::{List, Wait};
use crate::app::{self, NewGatewayInput, PublicAccess};
use crate::ui::Report;
use crate::wire::gateway::Gateway;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a dedicated gateway
    Create(Create),
    /// List gateways
    #[command(after_help = "Example:\n  fgctl gateway list -o name")]
    List(List),
    /// Show a gateway
    #[command(after_help = "Example:\n  fgctl gateway get apig-ws")]
    Get(Named),
    /// Change a gateway's name, description, maintenance window or security group
    Update(change::Update),
    /// Show a gateway's public access, turn it on and off
    #[command(subcommand)]
    PublicAccess(change::PublicAccessCommand),
    /// Show and set what a gateway can do beyond its edition
    #[command(subcommand)]
    Feature(change::FeatureCommand),
    /// Wait until a gateway runs
    #[command(after_help = "Example:\n  fgctl gateway wait apig-ws --wait-timeout 40m")]
    Wait(Named),
    /// Delete a gateway with all that is on it
    #[command(after_help = "Example:\n  fgctl gateway delete apig-ws --wait")]
    Delete(Delete),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Edition {
    /// 2000 requests a second
    Basic,
    /// 4000 requests a second
    Professional,
    /// 6000 requests a second
    Enterprise,
    /// 10000 requests a second
    Platinum,
}

impl From<Edition> for app::Edition {
    fn from(edition: Edition) -> Self {
        match edition {
            Edition::Basic => Self::Basic,
            Edition::Professional => Self::Professional,
            Edition::Enterprise => Self::Enterprise,
            Edition::Platinum => Self::Platinum,
        }
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl gateway create apig-ws --edition basic --vpc vpc-default --subnet subnet-default --security-group default --public-inbound 5 --yes --wait"
)]
pub(super) struct Create {
    /// Name: 3 to 64 letters, digits, hyphens and underscores
    name: String,
    /// Edition
    #[arg(long, value_enum, default_value_t = Edition::Basic)]
    edition: Edition,
    /// VPC's name or id
    #[arg(long, add = Noun::Vpc.names())]
    vpc: String,
    /// Subnet's name or id
    #[arg(long, add = Noun::Subnet.names())]
    subnet: String,
    /// Security group's name or id
    #[arg(long, add = Noun::SecurityGroup.names())]
    security_group: String,
    /// Zone's code, such as cn-east-3a (can be repeated); the first that offers the edition unless given
    #[arg(long, value_name = "CODE")]
    zone: Vec<String>,
    /// Public inbound access with this bandwidth
    #[arg(long, value_name = "MBIT/S", allow_negative_numbers = true)]
    public_inbound: Option<i64>,
    /// Public outbound access with this bandwidth: the gateway reaches backends on the internet
    #[arg(long, value_name = "MBIT/S", allow_negative_numbers = true)]
    public_outbound: Option<i64>,
    /// Hour at which the maintenance window of four hours begins: 2, 6, 10, 14, 18 or 22
    #[arg(long, value_name = "HOUR")]
    maintenance_begin: Option<u8>,
    /// Enterprise project's id; 0 is the default project
    #[arg(long, value_name = "ID")]
    enterprise_project: Option<String>,
    /// Description, at most 255 characters
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// Name or id
    #[arg(add = Noun::Gateway.names())]
    name: String,
    #[command(flatten)]
    wait: Wait,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Update(args) => change::update(args, context).await,
        Command::PublicAccess(command) => change::public_access(command, context).await,
        Command::Feature(command) => change::feature(command, context).await,
        Command::Wait(args) => wait(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
    }
}

impl Create {
    fn into_input(self) -> NewGatewayInput {
        NewGatewayInput {
            name: self.name,
            edition: self.edition.into(),
            vpc: self.vpc,
            subnet: self.subnet,
            security_group: self.security_group,
            zones: self.zone,
            public_inbound: self.public_inbound,
            public_outbound: self.public_outbound,
            maintenance_hour: self.maintenance_begin,
            enterprise_project: self.enterprise_project,
            description: self.description,
        }
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let (name, waits) = (args.name.clone(), args.wait.waits());
    let input = args.into_input();
    input.check()?;
    let app = context.app().await?;
    let prepared = app.prepare_gateway(input).await?;
    context.ui.status(format_args!(
        "A dedicated gateway ({}, zone {}) bills by the hour from its creation until it is deleted.",
        prepared.spec_id,
        prepared.available_zone_ids.join(", ")
    ));
    context.ui.confirm(&format!("Create the gateway {name}?"))?;
    context.when_interrupted(["it may be created, and bill, all the same: fgctl gateway list".to_owned()]);
    let id = app.create_gateway(prepared).await?;
    context.when_interrupted(goes_on(&name));
    context.ui.status(format_args!("creating the gateway {name} ({id})"));
    let gateway = if waits {
        running(&id, &name, context).await?
    } else {
        app.gateway_details(&id).await?
    };
    if !waits {
        context.ui.hint(format_args!("fgctl gateway wait {name}"));
    }
    context.ui.show(&report(&gateway))?;
    Ok(())
}

/// What to know when the creation of a gateway is left alone.
fn goes_on(name: &str) -> [String; 2] {
    [
        format!("the gateway goes on being created, and bills; to wait for it: fgctl gateway wait {name}"),
        format!("to be rid of it: fgctl gateway delete {name}"),
    ]
}

async fn running(id: &str, name: &str, context: &Context) -> Result<Gateway, CommandError> {
    let app = context.app().await?;
    let step = context.ui.step(format!("waiting for the gateway {name}"));
    let resume = |error: CommandError| error.hint(format!("fgctl gateway wait {name}"));
    let gateway = app
        .wait_for_gateway(id, context.wait_timeout(), |text| step.note(text))
        .await;
    let gateway = gateway.map_err(CommandError::from).map_err(resume)?;
    step.done(&gateway.status);
    Ok(gateway)
}

async fn list(args: &List, context: &Context) -> Result<(), CommandError> {
    let gateways = context.app().await?.gateways(args.limit).await?;
    let report = Report::list(
        &gateways,
        |gateway| gateway.instance_name.clone(),
        &[
            ("NAME", &|gateway| gateway.instance_name.clone()),
            ("STATUS", &|gateway| gateway.status.clone()),
            ("EDITION", &|gateway| gateway.spec.clone()),
            ("ID", &|gateway| gateway.id.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

async fn get(args: &Named, context: &Context) -> Result<(), CommandError> {
    let gateway = context.app().await?.gateway_details(&args.name).await?;
    context.ui.show(&report(&gateway))?;
    Ok(())
}

fn report(gateway: &Gateway) -> Report {
    let addresses = gateway.publicips.iter().flatten();
    let addresses: Vec<String> = addresses
        .map(|address| format!("{} ({} Mbit/s)", address.ip_address, address.bandwidth_size))
        .collect();
    let text = |name: &str| {
        gateway
            .other
            .get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let window = text("maintain_begin").zip(text("maintain_end"));
    let outbound = PublicAccess::of(gateway).outbound;
    Report::item(
        gateway,
        &gateway.instance_name,
        vec![
            ("Name", Some(gateway.instance_name.clone())),
            ("Id", Some(gateway.id.clone())),
            ("Status", Some(gateway.status.clone())),
            ("Edition", Some(gateway.spec.clone())),
            ("Zones", gateway.available_zone_ids.clone()),
            ("Public inbound", Some(addresses.join(", "))),
            ("Public outbound", outbound.map(|size| format!("{size} Mbit/s"))),
            ("Private address", text("ingress_ip")),
            ("VPC", text("vpc_id")),
            ("Subnet", text("subnet_id")),
            ("Security group", text("security_group_id")),
            ("Maintenance", window.map(|(begin, end)| format!("{begin} to {end}"))),
            ("Enterprise project", gateway.enterprise_project_id.clone()),
            ("Description", text("description")),
        ],
    )
}

async fn wait(args: &Named, context: &Context) -> Result<(), CommandError> {
    let found = context.app().await?.gateway(&args.name).await?;
    let gateway = running(&found.id, &found.instance_name, context).await?;
    context.ui.show(&report(&gateway))?;
    Ok(())
}

async fn delete(args: &Delete, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.name).await?;
    let name = &gateway.instance_name;
    context
        .ui
        .confirm(&format!("Delete the gateway {name} with all groups and APIs on it?"))?;
    let step = context.ui.step(format!("deleting the gateway {name}"));
    context.when_interrupted([format!("it may be deleted all the same: fgctl gateway get {name}")]);
    app.delete_gateway(&gateway.id, args.wait.waits().then(|| context.wait_timeout()))
        .await?;
    step.done(if args.wait.waits() {
        "gone"
    } else {
        "goes on in the background"
    });
    Ok(())
}
