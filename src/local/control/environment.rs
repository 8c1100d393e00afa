//! Environments: `RELEASE`, which every gateway has, and those that somebody created.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{api_version, belongings, gateway_status, group, page, publication};
use crate::codes::apig::{
    ENVIRONMENT_IN_USE, ENVIRONMENT_NAME_EXISTS, ENVIRONMENT_NOT_FOUND, ENVIRONMENT_QUOTA, PARAMETER_VALUE,
};
use crate::local::store::records::{API_VERSIONS, ENVIRONMENTS, EnvironmentRecord, GatewayRecord, PUBLICATIONS};
use crate::local::store::{Read, Writer};
use crate::wire::environment::{
    CreateEnvironment, DeleteEnvironment, Environment, EnvironmentList, ListEnvironments, NewEnvironment, RELEASE,
    RELEASE_ID, UpdateEnvironment,
};
use crate::wire::rule;

/// How many environments a gateway may have, `RELEASE` among them.
pub(super) const QUOTA: usize = 10;
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

fn check(new: &NewEnvironment) -> Result<(), Refusal> {
    rule::environment_name(&new.name).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "name", broken))?;
    group::remark(new.remark.as_deref(), REMARK)
}

/// `RELEASE` is there for good.
fn is_changeable(id: &str) -> Result<(), Refusal> {
    if id != RELEASE_ID {
        return Ok(());
    }
    let detail = format!("the environment {RELEASE} cannot be changed or deleted");
    Err(Refusal::parameter(PARAMETER_VALUE, "env_id", detail))
}

/// CreateEnvironmentV2.
pub(super) async fn create(call: Call, input: CreateEnvironment) -> Result<Environment, Refusal> {
    let CreateEnvironment { instance_id, body } = input;
    check(&body)?;
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

/// UpdateEnvironmentV2. What is published there stays, under the new name.
pub(super) async fn update(call: Call, input: UpdateEnvironment) -> Result<Environment, Refusal> {
    let UpdateEnvironment {
        instance_id,
        env_id,
        body,
    } = input;
    check(&body)?;
    is_changeable(&env_id)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            let mut environment = find(writer, &gateway, &env_id)?;
            let siblings = all(writer, &gateway)?;
            if siblings
                .iter()
                .any(|other| other.id != env_id && other.name == body.name)
            {
                return Err(Refusal::because(ENVIRONMENT_NAME_EXISTS, format!("`{}`", body.name)));
            }
            environment.name.clone_from(&body.name);
            environment.remark = body.remark.clone().or(environment.remark);
            rename_publications(writer, &environment)?;
            let record = EnvironmentRecord {
                instance_id: instance_id.clone(),
                environment: environment.clone(),
            };
            writer.put(&ENVIRONMENTS, &format!("{instance_id}:{env_id}"), &record)?;
            Ok(environment)
        })
    })
    .await
}

/// Gives what is published in `environment`, and was, the name that it has now.
fn rename_publications(writer: &Writer, environment: &Environment) -> Result<(), Refusal> {
    for mut record in writer.scan(&PUBLICATIONS, "")? {
        if record.publication.env_id == environment.id {
            record.env_name.clone_from(&environment.name);
            let key = publication::key(&record.publication.api_id, &environment.id);
            writer.put(&PUBLICATIONS, &key, &record)?;
        }
    }
    for mut record in writer.scan(&API_VERSIONS, "")? {
        if record.version.env_id == environment.id {
            record.version.env_name.clone_from(&environment.name);
            writer.put(&API_VERSIONS, &api_version::key(&record.version), &record)?;
        }
    }
    Ok(())
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
    is_changeable(&input.env_id)?;
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
            belongings::of_environment(writer, &input.env_id)?;
            Ok(writer.remove(&ENVIRONMENTS, &format!("{}:{}", input.instance_id, input.env_id))?)
        })
    })
    .await
}
