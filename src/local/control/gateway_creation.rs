//! The rules of a gateway's creation, and the record that it makes.

use super::super::{Account, Context};
use super::identity::{new_id, own_uuid};
use super::refusal::Refusal;
use super::vpc::members;
use super::{gateway_feature, gateway_tag, security_group, subnet, vpc};
use crate::codes::apig::{
    GATEWAY_PARAMETER, MAINTENANCE_BEGIN, MAINTENANCE_LENGTH, NO_ZONE, SECURITY_GROUP_NOT_FOUND, SPEC_NOT_FOUND,
};
use crate::local::store::records::GatewayRecord;
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::gateway::{BY_BANDWIDTH, EDITIONS, Gateway, GatewayAddress, NewGateway};
use crate::wire::gateway_tag::Tag;
use crate::wire::rule::{self, MAINTENANCE_HOURS, MAINTENANCE_WINDOW};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The letters of the region's zones.
pub(super) const ZONES: &[char] = &['a', 'b', 'c'];
/// When it begins unless somebody says.
const USUAL_HOUR: u8 = 22;

/// Checks `new`.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(account: &Account, new: &NewGateway) -> Result<(), Refusal> {
    rule::gateway_name(&new.instance_name).map_err(|broken| parameter("instanceName", broken))?;
    if !is_edition(&new.spec_id) {
        return Err(Refusal::because(SPEC_NOT_FOUND, format!("`{}`", new.spec_id)));
    }
    zones(account, &new.available_zone_ids)?;
    network(account, new)?;
    window(new.maintain_begin.as_deref(), new.maintain_end.as_deref())?;
    bandwidth(new)?;
    description(new.description.as_deref())?;
    gateway_tag::check_all(&sent_tags(new)?)?;
    match new.enterprise_project_id.as_deref() {
        None | Some("" | DEFAULT_ID) => Ok(()),
        Some(other) => Err(parameter("enterpriseProjectId", format!("there is no `{other}`"))),
    }
}

/// Checks a description.
pub(super) fn description(text: Option<&str>) -> Result<(), Refusal> {
    rule::gateway_description(text.unwrap_or_default()).map_err(|broken| parameter("description", broken))
}

/// The tags that `new` brings.
fn sent_tags(new: &NewGateway) -> Result<Vec<Tag>, Refusal> {
    let tags = new.other.get("tags").cloned().unwrap_or_else(|| json!([]));
    serde_json::from_value(tags).map_err(|error| parameter("tags", error))
}

/// The refusal of a value of a gateway.
pub(super) fn parameter(name: &str, detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(GATEWAY_PARAMETER, format!("parameter name[{name}], {detail}"))
}

/// An edition, one of its variants, or one with a network load balancer.
fn is_edition(spec: &str) -> bool {
    let spec = spec.strip_prefix("NLB_").unwrap_or(spec);
    let spec = spec.strip_suffix("_IPV6").unwrap_or(spec);
    let larger = spec.strip_prefix("PLATINUM_X").and_then(|size| size.parse().ok());
    EDITIONS.contains(&spec) || larger.is_some_and(|size: u8| (2..=8).contains(&size))
}

fn zones(account: &Account, codes: &[String]) -> Result<(), Refusal> {
    if codes.is_empty() {
        return Err(Refusal::new(NO_ZONE));
    }
    let unknown = codes.iter().find(|code| {
        !ZONES
            .iter()
            .any(|letter| **code == format!("{}{letter}", account.region))
    });
    match unknown {
        Some(code) => Err(parameter("availableZoneIds", format!("there is no zone `{code}`"))),
        None => Ok(()),
    }
}

fn network(account: &Account, new: &NewGateway) -> Result<(), Refusal> {
    if new.vpc_id != vpc::id(account) {
        return Err(parameter("vpcId", format!("there is no VPC `{}`", new.vpc_id)));
    }
    if new.subnet_id != subnet::id(account) {
        return Err(parameter(
            "subnetId",
            format!("there is no subnet `{}` in the VPC", new.subnet_id),
        ));
    }
    known_security_group(account, &new.security_group_id)
}

/// Whether there is the security group `id`.
///
/// # Errors
/// 404 `APIC.7307`.
pub(super) fn known_security_group(account: &Account, id: &str) -> Result<(), Refusal> {
    match id == security_group::id(account) {
        true => Ok(()),
        false => Err(Refusal::because(SECURITY_GROUP_NOT_FOUND, format!("`{id}`"))),
    }
}

/// The maintenance window, both ends as they are written.
///
/// # Errors
/// 400 `APIC.7235`, `APIC.7230`.
pub(super) fn window(begin: Option<&str>, end: Option<&str>) -> Result<(String, String), Refusal> {
    let hour_of = |text: &str| text.strip_suffix(":00:00").filter(|h| h.len() == 2)?.parse::<u8>().ok();
    let begin = match begin {
        None | Some("") => USUAL_HOUR,
        Some(text) => hour_of(text)
            .filter(|hour| MAINTENANCE_HOURS.contains(hour))
            .ok_or_else(|| Refusal::because(MAINTENANCE_BEGIN, format!("`{text}`")))?,
    };
    let expected = format!("{:02}:00:00", (begin + MAINTENANCE_WINDOW) % 24);
    match end {
        Some(other) if !other.is_empty() && other != expected => Err(Refusal::because(
            MAINTENANCE_LENGTH,
            format!("`{other}` is not `{expected}`"),
        )),
        _ => Ok((format!("{begin:02}:00:00"), expected)),
    }
}

