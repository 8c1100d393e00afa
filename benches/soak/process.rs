//! Processes of this run, and what they hold.

use crate::Outcome;
use std::fs;
use std::process::{Command, Stdio};

/// Any program with PATH alone for an environment, silent.
#[expect(clippy::disallowed_methods, reason = "the layer `env` is not here")]
pub(crate) fn sealed(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What is resident of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 = line.ok_or("no VmRSS")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0)
}

/// How many files a process has open.
pub(crate) fn open_files(pid: u32) -> Outcome<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}
