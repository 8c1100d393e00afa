//! Which throttling policy holds for which publication of an API. Source: APIG API v2, "Request Throttling Policy
//! Management", bindings.

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The input of [`BindThrottle`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewThrottleBinding {
    /// The policy's id.
    pub(crate) strategy_id: String,
    /// Ids of publications, not of APIs.
    pub(crate) publish_ids: Vec<String>,
}

/// A binding.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ThrottleBinding {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The publication's id.
    pub(crate) publish_id: String,
    /// The policy's id.
    pub(crate) strategy_id: String,
    /// 1: the whole API.
    pub(crate) scope: i64,
    /// RFC 3339.
    pub(crate) apply_time: String,
}

/// The answer of [`BindThrottle`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ThrottleBindingsMade {
    /// One for each publication.
    pub(crate) throttle_applys: Vec<ThrottleBinding>,
}

/// The input of [`UnbindThrottles`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ThrottleBindingIds {
    /// Ids of bindings.
    pub(crate) throttle_bindings: Vec<String>,
}

/// The answer of [`UnbindThrottles`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnbindOutcome {
    /// How many went.
    pub(crate) success_count: i64,
    /// Which did not, and why.
    pub(crate) failure: Vec<UnbindFailure>,
}

/// A binding that did not go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UnbindFailure {
    /// The binding's id.
    pub(crate) bind_id: String,
    /// The service's code.
    pub(crate) error_code: String,
    /// Its text.
    pub(crate) error_msg: String,
}

/// The answer of [`ListThrottledApis`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ThrottledApiList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) apis: Vec<Map<String, Value>>,
}

/// The answer of [`ListApiThrottles`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiThrottleList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) throttles: Vec<Map<String, Value>>,
}

/// Binds a policy to publications of APIs. Source: AssociateRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BindThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Which ones.
    pub(crate) body: NewThrottleBinding,
}

/// Unbinds a policy. Source: DisassociateRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnbindThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The binding's id.
    pub(crate) throttle_binding_id: String,
}

/// Unbinds policies. Source: BatchDisassociateThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnbindThrottles {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// `delete`.
    pub(crate) action: Option<String>,
    /// Which ones.
    pub(crate) body: ThrottleBindingIds,
}

/// Lists the APIs that a policy is bound to. Source: ListApisBindedToRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListThrottledApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy's id.
    pub(crate) throttle_id: Option<String>,
    /// Only in this environment.
    pub(crate) env_id: Option<String>,
    /// Only APIs of this group.
    pub(crate) group_id: Option<String>,
    /// Only this API.
    pub(crate) api_id: Option<String>,
    /// A part of the API's name.
    pub(crate) api_name: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Lists the published APIs that a policy is not bound to. Source: ListApisUnbindedToRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListUnthrottledApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy's id.
    pub(crate) throttle_id: Option<String>,
    /// Only in this environment.
    pub(crate) env_id: Option<String>,
    /// Only APIs of this group.
    pub(crate) group_id: Option<String>,
    /// Only this API.
    pub(crate) api_id: Option<String>,
    /// A part of the API's name.
    pub(crate) api_name: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Lists the policies that are bound to an API. Source: ListRequestThrottlingPoliciesBindedToApiV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListApiThrottles {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: Option<String>,
    /// Only this policy.
    pub(crate) throttle_id: Option<String>,
    /// A part of the policy's name.
    pub(crate) throttle_name: Option<String>,
    /// Only in this environment.
    pub(crate) env_id: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

impl Operation for BindThrottle {
    const NAME: &'static str = "AssociateRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings";
    const SUCCESS: &'static [u16] = &[201];
    type Output = ThrottleBindingsMade;
}

impl Operation for UnbindThrottle {
    const NAME: &'static str = "DisassociateRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings/{throttle_binding_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for UnbindThrottles {
    const NAME: &'static str = "BatchDisassociateThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings";
    const SUCCESS: &'static [u16] = &[200];
    type Output = UnbindOutcome;
}

impl Operation for ListThrottledApis {
    const NAME: &'static str = "ListApisBindedToRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings/binded-apis";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ThrottledApiList;
}

impl Operation for ListUnthrottledApis {
    const NAME: &'static str = "ListApisUnbindedToRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings/unbinded-apis";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ThrottledApiList;
}

impl Operation for ListApiThrottles {
    const NAME: &'static str = "ListRequestThrottlingPoliciesBindedToApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttle-bindings/binded-throttles";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ApiThrottleList;
}
