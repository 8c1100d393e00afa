//! How a command fails: what is told, and with which exit status.
//!
//! The one place that maps errors to exit statuses and hints: an error without a decision here does not compile.

mod api;

use super::exit::Exit;
use crate::app::AppError;
use crate::cloud::wait::WaitError;
use crate::cloud::{ConnectError, ProjectError};
use crate::codes;
use crate::config::{Fault, FileError, NoCredentials, Origin, SettingsError};
use crate::local::{AskError, StartError};
use crate::plan::PlanError;
use crate::socket::{HandshakeError, Layer, TargetError};
use crate::studio::demo::DemoError;
use crate::ui::{Colour, Options, PromptError, Ui};
use std::error::Error;
use std::fmt::Display;
use std::io;
use std::process::{ExitCode, ExitStatus};

/// What helps where the demonstration's files cannot be written.
const TEMPORARY: &str = "make room in the temporary folder, or name another one: TMPDIR=DIR fgctl demo";

/// A command failed.
#[derive(Debug)]
pub(super) struct CommandError {
    exit: Exit,
    text: String,
    causes: Vec<String>,
    hints: Vec<String>,
    /// Nothing is told: the reader of stdout went away, or the exit status says it all.
    silent: bool,
    no_region: bool,
}

impl CommandError {
    fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            silent: false,
            no_region: false,
        }
    }

    fn of(exit: Exit, error: &(dyn Error + 'static)) -> Self {
        let mut failed = Self::new(exit, error.to_string());
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            let told = failed.causes.last().unwrap_or(&failed.text);
            if !told.contains(&text) {
                failed.causes.push(text);
            }
            cause = error.source();
        }
        failed
    }

    /// The command line, or a value in it, is wrong.
    pub(super) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// Something is in the place of what would be made.
    pub(super) fn exists(text: impl Into<String>) -> Self {
        Self::new(Exit::Conflict, text)
    }

    /// It cannot be done, for a reason that no other status names.
    pub(super) fn failed(text: impl Into<String>) -> Self {
        Self::new(Exit::Failed, text)
    }

    /// Something that was named does not exist.
    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, text)
    }

    /// A handshake or a check failed.
    pub(super) fn check(text: impl Into<String>) -> Self {
        Self::new(Exit::Check, text)
    }

    /// There are changes to be made: no fault, and nothing is told of it but the exit status.
    pub(super) fn pending() -> Self {
        Self {
            silent: true,
            ..Self::new(Exit::Pending, "changes are pending")
        }
    }

    /// It exists already, is in use, or is not as it was.
    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self::new(Exit::Conflict, text)
    }

    /// Ctrl-C.
    pub(super) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// A program that this one started ended with `status`, after it had said `said`.
    pub(super) fn child(status: ExitStatus, said: &str) -> Self {
        let exit = match status.code() {
            Some(2) => Exit::Usage,
            Some(5) => Exit::Conflict,
            _ => Exit::Failed,
        };
        let mut lines = said.lines().filter(|line| !line.trim().is_empty());
        let text = lines
            .next()
            .map_or_else(|| format!("it ended with {status}"), str::to_owned);
        let mut failed = Self::new(exit, text.trim_start_matches("error: "));
        for line in lines {
            match line.trim().split_once(": ") {
                Some(("caused by", cause)) => failed.causes.push(cause.to_owned()),
                Some(("hint", hint)) => failed.hints.push(hint.to_owned()),
                _ => failed.causes.push(line.trim().to_owned()),
            }
        }
        failed
    }

    /// Adds what to do; best a command that can be pasted.
    pub(super) fn hint(mut self, text: impl Display) -> Self {
        self.hints.push(text.to_string());
        self
    }

    /// Whether it is only that nothing says which region.
    pub(super) fn is_about_the_region(&self) -> bool {
        self.no_region
    }

    /// What it says, with its causes.
    pub(super) fn told(&self) -> String {
        let causes = self.causes.iter().map(|cause| format!(": {cause}"));
        std::iter::once(self.text.clone()).chain(causes).collect()
    }

    /// What to do first.
    pub(super) fn first_hint(&self) -> Option<&str> {
        self.hints.first().map(String::as_str)
    }

    /// Adds why.
    pub(super) fn caused_by(mut self, cause: impl Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what the catalogue says of a code.
    fn explained(self, entry: &codes::Entry) -> Self {
        self.hint(format_args!(
            "{} means: {}; often: {}",
            entry.code, entry.meaning, entry.cause
        ))
        .hint(entry.next)
    }

    fn hints(mut self, texts: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(texts);
        self
    }

    /// Tells it and gives the process its exit status.
    pub(super) fn tell(self, ui: &Ui) -> ExitCode {
        if self.silent {
            return match self.exit {
                Exit::Pending => Exit::Pending.into(),
                _ => ExitCode::SUCCESS,
            };
        }
        self.show(ui);
        self.exit.into()
    }

    /// Tells it, and nothing ends.
    pub(super) fn show(&self, ui: &Ui) {
        ui.error(&self.text, &self.causes, &self.hints);
    }

    /// The same before the terminal's own settings are known.
    pub(super) fn tell_plainly(self) -> ExitCode {
        self.tell(&Ui::new(Options {
            colour: Colour::Never,
            ..Options::default()
        }))
    }
}

