//! `fgctl schema`: the form of `fgctl.toml`.

use super::error::CommandError;
use super::global::Context;
use crate::manifest;
use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "Example, for editors that know JSON Schema:\n  fgctl schema > fgctl.schema.json\n\nThe first line of fgctl.toml then names it to them:\n  #:schema ./fgctl.schema.json"
)]
pub(super) struct Schema {
    /// Print the reference of every key as Markdown instead of the JSON Schema
    #[arg(long)]
    markdown: bool,
}

pub(super) fn run(args: &Schema, context: &Context) -> Result<(), CommandError> {
    let text = match args.markdown {
        true => manifest::markdown(),
        // An own form, and not one of --output's: it is a file for others.
        false => format!("{:#}\n", manifest::json_schema()),
    };
    context.ui.data(&text)?;
    Ok(())
}
