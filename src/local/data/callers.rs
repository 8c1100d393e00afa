//! Who may call APIs with App authentication: apps, their AppCodes, and what they are authorised for.

use super::body::BODY_LIMIT;
use crate::local::store::records::{APP_CODES, APPS, AUTHORIZATIONS, ENVIRONMENTS, GATEWAYS, GROUPS, GatewayRecord};
use crate::local::store::{Read, Reader, StoreError};
use crate::sign::Secret;
use crate::wire::environment::{RELEASE, RELEASE_ID};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An app.
#[derive(Debug)]
pub(super) struct Caller {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// What it signs with.
    pub(super) secret: Secret,
}

/// All apps of all gateways.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// Gateways' ids by their groups' ids.
    gateways: HashMap<String, String>,
    /// By gateway and AppKey.
    by_key: HashMap<(String, String), Arc<Caller>>,
    /// By gateway and AppCode.
    by_code: HashMap<(String, String), Arc<Caller>>,
    /// Apps, APIs and names of environments.
    granted: HashSet<(String, String, String)>,
    /// Gateways, and their features that are on.
    features: HashSet<(String, String)>,
    /// By gateway, where it is set: the longest body of a request, in bytes.
    bodies: HashMap<String, u64>,
}

impl Callers {
    /// As the records have them.
    pub(super) fn read(reader: &Reader) -> Result<Self, StoreError> {
        let mut callers = Self::default();
        for record in reader.scan(&GROUPS, "")? {
            callers.gateways.insert(record.group.id, record.instance_id);
        }
        for record in reader.scan(&GATEWAYS, "")? {
            callers.features.extend(features(&record));
            callers.bodies.extend(longest_body(&record));
        }
        let mut by_id = HashMap::new();
        for record in reader.scan(&APPS, "")? {
            let caller = Arc::new(Caller {
                id: record.app.id,
                name: record.app.name,
                secret: Secret::new(record.app.app_secret),
            });
            by_id.insert(caller.id.clone(), Arc::clone(&caller));
            callers.by_key.insert((record.instance_id, record.app.app_key), caller);
        }
        for record in reader.scan(&APP_CODES, "")? {
            if let Some(caller) = by_id.get(&record.code.app_id) {
                let key = (record.instance_id, record.code.app_code);
                callers.by_code.insert(key, Arc::clone(caller));
            }
        }
        callers.read_grants(reader)?;
        Ok(callers)
    }

    fn read_grants(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let names: HashMap<String, String> = reader
            .scan(&ENVIRONMENTS, "")?
            .into_iter()
            .map(|record| (record.environment.id, record.environment.name))
            .chain([(RELEASE_ID.to_owned(), RELEASE.to_owned())])
            .collect();
        for record in reader.scan(&AUTHORIZATIONS, "")? {
            let entry = record.authorization;
            if let Some(name) = names.get(&entry.env_id) {
                self.granted.insert((entry.app_id, entry.api_id, name.clone()));
            }
        }
        Ok(())
    }

    fn key(&self, group_id: &str, text: &str) -> (String, String) {
        let gateway = self.gateways.get(group_id).cloned().unwrap_or_default();
        (gateway, text.to_owned())
    }

    /// The app with this AppKey on the gateway of a group.
    pub(super) fn by_key(&self, group_id: &str, key: &str) -> Option<&Caller> {
        self.by_key.get(&self.key(group_id, key)).map(Arc::as_ref)
    }

    /// The app with this AppCode on the gateway of a group.
    pub(super) fn by_code(&self, group_id: &str, code: &str) -> Option<&Caller> {
        self.by_code.get(&self.key(group_id, code)).map(Arc::as_ref)
    }

    /// Whether the gateway of a group has this feature on.
    pub(super) fn has_feature(&self, group_id: &str, feature: &str) -> bool {
        self.features.contains(&self.key(group_id, feature))
    }

    /// The longest body that the gateway of a group takes, in bytes.
    pub(super) fn longest_body(&self, group_id: &str) -> u64 {
        let gateway = self.gateways.get(group_id);
        let set = gateway.and_then(|gateway| self.bodies.get(gateway));
        set.copied().unwrap_or(BODY_LIMIT)
    }

    /// Whether an app may call an API in an environment.
    pub(super) fn may_call(&self, caller: &Caller, api_id: &str, environment: &str) -> bool {
        let key = (caller.id.clone(), api_id.to_owned(), environment.to_owned());
        self.granted.contains(&key)
    }
}

fn features(record: &GatewayRecord) -> Vec<(String, String)> {
    let on = record
        .features
        .iter()
        .filter(|feature| feature.enable && feature.config.as_deref() == Some("on"));
    on.map(|feature| (record.gateway.id.clone(), feature.name.clone()))
        .collect()
}

fn longest_body(record: &GatewayRecord) -> Option<(String, u64)> {
    let mut set = record.features.iter().filter(|feature| feature.enable);
    let feature = set.find(|feature| feature.name == "request_body_size")?;
    Some((record.gateway.id.clone(), feature.config.as_deref()?.parse().ok()?))
}
