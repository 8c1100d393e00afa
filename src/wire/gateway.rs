//! Dedicated gateways, which the API calls instances. Source: APIG API v2, "Gateway Management"; the guide's Table 3.

use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The editions that `spec_id` names and that exist in every region.
pub(crate) const EDITIONS: &[&str] = &["BASIC", "PROFESSIONAL", "ENTERPRISE", "PLATINUM"];
/// The status of a gateway that serves.
pub(crate) const RUNNING: &str = "Running";
/// `*_charging_mode`: by bandwidth.
pub(crate) const BY_BANDWIDTH: &str = "bandwidth";

/// The input of [`CreateInstance`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewGateway {
    /// See [`super::rule::gateway_name`].
    pub(crate) instance_name: String,
    /// The edition: one of [`EDITIONS`], or a variant of one.
    pub(crate) spec_id: String,
    /// A UUID with dashes.
    pub(crate) vpc_id: String,
    /// The subnet's network id.
    pub(crate) subnet_id: String,
    /// A UUID with dashes.
    pub(crate) security_group_id: String,
    /// Codes of zones, `cn-east-3a`; not their ids.
    pub(crate) available_zone_ids: Vec<String>,
    /// `0` is the default project.
    pub(crate) enterprise_project_id: Option<String>,
    /// At most 255 characters, no `<` and `>`.
    pub(crate) description: Option<String>,
    /// `xx:00:00` with xx one of 02, 06, 10, 14, 18, 22.
    pub(crate) maintain_begin: Option<String>,
    /// Four hours after the beginning.
    pub(crate) maintain_end: Option<String>,
    /// Public inbound access in Mbit/s, at least 5.
    pub(crate) ingress_bandwidth_size: Option<i64>,
    /// [`BY_BANDWIDTH`], with the above.
    pub(crate) ingress_bandwidth_charging_mode: Option<String>,
    /// Public outbound access in Mbit/s; 0 is none.
    pub(crate) bandwidth_size: Option<i64>,
    /// [`BY_BANDWIDTH`].
    pub(crate) bandwidth_charging_mode: Option<String>,
    /// Whatever else was sent.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// A gateway; lists leave out most members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Gateway {
    /// 32 hex digits.
    pub(crate) id: String,
    /// Its name.
    pub(crate) instance_name: String,
    /// `Creating` … [`RUNNING`]; anything that ends in `Fail`, `Failed` or `Timeout` has failed.
    pub(crate) status: String,
    /// The same as a number: 1 Creating, 6 Running, 23 Deleting …
    pub(crate) instance_status: i64,
    /// The edition.
    pub(crate) spec: String,
    /// Unix milliseconds.
    pub(crate) create_time: i64,
    /// `0` is the default project.
    pub(crate) enterprise_project_id: Option<String>,
    /// Zones as one text, `[cn-east-3a, cn-east-3b]`; not in lists.
    pub(crate) available_zone_ids: Option<String>,
    /// Public inbound addresses; empty without public inbound access, or before it is ready; not in lists.
    pub(crate) publicips: Option<Vec<GatewayAddress>>,
    /// Every other member of the answer.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl Gateway {
    /// Whether its status says that it will never serve.
    pub(crate) fn has_failed(&self) -> bool {
        ["Fail", "Failed", "Timeout", "Frozen"]
            .iter()
            .any(|end| self.status.ends_with(end))
    }
}

/// An address of a gateway.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GatewayAddress {
    /// IPv4.
    pub(crate) ip_address: String,
    /// Mbit/s.
    pub(crate) bandwidth_size: i64,
}

/// What an operation on a gateway that goes on in the background answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GatewayJob {
    /// The gateway.
    pub(crate) instance_id: String,
    /// A sentence.
    pub(crate) message: String,
    /// `JOB-…`.
    pub(crate) job_id: String,
}

/// How far the creation of a gateway is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GatewayProgress {
    /// Percent: 30, 50, 80, 90, 100.
    pub(crate) progress: i64,
    /// `creating`, `success` or `failed`.
    pub(crate) status: String,
    /// The error's code, when it failed.
    pub(crate) error_code: Option<String>,
    /// The error's text.
    pub(crate) error_msg: Option<String>,
    /// Unix milliseconds.
    pub(crate) start_time: i64,
    /// Unix milliseconds.
    pub(crate) end_time: i64,
}

