//! Throttling policies: how often an API may be called. Source: APIG API v2, "Request Throttling Policy Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`CreateThrottle`] and [`UpdateThrottle`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewThrottle {
    /// See [`super::rule::app_name`]; unique in its gateway.
    pub(crate) name: String,
    /// `SECOND`, `MINUTE`, `HOUR` or `DAY`.
    pub(crate) time_unit: String,
    /// How many units a period has.
    pub(crate) time_interval: i64,
    /// Calls of an API in a period.
    pub(crate) api_call_limits: i64,
    /// Calls of a user, at most those of the API.
    pub(crate) user_call_limits: Option<i64>,
    /// Calls of an app, at most those of a user.
    pub(crate) app_call_limits: Option<i64>,
    /// Calls from an address, at most those of the API.
    pub(crate) ip_call_limits: Option<i64>,
    /// 1 for each API, 2 for all together.
    #[serde(rename = "type")]
    pub(crate) kind: Option<i64>,
    /// `TRUE` or `FALSE`.
    pub(crate) enable_adaptive_control: Option<String>,
    /// At most 255 characters.
    pub(crate) remark: Option<String>,
}

/// A policy.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Throttle {
    /// 32 hex digits.
    pub(crate) id: String,
    /// How many APIs it is bound to.
    pub(crate) bind_num: i64,
    /// 1 with exceptions, 2 without.
    pub(crate) is_inclu_special_throttle: i64,
    /// RFC 3339.
    pub(crate) create_time: String,
    /// What it says.
    #[serde(flatten)]
    pub(crate) policy: NewThrottle,
}

/// The answer of [`ListThrottles`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ThrottleList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) throttles: Vec<Throttle>,
}

/// Creates a policy. Source: CreateRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy.
    pub(crate) body: NewThrottle,
}

/// Lists policies. Source: ListRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListThrottles {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Only this one.
    pub(crate) id: Option<String>,
    /// A part of the name, unless `precise_search` holds `name`.
    pub(crate) name: Option<String>,
    /// Names of parameters that match whole, joined by commas.
    pub(crate) precise_search: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Shows a policy. Source: ShowDetailsOfRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy's id.
    pub(crate) throttle_id: String,
}

/// Replaces a policy. Source: UpdateRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy's id.
    pub(crate) throttle_id: String,
    /// What is to hold.
    pub(crate) body: NewThrottle,
}

/// Deletes a policy that is bound to no API. Source: DeleteRequestThrottlingPolicyV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteThrottle {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The policy's id.
    pub(crate) throttle_id: String,
}

impl Operation for CreateThrottle {
    const NAME: &'static str = "CreateRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttles";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Throttle;
}

impl Operation for ListThrottles {
    const NAME: &'static str = "ListRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttles";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ThrottleList;
}

impl Operation for ShowThrottle {
    const NAME: &'static str = "ShowDetailsOfRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttles/{throttle_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Throttle;
}

impl Operation for UpdateThrottle {
    const NAME: &'static str = "UpdateRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttles/{throttle_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Throttle;
}

impl Operation for DeleteThrottle {
    const NAME: &'static str = "DeleteRequestThrottlingPolicyV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/throttles/{throttle_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
