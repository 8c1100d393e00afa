//! Who is told what happens on the wire, for `-v` and `--dry-run`. Headers, queries and bodies may hold secrets: whoever
//! shows them masks them.

use super::TransportError;
use super::exchange::{Request, Response};
use std::time::Duration;

/// One sending of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Attempt<'a> {
    /// The HTTP method.
    pub(crate) method: &'static str,
    /// The path, without the query.
    pub(crate) path: &'a str,
    /// Counted from 1.
    pub(crate) number: u32,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// The request goes out.
    Sent(Attempt<'a>),
    /// A request as the server will see it; told once more for each signing.
    Signed {
        /// With the headers of its signature.
        request: &'a Request,
        /// Whether it is not sent, because the command is only rehearsed.
        held_back: bool,
    },
    /// The whole answer is there.
    Answered {
        /// To what.
        attempt: Attempt<'a>,
        /// The answer.
        response: &'a Response,
        /// From sending to the last byte.
        took: Duration,
    },
    /// There will be no answer.
    Failed {
        /// To what.
        attempt: Attempt<'a>,
        /// Why.
        error: &'a TransportError,
        /// Until this was known.
        took: Duration,
    },
    /// The request will be sent again.
    Retrying {
        /// The attempt that failed; its answer or error was told before.
        attempt: Attempt<'a>,
        /// Why, `status 503` or the error's text.
        why: String,
        /// In how long.
        wait: Duration,
    },
    /// This machine's clock is off; requests are signed with the service's time from now on.
    ClockCorrected {
        /// How many seconds the service's clock is ahead (positive) or behind.
        seconds: i64,
    },
}

/// Somebody who wants to know. Called on the task that sends, so it must not block.
pub(crate) trait Observer: Send + Sync {
    /// Tells what happened.
    fn observe(&self, event: &Event<'_>);
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silent;

impl Observer for Silent {
    fn observe(&self, _: &Event<'_>) {}
}
