//! Apps of a gateway: who may call APIs with App authentication. Called clients here, because the use cases as a whole
//! are an [`App`] already.

use super::{App, AppError, pick};
use crate::codes::apig::PUBLICATION_NOT_FOUND;
use crate::wire::app::{App as Client, CreateApp, DeleteApp, ListApps, NewApp, NewSecret, ResetAppSecret, ShowApp};
use crate::wire::app_authorization::{
    Authorization, AuthorizationEntry, CancelAuthorization, CreateAuthorizations, ListBoundApis, NewAuthorization,
};
use crate::wire::app_code::{AppCode, CreateAppCode, CreateAppCodeAuto, DeleteAppCode, ListAppCodes, NewAppCode};
use crate::wire::gateway::Gateway;
use crate::wire::rule;

/// Checks the rules on a new app, which need no call.
///
/// # Errors
/// A broken rule.
pub(crate) fn check_client(new: &NewApp) -> Result<(), AppError> {
    rule::app_name(&new.name)?;
    rule::remark(new.remark.as_deref().unwrap_or_default())?;
    new.app_key.as_deref().map_or(Ok(()), rule::app_key)?;
    new.app_secret.as_deref().map_or(Ok(()), rule::app_secret)?;
    Ok(())
}

/// An app, and the APIs that it is authorised for, or is no more.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The gateway's name or id.
    pub(crate) gateway: String,
    /// The app's name or id.
    pub(crate) client: String,
    /// The APIs' names or ids.
    pub(crate) apis: Vec<String>,
    /// The environment's name or id.
    pub(crate) environment: String,
}

impl App {
    /// The apps of a gateway.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn clients(&self, gateway: &Gateway, limit: Option<usize>) -> Result<Vec<Client>, AppError> {
        let first = ListApps {
            instance_id: gateway.id.clone(),
            limit: Some(500),
            ..ListApps::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The app of this name or id on a gateway.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn client(&self, gateway: &Gateway, name: &str) -> Result<Client, AppError> {
        pick("app", name, self.clients(gateway, None).await?, |app| {
            (&app.id, &app.name)
        })
        .map_err(|error| error.at(format!("on the gateway `{}`", gateway.instance_name)))
    }

    /// Creates an app.
    ///
    /// # Errors
    /// A broken rule, or the service refuses; nothing was created then.
    pub(crate) async fn create_client(&self, gateway: &Gateway, new: NewApp) -> Result<Client, AppError> {
        check_client(&new)?;
        let create = CreateApp {
            instance_id: gateway.id.clone(),
            body: new,
        };
        Ok(self.cloud.send(&create).await?)
    }

    /// Deletes an app, with its AppCodes and authorisations.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn delete_client(&self, gateway: &Gateway, client: &Client) -> Result<(), AppError> {
        let delete = DeleteApp {
            instance_id: gateway.id.clone(),
            app_id: client.id.clone(),
        };
        Ok(self.cloud.send(&delete).await?)
    }

    /// The secret of an app.
    ///
    /// # Errors
    /// The service refuses, or does not tell it.
    pub(crate) async fn client_secret(&self, gateway: &Gateway, client: &Client) -> Result<String, AppError> {
        let show = ShowApp {
            instance_id: gateway.id.clone(),
            app_id: client.id.clone(),
        };
        told(self.cloud.send(&show).await?)
    }

    /// Gives an app another secret, which the service makes, and answers it.
    ///
    /// # Errors
    /// The service refuses, or does not tell it.
    pub(crate) async fn reset_client_secret(&self, gateway: &Gateway, client: &Client) -> Result<String, AppError> {
        let reset = ResetAppSecret {
            instance_id: gateway.id.clone(),
            app_id: client.id.clone(),
            body: NewSecret::default(),
        };
        told(self.cloud.send(&reset).await?)
    }

