//! A client's encrypted connection that holds no memory while nothing goes through it.
//!
//! rustls does all that is TLS; here is only where its bytes are between two calls. The stream of `tokio-rustls` keeps
//! 4 KiB to read into for as long as it lives, which five thousand quiet sockets have no use for: here the threads' own
//! buffers serve all connections, and one keeps no more than what it was sent and could not use yet, such as half a
//! record.

use rustls::ServerConfig;
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, UnbufferedStatus, WriteTraffic};
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most that a record holds.
const RECORD: usize = 16 * 1024;
/// The most that TLS adds to one of ours.
const OVERHEAD: usize = 256;
/// The most that a client may add to one of its own.
const OVERHEAD_LIMIT: usize = 2048;
/// What a record may begin with.
const CONTENT_TYPES: RangeInclusive<u8> = 0x14..=0x18;
/// How much is read or encrypted at a time: some records, and more than the longest handshake that rustls takes.
const RECORDS: usize = 6;

/// Where encrypted bytes are on their way.
type Scratch = RefCell<Box<[u8]>>;

thread_local! {
    static INCOMING: Scratch = scratch();
    static OUTGOING: Scratch = scratch();
}

fn scratch() -> Scratch {
    RefCell::new(vec![0; RECORDS * (RECORD + OVERHEAD)].into_boxed_slice())
}

/// The connection, from its handshake on.
pub(super) struct TlsStream<S> {
    stream: S,
    tls: UnbufferedServerConnection,
    /// Encrypted: what TLS has seen and still needs, then no whole record yet.
    incoming: Vec<u8>,
    /// How much of that TLS has seen.
    seen: usize,
    /// Decrypted, and not read yet.
    plain: Rest,
    /// Encrypted, and not taken by the connection yet.
    outgoing: Rest,
    /// Whether the client has said that it sends no more.
    client_ended: bool,
    /// Whether it has sent what is no TLS: nothing more is read or written.
    broken: bool,
    /// Whether the client was told that we send no more.
    told: bool,
}

/// Bytes that are taken from the front; once all are, their memory is given back.
#[derive(Default)]
struct Rest {
    bytes: Vec<u8>,
    begin: usize,
}

