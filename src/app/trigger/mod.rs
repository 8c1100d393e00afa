//! Triggers: the guide's Table 4, and the URL of step 5.

mod create;

pub(crate) use create::{Authentication, NewTriggerInput, Progress, Protocol};

use super::{App, AppError};
use crate::wire::FunctionUrn;
use crate::wire::function::Function;
use crate::wire::trigger::{DeleteFunctionTrigger, ListFunctionTriggers, Trigger};

impl App {
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
