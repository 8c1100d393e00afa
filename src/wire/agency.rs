//! Agencies: what an account lets a service, such as FunctionGraph, do in its name. A function's `xrole`.

use super::operation::{Listing, Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The path of all agencies.
const PATH: &str = "/v3.0/OS-AGENCY/agencies";
/// The path of one.
const ONE: &str = "/v3.0/OS-AGENCY/agencies/{agency_id}";

/// An agency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Agency {
    /// Its id.
    pub(crate) id: String,
    /// Its name, which a function's configuration takes.
    pub(crate) name: String,
    /// The account whose it is.
    pub(crate) domain_id: String,
    /// Whom it trusts: an account's name; `op_svc_cff` is FunctionGraph's (unverified).
    #[serde(default)]
    pub(crate) trust_domain_name: Option<String>,
    /// Free text.
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists agencies. Source: ListAgencies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListAgencies {
    /// The account whose they are.
    pub(crate) domain_id: Option<String>,
    /// The exact name.
    pub(crate) name: Option<String>,
    /// Whom they trust, by the account's id.
    pub(crate) trust_domain_id: Option<String>,
    /// Counted from 1; together with `per_page`.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) page: Option<i64>,
    /// 1 to 500.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) per_page: Option<i64>,
}

/// The answer of [`ListAgencies`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AgencyList {
    /// All of them, or one page.
    pub(crate) agencies: Vec<Agency>,
}

impl Operation for ListAgencies {
    const NAME: &'static str = "ListAgencies";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = PATH;
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    type Output = AgencyList;
}

impl Listing for ListAgencies {
    type Item = Agency;

    fn items(page: AgencyList) -> Vec<Agency> {
        page.agencies
    }

    /// Pages are counted, and an account that pages ends with one that is not full.
    fn after(&self, page: &AgencyList) -> Option<Self> {
        let (number, size) = (self.page?, usize::try_from(self.per_page?).ok()?);
        (page.agencies.len() >= size.max(1)).then(|| Self {
            page: Some(number + 1),
            ..self.clone()
        })
    }
}

/// What is to be created. Source: CreateAgency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewAgency {
    /// 1 to 64 characters.
    pub(crate) name: String,
    /// The account whose it will be.
    pub(crate) domain_id: String,
    /// Whom it trusts, by id or by name.
    pub(crate) trust_domain_id: Option<String>,
    /// Whom it trusts, by name.
    pub(crate) trust_domain_name: Option<String>,
    /// At most 255 characters.
    pub(crate) description: Option<String>,
    /// `FOREVER`, `ONEDAY` or a number of days.
    pub(crate) duration: Option<Value>,
}

/// An agency as bodies hold it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Holding<T> {
    /// The one.
    pub(crate) agency: T,
}

/// Creates an agency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateAgency {
    /// What is to be created.
    pub(crate) body: Holding<NewAgency>,
}

impl Operation for CreateAgency {
    const NAME: &'static str = "CreateAgency";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = PATH;
    const SUCCESS: &'static [u16] = &[201];
    const SCOPE: Scope = Scope::Domain;
    type Output = Holding<Agency>;
}

/// Shows an agency. Source: ShowAgency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowAgency {
    /// Its id.
    pub(crate) agency_id: String,
}

impl Operation for ShowAgency {
    const NAME: &'static str = "ShowAgency";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = ONE;
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    type Output = Holding<Agency>;
}

/// Deletes an agency. Source: DeleteAgency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteAgency {
    /// Its id.
    pub(crate) agency_id: String,
}

impl Operation for DeleteAgency {
    const NAME: &'static str = "DeleteAgency";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = ONE;
    const SUCCESS: &'static [u16] = &[204];
    const SCOPE: Scope = Scope::Domain;
    type Output = ();
}
