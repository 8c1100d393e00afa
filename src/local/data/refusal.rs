//! Every answer that the gateway gives by itself: status, code, and a text that says what is wrong and what to run.
//!
//! Status and code are the gateway's own where its documents name them. What production answers when a function
//! cannot be upgraded is not known; here it is what the gateway answers when its backend is unavailable, 502
//! `APIG.0202`, each time with its own reason.

use super::route::{Hint, Miss};
use crate::codes::{Entry, apig};
use std::collections::BTreeSet;
use std::fmt;

/// Why the gateway answers a call itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// `Host` is no address and no domain of a group.
    Host(String),
    /// No published API answers.
    Miss(Called, Miss),
    /// The API serves another scheme: this URL would do.
    Scheme {
        /// `https` or `http`.
        supported: &'static str,
        /// The same call the right way.
        url: String,
    },
    /// The API wants callers to prove who they are.
    Authentication(String),
    /// The path and the query are longer than 32 KB.
    UriTooLong,
    /// A header is longer than 32 KB, or all are longer than 128 KB.
    HeadersTooLarge,
    /// The body is longer than 12 MB.
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
        fault: StartFault,
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
        match self {
            Self::Authentication(kind) if kind == "AUTHORIZER" => "APIG.0305",
            _ => self.entry().code,
        }
    }

    fn entry(&self) -> &'static Entry {
        match self {
            Self::Host(_) | Self::Miss(..) => &apig::CALL_NOT_FOUND,
            Self::Scheme { .. } => &apig::CALL_PROTOCOL,
            Self::Authentication(kind) if kind == "IAM" => &apig::CALL_IAM_AUTHENTICATION,
            Self::Authentication(_) => &apig::CALL_APP_AUTHENTICATION,
            Self::UriTooLong | Self::HeadersTooLarge | Self::BodyTooLarge | Self::BodyBroken => &apig::CALL_INVALID,
            Self::BackendTimeout { .. } | Self::ExecutionTimeout { .. } => &apig::CALL_TIMEOUT,
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
            Self::Authentication(kind) if kind == "AUTHORIZER" => "Incorrect authentication information",
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(
                f,
                "no API group answers to the host `{host}`: use the trigger's URL, or a group's domain"
            ),
            Self::Miss(called, miss) => explain_miss(f, called, miss),
            Self::Scheme { supported, url } => write!(f, "{supported}. Use {url}"),
            Self::Authentication(kind) => write!(
                f,
                "the API's authentication is {kind}, and the local cloud does not check such signatures on calls yet, \
                 so it lets none through; to try the function here, give the API the authentication NONE and publish it"
            ),
            Self::UriTooLong => write!(f, "the limit is 32 KB"),
            Self::HeadersTooLarge => write!(f, "the limit is 32 KB for one and 128 KB for all"),
            Self::BodyTooLarge => write!(f, "the limit is 12 MB"),
            Self::BodyBroken => write!(f, "the body of the request broke off"),
            Self::Backend(kind) => write!(
                f,
                "the API's backend is {kind}, and the local cloud has nothing but functions behind an API"
            ),
            Self::FunctionMissing(function) => write!(
                f,
                "the function `{function}` behind the API does not exist; `fgctl function list` shows those that do"
            ),
            Self::Upgrade(api, fault) => explain_upgrade(f, api, fault),
            Self::EventFunction(function) => write!(
                f,
                "`{function}` is an event function, and the local cloud cannot invoke those yet; \
                 only an HTTP function, runtime `http`, answers here"
            ),
            Self::Disabled(function) => write!(
                f,
                "the function `{function}` is disabled: its greatest number of instances is 0 (code 150434)"
            ),
            Self::BackendTimeout { .. } | Self::ExecutionTimeout { .. } => self.explain_timeout(f),
            _ => self.explain_instance(f),
        }
    }
}

impl Refusal {
    fn explain_timeout(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BackendTimeout {
                function,
                api,
                milliseconds,
                starting,
            } => {
                let state = if *starting {
                    "was still starting"
                } else {
                    "did not answer"
                };
                let ApiName {
                    name,
                    gateway,
                    environment,
                } = api;
                write!(
                    f,
                    "the function `{function}` {state} when the API's backend timeout of {milliseconds} ms was over; raise it \
                     (`fgctl api update {name} --gateway {gateway} --timeout MS`, then \
                     `fgctl api publish {name} --gateway {gateway} --environment {environment}`)"
                )
            }
            Self::ExecutionTimeout { function, seconds } => write!(
                f,
                "the function `{function}` did not finish within its execution timeout of {seconds} s (code 4010: call \
                 invoke timeout {seconds}s); raise it with `fgctl function update {function} --timeout SECONDS`"
            ),
            _ => Ok(()),
        }
    }

    fn explain_instance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy {
                function,
                running,
                sockets,
                requests,
            } => write!(
                f,
                "`{function}` has to wait: the local cloud runs one function at a time on 127.0.0.1:8000, and `{running}` \
                 has {} and {}; close them, then call again",
                count(*sockets, "open socket"),
                count(*requests, "open request")
            ),
            Self::PortTaken {
                function,
                address,
                holder: Some(holder),
            } => write!(
                f,
                "`{function}` has to serve {address}, and {holder} already does; stop it, then call again"
            ),
            Self::PortTaken { function, address, .. } => write!(
                f,
                "`{function}` has to serve {address}, and another process already does; stop it, then call again"
            ),
            Self::Start { function, fault } => {
                write!(f, "the function `{function}` did not start: ")?;
                explain_start(f, fault)
            }
            Self::NoAnswer { function, cause } => write!(
                f,
                "the function `{function}` took the request and gave no HTTP answer ({cause}); look at `fgctl logs {function}`"
            ),
            Self::Internal(cause) => write!(f, "the local cloud failed: {cause}"),
            _ => write!(f, "the local cloud is ending"),
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn explain_miss(f: &mut fmt::Formatter<'_>, called: &Called, miss: &Miss) -> fmt::Result {
    let Called {
        method,
        path,
        environment,
        group,
    } = called;
    match miss {
        Miss::Path => write!(f, "the group `{group}` has no API with the path `{path}`"),
        Miss::Method(methods) => write!(
            f,
            "`{path}` answers {} and not {method}; a WebSocket needs GET or ANY",
            joined(methods)
        ),
        Miss::Environment(environments) => write!(
            f,
            "`{path}` is published in {} and not in {environment}; the header X-Stage names the environment",
            joined(environments)
        ),
        Miss::Unpublished(Hint { api, gateway }) => write!(
            f,
            "the API `{api}` has this path and is published in no environment: \
             `fgctl api publish {api} --gateway {gateway} --environment {environment}`"
        ),
        Miss::Edited(Hint { api, gateway }) => write!(
            f,
            "the API `{api}` was edited after it was published, and what was published does not answer \
             {method} `{path}`: `fgctl api publish {api} --gateway {gateway} --environment {environment}`"
        ),
    }
}

