//! Codes of operations on what is on a gateway: what is missing, in use, or not allowed. Source: APIG API Reference, "Error Codes".

use super::super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    NO_PERMISSION,
    GROUP_NOT_FOUND,
    API_NOT_FOUND,
    ENVIRONMENT_NOT_FOUND,
    PUBLICATION_NOT_FOUND,
    VERSION_NOT_FOUND,
    FUNCTION_URN_NOT_FOUND,
    INSTANCE_NOT_FOUND,
    ENVIRONMENT_QUOTA,
    GROUP_NOT_EMPTY,
    API_PUBLISHED,
    ENVIRONMENT_IN_USE,
    FUNCTION_URN,
    INTERNAL,
    TOKEN,
    GROUP_QUOTA,
    API_QUOTA,
    APP_QUOTA,
    THROTTLE_QUOTA,
    DOMAIN_QUOTA,
    PARAMETER_QUOTA,
    GROUP_API_QUOTA,
    APP_CODE_QUOTA,
    THROTTLE_IN_USE,
    APP_NOT_FOUND,
    THROTTLE_NOT_FOUND,
    AUTHORIZATION_NOT_FOUND,
    THROTTLE_BINDING_NOT_FOUND,
    DOMAIN_NOT_FOUND,
    AUTHORIZER_NOT_FOUND,
    APP_CODE_NOT_FOUND,
    FEATURE_TOO_SOON,
    FEATURE_UNSUPPORTED,
    ETCD,
    TOO_MANY_REQUESTS,
];

