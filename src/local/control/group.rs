//! API groups. Each has a port of this machine for its whole life.

use super::super::Context;
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::members;
use super::{belongings, gateway_status, page};
use crate::codes::apig::{GROUP_NAME_EXISTS, GROUP_NOT_EMPTY, GROUP_NOT_FOUND, GROUP_QUOTA, PARAMETER_VALUE};
use crate::local::store::Read;
use crate::local::store::records::{APIS, GROUPS, GroupRecord};
use crate::wire::group::{
    CreateApiGroup, DeleteApiGroup, Group, GroupList, ListApiGroups, NewGroup, ShowDetailsOfApiGroup, UpdateApiGroup,
    UpdateSlDomainSetting,
};
use crate::wire::name_check::CheckApiGroups;
use crate::wire::rule;
use jiff::Timestamp;
use serde_json::json;

/// How many groups a gateway may have.
pub(super) const QUOTA: usize = 1500;
/// The longest remark of a group, in characters.
const REMARK: usize = 1000;

/// The group that every gateway has: its APIs are called by the gateway's address, without a domain.
const DEFAULT: &str = "DEFAULT";

/// `is_default` of the group that every gateway has.
const IS_DEFAULT: i64 = 1;
/// `is_default` of the others.
const IS_CREATED: i64 = 2;

/// CreateApiGroupV2.
pub(super) async fn create(call: Call, input: CreateApiGroup) -> Result<Group, Refusal> {
    let CreateApiGroup { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context
            .store
            .read(|reader| free(reader, &instance_id, &body.name, now))?;
        let record = open(context, instance_id, group(context, body, IS_CREATED, now))?;
        let written = context.store.write(|writer| {
            free(writer, &record.instance_id, &record.group.name, now)?;
            Ok(writer.put(&GROUPS, &record.group.id, &record)?)
        });
        if written.is_err() {
            context.ports.close(&record.group.id);
        }
        written.map(|()| record.group)
    })
    .await
}

fn check(new: &NewGroup) -> Result<(), Refusal> {
    rule::group_name(&new.name).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "name", broken))?;
    remark(new.remark.as_deref(), REMARK)
}

/// UpdateApiGroupV2. A remark that is left out stays.
pub(super) async fn update(call: Call, input: UpdateApiGroup) -> Result<Group, Refusal> {
    let UpdateApiGroup {
        instance_id,
        group_id,
        body,
    } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            let mut record = find(writer, &instance_id, &group_id)?;
            let others = on(writer, &instance_id)?;
            if others
                .iter()
                .any(|other| other.group.id != group_id && other.group.name == body.name)
            {
                return Err(Refusal::because(GROUP_NAME_EXISTS, format!("`{}`", body.name)));
            }
            record.group.name.clone_from(&body.name);
            record.group.remark = body.remark.clone().or(record.group.remark);
            record.group.update_time = now.to_string();
            writer.put(&GROUPS, &group_id, &record)?;
            Ok(record.group)
        })
    })
    .await
}

/// UpdateSlDomainSettingV2.
pub(super) async fn update_sl_domain(call: Call, input: UpdateSlDomainSetting) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut record = find(writer, &input.instance_id, &input.group_id)?;
            let open = input.body.sl_domain_access_enabled;
            record
                .group
                .other
                .insert("sl_domain_access_enabled".to_owned(), open.into());
            Ok(writer.put(&GROUPS, &input.group_id, &record)?)
        })
    })
    .await
}

/// CheckApiGroupsV2.
pub(super) async fn check_name(call: Call, input: CheckApiGroups) -> Result<(), Refusal> {
    let name = input.body.group_name;
    rule::group_name(&name).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "group_name", broken))?;
    let store = &call.context.store;
    store.read(|reader| free(reader, &input.instance_id, &name, call.now))
}

/// The record of the new `group`, with a port that serves it from now on.
fn open(context: &Context, instance_id: String, group: Group) -> Result<GroupRecord, Refusal> {
    let port = context
        .ports
        .open(&group.id)
        .map_err(|error| Refusal::Internal(format!("no port for the group: {error}")))?;
    Ok(GroupRecord {
        instance_id,
        group,
        port,
    })
}

/// The group that the new gateway `instance_id` has from the beginning; its port serves it from now on.
///
/// # Errors
/// No port can be had.
pub(super) fn default_of(context: &Context, instance_id: &str, now: Timestamp) -> Result<GroupRecord, Refusal> {
    let new = NewGroup {
        name: DEFAULT.to_owned(),
        remark: None,
    };
    open(context, instance_id.to_owned(), group(context, new, IS_DEFAULT, now))
}