/// Help and version go to stdout and are a success; a wrong command line is a usage error.
pub(super) fn of_the_command_line(error: &clap::Error) -> ExitCode {
    match error.print() {
        _ if error.use_stderr() => Exit::Usage.into(),
        Err(full) if full.kind() != io::ErrorKind::BrokenPipe => Exit::Failed.into(),
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

impl From<AppError> for CommandError {
    fn from(error: AppError) -> Self {
        let exit = match &error {
            AppError::Api(_) => {
                let AppError::Api(error) = error else {
                    unreachable!("it was just seen")
                };
                return error.into();
            }
            AppError::Wait(WaitError::Failed(_)) => {
                let AppError::Wait(WaitError::Failed(error)) = error else {
                    unreachable!("it was just seen")
                };
                return error.into();
            }
            AppError::Wait(WaitError::TimedOut { .. }) => Exit::Timeout,
            AppError::Rule(_) | AppError::Package(_) | AppError::Read { .. } | AppError::Ambiguous { .. } => {
                Exit::Usage
            }
            AppError::NotFound { .. } | AppError::Plan(PlanError::Missing(_)) => Exit::NotFound,
            AppError::Refused { .. } | AppError::Program { .. } => Exit::Failed,
            AppError::NotReady { .. }
            | AppError::Exists { .. }
            | AppError::Differs { .. }
            | AppError::Plan(PlanError::NotOurs { .. }) => Exit::Conflict,
            AppError::NoAnswer { .. } => Exit::Check,
            AppError::Unproved { .. } | AppError::CodeWanted { .. } | AppError::Unfinished { .. } => Exit::Service,
        };
        let hints = error.hints();
        Self::of(exit, &error).hints(hints)
    }
}

impl From<ConnectError> for CommandError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Setup(error) => Self::of(Exit::Usage, &error),
            ConnectError::Project(ProjectError::Api { region, source }) => {
                let failed = Self::from(source);
                let looked = format!("the project of the region `{region}` cannot be looked up");
                Self {
                    causes: [failed.text].into_iter().chain(failed.causes).collect(),
                    text: looked,
                    ..failed
                }
            }
            ConnectError::Project(error) => Self::of(Exit::NotFound, &error)
                .hint("name the project: --project-id ID")
                .hint("or another region: --region ID"),
        }
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let (exit, hint) = match &error {
            SettingsError::NoRegion { .. } => (
                Exit::Usage,
                "--region cn-east-3; for the local cloud: eval \"$(fgctl local env)\"",
            ),
            SettingsError::HalfSet { .. } => (Exit::Credentials, "set both, or neither"),
            SettingsError::NoProfile { .. } => (Exit::NotFound, "fgctl profile list"),
            SettingsError::NoLocalCloud => (Exit::NotFound, "fgctl local up --detach"),
            SettingsError::Contradiction { .. } => (Exit::Usage, "leave one of them out"),
            SettingsError::Endpoint { .. }
            | SettingsError::UnknownService { .. }
            | SettingsError::EndpointTwice { .. } => (
                Exit::Usage,
                "it should read URL or SERVICE=URL, as in --endpoint http://127.0.0.1:7860",
            ),
            SettingsError::Invalid { .. } => (Exit::Usage, "fgctl --help"),
        };
        Self {
            no_region: matches!(error, SettingsError::NoRegion { .. }),
            ..Self::of(exit, &error).hint(hint)
        }
    }
}

impl From<NoCredentials> for CommandError {
    fn from(error: NoCredentials) -> Self {
        let failed = Self::of(Exit::Credentials, &error);
        match error {
            NoCredentials::None { .. } => failed
                .hint("fgctl profile add NAME")
                .hint("export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=...")
                .hint("for the local cloud: fgctl local up --detach && eval \"$(fgctl local env)\""),
            NoCredentials::Expired {
                origin: Origin::Profile(name),
                ..
            } => failed.hint(format_args!(
                "get new ones, then: fgctl profile add {name} --update --access-key AK --secret-key-file FILE --security-token-file FILE --expires-at TIME"
            )),
            NoCredentials::Expired { .. } => failed.hint("get new ones, and set them where these are"),
        }
    }
}

