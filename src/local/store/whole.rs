//! The state as a whole: every record as it is stored, read at one moment and replaced at one; and what is gathered
//! from all records without holding them all.

use super::records::{ACCOUNT, ACCOUNT_KEY, ALL};
use super::{Collection, Reader, Store, StoreError, Writer, count};
use redb::{ReadOnlyTable, ReadableTable, TableDefinition, TableError};
use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// All records, by collection and key.
pub(in crate::local) type Records = BTreeMap<String, BTreeMap<String, Record>>;

/// A record as its JSON text, which takes a tenth of what the value takes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::local) struct Record(Box<str>);

impl Record {
    /// Of `text`, which is JSON.
    pub(in crate::local) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    pub(in crate::local) fn text(&self) -> &str {
        &self.0
    }

    /// What the text says.
    ///
    /// # Errors
    /// It is no JSON.
    pub(in crate::local) fn value(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::new(value.to_string()))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().map_err(S::Error::custom)?.serialize(serializer)
    }
}

type RawTable = ReadOnlyTable<&'static str, &'static [u8]>;

/// The digests of the files that `record` names: whatever has a file names it in the member `blob`, whatever has
/// several in the same member of each of its `pieces`.
fn files_of(record: &Value) -> Vec<String> {
    let pieces = record["pieces"].as_array().map(Vec::as_slice).unwrap_or_default();
    let holders = std::iter::once(record).chain(pieces);
    holders
        .filter_map(|holder| holder["blob"].as_str().map(str::to_owned))
        .collect()
}

/// The digests of the files that `records` name.
///
/// # Errors
/// A record is no JSON.
pub(in crate::local) fn files(records: &Records) -> Result<HashSet<String>, serde_json::Error> {
    let mut named = HashSet::new();
    for record in records.values().flat_map(BTreeMap::values) {
        named.extend(files_of(&record.value()?));
    }
    Ok(named)
}

/// How many records of each collection there are.
pub(in crate::local) fn counts(records: &Records) -> BTreeMap<String, usize> {
    let counts = records.iter().map(|(name, records)| (name.clone(), records.len()));
    counts.collect()
}

impl Store {
    /// Every record, as of one moment.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::local) fn records(&self) -> Result<Records, StoreError> {
        self.read(|reader| {
            ALL.iter()
                .map(|kind| Ok((kind.name().to_owned(), reader.raw(kind.name())?)))
                .collect()
        })
    }

    /// How many records of each collection there are, as of one moment.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::local) fn counts(&self) -> Result<BTreeMap<String, usize>, StoreError> {
        self.read(|reader| {
            ALL.iter()
                .map(|kind| Ok((kind.name().to_owned(), reader.raw_count(kind.name())?)))
                .collect()
        })
    }

    /// The digests of the files that its records name. It holds one record at a time.
    ///
    /// # Errors
    /// The database failed, or a record is unreadable.
    pub(super) fn files(&self) -> Result<HashSet<String>, StoreError> {
        let mut named = HashSet::new();
        self.read(|reader| {
            ALL.iter().try_for_each(|kind| {
                reader.each_raw(kind.name(), |_, bytes| {
                    named.extend(files_of(&serde_json::from_slice(bytes)?));
                    Ok(())
                })
            })
        })?;
        Ok(named)
    }

    /// Puts `records` in place of all that there are, and `account` in place of the account if there is one: all of
    /// it or nothing, whenever the process ends. Files that nothing names any more are removed.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub(in crate::local) fn replace(&self, records: &Records, account: Option<&Value>) -> Result<(), StoreError> {
        self.write(|writer| {
            for kind in ALL {
                let nothing = BTreeMap::new();
                writer.put_raw(kind.name(), records.get(kind.name()).unwrap_or(&nothing))?;
            }
            match account {
                Some(account) => writer.put(&ACCOUNT, ACCOUNT_KEY, account),
                None => Ok(()),
            }
        })?;
        // What cannot be removed now is removed at the next start.
        let _ = self.blobs.sweep(&files(records)?);
        Ok(())
    }
}

