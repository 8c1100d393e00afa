//! The one error of the cloud's operations.

use super::refusal::{self, printable};
use crate::codes;
use crate::codes::apig;
use crate::transport::{Response, TransportError};
use crate::wire::{Method, Service, ShapeError};
use jiff::Timestamp;
use std::time::Duration;

/// Codes that mean a conflict though their status says otherwise: the thing exists, or is in use.
const CONFLICTS: [&str; 11] = [
    apig::GATEWAY_NAME_EXISTS.code,
    apig::GROUP_NAME_EXISTS.code,
    apig::API_NAME_EXISTS.code,
    apig::ENVIRONMENT_NAME_EXISTS.code,
    apig::API_PATH_EXISTS.code,
    apig::ENVIRONMENT_IN_USE.code,
    apig::APP_NAME_EXISTS.code,
    apig::APP_KEY_EXISTS.code,
    apig::AUTHORIZATION_EXISTS.code,
    apig::THROTTLE_NAME_EXISTS.code,
    apig::DOMAIN_EXISTS.code,
];
/// The prefix of the codes of the front door, which answers before the service does.
const FRONT_DOOR: &str = "APIGW.";

/// An operation did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The service answered, and not with success.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The service did not answer.
    #[error("`{operation}` got no answer from `{url}`")]
    Unreachable {
        /// The operation's name.
        operation: &'static str,
        /// The HTTP method.
        method: &'static str,
        /// Scheme and authority.
        url: String,
        /// Why.
        #[source]
        source: TransportError,
    },
    /// The service answered success, but with something else than the operation's output.
    #[error("the answer to `{operation}` (status {status}) cannot be read: it begins with `{start}`")]
    Unreadable {
        /// The operation's name.
        operation: &'static str,
        /// The HTTP method.
        method: &'static str,
        /// The HTTP status.
        status: u16,
        /// The start of the body, in one line.
        start: String,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// The operation cannot be sent; a fault of fgctl, or an empty name.
    #[error("`{operation}` cannot be sent")]
    Shape {
        /// The operation's name.
        operation: &'static str,
        /// Why.
        #[source]
        source: ShapeError,
    },
}

/// What a service says when it does not do what it is asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the service refused `{operation}` with status {status}, code `{code}`: {message}")]
pub(crate) struct Refusal {
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// Which service.
    pub(crate) service: Service,
    /// The HTTP method.
    pub(crate) method: &'static str,
    /// The path, without the query.
    pub(crate) path: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The service's code; the status where it named none.
    pub(crate) code: String,
    /// The service's message, in one line.
    pub(crate) message: String,
    /// Under which the cloud's support finds the call.
    pub(crate) request_id: Option<String>,
    /// When it answered, by its own clock.
    pub(crate) date: Option<Timestamp>,
    /// How long it asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the answer has the form of the services' errors; if not, something on the way may have given it.
    pub(crate) known_shape: bool,
}

/// Why an answer cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// It is no JSON, or not of the operation's output.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It is no XML, or lacks something of the operation's output.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A list that goes on with a page that was there before.
    #[error("page {0} of the list repeats an earlier one")]
    Repeats(usize),
    /// A list that does not end.
    #[error("the list has more than {0} pages")]
    Endless(usize),
}

/// What was asked, for the texts of errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) operation: &'static str,
    pub(super) service: Service,
    pub(super) method: &'static str,
    pub(super) path: &'a str,
}

impl ApiError {
    /// The error that `response`, which is no success, stands for.
    pub(super) fn refused(asked: Asked<'_>, response: &Response) -> Self {
        let said = refusal::read(response.status, &response.body);
        Self::Refused(Box::new(Refusal {
            operation: asked.operation,
            service: asked.service,
            method: asked.method,
            path: asked.path.to_owned(),
            status: response.status,
            code: said.code,
            message: said.message,
            request_id: response.request_id().map(printable).or(said.request_id),
            date: response.date(),
            retry_after: response.retry_after(),
            // An answer to `HEAD` has no body by which to know it.
            known_shape: said.known_shape || (response.body.is_empty() && response.storage_id().is_some()),
        }))
    }

