//! What a folder holds that is to be packed: files by name, sorted, links followed as far as they stay inside.

use super::entry;
use super::read::read_error;
use super::{ENTRY_LIMIT, Note, PackageError, Refusal, UNPACKED_LIMIT};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// A file to be packed.
#[derive(Debug)]
pub(super) struct Found {
    /// Its name in the archive, with `/`.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: PathBuf,
    /// `None`: this system has no such bit.
    pub(super) executable: Option<bool>,
}

/// All that a folder holds.
#[derive(Debug)]
pub(super) struct Listing {
    /// Sorted by the bytes of the name.
    pub(super) files: Vec<Found>,
    /// What was left out.
    pub(super) notes: Vec<Note>,
}

/// Lists the files in `folder`.
///
/// # Errors
/// It is no folder, cannot be read, holds nothing, too much, or something that cannot be packed.
pub(super) fn list(folder: &Path) -> Result<Listing, PackageError> {
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
        backups: Vec::new(),
    };
    walk.folder(folder, "")?;
    if walk.files.is_empty() {
        return Err(PackageError::Empty {
            path: folder.to_owned(),
        });
    }
    walk.files.sort_by(|a, b| a.name.cmp(&b.name));
    walk.backups.sort();
    let count = walk.backups.len();
    let first = walk.backups.into_iter().next();
    Ok(Listing {
        files: walk.files,
        notes: first
            .map(|first| Note::BackupsLeftOut { count, first })
            .into_iter()
            .collect(),
    })
}

struct Walk<'a> {
    folder: &'a Path,
    root: PathBuf,
    /// The real folders that are being listed, outermost first: a link to one of them would never end.
    above: Vec<PathBuf>,
    files: Vec<Found>,
    size: u64,
    backups: Vec<String>,
}

impl Walk<'_> {
    /// Lists the folder at `path`, whose entries get names beginning with `prefix`.
    fn folder(&mut self, path: &Path, prefix: &str) -> Result<(), PackageError> {
        for entry in fs::read_dir(path).map_err(|source| read_error(path, source))? {
            let entry = entry.map_err(|source| read_error(path, source))?;
            let raw = entry.file_name();
            let Some(text) = raw.to_str() else {
                return Err(self.refused(&format!("{prefix}{}", raw.to_string_lossy()), Refusal::NotText));
            };
            let name = format!("{prefix}{text}");
            if text.ends_with('~') {
                self.backups.push(entry::shown(&name));
            } else if !is_left_out(prefix, text) {
                self.item(&entry.path(), &name)?;
            }
        }
        Ok(())
    }

    fn item(&mut self, path: &Path, name: &str) -> Result<(), PackageError> {
        entry::parts(name).map_err(|refusal| self.refused(name, refusal))?;
        let mut metadata = fs::symlink_metadata(path).map_err(|source| read_error(path, source))?;
        if metadata.is_symlink() {
            metadata = self.follow(path, name)?;
        }
        if metadata.is_dir() {
            return self.enter(path, name);
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

    fn enter(&mut self, path: &Path, name: &str) -> Result<(), PackageError> {
        let real = path.canonicalize().map_err(|source| read_error(path, source))?;
        if self.above.contains(&real) {
            return Err(self.refused(name, Refusal::LinkLoops));
        }
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
            path: path.to_owned(),
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

/// What nobody wants in a function: version control, the desktop's files, caches.
fn is_left_out(prefix: &str, name: &str) -> bool {
    matches!(name, ".git" | ".DS_Store") || (name == ".cache" && prefix.ends_with("node_modules/"))
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
