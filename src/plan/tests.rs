//! The difference by itself: made-up resources, no cloud.

use super::{Action, Address, Declared, Found, Kind, Memory, Owner, Plan, PlanError, Policy, plan};
use proptest::collection::btree_map;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const STACK: &str = "chat/dev";

fn function(fields: &Value) -> Declared {
    let mut one = Declared::new(Address::new(Kind::Function, "f"));
    one.fields = fields.as_object().unwrap().clone().into_iter().collect();
    one
}

/// `one` as it is found once it was deployed.
fn deployed(one: &Declared) -> Found {
    let mut found = Found::new(one.address.clone(), "id");
    found.owner = Owner::Ours;
    for (field, value) in &one.fields {
        found.show(field, value.clone());
    }
    found.mark = Some(one.mark(STACK, None));
    found
}

fn planned(declared: &[Declared], found: &[Found]) -> Plan {
    plan(STACK, declared, found, Policy::default()).unwrap()
}

#[test]
fn the_file_is_told_from_the_console_by_what_was_last_applied() {
    let before = function(&json!({"memory": 128, "timeout": 60}));
    let after = function(&json!({"memory": 256, "timeout": 60}));
    let change = &planned(std::slice::from_ref(&after), &[deployed(&before)]).changes[0];
    assert_eq!(
        (change.action, change.reason.as_str()),
        (Action::Update, "the manifest has changed")
    );
    assert_eq!(change.fields.len(), 1);
    assert_eq!(
        (&change.fields[0].from, &change.fields[0].to),
        (&json!(128), &json!(256))
    );
    assert!(!change.fields[0].drift);

    let mut touched = deployed(&before);
    touched.show("timeout", 5);
    let both = planned(&[after], &[touched.clone()]);
    assert_eq!(both.summary.drift, 1);
    let drift: Vec<_> = both.changes[0]
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.drift))
        .collect();
    assert_eq!(drift, [("memory", false), ("timeout", true)]);
    // What lost its mark is all unknown.
    touched.mark = None;
    assert!(planned(&[before], &[touched]).changes[0].fields[0].drift);
}

#[test]
fn a_deploy_that_was_killed_half_way_is_gone_on_with_and_no_drift() {
    let before = function(&json!({"memory": 128, "code": "a", "timeout": 3}));
    let after = function(&json!({"memory": 256, "code": "b", "timeout": 9}));
    let mut half = deployed(&before);
    half.show("code", "b");
    let plan = planned(std::slice::from_ref(&after), &[half.clone()]);
    assert_eq!((plan.summary.drift, plan.changes[0].fields.len()), (0, 2));
    // All is written but the note.
    half.show("memory", 256);
    half.show("timeout", 9);
    let plan = planned(&[after], &[half]);
    assert_eq!((plan.changes[0].action, plan.summary.drift), (Action::Update, 0));
    assert_eq!(plan.changes[0].fields[0].field, super::NOTE);
}

#[test]
fn what_is_declared_for_the_first_time_is_no_drift() {
    let before = function(&json!({"memory": 128}));
    let mut found = deployed(&before);
    found.show("timeout", 3);
    let plan = planned(&[function(&json!({"memory": 128, "timeout": 60}))], &[found]);
    assert_eq!((plan.summary.update, plan.summary.drift), (1, 0));
}

#[test]
fn what_the_service_hides_is_compared_with_what_was_applied() {
    let one = function(&json!({"secret_env": {"A": "123456"}}));
    let mut found = deployed(&one);
    found.hide("secret_env");
    assert!(planned(std::slice::from_ref(&one), &[found.clone()]).is_empty());
    let other = function(&json!({"secret_env": {"A": "abcdef"}}));
    let plan = planned(&[other], &[found]);
    assert_eq!((plan.summary.update, plan.summary.drift), (1, 0));
    assert_eq!(plan.changes[0].fields[0].from, Value::Null);
}

#[test]
fn what_is_not_ours_is_refused_unless_it_is_adopted() {
    let one = function(&json!({"memory": 128}));
    let mut other = deployed(&one);
    other.owner = Owner::Other;
    other.mark = None;
    let found = [other];
    let error = plan(STACK, std::slice::from_ref(&one), &found, Policy::default()).unwrap_err();
    assert!(
        matches!(&error, PlanError::NotOurs { resources, .. } if resources.len() == 1),
        "{error}"
    );
    let adopted = plan(STACK, &[one], &found, Policy { adopt: true }).unwrap();
    assert_eq!(adopted.changes[0].reason, "it is taken over as it is");
    // What is nobody's and not declared is left alone.
    assert!(planned(&[], &found).changes.is_empty());
}

#[test]
fn what_should_exist_has_to() {
    let mut gateway = Declared::new(Address::new(Kind::Gateway, "apig-ws"));
    gateway.existing = true;
    let declared = [gateway.clone()];
    let missing = plan(STACK, &declared, &[], Policy::default()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "there is no gateway apig-ws, which the manifest says exists"
    );
    let found = [Found::new(gateway.address, "id")];
    assert!(planned(&declared, &found).changes.is_empty());
}

