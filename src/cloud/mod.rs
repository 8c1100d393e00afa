//! Typed operations: an [`Operation`] in, its output or an [`ApiError`] out; paging, waiting, the project's id.
//!
//! Knows no terminal and no settings, and repeats nothing: that is the transport's. What callers need of the transport
//! is named here, so that nobody above has to know it.

mod error;
mod line;
mod pages;
mod probe;
mod project;
mod project_cache;
mod refusal;
pub(crate) mod wait;

pub(crate) use crate::transport::{
    Attempt, Event, Exchange, Observer, Options, Proxies, Request, Response, SetupError,
};
pub(crate) use error::{ApiError, Refusal};
pub(crate) use line::{Call, Endpoints};
pub(crate) use probe::{Prober, Reached};
pub(crate) use project::ProjectError;

/// Test doubles for the layers above.
#[cfg(test)]
pub(crate) use crate::transport::fake;

use crate::sign::Caller;
use crate::transport;
use crate::wire::{FunctionUrn, Listing, Operation, Scope, Service};
use line::{Identity, Line};
use pages::Progress;
use project_cache::ProjectCache;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::OnceCell;

/// Whom to call, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where each service is.
    pub(crate) endpoints: Endpoints,
    /// The region's id, `cn-east-3`.
    pub(crate) region: String,
    /// The project's id; looked up by the region where it is not known.
    pub(crate) project_id: Option<String>,
    /// The account's id; looked up when a global service is called first, where it is not known.
    pub(crate) domain_id: Option<String>,
    /// Who calls.
    pub(crate) credentials: Caller,
    /// The folder in which a project's id that was looked up is kept.
    pub(crate) cache: Option<PathBuf>,
}

/// The cloud cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The transport cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The project's id is not known and cannot be found.
    #[error(transparent)]
    Project(#[from] ProjectError),
}

/// The cloud, as seen from one project of one region. Cheap to clone; clones share everything.
#[derive(Clone)]
pub(crate) struct Cloud(Arc<Inner>);

struct Inner {
    line: Line,
    region: String,
    project_id: String,
    domain_id: OnceCell<Option<String>>,
    cached: Option<Cached>,
}

/// A project's id that was kept from an earlier command, and may be wrong by now.
struct Cached {
    cache: ProjectCache,
    /// Whether the service has accepted it.
    proved: AtomicBool,
    /// The id that it should have been, once somebody had to ask; nothing where it was right.
    corrected: OnceCell<Option<String>>,
}

impl Cloud {
    /// Sets the transport up and finds the project's id where `target` has none.
    ///
    /// # Errors
    /// [`ConnectError::Setup`] for a CA file or a proxy that cannot be used; [`ConnectError::Project`] as
    /// [`Cloud::over`].
    pub(crate) async fn connect(target: Target, options: Options) -> Result<Self, ConnectError> {
        let stack = transport::stack(target.credentials.clone(), options)?;
        Ok(Self::over(target, stack).await?)
    }

    /// The cloud over `exchange`, which signs and repeats as it sees fit.
    ///
    /// # Errors
    /// [`ProjectError`] when the project's id has to be looked up and cannot be told.
    pub(crate) async fn over(target: Target, exchange: impl Exchange + 'static) -> Result<Self, ProjectError> {
        let endpoint = target.endpoints.of(Service::Iam);
        let cache = target
            .cache
            .as_deref()
            .map(|folder| ProjectCache::of(folder, &target.credentials, &target.region, endpoint));
        let Target {
            endpoints,
            region,
            project_id,
            domain_id,
            ..
        } = target;
        let line = Line {
            exchange: Arc::new(exchange),
            endpoints,
        };
        let found = match project_id {
            Some(project_id) => Project::known(project_id),
            None => Project::find(&line, &region, cache).await?,
        };
        let domain_id = domain_id.or(found.domain_id);
        Ok(Self(Arc::new(Inner {
            line,
            region,
            project_id: found.id,
            domain_id: domain_id.map_or_else(OnceCell::new, |id| OnceCell::new_with(Some(Some(id)))),
            cached: found.cached,
        })))
    }

    /// The region's id.
    pub(crate) fn region(&self) -> &str {
        &self.0.region
    }

    /// The project's id.
    pub(crate) fn project_id(&self) -> &str {
        let corrected = self.0.cached.as_ref().and_then(|cached| cached.corrected.get());
        corrected
            .and_then(Option::as_deref)
            .unwrap_or(self.0.project_id.as_str())
    }

    /// The URN of the function `name` in the default package.
    pub(crate) fn urn(&self, name: &str) -> FunctionUrn {
        FunctionUrn::new(self.region(), self.project_id(), name)
    }

