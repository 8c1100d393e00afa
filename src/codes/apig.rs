//! API Gateway's codes: of its management and of the calls that a gateway refuses. Source: APIG API Reference and user guide, "Error Codes".

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    SPEC_NOT_FOUND,
    GATEWAY_NOT_FOUND,
    SECURITY_GROUP_NOT_FOUND,
    GATEWAY_PARAMETER,
    MAINTENANCE_LENGTH,
    MAINTENANCE_BEGIN,
    NO_ZONE,
    GATEWAY_NAME_EXISTS,
    GATEWAY_QUOTA,
    GATEWAY_STATUS_CONFLICT,
    GATEWAY_NOT_READY,
    PARAMETER,
    PARAMETER_MISSING,
    PARAMETER_TYPE,
    PARAMETER_VALUE,
    NO_PERMISSION,
    PATH_PARAMETER_UNDEFINED,
    GROUP_NOT_FOUND,
    API_NOT_FOUND,
    ENVIRONMENT_NOT_FOUND,
    PUBLICATION_NOT_FOUND,
    VERSION_NOT_FOUND,
    FUNCTION_URN_NOT_FOUND,
    INSTANCE_NOT_FOUND,
    ENVIRONMENT_QUOTA,
    GROUP_NAME_EXISTS,
    API_NAME_EXISTS,
    ENVIRONMENT_NAME_EXISTS,
    API_PATH_EXISTS,
    GROUP_NOT_EMPTY,
    API_PUBLISHED,
    ENVIRONMENT_IN_USE,
    FUNCTION_URN,
    INTERNAL,
    CALL_NOT_FOUND,
    CALL_INVALID,
    CALL_UNAVAILABLE,
    CALL_TIMEOUT,
    CALL_IAM_AUTHENTICATION,
    CALL_APP_AUTHENTICATION,
    CALL_PROTOCOL,
];

/// `APIC.7301`: the gateway has no such edition.
pub(crate) const SPEC_NOT_FOUND: Entry = Entry {
    code: "APIC.7301",
    status: 404,
    text: "Instance spec not found",
    meaning: "the gateway has no such edition",
    cause: "a misspelt edition",
    next: "use basic, professional, enterprise or platinum",
};

/// `APIC.7302`: there is no such gateway.
pub(crate) const GATEWAY_NOT_FOUND: Entry = Entry {
    code: "APIC.7302",
    status: 404,
    text: "Instance not found",
    meaning: "there is no such gateway",
    cause: "a wrong name, region or project",
    next: "fgctl gateway list",
};

/// `APIC.7307`: the security group does not exist.
pub(crate) const SECURITY_GROUP_NOT_FOUND: Entry = Entry {
    code: "APIC.7307",
    status: 404,
    text: "The security group is not in the VPC",
    meaning: "the security group does not exist",
    cause: "a security group of another region",
    next: "fgctl security-group list",
};

/// `APIC.7211`: a value of the gateway's creation is not allowed.
pub(crate) const GATEWAY_PARAMETER: Entry = Entry {
    code: "APIC.7211",
    status: 400,
    text: "Parameter value does not match the rules",
    meaning: "a value of the gateway's creation is not allowed",
    cause: "a name or an id of the wrong form",
    next: "fgctl gateway create --help",
};

/// `APIC.7230`: the maintenance window is not four hours long.
pub(crate) const MAINTENANCE_LENGTH: Entry = Entry {
    code: "APIC.7230",
    status: 400,
    text: "The maintenance window must be 4 hours",
    meaning: "the maintenance window is not four hours long",
    cause: "an end that does not belong to the beginning",
    next: "leave the end to the service",
};

/// `APIC.7235`: the maintenance window begins at another hour.
pub(crate) const MAINTENANCE_BEGIN: Entry = Entry {
    code: "APIC.7235",
    status: 400,
    text: "The maintenance window must begin at 02, 06, 10, 14, 18 or 22",
    meaning: "the maintenance window begins at another hour",
    cause: "a free choice of hour",
    next: "begin at 02, 06, 10, 14, 18 or 22",
};

