//! Throttling policies. The local cloud keeps them and their bindings, and does not throttle.

use super::api_definition::one_of;
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{gateway_status, group, page};
use crate::codes::apig::{PARAMETER_VALUE, THROTTLE_IN_USE, THROTTLE_NAME_EXISTS, THROTTLE_NOT_FOUND, THROTTLE_QUOTA};
use crate::local::store::Read;
use crate::local::store::records::{THROTTLE_BINDINGS, THROTTLES, ThrottleRecord};
use crate::wire::rule;
use crate::wire::throttle::{
    CreateThrottle, DeleteThrottle, ListThrottles, NewThrottle, ShowThrottle, Throttle, ThrottleList, UpdateThrottle,
};

/// How many policies a gateway may have.
pub(super) const QUOTA: usize = 300;
/// The longest remark, in characters.
const REMARK: usize = 255;
/// `is_inclu_special_throttle` of a policy without exceptions; the local cloud has none with.
const NO_EXCEPTIONS: i64 = 2;
/// The units of time.
const UNITS: &[&str] = &["SECOND", "MINUTE", "HOUR", "DAY"];

fn wrong(name: &str, detail: impl std::fmt::Display) -> Refusal {
    Refusal::parameter(PARAMETER_VALUE, name, detail)
}

fn check(new: &NewThrottle) -> Result<(), Refusal> {
    rule::app_name(&new.name).map_err(|mut broken| {
        broken.what = "policy name";
        wrong("name", broken)
    })?;
    one_of("time_unit", &new.time_unit, UNITS)?;
    let positive = |name: &str, number: i64| match (1..=i64::from(i32::MAX)).contains(&number) {
        true => Ok(()),
        false => Err(wrong(name, format!("`{number}` is not 1 to {}", i32::MAX))),
    };
    positive("time_interval", new.time_interval)?;
    positive("api_call_limits", new.api_call_limits)?;
    let user = new.user_call_limits.unwrap_or(new.api_call_limits);
    let bounded = |name: &str, number: Option<i64>, most: i64| match number {
        Some(number) if number < 0 || number > most => Err(wrong(name, format!("`{number}` is not 0 to {most}"))),
        _ => Ok(()),
    };
    bounded("user_call_limits", new.user_call_limits, new.api_call_limits)?;
    bounded("app_call_limits", new.app_call_limits, user)?;
    bounded("ip_call_limits", new.ip_call_limits, new.api_call_limits)?;
    if !matches!(new.kind, None | Some(1 | 2)) {
        return Err(wrong("type", "1 is for each API, 2 for all together"));
    }
    group::remark(new.remark.as_deref(), REMARK)
}

/// `new` with every default.
fn complete(new: &NewThrottle) -> NewThrottle {
    NewThrottle {
        kind: Some(new.kind.unwrap_or(1)),
        enable_adaptive_control: Some(
            new.enable_adaptive_control
                .clone()
                .unwrap_or_else(|| "FALSE".to_owned()),
        ),
        remark: Some(new.remark.clone().unwrap_or_default()),
        ..new.clone()
    }
}

fn on(view: &impl Read, instance_id: &str) -> Result<Vec<Throttle>, Refusal> {
    let mut records = view.scan(&THROTTLES, "")?;
    records.retain(|record| record.instance_id == instance_id);
    let mut throttles: Vec<Throttle> = records.into_iter().map(|record| record.throttle).collect();
    throttles.sort_by(|a, b| a.create_time.cmp(&b.create_time));
    Ok(throttles)
}

/// The policy `id` of the gateway, with the number of its bindings.
///
/// # Errors
/// 404 `APIG.3005`.
pub(super) fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<Throttle, Refusal> {
    let record = view
        .get(&THROTTLES, id)?
        .filter(|record: &ThrottleRecord| record.instance_id == instance_id)
        .ok_or_else(|| Refusal::because(THROTTLE_NOT_FOUND, format!("`{id}`")))?;
    counted(view, record.throttle)
}

fn counted(view: &impl Read, mut throttle: Throttle) -> Result<Throttle, Refusal> {
    let bindings = view.scan(&THROTTLE_BINDINGS, "")?;
    let bound = bindings
        .iter()
        .filter(|record| record.binding.strategy_id == throttle.id);
    throttle.bind_num = page::count(bound.count());
    Ok(throttle)
}

/// CreateRequestThrottlingPolicyV2.
pub(super) async fn create(call: Call, input: CreateThrottle) -> Result<Throttle, Refusal> {
    let CreateThrottle { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            let others = on(writer, &instance_id)?;
            name_is_free(&others, "", &body.name)?;
            if others.len() >= QUOTA {
                return Err(Refusal::because(THROTTLE_QUOTA, format!("{QUOTA} policies")));
            }
            let throttle = Throttle {
                id: new_id(),
                bind_num: 0,
                is_inclu_special_throttle: NO_EXCEPTIONS,
                create_time: now.to_string(),
                policy: complete(&body),
            };
            let record = ThrottleRecord {
                instance_id: instance_id.clone(),
                throttle: throttle.clone(),
            };
            writer.put(&THROTTLES, &throttle.id, &record)?;
            Ok(throttle)
        })
    })
    .await
}

fn name_is_free(others: &[Throttle], id: &str, name: &str) -> Result<(), Refusal> {
    match others.iter().any(|other| other.id != id && other.policy.name == name) {
        true => Err(Refusal::because(THROTTLE_NAME_EXISTS, format!("`{name}`"))),
        false => Ok(()),
    }
}

/// ListRequestThrottlingPolicyV2.
pub(super) async fn list(call: Call, input: ListThrottles) -> Result<ThrottleList, Refusal> {
    let mut throttles = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        let throttles = on(reader, &input.instance_id)?;
        throttles
            .into_iter()
            .map(|throttle| counted(reader, throttle))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let (name, precise) = (input.name.as_deref(), input.precise_search.as_deref());
    throttles.retain(|throttle| {
        input.id.as_ref().is_none_or(|id| throttle.id == *id)
            && group::fits("name", name, precise, &throttle.policy.name)
    });
    let page = page::by_offset(throttles, input.offset, input.limit);
    Ok(ThrottleList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        throttles: page.items,
    })
}

/// ShowDetailsOfRequestThrottlingPolicyV2.
pub(super) async fn show(call: Call, input: ShowThrottle) -> Result<Throttle, Refusal> {
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        find(reader, &input.instance_id, &input.throttle_id)
    })
}

/// UpdateRequestThrottlingPolicyV2.
pub(super) async fn update(call: Call, input: UpdateThrottle) -> Result<Throttle, Refusal> {
    let UpdateThrottle {
        instance_id,
        throttle_id,
        body,
    } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            let throttle = Throttle {
                policy: complete(&body),
                ..find(writer, &instance_id, &throttle_id)?
            };
            name_is_free(&on(writer, &instance_id)?, &throttle_id, &body.name)?;
            let record = ThrottleRecord {
                instance_id: instance_id.clone(),
                throttle: throttle.clone(),
            };
            writer.put(&THROTTLES, &throttle_id, &record)?;
            Ok(throttle)
        })
    })
    .await
}

/// DeleteRequestThrottlingPolicyV2.
pub(super) async fn delete(call: Call, input: DeleteThrottle) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let throttle = find(writer, &input.instance_id, &input.throttle_id)?;
            if throttle.bind_num > 0 {
                return Err(Refusal::because(THROTTLE_IN_USE, format!("{} APIs", throttle.bind_num)));
            }
            Ok(writer.remove(&THROTTLES, &input.throttle_id)?)
        })
    })
    .await
}
