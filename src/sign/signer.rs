//! Signing a request.

use super::canonical::{QueryOrder, Request, canonical_query, hex};
use super::{CONTENT_HASH_HEADER, Credentials, DATE_HEADER, SECURITY_TOKEN_HEADER, Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A scheme.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Algorithm {
    /// The ordinary one: the secret key itself signs.
    SdkHmacSha256,
    /// Signing with a key derived for a region and a service, `cn-east-3` and `functiongraph`.
    V11HmacSha256 {
        /// The region, or `globe` for a global service.
        region: String,
        /// The service.
        service: String,
    },
}

impl Algorithm {
    /// The name that begins the string to sign and the header.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::SdkHmacSha256 => "SDK-HMAC-SHA256",
            Self::V11HmacSha256 { .. } => "V11-HMAC-SHA256",
        }
    }

    /// `YYYYMMDD/region/service`, with a derived key.
    pub(super) fn info(&self, date: &str) -> Option<String> {
        match self {
            Self::SdkHmacSha256 => None,
            Self::V11HmacSha256 { region, service } => {
                Some(format!("{}/{region}/{service}", date.get(..8).unwrap_or(date)))
            }
        }
    }

    /// The text whose signature is sent.
    pub(super) fn string_to_sign(&self, date: &str, canonical: &str) -> String {
        let hash = hex(&Sha256::digest(canonical));
        match self.info(date) {
            None => format!("{}\n{date}\n{hash}", self.name()),
            Some(info) => format!("{}\n{date}\n{info}\n{hash}", self.name()),
        }
    }

    /// The signature of `text` in hex.
    pub(super) fn signature(&self, access_key: &str, secret: &Secret, date: &str, text: &str) -> String {
        let secret = secret.expose().as_bytes();
        match self.info(date) {
            None => hex(&hmac(secret, &[text.as_bytes()])),
            Some(info) => {
                let extracted = hmac(access_key.as_bytes(), &[secret]);
                let derived = hmac(&extracted, &[info.as_bytes(), &[1]]);
                // The key is the derived key's hex text, not its bytes.
                hex(&hmac(hex(&derived).as_bytes(), &[text.as_bytes()]))
            }
        }
    }
}

fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes a key of any length");
    };
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What signing a request came to.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The headers to send besides those of the request, `Authorization` last.
    pub(crate) headers: Vec<(String, String)>,
    /// The query exactly as it has to be sent, without `?`; empty for none.
    pub(crate) query: String,
    #[cfg(test)]
    pub(super) canonical: String,
    #[cfg(test)]
    pub(super) string_to_sign: String,
}

/// Signs `request`, which goes to `host` (with `:port` where that is not the scheme's own), at `date`
/// ([`super::date_text`]) unless the request's own headers already say when. Every header that the request has is
/// signed, but those with `_` in their names.
pub(crate) fn sign(
    request: &Request<'_>,
    host: &str,
    credentials: &Credentials,
    algorithm: &Algorithm,
    date: &str,
) -> Signed {
    let mut added: Vec<(String, String)> = Vec::new();
    let date = match request.header(DATE_HEADER) {
        Some(date) => date,
        None => {
            added.push((DATE_HEADER.to_owned(), date.to_owned()));
            date
        }
    };
    if request.header("host").is_none() {
        added.push(("Host".to_owned(), host.to_owned()));
    }
    if let Some(token) = &credentials.security_token {
        added.push((SECURITY_TOKEN_HEADER.to_owned(), token.expose().to_owned()));
    }
    if is_opaque(request) {
        added.push((CONTENT_HASH_HEADER.to_owned(), "UNSIGNED-PAYLOAD".to_owned()));
    }
    let headers: Vec<(String, String)> = request.headers.iter().chain(&added).cloned().collect();
    let complete = Request {
        headers: &headers,
        ..*request
    };

    let mut signed: Vec<String> = headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| !name.contains('_'))
        .collect();
    signed.sort();
    let canonical = complete.canonical(&signed, QueryOrder::Sorted, &complete.payload_hash());
    let string_to_sign = algorithm.string_to_sign(date, &canonical);
    let access_key = &credentials.access_key;
    let signature = algorithm.signature(access_key, &credentials.secret_key, date, &string_to_sign);
    let who = match algorithm.info(date) {
        None => format!("Access={access_key}"),
        Some(info) => format!("Credential={access_key}/{info}"),
    };
    let name = algorithm.name();
    added.push((
        "Authorization".to_owned(),
        format!(
            "{name} {who}, SignedHeaders={}, Signature={signature}",
            signed.join(";")
        ),
    ));
    Signed {
        headers: added,
        query: canonical_query(request.query, QueryOrder::Sorted),
        #[cfg(test)]
        canonical,
        #[cfg(test)]
        string_to_sign,
    }
}

