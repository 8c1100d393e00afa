//! The HTTP request that becomes a WebSocket, over a connection that stands.

use super::error::{Answer, HandshakeError, Layer, ProtocolFault};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// How much of a refusal's body is kept, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// A connection that is a WebSocket from now on.
pub(super) struct Opened {
    pub(super) stream: TokioIo<Upgraded>,
    /// The headers of the 101.
    pub(super) headers: HeaderMap,
}

/// Sends `request` over `stream` and waits at most `limit` for a 101.
///
/// # Errors
/// The answer is no 101, not HTTP, not to this request, or does not come.
pub(super) async fn open<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
    limit: Duration,
) -> Result<Opened, HandshakeError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let deadline = Instant::now() + limit;
    let timeout = |_| HandshakeError::Timeout {
        layer: Layer::Handshake,
        limit,
    };
    let offer = Offer::of(&request);
    // The connection ends with this set, whether it became a WebSocket or not.
    let mut connection = JoinSet::new();
    let answered = async {
        let (mut sender, driver) = http1::Builder::new()
            .title_case_headers(true)
            .handshake(TokioIo::new(stream))
            .await?;
        connection.spawn(driver.with_upgrades());
        sender.send_request(request).await
    };
    let response = timeout_at(deadline, answered)
        .await
        .map_err(timeout)?
        .map_err(failure)?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(HandshakeError::Refused(Box::new(answer(response, deadline).await)));
    }
    offer.check(response.headers()).map_err(HandshakeError::protocol)?;
    let headers = response.headers().clone();
    let upgraded = timeout_at(deadline, hyper::upgrade::on(response))
        .await
        .map_err(timeout)?
        .map_err(failure)?;
    Ok(Opened {
        stream: TokioIo::new(upgraded),
        headers,
    })
}

fn failure(error: hyper::Error) -> HandshakeError {
    let fault = if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        ProtocolFault::NoAnswer
    } else if error.is_parse() {
        ProtocolFault::NotHttp
    } else {
        ProtocolFault::Broken
    };
    HandshakeError::Protocol {
        source: (fault != ProtocolFault::NoAnswer).then(|| error.into()),
        fault,
    }
}

