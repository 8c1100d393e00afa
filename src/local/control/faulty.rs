//! The faults that are set on purpose, before and after everything that an operation does.

use super::identity::new_id;
use super::refusal::json_response;
use crate::local::fault::{Cut, Faults, Met};
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;

/// The longest answer that is cut in half, in bytes.
const ANSWER_LIMIT: usize = 128 * 1024 * 1024;

/// What the faults need to know.
#[derive(Clone)]
pub(super) struct Faulty {
    pub(super) faults: Faults,
    /// The names of operations by method and path template.
    pub(super) names: Arc<HashMap<(&'static str, &'static str), &'static str>>,
}

/// Lets a request meet a fault.
pub(super) async fn meet(State(faulty): State<Faulty>, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let method = request.method().as_str();
    let operation = template.and_then(|path| faulty.names.get(&(method, path)).copied());
    let met = Met {
        operation,
        method,
        path: request.uri().path(),
    };
    let Some(fault) = faulty.faults.meet(&met) else {
        return next.run(request).await;
    };
    fault.delay().await;
    let request_id = new_id();
    // The codes with which the front door refuses before every service.
    let code = if fault.status == Some(429) {
        "APIGW.0308"
    } else {
        "APIGW.0201"
    };
    let response = match fault.answer(code, &request_id) {
        Some((status, body)) => json_response(status, body.to_string(), &request_id),
        None => next.run(request).await,
    };
    if fault.cut { cut(response).await } else { response }
}

async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, ANSWER_LIMIT).await.unwrap_or_default();
    if whole.is_empty() {
        // An answer that may have no body could not break off in it.
        parts.status = http::StatusCode::OK;
    }
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::new(Cut::of(&whole)))
}
