//! Functions: what one is, and the operations on it. Source: FunctionGraph API v2, "Function Lifecycle Management".

use super::operation::{Listing, Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `type` of functions that can serve HTTP.
pub(crate) const V2: &str = "v2";
/// The handler of an HTTP function: its start file.
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// The input of [`CreateFunction`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewFunction {
    /// See [`super::rule::function_name`].
    pub(crate) func_name: String,
    /// The group that it is filed under; `default` in the console.
    pub(crate) package: String,
    /// One of [`super::runtime::ALL`]; `http` for an HTTP function. Cannot change afterwards.
    pub(crate) runtime: String,
    /// `bootstrap` for an HTTP function, else `file.function`.
    pub(crate) handler: String,
    /// Execution timeout in seconds, 3 to 259200: the longest life of a request, and of a WebSocket connection.
    pub(crate) timeout: i64,
    /// MB; see [`super::rule::MEMORY_SIZES`].
    pub(crate) memory_size: i64,
    /// `zip`, `inline`, `obs`, `jar` or `Custom-Image-Swr`.
    pub(crate) code_type: String,
    /// The archive's name, with `zip` and `jar`.
    pub(crate) code_filename: Option<String>,
    /// The OBS object's URL, with `obs`.
    pub(crate) code_url: Option<String>,
    /// The code itself.
    pub(crate) func_code: Option<FuncCode>,
    /// `v2`; HTTP functions need it.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Ids of dependency versions, at most 20.
    pub(crate) depend_version_list: Option<Vec<String>>,
    /// Environment variables: a JSON object of text to text, itself written as text.
    pub(crate) user_data: Option<String>,
    /// The agency for configuration.
    pub(crate) xrole: Option<String>,
    /// The agency for execution.
    pub(crate) app_xrole: Option<String>,
    /// At most 512 characters.
    pub(crate) description: Option<String>,
    /// The VPC that it works in.
    pub(crate) func_vpc: Option<FuncVpc>,
    /// Whether its log goes to LTS.
    pub(crate) enable_lts_log: Option<bool>,
    /// `0` is the default project.
    pub(crate) enterprise_project_id: Option<String>,
    /// Public access.
    pub(crate) network_controller: Option<NetworkController>,
    /// Whatever else was sent; the local cloud keeps and echoes it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Code, or where it can be had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FuncCode {
    /// Base64 of the archive, or of the source text with `inline`.
    pub(crate) file: String,
    /// A temporary URL of the archive, in answers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) link: String,
}

/// The VPC that a function works in. Needs an agency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FuncVpc {
    /// A UUID with dashes.
    pub(crate) vpc_id: String,
    /// The subnet's network id.
    pub(crate) subnet_id: String,
    /// Names, ranges and whatever else the service tells.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Public access of a function. The sense is inverted: the console's "Public Access: enabled" is `false` here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NetworkController {
    /// Whether the function is kept from the public network.
    pub(crate) disable_public_network: bool,
    /// The VPCs that alone may trigger it; empty means any.
    pub(crate) trigger_access_vpcs: Vec<Value>,
}

/// How many instances, and how many requests an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StrategyConfig {
    /// At most so many instances: -1 is unlimited, 0 disables the function, 400 unless set.
    pub(crate) concurrency: Option<i64>,
    /// Concurrent requests an instance, 1 to 1000; 1 unless set.
    pub(crate) concurrent_num: Option<i64>,
}

/// A function as CreateFunction, ShowFunctionConfig and UpdateFunctionConfig answer it, and as lists hold it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Function {
    /// Creation and configuration show it with `:latest`, some samples without: compare unqualified.
    pub(crate) func_urn: String,
    /// The function's name.
    pub(crate) func_name: String,
    /// The group that it is filed under.
    pub(crate) package: String,
    /// `http` for an HTTP function.
    pub(crate) runtime: String,
    /// The start file or the entry point.
    pub(crate) handler: String,
    /// Execution timeout in seconds.
    pub(crate) timeout: i64,
    /// MB.
    pub(crate) memory_size: i64,
    /// How the code came.
    pub(crate) code_type: String,
    /// Bytes.
    pub(crate) code_size: i64,
    /// SHA-512 of the code package in hex; unchanged exactly while the code is.
    pub(crate) digest: String,
    /// `latest` for the editable copy.
    pub(crate) version: String,
    /// Free text.
    pub(crate) description: String,
    /// ISO 8601 with offset.
    pub(crate) last_modified: String,
    /// `v1` or `v2`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Ids of the dependency versions in the order in which they are laid over the code; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) depend_version_list: Option<Vec<String>>,
    /// Environment variables as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_data: Option<String>,
    /// Encrypted environment variables as JSON text; the values are always blank in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encrypted_user_data: Option<String>,
    /// How far it scales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strategy_config: Option<StrategyConfig>,
    /// Public access; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network_controller: Option<NetworkController>,
    /// `0` is the default project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enterprise_project_id: Option<String>,
    /// Every other member of the answer, known to fgctl or not.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl Function {
    /// Whether it is an HTTP function, the only kind that can serve WebSocket.
    pub(crate) fn is_http(&self) -> bool {
        self.runtime == super::runtime::HTTP
    }
}

