//! A plan as a person reads it: what is made, changed and deleted, each field with its reason; and as data.

use crate::plan::{Action, Change, FieldChange, NOTE, Plan};
use crate::ui::{Report, Tone, Ui};
use serde_json::Value;

/// The longest value that is shown whole, in characters.
const VALUE: usize = 60;

/// The report of a plan.
pub(in crate::cli) fn report(plan: &Plan, ui: &Ui) -> Report {
    let names = plan.pending().map(|change| change.address.to_string()).collect();
    Report::data(plan, names, text(plan, ui))
}

/// The plan for a person.
pub(in crate::cli) fn text(plan: &Plan, ui: &Ui) -> String {
    let mut text = String::new();
    for change in plan.pending() {
        text.push_str(&heading(change, ui));
        let fields = change.fields.iter().filter(|field| field.field != NOTE);
        for field in fields.filter(|field| !field.to.is_null()) {
            text.push_str(&line(change.action, field, ui));
        }
    }
    let summary = plan.summary;
    if plan.is_empty() {
        return format!("Nothing to change: {} is as declared.\n", plan.stack);
    }
    text.push_str(&format!(
        "\nPlan: {} to create, {} to change, {} to replace, {} to delete ({}).\n",
        summary.create, summary.update, summary.replace, summary.delete, plan.stack
    ));
    text
}

/// The sign of an action, and its colour.
pub(in crate::cli) fn sign(action: Action) -> (&'static str, Tone) {
    match action {
        Action::Create => ("+", Tone::Good),
        Action::Update => ("~", Tone::Notable),
        Action::Replace => ("-/+", Tone::Bad),
        Action::Delete => ("-", Tone::Bad),
        Action::Keep => ("=", Tone::Plain),
    }
}

fn heading(change: &Change, ui: &Ui) -> String {
    let (sign, tone) = sign(change.action);
    let why = match change.action {
        Action::Create => String::new(),
        _ => format!(": {}", change.reason),
    };
    let cost = match (change.address.kind, change.action) {
        (crate::plan::Kind::Gateway, Action::Create | Action::Replace) => "  (bills by the hour until deleted)",
        _ => "",
    };
    format!("{} {}{why}{cost}\n", ui.toned(tone, sign), change.address)
}

fn line(action: Action, field: &FieldChange, ui: &Ui) -> String {
    let drift = match field.drift {
        true => ui.toned(Tone::Notable, "  (changed outside of fgctl)"),
        false => String::new(),
    };
    match action {
        Action::Create => format!("    {}: {}\n", field.field, value(&field.to)),
        _ => format!(
            "    {}: {} -> {}{drift}\n",
            field.field,
            value(&field.from),
            value(&field.to)
        ),
    }
}

/// JSON keeps to one line and steers no terminal.
fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => "(not shown)".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(VALUE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
