//! Where the services are: the addresses of the public cloud, and others in their place.

use super::error::SettingsError;
use super::origin::{Origin, Sourced};
use crate::wire::Service;
use std::fmt;
use std::net::IpAddr;

/// Regions that have a host of their own for enterprise projects. Source: the SDK's `eps_region`.
const OWN_EPS: [&str; 3] = ["eu-west-101", "my-kualalumpur-1", "ru-moscow-1"];
/// The region whose newer hosts end in `.eu`.
const DUBLIN: &str = "eu-west-101";

/// Scheme and authority of a service, in lower case, without a path: `https://apig.cn-east-3.myhuaweicloud.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint(String);

/// The text is no address of a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadUrl {
    /// Neither `http://` nor `https://`.
    #[error("it has to begin with https:// or http://")]
    Scheme,
    /// No host, or none that can be read.
    #[error("it has no host that can be read")]
    Host,
    /// A name and a password stand before the host.
    #[error("it holds a name or a password; requests are signed with keys instead")]
    UserInfo,
    /// A port that is none.
    #[error("its port is no number from 1 to 65535")]
    Port,
    /// A path.
    #[error("it has the path `{0}`; each operation has a path of its own, so an endpoint ends with its host and port")]
    Path(String),
    /// A query or a fragment.
    #[error("it has a query or a fragment; an endpoint ends with its host and port")]
    Query,
}

