//! Dependencies: archives laid over a function's code. A dependency owns numbered versions, each with an id of its
//! own; functions refer to versions. Source: FunctionGraph API v2, "Dependency Management".

use super::function::next_marker;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `dependency_type` of the account's own dependencies.
pub(crate) const PRIVATE: &str = "private";

/// The input of [`CreateDependencyVersion`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewDependencyVersion {
    /// See [`super::rule::dependency_name`]. A name that exists gets one more version.
    pub(crate) name: String,
    /// One of [`super::runtime::ALL`].
    pub(crate) runtime: String,
    /// `zip` or `obs`.
    pub(crate) depend_type: String,
    /// Base64 of the archive, with `zip`.
    pub(crate) depend_file: Option<String>,
    /// The OBS object's URL, with `obs`.
    pub(crate) depend_link: Option<String>,
    /// At most 512 characters.
    pub(crate) description: Option<String>,
}

/// A version of a dependency; in the list of dependencies, the dependency itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Dependency {
    /// The version's id; but in [`ListDependencies`] the dependency's.
    pub(crate) id: String,
    /// The dependency's id; absent in [`ListDependencies`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) dep_id: String,
    /// The account's id, or `public` for the service's own.
    pub(crate) owner: String,
    /// Where the service keeps its copy.
    pub(crate) link: String,
    /// The runtime that it is for.
    pub(crate) runtime: String,
    /// An opaque mark of the content: MD5, or an OBS multipart tag.
    pub(crate) etag: String,
    /// Bytes.
    pub(crate) size: i64,
    /// Its name.
    pub(crate) name: String,
    /// Free text.
    pub(crate) description: String,
    /// The archive's name.
    pub(crate) file_name: String,
    /// The version's number, from 1; in [`ListDependencies`] the newest one's.
    pub(crate) version: i64,
    /// Unix seconds.
    pub(crate) last_modified: i64,
    /// Every other member of the answer.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Creates a dependency, or one more version of it. Source: CreateDependencyVersion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateDependencyVersion {
    /// The version.
    pub(crate) body: NewDependencyVersion,
}

/// Lists dependencies; `id` of an item is the dependency's. Source: ListDependencies.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListDependencies {
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 400.
    pub(crate) limit: Option<String>,
    /// The same under the name that some clients use.
    pub(crate) maxitems: Option<String>,
    /// `public`, `private` or `all`, the default.
    pub(crate) dependency_type: Option<String>,
    /// Only those of this runtime.
    pub(crate) runtime: Option<String>,
    /// Only the one of this name.
    pub(crate) name: Option<String>,
}

/// The answer of [`ListDependencies`] and [`ListDependencyVersion`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DependencyList {
    /// One page.
    pub(crate) dependencies: Vec<Dependency>,
    /// The offset after the last item, on the last page too.
    #[serde(default)]
    pub(crate) next_marker: u64,
    /// How many there are in all.
    pub(crate) count: Option<u64>,
}

/// Lists the versions of one dependency; `id` of an item is the version's. Source: ListDependencyVersion.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListDependencyVersion {
    /// The dependency's id.
    pub(crate) depend_id: String,
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 400.
    pub(crate) maxitems: Option<String>,
}

/// Shows a version of a dependency. Source: ShowDependencyVersion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowDependencyVersion {
    /// The dependency's id.
    pub(crate) depend_id: String,
    /// The version's number.
    pub(crate) version: String,
}

/// Deletes a version; with the last one goes the dependency. Source: DeleteDependencyVersion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteDependencyVersion {
    /// The dependency's id.
    pub(crate) depend_id: String,
    /// The version's number.
    pub(crate) version: String,
}

impl Operation for CreateDependencyVersion {
    const NAME: &'static str = "CreateDependencyVersion";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/dependencies/version";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["whether the first version is 0 (a sample) or 1 (the manual): here 1"];
    type Output = Dependency;
}

impl Operation for ListDependencies {
    const NAME: &'static str = "ListDependencies";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/dependencies";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["of which version the number and the file are: here the newest"];
    type Output = DependencyList;
}

impl Listing for ListDependencies {
    type Item = Dependency;

    fn items(page: DependencyList) -> Vec<Dependency> {
        page.dependencies
    }

    fn after(&self, page: &DependencyList) -> Option<Self> {
        let marker = next_marker(
            self.marker.as_deref(),
            page.next_marker,
            page.count,
            page.dependencies.len(),
        )?;
        Some(Self {
            marker: Some(marker),
            ..self.clone()
        })
    }
}

impl Operation for ListDependencyVersion {
    const NAME: &'static str = "ListDependencyVersion";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/dependencies/{depend_id}/version";
    const SUCCESS: &'static [u16] = &[200];
    type Output = DependencyList;
}

impl Listing for ListDependencyVersion {
    type Item = Dependency;

    fn items(page: DependencyList) -> Vec<Dependency> {
        page.dependencies
    }

    fn after(&self, page: &DependencyList) -> Option<Self> {
        let marker = next_marker(
            self.marker.as_deref(),
            page.next_marker,
            page.count,
            page.dependencies.len(),
        )?;
        Some(Self {
            marker: Some(marker),
            ..self.clone()
        })
    }
}

impl Operation for ShowDependencyVersion {
    const NAME: &'static str = "ShowDependencyVersion";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/dependencies/{depend_id}/version/{version}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Dependency;
}

impl Operation for DeleteDependencyVersion {
    const NAME: &'static str = "DeleteDependencyVersion";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/fgs/dependencies/{depend_id}/version/{version}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
