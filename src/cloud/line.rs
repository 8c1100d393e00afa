//! One call: from an operation to a request, and from its answer to the operation's output.

use super::error::{ApiError, Asked, ReadError};
use crate::transport::{AnyExchange, Query, Request, Response};
use crate::wire::{Method, Operation, Parts, Service, ShapeError};
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

/// The status of a deletion that is done.
const NO_CONTENT: u16 = 204;

/// Where each service is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoints([(Service, String); Service::ALL.len()]);

impl Endpoints {
    /// Asks `of` for the URL of each service: scheme and authority, without a final `/`.
    pub(crate) fn new(of: impl Fn(Service) -> String) -> Self {
        Self(Service::ALL.map(|service| (service, of(service))))
    }

    /// The URL of `service`.
    pub(crate) fn of(&self, service: Service) -> &str {
        let found = self.0.iter().find(|(other, _)| *other == service);
        found.map_or("", |(_, url)| url)
    }
}

/// A request of a service in the operation's words, before it has a host.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The operation's name, for the texts of errors.
    pub(crate) operation: &'static str,
    /// Who answers it.
    pub(crate) service: Service,
    /// The HTTP method.
    pub(crate) method: Method,
    /// Path, query, headers and body.
    pub(crate) parts: Parts,
}

impl Call {
    /// `operation` as a call about the project `project_id`.
    ///
    /// # Errors
    /// [`ApiError::Shape`] when the operation names nothing, or its path names a project and `project_id` is empty.
    pub(super) fn of<O: Operation>(operation: &O, project_id: &str) -> Result<Self, ApiError> {
        let shape = |source| ApiError::Shape {
            operation: O::NAME,
            source,
        };
        if project_id.is_empty() && O::PATH.contains("{project_id}") {
            return Err(shape(ShapeError::Input(
                O::NAME,
                "`project_id` of its path is empty".to_owned(),
            )));
        }
        Ok(Self {
            operation: O::NAME,
            service: O::SERVICE,
            method: O::METHOD,
            parts: Parts::of(operation, project_id).map_err(shape)?,
        })
    }

    /// The same about the project `new`, wherever it names the project `old`: URNs do too, and bodies hold URNs.
    pub(super) fn about(&self, old: &str, new: &str) -> Self {
        let Parts {
            path,
            query,
            headers,
            body,
        } = &self.parts;
        let text = |body: &Vec<u8>| match std::str::from_utf8(body) {
            Ok(text) => text.replace(old, new).into_bytes(),
            Err(_) => body.clone(),
        };
        let parts = Parts {
            path: path.replace(old, new),
            query: query
                .iter()
                .map(|(name, value)| (name.clone(), value.replace(old, new)))
                .collect(),
            headers: headers.clone(),
            body: body.as_ref().map(text),
        };
        Self { parts, ..self.clone() }
    }
}

/// The header that says what a request is about: its name and an id.
pub(super) type Identity = (&'static str, String);

/// What calls go over.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) exchange: Arc<dyn AnyExchange>,
    pub(super) endpoints: Endpoints,
}

impl Line {
    /// `call` as it will be sent, but for what signing adds.
    pub(super) fn request(&self, call: &Call, identity: Option<Identity>) -> Request {
        let identity = identity.into_iter().map(|(name, id)| (name.to_owned(), id));
        Request {
            method: call.method.as_str(),
            url: self.endpoints.of(call.service).to_owned(),
            path: call.parts.path.clone(),
            query: Query::Pairs(call.parts.query.clone()),
            headers: identity.chain(call.parts.headers.iter().cloned()).collect(),
            body: call.parts.body.clone().map_or_else(Bytes::new, Bytes::from),
            idempotent: call.method.is_idempotent(),
        }
    }

    /// Sends `call`; any status of success will do, for the services do not keep to the one that they document.
    pub(super) async fn perform(&self, call: &Call, identity: Option<Identity>) -> Result<Response, ApiError> {
        let request = self.request(call, identity);
        let outcome = self.exchange.exchange_boxed(&request).await;
        let response = outcome.map_err(|source| ApiError::Unreachable {
            operation: call.operation,
            method: request.method,
            url: request.url.clone(),
            source,
        })?;
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        let asked = Asked {
            operation: call.operation,
            service: call.service,
            method: request.method,
            path: &request.path,
        };
        let error = ApiError::refused(asked, &response);
        // What an earlier attempt deleted, its repetition does not find.
        if call.method == Method::Delete && response.repeated && error.is_not_found() {
            return Ok(Response {
                status: NO_CONTENT,
                body: Bytes::new(),
                ..response
            });
        }
        Err(error)
    }

    /// Sends `operation` and reads its output.
    pub(super) async fn send<O: Operation>(
        &self,
        operation: &O,
        project_id: &str,
        identity: Option<Identity>,
    ) -> Result<O::Output, ApiError> {
        let response = self.perform(&Call::of(operation, project_id)?, identity).await?;
        output::<O>(&response)
    }
}

/// Reads the output of `O`. One that holds nothing ignores the body.
///
/// # Errors
/// [`ApiError::Unreadable`].
pub(super) fn output<O: Operation>(response: &Response) -> Result<O::Output, ApiError> {
    let read = match size_of::<O::Output>() {
        0 => serde_json::from_value(Value::Null),
        _ => serde_json::from_slice(&response.body),
    };
    read.map_err(|error| ApiError::unreadable::<O>(response, ReadError::from(error)))
}
