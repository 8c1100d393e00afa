//! The way through an HTTP proxy: which one, and the tunnel that `CONNECT` makes, for `ws://` too (RFC 6455, section
//! 4.1). What is reached directly is decided by the code that decides it for HTTP.

use super::Target;
use super::error::{HandshakeError, ProxyFault};
use crate::sign::Secret;
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where a proxy would lead astray.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";
/// The longest head of a proxy's answer, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;

/// Which proxy to use for what. An address may hold a password, hence a secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    /// For `wss://`.
    pub(crate) https: Option<Secret>,
    /// For `ws://`.
    pub(crate) http: Option<Secret>,
    /// Hosts, domains and networks to reach directly, with commas between; `*` for all.
    pub(crate) direct: String,
}

/// A proxy to go through. No `Debug`: it may hold a password.
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl Proxies {
    /// The proxy to go through to `target`; none to go directly.
    ///
    /// # Errors
    /// The proxy's address is none.
    pub(super) fn to(&self, target: &Target) -> Result<Option<Proxy>, HandshakeError> {
        let (variable, scheme, address) = match target.secure {
            true => ("HTTPS_PROXY", "https", &self.https),
            false => ("HTTP_PROXY", "http", &self.http),
        };
        let (Some(address), Ok(uri)) = (address, format!("{scheme}://{}/", authority(target)).parse::<Uri>()) else {
            return Ok(None);
        };
        let matcher = || {
            Matcher::builder()
                .http(address.expose().to_owned())
                .https(address.expose().to_owned())
        };
        let Some(proxy) = matcher().build().intercept(&uri) else {
            return Err(HandshakeError::proxy(ProxyFault::Address { variable }));
        };
        if matcher()
            .no(format!("{LOOPBACK},{}", self.direct))
            .build()
            .intercept(&uri)
            .is_none()
        {
            return Ok(None);
        }
        match (proxy.uri().scheme_str(), proxy.uri().host()) {
            (Some("http"), Some(host)) => Ok(Some(Proxy {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: proxy.uri().port_u16().unwrap_or(80),
                authorization: proxy
                    .basic_auth()
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
            })),
            _ => Err(HandshakeError::proxy(ProxyFault::Scheme { variable })),
        }
    }
}

/// The target's host and port, both always said.
fn authority(target: &Target) -> String {
    match target.host.contains(':') {
        true => format!("[{}]:{}", target.host, target.port),
        false => format!("{}:{}", target.host, target.port),
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to `target`.
///
/// # Errors
/// It refuses, or does not speak HTTP.
pub(super) async fn tunnel(stream: &mut TcpStream, proxy: &Proxy, target: &Target) -> Result<(), HandshakeError> {
    let authority = authority(target);
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    request.push_str("\r\n");
    let head = ask(stream, &request).await.map_err(|source| HandshakeError::Proxy {
        fault: ProxyFault::Broken,
        source: Some(source),
    })?;
    let line = head.lines().next().unwrap_or_default();
    let status = line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1)?.parse::<u16>().ok());
    match status {
        Some(200..=299) => Ok(()),
        Some(status) => Err(HandshakeError::proxy(ProxyFault::Refused { status })),
        None => Err(HandshakeError::proxy(ProxyFault::NotHttp)),
    }
}

/// The head of the answer. Not a byte more is read: what follows is the tunnel's.
async fn ask(stream: &mut TcpStream, request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_LIMIT {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Proxies, Proxy};
    use crate::sign::Secret;
    use crate::socket::{Connector, Event, HandshakeError, Layer, Options, Target, peer};
    use tokio::io::AsyncWriteExt;

    fn way(proxy: &str, direct: &str, target: &str) -> Result<Option<Proxy>, HandshakeError> {
        let proxies = Proxies {
            https: Some(Secret::new(proxy)),
            http: None,
            direct: direct.to_owned(),
        };
        proxies.to(&target.parse().unwrap())
    }

    #[test]
    fn a_proxy_is_for_its_scheme_and_never_for_loopback_or_what_is_direct() {
        let proxy = way("http://me:pass@proxy.example:8080", "", "wss://h.example/")
            .unwrap()
            .unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 8080));
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6cGFzcw=="));
        for (direct, target) in [
            ("", "ws://h.example/"),
            ("", "wss://127.0.0.1:7861/"),
            ("", "wss://[::1]/"),
            ("", "wss://localhost/"),
            (".example", "wss://h.example/"),
            ("*", "wss://h.example/"),
        ] {
            assert!(
                way("http://proxy", direct, target).unwrap().is_none(),
                "{target} {direct}"
            );
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_showing_it() {
        for address in [
            "ht tp://pass word@x",
            "ftp://pass@proxy",
            "socks5://me:pass@proxy",
            "https://proxy",
        ] {
            let error = way(address, "", "wss://h.example/").err().unwrap();
            let text = error.to_string();
            assert!(text.contains("HTTPS_PROXY") && !text.contains("pass"), "{text}");
        }
    }

    async fn through(answer: &'static str) -> Result<String, HandshakeError> {
        let (proxy, serving) = peer::once(async move |mut stream| {
            let asked = peer::head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            if answer.contains(" 200 ") {
                let head = peer::head(&mut stream).await;
                stream.write_all(peer::switching(&head, "").as_bytes()).await.unwrap();
                stream.write_all(b"\x81\x05hello").await.unwrap();
            }
            assert!(
                asked.starts_with("CONNECT far.invalid:80 HTTP/1.1\r\nHost: far.invalid:80\r\n"),
                "{asked}"
            );
        })
        .await;
        let options = Options {
            proxies: Proxies {
                http: Some(Secret::new(format!("http://localhost:{}", proxy.port))),
                ..Proxies::default()
            },
            ..Options::default()
        };
        // The name is never resolved here: that is the proxy's part.
        let target: Target = "ws://far.invalid/".parse().unwrap();
        let mut session = Connector::new(options).connect(&target).await?;
        let event = session.next().await;
        serving.await.unwrap();
        match event {
            Event::Text(text) => Ok(text),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_tunnel_is_asked_for_and_its_refusal_told() {
        let made = through("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await;
        assert_eq!(made.unwrap(), "hello");
        let refused = through("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            .await
            .unwrap_err();
        assert_eq!(refused.layer(), Some(Layer::Proxy));
        assert!(refused.to_string().contains("407"), "{refused}");
        let silent = through("220 mail\r\n\r\n").await.unwrap_err().to_string();
        assert!(silent.contains("does not speak HTTP"), "{silent}");
    }
}