    /// What an app may call, and where.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn grants(&self, gateway: &Gateway, client: &Client) -> Result<Vec<AuthorizationEntry>, AppError> {
        let first = ListBoundApis {
            instance_id: gateway.id.clone(),
            app_id: Some(client.id.clone()),
            limit: Some(500),
            ..ListBoundApis::default()
        };
        Ok(self.cloud.list(first, None).await?)
    }

    /// Lets an app call APIs in an environment. What it may do already is no error.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; an API is not published there; the service refuses.
    pub(crate) async fn authorize(&self, grant: &Grant) -> Result<Vec<Authorization>, AppError> {
        let gateway = self.gateway(&grant.gateway).await?;
        let client = self.client(&gateway, &grant.client).await?;
        let environment = self.environment(&gateway, &grant.environment).await?;
        let mut api_ids = Vec::new();
        for name in &grant.apis {
            api_ids.push(self.api(&gateway, name).await?.id);
        }
        let create = CreateAuthorizations {
            instance_id: gateway.id,
            body: NewAuthorization {
                env_id: environment.id,
                app_ids: vec![client.id],
                api_ids,
            },
        };
        let made = self.cloud.send(&create).await?.auths;
        let failed = made
            .iter()
            .position(|authorization| authorization.auth_result.status == "FAILED");
        match failed {
            None => Ok(made),
            Some(at) => Err(not_authorized(grant, &made[at], at)),
        }
    }

    /// Takes back what lets an app call APIs in an environment; answers how many there were.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn revoke(&self, grant: &Grant) -> Result<usize, AppError> {
        let gateway = self.gateway(&grant.gateway).await?;
        let client = self.client(&gateway, &grant.client).await?;
        let environment = self.environment(&gateway, &grant.environment).await?;
        let mut granted = self.grants(&gateway, &client).await?;
        granted.retain(|entry| {
            let named = |name: &String| *name == entry.api_id || *name == entry.api_name;
            entry.env_id == environment.id && grant.apis.iter().any(named)
        });
        for entry in &granted {
            let cancel = CancelAuthorization {
                instance_id: gateway.id.clone(),
                app_auth_id: entry.id.clone(),
            };
            self.cloud.send(&cancel).await?;
        }
        Ok(granted.len())
    }

    /// The AppCodes of an app.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn codes(&self, gateway: &Gateway, client: &Client) -> Result<Vec<AppCode>, AppError> {
        let first = ListAppCodes {
            instance_id: gateway.id.clone(),
            app_id: client.id.clone(),
            limit: Some(500),
            ..ListAppCodes::default()
        };
        Ok(self.cloud.list(first, None).await?)
    }

    /// The AppCode of this id.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub(crate) async fn code(&self, gateway: &Gateway, client: &Client, id: &str) -> Result<AppCode, AppError> {
        let codes = self.codes(gateway, client).await?;
        pick("AppCode", id, codes, |code| (&code.id, &code.id))
            .map_err(|error| error.at(format!("of the app `{}`", client.name)))
    }

    /// Gives an app a code: this one, or one that the service makes.
    ///
    /// # Errors
    /// A broken rule, or the service refuses.
    pub(crate) async fn create_code(
        &self,
        gateway: &Gateway,
        client: &Client,
        code: Option<String>,
    ) -> Result<AppCode, AppError> {
        let (instance_id, app_id) = (gateway.id.clone(), client.id.clone());
        let Some(app_code) = code else {
            return Ok(self.cloud.send(&CreateAppCodeAuto { instance_id, app_id }).await?);
        };
        rule::app_code(&app_code)?;
        let create = CreateAppCode {
            instance_id,
            app_id,
            body: NewAppCode { app_code },
        };
        Ok(self.cloud.send(&create).await?)
    }

    /// Deletes an AppCode.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn delete_code(&self, gateway: &Gateway, code: &AppCode) -> Result<(), AppError> {
        let delete = DeleteAppCode {
            instance_id: gateway.id.clone(),
            app_id: code.app_id.clone(),
            app_code_id: code.id.clone(),
        };
        Ok(self.cloud.send(&delete).await?)
    }
}

/// The secret that an answer about `client` holds.
fn told(client: Client) -> Result<String, AppError> {
    if client.app_secret.is_empty() {
        let text = format!("the service does not tell the secret of the app `{}`", client.name);
        return Err(AppError::refused(text, &["make a new one: add --reset"]));
    }
    Ok(client.app_secret)
}

/// Why the authorisation that stands at `at` was not made.
fn not_authorized(grant: &Grant, failed: &Authorization, at: usize) -> AppError {
    let result = &failed.auth_result;
    let api = grant.apis.get(at).map_or(failed.api_id.as_str(), String::as_str);
    let code = result.error_code.as_deref().unwrap_or("no code");
    let why = result.error_msg.as_deref().unwrap_or("no reason");
    let text = format!(
        "the app `{}` was not authorised for the API `{api}`: {code}: {why}",
        grant.client
    );
    let publish = format!(
        "fgctl api publish {api} --gateway {} --environment {}",
        grant.gateway, grant.environment
    );
    let hints = if code == PUBLICATION_NOT_FOUND.code {
        vec![publish]
    } else {
        Vec::new()
    };
    AppError::NotReady { text, hints }
}