fn explain_upgrade(f: &mut fmt::Formatter<'_>, api: &ApiName, fault: &UpgradeFault) -> fmt::Result {
    let ApiName {
        name,
        gateway,
        environment,
    } = api;
    let again = format!(
        "`fgctl api update {name} --gateway {gateway} --network-architecture v2 --invocation-mode sync`, then \
         `fgctl api publish {name} --gateway {gateway} --environment {environment}`"
    );
    match fault {
        UpgradeFault::Runtime { function, runtime } => write!(
            f,
            "only an HTTP function serves WebSocket, and `{function}` has the runtime {runtime}, which cannot be changed: \
             create it as an HTTP function (`fgctl function create`)"
        ),
        UpgradeFault::Switch(function) => write!(
            f,
            "WebSocket is switched off for the function `{function}`: `fgctl websocket enable {function}`"
        ),
        UpgradeFault::Network => write!(
            f,
            "WebSocket needs the network architecture V2, and what is published of the API `{name}` has V1: {again}"
        ),
        UpgradeFault::Invocation(mode) => write!(
            f,
            "WebSocket needs the invocation mode `sync`, and what is published of the API `{name}` has `{mode}`: {again}"
        ),
    }
}

fn explain_start(f: &mut fmt::Formatter<'_>, fault: &StartFault) -> fmt::Result {
    match fault {
        StartFault::NoBootstrap => write!(
            f,
            "bootstrap file not exist (code 4201): the package needs a file named `bootstrap` at its root, not in a folder"
        ),
        StartFault::NoDependency(id) => write!(f, "its dependency version `{id}` does not exist"),
        StartFault::Code(cause) => write!(f, "its code cannot be unpacked ({cause})"),
        StartFault::Process(cause) => write!(f, "its process cannot be started ({cause})"),
        StartFault::Initializer(cause) => write!(f, "its initializer failed (code 4201): {cause}"),
        StartFault::Ended { status, more } => {
            write!(f, "its process ended before it listened (code 4204), {status}")?;
            explain_evidence(f, more)
        }
        StartFault::NotListening { limit, address, more } => {
            write!(
                f,
                "it does not listen on {address} after {limit} ms (code 4211); that very address is the one that counts"
            )?;
            explain_evidence(f, more)
        }
    }
}

fn explain_evidence(f: &mut fmt::Formatter<'_>, evidence: &Evidence) -> fmt::Result {
    for program in &evidence.missing {
        write!(
            f,
            "; the function needs `{program}`, which is not on this machine's PATH"
        )?;
    }
    if evidence.windows_lines {
        write!(
            f,
            "; the lines of `bootstrap` end as on Windows (CR LF), which no shell understands: save it with LF"
        )?;
    }
    if evidence.log.is_empty() {
        return write!(f, "; it wrote nothing to its log");
    }
    write!(f, "; the end of its log: {}", evidence.log.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::{ApiName, Called, Evidence, Hint, Miss, Refusal, StartFault, UpgradeFault};

    fn api() -> ApiName {
        ApiName {
            name: "API_ws".to_owned(),
            gateway: "apig-ws".to_owned(),
            environment: "RELEASE".to_owned(),
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
                Refusal::Miss(called(), Miss::Path),
                404,
                "APIG.0101",
                "The API does not exist or has not been published in the environment. the group",
            ),
            (
                Refusal::Miss(called(), Miss::Method(["POST".to_owned()].into())),
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
            (
                Refusal::Authentication("APP".to_owned()),
                401,
                "APIG.0303",
                "Incorrect app",
            ),
            (
                Refusal::Authentication("IAM".to_owned()),
                401,
                "APIG.0301",
                "Incorrect IAM",
            ),
            (
                Refusal::Authentication("AUTHORIZER".to_owned()),
                401,
                "APIG.0305",
                "Incorrect auth",
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
            assert!(Refusal::Miss(called(), miss).message().contains(command));
        }
    }

    #[test]
    fn a_failed_start_shows_its_evidence() {
        let more = Evidence {
            missing: vec!["node".to_owned()],
            windows_lines: true,
            log: vec!["first".to_owned(), "last".to_owned()],
        };
        let fault = StartFault::Ended {
            status: "exit status 127".to_owned(),
            more,
        };
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
