//! `/_local`: what the local cloud tells and does for its own command line; no part of the real cloud.

use super::data::DataPlane;
use super::{Context, Runtime};
use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
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
        "groups": admin.data.group_status(),
        "function": admin.data.instance_status(),
    }))
}

async fn shut_down(State(admin): State<Admin>) -> StatusCode {
    admin.stop.cancel();
    admin.stopped.cancelled().await;
    StatusCode::NO_CONTENT
}
