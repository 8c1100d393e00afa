//! A running instance of a function, as everyone but its starter sees it, and who uses it.

use super::function_log::{FunctionLog, Mark};
#[cfg(target_os = "linux")]
use super::machine::Machine;
use super::refusal::Refusal;
use crate::local::store::records::FunctionRecord;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Between two attempts to connect to a function that starts; the platform's own.
const PROBE_PAUSE: Duration = Duration::from_millis(10);

/// The most instances, where a function's own number is none or "unlimited": the account's.
const INSTANCES: usize = 1000;

/// What to run: a function as it was when a call for it came.
#[derive(Debug)]
pub(super) struct Plan {
    /// The function.
    pub(super) record: Arc<FunctionRecord>,
    /// Changes with code, dependencies and configuration.
    pub(super) revision: String,
    /// Names the folder of unpacked code: changes with code and dependencies.
    pub(super) code_key: String,
    /// The code's archive, then the dependencies' in their order.
    pub(super) archives: Vec<PathBuf>,
}

impl Plan {
    /// The function's name.
    pub(super) fn name(&self) -> &str {
        &self.record.function.func_name
    }

    /// How many requests and sockets an instance takes at a time.
    pub(super) fn places(&self) -> usize {
        let strategy = self.record.function.strategy_config.as_ref();
        let places = strategy.and_then(|strategy| strategy.concurrent_num);
        places
            .and_then(|places| usize::try_from(places).ok())
            .unwrap_or(1)
            .max(1)
    }

    /// How many instances there may be.
    pub(super) fn instances(&self) -> usize {
        let strategy = self.record.function.strategy_config.as_ref();
        let instances = strategy.and_then(|strategy| strategy.concurrency);
        let instances = instances.and_then(|instances| usize::try_from(instances).ok());
        instances.map_or(INSTANCES, |instances| instances.min(INSTANCES))
    }

    /// Whether `other` runs the same function, perhaps as it was before.
    pub(super) fn same_function(&self, other: &Self) -> bool {
        self.record.function.package == other.record.function.package
            && self.name() == other.name()
            && self.record.version() == other.record.version()
    }
}

/// Something that starts instances.
pub(super) trait Launch: Send + Sync {
    /// Starts `plan`; the answer is an instance that takes requests. Dropping the future ends what was started.
    ///
    /// # Errors
    /// It did not start, and nothing of it is left.
    fn launch(&self, plan: Arc<Plan>) -> Pin<Box<dyn Future<Output = Result<Instance, Refusal>> + Send>>;
}

/// A running instance.
pub(super) struct Instance {
    /// Short and random, for the log.
    pub(super) id: String,
    /// The process's id.
    pub(super) pid: Option<u32>,
    /// Where it takes requests.
    pub(super) address: SocketAddr,
    /// Its log.
    pub(super) log: FunctionLog,
    /// The machine that it has to itself.
    #[cfg(target_os = "linux")]
    machine: Option<Arc<Machine>>,
    /// Cancelled when other code has taken over: its sockets are told.
    pub(super) replaced: CancellationToken,
    stop: watch::Sender<Option<&'static str>>,
    life: watch::Receiver<Life>,
}

/// Where an instance is in its life, once it has started.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Life {
    /// It takes requests.
    Running,
    /// It takes none, and is not quite gone.
    Ending,
    /// Nothing is left of it; this is how it ended.
    Ended(String),
}

/// The other end of an instance: whoever holds it makes the instance stop when it is told to.
pub(super) struct Reins {
    stop: watch::Receiver<Option<&'static str>>,
    /// Where it is in its life.
    pub(super) life: watch::Sender<Life>,
}

impl Instance {
    /// An instance at `address`, and what steers it.
    pub(super) fn new(id: String, pid: Option<u32>, address: SocketAddr, log: FunctionLog) -> (Self, Reins) {
        let (stop, stopped) = watch::channel(None);
        let (end, life) = watch::channel(Life::Running);
        let instance = Self {
            id,
            pid,
            address,
            log,
            #[cfg(target_os = "linux")]
            machine: None,
            replaced: CancellationToken::new(),
            stop,
            life,
        };
        let reins = Reins {
            stop: stopped,
            life: end,
        };
        (instance, reins)
    }

