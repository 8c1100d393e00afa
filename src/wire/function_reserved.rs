//! Reserved instances: those that stay though nobody calls. They bill all the time.
//! Source: FunctionGraph API v2, "Reserved Instance Management".

use super::operation::{Method, Operation, Service};
use super::urn::FunctionUrn;
use serde::{Deserialize, Serialize};

/// How many instances are reserved for a version or an alias.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Reservation {
    /// 0 to 1000; 0 ends it.
    pub(crate) count: i64,
    /// Whether they may sleep while nobody calls.
    pub(crate) idle_mode: bool,
    /// When there are to be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tactics_config: Option<Tactics>,
}

/// When there are to be more or fewer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tactics {
    /// By the time.
    pub(crate) cron_configs: Vec<CronTactic>,
    /// By the load.
    pub(crate) metric_configs: Vec<MetricTactic>,
}

/// A number of instances at certain times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CronTactic {
    /// Its name.
    pub(crate) name: String,
    /// When: `0 0 8 * * ?`.
    pub(crate) cron: String,
    /// At least [`Reservation::count`].
    pub(crate) count: i64,
    /// From here on, in Unix seconds.
    pub(crate) start_time: i64,
    /// Until here.
    pub(crate) expired_time: i64,
}

/// A number of instances under a load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MetricTactic {
    /// Its name.
    pub(crate) name: String,
    /// `Concurrency`, the only one.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// 1 to 99.
    pub(crate) threshold: i64,
    /// 0 to 1000.
    pub(crate) min: i64,
}

/// Says how many instances are reserved. Source: UpdateFunctionReservedInstancesCount.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateFunctionReservedInstancesCount {
    /// With a version or an alias.
    pub(crate) function_urn: FunctionUrn,
    /// How many.
    pub(crate) body: Reservation,
}

/// Lists how many instances are reserved. Source: ListFunctionReservedInstances.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListFunctionReservedInstances {
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 500; 100 unless given.
    pub(crate) limit: Option<String>,
    /// Only those of this function.
    pub(crate) urn: Option<String>,
}

/// Lists reservations with all that is said of them. Source: ListReservedInstanceConfigs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListReservedInstanceConfigs {
    /// The offset of the page's first item, as text.
    pub(crate) marker: Option<String>,
    /// 1 to 500; 100 unless given.
    pub(crate) limit: Option<String>,
    /// Only those of this function. No path: the function's URN is a parameter here.
    pub(crate) function_urn: Option<String>,
}

/// Where a page is in a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PageInfo {
    /// The offset after the last item.
    pub(crate) next_marker: usize,
    /// The offset of the page before.
    pub(crate) previous_marker: usize,
    /// How many this page holds.
    pub(crate) current_count: usize,
}

/// The answer of [`ListFunctionReservedInstances`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReservedInstances {
    /// One page.
    pub(crate) reservedinstances: Vec<ReservedInstance>,
    /// Where it is.
    pub(crate) page_info: PageInfo,
    /// How many there are in all.
    pub(crate) count: usize,
}

/// How many instances a version or an alias has reserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReservedInstance {
    /// Qualified.
    pub(crate) func_urn: String,
    /// How many.
    pub(crate) count: i64,
}

/// The answer of [`ListReservedInstanceConfigs`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReservedInstanceConfigs {
    /// One page.
    pub(crate) reserved_instances: Vec<ReservedInstanceConfig>,
    /// Where it is.
    pub(crate) page_info: PageInfo,
    /// How many there are in all.
    pub(crate) count: usize,
}

/// A reservation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReservedInstanceConfig {
    /// Unqualified.
    pub(crate) function_urn: String,
    /// `version` or `alias`.
    pub(crate) qualifier_type: String,
    /// Which.
    pub(crate) qualifier_name: String,
    /// How many.
    pub(crate) min_count: i64,
    /// See [`Reservation::idle_mode`].
    pub(crate) idle_mode: bool,
    /// See [`Reservation::tactics_config`].
    pub(crate) tactics_config: Tactics,
}

impl Operation for UpdateFunctionReservedInstancesCount {
    const NAME: &'static str = "UpdateFunctionReservedInstancesCount";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/{function_urn}/reservedinstances";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] = &[
        "the code for a number out of range, and for a version whose alias has reserved instances: here 400 `FSS.0400`",
    ];
    type Output = Reservation;
}

impl Operation for ListFunctionReservedInstances {
    const NAME: &'static str = "ListFunctionReservedInstances";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/reservedinstances";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ReservedInstances;
}

impl Operation for ListReservedInstanceConfigs {
    const NAME: &'static str = "ListReservedInstanceConfigs";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/functions/reservedinstanceconfigs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = ReservedInstanceConfigs;
}
