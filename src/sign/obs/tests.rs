//! The vendor's vectors both ways, and what holds for any request.

use super::{Authorization, Mismatch, Request, Resource, SUBRESOURCES, Style, authorization, presign, sign, verify};
use crate::sign::{Credentials, Secret};
use jiff::{Timestamp, ToSpan};
use percent_encoding::percent_decode_str;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

struct Vector {
    name: String,
    style: Style,
    resource: (Option<String>, Option<String>, bool),
    method: String,
    query: Vec<(String, Option<String>)>,
    headers: Vec<(String, String)>,
    credentials: Credentials,
}

impl Vector {
    fn of(vector: &Value) -> Self {
        let input = &vector["input"];
        let own = |name: &str| input[name].as_str().map(str::to_owned);
        let bucket = match input["custom_domain"] == true {
            true => own("server"),
            false => own("bucket"),
        };
        let pairs = |name: &str| input[name].as_object().unwrap().clone().into_iter();
        Self {
            name: text(vector, "name").to_owned(),
            style: match text(vector, "style") {
                "obs" => Style::Obs,
                _ => Style::Aws,
            },
            resource: (bucket, own("key"), input["path_style"] == true),
            method: text(input, "method").to_owned(),
            query: pairs("query")
                .map(|(name, value)| (name, value.as_str().map(str::to_owned)))
                .collect(),
            headers: pairs("headers")
                .map(|(name, value)| (name, value.as_str().unwrap().to_owned()))
                .collect(),
            credentials: Credentials {
                access_key: text(input, "ak").to_owned(),
                secret_key: Secret::new(text(input, "sk")),
                security_token: own("security_token").map(Secret::new),
            },
        }
    }

    fn request(&self) -> Request<'_> {
        let (bucket, key, path_style) = &self.resource;
        Request {
            method: &self.method,
            resource: Resource {
                bucket: bucket.as_deref(),
                key: key.as_deref(),
                path_style: *path_style,
            },
            query: &self.query,
            headers: &self.headers,
        }
    }
}

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/obs_signing.json")).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// When all vectors hold: a minute before the earliest expiry.
fn then() -> Timestamp {
    "2025-07-15T08:30:00Z".parse().unwrap()
}

fn decoded(url: &str) -> Vec<(String, Option<String>)> {
    let query = url.split_once('?').unwrap().1;
    let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let mut pairs: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decode(name), Some(decode(value))),
            None => (decode(pair), None),
        })
        .collect();
    pairs.sort();
    pairs
}

/// Each vector: our signature against the vendor's, then the vendor's through our verifier.
#[test]
fn signs_and_verifies_as_the_vendors_sdk_does() {
    let all = vectors();
    assert_eq!(all.len(), 42);
    for expected in all {
        let vector = Vector::of(&expected);
        let (request, style) = (vector.request(), vector.style);
        let signed = match text(&expected, "kind") {
            "header" => {
                let canonical = request.string_by_header(style);
                assert_eq!(canonical, text(&expected, "canonical_string"), "{}", vector.name);
                let header = authorization(&request, &vector.credentials, style);
                assert_eq!(header, text(&expected, "authorization"), "{}", vector.name);
                Authorization::of_header(&header).unwrap()
            }
            _ => {
                let expires = expected["input"]["expires_unix"].as_i64().unwrap();
                let mut query = presign(&request, &vector.credentials, style, expires);
                query.sort();
                assert_eq!(query, decoded(text(&expected, "signed_url")), "{}", vector.name);
                let signed = Authorization::of_query(&query).unwrap();
                let request = Request {
                    query: &query,
                    ..request
                };
                let at = Timestamp::from_second(expires).unwrap();
                let late = verify(&request, &signed, &vector.credentials.secret_key, at + 1.second());
                assert_eq!(late, Err(Mismatch::Expired), "{}", vector.name);
                assert_eq!(verify(&request, &signed, &vector.credentials.secret_key, at), Ok(()));
                continue;
            }
        };
        assert_eq!(
            verify(&request, &signed, &vector.credentials.secret_key, then()),
            Ok(()),
            "{}",
            vector.name
        );
    }
}

#[test]
fn the_signed_parameters_are_in_order_for_the_search() {
    assert!(SUBRESOURCES.is_sorted());
}

fn credentials(token: bool) -> Credentials {
    Credentials {
        access_key: "AK".to_owned(),
        secret_key: Secret::new("SK"),
        security_token: token.then(|| Secret::new("TOKEN")),
    }
}

