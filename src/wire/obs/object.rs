//! Objects. Source: OBS API Reference, "Operations on Objects".

use super::{Body, Headers, Method, ObsOperation, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is told of an object when it is written, and with it when it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectHeaders {
    /// MIME type; `binary/octet-stream` when it was not told.
    #[serde(rename = "content-type", skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    /// As browsers take it.
    #[serde(rename = "content-disposition", skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    /// As browsers take it.
    #[serde(rename = "content-encoding", skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    /// As browsers take it.
    #[serde(rename = "content-language", skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    /// As browsers take it.
    #[serde(rename = "cache-control", skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    /// As browsers take it.
    #[serde(rename = "expires", skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<String>,
    /// `STANDARD`, `WARM` or `COLD`.
    #[serde(rename = "x-obs-storage-class", skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<String>,
    /// The object's own metadata.
    pub(crate) meta: BTreeMap<String, String>,
}

/// The headers of [`ObjectHeaders`], and who may do what with the object.
pub(super) const OBJECT_HEADERS: &[&str] = &[
    "content-type",
    "content-disposition",
    "content-encoding",
    "content-language",
    "cache-control",
    "expires",
    "x-obs-storage-class",
    "x-obs-acl",
    "content-md5",
    "x-obs-copy-source",
];

/// Writes an object as a whole. Source: "PUT Objects".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PutObject {
    /// The bucket.
    pub(crate) bucket: String,
    /// See [`crate::wire::rule::object_key`].
    pub(crate) key: String,
    /// Base64 of the MD5 of the bytes.
    #[serde(rename = "content-md5")]
    pub(crate) content_md5: Option<String>,
    /// Who may do what with it.
    #[serde(rename = "x-obs-acl")]
    pub(crate) acl: Option<String>,
    /// Another object to copy instead.
    #[serde(rename = "x-obs-copy-source")]
    pub(crate) copy_source: Option<String>,
    /// What is told of it.
    #[serde(flatten)]
    pub(crate) headers: ObjectHeaders,
}

impl ObsOperation for PutObject {
    const NAME: &'static str = "PutObject";
    const METHOD: Method = Method::Put;
    const TARGET: Target = Target::Object;
    const HEADERS: &'static [&'static str] = OBJECT_HEADERS;
    const BODY: Body = Body::Stream;
    type Output = Headers<Written>;
}

/// The mark of what was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// In quotes: MD5 in hex.
    pub(crate) etag: String,
}

/// The conditions under which an object is read, each as its header writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Conditions {
    /// Only with this mark, else 412.
    #[serde(rename = "if-match")]
    pub(crate) matches: Option<String>,
    /// Only with another mark, else 304.
    #[serde(rename = "if-none-match")]
    pub(crate) none_match: Option<String>,
    /// Only when changed since, else 304.
    #[serde(rename = "if-modified-since")]
    pub(crate) modified_since: Option<String>,
    /// Only when not changed since, else 412.
    #[serde(rename = "if-unmodified-since")]
    pub(crate) unmodified_since: Option<String>,
}

const READ_HEADERS: &[&str] = &[
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
];

/// Reads an object, or a range of it. Source: "Downloading Objects".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GetObject {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// `bytes=FROM-TO`.
    pub(crate) range: Option<String>,
    /// When it is read.
    #[serde(flatten)]
    pub(crate) conditions: Conditions,
    /// The header that answers, in place of the object's own.
    #[serde(rename = "response-content-type")]
    pub(crate) content_type: Option<String>,
    /// The same.
    #[serde(rename = "response-content-disposition")]
    pub(crate) content_disposition: Option<String>,
    /// The same.
    #[serde(rename = "response-content-encoding")]
    pub(crate) content_encoding: Option<String>,
    /// The same.
    #[serde(rename = "response-content-language")]
    pub(crate) content_language: Option<String>,
    /// The same.
    #[serde(rename = "response-cache-control")]
    pub(crate) cache_control: Option<String>,
    /// The same.
    #[serde(rename = "response-expires")]
    pub(crate) expires: Option<String>,
}

impl ObsOperation for GetObject {
    const NAME: &'static str = "GetObject";
    const METHOD: Method = Method::Get;
    const TARGET: Target = Target::Object;
    const HEADERS: &'static [&'static str] = READ_HEADERS;
    type Output = Headers<ObjectHead>;
}

/// Shows what [`GetObject`] would tell. Source: "Querying Object Metadata".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct HeadObject {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// `bytes=FROM-TO`.
    pub(crate) range: Option<String>,
    /// When it is told.
    #[serde(flatten)]
    pub(crate) conditions: Conditions,
}

impl ObsOperation for HeadObject {
    const NAME: &'static str = "HeadObject";
    const METHOD: Method = Method::Head;
    const TARGET: Target = Target::Object;
    const HEADERS: &'static [&'static str] = READ_HEADERS;
    type Output = Headers<ObjectHead>;
}

/// What [`GetObject`] and [`HeadObject`] tell of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectHead {
    /// In quotes.
    pub(crate) etag: String,
    /// An HTTP date.
    #[serde(rename = "last-modified")]
    pub(crate) modified: String,
    /// `bytes`.
    #[serde(rename = "accept-ranges")]
    pub(crate) ranges: String,
    /// How many bytes are answered.
    #[serde(rename = "content-length")]
    pub(crate) length: String,
    /// Which ones, where not all are.
    #[serde(rename = "content-range", skip_serializing_if = "Option::is_none")]
    pub(crate) range: Option<String>,
    /// What was told of it.
    #[serde(flatten)]
    pub(crate) headers: ObjectHeaders,
}

/// Deletes an object, or does nothing where there is none. Source: "Deleting an Object".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteObject {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
}

impl ObsOperation for DeleteObject {
    const NAME: &'static str = "DeleteObject";
    const METHOD: Method = Method::Delete;
    const TARGET: Target = Target::Object;
    const SUCCESS: u16 = 204;
    type Output = ();
}
