//! Why an operation is refused, and how each service says so.

use super::super::store::StoreError;
use crate::codes::{Entry, apig, eps, front_door, functiongraph, iam, vpc};
use crate::wire::Service;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use std::error::Error;
use std::fmt::{Display, Write};

/// The header that names a request in every answer.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// The end of a request that does not succeed.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// The service says no.
    Coded {
        /// `FSS.1051`.
        code: &'static str,
        /// The HTTP status.
        status: u16,
        /// The code's text, details after it.
        message: String,
    },
    /// The local cloud itself failed, and nothing was changed. Holds the chain of causes.
    Internal(String),
}

impl Refusal {
    /// The refusal that the catalogue calls `entry`.
    pub(super) fn new(entry: Entry) -> Self {
        Self::Coded {
            code: entry.code,
            status: entry.status,
            message: entry.text.to_owned(),
        }
    }

    /// The same with `detail` after the catalogue's text.
    pub(super) fn because(entry: Entry, detail: impl Display) -> Self {
        let text = entry.text.trim_end_matches('.');
        Self::Coded {
            code: entry.code,
            status: entry.status,
            message: format!("{text}: {detail}"),
        }
    }

    /// The refusal of the parameter `name` of API Gateway, which names it in a form of its own.
    pub(super) fn parameter(entry: Entry, name: &str, detail: impl Display) -> Self {
        let text = entry.text;
        Self::Coded {
            code: entry.code,
            status: entry.status,
            message: format!(
                "{text},parameterName:{name}. Please refer to the support documentation. Details: {detail}"
            ),
        }
    }

    /// A refusal of the identity service's older operations, which name no code.
    pub(super) fn without_code(status: u16, message: impl Into<String>) -> Self {
        Self::Coded {
            code: "",
            status,
            message: message.into(),
        }
    }

    /// The same code under another HTTP status.
    pub(super) fn with_status(self, status: u16) -> Self {
        match self {
            Self::Coded { code, message, .. } => Self::Coded { code, status, message },
            internal @ Self::Internal(_) => internal,
        }
    }

    /// The answer to the request `request_id` for an operation of `service` whose path is `path`.
    pub(super) fn response(self, service: Service, path: &str, request_id: &str) -> Response {
        let (code, status, message) = match self {
            Self::Coded { code, status, message } => (code, status, message),
            Self::Internal(causes) => {
                let entry = Generic::of(service).internal;
                (
                    entry.code,
                    500,
                    format!("{}: {causes}", entry.text.trim_end_matches('.')),
                )
            }
        };
        let body = if code.is_empty() {
            let title = StatusCode::from_u16(status)
                .ok()
                .and_then(|status| status.canonical_reason());
            json!({"error": {"message": message, "code": status, "title": title}})
        } else if service == Service::Eps && !code.starts_with("APIGW.") {
            json!({"error": {"error_code": code, "error_msg": message}})
        } else if code.starts_with("APIGW.") || (service == Service::Vpc && path.starts_with("/v3/")) {
            json!({"error_code": code, "error_msg": message, "request_id": request_id})
        } else if service == Service::Vpc {
            json!({"code": code, "message": message})
        } else {
            json!({"error_code": code, "error_msg": message})
        };
        json_response(status, body.to_string(), request_id)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let mut causes = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let _ = write!(causes, ": {cause}");
            next = cause.source();
        }
        Self::Internal(causes)
    }
}

/// An answer of `status` with the JSON `body`.
pub(super) fn json_response(status: u16, body: impl Into<Body>, request_id: &str) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    finish(response, status, request_id)
}

/// Puts the status and the request's id on `response`.
pub(super) fn finish(mut response: Response, status: u16, request_id: &str) -> Response {
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The codes by which a service refuses what has no code of its own.
pub(super) struct Generic {
    /// The path names another project than the caller's.
    pub(super) project: Entry,
    /// The body is no JSON.
    pub(super) not_json: Entry,
    /// A value is missing or of the wrong type.
    pub(super) shape: Entry,
    /// The service failed.
    pub(super) internal: Entry,
}

impl Generic {
    /// Those of `service`.
    pub(super) fn of(service: Service) -> Self {
        match service {
            Service::FunctionGraph => Self {
                project: functiongraph::FORBIDDEN,
                not_json: functiongraph::NOT_JSON,
                shape: functiongraph::INVALID_PARAMETER,
                internal: functiongraph::INTERNAL,
            },
            Service::Apig => Self {
                project: apig::NO_PERMISSION,
                not_json: apig::PARAMETER,
                shape: apig::PARAMETER_TYPE,
                internal: apig::INTERNAL,
            },
            Service::Vpc => Self {
                project: vpc::PROJECT_MISMATCH,
                not_json: vpc::PARAMETER,
                shape: vpc::PARAMETER,
                internal: front_door::BAD_REQUEST,
            },
            Service::Iam => Self {
                project: iam::NOT_ALLOWED,
                not_json: iam::BODY,
                shape: iam::PARAMETER,
                internal: front_door::BAD_REQUEST,
            },
            Service::Eps => Self {
                project: front_door::NOT_ALLOWED,
                not_json: eps::BAD_REQUEST,
                shape: eps::BAD_REQUEST,
                internal: eps::INTERNAL,
            },
        }
    }
}
