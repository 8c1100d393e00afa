//! Codes of operations on gateways themselves. Source: APIG API Reference, "Error Codes".

use super::super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    SPEC_NOT_FOUND,
    GATEWAY_NOT_FOUND,
    SECURITY_GROUP_NOT_FOUND,
    GATEWAY_PARAMETER,
    MAINTENANCE_LENGTH,
    MAINTENANCE_BEGIN,
    NO_ZONE,
    GATEWAY_NAME_EXISTS,
    GATEWAY_QUOTA,
    GATEWAY_STATUS_CONFLICT,
    GATEWAY_NOT_READY,
    NO_ENTERPRISE_PROJECT,
    GATEWAY_ID_EXISTS,
    INGRESS_PORT,
    INGRESS_PORT_BOUND,
    INGRESS_PORT_EXISTS,
    INGRESS_PORT_DELETION,
    INGRESS_PORT_CREATION,
    CREATION_FAILED,
    OUTBOUND_FAILED,
    BANDWIDTH_FAILED,
    INBOUND_FAILED,
    CREATION_QUOTA,
    CREATION_RESOURCES,
    GATEWAY_TOKEN,
    GATEWAY_NO_PERMISSION,
    TAG_QUOTA,
    INGRESS_PORT_QUOTA,
    SAME_SPEC,
    OUTBOUND_ENABLED,
    INBOUND_ENABLED,
    GATEWAY_INTERNAL,
];

/// `APIC.7301`: the gateway has no such edition.
pub(crate) const SPEC_NOT_FOUND: Entry = Entry {
    code: "APIC.7301",
    status: 404,
    text: "Instance spec not found",
    meaning: "the gateway has no such edition",
    cause: "a misspelt edition",
    next: "use basic, professional, enterprise or platinum",
};

/// `APIC.7302`: there is no such gateway.
pub(crate) const GATEWAY_NOT_FOUND: Entry = Entry {
    code: "APIC.7302",
    status: 404,
    text: "Instance not found",
    meaning: "there is no such gateway",
    cause: "a wrong name, region or project",
    next: "fgctl gateway list",
};

/// `APIC.7307`: the security group does not exist.
pub(crate) const SECURITY_GROUP_NOT_FOUND: Entry = Entry {
    code: "APIC.7307",
    status: 404,
    text: "The security group is not in the VPC",
    meaning: "the security group does not exist",
    cause: "a security group of another region",
    next: "fgctl security-group list",
};

/// `APIC.7211`: a value of the gateway's creation is not allowed.
pub(crate) const GATEWAY_PARAMETER: Entry = Entry {
    code: "APIC.7211",
    status: 400,
    text: "Parameter value does not match the rules",
    meaning: "a value of the gateway's creation is not allowed",
    cause: "a name or an id of the wrong form",
    next: "fgctl gateway create --help",
};

/// `APIC.7230`: the maintenance window is not four hours long.
pub(crate) const MAINTENANCE_LENGTH: Entry = Entry {
    code: "APIC.7230",
    status: 400,
    text: "The maintenance window must be 4 hours",
    meaning: "the maintenance window is not four hours long",
    cause: "an end that does not belong to the beginning",
    next: "leave the end to the service",
};

/// `APIC.7235`: the maintenance window begins at another hour.
pub(crate) const MAINTENANCE_BEGIN: Entry = Entry {
    code: "APIC.7235",
    status: 400,
    text: "The maintenance window must begin at 02, 06, 10, 14, 18 or 22",
    meaning: "the maintenance window begins at another hour",
    cause: "a free choice of hour",
    next: "begin at 02, 06, 10, 14, 18 or 22",
};

/// `APIC.7238`: no zone was named.
pub(crate) const NO_ZONE: Entry = Entry {
    code: "APIC.7238",
    status: 400,
    text: "No available zone is given",
    meaning: "no zone was named",
    cause: "a request built by hand",
    next: "leave --zone out: fgctl takes one that offers the edition",
};

/// `APIC.7500`: a gateway of this name exists.
pub(crate) const GATEWAY_NAME_EXISTS: Entry = Entry {
    code: "APIC.7500",
    status: 400,
    text: "The gateway name already exists.",
    meaning: "a gateway of this name exists",
    cause: "the same command run twice",
    next: "fgctl gateway get NAME",
};

