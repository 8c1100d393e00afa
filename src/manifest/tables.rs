//! Every key of a manifest.

use super::schema::{Default, Key, Rule, Section, Shape};
use crate::wire::environment::RELEASE;
use crate::wire::rule;

/// The sections, in the order in which they are shown.
pub(super) const SECTIONS: &[Section] = &[FUNCTIONS, DEPENDENCIES, GATEWAYS, GROUPS, ENVIRONMENTS, APPS, TRIGGERS];

/// What stands at the top, before the sections.
pub(super) const TOP: &[Key] = &[
    Key::new("name", Shape::Ruled(rule::stack_name), "Name of the stack: 1 to 32 letters, digits, hyphens and underscores, a letter first. What fgctl makes is marked with it").or(Default::Required),
    Key::new("region", Shape::Text, "Region, such as cn-east-3, which alone has WebSocket; the profile's where it is left out"),
];

const FUNCTIONS: Section = Section {
    name: "functions",
    noun: "function",
    about: "A function with its code and all of its settings",
    named: rule::function_name,
    keys: &[
        Key::new(
            "type",
            Shape::Choice(&["http", "event"]),
            "Function type; only HTTP functions can serve WebSocket",
        )
        .or(Default::Text("http")),
        Key::new(
            "code",
            Shape::Text,
            "Folder, ZIP or file with the code, as seen from the manifest",
        ),
        Key::new(
            "obs_url",
            Shape::Text,
            "URL of a ZIP in object storage, which the service fetches",
        ),
        Key::new(
            "runtime",
            Shape::Text,
            "Runtime of an event function, such as Node.js20.15",
        ),
        Key::new(
            "handler",
            Shape::Text,
            "Handler of an event function, such as index.handler",
        ),
        Key::new(
            "websocket",
            Shape::Flag,
            "WebSocket switch; left as it is where it is left out",
        ),
        Key::new(
            "dependencies",
            Shape::References("dependencies"),
            "Dependencies laid over the code, in this order",
        ),
        Key::new("memory", Shape::Numbers(rule::MEMORY_SIZES), "Memory in MB").or(Default::Number(128)),
        Key::new(
            "timeout",
            Shape::Number(*rule::EXECUTION_TIMEOUT.start(), *rule::EXECUTION_TIMEOUT.end()),
            "Execution timeout in seconds: the longest life of a WebSocket connection",
        )
        .or(Default::Number(60)),
        Key::new(
            "max_instances",
            Shape::Number(-1, 1000),
            "At most so many instances: -1 is unlimited, 0 disables the function",
        ),
        Key::new(
            "concurrency",
            Shape::Number(1, 1000),
            "Requests and sockets that an instance takes at a time",
        ),
        Key::new(
            "description",
            Shape::Text,
            "Description, at most 512 characters, of which fgctl takes a few to mark what is its own",
        ),
        Key::new("env", Shape::Pairs, "Environment variables"),
        Key::new(
            "secret_env",
            Shape::Secrets,
            "Encrypted environment variables; write them as ${NAME}, and keep them out of the file",
        ),
        Key::new(
            "agency",
            Shape::Text,
            "Agency that lets FunctionGraph use other services; a VPC and log collection need one",
        ),
        Key::new(
            "execution_agency",
            Shape::Text,
            "Agency whose rights the code has, where they are not those of agency",
        ),
        Key::new(
            "public_access",
            Shape::Flag,
            "Whether the function reaches the public network",
        ),
        Key::new("vpc", Shape::Text, "VPC that the function works in, by name or id"),
        Key::new("subnet", Shape::Text, "Subnet of the VPC, by name or id"),
        Key::new(
            "collect_logs",
            Shape::Flag,
            "Whether the log is reported to LTS, which bills by use",
        ),
        Key::new("log_group", Shape::Text, "LTS log group's id"),
        Key::new("log_stream", Shape::Text, "LTS log stream's id"),
        Key::new(
            "enterprise_project",
            Shape::Text,
            "Enterprise project's id; 0 is the default project",
        ),
        Key::new(
            "initializer",
            Shape::Text,
            "Initializer, called once before the first request",
        ),
        Key::new("initializer_timeout", Shape::Number(1, 300), "Its timeout in seconds"),
        Key::new("pre_stop", Shape::Text, "Pre-stop hook, called before an instance ends"),
        Key::new("pre_stop_timeout", Shape::Number(1, 90), "Its timeout in seconds"),
        Key::new("ephemeral_storage", Shape::Numbers(&[512, 10240]), "Size of /tmp in MB"),
        Key::new(
            "include_keys",
            Shape::Flag,
            "Whether each request brings temporary keys of the agency in its headers",
        ),
        Key::new(
            "versions",
            Shape::Flag,
            "Publish a version at each deploy and lead the alias live to it, so that fgctl rollback can go back",
        )
        .or(Default::Flag(false)),
    ],
    rules: &[
        Rule::One(&["code", "obs_url"]),
        Rule::Needs("type", "event", &["runtime", "handler"]),
        Rule::Together(&["vpc", "subnet"]),
        Rule::Together(&["log_group", "log_stream"]),
    ],
};

