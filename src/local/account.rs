//! The one account of a local cloud: random keys, made with its state and kept in it.

use super::{Account, StartError};
use crate::sign::{Credentials, Secret};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The only region of a local cloud: the one in which the guide's WebSocket can be configured.
const REGION: &str = "cn-east-3";

/// The account as its file holds it.
#[derive(Serialize, Deserialize)]
struct File {
    region: String,
    project_id: String,
    domain_id: String,
    access_key: String,
    secret_key: String,
}

/// The account of the state in `folder`; made at the first start.
pub(super) fn open(folder: &Path) -> Result<Account, StartError> {
    let path = folder.join("account.json");
    let file = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| StartError::State(Box::new(error)))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(&path)?,
        Err(error) => return Err(StartError::State(Box::new(error))),
    };
    let File {
        region,
        project_id,
        domain_id,
        access_key,
        secret_key,
    } = file;
    let credentials = Credentials {
        access_key,
        secret_key: Secret::new(secret_key),
        security_token: None,
    };
    Ok(Account {
        region,
        project_id,
        domain_id,
        credentials,
    })
}

fn create(path: &Path) -> Result<File, StartError> {
    let file = File {
        region: REGION.to_owned(),
        project_id: super::random_hex(16),
        domain_id: super::random_hex(16),
        access_key: format!("LOCAL{}", super::random_hex(8).to_ascii_uppercase()),
        secret_key: super::random_hex(20),
    };
    let text = serde_json::to_vec_pretty(&file).map_err(|error| StartError::State(Box::new(error)))?;
    write_private(path, &text).map_err(|error| StartError::State(Box::new(error)))?;
    Ok(file)
}

/// Writes a file that only its owner can read, whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension(format!("{}.part", super::random_hex(4)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::open;

    #[test]
    fn the_account_stays_the_same_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        let second = open(folder.path()).unwrap();
        assert_eq!(first.project_id, second.project_id);
        assert_eq!(first.credentials.secret_key, second.credentials.secret_key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("account.json"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let other = open(tempfile::tempdir().unwrap().path()).unwrap();
        assert_ne!(first.credentials.secret_key, other.credentials.secret_key);
    }
}
