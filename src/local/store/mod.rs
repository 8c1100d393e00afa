//! The local cloud's durable state: records in an embedded ACID database, code and archives as files beside it.
//!
//! A write is acknowledged only after it is on disk. Files are complete before the record that names them commits,
//! and files that no record names are swept at the next start, so a kill at any moment loses nothing acknowledged.
//! It knows the form of records, not what they mean: the rules between them are the control plane's.

mod blobs;
mod page;
pub(super) mod records;
pub(super) mod whole;

use super::{StartError, account};
use blobs::Blobs;
pub(super) use blobs::{Complete, Incoming};
use page::Derived;
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageError,
    TableDefinition, TableError,
};
use serde::{Serialize, de::DeserializeOwned};
use std::io::ErrorKind;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;
use whole::Record;

/// The form of the records. A newer one is refused: this fgctl could not read it.
pub(super) const SCHEMA: u64 = 1;
/// The most memory that the database keeps of what it has read or written, in bytes.
const CACHE: usize = 32 * 1024 * 1024;
const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");

/// The state could not be read or written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    /// The database refused: disk full, a broken file.
    #[error("the local cloud's database failed")]
    Database(#[source] Box<redb::Error>),
    /// A file could not be written or read.
    #[error("the local cloud's files failed")]
    File(#[from] std::io::Error),
    /// A record could not be read back.
    #[error("a record of the local cloud is unreadable")]
    Record(#[from] serde_json::Error),
}

impl StoreError {
    fn database(error: impl Into<redb::Error>) -> Self {
        Self::Database(Box::new(error.into()))
    }
}

/// A kind of record, each under a key of text.
pub(super) struct Collection<T> {
    name: &'static str,
    record: PhantomData<fn() -> T>,
}

impl<T> Collection<T> {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            record: PhantomData,
        }
    }

    const fn table(&self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        TableDefinition::new(self.name)
    }
}

/// A collection, whatever its records are.
pub(super) trait Kind: Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Whether `record` could be one of its records.
    ///
    /// # Errors
    /// What does not fit.
    fn check(&self, record: &Record) -> Result<(), serde_json::Error>;
}

impl<T: DeserializeOwned> Kind for Collection<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn check(&self, record: &Record) -> Result<(), serde_json::Error> {
        serde_json::from_str::<T>(record.text()).map(drop)
    }
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Survives the process, and a power cut.
    Durable,
    /// Thrown away at the end.
    Ephemeral,
}

/// The state of one local cloud.
pub(super) struct Store {
    database: Database,
    blobs: Blobs,
    lifetime: Lifetime,
    revision: AtomicU64,
    /// Told of every write.
    pub(super) written: Notify,
    derived: Arc<Derived>,
}

/// Refuses a state whose database has been there and is gone: an empty one would take its place without a word.
fn refuse_lost(folder: &Path, path: &Path) -> Result<(), StartError> {
    let has_content = path.metadata().is_ok_and(|file| file.len() > 0);
    match !has_content && folder.join(account::FILE).exists() {
        true => Err(damaged(
            path,
            "it is missing or empty, and has held the state's records".to_owned(),
        )),
        false => Ok(()),
    }
}

fn damaged(path: &Path, fault: String) -> StartError {
    StartError::Damaged {
        path: path.to_owned(),
        fault,
    }
}

/// A consistent view of the records, or, within [`Store::write`], the records as this write leaves them.
pub(super) trait Read {
    /// The record under `key`.
    fn get<T: DeserializeOwned>(&self, collection: &Collection<T>, key: &str) -> Result<Option<T>, StoreError>;
    /// How many records there are.
    fn count<T>(&self, collection: &Collection<T>) -> Result<usize, StoreError>;
    /// All records whose key begins with `prefix`, in the order of their keys.
    fn scan<T: DeserializeOwned>(&self, collection: &Collection<T>, prefix: &str) -> Result<Vec<T>, StoreError>;
}

/// A view for reading.
pub(super) struct Reader {
    transaction: redb::ReadTransaction,
    /// At least as old as what the transaction sees.
    revision: u64,
    derived: Arc<Derived>,
}

/// A write in progress.
pub(super) struct Writer(redb::WriteTransaction);

impl Store {
    /// Opens the state in `folder`, which exists, and sweeps what an earlier end left half-done.
    ///
    /// # Errors
    /// A newer schema, a broken database, or a folder that cannot be written.
    pub(super) fn open(folder: &Path, lifetime: Lifetime) -> Result<Self, StartError> {
        let path = folder.join("state.redb");
        refuse_lost(folder, &path)?;
        let database = Database::builder()
            .set_cache_size(CACHE)
            .create(&path)
            .map_err(|error| match error {
                DatabaseError::Storage(StorageError::Corrupted(fault)) => damaged(&path, fault),
                DatabaseError::Storage(StorageError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                    damaged(&path, error.to_string())
                }
                error => StoreError::database(error).into(),
            })?;
        let blobs = Blobs::open(folder.join("blobs")).map_err(StoreError::from)?;
        let store = Self {
            database,
            blobs,
            lifetime,
            revision: AtomicU64::new(1),
            written: Notify::new(),
            derived: Arc::default(),
        };
        let schema = store.schema()?;
        if schema > SCHEMA {
            return Err(StartError::NewerState {
                found: schema,
                known: SCHEMA,
            });
        }
        let named = store.files()?;
        store.blobs.sweep(&named).map_err(StoreError::from)?;
        Ok(store)
    }

