//! Buckets. Source: OBS API Reference, "Operations on Buckets".

use super::xml::{self, Root, Xml, XmlError};
use super::{Body, Headers, Method, ObsOperation, Target};
use crate::wire::operation::number;
use serde::{Deserialize, Serialize};

/// Creates a bucket. Source: "Creating a Bucket".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CreateBucket {
    /// See [`crate::wire::rule::bucket_name`].
    pub(crate) bucket: String,
    /// Who may do what.
    #[serde(rename = "x-obs-acl")]
    pub(crate) acl: Option<String>,
    /// `STANDARD`, `WARM` or `COLD`.
    #[serde(rename = "x-obs-storage-class")]
    pub(crate) storage_class: Option<String>,
    /// The region that it is to be in.
    #[serde(skip)]
    pub(crate) location: Option<String>,
}

/// The body of [`CreateBucket`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct CreateBucketConfiguration {
    #[serde(rename = "Location", skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// The same in the other style.
    #[serde(rename = "LocationConstraint", skip_serializing_if = "Option::is_none")]
    constraint: Option<String>,
}

impl Root for CreateBucketConfiguration {
    const ROOT: &'static str = "CreateBucketConfiguration";
}

impl ObsOperation for CreateBucket {
    const NAME: &'static str = "CreateBucket";
    const METHOD: Method = Method::Put;
    const TARGET: Target = Target::Bucket;
    const HEADERS: &'static [&'static str] = &["x-obs-acl", "x-obs-storage-class"];
    const BODY: Body = Body::Xml;
    type Output = Headers<BucketPlace>;

    fn xml(&self) -> Result<Option<String>, XmlError> {
        let document = |location: &String| {
            xml::write(&CreateBucketConfiguration {
                location: Some(location.clone()),
                constraint: None,
            })
        };
        self.location.as_ref().map(document).transpose()
    }

    fn set_xml(&mut self, text: &str) -> Result<(), XmlError> {
        let configuration: CreateBucketConfiguration = xml::read(text)?;
        self.location = configuration.location.or(configuration.constraint);
        Ok(())
    }
}

/// What [`CreateBucket`] answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BucketPlace {
    /// `/bucket`.
    pub(crate) location: String,
}

/// Shows whether a bucket is there and mine. Source: "Checking Whether a Bucket Exists".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HeadBucket {
    /// Its name.
    pub(crate) bucket: String,
}

impl ObsOperation for HeadBucket {
    const NAME: &'static str = "HeadBucket";
    const METHOD: Method = Method::Head;
    const TARGET: Target = Target::Bucket;
    type Output = Headers<BucketHead>;
}

/// What [`HeadBucket`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BucketHead {
    /// Its region.
    #[serde(rename = "x-obs-bucket-location")]
    pub(crate) location: Option<String>,
    /// The class of objects that name none.
    #[serde(rename = "x-obs-storage-class")]
    pub(crate) storage_class: Option<String>,
    /// The version of the bucket's form.
    #[serde(rename = "x-obs-version")]
    pub(crate) version: Option<String>,
}

/// Deletes an empty bucket. Source: "Deleting Buckets".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteBucket {
    /// Its name.
    pub(crate) bucket: String,
}

impl ObsOperation for DeleteBucket {
    const NAME: &'static str = "DeleteBucket";
    const METHOD: Method = Method::Delete;
    const TARGET: Target = Target::Bucket;
    const SUCCESS: u16 = 204;
    type Output = ();
}

/// Lists the account's buckets. Source: "Obtaining a Bucket List".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListBuckets {}

impl ObsOperation for ListBuckets {
    const NAME: &'static str = "ListBuckets";
    const METHOD: Method = Method::Get;
    const TARGET: Target = Target::Service;
    type Output = Xml<ListAllMyBucketsResult>;
}

/// Whose something is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Owner {
    /// The account's id.
    #[serde(rename = "ID")]
    pub(crate) id: String,
}

/// What [`ListBuckets`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListAllMyBucketsResult {
    /// Whose they are.
    #[serde(rename = "Owner")]
    pub(crate) owner: Owner,
    /// The buckets.
    #[serde(rename = "Buckets")]
    pub(crate) buckets: Buckets,
}

impl Root for ListAllMyBucketsResult {
    const ROOT: &'static str = "ListAllMyBucketsResult";
}

/// Around the buckets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Buckets {
    /// Each.
    #[serde(rename = "Bucket")]
    pub(crate) buckets: Vec<Bucket>,
}

/// A bucket in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Bucket {
    /// Its name.
    #[serde(rename = "Name")]
    pub(crate) name: String,
    /// RFC 3339.
    #[serde(rename = "CreationDate")]
    pub(crate) created: String,
    /// Its region.
    #[serde(rename = "Location")]
    pub(crate) location: String,
    /// `OBJECT`.
    #[serde(rename = "BucketType")]
    pub(crate) kind: String,
}

/// Lists a bucket's objects. Source: "Listing Objects in a Bucket".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListObjects {
    /// The bucket.
    pub(crate) bucket: String,
    /// What their keys begin with.
    pub(crate) prefix: Option<String>,
    /// After which key.
    pub(crate) marker: Option<String>,
    /// 1 to 1000.
    #[serde(rename = "max-keys", deserialize_with = "number::option")]
    pub(crate) max_keys: Option<i64>,
    /// Keys that have it after the prefix are shown as one, up to it.
    pub(crate) delimiter: Option<String>,
    /// `url`: keys are percent-encoded in the answer.
    #[serde(rename = "encoding-type")]
    pub(crate) encoding: Option<String>,
}

impl ObsOperation for ListObjects {
    const NAME: &'static str = "ListObjects";
    const METHOD: Method = Method::Get;
    const TARGET: Target = Target::Bucket;
    type Output = Xml<ListBucketResult>;
}

/// What [`ListObjects`] answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListBucketResult {
    /// The bucket.
    #[serde(rename = "Name")]
    pub(crate) name: String,
    /// As asked for.
    #[serde(rename = "Prefix")]
    pub(crate) prefix: String,
    /// As asked for.
    #[serde(rename = "Marker")]
    pub(crate) marker: String,
    /// Where the next page begins.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<String>,
    /// As asked for.
    #[serde(rename = "MaxKeys")]
    pub(crate) max_keys: i64,
    /// As asked for.
    #[serde(rename = "Delimiter", skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<String>,
    /// As asked for.
    #[serde(rename = "EncodingType", skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    /// Whether there is a next page.
    #[serde(rename = "IsTruncated")]
    pub(crate) truncated: bool,
    /// The objects.
    #[serde(rename = "Contents")]
    pub(crate) contents: Vec<ListedObject>,
    /// What keys were shown as one.
    #[serde(rename = "CommonPrefixes")]
    pub(crate) common: Vec<CommonPrefix>,
}

impl Root for ListBucketResult {
    const ROOT: &'static str = "ListBucketResult";
}

/// An object in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListedObject {
    /// Its key.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// RFC 3339.
    #[serde(rename = "LastModified")]
    pub(crate) modified: String,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
    /// Bytes.
    #[serde(rename = "Size")]
    pub(crate) size: u64,
    /// Whose it is.
    #[serde(rename = "Owner")]
    pub(crate) owner: Owner,
    /// `STANDARD`.
    #[serde(rename = "StorageClass")]
    pub(crate) storage_class: String,
}

/// Keys that are shown as one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CommonPrefix {
    /// Up to the delimiter.
    #[serde(rename = "Prefix")]
    pub(crate) prefix: String,
}
