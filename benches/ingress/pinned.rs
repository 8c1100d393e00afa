//! Processes that this run starts itself: where they run, and their end.

use rustix::thread::{CpuSet, sched_setaffinity};
use std::process::Child;

/// A process that ends with this value.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets this thread, and what it starts from now on, run on `core` alone; anywhere on a machine that has no such core.
pub(crate) fn pin(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    let _ = sched_setaffinity(None, &set);
}
