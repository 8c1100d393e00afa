//! Versions of an API: one for each publication. Source: APIG API v2, "API Management", versions.

use super::api::{Api, Publication};
use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// `status` of a version that runs.
pub(crate) const IN_FORCE: i64 = 1;
/// `status` of a version that ran before, or will again.
pub(crate) const NOT_IN_FORCE: i64 = 2;

/// What a publication made of an API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ApiVersion {
    /// 32 hex digits.
    pub(crate) version_id: String,
    /// The time of the publication, `20200803093600`.
    pub(crate) version_no: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// The environment's name.
    pub(crate) env_name: String,
    /// As the publication said.
    pub(crate) remark: Option<String>,
    /// RFC 3339.
    pub(crate) publish_time: String,
    /// [`IN_FORCE`] or [`NOT_IN_FORCE`].
    pub(crate) status: i64,
}

/// Lists the versions of an API, the newest first. Source: ListApiVersionsV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListApiVersions {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// Only those of this environment.
    pub(crate) env_id: Option<String>,
    /// Only those of the environment of this name.
    pub(crate) env_name: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListApiVersions`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiVersionList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) api_versions: Vec<ApiVersion>,
}

/// Puts another version in force; the API that is edited stays as it is. Source: ChangeApiVersionV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeApiVersion {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The version.
    pub(crate) body: VersionChoice,
}

/// The input of [`ChangeApiVersion`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct VersionChoice {
    /// The version's id.
    pub(crate) version_id: String,
}

/// Shows an API as it is in a version. Source: ListApiVersionDetailV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListApiVersionDetail {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The version's id.
    pub(crate) version_id: String,
}

/// Deletes a version, and takes it offline. Source: DeleteApiByVersionIdV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteApiByVersionId {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The version's id.
    pub(crate) version_id: String,
}

impl Operation for ListApiVersions {
    const NAME: &'static str = "ListApiVersionsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/publish/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ApiVersionList;
}

impl Listing for ListApiVersions {
    type Item = ApiVersion;

    fn items(page: ApiVersionList) -> Vec<ApiVersion> {
        page.api_versions
    }

    fn after(&self, page: &ApiVersionList) -> Option<Self> {
        let offset = next_offset(self.offset, page.api_versions.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ChangeApiVersion {
    const NAME: &'static str = "ChangeApiVersionV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/publish/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["whether a version of an API that is offline is published by it: here it is"];
    type Output = Publication;
}

impl Operation for ListApiVersionDetail {
    const NAME: &'static str = "ListApiVersionDetailV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/versions/{version_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Api;
}

impl Operation for DeleteApiByVersionId {
    const NAME: &'static str = "DeleteApiByVersionIdV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/versions/{version_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
