//! Codes of the Enterprise Project Management Service. Source: EPS API Reference, "Error Codes".

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[INTERNAL, BAD_REQUEST, LIMIT, OFFSET, NOT_FOUND];

/// `EPS.0001`: the service failed.
pub(crate) const INTERNAL: Entry = Entry {
    code: "EPS.0001",
    status: 500,
    text: "System error.",
    meaning: "the service failed",
    cause: "a fault of the service",
    next: "try again in a minute",
};

/// `EPS.0002`: the request cannot be read.
pub(crate) const BAD_REQUEST: Entry = Entry {
    code: "EPS.0002",
    status: 400,
    text: "Bad request.",
    meaning: "the request cannot be read",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `EPS.0017`: the limit is out of range.
pub(crate) const LIMIT: Entry = Entry {
    code: "EPS.0017",
    status: 400,
    text: "Invalid limit.",
    meaning: "the limit is not 1 to 1000",
    cause: "a request built by hand",
    next: "fgctl enterprise-project list",
};

/// `EPS.0018`: the offset is out of range.
pub(crate) const OFFSET: Entry = Entry {
    code: "EPS.0018",
    status: 400,
    text: "Invalid offset.",
    meaning: "the offset is negative",
    cause: "a request built by hand",
    next: "fgctl enterprise-project list",
};

/// `EPS.0069`: there is no such enterprise project.
pub(crate) const NOT_FOUND: Entry = Entry {
    code: "EPS.0069",
    status: 404,
    text: "The enterprise project is not exist.",
    meaning: "there is no such enterprise project",
    cause: "a wrong id, or another account's",
    next: "fgctl enterprise-project list",
};
