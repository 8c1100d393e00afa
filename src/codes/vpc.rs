//! Codes of the Virtual Private Cloud service. Source: VPC API Reference, "Error Codes".

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    VPC_NOT_FOUND,
    SUBNET_NOT_FOUND,
    GROUP_NOT_FOUND,
    PARAMETER,
    PROJECT_MISMATCH,
    NO_SUCH_GROUP,
    GROUP_PARAMETER,
    BAD_RULE,
];

/// `VPC.0003`: there is no such VPC.
pub(crate) const VPC_NOT_FOUND: Entry = Entry {
    code: "VPC.0003",
    status: 404,
    text: "The VPC does not exist",
    meaning: "there is no such VPC",
    cause: "a wrong name or region",
    next: "fgctl vpc list",
};

/// `VPC.0202`: there is no such subnet.
pub(crate) const SUBNET_NOT_FOUND: Entry = Entry {
    code: "VPC.0202",
    status: 404,
    text: "The subnet does not exist",
    meaning: "there is no such subnet",
    cause: "a wrong name or region",
    next: "fgctl subnet list",
};

/// `VPC.0603`: there is no such security group, or no such rule of one.
pub(crate) const GROUP_NOT_FOUND: Entry = Entry {
    code: "VPC.0603",
    status: 404,
    text: "The security group or its rule does not exist",
    meaning: "there is no such security group, or no such rule of one",
    cause: "a wrong name or region",
    next: "fgctl security-group list",
};

/// `VPC.9904`: the same, of the API v3; here of a group's rule too.
pub(crate) const NO_SUCH_GROUP: Entry = Entry {
    code: "VPC.9904",
    status: 404,
    text: "The security group or its rule does not exist",
    meaning: "there is no such security group, or no such rule of one",
    cause: "a wrong name or region",
    next: "fgctl security-group list",
};

/// `VPC.0101`: a parameter is not allowed.
pub(crate) const PARAMETER: Entry = Entry {
    code: "VPC.0101",
    status: 400,
    text: "Invalid parameter",
    meaning: "a parameter is not allowed",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `VPC.0007`: the path names another project than the caller's.
pub(crate) const PROJECT_MISMATCH: Entry = Entry {
    code: "VPC.0007",
    status: 400,
    text: "The project does not match the caller's",
    meaning: "the path names another project than the caller's",
    cause: "a project id of another account or region",
    next: "check --project-id and --region",
};

/// `VPC.0601`: a parameter of a security group or of its rule is not allowed.
pub(crate) const GROUP_PARAMETER: Entry = Entry {
    code: "VPC.0601",
    status: 400,
    text: "Invalid parameter of a security group",
    meaning: "a member of a security group or of its rule is not allowed",
    cause: "a value out of range, or with 409 a rule that is there already",
    next: "fgctl -v shows the request that was refused",
};

/// `VPC.9902`: the same, of the API v3.
pub(crate) const BAD_RULE: Entry = Entry {
    code: "VPC.9902",
    status: 400,
    text: "Invalid security group rule",
    meaning: "a member of a security group's rule is not allowed",
    cause: "a value out of range, or with 409 a rule that is there already",
    next: "fgctl -v shows the request that was refused",
};
