//! Codes about versions and aliases.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    ALIAS_NAME,
    VERSION_NAME,
    NOTHING_CHANGED,
    ADDITIONAL_VERSION,
    WEIGHT,
    SAME_VERSION,
    ALIAS_QUOTA,
    ADDITIONAL_IN_USE,
    ALIAS_HAS_TRIGGERS,
    VERSION_EXISTS,
    ALIAS_EXISTS,
    VERSION_HAS_ALIAS,
];

/// `FSS.1014`: the alias breaks the naming rule.
pub(crate) const ALIAS_NAME: Entry = Entry {
    code: "FSS.1014",
    status: 400,
    text: "Invalid alias",
    meaning: "the alias breaks the naming rule",
    cause: "a leading digit, or a mark that is not allowed",
    next: "choose 1 to 63 letters, digits, underscores and hyphens",
};

/// `FSS.1015`: the version breaks the naming rule.
pub(crate) const VERSION_NAME: Entry = Entry {
    code: "FSS.1015",
    status: 400,
    text: "Invalid version",
    meaning: "the version breaks the naming rule",
    cause: "a version called latest, or one of more than 42 characters",
    next: "choose 1 to 42 letters, digits, underscores, hyphens and periods",
};

/// `FSS.1016`: the code and the configuration are those of the last version.
pub(crate) const NOTHING_CHANGED: Entry = Entry {
    code: "FSS.1016",
    status: 400,
    text: "Nothing has changed since the last version",
    meaning: "the code and the configuration are those of the last version",
    cause: "a version that was published twice",
    next: "fgctl function versions NAME",
};

/// `FSS.1091`: the second version of an alias cannot be one.
pub(crate) const ADDITIONAL_VERSION: Entry = Entry {
    code: "FSS.1091",
    status: 400,
    text: "Invalid additional version",
    meaning: "the second version of an alias cannot be one",
    cause: "a version that does not exist, more than one, or weights beside rules",
    next: "fgctl function versions NAME",
};

/// `FSS.1092`: the share of the second version is no percentage.
pub(crate) const WEIGHT: Entry = Entry {
    code: "FSS.1092",
    status: 400,
    text: "Invalid weight of the additional version",
    meaning: "the share of the second version is no percentage",
    cause: "a weight under 0 or over 100",
    next: "choose 0 to 100",
};

/// `FSS.1093`: an alias leads to the same version twice.
pub(crate) const SAME_VERSION: Entry = Entry {
    code: "FSS.1093",
    status: 400,
    text: "The additional version is the main version",
    meaning: "an alias leads to the same version twice",
    cause: "the same version named twice",
    next: "name another one",
};

/// `FSS.1043`: the function has as many aliases or versions as it may.
pub(crate) const ALIAS_QUOTA: Entry = Entry {
    code: "FSS.1043",
    status: 403,
    text: "The quota of aliases has been reached",
    meaning: "the function has as many aliases or versions as it may",
    cause: "old ones that nobody deleted",
    next: "fgctl function aliases list NAME",
};

/// `FSS.1094`: an alias leads some of its calls to the version.
pub(crate) const ADDITIONAL_IN_USE: Entry = Entry {
    code: "FSS.1094",
    status: 403,
    text: "The version is an additional version of an alias",
    meaning: "an alias leads some of its calls to the version",
    cause: "a version that is still in use",
    next: "fgctl function aliases list NAME",
};

/// `FSS.1154`: the alias cannot go while triggers call it.
pub(crate) const ALIAS_HAS_TRIGGERS: Entry = Entry {
    code: "FSS.1154",
    status: 403,
    text: "The alias has triggers",
    meaning: "the alias cannot go while triggers call it",
    cause: "a trigger that was made on the alias",
    next: "fgctl trigger list FUNCTION",
};

/// `FSS.1062`: the function has a version of this name.
pub(crate) const VERSION_EXISTS: Entry = Entry {
    code: "FSS.1062",
    status: 409,
    text: "The version already exists",
    meaning: "the function has a version of this name",
    cause: "the same command run twice",
    next: "fgctl function versions NAME",
};

/// `FSS.1063`: the function has an alias of this name.
pub(crate) const ALIAS_EXISTS: Entry = Entry {
    code: "FSS.1063",
    status: 409,
    text: "The alias already exists",
    meaning: "the function has an alias of this name",
    cause: "the same command run twice",
    next: "fgctl function aliases list NAME",
};

/// `FSS.1066`: a version has at most one alias.
pub(crate) const VERSION_HAS_ALIAS: Entry = Entry {
    code: "FSS.1066",
    status: 409,
    text: "The version is used by another alias",
    meaning: "a version has at most one alias",
    cause: "another alias that leads to it",
    next: "fgctl function aliases list NAME",
};
