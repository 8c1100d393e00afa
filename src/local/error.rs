//! Why a local cloud cannot start.

use super::data::authority::AuthorityError;
use super::store::StoreError;
use crate::sys::lock::LockError;
use crate::sys::port::Holder;
use std::io;
use std::path::PathBuf;

/// The local cloud could not start. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The state was written by a newer fgctl.
    #[error("the state has schema {found}, newer than this fgctl reads ({known})")]
    NewerState {
        /// In the state.
        found: u64,
        /// The newest that this fgctl reads.
        known: u64,
    },
    /// Another process works with the state.
    #[error("the state `{}` is in use by {holder}", state.display())]
    Locked {
        /// Its folder.
        state: PathBuf,
        /// Who, as far as it is known.
        holder: String,
    },
    /// The port is taken.
    #[error("127.0.0.1:{port} is taken{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    PortTaken {
        /// The port.
        port: u16,
        /// Who listens there, as far as it is known.
        holder: Option<Holder>,
    },
    /// The state could not be read or written.
    #[error("the state cannot be opened")]
    State(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file of the state is not what it was. It is never replaced: what it held would be lost for good.
    #[error("`{}` is damaged: {fault}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// The certificate authority of the state cannot be used.
    #[error("the certificate authority of the state cannot be used")]
    Authority(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system refused something else.
    #[error("the local cloud cannot start")]
    Io(#[from] io::Error),
}

impl StartError {
    /// What to do about it.
    pub(crate) fn hints(&self) -> Vec<String> {
        match self {
            Self::NewerState { .. } => vec!["use the newer fgctl, or another folder: --state DIR".to_owned()],
            Self::Locked { state, .. } => vec![
                format!("end it: fgctl local down --state '{}'", state.display()),
                "or use another folder: --state DIR".to_owned(),
            ],
            Self::PortTaken { .. } => vec!["take another port: --port 0 takes any".to_owned()],
            Self::Damaged { path, .. } => vec![
                "put it back from a copy, or begin with an empty state: --state DIR".to_owned(),
                match path.parent() {
                    Some(state) => format!("to give this state up for good: rm -r '{}'", state.display()),
                    None => "remove it to give this state up for good".to_owned(),
                },
            ],
            Self::State(_) | Self::Authority(_) | Self::Io(_) => vec!["another folder: --state DIR".to_owned()],
        }
    }

    /// The lock of the state in `state` could not be taken.
    pub(super) fn locked(state: PathBuf, error: LockError) -> Self {
        match error {
            LockError::Held { holder } => {
                let holder = holder.map_or_else(
                    || "another process".to_owned(),
                    |holder| format!("process {}", holder.pid),
                );
                Self::Locked { state, holder }
            }
            LockError::File(error) => Self::State(Box::new(error)),
        }
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::State(Box::new(error))
    }
}

impl From<AuthorityError> for StartError {
    fn from(error: AuthorityError) -> Self {
        Self::Authority(Box::new(error))
    }
}
