//! The way of a request: read, authenticated, put together, handled, answered. Every answer bears an `X-Request-Id`.

use super::super::{Account, Context, Contexts};
use super::front_door::{Claim, Guard, query_pairs};
use super::identity::new_id;
use super::refusal::{Generic, Refusal, finish, json_response};
use super::short_urn;
use crate::codes::front_door;
use crate::sign::AUTH_TOKEN_HEADER;
use crate::wire::operation::{assemble, without_nulls};
use crate::wire::{Method, Operation, Service};
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The largest body. A dependency of 40 MB as Base64 fits. The documented 12 MB for signed requests are not enforced:
/// the services' own operations take more.
const BODY_LIMIT: usize = 100 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);

/// What every request shares.
pub(super) struct Desk {
    pub(super) contexts: Arc<Contexts>,
    pub(super) guard: Guard,
}

/// What a handler answers.
pub(super) struct Answered<T> {
    /// The answer's body, unless there is a text.
    pub(super) output: T,
    /// Headers besides those that every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body in a form of its own.
    pub(super) text: Option<String>,
}

impl<T> From<T> for Answered<T> {
    fn from(output: T) -> Self {
        Self {
            output,
            headers: Vec::new(),
            text: None,
        }
    }
}

/// One authenticated request, as its handler sees it.
pub(super) struct Call {
    /// The local cloud.
    pub(super) context: Arc<Context>,
    /// As in the answer's header.
    pub(super) request_id: String,
    /// When it came.
    pub(super) now: Timestamp,
    /// Whether a signature or a token has said who calls.
    pub(super) proved: bool,
    /// Where the caller reached the local cloud: `http://127.0.0.1:7860`.
    pub(super) origin: String,
}

impl Call {
    /// Runs `work` where it may block: writes wait for the disk, archives take time to unpack. Goes on to its end
    /// when the caller hangs up.
    pub(super) async fn blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Context) -> Result<R, Refusal> + Send + 'static,
    ) -> Result<R, Refusal> {
        let context = Arc::clone(&self.context);
        let open = Arc::clone(&context.open).read_owned().await;
        if !open.0 {
            let why = "the state was replaced while the request ran, and nothing was changed; ask again";
            return Err(Refusal::Internal(why.to_owned()));
        }
        let (tell, told) = oneshot::channel();
        // Boxed, so that the runtime's part of it is not compiled once for every handler.
        let work: Box<dyn FnOnce() + Send> = Box::new(move || {
            let outcome = work(&context);
            drop(open);
            // A caller that hung up hears nothing.
            let _ = tell.send(outcome);
        });
        let ended = tokio::task::spawn_blocking(work).await;
        ended.map_err(|error| Refusal::Internal(error.to_string()))?;
        told.await
            .unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
    }
}

/// What the way of a request has to know of an operation, whatever its types are.
///
/// The way is the same code for every operation; only reading the input, the handler and rendering the output differ.
#[derive(Clone, Copy)]
struct Kind {
    service: Service,
    method: Method,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    own_body: bool,
    authenticated: bool,
    /// The status of a success.
    status: u16,
}

