//! Dependencies: numbered versions, each an archive with an id of its own.

use super::super::Context;
use super::fetch::fetch;
use super::identity::new_uuid;
use super::refusal::Refusal;
use super::request::Call;
use super::{archive, download, page};
use crate::codes::functiongraph::{
    DEPENDENCY_IN_USE, DEPENDENCY_NOT_FOUND, DEPENDENCY_PACKAGE, DEPENDENCY_TYPE, DESCRIPTION, INVALID_PARAMETER,
    RUNTIME, TOO_LARGE,
};
use crate::local::store::Read;
use crate::local::store::records::{DEPENDENCY_VERSIONS, DependencyVersionRecord, FUNCTION_VERSIONS, FUNCTIONS};
use crate::wire::dependency::{
    CreateDependencyVersion, DeleteDependencyVersion, Dependency, DependencyList, ListDependencies,
    ListDependencyVersion, NewDependencyVersion, PRIVATE, ShowDependencyVersion,
};
use crate::wire::rule;
use jiff::Timestamp;
use md5::{Digest, Md5};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// CreateDependencyVersion: version 1 of a new dependency, or the next version of the one of this name.
pub(super) async fn create(call: Call, input: CreateDependencyVersion) -> Result<Dependency, Refusal> {
    let mut new = input.body;
    check(&new)?;
    let fetched = match new.depend_type.as_str() {
        "obs" => Some(fetch(new.depend_link.as_deref().unwrap_or_default()).await?),
        _ => None,
    };
    let (now, origin) = (call.now, call.origin.clone());
    call.blocking(move |context| {
        let bytes = match (fetched, new.depend_file.take()) {
            (Some(bytes), _) => bytes,
            (None, file) => uploaded(&file.unwrap_or_default())?,
        };
        readable(&bytes)?;
        let mut record = record(context, new, &bytes, now)?;
        context.store.write(|writer| {
            number(&mut record.version, writer)?;
            writer.put(&DEPENDENCY_VERSIONS, &record.version.id, &record)?;
            Ok(shown(context, record, &origin, now))
        })
    })
    .await
}

fn check(new: &NewDependencyVersion) -> Result<(), Refusal> {
    rule::dependency_name(&new.name).map_err(|broken| Refusal::because(INVALID_PARAMETER, broken))?;
    rule::runtime(&new.runtime).map_err(|broken| Refusal::because(RUNTIME, broken))?;
    rule::description(new.description.as_deref().unwrap_or_default())
        .map_err(|broken| Refusal::because(DESCRIPTION, broken))?;
    let (what, value) = match new.depend_type.as_str() {
        "zip" => ("depend_file", &new.depend_file),
        "obs" => ("depend_link", &new.depend_link),
        other => {
            return Err(Refusal::because(
                DEPENDENCY_TYPE,
                format!("`{other}` is neither zip nor obs"),
            ));
        }
    };
    match value.as_deref().unwrap_or_default() {
        "" => Err(Refusal::because(INVALID_PARAMETER, format!("`{what}` is missing"))),
        _ => Ok(()),
    }
}

fn uploaded(text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = archive::decode(text).map_err(|fault| Refusal::because(DEPENDENCY_PACKAGE, fault))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > rule::DEPENDENCY_API_LIMIT {
        let detail = format!("{} bytes, more than {}", bytes.len(), rule::DEPENDENCY_API_LIMIT);
        return Err(Refusal::because(TOO_LARGE, detail));
    }
    Ok(bytes)
}

fn readable(bytes: &[u8]) -> Result<(), Refusal> {
    let names = archive::names(bytes).map_err(|fault| Refusal::because(DEPENDENCY_PACKAGE, fault))?;
    if names.len() > rule::DEPENDENCY_FILES {
        let detail = format!("{} files, more than {}", names.len(), rule::DEPENDENCY_FILES);
        return Err(Refusal::because(DEPENDENCY_PACKAGE, detail));
    }
    match names.iter().find(|name| name.ends_with('~')) {
        Some(name) => Err(Refusal::because(
            DEPENDENCY_PACKAGE,
            format!("the file name `{name}` ends with `~`"),
        )),
        None => Ok(()),
    }
}

/// Keeps the archive and describes it, but for its number.
fn record(
    context: &Context,
    new: NewDependencyVersion,
    bytes: &[u8],
    now: Timestamp,
) -> Result<DependencyVersionRecord, Refusal> {
    let etag = Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let version = Dependency {
        id: new_uuid(),
        dep_id: new_uuid(),
        owner: context.account.domain_id.clone(),
        runtime: new.runtime,
        etag,
        size: page::count(bytes.len()),
        file_name: format!("{}.zip", new.name),
        name: new.name,
        description: new.description.unwrap_or_default(),
        version: 1,
        last_modified: now.as_second(),
        ..Dependency::default()
    };
    let blob = context.store.keep(bytes)?;
    Ok(DependencyVersionRecord { version, blob })
}

/// Makes `version` the next one of the dependency of its name, if there is one.
fn number(version: &mut Dependency, view: &impl Read) -> Result<(), Refusal> {
    let newest = view
        .scan(&DEPENDENCY_VERSIONS, "")?
        .into_iter()
        .map(|record| record.version)
        .filter(|other| other.name == version.name)
        .max_by_key(|other| other.version);
    if let Some(newest) = newest {
        version.dep_id = newest.dep_id;
        version.version = newest.version + 1;
    }
    Ok(())
}

/// A version as it is answered, with links that work for a while.
fn shown(context: &Context, record: DependencyVersionRecord, origin: &str, now: Timestamp) -> Dependency {
    let link = download::link(context, origin, &record.blob, now);
    let mut version = record.version;
    version.other.insert("download_link".to_owned(), link.clone().into());
    version.other.insert("is_shared".to_owned(), false.into());
    version.link = link;
    version
}

