//! The wire itself: one request out, one answer in, nothing repeated and no redirect followed.

mod slices;

use super::error::Cause;
use super::exchange::{Exchange, Request, Response};
use super::{Failure, Options, SetupError, TransportError, tls};
use bytes::BytesMut;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Body, Certificate, Client, Method, Url};
use slices::Slices;
use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

/// The largest answer that is read, in bytes: a function's code comes with at most 50 MB, in base64.
pub(super) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The slowest line that a request with a body is given time for, in bytes a second.
const SLOWEST: u64 = 16 * 1024;

/// How much longer a request may take for a body of `length` bytes.
fn time_of(length: usize) -> Duration {
    Duration::from_secs(length as u64 / SLOWEST)
}

/// Sends over TCP and TLS.
pub(crate) struct Http {
    plain: Client,
    /// Made with the first request that needs it: loading the system's authorities takes a while.
    secure: OnceLock<Client>,
    authorities: Vec<Certificate>,
    options: Options,
}

impl Http {
    /// # Errors
    /// [`SetupError`] when the CA file or a proxy's address cannot be used.
    pub(crate) fn new(options: &Options) -> Result<Self, SetupError> {
        let authorities = match &options.ca_file {
            Some(path) => tls::authorities(path)?,
            None => Vec::new(),
        };
        Ok(Self {
            plain: tls::plain(options)?,
            secure: OnceLock::new(),
            authorities,
            options: options.clone(),
        })
    }

    fn client(&self, url: &Url) -> Result<&Client, SetupError> {
        if url.scheme() != "https" {
            return Ok(&self.plain);
        }
        match self.secure.get() {
            Some(client) => Ok(client),
            None => {
                let client = tls::secure(&self.options, &self.authorities)?;
                Ok(self.secure.get_or_init(|| client))
            }
        }
    }
}

impl Exchange for Http {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let host = request.host();
        let mut message = message(request)?;
        *message.timeout_mut() = Some(self.options.timeout + time_of(request.body.len()));
        let client = self.client(message.url())?;
        let failed = |error| unreachable(error, host);
        let mut answer = client.execute(message).await.map_err(failed)?;
        let too_large = || TransportError::TooLarge {
            host: host.to_owned(),
            limit: BODY_LIMIT,
        };
        let length = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if length > BODY_LIMIT {
            return Err(too_large());
        }
        let mut body = BytesMut::with_capacity(length);
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Response {
            status: answer.status().as_u16(),
            headers: answer
                .headers()
                .iter()
                .map(|(n, v)| (n.as_str().to_owned(), text(v)))
                .collect(),
            body: body.freeze(),
            repeated: false,
        })
    }
}

/// `request` as the client takes it.
fn message(request: &Request) -> Result<reqwest::Request, TransportError> {
    let target = request.target();
    let url = Url::parse(&format!("{}{target}", request.url))
        .map_err(|error| TransportError::Invalid(format!("`{}` is no URL: {error}", request.url)))?;
    // A path such as `/a/../b` would be tidied up, and address something else than what was signed.
    let tidied = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    if tidied != target {
        return Err(TransportError::Invalid(format!(
            "`{target}` would be sent as `{tidied}`"
        )));
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| TransportError::Invalid(format!("`{}` is no method", request.method)))?;
    let mut message = reqwest::Request::new(method, url);
    for (name, value) in &request.headers {
        let invalid =
            || TransportError::Invalid(format!("the header `{}` holds what no header may", name.escape_debug()));
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid())?;
        value.set_sensitive(true);
        message.headers_mut().append(parsed, value);
    }
    if !request.body.is_empty() {
        *message.body_mut() = Some(match &request.progress {
            Some(progress) => Body::wrap(Slices::new(request.body.clone(), progress.clone())),
            None => request.body.clone().into(),
        });
    } else if matches!(request.method, "POST" | "PUT") {
        *message.body_mut() = Some("".into());
    }
    Ok(message)
}

/// What `error` means for the exchange with `host`.
fn unreachable(error: reqwest::Error, host: &str) -> TransportError {
    let error = error.without_url();
    let failure = if error.is_dns() {
        Failure::Dns
    } else if is_tls(&error) {
        Failure::Tls
    } else if error.is_connect() {
        Failure::Connect
    } else if error.is_timeout() {
        Failure::Timeout
    } else {
        Failure::Cut
    };
    TransportError::Unreachable {
        failure,
        host: host.to_owned(),
        source: Cause::of(&error),
    }
}

/// Whether TLS is what failed.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        // An I/O error hides the error that it wraps from its own chain of sources.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests;
