//! Ctrl-Z and `fg`: when a shell stops this process, and when it lets it go on.

use std::io;

/// What a shell wants of this process.
pub(super) enum Turn {
    /// It is to stop.
    Stop,
    /// It was stopped, and goes on.
    GoOn,
}

/// The signals of both; without somebody who waits, Ctrl-Z does nothing.
#[cfg(unix)]
pub(super) struct Suspension {
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Suspension {
    /// From now on.
    ///
    /// # Errors
    /// The system does not let signals be seen.
    pub(super) fn watch() -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            stop: signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    /// The next. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Turn {
        tokio::select! {
            _ = self.stop.recv() => Turn::Stop,
            _ = self.go_on.recv() => Turn::GoOn,
        }
    }
}

/// Stops this process, in the way that cannot be refused.
#[cfg(unix)]
pub(super) fn stop() {
    use rustix::process::{Signal, getpid, kill_process};
    let _ = kill_process(getpid(), Signal::STOP);
}

/// Where no shell stops a process.
#[cfg(not(unix))]
pub(super) struct Suspension;

#[cfg(not(unix))]
impl Suspension {
    pub(super) fn watch() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Turn {
        std::future::pending().await
    }
}

#[cfg(not(unix))]
pub(super) fn stop() {}
