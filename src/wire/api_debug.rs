//! Calling an API by the management plane. Source: APIG API v2, "API Management", debugging.

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The input of [`DebugApi`].
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DebugCall {
    /// `DEVELOPER`, the API as it is edited, or `CONSUMER`, as it was published.
    pub(crate) mode: String,
    /// `HTTP` or `HTTPS`.
    pub(crate) scheme: String,
    /// The method; not `ANY`.
    pub(crate) method: String,
    /// Begins with `/`, at most 1024 characters.
    pub(crate) path: String,
    /// Values by name.
    pub(crate) query: BTreeMap<String, Vec<String>>,
    /// Values by name.
    pub(crate) header: BTreeMap<String, Vec<String>>,
    /// At most 2097152 bytes.
    pub(crate) body: Option<String>,
    /// With App authentication.
    pub(crate) app_key: Option<String>,
    /// With App authentication.
    pub(crate) app_secret: Option<String>,
    /// The group's debug domain unless given.
    pub(crate) domain: Option<String>,
    /// The environment's name, with `CONSUMER`; RELEASE unless given.
    pub(crate) stage: Option<String>,
}

/// The answer of [`DebugApi`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DebugAnswer {
    /// As it was sent.
    pub(crate) request: String,
    /// As it was answered.
    pub(crate) response: String,
    /// In milliseconds.
    pub(crate) latency: i64,
    /// What the gateway says of it.
    pub(crate) log: String,
}

/// Calls an API; not for WebSocket. Source: DebugApiV2.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DebugApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The call.
    pub(crate) body: DebugCall,
}

impl Operation for DebugApi {
    const NAME: &'static str = "DebugApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/debug/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = DebugAnswer;
}
