//! What the records say about calls, read at once and kept until a write changes it.

use super::callers::Callers;
use super::instance::Plan;
use super::plans::Plans;
use super::refusal::Refusal;
use super::route::Routes;
use super::throttling::Policies;
use crate::local::store::records::{
    APIS, GATEWAYS, GROUPS, PUBLICATIONS, PublicationRecord, TRANSITIONS, TransitionRecord,
};
use crate::local::store::{Read, Reader, Store, StoreError};
use crate::wire::group::Group;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A consistent view of all that a call needs, but for the functions: what is written of them meanwhile may be seen.
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
    /// What is called.
    pub(super) plans: Plans,
}

impl Snapshot {
    /// One without groups.
    fn new(plans: Plans, revision: u64) -> Self {
        Self {
            revision,
            until: None,
            groups: HashMap::new(),
            domains: HashMap::new(),
            routes: Routes::default(),
            callers: Callers::default(),
            policies: Policies::default(),
            debug_domains: HashSet::new(),
            plans,
        }
    }

    fn read(plans: Plans, reader: &Reader, revision: u64) -> Result<Self, StoreError> {
        let mut snapshot = Self::new(plans, revision);
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
}

fn key(record: &PublicationRecord) -> String {
    format!("{}:{}", record.publication.api_id, record.publication.env_id)
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
    newest: Mutex<Option<Arc<Snapshot>>>,
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
        let plans = Plans::new(Arc::clone(&store));
        let read =
            tokio::task::spawn_blocking(move || store.read(|reader| Snapshot::read(plans, reader, revision))).await;
        let snapshot = match read {
            Ok(Ok(mut snapshot)) => {
                snapshot.plans.hold(self.held().clone());
                Arc::new(snapshot)
            }
            Ok(Err(error)) => return Err(Refusal::Internal(error.to_string())),
            Err(error) => return Err(Refusal::Internal(error.to_string())),
        };
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Lets calls of the function `key` go to what it is now, whatever is written, until [`Self::release`]. One that
    /// is held already stays as it is.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn hold(&self, key: &str) -> Result<(), Refusal> {
        let plan = self.newest().await?.plans.written(key)?;
        self.held().entry(key.to_owned()).or_insert(plan);
        Ok(())
    }

    /// Lets calls of the function `key` go to what is written.
    pub(super) fn release(&self, key: &str) {
        self.held().remove(key);
        // What is known was read while it was held.
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The function `key` as it is written, held or not.
    ///
    /// # Errors
    /// There is none, or it cannot be run.
    pub(super) async fn written(&self, key: &str) -> Result<Arc<Plan>, Refusal> {
        self.newest().await?.plans.written(key)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Arc<Plan>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last snapshot, if nothing was written since.
    fn known(&self) -> Option<Arc<Snapshot>> {
        let known = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let over = |until| Timestamp::now().as_millisecond() >= until;
        (known.revision == self.store.revision() && !known.until.is_some_and(over)).then_some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::{Plans, Snapshot, Snapshots};
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
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path(), Lifetime::Ephemeral).unwrap());
        let mut snapshot = Snapshot::new(Plans::new(store), 1);
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
