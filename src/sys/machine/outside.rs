//! The way out of a machine's network: `pasta`, of the package `passt`, carries it over the host's.
//!
//! It works on the host's side and would outlive the machine. So a keeper, this program once more, starts it and ends
//! it: its standard input is a pipe whose other end only the machine's own processes hold.

use super::Outside;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The name by which this program is started as a keeper.
pub(super) const COMMAND: &str = "outside-keeper";
/// This very program, even if another has its name by now.
const PROGRAM: &str = "/proc/self/exe";
/// Where the kernel tells the routes of the network that a process is in.
const ROUTES: &str = "/proc/self/net/route";
/// A route to everywhere has this destination.
const EVERYWHERE: &str = "00000000";
/// How long the way out may take to be there.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at the routes, of which nothing tells.
const PAUSE: Duration = Duration::from_millis(1);

/// Started while the host's network is still this process's own; it waits. Whoever drops it ends all of it.
pub(super) struct Keeper(ChildStdin);

impl Keeper {
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(outside: &Outside) -> io::Result<Self> {
        let mut command = Command::new(PROGRAM);
        command
            .arg0("fgctl")
            .arg(COMMAND)
            .arg(&outside.program)
            .args(&outside.arguments);
        let mut keeper = command.env_clear().stdin(Stdio::piped()).spawn()?;
        let pipe = keeper.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self(pipe))
    }

    /// Lets it make a way out of the network that this process is in now.
    ///
    /// # Errors
    /// It is gone.
    pub(super) fn open(&mut self) -> io::Result<()> {
        writeln!(self.0, "{}", std::process::id())
    }
}

/// Waits until there is a way out; says whether there is.
pub(super) fn wait() -> bool {
    let begin = Instant::now();
    let leads_out = |line: &str| line.split_whitespace().nth(1) == Some(EVERYWHERE);
    loop {
        if fs::read_to_string(ROUTES).is_ok_and(|routes| routes.lines().any(leads_out)) {
            return true;
        }
        if begin.elapsed() >= PATIENCE {
            return false;
        }
        thread::sleep(PAUSE);
    }
}

/// Runs as a keeper; ends when nobody holds the other end of its standard input any more.
pub(super) fn run() -> ExitCode {
    let mut arguments = std::env::args_os().skip(2);
    let Some(program) = arguments.next() else {
        return ExitCode::FAILURE;
    };
    let mut orders = BufReader::new(io::stdin());
    let mut machine = String::new();
    if !matches!(orders.read_line(&mut machine), Ok(1..)) {
        return ExitCode::SUCCESS;
    }
    let mut pasta = Command::new(program);
    pasta.args(arguments).arg(machine.trim_end()).stdin(Stdio::null());
    let Ok(mut pasta) = pasta.spawn() else {
        return ExitCode::FAILURE;
    };
    let _ = orders.read_to_end(&mut Vec::new());
    let _ = pasta.kill();
    let _ = pasta.wait();
    ExitCode::SUCCESS
}
