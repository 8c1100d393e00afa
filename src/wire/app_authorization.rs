//! Which app may call which API in which environment. Source: APIG API v2, "App Authorization Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The input of [`CreateAuthorizations`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewAuthorization {
    /// The environment's id.
    pub(crate) env_id: String,
    /// The apps' ids.
    pub(crate) app_ids: Vec<String>,
    /// The APIs' ids.
    pub(crate) api_ids: Vec<String>,
}

/// An authorisation as its creation answers it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Authorization {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// `PROVIDER`.
    pub(crate) auth_role: String,
    /// `NORMAL`.
    pub(crate) auth_tunnel: String,
    /// RFC 3339.
    pub(crate) auth_time: String,
    /// What came of it.
    pub(crate) auth_result: AuthorizationResult,
}

/// What came of an authorisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuthorizationResult {
    /// `SUCCESS`, `SKIPPED` where it was there already, or `FAILED`.
    pub(crate) status: String,
    /// The service's code, when it failed.
    pub(crate) error_code: Option<String>,
    /// Its text.
    pub(crate) error_msg: Option<String>,
}

/// The answer of [`CreateAuthorizations`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorizationsMade {
    /// One for each app and API.
    pub(crate) auths: Vec<Authorization>,
}

/// An authorisation as lists hold it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuthorizationEntry {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The API's name.
    pub(crate) api_name: String,
    /// The API's group.
    pub(crate) group_id: String,
    /// Its name.
    pub(crate) group_name: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// The app's name.
    pub(crate) app_name: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// Its name.
    pub(crate) env_name: String,
    /// RFC 3339.
    pub(crate) auth_time: String,
    /// Every other member.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// The answer of [`ListBoundApis`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorizationList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) auths: Vec<AuthorizationEntry>,
}

/// The answer of [`ListUnboundApis`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnboundApiList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) apis: Vec<Map<String, Value>>,
}

/// Lets apps call APIs in an environment. Source: CreateAuthorizingAppsV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateAuthorizations {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Which ones.
    pub(crate) body: NewAuthorization,
}

/// Lists what an app may call. Source: ListApisBindedToAppV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListBoundApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: Option<String>,
    /// Only this API.
    pub(crate) api_id: Option<String>,
    /// A part of the API's name.
    pub(crate) api_name: Option<String>,
    /// Only APIs of this group.
    pub(crate) group_id: Option<String>,
    /// A part of the group's name.
    pub(crate) group_name: Option<String>,
    /// Only in this environment.
    pub(crate) env_id: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Lists what an app may not call yet: published APIs with App authentication. Source: ListApisUnbindedToAppV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListUnboundApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: Option<String>,
    /// The environment's id.
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

/// Lists who may call an API. Source: ListAppsBindedToApiV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListBoundApps {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: Option<String>,
    /// Only this app.
    pub(crate) app_id: Option<String>,
    /// A part of the app's name.
    pub(crate) app_name: Option<String>,
    /// Only in this environment.
    pub(crate) env_id: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Takes an authorisation back. Source: CancelingAuthorizationV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CancelAuthorization {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The authorisation's id.
    pub(crate) app_auth_id: String,
}

impl Operation for CreateAuthorizations {
    const NAME: &'static str = "CreateAuthorizingAppsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/app-auths";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] =
        &["whether the API has to be published in the environment: here it has, else 404 `APIG.3015`"];
    type Output = AuthorizationsMade;
}

impl Operation for ListBoundApis {
    const NAME: &'static str = "ListApisBindedToAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/app-auths/binded-apis";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AuthorizationList;
}

impl Listing for ListBoundApis {
    type Item = AuthorizationEntry;

    fn items(page: AuthorizationList) -> Vec<AuthorizationEntry> {
        page.auths
    }

    fn after(&self, page: &AuthorizationList) -> Option<Self> {
        let offset = next_offset(self.offset, page.auths.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ListUnboundApis {
    const NAME: &'static str = "ListApisUnbindedToAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/app-auths/unbinded-apis";
    const SUCCESS: &'static [u16] = &[200];
    type Output = UnboundApiList;
}

impl Operation for ListBoundApps {
    const NAME: &'static str = "ListAppsBindedToApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/app-auths/binded-apps";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AuthorizationList;
}

impl Listing for ListBoundApps {
    type Item = AuthorizationEntry;

    fn items(page: AuthorizationList) -> Vec<AuthorizationEntry> {
        page.auths
    }

    fn after(&self, page: &AuthorizationList) -> Option<Self> {
        let offset = next_offset(self.offset, page.auths.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for CancelAuthorization {
    const NAME: &'static str = "CancelingAuthorizationV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/app-auths/{app_auth_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