    /// Whether it holds no record at all.
    pub(super) fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.counts()?.values().all(|count| *count == 0))
    }

    /// A number that changes with every write: what was derived from the records is stale when it has.
    pub(super) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Reads. What `read` sees does not change while it runs.
    pub(super) fn read<R, E: From<StoreError>>(&self, read: impl FnOnce(&Reader) -> Result<R, E>) -> Result<R, E> {
        let revision = self.revision();
        let transaction = self.database.begin_read().map_err(StoreError::database)?;
        read(&Reader {
            transaction,
            revision,
            derived: Arc::clone(&self.derived),
        })
    }

    /// Writes: all that `write` does, or nothing when it fails. Blocks until the disk has it; writes go one by one.
    pub(super) fn write<R, E: From<StoreError>>(&self, write: impl FnOnce(&Writer) -> Result<R, E>) -> Result<R, E> {
        let mut transaction = self.database.begin_write().map_err(StoreError::database)?;
        if self.lifetime == Lifetime::Ephemeral {
            transaction
                .set_durability(Durability::None)
                .map_err(StoreError::database)?;
        }
        let writer = Writer(transaction);
        let answer = write(&writer)?;
        writer.0.commit().map_err(StoreError::database)?;
        self.revision.fetch_add(1, Ordering::AcqRel);
        self.written.notify_waiters();
        Ok(answer)
    }

    /// Keeps `bytes` as a file and returns the digest that names it: SHA-512 in hex. Blocks until the disk has it.
    ///
    /// # Errors
    /// The file cannot be written; nothing is left of it.
    pub(super) fn keep(&self, bytes: &[u8]) -> Result<String, StoreError> {
        Ok(self.blobs.keep(bytes, self.lifetime)?)
    }

    /// Begins a file whose content comes bit by bit.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn begin(&self) -> Result<Incoming, StoreError> {
        Ok(self.blobs.begin(self.lifetime)?)
    }

    /// Keeps `complete` and returns the digest that names it. Whoever adopts holds [`super::Context`]'s `open` until a
    /// record names it, so that [`Store::discard`] does not take it for left over.
    ///
    /// # Errors
    /// The file cannot be renamed; nothing is left of it.
    pub(super) fn adopt(&self, complete: Complete) -> Result<String, StoreError> {
        Ok(self.blobs.adopt(complete, self.lifetime)?)
    }

    /// Removes those of the files `digests` that no record names any more. Whoever discards holds `open` alone.
    ///
    /// # Errors
    /// The database failed.
    pub(super) fn discard(&self, digests: &[String]) -> Result<(), StoreError> {
        let named = self.files()?;
        self.blobs.discard(digests, &named);
        Ok(())
    }

    /// The file named by `digest`.
    pub(super) fn blob(&self, digest: &str) -> PathBuf {
        self.blobs.path(digest)
    }

    fn schema(&self) -> Result<u64, StoreError> {
        self.write(|writer| {
            let mut meta = writer.0.open_table(META).map_err(StoreError::database)?;
            let found = meta
                .get("schema")
                .map_err(StoreError::database)?
                .map(|value| value.value());
            if let Some(found) = found {
                return Ok(found);
            }
            meta.insert("schema", SCHEMA).map_err(StoreError::database)?;
            Ok(SCHEMA)
        })
    }
}

impl Read for Reader {
    fn get<T: DeserializeOwned>(&self, collection: &Collection<T>, key: &str) -> Result<Option<T>, StoreError> {
        match self.transaction.open_table(collection.table()) {
            Ok(table) => get(&table, key),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(StoreError::database(error)),
        }
    }

    fn scan<T: DeserializeOwned>(&self, collection: &Collection<T>, prefix: &str) -> Result<Vec<T>, StoreError> {
        match self.transaction.open_table(collection.table()) {
            Ok(table) => scan(&table, prefix),
            Err(TableError::TableDoesNotExist(_)) => Ok(Vec::new()),
            Err(error) => Err(StoreError::database(error)),
        }
    }

    fn count<T>(&self, collection: &Collection<T>) -> Result<usize, StoreError> {
        match self.transaction.open_table(collection.table()) {
            Ok(table) => count(&table),
            Err(TableError::TableDoesNotExist(_)) => Ok(0),
            Err(error) => Err(StoreError::database(error)),
        }
    }
}