impl Kind {
    fn of<O: Operation>() -> Self {
        Self {
            service: O::SERVICE,
            method: O::METHOD,
            path: O::PATH,
            headers: O::HEADERS,
            own_body: O::OWN_BODY,
            authenticated: O::AUTHENTICATED,
            status: O::SUCCESS.first().copied().unwrap_or(200),
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Answered<Vec<u8>>, Refusal>> + Send>>;

/// An operation with its handler.
pub(super) struct Served {
    kind: Kind,
    /// Handles the input, still as JSON, and answers the output as JSON.
    run: Box<dyn Fn(Call, Value) -> Answering + Send + Sync>,
}

impl Served {
    /// The operation `O`, handled by `handler`.
    pub(super) fn by<O, F, A, R>(handler: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Call, O) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, Refusal>> + Send + 'static,
        R: Into<Answered<O::Output>> + 'static,
    {
        let run = move |call: Call, input: Value| -> Answering {
            match serde_json::from_value(input) {
                Ok(input) => {
                    let answer = handler(call, input);
                    Box::pin(async move { rendered(answer.await?.into()) })
                }
                Err(error) => {
                    let refusal = Refusal::because(Generic::of(O::SERVICE).shape, error);
                    Box::pin(ready(Err(refusal)))
                }
            }
        };
        Self {
            kind: Kind::of::<O>(),
            run: Box::new(run),
        }
    }

    /// The method and the path template that ask for it.
    pub(super) fn place(&self) -> (Method, &'static str) {
        (self.kind.method, self.kind.path)
    }

    /// Answers a request for it.
    pub(super) async fn answer(
        &self,
        desk: Arc<Desk>,
        fields: Result<RawPathParams, RawPathParamsRejection>,
        request: Request,
    ) -> Response {
        let request_id = new_id();
        match self.handle(&desk, fields, request, &request_id).await {
            Ok(answered) => success(self.kind.status, answered, &request_id),
            Err(refusal) => refusal.response(self.kind.service, self.kind.path, &request_id),
        }
    }

    async fn handle(
        &self,
        desk: &Desk,
        fields: Result<RawPathParams, RawPathParamsRejection>,
        request: Request,
        request_id: &str,
    ) -> Result<Answered<Vec<u8>>, Refusal> {
        let now = Timestamp::now();
        let (parts, body) = request.into_parts();
        let context = desk.contexts.current();
        let asks_openly = !self.kind.authenticated && !parts.headers.contains_key(AUTHORIZATION);
        let asks_openly = asks_openly && !parts.headers.contains_key(AUTH_TOKEN_HEADER);
        let claim = match asks_openly {
            true => Ok(Claim::None),
            false => desk.guard.identify(&parts.headers, &context.account, now),
        };
        let body = admit(&desk.guard, (&parts, body), &claim, now).await;
        let (claim, body) = (claim?, body?);
        let shape = Generic::of(self.kind.service).shape;
        let fields = fields.map_err(|error| Refusal::because(shape, error.body_text()))?;
        let input = self.kind.input(&context.account, &fields, &parts, &body)?;
        drop(body);
        let host = parts
            .headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok());
        let call = Call {
            context,
            request_id: request_id.to_owned(),
            now,
            proved: !matches!(claim, Claim::None),
            origin: format!("http://{}", host.unwrap_or("127.0.0.1")),
        };
        (self.run)(call, input).await
    }
}

/// Reads the body of a request and checks who sent it. Where that is refused already, nothing is kept of the body.
async fn admit(
    guard: &Guard,
    (parts, body): (&Parts, Body),
    claim: &Result<Claim, Refusal>,
    now: Timestamp,
) -> Result<Bytes, Refusal> {
    let Ok(claim) = claim else {
        // A client that is still sending would not read the answer.
        discard(body).await;
        return Ok(Bytes::new());
    };
    let body = read(body).await?;
    guard.verify((parts, &body), claim, now)?;
    Ok(body)
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let collecting = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_LIMIT).collect());
    let body = collecting.await.map_err(|_| {
        let detail = format!("the body did not arrive within {} seconds", BODY_TIME.as_secs());
        Refusal::because(front_door::BAD_REQUEST, detail)
    })?;
    match body {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let detail = format!("Request entity too large, more than {BODY_LIMIT} bytes");
            Err(Refusal::because(front_door::BAD_REQUEST, detail).with_status(413))
        }
        Err(error) => Err(Refusal::because(front_door::BAD_REQUEST, error)),
    }
}

/// Reads a body to its end without keeping it, as far as a body may go.
pub(super) async fn discard(body: Body) {
    let mut body = Limited::new(body, BODY_LIMIT);
    let _ = tokio::time::timeout(BODY_TIME, async { while let Some(Ok(_)) = body.frame().await {} }).await;
}

impl Kind {
    /// The input of the operation that a request asks for, as JSON.
    fn input(self, account: &Account, fields: &RawPathParams, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        let generic = Generic::of(self.service);
        let mut path = Vec::new();
        for (name, text) in fields {
            match name {
                "project_id" if text != account.project_id => {
                    let detail = format!(
                        "the path names the project `{text}`, the keys are of `{}`",
                        account.project_id
                    );
                    return Err(Refusal::because(generic.project, detail));
                }
                "project_id" => {}
                "function_urn" => path.push((name.to_owned(), short_urn::expand(text, account)?)),
                _ => path.push((name.to_owned(), text.to_owned())),
            }
        }
        for (field, header) in self.headers {
            let text = parts.headers.get(*header).and_then(|text| text.to_str().ok());
            path.extend(text.map(|text| ((*field).to_owned(), text.to_owned())));
        }
        let body = match self.method {
            Method::Post | Method::Put => body_of(&generic, body)?,
            // Few deletions have a body; to the others it means nothing.
            Method::Delete => body_of(&generic, body).unwrap_or_default(),
            Method::Get | Method::Head => None,
        };
        let body = match self.own_body {
            true => body,
            false => body.map(without_nulls),
        };
        Ok(assemble(path, query_pairs(parts.uri.query()), body))
    }
}

fn body_of(generic: &Generic, body: &[u8]) -> Result<Option<Value>, Refusal> {
    if body.is_empty() {
        return Ok(None);
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| Refusal::because(generic.not_json, error))?;
    if !value.is_object() {
        return Err(Refusal::because(generic.shape, "the body is no JSON object"));
    }
    Ok(Some(value))
}

/// With the output as JSON.
fn rendered<T: Serialize>(answered: Answered<T>) -> Result<Answered<Vec<u8>>, Refusal> {
    let output = serde_json::to_vec(&answered.output).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(Answered {
        output,
        headers: answered.headers,
        text: answered.text,
    })
}

fn success(status: u16, answered: Answered<Vec<u8>>, request_id: &str) -> Response {
    let Answered { output, headers, text } = answered;
    let mut response = match text {
        Some(text) => finish(Response::new(Body::from(text)), status, request_id),
        None if output == b"null" => finish(Response::new(Body::empty()), status, request_id),
        None => json_response(status, output, request_id),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Answers a request for an operation that is not served.
pub(super) async fn not_served(request: Request) -> Response {
    let detail = format!(
        "the local cloud does not serve {} {}",
        request.method(),
        request.uri().path()
    );
    discard(request.into_body()).await;
    // The front door answers in the same form before every service.
    Refusal::because(front_door::NO_SUCH_API, detail).response(Service::FunctionGraph, "", &new_id())
}
