//! Verifying a request: the service's side of the scheme.

use super::canonical::{QueryOrder, Request};
use super::signer::Algorithm;
use super::{CONTENT_HASH_HEADER, DATE_FORMAT, DATE_HEADER, Secret, VALIDITY_SECONDS};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::str::FromStr;

/// What the header `Authorization` of a signed request says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Authorization {
    /// Which scheme.
    pub(crate) algorithm: Algorithm,
    /// Who claims to have signed.
    pub(crate) access_key: String,
    signed_headers: Vec<String>,
    signature: String,
}

/// The header is no signature of a scheme that is known here.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the Authorization header has no {0}")]
pub(crate) struct Malformed(&'static str);

impl FromStr for Authorization {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (name, rest) = text.trim().split_once(' ').ok_or(Malformed("algorithm"))?;
        let mut fields = (None, None, None, None);
        for part in rest.split(',') {
            match part.trim().split_once('=') {
                Some(("Access", value)) => fields.0 = Some(value),
                Some(("Credential", value)) => fields.1 = Some(value),
                Some(("SignedHeaders", value)) => fields.2 = Some(value),
                Some(("Signature", value)) => fields.3 = Some(value),
                _ => {}
            }
        }
        let (algorithm, access_key) = match (name, fields) {
            ("SDK-HMAC-SHA256", (Some(access), ..)) => (Algorithm::SdkHmacSha256, access),
            ("V11-HMAC-SHA256", (_, Some(credential), ..)) => derived(credential)?,
            ("SDK-HMAC-SHA256" | "V11-HMAC-SHA256", _) => return Err(Malformed("access key")),
            _ => return Err(Malformed("known algorithm")),
        };
        let signed_headers = fields.2.ok_or(Malformed("SignedHeaders"))?;
        Ok(Self {
            algorithm,
            access_key: access_key.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature: fields.3.ok_or(Malformed("Signature"))?.to_owned(),
        })
    }
}

/// The scheme and the access key of `AK/YYYYMMDD/region/service`. The day is read from the date header.
fn derived(credential: &str) -> Result<(Algorithm, &str), Malformed> {
    let mut fields = credential.splitn(4, '/');
    let (Some(access), Some(_day), Some(region), Some(service)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(Malformed("region and service"));
    };
    let algorithm = Algorithm::V11HmacSha256 {
        region: region.to_owned(),
        service: service.to_owned(),
    };
    Ok((algorithm, access))
}

/// Why a request is not what its signer signed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Mismatch {
    /// The date is missing, unsigned or unreadable.
    #[error("no date was signed")]
    NoDate,
    /// The date is too far from the service's clock.
    #[error("the signature's date is {0} seconds from this clock")]
    Expired(i64),
    /// A header that is said to be signed was not sent.
    #[error("the signed header `{0}` is missing")]
    HeaderMissing(String),
    /// The signature is another one. Holds the canonical request as the service sees it.
    #[error("the signature is not that of the request")]
    Signature(String),
}

