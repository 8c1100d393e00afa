//! Files of a new project: never over another one, and each whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewFile {
    /// Where, as seen from the project's folder.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) text: String,
    /// Whether it is a program.
    pub(super) executable: bool,
}

impl NewFile {
    /// A file that is no program.
    pub(super) fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            executable: false,
        }
    }

    /// The same as a program.
    pub(super) fn program(self) -> Self {
        Self {
            executable: true,
            ..self
        }
    }

    /// Whether it is in `folder` already, just so.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        fs::read(folder.join(&self.path)).is_ok_and(|bytes| bytes == self.text.as_bytes())
    }

    /// Whether something else is in its place.
    pub(super) fn is_hindered_in(&self, folder: &Path) -> bool {
        fs::symlink_metadata(folder.join(&self.path)).is_ok() && !self.is_in(folder)
    }

    /// Writes it below `folder`, unless it is there just so.
    ///
    /// # Errors
    /// Something else has come into its place, or the disk is full; nothing of it is left then.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(&self.path);
        if self.is_in(folder) {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let part = Part::write(&path, &self.text, self.executable)?;
        match fs::hard_link(&part.0, &path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
            // A file system without links. Nobody else writes here in the meantime, but by accident.
            Err(_) if fs::symlink_metadata(&path).is_err() => fs::rename(&part.0, &path),
            Err(_) => Err(ErrorKind::AlreadyExists.into()),
        }
    }
}

/// A file beside the one that it is to become, gone when dropped.
struct Part(PathBuf);

impl Part {
    fn write(path: &Path, text: &str, executable: bool) -> io::Result<Self> {
        let name = format!(".fgctl-{}.part", uuid::Uuid::new_v4().simple());
        let part = Self(path.with_file_name(name));
        let mut file = File::create_new(&part.0)?;
        file.write_all(text.as_bytes())?;
        #[cfg(unix)]
        if executable {
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        #[cfg(not(unix))]
        let _ = executable;
        file.sync_all()?;
        Ok(part)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename it is not there any more.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes `text` into `path`, over what is there: a file of answers grows with each of them, a plan is made again.
///
/// # Errors
/// It cannot be written; what was there is left then.
pub(in crate::cli) fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A device or a pipe, such as /dev/stdout, is written into and not replaced.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, text);
    }
    let part = Part::write(path, text, false)?;
    fs::rename(&part.0, path)
}

#[cfg(test)]
mod tests {
    use super::{NewFile, replace};
    use std::fs;
    use std::io::ErrorKind;

    #[test]
    fn a_file_is_written_whole_with_its_folders_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = NewFile::new("code/deep/bootstrap", "#!/bin/sh\n").program();
        file.write(folder.path()).unwrap();
        file.write(folder.path()).unwrap();
        assert!(file.is_in(folder.path()) && !file.is_hindered_in(folder.path()));
        let names: Vec<_> = fs::read_dir(folder.path().join("code/deep")).unwrap().collect();
        assert_eq!(names.len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(&file.path))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o755);
        }
    }

    #[test]
    fn another_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fgctl.toml"), "mine").unwrap();
        let file = NewFile::new("fgctl.toml", "new");
        assert!(file.is_hindered_in(folder.path()));
        let error = file.write(folder.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(folder.path().join("fgctl.toml")).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        replace(&folder.path().join("fgctl.toml"), "new").unwrap();
        assert!(file.is_in(folder.path()));
    }
}
