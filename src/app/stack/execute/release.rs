//! Releases: a function's published version, and the alias that leads to it.

use super::Executor;
use crate::app::AppError;
use crate::plan::{Change, Mark};
use crate::wire::function::Function;
use crate::wire::function_alias::{CreateVersionAlias, NewAlias, UpdateVersionAlias};
use crate::wire::function_version::{CreateFunctionVersion, LATEST, ListFunctionVersions, NewVersion};
use serde_json::Value;

impl Executor<'_> {
    /// Publishes the function as it is, unless that was done already, and points the alias at it.
    pub(super) async fn release(&self, change: &Change, function: &str, alias: &str) -> Result<(), AppError> {
        let digest = self.declared_text(&change.address, "version");
        let urn = self.means.app.cloud().urn(function);
        let list = ListFunctionVersions {
            function_urn: urn.clone(),
            marker: None,
            maxitems: None,
        };
        let versions = self.means.app.cloud().list(list, None).await?;
        let version = match versions.iter().find(|version| is_of(version, &digest)) {
            Some(version) => version.version.clone(),
            None => self.publish(function, &digest).await?,
        };
        let body = NewAlias {
            name: None,
            version: Some(version.clone()),
            description: Some(self.marked(&change.address, "")),
            ..NewAlias::default()
        };
        if self.means.found.contains_key(&change.address) {
            let update = UpdateVersionAlias {
                function_urn: urn,
                alias_name: alias.to_owned(),
                body,
            };
            self.means.app.cloud().send(&update).await?;
        } else {
            let body = NewAlias {
                name: Some(alias.to_owned()),
                ..body
            };
            let function_urn = urn;
            self.means
                .app
                .cloud()
                .send(&CreateVersionAlias { function_urn, body })
                .await?;
        }
        self.learn_id(&change.address, version);
        Ok(())
    }

    async fn publish(&self, function: &str, digest: &str) -> Result<String, AppError> {
        let mark = Mark {
            stack: self.means.stack.name.clone(),
            release: Some(digest.to_owned()),
            ..Mark::default()
        };
        let create = CreateFunctionVersion {
            function_urn: self.means.app.cloud().urn(function),
            body: NewVersion {
                // Named by what it is made of: one that was published and not noted is found again.
                version: Some(format!("r{digest}")),
                description: Some(mark.after("")),
                ..NewVersion::default()
            },
        };
        Ok(self.means.app.cloud().send(&create).await?.version)
    }
}

/// Whether a published version notes that it is of `digest`.
fn is_of(version: &Function, digest: &str) -> bool {
    let text = version.other.get("version_description").and_then(Value::as_str);
    let mark = Mark::split(text.unwrap_or_default()).1;
    version.version != LATEST && mark.is_some_and(|mark| mark.release.as_deref() == Some(digest))
}
