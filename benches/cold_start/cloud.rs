//! A local cloud of this run's own, and the guide's steps on it.

use crate::{FGCTL, Outcome, sealed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The function that is deployed.
const NAME: &str = "cold";

/// A local cloud in the background, which ends with this value.
pub(crate) struct LocalCloud {
    home: PathBuf,
    variables: BTreeMap<String, String>,
}

impl LocalCloud {
    /// Starts one with its state in `home`.
    pub(crate) fn start(home: &Path, isolation: &str) -> Outcome<Self> {
        fs::create_dir(home)?;
        let mut cloud = Self {
            home: home.to_owned(),
            variables: BTreeMap::new(),
        };
        let ports = [
            "--detach",
            "--port",
            "0",
            "--ingress-port",
            "0",
            "--gateway-delay",
            "0ms",
        ];
        cloud.run(&[&["local", "up", "--isolation", isolation], &ports[..]].concat())?;
        cloud.variables = serde_json::from_str(&cloud.run(&["local", "env", "-o", "json"])?)?;
        Ok(cloud)
    }

    /// Whether each instance has a machine of its own.
    pub(crate) fn is_isolated(&self) -> Outcome<bool> {
        let status: Value = serde_json::from_str(&self.run(&["local", "status", "-o", "json"])?)?;
        Ok(status["isolation"] == "namespaces")
    }

    /// Deploys `code` as a function with WebSocket on, and tells where its gateway listens.
    pub(crate) fn deploy(&self, code: &Path) -> Outcome<String> {
        let code = code.display().to_string();
        for line in [
            &[
                "gateway",
                "create",
                "apig-ws",
                "--vpc",
                "vpc-default",
                "--subnet",
                "subnet-default",
                "--security-group",
                "default",
                "--yes",
                "--wait",
            ][..],
            &["group", "create", "APIGroup_ws", "--gateway", "apig-ws"],
            &["function", "create", NAME, "--timeout", "60", "--code", &code],
            &["websocket", "enable", NAME],
            &[
                "trigger",
                "create",
                "API_cold",
                "--function",
                NAME,
                "--gateway",
                "apig-ws",
                "--group",
                "APIGroup_ws",
                "--auth",
                "none",
                "--protocol",
                "http",
                "--path",
                "/websocket_demo",
            ],
            &[
                "api",
                "update",
                "API_cold",
                "--gateway",
                "apig-ws",
                "--network-architecture",
                "v2",
            ],
            &["api", "publish", "API_cold", "--gateway", "apig-ws"],
        ] {
            self.run(line)?;
        }
        let url = self.run(&["trigger", "url", NAME])?;
        let address = url.split('/').nth(2).ok_or("the URL has no address")?;
        Ok(address.to_owned())
    }

    /// Replaces the function's code.
    pub(crate) fn update(&self, code: &Path) -> Outcome<()> {
        let code = code.display().to_string();
        self.run(&["function", "code", "update", NAME, "--code", &code])
            .map(drop)
    }

    /// Runs fgctl, and tells what it wrote.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome<String> {
        let mut command: Command = sealed(FGCTL);
        command.args(arguments).env("HOME", &self.home).envs(&self.variables);
        let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?),
            false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        // What does not end here is told by the next start.
        let _ = self.run(&["local", "down"]);
    }
}
