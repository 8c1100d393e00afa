//! Triggers of type `DEDICATEDGATEWAY`. One makes an API on a gateway and publishes it; its URL never changes, and
//! what it made stays when it is deleted.

use super::api_definition::{self, METHODS};
use super::identity::new_id;
use super::publication::Moment;
use super::refusal::Refusal;
use super::request::Call;
use super::{api, clock, environment, function, gateway_status, group, page, publication};
use crate::codes::functiongraph::{
    DEDICATED_GATEWAY as PARAMETERS, FUNCTION_NOT_FOUND, GATEWAY_TRIGGER_EXISTS, GATEWAY_TRIGGER_NOT_FOUND, INTERNAL,
    INVALID_PARAMETER, REQUEST_PATH_EXISTS, TRIGGER_NAME_TOO_LONG, TRIGGER_NOT_FOUND, TRIGGER_TYPE, UNAUTHORISED,
};
use crate::codes::{Entry, apig};
use crate::local::Context;
use crate::local::store::records::{APIS, ApiRecord, FUNCTIONS, GatewayRecord, GroupRecord, TRIGGERS, TriggerRecord};
use crate::local::store::{Read, Writer};
use crate::wire::api::{Api, ApiFunction, FUNCTION_BACKEND, MATCH_EXACT, NETWORK_V1, SYNC};
use crate::wire::environment::Environment;
use crate::wire::trigger::{
    CreateFunctionTrigger, DEDICATED_GATEWAY, DeleteFunctionTrigger, GatewayEventData, ListFunctionTriggers,
    ListTriggers, NewTrigger, ShowFunctionTrigger, Trigger, TriggerFunction, TriggerOfFunction, TriggerPage,
};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;

/// Backend timeout of a trigger that names none, in milliseconds.
const USUAL_TIMEOUT: i64 = 5000;
/// The longest name of a trigger's API, in characters.
const NAME_LENGTH: usize = 64;
/// What the service says of a trigger whose function is gone.
const NO_FUNCTION: &str = "Error getting associated function";

fn bad(detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(PARAMETERS, detail)
}

/// What a trigger is made from: the request's event data, with each part that has to be there.
struct Plan {
    data: GatewayEventData,
    instance_id: String,
    group_id: String,
    env_id: String,
    env_name: String,
    api: Api,
}

impl Plan {
    /// Reads and checks the event data by itself.
    fn of(new: NewTrigger, function: &FunctionUrn) -> Result<Self, Refusal> {
        check_type(&new)?;
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

fn check_type(new: &NewTrigger) -> Result<(), Refusal> {
    if new.trigger_type_code != DEDICATED_GATEWAY {
        let detail = format!(
            "`{}`: the local cloud has {DEDICATED_GATEWAY} only",
            new.trigger_type_code
        );
        return Err(Refusal::because(TRIGGER_TYPE, detail));
    }
    match new.trigger_status.as_deref() {
        None | Some("" | "ACTIVE") => Ok(()),
        Some(other) => {
            let detail = format!("trigger_status `{other}`: a gateway's trigger is always ACTIVE");
            Err(Refusal::because(INVALID_PARAMETER, detail))
        }
    }
}

fn backend(sent: Option<&TriggerFunction>, function: &FunctionUrn) -> ApiFunction {
    ApiFunction {
        function_urn: function.unqualified().to_string(),
        version: Some("latest".to_owned()),
        network_type: Some(NETWORK_V1.to_owned()),
        invocation_type: Some(
            sent.and_then(|sent| sent.invocation_type.clone())
                .unwrap_or_else(|| SYNC.to_owned()),
        ),
        timeout: sent.map_or(USUAL_TIMEOUT, |sent| sent.timeout),
        ..ApiFunction::default()
    }
}

/// CreateFunctionTrigger.
pub(super) async fn create(call: Call, input: CreateFunctionTrigger) -> Result<Trigger, Refusal> {
    let urn = input.function_urn;
    let now = call.now;
    let context = &call.context;
    context
        .store
        .read(|reader| associated(context, reader, &urn, FUNCTION_NOT_FOUND))?;
    let plan = Plan::of(input.body, &urn)?;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let function = associated(context, writer, &urn, FUNCTION_NOT_FOUND)?;
            let (_, group, environment) = plan.place(writer, now)?;
            let api = publish(writer, &plan, (&urn, &environment), Moment::of(context, now))?;
            let trigger = trigger(&plan, &group, api, now);
            let record = TriggerRecord { function, trigger };
            writer.put(&TRIGGERS, &record.trigger.trigger_id, &record)?;
            Ok(record.trigger)
        })
    })
    .await
}

