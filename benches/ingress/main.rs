//! The local cloud's ingress as a WebSocket proxy, beside nginx and HAProxy: `cargo bench --bench ingress`.
//!
//! All three stand before the same echo server, each alone on the second core; clients and echo server share the first.
//! Runs are taken in turn, and ratios pair by pair. A missed goal is said, and is no failure: machines differ.

#[path = "../soak/client.rs"]
mod client;
#[path = "../soak/cloud.rs"]
mod cloud;
#[path = "../soak/echo.rs"]
mod echo;
mod figure;
mod peers;
mod pinned;
#[path = "../soak/process.rs"]
mod process;

use client::{Address, Message, Socket, open_in_series, rate};
use cloud::LocalCloud;
use figure::{Ratio, median, verdict};
use peers::{Peer, Tuning};
use pinned::{Running, pin};
use process::{open_files, resident, sealed};
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_rustls::TlsConnector;

/// What goes wrong ends the run: without it there are no figures.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each figure is taken of each.
const ROUNDS: usize = 21;
/// How long a run of a rate lasts.
const RUN: Duration = Duration::from_millis(400);
/// Connections with one message each in flight.
const BUSY: usize = 16;
/// A small message, and a large frame.
const SMALL: usize = 32;
const LARGE: usize = 64 * 1024;
/// Idle connections.
const IDLE: usize = 5000;
/// The cores of the clients and the echo server, and of the proxy.
const CLIENTS: usize = 0;
const PROXY: usize = 1;

/// Something that stands before the echo server.
struct Proxy {
    name: &'static str,
    pid: u32,
    plain: Address,
    encrypted: Address,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, port] = arguments.as_slice()
        && word == "echo"
    {
        pin(CLIENTS);
        return echo::serve(port.parse()?);
    }
    for program in ["nginx", "haproxy"] {
        match peers::version(program) {
            Ok(version) => say(version),
            Err(error) => {
                say(format_args!(
                    "MISSING on this machine: {program} ({error}); there are no figures"
                ));
                return Ok(());
            }
        }
    }
    pin(CLIENTS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let certificate = certificate(folder.path())?;
    let port = peers::free_port()?;
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or("the path of this program is no text")?;
    let _echo = Running(sealed(program).args(["echo", &port.to_string()]).spawn()?);
    let echo = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let direct = Address {
        address: echo,
        tls: None,
    };
    answers(echo)?;
    {
        let world = World::start(&folder.path().join("1"), echo, &certificate, Tuning::Small)?;
        if !world.cloud.is_isolated()? {
            say("MISSING on this machine: isolation, without which one instance takes at most 1000 sockets");
            return Ok(());
        }
        // Before there are more instances than one: each proxy has one server behind it.
        rates("16 connections, 32 bytes", &world.proxies, SMALL).await?;
        round_trips(&world.proxies, &direct).await?;
        memory("ws", &world.proxies, |proxy| &proxy.plain).await?;
        openings(&world.proxies).await?;
    }
    let world = World::start(&folder.path().join("2"), echo, &certificate, Tuning::Large)?;
    rates("16 connections, 64 KB frames", &world.proxies, LARGE).await?;
    memory("wss", &world.proxies, |proxy| &proxy.encrypted).await
}

/// The three proxies, ours first.
struct World {
    proxies: Vec<Proxy>,
    cloud: LocalCloud,
    _peers: Vec<Peer>,
}

impl World {
    fn start(folder: &Path, echo: SocketAddr, certificate: &CertificateDer<'static>, tuning: Tuning) -> Outcome<Self> {
        fs::create_dir(folder)?;
        fs::copy(folder.with_file_name("pair.pem"), folder.join("pair.pem"))?;
        pin(PROXY);
        let started = Self::start_pinned(folder, echo, certificate, tuning);
        pin(CLIENTS);
        started
    }

    fn start_pinned(
        folder: &Path,
        echo: SocketAddr,
        certificate: &CertificateDer<'static>,
        tuning: Tuning,
    ) -> Outcome<Self> {
        let cloud = LocalCloud::start(&folder.join("cloud"))?;
        let program = std::env::current_exe()?;
        let address = cloud.deploy(&format!("#!/bin/sh\nexec '{}' echo 8000\n", program.display()))?;
        let pid = cloud.runtime("pid")?.as_u64().ok_or("the local cloud has no process")?;
        let authority = cloud.runtime("ca_file")?;
        let authority = CertificateDer::from_pem_file(authority.as_str().ok_or("the local cloud has no CA")?)?;
        let ours = proxy(
            ("fgctl", u32::try_from(pid)?),
            (address, address),
            client::trusting(authority)?,
        );
        let peers = vec![
            peers::nginx(folder, echo, tuning)?,
            peers::haproxy(folder, echo, tuning)?,
        ];
        let mut proxies = vec![ours];
        for peer in &peers {
            answers(peer.plain)?;
            let trusted = client::trusting(certificate.clone())?;
            proxies.push(proxy((peer.name, peer.pid), (peer.plain, peer.encrypted), trusted));
        }
        Ok(Self {
            proxies,
            cloud,
            _peers: peers,
        })
    }
}

fn proxy((name, pid): (&'static str, u32), (plain, encrypted): (SocketAddr, SocketAddr), tls: TlsConnector) -> Proxy {
    let plain = Address {
        address: plain,
        tls: None,
    };
    let encrypted = Address {
        address: encrypted,
        tls: Some(tls),
    };
    Proxy {
        name,
        pid,
        plain,
        encrypted,
    }
}

/// A certificate for `localhost`, which with its key is `pair.pem` of `folder`.
fn certificate(folder: &Path) -> Outcome<CertificateDer<'static>> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.self_signed(&key)?;
    fs::write(
        folder.join("pair.pem"),
        format!("{}{}", certificate.pem(), key.serialize_pem()),
    )?;
    Ok(certificate.der().clone())
}

