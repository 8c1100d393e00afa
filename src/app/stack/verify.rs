//! Whether a URL works: asked as a WebSocket client asks, layer by layer, until it answers or patience ends.

use crate::app::{App, leave};
use crate::cloud::wait::{self, Pace, WaitError};
use crate::socket::{Answer, HandshakeError, Layer, Target};
use serde::Serialize;
use std::time::Duration;

/// Between two attempts.
const INTERVAL: Duration = Duration::from_millis(500);

/// A URL, and what is known of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Endpoint {
    /// The trigger.
    pub(crate) trigger: String,
    /// Where it answers; `wss://` where it takes WebSockets.
    pub(crate) url: String,
    /// What was proved; nothing where it was not tried.
    pub(crate) proof: Option<EndpointProof>,
}

/// How far a URL was proved to work.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EndpointProof {
    /// The layers that were passed, in order.
    pub(crate) layers: Vec<&'static str>,
    /// The status that came.
    pub(crate) status: u16,
    /// What it means, in words.
    pub(crate) text: String,
}

/// A URL that was deployed.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) url: String,
    pub(super) websocket: bool,
    /// `APP`, `IAM` or `NONE`.
    pub(super) auth: String,
    pub(super) method: String,
}

impl App {
    /// Opens `tried` until it answers.
    ///
    /// # Errors
    /// It cannot be a URL; or the last reason, at the end of `patience` or where waiting does not help.
    pub(super) async fn prove(&self, tried: &Tried, patience: Duration) -> Result<EndpointProof, HandshakeError> {
        let Ok(target) = tried.url.parse::<Target>() else {
            return Err(HandshakeError::Header {
                name: "Host".to_owned(),
                fault: "the URL cannot be read",
            });
        };
        let pace = Pace {
            first_delay: Duration::ZERO,
            interval: INTERVAL,
            deadline: patience,
        };
        let last = std::cell::RefCell::new(None);
        let ask = async || match self.ask(&target, tried).await {
            Ok(proof) => Ok(Some(proof)),
            Err(error) if error.may_pass() || is_not_there_yet(&error) => {
                *last.borrow_mut() = Some(error);
                Ok(None)
            }
            Err(error) => Err(error),
        };
        match wait::until("the URL", pace, ask, |_| ()).await {
            Ok(proof) => Ok(proof),
            Err(WaitError::Failed(error)) => Err(error),
            Err(WaitError::TimedOut { deadline, .. }) => Err(last.take().unwrap_or(HandshakeError::Timeout {
                layer: Layer::Handshake,
                limit: deadline,
            })),
        }
    }

    async fn ask(&self, target: &Target, tried: &Tried) -> Result<EndpointProof, HandshakeError> {
        match self.connector().connect(target).await {
            Ok(session) => {
                leave(session).await;
                Ok(proof(target, "function", (101, "a WebSocket opened".to_owned())))
            }
            Err(HandshakeError::Refused(answer)) => match accepted(&answer, tried) {
                Some((layer, text)) => Ok(proof(target, layer, (answer.status, text))),
                None => Err(HandshakeError::Refused(answer)),
            },
            Err(error) => Err(error),
        }
    }
}

/// What an answer that opens no WebSocket proves: the last layer that was reached, and why that is enough.
fn accepted(answer: &Answer, tried: &Tried) -> Option<(&'static str, String)> {
    let of_gateway = answer.error_code.is_some();
    if of_gateway && tried.auth != "NONE" && matches!(answer.status, 401 | 403) {
        let text = format!(
            "the gateway asks for {} authentication; the function was not called",
            tried.auth
        );
        return Some(("gateway", text));
    }
    if of_gateway && answer.status == 404 && !matches!(tried.method.as_str(), "GET" | "ANY") {
        let text = format!("the gateway answers; a call with {} was not tried", tried.method);
        return Some(("gateway", text));
    }
    let answered = !tried.websocket && !of_gateway && answer.status < 500;
    answered.then(|| ("function", format!("HTTP {}", answer.status)))
}

/// A publication takes a moment to reach the gateway.
fn is_not_there_yet(error: &HandshakeError) -> bool {
    matches!(error, HandshakeError::Refused(answer) if answer.status == 404 && answer.error_code.is_some())
}

fn proof(target: &Target, last: &'static str, (status, text): (u16, String)) -> EndpointProof {
    let tls = target.secure.then_some("TLS");
    let all = ["DNS", "TCP"].into_iter().chain(tls).chain(["gateway"]);
    let function = (last == "function").then_some("function");
    EndpointProof {
        layers: all.chain(function).collect(),
        status,
        text,
    }
}
