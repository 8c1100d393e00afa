//! The local cloud, a deployment and a client in one process: `fgctl demo`.

pub(crate) mod demo;
