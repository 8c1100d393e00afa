//! Arguments that several nouns take alike.

use crate::app::CodeInput;
use clap::Args;
use std::path::PathBuf;

/// A function's code.
#[derive(Debug, Args)]
pub(super) struct Code {
    /// Folder, ZIP or file with the code; the file that the function starts with must be at its root
    ///
    /// Of a folder is left out what .gitignore and .fgctlignore in it say; the latter wins. Rules of .gitignore are not
    /// about what lies in node_modules. The same files give the same ZIP anywhere.
    #[arg(long, value_name = "DIR|ZIP|FILE")]
    code: PathBuf,
    /// Send the code though the function has it already, or it names a program that no runtime is known to have
    #[arg(long)]
    force: bool,
}

impl From<Code> for CodeInput {
    fn from(code: Code) -> Self {
        Self {
            path: code.code,
            force: code.force,
        }
    }
}

/// How much a list shows.
#[derive(Debug, Args)]
pub(super) struct List {
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
}

/// A list of what is on one gateway.
#[derive(Debug, Args)]
pub(super) struct ListOnGateway {
    /// Gateway's name or id
    #[arg(long)]
    pub(super) gateway: String,
    #[command(flatten)]
    pub(super) list: List,
}

/// Something on a gateway.
#[derive(Debug, Args)]
pub(super) struct OnGateway {
    /// Name or id
    pub(super) name: String,
    /// Gateway's name or id
    #[arg(long)]
    pub(super) gateway: String,
}
