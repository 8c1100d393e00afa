//! Functions. The configuration is written last: its description bears the memory of all that was written before.

use super::super::material::{FunctionMaterial, Laid};
use super::Executor;
use crate::app::function_settings::{AFTER_CREATION, NetworkIds};
use crate::app::{AppError, CodePlace, FunctionKind, FunctionSettings, WebsocketField};
use crate::plan::{Address, Change, Kind, Mark, STACK};
use crate::wire::function::{
    BOOTSTRAP, CreateFunction, NewCode, NewFunction, UpdateFunctionCode, UpdateFunctionConfig, V2, config_of,
};
use crate::wire::function_tag::{CreateTags, Tag, Tags};
use crate::wire::urn::DEFAULT_PACKAGE;
use crate::wire::{FunctionUrn, runtime};
use serde_json::{Map, Value};

/// Fields that a creation does not set: a request after it does.
const LATER: &[&str] = &[
    "max_instances",
    "concurrency",
    "ephemeral_storage",
    "include_keys",
    "websocket",
];

impl Executor<'_> {
    /// Creates a function. The mark is in the request, for a function that is created and not marked would be
    /// nobody's; it remembers only what the creation itself sets.
    pub(super) async fn create_function_of(
        &self,
        change: &Change,
        material: &FunctionMaterial,
    ) -> Result<(), AppError> {
        let address = &change.address;
        let settings = self.settings(material);
        let code = self.code(address, material).await?;
        let (body, later) = self.creation(address, material, (&settings, code))?;
        let created = self.means.app.cloud().send(&CreateFunction { body }).await?;
        self.learn_id(address, created.func_urn);
        let urn = self.means.app.cloud().urn(&address.name);
        self.means.app.limit_instances(&urn, settings.max_instances).await?;
        if later {
            self.write_config_of(address, material, &settings).await?;
        }
        self.tag(&urn).await
    }

    /// The body of a creation, and whether anything has to be set afterwards.
    fn creation(
        &self,
        address: &Address,
        material: &FunctionMaterial,
        (settings, code): (&FunctionSettings, NewCode),
    ) -> Result<(NewFunction, bool), AppError> {
        let (runtime, handler) = match &material.kind {
            FunctionKind::Http => (runtime::HTTP.to_owned(), BOOTSTRAP.to_owned()),
            FunctionKind::Event { runtime, handler } => (runtime.clone(), handler.clone()),
        };
        let body = NewFunction {
            func_name: address.name.clone(),
            package: DEFAULT_PACKAGE.to_owned(),
            runtime,
            handler,
            code_type: code.code_type,
            code_filename: code.code_filename,
            code_url: code.code_url,
            func_code: code.func_code,
            kind: Some(V2.to_owned()),
            depend_version_list: self.laid_ids(material)?,
            ..NewFunction::default()
        };
        let mut members = members(&body);
        members.retain(|_, value| !value.is_null());
        settings.apply(&Map::new(), &mut members, self.network(address))?;
        let later = AFTER_CREATION.iter().any(|name| members.remove(*name).is_some());
        let later = later || material.websocket.is_some() || settings.max_instances.is_some();
        let mut mark = self.mark(address);
        if later {
            mark.applied = mark.applied.without(LATER);
        }
        let text = settings.description.as_deref().unwrap_or_default();
        members.insert("description".to_owned(), mark.after(text).into());
        let body = serde_json::from_value(members.into());
        Ok((body.map_err(|error| AppError::refused(error.to_string(), &[]))?, later))
    }

    /// Changes a function: the code first, then the configuration.
    pub(super) async fn update_function_of(
        &self,
        change: &Change,
        material: &FunctionMaterial,
    ) -> Result<(), AppError> {
        let address = &change.address;
        let settings = self.settings(material);
        let urn = self.means.app.cloud().urn(&address.name);
        if change.has("code") || change.has("dependencies") {
            let mut body = self.code(address, material).await?;
            body.depend_version_list = self.laid_ids(material)?;
            let function_urn = urn.clone();
            self.means
                .app
                .cloud()
                .send(&UpdateFunctionCode { function_urn, body })
                .await?;
        }
        if change.has("max_instances") {
            self.means.app.limit_instances(&urn, settings.max_instances).await?;
        }
        let only_tag = change.fields.iter().all(|field| field.field == "tag");
        if !only_tag {
            self.write_config_of(address, material, &settings).await?;
        }
        match change.has("tag") {
            true => self.tag(&urn).await,
            false => Ok(()),
        }
    }

    /// Reads, changes and writes the configuration, for the operation is no merge.
    async fn write_config_of(
        &self,
        address: &Address,
        material: &FunctionMaterial,
        settings: &FunctionSettings,
    ) -> Result<(), AppError> {
        let urn = self.means.app.cloud().urn(&address.name);
        let current = self.means.app.config(&urn).await?;
        let mut body = config_of(&current);
        settings.apply(&current, &mut body, self.network(address))?;
        let text = settings.description.as_deref().unwrap_or_default();
        body.insert("description".to_owned(), self.marked(address, text).into());
        if let Some(on) = material.websocket
            && let Some((field, _)) = WebsocketField::of(self.means.field, &current)
        {
            field.set(&mut body, on);
        }
        let function_urn = urn;
        self.means
            .app
            .cloud()
            .send(&UpdateFunctionConfig { function_urn, body })
            .await?;
        Ok(())
    }

    async fn tag(&self, urn: &FunctionUrn) -> Result<(), AppError> {
        let tags = CreateTags {
            function_urn: urn.clone(),
            body: Tags {
                action: Some("create".to_owned()),
                tags: vec![Tag {
                    key: STACK.to_owned(),
                    value: self.means.stack.name.clone(),
                }],
                ..Tags::default()
            },
        };
        Ok(self.means.app.cloud().send(&tags).await?)
    }

    /// What is declared replaces all variables: others would be drift at once.
    fn settings(&self, material: &FunctionMaterial) -> FunctionSettings {
        let mut settings = material.settings.clone();
        settings.variables.replace = true;
        settings.secrets.replace = true;
        settings
    }

    /// The code as it is sent, if it still is what was planned.
    async fn code(&self, address: &Address, material: &FunctionMaterial) -> Result<NewCode, AppError> {
        let code = material.code.read(&material.kind).await?;
        let planned = self.declared_text(address, "code");
        match (&material.code.place, code.digest()) {
            (CodePlace::Path(path), Some(digest)) if digest != planned => Err(AppError::refused(
                format!("`{}` has changed since the plan was made", path.display()),
                &["run the same command again"],
            )),
            _ => Ok(code.body()),
        }
    }

    fn network(&self, address: &Address) -> Option<NetworkIds> {
        let vpc_id = self.declared_text(address, "vpc");
        (!vpc_id.is_empty()).then(|| NetworkIds {
            vpc_id,
            subnet_id: self.declared_text(address, "subnet"),
        })
    }

    /// The ids of the dependency versions that are laid over the code.
    fn laid_ids(&self, material: &FunctionMaterial) -> Result<Option<Vec<String>>, AppError> {
        let Some(laid) = &material.dependencies else {
            return Ok(None);
        };
        let ids: Result<Vec<String>, AppError> = laid
            .iter()
            .map(|laid| match laid {
                Laid::Own(name) => self.id(&Address::new(Kind::Dependency, name)),
                Laid::Existing(name, version) => Ok(self.means.world.existing_version(name, *version)?.id.clone()),
            })
            .collect();
        Ok(Some(ids?))
    }

    fn mark(&self, address: &Address) -> Mark {
        match self.means.declared.get(address) {
            Some(declared) => declared.mark(&self.means.stack.name, None),
            None => Mark::default(),
        }
    }
}

fn members(body: &NewFunction) -> Map<String, Value> {
    match serde_json::to_value(body) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
