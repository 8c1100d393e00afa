//! A whole state as one file: a ZIP with a table of contents, the records as JSON, one file a collection, and the
//! code and archives that they name.
//!
//! What is read is checked to the last byte before anything changes. A state of another account takes the ids of the
//! account that it is loaded into, unless its own keys come with it.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::Saved;
pub(super) use write::save;

use super::store::StoreError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use zip::result::ZipError;

/// `format` of every such file.
const FORMAT: &str = "fgctl-state";
/// The name of the table of contents.
const CONTENTS: &str = "contents.json";
/// The name of the account with its keys.
const ACCOUNT: &str = "account.json";

fn records_name(collection: &str) -> String {
    format!("records/{collection}.json")
}

fn file_name(digest: &str) -> String {
    format!("files/{digest}")
}

/// The table of contents: whatever it does not name may not be in the file.
#[derive(Serialize, Deserialize)]
struct Contents {
    format: String,
    /// As the store's.
    schema: u64,
    /// The version of fgctl that wrote it.
    fgctl: String,
    /// RFC 3339.
    saved_at: String,
    /// Whose records they are.
    account: Owner,
    /// Whether the account's keys are in it.
    keys: bool,
    /// How many records each collection has.
    records: BTreeMap<String, usize>,
    /// The size of each file, by digest.
    files: BTreeMap<String, u64>,
}

/// The ids of an account, without its keys.
#[derive(Serialize, Deserialize)]
struct Owner {
    region: String,
    project_id: String,
    domain_id: String,
}

/// What was saved or loaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// RFC 3339, when it was saved.
    pub(crate) saved_at: String,
    /// Whether the account's keys are in it.
    pub(crate) keys: bool,
    /// How many records each collection has.
    pub(crate) records: BTreeMap<String, usize>,
    /// How many files of code there are.
    pub(crate) files: usize,
}

impl Summary {
    fn of(contents: &Contents) -> Self {
        Self {
            saved_at: contents.saved_at.clone(),
            keys: contents.keys,
            records: contents.records.clone(),
            files: contents.files.len(),
        }
    }
}

/// A state could not be saved or loaded. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedError {
    /// The file cannot be read or written.
    #[error("the file `{}` cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The file is something else, or was cut off.
    #[error("`{}` is no whole saved state", path.display())]
    NotAState {
        /// The file.
        path: PathBuf,
        #[source]
        source: ZipError,
    },
    /// Something in the file is not as it was written.
    #[error("the saved state `{}` is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What.
        what: String,
    },
    /// The file was written by an fgctl whose records have another form.
    #[error("the saved state `{}` has schema {found}, and this fgctl reads {known}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// In the file.
        found: u64,
        /// The one that this fgctl reads.
        known: u64,
    },
    /// The state itself cannot be read or written.
    #[error(transparent)]
    Store(Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for SavedError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}
