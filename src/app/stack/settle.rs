//! A stack on a throw-away local cloud, which has nothing that others made: what the manifest says exists is made too.

use super::material::{Content, Material, Part, Stack};
use crate::app::build::BuildSource;
use crate::app::{CodePlace, Edition, NetworkChange, NewGatewayInput};
use crate::plan::Kind;
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

    /// Settles it on a local cloud that has nothing else; says what is not as the manifest has it. Somebody else's
    /// dependencies cannot be made: the plan tells which are missing.
    pub(crate) fn settle(&mut self) -> Vec<String> {
        let mut said: Vec<String> = self.parts.iter_mut().filter_map(settle).collect();
        let before = self.parts.len();
        self.parts
            .retain(|part| !matches!(part.material, Material::Release { .. }));
        if self.parts.len() < before {
            said.push("no versions are published: the triggers lead to the code that there is now".to_owned());
        }
        said
    }
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
