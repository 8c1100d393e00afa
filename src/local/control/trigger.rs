//! Triggers: of dedicated gateways, of the shared gateway, and of the clock.

use super::publication::Moment;
use super::refusal::Refusal;
use super::request::Call;
use super::{clock, function, function_deletion, page, trigger_gateway, trigger_shared, trigger_timer};
use crate::codes::Entry;
use crate::codes::functiongraph::{
    FUNCTION_NOT_FOUND, GATEWAY_TRIGGER_NOT_FOUND, INTERNAL, INVALID_PARAMETER, TRIGGER_NOT_FOUND, TRIGGER_OPERATION,
    TRIGGER_TYPE, TRIGGER_TYPE_NOT_FOUND, UNAUTHORISED,
};
use crate::local::Context;
use crate::local::store::Read;
use crate::local::store::records::{FUNCTIONS, FunctionRecord, TRIGGERS, TriggerRecord};
use crate::wire::FunctionUrn;
use crate::wire::trigger::{
    BatchDeleteFunctionTriggers, CreateFunctionTrigger, DEDICATED_GATEWAY, DeleteFunctionTrigger, ListFunctionTriggers,
    ListTriggers, NewTrigger, SHARED_GATEWAY, ShowFunctionTrigger, TIMER, TYPES, Trigger, TriggerOfFunction,
    TriggerPage, UpdateTrigger,
};
use serde_json::{Map, Value};

/// What the service says of a trigger whose function is gone.
const NO_FUNCTION: &str = "Error getting associated function";

/// Whose triggers a request is about.
pub(super) struct Owner {
    /// The function's key.
    pub(super) function: String,
    /// A version or `!` and an alias; nothing is the editable copy.
    pub(super) qualifier: Option<String>,
    /// The function, as that version is.
    record: FunctionRecord,
}

impl Owner {
    /// Whether `record` is one of its triggers.
    pub(super) fn has(&self, record: &TriggerRecord) -> bool {
        record.function == self.function && record.qualifier == self.qualifier
    }
}

/// What a request asks for, once it has been read.
enum Plan {
    Gateway(Box<trigger_gateway::Plan>),
    Shared(Box<NewTrigger>),
    Timer(Box<NewTrigger>),
}

/// CreateFunctionTrigger.
pub(super) async fn create(call: Call, input: CreateFunctionTrigger) -> Result<Trigger, Refusal> {
    let urn = input.function_urn;
    let now = call.now;
    let context = &call.context;
    let own = context
        .store
        .read(|reader| associated(context, reader, &urn, FUNCTION_NOT_FOUND))?;
    let plan = read(input.body, &urn, &own)?;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let own = associated(context, writer, &urn, FUNCTION_NOT_FOUND)?;
            let trigger = match plan {
                Plan::Gateway(plan) => trigger_gateway::create(writer, &plan, &urn, Moment::of(context, now))?,
                Plan::Shared(new) => trigger_shared::create(writer, *new, &urn, now)?,
                Plan::Timer(new) => trigger_timer::create(writer, *new, &own, now)?,
            };
            let record = TriggerRecord {
                function: own.function,
                qualifier: own.qualifier,
                trigger,
            };
            writer.put(&TRIGGERS, &record.trigger.trigger_id, &record)?;
            Ok(record.trigger)
        })
    })
    .await
}

/// Reads a request for a new trigger. HTTP functions have those of gateways only.
fn read(new: NewTrigger, urn: &FunctionUrn, own: &Owner) -> Result<Plan, Refusal> {
    let refused = |detail: String| Err(Refusal::because(TRIGGER_TYPE, detail));
    match new.trigger_type_code.as_str() {
        DEDICATED_GATEWAY => Ok(Plan::Gateway(Box::new(trigger_gateway::Plan::of(new, urn)?))),
        SHARED_GATEWAY => Ok(Plan::Shared(Box::new(trigger_shared::checked(new)?))),
        TIMER if own.record.function.is_http() => refused("an HTTP function has triggers of gateways only".to_owned()),
        TIMER => Ok(Plan::Timer(Box::new(trigger_timer::checked(new)?))),
        other => refused(format!(
            "`{other}`: the local cloud has {DEDICATED_GATEWAY}, {SHARED_GATEWAY} and {TIMER}"
        )),
    }
}

/// The owner of the trigger, or the refusal that the service has for this operation when the function is gone.
fn associated(context: &Context, view: &impl Read, urn: &FunctionUrn, gone: Entry) -> Result<Owner, Refusal> {
    match function::find(context, view, urn) {
        Ok(found) => Ok(Owner {
            qualifier: found.qualifier(),
            function: found.key,
            record: found.record,
        }),
        Err(Refusal::Coded { code, .. }) if code == FUNCTION_NOT_FOUND.code => Err(Refusal::Coded {
            code: gone.code,
            status: gone.status,
            message: format!("{NO_FUNCTION}: `{urn}`"),
        }),
        Err(other) => Err(other),
    }
}

