//! fgctl turns a folder of code into a working `wss://` URL: on Huawei Cloud FunctionGraph, or on a faithful local
//! cloud in the same binary. The layers and what each may import are in `tests/architecture.rs`.

mod app;
mod cli;
mod cloud;
mod codes;
mod config;
mod env;
mod local;
mod manifest;
mod package;
mod plan;
mod script;
mod sign;
mod socket;
mod studio;
mod sys;
mod transport;
mod ui;
mod wire;

fn main() -> std::process::ExitCode {
    // Before all else: it has to be the only thread.
    #[cfg(target_os = "linux")]
    if sys::machine::is_asked_for(std::env::args_os()) {
        return sys::machine::run();
    }
    cli::main()
}
