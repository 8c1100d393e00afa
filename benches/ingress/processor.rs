//! Who runs on which processor, and what a process has used.

use crate::Outcome;
use std::fs;

/// What is measured runs here.
pub(crate) const PROXY: usize = 0;
/// Clients and the function run here.
pub(crate) const OTHERS: usize = 1;

/// Lets this thread, and what it starts, run on one processor alone.
#[cfg(target_os = "linux")]
pub(crate) fn pin(processor: usize) -> Outcome<()> {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut set = CpuSet::new();
    set.set(processor);
    Ok(sched_setaffinity(None, &set)?)
}

/// The system does not tell how.
#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_processor: usize) -> Outcome<()> {
    Err("it is pinned to processors on Linux only".into())
}

/// What `start` gives, while what it starts stays on one processor.
pub(crate) fn on<T>(processor: usize, start: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    pin(processor)?;
    let started = start();
    pin(OTHERS)?;
    started
}

/// The resident memory of `pid` and its children, in KiB.
pub(crate) fn resident(pid: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let own = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    let children = children(pid)?.into_iter().map(resident).sum::<Outcome<u64>>()?;
    Ok(own.parse::<u64>()? + children)
}

/// How many files `pid` and its children have open.
pub(crate) fn open_files(pid: u32) -> Outcome<usize> {
    let own = fs::read_dir(format!("/proc/{pid}/fd"))?.count();
    Ok(own + children(pid)?.into_iter().map(open_files).sum::<Outcome<usize>>()?)
}

/// How long processors have worked for `pid` and its children, in hundredths of a second.
pub(crate) fn worked(pid: u32) -> Outcome<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| -> Outcome<u64> { Ok(fields.get(at).ok_or("a field is missing")?.parse()?) };
    let children = children(pid)?.into_iter().map(worked).sum::<Outcome<u64>>()?;
    Ok(field(11)? + field(12)? + children)
}

/// The children that run the same program: the function of the local cloud is none of them.
fn children(pid: u32) -> Outcome<Vec<u32>> {
    let program = |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm"));
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let own = program(pid)?;
    let children = list.split_whitespace().map(|pid| Ok(pid.parse()?));
    let children: Vec<u32> = children.collect::<Outcome<_>>()?;
    Ok(children
        .into_iter()
        .filter(|pid| program(*pid).is_ok_and(|name| name == own))
        .collect())
}
