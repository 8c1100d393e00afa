//! Whether a call may go to a function, and to which: everything that is checked before an instance is asked for.

use super::debug::Debugged;
use super::headers::{self, STAGE};
use super::instance::Plan;
use super::refusal::{ApiName, Called, Refusal, UpgradeFault};
use super::route::{Call, Route};
use super::snapshot::Snapshot;
use crate::wire::api::{ApiFunction, FUNCTION_BACKEND, NETWORK_V1, NETWORK_V2, SYNC};
use crate::wire::environment::RELEASE;
use http::header::{HOST, HeaderMap};
use http::request;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The longest path with its query, in bytes.
const URI_LIMIT: usize = 32 * 1024;
/// The longest header, in bytes.
const HEADER_LIMIT: usize = 32 * 1024;
/// All headers together, in bytes.
const HEADERS_LIMIT: usize = 128 * 1024;
/// The execution timeout of a function that names none, in seconds.
const EXECUTION_TIMEOUT: u64 = 3;
/// The backend timeout of an API that names none, in milliseconds.
const BACKEND_TIMEOUT: u64 = 5000;

/// Where and how a call came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    /// The port that it came to.
    pub(super) port: u16,
    /// Whether it came encrypted.
    pub(super) tls: bool,
    /// Whether it asks for WebSocket.
    pub(super) upgrade: bool,
    /// The member of a function's configuration that stands for the WebSocket switch.
    pub(super) websocket_field: &'a str,
    /// What the management plane wants to debug.
    pub(super) debug: Option<&'a Debugged>,
}

/// Where a call goes.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The API.
    pub(super) route: Arc<Route>,
    /// The function, and how to run it.
    pub(super) plan: Arc<Plan>,
    /// The longest body of a request, in bytes.
    pub(super) longest_body: u64,
}

impl Target {
    /// The API's backend timeout: the longest wait for the answer, and the longest silence of a socket.
    pub(super) fn backend_timeout(&self) -> Duration {
        let configured = self.route.api.func_info.as_ref().map(|info| info.timeout);
        let milliseconds = configured.and_then(|timeout| u64::try_from(timeout).ok());
        Duration::from_millis(milliseconds.filter(|timeout| *timeout > 0).unwrap_or(BACKEND_TIMEOUT))
    }

    /// The function's execution timeout: the longest life of a request, and of a socket.
    pub(super) fn execution_timeout(&self) -> Duration {
        let seconds = u64::try_from(self.plan.record.function.timeout).unwrap_or_default();
        Duration::from_secs(if seconds > 0 { seconds } else { EXECUTION_TIMEOUT })
    }

    /// The API as a person names it.
    pub(super) fn api_name(&self) -> ApiName {
        ApiName {
            name: self.route.api.name.clone(),
            gateway: self.route.gateway.clone(),
            environment: self.route.environment.clone(),
        }
    }
}

/// Checks the sizes of a request.
///
/// # Errors
/// Something is longer than a gateway takes.
pub(super) fn check_size(request: &request::Parts) -> Result<(), Refusal> {
    let uri = request.uri.path_and_query().map_or(0, |path| path.as_str().len());
    if uri > URI_LIMIT {
        return Err(Refusal::UriTooLong);
    }
    let sizes = request
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let (all, largest) = sizes.fold((0, 0), |(all, largest), size| (all + size, size.max(largest)));
    if largest > HEADER_LIMIT || all > HEADERS_LIMIT {
        return Err(Refusal::HeadersTooLarge);
    }
    Ok(())
}

/// The environment that a call is for.
pub(super) fn stage(headers: &HeaderMap) -> &str {
    let stage = headers.get(STAGE).and_then(|stage| stage.to_str().ok());
    stage
        .map(str::trim)
        .filter(|stage| !stage.is_empty())
        .unwrap_or(RELEASE)
}

/// The group that a call is for.
///
/// # Errors
/// `Host` names nobody here.
pub(super) fn group(snapshot: &Snapshot, request: &request::Parts, listening: &str) -> Result<String, Refusal> {
    snapshot.group(listening, host(request).as_deref())
}

/// The host that a call names.
pub(super) fn host(request: &request::Parts) -> Option<String> {
    let header = request
        .headers
        .get(HOST)
        .map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    header.or_else(|| request.uri.authority().map(ToString::to_string))
}

