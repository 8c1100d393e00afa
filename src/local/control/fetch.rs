//! Archives that are given by address. The local cloud has no network: it fetches from this machine alone.

use super::obs;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::functiongraph;
use crate::wire::rule::OBS_ARCHIVE_LIMIT;
use axum::body::Body;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioIo;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long fetching one may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The archive at `url`: an object of the local cloud's own buckets, or what another server of this machine has.
///
/// # Errors
/// As [`fetch`]; 413 `FSS.0413` for an object that is too large.
pub(super) async fn archive(call: &Call, url: &str) -> Result<Vec<u8>, Refusal> {
    match obs::fetched(call, url).await? {
        Some(bytes) => Ok(bytes),
        None => fetch(url).await,
    }
}

/// What is at `url`, an `http://` address of this machine.
///
/// # Errors
/// 400 `FSS.1010` when it is no address, 404 `FSS.1054` when nothing can be had there.
async fn fetch(url: &str) -> Result<Vec<u8>, Refusal> {
    let uri: Uri = url
        .parse()
        .map_err(|_| Refusal::because(functiongraph::CODE_URL, format!("`{url}` is no URL")))?;
    let not_found = |why: String| Refusal::because(functiongraph::OBS_PACKAGE_NOT_FOUND, format!("`{url}`: {why}"));
    let address = match uri.scheme_str() {
        Some("http") => loopback(&uri),
        Some("https") => None,
        _ => {
            let detail = format!("`{url}` is no http:// or https:// URL");
            return Err(Refusal::because(functiongraph::CODE_URL, detail));
        }
    };
    let address = address.ok_or_else(|| {
        not_found("the local cloud fetches from its own buckets and from http:// URLs of this machine only".to_owned())
    })?;
    match tokio::time::timeout(TIME_LIMIT, get(&uri, address)).await {
        Ok(got) => got.map_err(|error| not_found(error.to_string())),
        Err(_) => Err(not_found(format!(
            "it took longer than {} seconds",
            TIME_LIMIT.as_secs()
        ))),
    }
}

/// Where `uri` leads, if that is this machine. A name but `localhost` is not looked up.
fn loopback(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_matches(['[', ']']);
    let ip = match host {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        host => host.parse().ok()?,
    };
    ip.is_loopback()
        .then(|| SocketAddr::new(ip, uri.port_u16().unwrap_or(80)))
}

/// Why an object could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("{0}")]
    Connect(#[from] std::io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("the address cannot be asked for")]
    Request(#[from] http::Error),
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("{0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

async fn get(uri: &Uri, address: SocketAddr) -> Result<Vec<u8>, FetchError> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("localhost", |authority| authority.as_str());
    let request = Request::get(path).header(header::HOST, host).body(Body::empty())?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), OBS_ARCHIVE_LIMIT as usize)
            .collect()
            .await;
        Ok(body.map_err(FetchError::Body)?.to_bytes().to_vec())
    };
    tokio::pin!(exchange, connection);
    // The connection only moves while it is polled; it may end before the last bytes were read from it.
    tokio::select! {
        got = &mut exchange => got,
        ended = &mut connection => { ended?; exchange.await }
    }
}

#[cfg(test)]
mod tests {
    use super::{fetch, loopback};
    use crate::local::control::refusal::Refusal;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[test]
    fn only_this_machine_is_asked() {
        for (uri, port) in [
            ("http://127.0.0.1:81/a", 81),
            ("http://localhost/a", 80),
            ("http://[::1]:82/", 82),
        ] {
            assert_eq!(loopback(&uri.parse().unwrap()).unwrap().port(), port, "{uri}");
        }
        for uri in [
            "http://192.168.0.1/a",
            "http://example.com/a",
            "http://localhost.example.com/a",
        ] {
            assert_eq!(loopback(&uri.parse().unwrap()), None, "{uri}");
        }
    }

    #[tokio::test]
    async fn an_object_of_this_machine_is_fetched_and_a_missing_one_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            for answer in ["200 OK", "404 Not Found"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 512];
                let read = stream.read(&mut request).await.unwrap();
                assert!(request[..read].starts_with(b"GET /b/k?x=1 HTTP/1.1\r\n"));
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 3\r\n\r\nzip");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let url = format!("{origin}/b/k?x=1");
        assert_eq!(fetch(&url).await.unwrap(), b"zip");
        let refusal = fetch(&url).await.unwrap_err();
        assert!(
            matches!(&refusal, Refusal::Coded { code: "FSS.1054", message, .. } if message.contains("404")),
            "{refusal:?}"
        );
        server.await.unwrap();
        for (url, expected) in [
            ("ftp://127.0.0.1/a", "FSS.1010"),
            ("a b", "FSS.1010"),
            ("https://b.obs.cn-east-3.myhuaweicloud.com/k", "FSS.1054"),
            (&origin, "FSS.1054"),
        ] {
            let refusal = fetch(url).await.unwrap_err();
            assert!(
                matches!(refusal, Refusal::Coded { code, .. } if code == expected),
                "{url}"
            );
        }
    }
}
