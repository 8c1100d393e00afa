//! Clients: they open sockets through a proxy, and send a message each time the one before has come back.

use crate::{Outcome, frame};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// No answer takes as long.
const PATIENCE: Duration = Duration::from_secs(20);
/// The size of a short message, in bytes.
pub(crate) const SMALL: usize = 64;

/// A connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An open socket.
pub(crate) type Socket = Box<dyn Stream>;

/// Where a proxy takes connections, and how.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// For an encrypted connection.
    pub(crate) tls: Option<TlsConnector>,
}

impl Door {
    /// Opens a socket: returns once the 101 is there.
    pub(crate) async fn open(&self) -> Outcome<Socket> {
        timeout(PATIENCE, self.handshake()).await?
    }

    async fn handshake(&self) -> Outcome<Socket> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let mut stream: Socket = match &self.tls {
            Some(tls) => Box::new(tls.connect("localhost".try_into()?, stream).await?),
            None => Box::new(stream),
        };
        let request = format!(
            "GET /websocket_demo HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(format!("no 101 but: {}", String::from_utf8_lossy(&answer)).into());
            }
        }
        match answer.starts_with(b"HTTP/1.1 101 ") {
            true => Ok(stream),
            false => Err(format!("no 101 but: {}", String::from_utf8_lossy(&answer)).into()),
        }
    }

    /// Opens `count` sockets, one after the other, and tells how long that took.
    pub(crate) async fn open_all(&self, count: usize) -> Outcome<(Vec<Socket>, Duration)> {
        let (mut sockets, began) = (Vec::with_capacity(count), Instant::now());
        for _ in 0..count {
            sockets.push(self.open().await?);
        }
        Ok((sockets, began.elapsed()))
    }
}

/// Whom encrypted connections trust.
pub(crate) fn trusting(authority: CertificateDer<'static>) -> Outcome<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    // Each handshake is a whole one.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Messages of `size` bytes to and fro on each socket for `time`; the sockets, and how many messages a second.
pub(crate) async fn exchange(sockets: Vec<Socket>, size: usize, time: Duration) -> Outcome<(Vec<Socket>, f64)> {
    let (began, count) = (Instant::now(), sockets.len());
    let mut tasks = JoinSet::new();
    for socket in sockets {
        tasks.spawn(async move {
            let exchanged = to_and_fro(socket, size, began + time).await;
            exchanged.map_err(|error| error.to_string())
        });
    }
    let (mut kept, mut messages) = (Vec::with_capacity(count), 0);
    while let Some(ended) = tasks.join_next().await {
        let (socket, more) = ended??;
        kept.push(socket);
        messages += more;
    }
    Ok((kept, f64::from(messages) / began.elapsed().as_secs_f64()))
}

async fn to_and_fro(mut socket: Socket, size: usize, until: Instant) -> Outcome<(Socket, u32)> {
    let frame = frame::of_client(size);
    let mut answer = vec![0; frame::length_of_server(size)];
    let mut messages = 0;
    while Instant::now() < until {
        socket.write_all(&frame).await?;
        socket.read_exact(&mut answer).await?;
        messages += 1;
    }
    Ok((socket, messages))
}

/// How long one of `count` messages takes to and fro, in microseconds: the middle one.
pub(crate) async fn round_trip(mut socket: Socket, count: usize) -> Outcome<f64> {
    let (frame, mut answer) = (frame::of_client(SMALL), vec![0; frame::length_of_server(SMALL)]);
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        socket.write_all(&frame).await?;
        socket.read_exact(&mut answer).await?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[count / 2])
}
