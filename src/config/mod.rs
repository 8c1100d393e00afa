//! From flags, the environment, profiles and a running local cloud to [`Settings`], each value with its origin.
//!
//! Whatever the values come from is handed in; [`ConfigFile`] and [`SdkFile`] read and write the files whose paths they
//! are given. **Precedence is one function**, [`resolve`]: flags, then the profile that a flag names, then the
//! environment (fgctl's own names, the SDKs', the Terraform provider's), then the default profile, then the SDKs'
//! credentials file, then the default. A source that is broken stops; only one that is absent goes on to the next.

mod credentials;
mod document;
mod endpoint;
mod error;
mod file;
mod origin;
mod profile;
mod sdk_file;
#[cfg(test)]
mod tests;

pub(crate) use credentials::in_environment;
pub(crate) use document::Fault;
pub(crate) use endpoint::Endpoint;
pub(crate) use error::{NoCredentials, SettingsError};
pub(crate) use file::{ConfigFile, FileError};
pub(crate) use origin::{Origin, Sourced};
pub(crate) use profile::{Profile, Profiles};
pub(crate) use sdk_file::SdkFile;

use crate::sign::{Caller, Credentials, Secret};
use crate::wire::Service;
use endpoint::Given;
use jiff::Timestamp;
use profile::Named;
use serde_json::Value;
use std::fmt;
use std::path::PathBuf;

/// Tells the value of an environment variable; nothing for one that is unset or empty.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a region may be set in the environment, the strongest first.
const REGION: [&str; 2] = ["FGCTL_REGION", "HW_REGION_NAME"];
/// Where a project's id may be set.
const PROJECT_ID: [&str; 2] = ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"];
/// Where an account's id may be set.
const DOMAIN_ID: [&str; 2] = ["HUAWEICLOUD_SDK_DOMAIN_ID", "HW_DOMAIN_ID"];
/// Where endpoints may be set, with commas between.
const ENDPOINT: &str = "FGCTL_ENDPOINT";
/// Where a CA file may be set.
const CA_FILE: &str = "FGCTL_CA_FILE";
/// Where an enterprise project may be set.
const ENTERPRISE_PROJECT_ID: [&str; 1] = ["HW_ENTERPRISE_PROJECT_ID"];
/// Which profile is the default one, in place of the file's own word.
const PROFILE: &str = "FGCTL_PROFILE";

/// The global options that decide whom fgctl calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// `--profile`.
    pub(crate) profile: Option<String>,
    /// `--region`.
    pub(crate) region: Option<String>,
    /// `--project-id`.
    pub(crate) project_id: Option<String>,
    /// `--endpoint`, each `URL` or `SERVICE=URL`.
    pub(crate) endpoints: Vec<String>,
    /// `--local`.
    pub(crate) local: bool,
    /// `--ca-file`.
    pub(crate) ca_file: Option<PathBuf>,
}

/// A local cloud that is running, as its runtime file describes it.
#[derive(Clone, Debug)]
pub(crate) struct LocalCloud {
    /// Scheme and authority of its one port.
    pub(crate) endpoint: String,
    /// The region that it plays.
    pub(crate) region: String,
    /// The project that it has.
    pub(crate) project_id: String,
    /// The account that it has.
    pub(crate) domain_id: Option<String>,
    /// The keys that it accepts.
    pub(crate) credentials: Credentials,
    /// The file with its authority.
    pub(crate) ca_file: Option<PathBuf>,
}

/// Where settings come from besides flags.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// The environment.
    pub(crate) variables: Lookup<'a>,
    /// The configuration file.
    pub(crate) profiles: &'a Profiles,
    /// The SDKs' credentials file.
    pub(crate) sdk_file: Option<&'a SdkFile>,
    /// For `--local`.
    pub(crate) local: Option<&'a LocalCloud>,
}

