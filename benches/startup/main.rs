//! Start-up figures of the whole tool, each beside its peer, in one run: `cargo bench --bench startup`.
//!
//! Whole processes are timed from outside, ours and the peer's in turn, because a machine's speed drifts. What is
//! missing on this machine is said to be missing. A missed goal is said, and is no failure: machines differ.

mod cloud;
mod figure;
mod machine;
mod peers;
mod process;

use cloud::LocalCloud;
use figure::{Figure, Pairs};
use process::{fgctl, timed};
use std::error::Error;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// Where every function serves.
const FUNCTION_PORT: u16 = 8000;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    figure::say(machine::line());
    figure::say(
        "medians of whole processes' times; a ratio is the median of the pairs' own, half of which lie within ()\n",
    );
    version(folder.path())?;
    list(folder.path())?;
    starts(folder.path())?;
    demo(folder.path())?;
    size()
}

fn version(folder: &Path) -> Outcome<()> {
    let Some(mut hello) = peers::hello(folder)? else {
        figure::missing("`rustc`, which makes the peer of `fgctl --version`");
        return Ok(());
    };
    let mut ours = fgctl(folder);
    ours.arg("--version");
    let pairs = Pairs::take(100, || timed(&mut ours), || timed(&mut hello))?;
    pairs.show("fgctl --version", "hello world in Rust");
    figure::judge(pairs.ratio(), Figure::Ratio(2.0));
    Ok(())
}

/// One signed request, and what others need for one.
fn list(folder: &Path) -> Outcome<()> {
    let name = "fgctl function list";
    let (_, cloud) = LocalCloud::start(folder, "listed")?;
    let mut ours = fgctl(folder);
    cloud.aim(ours.args(["function", "list"]))?;
    match peers::curl(&cloud)? {
        Some(mut curl) => {
            let pairs = Pairs::take(100, || timed(&mut ours), || timed(&mut curl))?;
            pairs.show(name, "curl, one answer");
            figure::judge(pairs.ours(), Figure::Milliseconds(3.0));
        }
        None => figure::missing("`curl`"),
    }
    match peers::sdk(&cloud)? {
        Some(mut sdk) => {
            // Each after a run of its own kind: neither meets caches that are full of the other.
            let pairs = Pairs::take(20, || second(&mut ours), || second(&mut sdk))?;
            pairs.show(name, "official Python SDK");
            figure::judge(pairs.ratio(), Figure::Ratio(1.0 / 60.0));
            let pairs = Pairs::take(20, || timed(&mut ours), || timed(&mut sdk))?;
            pairs.show("the same, caches cold", "official Python SDK");
        }
        None => figure::missing("the official Python SDK; FGCTL_BENCH_SDK=1 fetches it with pip"),
    }
    match cloud.memory()? {
        Some(memory) => memory_is("local cloud's memory in use", &[memory.resident]),
        None => figure::missing("`/proc`, which tells a process's memory"),
    }
    Ok(())
}

/// The time of the second of two runs.
fn second(command: &mut Command) -> Outcome<Duration> {
    timed(command)?;
    timed(command)
}

/// A first start makes the state, keys and all; a warm one finds it. Both until the local cloud has answered.
fn starts(folder: &Path) -> Outcome<()> {
    let (mut resident, mut peak, mut count) = (Vec::new(), Vec::new(), 0);
    let first = || {
        count += 1;
        LocalCloud::start(folder, &format!("new-{count}")).map(|(took, _)| took)
    };
    let warm = || {
        let (took, cloud) = LocalCloud::start(folder, "listed")?;
        if let Some(memory) = cloud.memory()? {
            resident.push(memory.resident);
            peak.push(memory.peak);
        }
        Ok(took)
    };
    let pairs = Pairs::take(40, first, warm)?;
    pairs.show("fgctl local up, first start", "warm start");
    figure::judge(pairs.ours(), Figure::Milliseconds(25.0));
    figure::show("fgctl local up, warm start", pairs.peer(), 40);
    figure::judge(pairs.peer(), Figure::Milliseconds(15.0));
    if !resident.is_empty() {
        memory_is("local cloud's memory, idle", &resident);
        memory_is("local cloud's memory, peak", &peak);
    }
    Ok(())
}

fn memory_is(name: &str, mebibytes: &[f64]) {
    let memory = Figure::Mebibytes(figure::median(mebibytes));
    figure::show(name, memory, mebibytes.len());
    figure::judge(memory, Figure::Mebibytes(13.0));
}

fn demo(folder: &Path) -> Outcome<()> {
    // The tests' own lock: they need the port too.
    let lock = File::create(std::env::temp_dir().join("fgctl-tests-port-8000.lock"))?;
    lock.lock()?;
    if TcpListener::bind(("127.0.0.1", FUNCTION_PORT)).is_err() {
        figure::missing(format_args!(
            "127.0.0.1:{FUNCTION_PORT}, which `fgctl demo` needs: it is taken"
        ));
        return Ok(());
    }
    let mut ours = fgctl(folder);
    ours.arg("demo");
    let took = figure::times(20, || timed(&mut ours))?;
    let took = Figure::Milliseconds(figure::median(&took));
    figure::show("fgctl demo", took, 20);
    figure::judge(took, Figure::Milliseconds(1000.0));
    Ok(())
}

fn size() -> Outcome<()> {
    let bytes = fs::metadata(process::PROGRAM)?.len();
    let size = Figure::Mebibytes(bytes as f64 / (1024.0 * 1024.0));
    figure::show("size of the program", size, 1);
    figure::judge(size, Figure::Mebibytes(12.0));
    Ok(())
}
