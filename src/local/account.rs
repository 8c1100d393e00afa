//! The one account of a local cloud: random keys, made with its state and kept in it.

use super::store::records::{ACCOUNT, ACCOUNT_KEY};
use super::store::{Read, Store};
use super::{Account, StartError};
use crate::sign::{Credentials, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The only region of a local cloud: the one in which the guide's WebSocket can be configured.
const REGION: &str = "cn-east-3";

/// The account's file. It is written after the database has been made.
pub(super) const FILE: &str = "account.json";

/// The account as its file holds it.
#[derive(Serialize, Deserialize)]
struct File {
    region: String,
    project_id: String,
    domain_id: String,
    access_key: String,
    secret_key: String,
}

impl File {
    /// # Errors
    /// It is no account of a local cloud.
    fn into_account(self) -> Result<Account, Invalid> {
        let is_id = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let complete = is_id(&self.project_id) && is_id(&self.domain_id);
        if self.region != REGION || !complete || self.access_key.is_empty() || self.secret_key.is_empty() {
            return Err(Invalid);
        }
        let credentials = Credentials {
            access_key: self.access_key,
            secret_key: Secret::new(self.secret_key),
            security_token: None,
        };
        Ok(Account {
            region: self.region,
            project_id: self.project_id,
            domain_id: self.domain_id,
            credentials,
        })
    }
}

/// What should be an account is none.
#[derive(Debug, thiserror::Error)]
#[error("the account is damaged")]
pub(super) struct Invalid;

/// The account of the state in `folder`, made at the first start. One that was loaded with its state counts before
/// the file, which is then written anew.
pub(super) fn open(folder: &Path, store: &Store) -> Result<Account, StartError> {
    let path = folder.join(FILE);
    let loaded = store.read(|reader| reader.get(&ACCOUNT, ACCOUNT_KEY).map_err(StartError::from))?;
    let file = match (loaded, fs::read(&path)) {
        (Some(loaded), written) => follow(&path, loaded, written.ok())?,
        (None, Ok(bytes)) => serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?,
        (None, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            if !store.is_empty()? {
                return Err(damaged(
                    &path,
                    "it is missing, and the state's records belong to its account",
                ));
            }
            create(&path)?
        }
        (None, Err(error)) => return Err(StartError::State(Box::new(error))),
    };
    file.into_account().map_err(|error| damaged(&path, error))
}

fn damaged(path: &Path, fault: impl ToString) -> StartError {
    StartError::Damaged {
        path: path.to_owned(),
        fault: fault.to_string(),
    }
}

/// Writes the account that was `loaded` to its file, unless that is what was `written` there.
fn follow(path: &Path, loaded: Value, written: Option<Vec<u8>>) -> Result<File, StartError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StartError::State(error);
    let file: File = serde_json::from_value(loaded).map_err(|error| failed(Box::new(error)))?;
    let text = serde_json::to_vec_pretty(&file).map_err(|error| failed(Box::new(error)))?;
    if written.as_ref() != Some(&text) {
        write_private(path, |file| file.write_all(&text)).map_err(|error| failed(Box::new(error)))?;
    }
    Ok(file)
}

/// `account` with its keys, as its file holds it.
pub(super) fn exported(account: &Account) -> Value {
    let credentials = &account.credentials;
    json!({
        "region": account.region, "project_id": account.project_id, "domain_id": account.domain_id,
        "access_key": credentials.access_key, "secret_key": credentials.secret_key.expose(),
    })
}

/// Whether `value` is what [`exported`] makes.
///
/// # Errors
/// It is not.
pub(super) fn check(value: &Value) -> Result<(), Invalid> {
    let file = File::deserialize(value).map_err(|_| Invalid)?;
    file.into_account().map(drop)
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
    write_private(path, |file| file.write_all(&text)).map_err(|error| StartError::State(Box::new(error)))?;
    Ok(file)
}

/// Writes a file that only its owner can read, whole or not at all; `fill` gives it its content.
pub(super) fn write_private<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    let part = path.with_extension(format!("{}.part", super::random_hex(4)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&part)?;
        fill(&mut file)?;
        file.sync_all()?;
        Ok(fs::rename(&part, path)?)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::super::store::records::{ACCOUNT, ACCOUNT_KEY};
    use super::super::store::{Lifetime, Store, StoreError};
    use super::{Account, StartError, exported};
    use std::path::Path;

    fn open(folder: &Path) -> Result<Account, StartError> {
        super::open(folder, &Store::open(folder, Lifetime::Durable)?)
    }

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

    #[test]
    fn an_account_that_was_loaded_counts_before_the_file() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (own, loaded) = (open(folder.path()).unwrap(), open(other.path()).unwrap());
        assert_ne!(own.project_id, loaded.project_id);
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        store
            .write(|writer| writer.put(&ACCOUNT, ACCOUNT_KEY, &exported(&loaded)))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        drop(store);
        assert_eq!(open(folder.path()).unwrap().project_id, loaded.project_id);
        let file = std::fs::read_to_string(folder.path().join("account.json")).unwrap();
        assert!(file.contains(&loaded.credentials.access_key), "the file follows");
    }
}
