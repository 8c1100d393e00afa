//! Functions: create, list, show, configure. Their code is in [`super::function_code`], their versions in
//! [`super::function_version`], their end in [`super::function_deletion`].

use super::super::Context;
use super::function_code::{self, Sent};
use super::refusal::Refusal;
use super::request::{Answered, Call};
use super::{clock, configuration, function_rules, page};
use crate::codes::functiongraph::{
    ALIAS_NOT_FOUND, CONCURRENCY, FUNCTION_EXISTS, FUNCTION_NAME, FUNCTION_NOT_FOUND, FUNCTION_QUOTA,
    INVALID_PARAMETER, PACKAGE, RUNTIME, VERSION_NOT_FOUND,
};
use crate::local::store::Read;
use crate::local::store::records::{FUNCTION_ALIASES, FUNCTION_VERSIONS, FUNCTIONS, FunctionRecord, function_key};
use crate::wire::function::{
    CreateFunction, Function, FunctionList, ListFunctions, NewFunction, ShowFunctionConfig, StrategyConfig,
    UpdateFunctionConfig, UpdateFunctionMaxInstanceConfig, V2,
};
use crate::wire::function_alias::Alias;
use crate::wire::function_version::LATEST;
use crate::wire::urn::DEFAULT_PACKAGE;
use crate::wire::{FunctionUrn, rule, runtime};
use serde_json::Value;

/// How many functions an account may have.
pub(super) const QUOTA: usize = 400;

/// Members that UpdateFunctionConfig does not answer, besides those with a field of their own.
const NOT_AFTER_UPDATE: &[&str] = &[
    "depend_list",
    "gpu_type",
    "heartbeat_handler",
    "enable_class_isolation",
    "allow_ephemeral_storage",
    "apig_route_enable",
    "is_bridge_function",
    "reserved_instance_idle_mode",
    "code_encrypt_kms_key_id",
];

/// Members that UpdateFunctionMaxInstanceConfig does not answer, besides those with a field of their own.
const NOT_AFTER_LIMIT: &[&str] = &[
    "func_id",
    "resource_id",
    "ephemeral_storage",
    "custom_image",
    "enable_lts_log",
    "gpu_memory",
    "gpu_type",
];

/// Members of a function that lists have, besides those with a field of their own.
const LISTED: &[&str] = &[
    "resource_id",
    "domain_id",
    "namespace",
    "project_name",
    "gpu_memory",
    "cpu",
    "code_url",
    "code_filename",
    "image_name",
    "xrole",
    "app_xrole",
    "extend_config",
    "initializer_handler",
    "initializer_timeout",
    "pre_stop_handler",
    "pre_stop_timeout",
    "long_time",
    "log_group_id",
    "log_stream_id",
    "is_bridge_function",
];

/// A function that a URN names.
pub(super) struct Found {
    /// Its key in [`FUNCTIONS`].
    pub(super) key: String,
    /// The version that the URN means.
    pub(super) version: String,
    /// The alias, if the URN names one.
    pub(super) alias: Option<Alias>,
    /// That version.
    pub(super) record: FunctionRecord,
}

impl Found {
    /// What stands for the version or the alias in keys: nothing for the editable copy.
    pub(super) fn qualifier(&self) -> Option<String> {
        match &self.alias {
            Some(alias) => Some(format!("!{}", alias.name)),
            None => Some(self.version.clone()).filter(|version| version != LATEST),
        }
    }
}

