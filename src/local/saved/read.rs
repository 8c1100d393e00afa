//! A file to a state: all of it is checked first.

use super::super::store::records::ALL;
use super::super::store::whole::{self, Record, Records};
use super::super::store::{Incoming, Kind, SCHEMA, Store, StoreError};
use super::super::{Account, account, control};
use super::{ACCOUNT, CONTENTS, Contents, FORMAT, SavedError, Summary, file_name, records_name};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha512};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// The most entries: each code, archive, object and part of an object is one.
const ENTRIES: usize = 500_000;
/// The most bytes of the contents, and of the account.
const SMALL: u64 = 16 * 1024 * 1024;
/// The most bytes of a collection.
const LARGE: u64 = 256 * 1024 * 1024;

/// A saved state, all of it checked.
pub(in crate::local) struct Saved {
    path: PathBuf,
    zip: ZipArchive<File>,
    contents: Contents,
    pub(super) records: Records,
    /// With its keys, where they came with it.
    account: Option<Value>,
}

impl Saved {
    /// Reads and checks the file `path`, to the last byte.
    ///
    /// # Errors
    /// It is no saved state, damaged, cut off, or of another schema.
    pub(in crate::local) fn read(path: &Path) -> Result<Self, SavedError> {
        let mut reading = Reading::open(path)?;
        let contents = reading.contents()?;
        reading.check_names(&contents)?;
        let account = match contents.keys {
            true => Some(reading.account()?),
            false => None,
        };
        let mut records = Records::new();
        for kind in ALL {
            let found = reading.collection(*kind, &contents)?;
            records.insert(kind.name().to_owned(), found);
        }
        for (digest, size) in &contents.files {
            reading.check_file(digest, *size)?;
        }
        let named = whole::files(&records).map_err(|error| reading.damaged(error.to_string()))?;
        if let Some(digest) = named.into_iter().find(|digest| !contents.files.contains_key(digest)) {
            return Err(reading.damaged(format!("the file {digest} is missing")));
        }
        Ok(Self {
            path: path.to_owned(),
            zip: reading.zip,
            contents,
            records,
            account,
        })
    }

    /// What is in it.
    pub(in crate::local) fn summary(&self) -> Summary {
        Summary::of(&self.contents)
    }

    /// Puts it in place of all that `store` holds, and of the account where its keys came with it; else its records
    /// take the ids of `own`. All of it or nothing, whenever the process ends.
    ///
    /// # Errors
    /// The disk failed, or the file is another one meanwhile; nothing was changed.
    pub(in crate::local) fn put_into(mut self, store: &Store, own: &Account) -> Result<Summary, SavedError> {
        if self.account.is_none() {
            self.rename(own);
        }
        for (digest, size) in &self.contents.files {
            let mut incoming = store.begin()?;
            let entry = self.zip.by_name(&file_name(digest)).map_err(|error| error.to_string());
            let copied = entry.and_then(|entry| copy(entry.take(*size), &mut incoming));
            copied.map_err(|what| self.changed(&what))?;
            if store.adopt(incoming.complete().map_err(StoreError::from)?)? != *digest {
                return Err(self.changed(digest));
            }
        }
        store.replace(&self.records, self.account.as_ref())?;
        Ok(self.summary())
    }

    fn changed(&self, what: &str) -> SavedError {
        SavedError::Damaged {
            path: self.path.clone(),
            what: format!("it was changed while it was read: {what}"),
        }
    }

    /// Gives the records the ids of `own` where they have those of the account that they were saved from. Such an id
    /// is random, and so found in the text of a record by itself.
    fn rename(&mut self, own: &Account) {
        let owner = &self.contents.account;
        let saved = Account {
            project_id: owner.project_id.clone(),
            domain_id: owner.domain_id.clone(),
            ..own.clone()
        };
        if saved.project_id == own.project_id && saved.domain_id == own.domain_id {
            return;
        }
        let pairs: Vec<(String, String)> = control::own_ids(&saved)
            .into_iter()
            .zip(control::own_ids(own))
            .collect();
        for record in self.records.values_mut().flat_map(BTreeMap::values_mut) {
            let mut text = record.text().to_owned();
            for (from, to) in &pairs {
                text = text.replace(from, to);
            }
            *record = Record::new(text);
        }
    }
}

/// Takes what a file holds, bit by bit: a file may be larger than memory.
trait Sink {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Sink for Incoming {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes)
    }
}

/// What a file's content amounts to.
#[derive(Default)]
struct Hash {
    sha512: Sha512,
    size: u64,
}

impl Sink for Hash {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sha512.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }
}

