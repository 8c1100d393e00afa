//! What the commands of a manifest share: reading it, planning it, keeping a plan in a file.

mod reading;
mod saved;
pub(super) mod show;

pub(super) use reading::{declared, load, load_name};
pub(super) use saved::Saved;

use super::error::CommandError;
use super::global::Context;
use crate::app::{App, Extent, Planned, Planning, Stack, WebsocketField};
use crate::plan::Policy;
use crate::ui::Ui;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// The manifest, unless a command names another.
pub(super) const FILE: &str = "fgctl.toml";

/// Which manifest.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Source {
    /// Manifest
    #[arg(value_name = "FILE", default_value = FILE)]
    pub(super) file: PathBuf,
    /// Environment of the manifest
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,
}

/// A manifest that was read.
pub(super) struct Loaded {
    /// What it declares.
    pub(super) stack: Stack,
    /// The field of the WebSocket switch, where the profile names it.
    pub(super) field: Option<WebsocketField>,
    /// Which it is.
    pub(super) source: Source,
}

/// When something that lives for `ttl` from now ends, as it is written.
///
/// # Errors
/// That is after the end of the calendar.
pub(super) fn until(ttl: Duration) -> Result<String, CommandError> {
    let until = Timestamp::now().checked_add(ttl);
    // Rounded down: a time that is over is over.
    let until = until.and_then(|until| Timestamp::from_second(until.as_second()));
    Ok(until
        .map_err(|error| CommandError::usage(error.to_string()))?
        .to_string())
}

/// Plans `loaded`.
///
/// # Errors
/// As the use case; something is not this stack's.
pub(super) async fn planned(
    app: &App,
    loaded: &Loaded,
    (adopt, extent): (bool, Extent),
    context: &Context,
) -> Result<Planned, CommandError> {
    let step = context
        .ui
        .step(format!("comparing {} with what there is", loaded.stack.name));
    let planning = Planning {
        policy: Policy { adopt },
        extent,
        field: loaded.field.as_ref(),
    };
    let planned = app.plan_stack(&loaded.stack, planning).await;
    drop(step);
    Ok(planned?)
}

/// Warns where the time is over for which a stack was wanted.
pub(super) fn warn(planned: &Planned, ui: &Ui) {
    let Some(until) = planned.until() else { return };
    let over = until.parse::<Timestamp>().is_ok_and(|end| end <= Timestamp::now());
    if over {
        ui.warning(format_args!(
            "{} was wanted until {until}, and goes on: what bills by the hour bills",
            planned.plan.stack
        ));
        ui.hint("delete it: fgctl destroy");
        ui.hint("or keep it for longer: fgctl deploy --ttl 8h");
    }
}
