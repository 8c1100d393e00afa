//! Processes: who one is, whether it still runs, and the end of a group.

use serde::{Deserialize, Serialize};

/// A process that cannot be mistaken for a later one with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its id, which the kernel gives to another process later.
    pub(crate) pid: u32,
    /// When it started, in the kernel's clock ticks since the boot; `None` where the platform does not tell.
    pub(crate) started: Option<u64>,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        Self::of(std::process::id())
    }

    /// The process that has the id `pid` now.
    pub(crate) fn of(pid: u32) -> Self {
        Self {
            pid,
            started: start_time(pid),
        }
    }

    /// Whether this very process runs. Where the platform does not tell start times: whether any with its id does.
    pub(crate) fn runs(&self) -> bool {
        match self.started {
            Some(started) => start_time(self.pid) == Some(started),
            None => exists(self.pid),
        }
    }
}

/// When the process started, in the kernel's clock ticks since the boot. `None` when there is no such process, when
/// it has ended and only waits for its parent, or off Linux.
#[cfg(target_os = "linux")]
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    stat_start_time(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The platform does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn start_time(_pid: u32) -> Option<u64> {
    None
}

/// Field 22 of `/proc/PID/stat`, unless the process is a zombie. The second field, the name, may hold anything.
#[cfg(target_os = "linux")]
fn stat_start_time(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// Whether some process has this id.
#[cfg(unix)]
fn exists(pid: u32) -> bool {
    use rustix::io::Errno;
    match rustix_pid(pid).map(rustix::process::test_kill_process) {
        None => false,
        Some(answer) => matches!(answer, Ok(()) | Err(Errno::PERM)),
    }
}

/// The platform does not tell.
#[cfg(not(unix))]
fn exists(_pid: u32) -> bool {
    false
}

/// Ends every process of the group `group` at once. A group that is gone already is no error.
///
/// # Errors
/// The kernel refuses: a process of another user.
#[cfg(unix)]
pub(crate) fn kill_group(group: u32) -> std::io::Result<()> {
    use rustix::io::Errno;
    use rustix::process::{Signal, kill_process_group};
    let group = rustix_pid(group).ok_or(std::io::ErrorKind::InvalidInput)?;
    match kill_process_group(group, Signal::KILL) {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The platform has no process groups.
#[cfg(not(unix))]
pub(crate) fn kill_group(_group: u32) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// 0 and 1 are refused: to the kernel they mean one's own group and every process.
#[cfg(unix)]
fn rustix_pid(pid: u32) -> Option<rustix::process::Pid> {
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 1)?;
    rustix::process::Pid::from_raw(pid)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Process, kill_group, stat_start_time};
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::Command;

    #[test]
    fn a_name_full_of_brackets_does_not_confuse_the_start_time() {
        let stat = "7 (a) R (b c) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1";
        assert_eq!(stat_start_time(stat), Some(4711));
        assert_eq!(stat_start_time(&stat.replace(" S ", " Z ")), None);
        assert_eq!(stat_start_time("7 (a"), None);
    }

    #[test]
    fn a_process_runs_until_its_group_is_killed_and_another_start_time_is_another_process() {
        let mut child = Command::new("/bin/sh")
            .args(["-c", "read line"])
            .stdin(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let process = Process::of(child.id());
        assert!(process.runs());
        let later = Process {
            started: process.started.map(|ticks| ticks + 1),
            ..process
        };
        assert!(!later.runs());
        kill_group(child.id()).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        assert!(!process.runs());
        kill_group(child.id()).unwrap();
    }

    #[test]
    fn the_groups_that_mean_something_else_to_the_kernel_are_refused() {
        assert!(kill_group(0).is_err());
        assert!(kill_group(1).is_err());
        assert!(kill_group(u32::MAX).is_err());
    }

    #[test]
    fn this_process_runs() {
        assert!(Process::current().runs());
    }
}
