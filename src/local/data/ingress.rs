//! The groups' ports: listening, telling TLS from plain by the first byte, HTTP/1.1, then whatever follows an upgrade.
//!
//! A connection lives and dies with its group's listener: closing that drops them all.

use super::checked::{Checked, Refused};
use super::gateway::{Connection, Gateway};
use super::proxy::{AfterUpgrade, ClientStream};
use super::tls;
use crate::sys::port::{self, Holder};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

/// The first byte of a TLS record that holds a handshake.
const TLS_HANDSHAKE: u8 = 0x16;
/// How long a client may take for its first byte, and for the TLS handshake.
const GREETING_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may take for a request's head, and for the next one on the same connection.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long a client may take none of what it is sent.
const READ_LIMIT: Duration = Duration::from_secs(60);
/// More headers than this are answered with 431.
const HEADER_COUNT: usize = 256;
/// How many connections may wait to be taken.
const BACKLOG: u32 = 4096;
/// The pause when the system has no room for another connection, unless one ends before.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);
/// How many ports are tried for a new group.
const PORT_ATTEMPTS: u16 = 2000;

/// A group and its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::local) struct GroupStatus {
    /// The group's id.
    pub(in crate::local) group_id: String,
    /// Its port of 127.0.0.1.
    pub(in crate::local) port: u16,
    /// Whether it answers there.
    pub(in crate::local) state: PortState,
}

/// Whether a group answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::local) enum PortState {
    /// It does.
    Serving,
    /// Its port could not be had when the local cloud started.
    Down {
        /// Who had it, where that can be told.
        holder: Option<Holder>,
        /// What the system said.
        cause: String,
    },
}

/// All ports.
pub(super) struct Ingress {
    gateway: Arc<Gateway>,
    tls: Arc<ServerConfig>,
    runtime: Handle,
    /// Where to look for a new group's port; 0 for any.
    first_port: u16,
    /// The port that functions serve: never a group's.
    reserved: u16,
    groups: Mutex<HashMap<String, Port>>,
}

struct Port {
    number: u16,
    served: Result<JoinHandle<()>, (Option<Holder>, String)>,
}

impl Drop for Port {
    /// A listener ends with its entry: closed, or replaced.
    fn drop(&mut self) {
        if let Ok(task) = &self.served {
            task.abort();
        }
    }
}

impl Ingress {
    /// No port yet. Has to be called within the runtime that will serve.
    pub(super) fn new(gateway: Arc<Gateway>, tls: Arc<ServerConfig>, first_port: u16, reserved: u16) -> Self {
        Self {
            gateway,
            tls,
            runtime: Handle::current(),
            first_port,
            reserved,
            groups: Mutex::default(),
        }
    }

    /// Serves a group at the port that it has. Whoever has taken the port is remembered; the group is not moved.
    pub(super) fn restore(&self, group_id: &str, number: u16) {
        let served = match self.listen(number) {
            Ok(listener) => Ok(self.serve(group_id, number, listener)),
            Err(error) => Err((port::holder(number), error.to_string())),
        };
        self.lock().insert(group_id.to_owned(), Port { number, served });
    }

