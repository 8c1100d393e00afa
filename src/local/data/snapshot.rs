//! What the records say about calls, read at once and kept until a write changes it.

use super::callers::Callers;
use super::code;
use super::instance::Plan;
use super::refusal::{Refusal, StartFault};
use super::route::Routes;
use super::throttling::Policies;
use crate::local::store::records::{
    APIS, DEPENDENCY_VERSIONS, FUNCTION_ALIASES, FUNCTION_VERSIONS, FUNCTIONS, FunctionRecord, GATEWAYS, GROUPS,
    PUBLICATIONS, PublicationRecord, TRANSITIONS, TransitionRecord, function_key,
};
use crate::local::store::{Read, Reader, Store, StoreError};
use crate::wire::FunctionUrn;
use crate::wire::api::ApiFunction;
use crate::wire::function_alias::Alias;
use crate::wire::function_version::LATEST;
use crate::wire::group::Group;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A consistent view of all that a call needs.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    revision: u64,
    /// When it is over though nothing is written, in Unix milliseconds: a change takes effect then.
    until: Option<i64>,
    /// Names of the groups, by id.
    groups: HashMap<String, String>,
    /// Groups' ids by their domains, in lower case.
    domains: HashMap<String, String>,
    /// Where calls go.
    pub(super) routes: Routes,
    /// Who may call.
    pub(super) callers: Callers,
    /// How often.
    pub(super) policies: Policies,
    /// The groups' debug domains, in lower case.
    debug_domains: HashSet<String>,
    /// Functions, and their versions below the same key and `:`.
    functions: HashMap<String, Planned>,
    /// What is written of functions that are held as they were.
    written: HashMap<String, Planned>,
    aliases: HashMap<String, Alias>,
}

/// A function, and how to run it.
#[derive(Debug)]
struct Planned {
    plan: Arc<Plan>,
    /// A dependency version of its list that does not exist.
    missing: Option<String>,
}

impl Planned {
    /// # Errors
    /// One of its dependencies does not exist.
    fn there(&self) -> Result<Arc<Plan>, Refusal> {
        match &self.missing {
            None => Ok(Arc::clone(&self.plan)),
            Some(id) => Err(Refusal::Start {
                function: self.plan.name().to_owned(),
                fault: Box::new(StartFault::NoDependency(id.clone())),
            }),
        }
    }
}

impl Snapshot {
    fn read(store: &Store, reader: &Reader, revision: u64) -> Result<Self, StoreError> {
        let mut snapshot = Self {
            revision,
            ..Self::default()
        };
        for record in reader.scan(&GROUPS, "")? {
            for domain in domains(&record.group) {
                snapshot.domains.insert(domain, record.group.id.clone());
            }
            snapshot
                .debug_domains
                .insert(record.group.sl_domain.to_ascii_lowercase());
            snapshot.groups.insert(record.group.id, record.group.name);
        }
        snapshot.read_apis(reader)?;
        snapshot.callers = Callers::read(reader)?;
        snapshot.policies = Policies::read(reader)?;
        let dependencies = reader.scan(&DEPENDENCY_VERSIONS, "")?;
        let dependencies = dependencies
            .into_iter()
            .map(|record| (record.version.id, record.blob))
            .collect();
        for record in reader.scan(&FUNCTIONS, "")? {
            let key = function_key(&record.function.package, &record.function.func_name);
            for alias in reader.scan(&FUNCTION_ALIASES, &format!("{key}:"))? {
                snapshot.aliases.insert(format!("{key}:{}", alias.name), alias);
            }
            for version in reader.scan(&FUNCTION_VERSIONS, &format!("{key}:"))? {
                let key = format!("{key}:{}", version.function.version);
                snapshot.functions.insert(key, planned(store, version, &dependencies)?);
            }
            snapshot.functions.insert(key, planned(store, record, &dependencies)?);
        }
        Ok(snapshot)
    }

    fn read_apis(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let gateways: HashMap<String, String> = reader
            .scan(&GATEWAYS, "")?
            .into_iter()
            .map(|record| (record.gateway.id, record.gateway.instance_name))
            .collect();
        let name = |id: String| gateways.get(&id).cloned().unwrap_or(id);
        for record in self.running(reader)? {
            self.routes
                .publish(record.api, record.env_name, name(record.instance_id));
        }
        for record in reader.scan(&APIS, "")? {
            self.routes.edit(&record.api, name(record.instance_id));
        }
        Ok(())
    }