const DEPENDENCIES: Section = Section {
    name: "dependencies",
    noun: "dependency",
    about: "A dependency: an archive that is laid over the code of functions",
    named: rule::dependency_name,
    keys: &[
        Key::new("zip", Shape::Text, "ZIP, as seen from the manifest"),
        Key::new("obs_url", Shape::Text, "URL of a ZIP in object storage"),
        Key::new("npm", Shape::Texts, "Packages as npm install takes them, such as ws@8"),
        Key::new(
            "package_json",
            Shape::Text,
            "Folder of a package.json, whose packages are installed",
        ),
        Key::new("pip", Shape::Texts, "Requirements as pip install takes them"),
        Key::new("requirements", Shape::Text, "File of requirements"),
        EXISTING,
        Key::new(
            "version",
            Shape::Number(1, i32::MAX as i64),
            "Version of an existing one; the newest where it is left out",
        ),
        Key::new("runtime", Shape::Text, "Runtime that it is for, such as Node.js20.15"),
        Key::new(
            "description",
            Shape::Text,
            "Description, at most 512 characters, of which fgctl takes a few to mark what is its own",
        )
        .or(Default::Text("")),
        Key::new(
            "bucket",
            Shape::Text,
            "Bucket through which a ZIP of more than 10 MB goes",
        ),
        Key::new(
            "trust_scripts",
            Shape::Flag,
            "Let the packages run programs of their own while they are installed",
        )
        .or(Default::Flag(false)),
    ],
    rules: &[
        Rule::One(&[
            "zip",
            "obs_url",
            "npm",
            "package_json",
            "pip",
            "requirements",
            "existing",
        ]),
        Rule::Alone("existing", &["version"]),
        Rule::Unless("existing", &["runtime"]),
    ],
};

const GATEWAYS: Section = Section {
    name: "gateways",
    noun: "gateway",
    about: "A dedicated gateway. One that is created bills by the hour until it is deleted",
    named: rule::gateway_name,
    keys: &[
        EXISTING,
        Key::new(
            "edition",
            Shape::Choice(&["basic", "professional", "enterprise", "platinum"]),
            "Edition",
        )
        .or(Default::Text("basic")),
        Key::new(
            "zones",
            Shape::Texts,
            "Availability zones' codes; the first that offers the edition where they are left out",
        ),
        Key::new("vpc", Shape::Text, "VPC, by name or id"),
        Key::new("subnet", Shape::Text, "Subnet of the VPC, by name or id"),
        Key::new("security_group", Shape::Text, "Security group, by name or id"),
        Key::new(
            "public_inbound",
            Shape::Number(*rule::INBOUND_BANDWIDTH.start(), *rule::INBOUND_BANDWIDTH.end()),
            "Public inbound access with this bandwidth in Mbit/s",
        ),
        Key::new(
            "public_outbound",
            Shape::Number(*rule::OUTBOUND_BANDWIDTH.start(), *rule::OUTBOUND_BANDWIDTH.end()),
            "Public outbound access with this bandwidth in Mbit/s",
        ),
        Key::new(
            "maintenance_hour",
            Shape::Numbers(&[2, 6, 10, 14, 18, 22]),
            "Hour at which the maintenance window of four hours begins",
        ),
        Key::new("enterprise_project", Shape::Text, "Enterprise project's id"),
        Key::new("description", Shape::Text, "Description, at most 255 characters"),
    ],
    rules: &[
        Rule::Alone("existing", &[]),
        Rule::Unless("existing", &["vpc", "subnet", "security_group"]),
    ],
};

