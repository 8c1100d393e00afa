//! What a deploy takes where every request takes 50 ms more: `cargo bench --bench deploy`.
//!
//! The guide's stack beside its critical path; a deploy of 200 functions of which none has changed; the memory of the
//! plan of 1,000 functions. The critical path is read off the local cloud's own log of requests: the chain that leads
//! from the first request through the gateway's creation to the publication, 50 ms for each request in it that waits
//! for another, the gateway's own time, and the handshake.

use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The program that `cargo bench` built, with the profile of a release.
const PROGRAM: &str = env!("CARGO_BIN_EXE_fgctl");
/// What every request takes more.
const DELAY: Duration = Duration::from_millis(50);
/// What the gateway of the guide's stack takes.
const GATEWAY: Duration = Duration::from_secs(5);
/// How often each is taken.
const RUNS: usize = 5;
/// Requests of the guide's stack that wait for each other: the lists, what lists do not tell, the zones, the gateway, the
/// look that finds it running, the group, the trigger, its API read, changed and published.
const CHAIN: u32 = 10;

/// The guide's stack.
const GUIDE: &str = r#"
name = "guide"
[functions.WebSocket-demo]
code = "code"
websocket = true
dependencies = ["depend-websocket"]
[dependencies.depend-websocket]
runtime = "Node.js12.13"
zip = "d.zip"
[gateways.apig-ws]
vpc = "vpc-default"
subnet = "subnet-default"
security_group = "default"
[groups.APIGroup_ws]
[triggers.API_websocket_demo]
path = "/websocket_demo"
auth = "none"
"#;

fn main() -> Outcome<()> {
    guide()?;
    nothing_new(200)?;
    memory(1000)
}

/// Deploys the guide's stack, each time on a cloud of its own.
fn guide() -> Outcome<()> {
    let (mut took, mut opened) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let cloud = LocalCloud::start(&["--gateway-delay", &format!("{}ms", GATEWAY.as_millis())])?;
        cloud.code("code")?;
        zip(&cloud.path("d.zip"))?;
        fs::write(cloud.path("fgctl.toml"), GUIDE)?;
        cloud.slow()?;
        let begin = Instant::now();
        let events = cloud.run("deploy --yes --events ndjson")?;
        took.push(begin.elapsed().as_secs_f64());
        opened.push(opening(&events)?);
    }
    let path = (DELAY * CHAIN + GATEWAY).as_secs_f64() + median(opened);
    let took = median(took);
    say(format_args!(
        "the guide's stack: {took:.2} s, its critical path {path:.2} s ({CHAIN} requests, the gateway's {} s, the handshake): {:.2} times (goal: 1.2)",
        GATEWAY.as_secs(),
        took / path
    ));
    Ok(())
}

/// How long the URL took to open, as the events tell: from the last change to the proof.
fn opening(events: &str) -> Outcome<f64> {
    let events: Vec<Value> = events.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let at = |name: &str| -> Outcome<f64> {
        let event = events.iter().rev().find(|event| event["event"] == name);
        let time = event
            .and_then(|event| event["time"].as_str())
            .ok_or("an event is missing")?;
        let time: jiff::Timestamp = time.parse()?;
        Ok(time.as_microsecond() as f64 / 1e6)
    };
    Ok(at("proved")? - at("done")?)
}

/// Deploys `count` functions twice, and times the second run.
fn nothing_new(count: usize) -> Outcome<()> {
    let cloud = LocalCloud::start(&[])?;
    cloud.many(count)?;
    cloud.run("deploy --yes --no-verify -q")?;
    cloud.slow()?;
    let before = cloud.requests()?;
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        cloud.run("deploy --no-verify -q")?;
        took.push(begin.elapsed().as_secs_f64());
    }
    let requests = (cloud.requests()? - before) / RUNS;
    say(format_args!(
        "a deploy of {count} functions, none changed: {:.2} s (goal: 2), {requests} requests: one a function and {} more (goal: 15)",
        median(took),
        requests.saturating_sub(count)
    ));
    Ok(())
}