/// The key of the trigger's function, or the refusal that the service has for this operation when it is gone.
fn associated(context: &Context, view: &impl Read, urn: &FunctionUrn, gone: Entry) -> Result<String, Refusal> {
    match function::find(context, view, urn) {
        Ok((key, _)) => Ok(key),
        Err(Refusal::Coded { code, .. }) if code == FUNCTION_NOT_FOUND.code => Err(Refusal::Coded {
            code: gone.code,
            status: gone.status,
            message: format!("{NO_FUNCTION}: `{urn}`"),
        }),
        Err(other) => Err(other),
    }
}

/// Makes the API of the trigger and publishes it.
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
        trigger_status: "ACTIVE".to_owned(),
        event_data: data,
        created_time: Some(time.clone()),
        last_updated_time: Some(time),
    }
}

fn find(view: &impl Read, function: &str, kind: &str, id: &str) -> Result<TriggerRecord, Refusal> {
    let missing = if kind == DEDICATED_GATEWAY {
        GATEWAY_TRIGGER_NOT_FOUND
    } else {
        TRIGGER_NOT_FOUND
    };
    view.get(&TRIGGERS, id)?
        .filter(|record: &TriggerRecord| record.function == function && record.trigger.trigger_type_code == kind)
        .ok_or_else(|| Refusal::because(missing, format!("`{id}`")))
}

/// ListFunctionTriggers: of a function that is gone, the service knows only that it failed.
pub(super) async fn list(call: Call, input: ListFunctionTriggers) -> Result<Vec<Trigger>, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let function = associated(context, reader, &input.function_urn, INTERNAL)?;
        let mut records = reader.scan(&TRIGGERS, "")?;
        records.retain(|record| record.function == function);
        records.sort_by(|a, b| a.trigger.created_time.cmp(&b.trigger.created_time));
        Ok(records.into_iter().map(|record| record.trigger).collect())
    })
}

/// ListTriggers: those of every function.
pub(super) async fn list_all(call: Call, input: ListTriggers) -> Result<TriggerPage, Refusal> {
    let triggers = call.context.store.read(|reader| {
        let mut triggers = Vec::new();
        for record in reader.scan(&TRIGGERS, "")? {
            if let Some(function) = reader.get(&FUNCTIONS, &record.function)? {
                triggers.push(TriggerOfFunction {
                    func_urn: function.function.func_urn,
                    trigger: record.trigger,
                });
            }
        }
        Ok::<_, Refusal>(triggers)
    })?;
    let page = page::by_marker(triggers, input.marker.as_deref(), input.maxitems.as_deref())?;
    Ok(TriggerPage {
        next_marker: u64::try_from(page.next).unwrap_or(u64::MAX),
        triggers: page.items,
    })
}

/// ShowFunctionTrigger.
pub(super) async fn show(call: Call, input: ShowFunctionTrigger) -> Result<Trigger, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let function = associated(context, reader, &input.function_urn, INTERNAL)?;
        let record = find(reader, &function, &input.trigger_type_code, &input.trigger_id)?;
        Ok(record.trigger)
    })
}

/// DeleteFunctionTrigger.
pub(super) async fn delete(call: Call, input: DeleteFunctionTrigger) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let function = associated(context, writer, &input.function_urn, UNAUTHORISED)?;
            find(writer, &function, &input.trigger_type_code, &input.trigger_id)?;
            Ok(writer.remove(&TRIGGERS, &input.trigger_id)?)
        })
    })
    .await
}