impl Endpoint {
    /// Reads a URL of scheme, host and perhaps port; a final `/` is dropped.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub(crate) fn parse(text: &str) -> Result<Self, BadUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(BadUrl::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(BadUrl::Scheme);
        }
        if rest.contains(['?', '#']) {
            return Err(BadUrl::Query);
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if !matches!(path, "" | "/") {
            return Err(BadUrl::Path(path.to_owned()));
        }
        if authority.contains('@') {
            return Err(BadUrl::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        if !is_host(host) {
            return Err(BadUrl::Host);
        }
        let port = match port {
            None => String::new(),
            Some(text) => match text.parse::<u16>() {
                Ok(port) if port > 0 && text.bytes().all(|b| b.is_ascii_digit()) => format!(":{port}"),
                _ => return Err(BadUrl::Port),
            },
        };
        Ok(Self(format!("{scheme}://{}{port}", host.to_ascii_lowercase())))
    }

    /// The public cloud's address of `service` in `region`. Source: the SDKs' region files.
    pub(super) fn public(service: Service, region: &str) -> Self {
        let label = service.host_label();
        let global = service == Service::Eps && !OWN_EPS.contains(&region);
        let european = region == DUBLIN && matches!(service, Service::Apig | Service::Iam | Service::Eps);
        let top = if european { "eu" } else { "com" };
        Self(match global {
            true => format!("https://{label}.myhuaweicloud.com"),
            false => format!("https://{label}.{region}.myhuaweicloud.{top}"),
        })
    }

    /// The URL.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is sent there can be read on the way.
    pub(crate) fn is_exposed(&self) -> bool {
        self.0.strip_prefix("http://").is_some_and(|authority| {
            let host = split_port(authority).map_or(authority, |(host, _)| host);
            !is_loopback(host)
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Host and port of an authority; the host of an IPv6 address keeps its brackets.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), BadUrl> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']').map(|at| at + 2).ok_or(BadUrl::Host)?,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(end);
    match (rest.strip_prefix(':'), rest) {
        (Some(port), _) => Ok((host, Some(port))),
        (None, "") => Ok((host, None)),
        (None, _) => Err(BadUrl::Host),
    }
}

/// The address within the brackets of an IPv6 host.
fn bracketed(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn is_host(host: &str) -> bool {
    if let Some(address) = bracketed(host) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        (1..=63).contains(&bytes.len()) && inner && bytes.first() != Some(&b'-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    let numeric = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    match numeric {
        true => name.parse::<std::net::Ipv4Addr>().is_ok(),
        false => name.len() <= 253 && name.split('.').all(label),
    }
}

/// Whether what is sent to `host` stays on this machine.
fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let address = bracketed(host).unwrap_or(host).parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// What one source says about endpoints: perhaps one for all services, perhaps some for one each.
#[derive(Debug, Default)]
pub(super) struct Given {
    all: Option<Sourced<Endpoint>>,
    each: Vec<(Service, Sourced<Endpoint>)>,
}

impl Given {
    /// Reads texts of the form `URL` or `SERVICE=URL`.
    ///
    /// # Errors
    /// [`SettingsError`] for what cannot be read, or is given twice.
    pub(super) fn read<'a>(texts: impl IntoIterator<Item = &'a str>, origin: &Origin) -> Result<Self, SettingsError> {
        let mut given = Self::default();
        for text in texts {
            let (service, url) = match text.split_once('=') {
                Some((name, url)) if !name.contains("://") => (Some(service(name, origin)?), url),
                _ => (None, text),
            };
            let endpoint = Endpoint::parse(url.trim()).map_err(|source| SettingsError::Endpoint {
                text: without_user(url),
                origin: origin.clone(),
                source,
            })?;
            let endpoint = Sourced::new(endpoint, origin.clone());
            let twice = |what: &str| SettingsError::EndpointTwice {
                what: what.to_owned(),
                origin: origin.clone(),
            };
            match service {
                None if given.all.is_some() => return Err(twice("every service")),
                None => given.all = Some(endpoint),
                Some(service) if given.each.iter().any(|(other, _)| *other == service) => {
                    return Err(twice(&format!("`{}`", service.host_label())));
                }
                Some(service) => given.each.push((service, endpoint)),
            }
        }
        Ok(given)
    }

    /// The endpoint of `service`: its own, else that of all.
    pub(super) fn of(&self, service: Service) -> Option<&Sourced<Endpoint>> {
        let own = self.each.iter().find(|(other, _)| *other == service);
        own.map(|(_, endpoint)| endpoint).or(self.all.as_ref())
    }
}

fn service(name: &str, origin: &Origin) -> Result<Service, SettingsError> {
    let name = name.trim();
    let found = Service::ALL
        .into_iter()
        .find(|service| service.host_label().eq_ignore_ascii_case(name));
    found.ok_or_else(|| SettingsError::UnknownService {
        name: name.to_owned(),
        origin: origin.clone(),
    })
}

/// `url` for an error's text: a password before the host is not shown.
fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("***@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadUrl, Endpoint, Given};
    use crate::config::{Origin, SettingsError};
    use crate::wire::Service;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn an_address_is_scheme_host_and_port() {
        for (text, url) in [
            (
                "https://apig.cn-east-3.myhuaweicloud.com",
                "https://apig.cn-east-3.myhuaweicloud.com",
            ),
            ("HTTP://LocalHost:7860/", "http://localhost:7860"),
            ("http://[::1]:7860", "http://[::1]:7860"),
            ("http://127.0.0.1:080", "http://127.0.0.1:80"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().as_str(), url, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("", BadUrl::Scheme),
            ("localhost:7860", BadUrl::Scheme),
            ("ftp://h", BadUrl::Scheme),
            ("http://", BadUrl::Host),
            ("http:///v2", BadUrl::Path("/v2".to_owned())),
            ("https://h/v2/", BadUrl::Path("/v2/".to_owned())),
            ("https://h//", BadUrl::Path("//".to_owned())),
            ("https://h?a=b", BadUrl::Query),
            ("https://h/#top", BadUrl::Query),
            ("https://me:secret@h", BadUrl::UserInfo),
            ("https://h:", BadUrl::Port),
            ("https://h:0", BadUrl::Port),
            ("https://h:65536", BadUrl::Port),
            ("https://h:+80", BadUrl::Port),
            ("https://h:80:80", BadUrl::Port),
            ("https://a b", BadUrl::Host),
            ("https://-a.example", BadUrl::Host),
            ("https://a..example", BadUrl::Host),
            ("https://127.0.0.999", BadUrl::Host),
            ("https://[::1", BadUrl::Host),
            ("https://[::1]x", BadUrl::Host),
            ("https://h\r\nX: y", BadUrl::Host),
        ] {
            assert_eq!(Endpoint::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn only_plain_text_that_leaves_the_machine_is_exposed() {
        for (text, exposed) in [
            ("http://service.example", true),
            ("http://10.0.0.1:80", true),
            ("http://[fe80::1]", true),
            ("http://localhost.example", true),
            ("https://service.example", false),
            ("http://localhost", false),
            ("http://apig.localhost:1", false),
            ("http://localhost.:1", false),
            ("http://127.9.9.9:1", false),
            ("http://[::1]:1", false),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().is_exposed(), exposed, "{text}");
        }
    }

    #[test]
    fn the_public_addresses_are_those_of_the_sdks() {
        for (service, region, host) in [
            (
                Service::FunctionGraph,
                "cn-east-3",
                "functiongraph.cn-east-3.myhuaweicloud.com",
            ),
            (Service::Apig, "cn-east-3", "apig.cn-east-3.myhuaweicloud.com"),
            (Service::Vpc, "cn-east-3", "vpc.cn-east-3.myhuaweicloud.com"),
            (Service::Iam, "cn-east-3", "iam.cn-east-3.myhuaweicloud.com"),
            (Service::Eps, "cn-east-3", "eps.myhuaweicloud.com"),
            (Service::Eps, "ru-moscow-1", "eps.ru-moscow-1.myhuaweicloud.com"),
            (Service::Eps, "eu-west-101", "eps.eu-west-101.myhuaweicloud.eu"),
            (Service::Iam, "eu-west-101", "iam.eu-west-101.myhuaweicloud.eu"),
            (Service::Vpc, "eu-west-101", "vpc.eu-west-101.myhuaweicloud.com"),
        ] {
            assert_eq!(Endpoint::public(service, region).as_str(), format!("https://{host}"));
        }
    }

    const FLAG: Origin = Origin::Flag("--endpoint");

    #[test]
    fn a_services_own_endpoint_goes_before_that_of_all() {
        let given = Given::read(["http://localhost:1", "IAM=https://iam.example"], &FLAG).unwrap();
        let url = |service| given.of(service).unwrap().value.as_str().to_owned();
        assert_eq!(url(Service::Iam), "https://iam.example");
        assert_eq!(url(Service::Eps), "http://localhost:1");
        assert!(Given::read([], &FLAG).unwrap().of(Service::Iam).is_none());
    }

    #[test]
    fn what_is_ambiguous_or_unknown_is_refused() {
        let read = |texts: &[&str]| Given::read(texts.iter().copied(), &FLAG).unwrap_err();
        let twice = read(&["iam=http://a", "iam=http://b"]).to_string();
        assert_eq!(twice, "--endpoint gives two endpoints for `iam`");
        let twice = read(&["http://a", "http://b"]).to_string();
        assert_eq!(twice, "--endpoint gives two endpoints for every service");
        let unknown = read(&["lambda=http://a"]);
        assert!(matches!(&unknown, SettingsError::UnknownService { name, .. } if name == "lambda"));
        assert!(
            unknown.to_string().contains("functiongraph, apig, vpc, iam, eps"),
            "{unknown}"
        );
        let secret = read(&["iam=http://me:hidden@h"]).to_string();
        assert!(!secret.contains("hidden") && secret.contains("***@h"), "{secret}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_is_read_again_alike(text in "(https?://)?[a-z0-9:./\\[\\]@?#é-]{0,30}") {
            if let Ok(endpoint) = Endpoint::parse(&text) {
                prop_assert!(!endpoint.as_str().ends_with('/'));
                prop_assert_eq!(Endpoint::parse(endpoint.as_str()), Ok(endpoint));
            }
        }
    }
}
