//! Security groups, API v3.

use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A security group; lists leave out its rules.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    /// A UUID with dashes.
    pub(crate) id: String,
    /// 1 to 64 characters; not unique.
    pub(crate) name: String,
    /// Free text.
    #[serde(default)]
    pub(crate) description: String,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists security groups. Source: ListSecurityGroups (v3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListSecurityGroups {
    /// Exact ids, each a parameter of its own.
    #[serde(
        default,
        deserialize_with = "super::operation::texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) id: Vec<String>,
    /// Exact names, each a parameter of its own.
    #[serde(
        default,
        deserialize_with = "super::operation::texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) name: Vec<String>,
    /// Exact descriptions, each a parameter of its own.
    #[serde(
        default,
        deserialize_with = "super::operation::texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) description: Vec<String>,
    /// Only those of this enterprise project; `all_granted_eps` for all.
    pub(crate) enterprise_project_id: Option<String>,
    /// 0 to 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListSecurityGroups`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupList {
    /// The request's id, as in the header.
    #[serde(default)]
    pub(crate) request_id: String,
    /// One page.
    pub(crate) security_groups: Vec<SecurityGroup>,
    /// Where the page lies; the last one has no `next_marker`.
    pub(crate) page_info: PageInfo,
}

/// Where a page lies within a v3 list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PageInfo {
    /// The page's first id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_marker: Option<String>,
    /// How many items the page has.
    #[serde(default)]
    pub(crate) current_count: u64,
    /// The page's last id, absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<String>,
}

impl Operation for ListSecurityGroups {
    const NAME: &'static str = "ListSecurityGroups";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-groups";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SecurityGroupList;
}

impl Listing for ListSecurityGroups {
    type Item = SecurityGroup;

    fn items(page: SecurityGroupList) -> Vec<SecurityGroup> {
        page.security_groups
    }

    fn after(&self, page: &SecurityGroupList) -> Option<Self> {
        let marker = page.page_info.next_marker.clone()?;
        Some(Self {
            marker: Some(marker),
            ..self.clone()
        })
    }
}

/// Shows a security group with its rules. Source: ShowSecurityGroup (v3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowSecurityGroup {
    /// Its id.
    pub(crate) security_group_id: String,
}

/// The answer of [`ShowSecurityGroup`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupAnswer {
    /// The request's id, as in the header; of the API v3 alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) request_id: String,
    /// The one.
    pub(crate) security_group: SecurityGroup,
}

impl Operation for ShowSecurityGroup {
    const NAME: &'static str = "ShowSecurityGroup";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/{project_id}/vpc/security-groups/{security_group_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SecurityGroupAnswer;
}

/// Lists security groups with their rules. Source: ListSecurityGroups (v1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListSecurityGroupsV1 {
    /// Only those of this VPC; a group is of none.
    pub(crate) vpc_id: Option<String>,
    /// Only those of this enterprise project; `all_granted_eps` for all.
    pub(crate) enterprise_project_id: Option<String>,
    /// 0 to 2000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// The id of the last item of the page before.
    pub(crate) marker: Option<String>,
}

/// The answer of [`ListSecurityGroupsV1`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupListV1 {
    /// One page.
    pub(crate) security_groups: Vec<SecurityGroup>,
}

impl Operation for ListSecurityGroupsV1 {
    const NAME: &'static str = "ListSecurityGroupsV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/security-groups";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SecurityGroupListV1;
}

/// Shows a security group with its rules. Source: ShowSecurityGroup (v1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowSecurityGroupV1 {
    /// Its id.
    pub(crate) security_group_id: String,
}

impl Operation for ShowSecurityGroupV1 {
    const NAME: &'static str = "ShowSecurityGroupV1";
    const SERVICE: Service = Service::Vpc;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/{project_id}/security-groups/{security_group_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = SecurityGroupAnswer;
}
