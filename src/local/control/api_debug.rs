//! Debugging: an API is really called, at its group's port.

use super::api_definition::{METHODS, one_of};
use super::refusal::Refusal;
use super::request::Call;
use super::{api, gateway_status, group};
use crate::codes::apig::{PARAMETER_VALUE, TOO_LARGE};
use crate::local;
use crate::wire::api_debug::{DebugAnswer, DebugApi, DebugCall};
use crate::wire::environment::RELEASE;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// The mode in which the API as it is edited is called.
const DEVELOPER: &str = "DEVELOPER";
/// The mode in which the API as it was published is called.
const CONSUMER: &str = "CONSUMER";
/// How long the backend may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest body of a call, in bytes.
const BODY_LIMIT: usize = 2_097_152;
/// The longest answer that is told, in bytes.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
/// The longest path, in characters.
const PATH: usize = 1024;
/// The longest name of a header or a query parameter, in characters.
const NAME: usize = 32;
/// Headers that the connection itself needs.
const RESERVED: &[&str] = &[
    "host",
    "connection",
    "upgrade",
    "content-length",
    "transfer-encoding",
    "expect",
    "te",
];

fn wrong(name: &str, detail: impl std::fmt::Display) -> Refusal {
    Refusal::parameter(PARAMETER_VALUE, name, detail)
}

fn check(call: &DebugCall) -> Result<(), Refusal> {
    one_of("mode", &call.mode, &[DEVELOPER, CONSUMER])?;
    one_of("scheme", &call.scheme, &["HTTP", "HTTPS"])?;
    let methods: Vec<&str> = METHODS.iter().copied().filter(|method| *method != "ANY").collect();
    one_of("method", &call.method, &methods)?;
    if !call.path.starts_with('/') || call.path.chars().count() > PATH {
        let detail = format!(
            "`{}` does not begin with `/`, or has more than {PATH} characters",
            call.path
        );
        return Err(wrong("path", detail));
    }
    for name in call.query.keys() {
        check_name("query", name, "-_.")?;
    }
    for name in call.header.keys() {
        check_name("header", name, "-.")?;
    }
    let length = call.body.as_deref().unwrap_or_default().len();
    match length <= BODY_LIMIT {
        true => Ok(()),
        false => Err(Refusal::because(
            TOO_LARGE,
            format!("a body of {length} bytes, more than {BODY_LIMIT}"),
        )),
    }
}

fn check_name(kind: &str, name: &str, marks: &str) -> Result<(), Refusal> {
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("x-apig-") || lower.starts_with("x-sdk-") || lower == "x-stage";
    let allowed = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if reserved || !begins || name.len() > NAME || !name.chars().all(allowed) {
        return Err(wrong(kind, format!("the name `{name}` is not allowed")));
    }
    Ok(())
}

/// The request that `call` describes, for the group's `domain`.
fn request(call: &DebugCall, domain: &str) -> Result<Request<Full<Bytes>>, Refusal> {
    let mut target = call.path.clone();
    for (at, (name, value)) in pairs(&call.query).enumerate() {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        target.push(if at == 0 { '?' } else { '&' });
        target.push_str(&format!("{}={}", encoded(name), encoded(value)));
    }
    let target: Uri = target.parse().map_err(|error| wrong("path", error))?;
    let body = Bytes::from(call.body.clone().unwrap_or_default());
    let mut request = Request::builder().method(call.method.as_str()).uri(target);
    request = request.header(HOST, call.domain.as_deref().unwrap_or(domain));
    request = request.header("connection", "close");
    if call.mode == CONSUMER {
        request = request.header("x-stage", call.stage.as_deref().unwrap_or(RELEASE));
    }
    for (name, value) in pairs(&call.header) {
        if !RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            request = request.header(name, value);
        }
    }
    request.body(Full::new(body)).map_err(|error| wrong("header", error))
}

fn pairs(map: &std::collections::BTreeMap<String, Vec<String>>) -> impl Iterator<Item = (&String, &String)> {
    map.iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value)))
}

/// A head as it stands on the wire.
fn head<'a>(first: String, headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> String {
    let mut text = format!("{first}\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    text.push_str("\r\n");
    text
}

/// Sends `request` to the port of this machine and reads the answer as text.
async fn exchange(port: u16, request: Request<Full<Bytes>>) -> Result<(u16, String), String> {
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    // Moves the bytes; what goes wrong with it, the exchange is told.
    let driver = tokio::spawn(connection);
    let answer = async {
        let response: Response<_> = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_LIMIT)
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        let first = format!("{:?} {}", parts.version, parts.status);
        let text = head(first, parts.headers.iter()) + &String::from_utf8_lossy(&body.to_bytes());
        Ok((parts.status.as_u16(), text))
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    driver.abort();
    answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
}

/// DebugApiV2. Who debugs is the API's owner: no app has to be authorised.
pub(super) async fn debug(call: Call, input: DebugApi) -> Result<DebugAnswer, Refusal> {
    let DebugApi {
        instance_id,
        api_id,
        body,
    } = input;
    check(&body)?;
    let group = call.context.store.read(|reader| {
        gateway_status::usable(reader, &instance_id, call.now)?;
        let api = api::find(reader, &instance_id, &api_id)?.api;
        group::find(reader, &instance_id, &api.group_id)
    })?;
    let mut request = request(&body, &group.group.sl_domain)?;
    let first = format!("{} {} HTTP/1.1", request.method(), request.uri());
    let sent = head(first, request.headers().iter()) + body.body.as_deref().unwrap_or_default();
    let (name, value) = call.context.ports.debug_header(&local::DebugCall {
        api_id,
        published: body.mode == CONSUMER,
        tls: body.scheme == "HTTPS",
    });
    request.headers_mut().insert(name, value);
    let began = Instant::now();
    let outcome = exchange(group.port, request).await;
    let latency = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (response, log) = match outcome {
        Ok((status, response)) => (response, format!("answered with status {status} after {latency} ms")),
        Err(fault) => (String::new(), format!("not answered: {fault}")),
    };
    Ok(DebugAnswer {
        request: sent,
        response,
        latency,
        log,
    })
}
