//! A function's code from `--code DIR|ZIP|FILE`: packed or read, and the file that it starts with checked.

use super::bootstrap::{self, Needs};
use super::deflate::Source;
use super::entry::{self, Kind};
use super::error::Wanted;
use super::ignored::LeftOut;
use super::read::{self, damaged, head, open, read_error};
use super::walk::{self, Listing};
use super::{Archive, Note, PackageError, Refusal, largest, pack, unwrap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How many folders an error names.
const LARGEST: usize = 5;

/// What kind of function the code is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FunctionKind {
    /// It needs a `bootstrap`.
    Http,
    /// It needs one of these files; none where that is not known.
    Event(Vec<String>),
}

impl FunctionKind {
    /// The names of the file that it starts with, any of which will do.
    fn wanted(&self) -> Wanted {
        Wanted(match self {
            Self::Http => vec![bootstrap::NAME.to_owned()],
            Self::Event(names) => names.clone(),
        })
    }
}

/// The code at `path`, a folder, a ZIP or the one file that a function of this kind starts with; the archive may have
/// `limit` bytes at most.
///
/// What can be repaired is repaired in the archive and noted: of a `bootstrap`, LF line ends, no byte order mark, mode
/// 0755; of a ready ZIP, one folder around everything. A ready ZIP that is well keeps its bytes.
///
/// # Errors
/// As [`pack`](super::pack()) and [`read`](super::read()); the archive is larger than the limit; the file that the
/// function starts with is not at the root; or the `bootstrap` cannot start.
pub(crate) fn code(path: &Path, kind: &FunctionKind, limit: u64) -> Result<Archive, PackageError> {
    let metadata = path.metadata().map_err(|source| read_error(path, source))?;
    let archive = if metadata.is_dir() {
        listed(path, walk::list(path)?, kind)?
    } else if is_archive(path)? {
        ready(path, read::read(path, limit)?, kind)?
    } else {
        single(path, kind)?
    };
    match archive.bytes.len() as u64 {
        size if size > limit => Err(PackageError::PacksTooLarge {
            path: path.to_owned(),
            size,
            limit,
            largest: largest(&archive.bytes, LARGEST),
        }),
        _ => Ok(archive),
    }
}

/// Whether the file at `path` is or should be a ZIP.
fn is_archive(path: &Path) -> Result<bool, PackageError> {
    let named = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip") || end.eq_ignore_ascii_case("jar"));
    let mut beginning = [0; 4];
    let file = File::open(path).map_err(|source| read_error(path, source))?;
    let read = file
        .take(4)
        .read(&mut beginning)
        .map_err(|source| read_error(path, source))?;
    Ok(named || [&b"PK\x03\x04"[..], b"PK\x05\x06"].contains(&&beginning[..read]))
}

/// Packs one file.
fn single(path: &Path, kind: &FunctionKind) -> Result<Archive, PackageError> {
    let listing = walk::single(path)?;
    let wanted = kind.wanted();
    match wanted.0.is_empty() || listing.files.iter().any(|file| wanted.0.contains(&file.name)) {
        true => listed(path, listing, kind),
        false => Err(PackageError::WrongFile {
            path: path.to_owned(),
            wanted,
        }),
    }
}

/// Packs what was listed.
fn listed(path: &Path, mut listing: Listing, kind: &FunctionKind) -> Result<Archive, PackageError> {
    let names: Vec<&str> = listing.files.iter().map(|file| file.name.as_str()).collect();
    locate(path, &names, &kind.wanted(), &listing.left_out)?;
    let mut notes = left_out(&names, &listing.left_out);
    let mut programs = Vec::new();
    let at = listing.files.iter().position(|file| file.name == bootstrap::NAME);
    if let (FunctionKind::Http, Some(at)) = (kind, at) {
        let Source::File(from) = &listing.files[at].source else {
            unreachable!("what was just listed is on disk");
        };
        let content = std::fs::read(from).map_err(|source| read_error(from, source))?;
        let (content, repairs) = bootstrap::repair(path, content, listing.files[at].executable)?;
        let needs = Needs::of(&content);
        notes.extend(repairs);
        notes.extend(needs.notes(&names, &listing.left_out));
        programs = needs.programs;
        let file = &mut listing.files[at];
        file.size = content.len() as u64;
        file.source = Source::Memory(content);
        file.executable = Some(true);
    }
    listing.notes.extend(notes);
    let archive = pack::write(path, listing, pack::cores())?;
    Ok(Archive { programs, ..archive })
}

/// What to say of what the rules left out of a folder in which `names` stay.
fn left_out(names: &[&str], left_out: &[LeftOut]) -> Vec<Note> {
    if left_out.is_empty() {
        return Vec::new();
    }
    let mut files: Vec<String> = left_out.iter().map(|out| format!("`{}`", out.file)).collect();
    files.sort();
    files.dedup();
    let mut notes = vec![Note::LeftOut {
        count: left_out.len(),
        files,
    }];
    if names.contains(&"package.json") {
        let packages = left_out.iter().find(|out| out.name == "node_modules/");
        notes.extend(packages.cloned().map(Note::PackagesLeftOut));
    }
    notes
}

