//! APIs: the guide's step 4, Modify and Publish Latest Version.

use super::{App, AppError, pick};
use crate::wire::api::{
    Api, DeleteApi, FUNCTION_BACKEND, ListApis, NETWORK_V2, OFFLINE, ONLINE, Publication, PublishAction, PublishApi,
    SYNC, ShowDetailsOfApi, UpdateApi,
};
use crate::wire::api_version::{
    ApiVersion, ChangeApiVersion, IN_FORCE, ListApiVersionDetail, ListApiVersions, VersionChoice,
};
use crate::wire::environment::Environment;
use crate::wire::gateway::Gateway;
use crate::wire::rule;
use serde_json::json;

/// What to change of an API.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ApiChange {
    /// `V1` or `V2`; WebSocket needs V2.
    pub(crate) network_architecture: Option<String>,
    /// `sync` or `async`; WebSocket needs sync.
    pub(crate) invocation_mode: Option<String>,
    /// Backend timeout in ms.
    pub(crate) timeout: Option<i64>,
    /// `APP`, `IAM` or `NONE`.
    pub(crate) authentication: Option<String>,
    /// Whether an AppCode stands in for an app's signature.
    pub(crate) app_code: Option<bool>,
    /// `HTTP`, `HTTPS` or `BOTH`.
    pub(crate) protocol: Option<String>,
    /// `GET` … `ANY`.
    pub(crate) method: Option<String>,
    /// Begins with `/`.
    pub(crate) path: Option<String>,
    /// `NORMAL` or `SWA`.
    pub(crate) match_mode: Option<String>,
    /// Whether browsers of other origins may call.
    pub(crate) cors: Option<bool>,
    /// Free text.
    pub(crate) remark: Option<String>,
}

