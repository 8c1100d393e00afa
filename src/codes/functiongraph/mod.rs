//! FunctionGraph's own codes. Source: FunctionGraph API Reference, "Error Codes".

pub(super) mod access;
pub(super) mod dependency;
pub(super) mod event_trigger;
pub(super) mod function;
pub(super) mod invocation;
pub(super) mod network;
pub(super) mod trigger;
pub(super) mod version;

pub(crate) use access::UNAVAILABLE;
pub(crate) use dependency::{DEPENDENCY_IN_USE, DEPENDENCY_NOT_FOUND, DEPENDENCY_PACKAGE, DEPENDENCY_TYPE};
pub(crate) use event_trigger::{
    SHARED_GATEWAY_PARAMETERS, TIMER_EXISTS, TIMER_PARAMETERS, TRIGGER_OPERATION, TRIGGER_QUOTA, TRIGGER_TYPE_NOT_FOUND,
};
pub(crate) use function::{AGENCY, INITIALIZER, INITIALIZER_TIMEOUT, QUERY};
pub(crate) use invocation::{BODY_TOO_LARGE, LOG_ENABLED};
pub(crate) use network::{MOUNT_EXISTS, MOUNT_PATH, MOUNT_USER, MOUNTS};
pub(crate) use trigger::{
    DEDICATED_GATEWAY, GATEWAY_TRIGGER_EXISTS, GATEWAY_TRIGGER_NOT_FOUND, REQUEST_PATH_EXISTS, TRIGGER_NAME_TOO_LONG,
    TRIGGER_NOT_FOUND, TRIGGER_TYPE,
};
pub(crate) use version::{
    ADDITIONAL_IN_USE, ADDITIONAL_VERSION, ALIAS_EXISTS, ALIAS_HAS_TRIGGERS, ALIAS_NAME, ALIAS_QUOTA, NOTHING_CHANGED,
    SAME_VERSION, VERSION_EXISTS, VERSION_HAS_ALIAS, VERSION_NAME, WEIGHT,
};

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    INVALID_PARAMETER,
    UNAUTHORISED,
    FORBIDDEN,
    NOT_FOUND,
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    INTERNAL,
    FUNCTION_NAME,
    HANDLER,
    PACKAGE,
    RUNTIME,
    CODE_TYPE,
    MEMORY,
    TIMEOUT,
    USER_DATA,
    CODE_URL,
    CODE,
    CODE_MISSING,
    USER_DATA_ENTRIES,
    USER_DATA_LENGTH,
    DESCRIPTION,
    AGENCY_NEEDED,
    CONCURRENCY,
    NO_SUCH_VPC,
    NO_SUCH_SUBNET,
    FUNCTION_QUOTA,
    FUNCTION_NOT_FOUND,
    VERSION_NOT_FOUND,
    ALIAS_NOT_FOUND,
    OBS_PACKAGE_NOT_FOUND,
    FUNCTION_EXISTS,
    CODE_TOO_LARGE,
    INLINE_TOO_LARGE,
    CODE_FILENAME,
    FUNCTION_URN,
];

/// `FSS.0400`: a parameter is missing, of the wrong type, or not allowed here.
pub(crate) const INVALID_PARAMETER: Entry = Entry {
    code: "FSS.0400",
    status: 400,
    text: "invalid parameter",
    meaning: "a parameter is missing, of the wrong type, or not allowed here",
    cause: "a request that fgctl built for another form of the service, or a `:latest` where none may stand",
    next: "fgctl -v shows the request that was refused",
};

/// `FSS.0401`: the service did not accept who is calling.
pub(crate) const UNAUTHORISED: Entry = Entry {
    code: "FSS.0401",
    status: 401,
    text: "not permit",
    meaning: "the service did not accept who is calling",
    cause: "a deleted function, or keys of another project",
    next: "fgctl function list",
};

/// `FSS.0403`: the caller may not do this in this project.
pub(crate) const FORBIDDEN: Entry = Entry {
    code: "FSS.0403",
    status: 403,
    text: "invalid token",
    meaning: "the caller may not do this in this project",
    cause: "a project id of another account or region",
    next: "check --project-id and --region",
};

/// `FSS.0404`: what was asked for does not exist.
pub(crate) const NOT_FOUND: Entry = Entry {
    code: "FSS.0404",
    status: 404,
    text: "not found",
    meaning: "what was asked for does not exist",
    cause: "a wrong name, region or project",
    next: "fgctl function list",
};

/// `FSS.0406`: the request's body is no JSON.
pub(crate) const NOT_JSON: Entry = Entry {
    code: "FSS.0406",
    status: 406,
    text: "the request body cannot be read as JSON",
    meaning: "the request's body is no JSON",
    cause: "a proxy that changed the request",
    next: "fgctl -v shows the request that was refused",
};

/// `FSS.0413`: the archive is larger than the service takes directly.
pub(crate) const TOO_LARGE: Entry = Entry {
    code: "FSS.0413",
    status: 413,
    text: "the request is too large",
    meaning: "the archive is larger than the service takes directly",
    cause: "a ZIP with more in it than the function needs",
    next: "upload it to OBS and give its address with --obs-url",
};

