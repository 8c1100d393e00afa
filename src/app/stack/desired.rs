//! What is declared, in the form in which a plan compares it: names of networks made ids, code and archives digests.

use super::found::{laid_name, laid_number};
use super::material::{Content, DependencyMaterial, FunctionMaterial, Laid, Material, Part, Stack, TriggerMaterial};
use super::world::World;
use crate::app::network::Networks;
use crate::app::{
    App, AppError, BuildSource, CodePlace, FunctionKind, FunctionSettings, NetworkChange, NewGatewayInput,
};
use crate::package;
use crate::plan::{Address, Declared, Kind, secret_digest, value_digest};
use crate::wire::api::{NETWORK_V2, SYNC};
use crate::wire::{rule, runtime};
use futures_util::{StreamExt, TryStreamExt, stream};
use md5::Md5;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How many folders of code are packed at once.
const PACKED_AT_ONCE: usize = 4;

/// What can be said of a stack before anything is read.
pub(super) struct Digests(BTreeMap<Address, String>);

impl Digests {
    /// Packs code and reads archives for their digests, and keeps nothing else of them.
    ///
    /// # Errors
    /// They cannot be read, or cannot work.
    pub(super) async fn of(stack: &Stack) -> Result<Self, AppError> {
        let each = stream::iter(&stack.parts).map(|part| async move {
            let digest = match &part.material {
                Material::Function(function) => Some(code_digest(function).await?),
                Material::Dependency(dependency) => Some(content_digest(dependency).await?),
                _ => None,
            };
            Ok::<_, AppError>(digest.map(|digest| (part.address.clone(), digest)))
        });
        let all: Vec<_> = each.buffer_unordered(PACKED_AT_ONCE).try_collect().await?;
        Ok(Self(all.into_iter().flatten().collect()))
    }

    fn get(&self, address: &Address) -> &str {
        self.0.get(address).map_or("", String::as_str)
    }
}

async fn code_digest(function: &FunctionMaterial) -> Result<String, AppError> {
    if let CodePlace::Obs(url) = &function.code.place {
        rule::object_url(url)?;
        return Ok(url.clone());
    }
    let code = function.code.read(&function.kind).await?;
    Ok(code.digest().unwrap_or_default().to_owned())
}

/// MD5 in hex, as the service tells archives apart; of what is not here, a digest of how it is come by.
async fn content_digest(dependency: &DependencyMaterial) -> Result<String, AppError> {
    match &dependency.content {
        Content::Zip(path, _) => {
            let path = path.clone();
            match tokio::task::spawn_blocking(move || md5_of(&path)).await {
                Ok(digest) => digest,
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            }
        }
        Content::Obs(url) => Ok(format!("url:{url}")),
        Content::Build(input) => {
            let said = match &input.source {
                BuildSource::Npm(packages) => format!("npm {}", packages.join(" ")),
                BuildSource::Pip(packages) => format!("pip {}", packages.join(" ")),
                BuildSource::PackageJson(folder) => {
                    let files = ["package.json", "package-lock.json"].map(|name| text_of(&folder.join(name)));
                    format!("npm {}", files.join("\n"))
                }
                BuildSource::Requirements(file) => format!("pip {}", text_of(file)),
            };
            let digest = Sha256::digest(format!("{}\n{said}", input.runtime));
            let digest: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            Ok(format!("build:{digest}"))
        }
    }
}

/// A piece at a time, for the file may be large.
fn md5_of(path: &Path) -> Result<String, AppError> {
    package::size(path, rule::OBS_ARCHIVE_LIMIT)?;
    let unreadable = |source| AppError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let (mut hash, mut piece) = (Md5::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece).map_err(unreadable)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hash.update(&piece[..read]),
        }
    }
}

/// A file that is not there says nothing; building tells what is missing.
fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Puts parts into the form of plans.
pub(super) struct Declarer<'a> {
    pub(super) stack: &'a Stack,
    pub(super) digests: &'a Digests,
    pub(super) networks: &'a Networks,
    pub(super) world: &'a World,
}

