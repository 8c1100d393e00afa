//! `fgctl status`: the resources of a manifest, their health, their URLs, what differs, and what was left behind.

use super::error::CommandError;
use super::global::Context;
use super::stack::{self, Source};
use crate::app::{Endpoint, Extent, Health};
use crate::ui::Report;
use serde::Serialize;

#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  fgctl status\n  fgctl status --env prod -o json")]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
}

/// What is known of a stack.
#[derive(Serialize)]
struct Known<'a> {
    stack: &'a str,
    until: Option<String>,
    resources: Vec<Health>,
    endpoints: Vec<Endpoint>,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    let loaded = stack::load(&args.source, None, context).await?;
    let app = context.app().await?;
    // What is of somebody else is told by `plan`; here it only is not this stack's.
    let planned = stack::planned(&app, &loaded, (true, Extent::Everything), context).await?;
    let known = Known {
        stack: &loaded.stack.name,
        until: planned.until(),
        resources: planned.health(),
        endpoints: planned.endpoints(&loaded.stack),
    };
    let names = known.resources.iter().map(|one| one.address.to_string()).collect();
    context.ui.show(&Report::data(&known, names, text(&known)))?;
    stack::warn(&planned, &context.ui);
    Ok(())
}

fn text(known: &Known<'_>) -> String {
    let width = known
        .resources
        .iter()
        .map(|one| one.state.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for one in &known.resources {
        let detail = match one.detail.is_empty() {
            true => String::new(),
            false => format!(": {}", one.detail),
        };
        text.push_str(&format!("{:<width$}  {}{detail}\n", one.state, one.address));
    }
    for endpoint in &known.endpoints {
        text.push_str(&format!("{:<width$}  {}\n", "url", endpoint.url));
    }
    text
}
