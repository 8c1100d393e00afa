//! Dedicated gateways: their creation and deletion go on in the background, which is a matter of time alone.

use super::super::Context;
use super::gateway_creation::{self, ZONES};
use super::gateway_status::{self, Stage};
use super::identity::{new_id, own_uuid};
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::members;
use super::{belongings, gateway_change, group, page};
use crate::codes::apig::{
    GATEWAY_NAME_EXISTS, GATEWAY_NOT_FOUND, GATEWAY_NOT_READY, GATEWAY_QUOTA, GATEWAY_STATUS_CONFLICT,
};
use crate::local::store::records::{GATEWAYS, GROUPS, GatewayRecord};
use crate::local::store::{Read, StoreError, Writer};
use crate::wire::gateway::{
    CreateInstance, DeleteInstances, EDITIONS, Gateway, GatewayJob, GatewayList, GatewayProgress, ListAvailableZones,
    ListInstances, ShowDetailsOfInstance, ShowDetailsOfInstanceProgress, UpdateInstance, Zone, ZoneList,
};
use jiff::Timestamp;
use serde_json::json;

/// How many gateways a project may have.
pub(super) const QUOTA: usize = 5;

/// Members of a gateway that lists have, besides those with a field of their own.
const LISTED: &[&str] = &[
    "project_id",
    "type",
    "eip_address",
    "charging_mode",
    "cbc_metadata",
    "loadbalancer_provider",
    "cbc_operation_locks",
];

/// CreateInstanceV2.
pub(super) async fn create(call: Call, input: CreateInstance) -> Result<GatewayJob, Refusal> {
    let new = input.body;
    gateway_creation::check(&call.context.account, &new)?;
    let now = call.now;
    call.blocking(move |context| {
        let number = context.store.read(|reader| reader.scan(&GATEWAYS, ""))?.len();
        let record = gateway_creation::record(context, &new, now, number)?;
        let default = group::default_of(context, &record.gateway.id, now)?;
        let written = context.store.write(|writer| {
            forget_gone(writer, now)?;
            let siblings = writer.scan(&GATEWAYS, "")?;
            name_is_free(&siblings, &new.instance_name)?;
            if siblings.len() >= QUOTA {
                return Err(Refusal::because(GATEWAY_QUOTA, format!("{QUOTA} gateways")));
            }
            writer.put(&GROUPS, &default.group.id, &default)?;
            Ok(writer.put(&GATEWAYS, &record.gateway.id, &record)?)
        });
        if written.is_err() {
            context.ports.close(&default.group.id);
        }
        written.map(|()| job(record.gateway.id))
    })
    .await
}

/// Whether none of `others` bears `name`.
///
/// # Errors
/// 400 `APIC.7500`.
fn name_is_free(others: &[GatewayRecord], name: &str) -> Result<(), Refusal> {
    match others.iter().any(|other| other.gateway.instance_name == name) {
        true => Err(Refusal::new(GATEWAY_NAME_EXISTS)),
        false => Ok(()),
    }
}

/// What is answered for work on the gateway `instance_id` that goes on in the background.
pub(super) fn job(instance_id: String) -> GatewayJob {
    let job_id = format!("JOB-{}", new_id());
    let message = format!(
        "JOB_ASSIGNED_FOR_PROVISIONING_0003I:The job {job_id} has been assigned to the instance {instance_id} for \
         running provisioning."
    );
    GatewayJob {
        instance_id,
        message,
        job_id,
    }
}

/// Removes the records of gateways that are gone at `now`.
fn forget_gone(writer: &Writer, now: Timestamp) -> Result<(), StoreError> {
    for record in writer.scan(&GATEWAYS, "")? {
        if Stage::of(&record, now) == Stage::Gone {
            writer.remove(&GATEWAYS, &record.gateway.id)?;
        }
    }
    Ok(())
}

/// ListInstancesV2.
pub(super) async fn list(call: Call, input: ListInstances) -> Result<GatewayList, Refusal> {
    let mut records = call.context.store.read(|reader| reader.scan(&GATEWAYS, ""))?;
    records.retain(|record| Stage::of(record, call.now) != Stage::Gone);
    records.sort_by_key(|record| record.gateway.create_time);
    let matches = |gateway: &Gateway| {
        let asked = |value: &Option<String>, fits: &dyn Fn(&str) -> bool| value.as_deref().is_none_or(fits);
        asked(&input.instance_id, &|id| gateway.id == id)
            && asked(&input.instance_name, &|name| gateway.instance_name.contains(name))
            && asked(&input.status, &|status| gateway.status == status)
    };
    let gateways = records
        .iter()
        .map(|record| gateway_status::shown(record, call.now))
        .filter(matches)
        .map(listed)
        .collect();
    let page = page::by_offset(gateways, input.offset, input.limit);
    Ok(GatewayList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        instances: page.items,
    })
}

