//! The control plane as a client sees it. Requests are written out by hand: what they hold is the services'
//! documentation, so a field that the shared definitions misread is noticed here.

mod api;
mod api_version;
mod app;
mod codes;
mod dependency;
mod domain;
mod environment;
mod fidelity;
mod front_door;
mod function;
mod function_code;
mod function_codes;
mod function_invocation;
mod function_record;
mod function_tag;
mod function_version;
mod gateway;
mod gateway_settings;
mod group;
mod guide;
mod identity;
mod load;
mod network;
mod obs;
mod publication;
mod security_group_rule;
mod throttle;
mod trigger;

use super::super::fault::Faults;
use super::super::store::{Lifetime, Store};
use super::super::{
    Account, Behaviour, CallFault, Context, Contexts, Counts, DebugCall, FunctionAnswer, FunctionCall, Functions,
    GroupPorts,
};
use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
use axum::body::Body;
use axum::{Router, response::Response};
use base64::Engine;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

pub(super) const PROJECT: &str = "0123456789abcdef0123456789abcdef";
pub(super) const DOMAIN: &str = "fedcba9876543210fedcba9876543210";
pub(super) const HOST: &str = "127.0.0.1:7860";
pub(super) const SWITCH: &str = "enable_websocket";

/// Ports that are only counted.
#[derive(Default)]
pub(super) struct Ports {
    pub(super) open: Mutex<BTreeMap<String, u16>>,
    pub(super) exhausted: Mutex<bool>,
}

impl GroupPorts for Ports {
    fn open(&self, group_id: &str) -> io::Result<u16> {
        if *self.exhausted.lock().unwrap() {
            return Err(io::Error::other("no port left"));
        }
        let mut open = self.open.lock().unwrap();
        let port = 40_000 + u16::try_from(open.len()).unwrap();
        open.insert(group_id.to_owned(), port);
        Ok(port)
    }

    fn close(&self, group_id: &str) {
        self.open.lock().unwrap().remove(group_id);
    }

    fn debug_header(&self, call: &DebugCall) -> (http::HeaderName, http::HeaderValue) {
        let value = http::HeaderValue::from_str(&call.api_id).unwrap();
        (http::HeaderName::from_static("x-debugged"), value)
    }
}

/// Functions that never run: what really does is tested with the whole program.
struct Nowhere;

impl Functions for Nowhere {
    fn invoke(&self, call: FunctionCall) -> BoxFuture<'static, Result<FunctionAnswer, CallFault>> {
        let fault = match call.request.uri().path() {
            "/overload" => CallFault::Overload("all are taken".to_owned()),
            path => CallFault::Unavailable(format!("no function runs in this test: {path}")),
        };
        Box::pin(async { Err(fault) })
    }

    fn counts(&self, _function: Option<(&str, &str)>, _minutes: u64) -> Vec<(i64, Counts)> {
        Vec::new()
    }

    fn running(&self, _function: Option<(&str, &str)>) -> usize {
        0
    }
}

/// A local cloud of one test.
pub(super) struct Cloud {
    pub(super) router: Router,
    pub(super) context: Arc<Context>,
    pub(super) ports: Arc<Ports>,
    pub(super) folder: tempfile::TempDir,
}

