//! What of the local cloud's behaviour is the cloud's physics: how fast time passes, what chance decides, what fails.

use super::fault::NewFault;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the data plane behaves, as far as it can be set at the start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Physics {
    /// How many times faster than on the cloud time passes for what has a limit.
    pub(crate) speed: u32,
    /// What chance starts from; nothing for another chance each time.
    pub(crate) seed: Option<u64>,
    /// An instance ends after this long without a request.
    pub(crate) idle: Duration,
    /// Ports of this machine's 127.0.0.1 that an instance reaches as its own.
    pub(crate) forwards: Vec<u16>,
    /// How many calls a day a group takes by its debug domain; nothing for any number.
    pub(crate) debug_domain_limit: Option<u32>,
    /// What fails from the start.
    pub(crate) faults: Vec<NewFault>,
}

impl Default for Physics {
    fn default() -> Self {
        Self {
            speed: 1,
            seed: None,
            idle: Duration::from_secs(60),
            forwards: Vec::new(),
            debug_domain_limit: None,
            faults: Vec::new(),
        }
    }
}

/// What a client needs for a step on a busy machine.
const SHORTEST: Duration = Duration::from_secs(1);

/// How fast time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace(u32);

impl Pace {
    /// So many times faster than on the cloud; at least as fast.
    pub(super) fn new(speed: u32) -> Self {
        Self(speed.max(1))
    }

    /// How long what takes `duration` on the cloud takes here.
    pub(super) fn of(self, duration: Duration) -> Duration {
        duration / self.0
    }

    /// How long a client may take for what it may take `limit` for on the cloud: a fast pace cuts no honest one.
    pub(super) fn of_client(self, limit: Duration) -> Duration {
        self.of(limit).max(SHORTEST.min(limit))
    }

    /// How much time of the cloud has passed in `duration`.
    pub(super) fn passed(self, duration: Duration) -> Duration {
        duration.saturating_mul(self.0)
    }
}

/// What decides where the cloud lets chance decide: the same from the same seed.
#[derive(Clone, Debug)]
pub(super) struct Chance(Arc<Mutex<u64>>);

impl Chance {
    /// Starts from `seed`, or anywhere.
    pub(super) fn new(seed: Option<u64>) -> Self {
        let anywhere = || getrandom::u64().unwrap_or_default();
        Self(Arc::new(Mutex::new(seed.unwrap_or_else(anywhere))))
    }

    /// The next number: SplitMix64, whose every output follows from its state.
    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the numbers below `bound`; 0 where there is none.
    pub(super) fn below(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// Whether something of this probability happens now.
    pub(super) fn happens(&self, probability: f64) -> bool {
        // 53 bits are all that a float of this size holds.
        let drawn = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        drawn < probability
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Pace};
    use std::time::Duration;

    #[test]
    fn the_same_seed_decides_the_same_and_another_one_otherwise() {
        let drawn = |seed| {
            let chance = Chance::new(Some(seed));
            (0..32).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        assert!(drawn(7).iter().all(|number| *number < 1000));
        assert_eq!(Chance::new(None).below(0), 0);
    }

    #[test]
    fn a_probability_is_met_over_many_draws_and_the_ends_are_certain() {
        let chance = Chance::new(Some(1));
        let met = (0..10_000).filter(|_| chance.happens(0.25)).count();
        assert!((2300..2700).contains(&met), "{met}");
        assert!((0..100).all(|_| chance.happens(1.0) && !chance.happens(0.0)));
    }

    #[test]
    fn a_faster_pace_shortens_what_has_a_limit() {
        assert_eq!(Pace::new(20).of(Duration::from_secs(3)), Duration::from_millis(150));
        assert_eq!(Pace::new(20).passed(Duration::from_millis(150)), Duration::from_secs(3));
        assert_eq!(Pace::new(0).of(Duration::from_secs(3)), Duration::from_secs(3));
    }
}
