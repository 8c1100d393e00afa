//! The wire against a server on loopback that writes bytes by hand.

use super::{BODY_LIMIT, Http};
use crate::sign::{self, Authorization, Credentials, Secret, verify};
use crate::transport::fake::request;
use crate::transport::{Exchange, Failure, Options, Proxies, Query, Request, SetupError, TransportError, stack};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Reads one request whole: the head, then as much as it announces.
async fn read_message(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        if socket.read_buf(&mut bytes).await.unwrap() == 0 {
            return text;
        }
    }
}

fn header(message: &str, name: &str) -> Option<String> {
    let mut lines = message.split("\r\n\r\n").next().unwrap().lines().skip(1);
    let found = lines.find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
    found.map(|(_, value)| value.to_owned())
}

async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) -> String {
    let message = read_message(&mut socket).await;
    // A client that has read enough hangs up first.
    let _ = socket.write_all(answer).await;
    let _ = socket.shutdown().await;
    message
}

/// A server for one connection; yields its address and what it was sent.
async fn server(answer: impl Into<Vec<u8>>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.into();
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        serve(socket, &answer).await
    });
    (url, task)
}

fn to(url: &str) -> Request {
    Request {
        url: url.to_owned(),
        ..request("POST", r#"{"a":"é"}"#)
    }
}

fn http() -> Http {
    Http::new(&Options::default()).unwrap()
}

fn failure(outcome: Result<super::Response, TransportError>) -> Failure {
    match outcome {
        Err(TransportError::Unreachable { failure, .. }) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn without_tls_no_authority_is_loaded() {
    let (url, task) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let http = http();
    http.exchange(&to(&url)).await.unwrap();
    task.await.unwrap();
    assert!(http.secure.get().is_none());
}

#[tokio::test]
async fn what_goes_over_the_socket_verifies() {
    let (url, task) = server("HTTP/1.1 201 Created\r\nX-Request-Id: r1\r\nContent-Length: 2\r\n\r\n{}").await;
    let credentials = Credentials {
        access_key: "AK".to_owned(),
        secret_key: Secret::new("SK"),
        security_token: Some(Secret::new("TOKEN")),
    };
    let stack = stack(credentials.into(), Options::default()).unwrap();
    let sent = Request {
        path: "/v2/p/fgs/urn%3Afss%3A%21prod".to_owned(),
        query: Query::Pairs(vec![
            ("b".to_owned(), "1 +é".to_owned()),
            ("a".to_owned(), String::new()),
        ]),
        ..to(&url)
    };
    let answer = stack.exchange(&sent).await.unwrap();
    assert_eq!((answer.status, answer.request_id()), (201, Some("r1")));
    assert_eq!(&answer.body[..], b"{}");

    let message = task.await.unwrap();
    assert!(
        message.starts_with("POST /v2/p/fgs/urn%3Afss%3A%21prod?a=&b=1%20%2B%C3%A9 HTTP/1.1\r\n"),
        "{message}"
    );
    assert_eq!(header(&message, "host").as_deref(), url.strip_prefix("http://"));
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    let authorization: Authorization = header(&message, "authorization").unwrap().parse().unwrap();
    let form = sign::Request {
        method: "POST",
        path: "/v2/p/fgs/urn%3Afss%3A%21prod",
        query: &[("a".to_owned(), String::new()), ("b".to_owned(), "1 +é".to_owned())],
        headers: &headers,
        body: body.as_bytes(),
    };
    let now = jiff::Timestamp::now();
    assert_eq!(verify(&form, &authorization, &Secret::new("SK"), now), Ok(()));
    assert!(verify(&form, &authorization, &Secret::new("KS"), now).is_err());
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (url, task) = server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").await;
    let answer = http().exchange(&to(&url)).await.unwrap();
    assert_eq!(
        (answer.status, answer.header("Location")),
        (302, Some("http://127.0.0.1:1/"))
    );
    task.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_is_cut_is_told_from_one_that_never_was() {
    let (url, _task) = server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    assert_eq!(failure(http().exchange(&to(&url)).await), Failure::Cut);
    let (url, _task) = server("").await;
    assert_eq!(failure(http().exchange(&to(&url)).await), Failure::Cut);
    let (url, _task) = server("this is no HTTP\r\n\r\n").await;
    assert_eq!(failure(http().exchange(&to(&url)).await), Failure::Cut);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = http().exchange(&to(&url)).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("no connection can be made to `127.0.0.1:"), "{text}");
    let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    assert!(causes.last().unwrap().contains("refused"), "{causes:?}");
    assert!(
        !causes.iter().any(|text| text.contains("error sending request")),
        "{causes:?}"
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    // No resolver asks anybody about a label of more than 63 letters.
    let url = format!("http://{}.example", "a".repeat(64));
    assert_eq!(failure(http().exchange(&to(&url)).await), Failure::Dns);
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let http = Http::new(&Options {
        timeout: Duration::from_millis(50),
        ..Options::default()
    });
    // The kernel accepts, nobody answers.
    assert_eq!(failure(http.unwrap().exchange(&to(&url)).await), Failure::Timeout);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let announced = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BODY_LIMIT + 1);
    let (url, _task) = server(announced).await;
    let error = http().exchange(&to(&url)).await.unwrap_err();
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error}");

    let mut endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    endless.resize(endless.len() + BODY_LIMIT + 1, b'x');
    let (url, _task) = server(endless).await;
    let error = http().exchange(&to(&url)).await.unwrap_err();
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn what_would_be_sent_otherwise_than_signed_is_not_sent() {
    for (path, value) in [
        ("/v2/../v1", "x"),
        ("/v2/%2e%2e/v1", "x"),
        ("/a b", "x"),
        ("/a", "line\nbreak"),
    ] {
        let odd = Request {
            path: path.to_owned(),
            query: Query::Pairs(vec![]),
            headers: vec![("X-Project-Id".to_owned(), value.to_owned())],
            ..to("http://127.0.0.1:1")
        };
        let error = http().exchange(&odd).await.unwrap_err();
        assert!(matches!(error, TransportError::Invalid(_)), "{path}: {error}");
        assert!(!error.to_string().contains("line"), "{error}");
    }
}

/// A certificate for `localhost` that vouches for itself, and a server that shows it.
async fn tls_server() -> (String, String, JoinHandle<Option<String>>) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let socket = tokio_rustls::TlsAcceptor::from(Arc::new(config))
            .accept(socket)
            .await
            .ok()?;
        Some(serve(socket, b"HTTP/1.1 204 No Content\r\n\r\n").await)
    });
    (url, own.cert.pem(), task)
}

