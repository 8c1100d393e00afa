//! Aliases of functions.

use super::clock;
use super::function_deletion::{self, aliases};
use super::refusal::Refusal;
use super::request::Call;
use super::{function, function_version};
use crate::codes::functiongraph::{
    ADDITIONAL_VERSION, ALIAS_EXISTS, ALIAS_NAME, ALIAS_NOT_FOUND, ALIAS_QUOTA, DESCRIPTION, INVALID_PARAMETER,
    SAME_VERSION, VERSION_HAS_ALIAS, VERSION_NOT_FOUND, WEIGHT,
};
use crate::local::store::records::FUNCTION_ALIASES;
use crate::local::store::{Read, Writer};
use crate::wire::function_alias::{
    Alias, CreateVersionAlias, DeleteVersionAlias, ListVersionAliases, NewAlias, ShowVersionAlias, UpdateVersionAlias,
};
use crate::wire::{FunctionUrn, rule};
use jiff::Timestamp;

/// How many aliases a function may have.
const QUOTA: usize = 10;

/// CreateVersionAlias.
pub(super) async fn create(call: Call, input: CreateVersionAlias) -> Result<Alias, Refusal> {
    let name = input.body.name.clone().unwrap_or_default();
    rule::alias_name(&name).map_err(|broken| Refusal::because(ALIAS_NAME, broken))?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let key = function::find(context, writer, &input.function_urn)?.key;
            let others = aliases(writer, &key)?;
            if others.iter().any(|alias| alias.name == name) {
                return Err(Refusal::because(ALIAS_EXISTS, format!("`{name}`")));
            }
            if others.len() >= QUOTA {
                return Err(Refusal::because(ALIAS_QUOTA, format!("{QUOTA} aliases")));
            }
            let alias = made((&input.function_urn, &name), input.body, now)?;
            put(writer, &key, alias)
        })
    })
    .await
}

/// The alias that `new` describes.
fn made((function, name): (&FunctionUrn, &str), new: NewAlias, now: Timestamp) -> Result<Alias, Refusal> {
    let description = new.description.unwrap_or_default();
    rule::description(&description).map_err(|broken| Refusal::because(DESCRIPTION, broken))?;
    let version = new.version.filter(|version| !version.is_empty());
    Ok(Alias {
        name: name.to_owned(),
        version: version.ok_or_else(|| Refusal::because(INVALID_PARAMETER, "`version` is missing"))?,
        description,
        last_modified: clock::with_offset(now),
        alias_urn: function.qualified(&format!("!{name}")).to_string(),
        additional_version_weights: new.additional_version_weights.filter(|weights| !weights.is_empty()),
        additional_version_strategy: new.additional_version_strategy.filter(|strategy| !strategy.is_empty()),
    })
}

/// Keeps `alias`, once it is clear that it leads somewhere.
fn put(writer: &Writer, key: &str, alias: Alias) -> Result<Alias, Refusal> {
    if !function_version::exists(writer, key, &alias.version)? {
        return Err(Refusal::because(VERSION_NOT_FOUND, format!("`{}`", alias.version)));
    }
    let mut others = aliases(writer, key)?.into_iter();
    if let Some(other) = others.find(|other| other.name != alias.name && other.version == alias.version) {
        let detail = format!("`{}` leads to `{}`", other.name, alias.version);
        return Err(Refusal::because(VERSION_HAS_ALIAS, detail));
    }
    additional(writer, key, &alias)?;
    writer.put(&FUNCTION_ALIASES, &format!("{key}:{}", alias.name), &alias)?;
    Ok(alias)
}

/// Checks the second version of an alias.
fn additional(view: &impl Read, key: &str, alias: &Alias) -> Result<(), Refusal> {
    let weights = alias.additional_version_weights.iter().flatten();
    let strategy = alias.additional_version_strategy.iter().flatten();
    let versions: Vec<&String> = weights
        .clone()
        .map(|(version, _)| version)
        .chain(strategy.map(|(v, _)| v))
        .collect();
    let version = match versions.as_slice() {
        [] => return Ok(()),
        [version] => *version,
        several => {
            let detail = format!("{} of them, where one may be", several.len());
            return Err(Refusal::because(ADDITIONAL_VERSION, detail));
        }
    };
    if *version == alias.version {
        return Err(Refusal::because(SAME_VERSION, format!("`{version}`")));
    }
    if !function_version::exists(view, key, version)? {
        return Err(Refusal::because(ADDITIONAL_VERSION, format!("there is no `{version}`")));
    }
    match weights
        .map(|(_, weight)| weight)
        .find(|weight| !(0..=100).contains(*weight))
    {
        Some(weight) => Err(Refusal::because(WEIGHT, format!("`{weight}` is not 0 to 100"))),
        None => Ok(()),
    }
}

/// ListVersionAliases.
pub(super) async fn list(call: Call, input: ListVersionAliases) -> Result<Vec<Alias>, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let key = function::find(context, reader, &input.function_urn)?.key;
        aliases(reader, &key)
    })
}

fn named(view: &impl Read, key: &str, name: &str) -> Result<Alias, Refusal> {
    view.get(&FUNCTION_ALIASES, &format!("{key}:{name}"))?
        .ok_or_else(|| Refusal::because(ALIAS_NOT_FOUND, format!("`{name}`")))
}

/// ShowVersionAlias.
pub(super) async fn show(call: Call, input: ShowVersionAlias) -> Result<Alias, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let key = function::find(context, reader, &input.function_urn)?.key;
        named(reader, &key, &input.alias_name)
    })
}

/// UpdateVersionAlias: all but the name is replaced.
pub(super) async fn update(call: Call, input: UpdateVersionAlias) -> Result<Alias, Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let key = function::find(context, writer, &input.function_urn)?.key;
            let name = named(writer, &key, &input.alias_name)?.name;
            let alias = made((&input.function_urn, &name), input.body, now)?;
            put(writer, &key, alias)
        })
    })
    .await
}

/// DeleteVersionAlias.
pub(super) async fn delete(call: Call, input: DeleteVersionAlias) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let key = function::find(context, writer, &input.function_urn)?.key;
            let alias = named(writer, &key, &input.alias_name)?;
            function_deletion::delete_alias(writer, &key, &alias.name)
        })
    })
    .await
}
