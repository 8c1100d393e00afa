//! Triggers: the guide's Table 4, and the URL of step 5.

use super::{App, AppError};
use crate::wire::api::{MATCH_PREFIX, SYNC};
use crate::wire::function::Function;
use crate::wire::gateway::{Gateway, RUNNING};
use crate::wire::trigger::{
    CreateFunctionTrigger, DEDICATED_GATEWAY, DeleteFunctionTrigger, GatewayEventData, ListFunctionTriggers,
    NewTrigger, Trigger, TriggerFunction,
};
use crate::wire::{FunctionUrn, rule};
use std::time::Duration;

/// The guide's Table 4, Security Authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authentication {
    /// AppKey and AppSecret: high security.
    App,
    /// IAM users only: medium security.
    Iam,
    /// Anybody.
    None,
}

/// The guide's Table 4, Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `ws://`.
    Http,
    /// `wss://`.
    Https,
}

/// A trigger to create.
#[derive(Clone, Debug)]
pub(crate) struct NewTriggerInput {
    /// The API's name; see [`rule::api_name`].
    pub(crate) name: String,
    /// The function's name or URN.
    pub(crate) function: String,
    /// The gateway's name or id.
    pub(crate) gateway: String,
    /// The group's name or id.
    pub(crate) group: String,
    /// The environment's name or id.
    pub(crate) environment: String,
    /// Who may call.
    pub(crate) authentication: Authentication,
    /// Encrypted or not.
    pub(crate) protocol: Protocol,
    /// `GET` … `ANY`.
    pub(crate) method: String,
    /// Begins with `/`.
    pub(crate) path: String,
    /// Backend timeout in ms: the idle limit of a WebSocket connection.
    pub(crate) timeout: i64,
}

impl NewTriggerInput {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        rule::api_name(&self.name)?;
        rule::request_path(&self.path)?;
        rule::backend_timeout(self.timeout)?;
        Ok(())
    }
}

impl App {
    /// Creates a trigger on a dedicated gateway, with the API and its publication. `wait` is how long a gateway that
    /// is still being created is waited for, `note` is told how far it is.
    ///
    /// # Errors
    /// A broken rule; something named does not exist; the gateway does not run (yet); the service refuses. Nothing
    /// was created then.
    pub(crate) async fn create_trigger(
        &self,
        input: NewTriggerInput,
        wait: Option<Duration>,
        note: impl Fn(&str),
    ) -> Result<Trigger, AppError> {
        input.check()?;
        self.function(&input.function).await?;
        let gateway = self.running_gateway(&input.gateway, wait, note).await?;
        let group = self.group(&gateway, &input.group).await?;
        let environment = self.environment(&gateway, &input.environment).await?;
        let event_data = GatewayEventData {
            name: input.name,
            kind: Some(1),
            path: Some(input.path),
            protocol: Some(match input.protocol {
                Protocol::Http => "HTTP".to_owned(),
                Protocol::Https => "HTTPS".to_owned(),
            }),
            req_method: Some(input.method),
            match_mode: Some(MATCH_PREFIX.to_owned()),
            group_id: Some(group.id),
            group_name: Some(group.name),
            env_name: Some(environment.name),
            env_id: Some(environment.id),
            auth: Some(match input.authentication {
                Authentication::App => "APP".to_owned(),
                Authentication::Iam => "IAM".to_owned(),
                Authentication::None => "NONE".to_owned(),
            }),
            backend_type: Some("FUNCTION".to_owned()),
            sl_domain: Some(group.sl_domain),
            instance_id: Some(gateway.id),
            func_info: Some(TriggerFunction {
                timeout: input.timeout,
                invocation_type: Some(SYNC.to_owned()),
                ..TriggerFunction::default()
            }),
            ..GatewayEventData::default()
        };
        let body = NewTrigger {
            trigger_type_code: DEDICATED_GATEWAY.to_owned(),
            trigger_status: Some("ACTIVE".to_owned()),
            event_type_code: Some("APICreated".to_owned()),
            event_data,
        };
        let function_urn = self.function_urn(&input.function)?;
        Ok(self.cloud.send(&CreateFunctionTrigger { function_urn, body }).await?)
    }

