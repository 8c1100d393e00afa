//! Codes of the identity service. Its older operations name no code at all: `{"error":{"code":404,...}}`.
//! Source: IAM API Reference, "Error Codes" and the examples of its pages.

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[AUTHENTICATION, NOT_ALLOWED, NOT_FOUND, PARAMETER, BODY, MISSING, FIELD];

/// `IAM.0001`: what the body holds does not prove who asks.
pub(crate) const AUTHENTICATION: Entry = Entry {
    code: "IAM.0001",
    status: 401,
    text: "The request you have made requires authentication.",
    meaning: "what the request holds does not prove who asks",
    cause: "a wrong or an expired token",
    next: "fgctl doctor",
};

/// `IAM.0003`: the user may not do this.
pub(crate) const NOT_ALLOWED: Entry = Entry {
    code: "IAM.0003",
    status: 403,
    text: "Policy doesn't allow the action to be performed.",
    meaning: "the user has no permission for this operation",
    cause: "another account's id, or a missing policy",
    next: "fgctl doctor",
};

/// `IAM.0004`: there is no such thing.
pub(crate) const NOT_FOUND: Entry = Entry {
    code: "IAM.0004",
    status: 404,
    text: "Could not find",
    meaning: "there is no such thing in the account",
    cause: "a wrong name or id",
    next: "fgctl agency list",
};

/// `IAM.0007`: a parameter is not allowed.
pub(crate) const PARAMETER: Entry = Entry {
    code: "IAM.0007",
    status: 400,
    text: "Request parameter is invalid.",
    meaning: "a parameter is not allowed",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `IAM.0011`: the body is not what the operation takes.
pub(crate) const BODY: Entry = Entry {
    code: "IAM.0011",
    status: 400,
    text: "Request body is invalid.",
    meaning: "the body is not what the operation takes",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `IAM.0072`: a member of the body or the query is missing.
pub(crate) const MISSING: Entry = Entry {
    code: "IAM.0072",
    status: 400,
    text: "A required field is missing",
    meaning: "a member of the body or the query is missing",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `IAM.0073`: a member of the body is not allowed.
pub(crate) const FIELD: Entry = Entry {
    code: "IAM.0073",
    status: 400,
    text: "A field is invalid",
    meaning: "a member of the body is not allowed",
    cause: "a value out of range",
    next: "fgctl -v shows the request that was refused",
};
