//! A function's code from `--code DIR|ZIP`: packed or read, and for an HTTP function its `bootstrap` checked.

use super::bootstrap;
use super::entry::{self, Kind};
use super::pack::{self, Replacement};
use super::read::{self, damaged, head, open, read_error};
use super::{Archive, PackageError, walk};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use zip::{ZipArchive, ZipWriter};

/// What kind of function the code is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FunctionKind {
    /// It needs a `bootstrap`.
    Http,
    /// It needs nothing in particular.
    Event,
}

/// The code at `path`, a folder or a ZIP, for a function of this kind; the archive may have `limit` bytes at most.
///
/// For an HTTP function the `bootstrap` is repaired in the packed copy, and each repair noted: LF line ends, no byte
/// order mark, mode 0755. A ready ZIP whose `bootstrap` is well keeps its bytes; else all other entries are copied.
///
/// # Errors
/// As [`pack`](super::pack) and [`read`](super::read); the archive is larger than the limit; or there is no
/// `bootstrap` at the root, or one that cannot start.
pub(crate) fn code(path: &Path, kind: FunctionKind, limit: u64) -> Result<Archive, PackageError> {
    let metadata = path.metadata().map_err(|source| read_error(path, source))?;
    let archive = match (metadata.is_dir(), kind) {
        (true, FunctionKind::Event) => super::pack(path)?,
        (true, FunctionKind::Http) => folder(path)?,
        (false, FunctionKind::Event) => read::read(path, limit)?,
        (false, FunctionKind::Http) => ready(path, read::read(path, limit)?)?,
    };
    match archive.bytes.len() as u64 {
        size if size > limit => Err(PackageError::PacksTooLarge {
            path: path.to_owned(),
            size,
            limit,
        }),
        _ => Ok(archive),
    }
}

/// Packs the folder of an HTTP function.
fn folder(path: &Path) -> Result<Archive, PackageError> {
    let mut listing = walk::list(path)?;
    bootstrap::locate(path, listing.files.iter().map(|file| file.name.as_str()))?;
    let found = listing.files.iter().find(|file| file.name == bootstrap::NAME);
    let replacement = match found {
        None => None,
        Some(file) => {
            let content = std::fs::read(&file.path).map_err(|source| read_error(&file.path, source))?;
            let (content, notes) = bootstrap::repair(path, content, file.executable)?;
            listing.notes.extend(notes);
            Some(Replacement {
                name: bootstrap::NAME,
                content,
            })
        }
    };
    pack::write(path, listing, replacement.as_ref())
}

/// Checks the ready ZIP of an HTTP function, and repairs it where it must be.
fn ready(path: &Path, mut archive: Archive) -> Result<Archive, PackageError> {
    let mut zip = open(path, Cursor::new(archive.bytes.as_slice()))?;
    let files = files(path, &zip)?;
    bootstrap::locate(path, files.iter().map(|(_, name, _)| name.as_str()))?;
    let Some((at, name, executable)) = files.iter().find(|(_, name, _)| name == bootstrap::NAME) else {
        return Ok(archive);
    };
    let mut content = Vec::new();
    let opened = zip.by_index(*at).map_err(|error| damaged(path, name, error))?;
    { opened }
        .read_to_end(&mut content)
        .map_err(|error| damaged(path, name, error))?;
    let (repaired, notes) = bootstrap::repair(path, content.clone(), Some(*executable))?;
    if repaired != content || !executable {
        archive.unpacked = archive.unpacked - content.len() as u64 + repaired.len() as u64;
        let bytes = rewrite(&mut zip, *at, &repaired).map_err(|source| PackageError::Pack {
            path: path.to_owned(),
            source,
        })?;
        archive.bytes = bytes;
    }
    archive.notes.extend(notes);
    Ok(archive)
}

/// Position, plain name and executable bit of each file in the archive.
fn files<R: Read + std::io::Seek>(
    path: &Path,
    zip: &ZipArchive<R>,
) -> Result<Vec<(usize, String, bool)>, PackageError> {
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let (name, kind) = head(path, zip, at)?;
        if let (Kind::File { executable }, Ok(parts)) = (kind, entry::parts(&name)) {
            files.push((at, parts.join("/"), executable == Some(true)));
        }
    }
    Ok(files)
}

