//! Where a value comes from.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a value comes from, the strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag of the command line, with its dashes.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// `--local`: the runtime file of the local cloud that is running.
    LocalCloud,
    /// A profile of the configuration file, by its name.
    Profile(Arc<str>),
    /// The credentials file of the vendor's SDKs.
    SdkFile(Arc<Path>),
    /// Nobody said otherwise.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::LocalCloud => f.write_str("the running local cloud"),
            Self::Profile(name) => write!(f, "the profile `{name}`"),
            Self::SdkFile(path) => write!(f, "the SDKs' file {}", path.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// A value that knows where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sourced<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

impl<T> Sourced<T> {
    /// `value`, from `origin`.
    pub(crate) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}
