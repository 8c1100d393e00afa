//! The local cloud: the services' control plane and a data plane that really runs functions, in one process.
//!
//! Any client of the real cloud works against it unchanged but for the endpoint. It is no security sandbox:
//! a function runs as the user who started the local cloud.

mod control;
mod store;

use crate::sign::Credentials;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// The local cloud could not start.
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
    /// The state could not be read or written.
    #[error("the state cannot be opened")]
    State(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<store::StoreError> for StartError {
    fn from(error: store::StoreError) -> Self {
        Self::State(Box::new(error))
    }
}

/// The one account of a local cloud. Made at random with its state, and kept with it.
#[derive(Clone, Debug)]
struct Account {
    /// The only region, `cn-east-3`.
    region: String,
    /// 32 hex digits.
    project_id: String,
    /// The account's id, 32 hex digits.
    domain_id: String,
    /// The keys that sign requests to it.
    credentials: Credentials,
}

/// What of the local cloud's behaviour can be set.
#[derive(Clone, Debug)]
struct Behaviour {
    /// How long a gateway is `Creating` before it runs, and `Deleting` before it is gone.
    gateway_delay: Duration,
    /// The member of a function's configuration that stands for the console's WebSocket switch. The real one is not
    /// known; this name is the local cloud's own.
    websocket_field: String,
}

/// What the control plane asks of the data plane: a port for each API group.
trait GroupPorts: Send + Sync {
    /// Takes a free port of 127.0.0.1 for the new group `group_id` and serves it from now on.
    ///
    /// # Errors
    /// No port can be had.
    fn open(&self, group_id: &str) -> io::Result<u16>;
    /// Stops serving the group and gives its port back.
    fn close(&self, group_id: &str);
}

/// What every operation of the control plane works with.
struct Context {
    store: Arc<Store>,
    account: Account,
    behaviour: Behaviour,
    ports: Arc<dyn GroupPorts>,
}
