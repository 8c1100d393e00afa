//! A stack as a manifest declares it.

use super::material::{Content, DependencyMaterial, FunctionMaterial, Laid, Material, Part, Stack, TriggerMaterial};
use crate::app::{
    AppError, BuildInput, BuildSource, CodeInput, CodePlace, Edition, FunctionKind, FunctionSettings, NetworkChange,
    NewGatewayInput, VariableChange,
};
use crate::manifest::{Entry, Manifest};
use crate::plan::{Address, Kind};
use crate::sign::Secret;
use crate::wire::api::{MATCH_EXACT, MATCH_PREFIX};
use crate::wire::environment::RELEASE;
use crate::wire::rule;
use std::path::{Path, PathBuf};

/// The alias that leads to a function's newest release.
const LIVE: &str = "live";

impl Stack {
    /// What `manifest` declares; its paths are as seen from `folder`.
    ///
    /// # Errors
    /// A rule of the guide that the manifest's own check does not know.
    pub(crate) fn of(manifest: &Manifest, folder: &Path, until: Option<String>) -> Result<Self, AppError> {
        let reader = Reader { manifest, folder };
        let mut parts = Vec::new();
        for (name, entry) in manifest.section("gateways") {
            parts.push(reader.gateway(name, entry)?);
        }
        for (name, entry) in manifest.section("dependencies") {
            parts.extend(reader.dependency(name, entry)?);
        }
        for (name, entry) in manifest.section("functions") {
            parts.push(reader.function(name, entry)?);
            if entry.flag("versions") == Some(true) {
                parts.push(released(name));
            }
        }
        for (section, kind) in [
            ("groups", Kind::Group),
            ("environments", Kind::Environment),
            ("apps", Kind::App),
        ] {
            parts.extend(
                manifest
                    .section(section)
                    .map(|(name, entry)| reader.on_gateway(kind, name, entry)),
            );
        }
        for (name, entry) in manifest.section("triggers") {
            parts.push(reader.trigger(name, entry)?);
        }
        for (name, entry) in manifest.section("apps") {
            parts.extend(reader.authorizations(name, entry));
        }
        Ok(Self {
            name: Self::marked_as(manifest),
            parts,
            until,
        })
    }

    /// The stack of `manifest` without any part: what its removal is planned with.
    pub(crate) fn none_of(manifest: &Manifest) -> Self {
        Self {
            name: Self::marked_as(manifest),
            parts: Vec::new(),
            until: None,
        }
    }

    fn marked_as(manifest: &Manifest) -> String {
        format!("{}/{}", manifest.name, manifest.environment)
    }
}

fn released(function: &str) -> Part {
    Part {
        address: Address::new(Kind::Release, format!("{function}/{LIVE}")),
        material: Material::Release {
            function: function.to_owned(),
            alias: LIVE.to_owned(),
        },
    }
}

struct Reader<'a> {
    manifest: &'a Manifest,
    folder: &'a Path,
}