/// Members of an answer that UpdateFunctionConfig does not take, or that must not be sent back as they came.
const ANSWER_ONLY: &[&str] = &[
    "func_id",
    "resource_id",
    "func_urn",
    "domain_id",
    "namespace",
    "project_name",
    "cpu",
    "code_type",
    "code_url",
    "code_filename",
    "code_size",
    "digest",
    "version",
    "version_description",
    "image_name",
    "last_modified",
    "type",
    "depend_list",
    "depend_version_list",
    "dependencies",
    // The answer blanks the values: sent back, they would erase the secrets.
    "encrypted_user_data",
    "long_time",
    "log_group_id",
    "log_stream_id",
    "apig_route_enable",
    "is_bridge_function",
    "is_return_stream",
    "allow_ephemeral_storage",
    "reserved_instance_count",
    "reserved_instance_idle_mode",
    "enable_cloud_debug",
    "code_encrypt_kms_key_id",
];

/// What UpdateFunctionConfig has to be sent so that nothing but the caller's own changes changes: all that
/// `current`, an answer of ShowFunctionConfig, holds and the operation takes. The operation is no merge: a field
/// left out may be reset, so fields that fgctl does not know go back as they came.
pub(crate) fn config_of(current: &Map<String, Value>) -> Map<String, Value> {
    current
        .iter()
        .filter(|(name, value)| !ANSWER_ONLY.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The names of the encrypted environment variables that `current` holds. Their values cannot be read back, so
/// they have to be given again with any change of the configuration.
pub(crate) fn encrypted_names(current: &Map<String, Value>) -> Vec<String> {
    let text = current
        .get("encrypted_user_data")
        .and_then(Value::as_str)
        .unwrap_or_default();
    serde_json::from_str::<Map<String, Value>>(text)
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

/// Creates a function. Source: CreateFunction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateFunction {
    /// The function.
    pub(crate) body: NewFunction,
}

/// Lists functions. Source: ListFunctions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListFunctions {
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 400; anything else counts as 400.
    pub(crate) maxitems: Option<String>,
    /// Only those whose name holds this text.
    pub(crate) func_name: Option<String>,
    /// Only those of exactly this package.
    pub(crate) package_name: Option<String>,
}

/// The answer of [`ListFunctions`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FunctionList {
    /// One page, without `network_controller` and `depend_version_list`.
    pub(crate) functions: Vec<Function>,
    /// The offset after the last item, on the last page too.
    #[serde(default)]
    pub(crate) next_marker: u64,
    /// How many there are in all.
    pub(crate) count: Option<u64>,
}

/// Shows a function's configuration. Source: ShowFunctionConfig.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowFunctionConfig {
    /// May carry a version or an alias.
    pub(crate) function_urn: FunctionUrn,
}

/// Replaces a function's configuration: no merge, see [`config_of`]. Source: UpdateFunctionConfig.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateFunctionConfig {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// All of the configuration, unknown fields too.
    pub(crate) body: Map<String, Value>,
}

/// Shows where a function's code can be had. Source: ShowFunctionCode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowFunctionCode {
    /// May carry a version or an alias.
    pub(crate) function_urn: FunctionUrn,
}

/// A function's code as ShowFunctionCode and UpdateFunctionCode answer it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FunctionCode {
    /// The function, qualified.
    pub(crate) func_urn: String,
    /// Its name.
    pub(crate) func_name: String,
    /// How the code came.
    pub(crate) code_type: String,
    /// The archive's name.
    pub(crate) code_filename: String,
    /// Bytes.
    pub(crate) code_size: i64,
    /// SHA-512 in hex.
    pub(crate) digest: String,
    /// Inline code, or a temporary link to the archive.
    pub(crate) func_code: Option<FuncCode>,
    /// Ids of the attached dependency versions.
    pub(crate) depend_version_list: Vec<String>,
    /// Every other member of the answer.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// The input of [`UpdateFunctionCode`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewCode {
    /// `zip`, `inline`, `obs` or `jar`; always needed.
    pub(crate) code_type: String,
    /// The archive's name.
    pub(crate) code_filename: Option<String>,
    /// The OBS object's URL.
    pub(crate) code_url: Option<String>,
    /// The code; left out, the stored code stays on the local cloud.
    pub(crate) func_code: Option<FuncCode>,
    /// Replaces the whole list; left out, the list stays.
    pub(crate) depend_version_list: Option<Vec<String>>,
}

/// Replaces a function's code, its list of dependencies, or both. Source: UpdateFunctionCode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateFunctionCode {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The code.
    pub(crate) body: NewCode,
}