impl Reader {
    /// Shows `each` every record of `collection`, and holds one at a time.
    ///
    /// # Errors
    /// The database failed, a record is unreadable, or `each` fails.
    pub(in crate::local) fn each<T: DeserializeOwned>(
        &self,
        collection: &Collection<T>,
        mut each: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each_raw(collection.name, |_, bytes| each(serde_json::from_slice(bytes)?))
    }

    fn raw(&self, name: &str) -> Result<BTreeMap<String, Record>, StoreError> {
        let mut records = BTreeMap::new();
        self.each_raw(name, |key, bytes| {
            records.insert(key.to_owned(), serde_json::from_slice(bytes)?);
            Ok(())
        })?;
        Ok(records)
    }

    fn raw_count(&self, name: &str) -> Result<usize, StoreError> {
        self.raw_table(name)?.map_or(Ok(0), |table| count(&table))
    }

    /// Shows `each` every key and record of a collection.
    fn each_raw(
        &self,
        name: &str,
        mut each: impl FnMut(&str, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(table) = self.raw_table(name)? else {
            return Ok(());
        };
        for entry in table.iter().map_err(StoreError::database)? {
            let (key, value) = entry.map_err(StoreError::database)?;
            each(key.value(), value.value())?;
        }
        Ok(())
    }

    /// The table of a collection, unless nothing was ever put into it.
    fn raw_table(&self, name: &str) -> Result<Option<RawTable>, StoreError> {
        let definition: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(name);
        match self.transaction.open_table(definition) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(StoreError::database(error)),
        }
    }
}

impl Writer {
    fn put_raw(&self, name: &str, records: &BTreeMap<String, Record>) -> Result<(), StoreError> {
        let definition: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(name);
        self.0.delete_table(definition).map_err(StoreError::database)?;
        let mut table = self.0.open_table(definition).map_err(StoreError::database)?;
        for (key, record) in records {
            table
                .insert(key.as_str(), record.text().as_bytes())
                .map_err(StoreError::database)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, files};
    use crate::local::store::{Lifetime, Store};

    #[test]
    fn every_collection_is_part_of_the_whole() {
        let text = include_str!("records.rs");
        // The account alone is apart.
        assert_eq!(
            text.matches("= Collection::new(\"").count() + text.matches("=\n    Collection::new(\"").count(),
            super::ALL.len() + 1
        );
    }

    #[test]
    fn the_whole_is_replaced_and_files_that_nothing_names_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Durable).unwrap();
        let (kept, gone) = (store.keep(b"kept").unwrap(), store.keep(b"gone").unwrap());
        let (piece, part) = (store.keep(b"piece").unwrap(), store.begin().unwrap());
        let mut records = store.records().unwrap();
        assert_eq!(records.len(), super::ALL.len());
        let functions = records.get_mut("functions").unwrap();
        functions.insert("default:f".to_owned(), Record::new(format!(r#"{{"blob":"{kept}"}}"#)));
        let objects = records.get_mut("objects").unwrap();
        objects.insert(
            "b/k".to_owned(),
            Record::new(format!(r#"{{"pieces":[{{"blob":"{piece}"}}]}}"#)),
        );
        assert_eq!(files(&records).unwrap().len(), 2);
        store.replace(&records, None).unwrap();
        assert_eq!(store.records().unwrap(), records);
        assert!(store.blob(&kept).exists() && store.blob(&piece).exists() && !store.blob(&gone).exists());
        drop(part);
        store
            .discard(&[kept.clone(), gone, "../state.redb".to_owned()])
            .unwrap();
        assert!(store.blob(&kept).exists(), "a record names it");
        store.replace(&super::Records::new(), None).unwrap();
        assert!(
            store
                .records()
                .unwrap()
                .values()
                .all(std::collections::BTreeMap::is_empty)
        );
    }
}
