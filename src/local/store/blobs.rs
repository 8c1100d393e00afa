//! Code and archives as files named by their content.

use super::Lifetime;
use sha2::{Digest, Sha512};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder of files, each named by the SHA-512 of its content.
pub(super) struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest)
    }

    /// Writes a file of another name, then renames it: a file that bears a digest is complete.
    pub(super) fn keep(&self, bytes: &[u8], lifetime: Lifetime) -> io::Result<String> {
        let digest: String = Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.path(&digest);
        if path.exists() {
            return Ok(digest);
        }
        let part = self.folder.join(format!("{digest}.{}.part", uuid::Uuid::new_v4()));
        let written = write(&part, bytes, lifetime).and_then(|()| fs::rename(&part, &path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written?;
        if lifetime == Lifetime::Durable {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(digest)
    }

    /// Removes every file that is not in `named`.
    pub(super) fn sweep(&self, named: &HashSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(|name| named.contains(name)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8], lifetime: Lifetime) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    if lifetime == Lifetime::Durable {
        file.sync_all()?;
    }
    Ok(())
}
