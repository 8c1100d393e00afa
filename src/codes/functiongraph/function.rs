//! Codes about a function's fields and its image.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    QUERY,
    Entry {
        code: "FSS.1013",
        status: 400,
        text: "Invalid file type",
        meaning: "the code is no file of a kind that the service takes",
        cause: "an archive that is no ZIP",
        next: "send a ZIP",
    },
    AGENCY,
    Entry {
        code: "FSS.1027",
        status: 400,
        text: "Invalid package name",
        meaning: "the package's name is not allowed",
        cause: "a package with special characters",
        next: "use the package `default`",
    },
    Entry {
        code: "FSS.1034",
        status: 400,
        text: "Invalid image URL",
        meaning: "the image's address cannot be used",
        cause: "an image outside of SWR",
        next: "copy the image's address from SWR",
    },
    Entry {
        code: "FSS.1035",
        status: 400,
        text: "The image is missing",
        meaning: "a custom image function has no image",
        cause: "a request built by hand",
        next: "name the image",
    },
    Entry {
        code: "FSS.1055",
        status: 404,
        text: "Not found the application",
        meaning: "there is no such application",
        cause: "an application that was deleted",
        next: "look at the applications in the console",
    },
    Entry {
        code: "FSS.1059",
        status: 404,
        text: "Not found the template",
        meaning: "there is no such template",
        cause: "a template of another region",
        next: "look at the templates in the console",
    },
    Entry {
        code: "FSS.1060",
        status: 404,
        text: "Not found the template",
        meaning: "there is no such template",
        cause: "a template of another region",
        next: "look at the templates in the console",
    },
    Entry {
        code: "FSS.1042",
        status: 403,
        text: "The quota of code has been reached",
        meaning: "the code of all functions is as large as it may be",
        cause: "old functions and versions that nobody deleted",
        next: "fgctl function quotas",
    },
    INITIALIZER,
    INITIALIZER_TIMEOUT,
    Entry {
        code: "FSS.1401",
        status: 503,
        text: "The image cannot be pulled",
        meaning: "the service could not get the image",
        cause: "an image that was deleted",
        next: "look at the image in SWR",
    },
    Entry {
        code: "FSS.1402",
        status: 503,
        text: "The image is not ready",
        meaning: "the service is still preparing the image",
        cause: "a new image",
        next: "try again later",
    },
    Entry {
        code: "FSS.1403",
        status: 503,
        text: "The image failed",
        meaning: "the service could not prepare the image",
        cause: "an image for another processor",
        next: "build the image for x86-64",
    },
];

/// `FSS.1001`: a parameter after the `?` is not allowed.
pub(crate) const QUERY: Entry = Entry {
    code: "FSS.1001",
    status: 400,
    text: "Invalid query parameter",
    meaning: "a parameter after the `?` is not allowed",
    cause: "a page that is no number",
    next: "fgctl -v shows the request that was refused",
};

/// `FSS.1021`: the agency's name is not allowed.
pub(crate) const AGENCY: Entry = Entry {
    code: "FSS.1021",
    status: 400,
    text: "Invalid agency",
    meaning: "the agency's name is not allowed",
    cause: "a name of more than 64 characters",
    next: "fgctl agency list",
};

/// `FSS.1404`: the initializer does not fit.
pub(crate) const INITIALIZER: Entry = Entry {
    code: "FSS.1404",
    status: 400,
    text: "Invalid initializer",
    meaning: "the initializer does not fit",
    cause: "an initializer without a timeout, or a timeout without one",
    next: "give both: --initializer and --initializer-timeout",
};

/// `FSS.1405`: the initializer's timeout is out of range.
pub(crate) const INITIALIZER_TIMEOUT: Entry = Entry {
    code: "FSS.1405",
    status: 400,
    text: "Invalid initializer timeout",
    meaning: "the initializer's timeout is out of range",
    cause: "a value under 1 s or over 300 s",
    next: "choose 1 to 300 seconds",
};
