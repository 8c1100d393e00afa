//! How fast a tree like `node_modules` is packed, beside `zip` and Python's zipfile, in one run:
//! `cargo bench --bench pack`.
//!
//! Whole processes are timed from outside, in turn, because a machine's speed drifts. Where others use the machine too, a
//! peer on one core suffers less than we on all: their load, and the processor time of each, are said beside the time.
//! What is missing on this machine is said to be missing. A missed goal is said, and is no failure: machines differ.

mod tree;

use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use tree::Tree;

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The size of the tree.
const BYTES: u64 = 200 * 1000 * 1000;
/// How often each packs it; the first time does not count, as it fills the caches.
const ROUNDS: usize = 8;
/// At most so much of a peer's time.
const TIME_GOAL: f64 = 1.0 / 3.0;
/// At most so much of a peer's archive.
const SIZE_GOAL: f64 = 1.03;
/// The program that `cargo bench` built, with the profile of a release.
const FGCTL: &str = env!("CARGO_BIN_EXE_fgctl");
/// What Python's zipfile is told: level 6, as `zip` has it, and sorted names, as every careful script does it.
const ZIPFILE: &str = r"
import os, sys, zipfile
root, to = sys.argv[1:]
with zipfile.ZipFile(to, 'w', zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            archive.write(path, os.path.relpath(path, root))
";

/// One that packs.
struct Packer {
    name: &'static str,
    command: Command,
    archive: PathBuf,
    seconds: Vec<f64>,
    processor: Vec<f64>,
}

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("tree");
    let tree = tree::grow(&root, BYTES)?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let megabytes = tree.bytes as f64 / 1e6;
    say(format_args!(
        "{} files, {megabytes:.0} MB, {cores} cores; medians of {} whole processes\n",
        tree.files,
        ROUNDS - 1
    ));
    let mut packers = vec![fgctl(&root, folder.path())];
    packers.extend(found("zip", "-v").then(|| zip(&root, folder.path())));
    packers.extend(found("python3", "--version").then(|| zipfile(&root, folder.path())));
    for round in 0..ROUNDS {
        for packer in &mut packers {
            let (seconds, processor) = packer.run()?;
            if round > 0 {
                packer.seconds.push(seconds);
                packer.processor.push(processor);
            }
        }
    }
    say(format_args!(
        "load of the machine in the last minute, ours included: {}",
        load()
    ));
    show(&packers, &tree)
}

impl Packer {
    /// Packs once, and tells how long that took, and how long all cores worked for it.
    fn run(&mut self) -> Outcome<(f64, f64)> {
        let _ = fs::remove_file(&self.archive);
        let (worked, began) = (processor_seconds(), Instant::now());
        let status = self.command.status()?;
        match status.success() {
            true => Ok((began.elapsed().as_secs_f64(), processor_seconds() - worked)),
            false => Err(format!("{:?} ended with {status}", self.command).into()),
        }
    }

    fn size(&self) -> Outcome<f64> {
        Ok(fs::metadata(&self.archive)?.len() as f64)
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The processor time of all processes that this one has waited for; nothing where there is no `/proc`.
fn processor_seconds() -> f64 {
    /// The kernel's unit in such files, on every platform that has them.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in parentheses, may hold anything; the 14th and 15th field after it are the children's.
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, fields)| fields)
        .split_whitespace();
    let ticks = fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

/// How many processes wanted a core in the last minute.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn show(packers: &[Packer], tree: &Tree) -> Outcome<()> {
    let megabytes = tree.bytes as f64 / 1e6;
    for packer in packers {
        let (seconds, processor, size) = (median(&packer.seconds), median(&packer.processor), packer.size()?);
        say(format_args!(
            "{:<18} {seconds:>6.2} s ({processor:.2} s of processor) {:>8.0} files/s {:>6.0} MB/s, {:>6.2} MB, {:.3} of the tree",
            packer.name,
            tree.files as f64 / seconds,
            megabytes / seconds,
            size / 1e6,
            size / tree.bytes as f64,
        ));
    }
    say("");
    let (ours, peers) = packers.split_first().ok_or("there is no packer")?;
    for peer in peers {
        let (time, size) = (
            median(&ours.seconds) / median(&peer.seconds),
            ours.size()? / peer.size()?,
        );
        say(format_args!(
            "beside {}: {:.2} times as fast (goal 3: {}), archive {:+.2} % (goal at most +3: {})",
            peer.name,
            1.0 / time,
            verdict(time, TIME_GOAL),
            (size - 1.0) * 100.0,
            verdict(size, SIZE_GOAL),
        ));
    }
    for name in ["zip -r -6", "Python's zipfile"] {
        if !peers.iter().any(|peer| peer.name == name) {
            say(format_args!(
                "MISSING on this machine: {name}, so its figures are not here"
            ));
        }
    }
    Ok(())
}

fn verdict(value: f64, goal: f64) -> &'static str {
    if value <= goal { "met" } else { "MISSED" }
}

fn fgctl(root: &Path, folder: &Path) -> Packer {
    let archive = folder.join("fgctl.zip");
    let mut command = silent(FGCTL);
    command
        .args(["function", "code", "pack", "--type", "event", "--code"])
        .arg(root);
    command.arg("--to").arg(&archive);
    packer("fgctl", command, archive)
}

fn zip(root: &Path, folder: &Path) -> Packer {
    let archive = folder.join("zip.zip");
    let mut command = silent("zip");
    command
        .args(["-q", "-r", "-6"])
        .arg(&archive)
        .arg(".")
        .current_dir(root);
    packer("zip -r -6", command, archive)
}

fn zipfile(root: &Path, folder: &Path) -> Packer {
    let archive = folder.join("zipfile.zip");
    let mut command = silent("python3");
    command.args(["-c", ZIPFILE]).arg(root).arg(&archive);
    packer("Python's zipfile", command, archive)
}

fn packer(name: &'static str, command: Command, archive: PathBuf) -> Packer {
    Packer {
        name,
        command,
        archive,
        seconds: Vec::new(),
        processor: Vec::new(),
    }
}

fn silent(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn found(program: &str, version: &str) -> bool {
    silent(program)
        .arg(version)
        .status()
        .is_ok_and(|status| status.success())
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl Display) {
    println!("{line}");
}
