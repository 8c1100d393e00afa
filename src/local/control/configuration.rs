//! A function's configuration: what creation fills in, and what an update changes, keeps and resets.
//!
//! An update is no merge. Of the fields that a request leaves out some fall back to their defaults, the rest keep
//! their values; which do was read off the acceptance tests of the Terraform provider.

use super::super::fidelity::Row;
use super::super::{Account, Context};
use super::function_rules::{check, encrypted};
use super::refusal::Refusal;
use super::vpc::members;
use super::{clock, identity, user_data};
use crate::codes::functiongraph::{CONCURRENCY, INVALID_PARAMETER};
use crate::local::store::records::FunctionRecord;
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::function::{Function, NewFunction, StrategyConfig, V2, config_of};
use crate::wire::function_record::LogPlace;
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

type Members = Map<String, Value>;

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "functiongraph",
    "the console's WebSocket switch",
    "none: no public API names its field",
    &[
        "the field's name and type: here a boolean, `enable_websocket` unless `local up --websocket-field` names another",
        "whether an update without the field turns WebSocket off: here it stays as it was",
    ],
);

/// Members of a configuration that creation does not take: an update sets them.
const NOT_AT_CREATION: &[&str] = &[
    "strategy_config",
    "extend_config",
    "enable_auth_in_header",
    "ephemeral_storage",
    "peering_cidr",
    "heartbeat_handler",
    "enable_class_isolation",
    "restore_hook_handler",
    "restore_hook_timeout",
];

/// Members that go elsewhere than into the configuration.
const ELSEWHERE: &[&str] = &["func_code", "encrypted_user_data", "log_config"];

/// Longest timeout that is not called long, in seconds.
const LONG_TIME: i64 = 900;

/// The record of a new function, without its code.
///
/// # Errors
/// A member is of the wrong type.
pub(super) fn create(context: &Context, new: &NewFunction, now: Timestamp) -> Result<FunctionRecord, Refusal> {
    let encrypted_user_data = encrypted(&new.other)?.to_owned();
    let sent = members(serde_json::to_value(new).map_err(|error| Refusal::Internal(error.to_string()))?);
    let mut all = defaults(context, new);
    let kept = config_of(&sent)
        .into_iter()
        .filter(|(name, _)| !NOT_AT_CREATION.contains(&name.as_str()) && !ELSEWHERE.contains(&name.as_str()));
    all.extend(kept);
    let log = log(context, &mut all, &LogPlace::default(), sent.get("log_config"));
    all.insert(
        "encrypted_user_data".to_owned(),
        user_data::blanked(&encrypted_user_data)?.into(),
    );
    Ok(FunctionRecord {
        function: derive(all, now)?,
        encrypted_user_data,
        blob: String::new(),
        log,
        published_at: 0,
    })
}

/// What `record` is after an update by `sent`, the whole body of the request.
///
/// # Errors
/// A field that cannot change is another, one is missing, breaks a rule, or is of the wrong type.
pub(super) fn update(
    context: &Context,
    record: &FunctionRecord,
    sent: &Members,
    now: Timestamp,
) -> Result<FunctionRecord, Refusal> {
    let typed: NewFunction = typed(Value::Object(sent.clone()))?;
    fixed(&record.function, sent)?;
    check(context, &record.function.runtime, &typed)?;
    let current = serde_json::to_value(&record.function).map_err(|error| Refusal::Internal(error.to_string()))?;
    let mut all = members(current);
    let strategy = strategy(record.function.strategy_config.as_ref(), sent)?;
    reset(&mut all, sent);
    all.extend(
        config_of(sent)
            .into_iter()
            .filter(|(name, _)| !ELSEWHERE.contains(&name.as_str())),
    );
    let log = log(context, &mut all, &record.log, sent.get("log_config"));
    all.insert("strategy_config".to_owned(), json!(strategy));
    let encrypted_user_data = encrypted(sent)?.to_owned();
    all.insert(
        "encrypted_user_data".to_owned(),
        user_data::blanked(&encrypted_user_data)?.into(),
    );
    Ok(FunctionRecord {
        function: derive(all, now)?,
        encrypted_user_data,
        blob: record.blob.clone(),
        log,
        published_at: 0,
    })
}

