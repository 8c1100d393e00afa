//! `fgctl dependency build`: a dependency from what npm or pip installs.

use super::super::error::CommandError;
use super::super::global::Context;
use super::super::packed::{packed, packed_report};
use super::report;
use crate::app::{BuildInput, BuildSource, check_new_version};
use crate::wire::dependency::NewDependencyVersion;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl dependency build depend-websocket --npm ws@8 --runtime Node.js12.13\n  fgctl dependency build --requirements requirements.txt --runtime Python3.9 --to libraries.zip",
    group = clap::ArgGroup::new("packages").required(true)
)]
pub(in super::super) struct Build {
    /// Name of the dependency; may be left out with --to
    name: Option<String>,
    /// Package for npm, such as ws@8 (can be repeated)
    #[arg(long, value_name = "PACKAGE", group = "packages")]
    npm: Vec<String>,
    /// Folder with a package.json; its lock file is followed exactly
    #[arg(long, value_name = "DIR", group = "packages")]
    package_json: Option<PathBuf>,
    /// Requirement for pip, such as requests==2.32.3 (can be repeated)
    #[arg(long, value_name = "REQUIREMENT", group = "packages")]
    pip: Vec<String>,
    /// File of requirements for pip
    #[arg(long, value_name = "FILE", group = "packages")]
    requirements: Option<PathBuf>,
    /// Runtime that it is for, such as Node.js12.13 or Python3.9
    #[arg(long)]
    runtime: String,
    /// Write the ZIP to this file; without a name nothing is sent
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Let packages run programs on this machine: npm's install scripts, builds of Python's source distributions
    #[arg(long)]
    allow_scripts: bool,
    /// Add a version even if the dependency has an equal one
    #[arg(long)]
    force: bool,
    /// Description, at most 512 characters
    #[arg(long)]
    description: Option<String>,
}

impl Build {
    fn source(&self) -> BuildSource {
        match (&self.package_json, &self.requirements) {
            (Some(folder), _) => BuildSource::PackageJson(folder.clone()),
            (None, Some(file)) => BuildSource::Requirements(file.clone()),
            (None, None) if self.pip.is_empty() => BuildSource::Npm(self.npm.clone()),
            (None, None) => BuildSource::Pip(self.pip.clone()),
        }
    }

    /// What is to be created, if anything is.
    fn body(&self) -> Option<NewDependencyVersion> {
        Some(NewDependencyVersion {
            name: self.name.clone()?,
            runtime: self.runtime.clone(),
            description: self.description.clone(),
            ..NewDependencyVersion::default()
        })
    }
}

pub(super) async fn run(args: Build, context: &Context) -> Result<(), CommandError> {
    let input = BuildInput {
        source: args.source(),
        runtime: args.runtime.clone(),
        trusted: args.allow_scripts,
    };
    input.check()?;
    let body = args.body();
    if body.is_none() && args.to.is_none() {
        return Err(CommandError::usage(
            "the dependency needs a name, or the ZIP a file to go to: --to FILE",
        ));
    }
    // What can be refused is refused before npm and pip take their time.
    let app = match &body {
        Some(body) => {
            check_new_version(body)?;
            Some(context.app().await?)
        }
        None => None,
    };
    let built = input.build(&context.ui).await?;
    packed(&context.ui, &built.archive);
    if let Some(largest) = &built.largest {
        context.ui.warning(format_args!(
            "it is near the limit of 10 MB, or over it; most of it: {largest}"
        ));
    }
    if let Some(file) = &args.to {
        built.write(file)?;
        context.ui.status(format_args!("wrote {}", file.display()));
    }
    let (Some(body), Some(app)) = (body, app) else {
        let file = args.to.unwrap_or_default();
        context
            .ui
            .show(&packed_report(&built.archive, &file, ("etag", &built.etag)))?;
        return Ok(());
    };
    let (version, created) = app.create_built(body, (&built, args.force)).await?;
    let (number, name) = (version.version, &version.name);
    match created {
        true => context
            .ui
            .status(format_args!("created version {number} of the dependency {name}")),
        false => context.ui.status(format_args!(
            "version {number} of the dependency {name} is the same: nothing was sent (--force sends it all the same)"
        )),
    }
    context.ui.show(&report(&version))?;
    Ok(())
}
