//! How a WebSocket ended, and what that usually means on FunctionGraph. Pure.

use std::time::Duration;

/// How a WebSocket ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Closing {
    /// The close frame's code; 1005 where the frame had none, 1006 where there was no frame.
    pub(crate) code: u16,
    /// The close frame's reason.
    pub(crate) reason: String,
    /// Whether there was a close frame from the other side.
    pub(crate) clean: bool,
    /// Whether this side began to close.
    pub(crate) ours: bool,
    /// From the 101 to the end.
    pub(crate) open_for: Duration,
    /// From the last frame in either direction, close frames aside, to the end.
    pub(crate) since_last_frame: Duration,
    /// What broke the connection or is wrong with its close frame, where more is known than that it ended.
    pub(crate) fault: Option<String>,
}

impl Closing {
    /// A close frame without a code.
    pub(crate) const NO_CODE: u16 = 1005;
    /// No close frame.
    pub(crate) const NO_FRAME: u16 = 1006;
}

/// The limits that end a WebSocket, as far as they are known, in the time that passes here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    /// The function's execution timeout: the longest that a WebSocket is open.
    pub(crate) execution_timeout: Option<Duration>,
    /// The trigger's backend timeout: the longest that a WebSocket is silent.
    pub(crate) backend_timeout: Option<Duration>,
}

/// A limit that probably ended a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cause {
    /// The function's execution timeout.
    Execution,
    /// The trigger's backend timeout.
    Silence,
}

/// The limits that fit the time at which it was cut.
pub(crate) fn likely(closing: &Closing, limits: &Limits) -> Vec<Cause> {
    if closing.clean || closing.ours {
        return Vec::new();
    }
    let fit = |limit: Option<Duration>, passed| limit.is_some_and(|limit| fits(passed, limit));
    let execution = fit(limits.execution_timeout, closing.open_for).then_some(Cause::Execution);
    let silence = fit(limits.backend_timeout, closing.since_last_frame).then_some(Cause::Silence);
    execution.into_iter().chain(silence).collect()
}

/// What happened, why most likely, and what to do, in one line.
pub(crate) fn explain(closing: &Closing, limits: &Limits) -> String {
    let after = seconds(closing.open_for);
    if closing.clean {
        let reason = match closing.reason.as_str() {
            "" => String::new(),
            reason => format!(" \"{reason}\""),
        };
        let code = closing.code;
        let meaning = closing.fault.as_deref().unwrap_or_else(|| meaning(code));
        return format!("closed with {code}{reason} after {after}: {meaning}");
    }
    let what = format!("closed without a close frame (1006) after {after}");
    if closing.ours {
        return format!("{what}: the other side did not answer the close frame");
    }
    if let Some(fault) = &closing.fault {
        let causes = causes(closing, limits);
        return match causes.is_empty() {
            true => format!("{what}: {fault}"),
            false => format!("{what}: {fault}; {}", causes.join("; ")),
        };
    }
    match causes(closing, limits) {
        causes if causes.is_empty() => format!("{what}: {}", otherwise(limits)),
        causes => format!("{what}: {}", causes.join("; or ")),
    }
}

/// What probably ended it, and what to do, in words.
fn causes(closing: &Closing, limits: &Limits) -> Vec<String> {
    let text = |cause| match cause {
        Cause::Execution => format!(
            "the function's execution timeout is {}, and ends every connection; raise it, or let the client reconnect",
            exact(limits.execution_timeout)
        ),
        Cause::Silence => format!(
            "nothing was sent for {}, and the trigger's backend timeout, the longest silence, is {}; \
             raise it, or send pings more often",
            seconds(closing.since_last_frame),
            exact(limits.backend_timeout)
        ),
    };
    likely(closing, limits).into_iter().map(text).collect()
}

/// Whether it ended about at the limit: the service starts its clock before the 101, and takes its time to end.
fn fits(passed: Duration, limit: Duration) -> bool {
    let early = limit.mul_f64(0.9).saturating_sub(Duration::from_millis(500));
    let late = limit.mul_f64(1.05) + Duration::from_millis(1500);
    (early..=late).contains(&passed)
}

fn otherwise(limits: &Limits) -> &'static str {
    match (limits.execution_timeout, limits.backend_timeout) {
        (Some(_), Some(_)) => {
            "none of the function's limits fits; its process may have ended, or the network between may have failed: \
             see the function's log"
        }
        _ => {
            "the function's execution timeout or the trigger's backend timeout may have passed, its process may have \
             ended, or the network between may have failed"
        }
    }
}

/// With a tenth of a second.
fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// As it was set.
fn exact(limit: Option<Duration>) -> String {
    format!("{} s", limit.unwrap_or_default().as_secs_f64())
}

