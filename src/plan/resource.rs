//! What a plan is made from: resources as they are declared, and as they are found.

use super::mark::{Mark, Memory};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What a resource is. The order is that in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// A dedicated gateway.
    Gateway,
    /// A dependency: its newest version.
    Dependency,
    /// A function: its editable copy.
    Function,
    /// A function's published version, and the alias that leads to it.
    Release,
    /// An API group.
    Group,
    /// An environment of a gateway.
    Environment,
    /// An app of a gateway.
    App,
    /// A trigger with the API that it made, published.
    Trigger,
    /// What lets an app call a trigger's API.
    Authorization,
}

impl Kind {
    /// What a person calls it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Dependency => "dependency",
            Self::Function => "function",
            Self::Release => "release",
            Self::Group => "group",
            Self::Environment => "environment",
            Self::App => "app",
            Self::Trigger => "trigger",
            Self::Authorization => "authorization",
        }
    }

    /// The fields that cannot be changed: another value needs another resource.
    pub(super) fn fixed(self) -> &'static [&'static str] {
        match self {
            Self::Gateway => &["edition", "vpc", "subnet", "zones", "enterprise_project"],
            Self::Dependency | Self::Release | Self::Group | Self::Environment | Self::App | Self::Authorization => &[],
            Self::Function => &["runtime"],
            // The URL never changes, and these are in it; the rest is the API's.
            Self::Trigger => &["group", "environment", "function", "path", "protocol", "trigger"],
        }
    }
}

/// Which resource: its kind, the gateway that it is on, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Address {
    /// What it is.
    pub(crate) kind: Kind,
    /// The gateway that it is on; empty for what is on none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) gateway: String,
    /// Its name; of a trigger its group and its name, of an authorisation its app and its trigger.
    pub(crate) name: String,
}

impl Address {
    /// What is on no gateway.
    pub(crate) fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            gateway: String::new(),
            name: name.into(),
        }
    }

    /// What is on a gateway.
    pub(crate) fn on(gateway: impl Into<String>, kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            gateway: gateway.into(),
            name: name.into(),
        }
    }

    /// Its name without what it is in.
    pub(crate) fn own_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.noun(), self.name)?;
        match self.gateway.is_empty() {
            true => Ok(()),
            false => write!(f, " on {}", self.gateway),
        }
    }
}

/// A resource as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Declared {
    /// Which.
    pub(crate) address: Address,
    /// What is said of it; what is not said is left as it is.
    pub(crate) fields: BTreeMap<String, Value>,
    /// What has to be there first.
    pub(crate) needs: Vec<Address>,
    /// It is somebody else's, and only has to be there.
    pub(crate) existing: bool,
    /// Until when it is wanted, where that is said now.
    pub(crate) until: Option<String>,
}

impl Declared {
    /// A resource of which nothing is said yet.
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address,
            fields: BTreeMap::new(),
            needs: Vec::new(),
            existing: false,
            until: None,
        }
    }

    /// What is remembered of it once it is as declared.
    pub(crate) fn memory(&self) -> Memory {
        let fields = self.fields.iter().map(|(field, value)| (field.as_str(), value));
        Memory::of(&self.address.to_string(), fields)
    }

    /// The mark that it bears once it is as declared; `found` is the one that it bears now.
    pub(crate) fn mark(&self, stack: &str, found: Option<&Mark>) -> Mark {
        Mark {
            stack: stack.to_owned(),
            applied: self.memory(),
            until: self.until.clone().or(found.and_then(|mark| mark.until.clone())),
            release: None,
        }
    }
}

/// What a resource that was found has in a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    /// This.
    Value(Value),
    /// The service never shows it.
    Hidden,
}

/// Whose a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This stack's.
    Ours,
    /// Of a part of this stack that was not finished: nothing is remembered of it yet.
    Unfinished,
    /// Somebody else's.
    Other,
}

/// A resource as it is found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// Which.
    pub(crate) address: Address,
    /// The service's id of it.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// What it has.
    pub(crate) fields: BTreeMap<String, Shown>,
    /// What fgctl wrote beside it.
    pub(crate) mark: Option<Mark>,
    /// The service is not done with it, or failed: said in words, as `Creating`.
    pub(crate) status: Option<String>,
}

impl Found {
    /// A resource of which nothing is known yet.
    pub(crate) fn new(address: Address, id: impl Into<String>) -> Self {
        Self {
            address,
            id: id.into(),
            owner: Owner::Other,
            fields: BTreeMap::new(),
            mark: None,
            status: None,
        }
    }

    /// Sets a field that the service shows.
    pub(crate) fn show(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), Shown::Value(value.into()));
    }

    /// Sets a field that the service has and does not show.
    pub(crate) fn hide(&mut self, field: &str) {
        self.fields.insert(field.to_owned(), Shown::Hidden);
    }

    /// What it has in `field`, where that is shown.
    pub(crate) fn value(&self, field: &str) -> Option<&Value> {
        match self.fields.get(field)? {
            Shown::Value(value) => Some(value),
            Shown::Hidden => None,
        }
    }
}