/// Checks the ready ZIP, and repairs it where it must be.
fn ready(path: &Path, archive: Archive, kind: &FunctionKind) -> Result<Archive, PackageError> {
    let wanted = kind.wanted();
    let mut entries = entries(path, &archive.bytes)?;
    let mut notes = Vec::new();
    if let Err(error) = locate(path, &names(&entries), &wanted, &[]) {
        let folder = unwrap::folder(&entries).ok_or(error)?;
        entries = unwrap::without(entries, &folder);
        locate(path, &names(&entries), &wanted, &[])?;
        notes.push(Note::Unwrapped { folder });
    }
    let mut start = None;
    let mut programs = Vec::new();
    let at = entries.iter().position(|entry| entry.name == bootstrap::NAME);
    if let (FunctionKind::Http, Some(at)) = (kind, at) {
        let content = content(path, &archive.bytes, &entries[at])?;
        let executable = entries[at].executable;
        let (repaired, repairs) = bootstrap::repair(path, content.clone(), Some(executable))?;
        let needs = Needs::of(&repaired);
        notes.extend(repairs);
        notes.extend(needs.notes(&names(&entries), &[]));
        programs = needs.programs;
        start = (repaired != content || !executable).then_some((at, repaired));
    }
    let repaired = unwrap::repaired(path, archive, (entries, start), &notes)?;
    let notes = repaired.notes.iter().cloned().chain(notes).collect();
    Ok(Archive {
        notes,
        programs,
        ..repaired
    })
}

/// An entry of a ready ZIP.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Where it is in the ZIP's directory.
    pub(super) at: usize,
    /// Its plain name.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) executable: bool,
}

fn entries(path: &Path, bytes: &[u8]) -> Result<Vec<Entry>, PackageError> {
    let zip = open(path, std::io::Cursor::new(bytes))?;
    let entry = |at| {
        let (name, kind) = head(path, &zip, at)?;
        let parts = entry::parts(&name).unwrap_or_default();
        Ok(Entry {
            at,
            name: parts.join("/"),
            kind,
            executable: kind == Kind::File { executable: Some(true) },
        })
    };
    (0..zip.len()).map(entry).collect()
}

fn names(entries: &[Entry]) -> Vec<&str> {
    let files = entries.iter().filter(|entry| entry.kind != Kind::Folder);
    files.map(|entry| entry.name.as_str()).collect()
}

fn content(path: &Path, bytes: &[u8], entry: &Entry) -> Result<Vec<u8>, PackageError> {
    let mut zip = open(path, std::io::Cursor::new(bytes))?;
    let mut content = Vec::new();
    let opened = zip
        .by_index(entry.at)
        .map_err(|error| damaged(path, &entry.name, error))?;
    { opened }
        .read_to_end(&mut content)
        .map_err(|error| damaged(path, &entry.name, error))?;
    Ok(content)
}

