//! `fgctl region`: where the cloud is, and where the guide's WebSocket can be configured.

use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::ui::Report;
use crate::wire::region::{KNOWN, KeystoneListRegions, Region};
use crate::wire::rule::WEBSOCKET_REGION;
use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List regions: the account's where there is one, else those that fgctl knows
    #[command(after_help = "Example:\n  fgctl region list")]
    List(List),
}

/// A region as it is shown. `id` and `locales` are the service's own names.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    name: String,
    websocket: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    locales: Option<Value>,
}

pub(super) async fn run(Command::List(args): Command, context: &Context) -> Result<(), CommandError> {
    let mut regions = match can_ask(context).await? {
        true => of_account(context).await?,
        false => {
            context
                .ui
                .status("these are the regions that fgctl knows; with credentials it asks the service");
            KNOWN.iter().map(|(id, name)| shown(id, name, None)).collect()
        }
    };
    regions.truncate(args.limit.unwrap_or(usize::MAX));
    let report = Report::list(
        &regions,
        |region| region.id.clone(),
        &[
            ("ID", &|region| region.id.clone()),
            ("NAME", &|region| region.name.clone()),
            ("WEBSOCKET", &|region| {
                if region.websocket { "yes" } else { "" }.to_owned()
            }),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

/// Whether there is anybody to ask. What is broken is told; what is merely absent is not needed here.
async fn can_ask(context: &Context) -> Result<bool, CommandError> {
    match context.settings().await {
        Ok(settings) => Ok(settings.caller(Timestamp::now()).is_ok()),
        Err(error) if error.is_about_the_region() => Ok(false),
        Err(error) => Err(error),
    }
}

async fn of_account(context: &Context) -> Result<Vec<Shown>, CommandError> {
    let cloud = context.app().await?;
    let regions = cloud.cloud().send(&KeystoneListRegions::default()).await?.regions;
    Ok(regions.iter().map(of_service).collect())
}

fn of_service(region: &Region) -> Shown {
    let told = region.locales.get("en-us").and_then(Value::as_str);
    let known = || KNOWN.iter().find(|(id, _)| *id == region.id).map(|(_, name)| *name);
    let name = told.or_else(known).unwrap_or_default();
    shown(&region.id, name, Some(Value::Object(region.locales.clone())))
}

fn shown(id: &str, name: &str, locales: Option<Value>) -> Shown {
    Shown {
        id: id.to_owned(),
        name: name.to_owned(),
        websocket: id == WEBSOCKET_REGION,
        locales,
    }
}