#[test]
fn what_stands_on_something_made_anew_is_made_anew_and_deletion_goes_backwards() {
    let one = function(&json!({"runtime": "http"}));
    let mut trigger = Declared::new(Address::on("gw", Kind::Trigger, "g/t"));
    trigger.needs = vec![one.address.clone()];
    let found = [deployed(&one), deployed(&trigger)];
    let other = function(&json!({"runtime": "Node.js20.15"}));
    let plan = planned(&[other, trigger], &found);
    assert_eq!(plan.summary.replace, 2, "{plan:?}");
    assert_eq!(plan.changes[0].reason, "`runtime` cannot be changed");
    let gone = planned(&[], &found);
    let order: Vec<Kind> = gone.changes.iter().map(|change| change.address.kind).collect();
    assert_eq!(order, [Kind::Trigger, Kind::Function]);
    assert!(gone.changes.iter().all(|change| change.action == Action::Delete));
}

#[test]
fn what_the_service_is_not_done_with_is_waited_for() {
    let one = function(&json!({"memory": 128}));
    let mut found = deployed(&one);
    found.status = Some("Creating".to_owned());
    let plan = planned(&[one], &[found]);
    assert_eq!(plan.changes[0].fields[0].field, super::STATUS);
    assert_eq!(plan.changes[0].reason, "the service is not done with it");
}

#[test]
fn a_time_to_live_is_written_where_it_is_said_and_stays_where_it_is_not() {
    let mut one = function(&json!({"memory": 128}));
    let mut found = deployed(&one);
    one.until = Some("2026-11-24T20:00:00Z".to_owned());
    let plan = planned(std::slice::from_ref(&one), &[found.clone()]);
    assert_eq!(plan.changes[0].fields[0].field, super::UNTIL);
    found.mark = Some(one.mark(STACK, None));
    one.until = None;
    assert!(planned(std::slice::from_ref(&one), &[found.clone()]).is_empty());
    assert_eq!(one.mark(STACK, found.mark.as_ref()), found.mark.unwrap());
}

fn values() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let field =
        prop_oneof!["memory", "timeout", "code", "description", "websocket", "secret_env"].prop_map(String::from);
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!({"A": "1", "B": ["x"]})),
    ];
    btree_map(field, value, 0..6)
}

fn all_declared() -> impl Strategy<Value = Vec<Declared>> {
    let kind = prop_oneof![Just(Kind::Function), Just(Kind::Group), Just(Kind::Dependency)];
    let one = (kind, values());
    btree_map("[a-z]{1,4}", one, 0..6).prop_map(|all| {
        let declared = all.into_iter().map(|(name, (kind, fields))| Declared {
            fields,
            ..Declared::new(Address::new(kind, name))
        });
        declared.collect()
    })
}

proptest! {
    #[test]
    fn the_plan_of_what_was_just_applied_is_empty(declared in all_declared()) {
        let found: Vec<Found> = declared.iter().map(deployed).collect();
        prop_assert!(planned(&declared, &found).is_empty());
    }

    #[test]
    fn every_resource_is_in_a_plan_once_and_nothing_of_others(declared in all_declared(), there in all_declared()) {
        let found: Vec<Found> = there.iter().map(deployed).collect();
        let plan = planned(&declared, &found);
        let mut addresses: Vec<_> = plan.changes.iter().map(|change| &change.address).collect();
        let count = addresses.len();
        addresses.sort();
        addresses.dedup();
        prop_assert_eq!(count, addresses.len());
        let deletes = plan.changes.iter().filter(|change| change.action == Action::Delete);
        for gone in deletes {
            prop_assert!(!declared.iter().any(|one| one.address == gone.address));
        }
        // What changed in the file alone is never taken for a change that somebody else made.
        prop_assert_eq!(plan.summary.drift, 0);
    }

    #[test]
    fn a_deploy_killed_after_any_fields_were_written_is_gone_on_with(before in values(), after in values(), written in 0_usize..7) {
        let (before, after) = (Declared { fields: before, ..function(&json!({})) }, Declared { fields: after, ..function(&json!({})) });
        let mut found = deployed(&before);
        for (field, value) in after.fields.iter().take(written) {
            found.show(field, value.clone());
        }
        let plan = planned(std::slice::from_ref(&after), &[found]);
        prop_assert_eq!(plan.summary.drift, 0, "{:?}", plan);
    }

    #[test]
    fn what_somebody_else_changed_is_drift(fields in values(), other in "[A-Z]{9}") {
        let one = Declared { fields, ..function(&json!({})) };
        for field in one.fields.keys() {
            let mut found = deployed(&one);
            found.show(field, other.clone());
            let plan = planned(std::slice::from_ref(&one), &[found]);
            prop_assert_eq!(plan.summary.drift, 1);
        }
    }

    #[test]
    fn a_memory_knows_its_own_values(fields in values()) {
        let memory = Memory::of("function f", fields.iter().map(|(field, value)| (field.as_str(), value)));
        for (field, value) in &fields {
            prop_assert!(memory.is("function f", field, value));
        }
    }
}
