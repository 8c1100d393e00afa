//! The clients: sockets opened in series, kept idle, or busy with one message each in flight.

use crate::Outcome;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The longest that a step may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An open WebSocket.
pub(crate) struct Socket(Box<dyn Stream>);

/// Where a proxy answers, and what its clients trust.
#[derive(Clone)]
pub(crate) struct Address {
    /// The address.
    pub(crate) address: SocketAddr,
    /// The certificates that are trusted; plain without.
    pub(crate) tls: Option<TlsConnector>,
}

/// What trusts `certificate` alone.
pub(crate) fn trusting(certificate: CertificateDer<'static>) -> Outcome<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Socket {
    /// Connects and upgrades.
    pub(crate) async fn open(to: &Address) -> Outcome<Self> {
        timeout(PATIENCE, Self::upgraded(to)).await?
    }

    async fn upgraded(to: &Address) -> Outcome<Self> {
        let stream = TcpStream::connect(to.address).await?;
        stream.set_nodelay(true)?;
        let mut stream: Box<dyn Stream> = match &to.tls {
            None => Box::new(stream),
            Some(tls) => Box::new(tls.connect(ServerName::try_from("localhost")?, stream).await?),
        };
        let request = format!(
            "GET /websocket_demo HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            to.address
        );
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut head = Vec::with_capacity(512);
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut head).await? == 0 {
                return Err(format!("the connection ended after {}", String::from_utf8_lossy(&head)).into());
            }
        }
        match head.starts_with(b"HTTP/1.1 101 ") {
            true => Ok(Self(stream)),
            false => Err(format!("no 101 but {}", String::from_utf8_lossy(&head)).into()),
        }
    }

    /// Sends a message and waits until it has come back; `got` is as long as [`Message::answer`] says.
    pub(crate) async fn ask(&mut self, message: &Message, got: &mut [u8]) -> Outcome<()> {
        self.0.write_all(&message.frame).await?;
        self.0.flush().await?;
        self.0.read_exact(got).await?;
        match got.ends_with(&message.end) {
            true => Ok(()),
            false => Err("another message came back".into()),
        }
    }
}

/// A binary message, masked.
pub(crate) struct Message {
    frame: Vec<u8>,
    /// How long its answer is.
    pub(crate) answer: usize,
    /// The answer's last bytes.
    end: Vec<u8>,
}

impl Message {
    /// One of so many bytes.
    pub(crate) fn of(length: usize) -> Self {
        let mask = [1, 2, 3, 4];
        let (mut frame, answer) = match length {
            0..=125 => (vec![0x82, 0x80 | length as u8], length + 2),
            126..=0xffff => ([&[0x82, 0xfe][..], &(length as u16).to_be_bytes()].concat(), length + 4),
            _ => (
                [&[0x82, 0xff][..], &(length as u64).to_be_bytes()].concat(),
                length + 10,
            ),
        };
        frame.extend(mask);
        let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        let end = payload[length.saturating_sub(16)..].to_vec();
        Self { frame, answer, end }
    }
}

/// Messages a second of `connections` that have one message each in flight, for as long as `time`.
pub(crate) async fn rate(to: &Address, connections: usize, message: Message, time: Duration) -> Outcome<f64> {
    let mut sockets = Vec::new();
    for _ in 0..connections {
        sockets.push(Socket::open(to).await?);
    }
    let message = Arc::new(message);
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut socket in sockets {
        let message = Arc::clone(&message);
        tasks.spawn(async move {
            let (mut count, mut got) = (0_u32, vec![0; message.answer]);
            while began.elapsed() < time {
                socket
                    .ask(&message, &mut got)
                    .await
                    .map_err(|error| error.to_string())?;
                count += 1;
            }
            Ok::<_, String>(count)
        });
    }
    let mut count = 0.0;
    while let Some(one) = timeout(time + PATIENCE, tasks.join_next()).await? {
        count += f64::from(one??);
    }
    Ok(count / began.elapsed().as_secs_f64())
}

/// Opens `count` sockets one after the other, and tells how long that took.
pub(crate) async fn open_in_series(to: &Address, count: usize) -> Outcome<(Vec<Socket>, Duration)> {
    let mut sockets = Vec::with_capacity(count);
    let began = Instant::now();
    for number in 0..count {
        let opened = Socket::open(to).await;
        sockets.push(opened.map_err(|error| format!("socket {number}: {error}"))?);
    }
    Ok((sockets, began.elapsed()))
}
