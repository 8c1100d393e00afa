//! What a folder holds that is to be packed: files by name, sorted, links followed as far as they stay inside.

use super::deflate::Source;
use super::entry;
use super::ignored::{self, LeftOut, Rules};
use super::read::read_error;
use super::{ENTRY_LIMIT, Note, PackageError, Refusal, UNPACKED_LIMIT};
use std::fs::{self, DirEntry, Metadata};
use std::path::{Path, PathBuf};

/// A file to be packed.
#[derive(Debug)]
pub(super) struct Found {
    /// Its name in the archive, with `/`.
    pub(super) name: String,
    /// Where its content is.
    pub(super) source: Source,
    /// Bytes.
    pub(super) size: u64,
    /// `None`: this system has no such bit.
    pub(super) executable: Option<bool>,
}

/// All that a folder holds.
#[derive(Debug)]
pub(super) struct Listing {
    /// Sorted by the bytes of the name.
    pub(super) files: Vec<Found>,
    /// What was left out by itself.
    pub(super) notes: Vec<Note>,
    /// What the folder's own rules leave out, sorted by name.
    pub(super) left_out: Vec<LeftOut>,
}

/// Lists the files in `folder`.
///
/// # Errors
/// It is no folder, cannot be read, holds nothing, too much, or something that cannot be packed.
pub(super) fn list(folder: &Path) -> Result<Listing, PackageError> {
    walk(folder, Some(Rules::default()))
}

/// The same without regard to rules that leave something out.
///
/// # Errors
/// As [`list`].
pub(super) fn list_all(folder: &Path) -> Result<Listing, PackageError> {
    walk(folder, None)
}

fn walk(folder: &Path, rules: Option<Rules>) -> Result<Listing, PackageError> {
    let root = folder.canonicalize().map_err(|source| read_error(folder, source))?;
    if !root.is_dir() {
        return Err(PackageError::NotAFolder {
            path: folder.to_owned(),
        });
    }
    let mut walk = Walk {
        folder,
        above: vec![root.clone()],
        root,
        files: Vec::new(),
        size: 0,
        rules,
        left_out: Vec::new(),
        backups: Vec::new(),
    };
    walk.folder(folder, "")?;
    if walk.files.is_empty() {
        return Err(PackageError::Empty {
            path: folder.to_owned(),
        });
    }
    Ok(walk.into_listing())
}

/// The file at `path` alone, under its own name.
///
/// # Errors
/// It cannot be read, is no file, or its name cannot be packed.
pub(super) fn single(path: &Path) -> Result<Listing, PackageError> {
    let metadata = path.metadata().map_err(|source| read_error(path, source))?;
    if !metadata.is_file() {
        return Err(PackageError::NotAFile { path: path.to_owned() });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let refused = |refusal| PackageError::Refused {
        path: path.to_owned(),
        entry: entry::shown(&name),
        refusal,
    };
    entry::parts(&name).map_err(refused)?;
    Ok(Listing {
        files: vec![Found {
            source: Source::File(path.to_owned()),
            size: metadata.len(),
            executable: is_executable(&metadata),
            name,
        }],
        notes: Vec::new(),
        left_out: Vec::new(),
    })
}

struct Walk<'a> {
    folder: &'a Path,
    root: PathBuf,
    /// The real folders that are being listed, outermost first: a link to one of them would never end.
    above: Vec<PathBuf>,
    files: Vec<Found>,
    size: u64,
    /// `None`: none count.
    rules: Option<Rules>,
    left_out: Vec<LeftOut>,
    backups: Vec<String>,
}