fn bandwidth(new: &NewGateway) -> Result<(), Refusal> {
    if let Some(megabits) = new.ingress_bandwidth_size.filter(|size| *size != 0) {
        rule::inbound_bandwidth(megabits).map_err(|broken| parameter("ingressBandwidthSize", broken))?;
    }
    if new.bandwidth_size.is_some_and(|size| size < 0) {
        return Err(parameter("bandwidthSize", "it is negative"));
    }
    let modes = [&new.ingress_bandwidth_charging_mode, &new.bandwidth_charging_mode];
    match modes
        .into_iter()
        .flatten()
        .find(|mode| !mode.is_empty() && *mode != BY_BANDWIDTH)
    {
        Some(mode) => Err(parameter(
            "bandwidthChargingMode",
            format!("`{mode}` is not `{BY_BANDWIDTH}`"),
        )),
        None if new
            .other
            .get("eip_id")
            .and_then(|id| id.as_str())
            .is_some_and(|id| !id.is_empty()) =>
        {
            Err(parameter(
                "eipId",
                "a gateway of this region brings its own public address",
            ))
        }
        None => Ok(()),
    }
}

/// The record that the creation of `new` at `now` makes; `number` tells it from its siblings in its addresses.
///
/// # Errors
/// As [`check`].
pub(super) fn record(
    context: &Context,
    new: &NewGateway,
    now: Timestamp,
    number: usize,
) -> Result<GatewayRecord, Refusal> {
    let id = new_id();
    let host = 10 + 3 * (number % 70);
    let publicips = match new.ingress_bandwidth_size.unwrap_or(0) {
        0 => Vec::new(),
        bandwidth_size => vec![GatewayAddress {
            ip_address: public_address(host),
            bandwidth_size,
        }],
    };
    let mut other = settings(&context.account, new)?;
    other.extend(addresses(host));
    if new.bandwidth_size.unwrap_or(0) > 0 {
        other.insert("nat_eip_address".to_owned(), public_address(host + 1).into());
    }
    other.insert(
        "endpoint_services".to_owned(),
        json!([{
            "service_name": format!("{}.apig.{id}", context.account.region),
            "created_at": now.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }]),
    );
    let delay = i64::try_from(context.behaviour.gateway_delay.as_millis()).unwrap_or(i64::MAX);
    let gateway = Gateway {
        id,
        instance_name: new.instance_name.clone(),
        spec: new.spec_id.clone(),
        create_time: now.as_millisecond(),
        enterprise_project_id: Some(DEFAULT_ID.to_owned()),
        available_zone_ids: Some(format!("[{}]", new.available_zone_ids.join(", "))),
        publicips: Some(publicips),
        other,
        ..Gateway::default()
    };
    Ok(GatewayRecord {
        gateway,
        running_at: now.as_millisecond().saturating_add(delay),
        gone_at: None,
        features: Vec::new(),
        tags: sent_tags(new)?,
    })
}

/// What an answer repeats of `new`, and what all gateways of the region have in common.
fn settings(account: &Account, new: &NewGateway) -> Result<Map<String, Value>, Refusal> {
    let (begin, end) = window(new.maintain_begin.as_deref(), new.maintain_end.as_deref())?;
    Ok(members(json!({
        "project_id": account.project_id, "type": "apig", "eip_address": "", "charging_mode": 0, "cbc_metadata": "",
        "loadbalancer_provider": "elb", "cbc_operation_locks": [],
        "description": new.description.as_deref().unwrap_or_default(),
        "vpc_id": new.vpc_id, "subnet_id": new.subnet_id, "security_group_id": new.security_group_id,
        "maintain_begin": begin, "maintain_end": end,
        "user_id": user_id(account),
        "bandwidth_size": new.bandwidth_size.unwrap_or(0), "bandwidth_charging_mode": BY_BANDWIDTH,
        "ingress_bandwidth_charging_mode": BY_BANDWIDTH, "instance_version": "2.0.17", "virsubnet_id": null,
        "supported_features": gateway_feature::names(), "endpoint_service": null, "is_releasable": true,
    })))
}

/// The id of the account's only user.
pub(super) fn user_id(account: &Account) -> String {
    own_uuid(account, "user").replace('-', "")
}

/// An address of a network for documentation: no machine has it.
pub(super) fn public_address(host: usize) -> String {
    format!("203.0.113.{host}")
}

/// The addresses of a gateway in the account's subnet.
fn addresses(host: usize) -> Map<String, Value> {
    let private = format!("192.168.0.{host}");
    members(json!({
        "ingress_ip": private, "privateips": [{"ip_address": private, "bandwidth_size": 0}],
        "nat_eip_address": "", "nat_eip_ipv6_cidr": "", "unreliable_ips": [],
        "node_ips": {
            "livedata": [format!("192.168.0.{}", host + 1)], "shubao": [format!("192.168.0.{}", host + 2)],
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::is_edition;

    #[test]
    fn editions_and_their_variants() {
        for spec in [
            "BASIC",
            "PLATINUM_IPV6",
            "PLATINUM_X2",
            "PLATINUM_X8",
            "NLB_PROFESSIONAL",
            "ENTERPRISE",
        ] {
            assert!(is_edition(spec), "{spec}");
        }
        for spec in ["", "basic", "GOLD", "PLATINUM_X9", "PLATINUM_X1", "BASIC_X2", "NLB_"] {
            assert!(!is_edition(spec), "{spec}");
        }
    }
}
