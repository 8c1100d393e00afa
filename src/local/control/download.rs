//! Temporary links to code and archives, as the services give them: whoever holds one may download until it ends.

use super::super::Context;
use super::refusal::{Refusal, finish};
use super::request::Desk;
use crate::codes::functiongraph;
use crate::wire::Service;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::sync::Arc;

/// Where they lead.
pub(super) const PATH: &str = "/_download/{digest}";
/// How long one lasts, in seconds.
const LIFE: i64 = 30 * 60;

/// A link to the file `digest`, for a caller who reaches the local cloud at `origin`.
pub(super) fn link(context: &Context, origin: &str, digest: &str, now: Timestamp) -> String {
    let until = now.as_second() + LIFE;
    format!(
        "{origin}/_download/{digest}?until={until}&proof={}",
        hex(mac(context, digest, until))
    )
}

fn mac(context: &Context, digest: &str, until: i64) -> Hmac<Sha256> {
    let secret = context.account.credentials.secret_key.expose();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes a key of any length");
    };
    mac.update(format!("download {digest} {until}").as_bytes());
    mac
}

fn hex(mac: Hmac<Sha256>) -> String {
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Answers such a link with the file.
pub(super) async fn serve(
    State(desk): State<Arc<Desk>>,
    Path(digest): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let request_id = super::identity::new_id();
    match file(&desk.contexts.current(), &digest, query.as_deref()).await {
        Ok(bytes) => finish(Response::new(Body::from(bytes)), 200, &request_id),
        Err(refusal) => refusal.response(Service::FunctionGraph, "", &request_id),
    }
}

async fn file(context: &Context, digest: &str, query: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let pairs = super::front_door::query_pairs(query);
    let value = |name| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let until = value("until").and_then(|until| until.parse().ok()).unwrap_or(0);
    let proof = value("proof").and_then(bytes_of).unwrap_or_default();
    let genuine = mac(context, digest, until).verify_slice(&proof).is_ok();
    if !genuine || until < Timestamp::now().as_second() {
        return Err(Refusal::because(
            functiongraph::FORBIDDEN,
            "the link has expired, or is none",
        ));
    }
    // Genuine: the digest is one that the local cloud wrote, and so no path to anywhere else.
    tokio::fs::read(context.store.blob(digest))
        .await
        .map_err(|error| Refusal::because(functiongraph::NOT_FOUND, error))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
