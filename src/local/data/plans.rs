//! How functions run: read when one is called, and kept until something is written. What nobody calls takes no memory.

use super::code;
use super::instance::Plan;
use super::refusal::{Refusal, StartFault};
use crate::local::store::records::{
    DEPENDENCY_VERSIONS, FUNCTION_ALIASES, FUNCTION_VERSIONS, FUNCTIONS, FunctionRecord, function_key,
};
use crate::local::store::{Read, Reader, Store, StoreError};
use crate::wire::FunctionUrn;
use crate::wire::api::ApiFunction;
use crate::wire::function_version::LATEST;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The functions that there are.
pub(super) struct Plans {
    store: Arc<Store>,
    /// Those that stay as they were, by their keys.
    held: HashMap<String, Arc<Plan>>,
    /// Those that were called, and their versions below the same key and `:`.
    called: Mutex<HashMap<String, Planned>>,
}

/// A function, and how to run it.
#[derive(Clone)]
struct Planned {
    plan: Arc<Plan>,
    /// A dependency version of its list that does not exist.
    missing: Option<String>,
}

impl Planned {
    /// # Errors
    /// One of its dependencies does not exist.
    fn there(self) -> Result<Arc<Plan>, Refusal> {
        match self.missing {
            None => Ok(self.plan),
            Some(id) => Err(Refusal::Start {
                function: self.plan.name().to_owned(),
                fault: Box::new(StartFault::NoDependency(id)),
            }),
        }
    }
}

impl Plans {
    /// Of the functions in `store`.
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            held: HashMap::new(),
            called: Mutex::default(),
        }
    }

    /// Lets the functions of these keys be as they were.
    pub(super) fn hold(&mut self, held: HashMap<String, Arc<Plan>>) {
        self.held = held;
    }

    /// The function behind an API, and how to run it; `header` tells the headers of the call.
    ///
    /// # Errors
    /// As [`Self::function`].
    pub(super) fn function_of(
        &self,
        info: &ApiFunction,
        header: impl Fn(&str) -> Option<String>,
    ) -> Result<Arc<Plan>, Refusal> {
        // An alias comes before a version.
        let alias = info.other.get("alias_urn").and_then(|urn| urn.as_str());
        let urn = alias
            .filter(|urn| !urn.is_empty())
            .unwrap_or(&info.function_urn)
            .parse::<FunctionUrn>();
        let mut urn = urn.map_err(|_| Refusal::FunctionMissing(info.function_urn.clone()))?;
        if urn.qualifier.is_none() {
            urn.qualifier = info.version.clone().filter(|version| !version.is_empty());
        }
        self.function(&urn, header)
    }

    /// The function that `urn` names, and how to run it: an alias leads to one of its versions, now to this, now to
    /// that; `header` tells the headers of the call.
    ///
    /// # Errors
    /// There is none, or one of its dependencies does not exist.
    pub(super) fn function(
        &self,
        urn: &FunctionUrn,
        header: impl Fn(&str) -> Option<String>,
    ) -> Result<Arc<Plan>, Refusal> {
        let key = function_key(&urn.package, &urn.name);
        let missing = || Refusal::FunctionMissing(urn.name.clone());
        let qualifier = urn.qualifier.as_deref().unwrap_or(LATEST);
        let version = match qualifier.strip_prefix('!') {
            Some(alias) => {
                let key = format!("{key}:{alias}");
                let alias = self.store.read(|reader| reader.get(&FUNCTION_ALIASES, &key));
                let alias = alias.map_err(internal)?.ok_or_else(missing)?;
                let roll = i64::from(getrandom::u32().unwrap_or_default() % 100);
                alias.version_for(roll, header).to_owned()
            }
            None => qualifier.to_owned(),
        };
        let planned = self.planned(&key, &version)?.ok_or_else(missing)?;
        match self.held.get(&key).filter(|_| version == LATEST) {
            Some(held) => Ok(Arc::clone(held)),
            None => planned.there(),
        }
    }

    /// The function `key` as it is written, held or not.
    ///
    /// # Errors
    /// There is none, or one of its dependencies does not exist.
    pub(super) fn written(&self, key: &str) -> Result<Arc<Plan>, Refusal> {
        let planned = self.planned(key, LATEST)?;
        planned.ok_or_else(|| Refusal::FunctionMissing(key.to_owned()))?.there()
    }

    /// The `version` of the function `key`, if there is one.
    fn planned(&self, key: &str, version: &str) -> Result<Option<Planned>, Refusal> {
        let (collection, key) = match version {
            LATEST => (&FUNCTIONS, key.to_owned()),
            version => (&FUNCTION_VERSIONS, format!("{key}:{version}")),
        };
        let called = || self.called.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = called().get(&key) {
            return Ok(Some(known.clone()));
        }
        let read = self.store.read(|reader| {
            let record = reader.get(collection, &key)?;
            record.map(|record| planned(&self.store, record, reader)).transpose()
        });
        let planned = read.map_err(internal)?;
        if let Some(planned) = &planned {
            called().insert(key, planned.clone());
        }
        Ok(planned)
    }
}

fn internal(error: StoreError) -> Refusal {
    Refusal::Internal(error.to_string())
}

/// The keys of the folders of unpacked code that functions use.
///
/// # Errors
/// The records cannot be read.
pub(super) fn code_keys(store: &Store) -> Result<HashSet<String>, StoreError> {
    let mut keys = HashSet::new();
    store.read(|reader| {
        [&FUNCTIONS, &FUNCTION_VERSIONS].into_iter().try_for_each(|collection| {
            reader.each(collection, |record: FunctionRecord| {
                let (digests, _) = digests(&record, reader)?;
                keys.insert(code::key(digests.iter().map(String::as_str)));
                Ok(())
            })
        })
    })?;
    Ok(keys)
}

/// The digests of the code's archive and of the dependencies' in their order; and a dependency version that does not
/// exist.
fn digests(record: &FunctionRecord, reader: &Reader) -> Result<(Vec<String>, Option<String>), StoreError> {
    let (mut digests, mut missing) = (vec![record.blob.clone()], None);
    for id in record.function.depend_version_list.as_deref().unwrap_or_default() {
        match reader.get(&DEPENDENCY_VERSIONS, id)? {
            Some(found) => digests.push(found.blob),
            None => missing = Some(id.clone()),
        }
    }
    Ok((digests, missing))
}

fn planned(store: &Store, record: FunctionRecord, reader: &Reader) -> Result<Planned, StoreError> {
    let (digests, missing) = digests(&record, reader)?;
    let code_key = code::key(digests.iter().map(String::as_str));
    let archives = digests.iter().map(|digest| store.blob(digest)).collect();
    let mut revision = Sha256::new_with_prefix(&code_key);
    revision.update(serde_json::to_vec(&record.function)?);
    revision.update(&record.encrypted_user_data);
    let plan = Plan {
        revision: code::hex(&revision.finalize()),
        code_key,
        archives,
        record: Arc::new(record),
    };
    Ok(Planned {
        plan: Arc::new(plan),
        missing,
    })
}