/// `FSS.0429`: too many requests, or every instance of the function is taken.
pub(crate) const TOO_MANY_REQUESTS: Entry = Entry {
    code: "FSS.0429",
    status: 429,
    text: "Your request has been controlled by overload sdk, please retry later",
    meaning: "too many requests, or every instance of the function is taken",
    cause: "max instances and per-instance concurrency are used up",
    next: "try again later, or raise the function's concurrency",
};

/// `FSS.0500`: the service failed.
pub(crate) const INTERNAL: Entry = Entry {
    code: "FSS.0500",
    status: 500,
    text: "internal error",
    meaning: "the service failed",
    cause: "a fault of the service, or a full disk of the local cloud",
    next: "try again; if it stays, report the request id",
};

/// `FSS.1002`: the function's name breaks the naming rule.
pub(crate) const FUNCTION_NAME: Entry = Entry {
    code: "FSS.1002",
    status: 400,
    text: "Invalid function name",
    meaning: "the function's name breaks the naming rule",
    cause: "a space, a dot or a leading digit in the name",
    next: "choose 1 to 60 letters, digits, hyphens and underscores",
};

/// `FSS.1003`: the handler does not fit the runtime.
pub(crate) const HANDLER: Entry = Entry {
    code: "FSS.1003",
    status: 400,
    text: "Invalid handler",
    meaning: "the handler does not fit the runtime",
    cause: "an HTTP function whose handler is not `bootstrap`",
    next: "leave the handler to fgctl",
};

/// `FSS.1004`: the package's name is not allowed.
pub(crate) const PACKAGE: Entry = Entry {
    code: "FSS.1004",
    status: 400,
    text: "Invalid package",
    meaning: "the package's name is not allowed",
    cause: "a package with special characters",
    next: "use the package `default`",
};

/// `FSS.1005`: the service knows no such runtime.
pub(crate) const RUNTIME: Entry = Entry {
    code: "FSS.1005",
    status: 400,
    text: "Invalid runtime.",
    meaning: "the service knows no such runtime",
    cause: "a runtime of another region, or another spelling",
    next: "spell it as in `Node.js12.13`",
};

/// `FSS.1006`: the code type is not one of the service's.
pub(crate) const CODE_TYPE: Entry = Entry {
    code: "FSS.1006",
    status: 400,
    text: "Invalid code type",
    meaning: "the code type is not one of the service's",
    cause: "a request built by hand",
    next: "use zip or obs",
};

/// `FSS.1007`: no such memory size is offered.
pub(crate) const MEMORY: Entry = Entry {
    code: "FSS.1007",
    status: 400,
    text: "Invalid memory size",
    meaning: "no such memory size is offered",
    cause: "a size between two steps",
    next: "choose 128, 256, 512, 768, 1024 … MB",
};

/// `FSS.1008`: the execution timeout is out of range.
pub(crate) const TIMEOUT: Entry = Entry {
    code: "FSS.1008",
    status: 400,
    text: "Invalid timeout",
    meaning: "the execution timeout is out of range",
    cause: "a value under 3 s or over 259200 s",
    next: "choose 3 to 259200 seconds",
};

/// `FSS.1009`: the environment variables are no JSON object of text to text.
pub(crate) const USER_DATA: Entry = Entry {
    code: "FSS.1009",
    status: 400,
    text: "Invalid user data",
    meaning: "the environment variables are no JSON object of text to text",
    cause: "a number or a list as a value",
    next: "write NAME=VALUE",
};

/// `FSS.1010`: the OBS address cannot be used.
pub(crate) const CODE_URL: Entry = Entry {
    code: "FSS.1010",
    status: 400,
    text: "Invalid URL",
    meaning: "the OBS address cannot be used",
    cause: "an address that is no https:// URL of an object",
    next: "copy the object's URL from OBS",
};

/// `FSS.1011`: the code archive cannot be read.
pub(crate) const CODE: Entry = Entry {
    code: "FSS.1011",
    status: 400,
    text: "Invalid function code",
    meaning: "the code archive cannot be read",
    cause: "no ZIP, or a damaged one",
    next: "unzip -t FILE",
};

/// `FSS.1012`: no code was sent.
pub(crate) const CODE_MISSING: Entry = Entry {
    code: "FSS.1012",
    status: 400,
    text: "The function code is missing",
    meaning: "no code was sent",
    cause: "an update without an archive",
    next: "give it with --code",
};

/// `FSS.1017`: there are more environment variables than a function may have.
pub(crate) const USER_DATA_ENTRIES: Entry = Entry {
    code: "FSS.1017",
    status: 400,
    text: "Too many environment variables",
    meaning: "there are more environment variables than a function may have",
    cause: "a long list of variables",
    next: "put them in a file in the code",
};

/// `FSS.1018`: the environment variables are longer than a function may have.
pub(crate) const USER_DATA_LENGTH: Entry = Entry {
    code: "FSS.1018",
    status: 400,
    text: "The environment variables are too large",
    meaning: "the environment variables are longer than a function may have",
    cause: "a key or a certificate in a variable",
    next: "put it in a file in the code",
};

