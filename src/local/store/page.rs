//! A part of a collection, for which only that part is read; and what was made of records, kept until the next write.

use super::{Collection, Reader, StoreError, count};
use redb::{ReadableTable, TableError};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// The most texts that are kept.
const KEPT: usize = 1000;

/// What was made of records.
#[derive(Default)]
pub(super) struct Derived(Mutex<Texts>);

#[derive(Default)]
struct Texts {
    /// The records of which they were made.
    revision: u64,
    by_name: HashMap<String, Arc<str>>,
}

impl Derived {
    fn get(&self, revision: u64, name: &str) -> Option<Arc<str>> {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current = texts.revision == revision;
        texts.by_name.get(name).filter(|_| current).cloned()
    }

    /// Keeps `text`, unless it was made of records that have changed since.
    fn keep(&self, revision: u64, name: &str, text: &Arc<str>) {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if revision > texts.revision {
            texts.by_name.clear();
            texts.revision = revision;
        }
        if revision == texts.revision && texts.by_name.len() < KEPT {
            texts.by_name.insert(name.to_owned(), Arc::clone(text));
        }
    }
}

impl Reader {
    /// What `make` makes of each record of `collection` in `range`, of those whose key is `wanted` and in their order; and
    /// how many are wanted in all. Without `wanted` all are, and nothing behind the range is looked at. A text is made
    /// once for as long as nothing is written, so it has to follow from the record alone, and a collection's always in
    /// the same way.
    ///
    /// # Errors
    /// The database failed, a record is unreadable, or `make` fails.
    pub(in crate::local) fn texts<T: DeserializeOwned, E: From<StoreError>>(
        &self,
        collection: &Collection<T>,
        wanted: Option<&dyn Fn(&str) -> bool>,
        range: Range<usize>,
        make: impl Fn(T) -> Result<String, E>,
    ) -> Result<(Vec<Arc<str>>, usize), E> {
        let table = match self.transaction.open_table(collection.table()) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => return Ok((Vec::new(), 0)),
            Err(error) => return Err(StoreError::database(error).into()),
        };
        let (mut texts, mut total) = (Vec::new(), 0);
        let limit = if wanted.is_some() { usize::MAX } else { range.end };
        for entry in table.iter().map_err(StoreError::database)?.take(limit) {
            let (key, value) = entry.map_err(StoreError::database)?;
            if wanted.is_some_and(|wanted| !wanted(key.value())) {
                continue;
            }
            if range.contains(&total) {
                let name = format!("{}:{}", collection.name, key.value());
                texts.push(match self.derived.get(self.revision, &name) {
                    Some(text) => text,
                    None => {
                        let record = serde_json::from_slice(value.value()).map_err(StoreError::from)?;
                        let text = Arc::from(make(record)?);
                        self.derived.keep(self.revision, &name, &text);
                        text
                    }
                });
            }
            total += 1;
        }
        if wanted.is_none() {
            total = count(&table)?;
        }
        Ok((texts, total))
    }
}

#[cfg(test)]
mod tests {
    use crate::local::store::records::{ENVIRONMENTS, EnvironmentRecord};
    use crate::local::store::{Lifetime, Store, StoreError};
    use crate::wire::environment::Environment;
    use std::cell::Cell;

    fn put(store: &Store, key: &str, name: &str) {
        let environment = Environment {
            name: name.to_owned(),
            ..Environment::default()
        };
        let record = EnvironmentRecord {
            instance_id: "g".to_owned(),
            environment,
        };
        store
            .write(|writer| writer.put(&ENVIRONMENTS, key, &record))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    #[test]
    fn only_the_part_is_read_and_only_once_until_something_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Lifetime::Ephemeral).unwrap();
        let made = Cell::new(0);
        let names = |wanted: Option<&str>, range| {
            let make = |record: EnvironmentRecord| {
                made.set(made.get() + 1);
                Ok::<_, StoreError>(record.environment.name)
            };
            let part = wanted.unwrap_or_default();
            let is_wanted = |key: &str| key.contains(part);
            let wanted = wanted.map(|_| &is_wanted as &dyn Fn(&str) -> bool);
            let read = store.read(|reader| reader.texts(&ENVIRONMENTS, wanted, range, make));
            let (texts, total) = read.unwrap();
            (texts.iter().map(|text| text.to_string()).collect::<Vec<_>>(), total)
        };
        assert_eq!(names(None, 0..9), (vec![], 0));
        for (key, name) in [("a:1", "one"), ("b:2", "two"), ("b:3", "three"), ("b:4", "four")] {
            put(&store, key, name);
        }
        let expected = (vec!["three".to_owned(), "four".to_owned()], 3);
        assert_eq!(names(Some("b:"), 1..9), expected);
        assert_eq!((names(Some("b:"), 1..9), made.get()), (expected, 2));
        put(&store, "b:3", "changed");
        assert_eq!(names(Some("b:"), 1..2), (vec!["changed".to_owned()], 3));
        assert_eq!(names(None, 9..20), (vec![], 4));
        assert_eq!(made.get(), 3);
        assert_eq!(names(None, 0..2), (vec!["one".to_owned(), "two".to_owned()], 4));
    }
}
