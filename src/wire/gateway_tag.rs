//! Tags of a gateway. Source: APIG API v2, "Tag Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tag {
    /// 1 to 128 characters.
    pub(crate) key: String,
    /// At most 255 characters.
    pub(crate) value: String,
}

/// The input of [`ChangeInstanceTags`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TagAction {
    /// `create` or `delete`.
    pub(crate) action: String,
    /// At most 20 on a gateway.
    pub(crate) tags: Vec<Tag>,
}

/// The answer of [`ListInstanceTags`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TagList {
    /// All of them.
    pub(crate) tags: Vec<Tag>,
}

/// Lists the tags of a gateway; not paged. Source: ListInstanceTags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListInstanceTags {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

/// Adds tags to a gateway, or takes them away. Source: BatchCreateOrDeleteInstanceTags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeInstanceTags {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// What to do.
    pub(crate) body: TagAction,
}

impl Operation for ListInstanceTags {
    const NAME: &'static str = "ListInstanceTags";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/instance-tags";
    const SUCCESS: &'static [u16] = &[200];
    type Output = TagList;
}

impl Operation for ChangeInstanceTags {
    const NAME: &'static str = "BatchCreateOrDeleteInstanceTags";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/instance-tags/action";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
