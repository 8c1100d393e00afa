//! Variables of an API group in an environment. The local cloud keeps them; an API with a function behind it has no
//! place for one.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::{environment, gateway_status, group, page};
use crate::codes::apig::PARAMETER_VALUE;
use crate::local::store::Read;
use crate::local::store::records::{ENVIRONMENT_VARIABLES, EnvironmentVariableRecord};
use crate::wire::environment_variable::{
    CreateEnvironmentVariable, DeleteEnvironmentVariable, EnvironmentVariable, EnvironmentVariableList,
    ListEnvironmentVariables, ShowEnvironmentVariable, UpdateEnvironmentVariable,
};
use crate::wire::rule;

fn on(view: &impl Read, instance_id: &str) -> Result<Vec<EnvironmentVariable>, Refusal> {
    let mut records = view.scan(&ENVIRONMENT_VARIABLES, "")?;
    records.retain(|record| record.instance_id == instance_id);
    Ok(records.into_iter().map(|record| record.variable).collect())
}

/// The variable `id` of the gateway.
fn find(view: &impl Read, instance_id: &str, id: &str) -> Result<EnvironmentVariableRecord, Refusal> {
    view.get(&ENVIRONMENT_VARIABLES, id)?
        .filter(|record: &EnvironmentVariableRecord| record.instance_id == instance_id)
        .ok_or_else(|| {
            let detail = format!("there is no variable `{id}`");
            Refusal::parameter(PARAMETER_VALUE, "env_variable_id", detail).with_status(404)
        })
}

fn check_value(value: &str) -> Result<(), Refusal> {
    rule::environment_variable_value(value)
        .map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "variable_value", broken))
}

/// CreateEnvironmentVariableV2. A name is a group's only one in an environment.
pub(super) async fn create(call: Call, input: CreateEnvironmentVariable) -> Result<EnvironmentVariable, Refusal> {
    let CreateEnvironmentVariable { instance_id, body } = input;
    rule::environment_variable_name(&body.variable_name)
        .map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "variable_name", broken))?;
    check_value(&body.variable_value)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let gateway = gateway_status::usable(writer, &instance_id, now)?;
            group::find(writer, &instance_id, &body.group_id)?;
            environment::find(writer, &gateway, &body.env_id)?;
            let taken = |other: &EnvironmentVariable| {
                (&other.group_id, &other.env_id, &other.variable_name)
                    == (&body.group_id, &body.env_id, &body.variable_name)
            };
            if on(writer, &instance_id)?.iter().any(taken) {
                let detail = format!("`{}` exists", body.variable_name);
                return Err(Refusal::parameter(PARAMETER_VALUE, "variable_name", detail));
            }
            let variable = EnvironmentVariable {
                id: new_id(),
                ..body.clone()
            };
            let record = EnvironmentVariableRecord {
                instance_id: instance_id.clone(),
                variable: variable.clone(),
            };
            writer.put(&ENVIRONMENT_VARIABLES, &variable.id, &record)?;
            Ok(variable)
        })
    })
    .await
}

/// ListEnvironmentVariablesV2.
pub(super) async fn list(call: Call, input: ListEnvironmentVariables) -> Result<EnvironmentVariableList, Refusal> {
    let mut variables = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        on(reader, &input.instance_id)
    })?;
    let is = |asked: &Option<String>, found: &str| asked.as_deref().is_none_or(|asked| asked == found);
    let (name, precise) = (input.variable_name.as_deref(), input.precise_search.as_deref());
    variables.retain(|variable| {
        is(&input.group_id, &variable.group_id)
            && is(&input.env_id, &variable.env_id)
            && group::fits("variable_name", name, precise, &variable.variable_name)
    });
    variables.sort_by(|a, b| a.variable_name.cmp(&b.variable_name));
    let page = page::by_offset(variables, input.offset, input.limit);
    Ok(EnvironmentVariableList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        variables: page.items,
    })
}

/// ShowDetailsOfEnvironmentVariableV2.
pub(super) async fn show(call: Call, input: ShowEnvironmentVariable) -> Result<EnvironmentVariable, Refusal> {
    let record = call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        find(reader, &input.instance_id, &input.env_variable_id)
    })?;
    Ok(record.variable)
}

/// UpdateEnvironmentVariableV2.
pub(super) async fn update(call: Call, input: UpdateEnvironmentVariable) -> Result<EnvironmentVariable, Refusal> {
    check_value(&input.body.variable_value)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            let mut record = find(writer, &input.instance_id, &input.env_variable_id)?;
            record.variable.variable_value.clone_from(&input.body.variable_value);
            writer.put(&ENVIRONMENT_VARIABLES, &input.env_variable_id, &record)?;
            Ok(record.variable)
        })
    })
    .await
}

/// DeleteEnvironmentVariableV2.
pub(super) async fn delete(call: Call, input: DeleteEnvironmentVariable) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            gateway_status::usable(writer, &input.instance_id, now)?;
            find(writer, &input.instance_id, &input.env_variable_id)?;
            Ok(writer.remove(&ENVIRONMENT_VARIABLES, &input.env_variable_id)?)
        })
    })
    .await
}
