//! HTTP/1.1 to a function's own server: one connection a request, none kept alive.

use super::instance::Instance;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::io;
use tokio::task::AbortHandle;

/// Why a body broke off.
pub(super) type BodyError = Box<dyn Error + Send + Sync>;
/// The body of a request or an answer.
pub(super) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A body of these bytes.
pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(BodyError::from).boxed_unsync()
}

/// No body.
pub(super) fn empty() -> Body {
    Empty::new().map_err(BodyError::from).boxed_unsync()
}

/// Moves a connection's bytes while it lives; without it the connection ends.
pub(super) struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Connects to the server of `instance`.
///
/// # Errors
/// It does not take the connection.
pub(super) async fn connect(instance: &Instance) -> io::Result<(SendRequest<Body>, Driver)> {
    let stream = instance.connect().await?;
    stream.set_nodelay(true)?;
    let mut client = http1::Builder::new();
    client.preserve_header_case(true).max_headers(256);
    let (sender, connection) = client.handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let task = tokio::spawn(async move {
        let _ = connection.with_upgrades().await;
    });
    Ok((sender, Driver(task.abort_handle())))
}

/// Calls the function's initializer, as the platform does once before the first request.
///
/// # Errors
/// It cannot be reached, or answers another status than 2xx.
pub(super) async fn initialise(instance: &Instance) -> Result<(), String> {
    let request = http::Request::post("/init")
        .header("host", instance.address.to_string())
        .header("content-type", "application/json")
        .header("connection", "close")
        .body(full("{}"))
        .map_err(|error| error.to_string())?;
    let (mut sender, _driver) = connect(instance).await.map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| chain(&error))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    Err(format!("POST /init answered {status}"))
}

/// An error and its causes in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        line = format!("{line}: {next}");
        cause = next.source();
    }
    line
}
