//! How far the local cloud plays the real one: what is served, who tells the rules, and what nobody tells.
//!
//! What is not known of the real service is said once, beside the operation or beside the code that decides it, and
//! only gathered here.

use super::{control, data};
use crate::wire::Operation;
use serde::Serialize;

/// One thing that the local cloud plays.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The service by its name in `--endpoint`; `gateway` for calls of APIs, `runtime` for running functions.
    pub(crate) service: &'static str,
    /// The vendor's name of the operation, or what it is that is no operation.
    pub(crate) name: &'static str,
    /// The HTTP method of an operation.
    pub(crate) method: Option<&'static str>,
    /// The path of an operation.
    pub(crate) path: Option<&'static str>,
    /// Who tells its rules.
    pub(crate) source: &'static str,
    /// What the source does not tell, each with what the local cloud does about it.
    pub(crate) unknown: &'static [&'static str],
}

impl Row {
    /// That of the operation `O`.
    pub(super) fn of<O: Operation>() -> Self {
        Self {
            service: O::SERVICE.host_label(),
            name: O::NAME,
            method: Some(O::METHOD.as_str()),
            path: Some(O::PATH),
            source: O::SOURCE,
            unknown: O::UNKNOWN,
        }
    }

    /// That of `name`, which is no operation.
    pub(super) const fn beside(
        service: &'static str,
        name: &'static str,
        source: &'static str,
        unknown: &'static [&'static str],
    ) -> Self {
        Self {
            service,
            name,
            method: None,
            path: None,
            source,
            unknown,
        }
    }
}

/// All that the local cloud plays: operations in the order of their services and names, then the rest.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = control::rows();
    rows.extend(data::rows());
    rows.sort_by_key(|row| (row.method.is_none(), row.service, row.name, row.path));
    rows
}
