//! Codes of the gateway in front of every service. Source: "AK/SK Signing and Authentication Guide", "Error Codes".

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[NO_SUCH_API, BAD_REQUEST, AUTHENTICATION, NOT_ALLOWED, THROTTLED];

/// `APIGW.0101`: the service has no such operation.
pub(crate) const NO_SUCH_API: Entry = Entry {
    code: "APIGW.0101",
    status: 404,
    text: "The API does not exist or has not been published in the environment.",
    meaning: "the service has no such operation",
    cause: "an endpoint of another service, or an operation that the local cloud does not serve",
    next: "check --endpoint and --region",
};

/// `APIGW.0201`: the request could not be read, or is too large.
pub(crate) const BAD_REQUEST: Entry = Entry {
    code: "APIGW.0201",
    status: 400,
    text: "API request error.",
    meaning: "the request could not be read, or is too large",
    cause: "a proxy that changed the request",
    next: "fgctl -v shows the request that was refused",
};

/// `APIGW.0301`: the service did not accept the signature or the token.
pub(crate) const AUTHENTICATION: Entry = Entry {
    code: "APIGW.0301",
    status: 401,
    text: "Incorrect IAM authentication information",
    meaning: "the service did not accept the signature or the token",
    cause: "a wrong secret key, keys of another cloud, or a clock that is off",
    next: "check HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK; for the local cloud: eval \"$(fgctl local env)\"",
};

/// `APIGW.0302`: the user has no permission for this operation.
pub(crate) const NOT_ALLOWED: Entry = Entry {
    code: "APIGW.0302",
    status: 403,
    text: "The IAM user is not authorized to access the API.",
    meaning: "the user has no permission for this operation",
    cause: "a missing policy",
    next: "ask the account's administrator for FunctionGraph and APIG permissions",
};

/// `APIGW.0308`: too many requests.
pub(crate) const THROTTLED: Entry = Entry {
    code: "APIGW.0308",
    status: 429,
    text: "The throttling threshold has been reached",
    meaning: "too many requests",
    cause: "many clients at once",
    next: "try again in a minute",
};
