//! Names for things: random ids, and ids that follow from the account.

use super::super::Account;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// A new id of 32 hex digits.
pub(super) fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A new UUID with dashes.
pub(super) fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

/// The UUID of what the account has exactly one of: the same for ever, and stored nowhere.
pub(super) fn own_uuid(account: &Account, what: &str) -> String {
    let hash = Sha256::digest(format!("{}/{what}", account.project_id));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}
