//! Which throttling policy holds for which publication of an API.

use super::api_outline::{Scope, published};
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{gateway_status, group, page, throttle};
use crate::codes::apig::{PARAMETER_MISSING, PARAMETER_VALUE, PUBLICATION_NOT_FOUND, THROTTLE_BINDING_NOT_FOUND};
use crate::local::store::records::{PUBLICATIONS, THROTTLE_BINDINGS, ThrottleBindingRecord};
use crate::local::store::{Read, Reader, Writer};
use crate::wire::throttle_binding::{
    ApiThrottleList, BindThrottle, ListApiThrottles, ListThrottledApis, ListUnthrottledApis, ThrottleBinding,
    ThrottleBindingsMade, ThrottledApiList, UnbindFailure, UnbindOutcome, UnbindThrottle, UnbindThrottles,
};
use serde_json::{Map, Value, json};

/// `scope` of a binding: the whole API.
const WHOLE: i64 = 1;

fn on(view: &impl Read, instance_id: &str) -> Result<Vec<ThrottleBinding>, Refusal> {
    let mut records = view.scan(&THROTTLE_BINDINGS, "")?;
    records.retain(|record| record.instance_id == instance_id);
    Ok(records.into_iter().map(|record| record.binding).collect())
}

/// AssociateRequestThrottlingPolicyV2. A publication has one policy: another one takes its place.
pub(super) async fn create(call: Call, input: BindThrottle) -> Result<ThrottleBindingsMade, Refusal> {
    let BindThrottle { instance_id, body } = input;
    for (name, missing) in [
        ("strategy_id", body.strategy_id.is_empty()),
        ("publish_ids", body.publish_ids.is_empty()),
    ] {
        if missing {
            return Err(Refusal::parameter(PARAMETER_MISSING, name, "it is empty"));
        }
    }
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &instance_id, now)?;
            throttle::find(writer, &instance_id, &body.strategy_id)?;
            let mut throttle_applys = Vec::new();
            for publish_id in &body.publish_ids {
                is_published(writer, &instance_id, publish_id)?;
                let binding = ThrottleBinding {
                    id: new_id(),
                    publish_id: publish_id.clone(),
                    strategy_id: body.strategy_id.clone(),
                    scope: WHOLE,
                    apply_time: now.to_string(),
                };
                writer.remove_where(&THROTTLE_BINDINGS, |record| record.binding.publish_id == *publish_id)?;
                let record = ThrottleBindingRecord {
                    instance_id: instance_id.clone(),
                    binding: binding.clone(),
                };
                writer.put(&THROTTLE_BINDINGS, &binding.id, &record)?;
                throttle_applys.push(binding);
            }
            Ok(ThrottleBindingsMade { throttle_applys })
        })
    })
    .await
}

fn is_published(view: &impl Read, instance_id: &str, publish_id: &str) -> Result<(), Refusal> {
    let records = view.scan(&PUBLICATIONS, "")?;
    let mut records = records.iter().filter(|record| record.instance_id == instance_id);
    match records.any(|record| record.publication.publish_id == publish_id) {
        true => Ok(()),
        false => Err(Refusal::because(PUBLICATION_NOT_FOUND, format!("`{publish_id}`"))),
    }
}

/// Removes the binding `id` of the gateway.
fn remove(writer: &Writer, instance_id: &str, id: &str) -> Result<(), Refusal> {
    match on(writer, instance_id)?.iter().any(|binding| binding.id == id) {
        true => Ok(writer.remove(&THROTTLE_BINDINGS, id)?),
        false => Err(Refusal::because(THROTTLE_BINDING_NOT_FOUND, format!("`{id}`"))),
    }
}

/// DisassociateRequestThrottlingPolicyV2.
pub(super) async fn delete(call: Call, input: UnbindThrottle) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            remove(writer, &input.instance_id, &input.throttle_binding_id)
        })
    })
    .await
}

/// BatchDisassociateThrottlingPolicyV2.
pub(super) async fn delete_all(call: Call, input: UnbindThrottles) -> Result<UnbindOutcome, Refusal> {
    match input.action.as_deref() {
        None | Some("delete") => {}
        Some(other) => {
            let detail = format!("`{other}` is not delete");
            return Err(Refusal::parameter(PARAMETER_VALUE, "action", detail));
        }
    }
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut outcome = UnbindOutcome {
                success_count: 0,
                failure: Vec::new(),
            };
            for id in &input.body.throttle_bindings {
                match remove(writer, &input.instance_id, id) {
                    Ok(()) => outcome.success_count += 1,
                    Err(Refusal::Coded { code, message, .. }) => outcome.failure.push(UnbindFailure {
                        bind_id: id.clone(),
                        error_code: code.to_owned(),
                        error_msg: message,
                    }),
                    Err(internal) => return Err(internal),
                }
            }
            Ok(outcome)
        })
    })
    .await
}