/// Whether the vendor's signer would leave the body out of the signature: a content type that is not JSON or BSON.
/// It looks for the header in exactly this spelling.
fn is_opaque(request: &Request<'_>) -> bool {
    request.headers.iter().any(|(name, value)| {
        name == "Content-Type"
            && !value.is_empty()
            && !value.starts_with("application/json")
            && !value.starts_with("application/bson")
    })
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Signed, sign};
    use crate::sign::{Authorization, Credentials, Request, Secret, verify};
    use base64::Engine;
    use jiff::civil::DateTime;
    use jiff::tz::Offset;
    use serde_json::Value;

    fn text<'a>(value: &'a Value, name: &str) -> &'a str {
        value[name].as_str().unwrap()
    }

    fn pairs(value: &Value) -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (text(&pair[0]), text(&pair[1])))
            .collect()
    }

    /// Each vector: our signature against the vendor's, field by field, then the vendor's through our verifier.
    #[test]
    fn signs_and_verifies_as_the_vendors_signer_does() {
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/signing.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 80);
        for vector in vectors {
            let name = text(vector, "name");
            let input = &vector["input"];
            let body = base64::engine::general_purpose::STANDARD
                .decode(text(input, "body_base64"))
                .unwrap();
            let (query, headers) = (pairs(&input["query"]), pairs(&input["headers"]));
            let request = Request {
                method: text(input, "method"),
                path: text(input, "path"),
                query: &query,
                headers: &headers,
                body: &body,
            };
            let credentials = Credentials {
                access_key: text(input, "ak").to_owned(),
                secret_key: Secret::new(text(input, "sk")),
                security_token: None,
            };
            let algorithm = match text(vector, "algorithm") {
                "SDK-HMAC-SHA256" => Algorithm::SdkHmacSha256,
                _ => Algorithm::V11HmacSha256 {
                    region: text(input, "region").to_owned(),
                    service: text(input, "service").to_owned(),
                },
            };
            let signed = sign(&request, text(input, "host"), &credentials, &algorithm, "unused");
            same(name, vector, &signed);

            let sent: Vec<_> = headers.iter().chain(&signed.headers).cloned().collect();
            let date = sent
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case("x-sdk-date"))
                .unwrap()
                .1
                .clone();
            let date = DateTime::strptime("%Y%m%dT%H%M%SZ", &date).unwrap();
            let now = Offset::UTC.to_timestamp(date).unwrap();
            let authorization: Authorization = text(vector, "authorization").parse().unwrap();
            let received = Request {
                headers: &sent,
                ..request
            };
            verify(&received, &authorization, &credentials.secret_key, now)
                .unwrap_or_else(|mismatch| panic!("{name}: {mismatch:?}"));
        }
    }

    fn same(name: &str, vector: &Value, signed: &Signed) {
        assert_eq!(signed.canonical, text(vector, "canonical_request"), "{name}");
        assert_eq!(signed.string_to_sign, text(vector, "string_to_sign"), "{name}");
        let (authorization, added) = signed.headers.split_last().unwrap();
        assert_eq!(authorization.1, text(vector, "authorization"), "{name}");
        assert!(authorization.1.ends_with(text(vector, "signature")), "{name}");
        let expected: Vec<(String, String)> = vector["headers_added_by_signer"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let mut added = added.to_vec();
        added.sort();
        assert_eq!(added, expected, "{name}");
        let target = text(vector, "wire_target");
        let query = target.split_once('?').map_or("", |(_, query)| query);
        assert_eq!(signed.query, query, "{name}");
    }
}
