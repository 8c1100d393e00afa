//! The command line: one file a noun, each its arguments and then what it does with them.
//!
//! The only layer that knows all others. Exit statuses are known to `error` and `exit` alone.

mod accounts;
mod agency;
mod api;
mod app;
mod bench;
mod complete;
mod completion;
mod connect;
mod deferred;
mod demo;
mod dependency;
mod deploy;
mod destroy;
mod dev;
mod doctor;
mod enterprise_project;
mod environment;
mod error;
mod exit;
mod explain;
mod folders;
mod function;
mod function_invoke;
mod function_report;
mod function_settings;
mod function_version;
mod gateway;
mod global;
mod group;
mod init;
mod local;
mod logs;
mod man;
mod mask;
mod network;
mod options;
mod packed;
mod plan;
mod profile;
mod pull;
mod region;
mod request;
mod requests;
mod rollback;
mod schema;
mod stack;
mod status;
mod terminal;
mod test;
mod transcript;
mod trigger;
mod websocket;

use crate::env::Env;
use clap::{Args, CommandFactory, FromArgMatches, Subcommand};
use clap_complete::CompleteEnv;
use deferred::Deferred;
use error::CommandError;
use global::{Context, Global};
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::process::ExitCode;

/// The end of the help of `fgctl` itself.
const AFTER_HELP: &str = "Exit statuses:\n  0 done  1 failed  2 usage  3 no credentials, or refused  4 not found  5 conflict\n  6 the service refused, failed, or cannot be reached  7 waited too long  8 changes are pending (plan --detailed-exitcode)\n  9 a handshake or a WebSocket check failed\n  130 interrupted\n\nThe whole guide on a throw-away local cloud:\n  fgctl demo";

#[derive(Args, Debug)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a project: answer questions, or options, and get a manifest and code that can be deployed
    Init(Deferred<Box<init::Init>>),
    /// Create functions and see to their code
    #[command(subcommand)]
    Function(Deferred<function::Command>),
    /// Create dependencies and lay them over a function's code
    #[command(subcommand)]
    Dependency(Deferred<dependency::Command>),
    /// Turn a function's WebSocket on and off
    #[command(subcommand)]
    Websocket(Deferred<websocket::Command>),
    /// Create dedicated gateways; they bill by the hour until deleted
    #[command(subcommand)]
    Gateway(Deferred<gateway::Command>),
    /// Create API groups on a gateway
    #[command(subcommand)]
    Group(Deferred<group::Command>),
    /// Create environments on a gateway; RELEASE always exists
    #[command(subcommand)]
    Environment(Deferred<environment::Command>),
    /// Create APIG triggers: what gives a function its URL
    #[command(subcommand)]
    Trigger(Deferred<trigger::Command>),
    /// Change and publish the APIs of a gateway
    #[command(subcommand)]
    Api(Deferred<api::Command>),
    /// Create apps, and let them call APIs with App authentication
    #[command(subcommand)]
    App(Deferred<app::Command>),
    /// See the VPCs of the region
    #[command(subcommand)]
    Vpc(Deferred<network::Vpcs>),
    /// See the subnets of the region
    #[command(subcommand)]
    Subnet(Deferred<network::Subnets>),
    /// See the security groups of the region
    #[command(subcommand)]
    SecurityGroup(Deferred<network::SecurityGroups>),
    /// See the account's agencies: what FunctionGraph may do in its name
    #[command(subcommand)]
    Agency(Deferred<agency::Command>),
    /// See the account's enterprise projects
    #[command(subcommand)]
    EnterpriseProject(Deferred<enterprise_project::Command>),
    /// See the regions, and which has WebSocket
    #[command(subcommand)]
    Region(Deferred<region::Command>),
    /// Show what `deploy` would do for a manifest, field by field
    Plan(Deferred<plan::Args>),
    /// Make what a manifest declares, and prove that its URLs work
    Deploy(Deferred<deploy::Args>),
    /// Delete all that a manifest's deploy made
    Destroy(Deferred<destroy::Args>),
    /// Show the resources of a manifest: their health, their URLs, what differs
    Status(Deferred<status::Args>),
    /// Take what was changed outside of fgctl into the manifest
    Pull(Deferred<pull::Args>),
    /// Point a function's alias at its release before
    Rollback(Deferred<rollback::Args>),
    /// Open a WebSocket: lines go in, messages come out
    Connect(Deferred<Box<connect::Connect>>),
    /// Perform scripts of WebSocket conversations, and check what comes
    Test(Deferred<test::Test>),
    /// Load a WebSocket with many connections, and measure how long messages take
    Bench(Deferred<Box<bench::Bench>>),
    /// Record a conversation, replay it against another target, compare both
    #[command(subcommand)]
    Transcript(Deferred<transcript::Command>),
    /// Show what a function writes
    Logs(Deferred<logs::Logs>),
    /// Run the local cloud: FunctionGraph and APIG on this machine, with no account and no network
    #[command(subcommand)]
    Local(Deferred<local::Command>),
    /// Do the whole guide on a throw-away local cloud, and prove that the URL works
    Demo(Deferred<demo::Demo>),
    /// Run a folder of code on a throw-away local cloud, and replace it as it changes
    Dev(Deferred<Box<dev::Dev>>),
    /// Keep accounts and regions under names
    #[command(subcommand)]
    Profile(Deferred<profile::Command>),
    /// See what this machine can do, and whom fgctl would call
    #[command(after_help = "Example:\n  fgctl doctor -o json")]
    Doctor,
    /// Send a signed request of any operation
    Request(Deferred<request::Request>),
    /// Say what a code means: of a service, of a WebSocket's end, or an exit status
    Explain(Deferred<explain::Explain>),
    /// Print the manual page of a command, or write them all
    Man(Deferred<man::Manual>),
    /// Print the form of fgctl.toml as JSON Schema
    Schema(Deferred<schema::Schema>),
    /// Print the completion script of a shell
    Completion(Deferred<completion::Completion>),
    /// The server of the demo's function
    #[command(hide = true)]
    DemoFunction,
}

