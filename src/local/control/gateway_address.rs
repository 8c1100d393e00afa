//! Public access of a gateway: an inbound address of its load balancer, an outbound one of its NAT.

use super::gateway::{job, running};
use super::gateway_creation::{parameter, public_address};
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::apig::{GATEWAY_STATUS_CONFLICT, INBOUND_ENABLED, OUTBOUND_ENABLED};
use crate::local::store::records::{GATEWAYS, GatewayRecord};
use crate::wire::gateway::{BY_BANDWIDTH, GatewayAddress, GatewayJob};
use crate::wire::gateway_address::{
    AddEgressEip, AddIngressEip, InboundBandwidth, OutboundBandwidth, RemoveEgressEip, RemoveIngressEip,
    UpdateEgressEip, UpdateIngressEip,
};
use crate::wire::rule;

/// Changes the running gateway `id` by `change`.
async fn change(
    call: Call,
    id: String,
    change: impl Fn(&mut GatewayRecord) -> Result<(), Refusal> + Send + 'static,
) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = running(writer, &id, now)?;
            change(&mut record)?;
            Ok(writer.put(&GATEWAYS, &id, &record)?)
        })
    })
    .await
}

fn check_mode(mode: Option<&str>) -> Result<(), Refusal> {
    match mode {
        None | Some("" | BY_BANDWIDTH) => Ok(()),
        Some(other) => Err(parameter(
            "bandwidthChargingMode",
            format!("`{other}` is not `{BY_BANDWIDTH}`"),
        )),
    }
}

fn inbound(body: &InboundBandwidth) -> Result<i64, Refusal> {
    check_mode(body.bandwidth_charging_mode.as_deref())?;
    rule::inbound_bandwidth(body.bandwidth_size).map_err(|broken| parameter("bandwidthSize", broken))?;
    Ok(body.bandwidth_size)
}

fn outbound(body: &OutboundBandwidth) -> Result<i64, Refusal> {
    check_mode(body.bandwidth_charging_mode.as_deref())?;
    let size = &body.bandwidth_size;
    let size = size
        .parse()
        .map_err(|_| parameter("bandwidthSize", format!("`{size}` is no number")))?;
    rule::outbound_bandwidth(size).map_err(|broken| parameter("bandwidthSize", broken))?;
    Ok(size)
}

/// The last part of the gateway's private address, from which its public ones follow.
fn host(record: &GatewayRecord) -> usize {
    let address = record.gateway.other.get("ingress_ip").and_then(|ip| ip.as_str());
    let last = address.and_then(|address| address.rsplit('.').next());
    last.and_then(|last| last.parse().ok()).unwrap_or_default()
}

/// What is not there cannot be changed.
fn is_on(on: bool) -> Result<(), Refusal> {
    match on {
        true => Ok(()),
        false => Err(Refusal::because(
            GATEWAY_STATUS_CONFLICT,
            "there is no such public access",
        )),
    }
}

fn has_inbound(record: &GatewayRecord) -> bool {
    record
        .gateway
        .publicips
        .as_ref()
        .is_some_and(|addresses| !addresses.is_empty())
}

fn set_inbound(record: &mut GatewayRecord, bandwidth_size: i64) {
    record.gateway.publicips = Some(vec![GatewayAddress {
        ip_address: public_address(host(record)),
        bandwidth_size,
    }]);
}

/// AddIngressEipV2.
pub(super) async fn add_inbound(call: Call, input: AddIngressEip) -> Result<GatewayJob, Refusal> {
    let size = inbound(&input.body)?;
    let add = move |record: &mut GatewayRecord| {
        if has_inbound(record) {
            return Err(Refusal::new(INBOUND_ENABLED));
        }
        set_inbound(record, size);
        Ok(())
    };
    change(call, input.instance_id.clone(), add).await?;
    Ok(job(input.instance_id))
}

/// UpdateIngressEipV2.
pub(super) async fn update_inbound(call: Call, input: UpdateIngressEip) -> Result<GatewayJob, Refusal> {
    let size = inbound(&input.body)?;
    let update = move |record: &mut GatewayRecord| {
        is_on(has_inbound(record))?;
        set_inbound(record, size);
        Ok(())
    };
    change(call, input.instance_id.clone(), update).await?;
    Ok(job(input.instance_id))
}

/// RemoveIngressEipV2. What is not there is gone.
pub(super) async fn remove_inbound(call: Call, input: RemoveIngressEip) -> Result<(), Refusal> {
    let remove = |record: &mut GatewayRecord| {
        record.gateway.publicips = Some(Vec::new());
        Ok(())
    };
    change(call, input.instance_id, remove).await
}

fn has_outbound(record: &GatewayRecord) -> bool {
    let size = record
        .gateway
        .other
        .get("bandwidth_size")
        .and_then(|size| size.as_i64());
    size.unwrap_or_default() > 0
}

fn set_outbound(record: &mut GatewayRecord, size: i64) {
    let address = match size {
        0 => String::new(),
        _ => public_address(host(record) + 1),
    };
    let other = &mut record.gateway.other;
    other.insert("bandwidth_size".to_owned(), size.into());
    other.insert("nat_eip_address".to_owned(), address.into());
}

/// AddEngressEipV2.
pub(super) async fn add_outbound(call: Call, input: AddEgressEip) -> Result<(), Refusal> {
    let size = outbound(&input.body)?;
    let add = move |record: &mut GatewayRecord| {
        if has_outbound(record) {
            return Err(Refusal::new(OUTBOUND_ENABLED));
        }
        set_outbound(record, size);
        Ok(())
    };
    change(call, input.instance_id, add).await
}

/// UpdateEngressEipV2.
pub(super) async fn update_outbound(call: Call, input: UpdateEgressEip) -> Result<(), Refusal> {
    let size = outbound(&input.body)?;
    let update = move |record: &mut GatewayRecord| {
        is_on(has_outbound(record))?;
        set_outbound(record, size);
        Ok(())
    };
    change(call, input.instance_id, update).await
}

/// RemoveEngressEipV2. As [`remove_inbound`].
pub(super) async fn remove_outbound(call: Call, input: RemoveEgressEip) -> Result<(), Refusal> {
    let remove = |record: &mut GatewayRecord| {
        set_outbound(record, 0);
        Ok(())
    };
    change(call, input.instance_id, remove).await
}
