//! Starts a function's process and waits until it takes requests, as the platform does.
//!
//! The process runs as the user who started the local cloud, in a process group of its own, with nothing of that
//! user's environment but PATH, LANG and LD_LIBRARY_PATH; on a machine of its own where the system allows it.

#[cfg(target_os = "linux")]
mod own;
mod shared;

use super::Options;
use super::backend::{self, chain};
use super::bootstrap::Bootstrap;
use super::code;
use super::events::Events;
use super::function_log::{FunctionLog, FunctionLogs, Stream};
use super::home::HomeError;
use super::instance::{Instance, Launch, Plan};
use super::isolation::Isolation;
use super::refusal::{Evidence, Refusal, StartFault};
use super::variables::initializer;
use crate::local::physics::Pace;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Child;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::Instant;

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
    /// Where what happens is told.
    pub(super) events: Events,
    /// Whether each has a machine of its own.
    pub(super) isolation: Arc<Isolation>,
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

/// Who starts: an instance's name, and its log.
type Who<'a> = (&'a str, &'a FunctionLog);

async fn start(setup: &Arc<Setup>, plan: &Arc<Plan>, id: &str, log: &FunctionLog) -> Result<Instance, Refusal> {
    let begin = Instant::now();
    let (instance, evidence) = match setup.isolation.as_ref() {
        #[cfg(target_os = "linux")]
        Isolation::Own(possible) => own::start(setup, possible, plan, (id, log)).await?,
        Isolation::Shared(why) => {
            setup.logs.say_once(
                log,
                &format!("instances have no machine of their own here, so one function at a time runs: {why}"),
            );
            shared::start(setup, plan, (id, log)).await?
        }
    };
    if let Err(fault) = until_ready(setup, plan, &instance, evidence).await {
        instance.stop("it is not ready").await;
        return Err(failed(plan)(fault));
    }
    let taken = begin.elapsed().as_millis();
    let address = setup.options.function_address;
    log.add(
        Stream::System,
        &format!("the instance takes requests on {address} after {taken} ms"),
    );
    Ok(instance)
}

fn failed(plan: &Plan) -> impl Fn(StartFault) -> Refusal {
    |fault| Refusal::Start {
        function: plan.name().to_owned(),
        fault: Box::new(fault),
    }
}

/// Unpacks the code, then makes the instance's own folder as `make` does.
async fn prepare<T: Send + 'static>(
    setup: &Arc<Setup>,
    plan: &Arc<Plan>,
    make: impl FnOnce(&Setup, &Path) -> Result<T, HomeError> + Send + 'static,
) -> Result<T, StartFault> {
    let (setup, plan) = (Arc::clone(setup), Arc::clone(plan));
    let prepared = spawn_blocking(move || {
        let code = code::folder(&setup.code, &plan.code_key, &plan.archives)
            .map_err(|error| StartFault::Code(chain(&error)))?;
        make(&setup, &code).map_err(|error| match error {
            HomeError::NoBootstrap => StartFault::NoBootstrap,
            HomeError::Folder(error) => StartFault::Process(error.to_string()),
        })
    });
    prepared
        .await
        .unwrap_or_else(|error| Err(StartFault::Process(error.to_string())))
}

/// What a start file lacks.
fn evidence(bootstrap: &Bootstrap) -> Evidence {
    Evidence {
        missing: bootstrap.missing.clone(),
        windows_lines: bootstrap.windows_lines,
        log: Vec::new(),
    }
}

/// Puts what a process writes into its log.
fn follow(child: &mut Child, log: &FunctionLog) -> JoinSet<()> {
    let mut pipes = JoinSet::new();
    if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
        pipes.spawn(log.clone().follow(Stream::Stdout, stdout));
        pipes.spawn(log.clone().follow(Stream::Stderr, stderr));
    }
    pipes
}

/// Waits for the last lines of a process that has ended.
async fn last_words(mut pipes: JoinSet<()>) {
    let read = async { while pipes.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(PIPE_LIMIT, read).await;
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
    let limit = Pace::new(setup.options.physics.speed).of(limit);
    let ready = async {
        instance.listening().await;
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
