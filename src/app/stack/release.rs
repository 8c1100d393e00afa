//! Going back to an earlier release of a function.

use super::found::version_digest;
use crate::app::{App, AppError};
use crate::plan::{Address, Kind, Mark, Memory};
use crate::wire::function::Function;
use crate::wire::function_alias::{NewAlias, UpdateVersionAlias};
use crate::wire::function_version::LATEST;
use serde::Serialize;
use serde_json::Value;

/// An alias that leads to an earlier version again.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RolledBack {
    /// The function.
    pub(crate) function: String,
    /// The alias.
    pub(crate) alias: String,
    /// The version that it led to.
    pub(crate) from: String,
    /// The version that it leads to.
    pub(crate) to: String,
}

impl App {
    /// Points the alias of a function at the version `to`, or at the release before the one that it leads to.
    ///
    /// # Errors
    /// [`AppError::NotFound`]: the alias, the version, or any release before it; the alias is not of `stack`; the
    /// service refuses.
    pub(crate) async fn roll_back(
        &self,
        (stack, function, alias): (&str, &str, &str),
        to: Option<&str>,
    ) -> Result<RolledBack, AppError> {
        let versions = self.versions(function, None).await?;
        let aliases = self.aliases(function).await?;
        let names = aliases.iter().map(|own| own.name.clone()).collect();
        let Some(current) = aliases.iter().find(|own| own.name == alias) else {
            return Err(AppError::not_found("alias", alias, names).at(format!("of the function `{function}`")));
        };
        let mark = Mark::split(&current.description).1;
        if mark.is_none_or(|mark| mark.stack != stack) {
            return Err(AppError::refused(
                format!("the alias `{alias}` of `{function}` is not of the stack `{stack}`"),
                &[&format!(
                    "point it yourself: fgctl function aliases update {function} {alias} --version VERSION"
                )],
            ));
        }
        let target = chosen(&versions, &current.version, to)
            .ok_or_else(|| AppError::not_found("version", to.unwrap_or("before it"), others(&versions)))?;
        let update = UpdateVersionAlias {
            function_urn: self.function_urn(function)?,
            alias_name: alias.to_owned(),
            body: NewAlias {
                name: None,
                version: Some(target.version.clone()),
                description: Some(noted(stack, &current.description, (function, alias), target)),
                ..NewAlias::default()
            },
        };
        self.cloud().send(&update).await?;
        Ok(RolledBack {
            function: function.to_owned(),
            alias: alias.to_owned(),
            from: current.version.clone(),
            to: target.version.clone(),
        })
    }
}

fn others(versions: &[Function]) -> Vec<String> {
    let published = versions.iter().filter(|version| version.version != LATEST);
    published.map(|version| version.version.clone()).collect()
}

/// The version of this name, else the newest one that was released before `current`. Versions come newest first.
fn chosen<'a>(versions: &'a [Function], current: &str, to: Option<&str>) -> Option<&'a Function> {
    let mut published = versions.iter().filter(|version| version.version != LATEST);
    match to {
        Some(name) => published.find(|version| version.version == name),
        None => published
            .skip_while(|version| version.version != current)
            .skip(1)
            .find(|version| !version_digest(version).is_empty()),
    }
}

/// The alias's description once it leads to `target`: going forward again is then a change of the manifest's, and no
/// drift.
fn noted(stack: &str, description: &str, (function, alias): (&str, &str), target: &Function) -> String {
    let (own, mark) = Mark::split(description);
    let address = Address::new(Kind::Release, format!("{function}/{alias}"));
    let value = Value::from(version_digest(target));
    let mark = Mark {
        stack: stack.to_owned(),
        applied: Memory::of(&address.to_string(), [("version", &value)]),
        ..mark.unwrap_or_default()
    };
    mark.after(&own)
}
