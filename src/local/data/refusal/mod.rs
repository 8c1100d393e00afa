//! Every answer that the gateway gives by itself: status, code, and a text that says what is wrong and what to run.
//!
//! Status and code are the gateway's own where its documents name them; [`PLAYED`] tells what they do not name.

mod text;

use super::route::Miss;
use super::statistics::Verdict;
use crate::codes::{Entry, apig, functiongraph};
use crate::local::fidelity::Row;
use std::path::PathBuf;

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "gateway",
    "answers of the gateway itself",
    "API Gateway, \"Error Codes\"",
    &[
        "what an upgrade is answered that the function cannot take, be it no HTTP function, with WebSocket off, or behind the wrong API: here 502 `APIG.0202`, each time with its reason",
        "what is answered for a function that fails, does not start, or gives no answer: here 502 `APIG.0202` with the reason",
        "whether a function that has no room left is refused by the gateway's code or its own: here 429 `FSS.0429`",
    ],
);

/// Why the gateway answers a call itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// `Host` is no address and no domain of a group.
    Host(String),
    /// No published API answers.
    Miss(Box<Called>, Miss),
    /// The API serves another scheme: this URL would do.
    Scheme {
        /// `https` or `http`.
        supported: &'static str,
        /// The same call the right way.
        url: String,
    },
    /// The API wants callers to prove who they are, and this one has not.
    Authentication {
        /// `APP`, `IAM` or `AUTHORIZER`.
        kind: String,
        /// What is wrong.
        fault: String,
    },
    /// The app of this name may not call the API.
    Unauthorized(String, ApiName),
    /// There were too many calls: of which policy.
    Throttled(String),
    /// It is no request that every reader would read alike.
    Malformed(&'static str),
    /// The path and the query are longer than 32 KB.
    UriTooLong,
    /// A header is longer than 32 KB, or all are longer than 128 KB.
    HeadersTooLarge,
    /// The body is longer than the gateway takes.
    BodyTooLarge,
    /// The body broke off.
    BodyBroken,
    /// What is behind the API is no function.
    Backend(String),
    /// The function behind the API does not exist.
    FunctionMissing(String),
    /// An upgrade to WebSocket that can never work as things are.
    Upgrade(ApiName, UpgradeFault),
    /// A plain request to an event function.
    EventFunction(String),
    /// The function may have no instance.
    Disabled(String),
    /// The only instance is another function's.
    Busy {
        /// The function that was called.
        function: String,
        /// The function that runs.
        running: String,
        /// Its open sockets.
        sockets: usize,
        /// Its open requests.
        requests: usize,
    },
    /// Every instance is taken, and there may be no more.
    Overload {
        /// The function.
        function: String,
        /// How many instances there may be.
        instances: usize,
        /// How many requests and sockets each takes.
        places: usize,
    },
    /// The port that the function would serve is taken.
    PortTaken {
        /// The function.
        function: String,
        /// The address.
        address: String,
        /// Who has it, where that can be told.
        holder: Option<String>,
    },
    /// The function's instance did not start.
    Start {
        /// The function.
        function: String,
        /// Why.
        fault: Box<StartFault>,
    },
    /// The function did not answer in the API's backend timeout.
    BackendTimeout {
        /// The function.
        function: String,
        /// The API.
        api: ApiName,
        /// The API's backend timeout in milliseconds.
        milliseconds: u64,
        /// Whether its instance was still starting.
        starting: bool,
    },
    /// The function did not answer in its own execution timeout, in seconds.
    ExecutionTimeout {
        /// The function.
        function: String,
        /// Its execution timeout.
        seconds: u64,
    },
    /// The function took the request and gave no HTTP answer.
    NoAnswer {
        /// The function.
        function: String,
        /// Why.
        cause: String,
        /// Its log file.
        log: PathBuf,
    },
    /// The function's answer is longer than may be passed on by the API.
    AnswerTooLarge {
        /// The function.
        function: String,
        /// In bytes.
        limit: usize,
    },
    /// The local cloud itself failed.
    Internal(String),
    /// The local cloud ends.
    Ending,
}

/// What was called.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Called {
    /// `GET` …
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// The environment's name.
    pub(super) environment: String,
    /// The group's name.
    pub(super) group: String,
}

/// An API, as a person names it in a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ApiName {
    /// Its name.
    pub(super) name: String,
    /// Its gateway's name.
    pub(super) gateway: String,
    /// The environment in which it runs.
    pub(super) environment: String,
}

