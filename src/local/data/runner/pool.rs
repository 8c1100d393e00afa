//! Instances side by side, each function's own.
//!
//! A request goes to any instance that has room, waits for one that starts with room, or else starts another, up to
//! the function's number; beyond that it is refused at once. What runs an older revision gets no further requests and
//! ends with its last user.

use super::{InstanceState, InstanceStatus, Place, Rules, Slot, Start};
use crate::local::data::instance::{Instance, Launch, Lease, Plan, Usage};
use crate::local::data::refusal::Refusal;
use crate::local::physics::Chance;
use crate::local::store::records::function_key;
use futures_util::FutureExt;
use futures_util::future::join_all;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All instances.
pub(in crate::local::data) struct Pool {
    launcher: Arc<dyn Launch>,
    rules: Rules,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    functions: HashMap<String, Vec<Slot>>,
    ending: bool,
}

impl State {
    /// Takes the instance of the function `key` that `usage` counts for, if it is there and `condition` holds.
    fn take(&mut self, key: &str, usage: &Usage, condition: impl FnOnce(&Slot, &[Slot]) -> bool) -> Option<Slot> {
        let slots = self.functions.get_mut(key)?;
        let at = slots.iter().position(|slot| slot.usage.same(usage))?;
        let taken = condition(&slots[at], slots).then(|| slots.remove(at));
        if slots.is_empty() {
            self.functions.remove(key);
        }
        taken
    }
}

fn key(plan: &Plan) -> String {
    // Versions of a function run side by side.
    let function = function_key(&plan.record.function.package, plan.name());
    format!("{function}:{}", plan.record.version())
}

impl Pool {
    /// Nothing runs yet.
    pub(super) fn new(launcher: Arc<dyn Launch>, rules: Rules) -> Arc<Self> {
        Arc::new(Self {
            launcher,
            rules,
            state: Mutex::default(),
        })
    }

