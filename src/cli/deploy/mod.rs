//! `fgctl deploy`: makes what a manifest declares, and proves that its URLs work.

pub(super) mod tell;

use super::error::CommandError;
use super::global::{Context, duration};
use super::stack::{self, Loaded, Saved, Source};
use crate::app::{App, Doing, Endpoint, Extent, Planned};
use crate::plan::{Action, Plan};
use crate::ui::{Report, Ui};
use clap::ValueEnum;
use futures_util::future::join_all;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use tell::Teller;

/// How long a URL is tried. A publication takes seconds to reach the gateway, a first instance some more.
const PROOF_PATIENCE: Duration = Duration::from_secs(60);

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  fgctl deploy\n  fgctl deploy --env prod --yes --events ndjson\n  fgctl deploy --ttl 8h\n  fgctl deploy plan.json"
)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// Write over what was changed outside of fgctl since the last deploy
    #[arg(long)]
    overwrite: bool,
    /// Take over resources of the declared names that this manifest has not made
    #[arg(long)]
    adopt: bool,
    /// Time for which the functions and gateways are wanted, such as 8h: `status` and `deploy` warn past it
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    ttl: Option<Duration>,
    /// Do not open the URLs: a gateway without public access cannot be reached from everywhere
    #[arg(long)]
    no_verify: bool,
    /// Write what happens to stdout, a line each
    #[arg(long, value_name = "FORM", value_enum)]
    events: Option<Events>,
}

impl Args {
    /// Nothing but the manifest.
    pub(super) fn of(file: PathBuf) -> Self {
        Self {
            source: Source { file, env: None },
            overwrite: false,
            adopt: false,
            ttl: None,
            no_verify: false,
            events: None,
        }
    }
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Events {
    /// A JSON object a line
    Ndjson,
}

/// What a deploy came to.
#[derive(Serialize)]
struct Deployed<'a> {
    stack: &'a str,
    changed: bool,
    summary: crate::plan::Summary,
    endpoints: &'a [Endpoint],
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    let saved = Saved::read(&args.source)?;
    let adopt = args.adopt || saved.as_ref().is_some_and(|saved| saved.adopt);
    let loaded = match &saved {
        Some(saved) => stack::load(&saved.source(), saved.until.clone(), context).await?,
        None => stack::load(&args.source, args.ttl.map(stack::until).transpose()?, context).await?,
    };
    let app = context.app().await?;
    let planned = stack::planned(&app, &loaded, (adopt, Extent::Named), context).await?;
    if let Some(saved) = &saved {
        saved.check(&planned.plan)?;
    }
    stack::warn(&planned, &context.ui);
    agree(&planned, args.overwrite, context)?;
    let teller = Teller::new(&context.ui, args.events.is_some());
    teller.begin(&planned.plan);
    context.when_interrupted(["run the same command again: it goes on where it was stopped".to_owned()]);
    let mut endpoints = match planned.plan.is_empty() {
        true => planned.endpoints(&loaded.stack),
        false => carry_out(&app, (&loaded, &planned), &teller, context).await?,
    };
    if !args.no_verify && !context.is_rehearsal() {
        prove(&app, &loaded, &mut endpoints, (&teller, &context.ui)).await?;
    }
    finish(&planned.plan, &endpoints, &teller, context)
}

/// Asks for what costs and what destroys, and refuses to write over what somebody else changed.
fn agree(planned: &Planned, overwrite: bool, context: &Context) -> Result<(), CommandError> {
    let plan = &planned.plan;
    if plan.summary.drift > 0 && !overwrite {
        return Err(drifted(plan));
    }
    let gateways = planned.gateways_to_create();
    if !gateways.is_empty() {
        context
            .ui
            .status("A dedicated gateway bills by the hour from its creation until it is deleted.");
        context
            .ui
            .confirm(&format!("Create the gateway {}?", gateways.join(", ")))?;
    }
    let gone = plan
        .pending()
        .filter(|change| matches!(change.action, Action::Delete | Action::Replace));
    let gone: Vec<String> = gone.map(|change| change.address.to_string()).collect();
    if !gone.is_empty() {
        context.ui.status(stack::show::text(plan, &context.ui));
        context.ui.confirm(&format!("Delete {}?", gone.join(", ")))?;
    }
    Ok(())
}

fn drifted(plan: &Plan) -> CommandError {
    let each = plan.drifted().map(|change| {
        let fields = change.fields.iter().filter(|field| field.drift);
        let fields: Vec<&str> = fields.map(|field| field.field.as_str()).collect();
        format!("{} ({})", change.address, fields.join(", "))
    });
    let each: Vec<String> = each.collect();
    CommandError::conflict(format!(
        "changed outside of fgctl since the last deploy: {}; nothing was changed",
        each.join(", ")
    ))
    .hint("see both: fgctl plan")
    .hint("take it into the manifest: fgctl pull")
    .hint("or write over it: fgctl deploy --overwrite")
}

async fn carry_out(
    app: &App,
    (loaded, planned): (&Loaded, &Planned),
    teller: &Teller<'_>,
    context: &Context,
) -> Result<Vec<Endpoint>, CommandError> {
    let tell = |event: crate::app::StackEvent<'_>| teller.tell(&event);
    let doing = Doing {
        field: loaded.field.as_ref(),
        ui: &context.ui,
        patience: context.wait_timeout(),
        tell: &tell,
    };
    let resume =
        |error: CommandError| error.hint("when that is mended, run the same command again: it goes on from there");
    let done = app.carry_out(&loaded.stack, planned, doing).await;
    done.map_err(|error| resume(error.into()))
}

/// Opens every URL, side by side.
async fn prove(
    app: &App,
    loaded: &Loaded,
    endpoints: &mut [Endpoint],
    (teller, ui): (&Teller<'_>, &Ui),
) -> Result<(), CommandError> {
    let each = endpoints.iter_mut().map(|endpoint| async move {
        let step = ui.step(format!("trying {}", endpoint.url));
        let proved = app.prove_endpoint(&loaded.stack, endpoint, PROOF_PATIENCE).await;
        teller.proved(endpoint, proved.as_ref().err().map(ToString::to_string));
        proved?;
        let proof = endpoint.proof.as_ref();
        step.done(proof.map_or(String::new(), |proof| {
            format!("{} ({})", proof.text, proof.layers.join(", "))
        }));
        Ok::<_, CommandError>(())
    });
    let outcomes = join_all(each).await;
    outcomes.into_iter().collect()
}

fn finish(plan: &Plan, endpoints: &[Endpoint], teller: &Teller<'_>, context: &Context) -> Result<(), CommandError> {
    let deployed = Deployed {
        stack: &plan.stack,
        changed: !plan.is_empty(),
        summary: plan.summary,
        endpoints,
    };
    if plan.is_empty() {
        context
            .ui
            .status(format_args!("nothing to change: {} is as declared", plan.stack));
    }
    if teller.is_data() {
        teller.end(&deployed);
        return Ok(());
    }
    let mut urls: Vec<String> = endpoints.iter().map(|endpoint| endpoint.url.clone()).collect();
    if urls.is_empty() {
        urls.push(plan.stack.clone());
    }
    let text = urls.iter().map(|url| format!("{url}\n")).collect::<String>();
    context.ui.show(&Report::data(&deployed, urls, text))?;
    Ok(())
}