    /// The gateway of this name, once it runs.
    async fn running_gateway(
        &self,
        name: &str,
        wait: Option<Duration>,
        note: impl Fn(&str),
    ) -> Result<Gateway, AppError> {
        let gateway = self.gateway(name).await?;
        match wait {
            _ if gateway.status == RUNNING => Ok(gateway),
            Some(patience) if !gateway.has_failed() => self.wait_for_gateway(&gateway.id, patience, note).await,
            _ => Err(AppError::NotReady {
                text: format!(
                    "the gateway `{name}` is not running: its status is {}",
                    gateway.status
                ),
                hints: match gateway.has_failed() {
                    true => vec![format!("fgctl gateway get {name}")],
                    false => vec![
                        "add --wait, which waits for it".to_owned(),
                        format!("fgctl gateway wait {name}"),
                    ],
                },
            }),
        }
    }

    /// The triggers of a function.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn triggers(&self, function: &str) -> Result<Vec<Trigger>, AppError> {
        // The configuration first: the list of a function that does not exist answers 500.
        self.function(function).await?;
        Ok(self
            .cloud
            .send(&ListFunctionTriggers {
                function_urn: self.function_urn(function)?,
            })
            .await?)
    }

    /// The gateway triggers of all functions, each with its function's name.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn all_triggers(&self) -> Result<Vec<(Function, Trigger)>, AppError> {
        let mut all = Vec::new();
        for function in self.functions(None).await? {
            let urn: FunctionUrn = self.function_urn(&function.func_urn)?;
            let triggers = self.cloud.send(&ListFunctionTriggers { function_urn: urn }).await?;
            all.extend(triggers.into_iter().map(|trigger| (function.clone(), trigger)));
        }
        Ok(all)
    }

    /// What `name` means: a trigger of this name or id first, then the only gateway trigger of a function.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Ambiguous`] for several; a function without a trigger.
    pub(crate) async fn trigger(&self, name: &str) -> Result<(Function, Trigger), AppError> {
        // A hyphen can be in a function's name and in no trigger's: the function alone is asked for then.
        if !name.contains('-') && !name.contains(':') {
            let all = self.all_triggers().await?;
            let mut named: Vec<_> = all.into_iter().filter(|(_, trigger)| is_named(trigger, name)).collect();
            match named.len() {
                0 => {}
                1 => return Ok(named.swap_remove(0)),
                _ => return Err(ambiguous(name, named.iter().map(|(_, trigger)| trigger))),
            }
        }
        let function = self.function(name).await?;
        let mut triggers = self.triggers(name).await?;
        triggers.retain(|trigger| trigger.event_data.invoke_url.is_some());
        match triggers.len() {
            0 => Err(AppError::refused(
                format!("the function `{name}` has no trigger, so it has no URL"),
                &[&format!(
                    "fgctl trigger create API_NAME --function {name} --gateway GATEWAY --group GROUP --path /PATH"
                )],
            )),
            1 => Ok((function, triggers.swap_remove(0))),
            _ => Err(ambiguous(name, triggers.iter())),
        }
    }

    /// Deletes a trigger. The API that it made stays.
    ///
    /// # Errors
    /// As [`App::trigger`], or the service refuses.
    pub(crate) async fn delete_trigger(&self, name: &str) -> Result<Trigger, AppError> {
        let (function, trigger) = self.trigger(name).await?;
        let delete = DeleteFunctionTrigger {
            function_urn: self.function_urn(&function.func_urn)?,
            trigger_type_code: trigger.trigger_type_code.clone(),
            trigger_id: trigger.trigger_id.clone(),
        };
        self.cloud.send(&delete).await?;
        Ok(trigger)
    }
}

fn is_named(trigger: &Trigger, name: &str) -> bool {
    trigger.event_data.name == name || trigger.trigger_id == name
}

fn ambiguous<'a>(name: &str, triggers: impl Iterator<Item = &'a Trigger>) -> AppError {
    let ids = triggers
        .map(|trigger| format!("{} ({})", trigger.event_data.name, trigger.trigger_id))
        .collect();
    AppError::Ambiguous {
        what: "trigger",
        name: name.to_owned(),
        ids,
    }
}
