//! Publications: the definition of an API as it runs in an environment, apart from the one that is edited.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{api, api_version, environment, gateway_status, group};
use crate::codes::apig::{PARAMETER_MISSING, PARAMETER_VALUE, PUBLICATION_NOT_FOUND};
use crate::local::store::records::{ApiRecord, PUBLICATIONS, PublicationRecord};
use crate::local::store::{Read, Writer};
use crate::wire::api::{Api, OFFLINE, ONLINE, Publication, PublishAction, PublishApi};
use crate::wire::environment::Environment;
use jiff::Timestamp;

/// The longest remark, in characters.
const REMARK: usize = 255;

/// The key in [`PUBLICATIONS`] of an API in an environment.
pub(super) fn key(api_id: &str, env_id: &str) -> String {
    format!("{api_id}:{env_id}")
}

/// Puts on `api` where it is published; an API that is published nowhere has none of these members.
pub(super) fn mark(view: &impl Read, api: &mut Api) -> Result<(), Refusal> {
    let records = view.scan(&PUBLICATIONS, &format!("{}:", api.id))?;
    let joined = |text: fn(&PublicationRecord) -> &str| {
        let all: Vec<&str> = records.iter().map(text).collect();
        (!all.is_empty()).then(|| all.join("|"))
    };
    api.run_env_name = joined(|record| &record.env_name);
    api.run_env_id = joined(|record| &record.publication.env_id);
    api.publish_id = joined(|record| &record.publication.publish_id);
    if let Some(times) = joined(|record| &record.publication.publish_time) {
        api.other.insert("publish_time".to_owned(), times.into());
    }
    Ok(())
}

/// Publishes the API of `record` in `environment`, in place of what ran there.
pub(super) fn put(
    writer: &Writer,
    record: &ApiRecord,
    environment: &Environment,
    (remark, now): (String, Timestamp),
) -> Result<Publication, Refusal> {
    let key = key(&record.api.id, &environment.id);
    let before: Option<PublicationRecord> = writer.get(&PUBLICATIONS, &key)?;
    let publication = Publication {
        publish_id: before.map_or_else(new_id, |before| before.publication.publish_id),
        api_id: record.api.id.clone(),
        api_name: record.api.name.clone(),
        env_id: environment.id.clone(),
        remark: Some(remark),
        publish_time: now.to_string(),
        version_id: new_id(),
    };
    let record = PublicationRecord {
        instance_id: record.instance_id.clone(),
        env_name: environment.name.clone(),
        publication: publication.clone(),
        api: record.api.clone(),
    };
    writer.put(&PUBLICATIONS, &key, &record)?;
    api_version::add(writer, &record, now)?;
    Ok(publication)
}

fn check(action: &PublishAction) -> Result<(), Refusal> {
    if !matches!(action.action.as_str(), ONLINE | OFFLINE) {
        let detail = format!("`{}` is neither {ONLINE} nor {OFFLINE}", action.action);
        return Err(Refusal::parameter(PARAMETER_VALUE, "action", detail));
    }
    for (name, value) in [("env_id", &action.env_id), ("api_id", &action.api_id)] {
        if value.is_empty() {
            return Err(Refusal::parameter(PARAMETER_MISSING, name, "it is empty"));
        }
    }
    group::remark(action.remark.as_deref(), REMARK)
}

/// CreateOrDeletePublishRecordForApiV2.
pub(super) async fn publish(call: Call, input: PublishApi) -> Result<Publication, Refusal> {
    let PublishApi { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            let record = api::find(writer, &instance_id, &body.api_id)?;
            let environment = environment::find(writer, &gateway, &body.env_id)?;
            if body.action == ONLINE {
                return put(
                    writer,
                    &record,
                    &environment,
                    (body.remark.clone().unwrap_or_default(), now),
                );
            }
            let key = key(&body.api_id, &body.env_id);
            let before = writer.get(&PUBLICATIONS, &key)?.ok_or_else(|| {
                let detail = format!("`{}` is not published in {}", record.api.name, environment.name);
                Refusal::because(PUBLICATION_NOT_FOUND, detail)
            })?;
            writer.remove(&PUBLICATIONS, &key)?;
            Ok(before.publication)
        })
    })
    .await
}