/// `FSS.1019`: the description is too long.
pub(crate) const DESCRIPTION: Entry = Entry {
    code: "FSS.1019",
    status: 400,
    text: "Invalid description",
    meaning: "the description is too long",
    cause: "more than 512 characters",
    next: "shorten it",
};

/// `FSS.1020`: VPC access needs an agency.
pub(crate) const AGENCY_NEEDED: Entry = Entry {
    code: "FSS.1020",
    status: 400,
    text: "An agency is required for VPC access",
    meaning: "VPC access needs an agency",
    cause: "a function with a VPC and without an agency",
    next: "give the function an agency that may use VPC",
};

/// `FSS.1026`: the number of instances or of requests an instance is out of range.
pub(crate) const CONCURRENCY: Entry = Entry {
    code: "FSS.1026",
    status: 400,
    text: "Invalid concurrency",
    meaning: "the number of instances or of requests an instance is out of range",
    cause: "a value over 1000",
    next: "choose -1 to 1000 instances, 1 to 1000 requests an instance",
};

/// `FSS.1036`: there is no such VPC.
pub(crate) const NO_SUCH_VPC: Entry = Entry {
    code: "FSS.1036",
    status: 400,
    text: "The VPC does not exist",
    meaning: "there is no such VPC",
    cause: "a VPC of another region",
    next: "fgctl vpc list",
};

/// `FSS.1037`: there is no such subnet in the VPC.
pub(crate) const NO_SUCH_SUBNET: Entry = Entry {
    code: "FSS.1037",
    status: 400,
    text: "The subnet does not exist",
    meaning: "there is no such subnet in the VPC",
    cause: "a subnet of another VPC, or its neutron id instead of its network id",
    next: "fgctl subnet list",
};

/// `FSS.1041`: the account has as many functions as it may.
pub(crate) const FUNCTION_QUOTA: Entry = Entry {
    code: "FSS.1041",
    status: 403,
    text: "The quota of functions has been reached",
    meaning: "the account has as many functions as it may",
    cause: "functions that nobody deleted",
    next: "fgctl function list",
};

/// `FSS.1051`: there is no such function.
pub(crate) const FUNCTION_NOT_FOUND: Entry = Entry {
    code: "FSS.1051",
    status: 404,
    text: "Not found the function",
    meaning: "there is no such function",
    cause: "a wrong name, region or project",
    next: "fgctl function list",
};

/// `FSS.1052`: the function has no such version.
pub(crate) const VERSION_NOT_FOUND: Entry = Entry {
    code: "FSS.1052",
    status: 404,
    text: "Not found the function version",
    meaning: "the function has no such version",
    cause: "a version that was deleted, or never published",
    next: "fgctl function list",
};

/// `FSS.1053`: the function has no such alias.
pub(crate) const ALIAS_NOT_FOUND: Entry = Entry {
    code: "FSS.1053",
    status: 404,
    text: "Not found the function alias",
    meaning: "the function has no such alias",
    cause: "an alias that was deleted, or never made",
    next: "fgctl function list",
};

/// `FSS.1054`: the OBS object cannot be had.
pub(crate) const OBS_PACKAGE_NOT_FOUND: Entry = Entry {
    code: "FSS.1054",
    status: 404,
    text: "Not found the package in OBS",
    meaning: "the OBS object cannot be had",
    cause: "a wrong address, another region, or an object that is not readable",
    next: "open the address in a browser without signing in",
};

/// `FSS.1061`: a function of this name exists in the package.
pub(crate) const FUNCTION_EXISTS: Entry = Entry {
    code: "FSS.1061",
    status: 409,
    text: "The function name already exists",
    meaning: "a function of this name exists in the package",
    cause: "the same command run twice",
    next: "fgctl function get NAME",
};

/// `FSS.1071`: the code archive is larger than the service takes directly.
pub(crate) const CODE_TOO_LARGE: Entry = Entry {
    code: "FSS.1071",
    status: 413,
    text: "The function package is too large",
    meaning: "the code archive is larger than the service takes directly",
    cause: "more in the folder than the function needs",
    next: "upload it to OBS and give its address",
};

/// `FSS.1072`: inline code is larger than 10 KB.
pub(crate) const INLINE_TOO_LARGE: Entry = Entry {
    code: "FSS.1072",
    status: 413,
    text: "The inline code is too large",
    meaning: "inline code is larger than 10 KB",
    cause: "a long source text",
    next: "send it as a ZIP",
};

/// `FSS.1078`: the archive's name is missing or does not fit the code type.
pub(crate) const CODE_FILENAME: Entry = Entry {
    code: "FSS.1078",
    status: 400,
    text: "Invalid code_filename",
    meaning: "the archive's name is missing or does not fit the code type",
    cause: "a request built by hand",
    next: "use --code",
};

/// `FSS.1309`: the function's URN cannot be read.
pub(crate) const FUNCTION_URN: Entry = Entry {
    code: "FSS.1309",
    status: 400,
    text: "Invalid function URN",
    meaning: "the function's URN cannot be read",
    cause: "a request built by hand",
    next: "fgctl function list -o name",
};
