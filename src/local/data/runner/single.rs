//! One function at a time, for all share the one address that a function serves.
//!
//! A function keeps its place while it has requests or sockets; then another, or a newer revision of itself, takes
//! over. Concurrent first requests share one start, and its failure.

use super::{InstanceState, InstanceStatus, Place, Slot, Start};
use crate::local::data::instance::{Instance, Launch, Lease, Plan, Usage, Users};
use crate::local::data::refusal::Refusal;
use futures_util::FutureExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the sockets of what is replaced may take to go.
const FAREWELL: Duration = Duration::from_secs(2);

/// What runs, and what to do about the next request.
pub(in crate::local::data) struct Single {
    launcher: Arc<dyn Launch>,
    /// An instance ends after this long without a request.
    idle: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Slot>,
    ending: bool,
}

impl Single {
    /// Nothing runs yet.
    pub(super) fn new(launcher: Arc<dyn Launch>, idle: Duration) -> Arc<Self> {
        Arc::new(Self {
            launcher,
            idle,
            state: Mutex::default(),
        })
    }

    /// A place at an instance of `plan`'s function, which is started when need be. An older revision that still has
    /// users serves on.
    ///
    /// # Errors
    /// Another function has users, the instance does not start, or the local cloud ends.
    pub(super) async fn place(self: &Arc<Self>, plan: &Arc<Plan>) -> Result<Place, Refusal> {
        let (start, lease) = self.admit(plan)?;
        let instance = start.await?;
        Ok(Place { instance, lease })
    }

    fn admit(self: &Arc<Self>, plan: &Arc<Plan>) -> Result<(Start, Lease), Refusal> {
        let mut state = self.lock();
        if state.ending {
            return Err(Refusal::Ending);
        }
        if let Some(current) = state.current.as_ref().filter(|c| c.state() != InstanceState::Ended) {
            let users = current.usage.now();
            let same = current.plan.same_function(plan);
            if same && (current.plan.revision == plan.revision || !users.none()) {
                return Ok((current.start.clone(), current.usage.enter()));
            }
            if !users.none() {
                return Err(busy(plan, current, users));
            }
        }
        let usage = Usage::new();
        let lease = usage.enter();
        let start = self.start(Arc::clone(plan), state.current.take(), usage.clone());
        state.current = Some(Slot {
            plan: Arc::clone(plan),
            usage,
            start: start.clone(),
        });
        Ok((start, lease))
    }

    /// Starts `plan` once `previous` is gone. The task runs on when all who wait for it go away.
    fn start(self: &Arc<Self>, plan: Arc<Plan>, previous: Option<Slot>, usage: Usage) -> Start {
        let runner = Arc::clone(self);
        let task = tokio::spawn(async move {
            if let Some(previous) = previous {
                let why = if previous.plan.same_function(&plan) {
                    "a newer revision"
                } else {
                    "another function"
                };
                previous.stop(why).await;
            }
            let instance = Arc::new(runner.launcher.launch(plan).await?);
            tokio::spawn(retire(Arc::clone(&runner), Arc::clone(&instance), usage));
            Ok(instance)
        });
        let start = async {
            task.await
                .unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
        };
        start.boxed().shared()
    }

    /// Takes the instance that `usage` counts for, if nobody uses it.
    fn take_unused(&self, usage: &Usage) -> Option<Slot> {
        let mut state = self.lock();
        let current = state.current.as_ref()?;
        (current.usage.same(usage) && usage.now().none()).then(|| state.current.take())?
    }

    /// Makes room for `plan` where another revision of its function runs: tells its sockets to come back, and how many
    /// they were.
    pub(super) async fn dismiss(&self, plan: &Plan) -> usize {
        let other = |slot: &&Slot| slot.plan.same_function(plan) && slot.plan.revision != plan.revision;
        let (sockets, mut users) = {
            let state = self.lock();
            let Some(slot) = state.current.as_ref().filter(other) else {
                return 0;
            };
            (slot.dismiss(), slot.usage.changes())
        };
        // Whoever stays longer loses the connection when the process ends.
        let _ = tokio::time::timeout(FAREWELL, users.wait_for(|users| users.none())).await;
        let left = self.lock().current.take_if(|slot| other(&&*slot));
        if let Some(left) = left {
            left.stop("a newer revision").await;
        }
        sockets
    }

    /// What runs.
    pub(super) fn status(&self) -> Option<InstanceStatus> {
        self.lock().current.as_ref().map(Slot::status)
    }