/// Checks the length of a remark.
///
/// # Errors
/// 400 `APIG.2012`.
pub(super) fn remark(remark: Option<&str>, most: usize) -> Result<(), Refusal> {
    let length = remark.unwrap_or_default().chars().count();
    if length <= most {
        return Ok(());
    }
    let detail = format!("it has {length} characters, more than {most}");
    Err(Refusal::parameter(PARAMETER_VALUE, "remark", detail))
}

/// Whether a group `name` may be made on the gateway.
fn free(view: &impl Read, instance_id: &str, name: &str, now: Timestamp) -> Result<(), Refusal> {
    gateway_status::usable(view, instance_id, now)?;
    let others = on(view, instance_id)?;
    if others.iter().any(|record| record.group.name == name) {
        return Err(Refusal::because(GROUP_NAME_EXISTS, format!("`{name}`")));
    }
    match others.len() < QUOTA {
        true => Ok(()),
        false => Err(Refusal::because(GROUP_QUOTA, format!("{QUOTA} groups"))),
    }
}

fn on(view: &impl Read, instance_id: &str) -> Result<Vec<GroupRecord>, Refusal> {
    let mut records = view.scan(&GROUPS, "")?;
    records.retain(|record| record.instance_id == instance_id);
    records.sort_by_key(|record| record.group.register_time.parse::<Timestamp>().ok());
    Ok(records)
}

fn group(context: &Context, new: NewGroup, is_default: i64, now: Timestamp) -> Group {
    let id = new_id();
    let region = &context.account.region;
    let sl_domain = format!("{id}.apic.{region}.huaweicloudapis.com");
    Group {
        other: members(json!({
            "status": 1, "on_sell_status": 2, "url_domains": [], "sl_domain_access_enabled": true,
            "is_default": is_default, "version": "V1",
            "sl_domains": [sl_domain, format!("{id}.apic.{region}.huaweicloudapis.cn")],
        })),
        id,
        name: new.name,
        sl_domain,
        remark: Some(new.remark.unwrap_or_default()),
        register_time: now.to_string(),
        update_time: now.to_string(),
    }
}

/// The group `id` of the gateway.
///
/// # Errors
/// 404 `APIG.3001`.
pub(super) fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<GroupRecord, Refusal> {
    view.get(&GROUPS, id)?
        .filter(|record| record.instance_id == instance_id)
        .ok_or_else(|| Refusal::because(GROUP_NOT_FOUND, format!("`{id}`")))
}

/// Whether `text` is what was asked for by `parameter`: a part of it is enough, unless `precise` lists the parameter.
pub(super) fn fits(parameter: &str, asked: Option<&str>, precise: Option<&str>, text: &str) -> bool {
    let whole = precise.is_some_and(|list| list.split(',').any(|listed| listed.trim() == parameter));
    asked.is_none_or(|asked| if whole { text == asked } else { text.contains(asked) })
}

/// ListApiGroupsV2.
pub(super) async fn list(call: Call, input: ListApiGroups) -> Result<GroupList, Refusal> {
    let records = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        on(reader, &input.instance_id)
    })?;
    let groups = records
        .into_iter()
        .map(|record| record.group)
        .filter(|group| input.id.as_ref().is_none_or(|id| group.id == *id))
        .filter(|group| {
            fits(
                "name",
                input.name.as_deref(),
                input.precise_search.as_deref(),
                &group.name,
            )
        })
        .collect();
    let page = page::by_offset(groups, input.offset, input.limit);
    Ok(GroupList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        groups: page.items,
    })
}

/// ShowDetailsOfApiGroupV2.
pub(super) async fn show(call: Call, input: ShowDetailsOfApiGroup) -> Result<Group, Refusal> {
    let record = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        find(reader, &input.instance_id, &input.group_id)
    })?;
    Ok(record.group)
}

/// DeleteApiGroupV2.
pub(super) async fn delete(call: Call, input: DeleteApiGroup) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let record = find(writer, &input.instance_id, &input.group_id)?;
            if record
                .group
                .other
                .get("is_default")
                .is_some_and(|kind| *kind == IS_DEFAULT)
            {
                let detail = format!("the group {DEFAULT} goes with its gateway");
                return Err(Refusal::parameter(PARAMETER_VALUE, "group_id", detail));
            }
            let mut apis = writer.scan(&APIS, "")?;
            apis.retain(|record| record.api.group_id == input.group_id);
            if !apis.is_empty() {
                let names: Vec<String> = apis.into_iter().map(|record| record.api.name).collect();
                return Err(Refusal::because(GROUP_NOT_EMPTY, names.join(", ")));
            }
            belongings::of_group(writer, &input.group_id)?;
            Ok(writer.remove(&GROUPS, &input.group_id)?)
        })?;
        context.ports.close(&input.group_id);
        Ok(())
    })
    .await
}
