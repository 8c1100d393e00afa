//! A manifest's stack at work: planned and carried out as `deploy` does it, each function then tried before it takes over.

use super::Told;
use super::site::{Failure, Serving, revision};
use crate::app::{
    App, AppError, CodeInput, Doing, Endpoint, Extent, FunctionKind, Material, Planned, Planning, Stack, local_gateway,
};
use crate::local::Stage;
use crate::plan::{Kind, Policy};
use crate::ui::Ui;
use crate::wire::gateway_feature::BACKEND_TIMEOUT;
use crate::wire::rule;
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
    /// The functions that may have been written since they were started, or were not started yet: what was written
    /// before something else failed has to be tried, too.
    untried: BTreeSet<String>,
    /// What of the manifest is otherwise here; told once.
    made: BTreeSet<String>,
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
            untried: BTreeSet::new(),
            made: BTreeSet::new(),
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
        self.settle(&mut stack)?;
        self.raise_timeouts(&stack).await?;
        let planning = Planning {
            policy: Policy { adopt: true },
            extent: Extent::Everything,
            field: None,
        };
        let planned = self.app.plan_stack(&stack, planning).await?;
        self.untried.extend(changed(&stack, &planned, again));
        self.untried
            .retain(|name| functions(&stack).any(|(function, _)| function == name));
        if planned.plan.is_empty() && self.untried.is_empty() {
            return Ok(false);
        }
        let endpoints = self.carry_out(&stack, &planned).await?;
        if again {
            self.send_again(&stack, &planned).await?;
        }
        self.take_over(&stack, &planned, &endpoints, (prove, began)).await?;
        Ok(true)
    }

    /// Makes what a throw-away cloud does not have, and says so once.
    fn settle(&mut self, stack: &mut Stack) -> Result<(), AppError> {
        let mut made = stack.settle()?;
        made.retain(|one| !self.made.contains(one));
        if !made.is_empty() {
            (self.tell)(Told::Made(&made));
            self.made.extend(made);
        }
        Ok(())
    }

    /// Makes the gateways whose feature `backend_timeout` has to be raised before the triggers come; the plan takes them
    /// over.
    async fn raise_timeouts(&self, stack: &Stack) -> Result<(), Failure> {
        let most = rule::RAISED_BACKEND_TIMEOUT.end().to_string();
        for name in stack.raised_gateways() {
            let gateways = self.app.gateways(None).await?;
            if !gateways.iter().any(|gateway| gateway.instance_name == name) {
                let prepared = self.app.prepare_gateway(local_gateway(name)).await?;
                let id = self.app.create_gateway(prepared).await?;
                self.app.wait_for_gateway(&id, GATEWAY_PATIENCE, |_| ()).await?;
            }
            self.app.set_gateway_feature(name, BACKEND_TIMEOUT, &most).await?;
        }
        Ok(())
    }

    /// Carries the plan out while functions that serve are held as they are, until they are tried.
    async fn carry_out(&self, stack: &Stack, planned: &Planned) -> Result<Vec<Endpoint>, Failure> {
        for name in self.untried.intersection(&self.running) {
            let urn = self.app.function_urn(name)?;
            self.stage.hold(&urn).await.map_err(Failure::Broken)?;
        }
        let doing = Doing {
            field: None,
            ui: self.manifested.ui,
            patience: GATEWAY_PATIENCE,
            tell: &|_| (),
        };
        Ok(self.app.carry_out(stack, planned, doing).await?)
    }

    /// Sends the code of the functions that the plan left alone once more: only then is it another instance's.
    async fn send_again(&self, stack: &Stack, planned: &Planned) -> Result<(), Failure> {
        for (name, code) in functions(stack).filter(|(name, _)| !is_written(planned, name)) {
            let input = CodeInput {
                force: true,
                ..code.clone()
            };
            self.app.update_code(name, input, |_| ()).await?;
        }
        Ok(())
    }

    /// Starts the functions that were not tried yet, each of which takes over when it runs, and tells what serves. Of
    /// one that does not start the others know nothing.
    async fn take_over(
        &mut self,
        stack: &Stack,
        planned: &Planned,
        endpoints: &[Endpoint],
        (prove, began): (bool, Instant),
    ) -> Result<(), Failure> {
        self.let_go(stack)?;
        while let Some(name) = self.untried.pop_first() {
            let urn = self.app.function_urn(&name)?;
            let sockets = match self.stage.replace(&urn).await {
                Ok(sockets) => sockets,
                Err(why) if prove => return Err(Failure::Broken(format!("{name}: {why}"))),
                Err(why) => {
                    let error = Failure::Broken(format!("{name}: {why}")).into_error();
                    (self.tell)(Told::Failed(error, self.running.contains(&name)));
                    continue;
                }
            };
            let replaced = (!self.running.insert(name.clone())).then_some(sockets);
            let urls = endpoints.iter().filter(|one| leads_to(stack, one, &name));
            let urls: Vec<&Endpoint> = urls.collect();
            if prove {
                self.prove(stack, &urls).await?;
            }
            let one = |url: Option<&str>| Serving {
                function: Some(name.clone()),
                url: url.map(str::to_owned),
                revision: revision(planned.code(&name)),
                replaced,
            };
            match urls.is_empty() {
                true => (self.tell)(Told::Serving(&one(None), began.elapsed())),
                false => urls
                    .iter()
                    .for_each(|endpoint| (self.tell)(Told::Serving(&one(Some(&endpoint.url)), began.elapsed()))),
            }
        }
        Ok(())
    }

    /// Forgets the functions that are no more: another one of the name is not held as they were.
    fn let_go(&mut self, stack: &Stack) -> Result<(), AppError> {
        let is_there = |name: &str| functions(stack).any(|(function, _)| function == name);
        for name in self.running.extract_if(.., |name| !is_there(name)) {
            self.stage.release(&self.app.function_urn(&name)?);
        }
        Ok(())
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
    // Another trigger's URL is told with the function that it leads to.
    let leads_elsewhere = |name: &str| {
        let mut triggers = planned
            .plan
            .pending()
            .filter(|change| change.address.kind == Kind::Trigger);
        triggers.any(|change| behind(stack, change.address.own_name()) == Some(name))
    };
    functions(stack)
        .map(|(name, _)| name)
        .filter(|name| all || is_written(planned, name) || leads_elsewhere(name))
        .map(str::to_owned)
        .collect()
}

/// Whether the plan changes the function itself.
fn is_written(planned: &Planned, name: &str) -> bool {
    let mut changes = planned.plan.pending();
    changes.any(|change| change.address.kind == Kind::Function && change.address.name == name)
}

/// The HTTP functions, which alone run here, and their code.
fn functions(stack: &Stack) -> impl Iterator<Item = (&str, &CodeInput)> {
    stack.parts.iter().filter_map(|part| match &part.material {
        Material::Function(function) if matches!(function.kind, FunctionKind::Http) => {
            Some((part.address.name.as_str(), &function.code))
        }
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
