//! Publishing several APIs at once, and what runs. Source: APIG API v2, "API Management".

use super::api::{Api, Publication};
use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`BatchPublish`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BatchPublication {
    /// Ids of APIs, at most 1000; else the whole group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) apis: Vec<String>,
    /// All APIs of this group.
    pub(crate) group_id: Option<String>,
    /// The environment's id.
    pub(crate) env_id: String,
    /// At most 255 characters.
    pub(crate) remark: Option<String>,
}

/// The answer of [`BatchPublish`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BatchOutcome {
    /// What was done.
    pub(crate) success: Vec<Publication>,
    /// What was not, and why.
    pub(crate) failure: Vec<BatchFailure>,
}

/// An API that was not published, or not taken offline.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BatchFailure {
    /// The API's id.
    pub(crate) api_id: String,
    /// The API's name.
    pub(crate) api_name: Option<String>,
    /// The service's code.
    pub(crate) error_code: String,
    /// Its text.
    pub(crate) error_msg: String,
}

/// Publishes APIs in an environment, or takes them offline. Source: BatchPublishOrOfflineApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BatchPublish {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// `online` or `offline`.
    pub(crate) action: Option<String>,
    /// Which ones.
    pub(crate) body: BatchPublication,
}

/// Shows an API as it runs in an environment. Source: ListApiRuntimeDefinitionV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowRuntimeDefinition {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The environment's id; RELEASE unless given.
    pub(crate) env_id: Option<String>,
}

impl Operation for BatchPublish {
    const NAME: &'static str = "BatchPublishOrOfflineApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/publish";
    const SUCCESS: &'static [u16] = &[200];
    type Output = BatchOutcome;
}

impl Operation for ShowRuntimeDefinition {
    const NAME: &'static str = "ListApiRuntimeDefinitionV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/runtime/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Api;
}
