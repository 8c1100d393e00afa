//! The function that the demonstration deploys: its code, and the dependency that it needs.

use super::{DemoError, Kind};
use crate::package;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// How often the built-in function says the time, in milliseconds.
const INTERVAL: &str = "300";

/// The built-in function's start file: what it runs comes with the dependency.
const BOOTSTRAP: &str = "#!/bin/sh\nexec /bin/sh \"$RUNTIME_CODE_ROOT/lib/server\"\n";
/// The built-in function's dependency: the server is this very program.
const SERVER: &str = "exec \"$FGCTL_BINARY\" demo-function\n";

/// The files of the function, ready to deploy.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) code: PathBuf,
    pub(super) dependency: PathBuf,
    pub(super) runtime: &'static str,
    pub(super) variables: Vec<(String, String)>,
}

impl Sample {
    /// Writes the files below `folder`.
    pub(super) async fn write(kind: Kind, folder: &Path) -> Result<Self, DemoError> {
        let code = folder.join("code");
        let libraries = folder.join("dependency");
        fs::create_dir_all(&code)?;
        fs::create_dir_all(&libraries)?;
        let (runtime, variables) = match kind {
            Kind::BuiltIn => built_in(&code, &libraries)?,
            Kind::Node => node(&code, &libraries).await?,
        };
        let dependency = folder.join("dependency.zip");
        fs::write(&dependency, package::pack(&libraries)?.bytes)?;
        Ok(Self {
            code,
            dependency,
            runtime,
            variables,
        })
    }
}

type Parts = (&'static str, Vec<(String, String)>);

fn built_in(code: &Path, libraries: &Path) -> io::Result<Parts> {
    executable(&code.join("bootstrap"), BOOTSTRAP)?;
    fs::create_dir(libraries.join("lib"))?;
    fs::write(libraries.join("lib/server"), SERVER)?;
    let binary = std::env::current_exe()?.display().to_string();
    Ok((
        "Custom",
        vec![
            ("FGCTL_BINARY".to_owned(), binary),
            ("INTERVAL_MS".to_owned(), INTERVAL.to_owned()),
        ],
    ))
}

async fn node(code: &Path, libraries: &Path) -> Result<Parts, DemoError> {
    executable(
        &code.join("bootstrap"),
        include_str!("../../../examples/clock/node/bootstrap"),
    )?;
    fs::write(
        code.join("index.js"),
        include_str!("../../../examples/clock/node/index.js"),
    )?;
    program("node", &["--version"], libraries).await?;
    program(
        "npm",
        &[
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--prefix",
            ".",
            "ws@8",
        ],
        libraries,
    )
    .await?;
    Ok(("Node.js20.15", Vec::new()))
}

/// Runs a program of this machine in `folder` to its end.
async fn program(name: &str, arguments: &[&str], folder: &Path) -> Result<(), DemoError> {
    let command = format!("{name} {}", arguments.join(" "));
    let output = Command::new(name)
        .args(arguments)
        .current_dir(folder)
        .kill_on_drop(true)
        .output()
        .await;
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(DemoError::Program {
            text: format!(
                "`{command}` failed ({}): {}",
                output.status,
                String::from_utf8_lossy(&output.stderr).trim()
            ),
            hint: "the demonstration without Node.js needs nothing but this program: fgctl demo".to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(DemoError::Program {
            text: format!("`demo --node` needs `{name}`, and this machine's PATH has none"),
            hint: "install Node.js (it brings npm), or run the demonstration without it: fgctl demo".to_owned(),
        }),
        Err(error) => Err(error.into()),
    }
}

fn executable(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
