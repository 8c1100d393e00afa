//! What an account may have, and has. Source: FunctionGraph API v2, "Quota Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// Lists the quotas of FunctionGraph. Source: ListQuotas.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListQuotas {}

/// The answer of [`ListQuotas`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct QuotaList {
    /// All of them.
    pub(crate) quotas: Quotas,
}

/// The quotas in the form of the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Quotas {
    /// One each.
    pub(crate) resources: Vec<Quota>,
}

/// One quota.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Quota {
    /// How much there may be.
    pub(crate) quota: i64,
    /// How much there is.
    pub(crate) used: i64,
    /// `fgs_func_num`, of what.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `MB`, on a size alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
}

impl Operation for ListQuotas {
    const NAME: &'static str = "ListQuotas";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/quotas";
    const SUCCESS: &'static [u16] = &[200];
    const UNKNOWN: &'static [&'static str] =
        &["the limits that an account has: here those of the documents, of which the number of functions is enforced"];
    type Output = QuotaList;
}
