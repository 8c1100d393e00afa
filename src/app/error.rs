//! What can go wrong in a use case, and what to do about it.

use super::similar::similar;
use crate::cloud::ApiError;
use crate::cloud::wait::WaitError;
use crate::package::PackageError;
use crate::plan::PlanError;
use crate::socket::HandshakeError;
use crate::wire::rule::{Broken, DEPENDENCY_UPLOAD_LIMIT};
use std::path::PathBuf;

/// A use case failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    /// The service refused or could not be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A value breaks a rule of the guide. Nothing was sent.
    #[error(transparent)]
    Rule(#[from] Broken),
    /// Code or a dependency cannot be packed or read. Nothing was sent.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Something that was named does not exist.
    #[error("there is no {what} `{name}`{}", place.as_ref().map(|place| format!(" {place}")).unwrap_or_default())]
    NotFound {
        /// What it should be.
        what: &'static str,
        /// How it was named.
        name: String,
        /// Where it was looked for, "on the gateway `apig-ws`".
        place: Option<String>,
        /// What there is, most similar first.
        similar: Vec<String>,
        /// The flag that creates it.
        creates: Option<&'static str>,
    },
    /// Several bear the name.
    #[error("`{name}` means {} {what}s: {}", ids.len(), ids.join(", "))]
    Ambiguous {
        /// What they are, each.
        what: &'static str,
        /// How one was named.
        name: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// Something has to be ready first, and is not yet. Nothing was sent.
    #[error("{text}")]
    NotReady {
        /// What is not.
        text: String,
        /// What to do.
        hints: Vec<String>,
    },
    /// What was asked for can never work. Nothing was sent.
    #[error("{text}")]
    Refused {
        /// Why.
        text: String,
        /// What to do.
        hints: Vec<String>,
    },
    /// A program of this machine failed. Nothing was sent.
    #[error("{text}:\n  {}", said.join("\n  "))]
    Program {
        /// Which, and how.
        text: String,
        /// Its own last lines.
        said: Vec<String>,
    },
    /// It was to be created and exists. Nothing was sent.
    #[error("the {what} `{name}` exists already")]
    Exists {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
        /// The command that shows it.
        show: String,
    },
    /// It was to be created and exists, but is another one. Nothing was sent.
    #[error("the {what} `{name}` exists already, with another {member}")]
    Differs {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
        /// What of it differs.
        member: &'static str,
        /// The command that shows it.
        show: String,
    },
    /// The dependencies of a function cannot be changed without sending its code along.
    #[error("the service wants the code of `{function}` again to change its dependencies")]
    CodeWanted {
        /// The function.
        function: String,
        /// The refusal.
        #[source]
        source: Box<ApiError>,
    },
    /// It was begun, and could not be done to its end.
    #[error("{text}")]
    Unfinished {
        /// What was done.
        text: String,
        /// How to go on.
        hint: String,
        /// Why it ended.
        #[source]
        source: Box<AppError>,
    },
    /// It took longer than it may.
    #[error(transparent)]
    Wait(#[from] WaitError<ApiError>),
    /// No plan can be made of a stack. Nothing was sent.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// What was deployed does not answer.
    #[error("`{url}` does not answer as it should")]
    NoAnswer {
        /// Where.
        url: String,
        /// What to do.
        hints: Vec<String>,
        /// At which layer it ends.
        #[source]
        source: Box<HandshakeError>,
    },
    /// It was done, but could not be proved.
    #[error("{text}")]
    Unproved {
        /// What is not known.
        text: String,
        /// What to do.
        hints: Vec<String>,
        /// The handshake that failed, where one was tried.
        #[source]
        source: Option<Box<HandshakeError>>,
    },
}

impl AppError {
    /// Nothing of this name; `there_are` is what could have been meant.
    pub(super) fn not_found(what: &'static str, name: &str, there_are: Vec<String>) -> Self {
        Self::NotFound {
            what,
            name: name.to_owned(),
            place: None,
            similar: similar(name, there_are),
            creates: None,
        }
    }

    /// The same, saying where it was looked for.
    pub(super) fn at(self, looked: impl Into<String>) -> Self {
        match self {
            Self::NotFound {
                what,
                name,
                similar,
                creates,
                ..
            } => Self::NotFound {
                what,
                name,
                place: Some(looked.into()),
                similar,
                creates,
            },
            other => other,
        }
    }

    /// The same, naming the flag that would have created it.
    pub(super) fn or_add(mut self, flag: &'static str) -> Self {
        if let Self::NotFound { creates, .. } = &mut self {
            *creates = Some(flag);
        }
        self
    }

    /// Something that cannot work, and what to do instead.
    pub(super) fn refused(text: impl Into<String>, hints: &[&str]) -> Self {
        Self::Refused {
            text: text.into(),
            hints: hints.iter().map(|&hint| hint.to_owned()).collect(),
        }
    }

    /// What to do about it.
    pub(crate) fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { similar, creates, .. } if !similar.is_empty() => {
                let names = similar
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(" or ");
                let meant = format!("did you mean {names}?");
                [meant].into_iter().chain(creates.map(to_create)).collect()
            }
            Self::NotFound { what, creates, .. } => {
                let list = list_command(what).map(str::to_owned);
                creates.map(to_create).into_iter().chain(list).collect()
            }
            Self::Exists { show, .. } | Self::Differs { show, .. } => vec![show.clone()],
            Self::Unfinished { hint, source, .. } => [vec![hint.clone()], source.hints()].concat(),
            Self::CodeWanted { .. } => vec!["send it along: add --code DIR".to_owned()],
            Self::Ambiguous { .. } => vec!["name one by its id".to_owned()],
            Self::NotReady { hints, .. }
            | Self::Refused { hints, .. }
            | Self::NoAnswer { hints, .. }
            | Self::Unproved { hints, .. } => hints.clone(),
            Self::Plan(PlanError::NotOurs { .. }) => vec![
                "take them over: add --adopt".to_owned(),
                "or give them other names in the manifest".to_owned(),
            ],
            Self::Plan(PlanError::Missing(address)) => list_command(address.kind.noun())
                .map(str::to_owned)
                .into_iter()
                .collect(),
            Self::Package(error) => package_hints(error),
            Self::Api(_) | Self::Rule(_) | Self::Program { .. } | Self::Read { .. } | Self::Wait(_) => Vec::new(),
        }
    }
}

