//! A request of object storage, decoded.

use crate::sign::obs::Authorization;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// What a request says, before it is known which operation it is.
pub(super) struct Seen {
    /// In capitals.
    pub(super) method: String,
    /// Decoded; not checked.
    pub(super) bucket: Option<String>,
    /// Decoded; not checked.
    pub(super) key: Option<String>,
    /// Decoded pairs.
    pub(super) query: Vec<(String, Option<String>)>,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// As it came.
    pub(super) path: String,
}

impl Seen {
    /// Nothing when the path or the query is no text.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let path = parts.uri.path();
        let rest = path.strip_prefix('/')?;
        let (bucket, key) = match rest.split_once('/') {
            Some((bucket, key)) => (bucket, key),
            None => (rest, ""),
        };
        let named = |text: &str| match text {
            "" => Some(None),
            text => decode(text).map(Some),
        };
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Some(Self {
            method: parts.method.as_str().to_owned(),
            bucket: named(bucket)?,
            key: named(key)?,
            query: pairs(parts.uri.query())?,
            headers: headers.collect(),
            path: path.to_owned(),
        })
    }

    /// The value of the header `name`, given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    fn has_parameter(&self, name: &str) -> bool {
        self.query.iter().any(|(other, _)| other == name)
    }

    /// Who signed, if it was by a scheme of object storage.
    pub(super) fn authorization(&self) -> Option<Authorization> {
        match self.header("authorization") {
            Some(text) => Authorization::of_header(text),
            None => Authorization::of_query(&self.query),
        }
    }

    /// Whether it is signed by a scheme that only object storage has, known here or not.
    pub(super) fn is_signed(&self) -> bool {
        match self.header("authorization") {
            Some(text) => ["OBS ", "AWS ", "AWS4-HMAC-SHA256"]
                .iter()
                .any(|scheme| text.starts_with(scheme)),
            None => Authorization::of_query(&self.query).is_some() || self.has_parameter("X-Amz-Signature"),
        }
    }

    /// Whether it says at all who sent it.
    pub(super) fn is_authorized(&self) -> bool {
        self.header("authorization").is_some() || self.header("x-auth-token").is_some()
    }

    /// Whether it asks, as the official SDK does before it signs, which form of the service this is.
    pub(super) fn is_probe(&self) -> bool {
        self.method == "HEAD" && self.has_parameter("apiversion")
    }

    /// Whether the client sends its body only when it is told to go on.
    pub(super) fn waits_to_send(&self) -> bool {
        self.header("expect").is_some()
    }

    /// Where the caller reached the local cloud.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("127.0.0.1"))
    }
}

fn decode(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// The decoded pairs of a query; a `+` is a plus, as the signature takes it.
pub(super) fn pairs(query: Option<&str>) -> Option<Vec<(String, Option<String>)>> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Some((decode(name)?, Some(decode(value)?))),
            None => Some((decode(pair)?, None)),
        })
        .collect()
}
