//! A manifest's stack at work: planned and carried out as `deploy` does it, each function then tried before it takes over.

use super::Told;
use super::site::{Failure, Serving, revision};
use crate::app::{App, Doing, Endpoint, Extent, FunctionKind, Material, Planned, Planning, Stack};
use crate::local::Stage;
use crate::plan::{Kind, Policy};
use crate::ui::Ui;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a gateway may take to be created.
const GATEWAY_PATIENCE: Duration = Duration::from_secs(60);
/// How long a URL is tried.
const PROOF_PATIENCE: Duration = Duration::from_secs(10);

/// A manifest, which is read again whenever something changes.
pub(crate) struct Manifested<'a> {
    /// The folder that it is in.
    pub(crate) folder: PathBuf,
    /// Reads it; or says what is wrong with it.
    pub(crate) read: &'a dyn Fn() -> Result<Stack, String>,
    /// The terminal, for programs that build dependencies.
    pub(crate) ui: &'a Ui,
}

impl Manifested<'_> {
    /// What is looked at: the manifest's folder, and what the stack is made of outside of it.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let stack = (self.read)().ok();
        let sources = stack
            .iter()
            .flat_map(Stack::sources)
            .filter_map(|path| path.canonicalize().ok());
        let outside = sources.filter(|path| !path.starts_with(&self.folder));
        outside.chain([self.folder.clone()]).collect()
    }
}

/// A stack on a local cloud.
pub(super) struct StackSite<'a> {
    app: &'a App,
    stage: Stage,
    manifested: &'a Manifested<'a>,
    tell: &'a dyn Fn(Told<'_>),
    /// The functions that take requests.
    running: BTreeSet<String>,
    /// What the manifest says exists, and had to be made here; told once.
    made: Vec<String>,
}

impl<'a> StackSite<'a> {
    /// Nothing is deployed yet.
    pub(super) fn new(app: &'a App, stage: Stage, manifested: &'a Manifested<'a>, tell: &'a dyn Fn(Told<'_>)) -> Self {
        Self {
            app,
            stage,
            manifested,
            tell,
            running: BTreeSet::new(),
            made: Vec::new(),
        }
    }

    /// Whether something serves.
    pub(super) fn serves(&self) -> bool {
        !self.running.is_empty()
    }

    /// Lets what the manifest declares now serve; with `again` every function is started anew. With `prove`, the URLs
    /// are opened before they are told. Whether anything changed.
    ///
    /// # Errors
    /// The manifest is wrong, something cannot be made, or a function does not start: what was before serves on.
    pub(super) async fn deploy(&mut self, (again, prove): (bool, bool), began: Instant) -> Result<bool, Failure> {
        let mut stack = (self.manifested.read)().map_err(Failure::Manifest)?;
        self.settle(&mut stack);
        let planning = Planning {
            policy: Policy { adopt: true },
            extent: Extent::Everything,
            field: None,
        };
        let planned = self.app.plan_stack(&stack, planning).await?;
        let changed = changed(&stack, &planned, again);
        if planned.plan.is_empty() && changed.is_empty() {
            return Ok(false);
        }
        let endpoints = self.carry_out(&stack, &planned, &changed).await?;
        self.take_over(&stack, &planned, (&changed, &endpoints), (prove, began))
            .await?;
        Ok(true)
    }

    /// Makes what a throw-away cloud does not have, and says so once.
    fn settle(&mut self, stack: &mut Stack) {
        let made = stack.settle();
        if self.made != made {
            (self.tell)(Told::Made(&made));
            self.made = made;
        }
    }

    /// Carries the plan out while functions that serve are held as they are.
    async fn carry_out(
        &self,
        stack: &Stack,
        planned: &Planned,
        changed: &BTreeSet<String>,
    ) -> Result<Vec<Endpoint>, Failure> {
        let held = changed.intersection(&self.running);
        let held: Result<Vec<_>, _> = held.map(|name| self.app.function_urn(name)).collect();
        let held = held?;
        for urn in &held {
            self.stage.hold(urn).await.map_err(Failure::Broken)?;
        }
        let doing = Doing {
            field: None,
            ui: self.manifested.ui,
            patience: GATEWAY_PATIENCE,
            tell: &|_| (),
        };
        let endpoints = self.app.carry_out(stack, planned, doing).await;
        if endpoints.is_err() {
            // Nothing waits to take over.
            held.iter().for_each(|urn| self.stage.release(urn));
        }
        Ok(endpoints?)
    }

    /// Starts the functions that changed, each of which takes over when it runs, and tells what serves.
    async fn take_over(
        &mut self,
        stack: &Stack,
        planned: &Planned,
        (changed, endpoints): (&BTreeSet<String>, &[Endpoint]),
        (prove, began): (bool, Instant),
    ) -> Result<(), Failure> {
        let mut failed = None;
        self.running
            .retain(|name| functions(stack).any(|function| function == name));
        for name in changed {
            let urn = self.app.function_urn(name)?;
            let sockets = match self.stage.replace(&urn).await {
                Ok(sockets) => sockets,
                Err(why) => {
                    failed.get_or_insert(Failure::Broken(format!("{name}: {why}")));
                    continue;
                }
            };
            let replaced = (!self.running.insert(name.clone())).then_some(sockets);
            let urls = endpoints.iter().filter(|one| leads_to(stack, one, name));
            let urls: Vec<&Endpoint> = urls.collect();
            if prove {
                self.prove(stack, &urls).await?;
            }
            let one = |url: Option<&str>| Serving {
                function: Some(name.clone()),
                url: url.map(str::to_owned),
                revision: revision(planned.code(name)),
                replaced,
            };
            match urls.is_empty() {
                true => (self.tell)(Told::Serving(&one(None), began.elapsed())),
                false => urls
                    .iter()
                    .for_each(|endpoint| (self.tell)(Told::Serving(&one(Some(&endpoint.url)), began.elapsed()))),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Opens the URLs as their callers would.
    async fn prove(&self, stack: &Stack, endpoints: &[&Endpoint]) -> Result<(), Failure> {
        for endpoint in endpoints {
            let mut endpoint = (*endpoint).clone();
            self.app.prove_endpoint(stack, &mut endpoint, PROOF_PATIENCE).await?;
        }
        Ok(())
    }
}

/// The functions that have to be started: those that a plan changes, and `all` where that is wished.
fn changed(stack: &Stack, planned: &Planned, all: bool) -> BTreeSet<String> {
    let pending = |name: &str| {
        let mut changes = planned.plan.pending();
        // Another trigger's URL is told with the function that it leads to.
        changes.any(|change| match change.address.kind {
            Kind::Function => change.address.name == name,
            Kind::Trigger => behind(stack, change.address.own_name()) == Some(name),
            _ => false,
        })
    };
    functions(stack)
        .filter(|name| all || pending(name))
        .map(str::to_owned)
        .collect()
}

/// The HTTP functions, which alone run here.
fn functions(stack: &Stack) -> impl Iterator<Item = &str> {
    stack.parts.iter().filter_map(|part| match &part.material {
        Material::Function(function) if matches!(function.kind, FunctionKind::Http) => Some(part.address.name.as_str()),
        _ => None,
    })
}

/// The function behind a trigger.
fn behind<'a>(stack: &'a Stack, trigger: &str) -> Option<&'a str> {
    stack.parts.iter().find_map(|part| match &part.material {
        Material::Trigger(material) if part.address.own_name() == trigger => Some(material.function.as_str()),
        _ => None,
    })
}

fn leads_to(stack: &Stack, endpoint: &Endpoint, function: &str) -> bool {
    behind(stack, &endpoint.trigger) == Some(function)
}
