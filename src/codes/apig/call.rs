//! Codes of calls that a gateway refuses. Source: APIG user guide, "Error Codes".

use super::super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    CALL_NOT_FOUND,
    CALL_INVALID,
    CALL_UNAVAILABLE,
    CALL_TIMEOUT,
    CALL_IAM_AUTHENTICATION,
    CALL_APP_AUTHENTICATION,
    CALL_PROTOCOL,
    CALL_BACKEND_NOT_FOUND,
    CALL_PLUGIN_NOT_FOUND,
    CALL_BACKEND_CONFIGURATION,
    CALL_ORCHESTRATION,
    CALL_TLS_VERSION,
    CALL_CLIENT_CERTIFICATE,
    CALL_IAM_PERMISSION,
    CALL_APP_UNAUTHORIZED,
    CALL_CUSTOM_AUTHENTICATION,
    CALL_DENIED,
    CALL_TOKEN_OUTDATED,
    CALL_THROTTLED,
    CALL_PROJECT,
    CALL_DEBUG_AUTHENTICATION,
    CALL_UNKNOWN_ADDRESS,
    CALL_ADDRESS,
    CALL_BACKEND_ADDRESS,
    CALL_APP_ADDRESS,
    CALL_APP_QUOTA,
    CALL_APP_FROZEN,
    CALL_INTERNAL,
    CALL_BAD_REQUEST,
    CALL_RESOLUTION,
    CALL_NOT_LOADED,
    CALL_NO_BACKEND,
    CALL_ITSELF,
    CALL_IAM_UNAVAILABLE,
];

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

/// `APIG.0103`: the gateway has lost the API's backend.
pub(crate) const CALL_BACKEND_NOT_FOUND: Entry = Entry {
    code: "APIG.0103",
    status: 500,
    text: "The backend does not exist.",
    meaning: "the gateway has lost the API's backend",
    cause: "a fault of the service",
    next: "report the request id",
};

/// `APIG.0104`: the gateway has lost the API's plug-ins.
pub(crate) const CALL_PLUGIN_NOT_FOUND: Entry = Entry {
    code: "APIG.0104",
    status: 500,
    text: "The plug-ins do not exist.",
    meaning: "the gateway has lost the API's plug-ins",
    cause: "a fault of the service",
    next: "report the request id",
};

/// `APIG.0105`: the gateway has lost the backend's configuration.
pub(crate) const CALL_BACKEND_CONFIGURATION: Entry = Entry {
    code: "APIG.0105",
    status: 500,
    text: "The backend configurations do not exist.",
    meaning: "the gateway has lost the backend's configuration",
    cause: "a fault of the service",
    next: "report the request id",
};

/// `APIG.0106`: the call does not fit the API's parameters.
pub(crate) const CALL_ORCHESTRATION: Entry = Entry {
    code: "APIG.0106",
    status: 400,
    text: "Orchestration error.",
    meaning: "the call does not fit the API's parameters",
    cause: "a parameter that is missing or wrong",
    next: "send what the API declares",
};

/// `APIG.0204`: the domain wants a newer TLS.
pub(crate) const CALL_TLS_VERSION: Entry = Entry {
    code: "APIG.0204",
    status: 400,
    text: "SSL protocol is not supported",
    meaning: "the domain wants a newer TLS",
    cause: "an old client",
    next: "use TLS 1.2",
};

/// `APIG.0205`: the domain wants another client certificate.
pub(crate) const CALL_CLIENT_CERTIFICATE: Entry = Entry {
    code: "APIG.0205",
    status: 400,
    text: "Verify client certificate failed",
    meaning: "the domain wants another client certificate",
    cause: "a client without its certificate",
    next: "use the certificate that the domain trusts",
};

/// `APIG.0302`: the IAM user may not call the API.
pub(crate) const CALL_IAM_PERMISSION: Entry = Entry {
    code: "APIG.0302",
    status: 403,
    text: "The IAM user is not authorized to access the API.",
    meaning: "the IAM user may not call the API",
    cause: "a user of another account",
    next: "authorise the user",
};

/// `APIG.0304`: the app may not call the API in this environment.
pub(crate) const CALL_APP_UNAUTHORIZED: Entry = Entry {
    code: "APIG.0304",
    status: 403,
    text: "The app is not authorized to access the API.",
    meaning: "the app may not call the API in this environment",
    cause: "an app that was never authorised",
    next: "fgctl app authorize APP --api API --gateway GATEWAY",
};

/// `APIG.0305`: the custom authoriser did not accept the call.
pub(crate) const CALL_CUSTOM_AUTHENTICATION: Entry = Entry {
    code: "APIG.0305",
    status: 401,
    text: "Incorrect authentication information.",
    meaning: "the custom authoriser did not accept the call",
    cause: "a wrong token",
    next: "send what the authoriser reads",
};

/// `APIG.0306`: the custom authoriser refused the call.
pub(crate) const CALL_DENIED: Entry = Entry {
    code: "APIG.0306",
    status: 403,
    text: "API access denied.",
    meaning: "the custom authoriser refused the call",
    cause: "a caller without the right",
    next: "ask the API's owner",
};

/// `APIG.0307`: the IAM token has expired.
pub(crate) const CALL_TOKEN_OUTDATED: Entry = Entry {
    code: "APIG.0307",
    status: 401,
    text: "The token must be updated.",
    meaning: "the IAM token has expired",
    cause: "a token older than a day",
    next: "get a new token",
};

