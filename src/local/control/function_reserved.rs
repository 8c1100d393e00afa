//! Reserved instances. They are kept and told; the data plane starts none ahead of a call.

use super::refusal::Refusal;
use super::request::Call;
use super::{function, page, short_urn};
use crate::codes::functiongraph::INVALID_PARAMETER;
use crate::local::Context;
use crate::local::store::Read;
use crate::local::store::records::{FUNCTION_ALIASES, FUNCTION_VERSIONS, FUNCTIONS, RESERVATIONS, function_key};
use crate::wire::function_reserved::{
    ListFunctionReservedInstances, ListReservedInstanceConfigs, PageInfo, Reservation, ReservedInstance,
    ReservedInstanceConfig, ReservedInstanceConfigs, ReservedInstances, UpdateFunctionReservedInstancesCount,
};
use crate::wire::function_version::LATEST;
use crate::wire::{FunctionUrn, rule};

fn bad(detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(INVALID_PARAMETER, detail)
}

/// UpdateFunctionReservedInstancesCount.
pub(super) async fn update(call: Call, input: UpdateFunctionReservedInstancesCount) -> Result<Reservation, Refusal> {
    let reservation = input.body;
    check(&reservation)?;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let found = function::find(context, writer, &input.function_urn)?;
            let qualifier = found.qualifier().unwrap_or_else(|| LATEST.to_owned());
            let own = format!("{}:{qualifier}", found.key);
            if reservation.count == 0 {
                writer.remove(&RESERVATIONS, &own)?;
                return Ok(reservation);
            }
            for other in rivals(writer, &found)? {
                if writer.get(&RESERVATIONS, &format!("{}:{other}", found.key))?.is_some() {
                    let detail = format!("`{other}` has reserved instances, and is the same version");
                    return Err(bad(detail));
                }
            }
            writer.put(&RESERVATIONS, &own, &reservation)?;
            Ok(reservation)
        })
    })
    .await
}

fn check(reservation: &Reservation) -> Result<(), Refusal> {
    if !rule::RESERVED.contains(&reservation.count) {
        return Err(bad(format!("count `{}` is not 0 to 1000", reservation.count)));
    }
    let tactics = reservation.tactics_config.clone().unwrap_or_default();
    for cron in tactics.cron_configs {
        if cron.count < reservation.count || cron.start_time > cron.expired_time {
            let detail = format!(
                "`{}` has fewer than {} instances, or ends before it begins",
                cron.name, reservation.count
            );
            return Err(bad(detail));
        }
    }
    for metric in tactics.metric_configs {
        let ranges = (1..=99).contains(&metric.threshold) && rule::RESERVED.contains(&metric.min);
        if metric.kind != "Concurrency" || !ranges {
            let detail = format!(
                "`{}`: Concurrency, a threshold of 1 to 99 and a min of 0 to 1000",
                metric.name
            );
            return Err(bad(detail));
        }
    }
    Ok(())
}

/// What else leads to the same version: a version and its alias cannot both have reserved instances.
fn rivals(view: &impl Read, found: &function::Found) -> Result<Vec<String>, Refusal> {
    if found.alias.is_some() {
        return Ok(vec![found.version.clone()]);
    }
    let aliases = view.scan(&FUNCTION_ALIASES, &format!("{}:", found.key))?;
    let own = aliases.into_iter().filter(|alias| alias.version == found.version);
    Ok(own.map(|alias| format!("!{}", alias.name)).collect())
}

/// Every reservation of the function that `urn` names, or of all of them.
fn all(
    context: &Context,
    view: &impl Read,
    urn: Option<&str>,
) -> Result<Vec<(FunctionUrn, String, Reservation)>, Refusal> {
    let urn = urn
        .filter(|urn| !urn.is_empty())
        .map(|urn| short_urn::read(urn, &context.account));
    let urn = urn.transpose()?;
    let mut found = Vec::new();
    for record in view.scan(&FUNCTIONS, "")? {
        let function = record.function;
        let own = FunctionUrn {
            package: function.package.clone(),
            ..FunctionUrn::new(
                &context.account.region,
                &context.account.project_id,
                &function.func_name,
            )
        };
        if urn.as_ref().is_some_and(|urn| urn.unqualified() != own) {
            continue;
        }
        let key = function_key(&function.package, &function.func_name);
        let versions = view.scan(&FUNCTION_VERSIONS, &format!("{key}:"))?.into_iter();
        let aliases = view.scan(&FUNCTION_ALIASES, &format!("{key}:"))?.into_iter();
        let qualifiers = [LATEST.to_owned()]
            .into_iter()
            .chain(versions.map(|record| record.function.version))
            .chain(aliases.map(|alias| format!("!{}", alias.name)));
        for qualifier in qualifiers {
            if let Some(reservation) = view.get(&RESERVATIONS, &format!("{key}:{qualifier}"))? {
                found.push((own.clone(), qualifier, reservation));
            }
        }
    }
    let qualifier = urn.and_then(|urn| urn.qualifier);
    found.retain(|(_, own, _)| qualifier.as_ref().is_none_or(|qualifier| qualifier == own));
    Ok(found)
}

fn info<T>(page: &page::Page<T>) -> PageInfo {
    PageInfo {
        next_marker: page.next,
        previous_marker: page.next - page.items.len(),
        current_count: page.items.len(),
    }
}

/// ListFunctionReservedInstances.
pub(super) async fn list(call: Call, input: ListFunctionReservedInstances) -> Result<ReservedInstances, Refusal> {
    let context = &call.context;
    let all = context
        .store
        .read(|reader| all(context, reader, input.urn.as_deref()))?;
    let page = page::by_short_marker(all, input.marker.as_deref(), input.limit.as_deref())?;
    Ok(ReservedInstances {
        page_info: info(&page),
        count: page.total,
        reservedinstances: page
            .items
            .into_iter()
            .map(|(urn, qualifier, reservation)| ReservedInstance {
                func_urn: urn.qualified(&qualifier).to_string(),
                count: reservation.count,
            })
            .collect(),
    })
}

/// ListReservedInstanceConfigs.
pub(super) async fn list_configs(
    call: Call,
    input: ListReservedInstanceConfigs,
) -> Result<ReservedInstanceConfigs, Refusal> {
    let context = &call.context;
    let all = context
        .store
        .read(|reader| all(context, reader, input.function_urn.as_deref()))?;
    let page = page::by_short_marker(all, input.marker.as_deref(), input.limit.as_deref())?;
    let config = |(urn, qualifier, reservation): (FunctionUrn, String, Reservation)| {
        let (kind, name) = match qualifier.strip_prefix('!') {
            Some(alias) => ("alias", alias),
            None => ("version", qualifier.as_str()),
        };
        ReservedInstanceConfig {
            function_urn: urn.to_string(),
            qualifier_type: kind.to_owned(),
            qualifier_name: name.to_owned(),
            min_count: reservation.count,
            idle_mode: reservation.idle_mode,
            tactics_config: reservation.tactics_config.unwrap_or_default(),
        }
    };
    Ok(ReservedInstanceConfigs {
        page_info: info(&page),
        count: page.total,
        reserved_instances: page.items.into_iter().map(config).collect(),
    })
}