impl Command {
    /// Whether it runs servers in this process, which use every core.
    fn serves(&self) -> bool {
        match self {
            Self::Demo(_) | Self::Dev(_) => true,
            Self::Local(Deferred(command)) => command.serves(),
            _ => false,
        }
    }

    /// Whether it asks the cloud for something, so that `--dry-run` has requests to show.
    fn sends_requests(&self) -> bool {
        if let Self::Function(Deferred(command)) = self {
            return command.sends_requests();
        }
        !matches!(
            self,
            Self::Init(_)
                | Self::Connect(_)
                | Self::Test(_)
                | Self::Bench(_)
                | Self::Transcript(_)
                | Self::Local(_)
                | Self::Demo(_)
                | Self::Dev(_)
                | Self::Explain(_)
                | Self::Profile(_)
                | Self::Man(_)
                | Self::Schema(_)
                | Self::Completion(_)
                | Self::DemoFunction
        )
    }

    /// Whether it answers with data that `--query` can pick from.
    fn has_data(&self) -> bool {
        match self {
            Self::Connect(_)
            | Self::Dev(_)
            | Self::Logs(_)
            | Self::Man(_)
            | Self::Schema(_)
            | Self::Completion(_)
            | Self::DemoFunction => false,
            Self::Transcript(Deferred(command)) => command.has_data(),
            _ => true,
        }
    }

    /// # Errors
    /// An option that every command has makes no sense with this one.
    fn check(&self, context: &Context) -> Result<(), CommandError> {
        if context.is_rehearsal() && !self.sends_requests() {
            return Err(CommandError::usage(
                "--dry-run shows the requests to the cloud, and this command sends none",
            ));
        }
        if context.has_query() && !self.has_data() {
            return Err(CommandError::usage(
                "--query picks from data, and this command answers with none",
            ));
        }
        Ok(())
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    CompleteEnv::with_factory(Cli::command).complete();
    let cli = match parse(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => cli,
        Err(error) => return error::of_the_command_line(&error),
    };
    let context = match Context::new(cli.global, Env::read()) {
        Ok(context) => context,
        Err(error) => return error.tell_plainly(),
    };
    if let Err(error) = cli.command.check(&context) {
        return error.tell(&context.ui);
    }
    let mut runtime = if cli.command.serves() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let outcome = match runtime.enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli.command, &context));
            // A prompt or a read of stdin that nobody answers must not keep the process.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(error.into()),
    };
    match context.end(outcome) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.tell(&context.ui),
    }
}

/// Reads the command line.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    // Taking the description of all commands apart again would be a sixth of what a short command does.
    let mut description = ManuallyDrop::new(description(arguments));
    let matches = description.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut description))
}

/// What the command line may hold; of the nouns only the one that `arguments` begin with, where they do, and none where
/// the version is asked for.
///
/// Every noun gets a copy of the global options, and to make them all is a quarter of the work of a short command.
fn description(arguments: &[OsString]) -> clap::Command {
    let first = arguments.get(1).and_then(|argument| argument.to_str());
    if matches!(first, Some("--version" | "-V")) {
        return Global::augment_args(root());
    }
    let whole = Cli::command();
    match first.and_then(|name| whole.get_subcommands().find(|noun| noun.get_name() == name)) {
        Some(noun) => Global::augment_args(root()).subcommand(noun.clone()),
        None => whole,
    }
}

impl CommandFactory for Cli {
    fn command() -> clap::Command {
        Self::augment_args(root())
    }

    fn command_for_update() -> clap::Command {
        Self::augment_args_for_update(root())
    }
}