/// The function that `urn` names, as its version or alias is.
///
/// # Errors
/// 404 `FSS.1051`, `FSS.1052` or `FSS.1053`.
pub(super) fn find(context: &Context, view: &impl Read, urn: &FunctionUrn) -> Result<Found, Refusal> {
    let account = &context.account;
    let key = function_key(&urn.package, &urn.name);
    let record = match urn.region == account.region && urn.project_id == account.project_id {
        true => view.get(&FUNCTIONS, &key)?,
        false => None,
    };
    let record = record.ok_or_else(|| Refusal::because(FUNCTION_NOT_FOUND, format!("`{urn}`")))?;
    let alias = match urn
        .qualifier
        .as_deref()
        .and_then(|qualifier| qualifier.strip_prefix('!'))
    {
        None => None,
        Some(name) => Some(
            view.get(&FUNCTION_ALIASES, &format!("{key}:{name}"))?
                .ok_or_else(|| Refusal::because(ALIAS_NOT_FOUND, format!("`{name}`")))?,
        ),
    };
    let named = alias
        .as_ref()
        .map(|alias| alias.version.as_str())
        .or(urn.qualifier.as_deref());
    let version = named.unwrap_or(LATEST).to_owned();
    let record = match version.as_str() {
        LATEST => record,
        version => view
            .get(&FUNCTION_VERSIONS, &format!("{key}:{version}"))?
            .ok_or_else(|| Refusal::because(VERSION_NOT_FOUND, format!("`{version}`")))?,
    };
    Ok(Found {
        key,
        version,
        alias,
        record,
    })
}

/// The editable copy of the function that `urn` names.
///
/// # Errors
/// As [`find`]; 400 `FSS.0400` for a published version, which never changes.
pub(super) fn editable(
    context: &Context,
    view: &impl Read,
    urn: &FunctionUrn,
) -> Result<(String, FunctionRecord), Refusal> {
    let found = find(context, view, urn)?;
    if found.version != LATEST {
        let detail = format!("the version `{}` is published and cannot be changed", found.version);
        return Err(Refusal::because(INVALID_PARAMETER, detail));
    }
    Ok((found.key, found.record))
}

/// CreateFunction.
pub(super) async fn create(call: Call, input: CreateFunction) -> Result<Function, Refusal> {
    let mut new = input.body;
    if new.package.is_empty() {
        new.package = DEFAULT_PACKAGE.to_owned();
    }
    check(&call.context, &new)?;
    let key = function_key(&new.package, &new.func_name);
    let mut sent = Sent::of_creation(&mut new);
    sent.check()?;
    call.context.store.read(|reader| absent(reader, &key))?;
    let arrived = sent.arrive(&call).await?;
    let now = call.now;
    call.blocking(move |context| {
        let code = sent.code(arrived)?;
        let mut record = configuration::create(context, &new, now)?;
        function_code::put(context, &mut record, &sent, &code, now)?;
        let dependencies = new.depend_version_list.unwrap_or_default();
        context.store.write(|writer| {
            absent(writer, &key)?;
            function_code::attach(writer, &mut record.function, dependencies)?;
            writer.put(&FUNCTIONS, &key, &record)?;
            Ok(configuration::shown(context, record.function))
        })
    })
    .await
}

/// The rules of a creation, in the service's order, but for those of the code.
fn check(context: &Context, new: &NewFunction) -> Result<(), Refusal> {
    rule::function_name(&new.func_name).map_err(|broken| Refusal::because(FUNCTION_NAME, broken))?;
    rule::function_name(&new.package).map_err(|broken| {
        let detail = format!(
            "package `{}`: {} (the rule: {})",
            new.package, broken.fault, broken.rule
        );
        Refusal::because(PACKAGE, detail)
    })?;
    rule::runtime(&new.runtime).map_err(|broken| Refusal::because(RUNTIME, broken))?;
    let kind = new.kind.as_deref().unwrap_or(V2);
    if !matches!(kind, "v1" | V2) {
        return Err(Refusal::because(
            INVALID_PARAMETER,
            format!("type `{kind}` is neither v1 nor v2"),
        ));
    }
    if new.runtime == runtime::HTTP && kind != V2 {
        return Err(Refusal::because(
            INVALID_PARAMETER,
            "an HTTP function needs the type v2",
        ));
    }
    function_rules::check(context, &new.runtime, new)
}

fn absent(view: &impl Read, key: &str) -> Result<(), Refusal> {
    if view.get(&FUNCTIONS, key)?.is_some() {
        return Err(Refusal::because(FUNCTION_EXISTS, format!("`{key}`")));
    }
    if view.count(&FUNCTIONS)? >= QUOTA {
        return Err(Refusal::because(FUNCTION_QUOTA, format!("{QUOTA} functions")));
    }
    Ok(())
}

