//! What others need for the same.

use crate::Outcome;
use crate::cloud::LocalCloud;
use crate::process::sealed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Fetches the official SDK when the tests have not.
const FETCH: &str = "FGCTL_BENCH_SDK";
/// What the SDK's process does.
const LIST: &str = include_str!("list.py");

/// The smallest program, as the compiler of this machine makes it; nothing where there is none.
pub(crate) fn hello(folder: &Path) -> Outcome<Option<Command>> {
    let (source, program) = (folder.join("hello.rs"), folder.join("hello"));
    fs::write(&source, "fn main() { println!(\"hello\"); }\n")?;
    let mut rustc = Command::new("rustc");
    rustc.arg("-O").arg("-o").arg(&program).arg(&source);
    match rustc.status() {
        Ok(status) if status.success() => Ok(Some(sealed(&program, folder))),
        _ => Ok(None),
    }
}

/// curl, fetching an answer of about the same size from the same server; nothing where there is none.
pub(crate) fn curl(cloud: &LocalCloud) -> Outcome<Option<Command>> {
    if !found("curl") {
        return Ok(None);
    }
    let token = cloud.runtime("admin_token")?;
    let mut curl = sealed("curl".as_ref(), cloud.home());
    curl.args(["--silent", "--fail", "--header"])
        .arg(format!("authorization: Bearer {}", token.as_str().unwrap_or_default()))
        .arg(format!("http://127.0.0.1:{}/_local/status", cloud.runtime("port")?));
    Ok(Some(curl))
}

/// One process of the official SDK that lists the functions; nothing where it is missing.
pub(crate) fn sdk(cloud: &LocalCloud) -> Outcome<Option<Command>> {
    let Some(python) = python()? else {
        return Ok(None);
    };
    let mut sdk = sealed(&python, cloud.home());
    cloud.aim(sdk.args(["-c", LIST]))?;
    Ok(Some(sdk))
}

/// A Python with the SDK: the tests' own, or one that is made here when that is asked for.
#[expect(clippy::disallowed_methods, reason = "the layer `env` is not here")]
fn python() -> Outcome<Option<PathBuf>> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let python = |folder: &Path| folder.join("venv/bin/python");
    let whole = |folder: &PathBuf| folder.join("complete").exists() && python(folder).exists();
    let named = |folder: &PathBuf| {
        folder
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"sdk-"))
    };
    let folders: Vec<PathBuf> = fs::read_dir(root)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    if let Some(folder) = folders.iter().find(|folder| named(folder) && whole(folder)) {
        return Ok(Some(python(folder)));
    }
    if std::env::var_os(FETCH).is_none() || !found("python3") {
        return Ok(None);
    }
    let folder = root.join("sdk-bench");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    let packages = ["huaweicloudsdkcore==3.1.219", "huaweicloudsdkfunctiongraph==3.1.219"];
    succeed(
        Command::new(folder.join("venv/bin/pip"))
            .args(["install", "--quiet"])
            .args(packages),
    )?;
    fs::write(folder.join("complete"), "")?;
    Ok(Some(python(&folder)))
}

fn succeed(command: &mut Command) -> Outcome<()> {
    let status = command.status()?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{command:?} ended with {status}").into())
}

fn found(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
