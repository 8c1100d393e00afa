//! The local cloud's gateway beside nginx and HAProxy, as WebSocket proxies to one and the same function:
//! `cargo bench --bench ingress`.
//!
//! The proxies are measured in turn, round by round; each has one processor, and clients and function have another.
//! Arguments after `--` choose what is measured (`messages`, `latency`, `frames`, `opening`, `memory`), and a number is
//! that of the rounds. A missed goal is said, and is no failure: machines differ. Nothing is measured where the peers or
//! 127.0.0.1:8000 are missing. Linux only: memory and processors are read from /proc.

#[expect(dead_code, reason = "the cold start alone needs all of it")]
#[path = "../cold_start/cloud.rs"]
mod cloud;
mod echo;
mod frame;
mod load;
mod peers;
mod processor;
mod series;

use cloud::LocalCloud;
use load::{Door, SMALL, Socket};
use peers::{Peer, Tuning};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;
use series::{Series, judge};
use std::error::Error;
use std::fmt::Display;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each is measured, unless an argument says otherwise.
const ROUNDS: usize = 21;
/// Where every function serves.
const FUNCTION: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
/// The program that `cargo bench` built, with the profile of a release.
const FGCTL: &str = env!("CARGO_BIN_EXE_fgctl");
/// How many sockets have one message in flight each.
const BUSY: usize = 16;
/// How many sockets are idle.
const IDLE: usize = 5000;
/// More files than a proxy has open without any socket.
const OWN_FILES: usize = 60;
/// A large message, in bytes.
const LARGE: usize = 64 * 1024;

/// A proxy under measurement.
struct Proxy {
    name: &'static str,
    pid: u32,
    plain: Door,
    encrypted: Door,
    _running: Running,
}

