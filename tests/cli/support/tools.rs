//! Other people's programs: found where they are, fetched where their package manager is, else skipped loudly.

use super::{Cloud, project};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Set by CI: a test that cannot find what it needs fails instead of being skipped.
const ALL: &str = "FGCTL_TEST_ALL";

/// Says that a test is skipped, and why; fails where nothing may be skipped.
#[track_caller]
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os(ALL).is_none(),
        "{ALL} is set, so this may not be skipped: {why}"
    );
    say_skipped(why);
}

/// Says that a test is skipped for want of something that no package manager has.
pub(crate) fn say_skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Whether `tool` is missing, saying so.
#[track_caller]
pub(crate) fn skipped(tool: &str) -> bool {
    let found = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return false;
    }
    skip(&format!("this machine has no `{tool}`"));
    true
}

/// A folder that outlives a test run, prepared once by whoever comes first.
fn prepared(name: &str, prepare: impl FnOnce(&Path)) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(root.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let folder = root.join(name);
    let complete = folder.join("complete");
    if !complete.exists() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        prepare(&folder);
        File::create(complete).unwrap();
    }
    folder
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?} failed: {said}");
}

/// A folder with the package `ws` in `node_modules`, from npm.
#[track_caller]
pub(crate) fn node_with_ws() -> Option<PathBuf> {
    if skipped("node") || skipped("npm") {
        return None;
    }
    Some(prepared("ws-8", |folder| {
        run(npm(folder).args(["install", "--no-audit", "--no-fund", "--no-package-lock", "ws@8.18.3"]));
    }))
}

/// npm in `folder`.
fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["--prefix", "."]);
    command
}

/// A Python with these packages, from pip.
#[track_caller]
pub(crate) fn python(name: &str, packages: &[&str]) -> Option<PathBuf> {
    if skipped("python3") {
        return None;
    }
    let folder = prepared(name, |folder| {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")));
        run(Command::new(folder.join("venv/bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(packages));
    });
    Some(folder.join("venv/bin/python"))
}

/// The vendor's own SDKs, pinned, as `tests/sdk/requirements.txt` lists them.
const SDKS: &str = include_str!("../../sdk/requirements.txt");

/// `script` of `tests/sdk`, ready to run by a Python that has the vendor's SDKs, against the running `cloud`.
#[track_caller]
pub(crate) fn sdk_script(cloud: &Cloud, script: &str) -> Option<Command> {
    let packages: Vec<&str> = SDKS.lines().filter(|line| !line.is_empty()).collect();
    let digest = packages
        .join(" ")
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte));
    let mut command = Command::new(python(&format!("sdk-{digest:08x}"), &packages)?);
    command.arg(project().join("tests/sdk").join(script));
    for (name, value) in cloud.json("local env").as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    let id = |list: &str| cloud.json(list)[0]["id"].as_str().unwrap().to_owned();
    let network = ["vpc list", "subnet list", "security-group list"].map(id).join(" ");
    command.env("NETWORK", network);
    Some(command)
}