/// Whom fgctl calls, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The profile that counts, if there is one.
    pub(crate) profile: Option<Sourced<String>>,
    /// The region's id.
    pub(crate) region: Sourced<String>,
    /// The project's id; to be looked up where there is none.
    pub(crate) project_id: Option<Sourced<String>>,
    /// The account's id.
    pub(crate) domain_id: Option<Sourced<String>>,
    /// Who calls. Ask [`Settings::caller`] where it is needed.
    pub(crate) credentials: Option<Sourced<Caller>>,
    /// When the credentials end, where that is known.
    pub(crate) expires_at: Option<Timestamp>,
    /// A PEM file with one more authority to trust.
    pub(crate) ca_file: Option<Sourced<PathBuf>>,
    /// The enterprise project of what is created.
    pub(crate) enterprise_project_id: Option<Sourced<String>>,
    /// The OBS bucket that large uploads go through.
    pub(crate) bucket: Option<Sourced<String>>,
    /// The field behind the console's WebSocket switch, and the value that turns it on.
    pub(crate) websocket_field: Option<Sourced<(String, Value)>>,
    /// Which proxies to use.
    pub(crate) proxies: Proxies,
    /// What the user should be told before anything is sent.
    pub(crate) warnings: Vec<Warning>,
    endpoints: [(Service, Sourced<Endpoint>); Service::ALL.len()],
}

impl Settings {
    /// Where `service` is.
    pub(crate) fn endpoint(&self, service: Service) -> &Sourced<Endpoint> {
        let found = self.endpoints.iter().find(|(other, _)| *other == service);
        // Every service is in the array, because it is made from `Service::ALL`.
        found.map_or(&self.endpoints[0].1, |(_, endpoint)| endpoint)
    }

    /// Who calls at `now`.
    ///
    /// # Errors
    /// [`NoCredentials`] when there are none, or when they have expired.
    pub(crate) fn caller(&self, now: Timestamp) -> Result<&Sourced<Caller>, NoCredentials> {
        let caller = self.credentials.as_ref().ok_or_else(credentials::missing)?;
        match self.expires_at.filter(|at| *at <= now) {
            Some(at) => Err(NoCredentials::Expired {
                origin: caller.origin.clone(),
                at,
            }),
            None => Ok(caller),
        }
    }
}

/// The proxies of the environment. An address may hold a password, hence a secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Proxies {
    /// `HTTPS_PROXY`: for `https://` targets.
    pub(crate) https: Option<Secret>,
    /// `HTTP_PROXY`: for `http://` targets.
    pub(crate) http: Option<Secret>,
    /// `NO_PROXY`: what to reach directly, with commas between; empty for nothing. Loopback is always among it.
    pub(crate) direct: String,
}

/// Something that works and should not be, or not as it looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Warning {
    /// Requests to this endpoint can be read on the way.
    PlainHttp(Sourced<Endpoint>),
    /// The environment names a profile, and other keys than that profile's.
    Shadowed {
        /// The profile.
        profile: String,
        /// Where the keys come from.
        by: Origin,
    },
    /// Others can read the keys.
    Exposed(Origin),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlainHttp(Sourced { value, origin }) => write!(
                f,
                "the endpoint `{value}` from {origin} is not encrypted: others on the way can read what is sent and answered"
            ),
            Self::Shadowed { profile, by } => write!(
                f,
                "the keys come from {by} and not from the profile `{profile}`, which {PROFILE} names; --profile {profile} would take its keys"
            ),
            Self::Exposed(origin) => write!(f, "{origin} can be read by others"),
        }
    }
}

/// The sources in their order. A running local cloud stands in for all of them but the flags.
#[derive(Clone, Copy)]
struct Layers<'a> {
    flags: &'a Flags,
    local: Option<&'a LocalCloud>,
    /// The profile that a flag names.
    named: Option<Named<'a>>,
    variables: Lookup<'a>,
    /// The default profile.
    fallback: Option<Named<'a>>,
    sdk_file: Option<&'a SdkFile>,
}

impl<'a> Layers<'a> {
    fn new(
        flags: &'a Flags,
        sources: Sources<'a>,
        default: Option<&'a Sourced<String>>,
    ) -> Result<Self, SettingsError> {
        if let Some(local) = of_local(flags, sources.local)? {
            return Ok(Self {
                flags,
                local: Some(local),
                named: None,
                variables: &|_| None,
                fallback: None,
                sdk_file: None,
            });
        }
        let profile = default.map(|name| named(sources.profiles, name)).transpose()?;
        let (named, fallback) = match flags.profile.is_some() {
            true => (profile, None),
            false => (None, profile),
        };
        Ok(Self {
            flags,
            local: None,
            named,
            variables: sources.variables,
            fallback,
            sdk_file: sources.sdk_file,
        })
    }

    /// The strongest that a profile or the environment says.
    fn first<T>(
        &self,
        of_profile: impl Fn(&Profile) -> Option<T>,
        of_variable: impl Fn() -> Option<Sourced<T>>,
    ) -> Option<Sourced<T>> {
        let read = |named: Named<'_>| Some(Sourced::new(of_profile(named.profile)?, named.origin()));
        let named = self.named.and_then(read);
        named.or_else(of_variable).or_else(|| self.fallback.and_then(read))
    }

