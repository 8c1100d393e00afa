//! APIs of a gateway and their publication. Source: APIG API v2, "API Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `backend_type` of an API with a function behind it.
pub(crate) const FUNCTION_BACKEND: &str = "FUNCTION";
/// `network_type` that WebSocket needs: the VPC architecture.
pub(crate) const NETWORK_V2: &str = "V2";
/// `network_type` that a trigger makes: non-VPC.
pub(crate) const NETWORK_V1: &str = "V1";
/// `invocation_type` that WebSocket needs.
pub(crate) const SYNC: &str = "sync";
/// `match_mode`: by prefix.
pub(crate) const MATCH_PREFIX: &str = "SWA";
/// `match_mode`: exact.
pub(crate) const MATCH_EXACT: &str = "NORMAL";

/// An API: the input of creation and update, and with ids and times what is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Api {
    /// 32 hex digits, in answers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// Unique in its group.
    pub(crate) name: String,
    /// 1 public, 2 private.
    #[serde(rename = "type")]
    pub(crate) kind: i64,
    /// `HTTP`, `HTTPS`, `BOTH` or `GRPCS`.
    pub(crate) req_protocol: String,
    /// `GET` … `ANY`.
    pub(crate) req_method: String,
    /// The path, begins with `/`.
    pub(crate) req_uri: String,
    /// [`MATCH_EXACT`], the default, or [`MATCH_PREFIX`].
    pub(crate) match_mode: Option<String>,
    /// `NONE`, `APP`, `IAM` or `AUTHORIZER`.
    pub(crate) auth_type: String,
    /// [`FUNCTION_BACKEND`], `HTTP`, `MOCK` or `GRPC`.
    pub(crate) backend_type: String,
    /// The function behind it; lists leave it out.
    pub(crate) func_info: Option<ApiFunction>,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// The group's name, in answers.
    pub(crate) group_name: Option<String>,
    /// The environments in which it is published, joined by `|`, in answers.
    pub(crate) run_env_name: Option<String>,
    /// Their ids, joined by `|`.
    pub(crate) run_env_id: Option<String>,
    /// The publications' ids, joined by `|`.
    pub(crate) publish_id: Option<String>,
    /// Every other member: sent back as it came, for an update replaces the whole API.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// The function behind an API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ApiFunction {
    /// Unqualified.
    pub(crate) function_urn: String,
    /// `latest`.
    pub(crate) version: Option<String>,
    /// [`NETWORK_V1`] or [`NETWORK_V2`]; left out, V1.
    pub(crate) network_type: Option<String>,
    /// [`SYNC`] or `async`.
    pub(crate) invocation_type: Option<String>,
    /// Backend timeout in ms, 1 to 60000 (600000 with V2 after the feature `backend_timeout` is raised).
    pub(crate) timeout: i64,
    /// Every other member.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Members of an answer that an update does not take.
const ANSWER_ONLY: &[&str] = &[
    "arrange_necessary",
    "register_time",
    "update_time",
    "status",
    "group_version",
    "publish_time",
    "api_group_info",
    "roma_app_id",
    "ld_api_id",
];

impl Api {
    /// The API as an update takes it, from what was answered: all that may be sent, unknown members too.
    pub(crate) fn as_input(&self) -> Self {
        let mut input = self.clone();
        input.id.clear();
        input.group_name = None;
        input.run_env_name = None;
        input.run_env_id = None;
        input.publish_id = None;
        input.other.retain(|name, _| !ANSWER_ONLY.contains(&name.as_str()));
        if let Some(function) = &mut input.func_info {
            for name in ["id", "status", "register_time", "update_time"] {
                function.other.remove(name);
            }
        }
        input
    }
}

/// Creates an API. Source: CreateApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API.
    pub(crate) body: Api,
}

