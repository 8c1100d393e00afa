//! What there is: read with as few requests as possible. Lists first; one request more only where a list does not tell.

use super::material::{Laid, Material, Stack};
use super::world::{ApiState, OnGateway, Releases, World, bears};
use crate::app::{App, AppError};
use crate::cloud::ApiError;
use crate::plan::{Kind, STACK};
use crate::wire::api::{Api, ShowDetailsOfApi};
use crate::wire::api_publication::ShowRuntimeDefinition;
use crate::wire::dependency::{Dependency, ListDependencies, ListDependencyVersion};
use crate::wire::function::{Function, ShowFunctionConfig};
use crate::wire::function_alias::ListVersionAliases;
use crate::wire::function_tag::{ResourceFilter, ShowResInstanceInfo, TagValues, TaggedResource};
use crate::wire::function_version::ListFunctionVersions;
use crate::wire::gateway::{Gateway, RUNNING, ShowDetailsOfInstance};
use crate::wire::trigger::{ListFunctionTriggers, ListTriggers, TriggerOfFunction};
use crate::wire::{FunctionUrn, app};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

/// How many requests are under way at once.
pub(super) const AT_ONCE: usize = 32;
/// How many items a page of triggers or tagged functions has.
const PAGE: usize = 400;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the manifest names, and what bears its mark beside that.
    Named,
    /// Every gateway too: what was left behind may be anywhere.
    Everything,
}

/// What a read is about.
struct Reader<'a> {
    app: &'a App,
    stack: &'a str,
    names: BTreeSet<(Kind, String)>,
    laid: BTreeSet<String>,
    /// The environment of each trigger, by its group's name and its own.
    environments: BTreeMap<String, String>,
    extent: Extent,
}

