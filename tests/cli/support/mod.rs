//! A sealed world for each test: a cleared environment, a home of its own, a local cloud of its own on any port.

mod fixture;
mod proxy;
#[cfg(unix)]
mod terminal;
mod tools;

pub(crate) use fixture::{Cloud, Deployed, function_folder, http_function, zip_names, zip_of};
pub(crate) use proxy::{Proxy, Stop};
pub(crate) use tools::{node_with_ws, python, say_skipped, sdk_script, skip, skipped};

use serde_json::Value;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A home folder and nothing else of the developer's world.
pub(crate) struct World {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
    /// The program and the user who runs it, where it is not the test's own.
    #[cfg(unix)]
    other_user: Option<(PathBuf, u32)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            #[cfg(unix)]
            other_user: None,
        }
    }

    /// The world of the user `nobody`, with a copy of the program in its home. Only root can make one.
    #[cfg(unix)]
    pub(crate) fn of_nobody() -> Self {
        const NOBODY: u32 = 65534;
        let mut world = Self::new();
        let program = world.path("fgctl");
        // Not written by this process: a child that another test forks meanwhile would hold the file, and keep it busy.
        let mut copy = Command::new("cp");
        assert!(
            copy.arg(env!("CARGO_BIN_EXE_fgctl"))
                .arg(&program)
                .status()
                .unwrap()
                .success()
        );
        std::os::unix::fs::chown(world.home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        world.other_user = Some((program, NOBODY));
        world
    }

    /// A folder of this world.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The program that its commands run.
    pub(crate) fn program(&self) -> PathBuf {
        #[cfg(unix)]
        if let Some((program, _)) = &self.other_user {
            return program.clone();
        }
        PathBuf::from(env!("CARGO_BIN_EXE_fgctl"))
    }

    /// Sets a variable for the commands that follow.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Lets npm and pip reach their registries as on this machine: their settings, and the system's proxies and
    /// authorities.
    pub(crate) fn keep_npm_settings(&mut self) {
        let npm = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("npm_config_")
                || name.starts_with("pip_")
                || name.ends_with("_proxy")
                || name.contains("cert")
        };
        for (name, value) in std::env::vars().filter(|(name, _)| npm(name)) {
            self.set(&name, &value);
        }
    }

    /// The program with these arguments, ready to run: a cleared environment, no terminal, the home as the folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fgctl"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        #[cfg(unix)]
        if let Some((program, user)) = &self.other_user {
            use std::os::unix::process::CommandExt;
            let mut other = Command::new(program);
            other.args(command.get_args()).env_clear().uid(*user).gid(*user);
            other.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            other.current_dir(self.home.path()).stdin(Stdio::null());
            command = other;
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end.
    #[must_use = "look at the status"]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs a line as a person would type it; words are split at spaces.
    #[must_use = "look at the status"]
    pub(crate) fn fgctl(&self, line: &str) -> Run {
        self.run(line.split_whitespace())
    }

    /// Runs a line with this text on stdin.
    pub(crate) fn typed(&self, line: &str, text: &str) -> Run {
        let mut process = self
            .command(line.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        Run::of(process.wait_with_output().unwrap())
    }

    /// Runs a line while no file may grow: what a full disk does to whoever writes.
    #[cfg(unix)]
    pub(crate) fn full(&self, line: &str) -> Run {
        let shell = format!("trap '' XFSZ; ulimit -f 0; exec '{}' {line}", self.program().display());
        let template = self.command(["x"]);
        let mut limited = Command::new("sh");
        limited.args(["-c", &shell]).env_clear();
        limited.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited.current_dir(template.get_current_dir().unwrap_or(Path::new(".")));
        Run::of(limited.output().unwrap())
    }

    /// Runs a line that has to succeed, and reads its JSON.
    pub(crate) fn json(&self, line: &str) -> Value {
        self.fgctl(&format!("{line} -o json")).success().json()
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It has succeeded.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        assert_eq!(
            self.status, 0,
            "it failed\nstdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// It has failed with this exit status, saying each of these texts on stderr and nothing on stdout.
    #[track_caller]
    pub(crate) fn failure(self, status: i32, texts: &[&str]) -> Self {
        assert_eq!(
            self.status, status,
            "\nstdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        assert_eq!(self.stdout, "", "a failure has no data");
        self.says(texts)
    }

    /// It says each of these texts on stderr.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "`{text}` is not in\n{}", self.stderr);
        }
        self
    }

    /// Its data.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Holds 127.0.0.1:8000 for the tests that run a function: without namespaces there is but one, on the whole machine.
pub(crate) struct FunctionPort(#[expect(dead_code, reason = "held, not read")] File);

impl FunctionPort {
    pub(crate) fn hold() -> Self {
        let file = File::create(std::env::temp_dir().join("fgctl-tests-port-8000.lock")).unwrap();
        file.lock().unwrap();
        Self(file)
    }

    /// The same, where functions of `cloud` are not each on a machine of its own.
    pub(crate) fn hold_for(cloud: &Cloud) -> Option<Self> {
        (cloud.json("local status")["isolation"] != "namespaces").then(Self::hold)
    }
}

/// The folder of this project.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
