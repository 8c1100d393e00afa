//! Why a WebSocket did not open, by layer.

use http::HeaderMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Any cause.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What is passed through on the way to an open WebSocket, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// The name's resolution.
    Dns,
    /// The connection.
    Tcp,
    /// A proxy's tunnel.
    Proxy,
    /// The encryption.
    Tls,
    /// The HTTP request that asks for a WebSocket.
    Handshake,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Proxy => "proxy",
            Self::Tls => "TLS",
            Self::Handshake => "WebSocket handshake",
        })
    }
}

/// A WebSocket did not open. The text names the layer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// What was asked for cannot be sent; nothing was.
    #[error("the header `{name}` cannot be set: {fault}")]
    Header {
        /// The header.
        name: String,
        /// What is wrong.
        fault: &'static str,
    },
    /// The name has no address.
    #[error("DNS: `{host}` cannot be resolved")]
    Dns {
        /// The name.
        host: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// No address could be connected to.
    #[error("TCP: no connection to `{address}`")]
    Tcp {
        /// The last address that was tried.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A proxy is in the way.
    #[error("proxy: {fault}")]
    Proxy {
        /// What is wrong.
        fault: ProxyFault,
        /// The cause, where there is more to it.
        #[source]
        source: Option<io::Error>,
    },
    /// There is a connection, but no trusted encryption.
    #[error("TLS: {fault}")]
    Tls {
        /// What is wrong.
        fault: TlsFault,
        /// The cause, where there is more to it.
        #[source]
        source: Option<Cause>,
    },
    /// The other side speaks HTTP and answered something else than 101.
    #[error("WebSocket handshake: {0}")]
    Refused(Box<Answer>),
    /// The other side does not speak the protocol.
    #[error("WebSocket handshake: {fault}")]
    Protocol {
        /// What is wrong.
        fault: ProtocolFault,
        /// The cause, where there is more to it.
        #[source]
        source: Option<Cause>,
    },
    /// A layer took too long.
    #[error("{layer}: no answer within {} s", limit.as_secs_f64())]
    Timeout {
        /// The layer.
        layer: Layer,
        /// How long it may take.
        limit: Duration,
    },
}

impl HandshakeError {
    /// Where it went wrong; `None` where nothing was sent.
    pub(crate) fn layer(&self) -> Option<Layer> {
        match self {
            Self::Header { .. } => None,
            Self::Dns { .. } => Some(Layer::Dns),
            Self::Tcp { .. } => Some(Layer::Tcp),
            Self::Proxy { .. } => Some(Layer::Proxy),
            Self::Tls { .. } => Some(Layer::Tls),
            Self::Refused(_) | Self::Protocol { .. } => Some(Layer::Handshake),
            Self::Timeout { layer, .. } => Some(*layer),
        }
    }

    /// Whether trying again may help: nothing that was asked for is wrong.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Tcp { .. } | Self::Timeout { .. } => true,
            Self::Tls { fault, .. } => *fault == TlsFault::Ended,
            Self::Proxy { fault, .. } => match fault {
                ProxyFault::Broken => true,
                ProxyFault::Refused { status } => *status >= 500,
                _ => false,
            },
            Self::Refused(answer) => answer.status == 429 || answer.status >= 500,
            Self::Protocol { fault, .. } => matches!(fault, ProtocolFault::NoAnswer | ProtocolFault::Broken),
            Self::Header { .. } => false,
        }
    }

    pub(super) fn proxy(fault: ProxyFault) -> Self {
        Self::Proxy { fault, source: None }
    }

    pub(super) fn tls(fault: TlsFault) -> Self {
        Self::Tls { fault, source: None }
    }

    pub(super) fn protocol(fault: ProtocolFault) -> Self {
        Self::Protocol { fault, source: None }
    }
}

