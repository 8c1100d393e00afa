//! `fgctl man`: the manual, a page a command, made from what `--help` says.

use super::Cli;
use super::error::CommandError;
use super::global::Context;
use crate::app;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fgctl man function create | man -l -\n  fgctl man --dir ~/.local/share/man/man1")]
pub(super) struct Manual {
    /// Command whose page to print; fgctl's own unless given
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Folder to write the pages of all commands to
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Manual, context: &Context) -> Result<(), CommandError> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    match &args.dir {
        Some(dir) => {
            let unwritable = |error| {
                CommandError::failed(format!("the manual cannot be written to `{}`", dir.display())).caused_by(error)
            };
            fs::create_dir_all(dir).map_err(unwritable)?;
            let count = write(&root, dir).map_err(unwritable)?;
            context
                .ui
                .status(format_args!("wrote {count} pages to {}", dir.display()));
        }
        None => context.ui.data(&page(find(&root, &args.command)?)?)?,
    }
    Ok(())
}

/// The command that `words` name.
fn find<'a>(root: &'a Command, words: &[String]) -> Result<&'a Command, CommandError> {
    let mut command = root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            let names = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
            let error = CommandError::usage(format!("`{}` has no command `{word}`", spoken(command)));
            match app::similar(word, names).first() {
                Some(similar) => error.hint(format_args!("did you mean `{similar}`?")),
                None => error.hint(format_args!("{} --help", spoken(command))),
            }
        })?;
    }
    Ok(command)
}

/// How a person calls it: `fgctl function create`.
fn spoken(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> std::io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .manual("fgctl manual")
        .source(concat!("fgctl ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes the page of `command` and those of all below it, and counts them.
fn write(command: &Command, folder: &Path) -> std::io::Result<usize> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .try_fold(1, |count, below| Ok(count + write(below, folder)?))
}
