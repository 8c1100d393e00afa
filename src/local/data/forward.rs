//! Ports of the host that an instance reaches as its own: what listens inside the machine is handed out, and each
//! connection to it is relayed to the host's 127.0.0.1.

use super::function_log::{FunctionLog, Stream};
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The pause when the system has no room for another connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// Which ports are forwarded, and where it is told that one leads nowhere.
#[derive(Default)]
pub(super) struct Forwarding {
    /// In the order of what listens on them.
    pub(super) ports: Vec<u16>,
    /// The instance's log.
    pub(super) log: Option<FunctionLog>,
}

/// What relays; dropping it ends every connection.
pub(super) struct Forwards(#[expect(dead_code, reason = "held, not read")] JoinSet<()>);

impl Forwarding {
    /// Relays from `listeners` to the ports.
    pub(super) fn start(&self, listeners: Vec<OwnedFd>) -> Forwards {
        let mut relays = JoinSet::new();
        for (listener, port) in listeners.into_iter().zip(&self.ports) {
            if let Ok(listener) = TcpListener::from_std(StdListener::from(listener)) {
                relays.spawn(relay(listener, *port, self.log.clone()));
            }
        }
        Forwards(relays)
    }
}

async fn relay(listener: TcpListener, port: u16, log: Option<FunctionLog>) {
    let mut connections = JoinSet::new();
    let told = Arc::new(AtomicBool::new(false));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((inner, _)) => {
                connections.spawn(carry(inner, port, (log.clone(), Arc::clone(&told))));
            }
            // The process has no room for another file: one that ends makes it.
            Err(_) if !connections.is_empty() => {
                connections.join_next().await;
            }
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

async fn carry(mut inner: TcpStream, port: u16, (log, told): (Option<FunctionLog>, Arc<AtomicBool>)) {
    let _ = inner.set_nodelay(true);
    match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
        Ok(mut outer) => {
            let _ = outer.set_nodelay(true);
            let _ = copy_bidirectional(&mut inner, &mut outer).await;
        }
        Err(error) => {
            if let Some(log) = log.filter(|_| !told.swap(true, Ordering::Relaxed)) {
                let text = format!("the forwarded port {port} of this machine's 127.0.0.1 does not answer: {error}");
                log.add(Stream::System, &text);
            }
        }
    }
}