    /// The error of a `response` that says success and cannot be read.
    pub(super) fn unreadable(
        (operation, method): (&'static str, Method),
        response: &Response,
        source: ReadError,
    ) -> Self {
        let start: Vec<u8> = response.body.iter().copied().take(400).collect();
        let start = printable(&String::from_utf8_lossy(&start)).chars().take(100).collect();
        Self::Unreadable {
            operation,
            method: method.as_str(),
            status: response.status,
            start,
            source,
        }
    }

    /// What the service said, if it is a refusal.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Unreachable { .. } | Self::Unreadable { .. } | Self::Shape { .. } => None,
        }
    }

    /// The service's code.
    pub(crate) fn code(&self) -> Option<&str> {
        self.refusal().map(|refusal| refusal.code.as_str())
    }

    /// The HTTP status of the answer, if there was one.
    #[cfg(test)]
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::Unreadable { status, .. } => Some(*status),
            Self::Unreachable { .. } | Self::Shape { .. } => None,
        }
    }

    /// Whether the service answered with this status.
    pub(crate) fn status_is(&self, status: u16) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == status)
    }

    /// Whether the service says that what was named does not exist. A 404 of the front door, of a proxy or of a
    /// wrong endpoint says nothing of the sort: taken for this, it would make something twice or call it deleted.
    pub(crate) fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(|refusal| {
            refusal.status == 404 && refusal.known_shape && !refusal.code.starts_with(FRONT_DOOR)
        })
    }

    /// Whether a wrong project's id in the request could be why. VPC has a code of its own for it.
    pub(super) fn may_be_about_the_project(&self) -> bool {
        self.refusal().is_some_and(|refusal| {
            matches!(refusal.status, 403 | 404) || refusal.code == codes::vpc::PROJECT_MISMATCH.code
        })
    }

    /// Whether the service says that the thing exists already, is in use, or is not ready for this.
    pub(crate) fn is_conflict(&self) -> bool {
        self.refusal()
            .is_some_and(|refusal| matches!(refusal.status, 409 | 412) || CONFLICTS.contains(&refusal.code.as_str()))
    }

    /// The operation, where nobody knows whether the service did it: a POST that got no answer, one that cannot be
    /// read, or one of somebody on the way. What is not a POST can simply be done again.
    pub(crate) fn undecided(&self) -> Option<&'static str> {
        let (operation, method, open) = match self {
            Self::Refused(refusal) => (
                refusal.operation,
                refusal.method,
                matches!(refusal.status, 502..=504) && !refusal.known_shape,
            ),
            Self::Unreachable {
                operation,
                method,
                source,
                ..
            } => (*operation, *method, source.may_have_arrived()),
            Self::Unreadable { operation, method, .. } => (*operation, *method, true),
            Self::Shape { .. } => return None,
        };
        (open && method == Method::Post.as_str()).then_some(operation)
    }

    /// What the catalogue says about the code.
    pub(crate) fn explanation(&self) -> Option<&'static codes::Entry> {
        codes::find(self.code()?)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, Asked, ReadError};
    use crate::transport::Response;
    use crate::wire::vpc::ListVpcs;
    use crate::wire::{Operation, Service};
    use bytes::Bytes;

    fn refused(status: u16, body: &str, headers: &[(&str, &str)]) -> ApiError {
        let asked = Asked {
            operation: "ShowThing",
            service: Service::Apig,
            method: "GET",
            path: "/v2/p/things/1",
        };
        ApiError::refused(asked, &response(status, body, headers))
    }

    fn response(status: u16, body: &str, headers: &[(&str, &str)]) -> Response {
        Response {
            status,
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: Bytes::from(body.to_owned()),
            repeated: false,
        }
    }

    #[test]
    fn a_refusal_keeps_all_that_a_person_needs() {
        let body = r#"{"error_code":"FSS.1051","error_msg":"Not found the function","request_id":"of the body"}"#;
        let headers = [("x-request-id", "r1"), ("date", "Fri, 02 Jan 2026 03:04:05 GMT")];
        let error = refused(404, body, &headers);
        let refusal = error.refusal().unwrap();
        assert_eq!(refusal.request_id.as_deref(), Some("r1"));
        assert_eq!(refusal.date.unwrap().to_string(), "2026-01-02T03:04:05Z");
        assert_eq!((error.code(), error.status()), (Some("FSS.1051"), Some(404)));
        assert_eq!(error.explanation().unwrap().code, "FSS.1051");
        assert_eq!(
            error.to_string(),
            "the service refused `ShowThing` with status 404, code `FSS.1051`: Not found the function"
        );
        let error = refused(404, body, &[]);
        assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("of the body"));
    }

    #[test]
    fn only_the_service_itself_can_say_that_something_does_not_exist() {
        let with = |code: &str| format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        for (status, body, not_found, conflict) in [
            (404, with("FSS.1051"), true, false),
            (
                404,
                r#"{"error":{"code":404,"message":"m","title":"t"}}"#.to_owned(),
                true,
                false,
            ),
            (404, with("APIGW.0101"), false, false),
            (404, "<h1>404 page not found</h1>".to_owned(), false, false),
            (400, with("FSS.1051"), false, false),
            (409, with("FSS.1061"), false, true),
            (412, with("APIG.3415"), false, true),
            (400, with("APIG.3201"), false, true),
            (400, with("APIC.7500"), false, true),
            (403, with("APIG.3418"), false, true),
            (403, with("APIGW.0302"), false, false),
        ] {
            let error = refused(status, &body, &[]);
            assert_eq!(
                (error.is_not_found(), error.is_conflict()),
                (not_found, conflict),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn an_unreadable_answer_shows_how_it_begins() {
        let error = ApiError::unreadable(
            (ListVpcs::NAME, ListVpcs::METHOD),
            &response(200, &format!("<html>\n{}", "x".repeat(500)), &[]),
            ReadError::Repeats(2),
        );
        let text = error.to_string();
        assert!(
            text.contains("`ListVpcs` (status 200)") && text.contains("`<html> x"),
            "{text}"
        );
        assert!(text.len() < 250 && !text.contains('\n'), "{text}");
        assert_eq!((error.status(), error.code()), (Some(200), None));
    }
}
