//! The way to an open WebSocket, layer by layer, each with its own limit of time.

use super::error::{HandshakeError, Layer};
use super::session::Session;
use super::{Options, Target, Timings, handshake, proxy, request, tls};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;

/// Opens WebSockets, all with the same options. Authorities are read once, and only for `wss://`.
pub(crate) struct Connector {
    options: Options,
    tls: OnceCell<TlsConnector>,
}

impl Connector {
    /// Reads and connects nothing yet.
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            tls: OnceCell::new(),
        }
    }

    /// Opens a WebSocket to `target`. May be dropped at any time: the connection ends with it.
    ///
    /// # Errors
    /// The first layer that fails, by name.
    pub(crate) async fn connect(&self, target: &Target) -> Result<Session, HandshakeError> {
        let limit = self.options.layer_timeout;
        let key = generate_key();
        // First what can fail without a connection.
        let request = request::build(target, &self.options, &key, jiff::Timestamp::now())?;
        let connector = match target.secure {
            true => Some(self.tls().await?),
            false => None,
        };
        let (stream, dns, tcp) = self.reach(target).await?;
        let (opened, tls, handshake) = match connector {
            Some(connector) => {
                let encrypting = within(Layer::Tls, limit, tls::encrypt(connector, &target.host, stream));
                let (stream, tls) = measured(encrypting).await?;
                let (opened, handshake) = measured(handshake::open(stream, request, limit)).await?;
                (opened, Some(tls), handshake)
            }
            None => {
                let (opened, handshake) = measured(handshake::open(stream, request, limit)).await?;
                (opened, None, handshake)
            }
        };
        let timings = Timings {
            dns,
            tcp,
            tls,
            handshake,
        };
        Ok(Session::new(opened, timings, &self.options).await)
    }

    /// A connection to the target, or a tunnel to it, and how long the name and the connection took.
    async fn reach(&self, target: &Target) -> Result<(TcpStream, Option<Duration>, Duration), HandshakeError> {
        let limit = self.options.layer_timeout;
        let Some(proxy) = self.options.proxies.to(target)? else {
            let (addresses, dns) = resolve((&target.host, target.port), limit).await?;
            let (stream, tcp) = measured(dial(&addresses, limit)).await?;
            return Ok((stream, dns, tcp));
        };
        let (addresses, dns) = resolve((&proxy.host, proxy.port), limit).await?;
        let (stream, tcp) = measured(async {
            let mut stream = dial(&addresses, limit).await?;
            within(Layer::Proxy, limit, proxy::tunnel(&mut stream, &proxy, target)).await?;
            Ok(stream)
        })
        .await?;
        Ok((stream, dns, tcp))
    }

    async fn tls(&self) -> Result<&TlsConnector, HandshakeError> {
        let trust = self.options.trust.clone();
        let read = || async move {
            // Reads hundreds of files on some systems.
            let reading = tokio::task::spawn_blocking(move || tls::connector(&trust));
            reading.await.unwrap_or_else(|panic| {
                Err(HandshakeError::Tls {
                    fault: super::error::TlsFault::System,
                    source: Some(panic.into()),
                })
            })
        };
        self.tls.get_or_try_init(read).await
    }
}

/// The addresses of a host, and how long it took to find them.
async fn resolve(
    (host, port): (&str, u16),
    limit: Duration,
) -> Result<(Vec<SocketAddr>, Option<Duration>), HandshakeError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok((vec![SocketAddr::new(address, port)], None));
    }
    let failed = |source| HandshakeError::Dns {
        host: host.to_owned(),
        source,
    };
    let looking = async {
        let found = tokio::net::lookup_host((host, port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(failed)?.collect();
        match addresses.is_empty() {
            true => Err(failed(io::Error::new(io::ErrorKind::NotFound, "it has no address"))),
            false => Ok(addresses),
        }
    };
    let (addresses, took) = measured(within(Layer::Dns, limit, looking)).await?;
    Ok((addresses, Some(took)))
}

/// Connects to the first address that answers. Each gets its share of the time, so that one that is silent
/// leaves time for the next.
async fn dial(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, HandshakeError> {
    let deadline = Instant::now() + limit;
    let mut last = HandshakeError::Timeout {
        layer: Layer::Tcp,
        limit,
    };
    for (at, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Small messages must not wait for more; where it cannot be set, they do.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(source)) => {
                last = HandshakeError::Tcp {
                    address: *address,
                    source,
                };
            }
            Err(_) => (),
        }
    }
    Err(last)
}