impl Read for Writer {
    fn get<T: DeserializeOwned>(&self, collection: &Collection<T>, key: &str) -> Result<Option<T>, StoreError> {
        get(
            &self.0.open_table(collection.table()).map_err(StoreError::database)?,
            key,
        )
    }

    fn scan<T: DeserializeOwned>(&self, collection: &Collection<T>, prefix: &str) -> Result<Vec<T>, StoreError> {
        scan(
            &self.0.open_table(collection.table()).map_err(StoreError::database)?,
            prefix,
        )
    }

    fn count<T>(&self, collection: &Collection<T>) -> Result<usize, StoreError> {
        count(&self.0.open_table(collection.table()).map_err(StoreError::database)?)
    }
}

impl Writer {
    /// Puts `record` under `key`, in place of what was there.
    pub(super) fn put<T: Serialize>(
        &self,
        collection: &Collection<T>,
        key: &str,
        record: &T,
    ) -> Result<(), StoreError> {
        let mut table = self.0.open_table(collection.table()).map_err(StoreError::database)?;
        table
            .insert(key, serde_json::to_vec(record)?.as_slice())
            .map_err(StoreError::database)?;
        Ok(())
    }

    /// Removes every record that `goes` is true of.
    pub(super) fn remove_where<T: DeserializeOwned>(
        &self,
        collection: &Collection<T>,
        goes: impl Fn(&T) -> bool,
    ) -> Result<(), StoreError> {
        let mut table = self.0.open_table(collection.table()).map_err(StoreError::database)?;
        let mut unreadable = None;
        let kept = |_: &str, value: &[u8]| match serde_json::from_slice(value) {
            Ok(record) => !goes(&record),
            Err(error) => {
                unreadable = Some(error);
                true
            }
        };
        table.retain(kept).map_err(StoreError::database)?;
        unreadable.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Removes what is under `key`, if anything.
    pub(super) fn remove<T>(&self, collection: &Collection<T>, key: &str) -> Result<(), StoreError> {
        let mut table = self.0.open_table(collection.table()).map_err(StoreError::database)?;
        table.remove(key).map_err(StoreError::database)?;
        Ok(())
    }
}

fn get<T: DeserializeOwned>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let value = table.get(key).map_err(StoreError::database)?;
    value
        .map(|value| serde_json::from_slice(value.value()))
        .transpose()
        .map_err(StoreError::from)
}

fn count(table: &impl ReadableTableMetadata) -> Result<usize, StoreError> {
    let count = table.len().map_err(StoreError::database)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn scan<T: DeserializeOwned>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    prefix: &str,
) -> Result<Vec<T>, StoreError> {
    let mut records = Vec::new();
    for entry in table.range(prefix..).map_err(StoreError::database)? {
        let (key, value) = entry.map_err(StoreError::database)?;
        if !key.value().starts_with(prefix) {
            break;
        }
        records.push(serde_json::from_slice(value.value())?);
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::records::{ENVIRONMENTS, EnvironmentRecord};
    use super::{Lifetime, Read, Store, StoreError};
    use crate::wire::environment::Environment;

    fn record(name: &str) -> EnvironmentRecord {
        let environment = Environment {
            name: name.to_owned(),
            ..Environment::default()
        };
        EnvironmentRecord {
            instance_id: "g".to_owned(),
            environment,
        }
    }

    fn names(store: &Store) -> Vec<String> {
        store
            .read(|reader| reader.scan(&ENVIRONMENTS, "g:"))
            .map(|records| records.into_iter().map(|record| record.environment.name).collect())
            .unwrap_or_else(|error: StoreError| panic!("{error}"))
    }

    #[test]
    fn what_is_written_is_there_after_opening_again_and_what_failed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        let before = store.revision();
        store
            .write(|writer| writer.put(&ENVIRONMENTS, "g:1", &record("one")))
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        assert_ne!(store.revision(), before);
        let failed: Result<(), StoreError> = store.write(|writer| {
            writer.put(&ENVIRONMENTS, "g:2", &record("two"))?;
            assert!(writer.get(&ENVIRONMENTS, "g:2")?.is_some());
            Err(std::io::Error::other("half-way").into())
        });
        assert!(failed.is_err());
        drop(store);
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        assert_eq!(names(&store), ["one"]);
    }

    #[test]
    fn a_scan_ends_with_its_prefix() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Ephemeral).unwrap();
        store
            .write(|writer| {
                for (key, name) in [("f:1", "f"), ("g:1", "a"), ("g:2", "b"), ("h:1", "h")] {
                    writer.put(&ENVIRONMENTS, key, &record(name))?;
                }
                Ok(())
            })
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        assert_eq!(names(&store), ["a", "b"]);
    }

    #[test]
    fn files_that_nothing_names_are_swept_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        let digest = store.keep(b"archive").unwrap();
        assert_eq!(std::fs::read(store.blob(&digest)).unwrap(), b"archive");
        assert_eq!(store.keep(b"archive").unwrap(), digest);
        drop(store);
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        assert!(!store.blob(&digest).exists());
    }
}
