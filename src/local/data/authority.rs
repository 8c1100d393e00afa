//! The local cloud's own certificate authority, and the certificate that the ingress shows.
//!
//! The authority is made at random with the state and kept with it; it is never installed anywhere. The server's
//! certificate is made anew at each start.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";
/// Where a client may find the server. The last are the groups' debug domains.
const NAMES: &[&str] = &["127.0.0.1", "::1", "localhost", "*.apic.cn-east-3.huaweicloudapis.com"];
const DAY: Duration = Duration::from_hours(24);
const AUTHORITY_DAYS: u32 = 3652;
/// Some clients refuse certificates that are valid for longer.
const SERVER_DAYS: u32 = 397;

/// The authority cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::local) enum AuthorityError {
    /// A file of it cannot be read or written.
    #[error("`{}` cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file of it is damaged, or the two do not belong together. It is not replaced, for clients may trust it.
    #[error("the local cloud's certificate authority is damaged: {fault}; remove `{}` and `{}` to get a new one",
        folder.join(CERTIFICATE).display(), folder.join(KEY).display())]
    Damaged {
        /// What is wrong.
        fault: String,
        /// Where the files are.
        folder: PathBuf,
    },
    /// A certificate could not be made.
    #[error("the certificate cannot be made")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The authority of one local cloud.
pub(in crate::local) struct Authority {
    folder: PathBuf,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Reads the authority in `folder`, or makes one when there is none. Blocks.
    ///
    /// # Errors
    /// The files cannot be read or written, are damaged, or do not belong together.
    pub(in crate::local) fn open(folder: &Path) -> Result<Self, AuthorityError> {
        let (certificate, key) = (read(&folder.join(CERTIFICATE))?, read(&folder.join(KEY))?);
        let damaged = |fault: &str| AuthorityError::Damaged {
            fault: fault.to_owned(),
            folder: folder.to_owned(),
        };
        let key = match (&certificate, key) {
            (Some(_), None) => return Err(damaged("its key is missing")),
            (_, Some(text)) => KeyPair::from_pem(&text).map_err(|_| damaged("its key cannot be read"))?,
            (None, None) => new_key(folder)?,
        };
        // A key alone is what a start leaves that was killed half-way: no client has seen a certificate of it.
        let certificate = match certificate {
            Some(text) => text,
            None => new_certificate(folder, &key)?,
        };
        let certificate =
            CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|_| damaged("ca.pem cannot be read"))?;
        Ok(Self {
            folder: folder.to_owned(),
            certificate,
            issuer: Issuer::new(authority_params(), key),
        })
    }

    /// The file that a client has to trust.
    pub(in crate::local) fn certificate_path(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// What a server that this authority vouches for is set up with: a new certificate, TLS 1.2 and 1.3, HTTP/1.1.
    ///
    /// # Errors
    /// The authority has expired, or its files do not belong together.
    pub(in crate::local) fn server_config(&self) -> Result<Arc<ServerConfig>, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(certificate_error)?;
        let server = server_params()
            .and_then(|params| params.signed_by(&key, &self.issuer))
            .map_err(certificate_error)?
            .der()
            .clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        self.check(&server, &provider)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(certificate_error)?
            .with_no_client_auth()
            .with_single_cert(vec![server, self.certificate.clone()], key)
            .map_err(certificate_error)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Whether a client that trusts `ca.pem` would accept `server`: else the two files are no pair.
    fn check(&self, server: &CertificateDer<'_>, provider: &Arc<CryptoProvider>) -> Result<(), AuthorityError> {
        let mut roots = RootCertStore::empty();
        let damaged = |fault: String| AuthorityError::Damaged {
            fault,
            folder: self.folder.clone(),
        };
        roots
            .add(self.certificate.clone())
            .map_err(|error| damaged(format!("ca.pem holds no authority ({error})")))?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(certificate_error)?;
        let name = ServerName::try_from("localhost").map_err(certificate_error)?;
        verifier
            .verify_server_cert(server, &[], &name, &[], UnixTime::now())
            .map_err(|error| damaged(format!("ca.pem and ca-key.pem do not belong together ({error})")))?;
        Ok(())
    }
}

fn certificate_error(error: impl std::error::Error + Send + Sync + 'static) -> AuthorityError {
    AuthorityError::Certificate(Box::new(error))
}

/// Only the key makes one authority another: so the issuer can be made again from the key alone.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name("fgctl local cloud");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, AUTHORITY_DAYS);
    params
}

fn server_params() -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = name("fgctl local gateway");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, SERVER_DAYS);
    Ok(params)
}

fn name(common: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// From a day ago, for clients whose clock is behind, to `days` after that.
fn valid(params: &mut CertificateParams, days: u32) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let begin = rcgen::date_time_ymd(1970, 1, 1) + now.unwrap_or_default().saturating_sub(DAY);
    params.not_before = begin;
    params.not_after = begin + DAY * days;
}

