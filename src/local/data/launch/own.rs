//! Instances on machines of their own, side by side.

use super::{Evidence, Setup, Who, describe, evidence, failed, follow, last_words, prepare};
use crate::local::data::forward::Forwarding;
use crate::local::data::function_log::{FunctionLog, Stream};
use crate::local::data::home::{Home, View};
use crate::local::data::instance::{Instance, Life, Plan, Reins};
use crate::local::data::isolation::Possible;
use crate::local::data::machine::Machine;
use crate::local::data::pasta;
use crate::local::data::refusal::{Refusal, StartFault};
use crate::local::data::variables::{Places, variables};
use crate::sys::cgroup::Group;
use crate::sys::machine::{Message, Program, Specification};
use crate::sys::process::kill_group;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Child;
use tokio::task::{JoinSet, spawn_blocking};

/// How many files a process of a function may have open, on the platform.
const OPEN_FILES: u64 = 2048;
/// How many processes and threads an instance may have, on the platform.
const PROCESSES: u64 = 1024;
/// The most sockets that are kept ready for an instance.
const BATCH: usize = 16;
/// How long the kernel may take to end all inside a machine before it is told again.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Starts an instance; it does not listen yet.
pub(super) async fn start(
    setup: &Arc<Setup>,
    possible: &Possible,
    plan: &Arc<Plan>,
    who: Who<'_>,
) -> Result<(Instance, Evidence), Refusal> {
    let ((id, log), opt) = (who, possible.opt);
    let name = id.to_owned();
    let make = move |setup: &Setup, code: &_| Home::own(setup, &name, code, opt);
    let (home, view) = prepare(setup, plan, make).await.map_err(failed(plan))?;
    log.add(Stream::System, "the instance starts on a machine of its own");
    for line in &home.bootstrap.replaced {
        log.add(Stream::System, &format!("on this machine {line}"));
    }
    let outside = is_public(plan)
        .then_some(possible.pasta.as_deref())
        .flatten()
        .map(pasta::outside);
    if is_public(plan) && outside.is_none() {
        say_what_is_reached(setup, log, pasta::MISSING);
    }
    let group = match limit_memory(possible, plan, id) {
        Ok(group) => Some(group),
        Err(why) => {
            setup
                .logs
                .say_once(log, &format!("its memory is not limited here: {why}"));
            None
        }
    };
    let evidence = evidence(&home.bootstrap);
    let mut specification = specification(setup, plan, (&home, view), (id, group.as_ref()));
    specification.outside = outside;
    let instance = spawn(setup, &specification, (home, group), who);
    let process = |error: io::Error| failed(plan)(StartFault::Process(error.to_string()));
    Ok((instance.map_err(process)?, evidence))
}

/// Public access is a member of the function's configuration; one that does not say has none here.
fn is_public(plan: &Plan) -> bool {
    let network = plan.record.function.network_controller.as_ref();
    network.is_some_and(|network| !network.disable_public_network)
}

/// Says what a function with public access reaches where the machine has nothing that carries it.
fn say_what_is_reached(setup: &Setup, log: &FunctionLog, why: &str) {
    let ports = &setup.options.physics.forwards;
    let reached = match ports.is_empty() {
        true => "nothing outside".to_owned(),
        false => format!("the forwarded ports {ports:?} of this machine's 127.0.0.1 alone"),
    };
    let text = format!(
        "its public access is on, but on a machine of its own it reaches {reached}, because {why}: declare what it needs with `fgctl local up --forward PORT`, or run it with `--isolation off`"
    );
    setup.logs.say_once(log, &text);
}

fn limit_memory(possible: &Possible, plan: &Plan, id: &str) -> Result<Group, String> {
    let parent = possible.memory.as_ref().map_err(Clone::clone)?;
    let megabytes = u64::try_from(plan.record.function.memory_size).unwrap_or_default();
    parent.create(id, megabytes << 20).map_err(|error| error.to_string())
}

