//! The exit statuses of fgctl: a contract that changes only with a major version.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Failed for a reason that no other status names.
    Failed = 1,
    /// The command line, or a value in it, is wrong. Nothing was sent.
    Usage = 2,
    /// No credentials, or the service refused them.
    Credentials = 3,
    /// Something that was named does not exist.
    NotFound = 4,
    /// It exists already, is in use, or is not fgctl's.
    Conflict = 5,
    /// The service refused, failed, or cannot be reached.
    Service = 6,
    /// Waited too long.
    Timeout = 7,
    /// Changes are pending, and the command was asked to say so.
    Pending = 8,
    /// A handshake or a WebSocket check failed.
    Check = 9,
    /// Ctrl-C.
    Interrupted = 130,
}

/// Every exit status, what it means, and what to do.
pub(super) const STATUSES: [(u8, &str, Option<&str>); 11] = [
    (0, "done; nothing to change is done too", None),
    (1, "failed, for a reason that no other status names", None),
    (
        2,
        "the command line, or a value in it, is wrong; nothing was changed",
        Some("add --help to the command"),
    ),
    (3, "no credentials, or the service refused them", Some("fgctl doctor")),
    (
        4,
        "something that was named does not exist",
        Some("list what there is: fgctl NOUN list"),
    ),
    (5, "it exists already, is in use, or is not fgctl's", None),
    (
        6,
        "the service refused, failed, or cannot be reached",
        Some("-v shows the requests and the answers"),
    ),
    (7, "waited too long", Some("wait longer: --wait-timeout 40m")),
    (
        8,
        "changes are pending (plan --detailed-exitcode)",
        Some("fgctl deploy"),
    ),
    (
        9,
        "a handshake or a WebSocket check failed",
        Some("fgctl websocket status FUNCTION"),
    ),
    (130, "interrupted, by Ctrl-C or by the system", None),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
