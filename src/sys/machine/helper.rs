//! The helper: makes the machine, then is its process 1.
//!
//! Everything up to the machine's own threads happens in a process with a single thread: the kernel asks for that.

use super::control::{receive_specification, tell, wait_for_want};
use super::mounts::{Failure, arrange, step};
use super::outside::{self, Keeper};
use super::{Message, Program, Specification, loopback};
use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType, shutdown, socket_with};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, getgid, getrlimit, getuid, set_parent_process_death_signal, setrlimit,
    wait, waitpid,
};
use rustix::system::{sethostname, uname};
use rustix::thread::{
    CapabilitySet, CapabilitySets, UnshareFlags, remove_capability_from_bounding_set, set_capabilities, unshare_unsafe,
};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Between two attempts to connect to a function that starts.
const PROBE_PAUSE: Duration = Duration::from_millis(1);
/// The first kernel that counts processes by user namespace: before, the limit counts all of the user's.
const COUNTS_BY_NAMESPACE: (u32, u32) = (5, 14);

/// Runs as a helper. Ends when the socket that is its standard input does, and all inside the machine with it.
pub(super) fn run() -> ExitCode {
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    let outcome = receive_specification(control.as_fd()).and_then(|machine| {
        let made = enter(&control, &machine);
        made.map_err(io::Error::other)
    });
    outcome.unwrap_or_else(|error| {
        let _ = tell(control.as_fd(), &Message::Failed(error.to_string()), &[]);
        ExitCode::FAILURE
    })
}

/// Enters the namespaces; the process that goes on inside is a child, the first of its namespace.
fn enter(control: &OwnedFd, machine: &Specification) -> Result<ExitCode, Failure> {
    // Before its memory counts as the function's, and while the host's network is at hand.
    let keeper = machine.outside.as_ref().map(Keeper::start).transpose();
    let mut keeper = step("starting what keeps the way out", keeper)?;
    if let Some(cgroup) = &machine.cgroup {
        step("joining the control group", fs::write(cgroup.join("cgroup.procs"), "0"))?;
    }
    let (user, group) = (getuid(), getgid());
    step("making the namespaces", unshare())?;
    step("mapping the user", fs::write("/proc/self/setgroups", "deny"))?;
    step(
        "mapping the user",
        fs::write("/proc/self/uid_map", format!("{user} {user} 1")),
    )?;
    step(
        "mapping the group",
        fs::write("/proc/self/gid_map", format!("{group} {group} 1")),
    )?;
    if let Some(keeper) = &mut keeper {
        step("opening the way out", keeper.open())?;
    }
    match step("starting process 1", fork())? {
        None => inside(control, machine),
        Some(child) => {
            // Its end is the end of all inside: the kernel lets it end last.
            let _ = waitpid(Some(child), WaitOptions::empty());
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[expect(
    unsafe_code,
    reason = "leaving shared namespaces is unsafe where threads share files"
)]
fn unshare() -> io::Result<()> {
    let flags = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS;
    // SAFETY: this process has one thread, and the table of its files stays as it is.
    Ok(unsafe { unshare_unsafe(flags) }?)
}

/// The child, or `None` in the child itself.
#[expect(
    unsafe_code,
    reason = "a process that is the first of its namespace has to be forked"
)]
fn fork() -> io::Result<Option<Pid>> {
    // SAFETY: this process has one thread, so the child may do what it likes.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        child => Ok(Pid::from_raw(child)),
    }
}