/// The API that a call is for.
///
/// # Errors
/// There is none, or it serves another scheme.
pub(super) fn route(
    snapshot: &Snapshot,
    request: &request::Parts,
    group_id: &str,
    arrival: &Arrival<'_>,
) -> Result<Arc<Route>, Refusal> {
    let call = Call {
        group_id,
        environment: stage(&request.headers),
        method: request.method.as_str(),
        path: request.uri.path(),
    };
    let found = match arrival.debug {
        None => snapshot.routes.find(call),
        Some(debug) => snapshot.routes.debugged(call, &debug.api_id, debug.published),
    };
    let route = found.map_err(|miss| {
        let called = Called {
            method: call.method.to_owned(),
            path: call.path.chars().take(200).collect(),
            environment: call.environment.to_owned(),
            group: snapshot.group_name(group_id),
        };
        Refusal::Miss(Box::new(called), miss)
    })?;
    check_scheme(&route.api.req_protocol, request, arrival)?;
    Ok(Arc::clone(route))
}

/// Where a call of `route` goes.
///
/// # Errors
/// Nowhere: there is no function, or it cannot answer as it is.
pub(super) fn target(
    snapshot: &Snapshot,
    route: Arc<Route>,
    headers: &HeaderMap,
    arrival: &Arrival<'_>,
) -> Result<Target, Refusal> {
    let info = route
        .api
        .func_info
        .as_ref()
        .filter(|_| route.api.backend_type == FUNCTION_BACKEND);
    let info = info.ok_or_else(|| Refusal::Backend(route.api.backend_type.clone()))?;
    let target = Target {
        plan: snapshot.plans.function_of(info, |name| headers::text(headers, name))?,
        longest_body: snapshot.callers.longest_body(&route.api.group_id),
        route: Arc::clone(&route),
    };
    check_function(&target, info, arrival)?;
    Ok(target)
}

fn check_scheme(protocol: &str, request: &request::Parts, arrival: &Arrival<'_>) -> Result<(), Refusal> {
    let supported = match (protocol, arrival.tls) {
        ("BOTH", _) | ("HTTP", false) => return Ok(()),
        ("HTTP", true) => "http",
        (_, true) => return Ok(()),
        (_, false) => "https",
    };
    let scheme = match (supported, arrival.upgrade) {
        ("http", true) => "ws",
        (_, true) => "wss",
        (scheme, false) => scheme,
    };
    let host = host(request).unwrap_or_else(|| format!("127.0.0.1:{}", arrival.port));
    Err(Refusal::Scheme {
        supported,
        url: format!("{scheme}://{host}{}", request.uri.path()),
    })
}

fn check_function(target: &Target, info: &ApiFunction, arrival: &Arrival<'_>) -> Result<(), Refusal> {
    let function = &target.plan.record.function;
    let name = || function.func_name.clone();
    if arrival.upgrade {
        if let Some(fault) = upgrade_fault(target, info, arrival.websocket_field) {
            return Err(Refusal::Upgrade(target.api_name(), fault));
        }
    } else if !function.is_http() {
        return Err(Refusal::EventFunction(name()));
    }
    let instances = function
        .strategy_config
        .as_ref()
        .and_then(|strategy| strategy.concurrency);
    if instances == Some(0) {
        return Err(Refusal::Disabled(name()));
    }
    Ok(())
}

/// What keeps the function from being upgraded to WebSocket: the guide's conditions, in its order.
fn upgrade_fault(target: &Target, info: &ApiFunction, websocket_field: &str) -> Option<UpgradeFault> {
    let function = &target.plan.record.function;
    let network = info.network_type.as_deref().unwrap_or(NETWORK_V1);
    let invocation = info.invocation_type.as_deref().unwrap_or(SYNC);
    if !function.is_http() {
        Some(UpgradeFault::Runtime {
            function: function.func_name.clone(),
            runtime: function.runtime.clone(),
        })
    } else if function.other.get(websocket_field) != Some(&Value::Bool(true)) {
        Some(UpgradeFault::Switch(function.func_name.clone()))
    } else if network != NETWORK_V2 {
        Some(UpgradeFault::Network)
    } else if invocation != SYNC {
        Some(UpgradeFault::Invocation(invocation.to_owned()))
    } else {
        None
    }
}
