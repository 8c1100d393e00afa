//! Tokens and temporary keys of the local cloud's account. None is kept: each holds its own end, sealed with the account's
//! secret, so all of them hold on after a restart and none does after a reset.

use crate::sign::{Credentials, Secret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// How the ids of temporary access keys begin.
const TEMPORARY: &str = "LOCALTEMP";

/// A token of `X-Auth-Token`.
#[derive(Serialize, Deserialize)]
pub(super) struct Token {
    /// Unix seconds.
    pub(super) expires_at: i64,
    /// Random, so that no two are the same.
    id: String,
}

/// What `X-Security-Token` says of a temporary access key.
#[derive(Serialize, Deserialize)]
pub(super) struct TemporaryKey {
    /// Unix seconds.
    pub(super) expires_at: i64,
    /// The access key's id.
    pub(super) access: String,
}

impl Token {
    /// One that holds until `expires_at`; its id is random.
    pub(super) fn until(expires_at: Timestamp, id: String) -> Self {
        let expires_at = expires_at.as_second();
        Self { expires_at, id }
    }

    /// Reads what the account's secret has sealed, whether or not it still holds.
    pub(super) fn open(text: &str, account: &Credentials) -> Option<Self> {
        open("token", text, account)
    }

    /// The text that [`Self::open`] reads.
    pub(super) fn sealed(&self, account: &Credentials) -> serde_json::Result<String> {
        sealed("token", self, account)
    }
}

impl TemporaryKey {
    /// One that holds until `expires_at`; its id comes from `random`, which has at least 12 characters.
    pub(super) fn until(expires_at: Timestamp, random: &str) -> Self {
        let random: String = random.chars().take(12).collect();
        Self {
            expires_at: expires_at.as_second(),
            access: format!("{TEMPORARY}{}", random.to_ascii_uppercase()),
        }
    }

    /// Whether an access key's id is one that was given out for a while.
    pub(super) fn is_one(access_key: &str) -> bool {
        access_key.starts_with(TEMPORARY)
    }

    /// Opens the security token of `access_key`; another key's is none.
    pub(super) fn open(text: &str, access_key: &str, account: &Credentials) -> Option<Self> {
        open("key", text, account).filter(|key: &Self| key.access == access_key)
    }

    /// The secret of a temporary access key.
    pub(super) fn secret(access_key: &str, account: &Credentials) -> Secret {
        Secret::new(seal_of("secret", access_key, account))
    }

    /// The text that [`Self::open`] reads.
    pub(super) fn sealed(&self, account: &Credentials) -> serde_json::Result<String> {
        sealed("key", self, account)
    }
}

/// Why what was given out until `expires_at` does not hold, in the services' own words; nothing was what could not be
/// opened.
///
/// # Errors
/// The words.
pub(super) fn not_expired(expires_at: Option<i64>, now: Timestamp) -> Result<(), String> {
    match expires_at {
        None => Err("decrypt token fail".to_owned()),
        Some(expires_at) if expires_at > now.as_second() => Ok(()),
        Some(expires_at) => {
            let end = Timestamp::from_second(expires_at).unwrap_or(now);
            Err(format!("token expires, expires_at: {}", time(end)))
        }
    }
}

/// Unix time as the identity service writes it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// The text that only the holder of the account's secret can have made of `payload`.
fn seal_of(kind: &str, payload: &str, account: &Credentials) -> String {
    let secret = account.secret_key.expose();
    let Ok(mut seal) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("a key of any length will do")
    };
    seal.update(format!("{kind}:{payload}").as_bytes());
    let bytes = seal.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sealed(kind: &str, content: &impl Serialize, account: &Credentials) -> serde_json::Result<String> {
    let payload = BASE64.encode(serde_json::to_vec(content)?);
    let seal = seal_of(kind, &payload, account);
    Ok(format!("{payload}.{seal}"))
}

fn open<T: DeserializeOwned>(kind: &str, text: &str, account: &Credentials) -> Option<T> {
    let (payload, seal) = text.split_once('.')?;
    let own = seal_of(kind, payload, account);
    let different = own.bytes().zip(seal.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    if own.len() != seal.len() || different != 0 {
        return None;
    }
    serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
}
