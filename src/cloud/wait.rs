//! Waiting until the cloud has finished something, by reading again and again.

use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// How much longer than the deadline the last read may take.
const GRACE: Duration = Duration::from_secs(10);

/// When to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Before the first read: nothing finishes sooner.
    pub(crate) first_delay: Duration,
    /// The longest from one read's end to the next one's beginning. The pause doubles from `first_delay` up to this;
    /// it is this at once where there is no first delay.
    pub(crate) interval: Duration,
    /// From the beginning of the wait to its end. The last read begins then.
    pub(crate) deadline: Duration,
}

/// The wait ended without what was waited for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitError<E> {
    /// The deadline passed.
    #[error("{what} took longer than {} s", deadline.as_secs_f64())]
    TimedOut {
        /// What was waited for.
        what: String,
        /// For how long.
        deadline: Duration,
    },
    /// A read failed.
    #[error(transparent)]
    Failed(E),
}

/// Reads at `pace` until `read` yields something. After each read that yields nothing, `waiting` is told how long it
/// has been. `what` says what is waited for, as the subject of a sentence.
///
/// # Errors
/// [`WaitError::TimedOut`] when the deadline passed, even if it is a read that hangs; [`WaitError::Failed`] with the
/// first error of `read`.
pub(crate) async fn until<T, E, F, R>(
    what: &str,
    pace: Pace,
    mut read: R,
    mut waiting: impl FnMut(Duration),
) -> Result<T, WaitError<E>>
where
    F: Future<Output = Result<Option<T>, E>>,
    R: FnMut() -> F,
{
    let start = Instant::now();
    let end = start + pace.deadline;
    let mut next = (start + pace.first_delay).min(end);
    let mut pause = if pace.first_delay.is_zero() {
        pace.interval
    } else {
        pace.first_delay
    };
    loop {
        sleep_until(next).await;
        let Ok(outcome) = timeout_at(end + GRACE, read()).await else {
            break;
        };
        if let Some(found) = outcome.map_err(WaitError::Failed)? {
            return Ok(found);
        }
        let now = Instant::now();
        waiting(now - start);
        if now >= end {
            break;
        }
        pause = (pause * 2).min(pace.interval);
        next = (now + pause).min(end);
    }
    Err(WaitError::TimedOut {
        what: what.to_owned(),
        deadline: pace.deadline,
    })
}

#[cfg(test)]
mod tests {
    use super::{Pace, WaitError, until};
    use std::time::Duration;
    use tokio::time::Instant;

    fn pace(first: u64, interval: u64, deadline: u64) -> Pace {
        Pace {
            first_delay: Duration::from_secs(first),
            interval: Duration::from_secs(interval),
            deadline: Duration::from_secs(deadline),
        }
    }

    /// At which seconds it reads, what it tells, and how it ends, when the read number `ready` succeeds.
    async fn run(pace: Pace, ready: usize) -> (Vec<u64>, Vec<u64>, bool) {
        let start = Instant::now();
        let (mut reads, mut told) = (Vec::new(), Vec::new());
        let outcome = until(
            "the gateway",
            pace,
            || {
                reads.push(start.elapsed().as_secs());
                let done = reads.len() == ready;
                async move { Ok::<_, String>(done.then_some(())) }
            },
            |elapsed| told.push(elapsed.as_secs()),
        )
        .await;
        (reads, told, outcome.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn reads_at_its_pace_until_it_is_there() {
        assert_eq!(run(pace(5, 10, 60), 3).await, (vec![5, 15, 25], vec![5, 15], true));
        assert_eq!(run(pace(0, 10, 60), 1).await, (vec![0], vec![], true));
        assert_eq!(
            run(pace(1, 10, 60), 6).await.0,
            [1, 3, 7, 15, 25, 35],
            "soon at first, then seldom"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_read_is_at_the_deadline() {
        assert_eq!(run(pace(5, 10, 18), 9).await, (vec![5, 15, 18], vec![5, 15, 18], false));
        assert_eq!(run(pace(5, 10, 18), 3).await, (vec![5, 15, 18], vec![5, 15], true));
        assert_eq!(run(pace(30, 10, 18), 9).await, (vec![18], vec![18], false));
        assert_eq!(run(pace(0, 10, 0), 9).await, (vec![0], vec![0], false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_fails_or_hangs_ends_it() {
        let failed = until("it", pace(0, 1, 5), || async { Err::<Option<()>, _>("no") }, |_| ()).await;
        assert!(matches!(failed, Err(WaitError::Failed("no"))), "{failed:?}");

        let start = Instant::now();
        let hung = until(
            "it",
            pace(0, 1, 5),
            std::future::pending::<Result<Option<()>, String>>,
            |_| (),
        )
        .await;
        assert!(matches!(hung, Err(WaitError::TimedOut { .. })), "{hung:?}");
        assert_eq!(start.elapsed().as_secs(), 15);
        assert_eq!(hung.unwrap_err().to_string(), "it took longer than 5 s");
    }
}