const DATE: &str = "Tue, 15 Jul 2025 08:30:00 GMT";

/// Signs `request` and verifies it at `at` with the headers as `alter` left them.
fn round(request: &Request<'_>, token: bool, alter: impl Fn(&mut Vec<(String, String)>), at: Timestamp) -> Outcome {
    let mut headers = request.headers.to_vec();
    headers.extend(sign(request, &credentials(token), DATE));
    let authorization = Authorization::of_header(&headers.pop().unwrap().1).unwrap();
    alter(&mut headers);
    let request = Request {
        headers: &headers,
        ..*request
    };
    verify(&request, &authorization, &Secret::new("SK"), at)
}

type Outcome = Result<(), Mismatch>;

const GET: Request<'_> = Request {
    method: "GET",
    resource: Resource {
        bucket: Some("bucket"),
        key: Some("key"),
        path_style: true,
    },
    query: &[],
    headers: &[],
};

#[test]
fn a_date_is_written_as_http_does() {
    assert_eq!(super::date_text(then()), DATE);
}

#[test]
fn a_signature_lasts_fifteen_minutes_either_way() {
    for (seconds, expected) in [
        (0, Ok(())),
        (900, Ok(())),
        (-900, Ok(())),
        (901, Err(Mismatch::Skewed(901))),
        (-901, Err(Mismatch::Skewed(-901))),
    ] {
        assert_eq!(round(&GET, false, |_| (), then() + seconds.seconds()), expected);
    }
}

#[test]
fn a_request_without_a_date_is_told_apart() {
    let dateless = round(
        &GET,
        false,
        |headers| headers.retain(|(name, _)| name != "Date"),
        then(),
    );
    assert_eq!(dateless, Err(Mismatch::NoDate));
    let unreadable = round(&GET, false, |headers| headers[0].1 = "now".to_owned(), then());
    assert_eq!(unreadable, Err(Mismatch::NoDate));
}

#[test]
fn what_is_no_signature_of_this_scheme_is_none() {
    for text in ["", "OBS", "OBS x", "SDK-HMAC-SHA256 Access=a", "Basic a:b"] {
        assert_eq!(Authorization::of_header(text), None, "{text}");
    }
    assert_eq!(Authorization::of_query(&[("Signature".to_owned(), None)]), None);
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_what_is_altered_does_not(
        key in "\\PC{1,20}", value in "[ -~]{1,12}", token in any::<bool>(), path_style in any::<bool>(),
        query in proptest::collection::vec(("uploads|uploadId|x-obs-a|prefix", proptest::option::of("\\PC{0,6}")), 0..4),
    ) {
        let headers = [("X-Obs-Acl".to_owned(), value), ("Content-Type".to_owned(), "text/plain".to_owned())];
        let resource = Resource { bucket: Some("bucket"), key: Some(&key), path_style };
        let request = Request { method: "PUT", resource, query: &query, headers: &headers };
        prop_assert_eq!(round(&request, token, |_| (), then()), Ok(()));
        for place in [0, 1] {
            let altered = round(&request, token, |headers| headers[place].1.push('x'), then());
            prop_assert!(matches!(altered, Err(Mismatch::Signature(_))));
        }
    }

    #[test]
    fn a_presigned_url_holds_for_its_own_object_alone(key in "\\PC{1,20}", token in any::<bool>(), late in 1..100_i64) {
        let request = Request { resource: Resource { key: Some(&key), ..GET.resource }, ..GET };
        let expires = then().as_second() + 60;
        let query = presign(&request, &credentials(token), Style::Obs, expires);
        let authorization = Authorization::of_query(&query).unwrap();
        let request = Request { query: &query, ..request };
        let secret = Secret::new("SK");
        prop_assert_eq!(verify(&request, &authorization, &secret, then()), Ok(()));
        let at = then() + (60 + late).seconds();
        prop_assert_eq!(verify(&request, &authorization, &secret, at), Err(Mismatch::Expired));
        let other = format!("{key}x");
        let other = Request { resource: Resource { key: Some(&other), ..GET.resource }, ..request };
        prop_assert!(matches!(verify(&other, &authorization, &secret, then()), Err(Mismatch::Signature(_))));
    }

    #[test]
    fn no_header_makes_it_panic(text in "\\PC{0,80}") {
        let _ = Authorization::of_header(&text);
    }
}
