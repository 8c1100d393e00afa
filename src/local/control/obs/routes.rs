//! Which operation a request is: by method, what it is about, and the marks in its query.

use super::super::refusal::Refusal;
use super::answer::Told;
use super::receive::document;
use super::{Reply, Visit, bucket, list, multipart, object};
use crate::codes::obs::{INVALID_ARGUMENT, MALFORMED_XML};
use crate::sign::obs::{Style, is_signed_parameter};
use crate::wire::ShapeError;
use crate::wire::obs::{Body, Brought, META, ObsOperation, Target, assemble, is_marked};
use axum::response::Response;
use std::pin::Pin;
use std::sync::LazyLock;

use super::seen::Seen;

type Answering = Pin<Box<dyn Future<Output = Result<Response, Refusal>> + Send>>;

/// An operation that is served.
pub(super) struct Route {
    matches: fn(&Seen) -> bool,
    pub(super) run: Box<dyn Fn(Visit, Told) -> Answering + Send + Sync>,
}

/// Every operation that is served; of two that match, the first.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    vec![
        route(bucket::list),
        route(multipart::list),
        route(list::objects),
        route(bucket::head),
        route(bucket::create),
        route(bucket::delete),
        route(multipart::put_part),
        route(multipart::list_parts),
        route(multipart::abort),
        route(multipart::begin),
        route(multipart::complete),
        route(object::put),
        route(object::get),
        route(object::head),
        route(object::delete),
    ]
});

/// The operation that `seen` asks for, if it is served.
pub(super) fn find(seen: &Seen) -> Option<&'static Route> {
    ROUTES.iter().find(|route| (route.matches)(seen))
}

fn route<O, F, A>(handler: F) -> Route
where
    O: ObsOperation + 'static,
    F: Fn(Visit, O) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Result<Reply<O::Output>, Refusal>> + Send + 'static,
{
    Route {
        matches: matches::<O>,
        run: Box::new(move |visit, told| Box::pin(answer(visit, told, handler))),
    }
}

/// Whether `seen` asks for `O`, and for nothing besides that would make it another operation.
fn matches<O: ObsOperation>(seen: &Seen) -> bool {
    let target = match (&seen.bucket, &seen.key) {
        (None, _) => Target::Service,
        (Some(_), None) => Target::Bucket,
        (Some(_), Some(_)) => Target::Object,
    };
    let strange = |name: &String| {
        let harmless = [Style::Obs, Style::Aws]
            .iter()
            .any(|style| name.starts_with(style.prefix()));
        let known = O::MARKS.contains(&name.as_str()) || name.starts_with("response-") || harmless;
        is_signed_parameter(name) && !known
    };
    seen.method == O::METHOD.as_str()
        && target == O::TARGET
        && is_marked::<O>(&seen.query)
        && !seen.query.iter().any(|(name, _)| strange(name))
}

async fn answer<O, F, A>(mut visit: Visit, told: Told, handler: F) -> Result<Response, Refusal>
where
    O: ObsOperation,
    F: Fn(Visit, O) -> A,
    A: Future<Output = Result<Reply<O::Output>, Refusal>>,
{
    let xml = match O::BODY {
        Body::Xml => document(std::mem::take(&mut visit.body)).await?,
        Body::Nothing | Body::Stream => String::new(),
    };
    let input = assemble(Brought {
        bucket: visit.seen.bucket.as_deref(),
        key: visit.seen.key.as_deref(),
        query: &visit.seen.query,
        headers: &in_own_style(&visit.seen.headers),
        xml: &xml,
    });
    let input = input.map_err(|error| match &error {
        ShapeError::Xml(_) => Refusal::because(MALFORMED_XML, error),
        ShapeError::Input(..) | ShapeError::Value(_) => Refusal::because(INVALID_ARGUMENT, error),
    })?;
    told.success::<O>(handler(visit, input).await?)
}

/// The headers with those of the other style by the names that the definitions have; storage classes too.
fn in_own_style(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let name = match name.strip_prefix(Style::Aws.prefix()) {
                Some(own) => format!("{}{own}", Style::Obs.prefix()),
                None => name.clone(),
            };
            let value = match (name.starts_with(META), value.as_str()) {
                (false, "STANDARD_IA") => "WARM",
                (false, "GLACIER") => "COLD",
                (_, value) => value,
            };
            (name, value.to_owned())
        })
        .collect()
}
