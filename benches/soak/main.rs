//! The soak: 2,000 idle sockets held for a minute beside 200 busy ones, and none lost: `cargo bench --bench soak`.
//!
//! A socket that is lost, or a message that does not come back, fails the run.

mod client;
mod cloud;
mod echo;
mod process;

use client::{Address, Message, open_in_series, rate};
use cloud::LocalCloud;
use process::{open_files, resident};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::error::Error;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// What goes wrong fails the run.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sockets that say nothing.
const IDLE: usize = 2000;
/// Sockets that always have a message in flight.
const BUSY: usize = 200;
/// How long.
const TIME: Duration = Duration::from_secs(60);

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, port] = arguments.as_slice()
        && word == "echo"
    {
        return echo::serve(port.parse()?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(soak())
}

async fn soak() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let cloud = LocalCloud::start(&folder.path().join("cloud"))?;
    if !cloud.is_isolated()? {
        say("MISSING on this machine: isolation, without which one instance takes at most 1000 sockets");
        return Ok(());
    }
    let program = std::env::current_exe()?;
    let address = cloud.deploy(&format!("#!/bin/sh\nexec '{}' echo 8000\n", program.display()))?;
    let pid = u32::try_from(cloud.runtime("pid")?.as_u64().ok_or("the local cloud has no process")?)?;
    let authority = cloud.runtime("ca_file")?;
    let authority = CertificateDer::from_pem_file(authority.as_str().ok_or("the local cloud has no CA")?)?;
    let plain = Address { address, tls: None };
    let encrypted = Address {
        address,
        tls: Some(client::trusting(authority)?),
    };
    let before = resident(pid)?;
    let (mut idle, _) = open_in_series(&plain, IDLE / 2).await?;
    idle.extend(open_in_series(&encrypted, IDLE / 2).await?.0);
    let files = open_files(pid)?;
    let began = Instant::now();
    let rate = rate(&plain, BUSY, Message::of(32), TIME).await?;
    let held = began.elapsed();
    let grown = (resident(pid)? - before) / 1024.0 / 1024.0;
    let message = Message::of(32);
    let mut got = vec![0; message.answer];
    for (number, socket) in idle.iter_mut().enumerate() {
        let asked = socket.ask(&message, &mut got).await;
        asked.map_err(|error| format!("the idle socket {number} was lost: {error}"))?;
    }
    say(format_args!(
        "{IDLE} idle sockets, half of them encrypted, held for {:.0} s beside {BUSY} busy ones with {rate:.0} messages a \
         second: none lost; {files} files open, {grown:.1} MiB more than before",
        held.as_secs_f64()
    ));
    Ok(())
}

/// One line of the answer.
#[expect(clippy::print_stdout, reason = "the figures are its output")]
fn say(line: impl Display) {
    println!("{line}");
}