impl World {
    /// Reads what there is of `stack`.
    ///
    /// # Errors
    /// The service refuses, or cannot be reached.
    pub(super) async fn read(app: &App, stack: &Stack, extent: Extent) -> Result<Self, AppError> {
        let reader = Reader::new(app, stack, extent);
        let (functions, tagged, dependencies, gateways, triggers) = tokio::try_join!(
            app.functions(None),
            reader.tagged(),
            reader.dependencies(),
            app.gateways(None),
            reader.triggers(),
        )?;
        let mut world = Self {
            functions: functions
                .into_iter()
                .map(|function| (function.func_name.clone(), function))
                .collect(),
            tagged,
            dependencies,
            triggers,
            ..Self::default()
        };
        let (configs, versions, releases, gateways) = tokio::try_join!(
            reader.configs(&world),
            reader.versions(&world),
            reader.releases(&world),
            reader.gateways(&world, gateways),
        )?;
        world.functions.extend(configs);
        world.versions = versions;
        world.releases = releases;
        world.gateways = gateways;
        world.apis = reader.apis(&world).await?;
        Ok(world)
    }
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, stack: &'a Stack, extent: Extent) -> Self {
        let names = stack.parts.iter().map(|part| match &part.material {
            Material::Release { function, .. } => (Kind::Release, function.clone()),
            _ => (part.address.kind, part.address.name.clone()),
        });
        let gateways = stack
            .parts
            .iter()
            .map(|part| (Kind::Gateway, part.address.gateway.clone()));
        let laid = stack.parts.iter().filter_map(|part| match &part.material {
            Material::Function(function) => function.dependencies.as_ref(),
            _ => None,
        });
        let laid = laid.flatten().map(|laid| match laid {
            Laid::Own(name) | Laid::Existing(name, _) => name.clone(),
        });
        let environments = stack.parts.iter().filter_map(|part| match &part.material {
            Material::Trigger(trigger) => Some((part.address.name.clone(), trigger.environment.clone())),
            _ => None,
        });
        Self {
            app,
            stack: &stack.name,
            environments: environments.collect(),
            laid: laid.collect(),
            names: names.chain(gateways).filter(|(_, name)| !name.is_empty()).collect(),
            extent,
        }
    }

    fn names(&self, kind: Kind, name: &str) -> bool {
        self.names.contains(&(kind, name.to_owned()))
    }

    /// The functions that bear the stack's tag.
    async fn tagged(&self) -> Result<BTreeSet<String>, AppError> {
        let mut names = BTreeSet::new();
        loop {
            let body = ResourceFilter {
                tags: vec![TagValues {
                    key: STACK.to_owned(),
                    values: vec![self.stack.to_owned()],
                }],
                limit: i64::try_from(PAGE).ok(),
                offset: i64::try_from(names.len()).ok(),
                ..ResourceFilter::default()
            };
            let action = "filter".to_owned();
            let page = self.app.cloud().send(&ShowResInstanceInfo { action, body }).await?;
            let before = names.len();
            let resources: Vec<TaggedResource> = page.resources.unwrap_or_default();
            names.extend(resources.into_iter().map(|resource| resource.resource_name));
            if names.len() == before || i64::try_from(names.len()).is_ok_and(|all| all >= page.total_count) {
                return Ok(names);
            }
        }
    }

    async fn dependencies(&self) -> Result<BTreeMap<String, Dependency>, AppError> {
        let own = self.app.dependencies(None).await?;
        let mut all: BTreeMap<_, _> = own.into_iter().map(|item| (item.name.clone(), item)).collect();
        // The service's own ones are many, and only asked for by name.
        for name in self.laid.iter().filter(|name| !self.names(Kind::Dependency, name)) {
            if !all.contains_key(name) {
                let first = ListDependencies {
                    dependency_type: Some("public".to_owned()),
                    name: Some(name.clone()),
                    ..ListDependencies::default()
                };
                let found: Vec<Dependency> = self.app.cloud().list(first, None).await?;
                let named = found.into_iter().find(|item| item.name == *name);
                all.extend(named.map(|item| (name.clone(), item)));
            }
        }
        Ok(all)
    }

    /// The triggers of all functions. The list of the whole project is in no SDK: where it is refused, each function
    /// that the manifest names is asked for its own.
    async fn triggers(&self) -> Result<Vec<TriggerOfFunction>, AppError> {
        let mut all: Vec<TriggerOfFunction> = Vec::new();
        loop {
            let list = ListTriggers {
                marker: Some(all.len().to_string()).filter(|_| !all.is_empty()),
                maxitems: Some(PAGE.to_string()),
            };
            let page = match self.app.cloud().send(&list).await {
                Err(ApiError::Refused(_)) if all.is_empty() => return self.triggers_of_each().await,
                page => page?.triggers,
            };
            let ended = page.len() < PAGE;
            all.extend(page);
            if ended {
                return Ok(all);
            }
        }
    }

    async fn triggers_of_each(&self) -> Result<Vec<TriggerOfFunction>, AppError> {
        let functions = self.names.iter().filter(|(kind, _)| *kind == Kind::Function);
        let urns: Vec<FunctionUrn> = functions.map(|(_, name)| self.app.cloud().urn(name)).collect();
        let each = stream::iter(urns).map(|function_urn| async move {
            let func_urn = function_urn.to_string();
            match self.app.cloud().send(&ListFunctionTriggers { function_urn }).await {
                // Of a function that does not exist, the service only says that it failed.
                Err(error) if error.is_not_found() || error.status_is(500) => Ok(Vec::new()),
                Err(error) => Err(error),
                Ok(triggers) => Ok(triggers
                    .into_iter()
                    .map(|trigger| TriggerOfFunction {
                        func_urn: func_urn.clone(),
                        trigger,
                    })
                    .collect()),
            }
        });
        let all: Vec<Vec<_>> = each.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(all.into_iter().flatten().collect())
    }

    /// The whole configuration of each function that the manifest names.
    async fn configs(&self, world: &World) -> Result<Vec<(String, Function)>, AppError> {
        let named: Vec<String> = world
            .functions
            .keys()
            .filter(|name| self.names(Kind::Function, name))
            .cloned()
            .collect();
        let each = stream::iter(named).map(|name| async move {
            let function_urn = self.app.cloud().urn(&name);
            let config = self.app.cloud().send(&ShowFunctionConfig { function_urn }).await?;
            Ok::<_, AppError>((name, config))
        });
        each.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn versions(&self, world: &World) -> Result<BTreeMap<String, Vec<Dependency>>, AppError> {
        let wanted = world.dependencies.values().filter(|item| {
            self.names(Kind::Dependency, &item.name)
                || self.laid.contains(&item.name)
                || bears(&item.description, self.stack)
        });
        let wanted: Vec<(String, String)> = wanted.map(|item| (item.name.clone(), item.id.clone())).collect();
        let each = stream::iter(wanted).map(|(name, depend_id)| async move {
            let first = ListDependencyVersion {
                depend_id,
                ..ListDependencyVersion::default()
            };
            let mut versions: Vec<Dependency> = self.app.cloud().list(first, None).await?;
            versions.sort_by_key(|version| std::cmp::Reverse(version.version));
            Ok::<_, AppError>((name, versions))
        });
        each.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn releases(&self, world: &World) -> Result<BTreeMap<String, Releases>, AppError> {
        let named = self.names.iter().filter(|(kind, _)| *kind == Kind::Release);
        let named: Vec<String> = named
            .map(|(_, name)| name.clone())
            .filter(|name| world.functions.contains_key(name))
            .collect();
        let each = stream::iter(named).map(|name| async move {
            let function_urn = self.app.cloud().urn(&name);
            let first = ListFunctionVersions {
                function_urn: function_urn.clone(),
                marker: None,
                maxitems: None,
            };
            let versions = self.app.cloud().list(first, None).await?;
            let aliases = self.app.cloud().send(&ListVersionAliases { function_urn }).await?;
            Ok::<_, AppError>((name, Releases { versions, aliases }))
        });
        each.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn gateways(&self, world: &World, all: Vec<Gateway>) -> Result<BTreeMap<String, OnGateway>, AppError> {
        let behind = |gateway: &Gateway| {
            world.triggers.iter().any(|item| {
                let name = item.func_urn.parse::<FunctionUrn>().map(|urn| urn.name);
                item.trigger.event_data.instance_id.as_ref() == Some(&gateway.id)
                    && name.is_ok_and(|name| self.names(Kind::Function, &name) || world.is_ours(&name, self.stack))
            })
        };
        let wanted: Vec<(Gateway, bool)> = all
            .into_iter()
            .map(|gateway| {
                let reads = self.extent == Extent::Everything
                    || self.names(Kind::Gateway, &gateway.instance_name)
                    || behind(&gateway);
                (gateway, reads)
            })
            .collect();
        let each = stream::iter(wanted).map(|(gateway, reads)| self.gateway(gateway, reads));
        each.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// A gateway with what is on it, where that is read or it turns out to bear the mark.
    async fn gateway(&self, listed: Gateway, reads: bool) -> Result<(String, OnGateway), AppError> {
        let show = ShowDetailsOfInstance {
            instance_id: listed.id.clone(),
        };
        let running = listed.status == RUNNING;
        let (shown, mut on) = tokio::try_join!(
            async { Ok(self.app.cloud().send(&show).await?) },
            self.on_gateway(&listed, reads && running)
        )?;
        let description = shown.other.get("description").and_then(|text| text.as_str());
        if running && !reads && bears(description.unwrap_or_default(), self.stack) {
            on = self.on_gateway(&listed, true).await?;
        }
        let ours: Vec<&app::App> = on
            .apps
            .iter()
            .filter(|app| bears(app.remark.as_deref().unwrap_or_default(), self.stack))
            .collect();
        let mut grants = BTreeMap::new();
        for client in ours {
            grants.insert(client.id.clone(), self.app.grants(&listed, client).await?);
        }
        Ok((
            shown.instance_name.clone(),
            OnGateway {
                gateway: shown,
                grants,
                ..on
            },
        ))
    }

    async fn on_gateway(&self, gateway: &Gateway, reads: bool) -> Result<OnGateway, AppError> {
        if !reads {
            return Ok(OnGateway::default());
        }
        let has_apps = self.extent == Extent::Everything || self.names.iter().any(|(kind, _)| *kind == Kind::App);
        let apps = async {
            match has_apps {
                true => self.app.clients(gateway, None).await,
                false => Ok(Vec::new()),
            }
        };
        let (groups, environments, apis, apps) = tokio::try_join!(
            self.app.groups(gateway, None),
            self.app.environments(gateway, None),
            self.app.apis(gateway, None),
            apps
        )?;
        Ok(OnGateway {
            groups,
            environments,
            apis,
            apps,
            ..OnGateway::default()
        })
    }

    /// The APIs of the triggers that the manifest names, as they are edited and as they run.
    async fn apis(&self, world: &World) -> Result<BTreeMap<String, ApiState>, AppError> {
        let wanted = world.gateways.values().flat_map(|on| {
            let named = on.apis.iter().filter_map(|api| {
                let group = on.groups.iter().find(|group| group.id == api.group_id)?;
                let name = self.environments.get(&format!("{}/{}", group.name, api.name))?;
                let environment = on.environments.iter().find(|environment| environment.name == *name);
                let id = environment.map(|environment| environment.id.clone());
                Some((on.gateway.id.clone(), api.clone(), id))
            });
            named.collect::<Vec<_>>()
        });
        let wanted: Vec<_> = wanted.collect();
        let each = stream::iter(wanted).map(|(instance_id, api, environment)| async move {
            let id = api.id.clone();
            Ok::<_, AppError>((id, self.api(instance_id, api, environment).await?))
        });
        each.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn api(&self, instance_id: String, listed: Api, env_id: Option<String>) -> Result<ApiState, AppError> {
        let show = ShowDetailsOfApi {
            instance_id: instance_id.clone(),
            api_id: listed.id.clone(),
        };
        let running = async {
            let published = listed.run_env_id.as_deref().unwrap_or_default();
            if !published.split('|').any(|id| Some(id) == env_id.as_deref()) {
                return Ok(None);
            }
            let show = ShowRuntimeDefinition {
                instance_id,
                api_id: listed.id.clone(),
                env_id,
            };
            match self.app.cloud().send(&show).await {
                Err(error) if error.is_not_found() => Ok(None),
                answer => Ok::<_, AppError>(Some(answer?)),
            }
        };
        let edited = async { Ok(self.app.cloud().send(&show).await?) };
        let (edited, running) = tokio::try_join!(edited, running)?;
        Ok(ApiState { edited, running })
    }
}