/// Creates a gateway, which goes on for minutes. It bills by the hour until deleted. Source: CreateInstanceV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateInstance {
    /// The gateway.
    pub(crate) body: NewGateway,
}

/// Lists gateways. Source: ListInstancesV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListInstances {
    /// Only this one.
    pub(crate) instance_id: Option<String>,
    /// A part of the name.
    pub(crate) instance_name: Option<String>,
    /// Only those of this status.
    pub(crate) status: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListInstances`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GatewayList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) instances: Vec<Gateway>,
}

/// Shows a gateway. Source: ShowDetailsOfInstanceV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowDetailsOfInstance {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

/// The input of [`UpdateInstance`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct GatewayChange {
    /// See [`super::rule::gateway_name`].
    pub(crate) instance_name: Option<String>,
    /// At most 255 characters, no `<` and `>`.
    pub(crate) description: Option<String>,
    /// `xx:00:00`, as in creation.
    pub(crate) maintain_begin: Option<String>,
    /// Four hours after the beginning.
    pub(crate) maintain_end: Option<String>,
    /// A UUID with dashes.
    pub(crate) security_group_id: Option<String>,
    /// At most 16 characters.
    pub(crate) vpcep_service_name: Option<String>,
}

/// Changes what of a gateway can be changed; what is left out stays. Source: UpdateInstanceV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateInstance {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// What to change.
    pub(crate) body: GatewayChange,
}

/// Shows how far a gateway's creation is. Source: ShowDetailsOfInstanceProgressV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowDetailsOfInstanceProgress {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

/// Deletes a gateway, which goes on in the background. Source: DeleteInstancesV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteInstances {
    /// The gateway's id.
    pub(crate) instance_id: String,
}

/// Lists the zones that offer gateways; not paged. Source: ListAvailableZonesV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListAvailableZones {}

/// The answer of [`ListAvailableZones`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ZoneList {
    /// All of them.
    pub(crate) available_zones: Vec<Zone>,
}

/// A zone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Zone {
    /// What `available_zone_ids` of a gateway takes, `cn-east-3a`.
    pub(crate) code: String,
    /// An id that nothing here takes.
    pub(crate) id: String,
    /// `AZ1`.
    pub(crate) name: String,
    /// Which editions it offers, by name.
    #[serde(default)]
    pub(crate) specs: std::collections::BTreeMap<String, bool>,
    /// Every other member of the answer.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl Operation for CreateInstance {
    const NAME: &'static str = "CreateInstanceV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances";
    const SUCCESS: &'static [u16] = &[202];
    type Output = GatewayJob;
}

impl Operation for ListInstances {
    const NAME: &'static str = "ListInstancesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances";
    const SUCCESS: &'static [u16] = &[200];
    type Output = GatewayList;
}

impl Listing for ListInstances {
    type Item = Gateway;

    fn items(page: GatewayList) -> Vec<Gateway> {
        page.instances
    }

    fn after(&self, page: &GatewayList) -> Option<Self> {
        let offset = next_offset(self.offset, page.instances.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

/// The offset of the page after one that began at `sent` and held `items`, of `total` in all.
pub(super) fn next_offset(sent: Option<i64>, items: usize, total: i64) -> Option<i64> {
    let next = sent.unwrap_or(0).max(0) + i64::try_from(items).ok()?;
    (items > 0 && next < total).then_some(next)
}

impl Operation for ShowDetailsOfInstance {
    const NAME: &'static str = "ShowDetailsOfInstanceV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Gateway;
}

impl Operation for ShowDetailsOfInstanceProgress {
    const NAME: &'static str = "ShowDetailsOfInstanceProgressV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/progress";
    const SUCCESS: &'static [u16] = &[200];
    type Output = GatewayProgress;
}

impl Operation for DeleteInstances {
    const NAME: &'static str = "DeleteInstancesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for ListAvailableZones {
    const NAME: &'static str = "ListAvailableZonesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/available-zones";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ZoneList;
}

impl Operation for UpdateInstance {
    const NAME: &'static str = "UpdateInstanceV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Gateway;
}
