//! Work on several threads whose outcomes come in order, with few of them waiting at any time.

use super::PackageError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many outcomes of one thread may wait for their turn: with the size of a piece, what bounds the memory.
const WAITING: usize = 16;

/// Does `jobs` on `threads` threads, each with what `start` makes for it, and hands every outcome to `each`, in the
/// order of the jobs. An error of `each` ends it.
///
/// # Errors
/// What `each` says, or no thread can be started.
pub(super) fn in_order<J: Sync, R: Send, W: FnMut(&J) -> R>(
    jobs: &[J],
    threads: usize,
    start: impl Fn() -> W + Sync,
    mut each: impl FnMut(R) -> Result<(), PackageError>,
) -> Result<(), PackageError> {
    let threads = threads.clamp(1, jobs.len().max(1));
    let start = &start;
    thread::scope(|scope| {
        // The receivers live in here: returning drops them, which ends every thread.
        let mut outcomes: Vec<Receiver<R>> = Vec::with_capacity(threads);
        for first in 0..threads {
            let (sender, receiver) = sync_channel(WAITING);
            let own = jobs.iter().skip(first).step_by(threads);
            thread::Builder::new()
                .spawn_scoped(scope, move || work(own, start(), &sender))
                .map_err(|source| PackageError::Threads { source })?;
            outcomes.push(receiver);
        }
        for at in 0..jobs.len() {
            match outcomes[at % threads].recv() {
                Ok(outcome) => each(outcome)?,
                // The thread panicked, which the scope passes on.
                Err(_) => break,
            }
        }
        Ok(())
    })
}

fn work<'a, J: 'a, R>(jobs: impl Iterator<Item = &'a J>, mut work: impl FnMut(&J) -> R, outcomes: &SyncSender<R>) {
    for job in jobs {
        if outcomes.send(work(job)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_order;
    use crate::package::PackageError;

    #[test]
    fn outcomes_come_in_order_on_any_number_of_threads() {
        let jobs: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 3, 7, 2000] {
            let mut seen = Vec::new();
            let each = |outcome| {
                seen.push(outcome);
                Ok(())
            };
            in_order(&jobs, threads, || |job: &usize| job * 2, each).unwrap();
            assert!(seen.iter().copied().eq(jobs.iter().map(|job| job * 2)), "{threads}");
        }
        in_order(&[], 4, || |job: &usize| *job, |_| panic!("there is no job")).unwrap();
    }

    #[test]
    fn an_error_ends_it_though_threads_have_more_to_say() {
        let jobs: Vec<usize> = (0..10_000).collect();
        let mut seen = 0;
        let each = |outcome| {
            seen += 1;
            match outcome {
                3 => Err(PackageError::Missing { path: "x".into() }),
                _ => Ok(()),
            }
        };
        assert!(in_order(&jobs, 3, || |job: &usize| *job, each).is_err());
        assert_eq!(seen, 4);
    }
}
