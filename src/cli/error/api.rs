//! How an operation fails that the cloud did not do: its exit status, and what to do about it.

use super::{CommandError, Exit};
use crate::cloud::{ApiError, Refusal};
use crate::codes::obs;
use crate::wire::api::PublishApi;
use crate::wire::app::CreateApp;
use crate::wire::app_authorization::CreateAuthorizations;
use crate::wire::dependency::CreateDependencyVersion;
use crate::wire::environment::CreateEnvironment;
use crate::wire::function::CreateFunction;
use crate::wire::gateway::CreateInstance;
use crate::wire::gateway_address::{AddEgressEip, AddIngressEip};
use crate::wire::gateway_feature::CreateFeature;
use crate::wire::group::CreateApiGroup;
use crate::wire::trigger::CreateFunctionTrigger;
use crate::wire::{Operation, Service};

impl From<ApiError> for CommandError {
    fn from(error: ApiError) -> Self {
        let mut failed = Self::of(exit_of(&error), &error);
        if let Some(id) = error.refusal().and_then(|refusal| refusal.request_id.as_ref()) {
            failed.causes.push(format!("request id {id}"));
        }
        if let Some(operation) = error.undecided() {
            let look = look_up(operation)
                .map(|command| format!(": {command}"))
                .unwrap_or_default();
            failed = failed.hint(format_args!("it may have been done all the same; see first{look}"));
        }
        if let Some(entry) = error.explanation() {
            failed = failed.explained(entry);
        }
        failed.hints(where_to_look(&error))
    }
}

/// The exit status of an operation that did not succeed.
fn exit_of(error: &ApiError) -> Exit {
    match error {
        ApiError::Refused(refusal) if is_about_credentials(refusal) => Exit::Credentials,
        ApiError::Refused(_) if error.is_not_found() => Exit::NotFound,
        ApiError::Refused(_) if error.is_conflict() => Exit::Conflict,
        ApiError::Unreachable { source, .. } if source.is_ours() => Exit::Usage,
        ApiError::Refused(_) | ApiError::Unreachable { .. } | ApiError::Unreadable { .. } => Exit::Service,
        ApiError::Shape { .. } => Exit::Usage,
    }
}

/// What to check when the answer does not say it itself.
fn where_to_look(error: &ApiError) -> Option<String> {
    let endpoint = "check --endpoint and --region; for the local cloud: fgctl local status";
    match error {
        ApiError::Unreachable { source, .. } if source.is_ours() => None,
        ApiError::Unreachable { .. } => Some(endpoint.to_owned()),
        ApiError::Refused(refusal) => match refusal.retry_after {
            Some(wait) => Some(format!(
                "the service asks for patience: try again in {} s",
                wait.as_secs()
            )),
            None if refusal.known_shape => None,
            None => Some(format!(
                "this is no answer of the service itself, but of something on the way: {endpoint}"
            )),
        },
        ApiError::Unreadable { .. } => Some(format!("perhaps another server answered: {endpoint}")),
        ApiError::Shape { .. } => None,
    }
}

/// The command that shows whether `operation` was done.
fn look_up(operation: &str) -> Option<&'static str> {
    let commands = [
        (CreateFunction::NAME, "fgctl function list"),
        (CreateDependencyVersion::NAME, "fgctl dependency versions NAME"),
        (CreateFunctionTrigger::NAME, "fgctl trigger list FUNCTION"),
        (CreateInstance::NAME, "fgctl gateway list"),
        (CreateApp::NAME, "fgctl app list --gateway GATEWAY"),
        (CreateAuthorizations::NAME, "fgctl app get NAME --gateway GATEWAY"),
        (CreateFeature::NAME, "fgctl gateway feature list NAME"),
        (AddIngressEip::NAME, "fgctl gateway public-access show NAME"),
        (AddEgressEip::NAME, "fgctl gateway public-access show NAME"),
        (CreateApiGroup::NAME, "fgctl group list --gateway GATEWAY"),
        (CreateEnvironment::NAME, "fgctl environment list --gateway GATEWAY"),
        (PublishApi::NAME, "fgctl api get NAME --gateway GATEWAY"),
    ];
    let found = commands.into_iter().find(|(name, _)| *name == operation)?;
    Some(found.1)
}

/// Whether the service did not accept who is calling, or what they may do.
fn is_about_credentials(refusal: &Refusal) -> bool {
    let codes = [
        "APIGW.0301",
        "APIGW.0302",
        "APIGW.0303",
        "FSS.0401",
        "FSS.0403",
        "FSS.1303",
        "FSS.1310",
        obs::ACCESS_DENIED.code,
        obs::INVALID_ACCESS_KEY_ID.code,
        obs::INVALID_SECURITY.code,
        obs::REQUEST_TIME_TOO_SKEWED.code,
        obs::SIGNATURE_DOES_NOT_MATCH.code,
    ];
    // An answer to `HEAD` says it by its status alone.
    let unnamed = refusal.service == Service::Obs && refusal.code == "403";
    refusal.status == 401 || unnamed || codes.contains(&refusal.code.as_str())
}
