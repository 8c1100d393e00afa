//! What an API may be: the rules of its definition, and what the service fills in.

use super::identity::new_id;
use super::refusal::Refusal;
use super::{function, gateway_feature, group};
use crate::codes::apig::{
    API_NAME_EXISTS, API_PATH_EXISTS, FUNCTION_URN, FUNCTION_URN_NOT_FOUND, PARAMETER_MISSING, PARAMETER_QUOTA,
    PARAMETER_VALUE, PATH_PARAMETER_UNDEFINED,
};
use crate::local::Context;
use crate::local::store::Read;
use crate::local::store::records::{APIS, ApiRecord, GatewayRecord, GroupRecord};
use crate::wire::api::{Api, ApiFunction, FUNCTION_BACKEND, MATCH_EXACT, MATCH_PREFIX, NETWORK_V1, NETWORK_V2, SYNC};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The methods that an API may have.
pub(super) const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "ANY"];
/// The ways of `match_mode`.
pub(super) const MATCH_MODES: &[&str] = &[MATCH_EXACT, MATCH_PREFIX];
/// How many parameters an API may have.
const PARAMETERS: usize = 50;
/// The longest remark, in characters.
const REMARK: usize = 255;

/// Whether `value` of the parameter `name` is one of those `allowed`.
///
/// # Errors
/// 400 `APIG.2001` when it is empty, `APIG.2012` when it is another.
pub(super) fn one_of(name: &str, value: &str, allowed: &[&str]) -> Result<(), Refusal> {
    if allowed.contains(&value) {
        return Ok(());
    }
    if value.is_empty() {
        let detail = format!("one of {}", allowed.join(", "));
        return Err(Refusal::parameter(PARAMETER_MISSING, name, detail));
    }
    let detail = format!("`{value}` is not one of {}", allowed.join(", "));
    Err(Refusal::parameter(PARAMETER_VALUE, name, detail))
}

/// Checks a definition by itself.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(api: &Api) -> Result<(), Refusal> {
    if api.group_id.is_empty() {
        return Err(Refusal::parameter(PARAMETER_MISSING, "group_id", "the group's id"));
    }
    rule::group_name(&api.name).map_err(|mut broken| {
        broken.what = "API name";
        Refusal::parameter(PARAMETER_VALUE, "name", broken)
    })?;
    if !matches!(api.kind, 1 | 2) {
        return Err(Refusal::parameter(PARAMETER_VALUE, "type", "1 is public, 2 is private"));
    }
    one_of("req_protocol", &api.req_protocol, &["HTTP", "HTTPS", "BOTH", "GRPCS"])?;
    one_of("req_method", &api.req_method, METHODS)?;
    rule::request_path(&api.req_uri).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "req_uri", broken))?;
    path_variables(api)?;
    if parameters(&api.other).count() > PARAMETERS {
        return Err(Refusal::because(PARAMETER_QUOTA, format!("{PARAMETERS} parameters")));
    }
    one_of(
        "match_mode",
        api.match_mode.as_deref().unwrap_or(MATCH_EXACT),
        MATCH_MODES,
    )?;
    one_of("auth_type", &api.auth_type, &["NONE", "APP", "IAM"])?;
    group::remark(api.remark.as_deref(), REMARK)?;
    // The local cloud has no other backends: an API with one could not be called.
    one_of("backend_type", &api.backend_type, &[FUNCTION_BACKEND])?;
    match &api.func_info {
        Some(backend) => check_backend(backend),
        None => Err(Refusal::parameter(
            PARAMETER_MISSING,
            "func_info",
            "the function behind the API",
        )),
    }
}

/// Each `{name}` of the path has to be declared.
fn path_variables(api: &Api) -> Result<(), Refusal> {
    let declared: Vec<&str> = parameters(&api.other)
        .filter(|parameter| parameter["location"] == "PATH")
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    let variables = api.req_uri.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    match variables.into_iter().find(|name| !declared.contains(name)) {
        Some(name) => Err(Refusal::because(PATH_PARAMETER_UNDEFINED, format!("`{name}`"))),
        None => Ok(()),
    }
}

fn parameters(other: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    other.get("req_params").and_then(Value::as_array).into_iter().flatten()
}

fn check_backend(backend: &ApiFunction) -> Result<(), Refusal> {
    let network = backend.network_type.as_deref().unwrap_or(NETWORK_V1);
    one_of("func_info.network_type", network, &[NETWORK_V1, NETWORK_V2])?;
    let invocation = backend.invocation_type.as_deref().unwrap_or_default();
    one_of("func_info.invocation_type", invocation, &[SYNC, "async"])?;
    let fits = match network {
        NETWORK_V2 => rule::raised_backend_timeout(backend.timeout),
        _ => rule::backend_timeout(backend.timeout),
    };
    fits.map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "func_info.timeout", broken))
}

/// Whether `gateway` lets an API be as `sent` says.
///
/// # Errors
/// 400 `APIG.2012` for a backend timeout over what its feature `backend_timeout` allows.
pub(super) fn fits_gateway(gateway: &GatewayRecord, sent: &Api) -> Result<(), Refusal> {
    let most = gateway_feature::longest_backend_timeout(gateway);
    match &sent.func_info {
        Some(backend) if backend.timeout > most => {
            let detail = format!(
                "{} is more than {most}; more needs the gateway's feature backend_timeout, which is not raised so far",
                backend.timeout
            );
            Err(Refusal::parameter(PARAMETER_VALUE, "func_info.timeout", detail))
        }
        _ => Ok(()),
    }
}

