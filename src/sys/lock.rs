//! A file that one process at a time may hold, and that names the process that does.

use super::process::Process;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

/// The lock. It ends with this value, or with the process, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// The lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    /// Another process holds it.
    #[error("another process holds the lock")]
    Held {
        /// Who; `None` when it has not yet written its name.
        holder: Option<Process>,
    },
    /// The file cannot be used.
    #[error("the lock file cannot be used")]
    File(#[from] io::Error),
}

impl Lock {
    /// Takes the lock that the file `path` stands for, or says at once who holds it. The file stays afterwards.
    ///
    /// # Errors
    /// Another process holds it, or the file cannot be opened or written.
    pub(crate) fn take(path: &Path) -> Result<Self, LockError> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: read(&file) }),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let name = serde_json::to_vec(&Process::current()).map_err(io::Error::from)?;
        file.set_len(0)?;
        file.write_all(&name)?;
        Ok(Self { _file: file })
    }
}

/// Blocks until no process holds the lock that the file `path` stands for.
///
/// # Errors
/// The file cannot be opened or locked.
pub(crate) fn wait_until_free(path: &Path) -> io::Result<()> {
    File::open(path)?.lock()
}

fn read(file: &File) -> Option<Process> {
    let mut text = Vec::new();
    file.take(1024).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::{Lock, LockError};
    use crate::sys::process::Process;

    #[test]
    fn the_second_is_told_who_the_first_is_and_gets_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::fs::write(
            &path,
            "what an earlier process left, and longer than a name can be: ".repeat(9),
        )
        .unwrap();
        let first = Lock::take(&path).unwrap();
        let Err(LockError::Held { holder }) = Lock::take(&path) else {
            panic!("taken twice");
        };
        assert_eq!(holder, Some(Process::current()));
        drop(first);
        Lock::take(&path).unwrap();
    }
}
