//! Arguments that several nouns take alike.

use super::complete::Noun;
use crate::app::{CodeInput, CodePlace};
use clap::Args;
use std::path::PathBuf;

/// A function's code.
#[derive(Debug, Args)]
pub(super) struct Code {
    /// Folder, ZIP or file with the code; the file that the function starts with must be at its root
    ///
    /// Of a folder is left out what .gitignore and .fgctlignore in it say; the latter wins. Rules of .gitignore are not
    /// about what lies in node_modules. The same files give the same ZIP anywhere.
    #[arg(long, value_name = "DIR|ZIP|FILE", required_unless_present = "obs_url")]
    code: Option<PathBuf>,
    /// URL of a ZIP in object storage, which the service fetches; up to 300 MB
    #[arg(long, value_name = "URL", conflicts_with_all = ["code", "force"])]
    obs_url: Option<String>,
    /// Send the code though the function has it already, or it names a program that no runtime is known to have
    #[arg(long)]
    force: bool,
}

impl From<Code> for CodeInput {
    fn from(code: Code) -> Self {
        let place = match code.obs_url {
            Some(url) => CodePlace::Obs(url),
            // One of the two is always there.
            None => CodePlace::Path(code.code.unwrap_or_default()),
        };
        Self {
            place,
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

impl List {
    /// The first of `items`, for a list that the service does not page.
    pub(super) fn first<T>(&self, mut items: Vec<T>) -> Vec<T> {
        items.truncate(self.limit.unwrap_or(usize::MAX));
        items
    }
}

/// A list of what is on one gateway.
#[derive(Debug, Args)]
pub(super) struct ListOnGateway {
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    pub(super) gateway: String,
    #[command(flatten)]
    pub(super) list: List,
}

/// Something on a gateway.
#[derive(Debug, Args)]
pub(super) struct OnGateway {
    /// Name or id
    #[arg(add = Noun::OnGateway.names())]
    pub(super) name: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    pub(super) gateway: String,
}

/// Something new on a gateway that has a name and a remark.
#[derive(Debug, Args)]
pub(super) struct NewOnGateway {
    /// Name
    pub(super) name: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    pub(super) gateway: String,
    /// Remark
    #[arg(long)]
    pub(super) remark: Option<String>,
}

/// Whether to wait for what goes on in the background.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Wait {
    /// Wait until it is done
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Leave it to go on in the background, which is the default
    #[arg(long, overrides_with = "wait")]
    no_wait: bool,
}

impl Wait {
    /// Whether to wait.
    pub(super) fn waits(self) -> bool {
        self.wait && !self.no_wait
    }
}
