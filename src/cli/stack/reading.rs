//! Temporary reader until the manifest layer is in.

use super::super::error::CommandError;
use super::super::global::Context;
use super::{Loaded, Source};
use crate::app::{
    CodeInput, Content, DependencyMaterial, Edition, FunctionKind, FunctionMaterial, FunctionSettings, Laid, Material,
    NewGatewayInput, Part, Stack, TriggerMaterial, VariableChange, WebsocketField,
};
use crate::plan::{Address, Kind};
use toml_edit::{DocumentMut, Item, Table};

pub(in crate::cli) fn load(source: &Source, until: Option<String>, context: &Context) -> Result<Loaded, CommandError> {
    let text = std::fs::read_to_string(&source.file)
        .map_err(|error| CommandError::usage(format!("`{}` cannot be read", source.file.display())).caused_by(error))?;
    let document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| CommandError::usage(error.to_string()))?;
    let folder = std::path::absolute(&source.file)?.parent().unwrap().to_owned();
    let name = document["name"].as_str().unwrap_or("x");
    let mut parts = Vec::new();
    let tables = |name: &str| -> Vec<(String, Table)> {
        document
            .get(name)
            .and_then(Item::as_table)
            .into_iter()
            .flat_map(|table| table.iter())
            .filter_map(|(name, item)| Some((name.to_owned(), item.as_table()?.clone())))
            .collect()
    };
    let text_of = |table: &Table, name: &str| table.get(name).and_then(Item::as_str).map(str::to_owned);
    let number = |table: &Table, name: &str| table.get(name).and_then(Item::as_integer);
    let flag = |table: &Table, name: &str| table.get(name).and_then(Item::as_bool);
    for (name, table) in tables("gateways") {
        let material = match flag(&table, "existing") {
            Some(true) => Material::Existing,
            _ => Material::Gateway(Box::new(NewGatewayInput {
                name: name.clone(),
                edition: Edition::Basic,
                vpc: text_of(&table, "vpc").unwrap_or_default(),
                subnet: text_of(&table, "subnet").unwrap_or_default(),
                security_group: text_of(&table, "security_group").unwrap_or_default(),
                zones: Vec::new(),
                public_inbound: number(&table, "public_inbound"),
                public_outbound: None,
                maintenance_hour: None,
                enterprise_project: None,
                description: text_of(&table, "description"),
            })),
        };
        parts.push(Part {
            address: Address::new(Kind::Gateway, name),
            material,
        });
    }
    for (name, table) in tables("dependencies") {
        parts.push(Part {
            address: Address::new(Kind::Dependency, name),
            material: Material::Dependency(DependencyMaterial {
                runtime: text_of(&table, "runtime").unwrap_or_default(),
                description: text_of(&table, "description").unwrap_or_default(),
                content: Content::Zip(folder.join(text_of(&table, "zip").unwrap_or_default()), None),
            }),
        });
    }
    for (name, table) in tables("functions") {
        let variables = table.get("environment").and_then(Item::as_table_like).map(|table| {
            table
                .iter()
                .map(|(name, item)| (name.to_owned(), item.as_str().unwrap_or_default().to_owned()))
                .collect::<Vec<_>>()
        });
        let kind = match text_of(&table, "runtime") {
            Some(runtime) if runtime != "http" => FunctionKind::Event {
                runtime,
                handler: text_of(&table, "handler").unwrap_or_default(),
            },
            _ => FunctionKind::Http,
        };
        let laid = table.get("dependencies").and_then(Item::as_array).map(|array| {
            array
                .iter()
                .filter_map(|item| Some(Laid::Own(item.as_str()?.to_owned())))
                .collect()
        });
        parts.push(Part {
            address: Address::new(Kind::Function, &name),
            material: Material::Function(Box::new(FunctionMaterial {
                kind,
                code: CodeInput::from(folder.join(text_of(&table, "code").unwrap_or_default())),
                settings: FunctionSettings {
                    memory: Some(number(&table, "memory").unwrap_or(128)),
                    timeout: Some(number(&table, "timeout").unwrap_or(60)),
                    description: text_of(&table, "description"),
                    max_instances: number(&table, "max_instances"),
                    variables: VariableChange {
                        set: variables.unwrap_or_default(),
                        ..VariableChange::default()
                    },
                    ..FunctionSettings::default()
                },
                dependencies: laid,
                websocket: flag(&table, "websocket"),
            })),
        });
        if flag(&table, "versions") == Some(true) {
            parts.push(Part {
                address: Address::new(Kind::Release, format!("{name}/live")),
                material: Material::Release {
                    function: name,
                    alias: "live".to_owned(),
                },
            });
        }
    }
    for (name, table) in tables("groups") {
        let gateway = text_of(&table, "gateway").unwrap_or_default();
        parts.push(Part {
            address: Address::on(gateway, Kind::Group, name),
            material: Material::Group(text_of(&table, "description").unwrap_or_default()),
        });
    }
    for (name, table) in tables("environments") {
        let gateway = text_of(&table, "gateway").unwrap_or_default();
        parts.push(Part {
            address: Address::on(gateway, Kind::Environment, name),
            material: Material::Environment(String::new()),
        });
    }
    for (name, table) in tables("triggers") {
        let gateway = text_of(&table, "gateway").unwrap_or_default();
        let group = text_of(&table, "group").unwrap_or_default();
        let function = text_of(&table, "function").unwrap_or_default();
        let released = parts
            .iter()
            .any(|part| matches!(&part.material, Material::Release { function: own, .. } if *own == function));
        parts.push(Part {
            address: Address::on(&gateway, Kind::Trigger, format!("{group}/{name}")),
            material: Material::Trigger(Box::new(TriggerMaterial {
                function,
                alias: released.then(|| "live".to_owned()),
                group,
                environment: text_of(&table, "environment").unwrap_or("RELEASE".to_owned()),
                auth: text_of(&table, "auth").unwrap_or("NONE".to_owned()),
                protocol: "HTTPS".to_owned(),
                method: text_of(&table, "method").unwrap_or("GET".to_owned()),
                path: text_of(&table, "path").unwrap_or_default(),
                match_mode: "SWA".to_owned(),
                timeout: number(&table, "timeout").unwrap_or(5000),
                websocket: flag(&table, "websocket").unwrap_or(true),
            })),
        });
    }
    let _ = context;
    Ok(Loaded {
        stack: Stack {
            name: format!("{name}/{}", source.env.as_deref().unwrap_or("default")),
            parts,
            until,
        },
        field: None::<WebsocketField>,
        source: source.clone(),
    })
}

pub(in crate::cli) fn load_name(source: &Source, context: &Context) -> Result<Loaded, CommandError> {
    load(source, None, context)
}
