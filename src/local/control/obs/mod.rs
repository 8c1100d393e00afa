//! Object storage, on the same port as every other service: told apart by the scheme that signs it, a presigned
//! query, or the bucket's existence.
//!
//! The bucket stands in the path. Handlers are async functions as those of the other services, from the operation's
//! input to a [`Reply`]; what an object holds streams beside both.

mod access;
mod answer;
mod bucket;
mod content;
mod fetched;
mod list;
mod multipart;
mod object;
mod receive;
mod routes;
mod seen;

pub(super) use fetched::fetched;

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::{Call, Desk, discard};
use crate::codes::obs::METHOD_NOT_ALLOWED;
use crate::local::Context;
use crate::local::store::Read;
use crate::local::store::records::BUCKETS;
use access::Caller;
use answer::Told;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use content::Content;
use jiff::Timestamp;
use seen::Seen;
use std::sync::Arc;

/// A request on its way to its handler.
struct Visit {
    call: Call,
    caller: Caller,
    seen: Seen,
    body: Body,
}

/// What a handler answers.
struct Reply<T> {
    output: T,
    /// In place of the operation's own.
    status: Option<u16>,
    content: Option<Content>,
}

impl<T> From<T> for Reply<T> {
    fn from(output: T) -> Self {
        Self {
            output,
            status: None,
            content: None,
        }
    }
}

impl Visit {
    /// What `outcome` holds. A body that is still coming is read first where it is a refusal: a client that is still
    /// sending would not see it.
    async fn unless_refused<T>(&mut self, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        if outcome.is_err() && !self.seen.waits_to_send() {
            discard(std::mem::take(&mut self.body)).await;
        }
        outcome
    }
}

/// Removes those of the files `digests` that nothing names any more. Waits until nobody is about to name one.
async fn forget(context: &Arc<Context>, digests: Vec<String>) -> Result<(), Refusal> {
    if digests.is_empty() {
        return Ok(());
    }
    let open = Arc::clone(&context.open).write_owned().await;
    // A state that was replaced meanwhile was swept.
    if !open.0 {
        return Ok(());
    }
    let context = Arc::clone(context);
    let work = move || {
        let discarded = context.store.discard(&digests);
        drop(open);
        discarded
    };
    let discarded = tokio::task::spawn_blocking(work).await;
    Ok(discarded.map_err(|error| Refusal::Internal(error.to_string()))??)
}

/// Serves what is for object storage, and hands on what is not.
pub(super) async fn divert(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let context = desk.contexts.current();
    match Seen::of(&parts) {
        Some(seen) if is_ours(&seen, &context) => serve(context, seen, body).await,
        _ => next.run(Request::from_parts(parts, body)).await,
    }
}

/// Whether a request is for object storage. One that nobody signed is, when it names a bucket that exists.
fn is_ours(seen: &Seen, context: &Context) -> bool {
    if seen.is_signed() || seen.is_probe() {
        return true;
    }
    let bucket = seen.bucket.as_deref().filter(|_| !seen.is_authorized());
    bucket.is_some_and(|bucket| {
        let found = context.store.read(|reader| reader.get(&BUCKETS, bucket));
        found.map_err(Refusal::from).is_ok_and(|found| found.is_some())
    })
}

async fn serve(context: Arc<Context>, seen: Seen, body: Body) -> Response {
    let told = Told::of(&seen, new_id());
    if seen.is_probe() {
        return told.version();
    }
    match handle(context, seen, body, &told).await {
        Ok(response) => response,
        Err(refusal) => told.refusal(refusal),
    }
}

async fn handle(context: Arc<Context>, seen: Seen, body: Body, told: &Told) -> Result<Response, Refusal> {
    let now = Timestamp::now();
    let admitted = access::caller(&seen, &context.account, now).and_then(|caller| {
        let route = routes::find(&seen).ok_or_else(|| {
            let detail = format!("the local cloud does not serve {} with this query", seen.method);
            Refusal::because(METHOD_NOT_ALLOWED, detail)
        });
        Ok((caller, route?))
    });
    let (caller, route) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => {
            // A client that is still sending would not read the answer, unless it asked first.
            if !seen.waits_to_send() {
                discard(body).await;
            }
            return Err(refusal);
        }
    };
    let call = Call {
        context,
        request_id: told.request_id.clone(),
        now,
        proved: caller == Caller::Owner,
        origin: seen.origin(),
    };
    let visit = Visit {
        call,
        caller,
        seen,
        body,
    };
    (route.run)(visit, told.clone()).await
}
