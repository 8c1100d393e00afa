//! ZIP to files. Nothing in the archive is trusted: not its names, not its links, not its sizes.

use super::entry::{self, Kind};
use super::read::{damaged, head, open, read_error};
use super::{PackageError, Refusal, TARGET_LIMIT, UNPACKED_LIMIT};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Unpacks the ZIP `archive` into the existing folder `into`, over what is there: a file of the same name is replaced.
///
/// Files get mode 0755 or 0644, by their executable bit; folders 0755. When it fails, what was unpacked so far is
/// left: unpack into a folder of one's own, and rename it when all went well. Nothing is synced to disk.
///
/// # Errors
/// The archive is no readable ZIP, an entry is refused or damaged, a limit is passed, or the disk cannot be written.
pub(crate) fn unpack(archive: &Path, into: &Path) -> Result<(), PackageError> {
    let file = File::open(archive).map_err(|source| read_error(archive, source))?;
    let mut zip = open(archive, file)?;
    let root = into.canonicalize().map_err(|source| read_error(into, source))?;
    if !root.is_dir() {
        return Err(PackageError::NotAFolder { path: into.to_owned() });
    }
    let mut target = Target {
        archive,
        root,
        folders: HashSet::new(),
        left: UNPACKED_LIMIT,
    };
    (0..zip.len()).try_for_each(|index| target.entry(&mut zip, index))
}

/// The folder that is unpacked into.
struct Target<'a> {
    archive: &'a Path,
    root: PathBuf,
    /// Folders below `root` that are known to be folders and no links; nothing here ever removes a folder.
    folders: HashSet<PathBuf>,
    /// How many bytes may still be written.
    left: u64,
}

impl Target<'_> {
    fn entry<R: Read + Seek>(&mut self, zip: &mut ZipArchive<R>, index: usize) -> Result<(), PackageError> {
        let (name, kind) = head(self.archive, zip, index)?;
        let parts = entry::parts(&name).map_err(|refusal| self.refused(&name, refusal))?;
        let (_, parents) = parts.split_last().unwrap_or((&"", &[]));
        if kind == Kind::Folder {
            return self.folder(&name, &parts);
        }
        self.folder(&name, parents)?;
        let path = self.root.join(parts.iter().collect::<PathBuf>());
        self.clear(&name, &path)?;
        let mut content = zip
            .by_index(index)
            .map_err(|error| damaged(self.archive, &name, error))?;
        match kind {
            Kind::Link => self.link(&name, &path, &mut content),
            Kind::File { executable } => self.file(&name, &path, (executable == Some(true), &mut content)),
            Kind::Folder => Ok(()),
        }
    }

    /// Makes the folder at `parts` and those above it, none of which may be a link.
    fn folder(&mut self, name: &str, parts: &[&str]) -> Result<(), PackageError> {
        let mut path = self.root.clone();
        for (at, part) in parts.iter().enumerate() {
            path.push(part);
            if self.folders.contains(&path) {
                continue;
            }
            let so_far = || entry::shown(&parts[..=at].join("/"));
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() => (),
                Ok(found) if found.is_symlink() => {
                    return Err(self.refused(name, Refusal::ThroughLink { link: so_far() }));
                }
                Ok(_) => return Err(self.refused(name, Refusal::OverFile { file: so_far() })),
                Err(error) if error.kind() == ErrorKind::NotFound => make_folder(&path)?,
                Err(error) => return Err(write_error(&path, error)),
            }
            self.folders.insert(path.clone());
        }
        Ok(())
    }

    /// Removes what is in the way at `path`; a link is removed itself, and not what it leads to.
    fn clear(&self, name: &str, path: &Path) -> Result<(), PackageError> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => Err(self.refused(name, Refusal::OverFolder)),
            Ok(_) => fs::remove_file(path).map_err(|error| write_error(path, error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(write_error(path, error)),
        }
    }

    /// Writes a file: whether it is executable, and its content.
    fn file(&mut self, name: &str, path: &Path, of: (bool, &mut dyn Read)) -> Result<(), PackageError> {
        let (executable, content) = of;
        // Fails rather than follows if something is there again.
        let opened = OpenOptions::new().write(true).create_new(true).open(path);
        let mut file = opened.map_err(|error| write_error(path, error))?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let size = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(size) => size,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(damaged(self.archive, name, error)),
            };
            self.spend(name, size as u64)?;
            file.write_all(&buffer[..size])
                .map_err(|error| write_error(path, error))?;
        }
        set_mode(path, executable)
    }

    /// Makes a link, whose target is the entry's content.
    fn link(&mut self, name: &str, path: &Path, content: &mut dyn Read) -> Result<(), PackageError> {
        let mut bytes = Vec::new();
        let size = content
            .take(TARGET_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(self.archive, name, error))?;
        self.spend(name, size as u64)?;
        let target = String::from_utf8(bytes).map_err(|error| damaged(self.archive, name, error))?;
        let parts = entry::parts(name).map_err(|refusal| self.refused(name, refusal))?;
        if size as u64 > TARGET_LIMIT || !entry::link_stays(&parts, &target) {
            let target = entry::shown(&target.chars().take(200).collect::<String>());
            return Err(self.refused(name, Refusal::LinkLeaves { target }));
        }
        self.make_link(name, &target, path)
    }

    #[cfg(unix)]
    fn make_link(&self, _name: &str, target: &str, path: &Path) -> Result<(), PackageError> {
        std::os::unix::fs::symlink(target, path).map_err(|error| write_error(path, error))
    }

    #[cfg(not(unix))]
    fn make_link(&self, name: &str, _target: &str, _path: &Path) -> Result<(), PackageError> {
        Err(self.refused(name, Refusal::NoLinks))
    }

    /// Counts `size` bytes, which are really there, whatever the entry's header says.
    fn spend(&mut self, name: &str, size: u64) -> Result<(), PackageError> {
        let left = self.left.checked_sub(size);
        self.left = left.ok_or_else(|| PackageError::UnpacksTooLarge {
            path: self.archive.to_owned(),
            entry: entry::shown(name),
            limit: UNPACKED_LIMIT,
        })?;
        Ok(())
    }

    fn refused(&self, name: &str, refusal: Refusal) -> PackageError {
        PackageError::Refused {
            path: self.archive.to_owned(),
            entry: entry::shown(name),
            refusal,
        }
    }
}

fn write_error(path: &Path, source: std::io::Error) -> PackageError {
    PackageError::Write {
        path: path.to_owned(),
        source,
    }
}

fn make_folder(path: &Path) -> Result<(), PackageError> {
    fs::create_dir(path).map_err(|error| write_error(path, error))?;
    set_mode(path, true)
}

/// 0755 or 0644, whatever the process's mask.
#[cfg(unix)]
fn set_mode(path: &Path, executable: bool) -> Result<(), PackageError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|error| write_error(path, error))
}

/// There are no modes.
#[cfg(not(unix))]
fn set_mode(_path: &Path, _executable: bool) -> Result<(), PackageError> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
