//! The real program against the real local cloud, over real sockets. One file a noun.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the layers are the program's, not the tests'"
)]

mod answers;
mod api;
mod app;
mod bench;
mod boundaries;
mod build;
mod code;
mod completion;
mod connect;
mod contract;
mod credentials;
mod demo;
mod dependency;
mod deploy;
mod dev;
mod doctor;
mod documents;
mod environment;
mod examples;
mod exit;
mod explain;
mod faults;
mod fidelity;
mod function;
mod function_settings;
mod function_version;
mod gateway;
mod gateway_change;
mod group;
mod guide;
mod help;
mod init;
#[cfg(target_os = "linux")]
mod isolation;
mod local;
mod logs;
mod man;
mod network;
mod obs;
mod output;
mod profile;
mod pull;
mod region;
mod rehearsal;
mod request;
mod schema;
mod sdk;
mod secrets;
mod state;
mod support;
mod test;
mod transcript;
mod trigger;
mod versions;
mod websocket;