impl Rest {
    fn get(&self) -> &[u8] {
        &self.bytes[self.begin..]
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn take(&mut self, size: usize) {
        self.begin += size;
        if self.begin == self.bytes.len() {
            *self = Self::default();
        }
    }
}

/// Accepts the handshake of a client on `stream`.
///
/// # Errors
/// The client leaves, or speaks no TLS that `config` allows, which it is told.
pub(super) async fn accept<S>(stream: S, config: Arc<ServerConfig>) -> io::Result<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut accepted = TlsStream {
        stream,
        tls: UnbufferedServerConnection::new(config).map_err(io::Error::other)?,
        incoming: Vec::new(),
        seen: 0,
        plain: Rest::default(),
        outgoing: Rest::default(),
        client_ended: false,
        broken: false,
        told: false,
    };
    poll_fn(|cx| accepted.poll_handshake(cx)).await?;
    Ok(accepted)
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream<S> {
    fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let sent = self.poll_send(cx)?;
            if !self.tls.is_handshaking() {
                // The last of it, tickets for the next connection, goes out with what comes after.
                return Poll::Ready(Ok(()));
            }
            ready!(sent);
            ready!(self.poll_fill(cx))?;
        }
    }

    /// Reads once, and decrypts what is whole.
    ///
    /// # Errors
    /// The connection broke, or ended with no word of it; or what came is no TLS.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        INCOMING.with_borrow_mut(|scratch| {
            let kept = self.incoming.len();
            if self.broken || kept == scratch.len() {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            let mut read = ReadBuf::new(&mut scratch[kept..]);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
            let end = kept + read.filled().len();
            if end == kept {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            scratch[..kept].copy_from_slice(&self.incoming);
            let (used, outcome) = self.process(&mut scratch[..end], |_| Ok(()));
            self.incoming = scratch[used..end].to_vec();
            if outcome.is_err() {
                // The alert that tells the client why; it may have left, and the error stays the same.
                let _ = self.poll_send(cx);
            }
            Poll::Ready(outcome.map(|_| ()))
        })
    }

    /// Gives the connection all that is encrypted.
    ///
    /// # Errors
    /// The connection broke.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.get().is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, self.outgoing.get()))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                size => self.outgoing.take(size),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Lets TLS go on with the records in `bytes` until it wants more of them, and `write` where it may be written then.
    /// How many bytes are used up, and what `write` gave, if it came to it.
    ///
    /// It sees one record more at a time: one that it refuses is taken away again, and what is left to say is the alert.
    ///
    /// # Errors
    /// The bytes are no TLS, or `write` failed.
    fn process<T>(
        &mut self,
        bytes: &mut [u8],
        write: impl FnOnce(&mut WriteTraffic<'_, ServerConnectionData>) -> io::Result<T>,
    ) -> (usize, io::Result<Option<T>>) {
        let (mut used, mut newest, mut fault) = (0, 0, None);
        let outcome = loop {
            let (seen, rest) = bytes[used..].split_at_mut(self.seen);
            let next = record(rest).filter(|_| !self.broken);
            let UnbufferedStatus { discard, state, .. } = self.tls.process_tls_records(seen);
            used += discard;
            self.seen -= discard;
            match (state, next) {
                (Ok(ConnectionState::ReadTraffic(mut traffic)), _) => {
                    while let Some(Ok(record)) = traffic.next_record() {
                        self.plain.add(record.payload);
                    }
                }
                (Ok(ConnectionState::EncodeTlsData(data)), _) => encode(data, &mut self.outgoing.bytes),
                // Kept until the connection takes it, which is as good.
                (Ok(ConnectionState::TransmitTlsData(data)), _) => data.done(),
                (Ok(ConnectionState::PeerClosed), _) => self.client_ended = true,
                (Ok(_), Some(size)) => {
                    newest = size;
                    self.seen += size;
                }
                (Ok(ConnectionState::WriteTraffic(mut traffic)), None) => break write(&mut traffic).map(Some),
                (Ok(_), None) => break Ok(None),
                (Err(error), _) if !self.broken => {
                    self.broken = true;
                    fault = Some(error);
                    self.seen = self.seen.saturating_sub(newest);
                }
                (Err(_), _) => break Ok(None),
            }
        };
        match fault {
            Some(fault) => (used, Err(io::Error::new(io::ErrorKind::InvalidData, fault))),
            None => (used, outcome),
        }
    }

    /// Lets `write` write, where TLS allows it.
    ///
    /// # Errors
    /// TLS has come to its end, or `write` failed.
    fn write<T>(
        &mut self,
        write: impl FnOnce(&mut WriteTraffic<'_, ServerConnectionData>) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut incoming = mem::take(&mut self.incoming);
        let (used, outcome) = self.process(&mut incoming, write);
        incoming.drain(..used);
        self.incoming = incoming;
        outcome?.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

/// The length of the record that `bytes` begin with, once it is whole. What cannot become one is passed as it is, so
/// that TLS refuses it.
fn record(bytes: &[u8]) -> Option<usize> {
    let (header, rest) = bytes.split_first_chunk::<5>()?;
    let size = usize::from(u16::from_be_bytes([header[3], header[4]]));
    match CONTENT_TYPES.contains(&header[0]) && size <= RECORD + OVERHEAD_LIMIT {
        true => (size <= rest.len()).then_some(header.len() + size),
        false => Some(bytes.len()),
    }
}

/// Adds what the handshake has to say to `outgoing`.
fn encode(mut data: EncodeTlsData<'_, ServerConnectionData>, outgoing: &mut Vec<u8>) {
    let begin = outgoing.len();
    let mut size = 0;
    while let Err(EncodeError::InsufficientSize(needed)) = data.encode(&mut outgoing[begin..]).map(|made| size = made) {
        outgoing.resize(begin + needed.required_size, 0);
    }
    outgoing.truncate(begin + size);
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.plain.get().is_empty() && !this.client_ended {
            // What TLS itself answers goes out by the way: whoever only reads would never send it.
            if let Poll::Ready(Err(error)) = this.poll_send(cx) {
                return Poll::Ready(Err(error));
            }
            ready!(this.poll_fill(cx))?;
        }
        let size = this.plain.get().len().min(out.remaining());
        out.put_slice(&this.plain.get()[..size]);
        this.plain.take(size);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        let bytes = &bytes[..bytes.len().min(RECORDS * RECORD)];
        OUTGOING.with_borrow_mut(|scratch| {
            let made = this.write(|traffic| traffic.encrypt(bytes, scratch).map_err(io::Error::other))?;
            // TLS itself may have put something before it.
            let first = this.outgoing.get().is_empty();
            let sent = match first.then(|| Pin::new(&mut this.stream).poll_write(cx, &scratch[..made])) {
                Some(Poll::Ready(sent)) => sent?,
                _ => 0,
            };
            this.outgoing.add(&scratch[sent..made]);
            Poll::Ready(Ok(bytes.len()))
        })
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.broken && !mem::replace(&mut this.told, true) {
            let mut notice = [0; OVERHEAD];
            let made = this.write(|traffic| traffic.queue_close_notify(&mut notice).map_err(io::Error::other))?;
            this.outgoing.add(&notice[..made]);
        }
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{Rest, TlsStream, accept};
    use crate::local::data::authority::Authority;
    use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
    use rustls_pki_types::pem::PemObject;
    use rustls_pki_types::{CertificateDer, ServerName};
    use std::io::ErrorKind;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio_rustls::{TlsConnector, client};

    type Client = client::TlsStream<DuplexStream>;
    type Server = TlsStream<DuplexStream>;

    /// Both ends after the handshake; between them fits as much as `room` says.
    async fn connected(version: &'static SupportedProtocolVersion, room: usize) -> (Client, Server) {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path()).unwrap();
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(authority.certificate_path()).unwrap();
        roots.add(certificate).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let (near, far) = tokio::io::duplex(room);
        let name = ServerName::try_from("localhost").unwrap();
        let server = accept(far, authority.server_config().unwrap());
        let (client, server) = tokio::join!(connector.connect(name, near), server);
        (client.unwrap(), server.unwrap())
    }

    fn bytes(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at % 251) as u8).collect()
    }

    #[tokio::test]
    async fn all_that_is_sent_arrives_both_ways_at_once_in_however_small_pieces() {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            for room in [100, 1 << 20] {
                let (client, server) = connected(version, room).await;
                let (mut client_reads, mut client_writes) = tokio::io::split(client);
                let (mut server_reads, mut server_writes) = tokio::io::split(server);
                let (up, down) = (bytes(300_000), bytes(200_000));
                let (mut arrived_up, mut arrived_down) = (Vec::new(), Vec::new());
                let outcome = tokio::try_join!(
                    async {
                        client_writes.write_all(&up).await?;
                        client_writes.shutdown().await
                    },
                    async {
                        server_writes.write_all(&down).await?;
                        server_writes.shutdown().await
                    },
                    client_reads.read_to_end(&mut arrived_down),
                    server_reads.read_to_end(&mut arrived_up),
                );
                outcome.unwrap();
                assert!(arrived_up == up && arrived_down == down, "{version:?}, {room}");
            }
        }
    }

    #[tokio::test]
    async fn who_sends_no_more_can_still_be_answered() {
        let (mut client, mut server) = connected(&rustls::version::TLS13, 1 << 16).await;
        client.write_all(b"the last").await.unwrap();
        client.shutdown().await.unwrap();
        let mut question = Vec::new();
        server.read_to_end(&mut question).await.unwrap();
        assert_eq!(question, b"the last");
        server.write_all(b"an answer").await.unwrap();
        server.shutdown().await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"an answer");
        let error = server.write_all(b"more").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }

    #[tokio::test]
    async fn keys_are_changed_on_the_way() {
        let (mut client, mut server) = connected(&rustls::version::TLS13, 1 << 16).await;
        for round in 0..3 {
            client.get_mut().1.refresh_traffic_keys().unwrap();
            client.write_all(&[round; 1000]).await.unwrap();
            let mut seen = [0; 1000];
            server.read_exact(&mut seen).await.unwrap();
            server.write_all(&seen).await.unwrap();
            let mut answer = [0; 1000];
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, [round; 1000]);
        }
    }

    #[tokio::test]
    async fn a_quiet_connection_holds_no_buffers() {
        let (mut client, mut server) = connected(&rustls::version::TLS13, 1 << 16).await;
        client.write_all(&bytes(10_000)).await.unwrap();
        client.flush().await.unwrap();
        server.read_exact(&mut [0; 10_000]).await.unwrap();
        server.write_all(&bytes(10_000)).await.unwrap();
        server.flush().await.unwrap();
        let TlsStream {
            incoming,
            plain,
            outgoing,
            ..
        } = &server;
        assert_eq!([incoming, &plain.bytes, &outgoing.bytes].map(Vec::capacity), [0; 3]);
    }

    #[tokio::test]
    async fn an_end_without_a_word_of_it_is_an_error() {
        let (client, mut server) = connected(&rustls::version::TLS13, 1 << 16).await;
        drop(client);
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_record_that_was_altered_is_refused_and_the_client_told() {
        let (mut client, mut server) = connected(&rustls::version::TLS13, 1 << 16).await;
        let record = [&b"\x17\x03\x03\x00\x20"[..], &[7; 32]].concat();
        client.get_mut().0.write_all(&record).await.unwrap();
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let told = client.read_u8().await.unwrap_err();
        assert!(told.to_string().contains("BadRecordMac"), "{told}");
        assert_eq!(server.read_u8().await.unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(server.write_u8(1).await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        server.shutdown().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_tls_is_refused_with_an_alert() {
        let folder = tempfile::tempdir().unwrap();
        let config = Authority::open(folder.path()).unwrap().server_config().unwrap();
        for text in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        ] {
            let (mut near, far) = tokio::io::duplex(1 << 10);
            near.write_all(text).await.unwrap();
            let error = accept(far, Arc::clone(&config)).await.err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            let mut alert = Vec::new();
            near.read_to_end(&mut alert).await.unwrap();
            assert_eq!(alert[0], 0x15, "{alert:?}");
        }
    }

    #[test]
    fn what_is_taken_from_the_front_gives_its_memory_back_at_the_end() {
        let mut rest = Rest::default();
        rest.add(b"abc");
        rest.take(2);
        rest.add(b"d");
        assert_eq!(rest.get(), b"cd");
        rest.take(2);
        assert_eq!((rest.get(), rest.bytes.capacity()), (&b""[..], 0));
    }
}
