//! fgctl turns a folder of code into a working `wss://` URL: on Huawei Cloud FunctionGraph, or on a faithful local
//! cloud in the same binary. The layers and what each may import are in `tests/architecture.rs`.

mod codes;
mod local;
mod package;
mod sign;
mod socket;
mod wire;

fn main() {}
