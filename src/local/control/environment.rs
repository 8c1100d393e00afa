//! Environments: `RELEASE`, which every gateway has, and those that somebody created.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{api_version, gateway_status, group, page};
use crate::codes::apig::{
    ENVIRONMENT_IN_USE, ENVIRONMENT_NAME_EXISTS, ENVIRONMENT_NOT_FOUND, ENVIRONMENT_QUOTA, PARAMETER_VALUE,
};
use crate::local::store::Read;
use crate::local::store::records::{ENVIRONMENTS, EnvironmentRecord, GatewayRecord, PUBLICATIONS};
use crate::wire::environment::{
    CreateEnvironment, DeleteEnvironment, Environment, EnvironmentList, ListEnvironments, RELEASE, RELEASE_ID,
};
use crate::wire::rule;

/// How many environments a gateway may have, `RELEASE` among them.
const QUOTA: usize = 10;
/// The longest remark, in characters.
const REMARK: usize = 255;

/// All environments of `gateway`, `RELEASE` first.
pub(super) fn all(view: &impl Read, gateway: &GatewayRecord) -> Result<Vec<Environment>, Refusal> {
    let release = Environment {
        id: RELEASE_ID.to_owned(),
        name: RELEASE.to_owned(),
        remark: Some(String::new()),
        create_time: gateway_status::created_at(gateway),
    };
    let mut created: Vec<Environment> = view
        .scan(&ENVIRONMENTS, &format!("{}:", gateway.gateway.id))?
        .into_iter()
        .map(|record| record.environment)
        .collect();
    created.sort_by(|a, b| a.create_time.cmp(&b.create_time));
    Ok([release].into_iter().chain(created).collect())
}

/// The environment `id` of `gateway`.
///
/// # Errors
/// 404 `APIG.3003`.
pub(super) fn find(view: &impl Read, gateway: &GatewayRecord, id: &str) -> Result<Environment, Refusal> {
    all(view, gateway)?
        .into_iter()
        .find(|environment| environment.id == id)
        .ok_or_else(|| Refusal::because(ENVIRONMENT_NOT_FOUND, format!("`{id}`")))
}

/// CreateEnvironmentV2.
pub(super) async fn create(call: Call, input: CreateEnvironment) -> Result<Environment, Refusal> {
    let CreateEnvironment { instance_id, body } = input;
    rule::environment_name(&body.name).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "name", broken))?;
    group::remark(body.remark.as_deref(), REMARK)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            let siblings = all(writer, &gateway)?;
            if siblings.iter().any(|other| other.name == body.name) {
                return Err(Refusal::because(ENVIRONMENT_NAME_EXISTS, format!("`{}`", body.name)));
            }
            if siblings.len() >= QUOTA {
                return Err(Refusal::because(ENVIRONMENT_QUOTA, format!("{QUOTA} environments")));
            }
            let environment = Environment {
                id: new_id(),
                name: body.name.clone(),
                remark: Some(body.remark.clone().unwrap_or_default()),
                create_time: now.to_string(),
            };
            let record = EnvironmentRecord {
                instance_id: instance_id.clone(),
                environment: environment.clone(),
            };
            writer.put(&ENVIRONMENTS, &format!("{instance_id}:{}", environment.id), &record)?;
            Ok(environment)
        })
    })
    .await
}

/// ListEnvironmentsV2.
pub(super) async fn list(call: Call, input: ListEnvironments) -> Result<EnvironmentList, Refusal> {
    let mut environments = call.context.store.read(|reader| {
        let gateway = gateway_status::known(reader, &input.instance_id, call.now)?;
        all(reader, &gateway)
    })?;
    environments.retain(|environment| group::fits("name", input.name.as_deref(), None, &environment.name));
    let page = page::by_offset(environments, input.offset, input.limit);
    Ok(EnvironmentList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        envs: page.items,
    })
}

/// DeleteEnvironmentV2.
pub(super) async fn delete(call: Call, input: DeleteEnvironment) -> Result<(), Refusal> {
    if input.env_id == RELEASE_ID {
        let detail = format!("the environment {RELEASE} cannot be deleted");
        return Err(Refusal::parameter(PARAMETER_VALUE, "env_id", detail));
    }
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &input.instance_id, now)?;
            find(writer, &gateway, &input.env_id)?;
            let published = writer
                .scan(&PUBLICATIONS, "")?
                .into_iter()
                .find(|record| record.publication.env_id == input.env_id);
            if let Some(record) = published {
                let detail = format!("`{}`", record.publication.api_name);
                return Err(Refusal::because(ENVIRONMENT_IN_USE, detail));
            }
            api_version::forget_on(writer, &input.instance_id, Some(&input.env_id))?;
            Ok(writer.remove(&ENVIRONMENTS, &format!("{}:{}", input.instance_id, input.env_id))?)
        })
    })
    .await
}