fn specification(
    setup: &Setup,
    plan: &Plan,
    (home, view): (&Home, View),
    (id, group): (&str, Option<&Group>),
) -> Specification {
    let places = Places {
        code: &home.code,
        scratch: &home.scratch,
    };
    let batch = plan.places().clamp(2, BATCH);
    Specification {
        // A name of digits alone would be read as an address.
        name: format!("i-{id}"),
        folder: home.folder.clone(),
        scratch: view.scratch,
        function: view.function,
        shown: view.shown,
        cgroup: group.map(|group| group.path().to_owned()),
        open_files: OPEN_FILES,
        processes: PROCESSES,
        batch: u8::try_from(batch).unwrap_or(u8::MAX),
        forwards: setup.options.physics.forwards.clone(),
        outside: None,
        program: Some(Program {
            file: PathBuf::from(home.shell()),
            arguments: home.arguments(),
            folder: home.code.clone(),
            variables: variables(&plan.record, places, &setup.options.inherited),
            port: setup.options.function_address.port(),
        }),
    }
}

fn spawn(
    setup: &Arc<Setup>,
    specification: &Specification,
    (home, group): (Home, Option<Group>),
    (id, log): Who<'_>,
) -> io::Result<Instance> {
    let (machine, mut helper) = Machine::start(specification, forwarding(setup, log))?;
    let machine = Arc::new(machine);
    let pid = helper.id();
    let pipes = follow(&mut helper, log);
    let (instance, reins) = Instance::new(id.to_owned(), pid, setup.options.function_address, log.clone());
    let running = Running {
        setup: Arc::clone(setup),
        machine: Arc::clone(&machine),
        helper,
        pid,
        pipes,
        home,
        group,
        log: log.clone(),
    };
    tokio::spawn(running.watch(reins));
    Ok(instance.on(machine))
}

fn forwarding(setup: &Setup, log: &FunctionLog) -> Forwarding {
    Forwarding {
        ports: setup.options.physics.forwards.clone(),
        log: Some(log.clone()),
    }
}

/// A machine and all that goes with it.
struct Running {
    setup: Arc<Setup>,
    machine: Arc<Machine>,
    helper: Child,
    /// The helper's, which leads its process group.
    pid: Option<u32>,
    pipes: JoinSet<()>,
    home: Home,
    group: Option<Group>,
    log: FunctionLog,
}

impl Running {
    /// Waits until the process ends or is to end, and cleans up.
    async fn watch(mut self, mut reins: Reins) {
        let mut how = tokio::select! {
            how = self.ended() => how,
            why = reins.told() => format!("killed: {why}"),
        };
        reins.life.send_replace(Life::Ending);
        self.machine.close();
        self.end_helper().await;
        last_words(self.pipes).await;
        if self.group.as_ref().is_some_and(Group::ran_out) {
            how.push_str(", its memory was used up");
        }
        let (home, group) = (self.home, self.group);
        let _ = spawn_blocking(move || drop((home, group))).await;
        self.log.add(Stream::System, &format!("the instance ended: {how}"));
        reins.life.send_replace(Life::Ended(how));
    }

    /// The helper is the last to end: the kernel has ended all inside before.
    async fn end_helper(&mut self) {
        if tokio::time::timeout(END_LIMIT, self.helper.wait()).await.is_ok() {
            return;
        }
        if let Some(pid) = self.pid {
            let _ = kill_group(pid);
        }
        let _ = self.helper.wait().await;
    }

    /// Waits until the program has ended, and says how.
    async fn ended(&self) -> String {
        loop {
            match self.machine.next().await {
                Some(Message::Ended(status)) => return describe(ExitStatus::from_raw(status)),
                Some(Message::Failed(why)) => return format!("its machine cannot be made: {why}"),
                Some(Message::Outside(false)) => say_what_is_reached(&self.setup, &self.log, pasta::SILENT),
                Some(
                    Message::Standing
                    | Message::Listening
                    | Message::Sockets
                    | Message::Forwards
                    | Message::Outside(true),
                ) => {}
                None => return "its machine ended".to_owned(),
            }
        }
    }
}