/// Checks that one of `names`, the files in `path`, is one of those that are wanted, at the root.
///
/// # Errors
/// There is none, or only one that lies deeper; the least deep is named.
fn locate(path: &Path, names: &[&str], wanted: &Wanted, left_out: &[LeftOut]) -> Result<(), PackageError> {
    if wanted.0.is_empty() || wanted.0.iter().any(|wanted| names.contains(&wanted.as_str())) {
        return Ok(());
    }
    let is_folder = |wanted: &&String| names.iter().any(|name| name.starts_with(&format!("{wanted}/")));
    if let Some(folder) = wanted.0.iter().find(is_folder) {
        return Err(PackageError::Refused {
            path: path.to_owned(),
            entry: folder.clone(),
            refusal: Refusal::EntryFolder,
        });
    }
    let deeper = |name: &&&str| wanted.0.iter().any(|wanted| name.ends_with(&format!("/{wanted}")));
    let found = names.iter().filter(deeper).min_by_key(|name| name.matches('/').count());
    let (path, wanted) = (path.to_owned(), wanted.clone());
    Err(match found {
        None => PackageError::NoEntry {
            left_out: left_out
                .iter()
                .find(|out| wanted.0.iter().any(|name| out.covers(name)))
                .cloned()
                .map(Box::new),
            path,
            wanted,
        },
        Some(found) => {
            let end = wanted.0.iter().find(|wanted| found.ends_with(&format!("/{wanted}")));
            let folder = &found[..found.len() - end.map_or(0, |end| end.len() + 1)];
            PackageError::DeepEntry {
                found: entry::shown(found),
                folder: entry::shown(folder),
                path,
                wanted,
            }
        }
    })
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
        code(path, &FunctionKind::Http, LIMIT)
    }

    fn event(path: &Path, entry: &[&str]) -> Result<Archive, PackageError> {
        let entry = entry.iter().map(|&name| name.to_owned()).collect();
        code(path, &FunctionKind::Event(entry), LIMIT)
    }

    fn text(archive: &Archive) -> String {
        archive.notes.iter().map(|note| format!("{note}\n")).collect()
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
        assert_eq!(event(&path, &[]).unwrap().bytes, wrong);
    }

    #[test]
    fn an_http_function_needs_its_bootstrap_at_the_root() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("app")).unwrap();
        fs::write(folder.path().join("app/bootstrap"), "x").unwrap();
        match http(folder.path()) {
            Err(PackageError::DeepEntry { found, folder, .. }) => {
                assert_eq!((found.as_str(), folder.as_str()), ("app/bootstrap", "app"));
            }
            other => panic!("{other:?}"),
        }
        assert!(event(folder.path(), &[]).is_ok());
        let path = folder.path().join("code.zip");
        fs::write(&path, zip(&[Entry::file("index.js", b"")])).unwrap();
        assert!(matches!(http(&path), Err(PackageError::NoEntry { .. })));
    }

    #[test]
    fn the_limit_holds_for_a_packed_folder_too() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bootstrap"), "x").unwrap();
        let size = http(folder.path()).unwrap().bytes.len() as u64;
        let error = code(folder.path(), &FunctionKind::Http, size - 1).unwrap_err();
        let end = format!("packs to {size} bytes, more than the limit of {} bytes", size - 1);
        assert!(error.to_string().ends_with(&end), "{error}");
    }

    #[test]
    fn a_ready_zip_in_one_folder_loses_that_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.zip");
        let start = Entry {
            mode: 0o100_755,
            ..Entry::file("app/bootstrap", b"node $RUNTIME_CODE_ROOT/index.js\n")
        };
        let of_macos = Entry::file("__MACOSX/app/._bootstrap", b"x");
        let (js, top) = (Entry::file("app/index.js", b"1"), Entry::file("app/", b""));
        fs::write(&path, zip(&[top, start.clone(), js.clone(), of_macos])).unwrap();
        let archive = http(&path).unwrap();
        assert_eq!(archive.notes, [Note::Unwrapped { folder: "app".into() }]);
        assert_eq!((archive.files, archive.unpacked), (2, 34));
        assert_eq!(bootstrap(&archive).1, 0o755);
        let again = event(&path, &["index.py", "index.js"]).unwrap();
        assert_eq!(
            again.bytes, archive.bytes,
            "an event function's file is found the same way"
        );

        // Where something lies beside it, which folder is meant is the user's to say.
        fs::write(&path, zip(&[start, js, Entry::file("readme", b"")])).unwrap();
        match http(&path) {
            Err(PackageError::DeepEntry { found, .. }) => assert_eq!(found, "app/bootstrap"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_file_is_code_where_it_is_the_one_to_start_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.py");
        fs::write(&path, "def handler(event, context): return 1\n").unwrap();
        assert_eq!(event(&path, &["index.py"]).unwrap().files, 1);
        let error = event(&path, &["main.py"]).unwrap_err().to_string();
        assert!(
            error.ends_with("alone is not enough: it has to be `main.py`, or a folder or ZIP that holds it"),
            "{error}"
        );
        assert!(matches!(http(&path), Err(PackageError::WrongFile { .. })));
        let path = folder.path().join("bootstrap");
        fs::write(&path, "exec node\r\n").unwrap();
        assert_eq!(bootstrap(&http(&path).unwrap()), ("exec node\n".into(), 0o755));
    }

    #[test]
    fn what_the_rules_leave_out_is_told_and_missed_where_it_is_needed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        for (name, text) in [
            (
                "bootstrap",
                "#!/usr/bin/env node\nx $RUNTIME_CODE_ROOT/dist.js $RUNTIME_CODE_ROOT/lib/a",
            ),
            ("package.json", "{}"),
            ("dist.js", ""),
            ("node_modules/x", ""),
            (".gitignore", "node_modules\ndist*\n"),
        ] {
            write(name, text);
        }
        let archive = http(folder.path()).unwrap();
        assert_eq!((archive.files, archive.left_out.len()), (2, 2));
        let said = text(&archive);
        for line in [
            "left out 2 names as `.gitignore` says",
            "the line `node_modules` of `.gitignore` leaves out `node_modules/`: the packages have to come as a dependency",
            "`bootstrap` begins with `#!/usr/bin/env node`, and the service starts it with a shell",
            "names `dist.js`, which the line `dist*` of `.gitignore` leaves out",
            "names `lib/a`, which is not in the code: a dependency has to bring it",
        ] {
            assert!(said.contains(line), "{line}: {said}");
        }
        write(".fgctlignore", "!node_modules/\nbootstrap\n");
        let error = http(folder.path()).unwrap_err().to_string();
        assert!(
            error.ends_with("no `bootstrap` at its root: the line `bootstrap` of `.fgctlignore` leaves it out"),
            "{error}"
        );
        assert_eq!(event(folder.path(), &["package.json"]).unwrap().files, 2);
    }
}
