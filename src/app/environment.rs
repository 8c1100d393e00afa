//! Environments: the guide's Table 4, Environment.

use super::{App, AppError, pick};
use crate::wire::environment::{CreateEnvironment, DeleteEnvironment, Environment, ListEnvironments, NewEnvironment};
use crate::wire::gateway::Gateway;
use crate::wire::rule;

/// Checks the rules on a new environment, which need no call.
///
/// # Errors
/// A broken rule.
pub(crate) fn check_environment(name: &str, remark: Option<&str>) -> Result<(), AppError> {
    rule::environment_name(name)?;
    rule::remark(remark.unwrap_or_default())?;
    Ok(())
}

impl App {
    /// The environments of a gateway; `RELEASE` is always among them.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn environments(
        &self,
        gateway: &Gateway,
        limit: Option<usize>,
    ) -> Result<Vec<Environment>, AppError> {
        let first = ListEnvironments {
            instance_id: gateway.id.clone(),
            limit: Some(500),
            ..ListEnvironments::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The environment of this name or id on a gateway.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn environment(&self, gateway: &Gateway, name: &str) -> Result<Environment, AppError> {
        let environments = self.environments(gateway, None).await?;
        pick("environment", name, environments, |environment| {
            (&environment.id, &environment.name)
        })
        .map_err(|error| error.at(format!("on the gateway `{}`", gateway.instance_name)))
    }

    /// Creates an environment.
    ///
    /// # Errors
    /// A broken rule, or the service refuses; nothing was created then.
    pub(crate) async fn create_environment(
        &self,
        gateway: &Gateway,
        name: &str,
        remark: Option<String>,
    ) -> Result<Environment, AppError> {
        check_environment(name, remark.as_deref())?;
        let instance_id = gateway.id.clone();
        let body = NewEnvironment {
            name: name.to_owned(),
            remark,
        };
        Ok(self.cloud.send(&CreateEnvironment { instance_id, body }).await?)
    }

    /// Deletes an environment in which nothing is published.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn delete_environment(
        &self,
        gateway: &Gateway,
        environment: &Environment,
    ) -> Result<(), AppError> {
        let delete = DeleteEnvironment {
            instance_id: gateway.id.clone(),
            env_id: environment.id.clone(),
        };
        Ok(self.cloud.send(&delete).await?)
    }
}
