//! Codes about VPCs and mounted file systems.

use crate::codes::Entry;

/// Every code of this file; those without a name are never answered by the local cloud.
pub(in crate::codes) const ALL: &[Entry] = &[
    Entry {
        code: "FSS.1040",
        status: 403,
        text: "The agency cannot mount",
        meaning: "the agency has no right to mount file systems",
        cause: "an agency without SFS",
        next: "give the agency the right, or name another one",
    },
    Entry {
        code: "FSS.1047",
        status: 403,
        text: "The quota of VPCs has been reached",
        meaning: "functions use as many VPCs as they may",
        cause: "functions that nobody deleted",
        next: "fgctl function list",
    },
    Entry {
        code: "FSS.1048",
        status: 403,
        text: "The quota of VPCs has been reached",
        meaning: "functions use as many VPCs as they may",
        cause: "functions that nobody deleted",
        next: "fgctl function list",
    },
    MOUNTS,
    MOUNT_EXISTS,
    MOUNT_PATH,
    MOUNT_USER,
    Entry {
        code: "FSS.1050",
        status: 404,
        text: "Not found the mount resource",
        meaning: "there is no such file system",
        cause: "a file system that was deleted",
        next: "look at SFS in the console",
    },
    Entry {
        code: "FSS.1090",
        status: 412,
        text: "The subnet is not active",
        meaning: "the subnet is not ready",
        cause: "a subnet that is still being created",
        next: "fgctl subnet list",
    },
    Entry {
        code: "FSS.1095",
        status: 412,
        text: "The mount is not ready",
        meaning: "the file system is not ready",
        cause: "a file system that is still being created",
        next: "try again later",
    },
    Entry {
        code: "FSS.1096",
        status: 403,
        text: "The mount is no NFS",
        meaning: "the file system is of another kind",
        cause: "a file system that no function can use",
        next: "choose one with NFS",
    },
];

/// `FSS.1049`: a function has more file systems than it may.
pub(crate) const MOUNTS: Entry = Entry {
    code: "FSS.1049",
    status: 403,
    text: "Too many mounts",
    meaning: "a function has more file systems than it may",
    cause: "more than 5 of them",
    next: "mount at most 5",
};

/// `FSS.1038`: two file systems have the same place.
pub(crate) const MOUNT_EXISTS: Entry = Entry {
    code: "FSS.1038",
    status: 400,
    text: "The mount already exists",
    meaning: "two file systems have the same place",
    cause: "a path that stands twice",
    next: "give each a path of its own",
};

/// `FSS.1039`: the place of a file system cannot be used.
pub(crate) const MOUNT_PATH: Entry = Entry {
    code: "FSS.1039",
    status: 400,
    text: "Invalid mount path",
    meaning: "the place of a file system cannot be used",
    cause: "a path that is not absolute",
    next: "begin it with `/`",
};

/// `FSS.1075`: the user or the group of file systems is not allowed.
pub(crate) const MOUNT_USER: Entry = Entry {
    code: "FSS.1075",
    status: 400,
    text: "Invalid user of the mount",
    meaning: "the user or the group of file systems is not allowed",
    cause: "the id 0, 1000 or 1002, or one over 65534",
    next: "choose -1 or another id to 65534",
};