/// What is wrong with the proxy. Its address is not shown: it may hold a password.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum ProxyFault {
    /// The address is none.
    #[error("the value of the environment variable `{variable}` is no proxy address")]
    Address {
        /// The variable.
        variable: &'static str,
    },
    /// The proxy speaks something else.
    #[error(
        "the proxy of the environment variable `{variable}` is no `http://` one, and others are not supported here"
    )]
    Scheme {
        /// The variable.
        variable: &'static str,
    },
    /// No tunnel is made.
    #[error("the proxy refuses to connect: it answered {status}")]
    Refused {
        /// Its status.
        status: u16,
    },
    /// The answer was no HTTP.
    #[error("the proxy does not speak HTTP")]
    NotHttp,
    /// The connection broke.
    #[error("the connection to the proxy broke")]
    Broken,
}

/// What is wrong with the encryption.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum TlsFault {
    /// Nobody who is trusted signed the certificate.
    #[error("the certificate is not trusted: no known authority signed it")]
    Untrusted,
    /// The certificate is another host's.
    #[error("the certificate is not for `{host}`, but for {presented}")]
    WrongHost {
        /// The target's host.
        host: String,
        /// The names in the certificate.
        presented: String,
    },
    /// The certificate's time has passed.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate's time has not begun.
    #[error("the certificate is not valid yet: is the clock right?")]
    NotYetValid,
    /// Anything else about the certificate.
    #[error("the certificate cannot be accepted")]
    Certificate,
    /// The answer was no TLS.
    #[error("the server does not speak TLS on this port: `ws://` may be meant")]
    NotTls,
    /// The connection ended.
    #[error("the server closed the connection")]
    Ended,
    /// Anything else.
    #[error("no encrypted connection")]
    Other,
    /// The host cannot stand in a certificate.
    #[error("`{host}` cannot stand in a certificate")]
    Name {
        /// The target's host.
        host: String,
    },
    /// The file of authorities cannot be used.
    #[error("the CA file `{}` cannot be used", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
    },
    /// The system has no authorities.
    #[error("the system's certificate authorities cannot be used")]
    System,
}

/// What is wrong with the answer to the handshake.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum ProtocolFault {
    /// No HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// No answer at all.
    #[error("the server closed the connection without an answer")]
    NoAnswer,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// A 101 to another protocol.
    #[error("the 101 has no `{header}: {value}`")]
    NoUpgrade {
        /// The header that is missing or wrong.
        header: &'static str,
        /// What it must say.
        value: &'static str,
    },
    /// The answer is not to this request.
    #[error("`Sec-WebSocket-Accept` is missing or wrong: the server did not understand the handshake")]
    Accept,
    /// No subprotocol was chosen, or one that was not offered.
    #[error("the server chose {chosen}, offered was {offered}")]
    Subprotocol {
        /// What was chosen, as text.
        chosen: String,
        /// What was offered, as text.
        offered: String,
    },
    /// An extension that was not asked for.
    #[error("the server uses the extension `{0}`, which was not asked for")]
    Extension(String),
}

/// An HTTP answer that is no 101.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// The words beside the status.
    pub(crate) reason: String,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// The beginning of its body, up to 64 KiB.
    pub(crate) body: Vec<u8>,
    /// The gateway's code, `APIG.0101`, where the body has one.
    pub(crate) error_code: Option<String>,
    /// The gateway's message.
    pub(crate) error_msg: Option<String>,
    /// The gateway's id of the request, from the body or the headers.
    pub(crate) request_id: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", self.status)?;
        if !self.reason.is_empty() {
            write!(f, " {}", printable(&self.reason))?;
        }
        match (&self.error_code, &self.error_msg) {
            (Some(code), Some(message)) => write!(f, ": `{}` {}", printable(code), printable(message)),
            (Some(text), None) | (None, Some(text)) => write!(f, ": {}", printable(text)),
            (None, None) => f.write_str(" instead of 101"),
        }
    }
}

/// `text` without what a terminal would act on.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}
