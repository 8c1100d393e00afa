//! The canonical request: the one text that both sides hash.

use super::CONTENT_HASH_HEADER;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// SHA-256 of no bytes.
pub(super) const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request as the signature scheme sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// Any case.
    pub(crate) method: &'a str,
    /// As on the wire, percent-encoded once; a raw path signs alike as long as it holds no `%`.
    pub(crate) path: &'a str,
    /// Decoded pairs, in the order of the wire.
    pub(crate) query: &'a [(String, String)],
    /// Names in any case.
    pub(crate) headers: &'a [(String, String)],
    /// Exactly as sent.
    pub(crate) body: &'a [u8],
}

/// In which order the canonical query stands. Clients differ where a key is repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum QueryOrder {
    /// By key, then by value: the rule.
    Sorted,
    /// As sent: a client that sorts a list of numbers as numbers.
    Wire,
}

impl<'a> Request<'a> {
    /// The value of the header `name`, in any case.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The hash of the body, or what stands in for it: `UNSIGNED-PAYLOAD`, or a hash that the client sent.
    /// An empty body always has its own hash.
    pub(super) fn payload_hash(&self) -> Cow<'a, str> {
        if self.body.is_empty() {
            return Cow::Borrowed(EMPTY_HASH);
        }
        match self.header(CONTENT_HASH_HEADER) {
            Some(hash) if !hash.is_empty() => Cow::Borrowed(hash),
            _ => Cow::Owned(hex(&Sha256::digest(self.body))),
        }
    }

    /// The canonical request over the headers `signed`, which are lower-case and sorted.
    pub(super) fn canonical(&self, signed: &[String], order: QueryOrder, payload_hash: &str) -> String {
        let mut text = self.method.to_ascii_uppercase();
        text.push('\n');
        text.push_str(&canonical_path(self.path));
        text.push('\n');
        text.push_str(&canonical_query(self.query, order));
        text.push('\n');
        for name in signed {
            text.push_str(name);
            text.push(':');
            text.push_str(self.header(name).unwrap_or_default().trim());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&signed.join(";"));
        text.push('\n');
        text.push_str(payload_hash);
        text
    }
}

/// Decodes the whole path once, splits it, encodes each segment, and ends it in `/`.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut text = decoded.split('/').map(encode).collect::<Vec<_>>().join("/");
    if !text.ends_with('/') {
        text.push('/');
    }
    text
}

/// The query as it is signed, and as fgctl sends it.
pub(super) fn canonical_query(query: &[(String, String)], order: QueryOrder) -> String {
    let mut pairs: Vec<&(String, String)> = query.iter().collect();
    if order == QueryOrder::Sorted {
        pairs.sort();
    }
    pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
