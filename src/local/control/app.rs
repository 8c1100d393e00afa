//! Apps: who may call APIs with App authentication.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{belongings, gateway_status, group, page};
use crate::codes::apig::{APP_KEY_EXISTS, APP_NAME_EXISTS, APP_NOT_FOUND, APP_QUOTA, PARAMETER_VALUE};
use crate::local::random_hex;
use crate::local::store::Read;
use crate::local::store::records::{APPS, AUTHORIZATIONS, AppRecord};
use crate::wire::app::{
    App, AppCheck, AppList, CheckApp, CreateApp, DeleteApp, ListApps, NewApp, ResetAppSecret, ShowApp, UpdateApp,
};
use crate::wire::rule;
use crate::wire::rule::Broken;

/// How many apps a gateway may have.
pub(super) const QUOTA: usize = 50;
/// The longest remark, in characters.
const REMARK: usize = 255;
/// How many random bytes a key and a secret have that the service makes.
const KEY_BYTES: usize = 16;

fn on(view: &impl Read, instance_id: &str) -> Result<Vec<App>, Refusal> {
    let mut records = view.scan(&APPS, "")?;
    records.retain(|record| record.instance_id == instance_id);
    let mut apps: Vec<App> = records.into_iter().map(|record| record.app).collect();
    apps.sort_by(|a, b| a.register_time.cmp(&b.register_time));
    Ok(apps)
}

/// The app `id` of the gateway.
///
/// # Errors
/// 404 `APIG.3004`.
pub(super) fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<AppRecord, Refusal> {
    view.get(&APPS, id)?
        .filter(|record: &AppRecord| record.instance_id == instance_id)
        .ok_or_else(|| Refusal::because(APP_NOT_FOUND, format!("`{id}`")))
}

fn check(new: &NewApp) -> Result<(), Refusal> {
    let wrong = |name: &'static str| move |broken: Broken| Refusal::parameter(PARAMETER_VALUE, name, broken);
    rule::app_name(&new.name).map_err(wrong("name"))?;
    if let Some(key) = &new.app_key {
        rule::app_key(key).map_err(wrong("app_key"))?;
    }
    if let Some(secret) = &new.app_secret {
        rule::app_secret(secret).map_err(wrong("app_secret"))?;
    }
    group::remark(new.remark.as_deref(), REMARK)
}

/// Whether the app `id` may have the name and the key of `new` beside `others`.
fn fits_beside(others: &[App], id: &str, new: &NewApp) -> Result<(), Refusal> {
    let mut others = others.iter().filter(|other| other.id != id);
    let clash = others.find(|other| other.name == new.name || new.app_key.as_ref() == Some(&other.app_key));
    match clash {
        None => Ok(()),
        Some(other) if other.name == new.name => Err(Refusal::because(APP_NAME_EXISTS, format!("`{}`", new.name))),
        Some(other) => Err(Refusal::because(APP_KEY_EXISTS, format!("of the app `{}`", other.name))),
    }
}

/// CreateAnAppV2.
pub(super) async fn create(call: Call, input: CreateApp) -> Result<App, Refusal> {
    let CreateApp { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            let others = on(writer, &instance_id)?;
            fits_beside(&others, "", &body)?;
            if others.len() >= QUOTA {
                return Err(Refusal::because(APP_QUOTA, format!("{QUOTA} apps")));
            }
            let app = App {
                id: new_id(),
                name: body.name.clone(),
                remark: Some(body.remark.clone().unwrap_or_default()),
                creator: "USER".to_owned(),
                app_key: body.app_key.clone().unwrap_or_else(|| random_hex(KEY_BYTES)),
                app_secret: body.app_secret.clone().unwrap_or_else(|| random_hex(KEY_BYTES)),
                register_time: now.to_string(),
                update_time: now.to_string(),
                status: 1,
                app_type: "apig".to_owned(),
                bind_num: None,
            };
            let record = AppRecord {
                instance_id: instance_id.clone(),
                app: app.clone(),
            };
            writer.put(&APPS, &app.id, &record)?;
            Ok(app)
        })
    })
    .await
}

/// ListAppsV2.
pub(super) async fn list(call: Call, input: ListApps) -> Result<AppList, Refusal> {
    let mut apps = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let mut apps = on(reader, &input.instance_id)?;
        for app in &mut apps {
            let bound = reader.scan(&AUTHORIZATIONS, &format!("{}:", app.id))?;
            app.bind_num = Some(page::count(bound.len()));
        }
        Ok::<_, Refusal>(apps)
    })?;
    let is = |asked: &Option<String>, found: &str| asked.as_deref().is_none_or(|asked| asked == found);
    let (name, precise) = (input.name.as_deref(), input.precise_search.as_deref());
    apps.retain(|app| {
        is(&input.id, &app.id)
            && is(&input.app_key, &app.app_key)
            && is(&input.creator, &app.creator)
            && input.status.is_none_or(|status| app.status == status)
            && group::fits("name", name, precise, &app.name)
    });
    let page = page::by_offset(apps, input.offset, input.limit);
    Ok(AppList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        apps: page.items,
    })
}

/// ShowDetailsOfAppV2.
pub(super) async fn show(call: Call, input: ShowApp) -> Result<App, Refusal> {
    let record = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        find(reader, &input.instance_id, &input.app_id)
    })?;
    Ok(record.app)
}

/// CheckAppV2.
pub(super) async fn exists(call: Call, input: CheckApp) -> Result<AppCheck, Refusal> {
    let record = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        find(reader, &input.instance_id, &input.app_id)
    })?;
    Ok(AppCheck {
        name: record.app.name,
        remark: record.app.remark,
        id: record.app.id,
    })
}

/// UpdateAppV2. A remark, a key or a secret that is left out stays.
pub(super) async fn update(call: Call, input: UpdateApp) -> Result<App, Refusal> {
    let UpdateApp {
        instance_id,
        app_id,
        body,
    } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            let mut record = find(writer, &instance_id, &app_id)?;
            fits_beside(&on(writer, &instance_id)?, &app_id, &body)?;
            let app = &mut record.app;
            app.name.clone_from(&body.name);
            app.remark = body.remark.clone().or(app.remark.take());
            app.app_key = body.app_key.clone().unwrap_or_else(|| app.app_key.clone());
            app.app_secret = body.app_secret.clone().unwrap_or_else(|| app.app_secret.clone());
            app.update_time = now.to_string();
            writer.put(&APPS, &app_id, &record)?;
            Ok(record.app)
        })
    })
    .await
}

/// ResettingAppSecretV2.
pub(super) async fn reset_secret(call: Call, input: ResetAppSecret) -> Result<App, Refusal> {
    let secret = input.body.app_secret.filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        rule::app_secret(secret).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "app_secret", broken))?;
    }
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut record = find(writer, &input.instance_id, &input.app_id)?;
            record.app.app_secret = secret.clone().unwrap_or_else(|| random_hex(KEY_BYTES));
            record.app.update_time = now.to_string();
            writer.put(&APPS, &input.app_id, &record)?;
            Ok(record.app)
        })
    })
    .await
}

/// DeleteAppV2.
pub(super) async fn delete(call: Call, input: DeleteApp) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            find(writer, &input.instance_id, &input.app_id)?;
            belongings::of_app(writer, &input.app_id)?;
            Ok(writer.remove(&APPS, &input.app_id)?)
        })
    })
    .await
}
