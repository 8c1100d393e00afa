//! The difference of what is declared and what is found: a value, made without asking anybody.
//!
//! Resources of all kinds are compared alike, field by field. Where a field differs, the memory that its resource
//! bears (see [`mark`]) tells why: what is found is what was last applied, so the file has changed; or it is not, so
//! somebody changed it meanwhile, which is called drift and never overwritten unasked.

mod change;
mod mark;
mod resource;

pub(crate) use change::{Action, Change, FieldChange, Plan, Summary};
pub(crate) use mark::{Mark, Memory, STACK, secret_digest, value_digest};
pub(crate) use resource::{Address, Declared, Found, Kind, Owner, Shown};

use serde_json::Value;
use std::collections::BTreeMap;

/// The field of a change that only brings the memory up to date.
pub(crate) const NOTE: &str = "fgctl-applied";
/// The field of the time until which a resource is wanted.
pub(crate) const UNTIL: &str = "until";

/// The field of a resource that the service is not done with: it has to be waited for.
pub(crate) const STATUS: &str = "status";

/// What may be done that is not done by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Policy {
    /// Take over resources of the declared names that bear no mark of this stack.
    pub(crate) adopt: bool,
}

/// No plan can be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum PlanError {
    /// Resources of the declared names are there, and are not this stack's.
    #[error("not made by this stack, `{stack}`: {}", names(resources))]
    NotOurs {
        /// The stack.
        stack: String,
        /// Which.
        resources: Vec<(Address, Option<String>)>,
    },
    /// What should be there already is not.
    #[error("there is no {0}, which the manifest says exists")]
    Missing(Address),
}