/// What to do about code or a dependency that cannot be packed.
fn package_hints(error: &PackageError) -> Vec<String> {
    match error {
        PackageError::PacksTooLarge { largest, limit, .. } if !largest.is_empty() => {
            let instead = match *limit {
                DEPENDENCY_UPLOAD_LIMIT => {
                    "a ZIP over 10 MB goes by a bucket of the region: write it with --to FILE, then \
                     fgctl dependency create NAME --runtime RUNTIME --zip FILE --bucket BUCKET"
                }
                _ => "leave out what the function does not need: name it in .fgctlignore",
            };
            vec![format!("most of it: {}", sizes(largest)), instead.to_owned()]
        }
        PackageError::NoEntry {
            left_out: Some(out), ..
        } => vec![format!("echo '!{}' >> .fgctlignore", out.name)],
        PackageError::DeepEntry { path, folder, .. } if path.is_dir() => {
            vec![format!("--code {}", path.join(folder).display())]
        }
        _ => Vec::new(),
    }
}

/// Folders with their sizes, for a person.
pub(super) fn sizes(folders: &[(String, u64)]) -> String {
    let megabytes = |size: u64| size as f64 / (1024.0 * 1024.0);
    let each = folders
        .iter()
        .map(|(name, size)| format!("{name} {:.1} MB", megabytes(*size)));
    each.collect::<Vec<_>>().join(", ")
}

fn to_create(flag: &str) -> String {
    format!("to create it: add {flag}")
}

/// The command that lists what there is.
fn list_command(what: &str) -> Option<&'static str> {
    Some(match what {
        "function" => "fgctl function list",
        "dependency" => "fgctl dependency list",
        "gateway" => "fgctl gateway list",
        "group" => "fgctl group list --gateway GATEWAY",
        "environment" => "fgctl environment list --gateway GATEWAY",
        "API" => "fgctl api list --gateway GATEWAY",
        "app" => "fgctl app list --gateway GATEWAY",
        "trigger" => "fgctl trigger list FUNCTION",
        "version" => "fgctl function versions NAME",
        "alias" => "fgctl function aliases list FUNCTION",
        "VPC" => "fgctl vpc list",
        "subnet" => "fgctl subnet list",
        "security group" => "fgctl security-group list",
        _ => return None,
    })
}
