//! Why the settings cannot be told.

use super::endpoint::BadUrl;
use super::origin::Origin;
use crate::wire::Service;
use jiff::Timestamp;

/// The settings cannot be told.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// Nothing says which region.
    #[error("no region is set; looked at {}", looked_at.join(", "))]
    NoRegion {
        /// The flags and variables that could.
        looked_at: Vec<&'static str>,
    },
    /// A value would not be safe in a host name, a path or a header.
    #[error("the {what} from {origin} is not valid: {fault}")]
    Invalid {
        /// What it is, "region".
        what: &'static str,
        /// Where it comes from.
        origin: Origin,
        /// What is wrong, without the value where that may be a secret.
        fault: String,
    },
    /// One of a pair of keys is set and the other is not. Another source is not tried: it may be another account's.
    #[error(
        "`{set}` is set and `{missing}` is not{}; both have to come from one source",
        within(origin)
    )]
    HalfSet {
        /// The name that is set.
        set: &'static str,
        /// The name that is not.
        missing: &'static str,
        /// Where both should be.
        origin: Origin,
    },
    /// The URL of an endpoint cannot be used.
    #[error("the endpoint `{text}` from {origin} cannot be used")]
    Endpoint {
        /// As it was given.
        text: String,
        /// Where it comes from.
        origin: Origin,
        /// Why.
        #[source]
        source: BadUrl,
    },
    /// An endpoint is for a service that there is not.
    #[error(
        "the endpoint from {origin} is for `{name}`, which is no service; there are {}",
        services()
    )]
    UnknownService {
        /// The name.
        name: String,
        /// Where it comes from.
        origin: Origin,
    },
    /// Two endpoints for one service from one source.
    #[error("{origin} gives two endpoints for {what}")]
    EndpointTwice {
        /// `every service`, or a service's name.
        what: String,
        /// Where they come from.
        origin: Origin,
    },
    /// The profile that a flag or the environment names does not exist.
    #[error("there is no profile `{name}`, which {origin} names; there are: {known}")]
    NoProfile {
        /// The name.
        name: String,
        /// Where it comes from.
        origin: Origin,
        /// Those that there are.
        known: String,
    },
    /// `--local`, and nothing there.
    #[error("no local cloud is running")]
    NoLocalCloud,
    /// `--local`, and a flag that says something else.
    #[error("`--local` and `{flag}` contradict each other")]
    Contradiction {
        /// The flag.
        flag: &'static str,
    },
}

/// The names of the services.
fn services() -> String {
    Service::ALL.map(Service::host_label).join(", ")
}

/// Where a pair of names stands, where the names do not say it themselves.
fn within(origin: &Origin) -> String {
    match origin {
        Origin::Variable(_) => String::new(),
        other => format!(" in {other}"),
    }
}

/// There is nothing to call with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCredentials {
    /// No source has any.
    #[error("no credentials are set; looked at {}", looked_at.join(", "))]
    None {
        /// The sources, in the order in which they were looked at.
        looked_at: Vec<String>,
    },
    /// They were temporary.
    #[error("the temporary credentials from {origin} expired at {at}")]
    Expired {
        /// Where they come from.
        origin: Origin,
        /// When they ended.
        at: Timestamp,
    },
}
