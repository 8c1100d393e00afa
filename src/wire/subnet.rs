//! Subnets of a VPC, API v1.

use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subnet {
    /// A UUID with dashes: the network id, which gateways and functions take as `subnet_id`.
    pub(crate) id: String,
    /// 1 to 64 characters.
    pub(crate) name: String,
    /// The address range, `192.168.1.0/24`.
    pub(crate) cidr: String,
    /// The VPC that it is part of.
    pub(crate) vpc_id: String,
    /// `UNKNOWN` (not yet attached), `ACTIVE` or `ERROR`.
    pub(crate) status: String,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists subnets. Source: ListSubnets (v1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListSubnets {
    /// Only those of this VPC.
    pub(crate) vpc_id: Option<String>,
    /// 0 to 2000; the service's default is 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListSubnets`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SubnetList {
    /// One page.
    pub(crate) subnets: Vec<Subnet>,
}

impl Operation for ListSubnets {
    const NAME: &'static str = "ListSubnets";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/subnets";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SubnetList;
}

impl Listing for ListSubnets {
    type Item = Subnet;

    fn items(page: SubnetList) -> Vec<Subnet> {
        page.subnets
    }

    fn after(&self, page: &SubnetList) -> Option<Self> {
        let full = usize::try_from(self.limit.unwrap_or(2000)).unwrap_or(usize::MAX);
        let last = page.subnets.last().filter(|_| page.subnets.len() >= full)?;
        Some(Self {
            marker: Some(last.id.clone()),
            ..self.clone()
        })
    }
}

/// Shows a subnet. Source: ShowSubnet (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowSubnet {
    /// Its id.
    pub(crate) subnet_id: String,
}

/// The answer of [`ShowSubnet`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SubnetAnswer {
    /// The one.
    pub(crate) subnet: Subnet,
}

impl Operation for ShowSubnet {
    const NAME: &'static str = "ShowSubnet";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/subnets/{subnet_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SubnetAnswer;
}