/// Reads `entry` to its end, which checks its CRC.
fn copy(mut entry: impl Read, sink: &mut impl Sink) -> Result<(), String> {
    let mut chunk = vec![0; 256 * 1024];
    loop {
        match entry.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => sink.take(&chunk[..read]).map_err(|error| error.to_string())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// A file that is being read.
struct Reading<'a> {
    path: &'a Path,
    zip: ZipArchive<File>,
}

impl<'a> Reading<'a> {
    fn open(path: &'a Path) -> Result<Self, SavedError> {
        let unusable = |source| SavedError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unusable)?;
        if !file.metadata().map_err(unusable)?.is_file() {
            return Err(unusable(io::Error::other("it is no file")));
        }
        let zip = ZipArchive::new(file).map_err(|source| SavedError::NotAState {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { path, zip })
    }

    fn damaged(&self, what: impl Into<String>) -> SavedError {
        SavedError::Damaged {
            path: self.path.to_owned(),
            what: what.into(),
        }
    }

    /// The content of an entry, which has at most `limit` bytes. Reading to the end checks its CRC.
    fn bytes(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, SavedError> {
        let mut bytes = Vec::new();
        let read = match self.zip.by_name(name) {
            Ok(entry) => entry
                .take(limit + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(size) if size as u64 > limit => Err(self.damaged(format!("{name} has more than {limit} bytes"))),
            Ok(_) => Ok(bytes),
            Err(why) => Err(self.damaged(format!("{name}: {why}"))),
        }
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str, limit: u64) -> Result<T, SavedError> {
        let bytes = self.bytes(name, limit)?;
        serde_json::from_slice(&bytes).map_err(|error| self.damaged(format!("{name}: {error}")))
    }

    /// The table of contents. The schema is looked at first: another one may have other contents.
    fn contents(&mut self) -> Result<Contents, SavedError> {
        let contents: Value = self.json(CONTENTS, SMALL)?;
        if contents["format"] != FORMAT {
            return Err(self.damaged(format!("its format is {}", contents["format"])));
        }
        match contents["schema"].as_u64() {
            Some(SCHEMA) => {}
            Some(found) => {
                return Err(SavedError::Schema {
                    path: self.path.to_owned(),
                    found,
                    known: SCHEMA,
                });
            }
            None => return Err(self.damaged("it has no schema")),
        }
        serde_json::from_value(contents).map_err(|error| self.damaged(format!("{CONTENTS}: {error}")))
    }

    /// Every entry is one that the contents promise, and none is there twice.
    fn check_names(&mut self, contents: &Contents) -> Result<(), SavedError> {
        let known: HashSet<&str> = ALL.iter().map(|kind| kind.name()).collect();
        if let Some(name) = contents.records.keys().find(|name| !known.contains(name.as_str())) {
            return Err(self.damaged(format!("it has `{name}`, which this fgctl does not know")));
        }
        let account = contents.keys.then(|| ACCOUNT.to_owned());
        let promised: HashSet<String> = [CONTENTS.to_owned()]
            .into_iter()
            .chain(account)
            .chain(contents.records.keys().map(|name| records_name(name)))
            .chain(contents.files.keys().map(|digest| file_name(digest)))
            .collect();
        if self.zip.len() > ENTRIES || self.zip.has_duplicate_names() || self.zip.len() != promised.len() {
            return Err(self.damaged("it does not hold what its contents promise"));
        }
        let strange = self
            .zip
            .file_names()
            .find(|name| name.as_ref().map_or(true, |name| !promised.contains(name.as_ref())))
            .map(|name| format!("{name:?} is not in its contents"));
        strange.map_or(Ok(()), |what| Err(self.damaged(what)))
    }

    fn account(&mut self) -> Result<Value, SavedError> {
        let account: Value = self.json(ACCOUNT, SMALL)?;
        match account::check(&account) {
            Ok(()) => Ok(account),
            Err(error) => Err(self.damaged(error.to_string())),
        }
    }

    /// The records of a collection, each of the right form. One that was not known when the file was written is empty.
    fn collection(&mut self, kind: &dyn Kind, contents: &Contents) -> Result<BTreeMap<String, Record>, SavedError> {
        let Some(count) = contents.records.get(kind.name()) else {
            return Ok(BTreeMap::new());
        };
        let name = records_name(kind.name());
        let records: BTreeMap<String, Record> = self.json(&name, LARGE)?;
        if records.len() != *count {
            return Err(self.damaged(format!("{name} has {} records, not {count}", records.len())));
        }
        for (key, record) in &records {
            kind.check(record)
                .map_err(|error| self.damaged(format!("`{key}` of {name}: {error}")))?;
        }
        Ok(records)
    }

    /// Whether a file is what its digest says.
    fn check_file(&mut self, digest: &str, size: u64) -> Result<(), SavedError> {
        let name = file_name(digest);
        let mut hash = Hash::default();
        let read = match self.zip.by_name(&name) {
            Ok(entry) => copy(entry.take(size.saturating_add(1)), &mut hash),
            Err(error) => Err(error.to_string()),
        };
        read.map_err(|why| self.damaged(format!("{name}: {why}")))?;
        let found: String = hash
            .sha512
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        match found == digest && hash.size == size {
            true => Ok(()),
            false => Err(self.damaged(format!("{name} has another content"))),
        }
    }
}