/// Refuses a request that lacks what it must have, or changes what cannot change.
fn fixed(current: &Function, sent: &Members) -> Result<(), Refusal> {
    for name in ["runtime", "timeout", "handler", "memory_size"] {
        if !sent.contains_key(name) {
            return Err(Refusal::because(INVALID_PARAMETER, format!("`{name}` is missing")));
        }
    }
    for (name, value) in [
        ("func_name", &current.func_name),
        ("package", &current.package),
        ("runtime", &current.runtime),
    ] {
        if let Some(other) = sent.get(name).filter(|sent| *sent != value) {
            let detail = format!("`{name}` is `{value}` and cannot become {other}");
            return Err(Refusal::because(INVALID_PARAMETER, detail));
        }
    }
    Ok(())
}

/// Puts back to its default what `sent` leaves out and an update does not keep.
fn reset(all: &mut Members, sent: &Members) {
    let logging = ["enable_lts_log", "log_config", "xrole"];
    let silent = !logging.iter().any(|name| sent.contains_key(*name));
    let defaults = members(json!({
        "enable_dynamic_memory": false,
        "is_stateful_function": false,
        "gpu_memory": 0,
        "gpu_type": "",
        "user_data": "",
        "xrole": "",
        "func_vpc": null,
        "network_controller": {"disable_public_network": false, "trigger_access_vpcs": []},
        "pre_stop_handler": "",
        "pre_stop_timeout": 0,
    }));
    all.extend(defaults);
    if silent {
        all.insert("enable_lts_log".to_owned(), false.into());
    }
}

/// How far the function scales: each member that `sent` has, and the others as they were.
fn strategy(current: Option<&StrategyConfig>, sent: &Members) -> Result<StrategyConfig, Refusal> {
    let sent: StrategyConfig = match sent.get("strategy_config") {
        None => StrategyConfig::default(),
        Some(value) => typed(value.clone())?,
    };
    let current = current.cloned().unwrap_or_default();
    let concurrency = |broken| Refusal::because(CONCURRENCY, broken);
    sent.concurrency
        .map_or(Ok(()), rule::max_instances)
        .map_err(concurrency)?;
    sent.concurrent_num
        .map_or(Ok(()), rule::requests_per_instance)
        .map_err(concurrency)?;
    Ok(StrategyConfig {
        concurrency: sent.concurrency.or(current.concurrency),
        concurrent_num: sent.concurrent_num.or(current.concurrent_num),
    })
}

/// Where the function's log goes: to the group and stream that were named, to where it went, to ones made for it, or
/// nowhere.
fn log(context: &Context, all: &mut Members, current: &LogPlace, config: Option<&Value>) -> LogPlace {
    let on = all.get("enable_lts_log") == Some(&Value::Bool(true));
    let place = if on {
        log_place(context, all, current, config)
    } else {
        LogPlace::default()
    };
    all.insert("log_group_id".to_owned(), place.group_id.clone().into());
    all.insert("log_stream_id".to_owned(), place.stream_id.clone().into());
    place
}

fn log_place(context: &Context, all: &Members, current: &LogPlace, config: Option<&Value>) -> LogPlace {
    let named = |member: &str, before: &str| {
        let given = config.and_then(|config| config[member].as_str()).unwrap_or_default();
        if given.is_empty() {
            before.to_owned()
        } else {
            given.to_owned()
        }
    };
    let own = project_log(&context.account);
    let group = if current.group_id.is_empty() { &own } else { current };
    let name = all.get("func_name").and_then(Value::as_str).unwrap_or_default();
    let stream = match current.stream_id.as_str() {
        "" => (name.to_owned(), identity::new_uuid()),
        id => (current.stream_name.clone(), id.to_owned()),
    };
    LogPlace {
        group_name: named("group_name", &group.group_name),
        group_id: named("group_id", &group.group_id),
        stream_name: named("stream_name", &stream.0),
        stream_id: named("stream_id", &stream.1),
    }
}