/// `APIC.7238`: no zone was named.
pub(crate) const NO_ZONE: Entry = Entry {
    code: "APIC.7238",
    status: 400,
    text: "No available zone is given",
    meaning: "no zone was named",
    cause: "a request built by hand",
    next: "leave --zone out: fgctl takes one that offers the edition",
};

/// `APIC.7500`: a gateway of this name exists.
pub(crate) const GATEWAY_NAME_EXISTS: Entry = Entry {
    code: "APIC.7500",
    status: 400,
    text: "The gateway name already exists.",
    meaning: "a gateway of this name exists",
    cause: "the same command run twice",
    next: "fgctl gateway get NAME",
};

/// `APIC.7400`: the project has as many gateways as it may.
pub(crate) const GATEWAY_QUOTA: Entry = Entry {
    code: "APIC.7400",
    status: 403,
    text: "The gateway quota has been reached",
    meaning: "the project has as many gateways as it may",
    cause: "gateways that nobody deleted",
    next: "fgctl gateway list",
};

/// `APIC.7701`: the gateway cannot do this in its present status.
pub(crate) const GATEWAY_STATUS_CONFLICT: Entry = Entry {
    code: "APIC.7701",
    status: 409,
    text: "Instance status conflict.",
    meaning: "the gateway cannot do this in its present status",
    cause: "a gateway that is being created or deleted",
    next: "fgctl gateway get NAME",
};

/// `APIC.7710`: the gateway is still being created.
pub(crate) const GATEWAY_NOT_READY: Entry = Entry {
    code: "APIC.7710",
    status: 409,
    text: "The gateway is not available yet",
    meaning: "the gateway is still being created",
    cause: "a command right after the creation",
    next: "fgctl gateway wait NAME",
};

