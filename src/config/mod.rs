//! From flags, the environment and a running local cloud to [`Settings`], each value with its origin.
//!
//! Pure: whatever the values come from is handed in, nothing is read here. **Precedence is one function**,
//! [`resolve`]: flags, then the environment (fgctl's own names, the SDKs', the Terraform provider's), then the
//! default. A source that is broken stops; only one that is absent goes on to the next.

mod credentials;
mod endpoint;
mod error;
mod origin;
#[cfg(test)]
mod tests;

pub(crate) use endpoint::Endpoint;
pub(crate) use error::{NoCredentials, SettingsError};
pub(crate) use origin::{Origin, Sourced};

use crate::sign::{Credentials, Secret};
use crate::wire::Service;
use endpoint::Given;
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

/// The global options that decide whom fgctl calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
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

/// Whom fgctl calls, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The region's id.
    pub(crate) region: Sourced<String>,
    /// The project's id; to be looked up where there is none.
    pub(crate) project_id: Option<Sourced<String>>,
    /// The account's id.
    pub(crate) domain_id: Option<Sourced<String>>,
    /// The keys. Ask [`Settings::credentials`] where they are needed.
    pub(crate) credentials: Option<Sourced<Credentials>>,
    /// A PEM file with one more authority to trust.
    pub(crate) ca_file: Option<Sourced<PathBuf>>,
    /// Which proxies to use.
    pub(crate) proxies: Proxies,
    /// What the user should be told before anything is sent.
    pub(crate) warnings: Vec<Warning>,
    endpoints: [(Service, Sourced<Endpoint>); 6],
}

impl Settings {
    /// Where `service` is.
    pub(crate) fn endpoint(&self, service: Service) -> &Sourced<Endpoint> {
        let found = self.endpoints.iter().find(|(other, _)| *other == service);
        // Every service is in the array, because it is made from `Service::ALL`.
        found.map_or(&self.endpoints[0].1, |(_, endpoint)| endpoint)
    }

    /// The keys to sign with.
    ///
    /// # Errors
    /// [`NoCredentials`] when there are none.
    pub(crate) fn credentials(&self) -> Result<&Sourced<Credentials>, NoCredentials> {
        self.credentials.as_ref().ok_or_else(credentials::missing)
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

/// Something that works and should not be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Warning {
    /// Requests to this endpoint can be read on the way.
    PlainHttp(Sourced<Endpoint>),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlainHttp(Sourced { value, origin }) => write!(
                f,
                "the endpoint `{value}` from {origin} is not encrypted: others on the way can read what is sent and answered"
            ),
        }
    }
}

/// Decides every setting. With `flags.local` all comes from `local`; only region and project may be overridden.
///
/// # Errors
/// [`SettingsError`]: nothing says which region, a value cannot be used, keys are set in part, or `--local` finds
/// nothing or contradicts another flag. Missing credentials are no error yet.
pub(crate) fn resolve(
    flags: &Flags,
    variables: Lookup<'_>,
    local: Option<&LocalCloud>,
) -> Result<Settings, SettingsError> {
    let local = match (flags.local, local) {
        (false, _) => None,
        (true, None) => return Err(SettingsError::NoLocalCloud),
        (true, Some(_)) if !flags.endpoints.is_empty() => return contradiction("--endpoint"),
        (true, Some(_)) if flags.ca_file.is_some() => return contradiction("--ca-file"),
        (true, Some(local)) => Some(local),
    };
    let flag = |name, value: &Option<String>| value.clone().map(|value| Sourced::new(value, Origin::Flag(name)));
    // A running local cloud stands in for the whole environment.
    let below = |names: &[&'static str], of: fn(&LocalCloud) -> Option<String>| match local {
        Some(local) => of(local).map(|value| Sourced::new(value, Origin::LocalCloud)),
        None => first(variables, names),
    };
    let region = flag("--region", &flags.region)
        .or_else(|| below(&REGION, |local| Some(local.region.clone())))
        .ok_or_else(no_region)?;
    let region = checked("region", region, is_region)?;
    let project_id = flag("--project-id", &flags.project_id)
        .or_else(|| below(&PROJECT_ID, |local| Some(local.project_id.clone())))
        .map(|id| checked("project id", id, is_id))
        .transpose()?;
    let domain_id = below(&DOMAIN_ID, |local| local.domain_id.clone())
        .map(|id| checked("account id", id, is_id))
        .transpose()?;
    let endpoints = endpoints(flags, variables, local, &region.value)?;
    Ok(Settings {
        project_id,
        domain_id,
        credentials: match local {
            Some(local) => Some(Sourced::new(local.credentials.clone(), Origin::LocalCloud)),
            None => credentials::find(variables)?,
        },
        ca_file: ca_file(flags, variables, local),
        proxies: proxies(variables),
        warnings: warnings(&endpoints),
        region,
        endpoints,
    })
}

