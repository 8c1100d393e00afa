//! Who is calling: the signature checks of the gateway in front of every service.
//! Source: "AK/SK Signing and Authentication Guide", "Common Errors Related to IAM Authentication Information".

use super::super::Account;
use super::super::fidelity::Row;
use super::refusal::Refusal;
use crate::codes::front_door;
use crate::local::sealed::{TemporaryKey, Token, not_expired};
use crate::sign::{
    AUTH_TOKEN_HEADER, Authorization, Mismatch, Request, SECURITY_TOKEN_HEADER, Secret, VALIDITY_SECONDS, verify,
};
use http::HeaderMap;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use std::sync::{Mutex, PoisonError};

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "all",
    "authentication and its refusals",
    "AK/SK Signing and Authentication Guide",
    &[
        "whether a signed header that is missing has a text of its own: here `verify aksk signature fail`",
        "whether an operation that does not exist is refused before the caller is known: here it is",
        "how long a body may be: 12 MB are documented for signed requests, but operations take more; here 100 MiB",
    ],
);

/// More failures of one access key than this, one after the other, lock it.
const FAILURES: u32 = 5;
/// How long it is locked.
const LOCK: SignedDuration = SignedDuration::from_mins(5);

/// The failures of the account's access key since it last signed well.
#[derive(Debug, Default)]
pub(super) struct Guard(Mutex<Failures>);

/// How a request says who sent it.
#[derive(Debug)]
pub(super) enum Claim {
    /// By a token, which is proof enough.
    Token,
    /// By a signature of these keys, which is still to be verified.
    Keys(Authorization, Secret, Lasting),
    /// Not at all: its body says it.
    None,
}

/// How long keys last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    /// The account's own.
    Permanent,
    /// Given out for a while.
    Temporary,
}

#[derive(Debug, Default)]
struct Failures {
    count: u32,
    locked_until: Option<Timestamp>,
}

impl Guard {
    /// What the headers alone tell, before the body is read.
    ///
    /// # Errors
    /// 401 `APIGW.0301`.
    pub(super) fn identify(&self, headers: &HeaderMap, account: &Account, now: Timestamp) -> Result<Claim, Refusal> {
        let Some(text) = headers.get(http::header::AUTHORIZATION) else {
            let token = headers
                .get(AUTH_TOKEN_HEADER)
                .ok_or_else(|| refuse("x-auth-token not found"))?;
            let token = Token::open(&String::from_utf8_lossy(token.as_bytes()), &account.credentials);
            not_expired(token.map(|token| token.expires_at), now).map_err(refuse)?;
            return Ok(Claim::Token);
        };
        let authorization: Authorization = String::from_utf8_lossy(text.as_bytes())
            .parse()
            .map_err(|error| refuse(format!("verify aksk signature fail, {error}")))?;
        let access_key = &authorization.access_key;
        let security_token = headers.get(SECURITY_TOKEN_HEADER);
        if *access_key == account.credentials.access_key {
            if security_token.is_some() {
                return Err(refuse("decrypt token fail"));
            }
            if self.locked_until().is_some_and(|until| now < until) {
                return Err(refuse("AK access failed to reach the limit,forbidden"));
            }
            let secret_key = account.credentials.secret_key.clone();
            return Ok(Claim::Keys(authorization, secret_key, Lasting::Permanent));
        }
        let Some(security_token) = security_token.filter(|_| TemporaryKey::is_one(access_key)) else {
            return Err(refuse(format!("Get secretKey failed,ak:{access_key},err:ak not exist")));
        };
        let text = String::from_utf8_lossy(security_token.as_bytes());
        let key = TemporaryKey::open(&text, access_key, &account.credentials);
        not_expired(key.map(|key| key.expires_at), now).map_err(refuse)?;
        let secret_key = TemporaryKey::secret(access_key, &account.credentials);
        Ok(Claim::Keys(authorization, secret_key, Lasting::Temporary))
    }

    /// Whether the holder of the keys signed exactly this request. A token is enough by itself.
    ///
    /// # Errors
    /// 401 `APIGW.0301`.
    pub(super) fn verify(&self, (parts, body): (&Parts, &[u8]), claim: &Claim, now: Timestamp) -> Result<(), Refusal> {
        let Claim::Keys(authorization, secret_key, lasting) = claim else {
            return Ok(());
        };
        let headers: Vec<(String, String)> = parts
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let request = Request {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: &query_pairs(parts.uri.query()),
            headers: &headers,
            body,
        };
        let outcome = verify(&request, authorization, secret_key, now);
        if *lasting == Lasting::Permanent {
            self.count(outcome.is_ok(), now);
        }
        outcome.map_err(|mismatch| refuse(reason(&mismatch)))
    }

    fn locked_until(&self) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).locked_until
    }

    fn count(&self, good: bool, now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if good {
            *failures = Failures::default();
            return;
        }
        failures.count += 1;
        if failures.count > FAILURES {
            *failures = Failures {
                count: 0,
                locked_until: now.checked_add(LOCK).ok(),
            };
        }
    }
}

/// The documented tail for `mismatch`.
fn reason(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Signature(canonical) => {
            let canonical = canonical.replace('\n', "|");
            format!("verify aksk signature fail, canonicalRequest:{canonical}")
        }
        Mismatch::Expired(seconds) => {
            format!(
                "calc ak sk signature fail:signature expired, X-Sdk-Date is {seconds} seconds away, {VALIDITY_SECONDS} are allowed"
            )
        }
        Mismatch::NoDate | Mismatch::HeaderMissing(_) => format!("verify aksk signature fail, {mismatch}"),
    }
}

fn refuse(tail: impl std::fmt::Display) -> Refusal {
    Refusal::because(front_door::AUTHENTICATION, tail)
}

/// The decoded pairs of a query, in the order of the wire.
pub(super) fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::query_pairs;

    #[test]
    fn a_query_is_decoded_in_the_order_of_the_wire() {
        let pairs = query_pairs(Some("b=2&a=x%20y+z&&c&b=%31%3D"));
        let expected = [("b", "2"), ("a", "x y z"), ("c", ""), ("b", "1=")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(query_pairs(None).is_empty());
    }
}