impl ApiChange {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        self.timeout.map_or(Ok(()), rule::raised_backend_timeout)?;
        self.path.as_deref().map_or(Ok(()), rule::request_path)?;
        rule::remark(self.remark.as_deref().unwrap_or_default())?;
        Ok(())
    }

    /// What WebSocket needs: the guide's step 4.
    pub(crate) fn for_websocket() -> Self {
        Self {
            network_architecture: Some(NETWORK_V2.to_owned()),
            invocation_mode: Some(SYNC.to_owned()),
            ..Self::default()
        }
    }

    /// Whether it changes what is behind the API.
    fn is_of_the_backend(&self) -> bool {
        self.network_architecture.is_some() || self.invocation_mode.is_some() || self.timeout.is_some()
    }

    /// Makes `api` what it says.
    fn apply(self, api: &mut Api) {
        let set = |old: &mut String, new: Option<String>| *old = new.unwrap_or_else(|| old.clone());
        set(&mut api.auth_type, self.authentication);
        set(&mut api.req_protocol, self.protocol);
        set(&mut api.req_method, self.method);
        set(&mut api.req_uri, self.path);
        api.match_mode = self.match_mode.or(api.match_mode.take());
        api.remark = self.remark.or(api.remark.take());
        if let Some(cors) = self.cors {
            api.other.insert("cors".to_owned(), cors.into());
        }
        if let Some(on) = self.app_code {
            let kind = if on { "HEADER" } else { "DISABLE" };
            let auth_opt = api.other.entry("auth_opt").or_insert_with(|| json!({}));
            if !auth_opt.is_object() {
                *auth_opt = json!({});
            }
            auth_opt["app_code_auth_type"] = json!(kind);
        }
        if let Some(function) = &mut api.func_info {
            function.network_type = self.network_architecture.or(function.network_type.take());
            function.invocation_type = self.invocation_mode.or(function.invocation_type.take());
            function.timeout = self.timeout.unwrap_or(function.timeout);
        }
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

    /// Changes an API. What runs stays as it is until the API is published. Says whether anything changed.
    ///
    /// # Errors
    /// A broken rule, a backend that has no such setting, a timeout that the gateway does not allow, or the service
    /// refuses.
    pub(crate) async fn update_api(
        &self,
        gateway: &str,
        name: &str,
        change: ApiChange,
    ) -> Result<(Api, bool), AppError> {
        change.check()?;
        let gateway = self.gateway(gateway).await?;
        let current = self.api(&gateway, name).await?;
        self.change_api(&gateway, current, change).await
    }

    /// The same for an API that was just shown.
    pub(super) async fn change_api(
        &self,
        gateway: &Gateway,
        current: Api,
        change: ApiChange,
    ) -> Result<(Api, bool), AppError> {
        let before = current.as_input();
        if change.is_of_the_backend() && (before.backend_type != FUNCTION_BACKEND || before.func_info.is_none()) {
            let text = format!(
                "the backend of the API `{}` is {}, no function",
                current.name, current.backend_type
            );
            return Err(AppError::refused(
                text,
                &["only an API with a function behind it has these settings"],
            ));
        }
        let mut wanted = before.clone();
        change.apply(&mut wanted);
        if wanted == before {
            return Ok((current, false));
        }
        self.check_timeout(gateway, &wanted).await?;
        let update = UpdateApi {
            instance_id: gateway.id.clone(),
            api_id: current.id,
            body: wanted,
        };
        Ok((self.cloud.send(&update).await?, true))
    }

    /// Whether the gateway lets `api` wait as long as it says.
    async fn check_timeout(&self, gateway: &Gateway, api: &Api) -> Result<(), AppError> {
        let Some(function) = api.func_info.as_ref() else {
            return Ok(());
        };
        if rule::backend_timeout(function.timeout).is_ok() {
            return Ok(());
        }
        if function.network_type.as_deref() != Some(NETWORK_V2) {
            let text = format!(
                "a backend timeout of {} ms needs the network architecture V2",
                function.timeout
            );
            return Err(AppError::refused(text, &["add --network-architecture v2"]));
        }
        let most = self.longest_backend_timeout(gateway).await?;
        if function.timeout <= most {
            return Ok(());
        }
        let text = format!(
            "the gateway `{}` allows a backend timeout of {most} ms, not of {} ms",
            gateway.instance_name, function.timeout
        );
        let raise = format!(
            "fgctl gateway feature set {} backend_timeout {}",
            gateway.instance_name, function.timeout
        );
        Err(AppError::refused(text, &[&raise]))
    }

    /// Sets what WebSocket needs of an API's backend.
    ///
    /// # Errors
    /// As [`App::update_api`].
    pub(crate) async fn prepare_api_for_websocket(&self, gateway: &str, name: &str) -> Result<(Api, bool), AppError> {
        self.update_api(gateway, name, ApiChange::for_websocket()).await
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
        self.publish_in(&gateway, &api, &environment, remark).await
    }

    /// The same for what was just shown.
    pub(super) async fn publish_in(
        &self,
        gateway: &Gateway,
        api: &Api,
        environment: &Environment,
        remark: Option<String>,
    ) -> Result<Publication, AppError> {
        let body = PublishAction {
            action: ONLINE.to_owned(),
            env_id: environment.id.clone(),
            api_id: api.id.clone(),
            remark,
        };
        let instance_id = gateway.id.clone();
        Ok(self.cloud.send(&PublishApi { instance_id, body }).await?)
    }

    /// Whether what runs of `api` in `environment` has the backend that `api` has.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn runs_as_edited(
        &self,
        gateway: &Gateway,
        api: &Api,
        environment: &Environment,
    ) -> Result<bool, AppError> {
        let first = ListApiVersions {
            instance_id: gateway.id.clone(),
            api_id: api.id.clone(),
            env_id: Some(environment.id.clone()),
            limit: Some(500),
            ..ListApiVersions::default()
        };
        let versions = self.cloud.list(first, None).await?;
        let Some(running) = versions.into_iter().find(|version| version.status == IN_FORCE) else {
            return Ok(false);
        };
        let detail = ListApiVersionDetail {
            instance_id: gateway.id.clone(),
            version_id: running.version_id,
        };
        let running = self.cloud.send(&detail).await?.func_info;
        let (Some(running), Some(edited)) = (running, &api.func_info) else {
            return Ok(false);
        };
        Ok(running.network_type == edited.network_type
            && running.invocation_type == edited.invocation_type
            && running.timeout == edited.timeout)
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
