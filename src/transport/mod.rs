//! Bytes to bytes: [`Retry`] over [`Signed`] over [`Gate`] over [`Http`].
//!
//! Knows requests and answers, not operations: an answer of any status is an answer here. **Retry stands outside of
//! signing**, because the date is in the signature; it is the one place where anything is sent twice.

mod error;
mod exchange;
#[cfg(test)]
pub(crate) mod fake;
mod gate;
mod http;
mod observer;
mod retry;
mod signed;
mod tls;

pub(crate) use error::{Failure, SetupError, TransportError};
pub(crate) use exchange::{AnyExchange, Exchange, Query, Request, Response};
pub(crate) use gate::Gate;
pub(crate) use http::Http;
pub(crate) use observer::{Attempt, Event, Observer, Silent};
pub(crate) use retry::Retry;
pub(crate) use signed::Signed;

use crate::sign::{Caller, Secret};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All layers, outermost first.
pub(crate) type Stack = Retry<Signed<Gate<Http>>>;

/// How to reach the services.
#[derive(Clone)]
pub(crate) struct Options {
    /// A PEM file with authorities to trust besides the system's.
    pub(crate) ca_file: Option<PathBuf>,
    /// Proxies; never used for loopback.
    pub(crate) proxies: Proxies,
    /// The longest that one attempt may take in all.
    pub(crate) timeout: Duration,
    /// The most often that a request is sent.
    pub(crate) attempts: u32,
    /// Whether what would change something is held back.
    pub(crate) rehearsal: bool,
    /// Tells the time of signing.
    pub(crate) clock: Clock,
    /// Who is told what happens.
    pub(crate) observer: Arc<dyn Observer>,
}

impl Default for Options {
    /// The system's authorities and clock, no proxy, two minutes, five attempts, nobody told.
    fn default() -> Self {
        Self {
            ca_file: None,
            proxies: Proxies::default(),
            timeout: Duration::from_secs(120),
            attempts: 5,
            rehearsal: false,
            clock: Arc::new(Timestamp::now),
            observer: Arc::new(Silent),
        }
    }
}

/// Which proxy to use for what. An address may hold a password, hence a secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    /// For `https://` targets.
    pub(crate) https: Option<Secret>,
    /// For `http://` targets.
    pub(crate) http: Option<Secret>,
    /// Hosts, domains and networks to reach directly, with commas between; `*` for all.
    pub(crate) direct: String,
}

/// Puts the layers together for `caller`.
///
/// # Errors
/// [`SetupError`] when the CA file or a proxy's address cannot be used. The system's own authorities are loaded with
/// the first `https://` request only.
pub(crate) fn stack(caller: Caller, options: Options) -> Result<Stack, SetupError> {
    let http = Http::new(&options)?;
    let Options { clock, observer, .. } = options;
    let gate = Gate::new(http, options.rehearsal, observer.clone());
    let signed = Signed::new(gate, caller, clock, observer.clone());
    Ok(Retry::new(signed, options.attempts, observer))
}
