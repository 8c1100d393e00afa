//! Codes about calls, test events and logs.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    Entry {
        code: "FSS.1074",
        status: 400,
        text: "Invalid field of the test event",
        meaning: "a part of the test event is not allowed",
        cause: "a content that is no Base64",
        next: "look at the event in the console",
    },
    Entry {
        code: "FSS.1068",
        status: 403,
        text: "The quota of test events has been reached",
        meaning: "the function has as many test events as it may",
        cause: "events that nobody deleted",
        next: "delete one in the console",
    },
    Entry {
        code: "FSS.1069",
        status: 403,
        text: "The test event is too large",
        meaning: "a test event has more than 4 KB",
        cause: "a large event",
        next: "make it smaller",
    },
    Entry {
        code: "FSS.1070",
        status: 404,
        text: "Not found the test event",
        meaning: "there is no such test event",
        cause: "an event that was deleted",
        next: "look at the events in the console",
    },
    Entry {
        code: "FSS.1073",
        status: 403,
        text: "The test event already exists",
        meaning: "the function has a test event of this name",
        cause: "the same request sent twice",
        next: "choose another name",
    },
    BODY_TOO_LARGE,
    Entry {
        code: "FSS.1202",
        status: 500,
        text: "Invalid response body of the function",
        meaning: "the function's answer cannot be passed on",
        cause: "an answer that is no text",
        next: "fgctl function invoke NAME --log",
    },
    LOG_ENABLED,
];

/// `FSS.1201`: the event is larger than an invocation takes.
pub(crate) const BODY_TOO_LARGE: Entry = Entry {
    code: "FSS.1201",
    status: 413,
    text: "The request body is too large",
    meaning: "the event is larger than an invocation takes",
    cause: "more than 6 MB, or 256 KB without waiting",
    next: "send the data by OBS, and its address in the event",
};

/// `FSS.1221`: the project's log group is there already.
pub(crate) const LOG_ENABLED: Entry = Entry {
    code: "FSS.1221",
    status: 400,
    text: "LTS log has been enabled.",
    meaning: "the project's log group is there already",
    cause: "the same request sent twice",
    next: "nothing is to be done",
};
