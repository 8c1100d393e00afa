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
    /// A handshake or a WebSocket check failed.
    Check = 9,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