impl Walk<'_> {
    fn into_listing(mut self) -> Listing {
        self.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self.left_out.sort_by(|a, b| a.name.cmp(&b.name));
        self.backups.sort();
        let count = self.backups.len();
        let first = self.backups.into_iter().next();
        let backups = first.map(|first| Note::BackupsLeftOut { count, first });
        Listing {
            files: self.files,
            notes: backups.into_iter().collect(),
            left_out: self.left_out,
        }
    }

    /// Lists the folder at `path`, whose entries get names beginning with `prefix`.
    fn folder(&mut self, path: &Path, prefix: &str) -> Result<(), PackageError> {
        if let Some(rules) = &mut self.rules {
            rules.enter(path, prefix)?;
        }
        for entry in fs::read_dir(path).map_err(|source| read_error(path, source))? {
            let entry = entry.map_err(|source| read_error(path, source))?;
            self.entry(&entry, prefix)?;
        }
        if let Some(rules) = &mut self.rules {
            rules.leave();
        }
        Ok(())
    }

    fn entry(&mut self, entry: &DirEntry, prefix: &str) -> Result<(), PackageError> {
        let raw = entry.file_name();
        let Some(text) = raw.to_str() else {
            return Err(self.refused(&format!("{prefix}{}", raw.to_string_lossy()), Refusal::NotText));
        };
        let name = format!("{prefix}{text}");
        if text.ends_with('~') {
            self.backups.push(entry::shown(&name));
            return Ok(());
        }
        if is_left_out(prefix, text) {
            return Ok(());
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(|source| read_error(&path, source))?;
        let rules = self.rules.as_ref();
        if let Some(left_out) = rules.and_then(|rules| rules.leaves_out(&name, kind.is_dir())) {
            self.left_out.push(left_out);
            return Ok(());
        }
        self.item(&path, &name)
    }

    fn item(&mut self, path: &Path, name: &str) -> Result<(), PackageError> {
        entry::parts(name).map_err(|refusal| self.refused(name, refusal))?;
        let mut metadata = fs::symlink_metadata(path).map_err(|source| read_error(path, source))?;
        if metadata.is_symlink() {
            metadata = self.follow(path, name)?;
            if metadata.is_dir() {
                return self.enter_link(path, name);
            }
        }
        if metadata.is_dir() {
            let real = self
                .above
                .last()
                .map(|above| above.join(path.file_name().unwrap_or_default()));
            return self.enter(path, name, real.unwrap_or_default());
        }
        if !metadata.is_file() {
            return Err(self.refused(name, Refusal::Special));
        }
        self.add(path, name, &metadata)
    }

    /// What the link at `path` leads to, if that lies inside the folder.
    fn follow(&self, path: &Path, name: &str) -> Result<Metadata, PackageError> {
        let target = fs::read_link(path).map_err(|source| read_error(path, source))?;
        let target = entry::shown(&target.to_string_lossy());
        let Ok(real) = path.canonicalize() else {
            return Err(self.refused(name, Refusal::LinkDangles { target }));
        };
        if !real.starts_with(&self.root) {
            return Err(self.refused(name, Refusal::LinkLeaves { target }));
        }
        fs::metadata(&real).map_err(|source| read_error(path, source))
    }

    fn enter_link(&mut self, path: &Path, name: &str) -> Result<(), PackageError> {
        let real = path.canonicalize().map_err(|source| read_error(path, source))?;
        if self.above.contains(&real) {
            return Err(self.refused(name, Refusal::LinkLoops));
        }
        self.enter(path, name, real)
    }

    /// Lists the folder at `path`, which really is at `real`.
    fn enter(&mut self, path: &Path, name: &str, real: PathBuf) -> Result<(), PackageError> {
        self.above.push(real);
        self.folder(path, &format!("{name}/"))?;
        self.above.pop();
        Ok(())
    }

    fn add(&mut self, path: &Path, name: &str, metadata: &Metadata) -> Result<(), PackageError> {
        self.size = self.size.saturating_add(metadata.len());
        if self.size > UNPACKED_LIMIT {
            return Err(PackageError::UnpacksTooLarge {
                path: self.folder.to_owned(),
                entry: entry::shown(name),
                limit: UNPACKED_LIMIT,
            });
        }
        self.files.push(Found {
            name: name.to_owned(),
            source: Source::File(path.to_owned()),
            size: metadata.len(),
            executable: is_executable(metadata),
        });
        match self.files.len() {
            found if found > ENTRY_LIMIT => Err(PackageError::TooMany {
                path: self.folder.to_owned(),
                found,
                limit: ENTRY_LIMIT,
            }),
            _ => Ok(()),
        }
    }

    fn refused(&self, name: &str, refusal: Refusal) -> PackageError {
        PackageError::Refused {
            path: self.folder.to_owned(),
            entry: entry::shown(name),
            refusal,
        }
    }
}

/// What nobody wants in a function: version control, the files of rules, the desktop's files, caches. Python's
/// caches hold the times of their sources, which packing does away with, so they would never be used.
fn is_left_out(prefix: &str, name: &str) -> bool {
    match name {
        ".git" | ".hg" | ".svn" | ".DS_Store" | "__pycache__" | ignored::GIT | ignored::OURS => true,
        ".cache" => prefix.ends_with("node_modules/"),
        _ => false,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_metadata: &Metadata) -> Option<bool> {
    None
}
