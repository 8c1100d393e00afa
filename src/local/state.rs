//! The whole state of a local cloud, whether it runs or not: emptied, saved to a file, loaded from one.

use super::runtime::LOCK_FILE;
use super::saved::{self, Saved, SavedError, Summary};
use super::store::whole::Records;
use super::store::{Lifetime, Store};
use super::{Account, AskError, Runtime, StartError, account};
use crate::sys::lock::Lock;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads and checks the saved state in the file `path`, to the last byte.
///
/// # Errors
/// It is no saved state, damaged, cut off, or of another schema.
pub(crate) fn check(path: &Path) -> Result<Summary, SavedError> {
    Ok(Saved::read(path)?.summary())
}

/// A state could not be emptied, saved or loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// The local cloud that runs on it refused, or nothing is there.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] StartError),
    /// The file, or the disk.
    #[error(transparent)]
    Saved(#[from] SavedError),
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// What was saved or loaded; nothing after a reset.
    #[serde(flatten)]
    pub(crate) summary: Option<Summary>,
    /// The API groups that do not answer, each as a sentence: their port is taken.
    pub(crate) groups_down: Vec<String>,
}

/// The state in a folder.
pub(crate) enum LocalState {
    /// A local cloud runs on it.
    Running(Box<Runtime>),
    /// None does, and none can meanwhile.
    Stopped(Box<Stopped>),
}

/// A state that no local cloud runs on.
pub(crate) struct Stopped {
    store: Store,
    account: Account,
    _lock: Lock,
}

impl LocalState {
    /// The state in `folder`, which has to be there unless it may be `new`.
    ///
    /// # Errors
    /// There is none, or another process uses it without answering.
    pub(crate) async fn find(folder: &Path, new: bool) -> Result<Self, StateError> {
        match Runtime::find(folder).await {
            Ok(runtime) => Ok(Self::Running(Box::new(runtime))),
            Err(_) if new || folder.exists() => Ok(Self::Stopped(Box::new(Stopped::open(folder)?))),
            Err(error) => Err(error.into()),
        }
    }

    /// How many records of each collection it has; those with none are left out.
    ///
    /// # Errors
    /// It cannot be read, or does not answer.
    pub(crate) async fn holds(&self) -> Result<BTreeMap<String, usize>, StateError> {
        let mut counts = match self {
            Self::Running(runtime) => runtime.holds().await?,
            Self::Stopped(stopped) => stopped.store.counts().map_err(SavedError::from)?,
        };
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }

    /// Empties it. The account and the certificate authority stay.
    ///
    /// # Errors
    /// The disk failed, or the local cloud does not answer; nothing was changed.
    pub(crate) async fn reset(&self) -> Result<Outcome, StateError> {
        match self {
            Self::Running(runtime) => Ok(runtime.reset().await?),
            Self::Stopped(stopped) => {
                let emptied = stopped.store.replace(&Records::new(), None);
                emptied.map_err(SavedError::from)?;
                Ok(Outcome::of(None))
            }
        }
    }

    /// Saves it to the file `path`, which is absolute: whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written, or the local cloud does not answer; the file is as it was.
    pub(crate) async fn save(&self, path: &Path, with_keys: bool) -> Result<Outcome, StateError> {
        match self {
            Self::Running(runtime) => Ok(runtime.save(path, with_keys).await?),
            Self::Stopped(stopped) => {
                let Stopped { store, account, .. } = stopped.as_ref();
                Ok(Outcome::of(Some(saved::save(store, account, path, with_keys)?)))
            }
        }
    }

    /// Puts the saved state of the file `path`, which is absolute, in place of all that there is.
    ///
    /// # Errors
    /// The file is refused, the disk failed, or the local cloud does not answer; nothing was changed.
    pub(crate) async fn load(&self, path: &Path) -> Result<Outcome, StateError> {
        match self {
            Self::Running(runtime) => Ok(runtime.load(path).await?),
            Self::Stopped(stopped) => {
                let Stopped { store, account, .. } = stopped.as_ref();
                let loaded = Saved::read(path)?.put_into(store, account)?;
                Ok(Outcome::of(Some(loaded)))
            }
        }
    }
}

impl Outcome {
    fn of(summary: Option<Summary>) -> Self {
        Self {
            summary,
            groups_down: Vec::new(),
        }
    }
}

impl Stopped {
    fn open(folder: &Path) -> Result<Self, StartError> {
        super::start::create_private(folder)?;
        let lock = Lock::take(&folder.join(LOCK_FILE)).map_err(|error| StartError::locked(folder.to_owned(), error))?;
        let store = Store::open(folder, Lifetime::Durable)?;
        let account = account::open(folder, &store)?;
        Ok(Self {
            store,
            account,
            _lock: lock,
        })
    }
}
