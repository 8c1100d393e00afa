//! Whether a name, or a method and path, is still free. Source: APIG API v2, "API Group Management" and "API Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`CheckApiGroups`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GroupName {
    /// The name.
    pub(crate) group_name: String,
}

/// Tells whether a group's name is free. Source: CheckApiGroupsV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckApiGroups {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The name.
    pub(crate) body: GroupName,
}

/// The input of [`CheckApis`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ApiPlace {
    /// `name` or `path`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The name, for `name`.
    pub(crate) name: Option<String>,
    /// The method, for `path`.
    pub(crate) req_method: Option<String>,
    /// The path, for `path`.
    pub(crate) req_uri: Option<String>,
    /// `NORMAL` or `SWA`, for `path`.
    pub(crate) match_mode: Option<String>,
    /// The group's id.
    pub(crate) group_id: Option<String>,
    /// The API that does not count.
    pub(crate) api_id: Option<String>,
}

/// Tells whether an API's name, or its method and path, is free. Source: CheckApisV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// What is to be free.
    pub(crate) body: ApiPlace,
}

impl Operation for CheckApiGroups {
    const NAME: &'static str = "CheckApiGroupsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/check";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for CheckApis {
    const NAME: &'static str = "CheckApisV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/check";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
