//! The data plane: what really runs functions and gateways.
//!
//! Each API group answers at one port of 127.0.0.1. A call goes from the ingress through the gateway's routing to
//! the function's instance; after the function's own 101 a tunnel copies bytes untouched. It knows the records of
//! the control plane and nothing of its operations.
//!
//! Each instance has a machine of its own where the system allows it; else one function at a time runs, on the real
//! 127.0.0.1:8000. The invocation of event functions is a later piece; what needs it is refused and explained.

mod admission;
mod authentication;
pub(in crate::local) mod authority;
mod backend;
mod body;
mod bootstrap;
mod callers;
mod checked;
mod chunks;
mod code;
mod debug;
mod events;
#[cfg(target_os = "linux")]
mod forward;
mod frames;
mod framing;
mod function_log;
mod gateway;
mod head;
mod headers;
mod home;
mod ingress;
mod instance;
mod invocation;
mod isolation;
mod launch;
mod leftover;
mod log_line;
mod log_reader;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod pasta;
mod plans;
mod proxy;
mod refusal;
mod replacement;
mod request_log;
mod route;
mod runner;
#[cfg(target_os = "linux")]
mod runtimes;
mod snapshot;
mod statistics;
#[cfg(test)]
mod tests;
mod throttling;
mod tls;
mod tunnel;
mod variables;

pub(super) use events::Event;
pub(super) use function_log::log_path;
pub(super) use ingress::{GroupStatus, PortState};
pub(in crate::local) use isolation::IsolationFinding;
pub(crate) use isolation::{IsolationSetting, abilities};
pub(super) use log_reader::{LogMark, Wanted, past};
pub(super) use request_log::RequestRecord;
pub(super) use runner::{InstanceState, InstanceStatus};
pub(crate) use variables::Inherited;

use super::fault::Faults;
use super::fidelity::Row;
use super::physics::{Chance, Pace, Physics};
use super::store::records::{GROUPS, GroupRecord};
use super::store::{Read, Store, StoreError};
use super::{CallFault, Counts, DebugCall, FunctionAnswer, FunctionCall, Functions, GroupPorts, random_hex};
use crate::sign::{Credentials, Secret};
use events::Events;
use function_log::FunctionLogs;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::Gateway;
use http::{HeaderName, HeaderValue};
use ingress::Ingress;
use instance::Launch;
use launch::{Launcher, Setup};
use request_log::RequestLog;
use runner::Runner;
use rustls::ServerConfig;
use snapshot::Snapshots;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use throttling::Throttling;
use tokio::sync::broadcast;

/// What the data plane plays.
pub(super) fn rows() -> [Row; 5] {
    [
        refusal::PLAYED,
        headers::PLAYED,
        tunnel::PLAYED,
        throttling::PLAYED,
        code::PLAYED,
    ]
}

/// Where functions' logs are, below the state's folder.
const LOGS: &str = "logs";
/// The port that every function serves: the guide's.
const FUNCTION_PORT: u16 = 8000;

/// What of the data plane can be set.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// Where to look for a new group's port: the next free one from here. 0 takes any.
    pub(super) first_port: u16,
    /// Where functions serve; on the platform, and unless a test says otherwise, 127.0.0.1:8000.
    pub(super) function_address: SocketAddr,
    /// How long a function may take until it listens, unless it has an initializer with a timeout of its own.
    pub(super) ready: Duration,
    /// How all of it behaves.
    pub(super) physics: Physics,
    /// What fails on purpose.
    pub(super) faults: Faults,
    /// The member of a function's configuration that stands for the WebSocket switch.
    pub(super) websocket_field: String,
    /// The account, whose keys sign calls of APIs with IAM authentication.
    pub(super) account: Option<Credentials>,
    /// What functions inherit of the environment.
    pub(super) inherited: Inherited,
    /// Whether instances get machines of their own.
    pub(super) isolation: IsolationFinding,
    /// A folder for temporary files outside the state, `/tmp`.
    pub(super) temporary: PathBuf,
}

impl Options {
    /// The platform's own values, and no machines of their own for instances.
    pub(super) fn new(first_port: u16, websocket_field: String, inherited: Inherited) -> Self {
        Self {
            first_port,
            function_address: SocketAddr::from((Ipv4Addr::LOCALHOST, FUNCTION_PORT)),
            ready: Duration::from_secs(3),
            physics: Physics::default(),
            faults: Faults::default(),
            websocket_field,
            account: None,
            inherited,
            isolation: IsolationFinding::off(),
            temporary: PathBuf::from("/tmp"),
        }
    }
}

/// Where instances have their own folders, of a state in `folder`.
pub(super) fn homes(folder: &Path) -> PathBuf {
    folder.join("instances")
}

/// A running data plane.
pub(super) struct DataPlane {
    gateway: Arc<Gateway>,
    ingress: Ingress,
    setup: Arc<Setup>,
}

impl DataPlane {
    /// Ends what a killed local cloud left running, then serves every group of `store` at its port. A port that is
    /// taken meanwhile is no error: see [`Self::group_status`]. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// The state's `folder` cannot be read or written, or a left-over process does not end.
    pub(super) async fn start(
        store: Arc<Store>,
        tls: Arc<ServerConfig>,
        folder: &Path,
        options: Options,
    ) -> io::Result<Arc<Self>> {
        let homes = homes(folder);
        let events = Events::default();
        let setup = Arc::new(Setup {
            code: folder.join("code"),
            isolation: options.isolation.found().await,
            homes,
            note: folder.join("instance.json"),
            logs: FunctionLogs::open(folder.join(LOGS), events.clone())?,
            events,
            options,
        });
        let launcher = Arc::new(Launcher(Arc::clone(&setup)));
        Self::assemble(store, tls, setup, launcher).await
    }