/// `APIC.7400`: the project has as many gateways as it may.
pub(crate) const GATEWAY_QUOTA: Entry = Entry {
    code: "APIC.7400",
    status: 403,
    text: "The gateway quota has been reached",
    meaning: "the project has as many gateways as it may",
    cause: "gateways that nobody deleted",
    next: "fgctl gateway list",
};

/// `APIC.7701`: the gateway cannot do this in its present status.
pub(crate) const GATEWAY_STATUS_CONFLICT: Entry = Entry {
    code: "APIC.7701",
    status: 409,
    text: "Instance status conflict.",
    meaning: "the gateway cannot do this in its present status",
    cause: "a gateway that is being created or deleted",
    next: "fgctl gateway get NAME",
};

/// `APIC.7710`: the gateway is still being created.
pub(crate) const GATEWAY_NOT_READY: Entry = Entry {
    code: "APIC.7710",
    status: 409,
    text: "The gateway is not available yet",
    meaning: "the gateway is still being created",
    cause: "a command right after the creation",
    next: "fgctl gateway wait NAME",
};

/// `APIC.7241`: an enterprise account has to name an enterprise project.
pub(crate) const NO_ENTERPRISE_PROJECT: Entry = Entry {
    code: "APIC.7241",
    status: 400,
    text: "The enterprise project ID is not specified",
    meaning: "an enterprise account has to name an enterprise project",
    cause: "a gateway created without --enterprise-project",
    next: "add --enterprise-project 0 for the default one",
};

/// `APIC.7505`: a gateway of this id exists.
pub(crate) const GATEWAY_ID_EXISTS: Entry = Entry {
    code: "APIC.7505",
    status: 400,
    text: "The gateway ID already exists.",
    meaning: "a gateway of this id exists",
    cause: "a request built by hand",
    next: "leave the id to the service",
};

/// `APIC.7200`: there is no such inbound port.
pub(crate) const INGRESS_PORT: Entry = Entry {
    code: "APIC.7200",
    status: 400,
    text: "The custom inbound port does not exist",
    meaning: "there is no such inbound port",
    cause: "a port that was deleted",
    next: "check its id",
};

/// `APIC.7257`: an inbound port that a domain uses cannot be deleted.
pub(crate) const INGRESS_PORT_BOUND: Entry = Entry {
    code: "APIC.7257",
    status: 400,
    text: "The custom inbound port is bound to a domain name",
    meaning: "an inbound port that a domain uses cannot be deleted",
    cause: "a domain that is still bound",
    next: "unbind the domain first",
};

/// `APIC.7258`: the gateway already has this inbound port.
pub(crate) const INGRESS_PORT_EXISTS: Entry = Entry {
    code: "APIC.7258",
    status: 400,
    text: "The custom inbound port is already defined",
    meaning: "the gateway already has this inbound port",
    cause: "the same request sent twice",
    next: "use the port that is there",
};

/// `APIC.9223`: an inbound port could not be deleted.
pub(crate) const INGRESS_PORT_DELETION: Entry = Entry {
    code: "APIC.9223",
    status: 400,
    text: "Failed to delete the custom inbound port",
    meaning: "an inbound port could not be deleted",
    cause: "changes of one gateway sent at once",
    next: "try again, one change at a time",
};

/// `APIC.9224`: an inbound port could not be added.
pub(crate) const INGRESS_PORT_CREATION: Entry = Entry {
    code: "APIC.9224",
    status: 400,
    text: "Failed to add the custom inbound port",
    meaning: "an inbound port could not be added",
    cause: "changes of one gateway sent at once",
    next: "try again, one change at a time",
};

/// `APIC.9206`: the gateway could not be created.
pub(crate) const CREATION_FAILED: Entry = Entry {
    code: "APIC.9206",
    status: 400,
    text: "Failed to create the gateway",
    meaning: "the gateway could not be created",
    cause: "a fault of the service",
    next: "delete it and create it again; if it stays, report the request id",
};

/// `APIC.9210`: public outbound access could not be turned on.
pub(crate) const OUTBOUND_FAILED: Entry = Entry {
    code: "APIC.9210",
    status: 400,
    text: "Failed to enable public outbound access",
    meaning: "public outbound access could not be turned on",
    cause: "no address is left",
    next: "try again later",
};