impl From<&FileError> for CommandError {
    fn from(error: &FileError) -> Self {
        match error {
            FileError::Exposed { path, .. } => {
                Self::of(Exit::Credentials, error).hint(format_args!("chmod 600 '{}'", path.display()))
            }
            FileError::Content {
                path,
                fault: Fault::Newer { .. },
            } => Self::of(Exit::Usage, error).hint(format_args!(
                "a newer fgctl wrote it: use that one, or move {} away",
                path.display()
            )),
            FileError::Content { path, .. } => {
                Self::of(Exit::Usage, error).hint(format_args!("correct {}, or move it away", path.display()))
            }
            FileError::Name(_) => Self::of(Exit::Usage, error),
            FileError::Exists(name) => Self::of(Exit::Conflict, error).hint(format_args!(
                "change it with --update, or delete it: fgctl profile delete {name}"
            )),
            FileError::NotFound { .. } => Self::of(Exit::NotFound, error).hint("fgctl profile list"),
            FileError::Read { .. } | FileError::Write { .. } => {
                Self::of(Exit::Failed, error).hint("name another folder: XDG_CONFIG_HOME=DIR")
            }
        }
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::from(&error)
    }
}

impl From<PromptError> for CommandError {
    fn from(error: PromptError) -> Self {
        match &error {
            PromptError::NoTerminal { flag, .. } => {
                Self::of(Exit::Usage, &error).hint(format!("answer it with {flag}"))
            }
            PromptError::Interrupted => Self::interrupted(),
            PromptError::Declined | PromptError::Terminal(_) => Self::of(Exit::Failed, &error),
        }
    }
}

impl From<AskError> for CommandError {
    fn from(error: AskError) -> Self {
        match &error {
            AskError::NotRunning { .. } => Self::of(Exit::NotFound, &error).hint("fgctl local up --detach"),
            AskError::Refused { .. } | AskError::StillRunning { .. } => Self::of(Exit::Failed, &error),
        }
    }
}

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::Locked { .. } | StartError::PortTaken { .. } => Exit::Conflict,
            StartError::NewerState { .. }
            | StartError::Damaged { .. }
            | StartError::State(_)
            | StartError::Authority(_)
            | StartError::Io(_) => Exit::Failed,
        };
        let hints = error.hints();
        Self::of(exit, &error).hints(hints)
    }
}

impl From<HandshakeError> for CommandError {
    fn from(error: HandshakeError) -> Self {
        let exit = match &error {
            HandshakeError::Header { .. } => Exit::Usage,
            _ => Exit::Check,
        };
        let failed = Self::of(exit, &error);
        if let HandshakeError::Refused(answer) = &error {
            return match answer.error_code.as_deref().and_then(codes::find) {
                Some(entry) => failed.explained(entry),
                None => failed,
            };
        }
        match error.layer() {
            Some(Layer::Dns) => failed.hint("check the URL: fgctl trigger url NAME"),
            Some(Layer::Tcp) => failed.hint("is it running? for the local cloud: fgctl local status"),
            Some(Layer::Proxy) => failed.hint("reach the host directly: NO_PROXY=HOST"),
            Some(Layer::Tls) => failed.hint("trust its authority with --ca-file FILE, or anyone with --insecure"),
            Some(Layer::Handshake) | None => failed,
        }
    }
}

impl From<TargetError> for CommandError {
    fn from(error: TargetError) -> Self {
        Self::of(Exit::Usage, &error)
    }
}

impl From<DemoError> for CommandError {
    fn from(error: DemoError) -> Self {
        match error {
            // Its state is a temporary folder, and its ports are any: the hints of `local up` do not help.
            DemoError::Start(error) => Self::of(Exit::Failed, &error).hint(TEMPORARY),
            DemoError::App(error) => error.into(),
            DemoError::Handshake(error) => {
                Self::from(error).hint("if another local cloud runs a function now, end it: fgctl local down")
            }
            DemoError::Url(error) => error.into(),
            DemoError::Interrupted => Self::interrupted(),
            DemoError::Silent(_) => Self::of(Exit::Check, &error),
            DemoError::Program { ref hint, .. } => Self::of(Exit::Failed, &error).hint(hint),
            DemoError::Package(_) | DemoError::Files(_) => Self::of(Exit::Failed, &error).hint(TEMPORARY),
        }
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        Self {
            silent,
            ..Self::of(Exit::Failed, &error)
        }
    }
}