    async fn assemble(
        store: Arc<Store>,
        tls: Arc<ServerConfig>,
        setup: Arc<Setup>,
        launcher: Arc<dyn Launch>,
    ) -> io::Result<Arc<Self>> {
        let options = &setup.options;
        let pace = Pace::new(options.physics.speed);
        let rules = runner::Rules {
            idle: pace.of(options.physics.idle),
            chance: Chance::new(options.physics.seed),
        };
        let gateway = Arc::new(Gateway {
            snapshots: Snapshots::new(Arc::clone(&store)),
            runner: Runner::new(launcher, rules, setup.isolation.is_own()),
            requests: RequestLog::new(setup.events.clone()),
            pace,
            faults: options.faults.clone(),
            websocket_field: options.websocket_field.clone(),
            account: options.account.clone(),
            debug_word: Secret::new(random_hex(24)),
            throttling: Throttling::new(options.physics.debug_domain_limit),
        });
        clean(&setup, &store).await?;
        let reserved = options.function_address.port();
        let ingress = Ingress::new(Arc::clone(&gateway), tls, options.first_port, reserved);
        for group in groups(&store).map_err(io::Error::other)? {
            ingress.restore(&group.group.id, group.port);
        }
        Ok(Arc::new(Self {
            gateway,
            ingress,
            setup,
        }))
    }

    /// Each group's port and whether it answers there.
    pub(super) fn group_status(&self) -> Vec<GroupStatus> {
        self.ingress.status()
    }

    /// Whether each instance has a machine of its own, in a word, and why where it has none.
    pub(super) fn isolation(&self) -> String {
        self.setup.isolation.describe()
    }

    /// What an instance reaches outside of its machine, in words.
    pub(super) fn network(&self) -> String {
        self.setup.isolation.network(&self.setup.options.physics.forwards)
    }

    /// The instances that run.
    pub(super) fn instances(&self) -> Vec<InstanceStatus> {
        self.gateway.runner.status()
    }

    /// The folder of functions' logs; see [`log_path`].
    pub(super) fn logs(&self) -> &Path {
        self.setup.logs.folder()
    }

    /// The last requests, the oldest first.
    pub(super) fn requests(&self) -> Vec<RequestRecord> {
        self.gateway.requests.all()
    }

    /// What happens from now on.
    pub(super) fn events(&self) -> broadcast::Receiver<Event> {
        self.setup.events.listen()
    }

    /// What stands in the log of a function, and what comes after that; nothing at the end.
    pub(super) async fn log(&self, wanted: &Wanted) -> Option<LogMark> {
        self.setup.logs.mark(&wanted.package, &wanted.function).await
    }

    /// Closes every port, drops every socket, ends the instances, and waits until all of that is done.
    pub(super) async fn shutdown(&self) {
        self.ingress.end().await;
        self.gateway.runner.end().await;
        let setup = Arc::clone(&self.setup);
        let _ = tokio::task::spawn_blocking(move || setup.logs.close()).await;
    }
}

impl GroupPorts for DataPlane {
    fn open(&self, group_id: &str) -> io::Result<u16> {
        self.ingress.open(group_id)
    }

    fn close(&self, group_id: &str) {
        self.ingress.close(group_id);
    }

    fn debug_header(&self, call: &DebugCall) -> (HeaderName, HeaderValue) {
        debug::header(&self.gateway.debug_word, call)
    }
}

impl Functions for DataPlane {
    fn invoke(&self, call: FunctionCall) -> BoxFuture<'static, Result<FunctionAnswer, CallFault>> {
        Arc::clone(&self.gateway).invoke(call).boxed()
    }

    fn counts(&self, function: Option<(&str, &str)>, minutes: u64) -> Vec<(i64, Counts)> {
        let now = jiff::Timestamp::now().as_second() / 60;
        let since = now - i64::try_from(minutes).unwrap_or(i64::MAX).min(now);
        let counts = self.gateway.requests.statistics.since(since, function);
        counts
            .into_iter()
            .map(|(minute, counts)| (minute * 60_000, counts))
            .collect()
    }

    fn running(&self, function: Option<(&str, &str)>) -> usize {
        let mut instances = self.instances();
        instances.retain(|instance| {
            let own = (instance.package.as_str(), instance.function.as_str());
            instance.state == InstanceState::Running && function.is_none_or(|wanted| wanted == own)
        });
        instances.len()
    }
}

fn groups(store: &Store) -> Result<Vec<GroupRecord>, StoreError> {
    store.read(|reader| reader.scan(&GROUPS, ""))
}

/// Removes what an earlier end left: a running process, its folders, and code that no function has any more.
async fn clean(setup: &Arc<Setup>, store: &Arc<Store>) -> io::Result<()> {
    let store = Arc::clone(store);
    let setup = Arc::clone(setup);
    let cleaned = tokio::task::spawn_blocking(move || {
        leftover::reap(&setup.note)?;
        let used = plans::code_keys(&store).map_err(io::Error::other)?;
        code::sweep(&setup.code, &used)?;
        match fs::remove_dir_all(&setup.homes) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir_all(&setup.homes),
        }
    });
    cleaned.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
