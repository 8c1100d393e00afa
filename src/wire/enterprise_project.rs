//! Enterprise projects: how an account groups resources and bills.

use super::operation::{Listing, Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};

/// The id of the enterprise project `default`, which always exists.
pub(crate) const DEFAULT_ID: &str = "0";

/// An enterprise project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnterpriseProject {
    /// A UUID, or `0` for the default one.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Free text.
    pub(crate) description: String,
    /// 1 enabled, 2 disabled.
    pub(crate) status: u8,
    /// RFC 3339.
    pub(crate) created_at: String,
    /// RFC 3339.
    pub(crate) updated_at: String,
    /// `prod` or `poc`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whether it is being deleted.
    pub(crate) delete_flag: bool,
}

/// Lists enterprise projects. Source: ListEnterpriseProject.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListEnterpriseProject {
    /// The exact id.
    pub(crate) id: Option<String>,
    /// A part of the name.
    pub(crate) name: Option<String>,
    /// 1 enabled, 2 disabled.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) status: Option<i64>,
    /// `prod` or `poc`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// 1 to 1000; the service's default is 1000.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
    /// How many to leave out.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// `created_at` or `updated_at`.
    pub(crate) sort_key: Option<String>,
    /// `desc` or `asc`.
    pub(crate) sort_dir: Option<String>,
}

/// The answer of [`ListEnterpriseProject`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnterpriseProjectList {
    /// One page; the default page holds 1000.
    pub(crate) enterprise_projects: Vec<EnterpriseProject>,
    /// How many there are in all.
    pub(crate) total_count: u64,
}

impl Operation for ListEnterpriseProject {
    const NAME: &'static str = "ListEnterpriseProject";
    const SERVICE: Service = Service::Eps;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1.0/enterprise-projects";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    type Output = EnterpriseProjectList;
}

impl Listing for ListEnterpriseProject {
    type Item = EnterpriseProject;

    fn items(page: EnterpriseProjectList) -> Vec<EnterpriseProject> {
        page.enterprise_projects
    }

    fn after(&self, page: &EnterpriseProjectList) -> Option<Self> {
        let read = i64::try_from(page.enterprise_projects.len()).unwrap_or(i64::MAX);
        let offset = self.offset.unwrap_or(0).saturating_add(read);
        let more = read > 0 && u64::try_from(offset).is_ok_and(|offset| offset < page.total_count);
        more.then(|| Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

/// Shows an enterprise project. Source: ShowEnterpriseProject.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowEnterpriseProject {
    /// Its id.
    pub(crate) enterprise_project_id: String,
}

/// The answer of [`ShowEnterpriseProject`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EnterpriseProjectAnswer {
    /// The one.
    pub(crate) enterprise_project: EnterpriseProject,
}

impl Operation for ShowEnterpriseProject {
    const NAME: &'static str = "ShowEnterpriseProject";
    const SERVICE: Service = Service::Eps;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1.0/enterprise-projects/{enterprise_project_id}";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    type Output = EnterpriseProjectAnswer;
}