/// What a request was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: String,
    pub(super) body: Value,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let id = response.headers().get("x-request-id").expect("an id on every answer");
        let request_id = id.to_str().unwrap().to_owned();
        assert_eq!(request_id.len(), 32, "{request_id}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        Self {
            status,
            request_id,
            body,
        }
    }

    /// The body of an answer that has `status`.
    #[track_caller]
    pub(super) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Checks that the request was refused by `code`, whose message it returns.
    #[track_caller]
    pub(super) fn refused(self, status: u16, code: &str) -> String {
        assert_eq!(
            (self.status, self.body["error_code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        self.body["error_msg"].as_str().unwrap().to_owned()
    }
}

impl Cloud {
    /// A cloud whose gateways run at once.
    pub(super) fn new() -> Self {
        Self::with_delay(Duration::ZERO)
    }

    pub(super) fn with_delay(gateway_delay: Duration) -> Self {
        Self::with_delays(gateway_delay, Duration::ZERO)
    }

    /// A cloud in which what is published takes effect later.
    pub(super) fn with_publish_delay(publish_delay: Duration) -> Self {
        Self::with_delays(Duration::ZERO, publish_delay)
    }

    fn with_delays(gateway_delay: Duration, publish_delay: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = Arc::new(Ports::default());
        let context = Arc::new(Context {
            store: Arc::new(Store::open(folder.path(), Lifetime::Ephemeral).unwrap()),
            account: Account {
                region: "cn-east-3".to_owned(),
                project_id: PROJECT.to_owned(),
                domain_id: DOMAIN.to_owned(),
                credentials: credentials("AK", "SK"),
            },
            behaviour: Behaviour {
                gateway_delay,
                publish_delay,
                websocket_field: SWITCH.to_owned(),
            },
            ports: Arc::clone(&ports) as Arc<dyn GroupPorts>,
            functions: Arc::new(Nowhere),
            open: Arc::default(),
        });
        Self {
            router: super::router(Arc::new(Contexts::new(Arc::clone(&context))), Faults::default()),
            context,
            ports,
            folder,
        }
    }

    /// Sends a signed request; `{p}` in `target` is the project's id.
    pub(super) async fn send(&self, method: &str, target: &str, body: Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send_text(method, target, &body).await
    }

    pub(super) async fn send_text(&self, method: &str, target: &str, body: &str) -> Answer {
        let request = signed(&credentials("AK", "SK"), Timestamp::now(), (method, target), body);
        self.deliver(request).await
    }

    pub(super) async fn deliver(&self, request: http::Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(super) async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, Value::Null).await
    }

    pub(super) async fn post(&self, target: &str, body: Value) -> Answer {
        self.send("POST", target, body).await
    }

    pub(super) async fn put(&self, target: &str, body: Value) -> Answer {
        self.send("PUT", target, body).await
    }

    pub(super) async fn delete(&self, target: &str) -> Answer {
        self.send("DELETE", target, Value::Null).await
    }

    /// Creates the HTTP function `name`.
    pub(super) async fn function(&self, name: &str) -> Value {
        self.post("/v2/{p}/fgs/functions", new_function(name)).await.is(200)
    }

    /// Creates the gateway `name` and returns its id.
    pub(super) async fn gateway(&self, name: &str) -> String {
        let job = self.post(GATEWAYS, self.new_gateway(name)).await.is(202);
        job["instance_id"].as_str().unwrap().to_owned()
    }

    /// Creates the group `name` and returns its id.
    pub(super) async fn group(&self, gateway: &str, name: &str) -> String {
        let target = format!("{GATEWAYS}/{gateway}/api-groups");
        let group = self.post(&target, json!({"name": name, "remark": ""})).await.is(201);
        group["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn new_gateway(&self, name: &str) -> Value {
        let account = &self.context.account;
        json!({
            "instance_name": name, "spec_id": "BASIC", "vpc_id": super::vpc::id(account),
            "subnet_id": super::subnet::id(account), "security_group_id": super::security_group::id(account),
            "available_zone_ids": ["cn-east-3a"], "enterprise_project_id": "0", "ingress_bandwidth_size": 5,
            "ingress_bandwidth_charging_mode": "bandwidth"
        })
    }
}

pub(super) const GATEWAYS: &str = "/v2/{p}/apigw/instances";

pub(super) fn credentials(access_key: &str, secret_key: &str) -> Credentials {
    Credentials {
        access_key: access_key.to_owned(),
        secret_key: Secret::new(secret_key),
        security_token: None,
    }
}

/// A request signed at `at`. `target` is a path, percent-encoded or raw, and perhaps a query.
pub(super) fn signed(
    credentials: &Credentials,
    at: Timestamp,
    (method, target): (&str, &str),
    body: &str,
) -> http::Request<Body> {
    let target = target.replace("{p}", PROJECT);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = super::front_door::query_pairs(Some(query));
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let request = Request {
        method,
        path,
        query: &pairs,
        headers: &headers,
        body: body.as_bytes(),
    };
    let signed = sign(&request, HOST, credentials, &Algorithm::SdkHmacSha256, &date_text(at));
    let mut builder = http::Request::builder().method(method).uri(&target);
    for (name, value) in headers.iter().chain(&signed.headers) {
        builder = builder.header(name, value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A ZIP of one file, as Base64.
pub(super) fn zip(name: &str, content: &str) -> String {
    base64(&super::archive::of(Some((name, content.as_bytes()))).unwrap())
}

pub(super) fn new_function(name: &str) -> Value {
    json!({
        "func_name": name, "package": "default", "runtime": "http", "type": "v2", "handler": "bootstrap",
        "timeout": 900, "memory_size": 512, "code_type": "zip", "code_filename": "code.zip",
        "func_code": {"file": zip("bootstrap", "#!/bin/sh")}, "user_data": "{\"LOG_LEVEL\":\"info\"}",
        "enterprise_project_id": "0"
    })
}

/// `value` with the members of `changes` in it; a null takes a member out.
pub(super) fn with(mut value: Value, changes: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => drop(members.remove(name)),
            change => drop(members.insert(name.clone(), change.clone())),
        }
    }
    value
}

/// An event function.
pub(super) fn event_function(name: &str) -> Value {
    with(
        new_function(name),
        json!({"runtime": "Node.js20.15", "handler": "index.handler"}),
    )
}

pub(super) fn urn(name: &str) -> String {
    format!("urn:fss:cn-east-3:{PROJECT}:function:default:{name}")
}