/// The most memory that the plan of `count` functions takes.
fn memory(count: usize) -> Outcome<()> {
    let cloud = LocalCloud::start(&[])?;
    cloud.many(count)?;
    let Some(fresh) = peak(&mut cloud.command("plan -q"))? else {
        say("missing on this machine: GNU time, for the memory of a plan");
        return Ok(());
    };
    // A project has 400 functions at most: the plan of as many that are there is the other end.
    let there = LocalCloud::start(&[])?;
    there.many(400)?;
    there.run("deploy --yes --no-verify -q")?;
    let kept = peak(&mut there.command("plan -q"))?.unwrap_or_default();
    say(format_args!(
        "the plan of {count} new functions: {fresh:.0} MB; of 400 that are there: {kept:.0} MB (goal: 200)"
    ));
    Ok(())
}

/// The most memory that `command` had, in MB; nothing where GNU time is missing.
fn peak(command: &mut Command) -> Outcome<Option<f64>> {
    let mut timed = Command::new("/usr/bin/time");
    timed
        .args(["-f", "%M"])
        .arg(command.get_program())
        .args(command.get_args());
    timed.env_clear();
    timed.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    let Ok(output) = timed.stdout(Stdio::null()).stderr(Stdio::piped()).output() else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let kibibytes: f64 = said.lines().last().unwrap_or_default().trim().parse()?;
    Ok(Some(kibibytes / 1024.0))
}

fn zip(path: &Path) -> Outcome<()> {
    let mut zip = zip::ZipWriter::new(fs::File::create(path)?);
    zip.start_file("a.js", zip::write::SimpleFileOptions::default())?;
    zip.write_all(b"1")?;
    zip.finish()?;
    Ok(())
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "figures are what this program is for")]
fn say(text: impl std::fmt::Display) {
    // Nobody reads them: nothing is lost.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A local cloud in a home of its own, which ends with this value.
struct LocalCloud {
    home: tempfile::TempDir,
    process: std::process::Child,
    variables: BTreeMap<String, String>,
}

impl LocalCloud {
    fn start(options: &[&str]) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        let mut command = bare(home.path(), &[]);
        command.args(["local", "up", "--announce", "--port", "0", "--ingress-port", "0"]);
        if options.is_empty() {
            command.args(["--gateway-delay", "0ms"]);
        }
        let mut process = command
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().ok_or("the local cloud has no stdout")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let output = bare(home.path(), &["local", "env", "-o", "json"]).output()?;
        let variables = serde_json::from_slice(&output.stdout)?;
        Ok(Self {
            home,
            process,
            variables,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, line: &str) -> Command {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = bare(self.home.path(), &words);
        command.envs(&self.variables);
        command
    }

    /// Runs `line`, which has to succeed, and answers what it wrote.
    fn run(&self, line: &str) -> Outcome<String> {
        let output = self.command(line).output()?;
        if !output.status.success() {
            return Err(format!("fgctl {line}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Every request takes longer from now on.
    fn slow(&self) -> Outcome<()> {
        let delay = format!("{}ms", DELAY.as_millis());
        let words = ["local", "fault", "add", "ANY /v*", "--delay", &delay];
        let status = bare(self.home.path(), &words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        match status.success() {
            true => Ok(()),
            false => Err("the fault cannot be set".into()),
        }
    }

    /// How many requests met the fault.
    fn requests(&self) -> Outcome<usize> {
        let faults: Value = serde_json::from_str(&self.run("local fault list -o json")?)?;
        Ok(faults[0]["met"]
            .as_u64()
            .and_then(|met| usize::try_from(met).ok())
            .unwrap_or_default())
    }

    /// A folder of code that serves WebSocket.
    fn code(&self, name: &str) -> Outcome<()> {
        let folder = self.path(name);
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join("bootstrap"),
            format!("#!/bin/sh\nexec '{PROGRAM}' demo-function\n"),
        )?;
        Ok(())
    }

    /// A manifest of `count` functions.
    fn many(&self, count: usize) -> Outcome<()> {
        let mut manifest = "name = \"many\"\n".to_owned();
        for number in 0..count {
            manifest.push_str(&format!(
                "[functions.f{number}]\ncode = \"code\"\nwebsocket = true\nenv = {{ A = \"{number}\" }}\n"
            ));
        }
        fs::write(self.path("fgctl.toml"), manifest)?;
        self.code("code")
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        // It is this run's own, and what it kept is a temporary folder.
        let _ = bare(self.home.path(), &["local", "down"]).output();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program with a cleared environment and a home of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's own layers are not this program's"
)]
fn bare(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(words).env_clear().current_dir(home).stdin(Stdio::null());
    command
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}