/// Process 1 of the machine.
fn inside(control: &OwnedFd, machine: &Specification) -> Result<ExitCode, Failure> {
    step(
        "tying process 1 to its parent",
        set_parent_process_death_signal(Some(Signal::KILL)),
    )?;
    step("naming the host", sethostname(machine.name.as_bytes()))?;
    arrange(machine)?;
    step("bringing up the network", loopback::up())?;
    let forwards = step("listening for what leads out", listen(&machine.forwards))?;
    step("limiting open files", limit(Resource::Nofile, machine.open_files))?;
    if kernel() >= Some(COUNTS_BY_NAMESPACE) {
        step("limiting processes", limit(Resource::Nproc, machine.processes))?;
    }
    step("giving up privileges", give_up_privileges())?;
    step(
        "making sockets",
        hand_out(control.as_fd(), &Message::Standing, machine.batch),
    )?;
    let borrowed: Vec<BorrowedFd<'_>> = forwards.iter().map(AsFd::as_fd).collect();
    step(
        "handing out what leads out",
        tell(control.as_fd(), &Message::Forwards, &borrowed),
    )?;
    drop(forwards);
    if machine.outside.is_some() {
        let there = outside::wait();
        step(
            "telling of the way out",
            tell(control.as_fd(), &Message::Outside(there), &[]),
        )?;
    }
    if let Some(program) = &machine.program {
        start(control, program)?;
    }
    while wait_for_want(control.as_fd()) {
        // A socket that cannot be made now is asked for again.
        let _ = hand_out(control.as_fd(), &Message::Sockets, machine.batch);
    }
    Ok(ExitCode::SUCCESS)
}

/// Lowers a limit of this process and of all that it starts.
fn limit(resource: Resource, to: u64) -> io::Result<()> {
    let now = getrlimit(resource);
    let to = now.maximum.map_or(to, |maximum| maximum.min(to));
    let limit = Rlimit {
        current: Some(to),
        maximum: Some(to),
    };
    Ok(setrlimit(resource, limit)?)
}

/// The kernel's version, its first two numbers.
fn kernel() -> Option<(u32, u32)> {
    let name = uname();
    let mut numbers = name.release().to_str().ok()?.split(['.', '-']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Whoever has all rights within the namespace could undo what was mounted, and root has them even after an `exec`.
fn give_up_privileges() -> io::Result<()> {
    for capability in CapabilitySet::all() {
        // The kernel may be older than a capability.
        let _ = remove_capability_from_bounding_set(capability);
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, none)?)
}

/// Hands out sockets of this network that are not connected.
fn hand_out(control: BorrowedFd<'_>, message: &Message, count: u8) -> io::Result<()> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = |_| socket_with(AddressFamily::INET, SocketType::STREAM, flags, None);
    let sockets = (0..count).map(socket).collect::<Result<Vec<OwnedFd>, _>>()?;
    let borrowed: Vec<BorrowedFd<'_>> = sockets.iter().map(AsFd::as_fd).collect();
    tell(control, message, &borrowed)
}

/// Listens on ports of this network's 127.0.0.1, before anything inside could take them.
fn listen(ports: &[u16]) -> io::Result<Vec<OwnedFd>> {
    let listener = |port: &u16| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
        listener.set_nonblocking(true)?;
        Ok(OwnedFd::from(listener))
    };
    ports.iter().map(listener).collect()
}

/// Starts the program, and the threads that watch it.
fn start(control: &OwnedFd, program: &Program) -> Result<(), Failure> {
    let mut command = Command::new(&program.file);
    command
        .args(&program.arguments)
        .current_dir(&program.folder)
        .env_clear()
        .envs(program.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .process_group(0);
    let name = format!("starting `{}`", program.file.display());
    let child = step(name, command.spawn())?.id();
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    let (ends, listens) = (
        step("watching", control.try_clone())?,
        step("watching", control.try_clone())?,
    );
    std::thread::spawn(move || reap(&ends, child));
    let port = program.port;
    std::thread::spawn(move || wait_until_listening(&listens, port));
    Ok(())
}

/// Takes leave of every process that ends, and of the machine when the program does.
fn reap(control: &OwnedFd, program: Option<Pid>) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if Some(ended) == program => {
                let _ = tell(control.as_fd(), &Message::Ended(status.as_raw()), &[]);
                let _ = shutdown(control.as_fd(), Shutdown::Both);
                return;
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Nothing tells that a port is listened on: it is tried.
fn wait_until_listening(control: &OwnedFd, port: u16) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        std::thread::sleep(PROBE_PAUSE);
    }
    let _ = tell(control.as_fd(), &Message::Listening, &[]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_kernel_tells_its_version() {
        assert!(super::kernel() > Some((2, 6)));
    }
}
