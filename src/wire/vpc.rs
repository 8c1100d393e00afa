//! Virtual private clouds, API v1.

use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A virtual private cloud.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vpc {
    /// A UUID with dashes.
    pub(crate) id: String,
    /// May be empty.
    pub(crate) name: String,
    /// The address range, `192.168.0.0/16`.
    pub(crate) cidr: String,
    /// `CREATING`, `OK` or `ERROR`.
    pub(crate) status: String,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists VPCs. Source: ListVpcs (v1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListVpcs {
    /// 0 to 2000; the service's default is 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListVpcs`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcList {
    /// One page.
    pub(crate) vpcs: Vec<Vpc>,
}

impl Operation for ListVpcs {
    const NAME: &'static str = "ListVpcs";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/vpcs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = VpcList;
}

impl Listing for ListVpcs {
    type Item = Vpc;

    fn items(page: VpcList) -> Vec<Vpc> {
        page.vpcs
    }

    fn after(&self, page: &VpcList) -> Option<Self> {
        let full = usize::try_from(self.limit.unwrap_or(2000)).unwrap_or(usize::MAX);
        let last = page.vpcs.last().filter(|_| page.vpcs.len() >= full)?;
        Some(Self {
            marker: Some(last.id.clone()),
            ..self.clone()
        })
    }
}

/// Shows a VPC. Source: ShowVpc (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowVpc {
    /// Its id.
    pub(crate) vpc_id: String,
}

/// The answer of [`ShowVpc`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcAnswer {
    /// The one.
    pub(crate) vpc: Vpc,
}

impl Operation for ShowVpc {
    const NAME: &'static str = "ShowVpc";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/vpcs/{vpc_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = VpcAnswer;
}
