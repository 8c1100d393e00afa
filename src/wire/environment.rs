//! Environments of a gateway: where APIs are published. Source: APIG API v2, "Environment Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The name of the environment that every gateway has.
pub(crate) const RELEASE: &str = "RELEASE";
/// The id of the environment `RELEASE`, the same on every gateway.
pub(crate) const RELEASE_ID: &str = "DEFAULT_ENVIRONMENT_RELEASE_ID";

/// The input of [`CreateEnvironment`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewEnvironment {
    /// See [`super::rule::environment_name`].
    pub(crate) name: String,
    /// At most 255 characters.
    pub(crate) remark: Option<String>,
}

/// An environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Environment {
    /// 32 hex digits, or [`RELEASE_ID`].
    pub(crate) id: String,
    /// Its name; the header `X-Stage` of a call names it.
    pub(crate) name: String,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// RFC 3339.
    pub(crate) create_time: String,
}

/// Creates an environment. Source: CreateEnvironmentV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateEnvironment {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The environment.
    pub(crate) body: NewEnvironment,
}

/// Lists environments; there is no operation that shows one. Source: ListEnvironmentsV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListEnvironments {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// A part of the name.
    pub(crate) name: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListEnvironments`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnvironmentList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) envs: Vec<Environment>,
}

/// Renames an environment, or gives it another remark. Source: UpdateEnvironmentV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateEnvironment {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// What is to hold.
    pub(crate) body: NewEnvironment,
}

/// Deletes an environment in which nothing is published. Source: DeleteEnvironmentV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteEnvironment {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The environment's id.
    pub(crate) env_id: String,
}

impl Operation for CreateEnvironment {
    const NAME: &'static str = "CreateEnvironmentV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/envs";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Environment;
}

impl Operation for ListEnvironments {
    const NAME: &'static str = "ListEnvironmentsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/envs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = EnvironmentList;
}

impl Listing for ListEnvironments {
    type Item = Environment;

    fn items(page: EnvironmentList) -> Vec<Environment> {
        page.envs
    }

    fn after(&self, page: &EnvironmentList) -> Option<Self> {
        let offset = next_offset(self.offset, page.envs.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for DeleteEnvironment {
    const NAME: &'static str = "DeleteEnvironmentV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/envs/{env_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = &["the code for RELEASE, which is there for good: here 400 `APIG.2012`"];
    type Output = ();
}

impl Operation for UpdateEnvironment {
    const NAME: &'static str = "UpdateEnvironmentV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/envs/{env_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["the code for RELEASE, which is there for good: here 400 `APIG.2012`"];
    type Output = Environment;
}
