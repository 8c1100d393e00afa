//! Versions of an API: what each publication made of it, and which of them runs.

use super::identity::new_id;
use super::publication::Moment;
use super::refusal::Refusal;
use super::request::Call;
use super::{api, api_definition, gateway_status, group, page, publication};
use crate::codes::apig::{PARAMETER_MISSING, VERSION_NOT_FOUND};
use crate::local::store::records::{API_VERSIONS, ApiVersionRecord, PUBLICATIONS, PublicationRecord};
use crate::local::store::{Read, Writer};
use crate::wire::api::{Api, Publication};
use crate::wire::api_version::{
    ApiVersion, ApiVersionList, ChangeApiVersion, DeleteApiByVersionId, IN_FORCE, ListApiVersionDetail,
    ListApiVersions, NOT_IN_FORCE,
};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;

/// How many versions an API keeps in each environment.
const KEPT: usize = 10;
/// Of a version's number, which is a time.
const NUMBER: &str = "%Y%m%d%H%M%S";

/// Versions are kept in the order of their numbers, which no two of an API share in an environment.
pub(super) fn key(version: &ApiVersion) -> String {
    format!("{}:{}:{}", version.api_id, version.env_id, version.version_no)
}

/// The versions of an API in an environment, or in all, the oldest of each first.
fn of(view: &impl Read, api_id: &str, env_id: Option<&str>) -> Result<Vec<ApiVersionRecord>, Refusal> {
    let prefix = match env_id {
        Some(env_id) => format!("{api_id}:{env_id}:"),
        None => format!("{api_id}:"),
    };
    Ok(view.scan(&API_VERSIONS, &prefix)?)
}

/// Keeps what `record` has just published at `now`, and forgets the oldest beyond those that are kept.
pub(super) fn add(writer: &Writer, record: &PublicationRecord, now: Timestamp) -> Result<(), Refusal> {
    let publication = &record.publication;
    let kept = of(writer, &publication.api_id, Some(&publication.env_id))?;
    let last = kept.last().map_or("", |record| record.version.version_no.as_str());
    let version = ApiVersion {
        version_id: publication.version_id.clone(),
        version_no: number(now, last),
        api_id: publication.api_id.clone(),
        env_id: publication.env_id.clone(),
        env_name: record.env_name.clone(),
        remark: publication.remark.clone(),
        publish_time: publication.publish_time.clone(),
        status: IN_FORCE,
    };
    for oldest in kept.iter().take((kept.len() + 1).saturating_sub(KEPT)) {
        writer.remove(&API_VERSIONS, &key(&oldest.version))?;
    }
    let record = ApiVersionRecord {
        instance_id: record.instance_id.clone(),
        version,
        api: record.api.clone(),
    };
    Ok(writer.put(&API_VERSIONS, &key(&record.version), &record)?)
}

/// The number of a version made at `now`, later than `last`.
fn number(now: Timestamp, last: &str) -> String {
    let mut time = now;
    loop {
        let number = time.strftime(NUMBER).to_string();
        if number.as_str() > last {
            return number;
        }
        time += SignedDuration::from_secs(1);
    }
}

/// The publication of `version`, if that is what runs.
fn running(view: &impl Read, version: &ApiVersion) -> Result<Option<PublicationRecord>, Refusal> {
    let key = publication::key(&version.api_id, &version.env_id);
    let running: Option<PublicationRecord> = view.get(&PUBLICATIONS, &key)?;
    Ok(running.filter(|record| record.publication.version_id == version.version_id))
}

/// The version `id` of the gateway.
///
/// # Errors
/// 404 `APIG.3022`.
fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<ApiVersionRecord, Refusal> {
    let found = view
        .scan(&API_VERSIONS, "")?
        .into_iter()
        .find(|record| record.instance_id == instance_id && record.version.version_id == id);
    found.ok_or_else(|| Refusal::because(VERSION_NOT_FOUND, format!("`{id}`")))
}

