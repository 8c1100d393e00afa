//! Answers calls: admits them, lets the proxy carry them, and explains what it refuses.

use super::admission::{self, Arrival};
use super::authentication::Guards;
use super::backend::{Body, full};
use super::body::Call;
use super::debug;
use super::headers::{self, About};
use super::proxy::{AfterUpgrade, Answer, Exchange};
use super::refusal::Refusal;
use super::request_log::{RequestLog, RequestRecord};
use super::runner::Runner;
use super::snapshot::Snapshots;
use crate::sign::{Credentials, Secret};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use std::net::IpAddr;
use std::time::Instant;

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
    /// The account, whose keys sign for APIs with IAM authentication.
    pub(super) account: Option<Credentials>,
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
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut record = RequestRecord {
            request_id: id.clone(),
            time: jiff::Timestamp::now(),
            group: connection.group_id.clone(),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            status: 0,
            duration: None,
            function: None,
            received: 0,
            sent: 0,
            note: None,
        };
        let answer = self.answer(request, connection, &mut record).await;
        let (mut response, after) = match answer {
            Ok(answer) => {
                record.status = answer.head.status().as_u16();
                answer.finish(self.requests.add(record, began))
            }
            Err(refusal) => {
                record.status = refusal.status();
                record.note = Some(refusal.message());
                self.requests.add(record, began);
                (refuse(&refusal, &id), None)
            }
        };
        headers::mark(response.headers_mut(), &id);
        (response, after)
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
                guards
                    .admit(&route, (&parts, connection.tls), Call::Coming(body))
                    .await?
            }
        };
        let target = admission::target(&snapshot, route, &arrival)?;
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
        };
        exchange.run(&self.runner, Request::from_parts(parts, body)).await
    }
}

/// The gateway's own answer.
fn refuse(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let body = json!({
        "error_code": refusal.code(),
        "error_msg": refusal.message(),
        "request_id": request_id,
    });
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
