//! Answers calls: admits them, lets the proxy carry them, and explains what it refuses.

use super::admission::{self, Arrival};
use super::authentication::Guards;
use super::backend::{Body, BodyError, full};
use super::body::Call;
use super::debug;
use super::headers::{self, About};
use super::proxy::{AfterUpgrade, Answer, Exchange};
use super::refusal::Refusal;
use super::request_log::{RequestLog, RequestRecord};
use super::runner::Runner;
use super::snapshot::Snapshots;
use super::statistics::Verdict;
use super::throttling::{Throttling, Visitor};
use crate::local::fault::{Cut, Faults, Met, NewFault};
use crate::local::physics::Pace;
use crate::sign::{Credentials, Secret};
use futures_util::FutureExt;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, UPGRADE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a client may take for a body that is held until its signature is checked.
const HOLD_LIMIT: Duration = Duration::from_secs(60);

/// All gateways of the local cloud.
pub(super) struct Gateway {
    /// What the records say.
    pub(super) snapshots: Snapshots,
    /// What runs.
    pub(super) runner: Runner,
    /// What was asked.
    pub(super) requests: RequestLog,
    /// The member of a function's configuration that stands for the WebSocket switch.
    pub(super) websocket_field: String,
    /// How fast time passes.
    pub(super) pace: Pace,
    /// What fails on purpose.
    pub(super) faults: Faults,
    /// The account, whose keys sign for APIs with IAM authentication.
    pub(super) account: Option<Credentials>,
    /// Counts calls.
    pub(super) throttling: Throttling,
    /// By what the management plane is known.
    pub(super) debug_word: Secret,
}

/// The connection that a call came by.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// The id of the group whose port it came to.
    pub(super) group_id: String,
    /// That port.
    pub(super) port: u16,
    /// The client's address.
    pub(super) client: IpAddr,
    /// Whether it is encrypted.
    pub(super) tls: bool,
}

