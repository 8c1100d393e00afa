//! How fast the control plane answers: `cargo bench --bench control`.
//!
//! A list of 20 functions, each request signed and each signature verified, beside the same list of `moto_server`,
//! a stand-in for another cloud, in one run with one load tool, `wrk`. Then what 10,000 functions cost. What is missing on
//! this machine is said to be missing. A missed goal is said, and is no failure: machines differ.

#[path = "../startup/cloud.rs"]
mod cloud;
mod load;
#[path = "../startup/machine.rs"]
mod machine;
mod many;
mod moto;
#[path = "../startup/process.rs"]
mod process;
mod signature;

use cloud::LocalCloud;
use load::Load;
use process::{fgctl, timed};
use serde_json::Value;
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::path::Path;

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The folder of the local cloud's state.
const STATE: &str = "listed";
/// How many functions are listed.
const LISTED: usize = 20;
/// By how much the control plane is to be faster than `moto_server`.
const RATIO: f64 = 50.0;
/// The most that the slowest hundredth of the requests may take, in milliseconds.
const SLOWEST: f64 = 5.0;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    say(machine::line());
    let (_, cloud) = LocalCloud::start(folder.path(), STATE)?;
    create(&cloud)?;
    say(format_args!("memory with {LISTED} functions: {}", memory(&cloud)?));
    if load::found() {
        beside_moto(&cloud)?;
    } else {
        missing("`wrk`, the load tool: a package of the system");
    }
    many::figures(&cloud)
}

/// Creates the functions that are listed.
fn create(cloud: &LocalCloud) -> Outcome<()> {
    let code = cloud.home().join("code");
    fs::create_dir(&code)?;
    fs::write(code.join("bootstrap"), "#!/bin/sh\n")?;
    for number in 0..LISTED {
        let mut command = fgctl(cloud.home());
        command
            .args(["function", "create", &format!("function-{number}"), "--code"])
            .arg(&code);
        timed(cloud.aim(&mut command)?)?;
    }
    Ok(())
}

fn beside_moto(cloud: &LocalCloud) -> Outcome<()> {
    let ours = Load::on(&url(cloud)?, &signature::headers(cloud, "")?)?;
    ours.show("fgctl local up");
    goal(ours.slowest <= SLOWEST, format_args!("99 % within {SLOWEST} ms"));
    let Some(moto) = moto::Moto::start(cloud.home())? else {
        return Ok(());
    };
    let theirs = Load::on(&moto.url(), &moto.headers())?;
    theirs.show("moto_server");
    let ratio = ours.requests / theirs.requests;
    say(format_args!("    {ratio:.1} times as many"));
    goal(ratio >= RATIO, format_args!("{RATIO} times"));
    let again = Load::on(&url(cloud)?, &signature::headers(cloud, "")?)?;
    again.show("fgctl local up, again");
    Ok(())
}

fn url(cloud: &LocalCloud) -> Outcome<String> {
    Ok(format!("http://{}{}", signature::host(cloud)?, signature::path(cloud)?))
}

/// What the file by which the local cloud is found says of `name`, as text.
fn told(cloud: &LocalCloud, name: &str) -> Outcome<String> {
    Ok(match cloud.runtime(name)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

fn memory(cloud: &LocalCloud) -> Outcome<String> {
    Ok(match cloud.memory()? {
        Some(memory) => format!("{:.1} MiB, at most {:.1} MiB so far", memory.resident, memory.peak),
        None => "not told on this machine, which has no /proc".to_owned(),
    })
}

fn goal(met: bool, what: impl Display) {
    say(format_args!("    goal: {what}: {}", if met { "met" } else { "MISSED" }));
}

/// Says that a figure cannot be had here.
fn missing(what: impl Display) {
    say(format_args!("MISSING on this machine: {what}"));
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl Display) {
    println!("{line}");
}

/// Whether `program` is there.
fn is_there(program: impl AsRef<Path>, argument: &str) -> bool {
    let mut command = std::process::Command::new(program.as_ref());
    command
        .arg(argument)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    command.status().is_ok()
}
