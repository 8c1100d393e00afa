//! Dependencies: what changes is a new version, and the ones before it go once no function uses them.

use super::super::material::{Content, DependencyMaterial};
use super::Executor;
use crate::app::{AppError, DependencySource, NewDependency};
use crate::codes::functiongraph::DEPENDENCY_IN_USE;
use crate::plan::{Address, Change, Kind, Mark};
use crate::wire::dependency::{DeleteDependencyVersion, Dependency, NewDependencyVersion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

impl Executor<'_> {
    /// Creates a dependency or its next version; where only the ones before it are too many, nothing.
    pub(super) async fn dependency(&self, change: &Change, material: &DependencyMaterial) -> Result<(), AppError> {
        let address = &change.address;
        if !change.fields.is_empty() && change.fields.iter().all(|field| field.field == "superseded") {
            self.crowded().insert(address.name.clone());
            return Ok(());
        }
        let mut body = self.body(change, material).await?;
        body.description = Some(self.marked(address, &material.description));
        let created = self.means.app.create_dependency(body).await?;
        let first = created.version <= 1;
        self.learn_id(address, created.id);
        if !first {
            self.crowded().insert(address.name.clone());
        }
        Ok(())
    }

    async fn body(&self, change: &Change, material: &DependencyMaterial) -> Result<NewDependencyVersion, AppError> {
        let source = match &material.content {
            Content::Zip(path, bucket) => DependencySource::Zip {
                path: path.clone(),
                bucket: bucket.clone(),
            },
            Content::Obs(url) => DependencySource::Obs(url.clone()),
            Content::Build(input) => {
                let built = input.build(self.means.ui).await?;
                built.check_size()?;
                return Ok(NewDependencyVersion {
                    name: change.address.name.clone(),
                    runtime: material.runtime.clone(),
                    depend_type: "zip".to_owned(),
                    depend_file: Some(STANDARD.encode(&built.archive.bytes)),
                    ..NewDependencyVersion::default()
                });
            }
        };
        let prepared = NewDependency {
            name: change.address.name.clone(),
            runtime: material.runtime.clone(),
            source,
            description: None,
        }
        .prepare()?;
        let uploaded = match &prepared.upload {
            Some(upload) => Some(self.means.app.upload(upload, Arc::new(|_| ())).await?),
            None => None,
        };
        Ok(prepared.into_body(uploaded.as_ref()))
    }

    /// Deletes the versions before the newest that bear the mark. One that somebody still uses stays. They are read
    /// anew: a request of a run that was killed may have arrived meanwhile.
    pub(super) async fn remove_superseded(&self, name: &str) -> Result<(), AppError> {
        let newest = self.id(&Address::new(Kind::Dependency, name))?;
        for version in self.means.app.dependency_versions(name).await? {
            if version.id == newest || !self.may_go(&version) {
                continue;
            }
            let (depend_id, version) = (version.dep_id, version.version.to_string());
            match self
                .means
                .app
                .cloud()
                .send(&DeleteDependencyVersion { depend_id, version })
                .await
            {
                Err(error) if error.is_not_found() || error.code() == Some(DEPENDENCY_IN_USE.code) => {}
                done => done?,
            }
        }
        Ok(())
    }

    fn may_go(&self, version: &Dependency) -> bool {
        let mark = Mark::split(&version.description).1;
        mark.is_some_and(|mark| mark.stack == self.means.stack.name)
    }
}
