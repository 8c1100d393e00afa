//! APIs: the guide's step 4, Modify and Publish Latest Version.

use super::{App, AppError, pick};
use crate::wire::api::{
    Api, DeleteApi, FUNCTION_BACKEND, ListApis, NETWORK_V2, OFFLINE, ONLINE, Publication, PublishAction, PublishApi,
    SYNC, ShowDetailsOfApi, UpdateApi,
};
use crate::wire::api_version::{ApiVersion, ChangeApiVersion, ListApiVersions, VersionChoice};
use crate::wire::gateway::Gateway;
use crate::wire::rule;

/// What to change of an API's backend.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApiChange {
    /// `V1` or `V2`; WebSocket needs V2.
    pub(crate) network_architecture: Option<String>,
    /// `sync` or `async`; WebSocket needs sync.
    pub(crate) invocation_mode: Option<String>,
    /// Backend timeout in ms.
    pub(crate) timeout: Option<i64>,
}

impl ApiChange {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        self.timeout.map_or(Ok(()), rule::backend_timeout)?;
        Ok(())
    }
}

impl App {
    /// The APIs of a gateway, without their backends.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn apis(&self, gateway: &Gateway, limit: Option<usize>) -> Result<Vec<Api>, AppError> {
        let first = ListApis {
            instance_id: gateway.id.clone(),
            limit: Some(500),
            ..ListApis::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The API of this name or id on a gateway, with its backend.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names; APIs of several groups may bear one name.
    pub(crate) async fn api(&self, gateway: &Gateway, name: &str) -> Result<Api, AppError> {
        let listed = pick("API", name, self.apis(gateway, None).await?, |api| (&api.id, &api.name))
            .map_err(|error| error.at(format!("on the gateway `{}`", gateway.instance_name)))?;
        let show = ShowDetailsOfApi {
            instance_id: gateway.id.clone(),
            api_id: listed.id,
        };
        Ok(self.cloud.send(&show).await?)
    }

    /// Changes an API's backend. What runs stays as it is until the API is published. Says whether anything changed.
    ///
    /// # Errors
    /// A broken rule, an API without a function behind it, or the service refuses.
    pub(crate) async fn update_api(
        &self,
        gateway: &str,
        name: &str,
        change: ApiChange,
    ) -> Result<(Api, bool), AppError> {
        change.check()?;
        let gateway = self.gateway(gateway).await?;
        let current = self.api(&gateway, name).await?;
        let mut wanted = current.as_input();
        let Some(function) = wanted
            .func_info
            .as_mut()
            .filter(|_| wanted.backend_type == FUNCTION_BACKEND)
        else {
            let text = format!(
                "the backend of the API `{name}` is {}, no function",
                current.backend_type
            );
            return Err(AppError::refused(
                text,
                &["only an API with a function behind it has these settings"],
            ));
        };
        let before = function.clone();
        function.network_type = change.network_architecture.or(function.network_type.take());
        function.invocation_type = change.invocation_mode.or(function.invocation_type.take());
        function.timeout = change.timeout.unwrap_or(function.timeout);
        let same = function.network_type == before.network_type
            && function.invocation_type == before.invocation_type
            && function.timeout == before.timeout;
        if same {
            return Ok((current, false));
        }
        let update = UpdateApi {
            instance_id: gateway.id,
            api_id: current.id,
            body: wanted,
        };
        Ok((self.cloud.send(&update).await?, true))
    }

    /// Sets what WebSocket needs of an API's backend.
    ///
    /// # Errors
    /// As [`App::update_api`].
    pub(crate) async fn prepare_api_for_websocket(&self, gateway: &str, name: &str) -> Result<(Api, bool), AppError> {
        let change = ApiChange {
            network_architecture: Some(NETWORK_V2.to_owned()),
            invocation_mode: Some(SYNC.to_owned()),
            timeout: None,
        };
        self.update_api(gateway, name, change).await
    }

    /// Publishes an API's latest version in an environment.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn publish_api(
        &self,
        gateway: &str,
        name: &str,
        environment: &str,
        remark: Option<String>,
    ) -> Result<Publication, AppError> {
        rule::remark(remark.as_deref().unwrap_or_default())?;
        let gateway = self.gateway(gateway).await?;
        let api = self.api(&gateway, name).await?;
        let environment = self.environment(&gateway, environment).await?;
        let action = ONLINE.to_owned();
        let body = PublishAction {
            action,
            env_id: environment.id,
            api_id: api.id,
            remark,
        };
        Ok(self
            .cloud
            .send(&PublishApi {
                instance_id: gateway.id,
                body,
            })
            .await?)
    }

    /// Takes an API offline in an environment.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; it is not published there; the service refuses.
    pub(crate) async fn unpublish_api(&self, gateway: &str, name: &str, environment: &str) -> Result<(), AppError> {
        let gateway = self.gateway(gateway).await?;
        let api = self.api(&gateway, name).await?;
        let environment = self.environment(&gateway, environment).await?;
        let action = OFFLINE.to_owned();
        let body = PublishAction {
            action,
            env_id: environment.id,
            api_id: api.id,
            remark: None,
        };
        self.cloud
            .send(&PublishApi {
                instance_id: gateway.id,
                body,
            })
            .await?;
        Ok(())
    }

    /// Deletes an API that is published nowhere.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; it is still published; the service refuses.
    pub(crate) async fn delete_api(&self, gateway: &str, name: &str) -> Result<(), AppError> {
        let gateway = self.gateway(gateway).await?;
        let api = self.api(&gateway, name).await?;
        Ok(self
            .cloud
            .send(&DeleteApi {
                instance_id: gateway.id,
                api_id: api.id,
            })
            .await?)
    }

    /// What was published of an API, newest first, in an environment or in all.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn api_versions(
        &self,
        gateway: &str,
        name: &str,
        environment: Option<&str>,
    ) -> Result<Vec<ApiVersion>, AppError> {
        let gateway = self.gateway(gateway).await?;
        let api = self.api(&gateway, name).await?;
        let env_id = match environment {
            Some(name) => Some(self.environment(&gateway, name).await?.id),
            None => None,
        };
        let first = ListApiVersions {
            instance_id: gateway.id,
            api_id: api.id,
            env_id,
            limit: Some(500),
            ..ListApiVersions::default()
        };
        Ok(self.cloud.list(first, None).await?)
    }

    /// Puts a version of an API in force, named by its id or its number. Answers the publication, and the version
    /// as it was before.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Ambiguous`] where environments have versions of one number; the service
    /// refuses.
    pub(crate) async fn switch_api_version(
        &self,
        gateway: &str,
        name: &str,
        version: &str,
    ) -> Result<(Publication, ApiVersion), AppError> {
        let versions = self.api_versions(gateway, name, None).await?;
        let version = pick("API version", version, versions, |version| {
            (&version.version_id, &version.version_no)
        })
        .map_err(|error| error.at(format!("of the API `{name}`")))?;
        let change = ChangeApiVersion {
            instance_id: self.gateway(gateway).await?.id,
            api_id: version.api_id.clone(),
            body: VersionChoice {
                version_id: version.version_id.clone(),
            },
        };
        Ok((self.cloud.send(&change).await?, version))
    }
}