    fn text(&self, of: impl Fn(&Profile) -> Option<String>, names: &[&'static str]) -> Option<Sourced<String>> {
        self.first(of, || first(self.variables, names))
    }

    /// What the local cloud says.
    fn of_local<T>(&self, of: impl Fn(&LocalCloud) -> Option<T>) -> Option<Sourced<T>> {
        Some(Sourced::new(of(self.local?)?, Origin::LocalCloud))
    }

    fn region(&self) -> Result<Sourced<String>, SettingsError> {
        let found = flag("--region", self.flags.region.as_ref())
            .or_else(|| self.of_local(|local| Some(local.region.clone())))
            .or_else(|| self.text(|profile| profile.region.clone(), &REGION));
        checked("region", found.ok_or_else(no_region)?, is_region)
    }

    /// A project's id, which says something only together with the account and the region that it is of: one of
    /// another source than the keys', or of a source that means another region, is not taken.
    fn project_id(&self, region: &str, keys: Option<&Origin>) -> Option<Sourced<String>> {
        let here = |other: Option<&String>| other.is_none_or(|other| other == region);
        let of_profile = |profile: &Profile| profile.project_id.clone().filter(|_| here(profile.region.as_ref()));
        let of_variable = || {
            let meant = first(self.variables, &REGION);
            first(self.variables, &PROJECT_ID).filter(|_| here(meant.as_ref().map(|meant| &meant.value)))
        };
        let of_sdk_file = || {
            let file = self.sdk_file?;
            Some(Sourced::new(
                file.project_id.clone()?,
                Origin::SdkFile(file.path.clone()),
            ))
        };
        flag("--project-id", self.flags.project_id.as_ref())
            .or_else(|| self.of_local(|local| Some(local.project_id.clone())))
            .or_else(|| self.beside(keys, of_profile, of_variable))
            .or_else(|| of_sdk_file().filter(|id| keys == Some(&id.origin)))
    }

    fn domain_id(&self, keys: Option<&Origin>) -> Option<Sourced<String>> {
        self.of_local(|local| local.domain_id.clone()).or_else(|| {
            let of_variable = || first(self.variables, &DOMAIN_ID);
            self.beside(keys, |profile| profile.domain_id.clone(), of_variable)
        })
    }

    /// The strongest that stands in the same source as the keys; where there are none, in any.
    fn beside(
        &self,
        keys: Option<&Origin>,
        of_profile: impl Fn(&Profile) -> Option<String>,
        of_variable: impl Fn() -> Option<Sourced<String>>,
    ) -> Option<Sourced<String>> {
        let is_beside = |origin: &Origin| match keys {
            None => true,
            Some(Origin::Variable(_)) => matches!(origin, Origin::Variable(_)),
            Some(keys) => keys == origin,
        };
        let read = |named: Named<'_>| Some(Sourced::new(of_profile(named.profile)?, named.origin()));
        let all = [self.named.and_then(read), of_variable(), self.fallback.and_then(read)];
        all.into_iter().flatten().find(|found| is_beside(&found.origin))
    }

    fn ca_file(&self) -> Option<Sourced<PathBuf>> {
        let path = |text: &str| {
            Some(Sourced::new(
                PathBuf::from((self.variables)(text)?),
                Origin::Variable(CA_FILE),
            ))
        };
        flag("--ca-file", self.flags.ca_file.as_ref())
            .or_else(|| self.of_local(|local| local.ca_file.clone()))
            .or_else(|| self.first(|profile| profile.ca_file.clone(), || path(CA_FILE)))
    }

    /// The endpoint of each service. The strength of the source goes before how exact it is: `--endpoint URL` beats a
    /// `SERVICE=URL` of the environment.
    fn endpoints(&self, region: &str) -> Result<[(Service, Sourced<Endpoint>); Service::ALL.len()], SettingsError> {
        let texts = |texts: &'a [String]| texts.iter().map(String::as_str);
        let of_profile = |named: Option<Named<'a>>| match named {
            Some(named) => Given::read(texts(&named.profile.endpoints), &named.origin()),
            None => Ok(Given::default()),
        };
        let variable = (self.variables)(ENDPOINT).unwrap_or_default();
        let variable = variable.split([',', ' ']).filter(|text| !text.is_empty());
        let local = self.local.map(|local| local.endpoint.as_str());
        let given = [
            Given::read(texts(&self.flags.endpoints), &Origin::Flag("--endpoint"))?,
            Given::read(local, &Origin::LocalCloud)?,
            of_profile(self.named)?,
            Given::read(variable, &Origin::Variable(ENDPOINT))?,
            of_profile(self.fallback)?,
            self.sdk_endpoint()?,
        ];
        Ok(Service::ALL.map(|service| {
            let found = given.iter().find_map(|given| given.of(service)).cloned();
            let public = || Sourced::new(Endpoint::public(service, region), Origin::Default);
            (service, found.unwrap_or_else(public))
        }))
    }