fn contradiction<T>(flag: &'static str) -> Result<T, SettingsError> {
    Err(SettingsError::Contradiction { flag })
}

fn no_region() -> SettingsError {
    let looked_at = std::iter::once("--region").chain(REGION).collect();
    SettingsError::NoRegion { looked_at }
}

/// The first of the variables `names` that is set.
fn first(variables: Lookup<'_>, names: &[&'static str]) -> Option<Sourced<String>> {
    let read = |name: &&'static str| Some(Sourced::new(variables(name)?, Origin::Variable(name)));
    names.iter().find_map(read)
}

/// The endpoint of each service: of a flag, else of the environment, else the public one. The strength of the source
/// goes before how exact it is: `--endpoint URL` beats a `SERVICE=URL` of the environment.
fn endpoints(
    flags: &Flags,
    variables: Lookup<'_>,
    local: Option<&LocalCloud>,
    region: &str,
) -> Result<[(Service, Sourced<Endpoint>); 6], SettingsError> {
    let flagged = Given::read(flags.endpoints.iter().map(String::as_str), Origin::Flag("--endpoint"))?;
    let below = match local {
        Some(local) => Given::read([local.endpoint.as_str()], Origin::LocalCloud)?,
        None => {
            let text = variables(ENDPOINT).unwrap_or_default();
            let texts = text.split([',', ' ']).filter(|text| !text.is_empty());
            Given::read(texts, Origin::Variable(ENDPOINT))?
        }
    };
    Ok(Service::ALL.map(|service| {
        let given = flagged.of(service).or_else(|| below.of(service)).cloned();
        let public = || Sourced::new(Endpoint::public(service, region), Origin::Default);
        (service, given.unwrap_or_else(public))
    }))
}

fn ca_file(flags: &Flags, variables: Lookup<'_>, local: Option<&LocalCloud>) -> Option<Sourced<PathBuf>> {
    if let Some(local) = local {
        return local.ca_file.clone().map(|path| Sourced::new(path, Origin::LocalCloud));
    }
    let flag = flags
        .ca_file
        .clone()
        .map(|path| Sourced::new(path, Origin::Flag("--ca-file")));
    flag.or_else(|| Some(Sourced::new(variables(CA_FILE)?.into(), Origin::Variable(CA_FILE))))
}

/// The proxies; the lower-case names win, as in curl.
fn proxies(variables: Lookup<'_>) -> Proxies {
    let either = |lower: &str, upper: &str| variables(lower).or_else(|| variables(upper));
    Proxies {
        https: either("https_proxy", "HTTPS_PROXY").map(Secret::new),
        http: either("http_proxy", "HTTP_PROXY").map(Secret::new),
        direct: either("no_proxy", "NO_PROXY").unwrap_or_default(),
    }
}

/// A warning for each exposed endpoint, each once.
fn warnings(endpoints: &[(Service, Sourced<Endpoint>)]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (_, endpoint) in endpoints.iter().filter(|(_, endpoint)| endpoint.value.is_exposed()) {
        let warning = Warning::PlainHttp(endpoint.clone());
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
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