/// `APIG.1005`: the caller may not do this in this project.
pub(crate) const NO_PERMISSION: Entry = Entry {
    code: "APIG.1005",
    status: 403,
    text: "No permissions to request this method",
    meaning: "the caller may not do this in this project",
    cause: "a project id of another account or region",
    next: "check --project-id and --region",
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

/// `APIG.1002`: the service did not accept the token.
pub(crate) const TOKEN: Entry = Entry {
    code: "APIG.1002",
    status: 401,
    text: "Incorrect token or token resolution failed",
    meaning: "the service did not accept the token",
    cause: "an expired token",
    next: "sign with an access key, or get a new token",
};

/// `APIG.3101`: the gateway has as many groups as it may, 1500.
pub(crate) const GROUP_QUOTA: Entry = Entry {
    code: "APIG.3101",
    status: 403,
    text: "The quota of API groups has been reached",
    meaning: "the gateway has as many groups as it may, 1500",
    cause: "groups that nobody deleted",
    next: "fgctl group list --gateway GATEWAY",
};

/// `APIG.3102`: the gateway has as many APIs as its edition allows.
pub(crate) const API_QUOTA: Entry = Entry {
    code: "APIG.3102",
    status: 403,
    text: "The quota of APIs has been reached",
    meaning: "the gateway has as many APIs as its edition allows",
    cause: "APIs that deleted triggers left behind",
    next: "fgctl api list --gateway GATEWAY",
};

/// `APIG.3103`: the gateway has as many apps as it may, 50.
pub(crate) const APP_QUOTA: Entry = Entry {
    code: "APIG.3103",
    status: 403,
    text: "The quota of apps has been reached",
    meaning: "the gateway has as many apps as it may, 50",
    cause: "apps that nobody deleted",
    next: "fgctl app list --gateway GATEWAY",
};

/// `APIG.3107`: the gateway has as many throttling policies as it may, 300.
pub(crate) const THROTTLE_QUOTA: Entry = Entry {
    code: "APIG.3107",
    status: 403,
    text: "The quota of request throttling policies has been reached",
    meaning: "the gateway has as many throttling policies as it may, 300",
    cause: "policies that nobody deleted",
    next: "delete those that no API uses",
};

/// `APIG.3108`: the group has as many domains as it may, 5.
pub(crate) const DOMAIN_QUOTA: Entry = Entry {
    code: "APIG.3108",
    status: 403,
    text: "The quota of domain names has been reached",
    meaning: "the group has as many domains as it may, 5",
    cause: "domains that nobody unbound",
    next: "unbind those that nobody uses",
};

/// `APIG.3111`: the API has as many parameters as it may, 50.
pub(crate) const PARAMETER_QUOTA: Entry = Entry {
    code: "APIG.3111",
    status: 403,
    text: "The quota of API parameters has been reached",
    meaning: "the API has as many parameters as it may, 50",
    cause: "a long list of parameters",
    next: "declare fewer",
};

/// `APIG.3125`: the group has as many APIs as it may, 1000.
pub(crate) const GROUP_API_QUOTA: Entry = Entry {
    code: "APIG.3125",
    status: 403,
    text: "The quota of APIs in the API group has been reached",
    meaning: "the group has as many APIs as it may, 1000",
    cause: "APIs that deleted triggers left behind",
    next: "use another group",
};

/// `APIG.3131`: the app has as many AppCodes as it may, 5.
pub(crate) const APP_CODE_QUOTA: Entry = Entry {
    code: "APIG.3131",
    status: 403,
    text: "The quota of AppCodes has been reached",
    meaning: "the app has as many AppCodes as it may, 5",
    cause: "codes that nobody deleted",
    next: "fgctl app codes list NAME --gateway GATEWAY",
};

/// `APIG.3451`: a throttling policy that holds for an API cannot be deleted.
pub(crate) const THROTTLE_IN_USE: Entry = Entry {
    code: "APIG.3451",
    status: 403,
    text: "The request throttling policy is bound to APIs",
    meaning: "a throttling policy that holds for an API cannot be deleted",
    cause: "a binding that is still there",
    next: "unbind it first",
};

/// `APIG.3004`: there is no such app on this gateway.
pub(crate) const APP_NOT_FOUND: Entry = Entry {
    code: "APIG.3004",
    status: 404,
    text: "App does not exist",
    meaning: "there is no such app on this gateway",
    cause: "an app of another gateway",
    next: "fgctl app list --gateway GATEWAY",
};

/// `APIG.3005`: there is no such throttling policy on this gateway.
pub(crate) const THROTTLE_NOT_FOUND: Entry = Entry {
    code: "APIG.3005",
    status: 404,
    text: "The request throttling policy does not exist",
    meaning: "there is no such throttling policy on this gateway",
    cause: "a policy that was deleted",
    next: "check its id",
};

/// `APIG.3009`: there is no such authorisation.
pub(crate) const AUTHORIZATION_NOT_FOUND: Entry = Entry {
    code: "APIG.3009",
    status: 404,
    text: "The authorization record does not exist",
    meaning: "there is no such authorisation",
    cause: "one that was taken back before",
    next: "fgctl app get NAME --gateway GATEWAY",
};

/// `APIG.3012`: the throttling policy is not bound so.
pub(crate) const THROTTLE_BINDING_NOT_FOUND: Entry = Entry {
    code: "APIG.3012",
    status: 404,
    text: "The request throttling policy binding record does not exist",
    meaning: "the throttling policy is not bound so",
    cause: "one that was unbound before",
    next: "check its id",
};

/// `APIG.3020`: there is no such domain on this group.
pub(crate) const DOMAIN_NOT_FOUND: Entry = Entry {
    code: "APIG.3020",
    status: 404,
    text: "The domain name does not exist",
    meaning: "there is no such domain on this group",
    cause: "a domain that was unbound before",
    next: "fgctl group get NAME --gateway GATEWAY -o json",
};

/// `APIG.3081`: there is no such custom authoriser.
pub(crate) const AUTHORIZER_NOT_FOUND: Entry = Entry {
    code: "APIG.3081",
    status: 404,
    text: "The custom authorizer does not exist",
    meaning: "there is no such custom authoriser",
    cause: "one that was deleted",
    next: "check its id",
};

/// `APIG.3082`: the app has no such AppCode.
pub(crate) const APP_CODE_NOT_FOUND: Entry = Entry {
    code: "APIG.3082",
    status: 404,
    text: "The AppCode does not exist",
    meaning: "the app has no such AppCode",
    cause: "one that was deleted before",
    next: "fgctl app codes list NAME --gateway GATEWAY",
};

/// `APIG.3711`: the feature was changed less than a minute ago.
pub(crate) const FEATURE_TOO_SOON: Entry = Entry {
    code: "APIG.3711",
    status: 409,
    text: "A configuration parameter can be modified only once per minute.",
    meaning: "the feature was changed less than a minute ago",
    cause: "two changes one after the other",
    next: "wait a minute",
};

/// `APIG.3458`: the gateway has no such feature.
pub(crate) const FEATURE_UNSUPPORTED: Entry = Entry {
    code: "APIG.3458",
    status: 412,
    text: "The feature is not supported by the gateway",
    meaning: "the gateway has no such feature",
    cause: "a misspelt feature, or an old gateway",
    next: "fgctl gateway feature list NAME",
};

/// `APIG.3500`: the service failed.
pub(crate) const ETCD: Entry = Entry {
    code: "APIG.3500",
    status: 500,
    text: "etcd error",
    meaning: "the service failed",
    cause: "changes of one gateway sent at once",
    next: "try again, one change at a time",
};

/// `APIG.9008`: the service takes no more changes of this gateway now.
pub(crate) const TOO_MANY_REQUESTS: Entry = Entry {
    code: "APIG.9008",
    status: 500,
    text: "Too many requests",
    meaning: "the service takes no more changes of this gateway now",
    cause: "changes of one gateway sent at once",
    next: "try again, one change at a time",
};
