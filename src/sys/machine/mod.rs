//! A machine of its own for an instance of a function: namespaces for users, network, mounts, processes, IPC and the
//! host's name, with a helper process inside as process 1.
//!
//! The helper is this program again, started under the name of [`COMMAND`]. It is told what to do over the Unix
//! socket that is its standard input, hands sockets of the inner network out over it, and ends when it closes; the
//! kernel then ends all else inside. It is no security sandbox.

mod control;
mod helper;
mod loopback;
mod mounts;
mod outside;

pub(crate) use control::{pair, receive, send_specification, want_sockets};

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// The name by which this program is started as a helper. A folder follows it, for whoever lists processes.
pub(crate) const COMMAND: &str = "instance-helper";
/// The folder that is hidden behind a machine's own.
pub(crate) const TEMPORARY: &str = "/tmp";
/// Where a machine shows its own folder `function`, if the host has a folder there.
pub(crate) const OPT: &str = "/opt";

/// What a machine is like.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Specification {
    /// The host's name inside.
    pub(crate) name: String,
    /// The instance's own folder; mounts are prepared in it.
    pub(crate) folder: PathBuf,
    /// What is `/tmp` inside, and can be written.
    pub(crate) scratch: PathBuf,
    /// What is `/opt/function` inside; `None` leaves `/opt` as it is.
    pub(crate) function: Option<Function>,
    /// Further files and folders of the host below `/tmp` inside.
    pub(crate) shown: Vec<Shown>,
    /// The control group that all of it belongs to.
    pub(crate) cgroup: Option<PathBuf>,
    /// How many files a process may have open.
    pub(crate) open_files: u64,
    /// How many processes there may be.
    pub(crate) processes: u64,
    /// How many sockets are handed out at a time.
    pub(crate) batch: u8,
    /// Ports of its 127.0.0.1 that lead out: whoever started it gets what listens on them.
    pub(crate) forwards: Vec<u16>,
    /// What carries its network over the host's, if it reaches more than itself.
    pub(crate) outside: Option<Outside>,
    /// What runs inside; `None` only tries whether a machine can be made.
    pub(crate) program: Option<Program>,
}

/// What is `/opt/function` inside a machine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Function {
    /// What is `code` there.
    pub(crate) code: PathBuf,
    /// Symbolic links: where below it, and to what.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
}

/// A file or a folder of the host that is seen below `/tmp` of a machine, read-only.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// Where it is on the host.
    pub(crate) source: PathBuf,
    /// Where it is below `/tmp`.
    pub(crate) at: PathBuf,
}

/// What carries a machine's network over the host's; the id of a process in that network follows its arguments.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outside {
    /// The program's file.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
}

/// What runs inside a machine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Program {
    /// The program's file.
    pub(crate) file: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// The folder in which it starts.
    pub(crate) folder: PathBuf,
    /// All of its environment.
    pub(crate) variables: Vec<(OsString, OsString)>,
    /// The port of 127.0.0.1 on which it is to listen.
    pub(crate) port: u16,
}

/// What a helper tells.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Message {
    /// The machine stands; the first sockets come with it.
    Standing,
    /// The machine cannot be made.
    Failed(String),
    /// Whether there is a way out of its network, where one was asked for.
    Outside(bool),
    /// The program listens on its port.
    Listening,
    /// Sockets come with it.
    Sockets,
    /// What listens on the ports that lead out comes with it, in their order.
    Forwards,
    /// The program has ended, with this status as the kernel has it.
    Ended(i32),
}

/// Whether this program was started as a helper, or as what keeps its way out: its first argument says so.
pub(crate) fn is_asked_for(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments
        .nth(1)
        .is_some_and(|argument| argument == COMMAND || argument == outside::COMMAND)
}

/// Runs as what was asked for.
pub(crate) fn run() -> ExitCode {
    match std::env::args_os().nth(1) {
        Some(argument) if argument == outside::COMMAND => outside::run(),
        _ => helper::run(),
    }
}
