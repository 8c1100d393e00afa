//! `fgctl plan`: what a deploy would do.

use super::error::CommandError;
use super::global::{Context, duration};
use super::stack::{self, Saved, Source};
use crate::app::Extent;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  fgctl plan\n  fgctl plan fgctl.toml --env prod --detailed-exitcode\n  fgctl plan --save plan.json && fgctl deploy plan.json"
)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// Exit with status 8 where there are changes to make
    #[arg(long)]
    detailed_exitcode: bool,
    /// Keep the plan in a file, which `deploy` carries out unless the world has moved
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Take over resources of the declared names that this manifest has not made
    #[arg(long)]
    adopt: bool,
    /// Time for which the functions and gateways are wanted, such as 8h: `status` and `deploy` warn past it
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    ttl: Option<Duration>,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    let until = args.ttl.map(stack::until).transpose()?;
    let loaded = stack::load(&args.source, until, context).await?;
    let app = context.app().await?;
    let planned = stack::planned(&app, &loaded, (args.adopt, Extent::Named), context).await?;
    // Before it is shown: what is shown has succeeded.
    if let Some(path) = &args.save {
        Saved::new(&loaded, args.adopt, planned.plan.clone())?.write(path)?;
    }
    context.ui.show(&stack::show::report(&planned.plan, &context.ui))?;
    stack::warn(&planned, &context.ui);
    if planned.plan.summary.drift > 0 {
        context
            .ui
            .hint("write over what was changed outside of fgctl: fgctl deploy --overwrite");
        context.ui.hint("or take it into the manifest: fgctl pull");
    }
    if let Some(path) = args.save {
        context
            .ui
            .hint(format_args!("carry it out: fgctl deploy {}", path.display()));
    }
    match !planned.plan.is_empty() && args.detailed_exitcode {
        true => Err(CommandError::pending()),
        false => Ok(()),
    }
}