/// Why a function cannot be upgraded to WebSocket.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum UpgradeFault {
    /// The function is no HTTP function.
    Runtime {
        /// Its name.
        function: String,
        /// Its runtime.
        runtime: String,
    },
    /// WebSocket is switched off.
    Switch(String),
    /// The API's backend is not of the network architecture V2.
    Network,
    /// The API invokes the function asynchronously.
    Invocation(String),
}

/// Why an instance did not start.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StartFault {
    /// The package has no file `bootstrap` (numeric code 4201).
    NoBootstrap,
    /// A dependency of the list does not exist.
    NoDependency(String),
    /// The code could not be unpacked.
    Code(String),
    /// The process could not be started.
    Process(String),
    /// The process ended before it listened (4204).
    Ended {
        /// How.
        status: String,
        /// What else there is to say, and the end of its log.
        more: Evidence,
    },
    /// The process did not listen in time (4211).
    NotListening {
        /// In milliseconds.
        limit: u128,
        /// Where.
        address: String,
        /// What else there is to say, and the end of its log.
        more: Evidence,
    },
    /// The initializer refused (4201).
    Initializer(String),
}

/// What helps to understand a failed start.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// Programs that `bootstrap` names and this machine does not have.
    pub(super) missing: Vec<String>,
    /// Whether the lines of `bootstrap` end as on Windows, which a shell does not understand.
    pub(super) windows_lines: bool,
    /// The last lines of the function's log.
    pub(super) log: Vec<String>,
}

