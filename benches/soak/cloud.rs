//! A local cloud of this run's own, with a function whose program is the echo server here.

use crate::Outcome;
use crate::process::sealed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program that `cargo bench` built, with the profile of a release.
const FGCTL: &str = env!("CARGO_BIN_EXE_fgctl");
/// The function.
const FUNCTION: &str = "echo";
/// Its API.
const API: &str = "API_echo";
/// Its group.
const GROUP: &str = "APIGroup_ws";
/// Their gateway.
const GATEWAY: &str = "apig-ws";

/// A local cloud in the background, which ends with this value.
pub(crate) struct LocalCloud {
    home: PathBuf,
    variables: BTreeMap<String, String>,
}

impl LocalCloud {
    /// Starts one with its state in `home`.
    pub(crate) fn start(home: &Path) -> Outcome<Self> {
        fs::create_dir(home)?;
        let mut cloud = Self {
            home: home.to_owned(),
            variables: BTreeMap::new(),
        };
        let state = home.join("state").display().to_string();
        cloud.run(&[
            "local",
            "up",
            "--detach",
            "--port",
            "0",
            "--ingress-port",
            "0",
            "--gateway-delay",
            "0ms",
            "--state",
            &state,
        ])?;
        let variables = cloud.run(&["local", "env", "-o", "json", "--state", &state])?;
        cloud.variables = serde_json::from_str(&variables)?;
        Ok(cloud)
    }

    /// Deploys `bootstrap` as a function that takes thousands of sockets, and tells where its gateway listens. A silent
    /// socket lives ten minutes.
    pub(crate) fn deploy(&self, bootstrap: &str) -> Outcome<SocketAddr> {
        let code = self.home.join("code");
        fs::create_dir(&code)?;
        fs::write(code.join("bootstrap"), bootstrap)?;
        let code = code.display().to_string();
        let network = [
            "--vpc",
            "vpc-default",
            "--subnet",
            "subnet-default",
            "--security-group",
            "default",
        ];
        self.run(&[&["gateway", "create", GATEWAY, "--yes", "--wait"], &network[..]].concat())?;
        for line in [
            &["gateway", "feature", "set", GATEWAY, "backend_timeout", "600000"][..],
            &["group", "create", GROUP, "--gateway", GATEWAY],
            &[
                "function",
                "create",
                FUNCTION,
                "--timeout",
                "900",
                "--concurrency",
                "1000",
                "--max-instances",
                "10",
                "--code",
                &code,
            ],
            &["websocket", "enable", FUNCTION],
            &[
                "trigger",
                "create",
                API,
                "--function",
                FUNCTION,
                "--gateway",
                GATEWAY,
                "--group",
                GROUP,
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
                API,
                "--gateway",
                GATEWAY,
                "--network-architecture",
                "v2",
                "--timeout",
                "600000",
                "--protocol",
                "both",
            ],
            &["api", "publish", API, "--gateway", GATEWAY],
        ] {
            self.run(line)?;
        }
        let status: Value = serde_json::from_str(&self.status()?)?;
        let mut groups = status["groups"].as_array().into_iter().flatten();
        let group = groups.find(|group| group["name"] == GROUP);
        let port = group
            .and_then(|group| group["port"].as_u64())
            .ok_or("the group has no port")?;
        Ok((Ipv4Addr::LOCALHOST, u16::try_from(port)?).into())
    }

    /// Whether each instance has a machine of its own.
    pub(crate) fn is_isolated(&self) -> Outcome<bool> {
        let status: Value = serde_json::from_str(&self.status()?)?;
        Ok(status["isolation"] == "namespaces")
    }

    /// What `name` is in the file by which it is found.
    pub(crate) fn runtime(&self, name: &str) -> Outcome<Value> {
        let file: Value = serde_json::from_slice(&fs::read(self.home.join("state/runtime.json"))?)?;
        Ok(file[name].clone())
    }

    fn status(&self) -> Outcome<String> {
        let state = self.home.join("state").display().to_string();
        self.run(&["local", "status", "-o", "json", "--state", &state])
    }

    /// Runs fgctl, and tells what it wrote.
    fn run(&self, arguments: &[&str]) -> Outcome<String> {
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
        let state = self.home.join("state").display().to_string();
        let _ = self.run(&["local", "down", "--state", &state]);
    }
}