/// `APIC.9211`: the bandwidth could not be changed.
pub(crate) const BANDWIDTH_FAILED: Entry = Entry {
    code: "APIC.9211",
    status: 400,
    text: "Failed to update the bandwidth",
    meaning: "the bandwidth could not be changed",
    cause: "a fault of the service",
    next: "try again later",
};

/// `APIC.9216`: public inbound access could not be turned on.
pub(crate) const INBOUND_FAILED: Entry = Entry {
    code: "APIC.9216",
    status: 400,
    text: "Failed to enable public inbound access",
    meaning: "public inbound access could not be turned on",
    cause: "no address is left",
    next: "try again later",
};

/// `APIC.9218`: the gateway could not be created for want of quota.
pub(crate) const CREATION_QUOTA: Entry = Entry {
    code: "APIC.9218",
    status: 400,
    text: "Failed to create the gateway because the quota is insufficient",
    meaning: "the gateway could not be created for want of quota",
    cause: "too many load balancers, addresses or ports in the project",
    next: "raise the quota, or delete what nobody uses",
};

/// `APIC.9219`: the gateway could not be created for want of resources.
pub(crate) const CREATION_RESOURCES: Entry = Entry {
    code: "APIC.9219",
    status: 400,
    text: "Failed to create the gateway because resources are insufficient",
    meaning: "the gateway could not be created for want of resources",
    cause: "a zone that is full",
    next: "try another --zone",
};

/// `APIC.7102`: the service did not accept the token.
pub(crate) const GATEWAY_TOKEN: Entry = Entry {
    code: "APIC.7102",
    status: 401,
    text: "Incorrect token or token resolution failed",
    meaning: "the service did not accept the token",
    cause: "an expired token",
    next: "sign with an access key, or get a new token",
};

/// `APIC.7106`: the user may not do this with gateways.
pub(crate) const GATEWAY_NO_PERMISSION: Entry = Entry {
    code: "APIC.7106",
    status: 403,
    text: "No permissions to request for the method",
    meaning: "the user may not do this with gateways",
    cause: "a missing policy",
    next: "ask the account's administrator for APIG permissions",
};

/// `APIC.7402`: a gateway has as many tags as it may, 20.
pub(crate) const TAG_QUOTA: Entry = Entry {
    code: "APIC.7402",
    status: 403,
    text: "The tag quota has been reached",
    meaning: "a gateway has as many tags as it may, 20",
    cause: "tags that nobody removed",
    next: "fgctl gateway get NAME -o json",
};

/// `APIC.7403`: a gateway has as many inbound ports as it may, 40.
pub(crate) const INGRESS_PORT_QUOTA: Entry = Entry {
    code: "APIC.7403",
    status: 403,
    text: "The quota of custom inbound ports has been reached",
    meaning: "a gateway has as many inbound ports as it may, 40",
    cause: "ports that nobody removed",
    next: "delete those that no domain uses",
};

/// `APIC.7707`: the gateway has this edition already.
pub(crate) const SAME_SPEC: Entry = Entry {
    code: "APIC.7707",
    status: 409,
    text: "The gateway edition is the same as the current edition",
    meaning: "the gateway has this edition already",
    cause: "the same command run twice",
    next: "fgctl gateway get NAME",
};

/// `APIC.7709`: the gateway reaches the internet already.
pub(crate) const OUTBOUND_ENABLED: Entry = Entry {
    code: "APIC.7709",
    status: 409,
    text: "Public outbound access is already enabled",
    meaning: "the gateway reaches the internet already",
    cause: "the same command run twice",
    next: "fgctl gateway public-access show NAME",
};

/// `APIC.7711`: the gateway has a public address already.
pub(crate) const INBOUND_ENABLED: Entry = Entry {
    code: "APIC.7711",
    status: 409,
    text: "Public inbound access is already enabled",
    meaning: "the gateway has a public address already",
    cause: "the same command run twice",
    next: "fgctl gateway public-access show NAME",
};

/// `APIC.9000`: the service failed.
pub(crate) const GATEWAY_INTERNAL: Entry = Entry {
    code: "APIC.9000",
    status: 500,
    text: "Failed to request internal service",
    meaning: "the service failed",
    cause: "a fault of the service",
    next: "try again; if it stays, report the request id",
};