async fn within<T>(
    layer: Layer,
    limit: Duration,
    work: impl Future<Output = Result<T, HandshakeError>>,
) -> Result<T, HandshakeError> {
    match timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(HandshakeError::Timeout { layer, limit }),
    }
}

async fn measured<T>(work: impl Future<Output = Result<T, HandshakeError>>) -> Result<(T, Duration), HandshakeError> {
    let begin = Instant::now();
    let result = work.await?;
    Ok((result, begin.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::{Connector, dial, resolve};
    use crate::socket::error::TlsFault;
    use crate::socket::{Event, HandshakeError, Layer, Options, Session, Target, Trust, peer};
    use std::path::Path;
    use std::time::Duration;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    /// A server with a certificate for `host` that expires in `year`, reached as `wss://localhost`.
    async fn tls_server(authority: &peer::Authority, host: &str, year: Option<i32>) -> Target {
        let acceptor = authority.acceptor(host, year);
        let (target, _serving) = peer::once(async move |stream| {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let head = peer::head(&mut stream).await;
            let answer = peer::switching(&head, "");
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.write_all(b"\x81\x05hello\x88\x02\x03\xe8").await.unwrap();
            peer::frame(&mut stream).await;
        })
        .await;
        Target {
            secure: true,
            host: "localhost".to_owned(),
            ..target
        }
    }

    async fn connect(target: &Target, trust: Trust) -> Result<Session, HandshakeError> {
        let options = Options {
            trust,
            ..Options::default()
        };
        Connector::new(options).connect(target).await
    }

    async fn tls_fault(target: &Target, trust: Trust) -> TlsFault {
        match connect(target, trust).await.err() {
            Some(HandshakeError::Tls { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    /// A file with the authority's certificate.
    fn ca_file(folder: &tempfile::TempDir, authority: &peer::Authority) -> Trust {
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, &authority.pem).unwrap();
        Trust::CaFile(path)
    }

    #[tokio::test]
    async fn a_known_authoritys_certificate_is_accepted_and_each_layer_is_timed() {
        let (folder, authority) = (tempfile::tempdir().unwrap(), peer::Authority::new());
        let target = tls_server(&authority, "localhost", None).await;
        let mut session = connect(&target, ca_file(&folder, &authority)).await.unwrap();
        assert_eq!(session.next().await, Event::Text("hello".to_owned()));
        match session.next().await {
            Event::Closed(closing) => assert_eq!((closing.code, closing.clean, closing.ours), (1000, true, false)),
            other => panic!("{other:?}"),
        }
        let timings = session.timings();
        assert!(timings.dns.is_some() && timings.tls.is_some_and(|took| !took.is_zero()));
        assert!(timings.total() >= timings.tcp + timings.handshake && !timings.handshake.is_zero());
    }

    #[tokio::test]
    async fn an_unknown_authoritys_certificate_is_not_trusted() {
        let (folder, authority) = (tempfile::tempdir().unwrap(), peer::Authority::new());
        let target = tls_server(&authority, "localhost", None).await;
        let other = ca_file(&folder, &peer::Authority::new());
        let error = connect(&target, other).await.err().unwrap();
        assert_eq!(error.layer(), Some(Layer::Tls));
        let text = error.to_string();
        assert!(text.starts_with("TLS: the certificate is not trusted"), "{text}");
    }

    #[tokio::test]
    async fn whose_certificate_it_is_and_until_when_is_checked() {
        let (folder, authority) = (tempfile::tempdir().unwrap(), peer::Authority::new());
        let trust = ca_file(&folder, &authority);
        let target = tls_server(&authority, "other.example", None).await;
        match tls_fault(&target, trust.clone()).await {
            TlsFault::WrongHost { host, presented } => {
                assert_eq!(host, "localhost");
                assert!(presented.contains("other.example"), "{presented}");
            }
            other => panic!("{other:?}"),
        }
        let target = tls_server(&authority, "localhost", Some(2001)).await;
        assert_eq!(tls_fault(&target, trust).await, TlsFault::Expired);
    }

    #[tokio::test]
    async fn anyones_certificate_is_accepted_where_that_was_asked_for() {
        let target = tls_server(&peer::Authority::new(), "other.example", Some(2001)).await;
        let mut session = connect(&target, Trust::Anyone).await.unwrap();
        assert_eq!(session.next().await, Event::Text("hello".to_owned()));
    }

    #[tokio::test]
    async fn a_server_without_tls_is_told() {
        let (target, _serving) = peer::once(async |mut stream| {
            let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        })
        .await;
        let target = Target { secure: true, ..target };
        assert_eq!(tls_fault(&target, Trust::Anyone).await, TlsFault::NotTls);
    }

    #[tokio::test]
    async fn a_silent_tls_server_is_given_up() {
        let (target, serving) = peer::once(async |stream| {
            let () = std::future::pending().await;
            drop(stream);
        })
        .await;
        let options = Options {
            layer_timeout: Duration::from_millis(50),
            trust: Trust::Anyone,
            ..Options::default()
        };
        let target = Target { secure: true, ..target };
        let error = Connector::new(options).connect(&target).await.err().unwrap();
        assert_eq!(error.to_string(), "TLS: no answer within 0.05 s");
        serving.abort();
    }

    #[tokio::test]
    async fn a_ca_file_must_hold_an_authority() {
        let folder = tempfile::tempdir().unwrap();
        // Nothing is sent: the port is never asked.
        let target: Target = "wss://localhost:1/".parse().unwrap();
        for (name, content) in [("no.pem", None), ("empty.pem", Some("")), ("text.pem", Some("hello"))] {
            let path = folder.path().join(name);
            if let Some(content) = content {
                std::fs::write(&path, content).unwrap();
            }
            let fault = tls_fault(&target, Trust::CaFile(path.clone())).await;
            assert_eq!(fault, TlsFault::CaFile { path });
        }
    }

    #[tokio::test]
    async fn no_authorities_are_read_without_encryption() {
        let (target, _serving) = peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
        let trust = Trust::CaFile(Path::new("/nowhere/ca.pem").to_owned());
        match connect(&target, trust).await.err() {
            Some(HandshakeError::Refused(answer)) => assert_eq!(answer.status, 200),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_a_failure_of_tcp() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let target: Target = format!("ws://{address}/").parse().unwrap();
        let error = connect(&target, Trust::System).await.err().unwrap();
        assert_eq!(error.layer(), Some(Layer::Tcp));
        assert_eq!(error.to_string(), format!("TCP: no connection to `{address}`"));
    }

    #[tokio::test]
    async fn the_next_address_is_tried() {
        let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [dead.local_addr().unwrap(), alive.local_addr().unwrap()];
        drop(dead);
        let stream = dial(&addresses, Duration::from_secs(10)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_a_failure_of_dns() {
        let target = Target {
            // Refused by the resolver itself, which asks nobody.
            host: "a\0b".to_owned(),
            .."ws://localhost/".parse().unwrap()
        };
        let error = resolve((&target.host, target.port), Duration::from_secs(10))
            .await
            .unwrap_err();
        assert_eq!(error.layer(), Some(Layer::Dns));
    }
}
