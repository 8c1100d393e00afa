//! `fgctl local env`: what aims fgctl and the official SDKs at the running local cloud.

use super::super::error::CommandError;
use super::super::global::Context;
use crate::env;
use crate::local::Runtime;
use crate::ui::Report;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    /// sh, bash, zsh
    Sh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  eval \"$(fgctl local env)\"")]
pub(in crate::cli) struct Env {
    /// Shell to write for
    #[arg(long, value_enum, default_value_t = Shell::Sh)]
    shell: Shell,
    /// Folder of the local cloud's state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(super) async fn run(args: Env, context: &Context) -> Result<(), CommandError> {
    let runtime = Runtime::find(&context.local_state(args.state)?).await?;
    let variables = variables(&runtime);
    let data: BTreeMap<&str, &str> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let names = data.keys().map(|name| (*name).to_owned()).collect();
    let text: String = variables
        .iter()
        .map(|(name, value)| assignment(args.shell, name, value))
        .collect();
    // The keys are meant to be read by a shell: here alone they are written out.
    context.ui.show(&Report::data(&data, names, text))?;
    Ok(())
}

fn variables(runtime: &Runtime) -> [(&'static str, String); 6] {
    [
        (env::FGCTL_ENDPOINT, runtime.endpoint()),
        (env::FGCTL_REGION, runtime.region.clone()),
        (env::FGCTL_CA_FILE, runtime.ca_file.display().to_string()),
        (env::SDK_AK, runtime.access_key.clone()),
        (env::SDK_SK, runtime.secret_key.expose().to_owned()),
        (env::SDK_PROJECT_ID, runtime.project_id.clone()),
    ]
}

fn assignment(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Sh => format!("export {name}='{}'\n", value.replace('\'', r"'\''")),
        Shell::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'")),
        Shell::Powershell => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Shell, assignment};

    #[test]
    fn each_shell_reads_back_what_was_meant() {
        assert_eq!(assignment(Shell::Sh, "A", "it's"), "export A='it'\\''s'\n");
        assert_eq!(assignment(Shell::Fish, "A", r"it's\"), "set -gx A 'it\\'s\\\\'\n");
        assert_eq!(assignment(Shell::Powershell, "A", "it's"), "$env:A = 'it''s'\n");
    }
}
