//! One call to a function: the request goes there, the answer comes back, and after its 101 the tunnel begins.
//!
//! Nothing is buffered but what the two connections themselves buffer.

use super::admission::Target;
use super::backend::{self, Body, Driver, chain};
use super::body::{Call, Inbound, Outgoing, Upload};
use super::checked::Checked;
use super::function_log::Stream as LogStream;
use super::headers::{self, About};
use super::instance::{Instance, Lease};
use super::refusal::Refusal;
use super::request_log::OpenRequest;
use super::runner::{Place, Runner};
use super::tunnel::{self, Cause, End, Limits};
use crate::local::physics::Pace;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Request, Response, StatusCode, Uri, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

/// How long the end of a process may take to be noticed after its connection broke.
const END_LIMIT: Duration = Duration::from_millis(200);

/// The connection of a client, plain or encrypted.
pub(super) type ClientStream = Box<dyn tunnel::Stream>;

/// A call on its way.
pub(super) struct Exchange<'a> {
    /// Where it goes.
    pub(super) target: &'a Target,
    /// What the function is told of it.
    pub(super) about: About<'a>,
    /// Whether it asks for WebSocket.
    pub(super) upgrade: bool,
    /// When it came.
    pub(super) arrival: Instant,
    /// How fast its limits pass.
    pub(super) pace: Pace,
}

/// The function's answer, and what follows it.
pub(super) struct Answer {
    /// Status and headers; the body is [`Answer::rest`]'s to give.
    pub(super) head: Response<()>,
    rest: Rest,
}

enum Rest {
    Body(Box<Outgoing>),
    Tunnel(Box<Tunnel>),
}

/// What runs on a client's connection once it is no longer HTTP.
pub(super) type AfterUpgrade = BoxFuture<'static, ()>;

impl Exchange<'_> {
    /// Sends `request` to an instance of the function.
    ///
    /// # Errors
    /// There is no instance, or it gives no answer in time.
    pub(super) async fn run(&self, runner: &Runner, request: Request<Call>) -> Result<Answer, Refusal> {
        let head_limit = self
            .deadline()
            .min(self.arrival + self.pace.of(self.target.backend_timeout()));
        if content_length(&request) > self.target.longest_body {
            return Err(Refusal::BodyTooLarge);
        }
        let place = timeout_at(head_limit, runner.place(&self.target.plan)).await;
        let mut place = place.map_err(|_| self.expired(true))??;
        place.lease.mark(place.instance.log.enter(self.about.request_id));
        let sent = timeout_at(head_limit, self.send(&place.instance, request)).await;
        match sent.map_err(|_| self.expired(false))? {
            Ok(sent) => self.answer(place, sent),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::NoAnswer(cause)) => Err(self.no_answer(&place.instance, cause).await),
        }
    }

    fn deadline(&self) -> Instant {
        self.arrival + self.pace.of(self.target.execution_timeout())
    }

    async fn send(&self, instance: &Instance, request: Request<Call>) -> Result<Sent, Failure> {
        let (mut sender, driver) = backend::connect(instance)
            .await
            .map_err(|error| Failure::NoAnswer(error.to_string()))?;
        let Outbound {
            request,
            client,
            upload,
        } = self.outgoing(request)?;
        let answer = sender.send_request(request).await;
        match answer {
            Ok(response) => Ok(Sent {
                response,
                client,
                upload,
                driver,
            }),
            Err(_) if upload.too_large.load(Ordering::Relaxed) => Err(Failure::Refused(Refusal::BodyTooLarge)),
            Err(_) if upload.broken.load(Ordering::Relaxed) => Err(Failure::Refused(Refusal::BodyBroken)),
            Err(error) => Err(Failure::NoAnswer(chain(&error))),
        }
    }

    /// The request as the function gets it. Extensions stay: they hold how the client spelt the headers' names.
    fn outgoing(&self, mut request: Request<Call>) -> Result<Outbound, Failure> {
        let client = self.upgrade.then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path
            .parse::<Uri>()
            .map_err(|error| Failure::Refused(Refusal::Internal(error.to_string())))?;
        parts.version = Version::HTTP_11;
        headers::forward(&mut parts.headers, self.upgrade, &self.about);
        let upload = Arc::new(Upload::default());
        let body = Inbound {
            limit: self.target.longest_body,
            body,
            upload: Arc::clone(&upload),
        };
        Ok(Outbound {
            request: Request::from_parts(parts, body.boxed_unsync()),
            client,
            upload,
        })
    }

    fn answer(&self, place: Place, sent: Sent) -> Result<Answer, Refusal> {
        let Sent {
            mut response,
            client,
            upload,
            driver,
        } = sent;
        let Place { instance, mut lease } = place;
        // The gateway speaks its own version, whichever the function's server does.
        *response.version_mut() = Version::HTTP_11;
        let switching = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let rest = match (switching, client) {
            (true, None) => {
                return Err(Refusal::NoAnswer {
                    function: self.target.plan.name().to_owned(),
                    cause: "it switched protocols, which nobody asked for".to_owned(),
                    log: instance.log.path().to_owned(),
                });
            }
            (true, Some(client)) => {
                lease.upgrade();
                Rest::Tunnel(Box::new(Tunnel {
                    client,
                    function: hyper::upgrade::on(&mut response),
                    limits: Limits {
                        idle: self.pace.of(self.target.backend_timeout()),
                        deadline: self.deadline(),
                    },
                    backend_timeout: self.target.backend_timeout(),
                    instance,
                    keep: (lease, driver),
                }))
            }
            (false, _) => {
                headers::strip_hop_by_hop(response.headers_mut());
                return Ok(self.plain(response, upload, (lease, driver)));
            }
        };
        let head = response.map(|_| ());
        Ok(Answer { head, rest })
    }

    fn plain(&self, response: Response<Incoming>, upload: Arc<Upload>, keep: (Lease, Driver)) -> Answer {
        let (parts, body) = response.into_parts();
        let rest = Rest::Body(Box::new(Outgoing::new(body, self.deadline(), upload, keep)));
        Answer {
            head: Response::from_parts(parts, ()),
            rest,
        }
    }

    fn expired(&self, starting: bool) -> Refusal {
        let function = self.target.plan.name().to_owned();
        let execution = self.target.execution_timeout();
        if execution <= self.target.backend_timeout() {
            return Refusal::ExecutionTimeout {
                function,
                seconds: execution.as_secs(),
            };
        }
        Refusal::BackendTimeout {
            function,
            api: self.target.api_name(),
            milliseconds: u64::try_from(self.target.backend_timeout().as_millis()).unwrap_or(u64::MAX),
            starting,
        }
    }

    async fn no_answer(&self, instance: &Instance, cause: String) -> Refusal {
        let end = timeout(END_LIMIT, instance.end()).await;
        Refusal::NoAnswer {
            function: self.target.plan.name().to_owned(),
            cause: end.map_or(cause, |how| format!("its process ended, {how}")),
            log: instance.log.path().to_owned(),
        }
    }
}

