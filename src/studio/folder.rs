//! A temporary folder of whoever runs a throw-away local cloud.

use std::io;
use std::path::{Path, PathBuf};

/// A temporary folder that only its owner can look into, removed when dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes one, whose name begins with `fgctl-` and `purpose`.
    ///
    /// # Errors
    /// The system's temporary folder cannot be written.
    pub(super) fn create(purpose: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("fgctl-{purpose}-{}", uuid::Uuid::new_v4().simple()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The local cloud has ended; what cannot be removed stays in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
