//! Codes about triggers.

use crate::codes::Entry;

/// Every code of this file.
pub(in crate::codes) const ALL: &[Entry] = &[
    TRIGGER_TYPE,
    TRIGGER_NOT_FOUND,
    GATEWAY_TRIGGER_NOT_FOUND,
    GATEWAY_TRIGGER_EXISTS,
    REQUEST_PATH_EXISTS,
    TRIGGER_NAME_TOO_LONG,
    DEDICATED_GATEWAY,
];

/// `FSS.1101`: the function cannot have a trigger of this type.
pub(crate) const TRIGGER_TYPE: Entry = Entry {
    code: "FSS.1101",
    status: 400,
    text: "Invalid trigger type",
    meaning: "the function cannot have a trigger of this type",
    cause: "an event trigger for an HTTP function",
    next: "fgctl trigger create makes the right one",
};

/// `FSS.1131`: there is no such trigger.
pub(crate) const TRIGGER_NOT_FOUND: Entry = Entry {
    code: "FSS.1131",
    status: 404,
    text: "Not found the trigger",
    meaning: "there is no such trigger",
    cause: "a trigger that was deleted",
    next: "fgctl trigger list",
};

/// `FSS.1138`: there is no such trigger.
pub(crate) const GATEWAY_TRIGGER_NOT_FOUND: Entry = Entry {
    code: "FSS.1138",
    status: 404,
    text: "Not found the APIG trigger",
    meaning: "there is no such trigger",
    cause: "a trigger that was deleted",
    next: "fgctl trigger list",
};

/// `FSS.1146`: the gateway already has an API of this name.
pub(crate) const GATEWAY_TRIGGER_EXISTS: Entry = Entry {
    code: "FSS.1146",
    status: 409,
    text: "The APIG trigger already exists",
    meaning: "the gateway already has an API of this name",
    cause: "an API that a deleted trigger left behind",
    next: "fgctl api list --gateway GATEWAY",
};

/// `FSS.1147`: the group already has an API with this path and method.
pub(crate) const REQUEST_PATH_EXISTS: Entry = Entry {
    code: "FSS.1147",
    status: 409,
    text: "The request path already exists",
    meaning: "the group already has an API with this path and method",
    cause: "an API that a deleted trigger left behind",
    next: "fgctl api list --gateway GATEWAY",
};

/// `FSS.1317`: the API's name is longer than 64 characters.
pub(crate) const TRIGGER_NAME_TOO_LONG: Entry = Entry {
    code: "FSS.1317",
    status: 400,
    text: "The trigger name is too long",
    meaning: "the API's name is longer than 64 characters",
    cause: "a generated name",
    next: "choose 3 to 64 letters, digits and underscores",
};

/// `FSS.1417`: the gateway, the group, the protocol or the environment of the trigger is missing or wrong.
pub(crate) const DEDICATED_GATEWAY: Entry = Entry {
    code: "FSS.1417",
    status: 400,
    text: "Invalid dedicated gateway parameters",
    meaning: "the gateway, the group, the protocol or the environment of the trigger is missing or wrong",
    cause: "a group of another gateway, or a gateway that is still being created",
    next: "fgctl gateway list, then fgctl group list --gateway GATEWAY",
};