    /// What callers reach now: what is published, but for changes that have not taken effect yet.
    fn running(&mut self, reader: &Reader) -> Result<Vec<PublicationRecord>, StoreError> {
        let now = Timestamp::now().as_millisecond();
        let mut changing: Vec<TransitionRecord> = reader.scan(&TRANSITIONS, "")?;
        changing.retain(|transition| transition.until > now);
        self.until = changing.iter().map(|transition| transition.until).min();
        let keys: HashSet<String> = changing.iter().map(|change| change.key.clone()).collect();
        let mut running = reader.scan(&PUBLICATIONS, "")?;
        running.retain(|record| !keys.contains(&key(record)));
        running.extend(changing.into_iter().filter_map(|transition| transition.before));
        Ok(running)
    }

    /// The group that a call to `host` at the port of the group `listening` is for: `host` may be the domain of
    /// another one.
    ///
    /// # Errors
    /// `host` is a name that nobody here has. A web page that lets its own name lead to 127.0.0.1 comes so.
    pub(super) fn group(&self, listening: &str, host: Option<&str>) -> Result<String, Refusal> {
        let Some(host) = host else {
            return Ok(listening.to_owned());
        };
        let name = host_name(host).to_ascii_lowercase();
        if let Some(group) = self.domains.get(&name) {
            return Ok(group.clone());
        }
        let here = name == "localhost"
            || name.ends_with(".localhost")
            || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        here.then(|| listening.to_owned())
            .ok_or_else(|| Refusal::Host(host.to_owned()))
    }

    /// Whether `host` is a domain of a group's own.
    pub(super) fn is_own_domain(&self, host: &str) -> bool {
        let name = host_name(host).to_ascii_lowercase();
        self.domains.contains_key(&name) && !self.debug_domains.contains(&name)
    }

    /// The group's name, or its id if it is gone.
    pub(super) fn group_name(&self, id: &str) -> String {
        self.groups.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// The function behind an API, and how to run it; `header` tells the headers of the call.
    ///
    /// # Errors
    /// As [`Snapshot::function`].
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
        let qualifier = urn.qualifier.as_deref().unwrap_or(LATEST);
        let missing = || Refusal::FunctionMissing(urn.name.clone());
        let version = match qualifier.strip_prefix('!') {
            Some(alias) => {
                let alias = self.aliases.get(&format!("{key}:{alias}")).ok_or_else(missing)?;
                let roll = i64::from(getrandom::u32().unwrap_or_default() % 100);
                alias.version_for(roll, header)
            }
            None => qualifier,
        };
        let planned = match version {
            LATEST => self.functions.get(&key),
            version => self.functions.get(&format!("{key}:{version}")),
        };
        planned.ok_or_else(missing)?.there()
    }

    /// Lets the functions of these keys be as they were.
    fn hold(&mut self, held: &HashMap<String, Arc<Plan>>) {
        for (key, plan) in held {
            if let Some(planned) = self.functions.get_mut(key) {
                let plan = Arc::clone(plan);
                let written = std::mem::replace(planned, Planned { plan, missing: None });
                self.written.insert(key.clone(), written);
            }
        }
    }

    /// The function `key` as it is written, held or not.
    ///
    /// # Errors
    /// There is none, or one of its dependencies does not exist.
    fn written(&self, key: &str) -> Result<Arc<Plan>, Refusal> {
        let planned = self.written.get(key).or_else(|| self.functions.get(key));
        planned.ok_or_else(|| Refusal::FunctionMissing(key.to_owned()))?.there()
    }

    /// The keys of the folders of unpacked code that functions use.
    pub(super) fn code_keys(&self) -> HashSet<String> {
        let plans = self.functions.values();
        plans.map(|planned| planned.plan.code_key.clone()).collect()
    }
}

fn key(record: &PublicationRecord) -> String {
    format!("{}:{}", record.publication.api_id, record.publication.env_id)
}

