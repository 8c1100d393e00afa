//! Versions of a function and aliases that lead to them.

use super::{App, AppError};
use crate::cloud::ApiError;
use crate::wire::function::{DeleteFunction, Function};
use crate::wire::function_alias::{
    Alias, CreateVersionAlias, DeleteVersionAlias, ListVersionAliases, NewAlias, UpdateVersionAlias,
};
use crate::wire::function_version::{CreateFunctionVersion, ListFunctionVersions, NewVersion};
use crate::wire::rule;
use std::collections::BTreeMap;

/// What an alias is to lead to; nothing leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct AliasChange {
    /// The version.
    pub(crate) version: Option<String>,
    /// Free text.
    pub(crate) description: Option<String>,
    /// A second version, and how many of a hundred calls go there; no weight takes it away.
    pub(crate) additional: Option<Option<(String, i64)>>,
}

impl AliasChange {
    fn into_wire(self, current: Alias) -> NewAlias {
        let weights = match self.additional {
            None => current.additional_version_weights,
            Some(additional) => additional.map(|weight| BTreeMap::from([weight])),
        };
        NewAlias {
            name: None,
            version: Some(self.version.unwrap_or(current.version)),
            description: Some(self.description.unwrap_or(current.description)),
            // Both at once are not allowed.
            additional_version_strategy: current.additional_version_strategy.filter(|_| weights.is_none()),
            additional_version_weights: weights,
        }
    }
}

impl App {
    /// The versions of a function, the editable copy among them.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn versions(&self, name: &str, limit: Option<usize>) -> Result<Vec<Function>, AppError> {
        let first = ListFunctionVersions {
            function_urn: self.function_urn(name)?,
            marker: None,
            maxitems: None,
        };
        self.or_no_function(name, self.cloud.list(first, limit).await).await
    }

    /// Publishes a function as it is now.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses: nothing changed since the last version, the name is taken.
    pub(crate) async fn publish_version(&self, name: &str, body: NewVersion) -> Result<Function, AppError> {
        if let Some(version) = &body.version {
            rule::version_name(version)?;
        }
        rule::description(body.description.as_deref().unwrap_or_default())?;
        let function_urn = self.function_urn(name)?;
        let published = self.cloud.send(&CreateFunctionVersion { function_urn, body }).await;
        self.or_no_function(name, published).await
    }

    /// Deletes a published version, with its triggers and the alias that leads to it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn delete_version(&self, name: &str, version: &str) -> Result<(), AppError> {
        rule::version_name(version)?;
        let function_urn = self.function_urn(name)?.qualified(version);
        match self.cloud.send(&DeleteFunction { function_urn }).await {
            Err(error) if error.is_not_found() => {
                let versions = self.versions(name, None).await?;
                let names = versions.into_iter().map(|function| function.version).collect();
                Err(AppError::not_found("version", version, names).at(format!("of the function `{name}`")))
            }
            answer => Ok(answer?),
        }
    }

    /// The aliases of a function.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn aliases(&self, name: &str) -> Result<Vec<Alias>, AppError> {
        let function_urn = self.function_urn(name)?;
        let listed = self.cloud.send(&ListVersionAliases { function_urn }).await;
        self.or_no_function(name, listed).await
    }

    async fn alias(&self, name: &str, alias: &str) -> Result<Alias, AppError> {
        let mut aliases = self.aliases(name).await?;
        match aliases.iter().position(|own| own.name == alias) {
            Some(at) => Ok(aliases.swap_remove(at)),
            None => {
                let names = aliases.into_iter().map(|own| own.name).collect();
                Err(AppError::not_found("alias", alias, names).at(format!("of the function `{name}`")))
            }
        }
    }

    /// Creates the alias `alias`.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn create_alias(&self, name: &str, alias: &str, change: AliasChange) -> Result<Alias, AppError> {
        rule::alias_name(alias)?;
        let body = NewAlias {
            name: Some(alias.to_owned()),
            ..change.into_wire(Alias::default())
        };
        let function_urn = self.function_urn(name)?;
        let created = self.cloud.send(&CreateVersionAlias { function_urn, body }).await;
        // Not found may be the version, which the service says.
        Ok(created?)
    }

    /// Changes the alias `alias`: what the service replaces as a whole is read first.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn update_alias(&self, name: &str, alias: &str, change: AliasChange) -> Result<Alias, AppError> {
        let current = self.alias(name, alias).await?;
        let update = UpdateVersionAlias {
            function_urn: self.function_urn(name)?,
            alias_name: alias.to_owned(),
            body: change.into_wire(current),
        };
        Ok(self.cloud.send(&update).await?)
    }

    /// Deletes the alias `alias`.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses: it has triggers.
    pub(crate) async fn delete_alias(&self, name: &str, alias: &str) -> Result<(), AppError> {
        self.alias(name, alias).await?;
        let delete = DeleteVersionAlias {
            function_urn: self.function_urn(name)?,
            alias_name: alias.to_owned(),
        };
        Ok(self.cloud.send(&delete).await?)
    }

    /// `answer`, where a function that does not exist is told with similar names.
    pub(super) async fn or_no_function<T>(&self, name: &str, answer: Result<T, ApiError>) -> Result<T, AppError> {
        match answer {
            Err(error) if error.is_not_found() => Err(self.no_function(name).await),
            answer => Ok(answer?),
        }
    }
}