/// ListApiVersionsV2.
pub(super) async fn list(call: Call, input: ListApiVersions) -> Result<ApiVersionList, Refusal> {
    let mut versions = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        api::find(reader, &input.instance_id, &input.api_id)?;
        let mut versions = Vec::new();
        for record in of(reader, &input.api_id, input.env_id.as_deref())? {
            let mut version = record.version;
            version.status = match running(reader, &version)? {
                Some(_) => IN_FORCE,
                None => NOT_IN_FORCE,
            };
            versions.push(version);
        }
        Ok::<_, Refusal>(versions)
    })?;
    versions.retain(|version| input.env_name.as_ref().is_none_or(|name| version.env_name == *name));
    versions.sort_by_key(|version| Reverse(version.publish_time.parse::<Timestamp>().ok()));
    let page = page::by_offset(versions, input.offset, input.limit);
    Ok(ApiVersionList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        api_versions: page.items,
    })
}

/// ChangeApiVersionV2. What runs changes, the API that is edited does not. A version of an API that is offline is
/// published by it.
pub(super) async fn change(call: Call, input: ChangeApiVersion) -> Result<Publication, Refusal> {
    let id = input.body.version_id;
    if id.is_empty() {
        return Err(Refusal::parameter(PARAMETER_MISSING, "version_id", "it is empty"));
    }
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            api::find(writer, &input.instance_id, &input.api_id)?;
            let record = find(writer, &input.instance_id, &id)?;
            if record.version.api_id != input.api_id {
                let detail = format!("`{id}` is a version of another API");
                return Err(Refusal::because(VERSION_NOT_FOUND, detail));
            }
            put_in_force(writer, record, Moment::of(context, now))
        })
    })
    .await
}

fn put_in_force(writer: &Writer, record: ApiVersionRecord, moment: Moment) -> Result<Publication, Refusal> {
    let version = record.version;
    let key = publication::key(&version.api_id, &version.env_id);
    let before: Option<PublicationRecord> = writer.get(&PUBLICATIONS, &key)?;
    let publication = Publication {
        publish_id: before
            .as_ref()
            .map_or_else(new_id, |before| before.publication.publish_id.clone()),
        api_id: version.api_id,
        api_name: record.api.name.clone(),
        env_id: version.env_id,
        remark: version.remark,
        publish_time: version.publish_time,
        version_id: version.version_id,
    };
    let record = PublicationRecord {
        instance_id: record.instance_id,
        env_name: version.env_name,
        publication: publication.clone(),
        api: record.api,
    };
    publication::replace(writer, &key, (before, Some(&record)), moment)?;
    Ok(publication)
}

/// ListApiVersionDetailV2.
pub(super) async fn show(call: Call, input: ListApiVersionDetail) -> Result<Api, Refusal> {
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let ApiVersionRecord { version, mut api, .. } = find(reader, &input.instance_id, &input.version_id)?;
        if let Some(running) = running(reader, &version)? {
            api.publish_id = Some(running.publication.publish_id);
        }
        let group = group::find(reader, &input.instance_id, &api.group_id)?;
        api.group_name = Some(group.group.name.clone());
        api.run_env_id = Some(version.env_id);
        api.run_env_name = Some(version.env_name);
        let sl_domains = group.group.other.get("sl_domains").cloned().unwrap_or_default();
        for (name, value) in [
            ("publish_time", version.publish_time.into()),
            ("version_id", version.version_id.into()),
            ("api_group_info", api_definition::group_info(&group)),
            ("sl_domain", group.group.sl_domain.into()),
            ("sl_domains", sl_domains),
        ] {
            api.other.insert(name.to_owned(), value);
        }
        Ok(api)
    })
}

/// DeleteApiByVersionIdV2. A version that runs is taken offline.
pub(super) async fn delete(call: Call, input: DeleteApiByVersionId) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let version = find(writer, &input.instance_id, &input.version_id)?.version;
            if let Some(before) = running(writer, &version)? {
                let key = publication::key(&version.api_id, &version.env_id);
                publication::replace(writer, &key, (Some(before), None), Moment::of(context, now))?;
            }
            Ok(writer.remove(&API_VERSIONS, &key(&version))?)
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_number_is_the_time_and_later_than_the_last() {
        let now = "2020-08-03T09:36:00.9Z".parse().unwrap();
        for (last, expected) in [
            ("", "20200803093600"),
            ("20200803093559", "20200803093600"),
            ("20200803093600", "20200803093601"),
            ("20200803093959", "20200803094000"),
        ] {
            assert_eq!(number(now, last), expected, "{last}");
        }
    }
}
