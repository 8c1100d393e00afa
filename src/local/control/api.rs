//! APIs as they are edited. What runs is what was published: see [`super::publication`].

use super::api_definition::{self, backend_urn};
use super::refusal::Refusal;
use super::request::Call;
use super::{belongings, gateway_status, group, page, publication};
use crate::codes::apig::{API_NOT_FOUND, API_PUBLISHED, API_QUOTA, GROUP_API_QUOTA};
use crate::local::Context;
use crate::local::store::Read;
use crate::local::store::records::{APIS, ApiRecord, GATEWAYS, GatewayRecord, GroupRecord};
use crate::wire::api::{Api, ApiFunction, ApiList, CreateApi, DeleteApi, ListApis, ShowDetailsOfApi, UpdateApi};
use jiff::Timestamp;
use serde_json::Value;

/// How many APIs a gateway may have, by its edition.
const QUOTAS: &[(&str, usize)] = &[("BASIC", 250), ("PROFESSIONAL", 800), ("ENTERPRISE", 2000)];
/// How many one of the largest edition may have.
const LARGEST_QUOTA: usize = 8000;
/// How many a group may have.
const GROUP_QUOTA: usize = 1000;

/// The API `id` of the gateway.
///
/// # Errors
/// 404 `APIG.3002`.
pub(super) fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<ApiRecord, Refusal> {
    view.get(&APIS, id)?
        .filter(|record| record.instance_id == instance_id)
        .ok_or_else(|| Refusal::because(API_NOT_FOUND, format!("`{id}`")))
}

/// An API as it is answered: with its group, and where it is published.
pub(super) fn shown(view: &impl Read, record: ApiRecord, group: &GroupRecord) -> Result<Api, Refusal> {
    let mut api = record.api;
    publication::mark(view, &mut api)?;
    api.group_name = Some(group.group.name.clone());
    let info = api_definition::group_info(group);
    api.other.insert("api_group_info".to_owned(), info);
    Ok(api)
}

/// The record of the definition `sent` on the gateway, as [`api_definition::complete`] makes it.
///
/// # Errors
/// The group or the function does not exist.
fn defined(
    context: &Context,
    view: &impl Read,
    (instance_id, sent): (&str, &Api),
    now: Timestamp,
) -> Result<(ApiRecord, GroupRecord), Refusal> {
    let gateway = gateway_status::usable(view, instance_id, now)?;
    api_definition::fits_gateway(&gateway, sent)?;
    let group = group::find(view, instance_id, &sent.group_id)?;
    let nothing = ApiFunction::default();
    let urn = backend_urn(context, view, sent.func_info.as_ref().unwrap_or(&nothing))?;
    let record = ApiRecord {
        instance_id: instance_id.to_owned(),
        api: api_definition::complete(sent, &urn, now),
    };
    Ok((record, group))
}

/// CreateApiV2.
pub(super) async fn create(call: Call, input: CreateApi) -> Result<Api, Refusal> {
    api_definition::check(&input.body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (record, group) = defined(context, writer, (&input.instance_id, &input.body), now)?;
            api_definition::fits_beside(writer, &record.api)?;
            has_room(writer, &record)?;
            writer.put(&APIS, &record.api.id, &record)?;
            shown(writer, record, &group)
        })
    })
    .await
}

/// How many APIs the gateway of `record` may have.
pub(super) fn quota(record: &GatewayRecord) -> usize {
    let spec = record.gateway.spec.trim_start_matches("NLB_");
    let found = QUOTAS.iter().find(|(edition, _)| spec.starts_with(edition));
    found.map_or(LARGEST_QUOTA, |(_, most)| *most)
}

/// Whether the gateway and the group of the new API `record` may have one more.
///
/// # Errors
/// 403 `APIG.3102`, `APIG.3125`.
pub(super) fn has_room(view: &impl Read, record: &ApiRecord) -> Result<(), Refusal> {
    let mut others = view.scan(&APIS, "")?;
    others.retain(|other| other.instance_id == record.instance_id);
    let gateway: Option<GatewayRecord> = view.get(&GATEWAYS, &record.instance_id)?;
    let most = gateway.map_or(LARGEST_QUOTA, |record| quota(&record));
    if others.len() >= most {
        return Err(Refusal::because(API_QUOTA, format!("{most} APIs")));
    }
    others.retain(|other| other.api.group_id == record.api.group_id);
    match others.len() < GROUP_QUOTA {
        true => Ok(()),
        false => Err(Refusal::because(GROUP_API_QUOTA, format!("{GROUP_QUOTA} APIs"))),
    }
}

