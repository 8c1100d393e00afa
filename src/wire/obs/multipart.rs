//! Objects in parts. Source: OBS API Reference, "Operations on Multipart Upload".

use super::bucket::Owner;
use super::object::{OBJECT_HEADERS, ObjectHeaders, Written};
use super::xml::{self, Root, Xml, XmlError};
use super::{Body, Headers, Method, ObsOperation, Target};
use crate::wire::operation::number;
use serde::{Deserialize, Serialize};

/// Begins an upload in parts. Source: "Initiating a Multipart Upload".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct InitiateMultipartUpload {
    /// The bucket.
    pub(crate) bucket: String,
    /// See [`crate::wire::rule::object_key`].
    pub(crate) key: String,
    /// Who may do what with the object.
    #[serde(rename = "x-obs-acl")]
    pub(crate) acl: Option<String>,
    /// What is told of the object.
    #[serde(flatten)]
    pub(crate) headers: ObjectHeaders,
}

impl ObsOperation for InitiateMultipartUpload {
    const NAME: &'static str = "InitiateMultipartUpload";
    const METHOD: Method = Method::Post;
    const TARGET: Target = Target::Object;
    const MARKS: &'static [&'static str] = &["uploads"];
    const HEADERS: &'static [&'static str] = OBJECT_HEADERS;
    type Output = Xml<InitiateMultipartUploadResult>;
}

/// What [`InitiateMultipartUpload`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct InitiateMultipartUploadResult {
    /// The bucket.
    #[serde(rename = "Bucket")]
    pub(crate) bucket: String,
    /// The key.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// 32 hex digits.
    #[serde(rename = "UploadId")]
    pub(crate) upload_id: String,
}

impl Root for InitiateMultipartUploadResult {
    const ROOT: &'static str = "InitiateMultipartUploadResult";
}

/// Writes a part, in place of the one that was there. Source: "Uploading Parts".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UploadPart {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "uploadId")]
    pub(crate) upload_id: String,
    /// 1 to 10,000.
    #[serde(rename = "partNumber", deserialize_with = "number::option")]
    pub(crate) number: Option<i64>,
    /// Base64 of the MD5 of the bytes.
    #[serde(rename = "content-md5")]
    pub(crate) content_md5: Option<String>,
    /// Another object to copy from instead.
    #[serde(rename = "x-obs-copy-source")]
    pub(crate) copy_source: Option<String>,
}

impl ObsOperation for UploadPart {
    const NAME: &'static str = "UploadPart";
    const METHOD: Method = Method::Put;
    const TARGET: Target = Target::Object;
    const MARKS: &'static [&'static str] = &["partNumber", "uploadId"];
    const HEADERS: &'static [&'static str] = &["content-md5", "x-obs-copy-source"];
    const BODY: Body = Body::Stream;
    type Output = Headers<Written>;
}

/// Lists the parts of an upload. Source: "Listing Uploaded Parts".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListParts {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "uploadId")]
    pub(crate) upload_id: String,
    /// 1 to 1000.
    #[serde(rename = "max-parts", deserialize_with = "number::option")]
    pub(crate) max_parts: Option<i64>,
    /// After which number.
    #[serde(rename = "part-number-marker", deserialize_with = "number::option")]
    pub(crate) marker: Option<i64>,
}

impl ObsOperation for ListParts {
    const NAME: &'static str = "ListParts";
    const METHOD: Method = Method::Get;
    const TARGET: Target = Target::Object;
    const MARKS: &'static [&'static str] = &["uploadId"];
    type Output = Xml<ListPartsResult>;
}

/// What [`ListParts`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListPartsResult {
    /// The bucket.
    #[serde(rename = "Bucket")]
    pub(crate) bucket: String,
    /// The key.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "UploadId")]
    pub(crate) upload_id: String,
    /// Who began it.
    #[serde(rename = "Initiator")]
    pub(crate) initiator: Owner,
    /// Whose the object will be.
    #[serde(rename = "Owner")]
    pub(crate) owner: Owner,
    /// `STANDARD`.
    #[serde(rename = "StorageClass")]
    pub(crate) storage_class: String,
    /// As asked for.
    #[serde(rename = "PartNumberMarker")]
    pub(crate) marker: i64,
    /// Where the next page begins.
    #[serde(rename = "NextPartNumberMarker", skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<i64>,
    /// As asked for.
    #[serde(rename = "MaxParts")]
    pub(crate) max_parts: i64,
    /// Whether there is a next page.
    #[serde(rename = "IsTruncated")]
    pub(crate) truncated: bool,
    /// The parts, by number.
    #[serde(rename = "Part")]
    pub(crate) parts: Vec<ListedPart>,
}

impl Root for ListPartsResult {
    const ROOT: &'static str = "ListPartsResult";
}

/// A part in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListedPart {
    /// From 1.
    #[serde(rename = "PartNumber")]
    pub(crate) number: i64,
    /// RFC 3339.
    #[serde(rename = "LastModified")]
    pub(crate) modified: String,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
    /// Bytes.
    #[serde(rename = "Size")]
    pub(crate) size: u64,
}

/// Makes an object of its parts. Source: "Completing a Multipart Upload".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CompleteMultipartUpload {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "uploadId")]
    pub(crate) upload_id: String,
    /// Its parts, by ascending numbers.
    #[serde(skip)]
    pub(crate) parts: Vec<Part>,
}

