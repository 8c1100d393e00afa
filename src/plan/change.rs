//! What a plan says: changes, field by field, each with its reason.

use super::resource::Address;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted and made anew.
    Replace,
    /// It is as it should be.
    Keep,
    /// It is deleted.
    Delete,
}

/// A field that becomes another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FieldChange {
    /// Its name in the manifest.
    pub(crate) field: String,
    /// What was found; null where nothing was, or the service does not show it.
    pub(crate) from: Value,
    /// What is declared.
    pub(crate) to: Value,
    /// Somebody changed it since it was last deployed.
    pub(crate) drift: bool,
}

/// What becomes of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Which.
    #[serde(flatten)]
    pub(crate) address: Address,
    /// What becomes of it.
    pub(crate) action: Action,
    /// Why, in words.
    pub(crate) reason: String,
    /// What of it changes; all that is declared where it is made.
    pub(crate) fields: Vec<FieldChange>,
    /// What has to be done before.
    pub(crate) needs: Vec<Address>,
}

impl Change {
    /// Whether anything is to be done.
    pub(crate) fn is_pending(&self) -> bool {
        self.action != Action::Keep
    }

    /// Whether `field` changes.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|change| change.field == field)
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Made.
    pub(crate) create: usize,
    /// Changed.
    pub(crate) update: usize,
    /// Made anew.
    pub(crate) replace: usize,
    /// Deleted.
    pub(crate) delete: usize,
    /// Left alone.
    pub(crate) keep: usize,
    /// Fields that somebody changed since.
    pub(crate) drift: usize,
}

/// What has to be done so that what is declared is what there is, in an order in which it can be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Of this text's form.
    pub(crate) format_version: u32,
    /// Whose it is: `NAME/ENV`.
    pub(crate) stack: String,
    /// What becomes of each resource.
    pub(crate) changes: Vec<Change>,
    /// How many of each.
    pub(crate) summary: Summary,
}

/// The number of the form that plans have now.
pub(crate) const FORMAT_VERSION: u32 = 1;

impl Plan {
    /// The plan of these changes, which are in order.
    pub(super) fn new(stack: &str, changes: Vec<Change>) -> Self {
        let mut summary = Summary::default();
        for change in &changes {
            *match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Replace => &mut summary.replace,
                Action::Delete => &mut summary.delete,
                Action::Keep => &mut summary.keep,
            } += 1;
            summary.drift += change.fields.iter().filter(|field| field.drift).count();
        }
        Self {
            format_version: FORMAT_VERSION,
            stack: stack.to_owned(),
            changes,
            summary,
        }
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        !self.changes.iter().any(Change::is_pending)
    }

    /// What is to be done.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_pending())
    }

    /// The changes that have fields which somebody changed since.
    pub(crate) fn drifted(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.fields.iter().any(|field| field.drift))
    }
}
