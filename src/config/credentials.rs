//! Who signs: an access key, its secret and perhaps a token, all three from one source.

use super::Lookup;
use super::error::{NoCredentials, SettingsError};
use super::origin::{Origin, Sourced};
use crate::sign::{Credentials, Secret};

/// The three variables that make one source.
struct Source {
    access_key: &'static str,
    secret_key: &'static str,
    security_token: &'static str,
}

/// The sources, the strongest first: the SDKs' names, then the Terraform provider's.
const SOURCES: [Source; 2] = [
    Source {
        access_key: "HUAWEICLOUD_SDK_AK",
        secret_key: "HUAWEICLOUD_SDK_SK",
        security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    },
    Source {
        access_key: "HW_ACCESS_KEY",
        secret_key: "HW_SECRET_KEY",
        security_token: "HW_SECURITY_TOKEN",
    },
];

/// The first source that is set at all. One that is set in part stops the search: the next may be another account's.
///
/// # Errors
/// [`SettingsError::HalfSet`] and [`SettingsError::Invalid`].
pub(super) fn find(variables: Lookup<'_>) -> Result<Option<Sourced<Credentials>>, SettingsError> {
    for source in SOURCES {
        if let Some(found) = source.read(variables)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Says where [`find`] looked.
pub(super) fn missing() -> NoCredentials {
    NoCredentials {
        looked_at: SOURCES
            .map(|source| format!("{} with {}", source.access_key, source.secret_key))
            .to_vec(),
    }
}

impl Source {
    fn read(&self, variables: Lookup<'_>) -> Result<Option<Sourced<Credentials>>, SettingsError> {
        let read = |name: &'static str, what| match variables(name) {
            None => Ok(None),
            Some(text) => checked(text, name, what).map(Some),
        };
        let access_key = read(self.access_key, "access key")?;
        let secret_key = read(self.secret_key, "secret key")?;
        let token = read(self.security_token, "security token")?;
        let half = |set, missing| Err(SettingsError::HalfSet { set, missing });
        match (access_key, secret_key, token) {
            (None, None, None) => Ok(None),
            (None, Some(_), _) => half(self.secret_key, self.access_key),
            (Some(_), None, _) => half(self.access_key, self.secret_key),
            (None, None, Some(_)) => half(self.security_token, self.access_key),
            (Some(access_key), Some(secret_key), token) => Ok(Some(Sourced::new(
                Credentials {
                    access_key,
                    secret_key: Secret::new(secret_key),
                    security_token: token.map(Secret::new),
                },
                Origin::Variable(self.access_key),
            ))),
        }
    }
}

/// `text`, if it can stand in a header. A line break that came along from a file is the usual reason why not.
fn checked(text: String, name: &'static str, what: &'static str) -> Result<String, SettingsError> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(SettingsError::Invalid {
        what,
        origin: Origin::Variable(name),
        fault: "it holds a space, a line break or another character that no key has".to_owned(),
    })
}