/// `gateway` as lists hold it.
fn listed(mut gateway: Gateway) -> Gateway {
    gateway.other.retain(|name, _| LISTED.contains(&name.as_str()));
    gateway.available_zone_ids = None;
    gateway.publicips = None;
    gateway
}

fn find(view: &impl Read, id: &str, now: Timestamp) -> Result<GatewayRecord, Refusal> {
    gateway_status::living(view, id, now)?.ok_or_else(|| Refusal::because(GATEWAY_NOT_FOUND, format!("id:{id}")))
}

/// The gateway `id`, which runs.
///
/// # Errors
/// 404 `APIC.7302`, 409 `APIC.7710`.
pub(super) fn running(view: &impl Read, id: &str, now: Timestamp) -> Result<GatewayRecord, Refusal> {
    let record = find(view, id, now)?;
    match Stage::of(&record, now) {
        Stage::Running => Ok(record),
        _ => Err(Refusal::new(GATEWAY_NOT_READY)),
    }
}

/// UpdateInstanceV2. What is left out stays.
pub(super) async fn update(call: Call, input: UpdateInstance) -> Result<Gateway, Refusal> {
    let UpdateInstance { instance_id, body } = input;
    gateway_change::check(&call.context.account, &body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = running(writer, &instance_id, now)?;
            let mut siblings = writer.scan(&GATEWAYS, "")?;
            siblings.retain(|other| other.gateway.id != instance_id);
            if let Some(name) = &body.instance_name {
                name_is_free(&siblings, name)?;
            }
            gateway_change::apply(&context.account, &mut record, &body)?;
            writer.put(&GATEWAYS, &instance_id, &record)?;
            Ok(gateway_status::shown(&record, now))
        })
    })
    .await
}

/// ShowDetailsOfInstanceV2.
pub(super) async fn show(call: Call, input: ShowDetailsOfInstance) -> Result<Gateway, Refusal> {
    let store = &call.context.store;
    let record = store.read(|reader| find(reader, &input.instance_id, call.now))?;
    Ok(gateway_status::shown(&record, call.now))
}

/// ShowDetailsOfInstanceProgressV2.
pub(super) async fn progress(call: Call, input: ShowDetailsOfInstanceProgress) -> Result<GatewayProgress, Refusal> {
    let store = &call.context.store;
    let record = store.read(|reader| find(reader, &input.instance_id, call.now))?;
    Ok(gateway_status::progress(&record, call.now))
}

/// DeleteInstancesV2. What is on the gateway goes at once, the gateway itself later; asking again changes nothing.
pub(super) async fn delete(call: Call, input: DeleteInstances) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        let groups = context.store.write(|writer| {
            let mut record = find(writer, &input.instance_id, now)?;
            match Stage::of(&record, now) {
                Stage::Running => {}
                Stage::Deleting | Stage::Gone => return Ok(Vec::new()),
                Stage::Creating => {
                    return Err(Refusal::because(GATEWAY_STATUS_CONFLICT, "it is still being created"));
                }
            }
            let delay = i64::try_from(context.behaviour.gateway_delay.as_millis()).unwrap_or(i64::MAX);
            record.gone_at = Some(now.as_millisecond().saturating_add(delay));
            writer.put(&GATEWAYS, &record.gateway.id, &record)?;
            Ok(belongings::clear(writer, &record.gateway.id)?)
        })?;
        close(context, &groups);
        Ok(())
    })
    .await
}

fn close(context: &Context, groups: &[String]) {
    for group in groups {
        context.ports.close(group);
    }
}

/// ListAvailableZonesV2.
pub(super) async fn zones(call: Call, _input: ListAvailableZones) -> Result<ZoneList, Refusal> {
    let account = &call.context.account;
    let available_zones = ZONES
        .iter()
        .enumerate()
        .map(|(index, letter)| {
            let (code, number) = (format!("{}{letter}", account.region), index + 1);
            Zone {
                id: own_uuid(account, &code).replace('-', ""),
                name: format!("AZ{number}"),
                specs: EDITIONS.iter().map(|edition| ((*edition).to_owned(), true)).collect(),
                other: members(json!({
                    "port": "8403",
                    "local_name": {"en_us": format!("AZ{number}"), "zh_cn": format!("可用区{number}")},
                })),
                code,
            }
        })
        .collect();
    Ok(ZoneList { available_zones })
}
