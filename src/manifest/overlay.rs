//! `[env.NAME]`: what is different in one environment.

use super::check::closest;
use super::fault::Fault;
use super::node::{Table, Value};
use std::collections::BTreeMap;

/// The environment of a manifest as it stands, without an overlay.
pub(crate) const DEFAULT: &str = "default";
/// The table of overlays.
pub(super) const ENV: &str = "env";
/// What marks the owner of resources, and so is the same in every environment.
const NAME: &str = "name";

/// Takes the overlays out of a manifest.
pub(super) fn split(mut whole: Table, faults: &mut Vec<Fault>) -> (Table, BTreeMap<String, Table>) {
    let mut overlays = BTreeMap::new();
    let Some(env) = whole.remove(ENV) else {
        return (whole, overlays);
    };
    let at = env.node.at;
    let Some(tables) = env.node.into_table() else {
        faults.push(Fault::new(at, "`env` holds a table for each environment: [env.NAME]"));
        return (whole, overlays);
    };
    for (name, member) in tables {
        if !is_name(&name) {
            let fault = format!("the environment `{name}` has a name that is not 1 to 32 of a-z, A-Z, 0-9, - and _");
            faults.push(Fault::new(member.at, fault));
        }
        match member.node.into_table() {
            Some(table) if table.contains_key(NAME) => {
                let fault = "the stack's `name` is the same in every environment";
                faults.push(Fault::new(table[NAME].at, fault));
            }
            Some(table) => drop(overlays.insert(name, table)),
            None => faults.push(Fault::new(member.at, format!("`env.{name}` is no table"))),
        }
    }
    (whole, overlays)
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=32).contains(&name.len()) && name.bytes().all(fits)
}

/// The manifest of `environment`.
pub(super) fn choose(
    base: Table,
    mut overlays: BTreeMap<String, Table>,
    environment: Option<&str>,
    faults: &mut Vec<Fault>,
) -> Table {
    let name = environment.unwrap_or(DEFAULT);
    match overlays.remove(name) {
        Some(overlay) => lay(base, overlay),
        None if name == DEFAULT => base,
        None => {
            let near = closest(name, overlays.keys().map(String::as_str));
            faults.push(Fault::new(0, format!("there is no [env.{name}]{near}")));
            base
        }
    }
}

/// Tables are laid over each other, member by member; of everything else the overlay's is taken.
fn lay(mut base: Table, overlay: Table) -> Table {
    for (name, mut member) in overlay {
        let below = base.remove(&name);
        if let (Value::Table(own), Some(Value::Table(below))) =
            (&mut member.node.value, below.map(|below| below.node.value))
        {
            *own = lay(below, std::mem::take(own));
        }
        base.insert(name, member);
    }
    base
}
