//! Profiles: what the configuration file says, under the names that its user gave.

use super::origin::Origin;
use crate::sign::Secret;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The longest name of a profile.
const LONGEST_NAME: usize = 64;

/// One profile. What it does not say is left to weaker sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    /// The region's id.
    pub(crate) region: Option<String>,
    /// The project's id, of that region and of the account of these keys.
    pub(crate) project_id: Option<String>,
    /// The account's id.
    pub(crate) domain_id: Option<String>,
    /// The access key's id.
    pub(crate) access_key: Option<String>,
    /// Its secret.
    pub(crate) secret_key: Option<Secret>,
    /// The token of temporary keys.
    pub(crate) security_token: Option<Secret>,
    /// When temporary keys end.
    pub(crate) expires_at: Option<Timestamp>,
    /// An IAM token in place of keys.
    pub(crate) auth_token: Option<Secret>,
    /// As `--endpoint` takes them.
    pub(crate) endpoints: Vec<String>,
    /// A PEM file with one more authority to trust.
    pub(crate) ca_file: Option<PathBuf>,
    /// As `--output` takes it.
    pub(crate) output: Option<String>,
    /// The enterprise project of what is created.
    pub(crate) enterprise_project_id: Option<String>,
    /// The OBS bucket that large uploads go through.
    pub(crate) bucket: Option<String>,
    /// The field behind the console's WebSocket switch, and the value that turns it on.
    pub(crate) websocket_field: Option<(String, Value)>,
}

/// Every profile of the configuration file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profiles {
    /// The one that holds where none is named.
    pub(crate) default: Option<String>,
    /// By name.
    pub(crate) all: BTreeMap<String, Profile>,
}

impl Profile {
    /// Whether it says who calls.
    pub(crate) fn has_keys(&self) -> bool {
        self.access_key.is_some() || self.auth_token.is_some()
    }
}

/// A profile with its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) profile: &'a Profile,
}

impl Named<'_> {
    pub(super) fn origin(&self) -> Origin {
        Origin::Profile(self.name.into())
    }
}

impl Profiles {
    /// The profile `name`.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> Option<Named<'a>> {
        self.all.get(name).map(|profile| Named { name, profile })
    }

    /// The names, with commas between.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.all.keys().map(String::as_str).collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    }
}

/// Whether `name` can name a profile: it stands in a file and on command lines.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST_NAME).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_words_of_a_command_line() {
        for (name, fine) in [
            ("work", true),
            ("a.b_c-1", true),
            ("", false),
            ("-x", false),
            ("a b", false),
            ("é", false),
            (&"x".repeat(65), false),
        ] {
            assert_eq!(is_name(name), fine, "{name:?}");
        }
    }
}
