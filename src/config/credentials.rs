//! Who calls: an access key, its secret and perhaps a token, all three from one source; or an IAM token.

use super::error::{NoCredentials, SettingsError};
use super::origin::{Origin, Sourced};
use super::profile::Named;
use super::sdk_file::SdkFile;
use super::{Layers, Lookup};
use crate::sign::{Caller, Credentials, Secret};
use jiff::Timestamp;

/// The variables that make one source.
struct Source {
    /// An IAM token, which counts before keys as with the Terraform provider.
    auth_token: Option<&'static str>,
    access_key: &'static str,
    secret_key: &'static str,
    security_token: &'static str,
}

/// The sources of the environment, the strongest first: the SDKs' names, then the Terraform provider's.
const SOURCES: [Source; 2] = [
    Source {
        auth_token: None,
        access_key: "HUAWEICLOUD_SDK_AK",
        secret_key: "HUAWEICLOUD_SDK_SK",
        security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    },
    Source {
        auth_token: Some("HW_AUTH_TOKEN"),
        access_key: "HW_ACCESS_KEY",
        secret_key: "HW_SECRET_KEY",
        security_token: "HW_SECURITY_TOKEN",
    },
];

/// Who calls, and until when.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) caller: Sourced<Caller>,
    pub(super) expires_at: Option<Timestamp>,
}

/// The first source that is set at all: the profile that was named, the environment, the default profile, the SDKs'
/// file. One that is set in part stops the search: the next may be another account's.
///
/// # Errors
/// [`SettingsError::HalfSet`] and [`SettingsError::Invalid`].
pub(super) fn find(layers: &Layers<'_>) -> Result<Option<Found>, SettingsError> {
    every(layers).into_iter().next().transpose()
}

/// Every source that is set, the strongest first, broken ones too.
pub(super) fn every(layers: &Layers<'_>) -> Vec<Result<Found, SettingsError>> {
    let named = layers.named.and_then(|named| of_profile(named).transpose());
    let environment = SOURCES
        .iter()
        .filter_map(|source| source.read(layers.variables).transpose());
    let fallback = layers.fallback.and_then(|named| of_profile(named).transpose());
    let sdk_file = layers.sdk_file.and_then(|file| of_sdk_file(file).transpose());
    named
        .into_iter()
        .chain(environment)
        .chain(fallback)
        .chain(sdk_file)
        .collect()
}

fn of_sdk_file(file: &SdkFile) -> Result<Option<Found>, SettingsError> {
    let keys = Keys {
        origin: Origin::SdkFile(file.path.clone()),
        names: ["ak", "sk", "security_token"],
        access_key: file.access_key.clone(),
        secret_key: file.secret_key.clone(),
        security_token: file.security_token.clone(),
    };
    keys.read(None)
}

/// The keys of the environment alone, for a profile that takes them over.
///
/// # Errors
/// As [`find`].
pub(crate) fn in_environment(variables: Lookup<'_>) -> Result<Option<Sourced<Caller>>, SettingsError> {
    let mut found = SOURCES.iter().filter_map(|source| source.read(variables).transpose());
    Ok(found.next().transpose()?.map(|found| found.caller))
}

/// Says where [`find`] looked.
pub(super) fn missing() -> NoCredentials {
    let variables = SOURCES.map(|source| format!("{} with {}", source.access_key, source.secret_key));
    let files = ["the profiles of fgctl", "the SDKs' file ~/.huaweicloud/credentials"].map(str::to_owned);
    NoCredentials::None {
        looked_at: variables.into_iter().chain(files).collect(),
    }
}

impl Source {
    fn read(&self, variables: Lookup<'_>) -> Result<Option<Found>, SettingsError> {
        if let Some((name, token)) = self.auth_token.and_then(|name| Some((name, variables(name)?))) {
            return of_token(token, Origin::Variable(name)).map(Some);
        }
        let keys = Keys {
            origin: Origin::Variable(self.access_key),
            names: [self.access_key, self.secret_key, self.security_token],
            access_key: variables(self.access_key),
            secret_key: variables(self.secret_key).map(Secret::new),
            security_token: variables(self.security_token).map(Secret::new),
        };
        keys.read(None)
    }
}

fn of_profile(named: Named<'_>) -> Result<Option<Found>, SettingsError> {
    let profile = named.profile;
    if let Some(token) = &profile.auth_token {
        let found = of_token(token.expose().to_owned(), named.origin())?;
        return Ok(Some(Found {
            expires_at: profile.expires_at,
            ..found
        }));
    }
    let keys = Keys {
        origin: named.origin(),
        names: ["access_key", "secret_key", "security_token"],
        access_key: profile.access_key.clone(),
        secret_key: profile.secret_key.clone(),
        security_token: profile.security_token.clone(),
    };
    keys.read(profile.expires_at)
}

fn of_token(token: String, origin: Origin) -> Result<Found, SettingsError> {
    let token = checked(token, "IAM token", &origin)?;
    Ok(Found {
        caller: Sourced::new(Caller::Token(Secret::new(token)), origin),
        expires_at: None,
    })
}

/// What one source says of keys, and how it calls them.
struct Keys {
    origin: Origin,
    names: [&'static str; 3],
    access_key: Option<String>,
    secret_key: Option<Secret>,
    security_token: Option<Secret>,
}

impl Keys {
    fn read(self, expires_at: Option<Timestamp>) -> Result<Option<Found>, SettingsError> {
        let [access_name, secret_name, token_name] = self.names;
        let half = |set, missing| {
            Err(SettingsError::HalfSet {
                set,
                missing,
                origin: self.origin.clone(),
            })
        };
        let (access_key, secret_key) = match (self.access_key, self.secret_key, &self.security_token) {
            (None, None, None) => return Ok(None),
            (None, Some(_), _) => return half(secret_name, access_name),
            (Some(_), None, _) => return half(access_name, secret_name),
            (None, None, Some(_)) => return half(token_name, access_name),
            (Some(access_key), Some(secret_key), _) => (access_key, secret_key),
        };
        let secret = |secret: &Secret, what, name| {
            let origin = self.origin.beside(name);
            checked(secret.expose().to_owned(), what, &origin).map(Secret::new)
        };
        let token = self.security_token.as_ref();
        let credentials = Credentials {
            access_key: checked(access_key, "access key", &self.origin)?,
            secret_key: secret(&secret_key, "secret key", secret_name)?,
            security_token: token
                .map(|token| secret(token, "security token", token_name))
                .transpose()?,
        };
        Ok(Some(Found {
            caller: Sourced::new(Caller::Keys(credentials), self.origin),
            expires_at,
        }))
    }
}

impl Origin {
    /// Where the value `name` of the same source comes from: another variable, but the same file.
    fn beside(&self, name: &'static str) -> Self {
        match self {
            Self::Variable(_) => Self::Variable(name),
            other => other.clone(),
        }
    }
}

/// `text`, if it can stand in a header. A line break that came along from a file is the usual reason why not.
fn checked(text: String, what: &'static str, origin: &Origin) -> Result<String, SettingsError> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(SettingsError::Invalid {
        what,
        origin: origin.clone(),
        fault: "it holds a space, a line break or another character that no key has".to_owned(),
    })
}
