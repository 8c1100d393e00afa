//! Tells when one of some folders has changed: once for all that an editor does when it saves.

use super::Told;
use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A change is over when nothing has followed for so long.
const QUIET: Duration = Duration::from_millis(40);
/// What never rests is taken after so long.
const LONGEST: Duration = Duration::from_millis(500);
/// How often the folder is looked at where the system does not tell of changes.
const POLL: Duration = Duration::from_millis(500);
/// What git writes there is no code.
const GIT: &str = ".git";

/// Folders that are watched.
pub(super) struct Watch {
    /// What tells of changes; nothing where that cannot be had.
    watcher: Option<Box<dyn Watcher + Send>>,
    changes: mpsc::UnboundedReceiver<Instant>,
    trouble: Option<String>,
}

impl Watch {
    /// Changes of `folders`, and of files among them, are seen from now on.
    pub(super) fn begin<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Self {
        let folders: Vec<&Path> = folders.into_iter().collect();
        let (sender, changes) = mpsc::unbounded_channel();
        let (watcher, trouble) = match recommended(&folders, sender.clone()) {
            Ok(watcher) => (Some(watcher), None),
            Err(why) => (polling(&folders, sender).ok(), Some(why.to_string())),
        };
        Self {
            watcher,
            changes,
            trouble,
        }
    }

    /// What is not as it should be.
    pub(super) fn trouble(&mut self) -> Option<Told<'static>> {
        let why = self.trouble.take()?;
        Some(match self.watcher {
            Some(_) => Told::Polling(why),
            None => Told::Blind(why),
        })
    }

    /// Waits for a change and until it is over; says when it began.
    pub(super) async fn changed(&mut self) -> Instant {
        let Some(began) = self.changes.recv().await else {
            return std::future::pending().await;
        };
        while began.elapsed() < LONGEST && matches!(timeout(QUIET, self.changes.recv()).await, Ok(Some(_))) {}
        began
    }
}

fn recommended(folders: &[&Path], sender: mpsc::UnboundedSender<Instant>) -> notify::Result<Box<dyn Watcher + Send>> {
    let mut watcher = RecommendedWatcher::new(teller(sender), Config::default())?;
    for folder in folders {
        watch(&mut watcher, folder)?;
    }
    Ok(Box::new(watcher))
}

fn polling(folders: &[&Path], sender: mpsc::UnboundedSender<Instant>) -> notify::Result<Box<dyn Watcher + Send>> {
    let mut watcher = PollWatcher::new(teller(sender), Config::default().with_poll_interval(POLL))?;
    for folder in folders {
        watch(&mut watcher, folder)?;
    }
    Ok(Box::new(watcher))
}

/// A folder with all below; of a file the folder that it is in, because who saves it may put another in its place.
fn watch(watcher: &mut dyn Watcher, path: &Path) -> notify::Result<()> {
    match path.parent().filter(|_| path.is_file()) {
        Some(parent) => watcher.watch(parent, RecursiveMode::NonRecursive),
        None => watcher.watch(path, RecursiveMode::Recursive),
    }
}

/// Passes on what may have changed the code. What is lost or unclear may have, too.
fn teller(sender: mpsc::UnboundedSender<Instant>) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        if event.map_or(true, |event| may_matter(&event)) {
            let _ = sender.send(Instant::now());
        }
    }
}

fn may_matter(event: &Event) -> bool {
    let written = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let of_git = |path: &Path| path.iter().any(|part| part == GIT);
    written && (event.paths.is_empty() || !event.paths.iter().all(|path| of_git(path)))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Watch, polling};
    use std::fs;
    use std::time::Duration;
    use tokio::sync::mpsc;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_write_a_rename_and_a_new_folder_are_changes_and_reading_and_git_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at(".git")).unwrap();
        fs::write(at("a"), "1").unwrap();
        let mut watch = Watch::begin([folder.path()]);
        assert!(watch.trouble().is_none());
        fs::read(at("a")).unwrap();
        fs::write(at(".git/index"), "1").unwrap();
        assert!(timeout(Duration::from_millis(150), watch.changed()).await.is_err());
        fs::write(at("a"), "2").unwrap();
        timeout(PATIENCE, watch.changed()).await.unwrap();
        fs::rename(at("a"), at("b")).unwrap();
        timeout(PATIENCE, watch.changed()).await.unwrap();
        fs::create_dir(at("lib")).unwrap();
        timeout(PATIENCE, watch.changed()).await.unwrap();
        fs::write(at("lib/c"), "3").unwrap();
        timeout(PATIENCE, watch.changed()).await.unwrap();
    }

    #[tokio::test]
    async fn of_a_file_that_is_put_in_the_place_of_another_is_told_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("d.zip"), "1").unwrap();
        let mut watch = Watch::begin([at("d.zip").as_path()]);
        for text in ["2", "3"] {
            fs::write(at("new"), text).unwrap();
            fs::rename(at("new"), at("d.zip")).unwrap();
            timeout(PATIENCE, watch.changed()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn many_writes_are_one_change_and_what_never_rests_is_taken_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::begin([folder.path()]);
        for at in 0..20 {
            fs::write(folder.path().join(format!("{at}")), "1").unwrap();
        }
        timeout(PATIENCE, watch.changed()).await.unwrap();
        assert!(timeout(Duration::from_millis(100), watch.changed()).await.is_err());

        let (sender, changes) = mpsc::unbounded_channel();
        let mut restless = Watch {
            watcher: None,
            changes,
            trouble: None,
        };
        let busy = async {
            loop {
                sender.send(std::time::Instant::now()).unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            began = restless.changed() => assert!(began.elapsed() >= LONGEST),
            () = busy => unreachable!("it never rests"),
        }
    }

    #[tokio::test]
    async fn where_the_system_tells_nothing_the_folder_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, mut changes) = mpsc::unbounded_channel();
        let _watcher = polling(&[folder.path()], sender).unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        timeout(PATIENCE, changes.recv()).await.unwrap().unwrap();
        let missing = Watch::begin([folder.path().join("missing").as_path()]);
        assert!(missing.trouble.is_some());
    }
}