/// `APIG.2000`: the request is malformed.
pub(crate) const PARAMETER: Entry = Entry {
    code: "APIG.2000",
    status: 400,
    text: "Parameter error",
    meaning: "the request is malformed",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `APIG.2001`: a parameter is missing.
pub(crate) const PARAMETER_MISSING: Entry = Entry {
    code: "APIG.2001",
    status: 400,
    text: "The request parameters must be specified",
    meaning: "a parameter is missing",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `APIG.2011`: a parameter is of the wrong type.
pub(crate) const PARAMETER_TYPE: Entry = Entry {
    code: "APIG.2011",
    status: 400,
    text: "Invalid parameter value",
    meaning: "a parameter is of the wrong type",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `APIG.1005`: the caller may not do this in this project.
pub(crate) const NO_PERMISSION: Entry = Entry {
    code: "APIG.1005",
    status: 403,
    text: "No permissions to request this method",
    meaning: "the caller may not do this in this project",
    cause: "a project id of another account or region",
    next: "check --project-id and --region",
};

/// `APIG.2012`: a parameter is not allowed.
pub(crate) const PARAMETER_VALUE: Entry = Entry {
    code: "APIG.2012",
    status: 400,
    text: "Invalid parameter value",
    meaning: "a parameter is not allowed",
    cause: "a name of the wrong form, or a value out of range",
    next: "the message names the parameter",
};

/// `APIG.2026`: the path has a variable that is declared nowhere.
pub(crate) const PATH_PARAMETER_UNDEFINED: Entry = Entry {
    code: "APIG.2026",
    status: 400,
    text: "A path parameter is not defined",
    meaning: "the path has a variable that is declared nowhere",
    cause: "a `{name}` in the path",
    next: "declare it, or take it out of the path",
};

/// `APIG.3001`: there is no such group on this gateway.
pub(crate) const GROUP_NOT_FOUND: Entry = Entry {
    code: "APIG.3001",
    status: 404,
    text: "API group does not exist",
    meaning: "there is no such group on this gateway",
    cause: "a group of another gateway",
    next: "fgctl group list --gateway GATEWAY",
};

/// `APIG.3002`: there is no such API on this gateway.
pub(crate) const API_NOT_FOUND: Entry = Entry {
    code: "APIG.3002",
    status: 404,
    text: "API does not exist",
    meaning: "there is no such API on this gateway",
    cause: "an API that was deleted",
    next: "fgctl api list --gateway GATEWAY",
};

/// `APIG.3003`: there is no such environment on this gateway.
pub(crate) const ENVIRONMENT_NOT_FOUND: Entry = Entry {
    code: "APIG.3003",
    status: 404,
    text: "Environment does not exist",
    meaning: "there is no such environment on this gateway",
    cause: "an environment of another gateway",
    next: "fgctl environment list --gateway GATEWAY",
};

/// `APIG.3015`: the API is not published in this environment.
pub(crate) const PUBLICATION_NOT_FOUND: Entry = Entry {
    code: "APIG.3015",
    status: 404,
    text: "The publication does not exist",
    meaning: "the API is not published in this environment",
    cause: "an API that was taken offline before",
    next: "fgctl api get NAME --gateway GATEWAY",
};

/// `APIG.3022`: there is no such version of an API on this gateway.
pub(crate) const VERSION_NOT_FOUND: Entry = Entry {
    code: "APIG.3022",
    status: 404,
    text: "The API version does not exist",
    meaning: "there is no such version of an API on this gateway",
    cause: "a version that newer ones have pushed out: 10 are kept",
    next: "fgctl api versions NAME --gateway GATEWAY",
};

/// `APIG.3019`: the backend's function does not exist.
pub(crate) const FUNCTION_URN_NOT_FOUND: Entry = Entry {
    code: "APIG.3019",
    status: 404,
    text: "The function URN does not exist",
    meaning: "the backend's function does not exist",
    cause: "a function that was deleted",
    next: "fgctl function list",
};

/// `APIG.3030`: there is no such gateway.
pub(crate) const INSTANCE_NOT_FOUND: Entry = Entry {
    code: "APIG.3030",
    status: 404,
    text: "The instance does not exist",
    meaning: "there is no such gateway",
    cause: "a gateway that was deleted",
    next: "fgctl gateway list",
};

/// `APIG.3104`: the gateway has as many environments as it may, 10.
pub(crate) const ENVIRONMENT_QUOTA: Entry = Entry {
    code: "APIG.3104",
    status: 403,
    text: "The quota of environments has been reached",
    meaning: "the gateway has as many environments as it may, 10",
    cause: "environments that nobody deleted",
    next: "fgctl environment list --gateway GATEWAY",
};

/// `APIG.3201`: the gateway already has a group of this name.
pub(crate) const GROUP_NAME_EXISTS: Entry = Entry {
    code: "APIG.3201",
    status: 400,
    text: "The API group name already exists",
    meaning: "the gateway already has a group of this name",
    cause: "the same command run twice",
    next: "fgctl group get NAME --gateway GATEWAY",
};

/// `APIG.3202`: the group already has an API of this name.
pub(crate) const API_NAME_EXISTS: Entry = Entry {
    code: "APIG.3202",
    status: 400,
    text: "The API name already exists",
    meaning: "the group already has an API of this name",
    cause: "the same command run twice",
    next: "fgctl api list --gateway GATEWAY",
};

/// `APIG.3205`: the gateway already has an environment of this name.
pub(crate) const ENVIRONMENT_NAME_EXISTS: Entry = Entry {
    code: "APIG.3205",
    status: 400,
    text: "The environment name already exists",
    meaning: "the gateway already has an environment of this name",
    cause: "the same command run twice",
    next: "fgctl environment list --gateway GATEWAY",
};

/// `APIG.3301`: the group already has an API with this method and path.
pub(crate) const API_PATH_EXISTS: Entry = Entry {
    code: "APIG.3301",
    status: 400,
    text: "An API with the same method and path exists",
    meaning: "the group already has an API with this method and path",
    cause: "an API that a deleted trigger left behind",
    next: "fgctl api list --gateway GATEWAY",
};

/// `APIG.3415`: a group that holds APIs cannot be deleted.
pub(crate) const GROUP_NOT_EMPTY: Entry = Entry {
    code: "APIG.3415",
    status: 412,
    text: "The API group holds APIs",
    meaning: "a group that holds APIs cannot be deleted",
    cause: "APIs that deleted triggers left behind",
    next: "fgctl api list --gateway GATEWAY",
};

/// `APIG.3416`: a published API cannot be deleted.
pub(crate) const API_PUBLISHED: Entry = Entry {
    code: "APIG.3416",
    status: 409,
    text: "The API is published",
    meaning: "a published API cannot be deleted",
    cause: "an API that is still online",
    next: "fgctl api unpublish NAME --gateway GATEWAY",
};

/// `APIG.3418`: an environment with published APIs cannot be deleted.
pub(crate) const ENVIRONMENT_IN_USE: Entry = Entry {
    code: "APIG.3418",
    status: 403,
    text: "The environment has published APIs",
    meaning: "an environment with published APIs cannot be deleted",
    cause: "APIs that are still online",
    next: "fgctl api unpublish NAME --gateway GATEWAY",
};

/// `APIG.9002`: the backend's function URN cannot be read.
pub(crate) const FUNCTION_URN: Entry = Entry {
    code: "APIG.9002",
    status: 500,
    text: "Invalid function URN",
    meaning: "the backend's function URN cannot be read",
    cause: "a request built by hand",
    next: "fgctl function list -o name",
};

/// `APIG.9999`: the service failed.
pub(crate) const INTERNAL: Entry = Entry {
    code: "APIG.9999",
    status: 500,
    text: "System error",
    meaning: "the service failed",
    cause: "a fault of the service, or a full disk of the local cloud",
    next: "try again; if it stays, report the request id",
};

/// `APIG.0101`: the gateway has nothing at this address.
pub(crate) const CALL_NOT_FOUND: Entry = Entry {
    code: "APIG.0101",
    status: 404,
    text: "The API does not exist or has not been published in the environment.",
    meaning: "the gateway has nothing at this address",
    cause: "an unpublished API, another path or method, or another environment (X-Stage)",
    next: "fgctl api publish NAME --gateway GATEWAY --environment RELEASE",
};

/// `APIG.0201`: the gateway could not read the request.
pub(crate) const CALL_INVALID: Entry = Entry {
    code: "APIG.0201",
    status: 400,
    text: "API request error.",
    meaning: "the gateway could not read the request",
    cause: "a malformed request",
    next: "check the client",
};

/// `APIG.0202`: the function did not answer.
pub(crate) const CALL_UNAVAILABLE: Entry = Entry {
    code: "APIG.0202",
    status: 502,
    text: "Backend unavailable",
    meaning: "the function did not answer",
    cause: "a function that ended, or never listened on 127.0.0.1:8000",
    next: "look at the function's log",
};

/// `APIG.0203`: the function did not answer in the API's backend timeout.
pub(crate) const CALL_TIMEOUT: Entry = Entry {
    code: "APIG.0203",
    status: 504,
    text: "Backend timeout",
    meaning: "the function did not answer in the API's backend timeout",
    cause: "a slow start, or a timeout that is too short",
    next: "raise --timeout of the trigger",
};

/// `APIG.0301`: the call carries no valid IAM signature or token.
pub(crate) const CALL_IAM_AUTHENTICATION: Entry = Entry {
    code: "APIG.0301",
    status: 401,
    text: "Incorrect IAM authentication information",
    meaning: "the call carries no valid IAM signature or token",
    cause: "an API with IAM authentication, called without",
    next: "sign the call, or use --auth none",
};

/// `APIG.0303`: the call carries no valid app signature.
pub(crate) const CALL_APP_AUTHENTICATION: Entry = Entry {
    code: "APIG.0303",
    status: 401,
    text: "Incorrect app authentication information",
    meaning: "the call carries no valid app signature",
    cause: "an API with App authentication, called without",
    next: "sign the call with the app's key, or use --auth none",
};

/// `APIG.0607`: the API does not serve this protocol.
pub(crate) const CALL_PROTOCOL: Entry = Entry {
    code: "APIG.0607",
    status: 400,
    text: "The following protocol is supported",
    meaning: "the API does not serve this protocol",
    cause: "http:// or ws:// to an API of protocol HTTPS, or the other way round",
    next: "use the URL that fgctl trigger url prints",
};
