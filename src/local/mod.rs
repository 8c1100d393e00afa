//! The local cloud: the services' control plane and a data plane that really runs functions, in one process.
//!
//! Any client of the real cloud works against it unchanged but for the endpoint. It is no security sandbox:
//! a function runs as the user who started the local cloud.

mod account;
mod admin;
mod control;
mod data;
mod error;
mod hosts;
mod live;
mod runtime;
mod saved;
mod start;
mod state;
mod store;

pub(crate) use data::{Inherited, IsolationSetting, abilities};
pub(crate) use error::StartError;
pub(crate) use runtime::{AskError, Runtime};
pub(crate) use saved::SavedError;
pub(crate) use start::{LocalCloud, Options};
pub(crate) use state::{LocalState, Outcome, StateError, check};
pub(crate) use store::Lifetime;

use crate::sign::Credentials;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::Store;

/// The port of the services, unless another is asked for.
pub(crate) const DEFAULT_PORT: u16 = 7860;
/// The member of a function's configuration that stands for the console's WebSocket switch, unless another is asked
/// for. What the real one is called is not known: this name is the local cloud's own.
pub(crate) const DEFAULT_WEBSOCKET_FIELD: &str = "enable_websocket";

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
    /// How long callers see what ran before, after something was published or taken offline.
    publish_delay: Duration,
    /// See [`DEFAULT_WEBSOCKET_FIELD`].
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
    /// The header with which a request to a group's port is `call`.
    fn debug_header(&self, call: &DebugCall) -> (http::HeaderName, http::HeaderValue);
}

/// A call by which the control plane debugs an API.
#[derive(Clone, Debug)]
struct DebugCall {
    /// The API's id.
    api_id: String,
    /// Whether what runs is meant, and not what is edited.
    published: bool,
    /// Whether the call counts as encrypted.
    tls: bool,
}

/// What every operation of the control plane works with.
struct Context {
    store: Arc<Store>,
    account: Account,
    behaviour: Behaviour,
    ports: Arc<dyn GroupPorts>,
    /// Held by each write while it runs. Whoever holds it alone may replace the state, and says then that this
    /// context is over.
    open: Arc<tokio::sync::RwLock<Open>>,
}

/// Whether a context is still the one that holds.
struct Open(bool);

impl Default for Open {
    fn default() -> Self {
        Self(true)
    }
}

/// The context that holds now: replaced as a whole with the state.
struct Contexts(RwLock<Arc<Context>>);

impl Contexts {
    fn new(context: Arc<Context>) -> Self {
        Self(RwLock::new(context))
    }

    fn current(&self) -> Arc<Context> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, context: Arc<Context>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = context;
    }
}

/// So many random bytes as lower-case hex.
fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    // Without randomness there are no keys, and nothing here could go on safely.
    getrandom::fill(&mut random).unwrap_or_else(|error| panic!("the system gives no random bytes: {error}"));
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}
