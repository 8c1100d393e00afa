//! The upload of one file to the local cloud, by fgctl and by the official SDK for object storage, in turn:
//! `cargo bench --bench upload`.
//!
//! Both are timed from outside, from the start of the process until it says that the object is complete, so fgctl's own
//! checks of the archive count and Python's start does too; beside that the SDK's call alone, by its own clock. What is
//! missing on this machine is said to be missing.

use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The program that `cargo bench` built, with the profile of a release.
const PROGRAM: &str = env!("CARGO_BIN_EXE_fgctl");
/// What the SDK's process does.
const SCRIPT: &str = include_str!("upload.py");
/// The file's size in MiB.
const SIZE: usize = 200;
/// How many pairs count, after one that fills the caches.
const PAIRS: usize = 7;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let Some(python) = python()? else {
        say("missing on this machine: the official SDK in a virtual environment, which `cargo test` makes");
        return Ok(());
    };
    archive(&folder.path().join("large.zip"))?;
    let cloud = LocalCloud::start(folder.path())?;
    cloud.peer(&python, "bucket")?;
    say(format_args!(
        "{SIZE} MiB to the local cloud; medians of {PAIRS} pairs, taken in turn"
    ));
    for (how, name) in [("parts", "uploadFile, 4 tasks of 8 MiB"), ("whole", "putFile")] {
        let (mut ours, mut peer, mut call) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..=PAIRS {
            let (taken, (process, alone)) = (cloud.ours()?, cloud.peer(&python, how)?);
            if run > 0 {
                ours.push(taken);
                peer.push(process);
                call.push(alone);
            }
        }
        show(name, &ours, &peer);
        show(&format!("{name}, the call alone"), &ours, &call);
    }
    Ok(())
}

/// Shows our seconds beside the peer's.
fn show(name: &str, ours: &[f64], peer: &[f64]) {
    let ratios: Vec<f64> = ours.iter().zip(peer).map(|(ours, peer)| ours / peer).collect();
    let (ours, peer, ratio) = (median(ours.to_vec()), median(peer.to_vec()), median(ratios));
    let verdict = if ratio < 1.0 { "met" } else { "MISSED" };
    let speed = |seconds: f64| SIZE as f64 / seconds;
    say(format_args!(
        "fgctl {ours:.2} s ({:.0} MiB/s)  SDK, {name} {peer:.2} s ({:.0} MiB/s)  ratio {ratio:.2}  goal: faster: {verdict}",
        speed(ours),
        speed(peer)
    ));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A ZIP that no compression makes smaller.
fn archive(path: &Path) -> Outcome<()> {
    let mut zip = zip::ZipWriter::new(fs::File::create(path)?);
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("node_modules/large/data.bin", stored)?;
    let mut state = 1_u64;
    let mut chunk = vec![0_u8; 1024 * 1024];
    for _ in 0..SIZE {
        for word in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        zip.write_all(&chunk)?;
    }
    zip.finish()?.sync_all()?;
    Ok(())
}

/// The Python that the tests made, with the SDK.
fn python() -> Outcome<Option<PathBuf>> {
    for entry in fs::read_dir(env!("CARGO_TARGET_TMPDIR")).into_iter().flatten() {
        let python = entry?.path().join("venv/bin/python");
        let mut import = Command::new(&python);
        import
            .args(["-c", "import obs"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if python.exists() && import.status().is_ok_and(|status| status.success()) {
            return Ok(Some(python));
        }
    }
    Ok(None)
}

/// A local cloud in the background, which ends with this value.
struct LocalCloud {
    home: PathBuf,
    variables: BTreeMap<String, String>,
}

impl LocalCloud {
    fn start(home: &Path) -> Outcome<Self> {
        let mut cloud = Self {
            home: home.to_owned(),
            variables: BTreeMap::new(),
        };
        let up = ["local", "up", "--detach", "--port", "0", "--ingress-port", "0"];
        if !cloud.fgctl(&up).stdout(Stdio::null()).status()?.success() {
            return Err("the local cloud did not start".into());
        }
        let env = cloud.fgctl(&["local", "env", "--output", "json"]).output()?;
        let env: BTreeMap<String, Value> = serde_json::from_slice(&env.stdout)?;
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        cloud.variables = env.into_iter().filter_map(text).collect();
        Ok(cloud)
    }

    fn fgctl(&self, arguments: &[&str]) -> Command {
        let mut command = self.sealed(PROGRAM.as_ref());
        command.args(arguments);
        command
    }

    #[expect(clippy::disallowed_methods, reason = "the layer `env` is not here")]
    fn sealed(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(&self.variables)
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Seconds until fgctl says that the object is complete.
    fn ours(&self) -> Outcome<f64> {
        let mut create = self.fgctl(&["dependency", "create", "bench", "--runtime", "Node.js20.15"]);
        create.args(["--zip", "large.zip", "--bucket", "upload-bench"]);
        let began = Instant::now();
        let mut process = create.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut took = None;
        if let Some(stderr) = process.stderr.take() {
            for line in BufReader::new(stderr).lines() {
                if line?.contains(" sent of ") {
                    took = Some(began.elapsed().as_secs_f64());
                }
            }
        }
        match (process.wait()?.success(), took) {
            (true, Some(took)) => Ok(took),
            _ => Err("fgctl failed".into()),
        }
    }

    /// Seconds of the SDK's process, and of its call alone.
    fn peer(&self, python: &Path, how: &str) -> Outcome<(f64, f64)> {
        let began = Instant::now();
        let mut command = self.sealed(python);
        command.args(["-c", SCRIPT, how, "large.zip"]);
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let (mut whole, mut call) = (0.0, 0.0);
        if let Some(stdout) = process.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                whole = began.elapsed().as_secs_f64();
                call = line?.trim().parse()?;
            }
        }
        match process.wait()?.success() {
            true => Ok((whole, call)),
            false => Err("the SDK failed".into()),
        }
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        // What does not end here is told by the next start on its state.
        let _ = self.fgctl(&["local", "down"]).stdout(Stdio::null()).status();
    }
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
