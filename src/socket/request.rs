//! The handshake's request as it is sent: its headers checked, and signed where the API asks for it.

use super::error::HandshakeError;
use super::{Options, Target};
use crate::sign::{self, Algorithm, Credentials};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body_util::Empty;

/// What the handshake says itself, and what would make it another request.
const RESERVED: [HeaderName; 10] = [
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_EXTENSIONS,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::TE,
];

/// The request that asks `target` for a WebSocket with the handshake's `key`.
///
/// # Errors
/// A header that cannot be set.
pub(super) fn build(
    target: &Target,
    options: &Options,
    key: &str,
    now: jiff::Timestamp,
) -> Result<Request<Empty<Bytes>>, HandshakeError> {
    let mut headers = own_headers(target, options)?;
    let mut asked = target.path_and_query();
    if let Some(credentials) = &options.signing {
        let query = sign(target, &mut headers, credentials, &sign::date_text(now))?;
        asked.truncate(target.path.len());
        if !query.is_empty() {
            asked.push('?');
            asked.push_str(&query);
        }
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(header::SEC_WEBSOCKET_KEY, value(header::SEC_WEBSOCKET_KEY, key)?);
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = asked.parse().map_err(|_| HandshakeError::Header {
        name: "request line".to_owned(),
        fault: "the URL cannot be asked for",
    })?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The headers that the options ask for, and `Host`.
fn own_headers(target: &Target, options: &Options) -> Result<HeaderMap, HandshakeError> {
    if let Some(name) = RESERVED.iter().find(|name| options.headers.contains_key(*name)) {
        return Err(refused(name, "it belongs to the handshake"));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, value(header::HOST, &target.host_header())?);
    if let Some(origin) = &options.origin {
        headers.insert(header::ORIGIN, value(header::ORIGIN, origin)?);
    }
    if !options.subprotocols.iter().all(|token| is_token(token)) {
        return Err(refused(
            &header::SEC_WEBSOCKET_PROTOCOL,
            "a subprotocol's name has letters, digits and !#$%&'*+-.^_`|~ only",
        ));
    }
    if !options.subprotocols.is_empty() {
        let offered = value(header::SEC_WEBSOCKET_PROTOCOL, &options.subprotocols.join(", "))?;
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    }
    // The first of a name replaces what stands there; the others of that name are added.
    for name in options.headers.keys() {
        headers.remove(name);
        for value in options.headers.get_all(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    Ok(headers)
}

/// Signs the request and gives the query as it has to be sent.
///
/// Signed are `Host`, the date and the user's headers. `Connection` and its like are not: gateways rewrite them.
fn sign(
    target: &Target,
    headers: &mut HeaderMap,
    credentials: &Credentials,
    date: &str,
) -> Result<String, HandshakeError> {
    let mut signed_headers = Vec::new();
    for (name, value) in headers.iter() {
        if name == header::SEC_WEBSOCKET_PROTOCOL || name == header::ORIGIN {
            continue;
        }
        let text = value
            .to_str()
            .map_err(|_| refused(name, "it is signed, so it must be ASCII"))?;
        signed_headers.push((name.to_string(), text.to_owned()));
    }
    let query = decoded_pairs(&target.query);
    let request = sign::Request {
        method: "GET",
        path: &target.path,
        query: &query,
        headers: &signed_headers,
        body: b"",
    };
    let algorithm = Algorithm::SdkHmacSha256;
    let signed = sign::sign(&request, &target.host_header(), credentials, &algorithm, date);
    for (name, text) in &signed.headers {
        let parsed = HeaderName::try_from(name.as_str());
        let name = parsed.map_err(|_| HandshakeError::Header {
            name: name.clone(),
            fault: "it is no header's name",
        })?;
        headers.insert(name.clone(), value(name, text)?);
    }
    Ok(signed.query)
}

fn decoded_pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn is_token(text: &str) -> bool {
    let mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || mark(byte))
}

fn value(name: HeaderName, text: &str) -> Result<HeaderValue, HandshakeError> {
    HeaderValue::from_str(text).map_err(|_| refused(&name, "it has a character that no header may have"))
}

fn refused(name: &HeaderName, fault: &'static str) -> HandshakeError {
    HandshakeError::Header {
        name: name.to_string(),
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::sign::{Credentials, Secret};
    use crate::socket::{HandshakeError, Options};
    use bytes::Bytes;
    use http::{HeaderName, HeaderValue, Request};
    use http_body_util::Empty;

    fn built(options: &Options) -> Result<Request<Empty<Bytes>>, HandshakeError> {
        let target = "wss://h.example:8443/chat?b=2&a=x%20y".parse().unwrap();
        build(&target, options, "key", jiff::Timestamp::UNIX_EPOCH)
    }

    fn with_header(name: &'static str, value: &'static str) -> Options {
        let mut options = Options::default();
        let name = HeaderName::from_static(name);
        options.headers.insert(name, HeaderValue::from_static(value));
        options
    }

    #[test]
    fn the_handshake_and_the_users_headers_are_asked_for() {
        let options = Options {
            subprotocols: vec!["chat".to_owned(), "v2.json".to_owned()],
            origin: Some("https://page.example".to_owned()),
            ..with_header("authorization", "Bearer t")
        };
        let request = built(&options).unwrap();
        assert_eq!(request.uri(), "/chat?b=2&a=x%20y");
        for (name, value) in [
            ("host", "h.example:8443"),
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "key"),
            ("sec-websocket-protocol", "chat, v2.json"),
            ("origin", "https://page.example"),
            ("authorization", "Bearer t"),
        ] {
            assert_eq!(request.headers()[name], value, "{name}");
        }
        assert_eq!(request.headers().len(), 8);
    }

    #[test]
    fn a_host_of_ones_own_replaces_the_targets() {
        let request = built(&with_header("host", "own.example")).unwrap();
        assert_eq!(request.headers()["host"], "own.example");
    }

    #[test]
    fn headers_that_would_make_it_another_request_are_refused() {
        for name in ["upgrade", "sec-websocket-key", "content-length", "transfer-encoding"] {
            match built(&with_header(name, "x")) {
                Err(HandshakeError::Header { name: named, .. }) => assert_eq!(named, name),
                other => panic!("{other:?}"),
            }
        }
        for subprotocol in ["", "a b", "a,b", "é"] {
            let options = Options {
                subprotocols: vec![subprotocol.to_owned()],
                ..Options::default()
            };
            assert!(matches!(built(&options), Err(HandshakeError::Header { .. })));
        }
        let options = Options {
            origin: Some("a\r\nb".to_owned()),
            ..Options::default()
        };
        assert!(matches!(built(&options), Err(HandshakeError::Header { .. })));
    }

    #[test]
    fn it_is_signed_so_that_the_verifier_agrees() {
        let credentials = Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new("SK"),
            security_token: None,
        };
        let options = Options {
            signing: Some(credentials.clone()),
            ..with_header("x-stage", "RELEASE")
        };
        let request = built(&options).unwrap();
        assert_eq!(request.uri(), "/chat?a=x%20y&b=2");
        assert_eq!(request.headers()["x-sdk-date"], "19700101T000000Z");
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(
            authorization.contains("SignedHeaders=host;x-sdk-date;x-stage,"),
            "{authorization}"
        );
        let query = [("a".to_owned(), "x y".to_owned()), ("b".to_owned(), "2".to_owned())];
        let seen = crate::sign::Request {
            method: "GET",
            path: "/chat",
            query: &query,
            headers: &headers,
            body: b"",
        };
        let parsed = authorization.parse::<crate::sign::Authorization>().unwrap();
        crate::sign::verify(&seen, &parsed, &credentials.secret_key, jiff::Timestamp::UNIX_EPOCH).unwrap();
    }
}
