//! Virtual private clouds, API v1; the local cloud answers in the API v3 too.

use super::operation::{Listing, Method, Operation, Service};
use super::security_group::PageInfo;
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
    /// Only this one.
    pub(crate) id: Option<String>,
    /// Only those of this enterprise project; `all_granted_eps` for all.
    pub(crate) enterprise_project_id: Option<String>,
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

/// A virtual private cloud as the API v3 has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcV3 {
    /// A UUID with dashes.
    pub(crate) id: String,
    /// 1 to 64 characters.
    pub(crate) name: String,
    /// Free text.
    pub(crate) description: String,
    /// The address range, `192.168.0.0/16`.
    pub(crate) cidr: String,
    /// `PENDING` or `ACTIVE`.
    pub(crate) status: String,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists VPCs; each list of values keeps what has one of them. Source: ListVpcs (v3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListVpcsV3 {
    /// Exact ids.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) id: Vec<String>,
    /// Exact names.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) name: Vec<String>,
    /// Exact descriptions.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) description: Vec<String>,
    /// Exact address ranges.
    #[serde(default, deserialize_with = "super::operation::texts")]
    pub(crate) cidr: Vec<String>,
    /// Only those of this enterprise project; `all_granted_eps` for all.
    pub(crate) enterprise_project_id: Option<String>,
    /// 0 to 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListVpcsV3`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcListV3 {
    /// The request's id, as in the header.
    pub(crate) request_id: String,
    /// One page.
    pub(crate) vpcs: Vec<VpcV3>,
    /// Where the page lies; the last one has no `next_marker`.
    pub(crate) page_info: PageInfo,
}

impl Operation for ListVpcsV3 {
    const NAME: &'static str = "ListVpcsV3";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/vpcs";
    const SUCCESS: &'static [u16] = &[200];
    type Output = VpcListV3;
}

/// Shows a VPC. Source: ShowVpc (v3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowVpcV3 {
    /// Its id.
    pub(crate) vpc_id: String,
}

/// The answer of [`ShowVpcV3`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcAnswerV3 {
    /// The request's id, as in the header.
    pub(crate) request_id: String,
    /// The one.
    pub(crate) vpc: VpcV3,
}

impl Operation for ShowVpcV3 {
    const NAME: &'static str = "ShowVpcV3";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/vpcs/{vpc_id}";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the code for a VPC that is not there: here that of the API v1, 404 `VPC.0003`"];
    type Output = VpcAnswerV3;
}
