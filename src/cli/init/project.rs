//! What the answers come to: a manifest and files. Pure.

use super::write::NewFile;
use super::{ci, template};
use std::path::{Path, PathBuf};
use toml_edit::{Key, Value};

/// The manifest's name.
pub(super) const MANIFEST: &str = "fgctl.toml";

/// Everything that was answered.
#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) region: Option<String>,
    pub(super) function: String,
    pub(super) code: Code,
    pub(super) runtime: Option<String>,
    /// Seconds.
    pub(super) execution_timeout: i64,
    pub(super) gateway: Gateway,
    pub(super) trigger: Trigger,
    pub(super) ci: String,
}

/// The way in.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) auth: String,
    /// Who may call, with app authentication.
    pub(super) app: Option<String>,
    /// Milliseconds.
    pub(super) backend_timeout: i64,
}

/// What the function runs.
#[derive(Clone, Debug)]
pub(super) enum Code {
    /// A template's code.
    Template(String),
    /// What is there.
    Own {
        /// What starts it, where nothing does yet.
        entry: Option<String>,
        /// The file of its packages, where they are to be a dependency.
        packages: Option<String>,
    },
}

/// The gateway.
#[derive(Clone, Debug)]
pub(super) enum Gateway {
    /// One that there is.
    Existing(String),
    /// One to be created.
    New {
        name: String,
        edition: String,
        vpc: String,
        subnet: String,
        security_group: String,
        /// Mbit/s; 0 is none.
        public_inbound: i64,
    },
}

impl Project {
    /// Its files, the manifest last: a project that has one is whole.
    pub(super) fn files(&self) -> Vec<NewFile> {
        let mut files = match &self.code {
            Code::Template(name) => {
                let runtime = self.runtime.as_deref().unwrap_or_default();
                template::files(name, runtime, (&self.folder(), &self.trigger.path))
            }
            Code::Own { entry, .. } => {
                let start = self.runtime.as_deref().zip(entry.as_deref());
                let start = start.map(|(runtime, entry)| template::bootstrap(runtime, Path::new(""), entry));
                start.into_iter().chain([ignored()]).collect()
            }
        };
        files.extend(ci::file(&self.ci, self.region.as_deref().unwrap_or("cn-east-3")));
        files.push(NewFile::new(MANIFEST, self.manifest()));
        files
    }

    /// Where a template's code is.
    fn folder(&self) -> PathBuf {
        PathBuf::from("code")
    }

    /// The text of the manifest.
    pub(super) fn manifest(&self) -> String {
        let mut text = Text::default();
        text.line(
            "# What this project wants to have in the cloud. What would change: fgctl plan. Every key: fgctl schema.",
        );
        text.pair("name", &self.name);
        if let Some(region) = &self.region {
            text.pair("region", region);
        }
        self.function(&mut text);
        self.gateway(&mut text);
        let trigger = &self.trigger;
        text.table("groups", &trigger.group);
        text.table("triggers", &trigger.name);
        text.pair("path", &trigger.path);
        text.pair("auth", &trigger.auth);
        text.line(format!(
            "# Milliseconds: the longest silence of a connection. Ping every {} ms.\ntimeout = {}",
            crate::app::ping_interval(trigger.backend_timeout),
            trigger.backend_timeout
        ));
        if let Some(app) = &trigger.app {
            text.table("apps", app);
            text.line(format!("triggers = [{}]", quoted(&trigger.name)));
        }
        text.0
    }

    fn function(&self, text: &mut Text) {
        let libraries = format!("{}-libraries", self.function);
        let made = match &self.code {
            Code::Template(_) => {
                let (maker, package) = template::package(self.runtime.as_deref().unwrap_or_default());
                Some(format!("{maker} = [{}]", quoted(package)))
            }
            Code::Own { packages, .. } => packages.as_deref().map(|file| match file {
                "package.json" => "package_json = \".\"".to_owned(),
                file => format!("requirements = {}", quoted(file)),
            }),
        };
        text.table("functions", &self.function);
        text.pair(
            "code",
            if matches!(self.code, Code::Own { .. }) {
                "."
            } else {
                "./code"
            },
        );
        if made.is_some() {
            text.line(format!("dependencies = [{}]", quoted(&libraries)));
        }
        text.line("websocket = true");
        text.line(format!(
            "# Seconds: the longest life of a connection.\ntimeout = {}",
            self.execution_timeout
        ));
        if matches!(&self.code, Code::Template(name) if name == "chat") {
            text.line("# Who is on another instance is not heard: all of them share this one.");
            text.line("max_instances = 1\nconcurrency = 100");
        }
        if let Some((made, runtime)) = made.zip(self.runtime.as_ref()) {
            text.table("dependencies", &libraries);
            text.line(made);
            text.pair("runtime", runtime);
        }
    }

    fn gateway(&self, text: &mut Text) {
        match &self.gateway {
            Gateway::Existing(name) => {
                text.table("gateways", name);
                text.line("existing = true");
            }
            Gateway::New {
                name,
                edition,
                vpc,
                subnet,
                security_group,
                public_inbound,
            } => {
                text.line("\n# It bills by the hour until it is deleted: fgctl destroy.");
                text.0.push_str(&format!("[gateways.{}]\n", key(name)));
                for (name, value) in [
                    ("edition", edition),
                    ("vpc", vpc),
                    ("subnet", subnet),
                    ("security_group", security_group),
                ] {
                    text.pair(name, value);
                }
                if *public_inbound > 0 {
                    text.line(format!("public_inbound = {public_inbound}"));
                }
            }
        }
    }
}

/// What of a folder of code is not the function's.
fn ignored() -> NewFile {
    NewFile::new(
        ".fgctlignore",
        format!("{MANIFEST}\n.fgctlignore\n.git\n.github\n.gitlab-ci.yml\nbuild.yml\n"),
    )
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.line(format!("{name} = {}", quoted(value)));
    }

    fn table(&mut self, section: &str, name: &str) {
        self.line(format!("\n[{section}.{}]", key(name)));
    }
}

/// A text as the manifest holds it, in which a dollar begins a variable.
fn quoted(text: &str) -> String {
    Value::from(text.replace('$', "$$")).to_string()
}

fn key(name: &str) -> String {
    Key::new(name).display_repr().into_owned()
}
