//! Projects of Identity and Access Management: one a region, and the id that every path names.

use super::operation::{Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};

/// A project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Project {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The region's id for a region's own project, `cn-east-3`.
    pub(crate) name: String,
    /// The account's id.
    pub(crate) domain_id: String,
    /// The project above it, the account's id for a region's own project.
    pub(crate) parent_id: String,
    /// Whether it may be used.
    pub(crate) enabled: bool,
    /// Whether it stands for the whole account.
    pub(crate) is_domain: bool,
    /// Free text.
    #[serde(default)]
    pub(crate) description: String,
}

/// Lists projects by name. Source: KeystoneListProjects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeystoneListProjects {
    /// The exact name; a region's own project bears the region's id.
    pub(crate) name: Option<String>,
}

/// The answer of [`KeystoneListProjects`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProjectList {
    /// All that match.
    pub(crate) projects: Vec<Project>,
}

impl Operation for KeystoneListProjects {
    const NAME: &'static str = "KeystoneListProjects";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/projects";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Account;
    type Output = ProjectList;
}
