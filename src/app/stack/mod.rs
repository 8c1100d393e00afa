//! Stacks: all that a manifest declares, planned, carried out, proved, removed.

mod declare;
mod desired;
mod execute;
mod found;
mod found_function;
mod material;
mod pull;
mod read;
mod release;
mod settle;
mod verify;
mod world;

pub(crate) use execute::{StackEvent, TellStack};
pub(crate) use material::{Material, Stack};
pub(crate) use pull::Pulled;
pub(crate) use read::Extent;
pub(crate) use settle::local_gateway;
pub(crate) use verify::Endpoint;

use super::{App, AppError, WebsocketField};
use crate::plan::{Action, Address, Declared, Found, Kind, Owner, Plan, Policy, plan};
use crate::ui::Ui;
use desired::{Declarer, Digests};
use execute::{Executor, Means};
use found::Finder;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use verify::Tried;
use world::World;

/// How a plan is made.
#[derive(Clone, Copy)]
pub(crate) struct Planning<'a> {
    /// What may be taken over.
    pub(crate) policy: Policy,
    /// How much is read.
    pub(crate) extent: Extent,
    /// The field of the WebSocket switch, where the user named it.
    pub(crate) field: Option<&'a WebsocketField>,
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    /// The plan.
    pub(crate) plan: Plan,
    declared: BTreeMap<Address, Declared>,
    found: BTreeMap<Address, Found>,
    world: World,
}

/// How a plan is carried out.
#[derive(Clone, Copy)]
pub(crate) struct Doing<'a> {
    /// The field of the WebSocket switch, where the user named it.
    pub(crate) field: Option<&'a WebsocketField>,
    /// The terminal, for programs that build dependencies.
    pub(crate) ui: &'a Ui,
    /// How long a gateway is waited for.
    pub(crate) patience: Duration,
    /// Whoever is told.
    pub(crate) tell: TellStack<'a>,
}

/// A resource of a stack, as a person asks after it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Health {
    /// Which.
    #[serde(flatten)]
    pub(crate) address: Address,
    /// The service's id; nothing where it is not there.
    pub(crate) id: Option<String>,
    /// `ok`, `missing`, `differs`, `not ready`, `orphan`.
    pub(crate) state: &'static str,
    /// What is the matter, in words.
    pub(crate) detail: String,
    /// Until when it is wanted.
    pub(crate) until: Option<String>,
}

impl App {
    /// Plans what has to be done so that `stack` is what there is. A stack without parts plans its own removal.
    ///
    /// # Errors
    /// Code that cannot be packed; something named does not exist; something is not this stack's; the service refuses.
    pub(crate) async fn plan_stack(&self, stack: &Stack, planning: Planning<'_>) -> Result<Planned, AppError> {
        let (digests, world, networks) = tokio::try_join!(
            Digests::of(stack),
            World::read(self, stack, planning.extent),
            self.networks_of(stack)
        )?;
        let declarer = Declarer {
            stack,
            digests: &digests,
            networks: &networks,
            world: &world,
        };
        let all = declarer.all()?;
        let declared: BTreeMap<_, _> = all.iter().map(|one| (one.address.clone(), one.clone())).collect();
        let finder = Finder {
            world: &world,
            stack: &stack.name,
            declared: &declared,
            field: planning.field,
        };
        let found = finder.all();
        let plan = plan(&stack.name, &all, &found, planning.policy)?;
        let found = found.into_iter().map(|found| (found.address.clone(), found)).collect();
        Ok(Planned {
            plan,
            declared,
            found,
            world,
        })
    }

    /// Carries a plan out, and answers the URLs that there are then, not tried yet.
    ///
    /// # Errors
    /// The first change that failed. The next run goes on from there.
    pub(crate) async fn carry_out(
        &self,
        stack: &Stack,
        planned: &Planned,
        doing: Doing<'_>,
    ) -> Result<Vec<Endpoint>, AppError> {
        let means = Means {
            app: self,
            stack,
            world: &planned.world,
            declared: &planned.declared,
            found: &planned.found,
            field: doing.field,
            ui: doing.ui,
            patience: doing.patience,
        };
        let executor = Executor::new(means, doing.tell);
        executor.run(&planned.plan).await?;
        let triggers = stack.parts.iter().filter_map(|part| match &part.material {
            Material::Trigger(material) => Some((&part.address, material)),
            _ => None,
        });
        Ok(triggers
            .filter_map(|(address, material)| Some(endpoint(address, &executor.url(address)?, material.websocket)))
            .collect())
    }

