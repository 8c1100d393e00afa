//! What a project may have of gateways, and a gateway of what is on it. The names are those of the vendor's SDK.

use super::identity::own_uuid;
use super::refusal::Refusal;
use super::request::Call;
use super::{app, environment, gateway, gateway_status, group, page, throttle};
use crate::local::Account;
use crate::local::store::Read;
use crate::local::store::records::{APIS, APPS, GROUPS, THROTTLES};
use crate::wire::gateway_quota::{
    GatewayQuota, GatewayQuotaList, ListInstanceConfigs, ListProjectConfigs, Restriction, ShowRestrictionOfInstance,
};

/// The network that gateways' own addresses are in.
const NETWORK: &str = "192.168.0.0/24";
/// When the limits were set: the service says when somebody raised them, and nobody has.
const SET: &str = "2024-01-01T00:00:00Z";

fn quota(account: &Account, (name, remark): (&str, &str), value: usize, used: Option<usize>) -> GatewayQuota {
    GatewayQuota {
        config_id: own_uuid(account, name).replace('-', ""),
        config_name: name.to_owned(),
        config_value: value.to_string(),
        config_time: SET.to_owned(),
        remark: remark.to_owned(),
        used: used.map(page::count),
    }
}

fn paged(quotas: Vec<GatewayQuota>, offset: Option<i64>, limit: Option<i64>) -> GatewayQuotaList {
    let page = page::by_offset(quotas, offset, limit);
    GatewayQuotaList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        configs: page.items,
    }
}

/// ListInstanceConfigsV2.
pub(super) async fn of_project(call: Call, input: ListInstanceConfigs) -> Result<GatewayQuotaList, Refusal> {
    let name = ("INSTANCE_NUM_LIMIT", "gateways of a project");
    let quotas = vec![quota(&call.context.account, name, gateway::QUOTA, None)];
    Ok(paged(quotas, input.offset, input.limit))
}

/// ListProjectCofigsV2.
pub(super) async fn of_gateway(call: Call, input: ListProjectConfigs) -> Result<GatewayQuotaList, Refusal> {
    let account = &call.context.account;
    let id = &input.instance_id;
    let quotas = call.context.store.read(|reader| {
        let record = gateway_status::known(reader, id, call.now)?;
        let apis = reader
            .scan(&APIS, "")?
            .iter()
            .filter(|record| record.instance_id == *id)
            .count();
        let apps = reader
            .scan(&APPS, "")?
            .iter()
            .filter(|record| record.instance_id == *id)
            .count();
        let groups = reader
            .scan(&GROUPS, "")?
            .iter()
            .filter(|record| record.instance_id == *id)
            .count();
        let throttles = reader
            .scan(&THROTTLES, "")?
            .iter()
            .filter(|record| record.instance_id == *id)
            .count();
        let environments = environment::all(reader, &record)?.len();
        Ok::<_, Refusal>(vec![
            quota(
                account,
                ("API_NUM_LIMIT", "APIs"),
                super::api::quota(&record),
                Some(apis),
            ),
            quota(account, ("APP_NUM_LIMIT", "apps"), app::QUOTA, Some(apps)),
            quota(
                account,
                ("APIGROUP_NUM_LIMIT", "API groups"),
                group::QUOTA,
                Some(groups),
            ),
            quota(
                account,
                ("ENVIRONMENT_NUM_LIMIT", "environments"),
                environment::QUOTA,
                Some(environments),
            ),
            quota(
                account,
                ("THROTTLE_NUM_LIMIT", "throttling policies"),
                throttle::QUOTA,
                Some(throttles),
            ),
        ])
    })?;
    Ok(paged(quotas, input.offset, input.limit))
}

/// ShowRestrictionOfInstanceV2. The local cloud keeps no network for itself.
pub(super) async fn restriction(call: Call, input: ShowRestrictionOfInstance) -> Result<Restriction, Refusal> {
    let store = &call.context.store;
    store.read(|reader| gateway_status::known(reader, &input.instance_id, call.now))?;
    Ok(Restriction {
        restrict_cidrs: Vec::new(),
        resource_subnet_cidr: NETWORK.to_owned(),
    })
}
