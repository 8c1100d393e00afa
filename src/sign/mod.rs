//! The cloud's signature schemes: one canonical form, used to sign and to verify.
//!
//! Pure: no clock, no network, no environment. **The contract on the URI**: a path comes in percent-encoded once,
//! exactly as it goes on the wire; signing decodes and re-encodes it for the canonical form only and never changes
//! what is sent. Source: "AK/SK Signing and Authentication Guide"; vectors made by the vendor's own signer.

mod canonical;
mod credentials;
mod signer;
mod verify;

pub(crate) use canonical::Request;
pub(crate) use credentials::{Caller, Credentials, Secret};
pub(crate) use signer::{Algorithm, sign};
pub(crate) use verify::{Authorization, Mismatch, verify};

/// The header that carries the time of signing, `YYYYMMDDTHHMMSSZ`.
pub(crate) const DATE_HEADER: &str = "X-Sdk-Date";
/// The header that carries the token of temporary credentials.
pub(crate) const SECURITY_TOKEN_HEADER: &str = "X-Security-Token";
/// The header that carries an IAM token in place of a signature.
pub(crate) const AUTH_TOKEN_HEADER: &str = "X-Auth-Token";
/// The header that stands in for the body's hash.
const CONTENT_HASH_HEADER: &str = "X-Sdk-Content-Sha256";
/// The form of [`DATE_HEADER`].
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// How far a signature's date may lie from the service's clock, in seconds.
pub(crate) const VALIDITY_SECONDS: i64 = 15 * 60;

/// `now` as [`DATE_HEADER`] writes it.
pub(crate) fn date_text(now: jiff::Timestamp) -> String {
    now.strftime(DATE_FORMAT).to_string()
}
