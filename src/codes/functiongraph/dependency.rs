//! Codes about dependencies.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    DEPENDENCY_PACKAGE,
    DEPENDENCY_TYPE,
    DEPENDENCY_IN_USE,
    DEPENDENCY_NOT_FOUND,
    Entry {
        code: "FSS.1031",
        status: 400,
        text: "The dependency already exists",
        meaning: "a dependency of this name exists",
        cause: "a service of an older version",
        next: "fgctl dependency list",
    },
    Entry {
        code: "FSS.1045",
        status: 403,
        text: "The quota of dependencies has been reached",
        meaning: "the account has as many dependencies as it may",
        cause: "versions that nobody uses",
        next: "fgctl dependency list",
    },
    Entry {
        code: "FSS.1046",
        status: 403,
        text: "The dependency is not accessible",
        meaning: "the dependency is another account's",
        cause: "a version id that was copied from elsewhere",
        next: "fgctl dependency list",
    },
    Entry {
        code: "FSS.1065",
        status: 409,
        text: "The dependency already exists",
        meaning: "a dependency of this name exists",
        cause: "a service of an older version",
        next: "fgctl dependency list",
    },
];

/// `FSS.1024`: the dependency's archive cannot be read or breaks a rule.
pub(crate) const DEPENDENCY_PACKAGE: Entry = Entry {
    code: "FSS.1024",
    status: 400,
    text: "Invalid dependency package",
    meaning: "the dependency's archive cannot be read or breaks a rule",
    cause: "no ZIP, a damaged one, or more than 30000 files",
    next: "unzip -t FILE",
};

/// `FSS.1032`: the type of upload is neither zip nor obs.
pub(crate) const DEPENDENCY_TYPE: Entry = Entry {
    code: "FSS.1032",
    status: 400,
    text: "Invalid dependency type",
    meaning: "the type of upload is neither zip nor obs",
    cause: "a request built by hand",
    next: "use --zip or --obs-url",
};

/// `FSS.1033`: a function still uses this version.
pub(crate) const DEPENDENCY_IN_USE: Entry = Entry {
    code: "FSS.1033",
    status: 412,
    text: "The dependency is in use",
    meaning: "a function still uses this version",
    cause: "an attached dependency",
    next: "fgctl dependency detach NAME --function FUNCTION",
};

/// `FSS.1056`: there is no such dependency, or no such version of it.
pub(crate) const DEPENDENCY_NOT_FOUND: Entry = Entry {
    code: "FSS.1056",
    status: 404,
    text: "Not found the dependency",
    meaning: "there is no such dependency, or no such version of it",
    cause: "a wrong name, or a version that was deleted",
    next: "fgctl dependency list",
};
