//! Deletion: what stands on a resource goes before it. What is gone already is no fault.

use super::super::world::bears;
use super::Executor;
use crate::app::AppError;
use crate::cloud::ApiError;
use crate::plan::{Address, Kind, Mark};
use crate::wire::FunctionUrn;
use crate::wire::api::{Api, DeleteApi, OFFLINE, PublishAction, PublishApi, ShowDetailsOfApi, UpdateApi};
use crate::wire::app::DeleteApp;
use crate::wire::app_authorization::CancelAuthorization;
use crate::wire::dependency::DeleteDependencyVersion;
use crate::wire::environment::DeleteEnvironment;
use crate::wire::function::DeleteFunction;
use crate::wire::function_alias::DeleteVersionAlias;
use crate::wire::gateway::DeleteInstances;
use crate::wire::group::DeleteApiGroup;
use crate::wire::trigger::DeleteFunctionTrigger;

impl Executor<'_> {
    /// Deletes the resource at `address`.
    pub(super) async fn remove(&self, address: &Address) -> Result<(), AppError> {
        if !self.means.found.contains_key(address) {
            return Ok(());
        }
        let id = self.id(address)?;
        let turn = match address.gateway.is_empty() {
            true => None,
            false => self.turn(&address.gateway).await,
        };
        match address.kind {
            Kind::Gateway => self.remove_gateway(address, id).await?,
            Kind::Dependency => self.remove_dependency(&address.name).await?,
            Kind::Function => {
                let function_urn = self.means.app.cloud().urn(&address.name);
                gone(self.means.app.cloud().send(&DeleteFunction { function_urn }).await)?;
            }
            Kind::Release => self.remove_release(address).await?,
            Kind::Trigger => self.remove_trigger(address, &id).await?,
            Kind::Group | Kind::Environment | Kind::App | Kind::Authorization => self.remove_on(address, id).await?,
        }
        drop(turn);
        self.forget(address);
        Ok(())
    }

    /// A gateway whose deletion goes on already is only waited for.
    async fn remove_gateway(&self, address: &Address, id: String) -> Result<(), AppError> {
        let status = self.means.found.get(address).and_then(|found| found.status.as_deref());
        let goes = status.is_some_and(|status| status.starts_with("Delet"));
        if !goes {
            let instance_id = id.clone();
            gone(
                self.means
                    .app
                    .cloud()
                    .send(&DeleteInstances { instance_id })
                    .await
                    .map(drop),
            )?;
        }
        self.means.app.wait_until_gone(&id, self.means.patience).await
    }

    async fn remove_on(&self, address: &Address, id: String) -> Result<(), AppError> {
        let instance_id = self.gateway_id(&address.gateway)?;
        let cloud = self.means.app.cloud();
        let done = match address.kind {
            Kind::Group => {
                cloud
                    .send(&DeleteApiGroup {
                        instance_id,
                        group_id: id,
                    })
                    .await
            }
            Kind::Environment => {
                cloud
                    .send(&DeleteEnvironment {
                        instance_id,
                        env_id: id,
                    })
                    .await
            }
            Kind::App => {
                cloud
                    .send(&DeleteApp {
                        instance_id,
                        app_id: id,
                    })
                    .await
            }
            _ => {
                let cancel = CancelAuthorization {
                    instance_id,
                    app_auth_id: id,
                };
                cloud.send(&cancel).await
            }
        };
        gone(done)
    }

    /// All versions, newest first: with the last one goes the dependency.
    async fn remove_dependency(&self, name: &str) -> Result<(), AppError> {
        for version in self.means.world.versions.get(name).into_iter().flatten() {
            let (depend_id, version) = (version.dep_id.clone(), version.version.to_string());
            gone(
                self.means
                    .app
                    .cloud()
                    .send(&DeleteDependencyVersion { depend_id, version })
                    .await,
            )?;
        }
        Ok(())
    }

    /// The alias alone: its versions are the function's, and go with it.
    async fn remove_release(&self, address: &Address) -> Result<(), AppError> {
        let Some((function, alias)) = address.name.split_once('/') else {
            return Ok(());
        };
        let delete = DeleteVersionAlias {
            function_urn: self.means.app.cloud().urn(function),
            alias_name: alias.to_owned(),
        };
        gone(self.means.app.cloud().send(&delete).await)
    }

    /// The trigger, then the API that it leaves behind, which has to bear the mark first: killed in between, it would
    /// be nobody's.
    async fn remove_trigger(&self, address: &Address, api_id: &str) -> Result<(), AppError> {
        let instance_id = self.gateway_id(&address.gateway)?;
        let show = ShowDetailsOfApi {
            instance_id: instance_id.clone(),
            api_id: api_id.to_owned(),
        };
        let api = match self.means.app.cloud().send(&show).await {
            Err(error) if error.is_not_found() => None,
            api => Some(api?),
        };
        if let Some(api) = api
            .as_ref()
            .filter(|api| !bears(api.remark.as_deref().unwrap_or_default(), &self.means.stack.name))
        {
            self.mark_api(api, &instance_id).await?;
        }
        self.remove_triggers_of(api_id).await?;
        match api {
            Some(api) => self.remove_api(&api, instance_id).await,
            None => Ok(()),
        }
    }

    async fn mark_api(&self, api: &Api, instance_id: &str) -> Result<(), AppError> {
        let mark = Mark {
            stack: self.means.stack.name.clone(),
            ..Mark::default()
        };
        let mut body = api.as_input();
        body.remark = Some(mark.after(body.remark.as_deref().unwrap_or_default()));
        let update = UpdateApi {
            instance_id: instance_id.to_owned(),
            api_id: api.id.clone(),
            body,
        };
        self.means.app.cloud().send(&update).await?;
        Ok(())
    }

    async fn remove_triggers_of(&self, api_id: &str) -> Result<(), AppError> {
        let of_api = self
            .means
            .world
            .triggers
            .iter()
            .filter(|item| item.trigger.event_data.api_id.as_deref() == Some(api_id));
        for item in of_api {
            let Ok(function_urn) = item.func_urn.parse::<FunctionUrn>() else {
                continue;
            };
            let delete = DeleteFunctionTrigger {
                function_urn: function_urn.unqualified(),
                trigger_type_code: item.trigger.trigger_type_code.clone(),
                trigger_id: item.trigger.trigger_id.clone(),
            };
            gone(self.means.app.cloud().send(&delete).await)?;
        }
        Ok(())
    }

    /// Takes an API offline wherever it is published, and deletes it.
    async fn remove_api(&self, api: &Api, instance_id: String) -> Result<(), AppError> {
        let environments = api.run_env_id.as_deref().unwrap_or_default();
        for env_id in environments.split('|').filter(|id| !id.is_empty()) {
            let body = PublishAction {
                action: OFFLINE.to_owned(),
                env_id: env_id.to_owned(),
                api_id: api.id.clone(),
                remark: None,
            };
            let instance_id = instance_id.clone();
            gone(
                self.means
                    .app
                    .cloud()
                    .send(&PublishApi { instance_id, body })
                    .await
                    .map(|_| ()),
            )?;
        }
        let delete = DeleteApi {
            instance_id,
            api_id: api.id.clone(),
        };
        gone(self.means.app.cloud().send(&delete).await)
    }
}

fn gone(done: Result<(), ApiError>) -> Result<(), AppError> {
    match done {
        Err(error) if error.is_not_found() => Ok(()),
        done => Ok(done?),
    }
}
