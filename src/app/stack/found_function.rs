//! The settings of a function that was found, by the manifest's names.

use crate::plan::{Declared, Found, value_digest};
use crate::wire::function::{Function, encrypted_names};
use crate::wire::runtime;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The settings of a function that are one member each, and those that are nearly so.
pub(super) fn settings(found: &mut Found, function: &Function, config: &Map<String, Value>) {
    let member = |name: &str| config.get(name).cloned().unwrap_or(Value::Null);
    let text = |name: &str| Value::from(config.get(name).and_then(Value::as_str).unwrap_or_default());
    let number = |name: &str| Value::from(config.get(name).and_then(Value::as_i64).unwrap_or_default());
    found.show("runtime", function.runtime.as_str());
    if function.runtime != runtime::HTTP {
        found.show("handler", function.handler.as_str());
    }
    found.show("memory", function.memory_size);
    found.show("timeout", function.timeout);
    for (field, name) in [
        ("agency", "xrole"),
        ("execution_agency", "app_xrole"),
        ("initializer", "initializer_handler"),
    ] {
        found.show(field, text(name));
    }
    found.show("pre_stop", text("pre_stop_handler"));
    found.show("log_group", text("log_group_id"));
    found.show("log_stream", text("log_stream_id"));
    for name in ["initializer_timeout", "pre_stop_timeout", "ephemeral_storage"] {
        found.show(name, number(name));
    }
    found.show("enterprise_project", text("enterprise_project_id"));
    found.show("collect_logs", member("enable_lts_log").as_bool().unwrap_or_default());
    found.show(
        "include_keys",
        member("enable_auth_in_header").as_bool().unwrap_or_default(),
    );
    let controller = function.network_controller.as_ref();
    found.show(
        "public_access",
        !controller.is_some_and(|controller| controller.disable_public_network),
    );
    found.show("vpc", member("func_vpc")["vpc_id"].as_str().unwrap_or_default());
    found.show("subnet", member("func_vpc")["subnet_id"].as_str().unwrap_or_default());
    let strategy = function.strategy_config.clone().unwrap_or_default();
    found.show("max_instances", strategy.concurrency.unwrap_or(400));
    found.show("concurrency", strategy.concurrent_num.unwrap_or(1));
    let salt = found.address.to_string();
    let variables: BTreeMap<String, String> =
        serde_json::from_str(function.user_data.as_deref().unwrap_or_default()).unwrap_or_default();
    let variables: Map<String, Value> = variables
        .into_iter()
        .map(|(name, value)| {
            let digest = value_digest(&salt, &value);
            (name, digest.into())
        })
        .collect();
    found.show("env", variables);
}

/// The service shows the names of secrets alone: as long as they are the declared ones, the memory tells the rest.
pub(super) fn secrets(found: &mut Found, config: &Map<String, Value>, declared: &Declared) {
    let names = encrypted_names(config);
    let wanted = declared.fields.get("secret_env").and_then(Value::as_object);
    let mut expected: Vec<&String> = wanted.into_iter().flat_map(Map::keys).collect();
    expected.sort();
    let mut there: Vec<&String> = names.iter().collect();
    there.sort();
    match expected == there && !there.is_empty() {
        true => found.hide("secret_env"),
        false => {
            let shown: Map<String, Value> = names.into_iter().map(|name| (name, "not shown".into())).collect();
            found.show("secret_env", shown);
        }
    }
}
