//! The runtimes of FunctionGraph. Source: the field `runtime` of CreateFunction; local facts 11.1.

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The runtime of an HTTP function: its own server, started by `bootstrap`.
pub(crate) const HTTP: &str = "http";

/// Every runtime that the service's documents name. Which of them a region offers differs.
#[rustfmt::skip]
pub(crate) const ALL: &[&str] = &[
    "Java8", "Java11", "Java17", "Java21",
    "Node.js6.10", "Node.js8.10", "Node.js10.16", "Node.js12.13", "Node.js14.18", "Node.js16.17", "Node.js18.15", "Node.js20.15",
    "Python2.7", "Python3.6", "Python3.9", "Python3.10", "Python3.12",
    "Go1.8", "Go1.x",
    "C#(.NET Core 2.0)", "C#(.NET Core 2.1)", "C#(.NET Core 3.1)", "C#(.NET Core 6.0)",
    "PHP7.3", "PHP8.3",
    "Cangjie1.0", "Custom", "Custom Image", HTTP,
];

/// Lists the runtimes of the region. In no SDK, but the service answers it: Terraform asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListRuntimeTypes {}

/// One runtime of the answer of [`ListRuntimeTypes`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RuntimeType {
    /// `Node.js12.13`, what CreateFunction takes.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `Node.js 12.13`, for a person.
    pub(crate) display_name: String,
}

impl Operation for ListRuntimeTypes {
    const NAME: &'static str = "ListRuntimeTypes";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/runtimetypes";
    const SUCCESS: &'static [u16] = &[200];
    const SOURCE: &'static str = "Terraform provider; in no SDK";
    const UNKNOWN: &'static [&'static str] = &["which runtimes a region offers: here all that the documents name"];
    type Output = Vec<RuntimeType>;
}