/// ListApisV2.
pub(super) async fn list(call: Call, input: ListApis) -> Result<ApiList, Refusal> {
    let apis = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let mut apis = Vec::new();
        for record in reader.scan(&APIS, "")? {
            if record.instance_id == input.instance_id && matches(&record.api, &input) {
                let group = group::find(reader, &record.instance_id, &record.api.group_id)?;
                apis.push(listed(shown(reader, record, &group)?));
            }
        }
        Ok::<_, Refusal>(apis)
    })?;
    let mut apis: Vec<Api> = apis
        .into_iter()
        .filter(|api| runs_in(api, input.env_id.as_deref()))
        .collect();
    apis.sort_by(|a, b| registered(a).cmp(registered(b)));
    let page = page::by_offset(apis, input.offset, input.limit);
    Ok(ApiList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        apis: page.items,
    })
}

fn matches(api: &Api, input: &ListApis) -> bool {
    let is = |asked: &Option<String>, found: &str| asked.as_deref().is_none_or(|asked| asked == found);
    let precise = input.precise_search.as_deref();
    is(&input.id, &api.id)
        && is(&input.group_id, &api.group_id)
        && group::fits("name", input.name.as_deref(), precise, &api.name)
        && group::fits("req_uri", input.req_uri.as_deref(), precise, &api.req_uri)
        && input.kind.is_none_or(|kind| api.kind == kind)
        && is(&input.req_protocol, &api.req_protocol)
        && is(&input.req_method, &api.req_method)
        && is(&input.auth_type, &api.auth_type)
}

fn runs_in(api: &Api, environment: Option<&str>) -> bool {
    let runs = api.run_env_id.as_deref().unwrap_or_default();
    environment.is_none_or(|id| runs.split('|').any(|other| other == id))
}

fn registered(api: &Api) -> &str {
    api.other
        .get("register_time")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// `api` as lists hold it.
fn listed(mut api: Api) -> Api {
    api.func_info = None;
    api.other.remove("api_group_info");
    api
}

/// ShowDetailsOfApiV2.
pub(super) async fn show(call: Call, input: ShowDetailsOfApi) -> Result<Api, Refusal> {
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let record = find(reader, &input.instance_id, &input.api_id)?;
        let group = group::find(reader, &input.instance_id, &record.api.group_id)?;
        shown(reader, record, &group)
    })
}

/// UpdateApiV2: the whole object is replaced. What runs stays as it is.
pub(super) async fn update(call: Call, input: UpdateApi) -> Result<Api, Refusal> {
    api_definition::check(&input.body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let current = find(writer, &input.instance_id, &input.api_id)?.api;
            let (mut record, group) = defined(context, writer, (&input.instance_id, &input.body), now)?;
            record.api.id.clone_from(&current.id);
            api_definition::fits_beside(writer, &record.api)?;
            keep_birth(&mut record.api, &current);
            writer.put(&APIS, &record.api.id, &record)?;
            shown(writer, record, &group)
        })
    })
    .await
}

/// Gives `api` the registration times and the backend's id of `current`.
fn keep_birth(api: &mut Api, current: &Api) {
    let mut keep = |name: &str| {
        if let Some(value) = current.other.get(name) {
            api.other.insert(name.to_owned(), value.clone());
        }
    };
    keep("register_time");
    if let (Some(backend), Some(current)) = (&mut api.func_info, &current.func_info) {
        for name in ["id", "register_time"] {
            if let Some(value) = current.other.get(name) {
                backend.other.insert(name.to_owned(), value.clone());
            }
        }
    }
}

/// DeleteApiV2.
pub(super) async fn delete(call: Call, input: DeleteApi) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut api = find(writer, &input.instance_id, &input.api_id)?.api;
            publication::mark(writer, &mut api)?;
            if let Some(environments) = api.run_env_name {
                return Err(Refusal::because(API_PUBLISHED, format!("in {environments}")));
            }
            belongings::of_api(writer, &input.api_id)?;
            Ok(writer.remove(&APIS, &input.api_id)?)
        })
    })
    .await
}
