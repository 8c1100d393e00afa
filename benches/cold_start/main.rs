//! How much later the first connection to a function has its 101 than the function's own program would give it:
//! `cargo bench --bench cold_start`.
//!
//! Each time a new revision of the code is deployed to a local cloud, then a client connects to the gateway: the code is
//! unpacked, an instance starts, the function's program starts, the socket goes through. Beside it the same program,
//! started by hand, until it has answered the same handshake. A missed goal is said, and is no failure: machines differ.

mod cloud;
mod handshake;

use cloud::LocalCloud;
use std::error::Error;
use std::fmt::Display;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each is done; the first time does not count, as it fills the caches.
const ROUNDS: usize = 22;
/// At most so much later.
const GOAL: f64 = 30.0;
/// Where every function serves.
const FUNCTION_PORT: u16 = 8000;
/// The program that `cargo bench` built, with the profile of a release.
const FGCTL: &str = env!("CARGO_BIN_EXE_fgctl");

/// A function, and its program by itself.
struct Function {
    name: &'static str,
    /// Its code.
    folder: PathBuf,
    /// What its start file runs.
    program: Vec<String>,
}

fn main() -> Outcome<()> {
    // The tests' own lock: they need the port too.
    let lock = File::create(std::env::temp_dir().join("fgctl-tests-port-8000.lock"))?;
    lock.lock()?;
    if TcpListener::bind(("127.0.0.1", FUNCTION_PORT)).is_err() {
        say(format_args!(
            "MISSING: 127.0.0.1:{FUNCTION_PORT} is taken, so there are no figures"
        ));
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut functions = vec![compiled(folder.path())?];
    match node(folder.path()) {
        Ok(function) => functions.push(function),
        Err(error) => say(format_args!(
            "MISSING on this machine: Node.js with npm's package ws ({error})"
        )),
    }
    say(format_args!(
        "milliseconds to the 101, medians of {}, half of which lie within ()\n",
        ROUNDS - 1
    ));
    for isolation in ["auto", "off"] {
        for function in &functions {
            measure(function, isolation, folder.path())?;
        }
    }
    Ok(())
}

fn measure(function: &Function, isolation: &str, folder: &Path) -> Outcome<()> {
    let own = times(|_| function.start_alone())?;
    let cloud = LocalCloud::start(&folder.join(format!("{}-{isolation}", function.name)), isolation)?;
    let (address, is_isolated) = (cloud.deploy(&function.folder)?, cloud.is_isolated()?);
    let cold = times(|round| {
        fs::write(function.folder.join("revision"), format!("{round}\n"))?;
        cloud.update(&function.folder)?;
        let began = Instant::now();
        let socket = handshake::open(&address)?;
        let took = began.elapsed();
        handshake::close(socket)?;
        Ok(took)
    })?;
    let later = median(&cold) - median(&own);
    say(format_args!(
        "{:<9} {:<17} cold start {}, alone {}: {later:+.1} ms later (goal: at most +{GOAL}: {})",
        function.name,
        if is_isolated {
            "with isolation"
        } else {
            "without isolation"
        },
        shown(&cold),
        shown(&own),
        if later <= GOAL { "met" } else { "MISSED" },
    ));
    if isolation == "auto" && !is_isolated {
        say("MISSING on this machine: isolation, which the system refuses");
    }
    Ok(())
}

impl Function {
    /// How long its program takes, started by hand, until it has answered a handshake.
    fn start_alone(&self) -> Outcome<Duration> {
        let [program, arguments @ ..] = self.program.as_slice() else {
            return Err("there is no program".into());
        };
        let began = Instant::now();
        let mut process = sealed(program).args(arguments).current_dir(&self.folder).spawn()?;
        let opened = handshake::open_when_there(&format!("127.0.0.1:{FUNCTION_PORT}"), || {
            Ok(process.try_wait()?.is_none())
        });
        let took = began.elapsed();
        process.kill()?;
        process.wait()?;
        opened.map(|_| took)
    }
}

/// The demonstration's function.
fn compiled(folder: &Path) -> Outcome<Function> {
    let folder = folder.join("compiled");
    fs::create_dir(&folder)?;
    fs::write(
        folder.join("bootstrap"),
        format!("#!/bin/sh\nexec '{FGCTL}' demo-function\n"),
    )?;
    Ok(Function {
        name: "compiled",
        folder,
        program: [FGCTL, "demo-function"].map(str::to_owned).to_vec(),
    })
}

/// The demonstration's function for Node.js, with the package that it needs.
fn node(folder: &Path) -> Outcome<Function> {
    let folder = folder.join("node");
    fs::create_dir(&folder)?;
    fs::write(
        folder.join("bootstrap"),
        include_str!("../../examples/clock/node/bootstrap"),
    )?;
    fs::write(
        folder.join("index.js"),
        include_str!("../../examples/clock/node/index.js"),
    )?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--silent",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
    ]);
    let status = npm.args(["--prefix", ".", "ws@8"]).current_dir(&folder).status()?;
    if !status.success() {
        return Err(format!("npm ended with {status}").into());
    }
    Ok(Function {
        name: "Node.js",
        folder,
        program: ["node", "index.js"].map(str::to_owned).to_vec(),
    })
}

/// Times in milliseconds, after the first.
fn times(mut run: impl FnMut(usize) -> Outcome<Duration>) -> Outcome<Vec<f64>> {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        times.push(run(round)?.as_secs_f64() * 1000.0);
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn shown(sorted: &[f64]) -> String {
    let (low, high) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    format!("{:.1} ({low:.1} to {high:.1})", median(sorted))
}

/// Any program with PATH alone for an environment, silent.
#[expect(clippy::disallowed_methods, reason = "the layer `env` is not here")]
fn sealed(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl Display) {
    println!("{line}");
}