/// Checks that the holder of `secret` signed `request` near `now`. The canonical request is built anew from the
/// names that the request itself says were signed, for clients differ in what they sign.
///
/// # Errors
/// [`Mismatch`], the first that holds.
pub(crate) fn verify(
    request: &Request<'_>,
    authorization: &Authorization,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Mismatch> {
    let signed = &authorization.signed_headers;
    if !signed.iter().any(|name| name.eq_ignore_ascii_case(DATE_HEADER)) {
        return Err(Mismatch::NoDate);
    }
    let date = request.header(DATE_HEADER).ok_or(Mismatch::NoDate)?;
    let distance = seconds_between(date, now).ok_or(Mismatch::NoDate)?;
    if distance.abs() > VALIDITY_SECONDS {
        return Err(Mismatch::Expired(distance));
    }
    if let Some(name) = signed.iter().find(|name| request.header(name).is_none()) {
        return Err(Mismatch::HeaderMissing(name.clone()));
    }
    let computed_hash = request.payload_hash();
    // Some clients honour the hash header with an empty body, others do not.
    let given_hash = request.header(CONTENT_HASH_HEADER).filter(|_| request.body.is_empty());
    for order in [QueryOrder::Sorted, QueryOrder::Wire] {
        for hash in [Some(computed_hash.as_ref()), given_hash].into_iter().flatten() {
            let canonical = request.canonical(signed, order, hash);
            let text = authorization.algorithm.string_to_sign(date, &canonical);
            let expected = authorization
                .algorithm
                .signature(&authorization.access_key, secret, date, &text);
            if same(expected.as_bytes(), authorization.signature.as_bytes()) {
                return Ok(());
            }
        }
    }
    Err(Mismatch::Signature(request.canonical(
        signed,
        QueryOrder::Sorted,
        &computed_hash,
    )))
}

/// How many seconds `date` lies before (positive) or after `now`.
fn seconds_between(date: &str, now: Timestamp) -> Option<i64> {
    let date = Offset::UTC
        .to_timestamp(DateTime::strptime(DATE_FORMAT, date).ok()?)
        .ok()?;
    Some(now.as_second() - date.as_second())
}

/// Compares without telling by its time where the first difference is.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::{Authorization, Mismatch, verify};
    use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
    use jiff::{Timestamp, ToSpan};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn credentials() -> Credentials {
        Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new("SK"),
            security_token: None,
        }
    }

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    /// Signs, then verifies what `alter` made of the request.
    fn round(
        request: &Request<'_>,
        algorithm: &Algorithm,
        alter: impl Fn(&mut Vec<(String, String)>),
        at: Timestamp,
    ) -> Result<(), Mismatch> {
        let signed = sign(request, "127.0.0.1:7860", &credentials(), algorithm, &date_text(now()));
        let mut headers: Vec<_> = request.headers.iter().chain(&signed.headers).cloned().collect();
        let authorization: Authorization = headers.pop().unwrap().1.parse().unwrap();
        alter(&mut headers);
        verify(
            &Request {
                headers: &headers,
                ..*request
            },
            &authorization,
            &Secret::new("SK"),
            at,
        )
    }

    const GET: Request<'_> = Request {
        method: "GET",
        path: "/v2/p",
        query: &[],
        headers: &[],
        body: b"",
    };

    #[test]
    fn a_signature_lasts_fifteen_minutes_either_way() {
        for (seconds, fine) in [(0, true), (900, true), (-900, true), (901, false), (-901, false)] {
            let at = now() + seconds.seconds();
            assert_eq!(
                round(&GET, &Algorithm::SdkHmacSha256, |_| (), at).is_ok(),
                fine,
                "{seconds}"
            );
        }
    }

    #[test]
    fn each_alteration_is_told_apart() {
        let algorithm = Algorithm::SdkHmacSha256;
        let missing = round(
            &GET,
            &algorithm,
            |headers| headers.retain(|(name, _)| name != "Host"),
            now(),
        );
        assert_eq!(missing, Err(Mismatch::HeaderMissing("host".to_owned())));
        let dateless = round(
            &GET,
            &algorithm,
            |headers| headers.retain(|(name, _)| name != "X-Sdk-Date"),
            now(),
        );
        assert_eq!(dateless, Err(Mismatch::NoDate));
        let moved = round(&GET, &algorithm, |headers| headers[1].1 = "elsewhere".to_owned(), now());
        assert!(matches!(moved, Err(Mismatch::Signature(canonical)) if canonical.contains("host:elsewhere")));
    }

    #[test]
    fn what_is_no_signature_is_refused_with_the_part_that_is_missing() {
        for (text, part) in [
            ("", "algorithm"),
            ("Basic abc", "known algorithm"),
            ("SDK-HMAC-SHA256 SignedHeaders=a, Signature=b", "access key"),
            ("SDK-HMAC-SHA256 Access=a, Signature=b", "SignedHeaders"),
            ("SDK-HMAC-SHA256 Access=a, SignedHeaders=b", "Signature"),
            (
                "V11-HMAC-SHA256 Credential=a/b, SignedHeaders=b, Signature=c",
                "region and service",
            ),
        ] {
            let error = text.parse::<Authorization>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the Authorization header has no {part}"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_and_what_is_altered_does_not(
            path in "(/[a-zA-Z0-9%:!_ é-]{0,12}){1,4}",
            query in proptest::collection::vec(("[a-c%&=+ é]{1,3}", "\\PC{0,6}"), 0..4),
            value in "[!-~]{1,12}", body in any::<Vec<u8>>(), derived in any::<bool>(),
        ) {
            let algorithm = if derived {
                Algorithm::V11HmacSha256 { region: "cn-east-3".to_owned(), service: "apig".to_owned() }
            } else {
                Algorithm::SdkHmacSha256
            };
            let headers = [("X-Thing".to_owned(), value)];
            let request = Request { method: "POST", path: &path, query: &query, headers: &headers, body: &body };
            prop_assert_eq!(round(&request, &algorithm, |_| (), now()), Ok(()));
            let altered = round(&request, &algorithm, |headers| headers[0].1.push('x'), now());
            prop_assert!(matches!(altered, Err(Mismatch::Signature(_))));
        }

        #[test]
        fn no_header_makes_it_panic(text in "\\PC{0,120}") {
            let _ = text.parse::<Authorization>();
        }
    }
}
