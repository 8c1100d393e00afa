//! Code, archives and objects as files named by their content.

use super::Lifetime;
use md5::Md5;
use sha2::{Digest, Sha512};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

/// A folder of files, each named by the SHA-512 of its content.
pub(super) struct Blobs {
    folder: PathBuf,
}

/// A file that is still being written, and bears no digest yet. Dropped, it leaves nothing behind.
pub(in crate::local) struct Incoming {
    path: PathBuf,
    file: File,
    sha512: Sha512,
    md5: Md5,
    size: u64,
    lifetime: Lifetime,
}

/// A file that is complete and on disk, and is to get its name. Dropped, it leaves nothing behind.
pub(in crate::local) struct Complete {
    path: PathBuf,
    /// SHA-512 in hex.
    digest: String,
    /// MD5.
    pub(in crate::local) md5: [u8; 16],
    /// Bytes.
    pub(in crate::local) size: u64,
}

impl Incoming {
    /// Adds `bytes`.
    ///
    /// # Errors
    /// The disk takes no more.
    pub(in crate::local) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.sha512.update(bytes);
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Waits until the disk has all of it.
    ///
    /// # Errors
    /// The disk does not take it.
    pub(in crate::local) fn complete(mut self) -> io::Result<Complete> {
        if self.lifetime == Lifetime::Durable {
            self.file.sync_all()?;
        }
        let digest = std::mem::take(&mut self.sha512).finalize();
        Ok(Complete {
            // What is taken out of here is not removed when this is dropped.
            path: std::mem::take(&mut self.path),
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            md5: std::mem::take(&mut self.md5).finalize().into(),
            size: self.size,
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

impl Drop for Complete {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes a file that was not kept. What cannot be removed now is swept at the next start.
fn remove(path: &PathBuf) {
    if !path.as_os_str().is_empty() {
        let _ = fs::remove_file(path);
    }
}

impl Blobs {
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest)
    }

    /// A new file of another name: one that bears a digest is complete.
    pub(super) fn begin(&self, lifetime: Lifetime) -> io::Result<Incoming> {
        let path = self.folder.join(format!("{}.part", uuid::Uuid::new_v4()));
        Ok(Incoming {
            file: File::create_new(&path)?,
            path,
            sha512: Sha512::new(),
            md5: Md5::new(),
            size: 0,
            lifetime,
        })
    }

    /// Gives `complete` the name of its content, unless there is such a file.
    pub(super) fn adopt(&self, mut complete: Complete, lifetime: Lifetime) -> io::Result<String> {
        let path = self.path(&complete.digest);
        if !path.exists() {
            fs::rename(&complete.path, &path)?;
            complete.path = PathBuf::new();
            if lifetime == Lifetime::Durable {
                File::open(&self.folder)?.sync_all()?;
            }
        }
        Ok(std::mem::take(&mut complete.digest))
    }

    pub(super) fn keep(&self, bytes: &[u8], lifetime: Lifetime) -> io::Result<String> {
        let digest: String = Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if self.path(&digest).exists() {
            return Ok(digest);
        }
        let mut incoming = self.begin(lifetime)?;
        incoming.write(bytes)?;
        self.adopt(incoming.complete()?, lifetime)
    }

    /// Removes those of `digests` that are not in `named`.
    pub(super) fn discard(&self, digests: &[String], named: &HashSet<String>) {
        for digest in digests.iter().filter(|digest| !named.contains(*digest)) {
            remove(&self.path(digest));
        }
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