impl Declarer<'_> {
    /// All parts.
    ///
    /// # Errors
    /// A network or a dependency that is named does not exist.
    pub(super) fn all(&self) -> Result<Vec<Declared>, AppError> {
        let mut all = Vec::new();
        for part in &self.stack.parts {
            all.push(self.one(part)?);
        }
        self.releases(&mut all);
        Ok(all)
    }

    fn one(&self, part: &Part) -> Result<Declared, AppError> {
        let address = &part.address;
        let mut one = Declared::new(address.clone());
        if !address.gateway.is_empty() {
            one.needs.push(Address::new(Kind::Gateway, &address.gateway));
        }
        let remark = |text: &str| fields([("description", json!(text))]);
        match &part.material {
            Material::Existing => one.existing = true,
            Material::Gateway(gateway) => {
                one.fields = self.gateway(gateway)?;
                one.until.clone_from(&self.stack.until);
            }
            Material::Dependency(dependency) => one.fields = self.dependency(address, dependency),
            Material::Function(function) => {
                one.fields = self.function(address, function)?;
                one.until.clone_from(&self.stack.until);
                let own = function.dependencies.iter().flatten().filter_map(|laid| match laid {
                    Laid::Own(name) => Some(Address::new(Kind::Dependency, name)),
                    Laid::Existing(..) => None,
                });
                one.needs.extend(own);
            }
            Material::Release { function, .. } => one.needs.push(Address::new(Kind::Function, function)),
            Material::Group(text) | Material::Environment(text) | Material::App(text) => one.fields = remark(text),
            Material::Trigger(trigger) => {
                one.fields = trigger_fields(trigger);
                one.needs.extend(self.under(address, trigger));
            }
            Material::Authorization { app, trigger } => one.needs.extend([app.clone(), trigger.clone()]),
        }
        Ok(one)
    }

    /// What a trigger stands on, besides its gateway.
    fn under(&self, address: &Address, trigger: &TriggerMaterial) -> Vec<Address> {
        let mut all = vec![
            Address::new(Kind::Function, &trigger.function),
            Address::on(&address.gateway, Kind::Group, &trigger.group),
            Address::on(&address.gateway, Kind::Environment, &trigger.environment),
        ];
        if let Some(alias) = &trigger.alias {
            all.push(Address::new(Kind::Release, format!("{}/{alias}", trigger.function)));
        }
        all.retain(|needed| self.stack.parts.iter().any(|part| part.address == *needed));
        all
    }

    fn gateway(&self, input: &NewGatewayInput) -> Result<BTreeMap<String, Value>, AppError> {
        let vpc = self.networks.vpc(&input.vpc)?;
        let mut all = fields([
            ("edition", json!(input.edition.spec())),
            ("subnet", json!(self.networks.subnet(&input.subnet, &vpc)?)),
            ("vpc", json!(vpc)),
            (
                "security_group",
                json!(self.networks.security_group(&input.security_group)?),
            ),
            ("description", json!(input.description.as_deref().unwrap_or_default())),
        ]);
        if !input.zones.is_empty() {
            all.insert("zones".to_owned(), json!(input.zones));
        }
        let numbers = [
            ("public_inbound", input.public_inbound),
            ("public_outbound", input.public_outbound),
            ("maintenance_hour", input.maintenance_hour.map(i64::from)),
        ];
        let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name, number?)));
        all.extend(numbers.map(|(name, number)| (name.to_owned(), json!(number))));
        if let Some(project) = &input.enterprise_project {
            all.insert("enterprise_project".to_owned(), json!(project));
        }
        Ok(all)
    }

    fn dependency(&self, address: &Address, material: &DependencyMaterial) -> BTreeMap<String, Value> {
        fields([
            ("runtime", json!(material.runtime)),
            ("description", json!(material.description)),
            ("content", json!(self.digests.get(address))),
            ("superseded", json!([])),
        ])
    }

    fn function(&self, address: &Address, material: &FunctionMaterial) -> Result<BTreeMap<String, Value>, AppError> {
        let settings = &material.settings;
        let mut all = plain(settings);
        all.insert("code".to_owned(), json!(self.digests.get(address)));
        all.insert("tag".to_owned(), true.into());
        let runtime = match &material.kind {
            FunctionKind::Http => runtime::HTTP,
            FunctionKind::Event { runtime, handler } => {
                all.insert("handler".to_owned(), json!(handler));
                runtime
            }
        };
        all.insert("runtime".to_owned(), json!(runtime));
        if let Some(NetworkChange::Vpc { vpc, subnet }) = &settings.network {
            let vpc = self.networks.vpc(vpc)?;
            all.insert("subnet".to_owned(), json!(self.networks.subnet(subnet, &vpc)?));
            all.insert("vpc".to_owned(), json!(vpc));
        }
        let salt = address.to_string();
        let variables: Map<String, Value> = settings
            .variables
            .set
            .iter()
            .map(|(name, value)| (name.clone(), value_digest(&salt, value).into()))
            .collect();
        all.insert("env".to_owned(), variables.into());
        let secrets: Map<String, Value> = material
            .secrets()
            .iter()
            .map(|(name, value)| (name.clone(), secret_digest(&salt, value.expose()).into()))
            .collect();
        all.insert("secret_env".to_owned(), secrets.into());
        if let Some(on) = material.websocket {
            all.insert("websocket".to_owned(), on.into());
        }
        if let Some(laid) = &material.dependencies {
            let names: Result<Vec<String>, AppError> = laid.iter().map(|laid| self.laid(laid)).collect();
            all.insert("dependencies".to_owned(), json!(names?));
        }
        Ok(all)
    }

    fn laid(&self, laid: &Laid) -> Result<String, AppError> {
        match laid {
            Laid::Own(name) => Ok(laid_name(name, self.digests.get(&Address::new(Kind::Dependency, name)))),
            Laid::Existing(name, version) => {
                let version = self.world.existing_version(name, *version)?;
                Ok(laid_number(name, version.version))
            }
        }
    }

    /// A release is of all that its function is declared to be.
    fn releases(&self, all: &mut [Declared]) {
        let digest = |one: &Declared| {
            let digest = Sha256::digest(json!(one.fields).to_string());
            digest
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let digests: BTreeMap<Address, String> = all
            .iter()
            .filter(|one| one.address.kind == Kind::Function)
            .map(|one| (one.address.clone(), digest(one)))
            .collect();
        for one in all.iter_mut().filter(|one| one.address.kind == Kind::Release) {
            let digest = one.needs.first().and_then(|function| digests.get(function));
            one.fields = fields([("version", json!(digest))]);
        }
    }
}

