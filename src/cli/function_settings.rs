//! The options that `function create` and `function update` share: the guide's Table 1 and the console's settings.

use super::complete::Noun;
use super::error::CommandError;
use crate::app::{FunctionSettings, NetworkChange, VariableChange};
use crate::sign::Secret;
use clap::Args;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Stands for stdin where a file is named.
const STDIN: &str = "-";

#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Memory in MB: 128, 256, 512, 768, 1024 to 10240; a new function has 128
    #[arg(long, value_name = "MB")]
    memory: Option<i64>,
    /// Execution timeout in seconds, 3 to 259200: the longest life of a WebSocket connection; a new function has 60
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Let the function reach the public network
    #[arg(long, overrides_with = "no_public_access")]
    public_access: bool,
    /// Keep the function from the public network
    #[arg(long)]
    no_public_access: bool,
    /// Agency that lets FunctionGraph use other services; a VPC and log collection need one
    #[arg(long, value_name = "NAME")]
    agency: Option<String>,
    /// Agency whose rights the function's code has, where they are not those of --agency
    #[arg(long, value_name = "NAME")]
    execution_agency: Option<String>,
    /// VPC that the function works in, by name or id; needs --subnet and an agency
    #[arg(long, value_name = "NAME", requires = "subnet", add = Noun::Vpc.names())]
    vpc: Option<String>,
    /// Subnet of the VPC, by name or id
    #[arg(long, value_name = "NAME", requires = "vpc", add = Noun::Subnet.names())]
    subnet: Option<String>,
    /// Report the function's log to LTS, which bills by use
    #[arg(long, overrides_with = "no_collect_logs")]
    collect_logs: bool,
    /// Do not report the function's log
    #[arg(long)]
    no_collect_logs: bool,
    /// LTS log group's id; unless given, the service makes one
    #[arg(long, value_name = "ID", requires = "log_stream")]
    log_group: Option<String>,
    /// LTS log stream's id
    #[arg(long, value_name = "ID", requires = "log_group")]
    log_stream: Option<String>,
    /// Environment variable (can be repeated)
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
    /// File of environment variables, a NAME=VALUE a line; --env comes before it
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// File of encrypted environment variables, or - for stdin; never shown again, by nobody
    #[arg(long, value_name = "FILE|-")]
    secret_env_file: Option<PathBuf>,
    /// At most so many instances, -1 to 1000: -1 is unlimited, 0 disables the function
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_instances: Option<i64>,
    /// Requests and sockets that an instance takes at a time, 1 to 1000
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    concurrency: Option<i64>,
    /// Description, at most 512 characters; "" clears it
    #[arg(long)]
    description: Option<String>,
    /// Enterprise project's id; 0 is the default project
    #[arg(long, value_name = "ID")]
    enterprise_project: Option<String>,
    /// Initializer, called once before the first request; "" takes it away
    #[arg(long, value_name = "HANDLER")]
    initializer: Option<String>,
    /// Its timeout in seconds, 1 to 300
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    initializer_timeout: Option<i64>,
    /// Pre-stop hook, called before an instance ends; "" takes it away
    #[arg(long, value_name = "HANDLER")]
    pre_stop: Option<String>,
    /// Its timeout in seconds, 1 to 90
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pre_stop_timeout: Option<i64>,
    /// Size of /tmp in MB: 512 or 10240
    #[arg(long, value_name = "MB", value_parser = ephemeral_storage)]
    ephemeral_storage: Option<i64>,
    /// Give the function temporary keys of its agency, in the headers of each request
    #[arg(long, overrides_with = "no_include_keys")]
    include_keys: bool,
    /// Give it none
    #[arg(long)]
    no_include_keys: bool,
}

/// What only a change can do.
#[derive(Debug, Args)]
pub(super) struct Removals {
    /// Environment variable to take away (can be repeated)
    #[arg(long, value_name = "NAME")]
    unset_env: Vec<String>,
    /// Take away every environment variable that this command does not name
    #[arg(long)]
    replace_env: bool,
    /// Encrypted environment variable to take away (can be repeated)
    #[arg(long, value_name = "NAME")]
    unset_secret_env: Vec<String>,
    /// Take away every encrypted environment variable that this command does not name
    #[arg(long)]
    replace_secret_env: bool,
    /// Leave the VPC
    #[arg(long, conflicts_with = "vpc")]
    no_vpc: bool,
    /// Take the agency away
    #[arg(long, conflicts_with = "agency")]
    no_agency: bool,
}

/// Reads `NAME=VALUE`.
pub(super) fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it should read NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn ephemeral_storage(text: &str) -> Result<i64, String> {
    match text {
        "512" => Ok(512),
        "10240" => Ok(10240),
        _ => Err("it is 512 or 10240".to_owned()),
    }
}

