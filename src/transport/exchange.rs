//! A request, its answer, and the one thing that every layer does: exchange one for the other.

use super::TransportError;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Everything but RFC 3986's unreserved characters, as in the signed form.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request. `Debug` shows neither the values of headers nor the body: both may hold secrets.
#[derive(Clone)]
pub(crate) struct Request {
    /// In capitals.
    pub(crate) method: &'static str,
    /// Scheme and authority, `https://functiongraph.cn-east-3.myhuaweicloud.com`, without a final `/`.
    pub(crate) url: String,
    /// Percent-encoded once, exactly as it goes on the wire; begins with `/`.
    pub(crate) path: String,
    /// What follows the `?`.
    pub(crate) query: Query,
    /// Names in any case, each once.
    pub(crate) headers: Vec<(String, String)>,
    /// Empty for none.
    pub(crate) body: Bytes,
    /// Whether it may be sent again when nobody knows if it arrived.
    pub(crate) idempotent: bool,
    /// How it is signed.
    pub(crate) scheme: Scheme,
    /// Who is told how much of the body has gone out.
    pub(crate) progress: Option<Progress>,
}

/// Told how many bytes of a request's body have gone out; counted anew each time the request is sent.
pub(crate) type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// By which scheme a request is signed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Scheme {
    /// That of every service but one.
    #[default]
    Api,
    /// That of object storage, which signs what the request is about and not its path.
    Obs {
        /// The bucket.
        bucket: Option<String>,
        /// The object's key.
        key: Option<String>,
        /// Whether the bucket stands in the path.
        path_style: bool,
    },
}

/// The query of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Query {
    /// Decoded pairs, still to be encoded; signing does that.
    Pairs(Vec<(String, String)>),
    /// The same, where a name may stand alone.
    Marked(Vec<(String, Option<String>)>),
    /// The text as it goes on the wire, without `?`.
    Encoded(String),
}

impl Query {
    /// The text as it goes on the wire, without `?`; empty for none.
    pub(crate) fn encoded(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, QUERY).to_string();
        match self {
            Self::Encoded(text) => text.clone(),
            Self::Pairs(pairs) => pairs
                .iter()
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect::<Vec<_>>()
                .join("&"),
            Self::Marked(pairs) => pairs
                .iter()
                .map(|(name, value)| match value {
                    Some(value) => format!("{}={}", encode(name), encode(value)),
                    None => encode(name),
                })
                .collect::<Vec<_>>()
                .join("&"),
        }
    }
}

impl Request {
    /// The host as the `Host` header names it: with the port, where that is not the scheme's own.
    pub(super) fn host(&self) -> &str {
        let (scheme, authority) = self.url.split_once("://").unwrap_or(("", &self.url));
        let own_port = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => return authority,
        };
        authority.strip_suffix(own_port).unwrap_or(authority)
    }

    /// Whether the request has a header `name`.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// Path and query as they go on the wire.
    pub(crate) fn target(&self) -> String {
        let query = self.query.encoded();
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &format!("{}{}", self.url, self.target()))
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("idempotent", &self.idempotent)
            .finish()
    }
}

/// An answer. `Debug` leaves the body out: it may hold secrets.
#[derive(Clone)]
pub(crate) struct Response {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The whole body.
    pub(crate) body: Bytes,
    /// Whether an earlier attempt at the same request may have reached the service, and got no answer of its own.
    pub(crate) repeated: bool,
}

impl Response {
    /// The value of the header `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The id under which the cloud's support finds the call.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.header("X-Request-Id").or_else(|| self.storage_id())
    }

    /// The same, as object storage alone names it.
    pub(crate) fn storage_id(&self) -> Option<&str> {
        self.header("x-obs-request-id")
    }

    /// How long the service asks to be left alone, by `Retry-After`: seconds, or a date by its own clock.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.header("Retry-After")?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = jiff::Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
        let seconds = until.as_second() - self.date()?.as_second();
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }

    /// When the service answered, by its own clock.
    pub(crate) fn date(&self) -> Option<jiff::Timestamp> {
        let date = httpdate::parse_http_date(self.header("Date")?).ok()?;
        jiff::Timestamp::try_from(date).ok()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// Something that sends a request and waits for its answer. An answer of any status is an answer; an error means
/// that there was none.
pub(crate) trait Exchange: Send + Sync {
    /// Sends `request`.
    fn exchange(&self, request: &Request) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

impl<E: Exchange> Exchange for Arc<E> {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        self.as_ref().exchange(request).await
    }
}

/// A future whose type has been forgotten.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Exchange`] for those who must not know which: one allocation a request.
pub(crate) trait AnyExchange: Send + Sync {
    /// Sends `request`.
    fn exchange_boxed<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>>;
}

impl<E: Exchange> AnyExchange for E {
    fn exchange_boxed<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Query, Request, Response, Scheme};

    fn request(url: &str) -> Request {
        Request {
            method: "GET",
            url: url.to_owned(),
            path: "/v2/p".to_owned(),
            query: Query::Pairs(vec![
                ("a b".to_owned(), "1+1/é".to_owned()),
                ("c".to_owned(), String::new()),
            ]),
            headers: vec![("Authorization".to_owned(), "a-secret".to_owned())],
            body: Bytes::from_static(b"a-secret-body"),
            idempotent: true,
            scheme: Scheme::Api,
            progress: None,
        }
    }

    #[test]
    fn the_host_leaves_the_schemes_own_port_out() {
        for (url, host) in [
            ("https://a.example", "a.example"),
            ("https://a.example:443", "a.example"),
            ("http://a.example:443", "a.example:443"),
            ("http://127.0.0.1:80", "127.0.0.1"),
            ("http://[::1]:7860", "[::1]:7860"),
        ] {
            assert_eq!(request(url).host(), host, "{url}");
        }
    }

    #[test]
    fn the_target_is_encoded_as_the_signature_wants_it() {
        assert_eq!(request("http://h").target(), "/v2/p?a%20b=1%2B1%2F%C3%A9&c=");
        let bare = Request {
            query: Query::Encoded(String::new()),
            ..request("http://h")
        };
        assert_eq!(bare.target(), "/v2/p");
        let marked = Request {
            query: Query::Marked(vec![
                ("uploads".to_owned(), None),
                ("prefix".to_owned(), Some("a/b".to_owned())),
            ]),
            ..request("http://h")
        };
        assert_eq!(marked.target(), "/v2/p?uploads&prefix=a%2Fb");
    }

    #[test]
    fn the_debug_texts_hold_no_secrets() {
        let response = Response {
            status: 200,
            headers: vec![("x".to_owned(), "a-secret".to_owned())],
            body: Bytes::from_static(b"a-secret"),
            repeated: false,
        };
        let text = format!("{:?} {response:?}", request("http://h"));
        assert!(text.contains("Authorization") && !text.contains("a-secret"), "{text}");
    }

    #[test]
    fn the_date_of_an_answer_is_read_and_a_broken_one_is_none() {
        let with = |date: &str| Response {
            status: 200,
            headers: vec![("date".to_owned(), date.to_owned())],
            body: Bytes::new(),
            repeated: false,
        };
        let date = with("Fri, 02 Jan 2026 03:04:05 GMT").date();
        assert_eq!(date, Some("2026-01-02T03:04:05Z".parse().unwrap()));
        assert_eq!(with("yesterday").date(), None);
    }
}