/// `APIG.0308`: too many calls, or more than 1000 in a day by the debug domain.
pub(crate) const CALL_THROTTLED: Entry = Entry {
    code: "APIG.0308",
    status: 429,
    text: "The throttling threshold has been reached",
    meaning: "too many calls, or more than 1000 in a day by the debug domain",
    cause: "a throttling policy, or the debug domain in production",
    next: "wait, or bind a domain of your own",
};

/// `APIG.0310`: the caller's project cannot be used.
pub(crate) const CALL_PROJECT: Entry = Entry {
    code: "APIG.0310",
    status: 403,
    text: "The project is unavailable.",
    meaning: "the caller's project cannot be used",
    cause: "a project in arrears",
    next: "look at the account",
};

/// `APIG.0311`: the debugging call was not accepted.
pub(crate) const CALL_DEBUG_AUTHENTICATION: Entry = Entry {
    code: "APIG.0311",
    status: 401,
    text: "Incorrect debugging authentication information.",
    meaning: "the debugging call was not accepted",
    cause: "an expired page of the console",
    next: "start the debugging again",
};

/// `APIG.0401`: the gateway cannot tell where the call comes from.
pub(crate) const CALL_UNKNOWN_ADDRESS: Entry = Entry {
    code: "APIG.0401",
    status: 403,
    text: "Unknown client IP address.",
    meaning: "the gateway cannot tell where the call comes from",
    cause: "a proxy on the way",
    next: "call without it",
};

/// `APIG.0402`: an access policy shuts the caller's address out.
pub(crate) const CALL_ADDRESS: Entry = Entry {
    code: "APIG.0402",
    status: 403,
    text: "The IP address is not authorized to access the API.",
    meaning: "an access policy shuts the caller's address out",
    cause: "an address that is not on the list",
    next: "add it to the access policy",
};

/// `APIG.0404`: the gateway may not reach the backend's address.
pub(crate) const CALL_BACKEND_ADDRESS: Entry = Entry {
    code: "APIG.0404",
    status: 403,
    text: "Access to the backend IP address has been denied.",
    meaning: "the gateway may not reach the backend's address",
    cause: "a backend in a restricted network",
    next: "move the backend",
};

/// `APIG.0405`: the app's access policy shuts the caller's address out.
pub(crate) const CALL_APP_ADDRESS: Entry = Entry {
    code: "APIG.0405",
    status: 403,
    text: "The app is not accessed from a trusted IP address.",
    meaning: "the app's access policy shuts the caller's address out",
    cause: "an address that is not on the list",
    next: "add it to the app's access policy",
};

/// `APIG.0501`: the app has called as often as it may.
pub(crate) const CALL_APP_QUOTA: Entry = Entry {
    code: "APIG.0501",
    status: 405,
    text: "The app quota has been used up.",
    meaning: "the app has called as often as it may",
    cause: "a quota bound to the app",
    next: "raise the quota",
};

/// `APIG.0502`: the app cannot be used.
pub(crate) const CALL_APP_FROZEN: Entry = Entry {
    code: "APIG.0502",
    status: 405,
    text: "The app has been frozen.",
    meaning: "the app cannot be used",
    cause: "an account in arrears",
    next: "look at the account",
};

/// `APIG.0601`: the gateway failed.
pub(crate) const CALL_INTERNAL: Entry = Entry {
    code: "APIG.0601",
    status: 500,
    text: "Internal server error.",
    meaning: "the gateway failed",
    cause: "a fault of the service",
    next: "report the request id",
};

/// `APIG.0602`: the gateway could not read the request.
pub(crate) const CALL_BAD_REQUEST: Entry = Entry {
    code: "APIG.0602",
    status: 400,
    text: "Bad request.",
    meaning: "the gateway could not read the request",
    cause: "a malformed request",
    next: "check the client",
};

/// `APIG.0605`: the backend's name cannot be resolved.
pub(crate) const CALL_RESOLUTION: Entry = Entry {
    code: "APIG.0605",
    status: 500,
    text: "Domain name resolution failed.",
    meaning: "the backend's name cannot be resolved",
    cause: "a misspelt backend",
    next: "check the backend's address",
};

/// `APIG.0606`: the gateway has not loaded the API yet.
pub(crate) const CALL_NOT_LOADED: Entry = Entry {
    code: "APIG.0606",
    status: 500,
    text: "Failed to load the API configurations.",
    meaning: "the gateway has not loaded the API yet",
    cause: "a call right after a start",
    next: "try again",
};

/// `APIG.0610`: no backend of the channel can be used.
pub(crate) const CALL_NO_BACKEND: Entry = Entry {
    code: "APIG.0610",
    status: 502,
    text: "No backend available.",
    meaning: "no backend of the channel can be used",
    cause: "servers that fail their health checks",
    next: "check the backend",
};

/// `APIG.0612`: an API cannot call itself.
pub(crate) const CALL_ITSELF: Entry = Entry {
    code: "APIG.0612",
    status: 500,
    text: "The backend API cannot be the API itself.",
    meaning: "an API cannot call itself",
    cause: "a backend that leads to the same gateway",
    next: "check the backend's address",
};

/// `APIG.0613`: IAM does not answer the gateway.
pub(crate) const CALL_IAM_UNAVAILABLE: Entry = Entry {
    code: "APIG.0613",
    status: 503,
    text: "The IAM service is currently unavailable.",
    meaning: "IAM does not answer the gateway",
    cause: "a fault of the service",
    next: "try again later",
};