/// Reads a file of variables: a `NAME=VALUE` a line, the value as it stands; empty lines and those that begin with `#`
/// say nothing. A fault names its line and never shows it: it may hold a secret.
fn variables(text: &str) -> Result<Vec<(String, String)>, String> {
    let lines = text.lines().enumerate();
    let said = lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    said.map(|(at, line)| {
        variable(line.trim_start())
            .map(|(name, value)| (name.trim_end().to_owned(), value))
            .map_err(|fault| format!("line {}: {fault}", at + 1))
    })
    .collect()
}

fn file(path: &Path) -> Result<Vec<(String, String)>, CommandError> {
    let text = if path == Path::new(STDIN) {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| CommandError::usage(format!("{} cannot be read: {error}", path.display())))?;
    variables(&text).map_err(|fault| CommandError::usage(format!("{}: {fault}", path.display())))
}

fn either(on: bool, off: bool) -> Option<bool> {
    (on || off).then_some(on)
}

impl Settings {
    /// The settings of a new function.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn of_new(self) -> Result<FunctionSettings, CommandError> {
        let settings = self.read()?;
        Ok(FunctionSettings {
            memory: settings.memory.or(Some(128)),
            timeout: settings.timeout.or(Some(60)),
            ..settings
        })
    }

    /// The settings of a change.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn of_change(self, removals: Removals) -> Result<FunctionSettings, CommandError> {
        let mut settings = self.read()?;
        settings.variables.unset = removals.unset_env;
        settings.variables.replace = removals.replace_env;
        settings.secrets.unset = removals.unset_secret_env;
        settings.secrets.replace = removals.replace_secret_env;
        if removals.no_vpc {
            settings.network = Some(NetworkChange::None);
        }
        if removals.no_agency {
            settings.agency = Some(String::new());
        }
        Ok(settings)
    }

    fn read(self) -> Result<FunctionSettings, CommandError> {
        let mut set = self.env_file.as_deref().map(file).transpose()?.unwrap_or_default();
        set.retain(|(name, _)| self.variables.iter().all(|(own, _)| own != name));
        set.extend(self.variables);
        let secrets = self
            .secret_env_file
            .as_deref()
            .map(file)
            .transpose()?
            .unwrap_or_default();
        Ok(FunctionSettings {
            memory: self.memory,
            timeout: self.timeout,
            handler: None,
            description: self.description,
            enterprise_project: self.enterprise_project,
            agency: self.agency,
            execution_agency: self.execution_agency,
            public_access: either(self.public_access, self.no_public_access),
            network: self
                .vpc
                .zip(self.subnet)
                .map(|(vpc, subnet)| NetworkChange::Vpc { vpc, subnet }),
            collect_logs: either(self.collect_logs, self.no_collect_logs),
            log_group: self.log_group,
            log_stream: self.log_stream,
            variables: VariableChange {
                set,
                ..VariableChange::default()
            },
            secrets: VariableChange {
                set: secrets
                    .into_iter()
                    .map(|(name, value)| (name, Secret::new(value)))
                    .collect(),
                ..VariableChange::default()
            },
            max_instances: self.max_instances,
            requests_per_instance: self.concurrency,
            initializer: self.initializer,
            initializer_timeout: self.initializer_timeout,
            pre_stop: self.pre_stop,
            pre_stop_timeout: self.pre_stop_timeout,
            ephemeral_storage: self.ephemeral_storage,
            include_keys: either(self.include_keys, self.no_include_keys),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{variable, variables};
    use crate::wire::rule;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn a_variable_ends_at_its_first_equals_sign() {
        assert_eq!(variable("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
        assert_eq!(variable("A="), Ok(("A".to_owned(), String::new())));
        assert!(variable("A").is_err() && variable("").is_err());
    }

    #[test]
    fn a_file_has_a_variable_a_line_and_its_faults_show_no_value() {
        let read = variables("# said\n\nA=1 # not a comment\r\n  B = x=y\n").unwrap();
        let pairs: Vec<(&str, &str)> = read
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("A", "1 # not a comment"), ("B", " x=y")]);
        let fault = variables("A=1\nhidden").unwrap_err();
        assert_eq!(fault, "line 2: it should read NAME=VALUE");
    }

    proptest! {
        #[test]
        fn no_variable_makes_it_panic(text in any::<String>()) {
            let read = variable(&text);
            prop_assert_eq!(read.is_ok(), text.contains('='));
            if let Ok((name, value)) = &read {
                let _ = rule::user_data([(name.as_str(), value.as_str())]);
            }
        }
    }
}