fn planned(
    store: &Store,
    record: FunctionRecord,
    dependencies: &HashMap<String, String>,
) -> Result<Planned, StoreError> {
    let ids = record.function.depend_version_list.as_deref().unwrap_or_default();
    let mut digests = vec![record.blob.as_str()];
    let mut missing = None;
    for id in ids {
        match dependencies.get(id) {
            Some(digest) => digests.push(digest),
            None => missing = Some(id.clone()),
        }
    }
    let code_key = code::key(digests.iter().copied());
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

/// `Host` without its port.
fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The debug domain, unless it is shut, and the group's own ones.
fn domains(group: &Group) -> Vec<String> {
    let own = group.other.get("url_domains").and_then(|list| list.as_array());
    let own = own.into_iter().flatten().filter_map(|entry| entry["domain"].as_str());
    let open = group.other.get("sl_domain_access_enabled") != Some(&serde_json::Value::Bool(false));
    own.chain([group.sl_domain.as_str()].into_iter().filter(|_| open))
        .filter(|domain| !domain.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// The newest snapshot.
pub(super) struct Snapshots {
    store: Arc<Store>,
    newest: Mutex<Arc<Snapshot>>,
    /// Held by the one who reads: all others wait for what it finds.
    reading: tokio::sync::Mutex<()>,
    /// Functions that stay as they were, by their keys.
    held: Mutex<HashMap<String, Arc<Plan>>>,
}

impl Snapshots {
    /// Of the records in `store`; nothing is read yet.
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            newest: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
            held: Mutex::default(),
        }
    }

    /// What holds now: read again when a write has changed something.
    ///
    /// # Errors
    /// The records cannot be read.
    pub(super) async fn newest(&self) -> Result<Arc<Snapshot>, Refusal> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let _reading = self.reading.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        // Before the reading: a write in between only means to read once more.
        let revision = self.store.revision();
        let store = Arc::clone(&self.store);
        let read =
            tokio::task::spawn_blocking(move || store.read(|reader| Snapshot::read(&store, reader, revision))).await;
        let snapshot = match read {
            Ok(Ok(mut snapshot)) => {
                snapshot.hold(&self.held());
                Arc::new(snapshot)
            }
            Ok(Err(error)) => return Err(Refusal::Internal(error.to_string())),
            Err(error) => return Err(Refusal::Internal(error.to_string())),
        };
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&snapshot);
        Ok(snapshot)
    }

    /// Lets calls of the function `key` go to what it is now, whatever is written, until [`Self::release`]. One that
    /// is held already stays as it is.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn hold(&self, key: &str) -> Result<(), Refusal> {
        let plan = self.newest().await?.written(key)?;
        self.held().entry(key.to_owned()).or_insert(plan);
        Ok(())
    }

    /// Lets calls of the function `key` go to what is written.
    pub(super) fn release(&self, key: &str) {
        self.held().remove(key);
        // What is known was read while it was held.
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// The function `key` as it is written, held or not.
    ///
    /// # Errors
    /// There is none, or it cannot be run.
    pub(super) async fn written(&self, key: &str) -> Result<Arc<Plan>, Refusal> {
        self.newest().await?.written(key)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Arc<Plan>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last snapshot, if nothing was written since.
    fn known(&self) -> Option<Arc<Snapshot>> {
        let known = Arc::clone(&self.newest.lock().unwrap_or_else(PoisonError::into_inner));
        let over = |until| Timestamp::now().as_millisecond() >= until;
        (known.revision == self.store.revision() && !known.until.is_some_and(over)).then_some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::{Snapshot, Snapshots};
    use crate::local::store::records::{GROUPS, GroupRecord};
    use crate::local::store::{Lifetime, Store, StoreError};
    use crate::wire::group::Group;
    use std::sync::Arc;

    fn group(id: &str) -> GroupRecord {
        GroupRecord {
            instance_id: "gw".to_owned(),
            group: Group {
                id: id.to_owned(),
                name: format!("name of {id}"),
                sl_domain: format!("{id}.apic.cn-east-3.huaweicloudapis.com"),
                ..Group::default()
            },
            port: 1,
        }
    }

    #[tokio::test]
    async fn a_write_is_seen_by_the_next_call() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path(), Lifetime::Ephemeral).unwrap());
        let snapshots = Snapshots::new(Arc::clone(&store));
        assert_eq!(snapshots.newest().await.unwrap().group_name("a"), "a");
        store
            .write(|writer| writer.put(&GROUPS, "a", &group("a")))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        let newest = snapshots.newest().await.unwrap();
        assert_eq!(newest.group_name("a"), "name of a");
        assert!(Arc::ptr_eq(&newest, &snapshots.newest().await.unwrap()));
    }

    #[test]
    fn a_domain_selects_its_group_and_a_foreign_name_is_refused() {
        let mut snapshot = Snapshot::default();
        snapshot.domains.insert("b.apic.example".to_owned(), "b".to_owned());
        for (host, group) in [
            (None, Some("a")),
            (Some("127.0.0.1:7861"), Some("a")),
            (Some("[::1]:7861"), Some("a")),
            (Some("localhost"), Some("a")),
            (Some("B.apic.example:443"), Some("b")),
            (Some("evil.example:7861"), None),
            (Some(""), None),
        ] {
            assert_eq!(snapshot.group("a", host).ok().as_deref(), group, "{host:?}");
        }
    }
}
