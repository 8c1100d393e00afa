//! Triggers of type API Gateway (Dedicated), `DEDICATEDGATEWAY`: what makes a URL call a function.
//! Source: FunctionGraph API v2, "Function Trigger Management"; the guide's Table 4.

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `trigger_type_code` of a trigger on a dedicated gateway.
pub(crate) const DEDICATED_GATEWAY: &str = "DEDICATEDGATEWAY";
/// `trigger_type_code` of a trigger on the shared gateway, which is going away.
pub(crate) const SHARED_GATEWAY: &str = "APIG";
/// `trigger_type_code` of a trigger at certain times.
pub(crate) const TIMER: &str = "TIMER";
/// `trigger_status` of one that works.
pub(crate) const ACTIVE: &str = "ACTIVE";
/// `trigger_status` of one that does not.
pub(crate) const DISABLED: &str = "DISABLED";
/// Every `trigger_type_code` that the service's documents name.
#[rustfmt::skip]
pub(crate) const TYPES: &[&str] = &[
    TIMER, SHARED_GATEWAY, DEDICATED_GATEWAY, "CTS", "DDS", "DMS", "DIS", "LTS", "OBS", "SMN", "KAFKA", "RABBITMQ",
    "OPENSOURCEKAFKA", "APIC", "GAUSSMONGO", "EVENTGRID", "IOTDA", "ROCKETMQ",
];

/// The input of [`CreateFunctionTrigger`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewTrigger {
    /// [`DEDICATED_GATEWAY`].
    pub(crate) trigger_type_code: String,
    /// `ACTIVE`, the default, or `DISABLED`.
    pub(crate) trigger_status: Option<String>,
    /// Obsolete; sent because older services want it.
    pub(crate) event_type_code: Option<String>,
    /// What the trigger is made of.
    pub(crate) event_data: GatewayEventData,
}

/// A trigger.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Trigger {
    /// 32 hex digits for a gateway's trigger.
    pub(crate) trigger_id: String,
    /// [`DEDICATED_GATEWAY`] for those that fgctl makes.
    pub(crate) trigger_type_code: String,
    /// `ACTIVE` or `DISABLED`.
    pub(crate) trigger_status: String,
    /// What the trigger is made of.
    pub(crate) event_data: GatewayEventData,
    /// ISO 8601 with offset.
    pub(crate) created_time: Option<String>,
    /// ISO 8601 with offset.
    pub(crate) last_updated_time: Option<String>,
}

/// `event_data` of a trigger on a dedicated gateway. Answers may leave out any of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GatewayEventData {
    /// The API's name; see [`super::rule::api_name`].
    pub(crate) name: String,
    /// 1 public, 2 private.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<i64>,
    /// Begins with `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// `HTTP` (`ws://`) or `HTTPS` (`wss://`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protocol: Option<String>,
    /// `GET` … `ANY`; WebSocket needs `GET` or `ANY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) req_method: Option<String>,
    /// `SWA` prefix match or `NORMAL` exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) match_mode: Option<String>,
    /// The API group's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<String>,
    /// The API group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_name: Option<String>,
    /// The environment's name, `RELEASE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env_name: Option<String>,
    /// The environment's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env_id: Option<String>,
    /// `NONE`, `APP` or `IAM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth: Option<String>,
    /// `FUNCTION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backend_type: Option<String>,
    /// The group's debug domain; required in practice, taken from the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sl_domain: Option<String>,
    /// The gateway's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance_id: Option<String>,
    /// The backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) func_info: Option<TriggerFunction>,
    /// The API that the trigger made, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_id: Option<String>,
    /// Where it answers, in answers: never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoke_url: Option<String>,
    /// Every other member: `triggerid`, `api_name`, `roma_app_id` …
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// The function behind a gateway's trigger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TriggerFunction {
    /// Backend timeout in ms, 1 to 60000: the idle limit of a WebSocket connection.
    pub(crate) timeout: i64,
    /// Unqualified.
    pub(crate) function_urn: Option<String>,
    /// `sync` or `async`.
    pub(crate) invocation_type: Option<String>,
    /// `latest`.
    pub(crate) version: Option<String>,
}

