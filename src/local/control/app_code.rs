//! AppCodes: what stands in for an app's signature in one header.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{app, gateway_status, page};
use crate::codes::apig::{APP_CODE_NOT_FOUND, APP_CODE_QUOTA, PARAMETER_VALUE};
use crate::local::random_hex;
use crate::local::store::Read;
use crate::local::store::records::{APP_CODES, AppCodeRecord};
use crate::wire::app_code::{
    AppCode, AppCodeList, CreateAppCode, CreateAppCodeAuto, DeleteAppCode, ListAppCodes, ShowAppCode,
};
use crate::wire::rule;

/// How many codes an app may have.
const QUOTA: usize = 5;
/// How many random bytes a code has that the service makes.
const CODE_BYTES: usize = 32;

fn key(app_id: &str, id: &str) -> String {
    format!("{app_id}:{id}")
}

fn find(view: &impl Read, app_id: &str, id: &str) -> Result<AppCode, Refusal> {
    let record: Option<AppCodeRecord> = view.get(&APP_CODES, &key(app_id, id))?;
    record
        .map(|record| record.code)
        .ok_or_else(|| Refusal::because(APP_CODE_NOT_FOUND, format!("`{id}`")))
}

/// CreateAppCodeV2.
pub(super) async fn create(call: Call, input: CreateAppCode) -> Result<AppCode, Refusal> {
    let code = input.body.app_code;
    rule::app_code(&code).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "app_code", broken))?;
    add(call, (input.instance_id, input.app_id), code).await
}

/// CreateAppCodeAutoV2.
pub(super) async fn create_auto(call: Call, input: CreateAppCodeAuto) -> Result<AppCode, Refusal> {
    add(call, (input.instance_id, input.app_id), random_hex(CODE_BYTES)).await
}

/// Gives the app `code`, which has to tell it from every other app of the gateway.
async fn add(call: Call, (instance_id, app_id): (String, String), code: String) -> Result<AppCode, Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            app::find(writer, &instance_id, &app_id)?;
            let mut others = writer.scan(&APP_CODES, "")?;
            others.retain(|record| record.instance_id == instance_id);
            if others.iter().any(|record| record.code.app_code == code) {
                return Err(Refusal::parameter(PARAMETER_VALUE, "app_code", "it exists"));
            }
            others.retain(|record| record.code.app_id == app_id);
            if others.len() >= QUOTA {
                return Err(Refusal::because(APP_CODE_QUOTA, format!("{QUOTA} AppCodes")));
            }
            let record = AppCodeRecord {
                instance_id: instance_id.clone(),
                code: AppCode {
                    app_code: code.clone(),
                    id: new_id(),
                    app_id: app_id.clone(),
                    create_time: now.to_string(),
                },
            };
            writer.put(&APP_CODES, &key(&app_id, &record.code.id), &record)?;
            Ok(record.code)
        })
    })
    .await
}

/// ListAppCodesV2.
pub(super) async fn list(call: Call, input: ListAppCodes) -> Result<AppCodeList, Refusal> {
    let mut records = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        app::find(reader, &input.instance_id, &input.app_id)?;
        Ok::<_, Refusal>(reader.scan(&APP_CODES, &key(&input.app_id, ""))?)
    })?;
    records.sort_by(|a, b| a.code.create_time.cmp(&b.code.create_time));
    let codes = records.into_iter().map(|record| record.code).collect();
    let page = page::by_offset(codes, input.offset, input.limit);
    Ok(AppCodeList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        app_codes: page.items,
    })
}

/// ShowDetailsOfAppCodeV2.
pub(super) async fn show(call: Call, input: ShowAppCode) -> Result<AppCode, Refusal> {
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        app::find(reader, &input.instance_id, &input.app_id)?;
        find(reader, &input.app_id, &input.app_code_id)
    })
}

/// DeleteAppCodeV2.
pub(super) async fn delete(call: Call, input: DeleteAppCode) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            app::find(writer, &input.instance_id, &input.app_id)?;
            find(writer, &input.app_id, &input.app_code_id)?;
            Ok(writer.remove(&APP_CODES, &key(&input.app_id, &input.app_code_id))?)
        })
    })
    .await
}
