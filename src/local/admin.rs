//! `/_local`: what the local cloud tells and does for its own command line; no part of the real cloud.

use super::Runtime;
use super::data::{GroupStatus, InstanceState, InstanceStatus, PortState, RequestRecord, log_path};
use super::fault::{FaultView, NewFault};
use super::live::{Live, ReplaceError};
use super::pages;
use super::saved::{self, Saved, Summary};
use super::state::Outcome;
use super::store::records::{GROUPS, GroupRecord};
use super::store::whole::Records;
use super::store::{Read, Reader, StoreError};
use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the pages work with.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) live: Arc<Live>,
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
        .route("/_local/events", get(pages::events))
        .route("/_local/logs", post(pages::logs))
        .route("/_local/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_local/shutdown", post(shut_down))
        .route("/_local/reset", post(reset))
        .route("/_local/save", post(save))
        .route("/_local/load", post(load))
        .layer(middleware::from_fn_with_state(admin.clone(), only_with_token))
        .with_state(admin)
}

async fn only_with_token(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let expected = format!("Bearer {}", admin.live.runtime().admin_token.expose());
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
struct GroupView {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Its port of 127.0.0.1.
    port: u16,
    /// Why it does not answer there; nothing when it does.
    down: Option<String>,
}

/// The API groups and their ports.
fn groups(admin: &Admin) -> Vec<GroupView> {
    let named = |reader: &Reader| reader.scan(&GROUPS, "");
    let context = admin.live.contexts.current();
    let records: Vec<GroupRecord> = context.store.read(named).unwrap_or_else(|_: StoreError| Vec::new());
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
    admin.live.data().group_status().into_iter().map(view).collect()
}

/// The API groups that do not answer, each as a sentence.
pub(super) fn groups_down(admin: &Admin) -> Vec<String> {
    let groups = groups(admin).into_iter();
    groups
        .filter_map(|group| Some(format!("the API group {} is down: {}", group.name, group.down?)))
        .collect()
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
    let runtime = admin.live.runtime();
    let Runtime {
        pid,
        nonce,
        port,
        state,
        region,
        project_id,
        ..
    } = runtime.as_ref();
    let data = admin.live.data();
    let holds = admin.live.contexts.current().store.counts().unwrap_or_default();
    Json(json!({
        "pid": pid,
        "nonce": nonce,
        "endpoint": runtime.endpoint(),
        "port": port,
        "state": state,
        "region": region,
        "project_id": project_id,
        "groups": groups(&admin),
        "isolation": data.isolation(),
        "network": data.network(),
        "instances": data.instances().into_iter().map(|status| instance(status, data.logs())).collect::<Vec<_>>(),
        "holds": holds,
    }))
}

/// The last requests that came to the gateways, oldest first.
async fn requests(State(admin): State<Admin>) -> Json<Vec<Value>> {
    Json(admin.live.data().requests().iter().map(RequestRecord::value).collect())
}

async fn faults(State(admin): State<Admin>) -> Json<Vec<FaultView>> {
    Json(admin.live.faults().list())
}

async fn add_fault(State(admin): State<Admin>, Json(fault): Json<NewFault>) -> Result<Json<FaultView>, Failed> {
    let fault = fault.checked().map_err(|error| Failed::of(&error))?;
    Ok(Json(admin.live.faults().add(fault)))
}

/// Which fault is taken back; all without one.
#[derive(Deserialize)]
struct Which {
    id: Option<u64>,
}

async fn clear_faults(State(admin): State<Admin>, Json(which): Json<Which>) -> Json<usize> {
    Json(admin.live.faults().clear(which.id))
}

async fn shut_down(State(admin): State<Admin>) -> StatusCode {
    admin.stop.cancel();
    admin.stopped.cancelled().await;
    StatusCode::NO_CONTENT
}

/// Where a state is to be saved, or comes from.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    /// Absolute.
    pub(super) path: PathBuf,
    /// Whether the account's keys go with it.
    #[serde(default)]
    pub(super) with_keys: bool,
}

/// Why a state was not replaced or saved, as the command line tells it.
struct Failed(String);

impl Failed {
    fn of(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self(text)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"error_msg": self.0}))).into_response()
    }
}

/// Does `work` to its end, even when whoever asked hangs up.
async fn to_the_end<R: Send + 'static>(
    work: impl Future<Output = Result<R, Failed>> + Send + 'static,
) -> Result<R, Failed> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Failed::of(&error)))
}

async fn reset(State(admin): State<Admin>) -> Result<Json<Outcome>, Failed> {
    to_the_end(async move {
        let emptied = admin.live.replace(|store, _| store.replace(&Records::new(), None));
        after(&admin, emptied.await.map(|()| None))
    })
    .await
}

async fn save(State(admin): State<Admin>, Json(place): Json<Place>) -> Result<Json<Outcome>, Failed> {
    to_the_end(async move {
        let context = admin.live.contexts.current();
        // The files that the records name stay while they are copied.
        let open = Arc::clone(&context.open).read_owned().await;
        let work = move || {
            let saved = saved::save(&context.store, &context.account, &place.path, place.with_keys);
            drop(open);
            saved
        };
        let saved = tokio::task::spawn_blocking(work).await;
        let saved = saved.map_err(|error| Failed::of(&error))?;
        let summary = saved.map_err(|error| Failed::of(&error))?;
        Ok(Json(Outcome {
            summary: Some(summary),
            groups_down: Vec::new(),
        }))
    })
    .await
}

async fn load(State(admin): State<Admin>, Json(place): Json<Place>) -> Result<Json<Outcome>, Failed> {
    to_the_end(async move {
        let read = tokio::task::spawn_blocking(move || Saved::read(&place.path)).await;
        let read = read.map_err(|error| Failed::of(&error))?;
        let saved = read.map_err(|error| Failed::of(&error))?;
        let loaded = admin.live.replace(|store, account| saved.put_into(store, account));
        after(&admin, loaded.await.map(Some))
    })
    .await
}

/// What to tell of a replacement. A local cloud that cannot go on ends.
fn after<E: std::error::Error + 'static>(
    admin: &Admin,
    replaced: Result<Option<Summary>, ReplaceError<E>>,
) -> Result<Json<Outcome>, Failed> {
    match replaced {
        Ok(summary) => Ok(Json(Outcome {
            summary,
            groups_down: groups_down(admin),
        })),
        Err(error) => {
            if matches!(error, ReplaceError::Over(_)) {
                admin.stop.cancel();
            }
            Err(Failed::of(&error))
        }
    }
}
