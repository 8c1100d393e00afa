//! Which app may call which API in which environment.

use super::api_outline::{Scope, published};
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::members;
use super::{api, app, environment, gateway_status, group, page, publication};
use crate::codes::apig::{AUTHORIZATION_NOT_FOUND, PARAMETER_MISSING, PUBLICATION_NOT_FOUND};
use crate::local::store::records::{
    APIS, APPS, AUTHORIZATIONS, ApiRecord, AppRecord, AuthorizationRecord, PUBLICATIONS, PublicationRecord,
};
use crate::local::store::{Read, Reader, Writer};
use crate::wire::app_authorization::{
    Authorization, AuthorizationEntry, AuthorizationList, AuthorizationResult, AuthorizationsMade, CancelAuthorization,
    CreateAuthorizations, ListBoundApis, ListBoundApps, ListUnboundApis, NewAuthorization, UnboundApiList,
};
use crate::wire::environment::Environment;
use jiff::Timestamp;
use serde_json::json;

fn key(app_id: &str, api_id: &str, env_id: &str) -> String {
    format!("{app_id}:{api_id}:{env_id}")
}

fn check(new: &NewAuthorization) -> Result<(), Refusal> {
    for (name, missing) in [
        ("env_id", new.env_id.is_empty()),
        ("app_ids", new.app_ids.is_empty()),
        ("api_ids", new.api_ids.is_empty()),
    ] {
        if missing {
            return Err(Refusal::parameter(PARAMETER_MISSING, name, "it is empty"));
        }
    }
    Ok(())
}

/// CreateAuthorizingAppsV2. What cannot be done is told of each app and API by itself.
pub(super) async fn create(call: Call, input: CreateAuthorizations) -> Result<AuthorizationsMade, Refusal> {
    let CreateAuthorizations { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            let environment = environment::find(writer, &gateway, &body.env_id)?;
            let mut auths = Vec::new();
            for app_id in &body.app_ids {
                for api_id in &body.api_ids {
                    let place = (instance_id.as_str(), &environment, now);
                    auths.push(authorize(writer, place, (app_id, api_id))?);
                }
            }
            Ok(AuthorizationsMade { auths })
        })
    })
    .await
}

/// Authorises one app for one API, or says why not.
fn authorize(
    writer: &Writer,
    (instance_id, environment, now): (&str, &Environment, Timestamp),
    (app_id, api_id): (&str, &str),
) -> Result<Authorization, Refusal> {
    let mut made = Authorization {
        api_id: api_id.to_owned(),
        app_id: app_id.to_owned(),
        auth_role: "PROVIDER".to_owned(),
        auth_tunnel: "NORMAL".to_owned(),
        ..Authorization::default()
    };
    let known: Option<AuthorizationRecord> = writer.get(&AUTHORIZATIONS, &key(app_id, api_id, &environment.id))?;
    if let Some(known) = known {
        made.id = known.authorization.id;
        made.auth_time = known.authorization.auth_time;
        made.auth_result.status = "SKIPPED".to_owned();
        return Ok(made);
    }
    match is_possible(writer, (instance_id, environment), (app_id, api_id)) {
        Ok(()) => {}
        Err(Refusal::Coded { code, message, .. }) => {
            made.auth_result = AuthorizationResult {
                status: "FAILED".to_owned(),
                error_code: Some(code.to_owned()),
                error_msg: Some(message),
            };
            return Ok(made);
        }
        Err(internal) => return Err(internal),
    }
    made.id = new_id();
    made.auth_time = now.to_string();
    made.auth_result.status = "SUCCESS".to_owned();
    let record = AuthorizationRecord {
        instance_id: instance_id.to_owned(),
        authorization: AuthorizationEntry {
            id: made.id.clone(),
            api_id: api_id.to_owned(),
            app_id: app_id.to_owned(),
            env_id: environment.id.clone(),
            auth_time: made.auth_time.clone(),
            ..AuthorizationEntry::default()
        },
    };
    writer.put(&AUTHORIZATIONS, &key(app_id, api_id, &environment.id), &record)?;
    Ok(made)
}

/// Whether both exist and the API is published in the environment.
fn is_possible(
    view: &impl Read,
    (instance_id, environment): (&str, &Environment),
    (app_id, api_id): (&str, &str),
) -> Result<(), Refusal> {
    app::find(view, instance_id, app_id)?;
    let api = api::find(view, instance_id, api_id)?.api;
    let running: Option<PublicationRecord> = view.get(&PUBLICATIONS, &publication::key(api_id, &environment.id))?;
    match running {
        Some(_) => Ok(()),
        None => {
            let detail = format!("`{}` is not published in {}", api.name, environment.name);
            Err(Refusal::because(PUBLICATION_NOT_FOUND, detail))
        }
    }
}

/// The authorisations on a gateway, with the names of what they are between.
fn entries(reader: &Reader, instance_id: &str, now: Timestamp) -> Result<Vec<AuthorizationEntry>, Refusal> {
    let gateway = gateway_status::known(reader, instance_id, now)?;
    let environments = environment::all(reader, &gateway)?;
    let mut entries = Vec::new();
    for record in reader.scan(&AUTHORIZATIONS, "")? {
        if record.instance_id == instance_id {
            let entry = complete(reader, record, &environments)?;
            entries.push(entry);
        }
    }
    entries.sort_by(|a, b| a.auth_time.cmp(&b.auth_time));
    Ok(entries)
}

