//! What was changed outside of fgctl, in the words of a manifest: so that it can be kept and not only written over.

use super::Planned;
use crate::manifest::Edit;
use crate::plan::{Address, Change, FieldChange, Kind};
use crate::wire::api::{MATCH_EXACT, MATCH_PREFIX};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A field that somebody changed, and what a manifest says of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pulled {
    /// Of which resource.
    pub(crate) address: Address,
    /// Which.
    pub(crate) field: String,
    /// How the manifest changes; nothing where it has no key for that, or the service does not tell: then why.
    pub(crate) edits: Result<Vec<Edit>, &'static str>,
}

/// The fields that are a key of the manifest by the same name, with the value that the service shows.
const PLAIN: &[(Kind, &[&str])] = &[
    (
        Kind::Function,
        &[
            "handler",
            "websocket",
            "memory",
            "timeout",
            "max_instances",
            "concurrency",
            "description",
            "agency",
            "execution_agency",
            "public_access",
            "vpc",
            "subnet",
            "collect_logs",
            "log_group",
            "log_stream",
            "enterprise_project",
            "initializer",
            "initializer_timeout",
            "pre_stop",
            "pre_stop_timeout",
            "ephemeral_storage",
            "include_keys",
        ],
    ),
    (
        Kind::Gateway,
        &[
            "security_group",
            "public_inbound",
            "public_outbound",
            "maintenance_hour",
            "description",
        ],
    ),
    (Kind::Dependency, &["description"]),
    (Kind::Group, &["description"]),
    (Kind::Environment, &["description"]),
    (Kind::App, &["description"]),
    (Kind::Trigger, &["path", "method", "timeout"]),
];

impl Planned {
    /// Every field that somebody changed since the last deploy, in the plan's order.
    pub(crate) fn pulled(&self) -> Vec<Pulled> {
        let changes = self.plan.drifted();
        let fields = changes.flat_map(|change| {
            let drifted = change.fields.iter().filter(|field| field.drift);
            drifted.map(move |field| (change, field))
        });
        fields.map(|(change, field)| self.pull(change, field)).collect()
    }

    fn pull(&self, change: &Change, field: &FieldChange) -> Pulled {
        Pulled {
            address: change.address.clone(),
            field: field.field.clone(),
            edits: self.edits(&change.address, field),
        }
    }

    /// # Errors
    /// Why there are none.
    fn edits(&self, address: &Address, field: &FieldChange) -> Result<Vec<Edit>, &'static str> {
        let name = field.field.as_str();
        let plain = PLAIN
            .iter()
            .any(|(kind, names)| *kind == address.kind && names.contains(&name));
        let one = |value| Ok(vec![edit(address, &[name], value)]);
        match (address.kind, name) {
            _ if plain => one(kept(name, &field.from)),
            (Kind::Trigger, "matching") => match field.from.as_str() {
                Some(MATCH_PREFIX) => one("prefix".into()),
                Some(MATCH_EXACT) => one("exact".into()),
                _ => Err("a manifest has no word for it"),
            },
            (Kind::Trigger, "auth" | "protocol") => match field.from.as_str() {
                Some(word @ ("APP" | "IAM" | "NONE" | "HTTP" | "HTTPS")) => one(word.to_lowercase().into()),
                _ => Err("a manifest has no word for it"),
            },
            (Kind::Function, "env") => Ok(self.variables(address, field)),
            (Kind::Function, "dependencies") => self.dependencies(address, &field.from),
            (Kind::Function, "secret_env") => Err("the service does not show what secrets hold"),
            (Kind::Function, "code") => Err("the code is in a folder, and not in the manifest"),
            (Kind::Function | Kind::Gateway, _) => Err("another value needs another resource"),
            _ => Err("a manifest has no key for it"),
        }
    }

    /// One edit a variable that is another, is new, or is gone.
    fn variables(&self, address: &Address, field: &FieldChange) -> Vec<Edit> {
        let none = Map::new();
        let (there, declared) = (field.from.as_object(), field.to.as_object());
        let (there, declared) = (there.unwrap_or(&none), declared.unwrap_or(&none));
        let text = self
            .world
            .functions
            .get(&address.name)
            .and_then(|function| function.user_data.as_deref());
        let values: BTreeMap<String, String> = serde_json::from_str(text.unwrap_or_default()).unwrap_or_default();
        let gone = declared.keys().filter(|name| !there.contains_key(*name));
        let changed = there
            .iter()
            .filter(|(name, digest)| declared.get(*name) != Some(digest));
        let changed = changed.filter_map(|(name, _)| Some((name, Value::from(values.get(name)?.as_str()))));
        let all = gone.map(|name| (name, Value::Null)).chain(changed);
        all.map(|(name, value)| edit(address, &["env", name], value)).collect()
    }

    /// The names of the stack's own dependencies, which is all that a manifest can say.
    fn dependencies(&self, address: &Address, laid: &Value) -> Result<Vec<Edit>, &'static str> {
        let laid = laid.as_array().map(Vec::as_slice).unwrap_or_default();
        let names = laid.iter().map(|laid| {
            let name = laid.as_str()?.split(' ').next()?;
            let declared = self.declared.contains_key(&Address::new(Kind::Dependency, name));
            declared.then(|| Value::from(name))
        });
        let names: Option<Vec<Value>> = names.collect();
        let names = names.ok_or("it has dependencies that the manifest does not declare")?;
        Ok(vec![edit(address, &["dependencies"], names.into())])
    }
}

/// A value as a manifest says it: what is not there, it does not say. Descriptions alone may be empty.
fn kept(name: &str, value: &Value) -> Value {
    let absent = value.as_str() == Some("") || (value.as_i64() == Some(0) && name != "max_instances");
    match absent && name != "description" {
        true => Value::Null,
        false => value.clone(),
    }
}

fn edit(address: &Address, key: &[&str], value: Value) -> Edit {
    let section = match address.kind {
        Kind::Gateway => "gateways",
        Kind::Dependency => "dependencies",
        Kind::Function | Kind::Release => "functions",
        Kind::Group => "groups",
        Kind::Environment => "environments",
        Kind::App | Kind::Authorization => "apps",
        Kind::Trigger => "triggers",
    };
    Edit {
        section,
        entry: address.own_name().to_owned(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        value,
    }
}
