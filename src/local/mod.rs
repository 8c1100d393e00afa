//! The local cloud: the services' control plane and a data plane that really runs functions, in one process.
//!
//! Any client of the real cloud works against it unchanged but for the endpoint. It is no security sandbox:
//! a function runs as the user who started the local cloud.

mod account;
mod admin;
mod control;
mod data;
mod error;
mod fault;
mod fidelity;
mod hosts;
mod lines;
mod live;
mod pages;
mod physics;
mod runtime;
mod saved;
mod sealed;
mod stage;
mod start;
mod state;
mod store;

pub(crate) use data::{Inherited, IsolationSetting, abilities};
pub(crate) use error::StartError;
pub(crate) use fault::{FaultView, NewFault};
pub(crate) use fidelity::{Row, rows};
pub(crate) use lines::LogQuery;
pub(crate) use physics::Physics;
pub(crate) use runtime::{AskError, Runtime};
pub(crate) use saved::SavedError;
pub(crate) use stage::Stage;
pub(crate) use start::{LocalCloud, Options};
pub(crate) use state::{LocalState, Outcome, StateError, check};
pub(crate) use store::Lifetime;

use crate::sign::Credentials;
use crate::wire::FunctionUrn;
use bytes::Bytes;
use futures_util::future::BoxFuture;
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

/// What the control plane asks of the data plane: to run a function, and what was run.
trait Functions: Send + Sync {
    /// Calls a function once, as it is now.
    fn invoke(&self, call: FunctionCall) -> BoxFuture<'static, Result<FunctionAnswer, CallFault>>;
    /// What was counted of the calls of `function` (its package and its name), or of all, in each of the last
    /// `minutes` in which there was a call, the oldest first.
    fn counts(&self, function: Option<(&str, &str)>, minutes: u64) -> Vec<(i64, Counts)>;
    /// How many instances of `function`, or of all functions, run.
    fn running(&self, function: Option<(&str, &str)>) -> usize;
}

/// A call that does not come by a gateway.
struct FunctionCall {
    /// May have a version or an alias.
    urn: FunctionUrn,
    /// Its id.
    request_id: String,
    /// What the function's server gets.
    request: http::Request<Bytes>,
}

/// What a function has answered.
struct FunctionAnswer {
    /// The version that ran.
    version: String,
    /// Its memory in MB.
    memory: i64,
    /// How long it took.
    duration: Duration,
    /// What it wrote meanwhile, as far as it is here already.
    log: Vec<String>,
    /// Its server's answer; else why there is none, with the number of the failure.
    outcome: Result<http::Response<Bytes>, Failure>,
}

/// Why a function gave no answer.
struct Failure {
    /// As in `X-Func-Err-Code`.
    code: i64,
    /// The status that a gateway would answer.
    status: u16,
    /// Why.
    message: String,
}

/// Why a function was not called.
enum CallFault {
    /// There is none.
    Missing(String),
    /// Every instance is taken, and there may be no more.
    Overload(String),
    /// It cannot be run here, or not now.
    Unavailable(String),
    /// The local cloud failed.
    Internal(String),
}

/// What was counted in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    /// Calls that are over.
    calls: u64,
    /// Milliseconds of all of them.
    total: f64,
    /// Of the longest.
    longest: f64,
    /// Of the shortest.
    shortest: f64,
    /// No instance was left.
    rejected: u64,
    /// The function failed.
    function_errors: u64,
    /// The platform failed.
    system_errors: u64,
}

/// What every operation of the control plane works with.
struct Context {
    store: Arc<Store>,
    account: Account,
    behaviour: Behaviour,
    ports: Arc<dyn GroupPorts>,
    functions: Arc<dyn Functions>,
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
