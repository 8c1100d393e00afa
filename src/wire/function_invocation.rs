//! Calls of a function through the API itself, without a trigger. WebSocket cannot travel this way.
//! Source: FunctionGraph API v2, "Function Invocation".

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `x_cff_request_version` that asks for [`Invocation`] as JSON.
pub(crate) const AS_JSON: &str = "v1";
/// `x_cff_log_type` that asks for the log.
pub(crate) const TAIL: &str = "tail";

/// Calls a function and waits for what it answers. Source: InvokeFunction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvokeFunction {
    /// May carry a version or an alias.
    pub(crate) function_urn: FunctionUrn,
    /// [`TAIL`], or nothing.
    pub(crate) x_cff_log_type: Option<String>,
    /// [`AS_JSON`]; `v0`, and nothing, ask for the function's own result alone.
    pub(crate) x_cff_request_version: Option<String>,
    /// MB, for this call.
    pub(crate) x_cff_instance_memory: Option<String>,
    /// The event: a JSON object. An HTTP function's has the form of an API gateway's request.
    pub(crate) body: Value,
}

/// The answer of [`InvokeFunction`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Invocation {
    /// The call's id.
    pub(crate) request_id: String,
    /// What the function answered, as text.
    pub(crate) result: String,
    /// The end of the function's log, if it was asked for.
    pub(crate) log: String,
    /// The function's status.
    pub(crate) status: i64,
}

/// Calls a function and waits for nothing. HTTP functions cannot be called so. Source: AsyncInvokeFunction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AsyncInvokeFunction {
    /// May carry a version or an alias.
    pub(crate) function_urn: FunctionUrn,
    /// MB, for this call.
    pub(crate) x_cff_instance_memory: Option<String>,
    /// The event: a JSON object.
    pub(crate) body: Value,
}

/// The answer of [`AsyncInvokeFunction`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// The call's id.
    pub(crate) request_id: String,
}

/// Lists what became of asynchronous calls. Source: ListAsyncInvocations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListAsyncInvocations {
    /// The function.
    pub(crate) function_urn: FunctionUrn,
    /// Only this one.
    pub(crate) request_id: Option<String>,
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 500; 100 unless given.
    pub(crate) limit: Option<String>,
    /// `WAIT`, `RUNNING`, `SUCCESS`, `FAIL` or `DISCARD`.
    pub(crate) status: Option<String>,
    /// Those from here on: `YYYY-MM-DDTHH:mm:ss` in UTC; the last hour unless given.
    pub(crate) query_begin_time: Option<String>,
    /// Those until here.
    pub(crate) query_end_time: Option<String>,
}

/// The answer of [`ListAsyncInvocations`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AsyncInvocations {
    /// One page, the newest first.
    pub(crate) invocations: Vec<AsyncInvocation>,
    /// How many there are in all.
    pub(crate) count: usize,
    /// The offset after the last item.
    pub(crate) next_marker: usize,
}

/// An asynchronous call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AsyncInvocation {
    /// Its id.
    pub(crate) request_id: String,
    /// See [`ListAsyncInvocations::status`].
    pub(crate) status: String,
    /// Why it failed.
    pub(crate) error_message: String,
    /// 0, or the number of the failure.
    pub(crate) error_code: i64,
    /// `YYYY-MM-DDTHH:mm:ss` in UTC.
    pub(crate) start_time: String,
    /// The same, of its end.
    pub(crate) end_time: String,
}

impl Operation for InvokeFunction {
    const NAME: &'static str = "InvokeFunction";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/invocations";
    const SUCCESS: &'static [u16] = &[200];
    const HEADERS: &'static [(&'static str, &'static str)] = &[
        ("x_cff_log_type", "X-Cff-Log-Type"),
        ("x_cff_request_version", "X-CFF-Request-Version"),
        ("x_cff_instance_memory", "X-Cff-Instance-Memory"),
    ];
    const OWN_BODY: bool = true;
    const UNKNOWN: &'static [&'static str] = &[
        "what an HTTP function is told of an event that is no API gateway's request: here it is not called, 400 `FSS.0400`",
        "how a function that fails is told: here by 200, and the status that a gateway would answer in `status`",
        "whether the answer is the function's own text when `X-CFF-Request-Version` is left out: here it is",
    ];
    type Output = Invocation;
}

impl Operation for AsyncInvokeFunction {
    const NAME: &'static str = "AsyncInvokeFunction";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/invocations-async";
    const SUCCESS: &'static [u16] = &[202];
    const HEADERS: &'static [(&'static str, &'static str)] = &[("x_cff_instance_memory", "X-Cff-Instance-Memory")];
    const OWN_BODY: bool = true;
    const UNKNOWN: &'static [&'static str] =
        &["the code for an HTTP function, which cannot be called asynchronously: here 400 `FSS.0400`"];
    type Output = Accepted;
}

impl Operation for ListAsyncInvocations {
    const NAME: &'static str = "ListAsyncInvocations";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/async-invocations";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AsyncInvocations;
}
