//! Whether anybody answers at an endpoint at all: by the way that every call takes, through proxies too.

use crate::transport::{Exchange, Http, Options, Query, Request, SetupError, TransportError};
use bytes::Bytes;
use jiff::Timestamp;
use std::time::{Duration, Instant};

/// Asks endpoints, unsigned and once each.
pub(crate) struct Prober(Http);

/// Somebody answered.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// The HTTP status. Any will do: nothing is there to be found without a path.
    pub(crate) status: u16,
    /// By the service's own clock.
    pub(crate) date: Option<Timestamp>,
    /// Until the answer was there.
    pub(crate) took: Duration,
}

impl Prober {
    /// # Errors
    /// [`SetupError`] when the CA file or a proxy's address cannot be used.
    pub(crate) fn new(options: &Options) -> Result<Self, SetupError> {
        Ok(Self(Http::new(options)?))
    }

    /// Asks `url`, scheme and authority, for its root.
    ///
    /// # Errors
    /// [`TransportError`] says at which step it ends: the name, the connection, TLS, the answer.
    pub(crate) async fn ask(&self, url: &str) -> Result<Reached, TransportError> {
        let request = Request {
            method: "GET",
            url: url.to_owned(),
            path: "/".to_owned(),
            query: Query::Encoded(String::new()),
            headers: Vec::new(),
            body: Bytes::new(),
            idempotent: true,
        };
        let begin = Instant::now();
        let response = self.0.exchange(&request).await?;
        Ok(Reached {
            status: response.status,
            date: response.date(),
            took: begin.elapsed(),
        })
    }
}
