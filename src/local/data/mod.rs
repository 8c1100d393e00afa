//! The data plane: what really runs functions and gateways.
//!
//! Each API group answers at one port of 127.0.0.1. A call goes from the ingress through the gateway's routing to
//! the function's instance; after the function's own 101 a tunnel copies bytes untouched. It knows the records of
//! the control plane and nothing of its operations.

pub(in crate::local) mod authority;
mod backend;
mod bootstrap;
mod code;
mod function_log;
mod headers;
mod home;
mod instance;
mod launch;
mod leftover;
mod refusal;
mod route;
mod runner;
mod snapshot;
mod tunnel;
mod variables;
