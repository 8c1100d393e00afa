//! Variables of an API group in an environment: `#Name#` in the definition of an API stands for one.
//! Source: APIG API v2, "Environment Variable Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// A variable, and the input of its creation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EnvironmentVariable {
    /// 32 hex digits, in answers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) id: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// See [`super::rule::environment_variable_name`].
    pub(crate) variable_name: String,
    /// 1 to 255 letters, digits and `_ - / . :`.
    pub(crate) variable_value: String,
}

/// The input of [`UpdateEnvironmentVariable`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewValue {
    /// The value.
    pub(crate) variable_value: String,
}

/// The answer of [`ListEnvironmentVariables`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnvironmentVariableList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) variables: Vec<EnvironmentVariable>,
}

/// Creates a variable. Source: CreateEnvironmentVariableV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateEnvironmentVariable {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The variable.
    pub(crate) body: EnvironmentVariable,
}

/// Lists variables. Source: ListEnvironmentVariablesV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListEnvironmentVariables {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Only those of this group.
    pub(crate) group_id: Option<String>,
    /// Only those of this environment.
    pub(crate) env_id: Option<String>,
    /// A part of the name, unless `precise_search` holds `variable_name`.
    pub(crate) variable_name: Option<String>,
    /// Names of parameters that match whole, joined by commas.
    pub(crate) precise_search: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Shows a variable. Source: ShowDetailsOfEnvironmentVariableV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowEnvironmentVariable {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The variable's id.
    pub(crate) env_variable_id: String,
}

/// Gives a variable another value. Source: UpdateEnvironmentVariableV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateEnvironmentVariable {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The variable's id.
    pub(crate) env_variable_id: String,
    /// The value.
    pub(crate) body: NewValue,
}

/// Deletes a variable. Source: DeleteEnvironmentVariableV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteEnvironmentVariable {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The variable's id.
    pub(crate) env_variable_id: String,
}

impl Operation for CreateEnvironmentVariable {
    const NAME: &'static str = "CreateEnvironmentVariableV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/env-variables";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a name that the group has in the environment: here 400 `APIG.2012`"];
    type Output = EnvironmentVariable;
}

impl Operation for ListEnvironmentVariables {
    const NAME: &'static str = "ListEnvironmentVariablesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/env-variables";
    const SUCCESS: &'static [u16] = &[200];
    type Output = EnvironmentVariableList;
}

impl Operation for ShowEnvironmentVariable {
    const NAME: &'static str = "ShowDetailsOfEnvironmentVariableV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/env-variables/{env_variable_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a variable that is not there, beside the status 404: here `APIG.2012`"];
    type Output = EnvironmentVariable;
}

impl Operation for UpdateEnvironmentVariable {
    const NAME: &'static str = "UpdateEnvironmentVariableV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/env-variables/{env_variable_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a variable that is not there, beside the status 404: here `APIG.2012`"];
    type Output = EnvironmentVariable;
}

impl Operation for DeleteEnvironmentVariable {
    const NAME: &'static str = "DeleteEnvironmentVariableV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/env-variables/{env_variable_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a variable that is not there, beside the status 404: here `APIG.2012`"];
    type Output = ();
}
