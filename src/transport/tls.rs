//! The HTTP clients beneath: one for `http://`, which loads no authority, and one for `https://`.

use super::error::Cause;
use super::{Options, Proxies, SetupError};
use reqwest::{Certificate, Client, ClientBuilder, NoProxy, Proxy, redirect, retry};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a connection may take to come about, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest CA file that is read: the bundle of all public authorities has a quarter of that.
const CA_FILE_LIMIT: u64 = 1024 * 1024;
/// Where a proxy would lead astray.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// The authorities in the file at `path`.
pub(super) fn authorities(path: &Path) -> Result<Vec<Certificate>, SetupError> {
    let unreadable = |source| SetupError::CaUnreadable {
        path: path.to_owned(),
        source,
    };
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(CA_FILE_LIMIT).read_to_end(&mut pem).map_err(unreadable)?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(SetupError::CaEmpty { path: path.to_owned() }),
    }
}

/// A client for `http://`: it trusts nobody, so nothing has to be loaded.
pub(super) fn plain(options: &Options) -> Result<Client, SetupError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Client(Cause::of(&error)))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    build(builder(options)?.tls_backend_preconfigured(config))
}

/// A client for `https://`: it trusts the system's authorities and `extra`.
pub(super) fn secure(options: &Options, extra: &[Certificate]) -> Result<Client, SetupError> {
    // The client takes the process's provider. One that is installed already is this very one.
    let _ = ring::default_provider().install_default();
    build(builder(options)?.tls_certs_merge(extra.to_vec()))
}

fn build(builder: ClientBuilder) -> Result<Client, SetupError> {
    builder.build().map_err(|error| SetupError::Client(Cause::of(&error)))
}

/// What both clients have in common. Redirects are not followed, because the signature is for one host; nothing is
/// sent twice, because that is decided in `retry`; the system's proxies are not asked for, because `env` was.
fn builder(options: &Options) -> Result<ClientBuilder, SetupError> {
    let builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(options.timeout);
    with_proxies(builder, &options.proxies)
}

fn with_proxies(mut builder: ClientBuilder, proxies: &Proxies) -> Result<ClientBuilder, SetupError> {
    let direct = NoProxy::from_string(&format!("{LOOPBACK},{}", proxies.direct));
    let https = proxies
        .https
        .as_ref()
        .map(|address| ("HTTPS_PROXY", Proxy::https(address.expose())));
    let http = proxies
        .http
        .as_ref()
        .map(|address| ("HTTP_PROXY", Proxy::http(address.expose())));
    for (variable, proxy) in https.into_iter().chain(http) {
        let proxy = proxy.map_err(|error| SetupError::Proxy {
            variable,
            source: Cause::of(&error.without_url()),
        })?;
        builder = builder.proxy(proxy.no_proxy(direct.clone()));
    }
    Ok(builder)
}