    /// A place at an instance of `plan`'s function, which is started when need be.
    ///
    /// # Errors
    /// All places are taken, the instance does not start, or the local cloud ends.
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
        let slots = state.functions.entry(key(plan)).or_default();
        slots.retain(|slot| slot.state() != InstanceState::Ended);
        let outdated = slots.extract_if(.., |slot| {
            slot.plan.revision != plan.revision && slot.usage.now().none()
        });
        for slot in outdated {
            tokio::spawn(slot.stop("a newer revision"));
        }
        let current = || slots.iter().filter(|slot| slot.plan.revision == plan.revision);
        if let Some(slot) = choose(current(), plan.places(), &self.rules.chance) {
            return Ok((slot.start.clone(), slot.usage.enter()));
        }
        if current().count() >= plan.instances() {
            return Err(Refusal::Overload {
                function: plan.name().to_owned(),
                instances: plan.instances(),
                places: plan.places(),
            });
        }
        let usage = Usage::new();
        let lease = usage.enter();
        let start = self.start(Arc::clone(plan), usage.clone());
        slots.push(Slot {
            plan: Arc::clone(plan),
            usage,
            start: start.clone(),
        });
        Ok((start, lease))
    }

    /// Starts `plan`. The task runs on when all who wait for it go away.
    fn start(self: &Arc<Self>, plan: Arc<Plan>, usage: Usage) -> Start {
        let pool = Arc::clone(self);
        let task = tokio::spawn(async move {
            let key = key(&plan);
            match pool.launcher.launch(plan).await {
                Ok(instance) => {
                    let instance = Arc::new(instance);
                    tokio::spawn(pool.retire(key, Arc::clone(&instance), usage));
                    Ok(instance)
                }
                Err(refusal) => {
                    pool.lock().take(&key, &usage, |_, _| true);
                    Err(refusal)
                }
            }
        });
        let start = async {
            task.await
                .unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
        };
        start.boxed().shared()
    }

    /// Ends the instance when nobody has used it for a while, or when a newer revision has taken over and its last
    /// user is gone; returns when it has ended by whatever cause.
    async fn retire(self: Arc<Self>, key: String, instance: Arc<Instance>, usage: Usage) {
        let mut changes = usage.changes();
        loop {
            let unused = async {
                let _ = changes.wait_for(|users| users.none()).await;
                if let Some(slot) = self.lock().take(&key, &usage, is_outdated) {
                    return Some((slot, "a newer revision"));
                }
                let idle = tokio::time::timeout(self.rules.idle, changes.changed()).await.is_err();
                let slot = idle.then(|| self.lock().take(&key, &usage, |slot, _| slot.usage.now().none()));
                Some((slot??, "nobody used it"))
            };
            tokio::select! {
                _ = instance.end() => {
                    self.lock().take(&key, &usage, |_, _| true);
                    return;
                }
                unused = unused => if let Some((slot, why)) = unused {
                    return slot.stop(why).await;
                },
            }
        }
    }

    /// Tells the sockets of every other revision than `plan` to come back, and how many they are. What runs it ends
    /// with its last user.
    pub(super) fn dismiss(&self, plan: &Plan) -> usize {
        let mut state = self.lock();
        let Some(slots) = state.functions.get_mut(&key(plan)) else {
            return 0;
        };
        let unused = slots.extract_if(.., |slot| {
            slot.plan.revision != plan.revision && slot.usage.now().none()
        });
        for slot in unused {
            tokio::spawn(slot.stop("a newer revision"));
        }
        let others = slots.iter().filter(|slot| slot.plan.revision != plan.revision);
        others.map(Slot::dismiss).sum()
    }

    /// What runs, in a steady order.
    pub(super) fn status(&self) -> Vec<InstanceStatus> {
        let mut all: Vec<InstanceStatus> = self.lock().functions.values().flatten().map(Slot::status).collect();
        all.sort_by(|a, b| (&a.package, &a.function, &a.instance).cmp(&(&b.package, &b.function, &b.instance)));
        all
    }

    /// Ends what runs and starts nothing more.
    pub(super) async fn end(&self) {
        let all: Vec<Slot> = {
            let mut state = self.lock();
            state.ending = true;
            state.functions.drain().flat_map(|(_, slots)| slots).collect()
        };
        join_all(all.into_iter().map(|slot| slot.stop("the local cloud ends"))).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether nobody uses `slot` and the last one of its function that runs has another revision. One that only starts may
/// never run.
fn is_outdated(slot: &Slot, all: &[Slot]) -> bool {
    let mut running = all.iter().filter(|slot| slot.state() == InstanceState::Running);
    let newest = running.next_back().map(|newest| &newest.plan.revision);
    slot.usage.now().none() && newest.is_some_and(|newest| *newest != slot.plan.revision)
}

/// One of those that have room, at random: those that run before those that start.
fn choose<'a>(slots: impl Iterator<Item = &'a Slot>, places: usize, chance: &Chance) -> Option<&'a Slot> {
    let with_room = slots.filter(|slot| slot.usage.now().sum() < places);
    let (running, starting): (Vec<_>, Vec<_>) = with_room.partition(|slot| slot.state() == InstanceState::Running);
    let candidates = if running.is_empty() { starting } else { running };
    candidates.get(chance.below(candidates.len())).copied()
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fake, plan_with};
    use super::{Chance, Pool, Refusal, Rules};
    use crate::local::data::instance::Plan;
    use crate::local::data::runner::{InstanceState, Place, Runner};
    use std::collections::HashSet;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    const IDLE: Duration = Duration::from_secs(60);

    fn rules() -> Rules {
        Rules {
            idle: IDLE,
            chance: Chance::new(None),
        }
    }

    fn plan(name: &str, revision: &str) -> Arc<Plan> {
        plan_with(name, revision, (3, 1))
    }

    async fn place(pool: &Arc<Pool>, plan: &Arc<Plan>) -> Place {
        pool.place(plan).await.ok().unwrap()
    }

    #[tokio::test]
    async fn each_request_has_an_instance_of_its_own_and_beyond_the_last_one_is_refused_at_once() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let plan = plan("a", "1");
        let (one, two, mut three) = (
            place(&pool, &plan).await,
            place(&pool, &plan).await,
            place(&pool, &plan).await,
        );
        three.lease.upgrade();
        assert_eq!(fake.running(), ["a@1", "a@1", "a@1"]);
        let refused = pool.place(&plan).await.err().unwrap();
        assert_eq!((refused.status(), refused.code()), (429, "FSS.0429"));
        let freed = Arc::clone(&two.instance);
        drop(two);
        let again = place(&pool, &plan).await;
        assert!(Arc::ptr_eq(&again.instance, &freed));
        assert_eq!(fake.starts.load(Ordering::SeqCst), 3);
        assert_eq!(pool.status().iter().map(|status| status.sockets).sum::<usize>(), 1);
        drop((one, three));
    }

    #[tokio::test]
    async fn an_instance_takes_as_many_as_it_has_places_and_a_request_waits_for_one_that_starts() {
        let fake = Fake::new(0, false);
        let pool = Pool::new(fake.clone(), rules());
        let plan = plan_with("a", "1", (2, 2));
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(pool.admit(&plan).ok().unwrap());
        }
        assert_eq!(
            pool.status()
                .iter()
                .map(|status| (status.state, status.requests))
                .collect::<Vec<_>>(),
            [(InstanceState::Starting, 2), (InstanceState::Starting, 2)]
        );
        assert!(matches!(pool.admit(&plan).err(), Some(Refusal::Overload { .. })));
        fake.permits.add_permits(2);
        for (start, _) in &waiting {
            assert!(start.clone().await.is_ok());
        }
        assert_eq!(fake.starts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn the_choice_among_those_with_room_is_random() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let plan = plan("a", "1");
        let all = [
            place(&pool, &plan).await,
            place(&pool, &plan).await,
            place(&pool, &plan).await,
        ];
        drop(all);
        let mut seen = HashSet::new();
        // Each of three is missed in 100 draws with a probability of 3 * (2/3)^100, which is less than 1e-16.
        for _ in 0..100 {
            seen.insert(Arc::as_ptr(&place(&pool, &plan).await.instance));
        }
        assert_eq!(seen.len(), 3);
    }

    #[tokio::test]
    async fn the_same_seed_chooses_the_same_instances() {
        let chosen = async |seed| {
            let seeded = Rules {
                chance: Chance::new(Some(seed)),
                ..rules()
            };
            let pool = Pool::new(Fake::new(9, false), seeded);
            let plan = plan("a", "1");
            let all = [
                place(&pool, &plan).await,
                place(&pool, &plan).await,
                place(&pool, &plan).await,
            ];
            let instances = all.each_ref().map(|place| Arc::as_ptr(&place.instance));
            drop(all);
            let mut order = Vec::new();
            for _ in 0..40 {
                let instance = Arc::as_ptr(&place(&pool, &plan).await.instance);
                order.push(instances.iter().position(|other| *other == instance));
            }
            order
        };
        assert_eq!(chosen(7).await, chosen(7).await);
        assert_ne!(chosen(7).await, chosen(8).await);
    }

    #[tokio::test]
    async fn functions_are_not_in_each_others_way() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let _a = place(&pool, &plan_with("a", "1", (1, 1))).await;
        let _b = place(&pool, &plan_with("b", "1", (1, 1))).await;
        assert_eq!(fake.running(), ["a@1", "b@1"]);
    }

    #[tokio::test]
    async fn a_failure_is_told_and_the_next_request_tries_anew() {
        let fake = Fake::new(2, true);
        let pool = Pool::new(fake.clone(), rules());
        let plan = plan_with("a", "1", (1, 1));
        for attempt in 1..=2 {
            assert!(matches!(pool.place(&plan).await.err(), Some(Refusal::Start { .. })));
            assert_eq!(fake.starts.load(Ordering::SeqCst), attempt);
            assert!(pool.status().is_empty());
        }
    }

    #[tokio::test]
    async fn an_instance_that_ended_is_replaced_even_while_its_sockets_linger() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let plan = plan_with("a", "1", (1, 1));
        let lingering = place(&pool, &plan).await;
        lingering.instance.stop("test").await;
        let fresh = place(&pool, &plan).await;
        assert!(!Arc::ptr_eq(&lingering.instance, &fresh.instance));
    }

    #[tokio::test]
    async fn a_newer_revision_gets_the_requests_and_the_older_one_ends_with_its_last_user() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let (used, unused) = (place(&pool, &plan("a", "1")).await, place(&pool, &plan("a", "1")).await);
        let (old, unused_instance) = (Arc::clone(&used.instance), Arc::clone(&unused.instance));
        drop(unused);
        let _new = place(&pool, &plan("a", "2")).await;
        unused_instance.end().await;
        assert_eq!(fake.running(), ["a@1", "a@2"]);
        drop(used);
        old.end().await;
        assert_eq!(fake.running(), ["a@2"]);
    }

    #[tokio::test]
    async fn what_serves_stays_while_its_replacement_starts() {
        let fake = Fake::new(1, false);
        let pool = Pool::new(fake.clone(), rules());
        let old = place(&pool, &plan("a", "1")).await;
        let (start, _lease) = pool.admit(&plan("a", "2")).ok().unwrap();
        let instance = Arc::clone(&old.instance);
        drop(old);
        assert!(
            tokio::time::timeout(Duration::from_millis(50), instance.end())
                .await
                .is_err()
        );
        assert!(Arc::ptr_eq(&place(&pool, &plan("a", "1")).await.instance, &instance));
        fake.permits.add_permits(1);
        assert!(start.await.is_ok());
    }

    #[tokio::test]
    async fn a_replacement_tells_the_sockets_of_what_was_before_and_only_once_it_runs() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let (mut used, unused) = (place(&pool, &plan("a", "1")).await, place(&pool, &plan("a", "1")).await);
        used.lease.upgrade();
        let other = place(&pool, &plan("b", "1")).await;
        let unused_instance = Arc::clone(&unused.instance);
        drop(unused);
        let (runner, mut switched) = (Runner::Pool(Arc::clone(&pool)), false);
        let switch = || {
            assert!(!used.instance.replaced.is_cancelled());
            switched = true;
        };
        assert_eq!(runner.replace(&plan("a", "2"), switch).await.ok(), Some(1));
        assert!(switched && used.instance.replaced.is_cancelled() && !other.instance.replaced.is_cancelled());
        unused_instance.end().await;

        let failing = Runner::Pool(Pool::new(Fake::new(9, true), rules()));
        let refused = failing
            .replace(&plan("a", "2"), || panic!("what failed took over"))
            .await;
        assert!(matches!(refused, Err(Refusal::Start { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_instance_ends_after_a_while_and_a_used_one_does_not() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let (kept, unused) = (place(&pool, &plan("a", "1")).await, place(&pool, &plan("a", "1")).await);
        let instance = Arc::clone(&unused.instance);
        drop(unused);
        let early = tokio::time::timeout(IDLE - Duration::from_secs(1), instance.end()).await;
        assert!(early.is_err());
        tokio::time::timeout(Duration::from_secs(2), instance.end())
            .await
            .unwrap();
        assert!(tokio::time::timeout(IDLE * 3, kept.instance.end()).await.is_err());
        assert_eq!(fake.running(), ["a@1"]);
    }

    #[tokio::test]
    async fn after_the_end_nothing_runs_and_nothing_starts() {
        let fake = Fake::new(9, false);
        let pool = Pool::new(fake.clone(), rules());
        let (_one, _two) = (place(&pool, &plan("a", "1")).await, place(&pool, &plan("b", "1")).await);
        pool.end().await;
        assert!(fake.running().is_empty());
        assert_eq!(pool.place(&plan("a", "1")).await.err(), Some(Refusal::Ending));
    }
}
