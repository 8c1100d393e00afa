//! What a local cloud that was killed leaves running, and its end at the next start.
//!
//! A process is ended only if it is the very one that was noted: the same id and the same start time. Where the
//! platform does not tell start times, nothing is ended.

use crate::sys::process::{self, Process};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a killed process may take to be gone.
const GONE_LIMIT: Duration = Duration::from_secs(3);

/// A running instance, as noted in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The leader of its process group.
    #[serde(flatten)]
    pub(super) process: Process,
    /// The process group.
    pub(super) group: u32,
    /// Folders outside the state that go with it.
    pub(super) folders: Vec<PathBuf>,
}

/// Writes the note `path`, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub(super) fn note(path: &Path, note: &Note) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = fs::File::create(&part)?;
    file.write_all(&serde_json::to_vec(note)?)?;
    drop(file);
    fs::rename(&part, path)
}

/// Removes the note, when there is one.
pub(super) fn forget(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Ends what the note `path` tells of, if it still runs, and says whether it did. Blocks.
///
/// # Errors
/// The process cannot be ended, or does not end.
pub(super) fn reap(path: &Path) -> io::Result<bool> {
    let Some(note) = fs::read(path)
        .ok()
        .and_then(|text| serde_json::from_slice::<Note>(&text).ok())
    else {
        forget(path);
        return Ok(false);
    };
    let ours = note.process.started.is_some() && note.process.runs();
    if ours {
        process::kill_group(note.group)?;
        let begin = Instant::now();
        while note.process.runs() {
            if begin.elapsed() > GONE_LIMIT {
                return Err(io::Error::other(format!(
                    "process {} of an earlier local cloud was killed and does not end",
                    note.process.pid
                )));
            }
            // Not our child: nothing tells of its end.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    for folder in note.folders {
        let _ = fs::remove_dir_all(folder);
    }
    forget(path);
    Ok(ours)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::{Note, note, reap};
    use crate::sys::process::Process;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Child, Command, Stdio};

    fn waiting() -> Child {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "read line"]).stdin(Stdio::piped()).process_group(0);
        command.spawn().unwrap()
    }

    #[test]
    fn the_noted_process_is_ended_and_the_note_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        let path = folder.path().join("instance.json");
        let mut child = waiting();
        let left = Note {
            process: Process::of(child.id()),
            group: child.id(),
            folders: vec![outside.clone()],
        };
        note(&path, &left).unwrap();
        assert!(reap(&path).unwrap());
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        assert!(!path.exists() && !outside.exists());
        assert!(!reap(&path).unwrap());
    }

    #[test]
    fn another_process_that_has_the_id_now_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.json");
        let mut child = waiting();
        for started in [Some(1), None] {
            let process = Process {
                pid: child.id(),
                started,
            };
            let left = Note {
                process,
                group: child.id(),
                folders: Vec::new(),
            };
            note(&path, &left).unwrap();
            assert!(!reap(&path).unwrap());
            assert!(Process::of(child.id()).runs());
            assert!(!path.exists());
        }
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn a_damaged_note_is_no_reason_to_fail() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.json");
        std::fs::write(&path, "{\"pid\":").unwrap();
        assert!(!reap(&path).unwrap());
        assert!(!path.exists());
    }
}