    /// The same on a machine of its own: its address is one of that machine's network.
    #[cfg(target_os = "linux")]
    pub(super) fn on(self, machine: Arc<Machine>) -> Self {
        Self {
            machine: Some(machine),
            ..self
        }
    }

    /// Connects to its server.
    ///
    /// # Errors
    /// It does not take the connection.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        #[cfg(target_os = "linux")]
        if let Some(machine) = &self.machine {
            return machine.connect(self.address).await;
        }
        TcpStream::connect(self.address).await
    }

    /// Waits until its server takes connections.
    pub(super) async fn listening(&self) {
        #[cfg(target_os = "linux")]
        if let Some(machine) = &self.machine {
            return machine.listening().await;
        }
        loop {
            if let Ok(stream) = TcpStream::connect(self.address).await {
                // A port of one's own range can connect to itself when nobody listens.
                let own = stream.local_addr().ok() == stream.peer_addr().ok();
                if !own {
                    return;
                }
            }
            tokio::time::sleep(PROBE_PAUSE).await;
        }
    }

    /// Whether it takes no more requests: it ended by itself, or was told to.
    pub(super) fn has_ended(&self) -> bool {
        *self.life.borrow() != Life::Running || self.life.has_changed().is_err()
    }

    /// Waits until nothing of it is left, and says how it ended.
    pub(super) async fn end(&self) -> String {
        let mut life = self.life.clone();
        match life.wait_for(|life| matches!(life, Life::Ended(_))).await.as_deref() {
            Ok(Life::Ended(how)) => how.clone(),
            _ => String::new(),
        }
    }

    /// Ends it and waits until nothing of it is left; `why` goes into its log.
    pub(super) async fn stop(&self, why: &'static str) {
        self.stop.send_replace(Some(why));
        self.end().await;
    }
}

impl Reins {
    /// Waits until the instance is to stop, and says why.
    pub(super) async fn told(&mut self) -> &'static str {
        let why = self.stop.wait_for(Option::is_some).await;
        why.ok().and_then(|why| *why).unwrap_or("its start was given up")
    }
}

/// How many use an instance now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Users {
    /// Plain requests, and upgrades that are not answered yet.
    pub(super) requests: usize,
    /// Open sockets.
    pub(super) sockets: usize,
}

impl Users {
    /// All of them.
    pub(super) fn sum(self) -> usize {
        self.requests + self.sockets
    }

    /// Whether nobody does.
    pub(super) fn none(self) -> bool {
        self == Self::default()
    }
}

/// Who uses an instance, from before it starts.
#[derive(Clone)]
pub(super) struct Usage(Arc<watch::Sender<Users>>);

impl Usage {
    /// Nobody yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Users::default())))
    }

    /// How many there are now.
    pub(super) fn now(&self) -> Users {
        *self.0.borrow()
    }

    /// Tells of each change.
    pub(super) fn changes(&self) -> watch::Receiver<Users> {
        self.0.subscribe()
    }

    /// Whether both count the users of one instance.
    pub(super) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// One user more, as long as the answer lives.
    pub(super) fn enter(&self) -> Lease {
        self.0.send_modify(|users| users.requests += 1);
        Lease {
            usage: self.clone(),
            socket: false,
            mark: None,
        }
    }
}

/// A use of an instance; it counts until it is dropped.
pub(super) struct Lease {
    usage: Usage,
    socket: bool,
    /// Says in the log whose lines they are.
    mark: Option<Mark>,
}

impl Lease {
    /// The lines that the instance writes meanwhile are those of `mark`'s request.
    pub(super) fn mark(&mut self, mark: Mark) {
        self.mark = Some(mark);
    }

    /// The request has become a socket.
    pub(super) fn upgrade(&mut self) {
        if !std::mem::replace(&mut self.socket, true) {
            self.usage.0.send_modify(|users| {
                users.requests -= 1;
                users.sockets += 1;
            });
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let socket = self.socket;
        self.usage.0.send_modify(|users| match socket {
            true => users.sockets -= 1,
            false => users.requests -= 1,
        });
    }
}
