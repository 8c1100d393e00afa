//! A ready ZIP: read, and checked to the last byte before anything is sent.

use super::entry::{self, Kind};
use super::{Archive, ENTRY_LIMIT, Note, PackageError, Refusal, TARGET_LIMIT, UNPACKED_LIMIT};
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;
use zip::ZipArchive;

/// Reads the ready ZIP at `path`, which may have `limit` bytes at most. Its bytes stay as they are.
///
/// # Errors
/// There is no file; it is larger than the limit; it is no ZIP; an entry is damaged, encrypted, or one that
/// [`unpack`](super::unpack) would refuse for its name.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Archive, PackageError> {
    let bytes = bytes(path, limit)?;
    let checked = Checked::all(path, Cursor::new(bytes.as_slice()))?;
    let notes = checked.notes();
    Ok(Archive {
        files: checked.files,
        unpacked: checked.unpacked,
        notes,
        left_out: Vec::new(),
        programs: Vec::new(),
        bytes,
    })
}

/// Checks the ready ZIP at `path` as [`read`] does, without keeping its bytes: for one that is too large for memory.
/// Returns how many files it holds, and what is noticed.
///
/// # Errors
/// As [`read`].
pub(crate) fn inspect(path: &Path, limit: u64) -> Result<(usize, Vec<Note>), PackageError> {
    size(path, limit)?;
    let file = File::open(path).map_err(|source| read_error(path, source))?;
    let checked = Checked::all(path, BufReader::with_capacity(256 * 1024, file))?;
    Ok((checked.files, checked.notes()))
}

/// The size of the file at `path`.
///
/// # Errors
/// There is none, or it is larger than `limit`.
pub(crate) fn size(path: &Path, limit: u64) -> Result<u64, PackageError> {
    let metadata = path.metadata().map_err(|source| read_error(path, source))?;
    if !metadata.is_file() {
        return Err(PackageError::NotAFile { path: path.to_owned() });
    }
    match metadata.len() {
        size if size > limit => Err(PackageError::TooLarge {
            path: path.to_owned(),
            size,
            limit,
        }),
        size => Ok(size),
    }
}

fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, PackageError> {
    let unreadable = |source| read_error(path, source);
    size(path, limit)?;
    let too_large = |size| PackageError::TooLarge {
        path: path.to_owned(),
        size,
        limit,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match bytes.len() as u64 {
        size if size > limit => Err(too_large(size)),
        _ => Ok(bytes),
    }
}

/// `source` as an error about `path`; a file that is not there is told apart.
pub(super) fn read_error(path: &Path, source: std::io::Error) -> PackageError {
    let path = path.to_owned();
    match source.kind() {
        std::io::ErrorKind::NotFound => PackageError::Missing { path },
        _ => PackageError::Read { path, source },
    }
}

/// Opens the ZIP in `reader`, which is called `archive` in errors.
pub(super) fn open<R: Read + Seek>(archive: &Path, reader: R) -> Result<ZipArchive<R>, PackageError> {
    let zip = ZipArchive::new(reader).map_err(|source| PackageError::NotAZip {
        archive: archive.to_owned(),
        source,
    })?;
    if zip.len() > ENTRY_LIMIT {
        return Err(PackageError::TooMany {
            path: archive.to_owned(),
            found: zip.len(),
            limit: ENTRY_LIMIT,
        });
    }
    if zip.has_duplicate_names() {
        return Err(PackageError::Ambiguous {
            archive: archive.to_owned(),
        });
    }
    Ok(zip)
}

/// The name and the kind of an entry, both checked.
pub(super) fn head<R: Read + Seek>(
    archive: &Path,
    zip: &ZipArchive<R>,
    index: usize,
) -> Result<(String, Kind), PackageError> {
    let damaged = |source| damaged(archive, &format!("number {index}"), source);
    let entry = zip.by_index_data(index).map_err(damaged)?;
    let name = entry.name().map_err(damaged)?.into_owned();
    let refused = |refusal| PackageError::Refused {
        path: archive.to_owned(),
        entry: entry::shown(&name),
        refusal,
    };
    entry::parts(&name).map_err(refused)?;
    let kind = entry::kind(&entry, &name).map_err(refused)?;
    Ok((name, kind))
}

/// An error about the content of `entry`.
pub(super) fn damaged(
    archive: &Path,
    entry: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> PackageError {
    PackageError::Damaged {
        archive: archive.to_owned(),
        entry: entry::shown(entry),
        source: source.into(),
    }
}

/// What the entries read so far amount to.
#[derive(Default)]
struct Checked {
    files: usize,
    unpacked: u64,
    backups: Vec<String>,
}

impl Checked {
    /// What all entries of the ZIP in `reader` amount to.
    fn all(archive: &Path, reader: impl Read + Seek) -> Result<Self, PackageError> {
        let mut zip = open(archive, reader)?;
        let mut checked = Self::default();
        for index in 0..zip.len() {
            checked.entry(archive, &mut zip, index)?;
        }
        Ok(checked)
    }

    /// Reads an entry to its end, which checks its CRC.
    fn entry<R: Read + Seek>(
        &mut self,
        archive: &Path,
        zip: &mut ZipArchive<R>,
        index: usize,
    ) -> Result<(), PackageError> {
        let (name, kind) = head(archive, zip, index)?;
        if kind == Kind::Link {
            self.unpacked += check_link(archive, zip, (index, &name))?;
            self.files += 1;
            return Ok(());
        }
        let content = zip.by_index(index).map_err(|error| damaged(archive, &name, error))?;
        // One byte more than allowed shows that there is more.
        let mut content = content.take((UNPACKED_LIMIT - self.unpacked).saturating_add(1));
        let size = std::io::copy(&mut content, &mut std::io::sink()).map_err(|error| damaged(archive, &name, error))?;
        self.unpacked += size;
        if self.unpacked > UNPACKED_LIMIT {
            return Err(PackageError::UnpacksTooLarge {
                path: archive.to_owned(),
                entry: entry::shown(&name),
                limit: UNPACKED_LIMIT,
            });
        }
        if kind != Kind::Folder {
            self.files += 1;
        }
        if name.ends_with('~') {
            self.backups.push(entry::shown(&name));
        }
        Ok(())
    }

    fn notes(&self) -> Vec<Note> {
        let count = self.backups.len();
        let first = self.backups.first().cloned();
        first
            .map(|first| Note::BackupsInside { count, first })
            .into_iter()
            .collect()
    }
}

/// Reads the target of the link `name`, which has to stay inside, and tells its length.
fn check_link<R: Read + Seek>(
    archive: &Path,
    zip: &mut ZipArchive<R>,
    (index, name): (usize, &str),
) -> Result<u64, PackageError> {
    let content = zip.by_index(index).map_err(|error| damaged(archive, name, error))?;
    let mut target = Vec::new();
    let read = content.take(TARGET_LIMIT + 1).read_to_end(&mut target);
    let size = read.map_err(|error| damaged(archive, name, error))? as u64;
    let target = String::from_utf8_lossy(&target);
    let refused = |refusal| PackageError::Refused {
        path: archive.to_owned(),
        entry: entry::shown(name),
        refusal,
    };
    let parts = entry::parts(name).map_err(refused)?;
    match size <= TARGET_LIMIT && entry::link_stays(&parts, &target) {
        true => Ok(size),
        false => Err(refused(Refusal::LinkLeaves {
            target: entry::shown(&target.chars().take(200).collect::<String>()),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::package::handmade::{Entry, zip};
    use crate::package::{Archive, Note, PackageError, Refusal};

    fn read_bytes(bytes: &[u8], limit: u64) -> Result<Archive, PackageError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        std::fs::write(&path, bytes).unwrap();
        read(&path, limit)
    }

    #[test]
    fn a_ready_zip_keeps_its_bytes() {
        let bytes = zip(&[
            Entry::file("a", b"1234"),
            Entry::file("d/", b""),
            Entry::file("d/b~", b"5"),
        ]);
        let archive = read_bytes(&bytes, bytes.len() as u64).unwrap();
        assert_eq!(archive.bytes, bytes);
        assert_eq!((archive.files, archive.unpacked), (2, 5));
        let first = "d/b~".to_owned();
        assert_eq!(archive.notes, [Note::BackupsInside { count: 1, first }]);
    }

    #[test]
    fn a_limit_is_kept_to_the_byte() {
        let bytes = zip(&[Entry::file("a", b"1234")]);
        let size = bytes.len();
        let error = read_bytes(&bytes, size as u64 - 1).unwrap_err().to_string();
        let end = format!("has {size} bytes, more than the limit of {} bytes", size - 1);
        assert!(error.ends_with(&end), "{error}");
    }

    #[test]
    fn what_is_no_zip_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path(), 9), Err(PackageError::NotAFile { .. })));
        let missing = folder.path().join("no");
        assert!(matches!(read(&missing, 9), Err(PackageError::Missing { .. })));
        assert!(matches!(read_bytes(b"", 9), Err(PackageError::NotAZip { .. })));
        assert!(matches!(
            read_bytes(b"console.log()", 99),
            Err(PackageError::NotAZip { .. })
        ));
    }

    #[test]
    fn every_entry_is_read_to_its_end() {
        let damaged = Entry {
            crc: 7,
            ..Entry::file("d/late", b"content")
        };
        let bytes = zip(&[Entry::file("a", b"1"), damaged]);
        match read_bytes(&bytes, 9999) {
            Err(PackageError::Damaged { entry, .. }) => assert_eq!(entry, "d/late"),
            other => panic!("{other:?}"),
        }
        let cut = &zip(&[Entry::file("a", b"1")])[..40];
        assert!(matches!(read_bytes(cut, 9999), Err(PackageError::NotAZip { .. })));
    }

    #[test]
    fn links_that_leave_the_archive_are_refused_before_they_are_sent() {
        let fine = zip(&[Entry::file("d/a", b"1"), Entry::link("d/b", "a")]);
        assert_eq!(read_bytes(&fine, 9999).unwrap().files, 2);
        match read_bytes(&zip(&[Entry::link("d/b", "../../etc/passwd")]), 9999) {
            Err(PackageError::Refused { entry, refusal, .. }) => {
                let target = "../../etc/passwd".to_owned();
                assert_eq!((entry.as_str(), refusal), ("d/b", Refusal::LinkLeaves { target }));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_that_would_not_unpack_are_refused_before_they_are_sent() {
        match read_bytes(&zip(&[Entry::file("d\\a", b"")]), 9999) {
            Err(PackageError::Refused { entry, refusal, .. }) => {
                assert_eq!((entry.as_str(), refusal), ("d\\a", Refusal::Backslash));
            }
            other => panic!("{other:?}"),
        }
    }
}
