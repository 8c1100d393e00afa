//! What a running local cloud tells as it happens, read line by line.

use super::{AskError, Runtime};
use bytes::{Buf, Bytes, BytesMut};
use http::Method;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// A longer line is not from a local cloud.
const LINE_LIMIT: usize = 1024 * 1024;

/// Which lines of a function's log are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LogQuery {
    /// The function's package.
    pub(crate) package: String,
    /// The function's name.
    pub(crate) function: String,
    /// The earliest time, RFC 3339.
    pub(crate) since: Option<String>,
    /// The beginning of an instance's id.
    pub(crate) instance: Option<String>,
    /// Whether to go on with what is written later.
    pub(crate) follow: bool,
}

/// Lines as they come.
pub(crate) struct Lines {
    body: Incoming,
    read: BytesMut,
    driver: AbortHandle,
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Lines {
    /// The next line without its end; nothing when there are no more.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line = self.read.split_to(end);
                self.read.advance(1);
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            if self.read.len() > LINE_LIMIT {
                return None;
            }
            let frame = self.body.frame().await?.ok()?;
            self.read
                .extend_from_slice(frame.data_ref().map_or(&[][..], |data| data.as_ref()));
        }
    }
}

impl Runtime {
    /// Everything that happens from now on.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn events(&self) -> Result<Lines, AskError> {
        self.lines(Method::GET, "/_local/events", Bytes::new()).await
    }

    /// The log of a function. One that is followed has an empty line after what was written before.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn log(&self, query: &LogQuery) -> Result<Lines, AskError> {
        let query = serde_json::to_vec(query).map_err(|_| self.silent())?;
        self.lines(Method::POST, "/_local/logs", query.into()).await
    }

    async fn lines(&self, method: Method, path: &str, body: Bytes) -> Result<Lines, AskError> {
        let (status, body, driver) = self.open(method, path, body).await.map_err(|_| self.silent())?;
        let lines = Lines {
            body,
            read: BytesMut::new(),
            driver,
        };
        match status.is_success() {
            true => Ok(lines),
            false => Err(AskError::Refused {
                pid: self.pid,
                why: status.to_string(),
            }),
        }
    }

    async fn open(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(http::StatusCode, Incoming, AbortHandle), Box<dyn std::error::Error + Send + Sync>> {
        let host = format!("127.0.0.1:{}", self.port);
        let stream = TcpStream::connect(&host).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection).abort_handle();
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", &host)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.admin_token.expose()))
            .body(Full::new(body))?;
        let (parts, body) = sender.send_request(request).await?.into_parts();
        Ok((parts.status, body, driver))
    }
}
