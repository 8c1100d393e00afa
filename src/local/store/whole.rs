//! The state as a whole: every record as it is stored, read at one moment and replaced at one.

use super::records::{ACCOUNT, ACCOUNT_KEY, ALL};
use super::{Reader, Store, StoreError, Writer};
use redb::{ReadableTable, TableDefinition, TableError};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// All records, by collection and key.
pub(in crate::local) type Records = BTreeMap<String, BTreeMap<String, Value>>;

/// The digests of the files that `records` name: whatever has a file names it in the member `blob`.
pub(in crate::local) fn files(records: &Records) -> HashSet<String> {
    let all = records.values().flat_map(BTreeMap::values);
    all.filter_map(|record| record["blob"].as_str().map(str::to_owned))
        .collect()
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
        let _ = self.blobs.sweep(&files(records));
        Ok(())
    }
}

impl Reader {
    fn raw(&self, name: &str) -> Result<BTreeMap<String, Value>, StoreError> {
        let definition: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(name);
        let table = match self.transaction.open_table(definition) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => return Ok(BTreeMap::new()),
            Err(error) => return Err(StoreError::database(error)),
        };
        let mut records = BTreeMap::new();
        for entry in table.iter().map_err(StoreError::database)? {
            let (key, value) = entry.map_err(StoreError::database)?;
            records.insert(key.value().to_owned(), serde_json::from_slice(value.value())?);
        }
        Ok(records)
    }
}

impl Writer {
    fn put_raw(&self, name: &str, records: &BTreeMap<String, Value>) -> Result<(), StoreError> {
        let definition: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(name);
        self.0.delete_table(definition).map_err(StoreError::database)?;
        let mut table = self.0.open_table(definition).map_err(StoreError::database)?;
        for (key, record) in records {
            let bytes = serde_json::to_vec(record)?;
            table
                .insert(key.as_str(), bytes.as_slice())
                .map_err(StoreError::database)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::files;
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
        let mut records = store.records().unwrap();
        assert_eq!(records.len(), super::ALL.len());
        let functions = records.get_mut("functions").unwrap();
        functions.insert("default:f".to_owned(), serde_json::json!({"blob": kept}));
        assert_eq!(files(&records).len(), 1);
        store.replace(&records, None).unwrap();
        assert_eq!(store.records().unwrap(), records);
        assert!(store.blob(&kept).exists() && !store.blob(&gone).exists());
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
