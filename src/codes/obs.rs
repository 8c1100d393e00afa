//! Codes of object storage. Source: OBS API Reference, "Error Codes".

use super::Entry;

/// Every code of this file.
pub(super) const ALL: &[Entry] = &[
    ACCESS_DENIED,
    BAD_DIGEST,
    BAD_REQUEST,
    BUCKET_ALREADY_EXISTS,
    BUCKET_ALREADY_OWNED_BY_YOU,
    BUCKET_NOT_EMPTY,
    ENTITY_TOO_LARGE,
    ENTITY_TOO_SMALL,
    INCOMPLETE_BODY,
    INTERNAL_ERROR,
    INVALID_ACCESS_KEY_ID,
    INVALID_ARGUMENT,
    INVALID_BUCKET_NAME,
    INVALID_DIGEST,
    INVALID_LOCATION_CONSTRAINT,
    INVALID_PART,
    INVALID_PART_ORDER,
    INVALID_RANGE,
    INVALID_SECURITY,
    KEY_TOO_LONG_ERROR,
    MALFORMED_XML,
    METHOD_NOT_ALLOWED,
    MISSING_CONTENT_LENGTH,
    NO_SUCH_BUCKET,
    NO_SUCH_KEY,
    NO_SUCH_UPLOAD,
    NO_SUCH_VERSION,
    OPERATION_ABORTED,
    PRECONDITION_FAILED,
    REQUEST_TIME_TOO_SKEWED,
    SERVICE_UNAVAILABLE,
    SIGNATURE_DOES_NOT_MATCH,
    SLOW_DOWN,
    TOO_MANY_BUCKETS,
    TOO_MANY_REQUESTS,
    VIRTUAL_HOST_DOMAIN_REQUIRED,
];

/// `AccessDenied`: the keys may not do this, or the request is signed by nobody.
pub(crate) const ACCESS_DENIED: Entry = Entry {
    code: "AccessDenied",
    status: 403,
    text: "Access Denied",
    meaning: "the keys may not do this, or the request is signed by nobody",
    cause: "a bucket of another account, a missing policy, or a URL that has expired",
    next: "ask the bucket's owner for permission, or sign again",
};

/// `BadDigest`: the bytes that arrived are not those that were sent.
pub(crate) const BAD_DIGEST: Entry = Entry {
    code: "BadDigest",
    status: 400,
    text: "The Content-MD5 you specified did not match what we received.",
    meaning: "the bytes that arrived are not those that were sent",
    cause: "a broken connection or a proxy that changes bodies",
    next: "try again",
};