/// Waits until somebody listens at `address`.
fn answers(address: SocketAddr) -> Outcome<()> {
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > Duration::from_secs(10) {
            return Err(format!("nobody listens at {address}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// Memory of an idle connection, once in fresh processes.
async fn memory(kind: &str, proxies: &[Proxy], address: fn(&Proxy) -> &Address) -> Outcome<()> {
    let mut held = Vec::new();
    for proxy in proxies {
        // What is made with the first connection is no connection's own.
        drop(Socket::open(address(proxy)).await?);
        let before = resident(proxy.pid)?;
        let (sockets, _) = open_in_series(address(proxy), IDLE).await?;
        held.push((resident(proxy.pid)? - before) / IDLE as f64 / 1024.0);
        close(proxy, sockets)?;
    }
    let [ours, nginx, haproxy] = held[..] else {
        return Err("there are not three proxies".into());
    };
    let (goal, met) = match kind {
        "ws" => ("at most 4.0 KB", ours <= 4.0),
        _ => ("at most 9 KB, and below both", ours <= 9.0 && ours < nginx.min(haproxy)),
    };
    say(format_args!(
        "{kind}, memory of an idle connection at {IDLE}: fgctl {ours:.1} KB, nginx {nginx:.1}, HAProxy {haproxy:.1} \
         (goal: {goal}: {})",
        verdict(met)
    ));
    Ok(())
}

/// Closes `sockets` and waits until the proxy has let go of them.
fn close(proxy: &Proxy, sockets: Vec<Socket>) -> Outcome<()> {
    let began = Instant::now();
    drop(sockets);
    while open_files(proxy.pid)? > 100 {
        if began.elapsed() > Duration::from_secs(20) {
            return Err(format!("{} does not close", proxy.name).into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Messages a second.
async fn rates(name: &str, proxies: &[Proxy], length: usize) -> Outcome<()> {
    let mut figures = vec![Vec::new(); proxies.len()];
    for round in 0..=ROUNDS {
        for at in turn(round, proxies.len()) {
            let figure = rate(&proxies[at].plain, BUSY, Message::of(length), RUN).await?;
            // The first round fills the caches.
            if round > 0 {
                figures[at].push(figure);
            }
        }
    }
    let medians: Vec<f64> = figures.iter().map(|figures| median(figures)).collect();
    let better = if medians[1] > medians[2] { 1 } else { 2 };
    let ratio = Ratio::of(&figures[0], &figures[better]);
    say(format_args!(
        "{name}, messages a second: fgctl {:.0}, nginx {:.0}, HAProxy {:.0}; to {} {ratio} (goal: at least 1.0: {})",
        medians[0],
        medians[1],
        medians[2],
        proxies[better].name,
        verdict(ratio.median() >= 1.0)
    ));
    Ok(())
}

/// The order of a round: each is the first as often as the others.
fn turn(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| (at + round) % count)
}

/// How much longer a round trip takes than without a proxy, in microseconds.
async fn round_trips(proxies: &[Proxy], direct: &Address) -> Outcome<()> {
    let addresses: Vec<&Address> = proxies.iter().map(|proxy| &proxy.plain).chain([direct]).collect();
    let mut figures = vec![Vec::new(); addresses.len()];
    for round in 0..=ROUNDS {
        for at in turn(round, addresses.len()) {
            let figure = 1e6 / rate(addresses[at], 1, Message::of(SMALL), RUN / 2).await?;
            if round > 0 {
                figures[at].push(figure);
            }
        }
    }
    let added: Vec<Vec<f64>> = figures[..proxies.len()]
        .iter()
        .map(|figures_of| {
            figures_of
                .iter()
                .zip(&figures[proxies.len()])
                .map(|(a, b)| a - b)
                .collect()
        })
        .collect();
    let medians: Vec<f64> = added.iter().map(|added| median(added)).collect();
    let better = if medians[1] < medians[2] { 1 } else { 2 };
    let ratio = Ratio::of(&added[0], &added[better]);
    say(format_args!(
        "added round trip, microseconds: fgctl {:.1}, nginx {:.1}, HAProxy {:.1}; to {} {ratio} (goal: at most 1.0: {})",
        medians[0],
        medians[1],
        medians[2],
        proxies[better].name,
        verdict(ratio.median() <= 1.0)
    ));
    Ok(())
}

/// How long many sockets take to be opened one after the other.
async fn openings(proxies: &[Proxy]) -> Outcome<()> {
    let mut figures = vec![Vec::new(); proxies.len()];
    for round in 0..ROUNDS {
        for at in turn(round, proxies.len()) {
            let (sockets, took) = open_in_series(&proxies[at].plain, IDLE).await?;
            figures[at].push(took.as_secs_f64() * 1000.0);
            close(&proxies[at], sockets)?;
        }
    }
    let medians: Vec<f64> = figures.iter().map(|figures| median(figures)).collect();
    let ratio = Ratio::of(&figures[0], &figures[2]);
    say(format_args!(
        "opening {IDLE} in series, milliseconds: fgctl {:.0}, nginx {:.0}, HAProxy {:.0}; to HAProxy {ratio} \
         (goal: at most 1.0: {})",
        medians[0],
        medians[1],
        medians[2],
        verdict(ratio.median() <= 1.0)
    ));
    Ok(())
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl Display) {
    println!("{line}");
}
