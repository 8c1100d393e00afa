//! Tags of functions. Their paths have no `/fgs`. Source: FunctionGraph API v2, "Tag Management".

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tag {
    /// Its key.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: String,
}

/// The tags of a function, and what changes them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tags {
    /// `create` or `delete`, in requests; says nothing that the path does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<String>,
    /// The user's.
    pub(crate) tags: Vec<Tag>,
    /// The system's: `_sys_enterprise_project_id`.
    pub(crate) sys_tags: Vec<Tag>,
}

/// A key, and every value that it has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TagValues {
    /// The key.
    pub(crate) key: String,
    /// The values.
    pub(crate) values: Vec<String>,
}

/// The tags of all functions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProjectTags {
    /// The users'.
    pub(crate) tags: Vec<TagValues>,
    /// The system's.
    pub(crate) sys_tags: Vec<TagValues>,
}

/// Puts tags on a function, in place of others of the same keys. Source: CreateTags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateTags {
    /// `latest` or unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The tags.
    pub(crate) body: Tags,
}

/// Takes tags off a function: a deletion with a body. Source: DeleteTags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteTags {
    /// `latest` or unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The tags.
    pub(crate) body: Tags,
}

/// Lists a function's tags. Source: ListFunctionTags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListFunctionTags {
    /// `latest` or unqualified.
    pub(crate) function_urn: FunctionUrn,
}

/// Lists the tags of all functions. Source: ShowProjectTagsList.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowProjectTagsList {}

/// Lists or counts the functions that bear tags. Source: ShowResInstanceInfo.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowResInstanceInfo {
    /// `filter` or `count`.
    pub(crate) action: String,
    /// Which.
    pub(crate) body: ResourceFilter,
}

/// The input of [`ShowResInstanceInfo`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceFilter {
    /// Only those without any tag.
    pub(crate) without_any_tag: Option<bool>,
    /// Only those that have each key, with one of its values if there are any.
    pub(crate) tags: Vec<TagValues>,
    /// The same of the system's tags.
    pub(crate) sys_tags: Vec<TagValues>,
    /// `resource_name`, and what the name holds.
    pub(crate) matches: Vec<Tag>,
    /// How many a page holds; text in the SDKs, a number in Terraform.
    #[serde(deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The page's first.
    #[serde(deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
}

/// A function and its tags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaggedResource {
    /// The function's id.
    pub(crate) resource_id: String,
    /// `{"detailId": "<urn>:latest"}`.
    pub(crate) resource_detail: Value,
    /// The function's name.
    pub(crate) resource_name: String,
    /// Its tags.
    pub(crate) tags: Vec<Tag>,
    /// The system's.
    pub(crate) sys_tags: Vec<Tag>,
}

/// The answer of [`ShowResInstanceInfo`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaggedResources {
    /// One page; nothing where they are only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resources: Option<Vec<TaggedResource>>,
    /// How many there are in all.
    pub(crate) total_count: i64,
}

impl Operation for CreateTags {
    const NAME: &'static str = "CreateTags";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/functions/{function_urn}/tags/create";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = &["what becomes of a key that is there: here it gets the new value"];
    type Output = ();
}

impl Operation for DeleteTags {
    const NAME: &'static str = "DeleteTags";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/functions/{function_urn}/tags/delete";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for ListFunctionTags {
    const NAME: &'static str = "ListFunctionTags";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/functions/{function_urn}/tags";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Tags;
}

impl Operation for ShowProjectTagsList {
    const NAME: &'static str = "ShowProjectTagsList";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/functions/tags";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ProjectTags;
}

impl Operation for ShowResInstanceInfo {
    const NAME: &'static str = "ShowResInstanceInfo";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/functions/resource-instances/{action}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the form of a count, a bare number in the sample: here `total_count` alone"];
    type Output = TaggedResources;
}
