//! Who is calling, and what those may who are nobody. Source: OBS API Reference, "User Signature Authentication".

use super::super::refusal::Refusal;
use super::seen::Seen;
use crate::codes::obs::{
    ACCESS_DENIED, INVALID_ACCESS_KEY_ID, INVALID_ARGUMENT, INVALID_SECURITY, REQUEST_TIME_TOO_SKEWED,
    SIGNATURE_DOES_NOT_MATCH,
};
use crate::local::sealed::TemporaryKey;
use crate::local::{Account, Row};
use crate::sign::Secret;
use crate::sign::obs::{Authorization, Mismatch, Request, Resource, Style, verify};
use jiff::Timestamp;

/// What is played of it.
pub(super) const PLAYED: Row = Row::beside(
    "obs",
    "authentication and its refusals",
    "OBS API Reference, \"User Signature Authentication\"",
    &[
        "the code for a security token that does not hold: here `InvalidSecurity`",
        "the text for a URL that has expired: here that it has",
        "whether a key with a space may be signed with `+`: here it may not",
        "what an operation that does not exist is answered: here 405 `MethodNotAllowed`; signatures of AWS's version 4 are not taken",
    ],
);

/// Who may do what with a bucket or an object, as the API names it.
const ACLS: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "public-read-delivered",
    "public-read-write-delivered",
    "bucket-owner-full-control",
    "authenticated-read",
    "bucket-owner-read",
    "log-delivery-write",
];

/// Who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// The account itself.
    Owner,
    /// Somebody who did not sign.
    Anyone,
}

impl Caller {
    /// Whether this caller may do what only the owner may.
    ///
    /// # Errors
    /// 403 `AccessDenied`.
    pub(super) fn must_own(self) -> Result<(), Refusal> {
        match self {
            Self::Owner => Ok(()),
            Self::Anyone => Err(Refusal::new(ACCESS_DENIED)),
        }
    }

    /// Whether this caller may read what has `acl`. Anyone may only read; what anyone may write is not served.
    ///
    /// # Errors
    /// 403 `AccessDenied`.
    pub(super) fn may_read(self, acl: &str) -> Result<(), Refusal> {
        match acl.starts_with("public-read") {
            true => Ok(()),
            false => self.must_own(),
        }
    }
}

/// The access that a request asks for, or the default.
///
/// # Errors
/// 400 `InvalidArgument`.
pub(super) fn acl(asked: Option<String>) -> Result<String, Refusal> {
    let acl = asked.unwrap_or_else(|| "private".to_owned());
    match ACLS.contains(&acl.as_str()) {
        true => Ok(acl),
        false => Err(Refusal::because(INVALID_ARGUMENT, format!("the acl `{acl}` is none"))),
    }
}

/// Checks who sent a request.
///
/// # Errors
/// 403 for keys that are not the account's, a signature of something else, or a date too far away; 400 for a scheme
/// that the local cloud does not know.
pub(super) fn caller(seen: &Seen, account: &Account, now: Timestamp) -> Result<Caller, Refusal> {
    let Some(authorization) = seen.authorization() else {
        return match seen.is_signed() {
            // The official SDK knows this text, and signs in another way.
            true => Err(Refusal::because(INVALID_ARGUMENT, "Unsupported Authorization Type")),
            false => Ok(Caller::Anyone),
        };
    };
    let request = Request {
        method: &seen.method,
        resource: Resource {
            bucket: seen.bucket.as_deref(),
            key: seen.key.as_deref(),
            path_style: true,
        },
        query: &seen.query,
        headers: &seen.headers,
    };
    check(&request, &authorization, account, now)?;
    Ok(Caller::Owner)
}

/// Checks that `account` signed `request`.
///
/// # Errors
/// 403, as [`caller`].
pub(super) fn check(
    request: &Request<'_>,
    authorization: &Authorization,
    account: &Account,
    now: Timestamp,
) -> Result<(), Refusal> {
    let secret = secret_of(request, authorization, account, now)?;
    verify(request, authorization, &secret, now).map_err(|mismatch| match &mismatch {
        Mismatch::NoDate | Mismatch::Expired => Refusal::because(ACCESS_DENIED, mismatch),
        Mismatch::Skewed(_) => Refusal::because(REQUEST_TIME_TOO_SKEWED, mismatch),
        Mismatch::Signature(text) => {
            Refusal::because(SIGNATURE_DOES_NOT_MATCH, format!("the string to sign is {text:?}"))
        }
    })
}

/// The secret of the key that a request names: the account's own, or one that was given out for a while.
fn secret_of(
    request: &Request<'_>,
    authorization: &Authorization,
    account: &Account,
    now: Timestamp,
) -> Result<Secret, Refusal> {
    let access_key = &authorization.access_key;
    let token = token(request, authorization.style);
    if *access_key == account.credentials.access_key {
        return match token {
            Some(_) => Err(Refusal::because(INVALID_SECURITY, "these keys have no security token")),
            None => Ok(account.credentials.secret_key.clone()),
        };
    }
    let Some(token) = token.filter(|_| TemporaryKey::is_one(access_key)) else {
        return Err(Refusal::new(INVALID_ACCESS_KEY_ID));
    };
    match TemporaryKey::open(token, access_key, &account.credentials) {
        Some(key) if key.expires_at > now.as_second() => Ok(TemporaryKey::secret(access_key, &account.credentials)),
        Some(_) => Err(Refusal::because(INVALID_SECURITY, "the security token has expired")),
        None => Err(Refusal::because(
            INVALID_SECURITY,
            "the security token is not that of the key",
        )),
    }
}

/// The security token that a request brings, in a header or in its URL.
fn token<'a>(request: &Request<'a>, style: Style) -> Option<&'a str> {
    let wanted = format!("{}security-token", style.prefix());
    let is_it = |name: &str| name.eq_ignore_ascii_case(&wanted);
    let header = request.headers.iter().find(|(name, _)| is_it(name));
    let parameter = request.query.iter().find(|(name, _)| is_it(name));
    header
        .map(|(_, value)| value.as_str())
        .or_else(|| parameter.and_then(|(_, value)| value.as_deref()))
}
