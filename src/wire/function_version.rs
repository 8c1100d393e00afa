//! Versions of a function: copies of its code and configuration that never change.
//! Source: FunctionGraph API v2, "Version Alias Management".

use super::function::{Function, next_marker};
use super::operation::{Listing, Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};

/// The qualifier of the editable copy.
pub(crate) const LATEST: &str = "latest";

/// Publishes the editable copy as a version. Source: CreateFunctionVersion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateFunctionVersion {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The version.
    #[serde(default)]
    pub(crate) body: NewVersion,
}

/// The input of [`CreateFunctionVersion`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewVersion {
    /// See [`super::rule::version_name`]; left out, the service makes one of the time.
    pub(crate) version: Option<String>,
    /// The MD5 that the code must have.
    pub(crate) digest: Option<String>,
    /// At most 512 characters.
    pub(crate) description: Option<String>,
}

/// Lists a function's versions, `latest` among them. Source: ListFunctionVersions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListFunctionVersions {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// How many a page holds.
    pub(crate) maxitems: Option<String>,
}

/// The answer of [`ListFunctionVersions`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionList {
    /// One page.
    pub(crate) versions: Vec<Function>,
    /// The offset after the last item, on the last page too.
    #[serde(default)]
    pub(crate) next_marker: u64,
    /// How many there are in all.
    pub(crate) count: Option<u64>,
}

impl Operation for CreateFunctionVersion {
    const NAME: &'static str = "CreateFunctionVersion";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/versions";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "the code for one version too many: here 403 `FSS.1043`, that of aliases",
        "whether a change of the configuration alone may be published: here it may",
    ];
    type Output = Function;
}

impl Operation for ListFunctionVersions {
    const NAME: &'static str = "ListFunctionVersions";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/versions";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["the order: here the newest first"];
    type Output = VersionList;
}

impl Listing for ListFunctionVersions {
    type Item = Function;

    fn items(page: VersionList) -> Vec<Function> {
        page.versions
    }

    fn after(&self, page: &VersionList) -> Option<Self> {
        let marker = next_marker(
            self.marker.as_deref(),
            page.next_marker,
            page.count,
            page.versions.len(),
        )?;
        Some(Self {
            marker: Some(marker),
            ..self.clone()
        })
    }
}
