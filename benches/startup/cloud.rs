//! A local cloud of this run's own.

use crate::Outcome;
use crate::process::{fgctl, timed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A local cloud in the background, which ends with this value.
pub(crate) struct LocalCloud {
    home: PathBuf,
    state: PathBuf,
}

/// Memory in MiB, as the kernel tells it.
pub(crate) struct Memory {
    /// What is resident now.
    pub(crate) resident: f64,
    /// The most that was resident at any time.
    pub(crate) peak: f64,
}

impl LocalCloud {
    /// Starts one on the state `name` in `home`, and tells how long that took until it had answered.
    pub(crate) fn start(home: &Path, name: &str) -> Outcome<(Duration, Self)> {
        let state = home.join(name);
        let mut command = fgctl(home);
        command.args(["local", "up", "--detach", "--port", "0", "--ingress-port", "0"]);
        let took = timed(command.arg("--state").arg(&state))?;
        let home = home.to_owned();
        Ok((took, Self { home, state }))
    }

    /// The home of the processes that work with it.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// What `name` is in the file by which it is found.
    pub(crate) fn runtime(&self, name: &str) -> Outcome<Value> {
        let file: Value = serde_json::from_slice(&fs::read(self.state.join("runtime.json"))?)?;
        Ok(file[name].clone())
    }

    /// `command` aimed at it.
    pub(crate) fn aim<'a>(&self, command: &'a mut Command) -> Outcome<&'a mut Command> {
        let mut env = fgctl(&self.home);
        env.args(["local", "env", "--output", "json", "--state"])
            .arg(&self.state);
        let output = env.stdout(Stdio::piped()).output()?;
        let variables: BTreeMap<String, String> = serde_json::from_slice(&output.stdout)?;
        Ok(command.envs(variables))
    }

    /// Its memory; nothing where there is no `/proc`.
    pub(crate) fn memory(&self) -> Outcome<Option<Memory>> {
        let Ok(status) = fs::read_to_string(format!("/proc/{}/status", self.runtime("pid")?)) else {
            return Ok(None);
        };
        let mebibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kibibytes / 1024.0)
        };
        let memory = mebibytes("VmRSS:").zip(mebibytes("VmHWM:"));
        Ok(memory.map(|(resident, peak)| Memory { resident, peak }))
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        // What does not end here is told by the next start on its state.
        let _ = timed(fgctl(&self.home).args(["local", "down", "--state"]).arg(&self.state));
    }
}
