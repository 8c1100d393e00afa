//! Answers: headers and XML in the style in which the request was signed.

use super::super::refusal::{Refusal, finish};
use super::Reply;
use super::seen::Seen;
use crate::codes::obs::INTERNAL_ERROR;
use crate::sign::obs::Style;
use crate::wire::obs::{Answer, ErrorBody, ObsOperation};
use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

/// The version of the service's form, which the official SDK asks for.
const VERSION: &str = "3.0";

/// What every answer to one request tells.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) request_id: String,
    style: Style,
    path: String,
    is_head: bool,
}

impl Told {
    pub(super) fn of(seen: &Seen, request_id: String) -> Self {
        Self {
            request_id,
            style: seen.authorization().map_or(Style::Obs, |found| found.style),
            path: seen.path.clone(),
            is_head: seen.method == "HEAD",
        }
    }

    /// The answer of the operation `O`.
    ///
    /// # Errors
    /// It cannot be written; a fault of the local cloud.
    pub(super) fn success<O: ObsOperation>(&self, reply: Reply<O::Output>) -> Result<Response, Refusal> {
        let written = reply.output.write();
        let (headers, xml) = written.map_err(|error| Refusal::Internal(error.to_string()))?;
        let mut response = match (reply.content, xml) {
            (Some(content), _) if !self.is_head => Response::new(content.into_body()),
            (None, Some(xml)) => self.xml(xml),
            _ => Response::new(Body::empty()),
        };
        for (name, value) in headers {
            self.add(&mut response, &name, &value);
        }
        Ok(self.finished(response, reply.status.unwrap_or(O::SUCCESS)))
    }

    /// The answer to a request that is refused. One to `HEAD` has no body, and one that says "not modified" is no error.
    pub(super) fn refusal(&self, refusal: Refusal) -> Response {
        let (code, status, message) = match refusal {
            Refusal::Coded { code, status, message } => (code, status, message),
            Refusal::Internal(causes) => {
                let entry = INTERNAL_ERROR;
                (entry.code, entry.status, format!("{} ({causes})", entry.text))
            }
        };
        let body = ErrorBody {
            code: code.to_owned(),
            message,
            request_id: self.request_id.clone(),
            host_id: self.host_id(),
            resource: Some(self.path.clone()),
        };
        let response = match (self.is_head, body.text()) {
            (false, Ok(text)) => self.xml(text),
            _ => Response::new(Body::empty()),
        };
        self.finished(response, status)
    }

    /// The answer to the question which form of the service this is.
    pub(super) fn version(&self) -> Response {
        let mut response = Response::new(Body::empty());
        self.add(&mut response, "x-obs-api", VERSION);
        self.finished(response, 200)
    }

    fn xml(&self, text: String) -> Response {
        let mut response = Response::new(Body::from(text));
        let kind = HeaderValue::from_static("application/xml");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }

    /// Opaque to clients; the real one tells the vendor which machine answered.
    fn host_id(&self) -> String {
        self.request_id.chars().rev().collect()
    }

    fn finished(&self, mut response: Response, status: u16) -> Response {
        self.add(&mut response, "x-obs-request-id", &self.request_id);
        self.add(&mut response, "x-obs-id-2", &self.host_id());
        self.add(&mut response, "server", "OBS");
        finish(response, status, &self.request_id)
    }

    /// Adds a header; one of the scheme's own in the request's style. A value that no header may have is left out.
    fn add(&self, response: &mut Response, name: &str, value: &str) {
        let name = match (self.style, name.strip_prefix(Style::Obs.prefix())) {
            (Style::Aws, Some("bucket-location")) => "x-amz-bucket-region".to_owned(),
            (_, Some(own)) => format!("{}{own}", self.style.prefix()),
            (_, None) => name.to_owned(),
        };
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}