impl Proxy {
    /// Closes sockets, and waits until the proxy has let go of them: whoever is measured next has the processors.
    fn close(&self, sockets: Vec<Socket>) -> Outcome<()> {
        let began = Instant::now();
        drop(sockets);
        while processor::open_files(self.pid)? > OWN_FILES {
            if began.elapsed() > Duration::from_secs(20) {
                return Err(format!("{} does not close its sockets", self.name).into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

/// What ends with its value.
enum Running {
    Cloud(#[expect(dead_code, reason = "held, not read")] LocalCloud),
    Peer(#[expect(dead_code, reason = "held, not read")] Peer),
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    if let [mode, address] = arguments.as_slice()
        && mode == "echo"
    {
        return echo::run(address);
    }
    // The tests' own lock: they need the port too.
    let lock = File::create(std::env::temp_dir().join("fgctl-tests-port-8000.lock"))?;
    lock.lock()?;
    if let Some(missing) = missing() {
        say(format_args!(
            "MISSING on this machine: {missing}, so there are no figures"
        ));
        return Ok(());
    }
    raise_open_files()?;
    processor::pin(processor::OTHERS)?;
    let folder = tempfile::tempdir()?;
    let rounds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(ROUNDS);
    let chosen: Vec<&String> = arguments
        .iter()
        .filter(|argument| argument.parse::<usize>().is_err())
        .collect();
    let wants = |part: &str| chosen.is_empty() || chosen.iter().any(|name| *name == part);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if wants("memory") {
        for encrypted in [false, true] {
            // Fresh ones: memory that was used before counts for nobody.
            let folder = folder.path().join(if encrypted { "wss" } else { "ws" });
            let proxies = start(&folder, Tuning::Small)?;
            runtime.block_on(memory(&proxies, encrypted))?;
        }
    }
    if ["messages", "latency", "opening"].into_iter().any(&wants) {
        let proxies = start(&folder.path().join("small"), Tuning::Small)?;
        runtime.block_on(async {
            if wants("messages") {
                messages(&proxies, rounds, SMALL).await?;
            }
            if wants("latency") {
                latency(&proxies, rounds).await?;
            }
            if wants("opening") {
                opening(&proxies, rounds).await?;
            }
            Outcome::Ok(())
        })?;
    }
    if wants("frames") {
        let proxies = start(&folder.path().join("large"), Tuning::Large)?;
        runtime.block_on(messages(&proxies, rounds, LARGE))?;
    }
    Ok(())
}

/// What keeps this machine from figures.
fn missing() -> Option<String> {
    for program in ["nginx", "haproxy"] {
        match peers::version(program) {
            Ok(version) => say(version),
            Err(_) => return Some(format!("{program} (Debian's packages are `nginx-light` and `haproxy`)")),
        }
    }
    let taken = TcpListener::bind(FUNCTION).is_err();
    let few = std::thread::available_parallelism().map_or(true, |count| count.get() < 2);
    match (taken, few) {
        (true, _) => Some(format!("{FUNCTION}, which is taken")),
        (_, true) => Some("a second processor".to_owned()),
        _ => None,
    }
}

#[cfg(unix)]
fn raise_open_files() -> Outcome<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

#[cfg(not(unix))]
fn raise_open_files() -> Outcome<()> {
    Ok(())
}

/// All three, ours first, each in front of the same function.
fn start(folder: &Path, tuning: Tuning) -> Outcome<[Proxy; 3]> {
    fs::create_dir(folder)?;
    let ours = ours(folder)?;
    let certificate = peers::certificate(folder)?;
    let peer = |name, peer: Peer| -> Outcome<Proxy> {
        Ok(Proxy {
            name,
            pid: peer.pid(),
            plain: Door {
                address: peer.plain,
                tls: None,
            },
            encrypted: Door {
                address: peer.encrypted,
                tls: Some(load::trusting(certificate.clone())?),
            },
            _running: Running::Peer(peer),
        })
    };
    Ok([
        ours,
        peer("nginx", peers::nginx(folder, FUNCTION, tuning)?)?,
        peer("HAProxy", peers::haproxy(folder, FUNCTION, tuning)?)?,
    ])
}

fn ours(folder: &Path) -> Outcome<Proxy> {
    let code = folder.join("code");
    fs::create_dir(&code)?;
    let program = std::env::current_exe()?;
    fs::write(
        code.join("bootstrap"),
        format!("#!/bin/sh\nexec '{}' echo {FUNCTION}\n", program.display()),
    )?;
    let cloud = processor::on(processor::PROXY, || LocalCloud::start(&folder.join("home"), "off"))?;
    let address = cloud.deploy(&code)?.parse()?;
    last(&cloud)?;
    let status: Value = serde_json::from_str(&cloud.run(&["local", "status", "-o", "json"])?)?;
    let variables: Value = serde_json::from_str(&cloud.run(&["local", "env", "-o", "json"])?)?;
    let authority = variables["FGCTL_CA_FILE"].as_str().ok_or("no FGCTL_CA_FILE")?;
    let authority = CertificateDer::from_pem_file(authority)?;
    let pid = status["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
    Ok(Proxy {
        name: "fgctl",
        pid: pid.ok_or("no process id")?,
        plain: Door { address, tls: None },
        encrypted: Door {
            address,
            tls: Some(load::trusting(authority)?),
        },
        _running: Running::Cloud(cloud),
    })
}

/// Lets sockets of the deployed function live as long as the cloud lets any, quiet or not.
fn last(cloud: &LocalCloud) -> Outcome<()> {
    for line in [
        &["gateway", "feature", "set", "apig-ws", "backend_timeout", "600000"][..],
        &[
            "api",
            "update",
            "API_cold",
            "--gateway",
            "apig-ws",
            "--timeout",
            "600000",
            "--protocol",
            "both",
        ],
        &["api", "publish", "API_cold", "--gateway", "apig-ws"],
        &["function", "update", "cold", "--timeout", "900"],
    ] {
        cloud.run(line)?;
    }
    Ok(())
}

/// The order of a round: another one begins each time.
fn turns(round: usize) -> impl Iterator<Item = usize> {
    (0..3).map(move |place| (round + place) % 3)
}

/// Messages a second, one in flight on each of some sockets, and what each costs the proxy.
async fn messages(proxies: &[Proxy; 3], rounds: usize, size: usize) -> Outcome<()> {
    const WARM: Duration = Duration::from_millis(100);
    const TIME: Duration = Duration::from_millis(700);
    let (mut rates, mut costs) = ([(); 3].map(|()| Series::default()), [(); 3].map(|()| Series::default()));
    for round in 0..=rounds {
        for at in turns(round) {
            let proxy = &proxies[at];
            let (sockets, _) = proxy.plain.open_all(BUSY).await?;
            let (sockets, _) = load::exchange(sockets, size, WARM).await?;
            let before = processor::worked(proxy.pid)?;
            let (sockets, rate) = load::exchange(sockets, size, TIME).await?;
            let worked = (processor::worked(proxy.pid)? - before) as f64 * 1e4;
            proxy.close(sockets)?;
            // The first round fills the caches.
            if round > 0 {
                rates[at].0.push(rate);
                costs[at].0.push(worked / (rate * TIME.as_secs_f64()));
            }
        }
    }
    say(format_args!(
        "{BUSY} sockets, one message of {size} bytes in flight on each:"
    ));
    for (at, proxy) in proxies.iter().enumerate() {
        say(format_args!(
            "  {:<8} {:>8.0} messages/s, {:>6.2} µs of its processor a message{}",
            proxy.name,
            rates[at].median(),
            costs[at].median(),
            beside(at, |other| rates[0].by(&rates[other])),
        ));
    }
    let better = if rates[1].median() > rates[2].median() { 1 } else { 2 };
    let ratio = rates[0].by(&rates[better]).median;
    judge("at least 1.0 of the better one", ratio >= 1.0);
    Ok(())
}

/// What a proxy adds to the way of one message there and back.
async fn latency(proxies: &[Proxy; 3], rounds: usize) -> Outcome<()> {
    const MESSAGES: usize = 4000;
    let direct = Door {
        address: FUNCTION,
        tls: None,
    };
    let mut added = [(); 3].map(|()| Series::default());
    for round in 0..rounds {
        let alone = load::round_trip(direct.open().await?, MESSAGES).await?;
        for at in turns(round) {
            let through = load::round_trip(proxies[at].plain.open().await?, MESSAGES).await?;
            added[at].0.push(through - alone);
        }
    }
    say("one socket, what is added to a round trip:");
    for (at, proxy) in proxies.iter().enumerate() {
        let (name, median) = (proxy.name, added[at].median());
        let more = match at {
            0 => String::new(),
            _ => format!(", fgctl adds {} µs more", added[0].over(&added[at])),
        };
        say(format_args!("  {name:<8} {median:>6.2} µs{more}"));
    }
    let met = [1, 2].iter().all(|at| added[0].over(&added[*at]).median <= 0.0);
    judge("at most theirs", met);
    Ok(())
}

/// How long it takes to open many sockets in series.
async fn opening(proxies: &[Proxy; 3], rounds: usize) -> Outcome<()> {
    let mut times = [(); 3].map(|()| Series::default());
    for round in 0..rounds {
        for at in turns(round) {
            let (sockets, time) = proxies[at].plain.open_all(IDLE).await?;
            proxies[at].close(sockets)?;
            times[at].0.push(time.as_secs_f64() * 1e3);
        }
    }
    say(format_args!("opening {IDLE} sockets one after the other:"));
    for (at, proxy) in proxies.iter().enumerate() {
        say(format_args!(
            "  {:<8} {:>8.0} ms{}",
            proxy.name,
            times[at].median(),
            beside(at, |other| times[0].by(&times[other])),
        ));
    }
    judge("at most HAProxy's time", times[0].by(&times[2]).median <= 1.0);
    Ok(())
}

/// What an idle socket costs.
async fn memory(proxies: &[Proxy; 3], encrypted: bool) -> Outcome<()> {
    let mut costs = Vec::new();
    for proxy in proxies {
        let door = if encrypted { &proxy.encrypted } else { &proxy.plain };
        // The function is started, and what comes once has come.
        proxy.close(door.open_all(BUSY).await?.0)?;
        let before = processor::resident(proxy.pid)?;
        let (sockets, _): (Vec<Socket>, _) = door.open_all(IDLE).await?;
        let after = processor::resident(proxy.pid)?;
        costs.push(after.saturating_sub(before) as f64 / IDLE as f64);
        proxy.close(sockets)?;
    }
    let (scheme, most) = if encrypted { ("wss", 9.0) } else { ("ws", 4.0) };
    say(format_args!("memory of an idle socket of {IDLE}, {scheme}://:"));
    for (proxy, cost) in proxies.iter().zip(&costs) {
        say(format_args!("  {:<8} {cost:>6.2} KiB", proxy.name));
    }
    let met = costs[0] <= most && (!encrypted || costs[0] < costs[1].min(costs[2]));
    judge(
        format_args!(
            "at most {most:.1} KiB{}",
            if encrypted { ", and less than theirs" } else { "" }
        ),
        met,
    );
    Ok(())
}

/// Ours beside the one at `at`.
fn beside(at: usize, ratio: impl Fn(usize) -> series::Middle) -> String {
    match at {
        0 => String::new(),
        _ => format!(", fgctl has {} of it", ratio(at)),
    }
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