/// Lists APIs. Source: ListApisV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListApis {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Only this one.
    pub(crate) id: Option<String>,
    /// A part of the name, unless `precise_search` holds `name`.
    pub(crate) name: Option<String>,
    /// Only those of this group.
    pub(crate) group_id: Option<String>,
    /// Only those published in this environment.
    pub(crate) env_id: Option<String>,
    /// Only those of this protocol.
    pub(crate) req_protocol: Option<String>,
    /// Only those of this method.
    pub(crate) req_method: Option<String>,
    /// A part of the path, unless `precise_search` holds `req_uri`.
    pub(crate) req_uri: Option<String>,
    /// Only those that authenticate so.
    pub(crate) auth_type: Option<String>,
    /// Only public ones, `1`, or private ones, `2`.
    #[serde(rename = "type", default, deserialize_with = "super::operation::number::option")]
    pub(crate) kind: Option<i64>,
    /// Names of parameters that match whole, joined by commas.
    pub(crate) precise_search: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListApis`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page, without `func_info`.
    pub(crate) apis: Vec<Api>,
}

/// Shows an API. Source: ShowDetailsOfApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowDetailsOfApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
}

/// Replaces an API; what runs stays as it is until the API is published again. Source: UpdateApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The whole API.
    pub(crate) body: Api,
}

/// Deletes an API that is published nowhere. Source: DeleteApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The API's id.
    pub(crate) api_id: String,
}

/// Publishes an API in an environment, or takes it offline. Source: CreateOrDeletePublishRecordForApiV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PublishApi {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// What to do.
    pub(crate) body: PublishAction,
}

/// `action` of [`PublishAction`]: publish.
pub(crate) const ONLINE: &str = "online";
/// `action` of [`PublishAction`]: take offline.
pub(crate) const OFFLINE: &str = "offline";

/// The input of [`PublishApi`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PublishAction {
    /// [`ONLINE`] or [`OFFLINE`].
    pub(crate) action: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// At most 255 characters.
    pub(crate) remark: Option<String>,
}

/// A publication, or the end of one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Publication {
    /// 32 hex digits.
    pub(crate) publish_id: String,
    /// The API's id.
    pub(crate) api_id: String,
    /// The API's name.
    pub(crate) api_name: String,
    /// The environment's id.
    pub(crate) env_id: String,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// RFC 3339.
    pub(crate) publish_time: String,
    /// The version that this publication made.
    pub(crate) version_id: String,
}

impl Operation for CreateApi {
    const NAME: &'static str = "CreateApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Api;
}

impl Operation for ListApis {
    const NAME: &'static str = "ListApisV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ApiList;
}

impl Listing for ListApis {
    type Item = Api;

    fn items(page: ApiList) -> Vec<Api> {
        page.apis
    }

    fn after(&self, page: &ApiList) -> Option<Self> {
        let offset = next_offset(self.offset, page.apis.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ShowDetailsOfApi {
    const NAME: &'static str = "ShowDetailsOfApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Api;
}

impl Operation for UpdateApi {
    const NAME: &'static str = "UpdateApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/{api_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Api;
}

impl Operation for DeleteApi {
    const NAME: &'static str = "DeleteApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/{api_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for PublishApi {
    const NAME: &'static str = "CreateOrDeletePublishRecordForApiV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apis/action";
    const SUCCESS: &'static [u16] = &[201, 200, 202];
    const UNKNOWN: &'static [&'static str] = &[
        "what taking offline answers: here the publication that ended",
        "the code for taking offline what is not published: here 404 `APIG.3015`",
    ];
    type Output = Publication;
}

#[cfg(test)]
mod tests {
    use super::Api;
    use serde_json::json;

    #[test]
    fn an_update_sends_back_all_but_what_only_answers_hold() {
        let answer = json!({
            "id": "a1", "group_id": "g1", "name": "API_x", "type": 1, "req_protocol": "HTTPS", "req_method": "GET",
            "req_uri": "/x", "auth_type": "NONE", "backend_type": "FUNCTION", "cors": true, "status": 1,
            "run_env_name": "RELEASE", "register_time": "t", "unknown_switch": {"a": 1},
            "func_info": {"function_urn": "u", "timeout": 5000, "network_type": "V1", "id": "f1", "req_protocol": "HTTPS"}
        });
        let api: Api = serde_json::from_value(answer).unwrap();
        let input = serde_json::to_value(api.as_input()).unwrap();
        assert_eq!(input["unknown_switch"], json!({"a": 1}));
        assert_eq!(input["cors"], json!(true));
        assert_eq!(input["func_info"]["req_protocol"], json!("HTTPS"));
        for gone in ["id", "status", "register_time"] {
            assert!(input.get(gone).is_none(), "{gone}");
        }
        assert!(input["func_info"].get("id").is_none());
    }
}
