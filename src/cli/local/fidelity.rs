//! `fgctl local fidelity`: how far the local cloud plays the real one.

use super::super::error::CommandError;
use super::super::global::Context;
use crate::local::{self, Row};
use crate::ui::Report;
use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  fgctl local fidelity --service functiongraph\n\nWhat is not known of an operation is in -o json, and on the page docs/fidelity.md."
)]
pub(in crate::cli) struct Fidelity {
    /// Only what belongs to this service; `gateway` for calls of APIs, `runtime` for running functions
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

pub(super) fn run(args: &Fidelity, context: &Context) -> Result<(), CommandError> {
    let mut rows = local::rows();
    if let Some(service) = &args.service {
        refuse_unknown(service, &rows)?;
        rows.retain(|row| row.service == service);
    }
    let dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let report = Report::list(
        &rows,
        |row| row.name.to_owned(),
        &[
            ("SERVICE", &|row| row.service.to_owned()),
            ("NAME", &|row| row.name.to_owned()),
            ("METHOD", &|row| dash(row.method)),
            ("PATH", &|row| dash(row.path)),
            ("NOT KNOWN", &|row| row.unknown.len().to_string()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

fn refuse_unknown(service: &str, rows: &[Row]) -> Result<(), CommandError> {
    if rows.iter().any(|row| row.service == service) {
        return Ok(());
    }
    let mut known: Vec<&str> = rows.iter().map(|row| row.service).collect();
    known.sort_unstable();
    known.dedup();
    Err(CommandError::usage(format!(
        "`{service}` is no service of the local cloud: it has {}",
        known.join(", ")
    )))
}
