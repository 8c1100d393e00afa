//! Versions of functions: the editable copy as it was, code and configuration, kept for ever.

use super::super::Context;
use super::refusal::Refusal;
use super::request::Call;
use super::{clock, configuration, function, page};
use crate::codes::functiongraph::{
    ALIAS_QUOTA, DESCRIPTION, INVALID_PARAMETER, NOTHING_CHANGED, VERSION_EXISTS, VERSION_NAME,
};
use crate::local::store::records::{FUNCTION_VERSIONS, FUNCTIONS, FunctionRecord};
use crate::local::store::{Read, Writer};
use crate::wire::function::Function;
use crate::wire::function_version::{CreateFunctionVersion, LATEST, ListFunctionVersions, NewVersion, VersionList};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::fs;

/// How many versions a function may have, `latest` among them. By which code the service refuses one more is not
/// known; the local cloud takes that of aliases.
const QUOTA: usize = 20;
/// Members that differ between a version and the copy that it was made of.
const OWN: &[&str] = &[
    "func_urn",
    "version",
    "version_description",
    "last_modified",
    "image_name",
];

/// CreateFunctionVersion.
pub(super) async fn create(call: Call, input: CreateFunctionVersion) -> Result<Function, Refusal> {
    let (urn, new) = (input.function_urn, input.body);
    let version = new.version.clone().filter(|version| !version.is_empty());
    let version = version.unwrap_or_else(|| clock::version_name(call.now));
    rule::version_name(&version).map_err(|broken| Refusal::because(VERSION_NAME, broken))?;
    rule::description(new.description.as_deref().unwrap_or_default())
        .map_err(|broken| Refusal::because(DESCRIPTION, broken))?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (key, latest) = function::editable(context, writer, &urn)?;
            guard(context, &latest, new.digest.as_deref())?;
            room(writer, &key, &version, &latest)?;
            let record = published(latest, &urn.qualified(&version), &new, now);
            writer.put(&FUNCTION_VERSIONS, &format!("{key}:{version}"), &record)?;
            Ok(configuration::shown(context, record.function))
        })
    })
    .await
}

/// Refuses where the code is not what the caller thinks it is.
fn guard(context: &Context, latest: &FunctionRecord, digest: Option<&str>) -> Result<(), Refusal> {
    let Some(digest) = digest.filter(|digest| !digest.is_empty()) else {
        return Ok(());
    };
    let archive = fs::read(context.store.blob(&latest.blob)).map_err(|error| Refusal::Internal(error.to_string()))?;
    let md5: String = Md5::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest.eq_ignore_ascii_case(&md5) {
        return Ok(());
    }
    let detail = format!("the code's MD5 is {md5}, not `{digest}`");
    Err(Refusal::because(INVALID_PARAMETER, detail))
}

/// Refuses a version that cannot be had.
fn room(writer: &Writer, key: &str, version: &str, latest: &FunctionRecord) -> Result<(), Refusal> {
    let versions = writer.scan(&FUNCTION_VERSIONS, &format!("{key}:"))?;
    if versions.iter().any(|record| record.function.version == version) {
        return Err(Refusal::because(VERSION_EXISTS, format!("`{version}`")));
    }
    let newest = versions.iter().max_by_key(|record| record.published_at);
    if let Some(newest) = newest.filter(|newest| same(newest, latest)) {
        let detail = format!("`{}`", newest.function.version);
        return Err(Refusal::because(NOTHING_CHANGED, detail));
    }
    if versions.len() + 1 >= QUOTA {
        let detail = format!("{QUOTA} versions, latest among them");
        return Err(Refusal::because(ALIAS_QUOTA, detail));
    }
    Ok(())
}

/// Whether both have the same code and configuration.
fn same(one: &FunctionRecord, other: &FunctionRecord) -> bool {
    let content = |record: &FunctionRecord| {
        let mut function = json!(record.function);
        if let Some(members) = function.as_object_mut() {
            members.retain(|name, _| !OWN.contains(&name.as_str()));
        }
        function
    };
    one.blob == other.blob && one.encrypted_user_data == other.encrypted_user_data && content(one) == content(other)
}

fn published(mut record: FunctionRecord, urn: &FunctionUrn, new: &NewVersion, now: Timestamp) -> FunctionRecord {
    record.published_at = now.as_millisecond();
    let function = &mut record.function;
    function.func_urn = urn.to_string();
    function.version = urn.qualifier.clone().unwrap_or_default();
    function.last_modified = clock::with_offset(now);
    let description = new.description.clone().unwrap_or_default();
    function
        .other
        .insert("version_description".to_owned(), description.into());
    record
}

/// ListFunctionVersions: the editable copy, then the newest first.
pub(super) async fn list(call: Call, input: ListFunctionVersions) -> Result<VersionList, Refusal> {
    let context = &call.context;
    let records = context.store.read(|reader| {
        let key = function::find(context, reader, &input.function_urn)?.key;
        let mut versions = reader.scan(&FUNCTION_VERSIONS, &format!("{key}:"))?;
        versions.sort_by_key(|record| Reverse(record.published_at));
        let latest = reader.get(&FUNCTIONS, &key)?;
        Ok::<_, Refusal>(latest.into_iter().chain(versions).collect::<Vec<_>>())
    })?;
    let versions = records.into_iter().map(|record| listed(record.function)).collect();
    let page = page::by_marker(versions, input.marker.as_deref(), input.maxitems.as_deref())?;
    Ok(VersionList {
        next_marker: u64::try_from(page.next).unwrap_or(u64::MAX),
        count: u64::try_from(page.total).ok(),
        versions: page.items,
    })
}

/// A version as lists hold it: flat, and with members that no other answer has.
fn listed(version: Function) -> Function {
    let member = |name: &str| version.other.get(name).cloned();
    let told = [
        "custom_image",
        "version_description",
        "reserved_instance_idle_mode",
        "enable_dynamic_memory",
    ];
    let told: Vec<(&str, Option<Value>)> = told.into_iter().map(|name| (name, member(name))).collect();
    let strategy = version.strategy_config.clone().unwrap_or_default();
    let mut item = function::listed(version);
    for (name, value) in told {
        item.other.extend(value.map(|value| (name.to_owned(), value)));
    }
    item.other.remove("fail_count");
    item.other.insert("concurrency".to_owned(), json!(strategy.concurrency));
    item.other
        .insert("concurrent_num".to_owned(), json!(strategy.concurrent_num));
    item
}

/// Whether `version` is one of the function `key`, or its editable copy.
pub(super) fn exists(view: &impl Read, key: &str, version: &str) -> Result<bool, Refusal> {
    Ok(version == LATEST || view.get(&FUNCTION_VERSIONS, &format!("{key}:{version}"))?.is_some())
}
