//! A stack on a throw-away local cloud, which has nothing that others made: what the manifest says exists is made too.

use super::material::{Content, Laid, Material, Part, Stack};
use crate::app::build::BuildSource;
use crate::app::{AppError, CodePlace, Edition, NetworkChange, NewGatewayInput};
use crate::plan::{Address, Kind};
use crate::wire::rule;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A gateway in the local cloud's own network.
pub(crate) fn local_gateway(name: &str) -> NewGatewayInput {
    NewGatewayInput {
        name: name.to_owned(),
        edition: Edition::Basic,
        vpc: "vpc-default".to_owned(),
        subnet: "subnet-default".to_owned(),
        security_group: "default".to_owned(),
        zones: Vec::new(),
        public_inbound: None,
        public_outbound: None,
        maintenance_hour: None,
        enterprise_project: None,
        description: None,
    }
}

impl Stack {
    /// The files and folders of this machine that it is made of.
    pub(crate) fn sources(&self) -> impl Iterator<Item = PathBuf> {
        self.parts.iter().filter_map(|part| match &part.material {
            Material::Function(function) => match &function.code.place {
                CodePlace::Path(path) => Some(path.clone()),
                CodePlace::Obs(_) => None,
            },
            Material::Dependency(dependency) => match &dependency.content {
                Content::Zip(path, _) => Some(path.clone()),
                Content::Build(input) => match &input.source {
                    BuildSource::PackageJson(path) | BuildSource::Requirements(path) => Some(path.clone()),
                    BuildSource::Npm(_) | BuildSource::Pip(_) => None,
                },
                Content::Obs(_) => None,
            },
            _ => None,
        })
    }

    /// Settles it on a local cloud that has nothing else; says what is not as the manifest has it.
    ///
    /// # Errors
    /// It needs the content of something that only the real cloud has: a dependency of somebody else, an object.
    pub(crate) fn settle(&mut self) -> Result<Vec<String>, AppError> {
        self.parts.iter().try_for_each(has_content)?;
        let mut said: Vec<String> = self.parts.iter_mut().filter_map(settle).collect();
        let raised = self.raised_gateways().into_iter();
        said.extend(raised.map(|name| format!("gateway {name} has backend_timeout raised, as its triggers need it")));
        let before = self.parts.len();
        self.parts
            .retain(|part| !matches!(part.material, Material::Release { .. }));
        if self.parts.len() < before {
            said.push("no versions are published: the triggers lead to the code that there is now".to_owned());
        }
        Ok(said)
    }

    /// The gateways with triggers that want a longer backend timeout than a gateway lets an API have by itself.
    pub(crate) fn raised_gateways(&self) -> BTreeSet<&str> {
        let raised = self.parts.iter().filter(|part| match &part.material {
            Material::Trigger(trigger) => !rule::BACKEND_TIMEOUT.contains(&trigger.timeout),
            _ => false,
        });
        raised.map(|part| part.address.gateway.as_str()).collect()
    }
}

/// # Errors
/// What the part is made of is not on this machine.
fn has_content(part: &Part) -> Result<(), AppError> {
    let refused = match &part.material {
        Material::Function(function) => {
            let mut laid = function.dependencies.iter().flatten();
            let theirs = laid.find_map(|laid| match laid {
                Laid::Existing(name, _) => Some(Address::new(Kind::Dependency, name)),
                Laid::Own(_) => None,
            });
            let keys = ["existing = true", "zip = \"FILE.zip\" and its runtime"];
            let theirs = theirs.map(|dependency| elsewhere(&dependency, "dependencies", keys));
            let keys = ["obs_url", "code = \"DIR\""];
            theirs.or_else(|| match &function.code.place {
                CodePlace::Obs(url) => is_elsewhere(url).then(|| elsewhere(&part.address, "functions", keys)),
                CodePlace::Path(_) => None,
            })
        }
        Material::Dependency(dependency) => match &dependency.content {
            Content::Obs(url) => {
                let keys = ["obs_url", "zip = \"FILE.zip\""];
                is_elsewhere(url).then(|| elsewhere(&part.address, "dependencies", keys))
            }
            Content::Zip(..) | Content::Build(_) => None,
        },
        _ => None,
    };
    refused.map_or(Ok(()), Err)
}

/// Whether an object's URL leads to the real cloud: a local one fetches from this machine alone.
fn is_elsewhere(url: &str) -> bool {
    url.starts_with("https://")
}

/// The content of `address` is in the real cloud alone: `there` stands in the manifest, `here` should.
fn elsewhere(address: &Address, section: &str, [there, here]: [&str; 2]) -> AppError {
    let name = &address.name;
    AppError::refused(
        format!("the content of the {address} is in the real cloud, and this local one is empty"),
        &[
            &format!(
                "say it for each environment: {there} in [env.prod.{section}.{name}], {here} in [env.dev.{section}.{name}]"
            ),
            "then: fgctl dev DIR --environment dev",
        ],
    )
}

fn settle(part: &mut Part) -> Option<String> {
    let address = &part.address;
    let made = match (&mut part.material, address.kind) {
        (Material::Existing, Kind::Gateway) => Material::Gateway(Box::new(local_gateway(&address.name))),
        (Material::Existing, Kind::Group) => Material::Group(String::new()),
        (Material::Existing, Kind::Environment) => Material::Environment(String::new()),
        (Material::Existing, Kind::App) => Material::App(String::new()),
        (Material::Gateway(gateway), _) => {
            **gateway = local_gateway(&address.name);
            return None;
        }
        (Material::Function(function), _) => {
            let network = function.settings.network.take();
            let away = matches!(network, Some(NetworkChange::Vpc { .. }));
            return away.then(|| format!("{address} is in no VPC"));
        }
        (Material::Trigger(trigger), _) => {
            trigger.alias = None;
            return None;
        }
        _ => return None,
    };
    part.material = made;
    Some(format!("{address}, which the manifest says exists, is made"))
}
