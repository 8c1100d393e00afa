//! Regions: the places of the cloud, each with hosts and projects of its own.

use super::operation::{Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Ids of regions with the consoles' names for them; empty where no document tells the English name.
/// Beware: Shanghai1 is east-3, and Shanghai2 is east-2. Source: "Notes and Constraints" of FunctionGraph; the SDK's
/// region files.
pub(crate) const KNOWN: [(&str, &str); 30] = [
    ("cn-east-3", "CN East-Shanghai1"),
    ("cn-east-2", "CN East-Shanghai2"),
    ("cn-east-4", ""),
    ("cn-east-5", ""),
    ("cn-north-1", "CN North-Beijing1"),
    ("cn-north-2", ""),
    ("cn-north-4", "CN North-Beijing4"),
    ("cn-north-9", "CN North-Ulanqab1"),
    ("cn-north-11", ""),
    ("cn-north-12", ""),
    ("cn-south-1", "CN South-Guangzhou"),
    ("cn-south-2", ""),
    ("cn-south-4", ""),
    ("cn-southwest-2", ""),
    ("cn-southwest-3", ""),
    ("ap-southeast-1", "CN-Hong Kong"),
    ("ap-southeast-2", "AP-Bangkok"),
    ("ap-southeast-3", "AP-Singapore"),
    ("ap-southeast-4", "AP-Jakarta"),
    ("ap-southeast-5", ""),
    ("af-south-1", "AF-Johannesburg"),
    ("af-north-1", ""),
    ("la-north-2", "LA-Mexico City2"),
    ("na-mexico-1", "LA-Mexico City1"),
    ("la-south-2", "LA-Santiago"),
    ("sa-brazil-1", "LA-Sao Paulo1"),
    ("tr-west-1", "TR-Istanbul"),
    ("me-east-1", "ME-Riyadh"),
    ("eu-west-101", "EU-Dublin"),
    ("ae-ad-1", ""),
];

/// A region, as the identity service tells of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Region {
    /// Its id, which is in the names of hosts.
    pub(crate) id: String,
    /// Names of it, by language: `en-us`, `zh-cn` and others.
    #[serde(default)]
    pub(crate) locales: Map<String, Value>,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists all regions. Source: KeystoneListRegions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeystoneListRegions {}

/// The answer of [`KeystoneListRegions`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RegionList {
    /// All of them.
    pub(crate) regions: Vec<Region>,
    /// The list's own address.
    #[serde(default)]
    pub(crate) links: Value,
}

impl Operation for KeystoneListRegions {
    const NAME: &'static str = "KeystoneListRegions";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/regions";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Account;
    type Output = RegionList;
}
