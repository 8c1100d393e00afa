//! The signature scheme of object storage (OBS): HMAC-SHA1 over a string of its own, in a header or in a URL.
//!
//! The same text signs and verifies. The body is not part of it, so a request can be judged before its body is read.
//! Source: OBS API Reference, "User Signature Authentication"; vectors made by the vendor's own SDK.

#[cfg(test)]
mod tests;
mod verify;

pub(crate) use verify::{Authorization, Mismatch, verify};

use super::{Credentials, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;

/// What a key keeps as it is, in the signature and on the wire.
const KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// The parameters of a query that are signed, besides those that begin with the style's prefix; in lower case.
const SUBRESOURCES: &[&str] = &[
    "acl",
    "append",
    "attname",
    "backtosource",
    "bucketstatus",
    "cdnnotifyconfiguration",
    "cors",
    "customdomain",
    "delete",
    "deletebucket",
    "directcoldaccess",
    "dispolicy",
    "encryption",
    "fileinterface",
    "inventory",
    "length",
    "lifecycle",
    "location",
    "logging",
    "metadata",
    "mirrorbacktosource",
    "modify",
    "name",
    "notification",
    "object-lock",
    "obsalias",
    "obsbucketalias",
    "obscompresspolicy",
    "obsworkflowtriggerpolicy",
    "partnumber",
    "policy",
    "policystatus",
    "position",
    "publicaccessblock",
    "quota",
    "rename",
    "replication",
    "requestpayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "storageclass",
    "storageinfo",
    "storagepolicy",
    "tagging",
    "torrent",
    "truncate",
    "uploadid",
    "uploads",
    "versionid",
    "versioning",
    "versions",
    "website",
    "x-image-process",
    "x-image-save-bucket",
    "x-image-save-object",
    "x-oss-process",
    "x-workflow-execution-state",
    "x-workflow-execution-type",
    "x-workflow-graph-name",
    "x-workflow-limit",
    "x-workflow-next-marker",
    "x-workflow-prefix",
    "x-workflow-start",
    "x-workflow-template-name",
];

/// The two spellings of the scheme, which differ in names alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `Authorization: OBS`, `x-obs-`.
    Obs,
    /// `Authorization: AWS`, `x-amz-`: what the official SDK uses for addresses without a bucket's own host.
    Aws,
}

impl Style {
    /// What the names of the scheme's own headers begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Obs => "x-obs-",
            Self::Aws => "x-amz-",
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::Obs => "OBS",
            Self::Aws => "AWS",
        }
    }

    /// The parameter that names the access key in a presigned URL.
    pub(crate) fn key_parameter(self) -> &'static str {
        match self {
            Self::Obs => "AccessKeyId",
            Self::Aws => "AWSAccessKeyId",
        }
    }
}

/// What a request is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Resource<'a> {
    /// The bucket, or the custom domain in its place.
    pub(crate) bucket: Option<&'a str>,
    /// The object's key, as it was before it was percent-encoded.
    pub(crate) key: Option<&'a str>,
    /// Whether the bucket stands in the path and not in the host: then a bucket alone ends without `/`.
    pub(crate) path_style: bool,
}

/// A request as the scheme sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// In capitals.
    pub(crate) method: &'a str,
    /// What it is about.
    pub(crate) resource: Resource<'a>,
    /// Decoded pairs; nothing for a name without `=`.
    pub(crate) query: &'a [(String, Option<String>)],
    /// Names in any case.
    pub(crate) headers: &'a [(String, String)],
}