impl Answer {
    /// The answer as it goes to the client, and what is to run on the client's connection after that.
    pub(super) fn finish(self, request: OpenRequest) -> (Response<Body>, Option<AfterUpgrade>) {
        match self.rest {
            Rest::Body(mut body) => {
                body.request = Some(request);
                (self.head.map(|()| body.boxed_unsync()), None)
            }
            Rest::Tunnel(tunnel) => (self.head.map(|()| backend::empty()), Some(tunnel.run(request).boxed())),
        }
    }
}

/// A request on its way to the function.
struct Outbound {
    request: Request<Body>,
    /// The client's connection, once it is no longer HTTP.
    client: Option<OnUpgrade>,
    upload: Arc<Upload>,
}

/// A request that the function has answered.
struct Sent {
    response: Response<Incoming>,
    client: Option<OnUpgrade>,
    upload: Arc<Upload>,
    driver: Driver,
}

enum Failure {
    Refused(Refusal),
    NoAnswer(String),
}

fn content_length<B>(request: &Request<B>) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH).map(HeaderValue::to_str);
    length.and_then(|length| length.ok()?.parse().ok()).unwrap_or(0)
}

/// A tunnel that begins when both handshakes are over.
struct Tunnel {
    client: OnUpgrade,
    function: OnUpgrade,
    limits: Limits,
    /// The API's, as it says it.
    backend_timeout: Duration,
    instance: Arc<Instance>,
    keep: (Lease, Driver),
}

impl Tunnel {
    async fn run(self, request: OpenRequest) {
        let Self {
            client,
            function,
            limits,
            backend_timeout,
            instance,
            keep: (_lease, driver),
        } = self;
        let (Ok(client), Ok(function)) = tokio::join!(client, function) else {
            return request.note(|record| record.note = Some("the client left during the handshake".to_owned()));
        };
        // It has nothing to drive any more, and holds memory.
        drop(driver);
        let (Some(client), Some(function)) = (client_end(client), function_end(function)) else {
            return;
        };
        let outcome = tunnel::run(client, function, limits, &instance.replaced).await;
        let note = explain(&outcome.cause, backend_timeout);
        if let Some(note) = &note {
            instance.log.add(LogStream::System, note);
        }
        request.note(|record| {
            (record.received, record.sent) = (outcome.received, outcome.sent);
            record.note = note;
        });
    }
}

fn explain(cause: &Cause, idle: Duration) -> Option<String> {
    match cause {
        Cause::Closed => None,
        Cause::Idle => Some(format!(
            "a socket was dropped: no byte either way for {} ms, the API's backend timeout; send pings more often",
            idle.as_millis()
        )),
        Cause::Deadline => Some("a socket was dropped: the function's execution timeout was over".to_owned()),
        Cause::Broken(kind) => Some(format!("a socket broke: {kind}")),
        Cause::Replaced => Some("a socket was closed with 1012: the function's code was replaced".to_owned()),
    }
}

/// The client's connection itself, and what was read from it with the handshake.
fn client_end(upgraded: Upgraded) -> Option<End<ClientStream>> {
    let parts = upgraded.downcast::<TokioIo<Checked<ClientStream>>>().ok()?;
    let (stream, unread) = parts.io.into_inner().into_parts();
    let early = match (parts.read_buf.is_empty(), unread.is_empty()) {
        (true, _) => unread,
        (_, true) => parts.read_buf,
        _ => [parts.read_buf, unread].concat().into(),
    };
    Some(End { stream, early })
}

/// The function's connection itself, and what was read from it with the handshake.
fn function_end(upgraded: Upgraded) -> Option<End<TcpStream>> {
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some(End {
        stream: parts.io.into_inner(),
        early: parts.read_buf,
    })
}
