//! A function as a person reads it.

use crate::ui::Report;
use crate::wire::function::Function;
use serde_json::{Map, Value};

/// `function`, with all that the guide's Table 1 and the console's settings have.
pub(super) fn report(function: &Function) -> Report {
    let fields = [identity(function), scale(function), access(function), rest(function)];
    Report::item(function, &function.func_name, fields.concat())
}

type Fields = Vec<(&'static str, Option<String>)>;

fn text(function: &Function, name: &str) -> Option<String> {
    function.other.get(name)?.as_str().map(str::to_owned)
}

fn number(function: &Function, name: &str) -> Option<i64> {
    function.other.get(name)?.as_i64()
}

fn yes_or_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

fn identity(function: &Function) -> Fields {
    let kind = if function.is_http() { "HTTP" } else { "event" };
    let version = Some(function.version.clone()).filter(|version| !version.is_empty());
    vec![
        ("Name", Some(function.func_name.clone())),
        ("URN", Some(function.func_urn.clone())),
        ("Version", version),
        ("Type", Some(kind.to_owned())),
        ("Runtime", Some(function.runtime.clone())),
        ("Handler", Some(function.handler.clone())),
        ("Enterprise project", function.enterprise_project_id.clone()),
    ]
}

fn scale(function: &Function) -> Fields {
    let concurrency = function.strategy_config.as_ref();
    let instances = concurrency.and_then(|c| c.concurrency).map(|n| match n {
        -1 => "unlimited".to_owned(),
        0 => "0, the function is disabled".to_owned(),
        n => n.to_string(),
    });
    vec![
        ("Memory", Some(format!("{} MB", function.memory_size))),
        ("Execution timeout", Some(format!("{} s", function.timeout))),
        ("Max instances", instances),
        (
            "Requests an instance",
            concurrency.and_then(|c| c.concurrent_num).map(|n| n.to_string()),
        ),
        (
            "Ephemeral storage",
            number(function, "ephemeral_storage").map(|mb| format!("{mb} MB")),
        ),
    ]
}

fn access(function: &Function) -> Fields {
    let network = function.network_controller.as_ref();
    let vpc = |name: &str| function.other.get("func_vpc")?.get(name)?.as_str().map(str::to_owned);
    let flag = |name: &str| function.other.get(name)?.as_bool().map(yes_or_no);
    vec![
        (
            "Public access",
            network.map(|network| yes_or_no(!network.disable_public_network)),
        ),
        ("Agency", text(function, "xrole")),
        ("Execution agency", text(function, "app_xrole")),
        (
            "VPC",
            vpc("vpc_name")
                .filter(|name| !name.is_empty())
                .or_else(|| vpc("vpc_id")),
        ),
        (
            "Subnet",
            vpc("subnet_name")
                .filter(|name| !name.is_empty())
                .or_else(|| vpc("subnet_id")),
        ),
        ("Collects logs", flag("enable_lts_log")),
        ("Log group", text(function, "log_group_id")),
        ("Log stream", text(function, "log_stream_id")),
        ("Includes keys", flag("enable_auth_in_header")),
    ]
}

fn rest(function: &Function) -> Fields {
    let hook = |handler: &str, timeout: &str| {
        let handler = text(function, handler).filter(|handler| !handler.is_empty())?;
        Some(format!(
            "{handler}, {} s",
            number(function, timeout).unwrap_or_default()
        ))
    };
    let list = function.depend_version_list.as_ref();
    vec![
        ("Environment", function.user_data.clone()),
        ("Encrypted", function.encrypted_user_data.as_deref().map(names)),
        ("Initializer", hook("initializer_handler", "initializer_timeout")),
        ("Pre-stop hook", hook("pre_stop_handler", "pre_stop_timeout")),
        ("Dependencies", list.map(|list| list.len().to_string())),
        ("Code size", Some(format!("{} bytes", function.code_size))),
        ("Code digest", Some(function.digest.chars().take(16).collect())),
        ("Description", Some(function.description.clone())),
        ("Version's description", text(function, "version_description")),
        ("Modified", Some(function.last_modified.clone())),
    ]
}

/// The names in a JSON object of variables.
fn names(text: &str) -> String {
    let all: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    Vec::from_iter(all.keys().map(String::as_str)).join(", ")
}
