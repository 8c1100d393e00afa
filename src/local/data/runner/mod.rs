//! Which instances run: as many as are needed where each has a machine of its own, else one function at a time.

#[cfg(test)]
mod fake;
mod pool;
mod single;

use super::instance::{Instance, Launch, Lease, Plan, Usage};
use super::refusal::Refusal;
use crate::local::physics::Chance;
use futures_util::future::{BoxFuture, Shared};
use pool::Pool;
use single::Single;
use std::sync::Arc;
use std::time::Duration;

type Start = Shared<BoxFuture<'static, Result<Arc<Instance>, Refusal>>>;

/// How instances come and go.
pub(super) struct Rules {
    /// One ends after this long without a request.
    pub(super) idle: Duration,
    /// Decides which of them a request goes to.
    pub(super) chance: Chance,
}

/// What runs, and what to do about the next request.
pub(super) enum Runner {
    /// Instances side by side.
    Pool(Arc<Pool>),
    /// One at a time.
    Single(Arc<Single>),
}

impl Runner {
    /// Nothing runs yet. `side_by_side` tells whether instances are in each other's way.
    pub(super) fn new(launcher: Arc<dyn Launch>, rules: Rules, side_by_side: bool) -> Self {
        if side_by_side {
            Self::Pool(Pool::new(launcher, rules))
        } else {
            Self::Single(Single::new(launcher, rules.idle))
        }
    }

    /// A place at an instance of `plan`'s function, which is started when need be.
    ///
    /// # Errors
    /// There is no place, the instance does not start, or the local cloud ends.
    pub(super) async fn place(&self, plan: &Arc<Plan>) -> Result<Place, Refusal> {
        match self {
            Self::Pool(pool) => pool.place(plan).await,
            Self::Single(single) => single.place(plan).await,
        }
    }

    /// Starts `plan`, which is another revision of a function. Once it takes requests, `switch` is called, and the
    /// sockets of what ran before are told to come back; says how many. Without isolation they are told before: the
    /// two cannot run side by side.
    ///
    /// # Errors
    /// It does not start; `switch` was not called then.
    pub(super) async fn replace(&self, plan: &Arc<Plan>, switch: impl FnOnce()) -> Result<usize, Refusal> {
        match self {
            Self::Pool(pool) => {
                let _place = pool.place(plan).await?;
                switch();
                Ok(pool.dismiss(plan))
            }
            Self::Single(single) => {
                let sockets = single.dismiss(plan).await;
                let _place = single.place(plan).await?;
                switch();
                Ok(sockets)
            }
        }
    }

    /// What runs.
    pub(super) fn status(&self) -> Vec<InstanceStatus> {
        match self {
            Self::Pool(pool) => pool.status(),
            Self::Single(single) => single.status().into_iter().collect(),
        }
    }

    /// Ends what runs and starts nothing more.
    pub(super) async fn end(&self) {
        match self {
            Self::Pool(pool) => pool.end().await,
            Self::Single(single) => single.end().await,
        }
    }
}

/// A place at an instance.
pub(super) struct Place {
    /// The instance.
    pub(super) instance: Arc<Instance>,
    /// Keeps the instance.
    pub(super) lease: Lease,
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::local) enum InstanceState {
    /// Not yet listening.
    Starting,
    /// Takes requests.
    Running,
    /// It did not start, or it has ended; the next request starts a new one.
    Ended,
}

/// An instance, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::local) struct InstanceStatus {
    /// The function's package.
    pub(in crate::local) package: String,
    /// The function's name.
    pub(in crate::local) function: String,
    /// The instance's name in the log, once it runs.
    pub(in crate::local) instance: Option<String>,
    /// Its process's id, once it runs; with a machine of its own, that machine's.
    pub(in crate::local) pid: Option<u32>,
    /// Where it is in its life.
    pub(in crate::local) state: InstanceState,
    /// Open requests.
    pub(in crate::local) requests: usize,
    /// Open sockets.
    pub(in crate::local) sockets: usize,
}

/// An instance from before it starts.
struct Slot {
    plan: Arc<Plan>,
    usage: Usage,
    start: Start,
}

impl Slot {
    fn state(&self) -> InstanceState {
        match self.start.peek() {
            None => InstanceState::Starting,
            Some(Ok(instance)) if !instance.has_ended() => InstanceState::Running,
            Some(_) => InstanceState::Ended,
        }
    }

    fn status(&self) -> InstanceStatus {
        let instance = self.start.peek().and_then(|start| start.as_ref().ok());
        let users = self.usage.now();
        InstanceStatus {
            package: self.plan.record.function.package.clone(),
            function: self.plan.name().to_owned(),
            instance: instance.map(|instance| instance.id.clone()),
            pid: instance.and_then(|instance| instance.pid),
            state: self.state(),
            requests: users.requests,
            sockets: users.sockets,
        }
    }

    /// Tells the sockets that other code takes over, and how many they are.
    fn dismiss(&self) -> usize {
        if let Some(Ok(instance)) = self.start.peek() {
            instance.replaced.cancel();
        }
        self.usage.now().sockets
    }

    async fn stop(self, why: &'static str) {
        if let Ok(instance) = self.start.await {
            instance.stop(why).await;
        }
    }
}
