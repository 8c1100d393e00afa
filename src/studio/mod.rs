//! The local cloud, a deployment and a client in one process: `fgctl demo` and `fgctl dev`.
//!
//! Puts together what other layers do, and knows no flags. It is not the local cloud itself: that is `local`, which knows
//! nothing of a deployment.

pub(crate) mod demo;
pub(crate) mod dev;
mod folder;
