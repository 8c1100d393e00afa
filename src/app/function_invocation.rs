//! Calls of a function through the API itself, and what the account may have.

use super::{App, AppError};
use crate::wire::FunctionUrn;
use crate::wire::function_invocation::{AS_JSON, Accepted, AsyncInvokeFunction, Invocation, InvokeFunction, TAIL};
use crate::wire::quota::{ListQuotas, Quota};
use serde_json::{Value, json};

/// The event of an HTTP function that is just to answer: the form of an API gateway's request.
fn plain_request() -> Value {
    json!({
        "httpMethod": "GET", "path": "/", "headers": {}, "queryStringParameters": {}, "pathParameters": {},
        "requestContext": {"apiId": "", "requestId": "", "stage": "RELEASE"}, "body": "", "isBase64Encoded": false
    })
}

impl App {
    /// The URN to call, a version or an alias with it, and the event; without one, an event that the function's type
    /// takes.
    async fn call(
        &self,
        (name, qualifier): (&str, Option<&str>),
        event: Option<Value>,
    ) -> Result<(FunctionUrn, Value), AppError> {
        let function = self.function(name).await?;
        let urn = self.function_urn(name)?;
        let urn = qualifier.map_or_else(|| urn.clone(), |qualifier| urn.qualified(qualifier));
        let event = event.unwrap_or_else(|| match function.is_http() {
            true => plain_request(),
            false => json!({}),
        });
        match event.is_object() {
            true => Ok((urn, event)),
            false => Err(AppError::refused(
                "the event is no JSON object",
                &["write one: --data '{\"key\": \"value\"}'"],
            )),
        }
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses. A function that fails is no error here: the answer tells.
    pub(crate) async fn invoke(
        &self,
        function: (&str, Option<&str>),
        event: Option<Value>,
        log: bool,
    ) -> Result<Invocation, AppError> {
        let (function_urn, body) = self.call(function, event).await?;
        let call = InvokeFunction {
            function_urn,
            x_cff_log_type: log.then(|| TAIL.to_owned()),
            x_cff_request_version: Some(AS_JSON.to_owned()),
            x_cff_instance_memory: None,
            body,
        };
        Ok(self.cloud.send(&call).await?)
    }

    /// Calls a function and waits for nothing.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses: an HTTP function cannot be called so.
    pub(crate) async fn invoke_async(
        &self,
        function: (&str, Option<&str>),
        event: Option<Value>,
    ) -> Result<Accepted, AppError> {
        let (function_urn, body) = self.call(function, event).await?;
        let call = AsyncInvokeFunction {
            function_urn,
            x_cff_instance_memory: None,
            body,
        };
        Ok(self.cloud.send(&call).await?)
    }

    /// What the account may have of FunctionGraph, and has.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn quotas(&self) -> Result<Vec<Quota>, AppError> {
        Ok(self.cloud.send(&ListQuotas {}).await?.quotas.resources)
    }
}