fn needed<'a>(name: &str, value: &'a Option<String>) -> Result<&'a str, Refusal> {
    let missing = || Refusal::parameter(PARAMETER_MISSING, name, "it is empty");
    value.as_deref().filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn paged(apis: Vec<Map<String, Value>>, offset: Option<i64>, limit: Option<i64>) -> ThrottledApiList {
    let page = page::by_offset(apis, offset, limit);
    ThrottledApiList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        apis: page.items,
    }
}

/// Published APIs within `scope`: those that the policy is bound to, or the others.
fn apis(
    reader: &Reader,
    (instance_id, throttle_id): (&str, &str),
    scope: Scope<'_>,
    bound: bool,
) -> Result<Vec<Map<String, Value>>, Refusal> {
    let policy = throttle::find(reader, instance_id, throttle_id)?;
    let bindings = on(reader, instance_id)?;
    let mut apis = Vec::new();
    for (record, mut outline) in published(reader, instance_id, scope)? {
        let binding = bindings
            .iter()
            .find(|binding| binding.strategy_id == throttle_id && binding.publish_id == record.publication.publish_id);
        if binding.is_some() != bound {
            continue;
        }
        if let Some(binding) = binding {
            outline.insert("throttle_apply_id".to_owned(), json!(binding.id));
            outline.insert("apply_time".to_owned(), json!(binding.apply_time));
            outline.insert("throttle_name".to_owned(), json!(policy.policy.name));
        }
        apis.push(outline);
    }
    Ok(apis)
}

/// ListApisBindedToRequestThrottlingPolicyV2.
pub(super) async fn bound(call: Call, input: ListThrottledApis) -> Result<ThrottledApiList, Refusal> {
    let throttle_id = needed("throttle_id", &input.throttle_id)?;
    let scope = Scope {
        env_id: input.env_id.as_deref(),
        group_id: input.group_id.as_deref(),
        api_id: input.api_id.as_deref(),
        api_name: input.api_name.as_deref(),
    };
    let found = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        apis(reader, (&input.instance_id, throttle_id), scope, true)
    })?;
    Ok(paged(found, input.offset, input.limit))
}

/// ListApisUnbindedToRequestThrottlingPolicyV2.
pub(super) async fn unbound(call: Call, input: ListUnthrottledApis) -> Result<ThrottledApiList, Refusal> {
    let throttle_id = needed("throttle_id", &input.throttle_id)?;
    let scope = Scope {
        env_id: input.env_id.as_deref(),
        group_id: input.group_id.as_deref(),
        api_id: input.api_id.as_deref(),
        api_name: input.api_name.as_deref(),
    };
    let found = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        apis(reader, (&input.instance_id, throttle_id), scope, false)
    })?;
    Ok(paged(found, input.offset, input.limit))
}

/// ListRequestThrottlingPoliciesBindedToApiV2.
pub(super) async fn of_api(call: Call, input: ListApiThrottles) -> Result<ApiThrottleList, Refusal> {
    let api_id = needed("api_id", &input.api_id)?;
    let scope = Scope {
        api_id: Some(api_id),
        env_id: input.env_id.as_deref(),
        ..Scope::default()
    };
    let found = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        policies(reader, &input.instance_id, scope)
    })?;
    let is = |policy: &Map<String, Value>| {
        let name = policy["name"].as_str().unwrap_or_default();
        input.throttle_id.as_ref().is_none_or(|id| policy["id"] == **id)
            && group::fits("throttle_name", input.throttle_name.as_deref(), None, name)
    };
    let found = found.into_iter().filter(is).collect();
    let page = page::by_offset(found, input.offset, input.limit);
    Ok(ApiThrottleList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        throttles: page.items,
    })
}

/// The policies that are bound to what is published within `scope`, each with its binding.
fn policies(reader: &Reader, instance_id: &str, scope: Scope<'_>) -> Result<Vec<Map<String, Value>>, Refusal> {
    let bindings = on(reader, instance_id)?;
    let mut found = Vec::new();
    for (record, _) in published(reader, instance_id, scope)? {
        let publish_id = &record.publication.publish_id;
        for binding in bindings.iter().filter(|binding| binding.publish_id == *publish_id) {
            let policy = throttle::find(reader, instance_id, &binding.strategy_id)?;
            let policy = serde_json::to_value(policy).map_err(|error| Refusal::Internal(error.to_string()))?;
            let mut policy = super::vpc::members(policy);
            policy.insert("env_name".to_owned(), json!(record.env_name));
            policy.insert("bind_id".to_owned(), json!(binding.id));
            policy.insert("bind_time".to_owned(), json!(binding.apply_time));
            found.push(policy);
        }
    }
    Ok(found)
}