/// Sets how many instances a function may have. Source: UpdateFunctionMaxInstanceConfig.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateFunctionMaxInstanceConfig {
    /// Unqualified.
    pub(crate) function_urn: FunctionUrn,
    /// The number.
    pub(crate) body: MaxInstances,
}

/// The input of [`UpdateFunctionMaxInstanceConfig`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MaxInstances {
    /// -1 (unlimited) to 1000; 0 disables the function.
    pub(crate) max_instance_num: i64,
}

/// Deletes a function with its triggers. Source: DeleteFunction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteFunction {
    /// Without `:latest`, which the service refuses here.
    pub(crate) function_urn: FunctionUrn,
}

impl Operation for CreateFunction {
    const NAME: &'static str = "CreateFunction";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "what `extend_config` and `tags` mean: here they are kept and shown",
        "when `long_time` is set: here for a timeout of more than 900 seconds",
    ];
    type Output = Function;
}

impl Operation for ListFunctions {
    const NAME: &'static str = "ListFunctions";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions";
    const SUCCESS: &'static [u16] = &[200];
    type Output = FunctionList;
}

impl Listing for ListFunctions {
    type Item = Function;

    fn items(page: FunctionList) -> Vec<Function> {
        page.functions
    }

    fn after(&self, page: &FunctionList) -> Option<Self> {
        let marker = next_marker(
            self.marker.as_deref(),
            page.next_marker,
            page.count,
            page.functions.len(),
        )?;
        Some(Self {
            marker: Some(marker),
            ..self.clone()
        })
    }
}

/// The marker of the page after one that began at `sent`, said `next` and `count`, and held `items`.
/// The service gives a next marker on the last page too, so only progress tells whether there is more.
pub(super) fn next_marker(sent: Option<&str>, next: u64, count: Option<u64>, items: usize) -> Option<String> {
    let sent = sent.and_then(|marker| marker.parse().ok()).unwrap_or(0);
    let more = items > 0 && next > sent && count.is_none_or(|count| next < count);
    more.then(|| next.to_string())
}

impl Operation for ShowFunctionConfig {
    const NAME: &'static str = "ShowFunctionConfig";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/config";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Function;
}

impl Operation for UpdateFunctionConfig {
    const NAME: &'static str = "UpdateFunctionConfig";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/config";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "which fields fall back when they are left out, beyond those that Terraform's own tests show: here the variables, the agency, the VPC, public access and the pre-stop hook do too; the rest keep their values",
        "the code for another name, package or runtime: here 400 `FSS.0400`",
        "what the log group and stream are called that the service makes: here by names of the local cloud's own",
        "what becomes of running instances and open sockets: here they end with their last user, and new calls go to new ones",
    ];
    type Output = Function;
}

impl Operation for ShowFunctionCode {
    const NAME: &'static str = "ShowFunctionCode";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/code";
    const SUCCESS: &'static [u16] = &[200];
    type Output = FunctionCode;
}

impl Operation for UpdateFunctionCode {
    const NAME: &'static str = "UpdateFunctionCode";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/code";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "whether the code stays when `func_code` is left out: here it stays",
        "whether the dependencies stay when `depend_version_list` is left out: here they stay",
    ];
    type Output = FunctionCode;
}

impl Operation for UpdateFunctionMaxInstanceConfig {
    const NAME: &'static str = "UpdateFunctionMaxInstanceConfig";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/config-max-instance";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["what a call of a disabled function is answered: here the gateway's 502"];
    type Output = Function;
}

impl Operation for DeleteFunction {
    const NAME: &'static str = "DeleteFunction";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] =
        &["whether the APIs that its triggers made go too: here they stay, as the vendor's own tool says"];
    type Output = ();
}

#[cfg(test)]
mod tests {
    use super::{config_of, encrypted_names, next_marker};
    use serde_json::json;

    #[test]
    fn what_goes_back_keeps_unknown_fields_and_leaves_out_what_only_answers_hold() {
        let current = json!({
            "func_urn": "urn", "func_name": "f", "timeout": 30, "digest": "d", "websocket": true,
            "encrypted_user_data": "{\"password\":\"\"}", "func_vpc": null
        });
        let current = current.as_object().unwrap();
        let sent = config_of(current);
        assert_eq!(
            serde_json::Value::from(sent),
            json!({"func_name": "f", "timeout": 30, "websocket": true})
        );
        assert_eq!(encrypted_names(current), ["password"]);
    }

    #[test]
    fn a_list_ends_where_the_marker_stands_still() {
        assert_eq!(next_marker(None, 400, Some(900), 400).as_deref(), Some("400"));
        assert_eq!(next_marker(Some("400"), 800, None, 400).as_deref(), Some("800"));
        assert_eq!(next_marker(Some("800"), 900, Some(900), 100), None);
        assert_eq!(next_marker(Some("0"), 0, None, 3), None);
        assert_eq!(next_marker(Some("4"), 9, None, 0), None);
    }
}
