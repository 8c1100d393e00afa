//! The kernel: limits, processes, ports, locks and namespaces. The one place for what the standard library does not offer.
//!
//! Where a platform cannot tell, the answer is `None`, never a guess.

#[cfg(target_os = "linux")]
pub(crate) mod cgroup;
pub(crate) mod limit;
pub(crate) mod lock;
#[cfg(target_os = "linux")]
pub(crate) mod machine;
pub(crate) mod memory;
pub(crate) mod port;
pub(crate) mod process;
