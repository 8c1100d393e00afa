//! Starts a function's process and waits until it takes requests, as the platform does.
//!
//! The process runs as the user who started the local cloud, in a process group of its own, with nothing of that
//! user's environment but PATH, LANG and LD_LIBRARY_PATH. It has no namespace of its own: see [`super::bootstrap`].

use super::Options;
use super::backend::{self, chain};
use super::code;
use super::function_log::{FunctionLog, FunctionLogs, Stream};
use super::home::{Home, HomeError};
use super::instance::{Instance, Launch, Life, Plan, Reins};
use super::leftover::{self, Note};
use super::refusal::{Evidence, Refusal, StartFault};
use super::variables::{Places, initializer, variables};
use crate::sys::port;
use crate::sys::process::{Process, kill_group};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::Instant;

/// Between two attempts to connect to a function that starts; the platform's own.
const PROBE_PAUSE: Duration = Duration::from_millis(10);
/// How long the port of a killed process may stay taken.
const PORT_LIMIT: Duration = Duration::from_secs(3);
/// How long the last lines of a process that has ended may take.
const PIPE_LIMIT: Duration = Duration::from_millis(500);

/// What every start needs.
pub(super) struct Setup {
    /// Where unpacked code lies.
    pub(super) code: PathBuf,
    /// Where instances have their own folders.
    pub(super) homes: PathBuf,
    /// The note of what runs, for the start after a kill.
    pub(super) note: PathBuf,
    /// What can be set.
    pub(super) options: Options,
    /// Where processes write.
    pub(super) logs: FunctionLogs,
}

/// Starts processes.
pub(super) struct Launcher(pub(super) Arc<Setup>);

impl Launch for Launcher {
    fn launch(&self, plan: Arc<Plan>) -> Pin<Box<dyn Future<Output = Result<Instance, Refusal>> + Send>> {
        let setup = Arc::clone(&self.0);
        Box::pin(async move {
            let id = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
            let log = setup.logs.of(&plan.record.function.package, plan.name(), &id);
            let started = start(&setup, &plan, &id, &log).await;
            if let Err(refusal) = &started {
                log.add(Stream::System, &refusal.message());
            }
            started
        })
    }
}

async fn start(setup: &Arc<Setup>, plan: &Arc<Plan>, id: &str, log: &FunctionLog) -> Result<Instance, Refusal> {
    let failed = |fault| Refusal::Start {
        function: plan.name().to_owned(),
        fault: Box::new(fault),
    };
    let home = prepare(setup, plan, id).await.map_err(failed)?;
    if !is_free(setup.options.function_address) {
        let port = setup.options.function_address.port();
        let holder = spawn_blocking(move || port::holder(port)).await.ok().flatten();
        return Err(Refusal::PortTaken {
            function: plan.name().to_owned(),
            address: setup.options.function_address.to_string(),
            holder: holder.map(|holder| holder.to_string()),
        });
    }
    log.add(Stream::System, "the instance starts");
    for line in &home.bootstrap.replaced {
        log.add(Stream::System, &format!("on this machine {line}"));
    }
    let evidence = Evidence {
        missing: home.bootstrap.missing.clone(),
        windows_lines: home.bootstrap.windows_lines,
        log: Vec::new(),
    };
    let begin = Instant::now();
    let instance = spawn(setup, plan, home, (id, log.clone())).map_err(failed)?;
    if let Err(fault) = until_ready(setup, plan, &instance, evidence).await {
        instance.stop("it is not ready").await;
        return Err(failed(fault));
    }
    let taken = begin.elapsed().as_millis();
    log.add(
        Stream::System,
        &format!(
            "the instance takes requests on {} after {taken} ms",
            setup.options.function_address
        ),
    );
    Ok(instance)
}

/// Unpacks the code and makes the instance's own folder.
async fn prepare(setup: &Arc<Setup>, plan: &Arc<Plan>, id: &str) -> Result<Home, StartFault> {
    let (setup, plan, id) = (Arc::clone(setup), Arc::clone(plan), id.to_owned());
    let prepared = spawn_blocking(move || {
        let code = code::folder(&setup.code, &plan.code_key, &plan.archives)
            .map_err(|error| StartFault::Code(chain(&error)))?;
        Home::new(&setup, &id, &code).map_err(|error| match error {
            HomeError::NoBootstrap => StartFault::NoBootstrap,
            HomeError::Folder(error) => StartFault::Process(error.to_string()),
        })
    });
    prepared
        .await
        .unwrap_or_else(|error| Err(StartFault::Process(error.to_string())))
}

/// Whether a server may listen on `address`: nobody does.
fn is_free(address: SocketAddr) -> bool {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    socket.is_ok_and(|socket| {
        let _ = socket.set_reuseaddr(true);
        socket.bind(address).is_ok()
    })
}

