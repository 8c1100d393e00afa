//! Codes about triggers of other kinds than a dedicated gateway's.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    Entry {
        code: "FSS.1102",
        status: 400,
        text: "Invalid SMN trigger",
        meaning: "the topic of the trigger cannot be used",
        cause: "a request built by hand",
        next: "look at the topic in the console",
    },
    Entry {
        code: "FSS.1106",
        status: 400,
        text: "Invalid OBS trigger",
        meaning: "the bucket of the trigger cannot be used",
        cause: "a bucket of another region",
        next: "look at the bucket in the console",
    },
    SHARED_GATEWAY_PARAMETERS,
    TIMER_PARAMETERS,
    Entry {
        code: "FSS.1112",
        status: 400,
        text: "Invalid Kafka trigger",
        meaning: "a parameter of the trigger is wrong",
        cause: "a request built by hand",
        next: "look at the trigger in the console",
    },
    Entry {
        code: "FSS.1113",
        status: 400,
        text: "Invalid Kafka trigger",
        meaning: "a parameter of the trigger is wrong",
        cause: "a request built by hand",
        next: "look at the trigger in the console",
    },
    Entry {
        code: "FSS.1114",
        status: 400,
        text: "Invalid Kafka trigger",
        meaning: "a parameter of the trigger is wrong",
        cause: "a request built by hand",
        next: "look at the trigger in the console",
    },
    Entry {
        code: "FSS.1116",
        status: 400,
        text: "Invalid Kafka trigger",
        meaning: "a parameter of the trigger is wrong",
        cause: "a request built by hand",
        next: "look at the trigger in the console",
    },
    Entry {
        code: "FSS.1117",
        status: 400,
        text: "Invalid Kafka trigger",
        meaning: "a parameter of the trigger is wrong",
        cause: "a request built by hand",
        next: "look at the trigger in the console",
    },
    Entry {
        code: "FSS.1123",
        status: 403,
        text: "The quota of triggers has been reached",
        meaning: "the function has as many triggers of this kind as it may",
        cause: "more than 10 of them",
        next: "fgctl trigger list FUNCTION",
    },
    Entry {
        code: "FSS.1124",
        status: 403,
        text: "The quota of APIs has been reached",
        meaning: "the gateway has as many APIs as it may",
        cause: "APIs that deleted triggers left behind",
        next: "fgctl api list --gateway GATEWAY",
    },
    TRIGGER_TYPE_NOT_FOUND,
    Entry {
        code: "FSS.1140",
        status: 404,
        text: "Not found the timer trigger",
        meaning: "there is no such trigger",
        cause: "a trigger that was deleted",
        next: "fgctl trigger list FUNCTION",
    },
    TIMER_EXISTS,
    Entry {
        code: "FSS.1153",
        status: 412,
        text: "The trigger's conditions are not met",
        meaning: "something has to be there before the trigger",
        cause: "a function that is not ready",
        next: "fgctl function get NAME",
    },
    Entry {
        code: "FSS.1115",
        status: 503,
        text: "The network is unreachable",
        meaning: "the service cannot reach what the trigger listens to",
        cause: "a VPC without a way there",
        next: "look at the function's VPC: fgctl function get NAME",
    },
    Entry {
        code: "FSS.1169",
        status: 503,
        text: "The network is unreachable",
        meaning: "the service cannot reach what the trigger listens to",
        cause: "a VPC without a way there",
        next: "look at the function's VPC: fgctl function get NAME",
    },
    TRIGGER_QUOTA,
    Entry {
        code: "FSS.1307",
        status: 400,
        text: "The trigger name already exists",
        meaning: "a trigger of this name exists",
        cause: "the same request sent twice",
        next: "fgctl trigger list FUNCTION",
    },
    TRIGGER_OPERATION,
    Entry {
        code: "FSS.1319",
        status: 502,
        text: "Invalid trigger name",
        meaning: "the trigger's name is not allowed",
        cause: "a mark that is not allowed",
        next: "choose letters, digits and underscores",
    },
];

/// `FSS.1107`: a parameter of the shared gateway's trigger is missing or wrong.
pub(crate) const SHARED_GATEWAY_PARAMETERS: Entry = Entry {
    code: "FSS.1107",
    status: 400,
    text: "Invalid APIG trigger parameters",
    meaning: "a parameter of the shared gateway's trigger is missing or wrong",
    cause: "a group that does not exist",
    next: "use a dedicated gateway: fgctl trigger create",
};

/// `FSS.1109`: the timer's name or its times are not allowed.
pub(crate) const TIMER_PARAMETERS: Entry = Entry {
    code: "FSS.1109",
    status: 400,
    text: "Invalid timer trigger",
    meaning: "the timer's name or its times are not allowed",
    cause: "a rate over 60 minutes, 24 hours or 30 days",
    next: "write `3m`, `2h`, `1d` or a cron expression",
};

/// `FSS.1137`: there is no such type of trigger.
pub(crate) const TRIGGER_TYPE_NOT_FOUND: Entry = Entry {
    code: "FSS.1137",
    status: 404,
    text: "Not found the trigger type",
    meaning: "there is no such type of trigger",
    cause: "a request built by hand",
    next: "fgctl trigger list FUNCTION",
};

/// `FSS.1148`: the function has a timer of this name.
pub(crate) const TIMER_EXISTS: Entry = Entry {
    code: "FSS.1148",
    status: 409,
    text: "The timer trigger already exists",
    meaning: "the function has a timer of this name",
    cause: "the same request sent twice",
    next: "fgctl trigger list FUNCTION",
};

/// `FSS.1306`: the function has as many triggers as it may.
pub(crate) const TRIGGER_QUOTA: Entry = Entry {
    code: "FSS.1306",
    status: 400,
    text: "Too many triggers",
    meaning: "the function has as many triggers as it may",
    cause: "more than 10 of them",
    next: "fgctl trigger list FUNCTION",
};

/// `FSS.1318`: the trigger cannot do this.
pub(crate) const TRIGGER_OPERATION: Entry = Entry {
    code: "FSS.1318",
    status: 400,
    text: "Invalid operation on the trigger",
    meaning: "the trigger cannot do this",
    cause: "a gateway's trigger that was to be disabled",
    next: "take its API offline: fgctl api unpublish NAME --gateway GATEWAY",
};