impl Refusal {
    /// The HTTP status.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::BodyTooLarge => 413,
            Self::UriTooLong => 414,
            Self::HeadersTooLarge => 494,
            Self::EventFunction(_) => 501,
            Self::Busy { .. } | Self::PortTaken { .. } | Self::Ending => 503,
            _ => self.entry().status,
        }
    }

    /// The code.
    pub(super) fn code(&self) -> &'static str {
        self.entry().code
    }

    /// Whose failure it is, where a function was called.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Overload { .. } => Verdict::Rejected,
            Self::Start { .. }
            | Self::BackendTimeout { .. }
            | Self::ExecutionTimeout { .. }
            | Self::NoAnswer { .. }
            | Self::AnswerTooLarge { .. } => Verdict::FunctionError,
            _ => Verdict::SystemError,
        }
    }

    fn entry(&self) -> &'static Entry {
        match self {
            Self::Host(_) | Self::Miss(..) => &apig::CALL_NOT_FOUND,
            Self::Scheme { .. } => &apig::CALL_PROTOCOL,
            Self::Authentication { kind, .. } => match kind.as_str() {
                "IAM" => &apig::CALL_IAM_AUTHENTICATION,
                "AUTHORIZER" => &apig::CALL_CUSTOM_AUTHENTICATION,
                _ => &apig::CALL_APP_AUTHENTICATION,
            },
            Self::Throttled(_) => &apig::CALL_THROTTLED,
            Self::Unauthorized(..) => &apig::CALL_APP_UNAUTHORIZED,
            Self::Malformed(_) | Self::UriTooLong | Self::HeadersTooLarge | Self::BodyTooLarge | Self::BodyBroken => {
                &apig::CALL_INVALID
            }
            Self::BackendTimeout { .. } | Self::ExecutionTimeout { .. } => &apig::CALL_TIMEOUT,
            Self::Overload { .. } => &functiongraph::TOO_MANY_REQUESTS,
            Self::Internal(_) => &apig::INTERNAL,
            _ => &apig::CALL_UNAVAILABLE,
        }
    }

    /// The text that production begins with.
    fn text(&self) -> &'static str {
        match self {
            Self::UriTooLong => "Request URI too large.",
            Self::HeadersTooLarge => "Request headers too large.",
            Self::BodyTooLarge => "Request entity too large.",
            Self::Miss(_, Miss::Method(_)) => "The API does not exist.",
            _ => self.entry().text,
        }
    }

    /// `error_msg`: the text that production begins with, then the reason.
    pub(super) fn message(&self) -> String {
        let text = self.text();
        let colon = if text.ends_with('.') { "" } else { ":" };
        format!("{text}{colon} {self}")
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiName, Called, Evidence, Miss, Refusal, StartFault, UpgradeFault};
    use crate::local::data::route::Hint;

    fn api() -> ApiName {
        ApiName {
            name: "API_ws".to_owned(),
            gateway: "apig-ws".to_owned(),
            environment: "RELEASE".to_owned(),
        }
    }

    fn authentication(kind: &str) -> Refusal {
        Refusal::Authentication {
            kind: kind.to_owned(),
            fault: "no proof".to_owned(),
        }
    }

    fn called() -> Called {
        Called {
            method: "GET".to_owned(),
            path: "/ws".to_owned(),
            environment: "RELEASE".to_owned(),
            group: "APIGroup_ws".to_owned(),
        }
    }

    #[test]
    fn each_refusal_of_an_upgrade_differs_and_names_the_command_that_helps() {
        let faults = [
            (
                UpgradeFault::Runtime {
                    function: "f".to_owned(),
                    runtime: "Node.js12.13".to_owned(),
                },
                "fgctl function create",
            ),
            (UpgradeFault::Switch("f".to_owned()), "`fgctl websocket enable f`"),
            (
                UpgradeFault::Network,
                "`fgctl api update API_ws --gateway apig-ws --network-architecture v2",
            ),
            (
                UpgradeFault::Invocation("async".to_owned()),
                "--invocation-mode sync`, then `fgctl api publish API_ws",
            ),
        ];
        let mut seen = std::collections::HashSet::new();
        for (fault, command) in faults {
            let refusal = Refusal::Upgrade(api(), fault);
            assert_eq!((refusal.status(), refusal.code()), (502, "APIG.0202"));
            assert!(refusal.message().contains(command), "{}", refusal.message());
            assert!(seen.insert(refusal.message()));
        }
    }

    #[test]
    fn a_message_begins_as_production_does() {
        for (refusal, status, code, begin) in [
            (
                Refusal::Miss(Box::new(called()), Miss::Path),
                404,
                "APIG.0101",
                "The API does not exist or has not been published in the environment. the group",
            ),
            (
                Refusal::Miss(Box::new(called()), Miss::Method(["POST".to_owned()].into())),
                404,
                "APIG.0101",
                "The API does not exist. `/ws` answers POST and not GET",
            ),
            (
                Refusal::Scheme {
                    supported: "https",
                    url: "wss://h/ws".to_owned(),
                },
                400,
                "APIG.0607",
                "The following protocol is supported: https. Use wss://h/ws",
            ),
            (authentication("APP"), 401, "APIG.0303", "Incorrect app"),
            (authentication("IAM"), 401, "APIG.0301", "Incorrect IAM"),
            (authentication("AUTHORIZER"), 401, "APIG.0305", "Incorrect auth"),
            (
                Refusal::Overload {
                    function: "f".to_owned(),
                    instances: 2,
                    places: 1,
                },
                429,
                "FSS.0429",
                "Your request has been controlled by overload sdk, please retry later: all 2 instances of `f` are taken",
            ),
            (Refusal::HeadersTooLarge, 494, "APIG.0201", "Request headers too large."),
            (Refusal::UriTooLong, 414, "APIG.0201", "Request URI too large."),
            (Refusal::BodyTooLarge, 413, "APIG.0201", "Request entity too large."),
        ] {
            assert_eq!((refusal.status(), refusal.code()), (status, code));
            assert!(refusal.message().starts_with(begin), "{}", refusal.message());
        }
    }

    #[test]
    fn an_unpublished_api_is_told_how_to_publish_it() {
        let hint = Hint {
            api: "API_ws".to_owned(),
            gateway: "apig-ws".to_owned(),
        };
        let command = "`fgctl api publish API_ws --gateway apig-ws --environment RELEASE`";
        for miss in [Miss::Unpublished(hint.clone()), Miss::Edited(hint)] {
            assert!(Refusal::Miss(Box::new(called()), miss).message().contains(command));
        }
    }

    #[test]
    fn a_failed_start_shows_its_evidence() {
        let more = Evidence {
            missing: vec!["node".to_owned()],
            windows_lines: true,
            log: vec!["first".to_owned(), "last".to_owned()],
        };
        let fault = Box::new(StartFault::Ended {
            status: "exit status 127".to_owned(),
            more,
        });
        let function = "f".to_owned();
        let message = Refusal::Start { function, fault }.message();
        for part in [
            "exit status 127",
            "needs `node`, which is not on this machine's PATH",
            "CR LF",
            "first | last",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