/// The archive with other content at the entry `at`; everything else is copied as it is.
fn rewrite(zip: &mut ZipArchive<Cursor<&[u8]>>, at: usize, content: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        if index == at {
            writer.start_file(bootstrap::NAME, pack::options(true))?;
            writer.write_all(content)?;
        } else {
            writer.raw_copy_file(zip.by_index_raw(index)?)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{FunctionKind, code};
    use crate::package::handmade::{Entry, zip};
    use crate::package::{Archive, Note, PackageError, read, unpack};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    const LIMIT: u64 = 100_000;

    fn http(path: &Path) -> Result<Archive, PackageError> {
        code(path, FunctionKind::Http, LIMIT)
    }

    /// Content and mode of the packed `bootstrap`.
    fn bootstrap(archive: &Archive) -> (String, u32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        fs::write(&path, &archive.bytes).unwrap();
        read(&path, LIMIT).unwrap();
        unpack(&path, folder.path()).unwrap();
        let path = folder.path().join("bootstrap");
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        (fs::read_to_string(path).unwrap(), mode)
    }

    #[test]
    fn a_folder_is_packed_with_its_bootstrap_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bootstrap");
        fs::write(folder.path().join("index.js"), "a\r\n").unwrap();
        fs::write(&path, "#!/bin/sh\r\nnode index.js\r\n").unwrap();
        let archive = http(folder.path()).unwrap();
        assert_eq!(archive.notes, [Note::LineEnds, Note::Mode]);
        assert_eq!(bootstrap(&archive), ("#!/bin/sh\nnode index.js\n".into(), 0o755));
        // Only the packed copy is repaired, and only the bootstrap: what was right from the start is the same ZIP.
        assert_eq!(fs::read(&path).unwrap().len(), 26);
        fs::write(&path, "#!/bin/sh\nnode index.js\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let right = http(folder.path()).unwrap();
        assert_eq!((&right.bytes, right.unpacked), (&archive.bytes, archive.unpacked));
        assert_eq!(right.notes, []);
    }

    #[test]
    fn a_ready_zip_is_changed_only_where_it_must_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.zip");
        let entry = |content: &[u8], mode| Entry {
            mode,
            ..Entry::file("bootstrap", content)
        };
        let right = zip(&[entry(b"node x\n", 0o100_755), Entry::file("x", b"1")]);
        fs::write(&path, &right).unwrap();
        let archive = http(&path).unwrap();
        assert_eq!((archive.bytes, archive.notes), (right, vec![]));

        let wrong = zip(&[Entry::file("x", b"1"), entry(b"node x\r\n", 0o100_644)]);
        fs::write(&path, &wrong).unwrap();
        let archive = http(&path).unwrap();
        assert_eq!(archive.notes, [Note::LineEnds, Note::Mode]);
        assert_eq!((archive.files, archive.unpacked), (2, 8));
        assert_eq!(bootstrap(&archive), ("node x\n".into(), 0o755));
        assert_eq!(code(&path, FunctionKind::Event, LIMIT).unwrap().bytes, wrong);
    }

    #[test]
    fn an_http_function_needs_its_bootstrap_at_the_root() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("app")).unwrap();
        fs::write(folder.path().join("app/bootstrap"), "x").unwrap();
        match http(folder.path()) {
            Err(PackageError::DeepBootstrap { found, folder, .. }) => {
                assert_eq!((found.as_str(), folder.as_str()), ("app/bootstrap", "app"));
            }
            other => panic!("{other:?}"),
        }
        assert!(code(folder.path(), FunctionKind::Event, LIMIT).is_ok());
        let path = folder.path().join("code.zip");
        fs::write(&path, zip(&[Entry::file("index.js", b"")])).unwrap();
        assert!(matches!(http(&path), Err(PackageError::NoBootstrap { .. })));
    }

    #[test]
    fn the_limit_holds_for_a_packed_folder_too() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bootstrap"), "x").unwrap();
        let size = http(folder.path()).unwrap().bytes.len() as u64;
        let error = code(folder.path(), FunctionKind::Http, size - 1).unwrap_err();
        let end = format!("packs to {size} bytes, more than the limit of {} bytes", size - 1);
        assert!(error.to_string().ends_with(&end), "{error}");
    }
}