fn new_key(folder: &Path) -> Result<KeyPair, AuthorityError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(certificate_error)?;
    write(&folder.join(KEY), &key.serialize_pem(), 0o600)?;
    Ok(key)
}

fn new_certificate(folder: &Path, key: &KeyPair) -> Result<String, AuthorityError> {
    let certificate = authority_params().self_signed(key).map_err(certificate_error)?.pem();
    write(&folder.join(CERTIFICATE), &certificate, 0o644)?;
    Ok(certificate)
}

fn read(path: &Path) -> Result<Option<String>, AuthorityError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(AuthorityError::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// Writes a file of another name that has `mode` from its first moment, then renames it.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let part = path.with_extension(format!("{}.part", uuid::Uuid::new_v4()));
    let written = create(&part, mode)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    written.map_err(|cause| {
        let _ = fs::remove_file(&part);
        AuthorityError::File {
            path: path.to_owned(),
            cause,
        }
    })
}

#[cfg(unix)]
fn create(path: &Path, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path, _mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::{Authority, AuthorityError, CERTIFICATE, KEY};
    use rustls::{ClientConfig, RootCertStore};
    use rustls_pki_types::pem::PemObject;
    use rustls_pki_types::{CertificateDer, ServerName};
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    fn client(folder: &Path) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(folder.join(CERTIFICATE)).unwrap())
            .unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    async fn handshake(connector: &TlsConnector, authority: &Authority, name: &str) -> Result<Vec<u8>, std::io::Error> {
        let (near, far) = tokio::io::duplex(1 << 16);
        let acceptor = TlsAcceptor::from(authority.server_config().unwrap());
        let server = async {
            let mut stream = acceptor.accept(far).await?;
            stream.write_all(b"hello").await?;
            stream.shutdown().await
        };
        let client = async {
            let name = ServerName::try_from(name.to_owned()).unwrap();
            let mut stream = connector.connect(name, near).await?;
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.map(|_| bytes)
        };
        let (_, bytes) = tokio::join!(server, client);
        bytes
    }

    #[tokio::test]
    async fn a_client_that_trusts_the_authority_trusts_the_server_by_each_name_after_a_restart_too() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(folder.path()).unwrap();
        let connector = client(folder.path());
        let again = Authority::open(folder.path()).unwrap();
        for name in [
            "127.0.0.1",
            "::1",
            "localhost",
            "abc.apic.cn-east-3.huaweicloudapis.com",
        ] {
            for authority in [&first, &again] {
                assert_eq!(
                    handshake(&connector, authority, name).await.unwrap(),
                    b"hello",
                    "{name}"
                );
            }
        }
        assert!(handshake(&connector, &first, "example.com").await.is_err());
    }

    #[tokio::test]
    async fn another_authority_is_not_trusted() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let authority = Authority::open(one.path()).unwrap();
        Authority::open(other.path()).unwrap();
        assert!(handshake(&client(other.path()), &authority, "localhost").await.is_err());
    }

    fn fault(folder: &Path) -> String {
        match Authority::open(folder).and_then(|authority| authority.server_config()) {
            Err(AuthorityError::Damaged { fault, .. }) => fault,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("accepted"),
        }
    }

    #[test]
    fn what_is_damaged_is_said_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        Authority::open(other.path()).unwrap();
        let (certificate, key) = (folder.path().join(CERTIFICATE), folder.path().join(KEY));
        let whole = (fs::read(&certificate).unwrap(), fs::read(&key).unwrap());

        fs::write(&certificate, &whole.0[..40]).unwrap();
        assert!(fault(folder.path()).contains("ca.pem cannot be read"));
        assert_eq!(fs::read(&certificate).unwrap(), whole.0[..40]);
        fs::write(&certificate, fs::read(other.path().join(CERTIFICATE)).unwrap()).unwrap();
        assert!(fault(folder.path()).contains("do not belong together"));
        fs::write(&certificate, &whole.0).unwrap();
        fs::write(&key, "").unwrap();
        assert!(fault(folder.path()).contains("its key cannot be read"));
        fs::remove_file(&key).unwrap();
        assert!(fault(folder.path()).contains("its key is missing"));
        assert!(!key.exists());
    }

    #[test]
    fn a_start_that_was_killed_between_the_two_files_is_finished_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        let key = fs::read(folder.path().join(KEY)).unwrap();
        fs::remove_file(folder.path().join(CERTIFICATE)).unwrap();
        let authority = Authority::open(folder.path()).unwrap();
        assert!(authority.server_config().is_ok());
        assert!(authority.certificate_path().exists());
        assert_eq!(fs::read(folder.path().join(KEY)).unwrap(), key);
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(KEY), 0o600);
        assert_eq!(mode(CERTIFICATE) & 0o444, 0o444);
    }
}
