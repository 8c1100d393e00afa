//! A function's code as a folder: unpacked once, the dependencies laid over the code in their order.
//!
//! A folder bears its key only when it is complete, so a kill half-way leaves nothing half-unpacked.

use crate::local::fidelity::Row;
use crate::package::{PackageError, unpack};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "runtime",
    "code and dependencies",
    "FunctionGraph, \"Dependency Management\"",
    &[
        "how dependencies are mounted, and whether `NODE_PATH` is set for an HTTP function: here they are laid over the code, and it is not",
    ],
);

/// Between the parts of a key, so that no two lists of digests read alike.
const SEPARATOR: &[u8] = b"\n";

/// The code cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum CodeError {
    /// An archive cannot be unpacked.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The folder cannot be written.
    #[error("the folder for unpacked code cannot be written")]
    Folder(#[from] io::Error),
}

/// Names the folder: SHA-256, in hex, of the code's digest and the dependencies' digests in their order.
pub(super) fn key<'a>(digests: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for digest in digests {
        hash.update(digest);
        hash.update(SEPARATOR);
    }
    hex(&hash.finalize())
}

/// `bytes` in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder `key` below `root`: made of `archives`, later ones over earlier ones, unless it is there. Its files
/// cannot be written. Blocks.
///
/// # Errors
/// An archive cannot be unpacked, or the folder cannot be written; nothing is left of it.
pub(super) fn folder(root: &Path, key: &str, archives: &[PathBuf]) -> Result<PathBuf, CodeError> {
    let folder = root.join(key);
    if folder.is_dir() {
        return Ok(folder);
    }
    let part = root.join(format!("{key}.{}.part", uuid::Uuid::new_v4()));
    let made = make(&part, archives).and_then(|()| Ok(fs::rename(&part, &folder)?));
    if made.is_err() {
        let _ = fs::remove_dir_all(&part);
    }
    match made {
        // Another start was faster.
        Err(CodeError::Folder(_)) if folder.is_dir() => Ok(folder),
        made => made.map(|()| folder),
    }
}

fn make(part: &Path, archives: &[PathBuf]) -> Result<(), CodeError> {
    fs::create_dir_all(part)?;
    for archive in archives {
        unpack(archive, part)?;
    }
    Ok(protect(part)?)
}

/// Takes the write bits of every file. Folders keep theirs: else their owner could not remove them.
fn protect(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            protect(&entry.path())?;
        } else if kind.is_file() {
            let mut permissions = entry.metadata()?.permissions();
            permissions.set_readonly(true);
            fs::set_permissions(entry.path(), permissions)?;
        }
    }
    Ok(())
}

/// Removes every folder below `root` whose key is not in `used`, and what was left half-unpacked. Blocks.
///
/// # Errors
/// A folder cannot be read or removed.
pub(super) fn sweep(root: &Path, used: &HashSet<String>) -> io::Result<()> {
    fs::create_dir_all(root)?;
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| used.contains(name)) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{folder, key, sweep};
    use std::fs;
    use std::io::{Cursor, Write};
    use std::path::{Path, PathBuf};

    fn archive(at: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in files {
            zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        let path = at.join(name);
        fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
        path
    }

    #[test]
    fn a_key_depends_on_each_digest_and_on_their_order() {
        let keys = [key(["a", "b", "c"]), key(["a", "c", "b"]), key(["ab", "c"]), key(["a"])];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(key(["a", "b"]), key(["a", "b"]));
    }

    #[test]
    fn later_archives_lie_over_earlier_ones_and_files_cannot_be_written() {
        let state = tempfile::tempdir().unwrap();
        let code = archive(state.path(), "code.zip", &[("index.js", "code"), ("lib/a.js", "code")]);
        let one = archive(state.path(), "one.zip", &[("lib/a.js", "one"), ("lib/b.js", "one")]);
        let two = archive(state.path(), "two.zip", &[("lib/b.js", "two")]);
        let root = state.path().join("code");
        let made = folder(&root, "k", &[code.clone(), one, two]).unwrap();
        let read = |name: &str| fs::read_to_string(made.join(name)).unwrap();
        assert_eq!(
            [read("index.js"), read("lib/a.js"), read("lib/b.js")],
            ["code", "one", "two"]
        );
        assert!(fs::metadata(made.join("lib/b.js")).unwrap().permissions().readonly());
        // What is there is not made again: the archive may even be gone.
        fs::remove_file(&code).unwrap();
        assert_eq!(folder(&root, "k", &[code]).unwrap(), made);
    }

    #[test]
    fn what_fails_half_way_leaves_nothing() {
        let state = tempfile::tempdir().unwrap();
        let good = archive(state.path(), "good.zip", &[("a", "a")]);
        let bad = state.path().join("bad.zip");
        fs::write(&bad, "no zip").unwrap();
        let root = state.path().join("code");
        assert!(folder(&root, "k", &[good, bad]).is_err());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn a_sweep_leaves_what_is_used() {
        let state = tempfile::tempdir().unwrap();
        let root = state.path().join("code");
        for name in ["used", "old", "used.1.part"] {
            fs::create_dir_all(root.join(name).join("d")).unwrap();
        }
        sweep(&root, &["used".to_owned()].into()).unwrap();
        let left: Vec<_> = fs::read_dir(&root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["used"]);
    }
}
