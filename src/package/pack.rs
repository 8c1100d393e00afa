//! A folder to a byte-stable ZIP.

use super::walk::{self, Listing};
use super::{Archive, PACKED_LIMIT, PackageError};
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipWriter};

/// As small as it gets for a reasonable time; part of the format, as other levels give other bytes.
const LEVEL: i64 = 6;

/// Packs what is in `folder`: sorted names, a fixed time, modes 0644 or 0755, deflated.
///
/// Left out are `.git`, `.DS_Store`, `node_modules/.cache` and names ending in `~`, which the service refuses.
/// Links are followed, and must stay inside the folder.
///
/// # Errors
/// It is no folder, holds nothing or too much, cannot be read, or holds something that cannot be packed.
pub(crate) fn pack(folder: &Path) -> Result<Archive, PackageError> {
    let listing = walk::list(folder)?;
    write(folder, listing, None)
}

/// The packed copy of one file, where it differs from the file.
pub(super) struct Replacement {
    /// Its name in the archive.
    pub(super) name: &'static str,
    /// Its content.
    pub(super) content: Vec<u8>,
}

/// Packs the files of `listing`; `replacement` is packed, executable, in place of the file of its name.
pub(super) fn write(
    folder: &Path,
    listing: Listing,
    replacement: Option<&Replacement>,
) -> Result<Archive, PackageError> {
    let failed = |source| PackageError::Pack {
        path: folder.to_owned(),
        source,
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut size = 0;
    for file in &listing.files {
        let replacement = replacement.filter(|replacement| replacement.name == file.name);
        let executable = replacement.is_some() || file.executable == Some(true);
        zip.start_file(&*file.name, options(executable)).map_err(failed)?;
        size += match replacement {
            Some(Replacement { content, .. }) => zip
                .write_all(content)
                .map(|()| content.len() as u64)
                .map_err(|error| failed(error.into()))?,
            None => copy(&file.path, &mut zip).map_err(|source| PackageError::Read {
                path: file.path.clone(),
                source,
            })?,
        };
        check_size(folder, zip.get_ref().map_or(0, |cursor| cursor.get_ref().len() as u64))?;
    }
    let bytes = zip.finish().map_err(failed)?.into_inner();
    check_size(folder, bytes.len() as u64)?;
    Ok(Archive {
        bytes,
        files: listing.files.len(),
        unpacked: size,
        notes: listing.notes,
    })
}

/// How every entry is written; nothing in it depends on the time or the machine.
pub(super) fn options(executable: bool) -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .system(System::Unix)
        .unix_permissions(if executable { 0o755 } else { 0o644 })
}

/// A file that grows meanwhile must not fill the memory.
fn copy(path: &Path, into: &mut impl Write) -> std::io::Result<u64> {
    std::io::copy(&mut File::open(path)?.take(super::UNPACKED_LIMIT), into)
}

fn check_size(folder: &Path, size: u64) -> Result<(), PackageError> {
    match size {
        size if size > PACKED_LIMIT => Err(PackageError::PacksTooLarge {
            path: folder.to_owned(),
            size,
            limit: PACKED_LIMIT,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::pack;
    use crate::package::{Note, PackageError, Refusal};
    use std::fs::{self, File};
    use std::io::Cursor;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    fn fill(folder: &Path, files: &[(&str, &str)]) {
        for (name, content) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        let zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        zip.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    fn refusal(folder: &Path) -> (String, Refusal) {
        match pack(folder) {
            Err(PackageError::Refused { entry, refusal, .. }) => (entry, refusal),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let files = [("b/a.js", "1"), ("B", "2"), ("a.js", "3"), ("a/z", "4"), ("run", "5")];
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fill(one.path(), &files);
        let mut reversed = files;
        reversed.reverse();
        fill(two.path(), &reversed);
        fs::create_dir(two.path().join("empty")).unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        set(&one.path().join("run"), 0o700);
        set(&two.path().join("run"), 0o775);
        set(&two.path().join("a.js"), 0o666);
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::open(two.path().join("a.js")).unwrap().set_modified(old).unwrap();

        let archive = pack(one.path()).unwrap();
        assert_eq!(archive, pack(two.path()).unwrap());
        assert_eq!(names(&archive.bytes), ["B", "a.js", "a/z", "b/a.js", "run"]);
        assert_eq!((archive.files, archive.unpacked), (5, 5));

        set(&two.path().join("run"), 0o644);
        assert_ne!(archive, pack(two.path()).unwrap());
    }

    #[test]
    fn what_nobody_wants_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fill(
            folder.path(),
            &[
                (".git/config", ""),
                (".gitignore", ""),
                ("d/.DS_Store", ""),
                ("node_modules/.cache/x", ""),
                ("node_modules/ws/index.js", ""),
                (".cache/kept", ""),
                ("index.js~", ""),
                ("d/x~", ""),
            ],
        );
        let archive = pack(folder.path()).unwrap();
        assert_eq!(
            names(&archive.bytes),
            [".cache/kept", ".gitignore", "node_modules/ws/index.js"]
        );
        let first = "d/x~".to_owned();
        assert_eq!(archive.notes, [Note::BackupsLeftOut { count: 2, first }]);
    }

    #[test]
    fn links_are_followed_inside() {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &[("lib/x", "content")]);
        symlink("lib/x", folder.path().join("file")).unwrap();
        symlink("lib", folder.path().join("folder")).unwrap();
        let archive = pack(folder.path()).unwrap();
        assert_eq!(names(&archive.bytes), ["file", "folder/x", "lib/x"]);
        assert_eq!(archive.unpacked, 21);
    }

    #[test]
    fn links_that_cannot_be_followed_are_named() {
        for (target, expected) in [
            ("/etc/hostname", "outside"),
            ("..", "outside"),
            ("nowhere", "does not exist"),
            (".", "would never end"),
            ("loop", "does not exist"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fill(folder.path(), &[("d/x", "")]);
            let link = folder.path().join("loop");
            symlink(target, link).unwrap();
            let (entry, refusal) = refusal(folder.path());
            assert_eq!(entry, "loop");
            assert!(refusal.to_string().contains(expected), "{target}: {refusal}");
        }
    }

    #[test]
    fn what_is_no_file_and_what_has_no_usable_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("s")).unwrap();
        assert_eq!(refusal(folder.path()), ("s".into(), Refusal::Special));

        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &[("a\\b", "")]);
        assert_eq!(refusal(folder.path()), ("a\\b".into(), Refusal::Backslash));
    }

    #[test]
    fn a_folder_must_be_there_and_hold_something() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(matches!(pack(folder.path()), Err(PackageError::Empty { .. })));
        let missing = folder.path().join("no");
        assert!(matches!(pack(&missing), Err(PackageError::Missing { .. })));
        fs::write(&missing, "").unwrap();
        assert!(matches!(pack(&missing), Err(PackageError::NotAFolder { .. })));
    }
}