fn trusting(pem: &str) -> (tempfile::TempDir, Result<Http, SetupError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    let http = Http::new(&Options {
        ca_file: Some(path),
        ..Options::default()
    });
    (folder, http)
}

#[tokio::test]
async fn a_certificate_is_trusted_only_by_the_ca_file() {
    let (url, pem, task) = tls_server().await;
    let (_folder, http) = trusting(&pem);
    assert_eq!(http.unwrap().exchange(&to(&url)).await.unwrap().status, 204);
    assert!(task.await.unwrap().unwrap().starts_with("POST /v2/p?"));

    let (url, _, _task) = tls_server().await;
    let (_, other, _unused) = tls_server().await;
    let (_folder, http) = trusting(&other);
    assert_eq!(failure(http.unwrap().exchange(&to(&url)).await), Failure::Tls);
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_refused_at_once() {
    let (_folder, http) = trusting("no certificate\n");
    assert!(matches!(http.err(), Some(SetupError::CaEmpty { .. })));
    let missing = Options {
        ca_file: Some("/nowhere/ca.pem".into()),
        ..Options::default()
    };
    assert!(matches!(
        Http::new(&missing).err(),
        Some(SetupError::CaUnreadable { .. })
    ));
}

fn behind(proxy: &str, direct: &str) -> Result<Http, SetupError> {
    Http::new(&Options {
        proxies: Proxies {
            https: None,
            http: Some(Secret::new(proxy)),
            direct: direct.to_owned(),
        },
        ..Options::default()
    })
}

#[tokio::test]
async fn a_proxy_is_used_but_never_for_loopback() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let (proxy, asked) = server(ok).await;
    let through = behind(&proxy.replace("http://", "http://user:pass@"), "").unwrap();
    let (direct, answered) = server(ok).await;
    through.exchange(&to(&direct)).await.unwrap();
    // Had it gone to the proxy, nobody would have come here.
    let message = tokio::time::timeout(Duration::from_secs(5), answered).await;
    assert!(
        message
            .expect("loopback was reached directly")
            .unwrap()
            .starts_with("POST /v2/p?")
    );
    through.exchange(&to("http://service.example")).await.unwrap();
    let message = asked.await.unwrap();
    assert!(message.starts_with("POST http://service.example/v2/p?"), "{message}");
    assert_eq!(header(&message, "host").as_deref(), Some("service.example"));
    assert!(header(&message, "proxy-authorization").unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn a_proxy_for_https_is_asked_for_a_tunnel() {
    let (proxy, asked) = server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    let (_, pem, _unused) = tls_server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    let http = Http::new(&Options {
        ca_file: Some(path),
        proxies: Proxies {
            https: Some(Secret::new(proxy)),
            ..Proxies::default()
        },
        ..Options::default()
    });
    let outcome = http.unwrap().exchange(&to("https://service.example")).await;
    assert_eq!(failure(outcome), Failure::Connect);
    assert!(asked.await.unwrap().starts_with("CONNECT service.example:443 HTTP/1.1"));
}

#[tokio::test]
async fn a_proxy_that_is_none_is_refused_without_showing_it() {
    let error = behind("http://user:pass word@[", "").err().unwrap();
    let text = format!("{error} {error:?}");
    assert!(text.contains("HTTP_PROXY") && !text.contains("pass word"), "{text}");
}