    /// Serves a new group at a free port that is no other group's: the next one from the first, or any.
    ///
    /// # Errors
    /// No port can be had.
    pub(super) fn open(&self, group_id: &str) -> io::Result<u16> {
        let mut groups = self.lock();
        let taken: Vec<u16> = groups.values().map(|port| port.number).chain([self.reserved]).collect();
        let candidates = match self.first_port {
            0 => vec![0; 16],
            first => (first..=first.saturating_add(PORT_ATTEMPTS))
                .filter(|port| !taken.contains(port))
                .collect(),
        };
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for candidate in candidates {
            let listener = match self.listen(candidate) {
                Ok(listener) => listener,
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    last = error;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let number = listener.local_addr()?.port();
            if taken.contains(&number) {
                continue;
            }
            let served = Ok(self.serve(group_id, number, listener));
            groups.insert(group_id.to_owned(), Port { number, served });
            return Ok(number);
        }
        Err(last)
    }

    /// Stops serving a group and drops its connections.
    pub(super) fn close(&self, group_id: &str) {
        self.lock().remove(group_id);
    }

    /// Closes every port and drops every connection.
    pub(super) async fn end(&self) {
        let mut ports: Vec<Port> = self.lock().drain().map(|(_, port)| port).collect();
        for task in ports.iter_mut().filter_map(|port| port.served.as_mut().ok()) {
            task.abort();
            let _ = task.await;
        }
    }

    /// Each group's port, in their order.
    pub(super) fn status(&self) -> Vec<GroupStatus> {
        let mut all: Vec<GroupStatus> = self
            .lock()
            .iter()
            .map(|(group_id, port)| GroupStatus {
                group_id: group_id.clone(),
                port: port.number,
                state: match &port.served {
                    Ok(_) => PortState::Serving,
                    Err((holder, cause)) => PortState::Down {
                        holder: holder.clone(),
                        cause: cause.clone(),
                    },
                },
            })
            .collect();
        all.sort_by_key(|status| status.port);
        all
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Port>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, port: u16) -> io::Result<TcpListener> {
        let _runtime = self.runtime.enter();
        let socket = TcpSocket::new_v4()?;
        // On Windows the option would let two servers share the port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        socket.listen(BACKLOG)
    }

    fn serve(&self, group_id: &str, port: u16, listener: TcpListener) -> JoinHandle<()> {
        let server = Arc::new(Server {
            gateway: Arc::clone(&self.gateway),
            tls: Arc::clone(&self.tls),
            group_id: group_id.to_owned(),
            port,
        });
        self.runtime.spawn(accept(listener, server))
    }
}

/// One port's server.
struct Server {
    gateway: Arc<Gateway>,
    tls: Arc<ServerConfig>,
    group_id: String,
    port: u16,
}

/// Takes connections until it is aborted, which drops them. Running out of files is survived.
async fn accept(listener: TcpListener, server: Arc<Server>) {
    let mut connections: JoinSet<Option<AfterUpgrade>> = JoinSet::new();
    loop {
        let ended = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    connections.spawn(Arc::clone(&server).connection(stream, client));
                    None
                }
                Err(error) if is_of_the_client(&error) => None,
                Err(_) => timeout(EXHAUSTED_PAUSE, connections.join_next()).await.ok().flatten(),
            },
            Some(ended) = connections.join_next() => Some(ended),
        };
        // A task of its own: the one that spoke HTTP, which was larger, makes room.
        if let Some(Ok(Some(next))) = ended {
            connections.spawn(async {
                next.await;
                None
            });
        }
    }
}

/// Whether the client went away before it was taken: no reason to pause.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

impl Server {
    /// Serves a connection as long as it is HTTP; the answer is to run on it after that.
    async fn connection(self: Arc<Self>, stream: TcpStream, client: SocketAddr) -> Option<AfterUpgrade> {
        let _ = stream.set_nodelay(true);
        let limit = self.gateway.pace.of_client(GREETING_LIMIT);
        let encrypted = timeout(limit, speaks_tls(&stream)).await.ok()?.ok()?;
        let stream: ClientStream = if encrypted {
            Box::new(
                timeout(limit, tls::accept(stream, Arc::clone(&self.tls)))
                    .await
                    .ok()?
                    .ok()?,
            )
        } else {
            Box::new(stream)
        };
        let connection = Connection {
            group_id: self.group_id.clone(),
            port: self.port,
            client: client.ip(),
            tls: encrypted,
        };
        self.http(stream, connection).await
    }

    async fn http(&self, stream: ClientStream, connection: Connection) -> Option<AfterUpgrade> {
        let after: Mutex<Option<AfterUpgrade>> = Mutex::default();
        let (refused, requests) = (Refused::default(), AtomicU64::new(0));
        let service = service_fn(async |request| {
            let refusal = refused.of(requests.fetch_add(1, Ordering::Relaxed));
            let (response, next) = match refusal {
                Some(refusal) => (self.gateway.refuse(&refusal, &connection), None),
                None => self.gateway.call(request, &connection).await,
            };
            if let Some(next) = next {
                *after.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
            }
            Ok::<_, Infallible>(response)
        });
        let mut http = http1::Builder::new();
        http.preserve_header_case(true)
            .timer(TokioTimer::new())
            .header_read_timeout(self.gateway.pace.of_client(HEAD_LIMIT))
            .max_headers(HEADER_COUNT);
        let patience = self.gateway.pace.of_client(READ_LIMIT);
        let stream = Checked::new(stream, refused.clone(), patience);
        let connection = http.serve_connection(TokioIo::new(stream), service);
        connection.with_upgrades().await.ok()?;
        after.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the first byte, which stays unread, begins a TLS handshake.
///
/// # Errors
/// The client left without a byte.
async fn speaks_tls(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0] == TLS_HANDSHAKE),
    }
}

#[cfg(test)]
mod tests {
    use super::speaks_tls;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn the_first_byte_tells_and_is_not_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for (bytes, tls) in [(&b"\x16\x03\x01"[..], true), (b"GET", false)] {
            let mut client = TcpStream::connect(address).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            client.write_all(bytes).await.unwrap();
            assert_eq!(speaks_tls(&server).await.unwrap(), tls);
            let mut read = [0; 3];
            server.read_exact(&mut read).await.unwrap();
            assert_eq!(read, bytes);
        }
        let client = TcpStream::connect(address).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        drop(client);
        assert!(speaks_tls(&server).await.is_err());
    }
}
