//! What was read, in the form in which a plan compares it: fields by the manifest's names.

use super::found_function::{secrets, settings};
use super::world::{OnGateway, World, bears};
use crate::app::{PublicAccess, WebsocketField};
use crate::plan::{Address, Declared, Found, Kind, Mark, Memory, Owner};
use crate::wire::FunctionUrn;
use crate::wire::api::Api;
use crate::wire::dependency::Dependency;
use crate::wire::function::Function;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a trigger's creation sets; the rest of it is set afterwards.
const AT_CREATION: &[&str] = &[
    "path",
    "method",
    "matching",
    "protocol",
    "auth",
    "group",
    "environment",
    "function",
];

/// Puts what was read into the form of plans.
pub(super) struct Finder<'a> {
    pub(super) world: &'a World,
    pub(super) stack: &'a str,
    /// What is declared, where the form depends on it.
    pub(super) declared: &'a BTreeMap<Address, Declared>,
    /// The field of the WebSocket switch, where the user named it.
    pub(super) field: Option<&'a WebsocketField>,
}

impl Finder<'_> {
    /// Everything of the declared addresses, and all else that bears the mark.
    pub(super) fn all(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        found.extend(self.world.gateways.values().map(|on| self.gateway(on)));
        found.extend(self.world.dependencies.values().map(|item| self.dependency(item)));
        found.extend(self.world.functions.values().map(|function| self.function(function)));
        found.extend(self.releases());
        for on in self.world.gateways.values() {
            self.on_gateway(on, &mut found);
        }
        found.retain(|one| one.owner == Owner::Ours || self.declared.contains_key(&one.address));
        found
    }

    fn owner(&self, mark: Option<&Mark>) -> Owner {
        match mark.is_some_and(|mark| mark.stack == self.stack) {
            true => Owner::Ours,
            false => Owner::Other,
        }
    }

    /// What is described by `text`, the mark at its end taken off.
    fn described(&self, address: Address, id: &str, text: &str) -> Found {
        let (own, mark) = Mark::split(text);
        let mut found = Found::new(address, id);
        found.owner = self.owner(mark.as_ref());
        found.mark = mark;
        found.show("description", own);
        found
    }

    fn gateway(&self, on: &OnGateway) -> Found {
        let gateway = &on.gateway;
        let text = |name: &str| gateway.other.get(name).and_then(Value::as_str).unwrap_or_default();
        let address = Address::new(Kind::Gateway, &gateway.instance_name);
        let mut found = self.described(address, &gateway.id, text("description"));
        found.status = Some(gateway.status.clone()).filter(|status| status != crate::wire::gateway::RUNNING);
        found.show("edition", gateway.spec.as_str());
        for (field, member) in [
            ("vpc", "vpc_id"),
            ("subnet", "subnet_id"),
            ("security_group", "security_group_id"),
        ] {
            found.show(field, text(member));
        }
        let zones = gateway.available_zone_ids.as_deref().unwrap_or_default();
        let zones: Vec<&str> = zones
            .trim_matches(['[', ']'])
            .split(", ")
            .filter(|zone| !zone.is_empty())
            .collect();
        found.show("zones", zones);
        let access = PublicAccess::of(gateway);
        // Its address comes some minutes after its creation: until then the bandwidth is not shown.
        match access.inbound {
            None => found.hide("public_inbound"),
            Some(inbound) => found.show("public_inbound", inbound),
        }
        found.show("public_outbound", json!(access.outbound));
        let hour = text("maintain_begin").get(..2).and_then(|hour| hour.parse::<u8>().ok());
        found.show("maintenance_hour", json!(hour));
        found.show("enterprise_project", json!(gateway.enterprise_project_id));
        found
    }

    fn dependency(&self, listed: &Dependency) -> Found {
        let newest = self
            .world
            .versions
            .get(&listed.name)
            .and_then(|versions| versions.first());
        let newest = newest.unwrap_or(listed);
        let address = Address::new(Kind::Dependency, &listed.name);
        let mut found = self.described(address.clone(), &newest.id, &newest.description);
        found.show("runtime", newest.runtime.as_str());
        let etag = newest.etag.trim_matches('"');
        match self.declared.get(&address).and_then(|one| one.fields.get("content")) {
            // What came in parts has a mark of its own kind, which cannot be compared.
            Some(Value::String(content)) if !is_md5(content) || !is_md5(etag) => found.hide("content"),
            _ => found.show("content", etag.to_ascii_lowercase()),
        }
        let superseded = self.superseded(&listed.name).into_iter().map(|version| version.version);
        found.show("superseded", superseded.collect::<Vec<i64>>());
        found
    }

    /// The versions of a dependency that came before the newest, bear the mark, and are of no use to anyone known.
    /// What a published version of a function uses is not shown, so where there are such, all stay.
    pub(super) fn superseded(&self, dependency: &str) -> Vec<&Dependency> {
        let published = self.world.releases.values().any(|releases| releases.versions.len() > 1);
        let versions = self.world.versions.get(dependency).map_or(&[][..], Vec::as_slice);
        let ours = versions
            .iter()
            .skip(1)
            .filter(|version| bears(&version.description, self.stack));
        ours.filter(|_| !published).collect()
    }

    /// The version `id` of a dependency as functions name it.
    fn laid(&self, id: &str) -> String {
        let versions = self.world.versions.iter();
        let known = versions.flat_map(|(name, versions)| versions.iter().map(move |version| (name, version)));
        let Some((name, version)) = known.into_iter().find(|(_, version)| version.id == id) else {
            return id.to_owned();
        };
        match bears(&version.description, self.stack) {
            true => laid_version(name, version),
            false => laid_number(name, version.version),
        }
    }

    fn function(&self, function: &Function) -> Found {
        let address = Address::new(Kind::Function, &function.func_name);
        let mut found = self.described(address.clone(), &function.func_urn, &function.description);
        if self.world.tagged.contains(&function.func_name) && found.mark.is_none() {
            found.owner = Owner::Ours;
        }
        let Some(declared) = self.declared.get(&address) else {
            return found;
        };
        found.show("tag", self.world.tagged.contains(&function.func_name));
        let config = match serde_json::to_value(function) {
            Ok(Value::Object(config)) => config,
            _ => Map::new(),
        };
        settings(&mut found, function, &config);
        self.code(&mut found, function, declared);
        let laid = function.depend_version_list.iter().flatten().map(|id| self.laid(id));
        found.show("dependencies", laid.collect::<Vec<_>>());
        secrets(&mut found, &config, declared);
        match WebsocketField::of(self.field, &config) {
            Some((_, on)) => found.show("websocket", on),
            None => found.hide("websocket"),
        }
        found
    }

    /// Code that the service fetched is compared by the URL that was given.
    fn code(&self, found: &mut Found, function: &Function, declared: &Declared) {
        let linked = declared
            .fields
            .get("code")
            .and_then(Value::as_str)
            .is_some_and(|code| code.starts_with("http"));
        match linked && function.code_type == "obs" {
            true => found.hide("code"),
            false => found.show("code", function.digest.to_ascii_lowercase()),
        }
    }

    fn releases(&self) -> Vec<Found> {
        let mut all = Vec::new();
        for (function, releases) in &self.world.releases {
            for alias in &releases.aliases {
                let address = Address::new(Kind::Release, format!("{function}/{}", alias.name));
                let mut found = self.described(address, &alias.version, &alias.description);
                let version = releases
                    .versions
                    .iter()
                    .find(|version| version.version == alias.version);
                found.show("version", version.map(version_digest).unwrap_or_default());
                all.push(found);
            }
        }
        all
    }

    fn on_gateway(&self, on: &OnGateway, all: &mut Vec<Found>) {
        let gateway = on.gateway.instance_name.as_str();
        for group in &on.groups {
            let text = group.remark.as_deref().unwrap_or_default();
            all.push(self.described(Address::on(gateway, Kind::Group, &group.name), &group.id, text));
        }
        for environment in &on.environments {
            let text = environment.remark.as_deref().unwrap_or_default();
            let address = Address::on(gateway, Kind::Environment, &environment.name);
            all.push(self.described(address, &environment.id, text));
        }
        for app in &on.apps {
            let text = app.remark.as_deref().unwrap_or_default();
            all.push(self.described(Address::on(gateway, Kind::App, &app.name), &app.id, text));
        }
        all.extend(on.apis.iter().map(|api| self.trigger(on, api)));
        self.grants(on, all);
    }

    /// A trigger and its API. One that bears no mark, but is of a function of this stack, was begun and not finished.
    fn trigger(&self, on: &OnGateway, listed: &Api) -> Found {
        let group = on.groups.iter().find(|group| group.id == listed.group_id);
        let group_remark = group.and_then(|group| group.remark.as_deref());
        let group = group.map_or(listed.group_id.as_str(), |group| group.name.as_str());
        let address = Address::on(
            &on.gateway.instance_name,
            Kind::Trigger,
            format!("{group}/{}", listed.name),
        );
        let state = self.world.apis.get(&listed.id);
        let api = state.map_or(listed, |state| &state.edited);
        let mut found = self.described(address.clone(), &api.id, api.remark.as_deref().unwrap_or_default());
        let behind = self.world.triggers.iter().find(|item| self.is_trigger_of(item, listed));
        found.show("trigger", behind.is_some());
        for (field, value) in [
            ("path", &api.req_uri),
            ("method", &api.req_method),
            ("protocol", &api.req_protocol),
            ("auth", &api.auth_type),
        ] {
            found.show(field, value.as_str());
        }
        found.show("group", group);
        found.show("matching", api.match_mode.as_deref().unwrap_or_default());
        found.show("environment", self.environment(&address, api));
        backend(&mut found, api);
        let running = state.and_then(|state| state.running.as_ref());
        found.show("published", running.is_some_and(|running| runs_as(running, api)));
        let function = behind.and_then(|item| item.func_urn.parse::<FunctionUrn>().ok());
        let of_ours = function.is_some_and(|urn| self.world.is_ours(&urn.name, self.stack));
        if found.owner == Owner::Other && found.mark.is_none() && of_ours && self.is_as_created(&found) {
            found.owner = Owner::Unfinished;
        }
        // Where all goes, what was begun goes too, or its group could not.
        let in_ours = group_remark.is_some_and(|remark| bears(remark, self.stack));
        if found.owner == Owner::Other && found.mark.is_none() && self.declared.is_empty() && of_ours && in_ours {
            found.owner = Owner::Ours;
        }
        found
    }

    /// The environment that it is published in: the declared one where it is among several, or where there is none and
    /// publishing it is all that is missing.
    fn environment(&self, address: &Address, api: &Api) -> String {
        let names = api.run_env_name.as_deref().unwrap_or_default();
        let declared = self.declared.get(address).and_then(|one| one.fields.get("environment"));
        match declared.and_then(Value::as_str) {
            Some(name) if names.is_empty() || names.split('|').any(|own| own == name) => name.to_owned(),
            _ => names.to_owned(),
        }
    }

    fn is_trigger_of(&self, item: &crate::wire::trigger::TriggerOfFunction, api: &Api) -> bool {
        let data = &item.trigger.event_data;
        match data.api_id.as_deref() {
            Some(id) if !id.is_empty() => id == api.id,
            _ => data.name == api.name && data.group_id.as_deref() == Some(api.group_id.as_str()),
        }
    }

    /// Whether a trigger that bears no mark is what this stack's creation of it leaves.
    fn is_as_created(&self, found: &Found) -> bool {
        let Some(declared) = self.declared.get(&found.address) else {
            return false;
        };
        AT_CREATION.iter().all(|field| {
            let wanted = declared.fields.get(*field);
            wanted.is_none() || wanted == found.value(field)
        })
    }

    fn grants(&self, on: &OnGateway, all: &mut Vec<Found>) {
        for (app_id, grants) in &on.grants {
            let Some(app) = on.apps.iter().find(|app| app.id == *app_id) else {
                continue;
            };
            for grant in grants {
                let name = format!("{}/{}/{}", app.name, grant.group_name, grant.api_name);
                let address = Address::on(&on.gateway.instance_name, Kind::Authorization, name);
                let mut found = Found::new(address, &grant.id);
                // It has no words of its own: it is the app's, which bears the mark.
                found.owner = Owner::Ours;
                found.mark = Some(Mark {
                    stack: self.stack.to_owned(),
                    ..Mark::default()
                });
                all.push(found);
            }
        }
    }
}