/// What a close code means: RFC 6455, section 7.4, and IANA's registry.
pub(crate) fn meaning(code: u16) -> &'static str {
    match code {
        1000 => "normal: what it was opened for is done",
        1001 => "going away: the server shuts down, or the page was left",
        1002 => "protocol error: the other side received what the protocol does not allow",
        1003 => "unsupported data: the other side does not take this kind of message",
        1004 => "reserved, without a meaning so far",
        1005 => "the close frame has no code",
        1006 => "abnormal: the connection ended without a close frame",
        1007 => "invalid data: a text message that is not UTF-8, or alike",
        1008 => "policy violation: the other side does not allow the message",
        1009 => "message too big for the other side",
        1010 => "the server did not agree to an extension that the client needs",
        1011 => "internal error: the server met what it did not expect; see the function's log",
        1012 => "service restart: new code is served; reconnect",
        1013 => "try again later: the server has too much to do",
        1014 => "bad gateway: a gateway received an invalid answer from the server behind it",
        1015 => "the TLS handshake failed",
        3000 => "unauthorized: the other side wants other credentials",
        3003 => "forbidden: the credentials do not allow it",
        3008 => "timeout: the other side waited too long",
        0..=999 => "not a close code",
        1016..=2999 => "reserved for the protocol, without a meaning so far",
        3001..=3999 => "a library's or framework's own code",
        4000..=4999 => "the application's own code",
        5000.. => "not a close code",
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Closing, Limits, explain, likely, meaning};
    use std::collections::HashSet;
    use std::time::Duration;

    fn cut(open_for: f64, since_last_frame: f64) -> Closing {
        Closing {
            code: 1006,
            reason: String::new(),
            clean: false,
            ours: false,
            open_for: Duration::from_secs_f64(open_for),
            since_last_frame: Duration::from_secs_f64(since_last_frame),
            fault: None,
        }
    }

    const LIMITS: Limits = Limits {
        execution_timeout: Some(Duration::from_secs(30)),
        backend_timeout: Some(Duration::from_millis(5000)),
    };

    #[test]
    fn a_cut_at_the_execution_timeout_says_so() {
        let text = explain(&cut(30.04, 1.0), &LIMITS);
        assert!(
            text.starts_with(
                "closed without a close frame (1006) after 30.0 s: the function's execution timeout is 30 s"
            ),
            "{text}"
        );
        assert!(!text.contains("backend"), "{text}");
        assert_eq!(likely(&cut(30.04, 1.0), &LIMITS), [Cause::Execution]);
        assert_eq!(likely(&cut(12.0, 5.0), &LIMITS), [Cause::Silence]);
        assert!(likely(&cut(12.0, 1.0), &LIMITS).is_empty());
    }

    #[test]
    fn a_cut_after_silence_says_so() {
        let text = explain(&cut(12.0, 5.02), &LIMITS);
        assert!(text.contains("nothing was sent for 5.0 s"), "{text}");
        assert!(text.contains("is 5 s") && !text.contains("execution"), "{text}");
    }

    #[test]
    fn both_are_named_where_both_fit() {
        let text = explain(&cut(30.0, 5.0), &LIMITS);
        assert!(
            text.contains("execution timeout") && text.contains("; or nothing was sent"),
            "{text}"
        );
    }

    #[test]
    fn a_cut_at_another_time_is_no_limit() {
        let text = explain(&cut(12.0, 1.0), &LIMITS);
        assert!(text.contains("none of the function's limits fits"), "{text}");
        let text = explain(&cut(12.0, 1.0), &Limits::default());
        assert!(text.contains("may have passed"), "{text}");
        assert!(explain(&cut(25.9, 1.0), &LIMITS).contains("none"));
        assert!(explain(&cut(33.1, 1.0), &LIMITS).contains("none"));
    }

    #[test]
    fn what_broke_it_is_told() {
        let closing = Closing {
            fault: Some("connection reset".to_owned()),
            ..cut(1.0, 1.0)
        };
        assert_eq!(
            explain(&closing, &LIMITS),
            "closed without a close frame (1006) after 1.0 s: connection reset"
        );
        let closing = Closing {
            ours: true,
            ..cut(30.0, 5.0)
        };
        assert!(explain(&closing, &LIMITS).ends_with("did not answer the close frame"));
    }

    #[test]
    fn a_close_frame_is_told_with_its_meaning() {
        let closing = Closing {
            code: 4000,
            reason: "bye".to_owned(),
            clean: true,
            ..cut(30.0, 5.0)
        };
        assert_eq!(
            explain(&closing, &LIMITS),
            "closed with 4000 \"bye\" after 30.0 s: the application's own code"
        );
        let closing = Closing {
            code: 1005,
            fault: Some("a code that no close frame may have".to_owned()),
            ..closing
        };
        assert!(explain(&closing, &LIMITS).ends_with(": a code that no close frame may have"));
    }

    #[test]
    fn each_registered_code_has_a_meaning_of_its_own() {
        let registered = (1000..=1015).chain([3000, 3003, 3008]);
        let meanings: HashSet<&str> = registered.clone().map(meaning).collect();
        assert_eq!(meanings.len(), registered.count());
        assert_eq!(meaning(1016), meaning(2999));
        assert_eq!(meaning(3001), meaning(3999));
        assert_eq!(meaning(999), meaning(65535));
    }
}