fn root() -> clap::Command {
    clap::Command::new("fgctl")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Turn a folder of code into a working wss:// URL, on Huawei Cloud FunctionGraph or on a local cloud")
        .after_help(AFTER_HELP)
        .max_term_width(120)
        .subcommand_required(true)
        .arg_required_else_help(true)
}

async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        // These see to Ctrl-C themselves: they have something to end.
        Command::Local(Deferred(command)) => local::run(command, context).await,
        // Boxed, because every other command would carry room for its many steps: 96 KB.
        Command::Demo(Deferred(args)) => Box::pin(demo::run(args, context)).await,
        Command::Dev(Deferred(args)) => Box::pin(dev::run(*args, context)).await,
        Command::Connect(Deferred(args)) => connect::run(*args, context).await,
        Command::Transcript(Deferred(command)) => Box::pin(transcript::run(command, context)).await,
        Command::Bench(Deferred(args)) => Box::pin(bench::run(*args, context)).await,
        Command::Test(Deferred(args)) => Box::pin(test::run(args, context)).await,
        Command::DemoFunction => demo::serve_function().await,
        command => tokio::select! {
            // Ctrl-C is seen to before a command can ask anything.
            biased;
            () = interrupted() => Err(context.interrupted()),
            outcome = call(command, context) => outcome,
        },
    }
}

async fn call(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        // Boxed, because every other command would carry room for its many steps.
        Command::Init(Deferred(args)) => Box::pin(init::run(*args, context)).await,
        Command::Function(Deferred(command)) => function::run(command, context).await,
        Command::Dependency(Deferred(command)) => dependency::run(command, context).await,
        Command::Websocket(Deferred(command)) => websocket::run(command, context).await,
        Command::Gateway(Deferred(command)) => gateway::run(command, context).await,
        Command::Group(Deferred(command)) => group::run(command, context).await,
        Command::Environment(Deferred(command)) => environment::run(command, context).await,
        Command::Trigger(Deferred(command)) => trigger::run(command, context).await,
        Command::Api(Deferred(command)) => api::run(command, context).await,
        Command::App(Deferred(command)) => app::run(command, context).await,
        // Boxed, because every other command would carry room for their many steps.
        Command::Plan(Deferred(args)) => Box::pin(plan::run(args, context)).await,
        Command::Deploy(Deferred(args)) => Box::pin(deploy::run(args, context)).await,
        Command::Destroy(Deferred(args)) => Box::pin(destroy::run(args, context)).await,
        Command::Status(Deferred(args)) => Box::pin(status::run(args, context)).await,
        Command::Pull(Deferred(args)) => Box::pin(pull::run(args, context)).await,
        Command::Rollback(Deferred(args)) => Box::pin(rollback::run(args, context)).await,
        Command::Logs(Deferred(args)) => logs::run(args, context).await,
        Command::Vpc(Deferred(command)) => network::vpcs(command, context).await,
        Command::Subnet(Deferred(command)) => network::subnets(command, context).await,
        Command::SecurityGroup(Deferred(command)) => network::security_groups(command, context).await,
        Command::Agency(Deferred(command)) => agency::run(command, context).await,
        Command::EnterpriseProject(Deferred(command)) => enterprise_project::run(command, context).await,
        Command::Region(Deferred(command)) => region::run(command, context).await,
        Command::Profile(Deferred(command)) => profile::run(command, context).await,
        Command::Doctor => doctor::run(context).await,
        Command::Request(Deferred(args)) => request::run(args, context).await,
        Command::Explain(Deferred(args)) => explain::run(&args, context),
        Command::Man(Deferred(args)) => man::run(&args, context),
        Command::Schema(Deferred(args)) => schema::run(&args, context),
        Command::Completion(Deferred(args)) => completion::run(&args, context),
        Command::Local(_)
        | Command::Demo(_)
        | Command::Dev(_)
        | Command::Connect(_)
        | Command::Bench(_)
        | Command::Test(_)
        | Command::Transcript(_)
        | Command::DemoFunction => {
            unreachable!("run() saw to it")
        }
    }
}

/// Ends when the user or the system asks the process to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminated), Ok(mut hung_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::{Cli, description};
    use clap::CommandFactory;
    use std::ffi::OsString;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_noun_that_stands_first_is_all_that_is_described() {
        let described = |line: &str| {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            description(&arguments)
        };
        let nouns = |line: &str| described(line).get_subcommands().count();
        assert_eq!(nouns("fgctl trigger list"), 1);
        for whole in [
            "fgctl",
            "fgctl help trigger",
            "fgctl --local trigger list",
            "fgctl triger list",
        ] {
            assert_eq!(nouns(whole), Cli::command().get_subcommands().count(), "{whole}");
        }
        described("fgctl local up").debug_assert();
    }
}