/// How a function names a version of somebody else's dependency.
pub(super) fn laid_number(name: &str, version: i64) -> String {
    format!("{name} version {version}")
}

/// How a function names a dependency of this stack with this content: by its MD5, or by digits of how it is come by.
pub(super) fn laid_name(name: &str, content: &str) -> String {
    if is_md5(content) {
        return format!("{name} {content}");
    }
    let of = Address::new(Kind::Dependency, name).to_string();
    let digits = Memory::of(&of, [("content", &Value::from(content))]).digits("content");
    format!("{name} #{}", digits.unwrap_or_default())
}

/// The same of a version that bears the mark, whatever is declared now.
fn laid_version(name: &str, version: &Dependency) -> String {
    let etag = version.etag.trim_matches('"').to_ascii_lowercase();
    let memory = Mark::split(&version.description)
        .1
        .map(|mark| mark.applied)
        .unwrap_or_default();
    let of = Address::new(Kind::Dependency, name).to_string();
    match memory.is(&of, "content", &Value::from(etag.as_str())) {
        true => laid_name(name, &etag),
        false => format!("{name} #{}", memory.digits("content").unwrap_or_default()),
    }
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a published version was made of, as its description notes it.
pub(super) fn version_digest(version: &Function) -> String {
    let text = version.other.get("version_description").and_then(Value::as_str);
    let mark = Mark::split(text.unwrap_or_default()).1;
    mark.and_then(|mark| mark.release).unwrap_or_default()
}

fn backend(found: &mut Found, api: &Api) {
    let Some(function) = &api.func_info else { return };
    let name = function.function_urn.parse::<FunctionUrn>().map(|urn| urn.name);
    let alias = function
        .other
        .get("alias_urn")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let alias = alias.rsplit_once(":!").map(|(_, alias)| format!(":!{alias}"));
    let name = name.unwrap_or_else(|_| function.function_urn.clone());
    found.show("function", format!("{name}{}", alias.unwrap_or_default()));
    found.show("timeout", function.timeout);
    found.show(
        "network_architecture",
        function.network_type.as_deref().unwrap_or_default(),
    );
    found.show(
        "invocation_mode",
        function.invocation_type.as_deref().unwrap_or_default(),
    );
}

/// Whether `running` calls what `edited` says, in the same way.
fn runs_as(running: &Api, edited: &Api) -> bool {
    let same = |one: &Api, other: &Api| {
        one.req_method == other.req_method
            && one.req_uri == other.req_uri
            && one.req_protocol == other.req_protocol
            && one.auth_type == other.auth_type
    };
    let backend = |api: &Api| {
        let function = api.func_info.clone().unwrap_or_default();
        (function.network_type, function.invocation_type, function.timeout)
    };
    same(running, edited) && (running.func_info.is_none() || backend(running) == backend(edited))
}