    /// The identity service of the SDKs' file.
    fn sdk_endpoint(&self) -> Result<Given, SettingsError> {
        let Some(file) = self.sdk_file else {
            return Ok(Given::default());
        };
        let text = file.iam_endpoint.as_ref().map(|url| format!("iam={url}"));
        Given::read(text.as_deref(), &Origin::SdkFile(file.path.clone()))
    }
}

/// The running local cloud, where the flags ask for it.
///
/// # Errors
/// It does not run, or another flag says otherwise.
fn of_local<'a>(flags: &Flags, local: Option<&'a LocalCloud>) -> Result<Option<&'a LocalCloud>, SettingsError> {
    let contradiction = |flag| Err(SettingsError::Contradiction { flag });
    match (flags.local, local) {
        (false, _) => Ok(None),
        (true, _) if flags.profile.is_some() => contradiction("--profile"),
        (true, None) => Err(SettingsError::NoLocalCloud),
        (true, Some(_)) if !flags.endpoints.is_empty() => contradiction("--endpoint"),
        (true, Some(_)) if flags.ca_file.is_some() => contradiction("--ca-file"),
        (true, Some(local)) => Ok(Some(local)),
    }
}

/// The name of the profile that counts: a flag's, the environment's, the file's own word.
fn profile_name(flags: &Flags, sources: &Sources<'_>) -> Option<Sourced<String>> {
    if flags.local {
        return None;
    }
    flag("--profile", flags.profile.as_ref())
        .or_else(|| first(sources.variables, &[PROFILE]))
        .or_else(|| Some(Sourced::new(sources.profiles.default.clone()?, Origin::Default)))
}

fn named<'a>(profiles: &'a Profiles, name: &'a Sourced<String>) -> Result<Named<'a>, SettingsError> {
    profiles.named(&name.value).ok_or_else(|| SettingsError::NoProfile {
        name: name.value.clone(),
        origin: name.origin.clone(),
        known: profiles.names(),
    })
}

/// Decides every setting. With `flags.local` all comes from the local cloud; only region and project may be overridden.
///
/// # Errors
/// [`SettingsError`]: nothing says which region, a value cannot be used, keys are set in part, a profile that is named
/// is not there, or `--local` finds nothing or contradicts another flag. Missing credentials are no error yet.
pub(crate) fn resolve(flags: &Flags, sources: Sources<'_>) -> Result<Settings, SettingsError> {
    let profile = profile_name(flags, &sources);
    let layers = Layers::new(flags, sources, profile.as_ref())?;
    let region = layers.region()?;
    let found = match layers.local {
        Some(_) => None,
        None => credentials::find(&layers)?,
    };
    let expires_at = found.as_ref().and_then(|found| found.expires_at);
    let credentials = layers
        .of_local(|local| Some(Caller::from(local.credentials.clone())))
        .or(found.map(|found| found.caller));
    let keys = credentials.as_ref().map(|caller| &caller.origin);
    let endpoints = layers.endpoints(&region.value)?;
    let id = |what, id: Option<Sourced<String>>| id.map(|id| checked(what, id, is_id)).transpose();
    Ok(Settings {
        project_id: id("project id", layers.project_id(&region.value, keys))?,
        domain_id: id("account id", layers.domain_id(keys))?,
        enterprise_project_id: id(
            "enterprise project id",
            layers.text(|profile| profile.enterprise_project_id.clone(), &ENTERPRISE_PROJECT_ID),
        )?,
        bucket: layers.text(|profile| profile.bucket.clone(), &[]),
        websocket_field: layers.first(|profile| profile.websocket_field.clone(), || None),
        ca_file: layers.ca_file(),
        proxies: proxies(sources.variables),
        warnings: warnings(&layers, &endpoints, profile.as_ref(), keys),
        profile,
        region,
        credentials,
        expires_at,
        endpoints,
    })
}