fn find(view: &impl Read, own: &Owner, kind: &str, id: &str) -> Result<TriggerRecord, Refusal> {
    let missing = match kind {
        DEDICATED_GATEWAY | SHARED_GATEWAY => GATEWAY_TRIGGER_NOT_FOUND,
        kind if TYPES.contains(&kind) => TRIGGER_NOT_FOUND,
        kind => return Err(Refusal::because(TRIGGER_TYPE_NOT_FOUND, format!("`{kind}`"))),
    };
    view.get(&TRIGGERS, id)?
        .filter(|record: &TriggerRecord| own.has(record) && record.trigger.trigger_type_code == kind)
        .ok_or_else(|| Refusal::because(missing, format!("`{id}`")))
}

/// ListFunctionTriggers: of a function that is gone, the service knows only that it failed.
pub(super) async fn list(call: Call, input: ListFunctionTriggers) -> Result<Vec<Trigger>, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let own = associated(context, reader, &input.function_urn, INTERNAL)?;
        let mut records = reader.scan(&TRIGGERS, "")?;
        records.retain(|record| own.has(record));
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
        let own = associated(context, reader, &input.function_urn, INTERNAL)?;
        let record = find(reader, &own, &input.trigger_type_code, &input.trigger_id)?;
        Ok(record.trigger)
    })
}

/// UpdateTrigger.
pub(super) async fn update(call: Call, input: UpdateTrigger) -> Result<Trigger, Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let own = associated(context, writer, &input.function_urn, FUNCTION_NOT_FOUND)?;
            let mut record = find(writer, &own, &input.trigger_type_code, &input.trigger_id)?;
            let status = input.body.trigger_status.as_deref();
            let event_data = members(input.body.event_data)?;
            match input.trigger_type_code.as_str() {
                TIMER => trigger_timer::change(&mut record.trigger, status, event_data)?,
                _ => unchanged(&record.trigger, status, &event_data)?,
            }
            record.trigger.last_updated_time = Some(clock::with_offset(now));
            writer.put(&TRIGGERS, &record.trigger.trigger_id, &record)?;
            Ok(record.trigger)
        })
    })
    .await
}

/// What an update says of the event: one object, as Terraform sends it, or the SDKs' array of them, which holds only
/// members of triggers that the local cloud does not have.
fn members(event_data: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match event_data {
        None => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(Value::Array(items)) => Ok(items
            .into_iter()
            .filter_map(|item| match item {
                Value::Object(members) => Some(members),
                _ => None,
            })
            .flatten()
            .collect()),
        Some(other) => Err(Refusal::because(
            INVALID_PARAMETER,
            format!("event_data is an object or a list of them, not {other}"),
        )),
    }
}

/// Refuses to change a gateway's trigger: what it made is the gateway's.
fn unchanged(trigger: &Trigger, status: Option<&str>, event_data: &Map<String, Value>) -> Result<(), Refusal> {
    trigger_gateway::check_status(status)?;
    let current = serde_json::to_value(&trigger.event_data).map_err(|error| Refusal::Internal(error.to_string()))?;
    let same = |name: &str, value: &Value| match (&current[name], value) {
        (Value::Object(own), Value::Object(sent)) => sent.iter().all(|(name, value)| own.get(name) == Some(value)),
        (own, sent) => own == sent,
    };
    match event_data.iter().find(|(name, value)| !same(name, value)) {
        None => Ok(()),
        Some((name, _)) => {
            let detail = format!("`{name}` is the API's: change the API and publish it");
            Err(Refusal::because(TRIGGER_OPERATION, detail))
        }
    }
}

/// DeleteFunctionTrigger.
pub(super) async fn delete(call: Call, input: DeleteFunctionTrigger) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let own = associated(context, writer, &input.function_urn, UNAUTHORISED)?;
            find(writer, &own, &input.trigger_type_code, &input.trigger_id)?;
            Ok(writer.remove(&TRIGGERS, &input.trigger_id)?)
        })
    })
    .await
}

/// BatchDeleteFunctionTriggers: those of every version and alias, unless the URN names one.
pub(super) async fn delete_all(call: Call, input: BatchDeleteFunctionTriggers) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let own = associated(context, writer, &input.function_urn, UNAUTHORISED)?;
            function_deletion::remove_triggers(writer, &own.function, |qualifier| {
                own.qualifier.is_none() || qualifier == own.qualifier.as_deref()
            })
        })
    })
    .await
}
