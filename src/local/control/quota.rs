//! What the account may have, and has.

use super::function::QUOTA;
use super::page::count;
use super::refusal::Refusal;
use super::request::Call;
use crate::local::store::Read;
use crate::local::store::records::FUNCTIONS;
use crate::wire::quota::{ListQuotas, Quota, QuotaList, Quotas};

/// One megabyte, as the quota of code counts.
const MEGABYTE: i64 = 1024 * 1024;
/// The quotas that the local cloud does not enforce, as the service's documentation has them.
const OTHERS: &[(&str, i64)] = &[
    ("fgs_func_scale_down_timeout", 60),
    ("fgs_func_occurs", 100),
    ("fgs_func_pat_idle_time", 100),
    ("fgs_workflow_num", 512),
    ("fgs_on_demand_instance_limit", 1000),
    ("fgs_func_qos_limit", 100),
];

fn quota(kind: &str, quota: i64, used: i64) -> Quota {
    Quota {
        quota,
        used,
        kind: kind.to_owned(),
        unit: None,
    }
}

/// ListQuotas.
pub(super) async fn list(call: Call, _input: ListQuotas) -> Result<QuotaList, Refusal> {
    let functions = call.context.store.read(|reader| reader.scan(&FUNCTIONS, ""))?;
    let bytes: i64 = functions.iter().map(|record| record.function.code_size).sum();
    let mut resources: Vec<Quota> = OTHERS.iter().map(|(kind, most)| quota(kind, *most, 0)).collect();
    resources.push(quota("fgs_func_num", count(QUOTA), count(functions.len())));
    resources.push(Quota {
        unit: Some("MB".to_owned()),
        ..quota("fgs_func_code_size", 10240, (bytes + MEGABYTE - 1) / MEGABYTE)
    });
    Ok(QuotaList {
        quotas: Quotas { resources },
    })
}