/// `now` as the header `Date` writes it.
pub(crate) fn date_text(now: jiff::Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `key` as it goes on the wire and into the signature.
pub(crate) fn encode_key(key: &str) -> String {
    utf8_percent_encode(key, KEY).to_string()
}

impl Request<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The text whose signature is sent, with `date` in its place.
    fn string_to_sign(&self, style: Style, date: &str) -> String {
        format!(
            "{}\n{}\n{}\n{date}\n{}{}",
            self.method,
            self.header("content-md5").unwrap_or_default(),
            self.header("content-type").unwrap_or_default(),
            self.canonical_headers(style),
            self.canonical_resource(style),
        )
    }

    /// The text with the date that the headers hold: the scheme's own date header leaves the line empty.
    fn string_by_header(&self, style: Style) -> String {
        let own = format!("{}date", style.prefix());
        let date = match self.header(&own) {
            Some(_) => "",
            None => self.header("date").unwrap_or_default(),
        };
        self.string_to_sign(style, date)
    }

    fn canonical_headers(&self, style: Style) -> String {
        let meta = format!("{}meta-", style.prefix());
        let mut own: Vec<(String, String)> = Vec::new();
        for (name, value) in self.headers {
            let name = name.to_ascii_lowercase();
            if !name.starts_with(style.prefix()) {
                continue;
            }
            let value = match name.starts_with(&meta) {
                true => value.trim(),
                false => value,
            };
            match own.iter_mut().find(|(other, _)| *other == name) {
                Some((_, values)) => {
                    values.push(',');
                    values.push_str(value);
                }
                None => own.push((name, value.to_owned())),
            }
        }
        own.sort();
        own.into_iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect()
    }

    fn canonical_resource(&self, style: Style) -> String {
        let mut text = "/".to_owned();
        if let Some(bucket) = self.resource.bucket {
            text.push_str(bucket);
            if self.resource.key.is_some() || !self.resource.path_style {
                text.push('/');
            }
        }
        text.push_str(&encode_key(self.resource.key.unwrap_or_default()));
        let mut signed: Vec<&(String, Option<String>)> = Vec::new();
        for pair in self.query {
            let known = signed.iter().any(|(name, _)| *name == pair.0);
            if is_subresource(&pair.0, style) && !known {
                signed.push(pair);
            }
        }
        signed.sort();
        for (number, (name, value)) in signed.into_iter().enumerate() {
            text.push(if number == 0 { '?' } else { '&' });
            text.push_str(name);
            if let Some(value) = value {
                text.push('=');
                text.push_str(value);
            }
        }
        text
    }
}

fn is_subresource(name: &str, style: Style) -> bool {
    let name = name.to_ascii_lowercase();
    SUBRESOURCES.binary_search(&name.as_str()).is_ok() || name.starts_with(style.prefix())
}

/// Whether a parameter of this name is signed, in either style.
pub(crate) fn is_signed_parameter(name: &str) -> bool {
    [Style::Obs, Style::Aws]
        .into_iter()
        .any(|style| is_subresource(name, style))
}

fn signature(secret: &Secret, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.expose().as_bytes()) else {
        unreachable!("HMAC takes a key of any length");
    };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The headers to send besides those of `request`, which has neither a date nor a token: signed by `credentials` at
/// `date`, an RFC 1123 date. `Authorization` is the last.
pub(crate) fn sign(request: &Request<'_>, credentials: &Credentials, date: &str) -> Vec<(String, String)> {
    let mut added = vec![("Date".to_owned(), date.to_owned())];
    if let Some(token) = &credentials.security_token {
        let name = format!("{}security-token", Style::Obs.prefix());
        added.push((name, token.expose().to_owned()));
    }
    let headers: Vec<(String, String)> = request.headers.iter().chain(&added).cloned().collect();
    let complete = Request {
        headers: &headers,
        ..*request
    };
    added.push((
        "Authorization".to_owned(),
        authorization(&complete, credentials, Style::Obs),
    ));
    added
}

/// The header `Authorization` of a request that has all its other headers.
fn authorization(request: &Request<'_>, credentials: &Credentials, style: Style) -> String {
    let signature = signature(&credentials.secret_key, &request.string_by_header(style));
    format!("{} {}:{signature}", style.scheme(), credentials.access_key)
}

/// The query of a URL that lets whoever holds it send `request` until `expires`, in Unix seconds: the pairs of the
/// request's own query and those that sign it, decoded. Headers of the request have to be sent as they are in it.
pub(crate) fn presign(
    request: &Request<'_>,
    credentials: &Credentials,
    style: Style,
    expires: i64,
) -> Vec<(String, Option<String>)> {
    let mut query = request.query.to_vec();
    if let Some(token) = &credentials.security_token {
        let name = format!("{}security-token", style.prefix());
        query.push((name, Some(token.expose().to_owned())));
    }
    let complete = Request {
        query: &query,
        ..*request
    };
    let expires = expires.to_string();
    let signature = signature(&credentials.secret_key, &complete.string_to_sign(style, &expires));
    for (name, value) in [
        ("Expires", expires),
        (style.key_parameter(), credentials.access_key.clone()),
        ("Signature", signature),
    ] {
        query.push((name.to_owned(), Some(value)));
    }
    query
}
