//! Projects of Identity and Access Management: one a region, and the id that every path names.

use super::operation::{Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Its own address.
    #[serde(default)]
    pub(crate) links: Value,
}

/// Lists projects by name. Source: KeystoneListProjects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeystoneListProjects {
    /// The exact name; a region's own project bears the region's id.
    pub(crate) name: Option<String>,
    /// The account whose they are.
    pub(crate) domain_id: Option<String>,
    /// The project that they are part of; the account for a region's own.
    pub(crate) parent_id: Option<String>,
    /// Whether they can be used: `true` or `false`.
    pub(crate) enabled: Option<String>,
    /// Whether they stand for a whole account: `true` or `false`.
    pub(crate) is_domain: Option<String>,
}

/// The answer of [`KeystoneListProjects`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProjectList {
    /// All that match.
    pub(crate) projects: Vec<Project>,
    /// The list's own address, and those of the pages around it.
    #[serde(default)]
    pub(crate) links: Value,
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

/// Lists the projects that the caller can use. Source: KeystoneListAuthProjects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeystoneListAuthProjects {}

impl Operation for KeystoneListAuthProjects {
    const NAME: &'static str = "KeystoneListAuthProjects";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/auth/projects";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Account;
    type Output = ProjectList;
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Domain {
    /// 32 hex digits.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it can be used.
    pub(crate) enabled: bool,
    /// Free text.
    #[serde(default)]
    pub(crate) description: String,
    /// Its own address.
    #[serde(default)]
    pub(crate) links: Value,
}

/// Tells the caller's account. Source: KeystoneListAuthDomains.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeystoneListAuthDomains {}

/// The answer of [`KeystoneListAuthDomains`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DomainList {
    /// The account.
    pub(crate) domains: Vec<Domain>,
    /// The list's own address.
    #[serde(default)]
    pub(crate) links: Value,
}

impl Operation for KeystoneListAuthDomains {
    const NAME: &'static str = "KeystoneListAuthDomains";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/auth/domains";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Account;
    type Output = DomainList;
}
