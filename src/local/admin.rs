//! `/_local`: what the local cloud tells and does for its own command line; no part of the real cloud.

use super::data::{DataPlane, GroupStatus, InstanceState, InstanceStatus, PortState, RequestRecord, log_path};
use super::store::records::{GROUPS, GroupRecord};
use super::store::{Read, Reader, StoreError};
use super::{Context, Runtime};
use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the pages work with.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) runtime: Arc<Runtime>,
    pub(super) context: Arc<Context>,
    pub(super) data: Arc<DataPlane>,
    /// Cancelled when the local cloud is to end.
    pub(super) stop: CancellationToken,
    /// Cancelled when its functions have ended.
    pub(super) stopped: CancellationToken,
}

/// The pages, each behind the admin token.
pub(super) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/_local/status", get(status))
        .route("/_local/requests", get(requests))
        .route("/_local/shutdown", post(shut_down))
        .layer(middleware::from_fn_with_state(admin.clone(), only_with_token))
        .with_state(admin)
}

async fn only_with_token(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let expected = format!("Bearer {}", admin.runtime.admin_token.expose());
    let given = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if given == Some(expected.as_str()) {
        next.run(request).await
    } else {
        (
            StatusCode::UNAUTHORIZED,
            Json(json!({"error_msg": "`/_local` needs the admin token of the runtime file"})),
        )
            .into_response()
    }
}

/// An API group as `/_local/status` shows it.
#[derive(Debug, Serialize)]
pub(super) struct GroupView {
    /// Its id.
    id: String,
    /// Its name.
    pub(super) name: String,
    /// Its port of 127.0.0.1.
    port: u16,
    /// Why it does not answer there; nothing when it does.
    pub(super) down: Option<String>,
}

/// The API groups and their ports.
pub(super) fn groups(admin: &Admin) -> Vec<GroupView> {
    let named = |reader: &Reader| reader.scan(&GROUPS, "");
    let records: Vec<GroupRecord> = admin
        .context
        .store
        .read(named)
        .unwrap_or_else(|_: StoreError| Vec::new());
    let view = |status: GroupStatus| GroupView {
        name: records
            .iter()
            .find(|record| record.group.id == status.group_id)
            .map_or_else(|| status.group_id.clone(), |record| record.group.name.clone()),
        down: match status.state {
            PortState::Serving => None,
            PortState::Down {
                holder: Some(holder), ..
            } => Some(format!("127.0.0.1:{} is taken by {holder}", status.port)),
            PortState::Down { holder: None, cause } => {
                Some(format!("127.0.0.1:{} cannot be had: {cause}", status.port))
            }
        },
        id: status.group_id,
        port: status.port,
    };
    admin.data.group_status().into_iter().map(view).collect()
}

fn instance(status: InstanceStatus, logs: &Path) -> Value {
    let InstanceStatus {
        package,
        function,
        instance,
        pid,
        state,
        requests,
        sockets,
    } = status;
    let state = match state {
        InstanceState::Starting => "starting",
        InstanceState::Running => "running",
        InstanceState::Ended => "ended",
    };
    json!({
        "log": log_path(logs, &package, &function),
        "package": package,
        "name": function,
        "instance": instance,
        "pid": pid,
        "state": state,
        "requests": requests,
        "sockets": sockets,
    })
}

async fn status(State(admin): State<Admin>) -> Json<Value> {
    let Runtime {
        pid,
        nonce,
        port,
        state,
        region,
        project_id,
        ..
    } = admin.runtime.as_ref();
    Json(json!({
        "pid": pid,
        "nonce": nonce,
        "endpoint": admin.runtime.endpoint(),
        "port": port,
        "state": state,
        "region": region,
        "project_id": project_id,
        "groups": groups(&admin),
        "isolation": admin.data.isolation(),
        "instances": admin.data.instances().into_iter().map(|status| instance(status, admin.data.logs())).collect::<Vec<_>>(),
    }))
}

/// The last requests that came to the gateways, oldest first.
async fn requests(State(admin): State<Admin>) -> Json<Vec<Value>> {
    let view = |record: RequestRecord| {
        json!({
            "request_id": record.request_id,
            "time": record.time.to_string(),
            "group": record.group,
            "method": record.method,
            "path": record.path,
            "status": record.status,
            "milliseconds": record.duration.map(|duration| duration.as_millis()),
            "function": record.function,
            "received": record.received,
            "sent": record.sent,
            "note": record.note,
        })
    };
    Json(admin.data.requests().into_iter().map(view).collect())
}

async fn shut_down(State(admin): State<Admin>) -> StatusCode {
    admin.stop.cancel();
    admin.stopped.cancelled().await;
    StatusCode::NO_CONTENT
}