impl Reader<'_> {
    fn path(&self, entry: &Entry, key: &str) -> Option<PathBuf> {
        Some(self.folder.join(entry.text(key)?))
    }

    fn gateway(&self, name: &str, entry: &Entry) -> Result<Part, AppError> {
        let address = Address::new(Kind::Gateway, name);
        if entry.flag("existing") == Some(true) {
            let material = Material::Existing;
            return Ok(Part { address, material });
        }
        let text = |key: &str| entry.text(key).unwrap_or_default();
        let input = NewGatewayInput {
            name: name.to_owned(),
            edition: match text("edition").as_str() {
                "professional" => Edition::Professional,
                "enterprise" => Edition::Enterprise,
                "platinum" => Edition::Platinum,
                _ => Edition::Basic,
            },
            vpc: text("vpc"),
            subnet: text("subnet"),
            security_group: text("security_group"),
            zones: entry.texts("zones").unwrap_or_default(),
            public_inbound: entry.number("public_inbound"),
            public_outbound: entry.number("public_outbound"),
            maintenance_hour: entry
                .number("maintenance_hour")
                .and_then(|hour| u8::try_from(hour).ok()),
            enterprise_project: entry.text("enterprise_project"),
            description: entry.text("description"),
        };
        input.check()?;
        let material = Material::Gateway(Box::new(input));
        Ok(Part { address, material })
    }

    /// Nothing for somebody else's, which is only named.
    fn dependency(&self, name: &str, entry: &Entry) -> Result<Option<Part>, AppError> {
        if entry.flag("existing") == Some(true) {
            return Ok(None);
        }
        let runtime = entry.text("runtime").unwrap_or_default();
        rule::runtime(&runtime)?;
        let source = [
            entry.texts("npm").map(BuildSource::Npm),
            self.path(entry, "package_json").map(BuildSource::PackageJson),
            entry.texts("pip").map(BuildSource::Pip),
            self.path(entry, "requirements").map(BuildSource::Requirements),
        ];
        let built = source.into_iter().flatten().next().map(|source| BuildInput {
            source,
            runtime: runtime.clone(),
            trusted: entry.flag("trust_scripts") == Some(true),
        });
        let content = match (built, entry.text("obs_url")) {
            (Some(input), _) => {
                input.check()?;
                Content::Build(input)
            }
            (None, Some(url)) => {
                rule::object_url(&url)?;
                Content::Obs(url)
            }
            (None, None) => Content::Zip(self.path(entry, "zip").unwrap_or_default(), entry.text("bucket")),
        };
        Ok(Some(Part {
            address: Address::new(Kind::Dependency, name),
            material: Material::Dependency(DependencyMaterial {
                runtime,
                description: entry.text("description").unwrap_or_default(),
                content,
            }),
        }))
    }

    fn function(&self, name: &str, entry: &Entry) -> Result<Part, AppError> {
        let text = |key: &str| entry.text(key).unwrap_or_default();
        let kind = match text("type").as_str() {
            "event" => FunctionKind::Event {
                runtime: text("runtime"),
                handler: text("handler"),
            },
            _ => FunctionKind::Http,
        };
        if let FunctionKind::Event { runtime, handler } = &kind {
            rule::runtime(runtime)?;
            rule::handler(handler, runtime)?;
        }
        let settings = settings(entry);
        settings.check()?;
        let place = match entry.text("obs_url") {
            Some(url) => CodePlace::Obs(url),
            None => CodePlace::Path(self.path(entry, "code").unwrap_or_default()),
        };
        let laid = entry.texts("dependencies");
        let material = FunctionMaterial {
            kind,
            code: CodeInput { place, force: false },
            settings,
            dependencies: laid.map(|names| names.into_iter().map(|name| self.laid(name)).collect()),
            websocket: entry.flag("websocket"),
        };
        Ok(Part {
            address: Address::new(Kind::Function, name),
            material: Material::Function(Box::new(material)),
        })
    }

    fn laid(&self, name: String) -> Laid {
        match self.manifest.find("dependencies", &name) {
            Some(entry) if entry.flag("existing") == Some(true) => Laid::Existing(name, entry.number("version")),
            _ => Laid::Own(name),
        }
    }

    fn on_gateway(&self, kind: Kind, name: &str, entry: &Entry) -> Part {
        let remark = entry.text("description").unwrap_or_default();
        let material = match kind {
            _ if entry.flag("existing") == Some(true) => Material::Existing,
            Kind::Group => Material::Group(remark),
            Kind::Environment => Material::Environment(remark),
            _ => Material::App(remark),
        };
        Part {
            address: Address::on(self.manifest.reference(entry, "gateway"), kind, name),
            material,
        }
    }

    fn trigger_address(&self, name: &str, entry: &Entry) -> Address {
        let group = self.manifest.reference(entry, "group");
        let gateway = self.manifest.reference(entry, "gateway");
        Address::on(gateway, Kind::Trigger, format!("{group}/{name}"))
    }

    fn trigger(&self, name: &str, entry: &Entry) -> Result<Part, AppError> {
        let text = |key: &str| entry.text(key).unwrap_or_default();
        let function = self.manifest.reference(entry, "function");
        let declared = self.manifest.find("functions", &function);
        let released = declared.is_some_and(|function| function.flag("versions") == Some(true));
        let http = declared.is_none_or(|function| function.text("type").as_deref() != Some("event"));
        let websocket = entry.flag("websocket") == Some(true) && http;
        let timeout = entry.number("timeout").unwrap_or_default();
        if !websocket {
            rule::backend_timeout(timeout)?;
        }
        let material = TriggerMaterial {
            alias: released.then(|| LIVE.to_owned()),
            function,
            group: self.manifest.reference(entry, "group"),
            environment: entry.text("environment").unwrap_or_else(|| RELEASE.to_owned()),
            auth: text("auth").to_uppercase(),
            protocol: text("protocol").to_uppercase(),
            method: text("method"),
            path: text("path"),
            match_mode: match text("matching").as_str() {
                "exact" => MATCH_EXACT,
                _ => MATCH_PREFIX,
            }
            .to_owned(),
            timeout,
            websocket,
        };
        Ok(Part {
            address: self.trigger_address(name, entry),
            material: Material::Trigger(Box::new(material)),
        })
    }

    /// What an app may call.
    fn authorizations(&self, name: &str, entry: &Entry) -> Vec<Part> {
        let app = Address::on(self.manifest.reference(entry, "gateway"), Kind::App, name);
        let named = entry.texts("triggers").unwrap_or_default();
        let triggers = named.iter().filter_map(|trigger| {
            let entry = self.manifest.find("triggers", trigger)?;
            Some(self.trigger_address(trigger, entry))
        });
        triggers
            .map(|trigger| Part {
                address: Address::on(&app.gateway, Kind::Authorization, format!("{name}/{}", trigger.name)),
                material: Material::Authorization {
                    app: app.clone(),
                    trigger,
                },
            })
            .collect()
    }
}

fn settings(entry: &Entry) -> FunctionSettings {
    let network = entry.text("vpc").zip(entry.text("subnet"));
    let secrets = entry.pairs("secret_env").into_iter();
    FunctionSettings {
        memory: entry.number("memory"),
        timeout: entry.number("timeout"),
        handler: None,
        description: entry.text("description"),
        enterprise_project: entry.text("enterprise_project"),
        agency: entry.text("agency"),
        execution_agency: entry.text("execution_agency"),
        public_access: entry.flag("public_access"),
        network: network.map(|(vpc, subnet)| NetworkChange::Vpc { vpc, subnet }),
        collect_logs: entry.flag("collect_logs"),
        log_group: entry.text("log_group"),
        log_stream: entry.text("log_stream"),
        variables: VariableChange {
            set: entry.pairs("env"),
            ..VariableChange::default()
        },
        secrets: VariableChange {
            set: secrets.map(|(name, value)| (name, Secret::new(value))).collect(),
            ..VariableChange::default()
        },
        max_instances: entry.number("max_instances"),
        requests_per_instance: entry.number("concurrency"),
        initializer: entry.text("initializer"),
        initializer_timeout: entry.number("initializer_timeout"),
        pre_stop: entry.text("pre_stop"),
        pre_stop_timeout: entry.number("pre_stop_timeout"),
        ephemeral_storage: entry.number("ephemeral_storage"),
        include_keys: entry.flag("include_keys"),
    }
}