fn names(resources: &[(Address, Option<String>)]) -> String {
    let named = resources.iter().map(|(address, owner)| match owner {
        Some(owner) => format!("{address} (of `{owner}`)"),
        None => address.to_string(),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// Compares what is declared with what is found, in the stack `stack`.
///
/// # Errors
/// [`PlanError`]; nothing may be done then.
pub(crate) fn plan(stack: &str, declared: &[Declared], found: &[Found], policy: Policy) -> Result<Plan, PlanError> {
    let there: BTreeMap<&Address, &Found> = found.iter().map(|found| (&found.address, found)).collect();
    let wanted: BTreeMap<&Address, &Declared> = declared.iter().map(|one| (&one.address, one)).collect();
    check(stack, declared, &there, policy)?;
    let mut changes = Vec::new();
    for one in declared.iter().filter(|one| !one.existing) {
        changes.push(match there.get(&one.address) {
            None => created(one),
            Some(found) => compared(one, found),
        });
    }
    follow(&mut changes);
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    let mut gone: Vec<&Found> = found
        .iter()
        .filter(|found| found.owner == Owner::Ours && !wanted.contains_key(&found.address))
        .collect();
    gone.sort_by(|a, b| b.address.cmp(&a.address));
    changes.extend(gone.into_iter().map(deleted));
    Ok(Plan::new(stack, changes))
}

fn check(
    stack: &str,
    declared: &[Declared],
    there: &BTreeMap<&Address, &Found>,
    policy: Policy,
) -> Result<(), PlanError> {
    if let Some(one) = declared
        .iter()
        .find(|one| one.existing && !there.contains_key(&one.address))
    {
        return Err(PlanError::Missing(one.address.clone()));
    }
    let others = declared.iter().filter(|one| !one.existing).filter_map(|one| {
        let found = there.get(&one.address).filter(|found| found.owner == Owner::Other)?;
        let owner = found.mark.as_ref().map(|mark| mark.stack.clone());
        Some((one.address.clone(), owner))
    });
    let others: Vec<_> = others.collect();
    match policy.adopt || others.is_empty() {
        true => Ok(()),
        false => Err(PlanError::NotOurs {
            stack: stack.to_owned(),
            resources: others,
        }),
    }
}

fn created(one: &Declared) -> Change {
    let fields = one.fields.iter().map(|(field, value)| FieldChange {
        field: field.clone(),
        from: Value::Null,
        to: value.clone(),
        drift: false,
    });
    let mut fields: Vec<_> = fields.collect();
    fields.extend(one.until.as_ref().map(|until| until_change(None, until)));
    Change {
        address: one.address.clone(),
        action: Action::Create,
        reason: "it is not there".to_owned(),
        fields,
        needs: one.needs.clone(),
    }
}

fn until_change(from: Option<&String>, to: &str) -> FieldChange {
    FieldChange {
        field: UNTIL.to_owned(),
        from: from.cloned().map_or(Value::Null, Value::from),
        to: to.into(),
        drift: false,
    }
}

fn deleted(found: &Found) -> Change {
    Change {
        address: found.address.clone(),
        action: Action::Delete,
        reason: "it is not wanted any more".to_owned(),
        fields: Vec::new(),
        needs: Vec::new(),
    }
}

fn compared(one: &Declared, found: &Found) -> Change {
    let mut fields: Vec<FieldChange> = one
        .fields
        .iter()
        .filter_map(|(field, value)| difference(one, found, field, value))
        .collect();
    let fixed = one.address.kind.fixed();
    let replaced: Vec<String> = fields
        .iter()
        .filter(|change| fixed.contains(&change.field.as_str()))
        .map(|change| format!("`{}`", change.field))
        .collect();
    let until = found.mark.as_ref().and_then(|mark| mark.until.as_ref());
    if let Some(wanted) = one.until.as_ref().filter(|wanted| Some(*wanted) != until) {
        fields.push(until_change(until, wanted));
    }
    if let Some(status) = &found.status {
        fields.push(FieldChange {
            field: STATUS.to_owned(),
            from: status.as_str().into(),
            to: "ready".into(),
            drift: false,
        });
    }
    let (action, reason) = match (fields.is_empty(), replaced.is_empty()) {
        (false, false) => (Action::Replace, format!("{} cannot be changed", replaced.join(", "))),
        (false, true) => (Action::Update, why(&fields, found).to_owned()),
        (true, _) if is_remembered(one, found) => (Action::Keep, "it is as declared".to_owned()),
        (true, _) => {
            fields.push(note(found));
            let reason = match found.owner {
                Owner::Other => "it is taken over as it is",
                Owner::Ours | Owner::Unfinished => "what was last applied is not noted beside it",
            };
            (Action::Update, reason.to_owned())
        }
    };
    Change {
        address: one.address.clone(),
        action,
        reason,
        fields,
        needs: one.needs.clone(),
    }
}

fn note(found: &Found) -> FieldChange {
    let before = found.mark.as_ref().map(|mark| mark.applied.to_string());
    FieldChange {
        field: NOTE.to_owned(),
        from: before.map_or(Value::Null, Value::from),
        to: "up to date".into(),
        drift: false,
    }
}

fn why(fields: &[FieldChange], found: &Found) -> &'static str {
    match (found.owner, fields.iter().any(|field| field.drift)) {
        (Owner::Other, _) => "it is taken over",
        (_, true) => "it was changed outside of fgctl",
        (Owner::Unfinished, _) => "an earlier deploy did not finish it",
        _ if fields.iter().all(|field| field.field == STATUS) => "the service is not done with it",
        (Owner::Ours, false) => "the manifest has changed",
    }
}

/// Whether what is remembered of `found` is what is declared, and its mark is there at all.
fn is_remembered(one: &Declared, found: &Found) -> bool {
    let mark = found.mark.as_ref();
    found.owner == Owner::Ours && mark.is_some_and(|mark| mark.applied == one.memory())
}

fn difference(one: &Declared, found: &Found, field: &str, wanted: &Value) -> Option<FieldChange> {
    let of = one.address.to_string();
    let memory = found.mark.as_ref().map(|mark| &mark.applied);
    let shown = found.fields.get(field);
    let same = match shown {
        Some(Shown::Value(value)) => value == wanted,
        // What is not shown is what was last applied.
        Some(Shown::Hidden) => memory.is_some_and(|memory| memory.is(&of, field, wanted)),
        None => wanted.is_null(),
    };
    if same {
        return None;
    }
    let value = match shown {
        Some(Shown::Value(value)) => value.clone(),
        Some(Shown::Hidden) | None => Value::Null,
    };
    let drift = match (found.owner, memory) {
        // Nothing is remembered of what was somebody else's, nor of what was only begun.
        (Owner::Other | Owner::Unfinished, _) => false,
        // A hidden value cannot be known to have been changed elsewhere.
        _ if matches!(shown, Some(Shown::Hidden)) => false,
        (Owner::Ours, None) => true,
        (Owner::Ours, Some(memory)) => memory.has(field) && !memory.is(&of, field, &value),
    };
    Some(FieldChange {
        field: field.to_owned(),
        from: value,
        to: wanted.clone(),
        drift,
    })
}

/// What stands on a resource that is made anew has to be made anew too.
fn follow(changes: &mut [Change]) {
    loop {
        let anew: Vec<Address> = changes
            .iter()
            .filter(|change| change.action == Action::Replace)
            .map(|change| change.address.clone())
            .collect();
        let on_it = |change: &Change| {
            let needed = change.needs.iter().find(|needed| anew.contains(needed))?;
            // Another function takes the place of the old one under its triggers; its dependencies are versions.
            let falls = match (needed.kind, change.address.kind) {
                (Kind::Function, kind) => kind == Kind::Trigger || kind == Kind::Release,
                (Kind::Dependency | Kind::Release, _) => false,
                _ => true,
            };
            falls.then(|| needed.clone())
        };
        let mut more = false;
        for change in changes.iter_mut() {
            let stands = matches!(change.action, Action::Keep | Action::Update);
            if let Some(needed) = on_it(change).filter(|_| stands) {
                change.action = Action::Replace;
                change.reason = format!("{needed} is made anew");
                more = true;
            }
        }
        if !more {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
