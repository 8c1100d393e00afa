//! stub
use super::error::CommandError; use super::global::Context; use clap::Args;
#[derive(Debug, Args)] pub(super) struct Connect { target: String }
pub(super) async fn run(_a: Connect, _c: &Context) -> Result<(), CommandError> { Ok(()) }
