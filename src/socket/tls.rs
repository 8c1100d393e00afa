//! The encryption of `wss://`: whose certificates are accepted, and why one was not.

use super::Trust;
use super::error::{Cause, HandshakeError, TlsFault};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The largest file of authorities, in bytes.
const CA_FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// Reads the authorities of `trust`. Takes a while: do it once for many connections.
///
/// # Errors
/// There are none, or they cannot be read.
pub(super) fn connector(trust: &Trust) -> Result<TlsConnector, HandshakeError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let other = |source: rustls::Error| HandshakeError::Tls {
        fault: TlsFault::Other,
        source: Some(source.into()),
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(other)?;
    let mut config = match trust {
        Trust::CaFile(path) => builder.with_root_certificates(authorities(path)?).with_no_client_auth(),
        Trust::System => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(system(provider)?))
            .with_no_client_auth(),
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AcceptAnyone(provider)))
            .with_no_client_auth(),
    };
    // A WebSocket's handshake is HTTP/1.1; without saying so, a gateway might choose HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn system(provider: Arc<CryptoProvider>) -> Result<rustls_platform_verifier::Verifier, HandshakeError> {
    rustls_platform_verifier::Verifier::new(provider).map_err(|source| HandshakeError::Tls {
        fault: TlsFault::System,
        source: Some(source.into()),
    })
}

fn authorities(path: &Path) -> Result<RootCertStore, HandshakeError> {
    read_authorities(path).map_err(|source| HandshakeError::Tls {
        fault: TlsFault::CaFile { path: path.to_owned() },
        source: Some(source),
    })
}

fn read_authorities(path: &Path) -> Result<RootCertStore, Cause> {
    if !path.metadata()?.is_file() {
        return Err("it is not a file".into());
    }
    let mut pem = Vec::new();
    std::fs::File::open(path)?.take(CA_FILE_LIMIT).read_to_end(&mut pem)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate?)?;
    }
    match roots.is_empty() {
        true => Err("it holds no certificate in PEM form".into()),
        false => Ok(roots),
    }
}

/// Encrypts `stream`, whose other end must be `host`.
///
/// # Errors
/// The certificate is not accepted, or the other end does not speak TLS.
pub(super) async fn encrypt<S: AsyncRead + AsyncWrite + Unpin>(
    connector: &TlsConnector,
    host: &str,
    stream: S,
) -> Result<TlsStream<S>, HandshakeError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| HandshakeError::tls(TlsFault::Name { host: host.to_owned() }))?;
    let encrypted = connector.connect(name, stream).await;
    encrypted.map_err(|error| failure(host, error))
}

fn failure(host: &str, error: io::Error) -> HandshakeError {
    let fault = match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(error)) => certificate_fault(host, error),
        Some(rustls::Error::InvalidMessage(_)) => TlsFault::NotTls,
        Some(_) => TlsFault::Other,
        None if is_end(error.kind()) => TlsFault::Ended,
        None => TlsFault::Other,
    };
    let said_all = matches!(
        fault,
        TlsFault::Untrusted | TlsFault::WrongHost { .. } | TlsFault::Expired | TlsFault::NotYetValid | TlsFault::NotTls
    );
    HandshakeError::Tls {
        fault,
        source: (!said_all).then(|| error.into()),
    }
}

fn is_end(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

fn certificate_fault(host: &str, error: &CertificateError) -> TlsFault {
    let wrong_host = |presented: &[String]| TlsFault::WrongHost {
        host: host.to_owned(),
        presented: match presented {
            [] => "another".to_owned(),
            names => names.join(", "),
        },
    };
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::Untrusted,
        CertificateError::NotValidForName => wrong_host(&[]),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_host(presented),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        _ => TlsFault::Certificate,
    }
}

/// Accepts any certificate, but no broken signature: what `--insecure` asks for.
#[derive(Debug)]
struct AcceptAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