fn complete(
    reader: &Reader,
    record: AuthorizationRecord,
    environments: &[Environment],
) -> Result<AuthorizationEntry, Refusal> {
    let AuthorizationRecord {
        instance_id,
        authorization: mut entry,
    } = record;
    let app: Option<AppRecord> = reader.get(&APPS, &entry.app_id)?;
    let api: Option<ApiRecord> = reader.get(&APIS, &entry.api_id)?;
    let running: Option<PublicationRecord> =
        reader.get(&PUBLICATIONS, &publication::key(&entry.api_id, &entry.env_id))?;
    let environment = environments.iter().find(|environment| environment.id == entry.env_id);
    entry.env_name = environment
        .map(|environment| environment.name.clone())
        .unwrap_or_default();
    let mut other = json!({
        "auth_role": "PROVIDER", "auth_tunnel": "NORMAL", "auth_whitelist": [], "auth_blacklist": [],
        "visit_param": "", "publish_id": running.map(|record| record.publication.publish_id),
    });
    if let Some(AppRecord { app, .. }) = app {
        entry.app_name = app.name;
        other["app_remark"] = json!(app.remark);
        other["app_type"] = json!(app.app_type);
        other["app_creator"] = json!(app.creator);
    }
    if let Some(ApiRecord { api, .. }) = api {
        let group = group::find(reader, &instance_id, &api.group_id)?;
        entry.group_id = api.group_id;
        entry.group_name = group.group.name;
        entry.api_name = api.name;
        other["api_type"] = json!(api.kind);
        other["api_remark"] = json!(api.remark);
    }
    entry.other = members(other);
    Ok(entry)
}

fn is(asked: &Option<String>, found: &str) -> bool {
    asked.as_deref().is_none_or(|asked| asked == found)
}

fn paged(entries: Vec<AuthorizationEntry>, offset: Option<i64>, limit: Option<i64>) -> AuthorizationList {
    let page = page::by_offset(entries, offset, limit);
    AuthorizationList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        auths: page.items,
    }
}

fn needed(name: &str, value: &Option<String>) -> Result<(), Refusal> {
    match value.as_deref() {
        None | Some("") => Err(Refusal::parameter(PARAMETER_MISSING, name, "it is empty")),
        Some(_) => Ok(()),
    }
}

/// ListApisBindedToAppV2.
pub(super) async fn bound_apis(call: Call, input: ListBoundApis) -> Result<AuthorizationList, Refusal> {
    needed("app_id", &input.app_id)?;
    let store = &call.context.store;
    let mut entries = store.read(|reader| entries(reader, &input.instance_id, call.now))?;
    entries.retain(|entry| {
        is(&input.app_id, &entry.app_id)
            && is(&input.api_id, &entry.api_id)
            && is(&input.group_id, &entry.group_id)
            && is(&input.env_id, &entry.env_id)
            && group::fits("api_name", input.api_name.as_deref(), None, &entry.api_name)
            && group::fits("group_name", input.group_name.as_deref(), None, &entry.group_name)
    });
    Ok(paged(entries, input.offset, input.limit))
}

/// ListAppsBindedToApiV2.
pub(super) async fn bound_apps(call: Call, input: ListBoundApps) -> Result<AuthorizationList, Refusal> {
    needed("api_id", &input.api_id)?;
    let store = &call.context.store;
    let mut entries = store.read(|reader| entries(reader, &input.instance_id, call.now))?;
    entries.retain(|entry| {
        is(&input.app_id, &entry.app_id)
            && is(&input.api_id, &entry.api_id)
            && is(&input.env_id, &entry.env_id)
            && group::fits("app_name", input.app_name.as_deref(), None, &entry.app_name)
    });
    Ok(paged(entries, input.offset, input.limit))
}

/// ListApisUnbindedToAppV2.
pub(super) async fn unbound_apis(call: Call, input: ListUnboundApis) -> Result<UnboundApiList, Refusal> {
    needed("app_id", &input.app_id)?;
    needed("env_id", &input.env_id)?;
    let app_id = input.app_id.clone().unwrap_or_default();
    let apis = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        app::find(reader, &input.instance_id, &app_id)?;
        let scope = Scope {
            env_id: input.env_id.as_deref(),
            group_id: input.group_id.as_deref(),
            api_id: input.api_id.as_deref(),
            api_name: input.api_name.as_deref(),
        };
        let mut apis = Vec::new();
        for (record, outline) in published(reader, &input.instance_id, scope)? {
            let publication = &record.publication;
            let known: Option<AuthorizationRecord> =
                reader.get(&AUTHORIZATIONS, &key(&app_id, &publication.api_id, &publication.env_id))?;
            if record.api.auth_type == "APP" && known.is_none() {
                apis.push(outline);
            }
        }
        Ok::<_, Refusal>(apis)
    })?;
    let page = page::by_offset(apis, input.offset, input.limit);
    Ok(UnboundApiList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        apis: page.items,
    })
}

/// CancelingAuthorizationV2.
pub(super) async fn delete(call: Call, input: CancelAuthorization) -> Result<(), Refusal> {
    let now = call.now;
    let id = input.app_auth_id;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut records = writer.scan(&AUTHORIZATIONS, "")?;
            records.retain(|record| record.instance_id == input.instance_id && record.authorization.id == id);
            let Some(record) = records.pop() else {
                return Err(Refusal::because(AUTHORIZATION_NOT_FOUND, format!("`{id}`")));
            };
            let entry = record.authorization;
            Ok(writer.remove(&AUTHORIZATIONS, &key(&entry.app_id, &entry.api_id, &entry.env_id))?)
        })
    })
    .await
}