    /// Sends `operation` and reads what it answers.
    ///
    /// # Errors
    /// [`ApiError`], all kinds.
    pub(crate) async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, ApiError> {
        let call = Call::of(operation, self.project_id())?;
        let response = self.call(&call, O::SCOPE).await?;
        line::output::<O>(&response)
    }

    /// Sends `call`, of the given scope, and answers what comes, unread: for operations that fgctl does not know.
    ///
    /// # Errors
    /// [`ApiError::Refused`] and [`ApiError::Unreachable`].
    pub(crate) async fn call(&self, call: &Call, scope: Scope) -> Result<Response, ApiError> {
        let project_id = self.project_id();
        let outcome = self.perform(call, scope).await;
        let Some(cached) = self.0.cached.as_ref().filter(|_| scope == Scope::Project) else {
            return outcome;
        };
        match outcome {
            Ok(response) => {
                cached.proved.store(true, Ordering::Relaxed);
                Ok(response)
            }
            Err(error) if error.may_be_about_the_project() && !cached.proved.load(Ordering::Relaxed) => {
                match self.correct(cached).await {
                    // It was refused before anything was done, so even a POST may go again.
                    Some(corrected) if corrected != project_id => {
                        self.perform(&call.about(project_id, corrected), scope).await
                    }
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn perform(&self, call: &Call, scope: Scope) -> Result<Response, ApiError> {
        let identity = self.identity(scope).await?;
        self.0.line.perform(call, identity).await
    }

    /// The id of the project as the identity service tells it now, where that is another than the one that was kept.
    async fn correct<'a>(&self, cached: &'a Cached) -> Option<&'a str> {
        let look_up = || async {
            cached.cache.forget();
            let project = project::look_up(&self.0.line, self.region()).await.ok()?;
            cached.cache.keep(&project);
            Some(project.id).filter(|id| *id != self.0.project_id)
        };
        cached.corrected.get_or_init(look_up).await.as_deref()
    }

    /// Lists from the page `first` on, to the end or until there are `limit` items.
    ///
    /// # Errors
    /// [`ApiError`], all kinds; [`ApiError::Unreadable`] too when the pages repeat and so would never end.
    pub(crate) async fn list<L: Listing>(&self, first: L, limit: Option<usize>) -> Result<Vec<L::Item>, ApiError> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut progress = Progress::default();
        let mut next = Some(first);
        while let Some(request) = next.take().filter(|_| items.len() < limit) {
            let page = self.send(&request).await?;
            progress.check::<L>(&request, &page)?;
            next = request.after(&page);
            items.extend(L::items(page));
        }
        items.truncate(limit);
        Ok(items)
    }

    /// The header that says what a request of `scope` is about.
    async fn identity(&self, scope: Scope) -> Result<Option<Identity>, ApiError> {
        match scope {
            Scope::Project => Ok(Some(self.project_header())),
            Scope::Domain => Ok(self.account_id().await?.map(domain_header)),
            Scope::Account => Ok(None),
        }
    }

    fn project_header(&self) -> Identity {
        ("X-Project-Id", self.project_id().to_owned())
    }

    /// The account's id. Every project of an account names it; with none to ask, the service may find it by the key.
    ///
    /// # Errors
    /// [`ApiError`]: it has to be looked up, and cannot.
    pub(crate) async fn account_id(&self) -> Result<Option<String>, ApiError> {
        let look_up = || async {
            let projects = project::named(&self.0.line, self.region()).await?;
            Ok(projects.into_iter().next().map(|project| project.domain_id))
        };
        self.0.domain_id.get_or_try_init(look_up).await.cloned()
    }
}

/// The project as [`Cloud::over`] comes to know it.
struct Project {
    id: String,
    domain_id: Option<String>,
    cached: Option<Cached>,
}

impl Project {
    fn known(id: String) -> Self {
        Self {
            id,
            domain_id: None,
            cached: None,
        }
    }

    /// The one project of `region`, as it was kept, else looked up and kept.
    async fn find(line: &Line, region: &str, cache: Option<ProjectCache>) -> Result<Self, ProjectError> {
        if let Some((cache, kept)) = cache.as_ref().and_then(|cache| Some((cache, cache.read()?))) {
            return Ok(Self {
                id: kept.project_id,
                domain_id: Some(kept.domain_id),
                cached: Some(Cached {
                    cache: cache.clone(),
                    proved: AtomicBool::new(false),
                    corrected: OnceCell::new(),
                }),
            });
        }
        let project = project::look_up(line, region).await?;
        if let Some(cache) = cache {
            cache.keep(&project);
        }
        Ok(Self {
            domain_id: Some(project.domain_id),
            ..Self::known(project.id)
        })
    }
}

fn domain_header(id: String) -> Identity {
    ("X-Domain-Id", id)
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud")
            .field("region", &self.0.region)
            .field("project_id", &self.0.project_id)
            .field("endpoints", &self.0.line.endpoints)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
