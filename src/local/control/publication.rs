//! Publications: the definition of an API as it runs in an environment, apart from the one that is edited.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{api, api_version, belongings, environment, gateway_status, group};
use crate::codes::apig::{OUT_OF_RANGE, PARAMETER_MISSING, PARAMETER_VALUE, PUBLICATION_NOT_FOUND};
use crate::local::Context;
use crate::local::store::records::{APIS, ApiRecord, PUBLICATIONS, PublicationRecord, TRANSITIONS, TransitionRecord};
use crate::local::store::{Read, Writer};
use crate::wire::api::{Api, OFFLINE, ONLINE, Publication, PublishAction, PublishApi};
use crate::wire::api_publication::{BatchFailure, BatchOutcome, BatchPublication, BatchPublish, ShowRuntimeDefinition};
use crate::wire::environment::{Environment, RELEASE_ID};
use jiff::Timestamp;

/// The longest remark, in characters.
const REMARK: usize = 255;

/// How many APIs are published at once.
const BATCH: usize = 1000;

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

/// When what runs is changed, and how long until callers notice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// When.
    pub(super) now: Timestamp,
    /// In milliseconds.
    delay: i64,
}

impl Moment {
    /// `now`, on the local cloud of `context`.
    pub(super) fn of(context: &Context, now: Timestamp) -> Self {
        Self {
            now,
            delay: i64::try_from(context.behaviour.publish_delay.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// Puts `after` in place of `before` under `key`: a publication, or none.
pub(super) fn replace(
    writer: &Writer,
    key: &str,
    (before, after): (Option<PublicationRecord>, Option<&PublicationRecord>),
    moment: Moment,
) -> Result<(), Refusal> {
    let ended = before.as_ref().filter(|_| after.is_none());
    if let Some(before) = ended {
        belongings::of_publication(writer, &before.publication.publish_id)?;
    }
    if let Some(record) = after.or(before.as_ref()).filter(|_| moment.delay > 0) {
        let instance_id = record.instance_id.clone();
        delay(writer, key, (instance_id, before), moment)?;
    }
    match after {
        Some(record) => Ok(writer.put(&PUBLICATIONS, key, record)?),
        None => Ok(writer.remove(&PUBLICATIONS, key)?),
    }
}

/// Lets callers see `before`, or what they still see, until the delay is over.
fn delay(
    writer: &Writer,
    key: &str,
    (instance_id, before): (String, Option<PublicationRecord>),
    moment: Moment,
) -> Result<(), Refusal> {
    let now = moment.now.as_millisecond();
    let known: Option<TransitionRecord> = writer.get(&TRANSITIONS, key)?;
    let before = match known {
        Some(known) if known.until > now => known.before,
        _ => before,
    };
    let record = TransitionRecord {
        instance_id,
        key: key.to_owned(),
        before,
        until: now.saturating_add(moment.delay),
    };
    Ok(writer.put(&TRANSITIONS, key, &record)?)
}

/// Publishes the API of `record` in `environment`, in place of what ran there.
pub(super) fn put(
    writer: &Writer,
    record: &ApiRecord,
    environment: &Environment,
    (remark, moment): (String, Moment),
) -> Result<Publication, Refusal> {
    let key = key(&record.api.id, &environment.id);
    let before: Option<PublicationRecord> = writer.get(&PUBLICATIONS, &key)?;
    let publication = Publication {
        publish_id: before
            .as_ref()
            .map_or_else(new_id, |before| before.publication.publish_id.clone()),
        api_id: record.api.id.clone(),
        api_name: record.api.name.clone(),
        env_id: environment.id.clone(),
        remark: Some(remark),
        publish_time: moment.now.to_string(),
        version_id: new_id(),
    };
    let record = PublicationRecord {
        instance_id: record.instance_id.clone(),
        env_name: environment.name.clone(),
        publication: publication.clone(),
        api: record.api.clone(),
    };
    replace(writer, &key, (before, Some(&record)), moment)?;
    api_version::add(writer, &record, moment.now)?;
    Ok(publication)
}

fn check(action: &PublishAction) -> Result<(), Refusal> {
    check_action(&action.action)?;
    for (name, value) in [("env_id", &action.env_id), ("api_id", &action.api_id)] {
        if value.is_empty() {
            return Err(Refusal::parameter(PARAMETER_MISSING, name, "it is empty"));
        }
    }
    group::remark(action.remark.as_deref(), REMARK)
}

fn check_action(action: &str) -> Result<(), Refusal> {
    if matches!(action, ONLINE | OFFLINE) {
        return Ok(());
    }
    let detail = format!("`{action}` is neither {ONLINE} nor {OFFLINE}");
    Err(Refusal::parameter(PARAMETER_VALUE, "action", detail))
}

/// What to do with an API in an environment.
struct Work<'a> {
    action: &'a str,
    environment: &'a Environment,
    remark: Option<&'a str>,
    moment: Moment,
}

/// Publishes the API of `record`, or takes it offline.
///
/// # Errors
/// 404 `APIG.3015` when it is to go offline and is not published.
fn act(writer: &Writer, record: &ApiRecord, work: &Work<'_>) -> Result<Publication, Refusal> {
    if work.action == ONLINE {
        let remark = work.remark.unwrap_or_default().to_owned();
        return put(writer, record, work.environment, (remark, work.moment));
    }
    let key = key(&record.api.id, &work.environment.id);
    let before: PublicationRecord = writer
        .get(&PUBLICATIONS, &key)?
        .ok_or_else(|| not_published(&record.api, &work.environment.name))?;
    let publication = before.publication.clone();
    replace(writer, &key, (Some(before), None), work.moment)?;
    Ok(publication)
}

fn not_published(api: &Api, environment: &str) -> Refusal {
    let detail = format!("`{}` is not published in {environment}", api.name);
    Refusal::because(PUBLICATION_NOT_FOUND, detail)
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
            let work = Work {
                action: &body.action,
                environment: &environment::find(writer, &gateway, &body.env_id)?,
                remark: body.remark.as_deref(),
                moment: Moment::of(context, now),
            };
            act(writer, &record, &work)
        })
    })
    .await
}

