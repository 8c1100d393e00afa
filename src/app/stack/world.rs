//! What was read of the cloud, as the service tells it.

use crate::app::AppError;
use crate::plan::Mark;
use crate::wire::api::Api;
use crate::wire::app;
use crate::wire::app_authorization::AuthorizationEntry;
use crate::wire::dependency::Dependency;
use crate::wire::environment::Environment;
use crate::wire::function::Function;
use crate::wire::function_alias::Alias;
use crate::wire::gateway::Gateway;
use crate::wire::group::Group;
use crate::wire::trigger::TriggerOfFunction;
use std::collections::{BTreeMap, BTreeSet};

/// A gateway and what is on it.
#[derive(Clone, Default)]
pub(super) struct OnGateway {
    pub(super) gateway: Gateway,
    pub(super) groups: Vec<Group>,
    pub(super) environments: Vec<Environment>,
    /// Without their backends.
    pub(super) apis: Vec<Api>,
    pub(super) apps: Vec<app::App>,
    /// What each app may call, by its id; of the apps that bear the mark.
    pub(super) grants: BTreeMap<String, Vec<AuthorizationEntry>>,
}

/// An API as it is edited, and as it runs.
#[derive(Clone, Default)]
pub(super) struct ApiState {
    pub(super) edited: Api,
    pub(super) running: Option<Api>,
}

/// A function's versions and aliases.
#[derive(Clone, Default)]
pub(super) struct Releases {
    pub(super) versions: Vec<Function>,
    pub(super) aliases: Vec<Alias>,
}

/// What there is.
#[derive(Clone, Default)]
pub(super) struct World {
    /// Each with all that its configuration has where it matters, else as lists have it.
    pub(super) functions: BTreeMap<String, Function>,
    /// The functions that bear the tag of the stack.
    pub(super) tagged: BTreeSet<String>,
    /// By name, as lists have them.
    pub(super) dependencies: BTreeMap<String, Dependency>,
    /// By the dependency's name, newest first.
    pub(super) versions: BTreeMap<String, Vec<Dependency>>,
    /// By name.
    pub(super) gateways: BTreeMap<String, OnGateway>,
    pub(super) triggers: Vec<TriggerOfFunction>,
    /// By id.
    pub(super) apis: BTreeMap<String, ApiState>,
    /// By the function's name.
    pub(super) releases: BTreeMap<String, Releases>,
}

impl World {
    /// The version of a dependency that is not this stack's: the one of the number, else the newest.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub(super) fn existing_version(&self, name: &str, version: Option<i64>) -> Result<&Dependency, AppError> {
        let versions = self.versions.get(name).map_or(&[][..], Vec::as_slice);
        let found = versions
            .iter()
            .find(|item| version.is_none_or(|wanted| item.version == wanted));
        found.ok_or_else(|| match version {
            Some(version) if !versions.is_empty() => AppError::not_found("version", &version.to_string(), Vec::new())
                .at(format!("of the dependency `{name}`")),
            _ => AppError::not_found("dependency", name, self.dependencies.keys().cloned().collect()),
        })
    }

    /// Whether the function of this name bears the mark or the tag of `stack`.
    pub(super) fn is_ours(&self, name: &str, stack: &str) -> bool {
        let described = self
            .functions
            .get(name)
            .is_some_and(|function| bears(&function.description, stack));
        described || self.tagged.contains(name)
    }
}

/// Whether `text` ends with the mark of `stack`.
pub(super) fn bears(text: &str, stack: &str) -> bool {
    Mark::split(text).1.is_some_and(|mark| mark.stack == stack)
}
