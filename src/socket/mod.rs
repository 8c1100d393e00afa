//! The WebSocket session: opened layer by layer (DNS, TCP, TLS, handshake), and explained when it ends.
//!
//! Each layer's failure is an error of its own, so that "the name does not resolve", "nobody listens", "the
//! certificate is not trusted" and "the gateway refuses" are never mixed up.

mod close;
mod connect;
mod error;
mod handshake;
#[cfg(test)]
mod peer;
mod proxy;
mod request;
mod session;
mod tail;
mod target;
mod tls;

pub(crate) use close::{Cause, Closing, Limits, explain, likely, meaning};
pub(crate) use connect::Connector;
pub(crate) use error::{Answer, HandshakeError, Layer};
pub(crate) use proxy::Proxies;
pub(crate) use session::{Event, SendError, Session};
pub(crate) use target::{Target, TargetError};

use crate::sign::Credentials;
use http::HeaderMap;
use std::path::PathBuf;
use std::time::Duration;

/// How long each layer may take unless said otherwise.
const LAYER_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest message that is received unless said otherwise, in bytes.
const MESSAGE_LIMIT: usize = 64 * 1024 * 1024;
/// How much is read at once unless said otherwise, in bytes.
const READ_BUFFER: usize = 128 * 1024;

/// How to connect. No `Debug`: headers may hold secrets.
#[derive(Clone)]
pub(crate) struct Options {
    /// Headers of the handshake besides its own. `Host` replaces the target's; the handshake's own are refused.
    pub(crate) headers: HeaderMap,
    /// Subprotocols to offer, the preferred first. If there are any, the server must choose one.
    pub(crate) subprotocols: Vec<String>,
    /// The `Origin` header, which browsers send.
    pub(crate) origin: Option<String>,
    /// Signs the handshake with these keys at the time of each attempt: an API with IAM or App authentication.
    pub(crate) signing: Option<Credentials>,
    /// How long each layer may take.
    pub(crate) layer_timeout: Duration,
    /// The largest message that is received, in bytes.
    pub(crate) message_limit: usize,
    /// How much is read at once, in bytes; each connection has so much.
    pub(crate) read_buffer: usize,
    /// Whose certificates are accepted, for `wss://`.
    pub(crate) trust: Trust,
    /// Which proxies to go through.
    pub(crate) proxies: Proxies,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            headers: HeaderMap::new(),
            subprotocols: Vec::new(),
            origin: None,
            signing: None,
            layer_timeout: LAYER_TIMEOUT,
            message_limit: MESSAGE_LIMIT,
            read_buffer: READ_BUFFER,
            trust: Trust::System,
            proxies: Proxies::default(),
        }
    }
}

/// Whose certificates are accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trust {
    /// The authorities that the system trusts.
    System,
    /// Only the authorities in this PEM file.
    CaFile(PathBuf),
    /// Anybody's: the connection is encrypted, but nobody knows with whom.
    Anyone,
}

/// How long each layer took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Timings {
    /// Resolving the name; `None` where the target has an address.
    pub(crate) dns: Option<Duration>,
    /// Connecting, a proxy's tunnel included.
    pub(crate) tcp: Duration,
    /// The TLS handshake; `None` for `ws://`.
    pub(crate) tls: Option<Duration>,
    /// From the request to the 101.
    pub(crate) handshake: Duration,
}

impl Timings {
    /// All layers together.
    pub(crate) fn total(&self) -> Duration {
        self.dns.unwrap_or_default() + self.tcp + self.tls.unwrap_or_default() + self.handshake
    }
}
