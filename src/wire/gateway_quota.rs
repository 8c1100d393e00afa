//! What a project may have of gateways, and a gateway of what is on it. Source: APIG API v2, "Configuration Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// One limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GatewayQuota {
    /// 32 hex digits.
    pub(crate) config_id: String,
    /// `INSTANCE_NUM_LIMIT` …
    pub(crate) config_name: String,
    /// The limit as text.
    pub(crate) config_value: String,
    /// RFC 3339.
    pub(crate) config_time: String,
    /// What it limits.
    pub(crate) remark: String,
    /// How much of it is used; of a gateway only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) used: Option<i64>,
}

/// The answer of [`ListInstanceConfigs`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GatewayQuotaList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) configs: Vec<GatewayQuota>,
}

/// Lists the project's limits. Source: ListInstanceConfigsV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListInstanceConfigs {
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Lists a gateway's limits, and what is used of them. Source: ListProjectCofigsV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListProjectConfigs {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ShowRestrictionOfInstance`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Restriction {
    /// Networks that a backend cannot be in.
    pub(crate) restrict_cidrs: Vec<String>,
    /// The network of the gateway's own resources.
    pub(crate) resource_subnet_cidr: String,
}

/// Shows the networks that a gateway keeps for itself. Source: ShowRestrictionOfInstanceV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowRestrictionOfInstance {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

impl Operation for ListInstanceConfigs {
    const NAME: &'static str = "ListInstanceConfigsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instance/configs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = GatewayQuotaList;
}

impl Operation for ListProjectConfigs {
    const NAME: &'static str = "ListProjectCofigsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/project/configs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = GatewayQuotaList;
}

impl Operation for ShowRestrictionOfInstance {
    const NAME: &'static str = "ShowRestrictionOfInstanceV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/restriction";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["which networks the service keeps for itself: here none"];
    type Output = Restriction;
}
