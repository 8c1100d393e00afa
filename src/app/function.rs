//! Functions: the guide's step 1, and the code of step 2.

use super::code::{CodeInput, check_upload};
use super::{App, AppError, FunctionSettings};
use crate::cloud::ApiError;
use crate::package::Archive;
use crate::wire::function::{
    BOOTSTRAP, DeleteFunction, Function, ListFunctions, NewCode, NewFunction, ShowFunctionConfig, V2,
};
use crate::wire::urn::DEFAULT_PACKAGE;
use crate::wire::{FunctionUrn, rule, runtime};

/// The guide's Table 1, Function Type.
#[derive(Clone, Debug)]
pub(crate) enum FunctionKind {
    /// A server of its own, started by `bootstrap`.
    Http,
    /// An entry point that a runtime calls.
    Event {
        /// One of [`runtime::ALL`].
        runtime: String,
        /// `file.function`.
        handler: String,
    },
}

impl FunctionKind {
    /// The kind of a function that exists.
    pub(super) fn of(function: Function) -> Self {
        match function.is_http() {
            true => Self::Http,
            false => Self::Event {
                runtime: function.runtime,
                handler: function.handler,
            },
        }
    }
}

/// A function to create.
#[derive(Clone, Debug)]
pub(crate) struct NewFunctionInput {
    /// See [`rule::function_name`].
    pub(crate) name: String,
    /// HTTP or event.
    pub(crate) kind: FunctionKind,
    /// A folder, a ZIP, a file, or an object.
    pub(crate) code: CodeInput,
    /// What it is set to; memory and timeout are needed.
    pub(crate) settings: FunctionSettings,
}

/// A function that is ready to be sent.
#[derive(Debug)]
pub(crate) struct PreparedFunction {
    body: NewFunction,
    settings: FunctionSettings,
}

impl NewFunctionInput {
    /// The function as it is sent: its rules checked, its code packed. `packed` is told what packing repaired.
    ///
    /// # Errors
    /// A broken rule, or code that cannot be packed. Nothing was sent.
    pub(crate) async fn prepare(self, packed: impl FnOnce(&Archive)) -> Result<PreparedFunction, AppError> {
        self.check()?;
        let code = self.code.read(&self.kind).await?;
        if let Some(archive) = code.archive() {
            packed(archive);
        }
        Ok(self.into_wire(code.body()))
    }

    /// Checks what the guide rules, before anything is read.
    fn check(&self) -> Result<(), AppError> {
        rule::function_name(&self.name)?;
        self.settings.check()?;
        if let FunctionKind::Event { runtime, handler } = &self.kind {
            rule::runtime(runtime)?;
            rule::handler(handler, runtime)?;
        }
        Ok(())
    }

    fn into_wire(self, code: NewCode) -> PreparedFunction {
        let (runtime, handler) = match self.kind {
            FunctionKind::Http => (runtime::HTTP.to_owned(), BOOTSTRAP.to_owned()),
            FunctionKind::Event { runtime, handler } => (runtime, handler),
        };
        let body = NewFunction {
            func_name: self.name,
            package: DEFAULT_PACKAGE.to_owned(),
            runtime,
            handler,
            code_type: code.code_type,
            code_filename: code.code_filename,
            code_url: code.code_url,
            func_code: code.func_code,
            kind: Some(V2.to_owned()),
            ..NewFunction::default()
        };
        PreparedFunction {
            body,
            settings: self.settings,
        }
    }
}

impl App {
    /// The URN of a function named by its name or its URN.
    ///
    /// # Errors
    /// A name that no function can have.
    pub(crate) fn function_urn(&self, name: &str) -> Result<FunctionUrn, AppError> {
        if let Ok(urn) = name.parse::<FunctionUrn>() {
            return Ok(urn.unqualified());
        }
        rule::function_name(name)?;
        Ok(self.cloud.urn(name))
    }

    /// The configuration of a function named by its name or its URN.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn function(&self, name: &str) -> Result<Function, AppError> {
        let function_urn = self.function_urn(name)?;
        match self.cloud.send(&ShowFunctionConfig { function_urn }).await {
            Err(error) if error.is_not_found() => Err(self.no_function(name).await),
            answer => Ok(answer?),
        }
    }

    /// All functions.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn functions(&self, limit: Option<usize>) -> Result<Vec<Function>, AppError> {
        Ok(self.cloud.list(ListFunctions::default(), limit).await?)
    }

    /// Creates what [`NewFunctionInput::prepare`] prepared.
    ///
    /// # Errors
    /// The service refuses; nothing was created then. [`AppError::Unfinished`] when it was, and could not be set, or it
    /// has other code afterwards than was sent.
    pub(crate) async fn create_function(&self, prepared: PreparedFunction) -> Result<Function, AppError> {
        let PreparedFunction { body, settings } = prepared;
        let sent = body.func_code.clone();
        let created = self.create_with(body, &settings).await?;
        check_upload(sent.as_ref(), created.code_size, &created.digest)?;
        Ok(created)
    }

    /// Deletes a function, with its triggers.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn delete_function(&self, name: &str) -> Result<(), AppError> {
        let function_urn = self.function_urn(name)?;
        match self.cloud.send(&DeleteFunction { function_urn }).await {
            Err(error) if error.is_not_found() => Err(self.no_function(name).await),
            answer => Ok(answer?),
        }
    }

    pub(super) async fn no_function(&self, name: &str) -> AppError {
        let others: Result<Vec<Function>, ApiError> = self.cloud.list(ListFunctions::default(), None).await;
        // Only the suggestion is lost when the list cannot be had.
        let names = others
            .unwrap_or_default()
            .into_iter()
            .map(|function| function.func_name)
            .collect();
        AppError::not_found("function", name, names)
    }
}
