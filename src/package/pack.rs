//! A folder to a byte-stable ZIP, on all cores.

use super::deflate::{Deflater, PIECE, Packed, Piece};
use super::in_order::in_order;
use super::walk::{self, Found, Listing};
use super::writer::{Head, Sums, Writer};
use super::{Archive, PACKED_LIMIT, PackageError};
use std::path::Path;
use std::thread::available_parallelism;

/// Packs what is in `folder`: sorted names, a fixed time, modes 0644 or 0755, deflated.
///
/// Left out are what `.gitignore` and `.fgctlignore` in it say, `.git` and its like, caches, and names ending in `~`,
/// which the service refuses. Links are followed, and must stay inside the folder.
///
/// # Errors
/// It is no folder, holds nothing or too much, cannot be read, or holds something that cannot be packed.
pub(crate) fn pack(folder: &Path) -> Result<Archive, PackageError> {
    write(folder, walk::list(folder)?, cores())
}

/// Packs what npm or pip installed in `folder`, where no file of rules counts: such a file is a package's own.
///
/// # Errors
/// As [`pack`].
pub(crate) fn pack_installed(folder: &Path) -> Result<Archive, PackageError> {
    write(folder, walk::list_all(folder)?, cores())
}

/// How many threads this machine runs at once.
pub(super) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Packs the files of `listing` on `threads` threads; the archive does not depend on their number.
pub(super) fn write(folder: &Path, listing: Listing, threads: usize) -> Result<Archive, PackageError> {
    let pieces: Vec<(&Found, Piece<'_>)> = listing.files.iter().flat_map(pieces).collect();
    let mut zip = Zip::default();
    let start = || {
        let mut deflater = Deflater::new();
        move |(_, piece): &(&Found, Piece<'_>)| deflater.pack(piece)
    };
    let mut at = pieces.iter();
    in_order(&pieces, threads, start, |packed| {
        if let Some((file, piece)) = at.next() {
            zip.add(file, piece, &packed?);
        }
        check_size(folder, zip.writer.len() as u64)
    })?;
    let bytes = zip.writer.finish();
    check_size(folder, bytes.len() as u64)?;
    Ok(Archive {
        bytes,
        files: listing.files.len(),
        unpacked: listing.files.iter().map(|file| file.size).sum(),
        notes: listing.notes,
        left_out: listing.left_out,
        programs: Vec::new(),
    })
}

/// The pieces of a file; an empty file is one piece.
fn pieces(file: &Found) -> impl Iterator<Item = (&Found, Piece<'_>)> {
    let count = file.size.div_ceil(PIECE).max(1);
    (0..count).map(move |number| {
        let piece = Piece {
            source: &file.source,
            size: file.size,
            start: number * PIECE,
        };
        (file, piece)
    })
}

/// The archive, and what is known of the entry that is being written.
#[derive(Default)]
struct Zip {
    writer: Writer,
    crc: crc32fast::Hasher,
}

impl Zip {
    /// Adds a piece of `file`; they come in order.
    fn add(&mut self, file: &Found, piece: &Piece<'_>, packed: &Packed) {
        let head = Head {
            name: &file.name,
            executable: file.executable == Some(true),
            method: packed.method,
        };
        if piece.start == 0 {
            self.crc = crc32fast::Hasher::new();
            self.writer.begin(head);
        }
        let Sums { crc, size } = packed.sums;
        let own = crc32fast::Hasher::new_with_initial_len(crc, u64::from(size));
        self.crc.combine(&own);
        self.writer.append(&packed.bytes);
        if piece.is_last() {
            let crc = self.crc.clone().finalize();
            let size = file.size as u32;
            self.writer.end(head, Sums { crc, size });
        }
    }
}

fn check_size(folder: &Path, size: u64) -> Result<(), PackageError> {
    match size {
        size if size > PACKED_LIMIT => Err(PackageError::PacksTooLarge {
            path: folder.to_owned(),
            size,
            limit: PACKED_LIMIT,
            largest: Vec::new(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{PIECE, pack, walk, write};
    use crate::package::{Note, PackageError, Refusal, read, unpack};
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

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
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
        set_mode(&one.path().join("run"), 0o700);
        set_mode(&two.path().join("run"), 0o775);
        set_mode(&two.path().join("a.js"), 0o666);
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::open(two.path().join("a.js")).unwrap().set_modified(old).unwrap();

        let archive = pack(one.path()).unwrap();
        assert_eq!(archive, pack(two.path()).unwrap());
        assert_eq!(names(&archive.bytes), ["B", "a.js", "a/z", "b/a.js", "run"]);
        assert_eq!((archive.files, archive.unpacked), (5, 5));

        set_mode(&two.path().join("run"), 0o644);
        assert_ne!(archive, pack(two.path()).unwrap());
    }

    /// Deterministic content of `size` bytes that compresses a little.
    fn content(size: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"abcdefghijklmnopqrstuvwx"[(state >> 24) as usize % 24]
        };
        (0..size).map(|_| next()).collect()
    }

    #[test]
    fn files_of_any_size_come_back_and_the_cores_make_no_difference() {
        let folder = tempfile::tempdir().unwrap();
        let piece = PIECE as usize;
        for size in [0, 1, 2, 100, 70_000, piece - 1, piece, piece + 1, 3 * piece + 5] {
            fs::write(folder.path().join(format!("{size:08}")), content(size)).unwrap();
        }
        let random: Vec<u8> = (0_u32..3000)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        fs::write(folder.path().join("é"), &random).unwrap();
        let archive = |threads| write(folder.path(), walk::list(folder.path()).unwrap(), threads).unwrap();
        let packed = archive(1);
        for threads in [2, 3, 16] {
            assert!(archive(threads) == packed, "{threads} threads");
        }
        assert!((packed.bytes.len() as u64) < packed.unpacked * 7 / 10);

        let path = folder.path().join("a.zip");
        fs::write(&path, &packed.bytes).unwrap();
        assert_eq!(read(&path, u64::MAX).unwrap().unpacked, packed.unpacked);
        let into = tempfile::tempdir().unwrap();
        unpack(&path, into.path()).unwrap();
        assert_eq!(fs::read(into.path().join("é")).unwrap(), random);
        for size in [0, piece, 3 * piece + 5] {
            assert!(
                fs::read(into.path().join(format!("{size:08}"))).unwrap() == content(size),
                "{size}"
            );
        }
    }

    /// The bytes themselves are the promise: another version of fgctl, or of a library, must not change them.
    #[test]
    fn the_bytes_are_what_they_were() {
        let folder = tempfile::tempdir().unwrap();
        fill(
            folder.path(),
            &[("bootstrap", "#!/bin/sh\n"), ("d/é.js", &"text ".repeat(300))],
        );
        set_mode(&folder.path().join("bootstrap"), 0o700);
        let archive = pack(folder.path()).unwrap();
        assert_eq!(
            crc32fast::hash(&archive.bytes),
            1_920_835_693,
            "{} bytes",
            archive.bytes.len()
        );
    }

    #[test]
    fn a_file_that_changes_meanwhile_is_not_packed() {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &[("a", "12345")]);
        for now in ["1234", "123456"] {
            let listing = walk::list(folder.path()).unwrap();
            fs::write(folder.path().join("a"), now).unwrap();
            match write(folder.path(), listing, 2) {
                Err(PackageError::Read { path, .. }) => assert_eq!(path, folder.path().join("a")),
                other => panic!("{other:?}"),
            }
            fs::write(folder.path().join("a"), "12345").unwrap();
        }
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
        assert_eq!(names(&archive.bytes), [".cache/kept", "node_modules/ws/index.js"]);
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
