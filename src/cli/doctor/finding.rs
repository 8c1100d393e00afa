//! What a check came to.

use crate::cli::error::CommandError;
use serde::Serialize;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// All is well.
    Ok,
    /// It works without, or it may surprise later.
    Warning,
    /// What fgctl needs is not there, or is broken.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What.
    pub(super) check: String,
    /// How it ended.
    pub(super) status: Status,
    /// What was found.
    pub(super) found: String,
    /// What to do next, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl Finding {
    fn new(status: Status, check: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            status,
            found: found.into(),
            next: None,
        }
    }

    pub(super) fn ok(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Status::Ok, check, found)
    }

    pub(super) fn warning(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Status::Warning, check, found)
    }

    pub(super) fn failed(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Status::Failed, check, found)
    }

    /// All is well if `fine`, else a warning.
    pub(super) fn fine_if(fine: bool, check: impl Into<String>, found: impl Into<String>) -> Self {
        match fine {
            true => Self::ok(check, found),
            false => Self::warning(check, found),
        }
    }

    /// The failure that `error` is, with its own advice.
    pub(super) fn error(check: impl Into<String>, error: &CommandError) -> Self {
        Self {
            next: error.first_hint().map(str::to_owned),
            ..Self::failed(check, error.told())
        }
    }

    /// With what to do next.
    pub(super) fn next(self, next: impl Into<String>) -> Self {
        Self {
            next: Some(next.into()),
            ..self
        }
    }
}