const GROUPS: Section = Section {
    name: "groups",
    noun: "group",
    about: "An API group of a gateway: it has the domain of its APIs",
    named: rule::group_name,
    keys: ON_GATEWAY,
    rules: &[Rule::Alone("existing", &["gateway"])],
};

const ENVIRONMENTS: Section = Section {
    name: "environments",
    noun: "environment",
    about: "An environment of a gateway besides RELEASE; callers reach it with the header X-Stage",
    named: rule::environment_name,
    keys: ON_GATEWAY,
    rules: &[Rule::Alone("existing", &["gateway"])],
};

const EXISTING: Key = Key::new(
    "existing",
    Shape::Flag,
    "It is somebody else's: it is used and never changed",
)
.or(Default::Flag(false));

const REMARK: Key = Key::new(
    "description",
    Shape::Text,
    "Remark, at most 255 characters, of which fgctl takes a few to mark what is its own",
)
.or(Default::Text(""));

const ON_GATEWAY: &[Key] = &[GATEWAY, EXISTING, REMARK];

const GATEWAY: Key = Key::new("gateway", Shape::Reference("gateways"), "Gateway that it is on").or(Default::Only);

const APPS: Section = Section {
    name: "apps",
    noun: "app",
    about: "An app of a gateway: the AppKey and AppSecret of a caller",
    named: rule::app_name,
    keys: &[
        GATEWAY,
        EXISTING,
        REMARK,
        Key::new("triggers", Shape::References("triggers"), "Triggers that it may call"),
    ],
    rules: &[Rule::Alone("existing", &["gateway", "triggers"])],
};

const TRIGGERS: Section = Section {
    name: "triggers",
    noun: "trigger",
    about: "A trigger: the API that leads a URL to a function, published",
    named: rule::api_name,
    keys: &[
        Key::new("function", Shape::Reference("functions"), "Function that is called").or(Default::Only),
        GATEWAY,
        Key::new("group", Shape::Reference("groups"), "API group").or(Default::Only),
        Key::new("environment", Shape::Text, "Environment, RELEASE or one of environments").or(Default::Text(RELEASE)),
        Key::new("auth", Shape::Choice(&["app", "iam", "none"]), "Security authentication; with none anybody may call").or(Default::Text("app")),
        Key::new("protocol", Shape::Choice(&["https", "http"]), "Request protocol: https is wss://").or(Default::Text("https")),
        Key::new("method", Shape::Choice(&["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "ANY"]), "Request method; WebSocket needs GET or ANY").or(Default::Text("GET")),
        Key::new("path", Shape::Ruled(rule::request_path), "Request path; the function's server must accept it").or(Default::Required),
        Key::new("matching", Shape::Choice(&["prefix", "exact"]), "Whether all below the path is meant, or the path alone").or(Default::Text("prefix")),
        Key::new("timeout", Shape::Number(*rule::RAISED_BACKEND_TIMEOUT.start(), *rule::RAISED_BACKEND_TIMEOUT.end()), "Backend timeout in ms, the idle limit of a WebSocket connection; more than 60000 needs the gateway's feature backend_timeout").or(Default::Number(5000)),
        Key::new("websocket", Shape::Flag, "Make the API fit for WebSocket: network architecture V2, synchronous").or(Default::Flag(true)),
    ],
    rules: &[Rule::Only("websocket", "method", &["GET", "ANY"])],
};
