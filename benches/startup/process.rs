//! Whole processes, timed from outside.

use crate::Outcome;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program that `cargo bench` built, with the profile of a release.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_fgctl");

/// fgctl with `home` and PATH alone for an environment.
pub(crate) fn fgctl(home: &Path) -> Command {
    sealed(PROGRAM.as_ref(), home)
}

/// Any program with `home` and PATH alone for an environment, silent.
#[expect(clippy::disallowed_methods, reason = "the layer `env` is not here")]
pub(crate) fn sealed(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// How long `command` takes from its start until it has ended, as a success.
pub(crate) fn timed(command: &mut Command) -> Outcome<Duration> {
    let began = Instant::now();
    let status = command.status()?;
    let took = began.elapsed();
    if status.success() {
        Ok(took)
    } else {
        Err(format!("{command:?} ended with {status}").into())
    }
}