impl Gateway {
    /// The answer to a call, and what is to run on its connection after an upgrade.
    pub(super) async fn call(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> (Response<Body>, Option<AfterUpgrade>) {
        let began = Instant::now();
        let upgrade = request.headers().contains_key(UPGRADE);
        let mut record = record(connection, request.method().as_str(), request.uri().path());
        let id = record.request_id.clone();
        let fault = self.fault(&request).await;
        let planned = fault.as_ref().and_then(|fault| planned(fault, &id));
        let answer = match planned {
            Some(response) => Ok(Planned::Fault(response)),
            None => self
                .answer(request, connection, &mut record)
                .await
                .map(Planned::Function),
        };
        let (response, after) = match answer {
            Ok(Planned::Function(answer)) => {
                record.status = answer.head.status().as_u16();
                let verdict = Verdict::of_status(record.status);
                answer.finish(self.requests.add(record, (began, verdict)))
            }
            Ok(Planned::Fault(response)) => {
                let status = response.status().as_u16();
                record.status = status;
                record.note = Some("a fault that was set on purpose".to_owned());
                self.requests.add(record, (began, Verdict::of_status(status)));
                (response, None)
            }
            Err(refusal) => {
                record.status = refusal.status();
                record.note = Some(refusal.message());
                self.requests.add(record, (began, refusal.verdict()));
                (refuse(&refusal, &id), None)
            }
        };
        let (mut response, after) = match fault {
            Some(fault) if fault.cut => cut(response, after).await,
            _ => (response, after),
        };
        headers::mark(response.headers_mut(), &id);
        if upgrade && after.is_none() {
            // What follows was not checked: it might have been a WebSocket's.
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        (response, after)
    }

    /// The fault that a call meets, after it has delayed.
    async fn fault(&self, request: &Request<Incoming>) -> Option<NewFault> {
        let fault = self.faults.meet(&Met {
            operation: None,
            method: request.method().as_str(),
            path: request.uri().path(),
        })?;
        fault.delay().await;
        Some(fault)
    }

    /// The answer to what is no request, the last of its connection.
    pub(super) fn refuse(&self, refusal: &Refusal, connection: &Connection) -> Response<Body> {
        let mut record = record(connection, "-", "-");
        let id = record.request_id.clone();
        record.status = refusal.status();
        record.note = Some(refusal.message());
        self.requests.add(record, (Instant::now(), refusal.verdict()));
        let mut response = refuse(refusal, &id);
        headers::mark(response.headers_mut(), &id);
        response
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
        record: &mut RequestRecord,
    ) -> Result<Answer, Refusal> {
        let arrived = tokio::time::Instant::now();
        let snapshot = self.snapshots.newest().await?;
        let (mut parts, body) = request.into_parts();
        let debugged = debug::take(&mut parts.headers, &self.debug_word);
        admission::check_size(&parts)?;
        let group_id = admission::group(&snapshot, &parts, &connection.group_id)?;
        record.group = snapshot.group_name(&group_id);
        let arrival = Arrival {
            port: connection.port,
            tls: debugged.as_ref().map_or(connection.tls, |debugged| debugged.tls),
            upgrade: headers::is_upgrade(&parts),
            websocket_field: &self.websocket_field,
            debug: debugged.as_ref(),
        };
        let route = admission::route(&snapshot, &parts, &group_id, &arrival)?;
        let guards = Guards {
            callers: &snapshot.callers,
            account: self.account.as_ref(),
        };
        let body = match debugged {
            // Who debugs has proved itself to the management plane.
            Some(_) => Call::Coming(body),
            None => {
                let admitted = guards.admit(&route, (&parts, connection.tls), Call::Coming(body));
                let limit = self.pace.of_client(HOLD_LIMIT);
                let (body, app) = timeout(limit, admitted).await.map_err(|_| Refusal::BodyBroken)??;
                let visitor = Visitor {
                    address: connection.client,
                    app: app.as_deref(),
                    user: route.api.auth_type != "NONE",
                    own_domain: admission::host(&parts).is_some_and(|host| snapshot.is_own_domain(&host)),
                };
                self.throttling.admit(&route, &snapshot.policies, visitor)?;
                body
            }
        };
        let target = admission::target(&snapshot, route, &parts.headers, &arrival)?;
        record.package = Some(target.plan.record.function.package.clone());
        record.function = Some(target.plan.name().to_owned());
        let exchange = Exchange {
            target: &target,
            about: About {
                record: &target.plan.record,
                api_id: &target.route.api.id,
                environment: &target.route.environment,
                request_id: &record.request_id,
                client: connection.client,
                port: connection.port,
                tls: connection.tls,
            },
            upgrade: arrival.upgrade,
            arrival: arrived,
            pace: self.pace,
        };
        exchange.run(&self.runner, Request::from_parts(parts, body)).await
    }
}

/// What is remembered of a request, at its beginning.
fn record(connection: &Connection, method: &str, path: &str) -> RequestRecord {
    RequestRecord {
        request_id: uuid::Uuid::new_v4().simple().to_string(),
        time: jiff::Timestamp::now(),
        group: connection.group_id.clone(),
        method: method.to_owned(),
        path: path.to_owned(),
        status: 0,
        duration: None,
        package: None,
        function: None,
        received: 0,
        sent: 0,
        note: None,
    }
}

/// Who answers.
enum Planned {
    Function(Answer),
    Fault(Response<Body>),
}

/// What `fault` answers in place of the function.
fn planned(fault: &NewFault, request_id: &str) -> Option<Response<Body>> {
    let entry = match fault.status {
        Some(429) => "APIG.0308",
        _ => "APIG.0201",
    };
    let (status, body) = fault.answer(entry, request_id)?;
    Some(json_response(status, &body))
}

/// Lets the connection end half-way through `response`; a socket ends as soon as it has begun.
async fn cut(response: Response<Body>, after: Option<AfterUpgrade>) -> (Response<Body>, Option<AfterUpgrade>) {
    if after.is_some() {
        return (response, Some(async { drop(after) }.boxed()));
    }
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    let body = Cut::of(&whole).map_err(BodyError::from).boxed_unsync();
    (Response::from_parts(parts, body), None)
}

/// The gateway's own answer.
fn refuse(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let body = json!({
        "error_code": refusal.code(),
        "error_msg": refusal.message(),
        "request_id": request_id,
    });
    json_response(refusal.status(), &body)
}

fn json_response(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
