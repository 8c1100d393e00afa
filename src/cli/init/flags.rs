//! The options of `fgctl init`: each answers one question.

use clap::Args;
use std::path::PathBuf;

#[derive(Args, Clone, Debug, Default)]
#[command(
    after_help = "At a terminal, what no option says is asked. Nothing is ever written over.\n\nExamples:\n  fgctl init\n  fgctl init chat --template chat --runtime Node.js20.15 --gateway apig-ws --ci github\n  fgctl init chat --answers answers.toml"
)]
pub(in crate::cli) struct Init {
    /// Folder of the project; it may have code already
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) folder: PathBuf,
    #[command(flatten)]
    pub(super) flags: Flags,
    /// File of answers, as --save-answers writes it; options come before it
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<PathBuf>,
    /// Keep the answers in this file, each as soon as it is given
    #[arg(long, value_name = "FILE")]
    pub(super) save_answers: Option<PathBuf>,
}

/// The answers that the command line gives, by the names of their options.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Flags {
    /// Stack's name, which marks what is made; the folder's name unless given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Function's name; the stack's unless given
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// What to begin with: clock, echo or chat, or none for code that is there
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// Runtime whose program starts the code, such as Node.js20.15 or Python3.12
    #[arg(long, value_name = "RUNTIME")]
    runtime: Option<String>,
    /// File that starts the code that is there, where it has no bootstrap
    #[arg(long, value_name = "FILE")]
    entry: Option<String>,
    /// File of packages to make a dependency of: package.json or requirements.txt, or none
    #[arg(long, value_name = "FILE")]
    dependencies: Option<String>,
    /// Execution timeout in seconds, 3 to 259200: the longest life of a WebSocket connection
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    execution_timeout: Option<String>,
    /// Gateway that exists
    #[arg(long, value_name = "NAME", conflicts_with = "new_gateway")]
    gateway: Option<String>,
    /// Gateway to create; it bills by the hour until it is deleted
    #[arg(long, value_name = "NAME")]
    new_gateway: Option<String>,
    /// Its edition: basic, professional, enterprise or platinum
    #[arg(long, value_name = "EDITION")]
    edition: Option<String>,
    /// Its VPC, by name or id
    #[arg(long, value_name = "NAME")]
    vpc: Option<String>,
    /// Its subnet, by name or id
    #[arg(long, value_name = "NAME")]
    subnet: Option<String>,
    /// Its security group, by name or id
    #[arg(long, value_name = "NAME")]
    security_group: Option<String>,
    /// Its public inbound access in Mbit/s, 5 to 2000; 0 is none
    #[arg(long, value_name = "MBIT/S", allow_negative_numbers = true)]
    public_inbound: Option<String>,
    /// API group's name
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Trigger's name, which is the API's
    #[arg(long, value_name = "NAME")]
    trigger: Option<String>,
    /// Path of the URL
    #[arg(long)]
    path: Option<String>,
    /// Security authentication: app, iam or none
    #[arg(long, value_name = "KIND")]
    auth: Option<String>,
    /// App that may call, with app authentication
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
    /// Backend timeout in milliseconds, 1 to 60000: the longest silence of a WebSocket connection
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    backend_timeout: Option<String>,
    /// CI job to write: github, gitlab or codearts, or none
    #[arg(long, value_name = "CI")]
    ci: Option<String>,
    /// Deploy the project at once and open its URL: yes or no
    #[arg(long, value_name = "YES|NO")]
    deploy: Option<String>,
}

impl Flags {
    /// What is answered.
    pub(super) fn given(self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [
            ("name", self.name),
            ("function", self.function),
            ("template", self.template),
            ("runtime", self.runtime),
            ("entry", self.entry),
            ("dependencies", self.dependencies),
            ("execution-timeout", self.execution_timeout),
            ("gateway", self.gateway),
            ("new-gateway", self.new_gateway),
            ("edition", self.edition),
            ("vpc", self.vpc),
            ("subnet", self.subnet),
            ("security-group", self.security_group),
            ("public-inbound", self.public_inbound),
            ("group", self.group),
            ("trigger", self.trigger),
            ("path", self.path),
            ("auth", self.auth),
            ("app", self.app),
            ("backend-timeout", self.backend_timeout),
            ("ci", self.ci),
            ("deploy", self.deploy),
        ];
        all.into_iter().filter_map(|(name, answer)| Some((name, answer?)))
    }
}

/// Every name that a file of answers may hold.
pub(super) const NAMES: [&str; 25] = [
    "name",
    "function",
    "template",
    "runtime",
    "entry",
    "dependencies",
    "execution-timeout",
    "gateway",
    "new-gateway",
    "edition",
    "vpc",
    "subnet",
    "security-group",
    "public-inbound",
    "group",
    "trigger",
    "path",
    "auth",
    "app",
    "backend-timeout",
    "ci",
    "deploy",
    "local",
    "profile",
    "region",
];