/// ListFunctions. The filters are about what a record's key says, so only the page itself is read.
pub(super) async fn list(call: Call, input: ListFunctions) -> Result<Answered<FunctionList>, Refusal> {
    let package = input.package_name.as_deref().filter(|package| !package.is_empty());
    let wanted = |key: &str| {
        let (own, name) = key.split_once(':').unwrap_or_default();
        let named = input.func_name.as_deref().is_none_or(|part| name.contains(part));
        named && package.is_none_or(|package| own == package)
    };
    let is_filtered = package.is_some() || input.func_name.is_some();
    let wanted = is_filtered.then_some(&wanted as &dyn Fn(&str) -> bool);
    let text = |record: FunctionRecord| {
        let text = serde_json::to_string(&listed(record.function));
        text.map_err(|error| Refusal::Internal(error.to_string()))
    };
    let window = page::window(input.marker.as_deref(), input.maxitems.as_deref())?;
    let from = window.start;
    let store = &call.context.store;
    let (functions, total) = store.read(|reader| reader.texts(&FUNCTIONS, wanted, window, text))?;
    let number = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
    let output = FunctionList {
        next_marker: number(from + functions.len()),
        count: Some(number(total)),
        functions: Vec::new(),
    };
    let (items, next, count) = (functions.join(","), output.next_marker, total);
    Ok(Answered {
        output,
        headers: vec![("content-type", "application/json".to_owned())],
        text: Some(format!(
            r#"{{"functions":[{items}],"next_marker":{next},"count":{count}}}"#
        )),
    })
}

/// `function` as lists hold it.
pub(super) fn listed(mut function: Function) -> Function {
    let vpc_id = function.other.get("func_vpc").map(|vpc| vpc["vpc_id"].clone());
    function.other.retain(|name, _| LISTED.contains(&name.as_str()));
    let vpc_id = vpc_id.filter(Value::is_string).unwrap_or_else(|| "".into());
    function.other.insert("func_vpc_id".to_owned(), vpc_id);
    function.other.insert("fail_count".to_owned(), 0.into());
    function.depend_version_list = None;
    function.network_controller = None;
    function
}

/// ShowFunctionConfig.
pub(super) async fn show(call: Call, input: ShowFunctionConfig) -> Result<Function, Refusal> {
    let context = &call.context;
    let found = context
        .store
        .read(|reader| find(context, reader, &input.function_urn))?;
    Ok(configuration::shown(context, found.record.function))
}

/// UpdateFunctionConfig.
pub(super) async fn update(call: Call, input: UpdateFunctionConfig) -> Result<Function, Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (key, record) = editable(context, writer, &input.function_urn)?;
            let record = configuration::update(context, &record, &input.body, now)?;
            writer.put(&FUNCTIONS, &key, &record)?;
            let function = configuration::shown(context, record.function);
            Ok(without(function, NOT_AFTER_UPDATE))
        })
    })
    .await
}

/// `function` without the `members` that an answer leaves out.
fn without(mut function: Function, members: &[&str]) -> Function {
    function.network_controller = None;
    function.depend_version_list = None;
    function.other.retain(|name, _| !members.contains(&name.as_str()));
    function
}

/// UpdateFunctionMaxInstanceConfig.
pub(super) async fn limit_instances(call: Call, input: UpdateFunctionMaxInstanceConfig) -> Result<Function, Refusal> {
    let now = call.now;
    let instances = input.body.max_instance_num;
    rule::max_instances(instances).map_err(|broken| Refusal::because(CONCURRENCY, broken))?;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (key, mut record) = editable(context, writer, &input.function_urn)?;
            let function = &mut record.function;
            if function.kind != V2 {
                return Err(Refusal::because(
                    INVALID_PARAMETER,
                    "only functions of type v2 are limited",
                ));
            }
            function.strategy_config = Some(StrategyConfig {
                concurrency: Some(instances),
                ..function.strategy_config.take().unwrap_or_default()
            });
            function.last_modified = clock::with_offset(now);
            writer.put(&FUNCTIONS, &key, &record)?;
            Ok(without(configuration::shown(context, record.function), NOT_AFTER_LIMIT))
        })
    })
    .await
}
