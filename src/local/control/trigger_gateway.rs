//! Triggers of type `DEDICATEDGATEWAY`. One makes an API on a gateway and publishes it; its URL never changes, and
//! what it made stays when it is deleted.

use super::api_definition::{self, METHODS};
use super::identity::new_id;
use super::publication::Moment;
use super::refusal::Refusal;
use super::{api, clock, environment, gateway_status, group, publication};
use crate::codes::apig;
use crate::codes::functiongraph::{
    DEDICATED_GATEWAY as PARAMETERS, GATEWAY_TRIGGER_EXISTS, REQUEST_PATH_EXISTS, TRIGGER_NAME_TOO_LONG,
    TRIGGER_OPERATION,
};
use crate::local::store::records::{APIS, ApiRecord, GatewayRecord, GroupRecord};
use crate::local::store::{Read, Writer};
use crate::wire::api::{Api, ApiFunction, FUNCTION_BACKEND, MATCH_EXACT, NETWORK_V1, SYNC};
use crate::wire::environment::Environment;
use crate::wire::function_version::LATEST;
use crate::wire::trigger::{ACTIVE, DEDICATED_GATEWAY, GatewayEventData, NewTrigger, Trigger, TriggerFunction};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;

/// Backend timeout of a trigger that names none, in milliseconds.
const USUAL_TIMEOUT: i64 = 5000;
/// The longest name of a trigger's API, in characters.
const NAME_LENGTH: usize = 64;

fn bad(detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(PARAMETERS, detail)
}

/// What a trigger is made from: the request's event data, with each part that has to be there.
pub(super) struct Plan {
    data: GatewayEventData,
    instance_id: String,
    group_id: String,
    env_id: String,
    env_name: String,
    api: Api,
}

impl Plan {
    /// Reads and checks the event data by itself.
    ///
    /// # Errors
    /// 400 `FSS.1317` or `FSS.1417`.
    pub(super) fn of(new: NewTrigger, function: &FunctionUrn) -> Result<Self, Refusal> {
        check_status(new.trigger_status.as_deref())?;
        let data = new.event_data;
        let needed = |name: &str, value: &Option<String>| match value.as_deref() {
            None | Some("") => Err(bad(format!("`{name}` is missing"))),
            Some(value) => Ok(value.to_owned()),
        };
        let plan = Self {
            instance_id: needed("instance_id", &data.instance_id)?,
            group_id: needed("group_id", &data.group_id)?,
            env_name: needed("env_name", &data.env_name)?,
            env_id: needed("env_id", &data.env_id)?,
            api: Api {
                group_id: needed("group_id", &data.group_id)?,
                name: data.name.clone(),
                kind: data.kind.unwrap_or(1),
                req_protocol: needed("protocol", &data.protocol)?,
                req_method: data.req_method.clone().unwrap_or_default(),
                req_uri: data.path.clone().unwrap_or_default(),
                match_mode: Some(data.match_mode.clone().unwrap_or_else(|| MATCH_EXACT.to_owned())),
                auth_type: data.auth.clone().unwrap_or_default(),
                backend_type: FUNCTION_BACKEND.to_owned(),
                func_info: Some(backend(data.func_info.as_ref(), function)),
                ..Api::default()
            },
            data,
        };
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), Refusal> {
        let name = &self.api.name;
        if name.chars().count() > NAME_LENGTH {
            let detail = format!("`{name}` has more than {NAME_LENGTH} characters");
            return Err(Refusal::because(TRIGGER_NAME_TOO_LONG, detail));
        }
        rule::api_name(name).map_err(bad)?;
        if !METHODS.contains(&self.api.req_method.as_str()) {
            return Err(bad(format!("req_method `{}`", self.api.req_method)));
        }
        // What the gateway itself refuses is a wrong parameter of the trigger.
        api_definition::check(&self.api).map_err(|refusal| match refusal {
            Refusal::Coded { message, .. } => bad(message),
            internal @ Refusal::Internal(_) => internal,
        })
    }

    /// The gateway, the group and the environment, which have to be there.
    fn place(&self, view: &impl Read, now: Timestamp) -> Result<(GatewayRecord, GroupRecord, Environment), Refusal> {
        let wrong = |refusal| match refusal {
            Refusal::Coded { code, .. } if code == apig::GATEWAY_NOT_READY.code => bad(format!(
                "the gateway `{}` does not run: it is still being created, or being deleted",
                self.instance_id
            )),
            Refusal::Coded { message, .. } => bad(message),
            internal @ Refusal::Internal(_) => internal,
        };
        let gateway = gateway_status::usable(view, &self.instance_id, now).map_err(wrong)?;
        let group = group::find(view, &self.instance_id, &self.group_id).map_err(wrong)?;
        let environment = environment::find(view, &gateway, &self.env_id).map_err(wrong)?;
        if environment.name != self.env_name {
            let detail = format!(
                "the environment `{}` is `{}`, not `{}`",
                self.env_id, environment.name, self.env_name
            );
            return Err(bad(detail));
        }
        Ok((gateway, group, environment))
    }
}

