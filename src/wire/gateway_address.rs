//! Public access of a gateway after its creation: inbound by a load balancer's address, outbound by a NAT's.
//! Source: APIG API v2, "Gateway Management".

use super::gateway::{BY_BANDWIDTH, GatewayJob};
use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Deserializer, Serialize};

/// How much comes in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct InboundBandwidth {
    /// Mbit/s, at least 5.
    pub(crate) bandwidth_size: i64,
    /// [`BY_BANDWIDTH`].
    pub(crate) bandwidth_charging_mode: Option<String>,
}

impl InboundBandwidth {
    /// Of `megabits` a second.
    pub(crate) fn of(megabits: i64) -> Self {
        Self {
            bandwidth_size: megabits,
            bandwidth_charging_mode: Some(BY_BANDWIDTH.to_owned()),
        }
    }
}

/// How much goes out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OutboundBandwidth {
    /// Mbit/s as text; some clients send a number.
    #[serde(deserialize_with = "text_or_number")]
    pub(crate) bandwidth_size: String,
    /// [`BY_BANDWIDTH`]; some clients leave it out.
    pub(crate) bandwidth_charging_mode: Option<String>,
}

impl OutboundBandwidth {
    /// Of `megabits` a second.
    pub(crate) fn of(megabits: i64) -> Self {
        Self {
            bandwidth_size: megabits.to_string(),
            bandwidth_charging_mode: Some(BY_BANDWIDTH.to_owned()),
        }
    }
}

/// Reads a size written as text or as a number.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(i64),
    }
    Ok(match TextOrNumber::deserialize(deserializer)? {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    })
}

/// Gives a gateway a public inbound address. Source: AddIngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddIngressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// How much.
    pub(crate) body: InboundBandwidth,
}

/// Changes the bandwidth of the public inbound address. Source: UpdateIngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateIngressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// How much.
    pub(crate) body: InboundBandwidth,
}

/// Takes the public inbound address away. Source: RemoveIngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RemoveIngressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

/// Lets a gateway reach the internet. Source: AddEngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddEgressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// How much.
    pub(crate) body: OutboundBandwidth,
}

/// Changes the bandwidth of the outbound address. Source: UpdateEngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateEgressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// How much.
    pub(crate) body: OutboundBandwidth,
}

/// Takes the outbound address away. Source: RemoveEngressEipV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RemoveEgressEip {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

impl Operation for AddIngressEip {
    const NAME: &'static str = "AddIngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/ingress-eip";
    const SUCCESS: &'static [u16] = &[202];
    type Output = GatewayJob;
}

impl Operation for UpdateIngressEip {
    const NAME: &'static str = "UpdateIngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/ingress-eip";
    const SUCCESS: &'static [u16] = &[202];
    const UNKNOWN: &'static [&'static str] = &["the code for an address that is not there: here 409 `APIC.7701`"];
    type Output = GatewayJob;
}

impl Operation for RemoveIngressEip {
    const NAME: &'static str = "RemoveIngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/ingress-eip";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = &["whether an address that is not there is an error: here it is not"];
    type Output = ();
}

impl Operation for AddEgressEip {
    const NAME: &'static str = "AddEngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/nat-eip";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ();
}

impl Operation for UpdateEgressEip {
    const NAME: &'static str = "UpdateEngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/nat-eip";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &["the code for an address that is not there: here 409 `APIC.7701`"];
    type Output = ();
}

impl Operation for RemoveEgressEip {
    const NAME: &'static str = "RemoveEngressEipV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/nat-eip";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] = &["whether an address that is not there is an error: here it is not"];
    type Output = ();
}
