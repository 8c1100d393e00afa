//! `fgctl pull`: what was changed outside of fgctl goes into the manifest.

use super::error::CommandError;
use super::global::Context;
use super::init::replace;
use super::stack::{self, Source};
use crate::app::{Extent, Pulled};
use crate::manifest::{self, Edit, Edited, Manifest};
use crate::ui::{Report, Ui};
use serde::Serialize;
use serde_json::Value;
use std::fs;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  fgctl pull\n  fgctl pull fgctl.toml --env prod\n  fgctl pull --check\n\nComments and the order of keys stay. With --env, the environment's own tables change, and no other one's."
)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// Write nothing, and exit with status 8 where the manifest would change
    #[arg(long)]
    check: bool,
}

/// What a pull does to a manifest.
#[derive(Serialize)]
struct Pull {
    manifest: String,
    written: Vec<Written>,
    left: Vec<Left>,
}

/// A key that has another value now.
#[derive(Serialize)]
struct Written {
    resource: String,
    /// Its path in the manifest.
    key: String,
    /// Its new value; null where it is taken away, and for a variable, whose value may be nobody's to see.
    value: Value,
}

/// A field that was changed outside of fgctl and cannot be pulled.
#[derive(Serialize)]
struct Left {
    resource: String,
    field: String,
    why: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    let loaded = stack::load(&args.source, None, context).await?;
    let app = context.app().await?;
    let planned = stack::planned(&app, &loaded, (false, Extent::Named), context).await?;
    let (text, pull) = edited(&args.source, &planned.pulled(), context)?;
    if !pull.written.is_empty() && !args.check {
        // A link stays one: the file that it leads to is written.
        let path = fs::canonicalize(&args.source.file)?;
        replace(&path, &text).map_err(|error| {
            CommandError::failed(format!("`{}` cannot be written", path.display())).caused_by(error)
        })?;
    }
    tell(&pull, args.check, &context.ui)?;
    match args.check && !pull.written.is_empty() {
        true => Err(CommandError::pending()),
        false => Ok(()),
    }
}

/// The manifest's text with what is `pulled`, which is a manifest still.
///
/// # Errors
/// It cannot be read, or would be none any more: nothing is written then.
fn edited(source: &Source, pulled: &[Pulled], context: &Context) -> Result<(String, Pull), CommandError> {
    let path = source.file.display();
    let before = fs::read_to_string(&source.file)?;
    let broken = |why: &str, faults: &manifest::Faults| {
        let lines: Vec<String> = faults.lines(&path).collect();
        CommandError::failed(format!("{why}:\n{}", lines.join("\n")))
    };
    let edits: Vec<Edit> = pulled
        .iter()
        .flat_map(|one| one.edits.iter().flatten().cloned())
        .collect();
    let (text, outcomes) = manifest::edit(&before, source.env.as_deref(), &edits)
        .map_err(|faults| broken("the manifest cannot be read", &faults))?;
    let variable = |name: &str| context.env.get(name).map(|value| value.into_owned());
    Manifest::read(&text, source.env.as_deref(), &variable).map_err(|faults| {
        let why = "what there is cannot stand in a manifest, so nothing was written";
        broken(why, &faults).hint("write over what was changed outside of fgctl: fgctl deploy --overwrite")
    })?;
    Ok((text, sorted(path.to_string(), pulled, outcomes)))
}

/// What was written, and what was left with the reason.
fn sorted(manifest: String, pulled: &[Pulled], outcomes: Vec<Edited>) -> Pull {
    let mut pull = Pull {
        manifest,
        written: Vec::new(),
        left: Vec::new(),
    };
    let mut outcomes = outcomes.into_iter();
    for one in pulled {
        let resource = one.address.to_string();
        let left = |why: String| Left {
            resource: resource.clone(),
            field: one.field.clone(),
            why,
        };
        let edits = match &one.edits {
            Ok(edits) => edits,
            Err(why) => {
                pull.left.push(left((*why).to_owned()));
                continue;
            }
        };
        for (edit, outcome) in edits.iter().zip(&mut outcomes) {
            match outcome {
                Edited::Done(key) => pull.written.push(Written {
                    resource: resource.clone(),
                    key,
                    value: if edit.key.len() > 1 {
                        Value::Null
                    } else {
                        edit.value.clone()
                    },
                }),
                Edited::Variable(key, text) => {
                    pull.left
                        .push(left(format!("`{key}` is `{text}`: set the variable instead")));
                }
                Edited::Below(key) => pull.left.push(left(format!(
                    "`{key}` counts in every environment: take it away there, and say it in the others"
                ))),
            }
        }
    }
    pull
}

fn tell(pull: &Pull, check: bool, ui: &Ui) -> Result<(), CommandError> {
    let mut text = String::new();
    for written in &pull.written {
        match &written.value {
            Value::Null => text.push_str(&format!("~ {}\n", written.key)),
            value => text.push_str(&format!("~ {} = {value}\n", written.key)),
        }
    }
    if pull.written.is_empty() && pull.left.is_empty() {
        text = format!(
            "Nothing to pull: nothing of {} was changed outside of fgctl.\n",
            pull.manifest
        );
    }
    let names = pull.written.iter().map(|written| written.key.clone()).collect();
    ui.show(&Report::data(pull, names, text))?;
    for left in &pull.left {
        ui.warning(format_args!(
            "{} of the {} was not pulled: {}",
            left.field, left.resource, left.why
        ));
    }
    if !pull.left.is_empty() {
        ui.hint("write over what was changed outside of fgctl: fgctl deploy --overwrite");
    }
    match (pull.written.is_empty(), check) {
        (true, _) => {}
        (false, true) => ui.hint("write it: fgctl pull"),
        (false, false) => ui.hint(format_args!(
            "what is in {} now is what there is; note it beside it: fgctl deploy",
            pull.manifest
        )),
    }
    Ok(())
}