/// A gateway's trigger is always on.
///
/// # Errors
/// 400 `FSS.1318`.
pub(super) fn check_status(status: Option<&str>) -> Result<(), Refusal> {
    match status {
        None | Some("" | ACTIVE) => Ok(()),
        Some(other) => {
            let detail = format!("trigger_status `{other}`: a gateway's trigger is always ACTIVE");
            Err(Refusal::because(TRIGGER_OPERATION, detail))
        }
    }
}

/// The function behind the API: a version by its name, an alias by its URN, which gateways have a member for.
fn backend(sent: Option<&TriggerFunction>, function: &FunctionUrn) -> ApiFunction {
    let qualifier = function.qualifier.as_deref().unwrap_or(LATEST);
    let alias = qualifier
        .starts_with('!')
        .then(|| ("alias_urn".to_owned(), function.to_string().into()));
    ApiFunction {
        function_urn: function.unqualified().to_string(),
        version: Some(if alias.is_some() { LATEST } else { qualifier }.to_owned()),
        other: alias.into_iter().collect(),
        network_type: Some(NETWORK_V1.to_owned()),
        invocation_type: Some(
            sent.and_then(|sent| sent.invocation_type.clone())
                .unwrap_or_else(|| SYNC.to_owned()),
        ),
        timeout: sent.map_or(USUAL_TIMEOUT, |sent| sent.timeout),
    }
}

/// Makes the trigger that `plan` describes of the function `urn`, and its API.
///
/// # Errors
/// 400 `FSS.1417` where the gateway, the group or the environment is not there; see [`publish`].
pub(super) fn create(writer: &Writer, plan: &Plan, urn: &FunctionUrn, moment: Moment) -> Result<Trigger, Refusal> {
    let (_, group, environment) = plan.place(writer, moment.now)?;
    let now = moment.now;
    let api = publish(writer, plan, (urn, &environment), moment)?;
    Ok(trigger(plan, &group, api, now))
}

/// Makes the API of the trigger and publishes it.
///
/// # Errors
/// 409 `FSS.1146` or `FSS.1147`.
fn publish(
    writer: &Writer,
    plan: &Plan,
    (urn, environment): (&FunctionUrn, &Environment),
    moment: Moment,
) -> Result<Api, Refusal> {
    for other in api_definition::siblings(writer, &plan.api)? {
        if other.name == plan.api.name {
            return Err(Refusal::because(
                GATEWAY_TRIGGER_EXISTS,
                format!("an API `{}` exists", other.name),
            ));
        }
        if other.req_method == plan.api.req_method && other.req_uri == plan.api.req_uri {
            let detail = format!("`{}` has {} {}", other.name, other.req_method, other.req_uri);
            return Err(Refusal::because(REQUEST_PATH_EXISTS, detail));
        }
    }
    let record = ApiRecord {
        instance_id: plan.instance_id.clone(),
        api: api_definition::complete(&plan.api, &urn.unqualified(), moment.now),
    };
    api::has_room(writer, &record)?;
    writer.put(&APIS, &record.api.id, &record)?;
    publication::put(writer, &record, environment, (String::new(), moment))?;
    Ok(record.api)
}

/// The trigger that made `api`.
fn trigger(plan: &Plan, group: &GroupRecord, api: Api, now: Timestamp) -> Trigger {
    let id = new_id();
    let scheme = if api.req_protocol == "HTTP" { "http" } else { "https" };
    let mut data = plan.data.clone();
    data.kind = Some(api.kind);
    data.match_mode.clone_from(&api.match_mode);
    data.group_name = Some(group.group.name.clone());
    data.sl_domain = Some(group.group.sl_domain.clone());
    data.backend_type = Some(FUNCTION_BACKEND.to_owned());
    data.invoke_url = Some(format!("{scheme}://127.0.0.1:{}{}", group.port, api.req_uri));
    data.func_info = api.func_info.map(|backend| TriggerFunction {
        timeout: backend.timeout,
        function_urn: Some(backend.function_urn),
        invocation_type: backend.invocation_type,
        version: backend.version,
    });
    data.api_id = Some(api.id);
    for (name, value) in [("triggerid", id.as_str()), ("api_name", &api.name), ("roma_app_id", "")] {
        data.other.insert(name.to_owned(), value.into());
    }
    let time = clock::with_offset(now);
    Trigger {
        trigger_id: id,
        trigger_type_code: DEDICATED_GATEWAY.to_owned(),
        trigger_status: ACTIVE.to_owned(),
        event_data: data,
        created_time: Some(time.clone()),
        last_updated_time: Some(time),
    }
}