/// What is needed before it is known whether anything will be called.
#[derive(Debug, Default)]
pub(crate) struct Basics {
    /// How to show data, as `--output` takes it.
    pub(crate) output: Option<Sourced<String>>,
    /// See [`Settings::ca_file`].
    pub(crate) ca_file: Option<Sourced<PathBuf>>,
}

/// Decides what does not need a region.
///
/// # Errors
/// A profile that is named is not there, or `--local` finds nothing or contradicts another flag.
pub(crate) fn basics(flags: &Flags, sources: Sources<'_>) -> Result<Basics, SettingsError> {
    let profile = profile_name(flags, &sources);
    let layers = Layers::new(flags, sources, profile.as_ref())?;
    Ok(Basics {
        output: layers.first(
            |profile| profile.output.clone(),
            || first(sources.variables, &["FGCTL_OUTPUT"]),
        ),
        ca_file: layers.ca_file(),
    })
}

/// Every source of credentials that is set, the strongest first, broken ones too.
///
/// # Errors
/// As [`basics`].
pub(crate) fn candidates(
    flags: &Flags,
    sources: Sources<'_>,
) -> Result<Vec<Result<Sourced<Caller>, SettingsError>>, SettingsError> {
    let profile = profile_name(flags, &sources);
    let layers = Layers::new(flags, sources, profile.as_ref())?;
    let every = credentials::every(&layers).into_iter();
    Ok(every.map(|found| found.map(|found| found.caller)).collect())
}

fn flag<T: Clone>(name: &'static str, value: Option<&T>) -> Option<Sourced<T>> {
    value.map(|value| Sourced::new(value.clone(), Origin::Flag(name)))
}

fn no_region() -> SettingsError {
    let looked_at = std::iter::once("--region")
        .chain(REGION)
        .chain(["the profile"])
        .collect();
    SettingsError::NoRegion { looked_at }
}

/// The first of the variables `names` that is set.
fn first(variables: Lookup<'_>, names: &[&'static str]) -> Option<Sourced<String>> {
    let read = |name: &&'static str| Some(Sourced::new(variables(name)?, Origin::Variable(name)));
    names.iter().find_map(read)
}

/// The proxies; the lower-case names win, as in curl.
pub(crate) fn proxies(variables: Lookup<'_>) -> Proxies {
    let either = |lower: &str, upper: &str| variables(lower).or_else(|| variables(upper));
    Proxies {
        https: either("https_proxy", "HTTPS_PROXY").map(Secret::new),
        http: either("http_proxy", "HTTP_PROXY").map(Secret::new),
        direct: either("no_proxy", "NO_PROXY").unwrap_or_default(),
    }
}

/// A warning for each exposed endpoint, each once, and for keys that are not where they are looked for.
fn warnings(
    layers: &Layers<'_>,
    endpoints: &[(Service, Sourced<Endpoint>)],
    profile: Option<&Sourced<String>>,
    keys: Option<&Origin>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (_, endpoint) in endpoints.iter().filter(|(_, endpoint)| endpoint.value.is_exposed()) {
        let warning = Warning::PlainHttp(endpoint.clone());
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let by_variable = profile.filter(|profile| matches!(profile.origin, Origin::Variable(_)));
    let has_keys = layers.fallback.is_some_and(|named| named.profile.has_keys());
    if let (Some(profile), Some(by @ Origin::Variable(_)), true) = (by_variable, keys, has_keys) {
        warnings.push(Warning::Shadowed {
            profile: profile.value.clone(),
            by: by.clone(),
        });
    }
    if let (Some(file), Some(origin @ Origin::SdkFile(_))) = (layers.sdk_file, keys)
        && file.exposed
    {
        warnings.push(Warning::Exposed(origin.clone()));
    }
    warnings
}

fn checked(
    what: &'static str,
    value: Sourced<String>,
    valid: fn(&str) -> bool,
) -> Result<Sourced<String>, SettingsError> {
    if valid(&value.value) {
        return Ok(value);
    }
    Err(SettingsError::Invalid {
        what,
        origin: value.origin,
        fault: format!("`{}`", value.value.escape_debug()),
    })
}

/// A region's id becomes a part of host names.
fn is_region(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(allowed)
}

/// A project's or an account's id becomes a part of paths and of headers.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}
