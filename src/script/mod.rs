//! The script of `fgctl test`: read from text, and compared with what came. It opens no connection.

mod check;
mod diff;
mod error;
mod read;
mod scan;
mod scene;
#[cfg(test)]
mod tests;

pub(crate) use check::{Check, Message, Mismatch};
pub(crate) use diff::diff;
pub(crate) use read::read;
pub(crate) use scene::Scene;

use std::time::Duration;

/// A script that was read.
#[derive(Debug)]
pub(crate) struct Script {
    /// Performed in this order.
    pub(crate) steps: Vec<Step>,
}

/// A statement.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// As it stands there.
    pub(crate) source: String,
    /// Who does it; empty where the script names nobody.
    pub(crate) client: String,
    /// What is done.
    pub(crate) action: Action,
}

/// What a statement asks for.
#[derive(Debug)]
pub(crate) enum Action {
    /// Gives a variable its value, where the command line gives it none.
    Variable(String, String),
    /// Opens a connection.
    Connect(Box<Connect>),
    /// Sends a message.
    Send(Payload),
    /// Sends a ping with this text.
    Ping(String),
    /// Closes with a code and a reason, and waits for the answer.
    Close(u16, String),
    /// Waits for something.
    Expect(Expectation),
}

/// How a connection is opened.
#[derive(Debug, Default)]
pub(crate) struct Connect {
    /// A URL, or a trigger's or function's name.
    pub(crate) target: String,
    /// Options by name, in the order of the script, with their lines.
    pub(crate) options: Vec<(usize, ConnectOption)>,
    /// The status with which the handshake has to be refused.
    pub(crate) refused: Option<u16>,
}

/// An indented line under `connect`.
#[derive(Debug)]
pub(crate) enum ConnectOption {
    /// A header's name and value.
    Header(String, String),
    /// A parameter of the query.
    Param(String, String),
    /// A subprotocol to offer.
    Subprotocol(String),
    /// The `Origin`.
    Origin(String),
    /// A file of authorities to trust.
    Ca(String),
    /// Any certificate is accepted.
    Insecure,
    /// As the account of fgctl.
    Iam,
    /// As an app of the trigger's gateway.
    App(String),
    /// As an app by its key and the file of its secret.
    AppKey(String, String),
    /// By the AppCode in a file.
    AppCodeFile(String),
    /// By the token in a file.
    TokenFile(String),
}

/// What a message holds.
#[derive(Debug)]
pub(crate) enum Payload {
    /// Text, in which variables are put.
    Text(String),
    /// JSON, in whose texts variables are put.
    Json(serde_json::Value),
    /// A file's content as a text message.
    TextFile(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// A file's content as a binary message.
    File(String),
}

/// What is waited for.
#[derive(Debug)]
pub(crate) struct Expectation {
    /// What.
    pub(crate) what: Expected,
    /// How long; as long as the command line says where the script does not.
    pub(crate) within: Option<Duration>,
    /// Whether messages that do not fit are passed over.
    pub(crate) passing: bool,
}

/// What is expected.
#[derive(Debug)]
pub(crate) enum Expected {
    /// A message that all of these fit.
    Message(Vec<Check>),
    /// As many messages as checks, each fitting its own.
    Several {
        /// One for each message.
        checks: Vec<Check>,
        /// Whether they may come in any order.
        any_order: bool,
    },
    /// A pong, with this text where there is one.
    Pong(Option<String>),
    /// The other side's close, with this code and this reason where there are.
    Close(Option<u16>, Option<String>),
    /// No message and no end.
    Nothing,
}