fn fields<const N: usize>(all: [(&str, Value); N]) -> BTreeMap<String, Value> {
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The settings that are one field each, where they are said.
fn plain(settings: &FunctionSettings) -> BTreeMap<String, Value> {
    let texts = [
        ("description", &settings.description),
        ("enterprise_project", &settings.enterprise_project),
        ("agency", &settings.agency),
        ("execution_agency", &settings.execution_agency),
        ("log_group", &settings.log_group),
        ("log_stream", &settings.log_stream),
        ("initializer", &settings.initializer),
        ("pre_stop", &settings.pre_stop),
    ];
    let numbers = [
        ("memory", settings.memory),
        ("timeout", settings.timeout),
        ("max_instances", settings.max_instances),
        ("concurrency", settings.requests_per_instance),
        ("initializer_timeout", settings.initializer_timeout),
        ("pre_stop_timeout", settings.pre_stop_timeout),
        ("ephemeral_storage", settings.ephemeral_storage),
    ];
    let switches = [
        ("public_access", settings.public_access),
        ("collect_logs", settings.collect_logs),
        ("include_keys", settings.include_keys),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, json!(text.as_ref()?))));
    let numbers = numbers
        .into_iter()
        .filter_map(|(name, number)| Some((name, json!(number?))));
    let switches = switches.into_iter().filter_map(|(name, on)| Some((name, json!(on?))));
    let said = texts.chain(numbers).chain(switches);
    let mut all: BTreeMap<String, Value> = said.map(|(name, value)| (name.to_owned(), value)).collect();
    // The mark is at its end, so there always is one.
    all.entry("description".to_owned()).or_insert_with(|| "".into());
    all
}

fn trigger_fields(trigger: &TriggerMaterial) -> BTreeMap<String, Value> {
    let alias = trigger
        .alias
        .as_ref()
        .map(|alias| format!(":!{alias}"))
        .unwrap_or_default();
    let mut all = fields([
        ("group", json!(trigger.group)),
        ("environment", json!(trigger.environment)),
        ("function", json!(format!("{}{alias}", trigger.function))),
        ("path", json!(trigger.path)),
        ("method", json!(trigger.method)),
        ("matching", json!(trigger.match_mode)),
        ("protocol", json!(trigger.protocol)),
        ("auth", json!(trigger.auth)),
        ("timeout", json!(trigger.timeout)),
        ("invocation_mode", json!(SYNC)),
        ("published", json!(true)),
        ("trigger", json!(true)),
        ("description", json!("")),
    ]);
    if trigger.websocket {
        all.insert("network_architecture".to_owned(), json!(NETWORK_V2));
    }
    all
}

impl App {
    /// The networks that the parts of a stack name.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn networks_of(&self, stack: &Stack) -> Result<Networks, AppError> {
        let named = stack.parts.iter().any(|part| match &part.material {
            Material::Gateway(_) => true,
            Material::Function(function) => matches!(function.settings.network, Some(NetworkChange::Vpc { .. })),
            _ => false,
        });
        match named {
            true => self.networks().await,
            false => Ok(Networks::default()),
        }
    }
}
