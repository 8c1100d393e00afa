//! Codes of operations on what is on a gateway: what is wrong with the request. Source: APIG API Reference, "Error Codes".

use super::super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    PARAMETER,
    PARAMETER_MISSING,
    PARAMETER_TYPE,
    PARAMETER_VALUE,
    PATH_PARAMETER_UNDEFINED,
    GROUP_NAME_EXISTS,
    API_NAME_EXISTS,
    ENVIRONMENT_NAME_EXISTS,
    API_PATH_EXISTS,
    TOO_LARGE,
    OUT_OF_RANGE,
    DOMAIN_INVALID,
    BACKEND_PATH_PARAMETER_UNDEFINED,
    PARAMETER_UNMAPPED,
    APP_NAME_EXISTS,
    THROTTLE_NAME_EXISTS,
    AUTHORIZER_NAME_EXISTS,
    DOMAIN_EXISTS,
    DOMAIN_OF_ANOTHER_GROUP,
    ALREADY_DONE,
    APP_KEY_EXISTS,
    AUTHORIZATION_EXISTS,
];

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

/// `APIG.2003`: a parameter is too large.
pub(crate) const TOO_LARGE: Entry = Entry {
    code: "APIG.2003",
    status: 400,
    text: "The parameter value is too large",
    meaning: "a parameter is too large",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `APIG.2004`: a parameter is out of range.
pub(crate) const OUT_OF_RANGE: Entry = Entry {
    code: "APIG.2004",
    status: 400,
    text: "The parameter value is outside the allowed range",
    meaning: "a parameter is out of range",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `APIG.2024`: the domain is none.
pub(crate) const DOMAIN_INVALID: Entry = Entry {
    code: "APIG.2024",
    status: 400,
    text: "Invalid domain name",
    meaning: "the domain is none",
    cause: "a misspelt domain",
    next: "check the domain",
};

/// `APIG.2027`: the backend's path has a variable that is declared nowhere.
pub(crate) const BACKEND_PATH_PARAMETER_UNDEFINED: Entry = Entry {
    code: "APIG.2027",
    status: 400,
    text: "A backend path parameter is not defined",
    meaning: "the backend's path has a variable that is declared nowhere",
    cause: "a `{name}` in the backend's path",
    next: "declare it, or take it out of the path",
};

/// `APIG.2028`: a declared parameter goes nowhere.
pub(crate) const PARAMETER_UNMAPPED: Entry = Entry {
    code: "APIG.2028",
    status: 400,
    text: "A parameter is not mapped to a backend parameter",
    meaning: "a declared parameter goes nowhere",
    cause: "a request built by hand",
    next: "map it to the backend, or take it out",
};

/// `APIG.3203`: the gateway already has an app of this name.
pub(crate) const APP_NAME_EXISTS: Entry = Entry {
    code: "APIG.3203",
    status: 400,
    text: "The app name already exists",
    meaning: "the gateway already has an app of this name",
    cause: "the same command run twice",
    next: "fgctl app get NAME --gateway GATEWAY",
};

/// `APIG.3204`: the gateway already has a throttling policy of this name.
pub(crate) const THROTTLE_NAME_EXISTS: Entry = Entry {
    code: "APIG.3204",
    status: 400,
    text: "The request throttling policy name already exists",
    meaning: "the gateway already has a throttling policy of this name",
    cause: "the same request sent twice",
    next: "choose another name",
};

/// `APIG.3211`: the gateway already has a custom authoriser of this name.
pub(crate) const AUTHORIZER_NAME_EXISTS: Entry = Entry {
    code: "APIG.3211",
    status: 400,
    text: "The custom authorizer name already exists",
    meaning: "the gateway already has a custom authoriser of this name",
    cause: "the same request sent twice",
    next: "choose another name",
};

/// `APIG.3305`: the domain is bound already.
pub(crate) const DOMAIN_EXISTS: Entry = Entry {
    code: "APIG.3305",
    status: 400,
    text: "The domain name already exists",
    meaning: "the domain is bound already",
    cause: "a domain that another group has",
    next: "unbind it there first",
};

/// `APIG.3474`: the domain is bound to another group than the one named.
pub(crate) const DOMAIN_OF_ANOTHER_GROUP: Entry = Entry {
    code: "APIG.3474",
    status: 400,
    text: "The domain name is not bound to this API group",
    meaning: "the domain is bound to another group than the one named",
    cause: "a request built by hand",
    next: "fgctl group list --gateway GATEWAY -o json",
};

/// `APIG.3309`: it was done before.
pub(crate) const ALREADY_DONE: Entry = Entry {
    code: "APIG.3309",
    status: 400,
    text: "The operation has already been performed",
    meaning: "it was done before",
    cause: "the same request sent twice",
    next: "nothing needs to be done",
};

/// `APIG.3310`: another app has this AppKey.
pub(crate) const APP_KEY_EXISTS: Entry = Entry {
    code: "APIG.3310",
    status: 400,
    text: "The AppKey already exists",
    meaning: "another app has this AppKey",
    cause: "an AppKey chosen by hand",
    next: "leave the AppKey to the service",
};

/// `APIG.3316`: the app may call this API already.
pub(crate) const AUTHORIZATION_EXISTS: Entry = Entry {
    code: "APIG.3316",
    status: 400,
    text: "The authorization record already exists",
    meaning: "the app may call this API already",
    cause: "the same request sent twice",
    next: "nothing needs to be done",
};