/// The versions of the dependency `depend_id`, newest first.
///
/// # Errors
/// 404 `FSS.1056` when it has none.
fn versions(view: &impl Read, depend_id: &str) -> Result<Vec<DependencyVersionRecord>, Refusal> {
    let mut records = view.scan(&DEPENDENCY_VERSIONS, "")?;
    records.retain(|record| record.version.dep_id == depend_id);
    if records.is_empty() {
        return Err(Refusal::because(DEPENDENCY_NOT_FOUND, format!("`{depend_id}`")));
    }
    records.sort_by_key(|record| Reverse(record.version.version));
    Ok(records)
}

fn find(view: &impl Read, depend_id: &str, version: &str) -> Result<DependencyVersionRecord, Refusal> {
    let number: Option<i64> = version.parse().ok();
    versions(view, depend_id)?
        .into_iter()
        .find(|record| Some(record.version.version) == number)
        .ok_or_else(|| Refusal::because(DEPENDENCY_NOT_FOUND, format!("version `{version}` of `{depend_id}`")))
}

/// ListDependencies: the newest version of each, under the dependency's id.
pub(super) async fn list(call: Call, input: ListDependencies) -> Result<DependencyList, Refusal> {
    if let Some(runtime) = input.runtime.as_deref().filter(|runtime| !runtime.is_empty()) {
        rule::runtime(runtime).map_err(|broken| Refusal::because(RUNTIME, broken))?;
    }
    let own = match input.dependency_type.as_deref() {
        None | Some("" | "all" | PRIVATE) => true,
        Some("public") => false,
        Some(other) => {
            let detail = format!("dependency_type `{other}` is not public, private or all");
            return Err(Refusal::because(INVALID_PARAMETER, detail));
        }
    };
    let context = &call.context;
    let mut newest: BTreeMap<String, DependencyVersionRecord> = BTreeMap::new();
    let records = context.store.read(|reader| reader.scan(&DEPENDENCY_VERSIONS, ""))?;
    for record in records.into_iter().filter(|_| own) {
        let known = newest.get(&record.version.name);
        if known.is_none_or(|known| known.version.version < record.version.version) {
            newest.insert(record.version.name.clone(), record);
        }
    }
    let asked = |value: &Option<String>, own: &str| value.as_ref().is_none_or(|v| v.is_empty() || v == own);
    let dependencies = newest
        .into_values()
        .filter(|record| asked(&input.name, &record.version.name) && asked(&input.runtime, &record.version.runtime))
        .map(|record| as_dependency(shown(context, record, &call.origin, call.now)))
        .collect();
    let limit = input.limit.or(input.maxitems);
    listed(dependencies, input.marker.as_deref(), limit.as_deref())
}

/// The dependency of which `version` is the newest version.
fn as_dependency(mut version: Dependency) -> Dependency {
    version.id = std::mem::take(&mut version.dep_id);
    version.other.clear();
    version
}

fn listed(dependencies: Vec<Dependency>, marker: Option<&str>, limit: Option<&str>) -> Result<DependencyList, Refusal> {
    let page = page::by_marker(dependencies, marker, limit)?;
    Ok(DependencyList {
        dependencies: page.items,
        next_marker: u64::try_from(page.next).unwrap_or(u64::MAX),
        count: u64::try_from(page.total).ok(),
    })
}

/// ListDependencyVersion.
pub(super) async fn list_versions(call: Call, input: ListDependencyVersion) -> Result<DependencyList, Refusal> {
    let context = &call.context;
    let records = context.store.read(|reader| versions(reader, &input.depend_id))?;
    let versions = records
        .into_iter()
        .map(|record| shown(context, record, &call.origin, call.now))
        .collect();
    listed(versions, input.marker.as_deref(), input.maxitems.as_deref())
}

/// ShowDependencyVersion.
pub(super) async fn show(call: Call, input: ShowDependencyVersion) -> Result<Dependency, Refusal> {
    let context = &call.context;
    let record = context
        .store
        .read(|reader| find(reader, &input.depend_id, &input.version))?;
    Ok(shown(context, record, &call.origin, call.now))
}

/// DeleteDependencyVersion. A dependency is its versions: with the last one it is gone.
pub(super) async fn delete(call: Call, input: DeleteDependencyVersion) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let id = find(writer, &input.depend_id, &input.version)?.version.id;
            let functions = writer.scan(&FUNCTIONS, "")?;
            let versions = writer.scan(&FUNCTION_VERSIONS, "")?;
            let users: BTreeSet<String> = functions
                .into_iter()
                .chain(versions)
                .map(|record| record.function)
                .filter(|function| function.depend_version_list.iter().flatten().any(|used| *used == id))
                .map(|function| function.func_name)
                .collect();
            if !users.is_empty() {
                return Err(Refusal::because(
                    DEPENDENCY_IN_USE,
                    format!("by {}", Vec::from_iter(users).join(", ")),
                ));
            }
            Ok(writer.remove(&DEPENDENCY_VERSIONS, &id)?)
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{Refusal, rule, uploaded};

    #[test]
    fn an_upload_of_forty_megabytes_fits_and_one_byte_more_does_not() {
        let fits = usize::try_from(rule::DEPENDENCY_API_LIMIT).unwrap();
        let encoded = |bytes: usize| super::super::tests::base64(&vec![0; bytes]);
        assert_eq!(uploaded(&encoded(fits)).unwrap().len(), fits);
        let refusal = uploaded(&encoded(fits + 1)).unwrap_err();
        assert!(matches!(
            refusal,
            Refusal::Coded {
                code: "FSS.0413",
                status: 413,
                ..
            }
        ));
    }
}