fn spawn(setup: &Arc<Setup>, plan: &Plan, home: Home, of: (&str, FunctionLog)) -> Result<Instance, StartFault> {
    let (id, log) = of;
    let places = Places {
        code: &home.code,
        scratch: &home.scratch,
    };
    let mut command = Command::new(home.shell());
    command
        .args(home.arguments())
        .current_dir(&home.code)
        .env_clear()
        .envs(variables(&plan.record, places, &setup.options.inherited))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command
        .spawn()
        .map_err(|error| StartFault::Process(error.to_string()))?;
    let pid = child.id();
    let group = Group(pid);
    if let Some(pid) = pid {
        note(setup, &home, pid)?;
    }
    let mut pipes = JoinSet::new();
    if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
        pipes.spawn(log.clone().follow(Stream::Stdout, stdout));
        pipes.spawn(log.clone().follow(Stream::Stderr, stderr));
    }
    let (instance, reins) = Instance::new(id.to_owned(), pid, setup.options.function_address, log.clone());
    let running = Running {
        setup: Arc::clone(setup),
        child,
        group,
        pipes,
        home,
        log,
    };
    tokio::spawn(running.watch(reins));
    Ok(instance)
}

/// Notes the process, so that the next start finds it should this one be killed.
fn note(setup: &Setup, home: &Home, pid: u32) -> Result<(), StartFault> {
    let note = Note {
        process: Process::of(pid),
        group: pid,
        folders: home.outside().into_iter().collect(),
    };
    leftover::note(&setup.note, &note).map_err(|error| StartFault::Process(error.to_string()))
}

/// A process group; dropping it ends it.
struct Group(Option<u32>);

impl Group {
    fn kill(&mut self) {
        if let Some(group) = self.0.take() {
            let _ = kill_group(group);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A process and all that goes with it.
struct Running {
    setup: Arc<Setup>,
    child: Child,
    group: Group,
    pipes: JoinSet<()>,
    home: Home,
    log: FunctionLog,
}

impl Running {
    /// Waits until the process ends or is to end, and cleans up.
    async fn watch(mut self, mut reins: Reins) {
        let how = tokio::select! {
            status = self.child.wait() => status.map_or_else(|error| error.to_string(), describe),
            why = reins.told() => {
                self.group.kill();
                let _ = self.child.wait().await;
                format!("killed: {why}")
            }
        };
        reins.life.send_replace(Life::Ending);
        // What its bootstrap has started goes with it.
        self.group.kill();
        let read = async { while self.pipes.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(PIPE_LIMIT, read).await;
        until_free(self.setup.options.function_address).await;
        let note = self.setup.note.clone();
        let home = self.home;
        let cleaned = spawn_blocking(move || {
            leftover::forget(&note);
            drop(home);
        });
        let _ = cleaned.await;
        self.log.add(Stream::System, &format!("the instance ended: {how}"));
        reins.life.send_replace(Life::Ended(how));
    }
}

/// Waits until nobody listens on `address`. The processes that `bootstrap` started are no children of this one:
/// nothing tells of their end.
async fn until_free(address: SocketAddr) {
    let begin = Instant::now();
    while !is_free(address) && begin.elapsed() < PORT_LIMIT {
        tokio::time::sleep(PROBE_PAUSE).await;
    }
}

#[cfg(unix)]
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

#[cfg(not(unix))]
fn describe(status: ExitStatus) -> String {
    status.to_string()
}

/// Waits until the function takes requests; its end ends the waiting at once.
async fn until_ready(setup: &Setup, plan: &Plan, instance: &Instance, evidence: Evidence) -> Result<(), StartFault> {
    let configured = initializer(&plan.record);
    let limit = configured
        .as_ref()
        .map_or(setup.options.ready, |(_, seconds)| Duration::from_secs(*seconds));
    let ready = async {
        until_listening(setup.options.function_address).await;
        match configured {
            Some(_) => backend::initialise(instance).await.map_err(StartFault::Initializer),
            None => Ok(()),
        }
    };
    let with_log = || Evidence {
        log: instance.log.tail(),
        ..evidence
    };
    tokio::select! {
        biased;
        status = instance.end() => Err(StartFault::Ended { status, more: with_log() }),
        ready = tokio::time::timeout(limit, ready) => ready.unwrap_or_else(|_| {
            Err(StartFault::NotListening {
                limit: limit.as_millis(),
                address: setup.options.function_address.to_string(),
                more: with_log(),
            })
        }),
    }
}

async fn until_listening(address: SocketAddr) {
    loop {
        if let Ok(stream) = TcpStream::connect(address).await {
            // A port of one's own range can connect to itself when nobody listens.
            let own = stream.local_addr().ok() == stream.peer_addr().ok();
            if !own {
                return;
            }
        }
        tokio::time::sleep(PROBE_PAUSE).await;
    }
}
