//! API groups of a gateway. Source: APIG API v2, "API Group Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The input of [`CreateApiGroup`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewGroup {
    /// See [`super::rule::group_name`]; unique in its gateway.
    pub(crate) name: String,
    /// At most 1000 characters.
    pub(crate) remark: Option<String>,
}

/// An API group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Group {
    /// 32 hex digits.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The debug domain: 1000 requests a day, for tests only. Taken from here, never composed.
    pub(crate) sl_domain: String,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// RFC 3339.
    pub(crate) register_time: String,
    /// RFC 3339.
    pub(crate) update_time: String,
    /// Every other member of the answer.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Creates a group. Source: CreateApiGroupV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateApiGroup {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group.
    pub(crate) body: NewGroup,
}

/// Lists groups. Source: ListApiGroupsV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListApiGroups {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Only this one.
    pub(crate) id: Option<String>,
    /// A part of the name, unless `precise_search` holds `name`.
    pub(crate) name: Option<String>,
    /// `name`: matches whole.
    pub(crate) precise_search: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListApiGroups`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GroupList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) groups: Vec<Group>,
}

/// Shows a group. Source: ShowDetailsOfApiGroupV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowDetailsOfApiGroup {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
}

/// Renames a group, or gives it another remark. Source: UpdateApiGroupV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateApiGroup {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// What is to hold.
    pub(crate) body: NewGroup,
}

/// The input of [`UpdateSlDomainSetting`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SlDomainSetting {
    /// Whether the debug domain answers.
    pub(crate) sl_domain_access_enabled: bool,
}

/// Opens or shuts a group's debug domain. Source: UpdateSlDomainSettingV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateSlDomainSetting {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// Whether it is open.
    pub(crate) body: SlDomainSetting,
}

/// Deletes a group that holds no API. Source: DeleteApiGroupV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteApiGroup {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
}

impl Operation for CreateApiGroup {
    const NAME: &'static str = "CreateApiGroupV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] =
        &["the debug domain's form in cn-east-3: here `.apic.`, as in other regions"];
    type Output = Group;
}

impl Operation for ListApiGroups {
    const NAME: &'static str = "ListApiGroupsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups";
    const SUCCESS: &'static [u16] = &[200];
    type Output = GroupList;
}

impl Listing for ListApiGroups {
    type Item = Group;

    fn items(page: GroupList) -> Vec<Group> {
        page.groups
    }

    fn after(&self, page: &GroupList) -> Option<Self> {
        let offset = next_offset(self.offset, page.groups.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ShowDetailsOfApiGroup {
    const NAME: &'static str = "ShowDetailsOfApiGroupV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Group;
}

impl Operation for DeleteApiGroup {
    const NAME: &'static str = "DeleteApiGroupV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}";
    const SUCCESS: &'static [u16] = &[204];
    const UNKNOWN: &'static [&'static str] =
        &["whether the group DEFAULT can be deleted, and the code if not: here it cannot, 400 `APIG.2012`"];
    type Output = ();
}

impl Operation for UpdateApiGroup {
    const NAME: &'static str = "UpdateApiGroupV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = Group;
}

impl Operation for UpdateSlDomainSetting {
    const NAME: &'static str = "UpdateSlDomainSettingV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str =
        "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}/sl-domain-access-settings";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
