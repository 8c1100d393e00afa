//! The kernel: limits, processes, ports and locks. The one place for what the standard library does not offer.
//!
//! Where a platform cannot tell, the answer is `None`, never a guess.

pub(crate) mod limit;
pub(crate) mod lock;
pub(crate) mod port;
pub(crate) mod process;
