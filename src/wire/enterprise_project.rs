//! Enterprise projects: how an account groups resources and bills.

use super::operation::{Method, Operation, Scope, Service};
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListEnterpriseProject {
    /// A part of the name.
    pub(crate) name: Option<String>,
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
