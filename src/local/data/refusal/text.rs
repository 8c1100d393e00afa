//! The reasons of the gateway's own answers, in words.

use super::{ApiName, Called, Evidence, Refusal, StartFault, UpgradeFault};
use crate::local::data::route::{Hint, Miss};
use std::collections::BTreeSet;
use std::fmt;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(
                f,
                "no API group answers to the host `{host}`: use the trigger's URL, or a group's domain"
            ),
            Self::Miss(called, miss) => explain_miss(f, called, miss),
            Self::Scheme { supported, url } => write!(f, "{supported}. Use {url}"),
            Self::Authentication { fault, .. } => write!(f, "{fault}"),
            Self::Unauthorized(app, api) => write!(
                f,
                "let it: `fgctl app authorize {app} --gateway {} --api {} --environment {}`",
                api.gateway, api.name, api.environment
            ),
            Self::Throttled(policy) => f.write_str(policy),
            Self::Malformed(why) => write!(f, "the request cannot be read: {why}"),
            Self::UriTooLong => write!(f, "the limit is 32 KB"),
            Self::HeadersTooLarge => write!(f, "the limit is 32 KB for one and 128 KB for all"),
            Self::BodyTooLarge => write!(
                f,
                "the limit is 12 MB, unless the gateway's feature `request_body_size` says another"
            ),
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
            Self::AnswerTooLarge { function, limit } => {
                write!(f, "the answer of `{function}` is longer than {limit} bytes (code 4004)")
            }
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
            Self::Overload {
                function,
                instances,
                places,
            } => write!(
                f,
                "all {} of `{function}` are taken, and one takes {} or sockets at a time (`concurrency` and \
                 `concurrent_num` of its `strategy_config`)",
                count(*instances, "instance"),
                count(*places, "request")
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
            Self::NoAnswer { function, cause, log } => write!(
                f,
                "the function `{function}` took the request and gave no HTTP answer ({cause}); its log is {}",
                log.display()
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