/// The log group that every function of the account has unless it names another one.
pub(super) fn project_log(account: &Account) -> LogPlace {
    LogPlace {
        group_name: format!("functiongraph.log.group.{}", account.project_id),
        group_id: identity::own_uuid(account, "log group"),
        ..LogPlace::default()
    }
}

/// Puts in what follows from other members, and reads the whole.
fn derive(mut all: Members, now: Timestamp) -> Result<Function, Refusal> {
    let number = |name: &str| all.get(name).and_then(Value::as_i64).unwrap_or(0);
    let cpu = number("memory_size") * 100 / 128 + 200;
    let long_time = number("timeout") > LONG_TIME;
    all.insert("cpu".to_owned(), cpu.into());
    all.insert("long_time".to_owned(), long_time.into());
    all.insert("last_modified".to_owned(), clock::with_offset(now).into());
    typed(Value::Object(all))
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::because(INVALID_PARAMETER, error))
}

/// `latest-260820105808@1a2b3`: the name of the code as it is deployed.
pub(super) fn image_name(now: Timestamp) -> String {
    let id = identity::new_id();
    format!("latest-{}@{}", clock::digits(now), id.get(..5).unwrap_or(&id))
}

/// Every member of a function's answer, as creation leaves it.
fn defaults(context: &Context, new: &NewFunction) -> Members {
    let account = &context.account;
    let func_id = identity::new_uuid();
    let urn = FunctionUrn {
        package: new.package.clone(),
        ..FunctionUrn::new(&account.region, &account.project_id, &new.func_name)
    };
    let mut all = members(json!({
        "func_id": func_id, "resource_id": format!("{func_id}:{}", new.func_name),
        "func_urn": urn.qualified("latest"), "domain_id": account.domain_id, "namespace": account.project_id,
        "project_name": account.region, "type": new.kind.as_deref().unwrap_or(V2), "version": "latest",
        "gpu_memory": 0, "gpu_type": "", "domain_names": "", "user_data": "", "xrole": "", "app_xrole": "",
        "description": "", "func_vpc": null, "depend_list": [], "depend_version_list": [], "dependencies": [],
        "mount_config": {"mount_user": {"user_id": -1, "user_group_id": -1}, "func_mounts": []},
        "reserved_instance_count": 0, "strategy_config": {"concurrency": 400, "concurrent_num": 1},
        "extend_config": "", "initializer_handler": "", "initializer_timeout": 0, "pre_stop_handler": "",
        "pre_stop_timeout": 0, "heartbeat_handler": "", "peering_cidr": "", "lts_custom_tag": {},
        "user_data_encrypt_kms_key_id": "", "reserved_instance_idle_mode": false,
        "code_encrypt_kms_key_id": new.other.get("code_encrypt_kms_key_id").cloned().unwrap_or("".into()), "enterprise_project_id": DEFAULT_ID,
    }));
    all.extend(members(json!({
        "log_group_id": "", "log_stream_id": "", "enable_cloud_debug": "DISABLED", "enable_dynamic_memory": false,
        "is_stateful_function": false, "custom_image": {"enabled": false}, "is_bridge_function": false,
        "apig_route_enable": false, "enable_class_isolation": false, "allow_ephemeral_storage": true,
        "network_controller": {"disable_public_network": false, "trigger_access_vpcs": []},
        "is_return_stream": false, "enable_auth_in_header": false, "enable_lts_log": false, "ephemeral_storage": 512,
    })));
    all.insert(context.behaviour.websocket_field.clone(), false.into());
    all
}

/// `function` as it is answered: the WebSocket switch is always among its members.
pub(super) fn shown(context: &Context, mut function: Function) -> Function {
    let name = context.behaviour.websocket_field.clone();
    function.other.entry(name).or_insert(Value::Bool(false));
    function
}
