//! A state to a file.

use super::super::Account;
use super::super::account::{self, write_private};
use super::super::store::whole::{self, Records};
use super::super::store::{SCHEMA, Store, StoreError};
use super::{ACCOUNT, CONTENTS, Contents, FORMAT, Owner, SavedError, Summary, file_name, records_name};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Saves all that `store` holds to the file `path`, which only its owner can read: whole or not at all. The account's
/// keys go with it only `with_keys`.
///
/// # Errors
/// The file cannot be written, or the state cannot be read; the file is as it was.
pub(in crate::local) fn save(
    store: &Store,
    account: &Account,
    path: &Path,
    with_keys: bool,
) -> Result<Summary, SavedError> {
    let records = store.records()?;
    let contents = contents(store, account, &records, with_keys)?;
    let written = write_private(path, |file| {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        put(&mut zip, CONTENTS, &serde_json::to_vec_pretty(&contents)?)?;
        if with_keys {
            put(&mut zip, ACCOUNT, &serde_json::to_vec(&account::exported(account))?)?;
        }
        for (collection, records) in &records {
            put(&mut zip, &records_name(collection), &serde_json::to_vec(records)?)?;
        }
        for (digest, size) in &contents.files {
            zip.start_file(file_name(digest), stored().large_file(*size >= u64::from(u32::MAX)))?;
            io::copy(&mut File::open(store.blob(digest))?, &mut zip)?;
        }
        zip.finish()?.flush()
    });
    match written {
        Ok(()) => Ok(Summary::of(&contents)),
        Err(source) => Err(SavedError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

fn contents(store: &Store, account: &Account, records: &Records, keys: bool) -> Result<Contents, SavedError> {
    let mut files = BTreeMap::new();
    for digest in whole::files(records).map_err(StoreError::from)? {
        let metadata = store.blob(&digest).metadata().map_err(StoreError::from)?;
        files.insert(digest, metadata.len());
    }
    Ok(Contents {
        format: FORMAT.to_owned(),
        schema: SCHEMA,
        fgctl: env!("CARGO_PKG_VERSION").to_owned(),
        saved_at: Timestamp::now().to_string(),
        account: Owner {
            region: account.region.clone(),
            project_id: account.project_id.clone(),
            domain_id: account.domain_id.clone(),
        },
        keys,
        records: whole::counts(records),
        files,
    })
}

fn put<W: Write + io::Seek>(zip: &mut ZipWriter<W>, name: &str, bytes: &[u8]) -> io::Result<()> {
    zip.start_file(name, stored().compression_method(CompressionMethod::Deflated))?;
    zip.write_all(bytes)
}

/// Code is packed already.
fn stored() -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(0o600)
}
