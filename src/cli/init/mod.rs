//! `fgctl init`: questions, and a project that `fgctl deploy` makes run.
//!
//! Every question has an option; nothing is asked off a terminal. Nothing that is there is written over, and the
//! manifest is written last, so that a project that has one is whole.

mod answers;
mod ci;
mod flags;
mod found;
mod gateway;
mod place;
mod project;
mod questions;
mod template;
mod write;

pub(super) use flags::Init;
pub(super) use write::replace;

use super::error::CommandError;
use super::global::Context;
use crate::ui::{Report, Ui};
use answers::Answers;
use gateway::Live;
use project::MANIFEST;
use questions::DeployNow;
use serde_json::json;
use std::path::Path;
use write::NewFile;

pub(super) async fn run(args: Init, context: &Context) -> Result<(), CommandError> {
    let kept = args.save_answers.clone();
    let outcome = made(args, context).await;
    outcome.map_err(|error| match kept.filter(|file| file.exists()) {
        Some(file) => error.hint(format_args!(
            "go on with what was answered: --answers {}",
            file.display()
        )),
        None => error,
    })
}

async fn made(args: Init, context: &Context) -> Result<(), CommandError> {
    let files = (args.answers.as_deref(), args.save_answers);
    let mut answers = Answers::new(&context.ui, args.flags.given(), files)?;
    let folder = args.folder;
    if answers.can_ask() && folder.join(MANIFEST).exists() {
        return Err(there(&folder, &[MANIFEST.to_owned()]));
    }
    let aimed = place::choose(&mut answers, context).await?;
    let context = aimed.as_ref().unwrap_or(context);
    let is_local = context.accounts().flags().local;
    let deploy_now = DeployNow::new(&answers, is_local)?;
    let region = context.settings().await.ok().map(|settings| settings.region.value);
    let region = region.filter(|_| !is_local);
    let live = Live {
        app: live(&answers, context).await,
        ui: &context.ui,
    };
    let project = questions::ask(&mut answers, (&folder, region), &live).await?;
    let files = project.files();
    write_all(&files, &folder)?;
    tell(&files, &folder, &context.ui);
    let now = deploy_now.ask(&mut answers)?;
    let command = command(&folder, answers.taken());
    context.ui.hint(format_args!("the same without a question: {command}"));
    match now {
        true => deploy(&folder, context).await,
        false => show(&files, &folder, (&command, context)),
    }
}

/// Deploys what is written; its URL is the data then.
async fn deploy(folder: &Path, context: &Context) -> Result<(), CommandError> {
    let manifest = folder.join(MANIFEST);
    let args = super::deploy::Args::of(manifest.clone());
    let deployed = Box::pin(super::deploy::run(args, context)).await;
    deployed.map_err(|error| {
        error.hint(format_args!(
            "the project is written; go on: fgctl deploy {}",
            quoted(&manifest.display().to_string())
        ))
    })
}

/// The account to list things of, where somebody is asked and it answers.
async fn live(answers: &Answers<'_>, context: &Context) -> Option<crate::app::App> {
    let is_known = answers.given("gateway").is_some();
    if !answers.can_ask() || is_known {
        return None;
    }
    match context.app().await {
        Ok(app) => Some(app),
        Err(error) => {
            context
                .ui
                .warning(format_args!("what there is cannot be listed: {}", error.told()));
            error.first_hint().into_iter().for_each(|hint| context.ui.hint(hint));
            None
        }
    }
}

/// Writes `files`, or none of them where something is in the place of one.
fn write_all(files: &[NewFile], folder: &Path) -> Result<(), CommandError> {
    let hindered = files.iter().filter(|file| file.is_hindered_in(folder));
    let hindered: Vec<String> = hindered.map(|file| file.path.display().to_string()).collect();
    if !hindered.is_empty() {
        return Err(there(folder, &hindered));
    }
    for file in files {
        file.write(folder).map_err(|error| {
            CommandError::failed(format!("`{}` cannot be written", folder.join(&file.path).display()))
                .caused_by(error)
                .hint("what was written before it stays; run the same again to go on")
        })?;
    }
    Ok(())
}

fn there(folder: &Path, files: &[String]) -> CommandError {
    let files = files.join(", ");
    CommandError::exists(format!(
        "`{}` has {files} already; nothing was written, for nothing is ever written over",
        folder.display()
    ))
    .hint("take another folder: fgctl init DIR")
    .hint("or deploy what is there: fgctl deploy")
}

fn written(files: &[NewFile], folder: &Path) -> Vec<String> {
    let paths = files.iter().map(|file| folder.join(&file.path));
    paths.map(|path| path.display().to_string()).collect()
}

fn tell(files: &[NewFile], folder: &Path, ui: &Ui) {
    let written = written(files, folder);
    ui.status(format_args!("wrote {} files: {}", written.len(), written.join(", ")));
}

fn show(files: &[NewFile], folder: &Path, (command, context): (&str, &Context)) -> Result<(), CommandError> {
    let written = written(files, folder);
    let manifest = folder.join(MANIFEST).display().to_string();
    let data = json!({"manifest": manifest, "files": written, "command": command});
    let report = Report::data(&data, written.clone(), format!("{}\n", written.join("\n")));
    context.ui.show(&report)?;
    Ok(())
}

/// The command that gives the same answers.
fn command(folder: &Path, answers: &[(&str, String)]) -> String {
    let mut line = format!("fgctl init {}", quoted(&folder.display().to_string()));
    for (name, answer) in answers {
        match *name {
            "local" => line.push_str(" --local"),
            name => line.push_str(&format!(" --{name} {}", quoted(answer))),
        }
    }
    line
}

/// `text` as a shell reads it back.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests;
