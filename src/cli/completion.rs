//! `fgctl completion`: the registration script of a shell.

use super::Cli;
use super::error::CommandError;
use super::global::Context;
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::env::Shells;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// Elvish
    Elvish,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  source <(fgctl completion bash)")]
pub(super) struct Completion {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Completion, context: &Context) -> Result<(), CommandError> {
    let name = match args.shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Elvish => "elvish",
    };
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(name) else {
        unreachable!("the engine has every shell of the list")
    };
    let mut script = Vec::new();
    let command = Cli::command();
    let program = command.get_name();
    completer.write_registration("COMPLETE", program, program, program, &mut script)?;
    context.ui.data(&String::from_utf8_lossy(&script))?;
    Ok(())
}