/// A part that the object is to have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// From 1.
    #[serde(rename = "PartNumber")]
    pub(crate) number: i64,
    /// With or without quotes.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
}

/// The body of [`CompleteMultipartUpload`].
#[derive(Serialize, Deserialize)]
struct Parts {
    #[serde(rename = "Part", default)]
    parts: Vec<Part>,
}

impl Root for Parts {
    const ROOT: &'static str = "CompleteMultipartUpload";
}

impl ObsOperation for CompleteMultipartUpload {
    const NAME: &'static str = "CompleteMultipartUpload";
    const METHOD: Method = Method::Post;
    const TARGET: Target = Target::Object;
    const MARKS: &'static [&'static str] = &["uploadId"];
    const BODY: Body = Body::Xml;
    type Output = Xml<CompleteMultipartUploadResult>;

    fn xml(&self) -> Result<Option<String>, XmlError> {
        let parts = self.parts.clone();
        Ok(Some(xml::write(&Parts { parts })?))
    }

    fn set_xml(&mut self, text: &str) -> Result<(), XmlError> {
        let parts: Parts = xml::read(text)?;
        self.parts = parts.parts;
        Ok(())
    }
}

/// What [`CompleteMultipartUpload`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CompleteMultipartUploadResult {
    /// The object's URL.
    #[serde(rename = "Location")]
    pub(crate) location: String,
    /// The bucket.
    #[serde(rename = "Bucket")]
    pub(crate) bucket: String,
    /// The key.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// In quotes: MD5 of the parts' MD5s, and how many they are.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
}

impl Root for CompleteMultipartUploadResult {
    const ROOT: &'static str = "CompleteMultipartUploadResult";
}

/// Gives an upload up, and its parts. Source: "Canceling a Multipart Upload Task".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AbortMultipartUpload {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "uploadId")]
    pub(crate) upload_id: String,
}

impl ObsOperation for AbortMultipartUpload {
    const NAME: &'static str = "AbortMultipartUpload";
    const METHOD: Method = Method::Delete;
    const TARGET: Target = Target::Object;
    const MARKS: &'static [&'static str] = &["uploadId"];
    const SUCCESS: u16 = 204;
    type Output = ();
}

/// Lists the uploads in a bucket that were begun and neither completed nor given up. Source: "Listing Initiated
/// Multipart Uploads in a Bucket".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListMultipartUploads {
    /// The bucket.
    pub(crate) bucket: String,
    /// What their keys begin with.
    pub(crate) prefix: Option<String>,
    /// After which key.
    #[serde(rename = "key-marker")]
    pub(crate) key_marker: Option<String>,
    /// After which upload of that key.
    #[serde(rename = "upload-id-marker")]
    pub(crate) upload_id_marker: Option<String>,
    /// 1 to 1000.
    #[serde(rename = "max-uploads", deserialize_with = "number::option")]
    pub(crate) max_uploads: Option<i64>,
}

impl ObsOperation for ListMultipartUploads {
    const NAME: &'static str = "ListMultipartUploads";
    const METHOD: Method = Method::Get;
    const TARGET: Target = Target::Bucket;
    const MARKS: &'static [&'static str] = &["uploads"];
    type Output = Xml<ListMultipartUploadsResult>;
}

/// What [`ListMultipartUploads`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListMultipartUploadsResult {
    /// The bucket.
    #[serde(rename = "Bucket")]
    pub(crate) bucket: String,
    /// As asked for.
    #[serde(rename = "Prefix")]
    pub(crate) prefix: String,
    /// As asked for.
    #[serde(rename = "KeyMarker")]
    pub(crate) key_marker: String,
    /// As asked for.
    #[serde(rename = "UploadIdMarker")]
    pub(crate) upload_id_marker: String,
    /// Where the next page begins.
    #[serde(rename = "NextKeyMarker", skip_serializing_if = "Option::is_none")]
    pub(crate) next_key_marker: Option<String>,
    /// Where the next page begins.
    #[serde(rename = "NextUploadIdMarker", skip_serializing_if = "Option::is_none")]
    pub(crate) next_upload_id_marker: Option<String>,
    /// As asked for.
    #[serde(rename = "MaxUploads")]
    pub(crate) max_uploads: i64,
    /// Whether there is a next page.
    #[serde(rename = "IsTruncated")]
    pub(crate) truncated: bool,
    /// The uploads, by key and id.
    #[serde(rename = "Upload")]
    pub(crate) uploads: Vec<ListedUpload>,
}

impl Root for ListMultipartUploadsResult {
    const ROOT: &'static str = "ListMultipartUploadsResult";
}

/// An upload in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListedUpload {
    /// The key of the object that it will be.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// Of the upload.
    #[serde(rename = "UploadId")]
    pub(crate) upload_id: String,
    /// Who began it.
    #[serde(rename = "Initiator")]
    pub(crate) initiator: Owner,
    /// Whose the object will be.
    #[serde(rename = "Owner")]
    pub(crate) owner: Owner,
    /// `STANDARD`.
    #[serde(rename = "StorageClass")]
    pub(crate) storage_class: String,
    /// RFC 3339.
    #[serde(rename = "Initiated")]
    pub(crate) initiated: String,
}
