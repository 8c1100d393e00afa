//! Why there was no answer, with the causes below.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

/// There was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    /// Nothing came back, or not all of it.
    #[error("{failure} `{host}`")]
    Unreachable {
        /// What went wrong.
        failure: Failure,
        /// The host, with its port where that is not the scheme's own.
        host: String,
        /// What the layers below say.
        #[source]
        source: Cause,
    },
    /// The answer is larger than any that the service gives.
    #[error("the answer of `{host}` is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The most that is read.
        limit: usize,
    },
    /// The request cannot be put on the wire as it is.
    #[error("the request cannot be sent: {0}")]
    Invalid(String),
    /// It would change something, and the command is only rehearsed.
    #[error("it was not sent: this is a dry run")]
    HeldBack,
    /// There is nothing to send it with.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

impl TransportError {
    /// Whether the request could not be sent for what it is, or for want of something on this machine.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::Invalid(_) | Self::HeldBack | Self::Setup(_))
    }

    /// Whether the request may have reached the service, so that nobody knows whether it was done.
    pub(crate) fn may_have_arrived(&self) -> bool {
        match self {
            Self::Unreachable { failure, .. } => !failure.before_sending(),
            Self::TooLarge { .. } => true,
            Self::Invalid(_) | Self::HeldBack | Self::Setup(_) => false,
        }
    }
}

/// Where an exchange broke off. Displays as the beginning of a sentence that the host ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The host's name has no address. Nothing was sent.
    Dns,
    /// No connection came about, or not in time. Nothing was sent.
    Connect,
    /// The two sides found no common TLS, or the certificate is not trusted. Nothing was sent.
    Tls,
    /// The connection stood, but the answer did not come in time.
    Timeout,
    /// The connection ended before the whole answer was there.
    Cut,
}

impl Failure {
    /// Whether not a byte of the request can have reached the service.
    pub(super) fn before_sending(self) -> bool {
        matches!(self, Self::Dns | Self::Connect | Self::Tls)
    }

    /// Whether trying again may end otherwise. An untrusted certificate stays untrusted; a service that let the
    /// whole timeout pass would do so again.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Dns | Self::Connect | Self::Cut)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "no address is known for the host",
            Self::Connect => "no connection can be made to",
            Self::Tls => "no trusted TLS connection can be made to",
            Self::Timeout => "no answer came in time from",
            Self::Cut => "the connection ended before the whole answer was there from",
        })
    }
}

/// The transport cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// The file with the authority to trust cannot be read.
    #[error("the CA file `{path}` cannot be read", path = path.display())]
    CaUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no certificate, or is far too large to be one.
    #[error("the CA file `{path}` holds no PEM certificate", path = path.display())]
    CaEmpty {
        /// The file.
        path: PathBuf,
    },
    /// The address of a proxy is none. The address itself is not shown: it may hold a password.
    #[error("the value of the environment variable `{variable}` is no proxy address")]
    Proxy {
        /// Whose value it is.
        variable: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The system's authorities cannot be loaded, or a certificate of the CA file is broken.
    #[error("the TLS client cannot be set up")]
    Client(#[source] Cause),
}

/// A chain of causes as texts, without the layers that only say that something below them failed.
#[derive(Debug)]
pub(crate) struct Cause {
    text: String,
    source: Option<Box<Self>>,
}

impl Cause {
    /// A cause of its own.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            source: None,
        }
    }

    /// `error` and all below it, but for the HTTP client's own envelopes where they hold something.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut next = Some(error);
        while let Some(error) = next {
            let envelope = error.is::<reqwest::Error>() || error.to_string().starts_with("client error (");
            let text = error.to_string();
            if !(envelope && error.source().is_some()) && texts.last() != Some(&text) {
                texts.push(text);
            }
            next = error.source();
        }
        let chain = texts.into_iter().rev().fold(None, |source, text| {
            Some(Self {
                text,
                source: source.map(Box::new),
            })
        });
        chain.unwrap_or_else(|| Self::new("the cause is not known"))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