/// The unqualified URN of the function behind an API, which exists, with its version or alias.
///
/// # Errors
/// 500 `APIG.9002` when it cannot be read, 404 `APIG.3019` when there is no such function.
pub(super) fn backend_urn(context: &Context, view: &impl Read, backend: &ApiFunction) -> Result<FunctionUrn, Refusal> {
    let missing = |what: &str| Refusal::because(FUNCTION_URN_NOT_FOUND, format!("`{what}`"));
    let urn: FunctionUrn = backend
        .function_urn
        .parse()
        .map_err(|error| Refusal::because(FUNCTION_URN, error))?;
    match function::find(context, view, &urn) {
        Ok(_) => {}
        Err(internal @ Refusal::Internal(_)) => return Err(internal),
        Err(_) => return Err(missing(&backend.function_urn)),
    }
    let alias = backend
        .other
        .get("alias_urn")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = backend.version.as_deref().unwrap_or_default();
    let (qualified, named) = match (alias, version) {
        ("", "") => return Ok(urn.unqualified()),
        ("", version) => (urn.qualified(version), version),
        (alias, _) => (alias.parse().map_err(|_| missing(alias))?, alias),
    };
    match function::find(context, view, &qualified) {
        Ok(_) if qualified.unqualified() == urn.unqualified() => Ok(urn.unqualified()),
        Err(internal @ Refusal::Internal(_)) => Err(internal),
        Ok(_) | Err(_) => Err(missing(named)),
    }
}

/// Whether `api` may stand beside the other APIs of its group.
///
/// # Errors
/// 400 `APIG.3202` for the name, `APIG.3301` for method, path and match mode.
pub(super) fn fits_beside(view: &impl Read, api: &Api) -> Result<(), Refusal> {
    let mode = |api: &Api| api.match_mode.clone().unwrap_or_else(|| MATCH_EXACT.to_owned());
    for other in siblings(view, api)? {
        if other.name == api.name {
            return Err(Refusal::because(API_NAME_EXISTS, format!("api_name:{}", api.name)));
        }
        if other.req_method == api.req_method && other.req_uri == api.req_uri && mode(&other) == mode(api) {
            let detail = format!("`{}` with {} {}", other.name, api.req_method, api.req_uri);
            return Err(Refusal::because(API_PATH_EXISTS, detail));
        }
    }
    Ok(())
}

/// The other APIs of the group of `api`.
pub(super) fn siblings(view: &impl Read, api: &Api) -> Result<Vec<Api>, Refusal> {
    let records: Vec<ApiRecord> = view.scan(&APIS, "")?;
    let apis = records.into_iter().map(|record| record.api);
    Ok(apis
        .filter(|other| other.group_id == api.group_id && other.id != api.id)
        .collect())
}

/// The API that the definition `sent` makes: with an id, times, and every default.
pub(super) fn complete(sent: &Api, function_urn: &FunctionUrn, now: Timestamp) -> Api {
    let mut api = sent.as_input();
    api.id = new_id();
    api.match_mode.get_or_insert_with(|| MATCH_EXACT.to_owned());
    api.remark.get_or_insert_with(String::new);
    let times = json!({"register_time": now.to_string(), "update_time": now.to_string(), "status": 1});
    for (name, value) in [
        ("arrange_necessary", json!(2)),
        ("group_version", json!("V1")),
        ("register_time", times["register_time"].clone()),
        ("update_time", times["update_time"].clone()),
        ("status", json!(1)),
    ] {
        api.other.insert(name.to_owned(), value);
    }
    for (name, value) in [
        ("cors", json!(false)),
        ("auth_opt", json!({"app_code_auth_type": "DISABLE"})),
        ("req_params", json!([])),
    ] {
        api.other.entry(name).or_insert(value);
    }
    complete_parameters(&mut api.other);
    if let Some(backend) = &mut api.func_info {
        backend.function_urn = function_urn.to_string();
        backend.network_type.get_or_insert_with(|| NETWORK_V1.to_owned());
        backend.version.get_or_insert_with(|| "latest".to_owned());
        backend.other.entry("req_protocol").or_insert(json!("HTTPS"));
        backend.other.insert("id".to_owned(), json!(new_id()));
        for name in ["register_time", "update_time", "status"] {
            backend.other.insert(name.to_owned(), times[name].clone());
        }
    }
    api
}

fn complete_parameters(other: &mut Map<String, Value>) {
    let parameters = other.get_mut("req_params").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
        let in_path = parameter.get("location").is_some_and(|location| location == "PATH");
        let defaults = json!({
            "id": new_id(), "valid_enable": 2, "required": if in_path { 1 } else { 2 }, "pass_through": 1
        });
        for (name, value) in defaults.as_object().into_iter().flatten() {
            parameter.entry(name).or_insert(value.clone());
        }
    }
}

/// What an answer says of the group of an API.
pub(super) fn group_info(record: &GroupRecord) -> Value {
    let group = &record.group;
    json!({
        "id": group.id, "name": group.name, "status": 1, "sl_domain": group.sl_domain, "on_sell_status": 2,
        "register_time": group.register_time, "update_time": group.update_time, "url_domains": [],
    })
}