    /// Ends what runs and starts nothing more.
    pub(super) async fn end(&self) {
        let current = {
            let mut state = self.lock();
            state.ending = true;
            state.current.take()
        };
        if let Some(current) = current {
            current.stop("the local cloud ends").await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy(plan: &Plan, current: &Slot, users: Users) -> Refusal {
    Refusal::Busy {
        function: plan.name().to_owned(),
        running: current.plan.name().to_owned(),
        sockets: users.sockets,
        requests: users.requests,
    }
}

/// Ends the instance when nobody has used it for a while; returns when it has ended by whatever cause.
async fn retire(runner: Arc<Single>, instance: Arc<Instance>, usage: Usage) {
    let mut changes = usage.changes();
    loop {
        let unused = async {
            let _ = changes.wait_for(|users| users.none()).await;
            tokio::time::timeout(runner.idle, changes.changed()).await.is_err()
        };
        tokio::select! {
            _ = instance.end() => return,
            unused = unused => if unused && let Some(current) = runner.take_unused(&usage) {
                return current.stop("nobody used it").await;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fake, plan};
    use super::{InstanceState, Single};
    use crate::local::data::refusal::Refusal;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    const IDLE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn concurrent_first_requests_share_one_start() {
        let fake = Fake::new(0, false);
        let runner = Single::new(fake.clone(), IDLE);
        let (one, plan) = (plan("a", "1"), plan("a", "1"));
        let requests = async { tokio::join!(runner.place(&one), runner.place(&plan)) };
        let permit = async {
            while fake.starts.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(runner.status().unwrap().state, InstanceState::Starting);
            fake.permits.add_permits(1);
        };
        let ((first, second), ()) = tokio::join!(requests, permit);
        let (first, second) = (first.ok().unwrap(), second.ok().unwrap());
        assert!(Arc::ptr_eq(&first.instance, &second.instance));
        assert_eq!(fake.starts.load(Ordering::SeqCst), 1);
        assert_eq!(runner.status().unwrap().requests, 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_wait_and_the_next_request_tries_anew() {
        let fake = Fake::new(2, true);
        let runner = Single::new(fake.clone(), IDLE);
        let plan = plan("a", "1");
        let (one, other) = tokio::join!(runner.place(&plan), runner.place(&plan));
        assert!(matches!(one.err(), Some(Refusal::Start { .. })));
        assert!(matches!(other.err(), Some(Refusal::Start { .. })));
        assert_eq!(fake.starts.load(Ordering::SeqCst), 1);
        assert_eq!(runner.status().unwrap().state, InstanceState::Ended);
        assert!(runner.place(&plan).await.is_err());
        assert_eq!(fake.starts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn another_function_waits_while_the_first_has_sockets_then_takes_over() {
        let fake = Fake::new(9, false);
        let runner = Single::new(fake.clone(), IDLE);
        let mut place = runner.place(&plan("a", "1")).await.ok().unwrap();
        place.lease.upgrade();
        let refused = runner.place(&plan("b", "1")).await.err();
        let expected = Refusal::Busy {
            function: "b".to_owned(),
            running: "a".to_owned(),
            sockets: 1,
            requests: 0,
        };
        assert_eq!(refused, Some(expected));
        drop(place);
        let _place = runner.place(&plan("b", "1")).await.ok().unwrap();
        assert_eq!(fake.running(), ["b@1"]);
    }

    #[tokio::test]
    async fn a_newer_revision_starts_when_the_older_has_no_users() {
        let fake = Fake::new(9, false);
        let runner = Single::new(fake.clone(), IDLE);
        let old = runner.place(&plan("a", "1")).await.ok().unwrap();
        let still_old = runner.place(&plan("a", "2")).await.ok().unwrap();
        assert!(Arc::ptr_eq(&old.instance, &still_old.instance));
        drop((old, still_old));
        let _new = runner.place(&plan("a", "2")).await.ok().unwrap();
        assert_eq!(fake.running(), ["a@2"]);
    }

    #[tokio::test]
    async fn an_instance_that_ended_is_replaced_even_while_its_sockets_linger() {
        let fake = Fake::new(9, false);
        let runner = Single::new(fake.clone(), IDLE);
        let lingering = runner.place(&plan("a", "1")).await.ok().unwrap();
        lingering.instance.stop("test").await;
        assert_eq!(runner.status().unwrap().state, InstanceState::Ended);
        let fresh = runner.place(&plan("a", "1")).await.ok().unwrap();
        assert!(!Arc::ptr_eq(&lingering.instance, &fresh.instance));
        drop(lingering);
        assert_eq!(runner.status().unwrap().requests, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_instance_ends_after_a_while_and_a_used_one_does_not() {
        let fake = Fake::new(9, false);
        let runner = Single::new(fake.clone(), IDLE);
        let place = runner.place(&plan("a", "1")).await.ok().unwrap();
        let instance = Arc::clone(&place.instance);
        assert!(tokio::time::timeout(IDLE * 3, instance.end()).await.is_err());
        drop(place);
        assert!(tokio::time::timeout(IDLE / 2, instance.end()).await.is_err());
        drop(runner.place(&plan("a", "1")).await);
        assert!(
            tokio::time::timeout(IDLE - Duration::from_secs(1), instance.end())
                .await
                .is_err()
        );
        tokio::time::timeout(Duration::from_secs(2), instance.end())
            .await
            .unwrap();
        assert_eq!(runner.status(), None);
        assert_eq!(fake.starts.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn after_the_end_nothing_runs_and_nothing_starts() {
        let fake = Fake::new(9, false);
        let runner = Single::new(fake.clone(), IDLE);
        let _place = runner.place(&plan("a", "1")).await.ok().unwrap();
        runner.end().await;
        assert!(fake.running().is_empty());
        assert_eq!(runner.place(&plan("a", "1")).await.err(), Some(Refusal::Ending));
    }
}
