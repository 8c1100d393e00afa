//! `fgctl destroy`: deletes all that a manifest's deploy made, and nothing else.

use super::deploy::tell::Teller;
use super::error::CommandError;
use super::global::Context;
use super::stack::{self, Source};
use crate::app::{Doing, Extent};
use crate::ui::Report;

#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  fgctl destroy\n  fgctl destroy --env prod --yes")]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    // A stack without parts: all that bears its mark is declared no more.
    let loaded = stack::load_name(&args.source, context).await?;
    let app = context.app().await?;
    let planned = stack::planned(&app, &loaded, (false, Extent::Everything), context).await?;
    let gone: Vec<String> = planned
        .plan
        .pending()
        .map(|change| change.address.to_string())
        .collect();
    if gone.is_empty() {
        context.ui.status(format_args!(
            "nothing to delete: nothing bears the mark of {}",
            loaded.stack.name
        ));
        context.ui.show(&Report::data(&planned.plan, gone, ""))?;
        return Ok(());
    }
    context.ui.status(stack::show::text(&planned.plan, &context.ui));
    let question = match gone.len() {
        1 => "Delete this resource?".to_owned(),
        count => format!("Delete these {count} resources?"),
    };
    context.ui.confirm(&question)?;
    context.when_interrupted(["run the same command again: it goes on where it was stopped".to_owned()]);
    let teller = Teller::new(&context.ui, false);
    let tell = |event: crate::app::StackEvent<'_>| teller.tell(&event);
    let doing = Doing {
        field: None,
        ui: &context.ui,
        patience: context.wait_timeout(),
        tell: &tell,
    };
    app.carry_out(&loaded.stack, &planned, doing)
        .await
        .map_err(|error| CommandError::from(error).hint("when that is mended, run the same command again"))?;
    let text = match gone.len() {
        1 => format!("deleted 1 resource of {}\n", loaded.stack.name),
        count => format!("deleted {count} resources of {}\n", loaded.stack.name),
    };
    context.ui.show(&Report::data(&planned.plan, gone, text))?;
    Ok(())
}
