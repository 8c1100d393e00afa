//! Published APIs in the short form in which bindings list them.

use super::group;
use super::refusal::Refusal;
use super::vpc::members;
use crate::local::store::Read;
use crate::local::store::Reader;
use crate::local::store::records::{PUBLICATIONS, PublicationRecord};
use serde_json::{Map, Value, json};

/// An API in short.
pub(super) type Outline = Map<String, Value>;

/// Which publications are meant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope<'a> {
    /// In this environment.
    pub(super) env_id: Option<&'a str>,
    /// Of this group.
    pub(super) group_id: Option<&'a str>,
    /// Of this API.
    pub(super) api_id: Option<&'a str>,
    /// With this in the API's name.
    pub(super) api_name: Option<&'a str>,
}

impl Scope<'_> {
    fn holds(&self, record: &PublicationRecord) -> bool {
        let is = |asked: Option<&str>, found: &str| asked.is_none_or(|asked| asked == found);
        is(self.env_id, &record.publication.env_id)
            && is(self.group_id, &record.api.group_id)
            && is(self.api_id, &record.api.id)
            && group::fits("api_name", self.api_name, None, &record.api.name)
    }
}

/// What is published on the gateway within `scope`, each with its short form.
pub(super) fn published(
    reader: &Reader,
    instance_id: &str,
    scope: Scope<'_>,
) -> Result<Vec<(PublicationRecord, Outline)>, Refusal> {
    let mut records = reader.scan(&PUBLICATIONS, "")?;
    records.retain(|record| record.instance_id == instance_id && scope.holds(record));
    records.sort_by(|a, b| a.publication.publish_time.cmp(&b.publication.publish_time));
    let mut all = Vec::new();
    for record in records {
        let group = group::find(reader, instance_id, &record.api.group_id)?;
        let outline = outline(&record, &group.group.name);
        all.push((record, outline));
    }
    Ok(all)
}

fn outline(record: &PublicationRecord, group_name: &str) -> Outline {
    let PublicationRecord {
        publication,
        api,
        env_name,
        ..
    } = record;
    members(json!({
        "id": api.id, "name": api.name, "type": api.kind, "remark": api.remark, "auth_type": api.auth_type,
        "req_uri": api.req_uri, "req_method": api.req_method, "group_id": api.group_id, "group_name": group_name,
        "run_env_id": publication.env_id, "run_env_name": env_name, "publish_id": publication.publish_id, "tags": [],
    }))
}
