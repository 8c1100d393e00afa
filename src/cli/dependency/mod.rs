//! `fgctl dependency`: the guide's Table 2.

mod build;

use super::complete::Noun;
use super::error::CommandError;
use super::global::Context;
use super::options::List;
use crate::app::{App, Attachment, DependencySource, NewDependency, Tell, Upload, UploadEvent, Uploaded};
use crate::ui::{Report, Transfer, Ui};
use crate::wire::dependency::Dependency;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a dependency from a ZIP or an OBS object; an existing name gets one more version
    Create(Create),
    /// Make a dependency by this machine's npm or pip, and create it unless it has an equal version
    Build(build::Build),
    /// List dependencies
    #[command(after_help = "Example:\n  fgctl dependency list --limit 10")]
    List(List),
    /// Show a dependency's newest version
    #[command(after_help = "Example:\n  fgctl dependency get depend-websocket --version 2")]
    Get(Get),
    /// List a dependency's versions
    #[command(after_help = "Example:\n  fgctl dependency versions depend-websocket")]
    Versions(Versions),
    /// Delete a dependency, or one version of it
    #[command(after_help = "Example:\n  fgctl dependency delete depend-websocket --version 1")]
    Delete(Delete),
    /// Lay a dependency over a function's code
    Attach(Attach),
    /// Take a dependency off a function
    Detach(Detach),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl dependency create depend-websocket --runtime Node.js12.13 --zip wss-nodejs12.zip\n  fgctl dependency create models --runtime Python3.9 --zip models.zip --bucket my-bucket",
    group = clap::ArgGroup::new("source").required(true)
)]
pub(super) struct Create {
    /// Name: at most 96 letters, digits, underscores, periods and hyphens
    name: String,
    /// Runtime that it is for, such as Node.js12.13
    #[arg(long, add = Noun::Runtime.names())]
    runtime: String,
    /// ZIP to upload; one over 10 MB needs --bucket, and 300 MB is the most
    #[arg(long, value_name = "FILE", group = "source")]
    zip: Option<PathBuf>,
    /// URL of an OBS object in ZIP format, for a larger one
    #[arg(long, value_name = "URL", group = "source")]
    obs_url: Option<String>,
    /// Bucket of yours in the function's region, by way of which a ZIP over 10 MB is uploaded
    #[arg(long, value_name = "NAME", conflicts_with = "obs_url")]
    bucket: Option<String>,
    /// Leave the uploaded object in the bucket
    #[arg(long, requires = "bucket")]
    keep_object: bool,
    /// Description, at most 512 characters
    #[arg(long)]
    description: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Get {
    /// Name or id
    #[arg(add = Noun::Dependency.names())]
    name: String,
    /// Version's number; the newest unless given
    #[arg(long, value_name = "N")]
    version: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Versions {
    /// Name or id
    #[arg(add = Noun::Dependency.names())]
    name: String,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// Name or id
    #[arg(add = Noun::Dependency.names())]
    name: String,
    /// Version's number; all of them unless given
    #[arg(long, value_name = "N")]
    version: Option<i64>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl dependency attach depend-websocket --function WebSocket-demo")]
pub(super) struct Attach {
    /// Name or id
    #[arg(add = Noun::Dependency.names())]
    name: String,
    /// Function's name or URN
    #[arg(long, add = Noun::Function.names())]
    function: String,
    /// Version's number; the newest unless given
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// The function's code, for a service that wants it sent along
    #[arg(long, value_name = "DIR|ZIP")]
    code: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl dependency detach depend-websocket --function WebSocket-demo")]
pub(super) struct Detach {
    /// Name or id
    #[arg(add = Noun::Dependency.names())]
    name: String,
    /// Function's name or URN
    #[arg(long, add = Noun::Function.names())]
    function: String,
    /// The function's code, for a service that wants it sent along
    #[arg(long, value_name = "DIR|ZIP")]
    code: Option<PathBuf>,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(args) => create(args, context).await,
        Command::Build(args) => build::run(args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Get(args) => get(&args, context).await,
        Command::Versions(args) => versions(&args, context).await,
        Command::Delete(args) => delete(&args, context).await,
        Command::Attach(args) => attach(&args, context).await,
        Command::Detach(args) => detach(&args, context).await,
    }
}

async fn create(args: Create, context: &Context) -> Result<(), CommandError> {
    let again = args.resumption();
    let keep = args.keep_object;
    let prepared = args.into_input()?.prepare()?;
    let app = context.app().await?;
    let uploaded = match &prepared.upload {
        Some(upload) => Some(sent(upload, &again, context, &app).await?),
        None => None,
    };
    let created = app.create_dependency(prepared.into_body(uploaded.as_ref())).await;
    if let Some(uploaded) = &uploaded {
        match &created {
            Ok(_) if !keep => removed(uploaded, context, &app).await,
            Ok(_) => context
                .ui
                .status(format_args!("the object stays: {}/{}", uploaded.bucket, uploaded.key)),
            // It need not be sent again once the reason is gone.
            Err(_) => context.ui.warning(format_args!(
                "the uploaded object stays in the bucket for the next try: {}/{}",
                uploaded.bucket, uploaded.key
            )),
        }
    }
    let created = created?;
    context.ui.status(format_args!(
        "created version {} of the dependency {}",
        created.version, created.name
    ));
    context.ui.show(&report(&created))?;
    Ok(())
}

impl Create {
    /// The command that goes on where this one was broken off.
    fn resumption(&self) -> String {
        let quoted = |path: &PathBuf| format!("'{}'", path.display());
        let mut line = format!("fgctl dependency create {} --runtime {}", self.name, self.runtime);
        for (flag, value) in [
            ("--zip", self.zip.as_ref().map(quoted)),
            ("--bucket", self.bucket()),
            (
                "--description",
                self.description.as_ref().map(|text| format!("{text:?}")),
            ),
        ] {
            if let Some(value) = value {
                line = format!("{line} {flag} {value}");
            }
        }
        match self.keep_object {
            true => format!("{line} --keep-object"),
            false => line,
        }
    }

    /// The bucket for what is too large to be sent directly. The one place where a default would come from.
    fn bucket(&self) -> Option<String> {
        self.bucket.clone()
    }

    fn into_input(self) -> Result<NewDependency, CommandError> {
        let bucket = self.bucket();
        let source = match (self.zip, self.obs_url) {
            (Some(path), _) => DependencySource::Zip { path, bucket },
            (None, Some(url)) => DependencySource::Obs(url),
            (None, None) => return Err(CommandError::usage("one of --zip and --obs-url is needed")),
        };
        Ok(NewDependency {
            name: self.name,
            runtime: self.runtime,
            source,
            description: self.description,
        })
    }
}

/// Uploads what the dependency is made of. `again` is the command that goes on when this is interrupted.
async fn sent(upload: &Upload, again: &str, context: &Context, app: &App) -> Result<Uploaded, CommandError> {
    let hints = [
        "what was sent stays in the bucket; to go on from there:".to_owned(),
        again.to_owned(),
    ];
    context.when_interrupted(hints);
    let transfer = Arc::new(context.ui.transfer(format!("uploading to {}", upload.bucket)));
    let outcome = app.upload(upload, teller(&transfer, &context.ui)).await;
    context.when_interrupted([]);
    let uploaded = outcome?;
    // Nobody else holds it once the upload has ended.
    if let Ok(transfer) = Arc::try_unwrap(transfer) {
        transfer.done();
    }
    Ok(uploaded)
}

fn teller(transfer: &Arc<Transfer>, ui: &Ui) -> Tell {
    let (transfer, ui) = (Arc::clone(transfer), ui.clone());
    Arc::new(move |event| match event {
        UploadEvent::Planned {
            bytes,
            parts,
            there,
            sent,
        } => {
            if there > 0 {
                ui.status(format_args!("{there} of {parts} parts are in the bucket already"));
            }
            transfer.begin(bytes, sent);
        }
        UploadEvent::At(bytes) => transfer.at(bytes),
    })
}

/// Removes the object that has served its purpose. The dependency is there all the same.
async fn removed(uploaded: &Uploaded, context: &Context, app: &App) {
    if let Err(error) = app.remove_uploaded(uploaded).await {
        context.ui.warning(format_args!(
            "the uploaded object could not be removed from the bucket: {}/{}: {error}",
            uploaded.bucket, uploaded.key
        ));
    }
}

async fn list(args: &List, context: &Context) -> Result<(), CommandError> {
    let dependencies = context.app().await?.dependencies(args.limit).await?;
    context.ui.show(&table(&dependencies))?;
    Ok(())
}

async fn versions(args: &Versions, context: &Context) -> Result<(), CommandError> {
    let versions = context.app().await?.dependency_versions(&args.name).await?;
    context.ui.show(&table(&args.list.first(versions)))?;
    Ok(())
}

fn table(dependencies: &[Dependency]) -> Report {
    Report::list(
        dependencies,
        |item| item.name.clone(),
        &[
            ("NAME", &|item| item.name.clone()),
            ("RUNTIME", &|item| item.runtime.clone()),
            ("VERSION", &|item| item.version.to_string()),
            ("SIZE", &|item| format!("{} bytes", item.size)),
            ("ID", &|item| item.id.clone()),
        ],
    )
}

async fn get(args: &Get, context: &Context) -> Result<(), CommandError> {
    let found = context
        .app()
        .await?
        .dependency_version(&args.name, args.version)
        .await?;
    context.ui.show(&report(&found))?;
    Ok(())
}

fn report(version: &Dependency) -> Report {
    Report::item(
        version,
        &version.name,
        vec![
            ("Name", Some(version.name.clone())),
            ("Runtime", Some(version.runtime.clone())),
            ("Version", Some(version.version.to_string())),
            ("Version id", Some(version.id.clone())),
            ("Dependency id", Some(version.dep_id.clone())),
            ("Size", Some(format!("{} bytes", version.size))),
            ("Etag", Some(version.etag.clone())),
            ("Description", Some(version.description.clone())),
        ],
    )
}

async fn delete(args: &Delete, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let what = match args.version {
        Some(version) => format!("version {version} of the dependency {}", args.name),
        None => format!("the dependency {} with all its versions", args.name),
    };
    app.dependency(&args.name).await?;
    context.ui.confirm(&format!("Delete {what}?"))?;
    app.delete_dependency(&args.name, args.version).await?;
    context.ui.status(format_args!("deleted {what}"));
    Ok(())
}

async fn attach(args: &Attach, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let attachment = Attachment {
        dependency: &args.name,
        function: &args.function,
        code: args.code.as_deref(),
    };
    let (version, changed) = app.attach_dependency(attachment, args.version).await?;
    let name = format!("version {} of {}", version.version, version.name);
    match changed {
        true => context.ui.status(format_args!("attached {name} to {}", args.function)),
        false => context
            .ui
            .status(format_args!("{name} is attached to {} already", args.function)),
    }
    context.ui.show(&report(&version))?;
    Ok(())
}

async fn detach(args: &Detach, context: &Context) -> Result<(), CommandError> {
    let attachment = Attachment {
        dependency: &args.name,
        function: &args.function,
        code: args.code.as_deref(),
    };
    match context.app().await?.detach_dependency(attachment).await? {
        true => context
            .ui
            .status(format_args!("detached {} from {}", args.name, args.function)),
        false => context
            .ui
            .status(format_args!("{} is not attached to {}", args.name, args.function)),
    }
    Ok(())
}
