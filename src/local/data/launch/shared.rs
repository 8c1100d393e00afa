//! Instances on this very machine, all at the one address: one at a time.

use super::{Evidence, Setup, Who, describe, evidence, failed, follow, last_words, prepare};
use crate::local::data::function_log::{FunctionLog, Stream};
use crate::local::data::home::Home;
use crate::local::data::instance::{Instance, Life, Plan, Reins};
use crate::local::data::leftover::{self, Note};
use crate::local::data::refusal::{Refusal, StartFault};
use crate::local::data::variables::{Places, variables};
use crate::sys::port;
use crate::sys::process::{Process, kill_group};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::process::{Child, Command};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::Instant;

/// Between two looks at the port of a killed process.
const PORT_PAUSE: Duration = Duration::from_millis(10);
/// How long that port may stay taken.
const PORT_LIMIT: Duration = Duration::from_secs(3);

/// Starts an instance; it does not listen yet.
pub(super) async fn start(setup: &Arc<Setup>, plan: &Arc<Plan>, who: Who<'_>) -> Result<(Instance, Evidence), Refusal> {
    let (id, log) = (who.0.to_owned(), who.1);
    let make = move |setup: &Setup, code: &_| Home::new(setup, &id, code);
    let home = prepare(setup, plan, make).await.map_err(failed(plan))?;
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
    let evidence = evidence(&home.bootstrap);
    let instance = spawn(setup, plan, home, who).map_err(failed(plan))?;
    Ok((instance, evidence))
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

fn spawn(setup: &Arc<Setup>, plan: &Plan, home: Home, who: Who<'_>) -> Result<Instance, StartFault> {
    let (id, log) = who;
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
    let pipes = follow(&mut child, log);
    let (instance, reins) = Instance::new(id.to_owned(), pid, setup.options.function_address, log.clone());
    let running = Running {
        setup: Arc::clone(setup),
        child,
        group,
        pipes,
        home,
        log: log.clone(),
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
        last_words(self.pipes).await;
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
        tokio::time::sleep(PORT_PAUSE).await;
    }
}