/// `BadRequest`: the request cannot be read.
pub(crate) const BAD_REQUEST: Entry = Entry {
    code: "BadRequest",
    status: 400,
    text: "Invalid request parameters",
    meaning: "the request cannot be read",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `BucketAlreadyExists`: somebody else has a bucket of this name.
pub(crate) const BUCKET_ALREADY_EXISTS: Entry = Entry {
    code: "BucketAlreadyExists",
    status: 409,
    text: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
    meaning: "somebody else has a bucket of this name",
    cause: "names are shared by all accounts",
    next: "choose another name",
};

/// `BucketAlreadyOwnedByYou`: the account has a bucket of this name in another region.
pub(crate) const BUCKET_ALREADY_OWNED_BY_YOU: Entry = Entry {
    code: "BucketAlreadyOwnedByYou",
    status: 409,
    text: "Your previous request to create the named bucket succeeded and you already own it.",
    meaning: "the account has a bucket of this name in another region",
    cause: "names are shared by all regions",
    next: "choose another name, or use that region",
};

/// `BucketNotEmpty`: the bucket still holds objects or open uploads.
pub(crate) const BUCKET_NOT_EMPTY: Entry = Entry {
    code: "BucketNotEmpty",
    status: 409,
    text: "The bucket you tried to delete is not empty",
    meaning: "the bucket still holds objects or open uploads",
    cause: "something that was not deleted",
    next: "delete the objects first",
};

/// `EntityTooLarge`: the upload is larger than the service takes in one piece.
pub(crate) const ENTITY_TOO_LARGE: Entry = Entry {
    code: "EntityTooLarge",
    status: 400,
    text: "Your proposed upload exceeds the maximum allowed object size.",
    meaning: "the upload is larger than the service takes in one piece",
    cause: "an object of more than 5 GB",
    next: "send it in parts",
};

/// `EntityTooSmall`: a part other than the last is too small.
pub(crate) const ENTITY_TOO_SMALL: Entry = Entry {
    code: "EntityTooSmall",
    status: 400,
    text: "Your proposed upload is smaller than the minimum allowed object size.",
    meaning: "a part other than the last is too small",
    cause: "parts of less than 100 KB",
    next: "use larger parts",
};

/// `IncompleteBody`: less arrived than was announced.
pub(crate) const INCOMPLETE_BODY: Entry = Entry {
    code: "IncompleteBody",
    status: 400,
    text: "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    meaning: "less arrived than was announced",
    cause: "a connection that broke",
    next: "try again",
};

/// `InternalError`: the service failed.
pub(crate) const INTERNAL_ERROR: Entry = Entry {
    code: "InternalError",
    status: 500,
    text: "We encountered an internal error. Please try again.",
    meaning: "the service failed",
    cause: "nothing of yours",
    next: "try again in a minute",
};

/// `InvalidAccessKeyId`: the service does not know the access key.
pub(crate) const INVALID_ACCESS_KEY_ID: Entry = Entry {
    code: "InvalidAccessKeyId",
    status: 403,
    text: "The OBS Access Key Id you provided does not exist in our records.",
    meaning: "the service does not know the access key",
    cause: "keys of another cloud, or deleted ones",
    next: "check HUAWEICLOUD_SDK_AK; for the local cloud: eval \"$(fgctl local env)\"",
};

/// `InvalidArgument`: a value of the request is not allowed.
pub(crate) const INVALID_ARGUMENT: Entry = Entry {
    code: "InvalidArgument",
    status: 400,
    text: "Invalid Argument",
    meaning: "a value of the request is not allowed",
    cause: "a number out of its range",
    next: "fgctl -v shows the request that was refused",
};

/// `InvalidBucketName`: no bucket can have this name.
pub(crate) const INVALID_BUCKET_NAME: Entry = Entry {
    code: "InvalidBucketName",
    status: 400,
    text: "The specified bucket is not valid.",
    meaning: "no bucket can have this name",
    cause: "capitals, underscores, or fewer than 3 characters",
    next: "use 3 to 63 lower-case letters, digits, hyphens and periods",
};

/// `InvalidDigest`: the header is no MD5 in Base64.
pub(crate) const INVALID_DIGEST: Entry = Entry {
    code: "InvalidDigest",
    status: 400,
    text: "The Content-MD5 you specified was invalid.",
    meaning: "the header is no MD5 in Base64",
    cause: "a request built by hand",
    next: "send the Base64 of the 16 bytes",
};

/// `InvalidLocationConstraint`: the bucket cannot be created in this region by this endpoint.
pub(crate) const INVALID_LOCATION_CONSTRAINT: Entry = Entry {
    code: "InvalidLocationConstraint",
    status: 400,
    text: "The specified location constraint is not valid.",
    meaning: "the bucket cannot be created in this region by this endpoint",
    cause: "another region in the request than in the endpoint",
    next: "use the endpoint of the bucket's region",
};

/// `InvalidPart`: a part that the object should have was not uploaded, or is another one.
pub(crate) const INVALID_PART: Entry = Entry {
    code: "InvalidPart",
    status: 400,
    text: "One or more of the specified parts could not be found.",
    meaning: "a part that the object should have was not uploaded, or is another one",
    cause: "an upload that was changed meanwhile",
    next: "send the parts again",
};

/// `InvalidPartOrder`: the parts are not in the order of their numbers.
pub(crate) const INVALID_PART_ORDER: Entry = Entry {
    code: "InvalidPartOrder",
    status: 400,
    text: "The list of parts was not in ascending order. Parts list must be specified in order by part number.",
    meaning: "the parts are not in the order of their numbers",
    cause: "a request built by hand",
    next: "sort them",
};

/// `InvalidRange`: the object has no such bytes.
pub(crate) const INVALID_RANGE: Entry = Entry {
    code: "InvalidRange",
    status: 416,
    text: "The requested range cannot be satisfied.",
    meaning: "the object has no such bytes",
    cause: "a range beyond its end",
    next: "ask for its size first",
};

/// `InvalidSecurity`: the security token is not valid.
pub(crate) const INVALID_SECURITY: Entry = Entry {
    code: "InvalidSecurity",
    status: 403,
    text: "The provided security credentials are not valid.",
    meaning: "the security token is not valid",
    cause: "temporary keys that have ended",
    next: "get new ones",
};

/// `KeyTooLongError`: the object's key has more than 1024 bytes.
pub(crate) const KEY_TOO_LONG_ERROR: Entry = Entry {
    code: "KeyTooLongError",
    status: 400,
    text: "Your key is too long.",
    meaning: "the object's key has more than 1024 bytes",
    cause: "a long path",
    next: "choose a shorter one",
};

/// `MalformedXML`: the body is not the XML that the operation takes.
pub(crate) const MALFORMED_XML: Entry = Entry {
    code: "MalformedXML",
    status: 400,
    text: "The XML you provided was not well-formed or did not validate against our published schema.",
    meaning: "the body is not the XML that the operation takes",
    cause: "a request built by hand",
    next: "fgctl -v shows the request that was refused",
};

/// `MethodNotAllowed`: the resource does not have this operation.
pub(crate) const METHOD_NOT_ALLOWED: Entry = Entry {
    code: "MethodNotAllowed",
    status: 405,
    text: "The specified method is not allowed against this resource.",
    meaning: "the resource does not have this operation",
    cause: "an operation that the local cloud does not serve",
    next: "use the real cloud for it",
};

/// `MissingContentLength`: the request does not say how large its body is.
pub(crate) const MISSING_CONTENT_LENGTH: Entry = Entry {
    code: "MissingContentLength",
    status: 411,
    text: "You must provide the Content-Length HTTP header.",
    meaning: "the request does not say how large its body is",
    cause: "a client that streams",
    next: "send Content-Length",
};

/// `NoSuchBucket`: there is no such bucket.
pub(crate) const NO_SUCH_BUCKET: Entry = Entry {
    code: "NoSuchBucket",
    status: 404,
    text: "The specified bucket does not exist",
    meaning: "there is no such bucket",
    cause: "a wrong name, or a bucket of another region's endpoint",
    next: "check the name and --region",
};

/// `NoSuchKey`: there is no such object.
pub(crate) const NO_SUCH_KEY: Entry = Entry {
    code: "NoSuchKey",
    status: 404,
    text: "The specified key does not exist.",
    meaning: "there is no such object",
    cause: "a wrong key, or an object that was deleted",
    next: "check the key",
};

/// `NoSuchUpload`: the upload was completed, given up, or never begun.
pub(crate) const NO_SUCH_UPLOAD: Entry = Entry {
    code: "NoSuchUpload",
    status: 404,
    text: "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.",
    meaning: "the upload was completed, given up, or never begun",
    cause: "another process that finished it",
    next: "begin again",
};

/// `NoSuchVersion`: the object has no such version.
pub(crate) const NO_SUCH_VERSION: Entry = Entry {
    code: "NoSuchVersion",
    status: 404,
    text: "The specified version does not exist.",
    meaning: "the object has no such version",
    cause: "a version that was deleted",
    next: "leave the version out",
};

/// `OperationAborted`: something else is changing the bucket.
pub(crate) const OPERATION_ABORTED: Entry = Entry {
    code: "OperationAborted",
    status: 409,
    text: "A conflicting operation is being performed on this resource. Please try again.",
    meaning: "something else is changing the bucket",
    cause: "a bucket that was deleted a moment ago",
    next: "try again in a few minutes",
};

/// `PreconditionFailed`: the object is not as the request wants it.
pub(crate) const PRECONDITION_FAILED: Entry = Entry {
    code: "PreconditionFailed",
    status: 412,
    text: "At least one of the preconditions you specified did not hold.",
    meaning: "the object is not as the request wants it",
    cause: "an object that was changed meanwhile",
    next: "read it again",
};

/// `RequestTimeTooSkewed`: this machine's clock is more than 15 minutes off.
pub(crate) const REQUEST_TIME_TOO_SKEWED: Entry = Entry {
    code: "RequestTimeTooSkewed",
    status: 403,
    text: "The difference between the request time and the current time is too large.",
    meaning: "this machine's clock is more than 15 minutes off",
    cause: "a clock that is not synchronised",
    next: "set the clock",
};

/// `ServiceUnavailable`: the service is busy.
pub(crate) const SERVICE_UNAVAILABLE: Entry = Entry {
    code: "ServiceUnavailable",
    status: 503,
    text: "Reduce your request rate.",
    meaning: "the service is busy",
    cause: "nothing of yours",
    next: "try again in a minute",
};

/// `SignatureDoesNotMatch`: the service computes another signature.
pub(crate) const SIGNATURE_DOES_NOT_MATCH: Entry = Entry {
    code: "SignatureDoesNotMatch",
    status: 403,
    text: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    meaning: "the service computes another signature",
    cause: "a wrong secret key, or a proxy that changes requests",
    next: "check HUAWEICLOUD_SDK_SK; for the local cloud: eval \"$(fgctl local env)\"",
};

/// `SlowDown`: too many requests.
pub(crate) const SLOW_DOWN: Entry = Entry {
    code: "SlowDown",
    status: 503,
    text: "Please reduce your request rate.",
    meaning: "too many requests",
    cause: "many clients at once",
    next: "try again in a minute",
};

/// `TooManyBuckets`: the account has 100 buckets.
pub(crate) const TOO_MANY_BUCKETS: Entry = Entry {
    code: "TooManyBuckets",
    status: 400,
    text: "You have attempted to create more buckets than allowed.",
    meaning: "the account has 100 buckets",
    cause: "old buckets",
    next: "delete one",
};

/// `TooManyRequests`: too many requests.
pub(crate) const TOO_MANY_REQUESTS: Entry = Entry {
    code: "TooManyRequests",
    status: 429,
    text: "Too many requests.",
    meaning: "too many requests",
    cause: "many clients at once",
    next: "try again in a minute",
};

/// `VirtualHostDomainRequired`: the region takes the bucket in the host's name alone.
pub(crate) const VIRTUAL_HOST_DOMAIN_REQUIRED: Entry = Entry {
    code: "VirtualHostDomainRequired",
    status: 403,
    text: "Virtual hosted domain is required",
    meaning: "the region takes the bucket in the host's name alone",
    cause: "an endpoint of another form",
    next: "use https://BUCKET.obs.REGION.myhuaweicloud.com",
};