/// BatchPublishOrOfflineApiV2. What cannot be done is told of each API by itself.
pub(super) async fn batch(call: Call, input: BatchPublish) -> Result<BatchOutcome, Refusal> {
    let BatchPublish {
        instance_id,
        action,
        body,
    } = input;
    let action = action.unwrap_or_else(|| ONLINE.to_owned());
    check_action(&action)?;
    check_batch(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            let work = Work {
                action: &action,
                environment: &environment::find(writer, &gateway, &body.env_id)?,
                remark: body.remark.as_deref(),
                moment: Moment::of(context, now),
            };
            let ids = chosen(writer, &instance_id, &body)?;
            let mut outcome = BatchOutcome {
                success: Vec::new(),
                failure: Vec::new(),
            };
            for id in ids {
                let done = api::find(writer, &instance_id, &id).and_then(|record| act(writer, &record, &work));
                match done {
                    Ok(publication) => outcome.success.push(publication),
                    Err(refusal) => outcome.failure.push(failure(writer, id, refusal)?),
                }
            }
            Ok(outcome)
        })
    })
    .await
}

fn check_batch(body: &BatchPublication) -> Result<(), Refusal> {
    if body.env_id.is_empty() {
        return Err(Refusal::parameter(PARAMETER_MISSING, "env_id", "it is empty"));
    }
    if body.apis.is_empty() && body.group_id.as_deref().unwrap_or_default().is_empty() {
        return Err(Refusal::parameter(PARAMETER_MISSING, "apis", "or group_id"));
    }
    if body.apis.len() > BATCH {
        let detail = format!("{} APIs, more than {BATCH}", body.apis.len());
        return Err(Refusal::because(OUT_OF_RANGE, detail));
    }
    group::remark(body.remark.as_deref(), REMARK)
}

/// The ids of the APIs that are meant.
fn chosen(writer: &Writer, instance_id: &str, body: &BatchPublication) -> Result<Vec<String>, Refusal> {
    let Some(group_id) = body.group_id.as_deref().filter(|_| body.apis.is_empty()) else {
        return Ok(body.apis.clone());
    };
    group::find(writer, instance_id, group_id)?;
    let mut records = writer.scan(&APIS, "")?;
    records.retain(|record| record.api.group_id == group_id);
    Ok(records.into_iter().map(|record| record.api.id).collect())
}

fn failure(writer: &Writer, api_id: String, refusal: Refusal) -> Result<BatchFailure, Refusal> {
    match refusal {
        Refusal::Coded { code, message, .. } => {
            let record: Option<ApiRecord> = writer.get(&APIS, &api_id)?;
            Ok(BatchFailure {
                api_name: record.map(|record| record.api.name),
                api_id,
                error_code: code.to_owned(),
                error_msg: message,
            })
        }
        internal @ Refusal::Internal(_) => Err(internal),
    }
}

/// ListApiRuntimeDefinitionV2.
pub(super) async fn runtime(call: Call, input: ShowRuntimeDefinition) -> Result<Api, Refusal> {
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let edited = api::find(reader, &input.instance_id, &input.api_id)?.api;
        let env_id = input
            .env_id
            .as_deref()
            .filter(|id| !id.is_empty())
            .unwrap_or(RELEASE_ID);
        let running: PublicationRecord = reader
            .get(&PUBLICATIONS, &key(&edited.id, env_id))?
            .ok_or_else(|| not_published(&edited, env_id))?;
        let group = group::find(reader, &input.instance_id, &running.api.group_id)?;
        let mut api = running.api;
        api.group_name = Some(group.group.name);
        api.run_env_id = Some(running.publication.env_id);
        api.run_env_name = Some(running.env_name);
        api.publish_id = Some(running.publication.publish_id);
        let sl_domain = group.group.sl_domain.into();
        api.other.insert("sl_domain".to_owned(), sl_domain);
        // The vendor's model of this answer has no backend.
        api.func_info = None;
        Ok(api)
    })
}
