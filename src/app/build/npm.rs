//! npm: `node_modules/` at the root, as the service wants it for Node.js.

use super::super::AppError;
use super::{Program, temporary};
use crate::package::PackageError;
use crate::ui::Ui;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const NPM: Program = Program {
    name: "npm",
    install: "install Node.js, which brings npm: https://nodejs.org, or your system's packages `nodejs` and `npm`",
};
/// Older ones write this machine's paths into the packages.
const OLDEST: u32 = 7;
/// What of a project decides what is installed, and how.
const PROJECT: [&str; 4] = ["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"];
/// Where functions run, whatever this machine is; nothing is told of the system's libraries, so the usual ones.
const PLATFORM: [&str; 3] = ["--os=linux", "--cpu=x64", "--libc=glibc"];

/// What is to be installed.
pub(super) enum What<'a> {
    Packages(&'a [String]),
    /// The folder of a `package.json`.
    Folder(&'a Path),
}

/// Installs it below `folder`, of which nothing but `node_modules` is left. Install scripts run where that is asked.
///
/// # Errors
/// There is no npm, or it fails.
pub(super) async fn install(what: What<'_>, folder: &Path, (scripts, ui): (bool, &Ui)) -> Result<(), AppError> {
    check_version(folder).await?;
    let mut arguments = Vec::new();
    let mut packages: &[String] = &[];
    let label = match what {
        What::Packages(names) => {
            fs::write(folder.join("package.json"), "{\"private\": true}\n").map_err(temporary)?;
            arguments.push("install");
            packages = names;
            format!("npm install {}", names.join(" "))
        }
        What::Folder(from) => {
            arguments.push(if copy(from, folder)? { "ci" } else { "install" });
            format!("npm {} of {}", arguments[0], from.display())
        }
    };
    arguments.extend(["--omit=dev", "--no-audit", "--no-fund", "--no-save"]);
    arguments.extend(PLATFORM);
    arguments.extend((!scripts).then_some("--ignore-scripts"));
    // What follows is a package, whatever it begins with.
    arguments.push("--");
    let arguments: Vec<String> = arguments
        .into_iter()
        .map(str::to_owned)
        .chain(packages.iter().cloned())
        .collect();
    let step = ui.step(label);
    NPM.run(&arguments, folder).await?;
    step.done("");
    clean(folder).map_err(temporary)
}

async fn check_version(folder: &Path) -> Result<(), AppError> {
    let version = NPM.run(&["--version".to_owned()], folder).await?;
    let major = version.trim().split('.').next().and_then(|major| major.parse().ok());
    match major.is_none_or(|major: u32| major >= OLDEST) {
        true => Ok(()),
        false => {
            let text = format!("npm {} writes this machine's paths into packages", version.trim());
            Err(AppError::refused(
                text,
                &["npm 7 or newer is needed: npm install --global npm@latest"],
            ))
        }
    }
}

/// Copies what npm needs of a project, and says whether it has a lock file.
fn copy(from: &Path, to: &Path) -> Result<bool, AppError> {
    let mut locked = false;
    for name in PROJECT {
        let path = from.join(name);
        match fs::copy(&path, to.join(name)) {
            Ok(_) => locked |= name.ends_with("lock.json") || name.ends_with("shrinkwrap.json"),
            Err(error) if error.kind() == ErrorKind::NotFound && name != PROJECT[0] => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(PackageError::Missing { path }.into()),
            Err(source) => return Err(PackageError::Read { path, source }.into()),
        }
    }
    Ok(locked)
}

/// Leaves `node_modules` alone, without npm's own record and the links to packages' programs, which no function runs.
fn clean(folder: &Path) -> std::io::Result<()> {
    for name in PROJECT {
        super::program::remove(&folder.join(name))?;
    }
    let modules = folder.join("node_modules");
    super::program::remove(&modules.join(".package-lock.json"))?;
    remove_programs(&modules)
}

/// Removes each `.bin`, however deep.
fn remove_programs(modules: &Path) -> std::io::Result<()> {
    if !modules.is_dir() {
        return Ok(());
    }
    super::program::remove(&modules.join(".bin"))?;
    for entry in fs::read_dir(modules)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        match entry.file_name().to_string_lossy().starts_with('@') {
            true => remove_programs(&entry.path())?,
            false => remove_programs(&entry.path().join("node_modules"))?,
        }
    }
    Ok(())
}