/// The answer with as much of its body as comes before the deadline.
async fn answer(response: Response<Incoming>, deadline: Instant) -> Answer {
    let (head, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while bytes.len() < BODY_LIMIT {
        // A body that breaks off says more than no body.
        let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await else {
            break;
        };
        let data = frame.into_data().unwrap_or_default();
        bytes.extend_from_slice(&data[..data.len().min(BODY_LIMIT - bytes.len())]);
    }
    let reason = match head.extensions.get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => head.status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let id_header = head.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    Answer {
        status: head.status.as_u16(),
        reason,
        error_code: text("error_code"),
        error_msg: text("error_msg"),
        request_id: text("request_id").or_else(|| id_header.map(str::to_owned)),
        headers: head.headers,
        body: bytes,
    }
}

/// What the request offered, and the answer must fit.
struct Offer {
    accept: String,
    subprotocols: Vec<String>,
}

impl Offer {
    fn of(request: &Request<Empty<Bytes>>) -> Self {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let key = text(header::SEC_WEBSOCKET_KEY).unwrap_or_default();
        let offered = text(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
        Self {
            accept: derive_accept_key(key.as_bytes()),
            subprotocols: offered
                .split(", ")
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// RFC 6455, section 4.1: what a 101 must say.
    fn check(&self, headers: &HeaderMap) -> Result<(), ProtocolFault> {
        let missing = |header, value| Err(ProtocolFault::NoUpgrade { header, value });
        if !lists(headers, &header::UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket")) {
            return missing("Upgrade", "websocket");
        }
        if !lists(headers, &header::CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade")) {
            return missing("Connection", "Upgrade");
        }
        let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT);
        if accept.is_none_or(|value| value.as_bytes() != self.accept.as_bytes()) {
            return Err(ProtocolFault::Accept);
        }
        if let Some(extension) = lists(headers, &header::SEC_WEBSOCKET_EXTENSIONS).next() {
            return Err(ProtocolFault::Extension(extension.to_owned()));
        }
        self.check_subprotocol(headers.get(header::SEC_WEBSOCKET_PROTOCOL))
    }

    fn check_subprotocol(&self, chosen: Option<&http::HeaderValue>) -> Result<(), ProtocolFault> {
        let text = chosen.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        match &text {
            None if self.subprotocols.is_empty() => Ok(()),
            Some(name) if self.subprotocols.contains(name) => Ok(()),
            _ => Err(ProtocolFault::Subprotocol {
                chosen: text.map_or("no subprotocol".to_owned(), |name| format!("the subprotocol `{name}`")),
                offered: match self.subprotocols.as_slice() {
                    [] => "none".to_owned(),
                    offered => format!("`{}`", offered.join("`, `")),
                },
            }),
        }
    }
}

/// The comma-separated items of all headers called `name`.
fn lists<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::socket::error::{Answer, ProtocolFault};
    use crate::socket::{Connector, HandshakeError, Layer, Options, peer};
    use std::time::Duration;
    use tokio::io::AsyncWriteExt;

    /// What connecting to a server with this answer fails with.
    async fn failure(answer: &'static str) -> HandshakeError {
        let (target, _serving) = peer::answering(answer).await;
        Connector::new(Options::default()).connect(&target).await.err().unwrap()
    }

    async fn refusal(answer: &'static str) -> Answer {
        match failure(answer).await {
            HandshakeError::Refused(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }

    async fn fault(answer: &'static str) -> ProtocolFault {
        match failure(answer).await {
            HandshakeError::Protocol { fault, .. } => fault,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_gateways_refusal_is_kept_whole() {
        let body = r#"{"error_msg":"The API does not exist","error_code":"APIG.0101","request_id":"abc"}"#;
        assert_eq!(body.len(), 0x52);
        let answer = refusal(
            "HTTP/1.1 404 Not Found\r\nServer: api-gateway\r\nX-Request-Id: head\r\nTransfer-Encoding: chunked\r\n\r\n\
             52\r\n{\"error_msg\":\"The API does not exist\",\"error_code\":\"APIG.0101\",\"request_id\":\"abc\"}\r\n0\r\n\r\n",
        )
        .await;
        assert_eq!((answer.status, answer.reason.as_str()), (404, "Not Found"));
        assert_eq!(answer.headers["server"], "api-gateway");
        assert_eq!(answer.body, body.as_bytes());
        assert_eq!(answer.error_code.as_deref(), Some("APIG.0101"));
        assert_eq!(answer.error_msg.as_deref(), Some("The API does not exist"));
        assert_eq!(answer.request_id.as_deref(), Some("abc"));
        assert_eq!(
            HandshakeError::Refused(Box::new(answer)).to_string(),
            "WebSocket handshake: the server answered 404 Not Found: `APIG.0101` The API does not exist"
        );
    }

    #[tokio::test]
    async fn an_ordinary_page_is_no_websocket() {
        let answer = refusal("HTTP/1.1 200 Fine\r\nX-Request-Id: head\r\nContent-Length: 5\r\n\r\nhello").await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"hello"[..]));
        assert_eq!(
            (answer.error_code.clone(), answer.request_id.as_deref()),
            (None, Some("head"))
        );
        assert_eq!(answer.to_string(), "the server answered 200 Fine instead of 101");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_kept_as_far_as_it_came() {
        let answer = refusal("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 500\r\n\r\nhalf").await;
        assert_eq!((answer.status, answer.body.as_slice()), (502, &b"half"[..]));
    }

    #[tokio::test]
    async fn a_body_that_stalls_does_not_hide_the_refusal() {
        let (target, serving) = peer::once(async |mut stream| {
            peer::head(&mut stream).await;
            let half = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\nhalf";
            stream.write_all(half).await.unwrap();
            let () = std::future::pending().await;
        })
        .await;
        let options = Options {
            layer_timeout: Duration::from_millis(200),
            ..Options::default()
        };
        match Connector::new(options).connect(&target).await.err() {
            Some(HandshakeError::Refused(answer)) => assert_eq!((answer.status, &answer.body[..]), (403, &b"half"[..])),
            other => panic!("{other:?}"),
        }
        serving.abort();
    }

    #[tokio::test]
    async fn no_more_than_64_kib_of_a_body_are_kept() {
        let (target, _serving) = peer::once(async |mut stream| {
            peer::head(&mut stream).await;
            let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 100000\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            // The client goes away before all of it is written.
            let _ = stream.write_all(&[b'x'; 100_000]).await;
        })
        .await;
        match Connector::new(Options::default()).connect(&target).await.err() {
            Some(HandshakeError::Refused(answer)) => assert_eq!(answer.body.len(), 64 * 1024),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_101_to_another_request_is_refused() {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        assert_eq!(fault(answer).await, ProtocolFault::Accept);
    }

    #[tokio::test]
    async fn a_101_to_another_protocol_is_refused() {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
        let (header, value) = ("Upgrade", "websocket");
        assert_eq!(fault(answer).await, ProtocolFault::NoUpgrade { header, value });
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
        assert!(matches!(
            fault(answer).await,
            ProtocolFault::NoUpgrade {
                header: "Connection",
                ..
            }
        ));
    }

    #[tokio::test]
    async fn what_is_no_http_and_no_answer_are_told_apart() {
        assert_eq!(fault("220 mail ready\r\n\r\n").await, ProtocolFault::NotHttp);
        assert_eq!(fault("").await, ProtocolFault::NoAnswer);
        assert_eq!(fault("HTTP/1.1 10").await, ProtocolFault::NoAnswer);
    }

    /// What connecting fails with when the 101 has these header lines too.
    async fn fault_of_more(more: &'static str, subprotocols: &[&str]) -> ProtocolFault {
        let (target, _serving) = peer::once(async move |mut stream| {
            let head = peer::head(&mut stream).await;
            let answer = peer::switching(&head, more);
            stream.write_all(answer.as_bytes()).await.unwrap();
        })
        .await;
        let options = Options {
            subprotocols: subprotocols.iter().map(|name| (*name).to_owned()).collect(),
            ..Options::default()
        };
        match Connector::new(options).connect(&target).await.err() {
            Some(HandshakeError::Protocol { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn subprotocol_and_extension_must_have_been_offered() {
        let subprotocol = |chosen: &str, offered: &str| ProtocolFault::Subprotocol {
            chosen: chosen.to_owned(),
            offered: offered.to_owned(),
        };
        assert_eq!(
            fault_of_more("", &["a", "b"]).await,
            subprotocol("no subprotocol", "`a`, `b`")
        );
        assert_eq!(
            fault_of_more("Sec-WebSocket-Protocol: c\r\n", &["a"]).await,
            subprotocol("the subprotocol `c`", "`a`")
        );
        assert_eq!(
            fault_of_more("Sec-WebSocket-Protocol: c\r\n", &[]).await,
            subprotocol("the subprotocol `c`", "none")
        );
        assert_eq!(
            fault_of_more("Sec-WebSocket-Extensions: permessage-deflate; x\r\n", &[]).await,
            ProtocolFault::Extension("permessage-deflate; x".to_owned())
        );
    }

    #[tokio::test]
    async fn a_silent_server_is_given_up() {
        let (target, serving) = peer::once(async |stream| {
            let () = std::future::pending().await;
            drop(stream);
        })
        .await;
        let options = Options {
            layer_timeout: Duration::from_millis(50),
            ..Options::default()
        };
        let error = Connector::new(options).connect(&target).await.err().unwrap();
        assert_eq!(error.layer(), Some(Layer::Handshake));
        assert_eq!(error.to_string(), "WebSocket handshake: no answer within 0.05 s");
        serving.abort();
    }
}
