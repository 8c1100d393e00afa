//! Archives that nobody should unpack, and those that anybody should.

use super::unpack;
use crate::package::handmade::{Entry, zip};
use crate::package::{PackageError, Refusal, pack};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// Unpacks `bytes` into `into`, which lies in a folder with nothing else in it but the archive.
fn unpack_bytes(bytes: &[u8], into: &Path) -> Result<(), PackageError> {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("a.zip");
    fs::write(&archive, bytes).unwrap();
    unpack(&archive, into)
}

fn refusal(result: Result<(), PackageError>) -> Refusal {
    match result {
        Err(PackageError::Refused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn modes_are_reduced_to_the_executable_bit() {
    let into = tempfile::tempdir().unwrap();
    let with_mode = |name: &str, mode: u32| Entry {
        mode,
        ..Entry::file(name, b"x")
    };
    unpack_bytes(
        &zip(&[
            with_mode("d/run", 0o104_711),
            with_mode("d/data", 0o100_600),
            with_mode("none", 0),
        ]),
        into.path(),
    )
    .unwrap();
    assert_eq!(mode(&into.path().join("d")), 0o755);
    assert_eq!(mode(&into.path().join("d/run")), 0o755);
    assert_eq!(mode(&into.path().join("d/data")), 0o644);
    assert_eq!(mode(&into.path().join("none")), 0o644);
}

#[test]
fn archives_are_laid_over_one_another() {
    let into = tempfile::tempdir().unwrap();
    let first = zip(&[
        Entry::file("a", b"old"),
        Entry::file("b", b"stays"),
        Entry::link("c", "b"),
    ]);
    unpack_bytes(&first, into.path()).unwrap();
    unpack_bytes(&zip(&[Entry::file("a", b"new"), Entry::file("c", b"own")]), into.path()).unwrap();
    let read = |name: &str| fs::read_to_string(into.path().join(name)).unwrap();
    // The link was replaced; what it led to was not written.
    assert_eq!(
        (read("a"), read("b"), read("c")),
        ("new".into(), "stays".into(), "own".into())
    );
}

#[test]
fn malicious_names_are_refused_and_nothing_is_written_outside() {
    for (name, expected) in [
        ("../evil", Refusal::Escapes),
        ("a/../../evil", Refusal::Escapes),
        ("/tmp/evil", Refusal::Absolute),
        ("C:\\evil", Refusal::Backslash),
        ("C:/evil", Refusal::Drive),
        ("..\\evil", Refusal::Backslash),
        ("a\0b", Refusal::ZeroByte),
        ("./", Refusal::NoName),
    ] {
        let around = tempfile::tempdir().unwrap();
        let into = around.path().join("into");
        fs::create_dir(&into).unwrap();
        let result = unpack_bytes(&zip(&[Entry::file(name, b"x")]), &into);
        assert_eq!(refusal(result), expected, "{name:?}");
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 1, "{name:?}");
    }
}

#[test]
fn links_stay_inside_and_nothing_is_written_through_them() {
    let into = tempfile::tempdir().unwrap();
    unpack_bytes(
        &zip(&[Entry::file("lib/x.js", b"x"), Entry::link("bin/x", "../lib/x.js")]),
        into.path(),
    )
    .unwrap();
    assert_eq!(fs::read_to_string(into.path().join("bin/x")).unwrap(), "x");
    for target in ["/etc", "../..", "x/../.."] {
        let result = unpack_bytes(&zip(&[Entry::link("d/l", target)]), into.path());
        assert_eq!(refusal(result), Refusal::LinkLeaves { target: target.into() });
    }
    let through = |link: &str| Refusal::ThroughLink { link: link.into() };
    let result = unpack_bytes(
        &zip(&[Entry::link("l", "lib"), Entry::file("l/x.js", b"evil")]),
        into.path(),
    );
    assert_eq!(refusal(result), through("l"));
    // A link of an earlier archive, or one that was there before, is no way either.
    symlink("/tmp", into.path().join("out")).unwrap();
    let result = unpack_bytes(&zip(&[Entry::file("out/evil", b"")]), into.path());
    assert_eq!(refusal(result), through("out"));
    let result = unpack_bytes(&zip(&[Entry::file("out/", b"")]), into.path());
    assert_eq!(refusal(result), through("out"));
    assert_eq!(fs::read_to_string(into.path().join("lib/x.js")).unwrap(), "x");
}

#[test]
fn files_and_folders_do_not_replace_one_another() {
    let into = tempfile::tempdir().unwrap();
    fs::create_dir(into.path().join("d")).unwrap();
    fs::write(into.path().join("f"), "").unwrap();
    let result = unpack_bytes(&zip(&[Entry::file("d", b"")]), into.path());
    assert_eq!(refusal(result), Refusal::OverFolder);
    let result = unpack_bytes(&zip(&[Entry::file("f/x", b"")]), into.path());
    assert_eq!(refusal(result), Refusal::OverFile { file: "f".into() });
}

#[test]
fn special_files_and_encrypted_ones_are_refused() {
    let into = tempfile::tempdir().unwrap();
    for mode in [0o010_644, 0o020_644, 0o060_644, 0o140_644, 0o160_644] {
        let entry = Entry {
            mode,
            ..Entry::file("a", b"")
        };
        assert_eq!(refusal(unpack_bytes(&zip(&[entry]), into.path())), Refusal::Special);
    }
    let entry = Entry {
        flags: 1,
        ..Entry::file("a", b"0123456789abcdef")
    };
    assert_eq!(refusal(unpack_bytes(&zip(&[entry]), into.path())), Refusal::Encrypted);
}

#[test]
fn a_wrong_checksum_names_archive_and_entry() {
    let into = tempfile::tempdir().unwrap();
    let entry = Entry {
        crc: 1,
        ..Entry::file("d/a", b"content")
    };
    let error = unpack_bytes(&zip(&[entry]), into.path()).unwrap_err().to_string();
    assert!(error.contains("`d/a`") && error.contains("a.zip`"), "{error}");
}

#[test]
fn two_entries_of_one_name_are_ambiguous() {
    let into = tempfile::tempdir().unwrap();
    let bytes = zip(&[Entry::file("a", b"1"), Entry::file("a", b"2")]);
    assert!(matches!(
        unpack_bytes(&bytes, into.path()),
        Err(PackageError::Ambiguous { .. })
    ));
}

#[test]
fn there_may_not_be_more_entries_than_the_limit() {
    let into = tempfile::tempdir().unwrap();
    let entries: Vec<Entry> = (0..60_001).map(|n| Entry::file(&format!("{n}"), b"")).collect();
    match unpack_bytes(&zip(&entries), into.path()) {
        Err(PackageError::TooMany {
            found: 60_001,
            limit: 60_000,
            ..
        }) => (),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sizes_are_counted_and_not_believed() {
    let into = tempfile::tempdir().unwrap();
    let folder = into.path().canonicalize().unwrap();
    let mut target = super::Target {
        archive: Path::new("a.zip"),
        root: folder,
        folders: Default::default(),
        left: 5,
    };
    let bytes = zip(&[Entry::file("a", b"123"), Entry::file("b", b"456")]);
    let mut zip = super::open(Path::new("a.zip"), std::io::Cursor::new(bytes)).unwrap();
    target.entry(&mut zip, 0).unwrap();
    let error = target.entry(&mut zip, 1).unwrap_err();
    assert!(
        matches!(&error, PackageError::UnpacksTooLarge { entry, .. } if entry == "b"),
        "{error}"
    );
}

#[test]
fn a_missing_archive_or_folder_is_named() {
    let into = tempfile::tempdir().unwrap();
    let error = unpack(&into.path().join("no.zip"), into.path())
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("no.zip` does not exist"), "{error}");
    let error = unpack_bytes(&zip(&[]), &into.path().join("no")).unwrap_err();
    assert!(error.to_string().ends_with("no` does not exist"), "{error}");
}

proptest! {
    #[test]
    fn what_was_packed_unpacks_to_the_same(
        files in prop::collection::btree_map(
            "[a-c]{1,2}(/[d-fé]{1,2}){0,2}\\.x",
            (prop::collection::vec(any::<u8>(), 0..300), any::<bool>()),
            1..12,
        )
    ) {
        let from = tempfile::tempdir().unwrap();
        for (name, (content, executable)) in &files {
            let path = from.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            let mode = if *executable { 0o700 } else { 0o600 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let archive = pack(from.path()).unwrap();
        let into = tempfile::tempdir().unwrap();
        unpack_bytes(&archive.bytes, into.path()).unwrap();
        let found: BTreeMap<_, _> = files
            .keys()
            .map(|name| {
                let path = into.path().join(name);
                (name.clone(), (fs::read(&path).unwrap(), mode(&path) == 0o755))
            })
            .collect();
        prop_assert_eq!(archive.files, files.len());
        prop_assert_eq!(found, files);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let into = tempfile::tempdir().unwrap();
        let _ = unpack_bytes(&bytes, into.path());
    }

    #[test]
    fn no_damage_panics_or_writes_outside(at in 0_usize..400, byte in any::<u8>()) {
        let around = tempfile::tempdir().unwrap();
        let into = around.path().join("into");
        fs::create_dir(&into).unwrap();
        let mut bytes = zip(&[Entry::file("a/b", b"content"), Entry::link("l", "a/b"), Entry::file("c/", b"")]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = unpack_bytes(&bytes, &into);
        prop_assert_eq!(fs::read_dir(around.path()).unwrap().count(), 1);
    }
}