/// Creates a trigger, the API behind it and its publication. Source: CreateFunctionTrigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateFunctionTrigger {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// The trigger.
    pub(crate) body: NewTrigger,
}

/// Lists a function's triggers; not paged. Source: ListFunctionTriggers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListFunctionTriggers {
    /// The function, perhaps with a version or an alias.
    pub(crate) function_urn: FunctionUrn,
}

/// Shows a trigger. Source: ShowFunctionTrigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowFunctionTrigger {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// [`DEDICATED_GATEWAY`].
    pub(crate) trigger_type_code: String,
    /// The trigger's id.
    pub(crate) trigger_id: String,
}

/// Deletes a trigger; the API that it made stays. Source: DeleteFunctionTrigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteFunctionTrigger {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// [`DEDICATED_GATEWAY`].
    pub(crate) trigger_type_code: String,
    /// The trigger's id.
    pub(crate) trigger_id: String,
}

/// Changes a trigger. Source: UpdateTrigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateTrigger {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// `TIMER` …
    pub(crate) trigger_type_code: String,
    /// The trigger's id.
    pub(crate) trigger_id: String,
    /// What is to change.
    pub(crate) body: TriggerChange,
}

/// The input of [`UpdateTrigger`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TriggerChange {
    /// `ACTIVE` or `DISABLED`.
    pub(crate) trigger_status: Option<String>,
    /// An array of objects in the SDKs, one object from Terraform: both work.
    pub(crate) event_data: Option<Value>,
}

/// Deletes every trigger of a function, or of one version or alias. Source: BatchDeleteFunctionTriggers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BatchDeleteFunctionTriggers {
    /// Unqualified or `latest`: those of every version and alias.
    pub(crate) function_urn: FunctionUrn,
}

/// Lists every trigger of the project. In no SDK, but the service answers it: Terraform asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListTriggers {
    /// The offset of the page's first trigger.
    pub(crate) marker: Option<String>,
    /// How many a page holds.
    pub(crate) maxitems: Option<String>,
}

/// The answer of [`ListTriggers`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TriggerPage {
    /// One page.
    pub(crate) triggers: Vec<TriggerOfFunction>,
    /// The offset after the last one.
    pub(crate) next_marker: u64,
}

/// A trigger, and what it calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TriggerOfFunction {
    /// The function's.
    pub(crate) func_urn: String,
    /// The trigger.
    #[serde(flatten)]
    pub(crate) trigger: Trigger,
}

impl Operation for ListTriggers {
    const NAME: &'static str = "ListTriggers";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers";
    const SUCCESS: &'static [u16] = &[200];
    const SOURCE: &'static str = "Terraform provider; in no SDK";
    type Output = TriggerPage;
}

impl Operation for CreateFunctionTrigger {
    const NAME: &'static str = "CreateFunctionTrigger";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] = &[
        "whether a gateway trigger's API is published at once: here it is",
        "whether an HTTP function takes another trigger than a gateway's: here not, 400 `FSS.1101`",
        "from when a timer's rate counts: here from when the trigger was made or changed, or the local cloud started",
        "the time zone of a timer's cron expression: here Beijing's, and 0 and 7 are Sunday",
        "where a trigger of the shared gateway, `APIG`, answers: here nowhere, it is kept and told",
    ];
    type Output = Trigger;
}

impl Operation for ListFunctionTriggers {
    const NAME: &'static str = "ListFunctionTriggers";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Vec<Trigger>;
}

impl Operation for ShowFunctionTrigger {
    const NAME: &'static str = "ShowFunctionTrigger";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Trigger;
}

impl Operation for DeleteFunctionTrigger {
    const NAME: &'static str = "DeleteFunctionTrigger";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] =
        &["whether the API goes too: here it stays, as the vendor's own tool says"];
    type Output = ();
}

impl Operation for UpdateTrigger {
    const NAME: &'static str = "UpdateTrigger";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}/{trigger_type_code}/{trigger_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for disabling a gateway's trigger, which is always on: here 400 `FSS.1318`"];
    type Output = Trigger;
}

impl Operation for BatchDeleteFunctionTriggers {
    const NAME: &'static str = "BatchDeleteFunctionTriggers";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/fgs/triggers/{function_urn}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