    /// Proves that the URL of a trigger works.
    ///
    /// # Errors
    /// [`AppError::Unproved`], saying at which layer it ends.
    pub(crate) async fn prove_endpoint(
        &self,
        stack: &Stack,
        endpoint: &mut Endpoint,
        patience: Duration,
    ) -> Result<(), AppError> {
        let material = stack.parts.iter().find_map(|part| match &part.material {
            Material::Trigger(material) if part.address.own_name() == endpoint.trigger => Some(material),
            _ => None,
        });
        let Some(material) = material else { return Ok(()) };
        let tried = Tried {
            url: endpoint.url.clone(),
            websocket: material.websocket,
            auth: material.auth.clone(),
            method: material.method.clone(),
        };
        match self.prove(&tried, patience).await {
            Ok(proof) => {
                endpoint.proof = Some(proof);
                Ok(())
            }
            Err(error) => Err(AppError::NoAnswer {
                url: endpoint.url.clone(),
                hints: vec![
                    format!("what the function says: fgctl logs {}", material.function),
                    format!("try it: fgctl connect {}", material.function),
                ],
                source: Box::new(error),
            }),
        }
    }
}

/// The URL as a client of it writes it.
fn endpoint(address: &Address, url: &str, websocket: bool) -> Endpoint {
    let url = match (websocket, url.strip_prefix("http")) {
        (true, Some(rest)) => format!("ws{rest}"),
        _ => url.to_owned(),
    };
    Endpoint {
        trigger: address.own_name().to_owned(),
        url,
        proof: None,
    }
}

impl Planned {
    /// The resources of the stack, each with its state, and its orphans: what bears the mark and is declared no more.
    pub(crate) fn health(&self) -> Vec<Health> {
        let changes = self.plan.changes.iter();
        changes.map(|change| self.state(change)).collect()
    }

    fn state(&self, change: &crate::plan::Change) -> Health {
        let found = self.found.get(&change.address);
        let fields: Vec<String> = change
            .fields
            .iter()
            .map(|field| match field.drift {
                true => format!("{} (changed outside of fgctl)", field.field),
                false => field.field.clone(),
            })
            .collect();
        let status = found.and_then(|found| found.status.clone());
        let (state, detail) = match (change.action, status) {
            (Action::Create, _) => ("missing", change.reason.clone()),
            (Action::Delete, _) => ("orphan", change.reason.clone()),
            (_, Some(status)) => ("not ready", status),
            (Action::Update | Action::Replace, None) => ("differs", fields.join(", ")),
            (Action::Keep, None) => ("ok", String::new()),
        };
        Health {
            address: change.address.clone(),
            id: found.map(|found| found.id.clone()),
            state,
            detail,
            until: found.and_then(|found| found.mark.as_ref()?.until.clone()),
        }
    }

    /// The earliest time until which a resource of the stack is wanted.
    pub(crate) fn until(&self) -> Option<String> {
        let ours = self.found.values().filter(|found| found.owner == Owner::Ours);
        ours.filter_map(|found| found.mark.as_ref()?.until.clone()).min()
    }

    /// The URLs of the triggers that there are, not tried.
    pub(crate) fn endpoints(&self, stack: &Stack) -> Vec<Endpoint> {
        let triggers = stack.parts.iter().filter_map(|part| {
            let Material::Trigger(material) = &part.material else {
                return None;
            };
            let id = &self.found.get(&part.address)?.id;
            let data = self.world.triggers.iter().map(|item| &item.trigger.event_data);
            let data = data.into_iter().find(|data| data.api_id.as_ref() == Some(id))?;
            Some(endpoint(&part.address, data.invoke_url.as_deref()?, material.websocket))
        });
        triggers.collect()
    }

    /// The digest of the code that `function` is declared to have.
    pub(crate) fn code(&self, function: &str) -> &str {
        let declared = self.declared.get(&Address::new(Kind::Function, function));
        let code = declared.and_then(|one| one.fields.get("code")?.as_str());
        code.unwrap_or_default()
    }

    /// The gateways that the plan creates: each bills by the hour.
    pub(crate) fn gateways_to_create(&self) -> Vec<&str> {
        let changes = self
            .plan
            .pending()
            .filter(|change| change.address.kind == Kind::Gateway);
        changes
            .filter(|change| matches!(change.action, Action::Create | Action::Replace))
            .map(|change| change.address.name.as_str())
            .collect()
    }
}
