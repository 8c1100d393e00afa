//! Doing what a plan says: independent changes side by side, dependent ones in order, writes to one gateway one after
//! another. Each change is safe to repeat: what was done and not noted is found by the next plan.

mod dependency;
mod function;
mod gateway;
mod release;
mod remove;
mod trigger;

use super::material::{Material, Stack};
use super::world::World;
use crate::app::{App, AppError, WebsocketField};
use crate::plan::{Action, Address, Change, Declared, Found, Kind, Plan};
use crate::ui::Ui;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as Turn, MutexGuard as TurnGuard};

/// How many changes are under way at once.
const AT_ONCE: usize = 16;

/// What happens while a plan is carried out.
#[derive(Clone, Debug)]
pub(crate) enum StackEvent<'a> {
    /// A change has begun.
    Started(&'a Change),
    /// How far one is that takes long.
    Noted(&'a Change, String),
    /// A change was done, in this time.
    Done(&'a Change, Duration),
    /// A change could not be done.
    Failed(&'a Change, String),
}

/// Whoever is told.
pub(crate) type TellStack<'a> = &'a dyn Fn(StackEvent<'_>);

/// What is known of a resource that there is.
#[derive(Clone, Debug, Default)]
struct Known {
    id: String,
    /// Of a group: its debug domain.
    domain: String,
    /// Of a trigger: its URL.
    url: Option<String>,
}

/// What an executor is made of.
pub(super) struct Means<'a> {
    pub(super) app: &'a App,
    pub(super) stack: &'a Stack,
    pub(super) world: &'a World,
    pub(super) declared: &'a BTreeMap<Address, Declared>,
    pub(super) found: &'a BTreeMap<Address, Found>,
    pub(super) field: Option<&'a WebsocketField>,
    pub(super) ui: &'a Ui,
    /// How long a gateway is waited for.
    pub(super) patience: Duration,
}

/// What it takes to carry a plan out.
pub(super) struct Executor<'a> {
    means: Means<'a>,
    known: Mutex<BTreeMap<Address, Known>>,
    /// The dependencies that have versions before their newest.
    crowded: Mutex<BTreeSet<String>>,
    /// One writes to a gateway at a time.
    turns: BTreeMap<String, Turn<()>>,
    tell: TellStack<'a>,
}

impl<'a> Executor<'a> {
    pub(super) fn new(means: Means<'a>, tell: TellStack<'a>) -> Self {
        let known = means.found.iter().map(|(address, found)| {
            let known = Known {
                id: found.id.clone(),
                domain: domain_of(means.world, address).unwrap_or_default(),
                url: url_of(means.world, address, &found.id),
            };
            (address.clone(), known)
        });
        let gateways = means.declared.keys().chain(means.found.keys());
        let gateways = gateways.map(|address| match address.kind {
            Kind::Gateway => address.name.clone(),
            _ => address.gateway.clone(),
        });
        Self {
            known: Mutex::new(known.collect()),
            crowded: Mutex::default(),
            turns: gateways.map(|gateway| (gateway, Turn::new(()))).collect(),
            means,
            tell,
        }
    }

    /// Carries `plan` out. What is in the way of something new goes first, what nobody needs any more last.
    ///
    /// # Errors
    /// The first change that failed; those that were under way were brought to their ends, and no other was begun.
    pub(super) async fn run(&self, plan: &Plan) -> Result<(), AppError> {
        let in_the_way = |change: &&Change| {
            matches!(change.address.kind, Kind::Trigger | Kind::Authorization)
                && matches!(change.action, Action::Delete | Action::Replace)
        };
        for change in plan.pending().filter(in_the_way) {
            match change.action {
                Action::Delete => self.told(change, self.remove(&change.address)).await?,
                _ => self.remove(&change.address).await?,
            }
        }
        self.make(
            plan.pending()
                .filter(|change| change.action != Action::Delete)
                .collect(),
        )
        .await?;
        let last = |change: &&Change| change.action == Action::Delete && !in_the_way(change);
        for change in plan.pending().filter(last) {
            self.told(change, self.remove(&change.address)).await?;
        }
        let crowded = std::mem::take(&mut *self.crowded());
        for dependency in crowded {
            self.remove_superseded(&dependency).await?;
        }
        Ok(())
    }

    /// The URL of a trigger that there is now.
    pub(super) fn url(&self, address: &Address) -> Option<String> {
        self.known().get(address).and_then(|known| known.url.clone())
    }

    async fn make(&self, mut waiting: Vec<&Change>) -> Result<(), AppError> {
        let mut open: BTreeSet<&Address> = waiting.iter().map(|change| &change.address).collect();
        let mut running: FuturesUnordered<LocalBoxFuture<'_, (&Address, Result<(), AppError>)>> =
            FuturesUnordered::new();
        let mut outcome = Ok(());
        loop {
            let ready = |change: &&Change| !change.needs.iter().any(|needed| open.contains(needed));
            while outcome.is_ok() && running.len() < AT_ONCE {
                let Some(at) = waiting.iter().position(ready_at(&ready)) else {
                    break;
                };
                let change = waiting.remove(at);
                running
                    .push(async move { (&change.address, self.told(change, self.change(change)).await) }.boxed_local());
            }
            let Some((address, done)) = running.next().await else {
                return outcome;
            };
            match done {
                Ok(()) => drop(open.remove(address)),
                Err(error) if outcome.is_ok() => outcome = Err(error),
                // The first one is told; this was told as it happened.
                Err(_) => {}
            }
        }
    }

    /// Does one change, and tells of it.
    async fn told(&self, change: &Change, work: impl Future<Output = Result<(), AppError>>) -> Result<(), AppError> {
        (self.tell)(StackEvent::Started(change));
        let began = Instant::now();
        match work.await {
            Ok(()) => {
                (self.tell)(StackEvent::Done(change, began.elapsed()));
                Ok(())
            }
            Err(error) => {
                (self.tell)(StackEvent::Failed(change, error.to_string()));
                Err(error)
            }
        }
    }

    async fn change(&self, change: &Change) -> Result<(), AppError> {
        let address = &change.address;
        // Triggers that are made anew are gone already.
        if change.action == Action::Replace && address.kind != Kind::Trigger && address.kind != Kind::Authorization {
            self.remove(address).await?;
        }
        let makes = matches!(change.action, Action::Create | Action::Replace);
        match (self.material(address), makes) {
            (Some(Material::Gateway(input)), true) => self.create_gateway(change, input).await,
            (Some(Material::Gateway(input)), false) => self.update_gateway_of(change, input).await,
            (Some(Material::Dependency(material)), _) => self.dependency(change, material).await,
            (Some(Material::Function(material)), true) => self.create_function_of(change, material).await,
            (Some(Material::Function(material)), false) => self.update_function_of(change, material).await,
            (Some(Material::Release { function, alias }), _) => self.release(change, function, alias).await,
            (Some(Material::Group(_) | Material::Environment(_) | Material::App(_)), _) => {
                self.on_gateway(change, makes).await
            }
            (Some(Material::Trigger(material)), true) => self.create_trigger_of(change, material).await,
            (Some(Material::Trigger(material)), false) => self.update_trigger_of(change, material).await,
            (Some(Material::Authorization { app, trigger }), _) => self.authorize_app(change, app, trigger).await,
            (Some(Material::Existing) | None, _) => Ok(()),
        }
    }

    fn material(&self, address: &Address) -> Option<&'a Material> {
        let part = self.means.stack.parts.iter().find(|part| part.address == *address)?;
        Some(&part.material)
    }

    fn note(&self, change: &Change, text: impl Into<String>) {
        (self.tell)(StackEvent::Noted(change, text.into()));
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Address, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn crowded(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.crowded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, address: &Address, known: Known) {
        self.known().insert(address.clone(), known);
    }

    fn forget(&self, address: &Address) {
        self.known().remove(address);
    }

    /// The id of a resource that has to be there by now.
    fn id(&self, address: &Address) -> Result<String, AppError> {
        let known = self.known().get(address).map(|known| known.id.clone());
        known.ok_or_else(|| AppError::not_found(address.kind.noun(), &address.name, Vec::new()))
    }

    /// The id of a gateway that has to be there by now: this stack's, or anybody's on which something of it is.
    fn gateway_id(&self, gateway: &str) -> Result<String, AppError> {
        let other = self.means.world.gateways.get(gateway);
        self.id(&Address::new(Kind::Gateway, gateway))
            .or_else(|missing| other.map(|on| on.gateway.id.clone()).ok_or(missing))
    }

    /// Waits until nobody else writes to the gateway.
    async fn turn(&self, gateway: &str) -> Option<TurnGuard<'_, ()>> {
        match self.turns.get(gateway) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }

    /// `text` with the mark of what is declared at `address`.
    fn marked(&self, address: &Address, text: &str) -> String {
        let before = self.means.found.get(address).and_then(|found| found.mark.as_ref());
        match self.means.declared.get(address) {
            Some(declared) => declared.mark(&self.means.stack.name, before).after(text),
            None => text.to_owned(),
        }
    }
}

fn ready_at<'c>(ready: &'c dyn Fn(&&Change) -> bool) -> impl FnMut(&&Change) -> bool + 'c {
    move |change| ready(change)
}

fn domain_of(world: &World, address: &Address) -> Option<String> {
    let groups = &world.gateways.get(&address.gateway)?.groups;
    let group = groups.iter().find(|group| group.name == address.name)?;
    Some(group.sl_domain.clone()).filter(|_| address.kind == Kind::Group)
}

fn url_of(world: &World, address: &Address, api_id: &str) -> Option<String> {
    let triggers = world.triggers.iter().filter(|_| address.kind == Kind::Trigger);
    let of_api = |data: &crate::wire::trigger::GatewayEventData| data.api_id.as_deref() == Some(api_id);
    let trigger = triggers
        .map(|item| &item.trigger.event_data)
        .find(|data| of_api(data))?;
    trigger.invoke_url.clone()
}
