//! The real program against the real local cloud, over real sockets. One file a noun.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the layers are the program's, not the tests'"
)]

mod answers;
mod api;
mod build;
mod code;
mod connect;
mod contract;
mod credentials;
mod demo;
mod dependency;
mod doctor;
mod documents;
mod environment;
mod function;
mod gateway;
mod group;
mod guide;
mod help;
#[cfg(target_os = "linux")]
mod isolation;
mod local;
mod network;
mod sdk;
mod state;
mod support;
mod trigger;
mod versions;
mod websocket;
