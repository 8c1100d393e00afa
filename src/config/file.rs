//! The configuration file on the disk: private, locked while it is changed, replaced as a whole or not at all.
//!
//! With [`super::sdk_file`] the two places of this layer that touch the disk. Where the file is, is handed in.

use super::document::{Document, Fault, SCHEMA};
use super::profile::{Profile, Profiles, is_name};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The permissions that nobody but the owner may have.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// The configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// Others can read it, and it may hold secrets.
    #[error("the configuration file {} can be read or written by others (mode {mode:03o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else than a configuration.
    #[error("the configuration file {} cannot be used", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        fault: Fault,
    },
    /// The system does not let it be read.
    #[error("the configuration file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The system does not let it be written. It is as it was.
    #[error("the configuration file {} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A profile cannot be called so.
    #[error("`{0}` is no name for a profile: use letters, digits, `-`, `_` and `.`, 64 at most")]
    Name(String),
    /// There is such a profile.
    #[error("there is a profile `{0}` already")]
    Exists(String),
    /// There is no such profile.
    #[error("there is no profile `{name}`; there are: {known}")]
    NotFound {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
}

/// The configuration file.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
}

impl ConfigFile {
    /// The one at `path`, which need not exist.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it says; nothing where there is none.
    ///
    /// # Errors
    /// [`FileError::Exposed`], [`FileError::Content`] and [`FileError::Read`].
    pub(crate) fn profiles(&self) -> Result<Profiles, FileError> {
        match self.read()? {
            Some((document, _)) => document.profiles().map_err(|fault| self.content(fault)),
            None => Ok(Profiles::default()),
        }
    }

    /// Adds the profile `name`, or with `update` changes what `profile` says of it. The first one is the default.
    ///
    /// # Errors
    /// [`FileError`].
    pub(crate) fn put(&self, name: &str, profile: &Profile, update: bool) -> Result<(), FileError> {
        if !is_name(name) {
            return Err(FileError::Name(name.to_owned()));
        }
        self.change(|document, profiles| {
            if !update && profiles.all.contains_key(name) {
                return Err(FileError::Exists(name.to_owned()));
            }
            document.put(name, profile);
            if profiles.all.is_empty() {
                document.set_default(name);
            }
            Ok(())
        })
    }

    /// Takes the profile `name` out.
    ///
    /// # Errors
    /// [`FileError`].
    pub(crate) fn remove(&self, name: &str) -> Result<(), FileError> {
        self.change(|document, profiles| {
            known(profiles, name)?;
            document.remove(name);
            Ok(())
        })
    }

    /// Makes the profile `name` the default.
    ///
    /// # Errors
    /// [`FileError`].
    pub(crate) fn set_default(&self, name: &str) -> Result<(), FileError> {
        self.change(|document, profiles| {
            known(profiles, name)?;
            document.set_default(name);
            Ok(())
        })
    }

    /// Reads, changes and writes, while nobody else does.
    fn change(&self, change: impl FnOnce(&mut Document, &Profiles) -> Result<(), FileError>) -> Result<(), FileError> {
        let _lock = self.lock().map_err(|source| self.unwritable(source))?;
        let (mut document, old) = match self.read()? {
            Some((document, text)) => (document, Some(text)),
            None => (Document::empty(), None),
        };
        let profiles = document.profiles().map_err(|fault| self.content(fault))?;
        change(&mut document, &profiles)?;
        if let Some(old) = old.filter(|_| document.schema < SCHEMA) {
            let backup = self.path.with_extension(format!("schema-{}.toml", document.schema));
            replace(&backup, &old).map_err(|source| self.unwritable(source))?;
        }
        replace(&self.target(), &document.text()).map_err(|source| self.unwritable(source))
    }

    /// The file that is read and written: what a link leads to, so that the link stays.
    fn target(&self) -> PathBuf {
        self.path.canonicalize().unwrap_or_else(|_| self.path.clone())
    }

    /// Makes the folder and takes the lock of all changes, waiting for whoever holds it.
    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            private_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        private(&mut options);
        let file = options.open(self.path.with_extension("toml.lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn read(&self) -> Result<Option<(Document, String)>, FileError> {
        let failed = |source| FileError::Read {
            path: self.path.clone(),
            source,
        };
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if let Some(mode) = exposed(&self.path).map_err(failed)? {
            return Err(FileError::Exposed {
                path: self.path.clone(),
                mode,
            });
        }
        let document = Document::parse(&text).map_err(|fault| self.content(fault))?;
        Ok(Some((document, text)))
    }

    fn content(&self, fault: Fault) -> FileError {
        FileError::Content {
            path: self.path.clone(),
            fault,
        }
    }

    fn unwritable(&self, source: io::Error) -> FileError {
        FileError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

fn known(profiles: &Profiles, name: &str) -> Result<(), FileError> {
    match profiles.all.contains_key(name) {
        true => Ok(()),
        false => Err(not_found(profiles, name)),
    }
}

/// The error that `profiles` has no profile `name`.
pub(super) fn not_found(profiles: &Profiles, name: &str) -> FileError {
    FileError::NotFound {
        name: name.to_owned(),
        known: profiles.names(),
    }
}

/// The permissions of the file at `path`, where others than its owner have any.
pub(super) fn exposed(path: &Path) -> io::Result<Option<u32>> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & 0o777;
        Ok(Some(mode).filter(|mode| mode & OTHERS != 0))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(None)
    }
}

fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes `folder`, for its owner alone where it is new.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes `text` beside `path`, makes sure that the disk has it, and puts it in the place of `path`.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    private(&mut options);
    let write = || {
        let mut file = options.open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{ConfigFile, FileError};
    use crate::config::Profile;
    use std::fs;

    fn file(folder: &tempfile::TempDir) -> ConfigFile {
        ConfigFile::at(folder.path().join("fgctl/config.toml"))
    }

    fn region(region: &str) -> Profile {
        Profile {
            region: Some(region.to_owned()),
            ..Profile::default()
        }
    }

    #[test]
    fn the_first_profile_is_the_default_and_a_second_one_of_its_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        assert!(file.profiles().unwrap().all.is_empty());
        file.put("work", &region("r1"), false).unwrap();
        file.put("home", &region("r2"), false).unwrap();
        assert_eq!(file.profiles().unwrap().default.as_deref(), Some("work"));
        let error = file.put("work", &region("r3"), false).unwrap_err();
        assert!(matches!(error, FileError::Exists(_)), "{error}");
        file.put("work", &region("r3"), true).unwrap();
        assert_eq!(file.profiles().unwrap().all["work"], region("r3"));
        file.set_default("home").unwrap();
        file.remove("home").unwrap();
        let left = file.profiles().unwrap();
        assert_eq!((left.default.as_deref(), left.names()), (None, "work".to_owned()));
        let error = file.set_default("home").unwrap_err().to_string();
        assert_eq!(error, "there is no profile `home`; there are: work");
        assert!(file.put("a b", &region("r"), false).is_err());
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        std::thread::scope(|scope| {
            for number in 0..16 {
                let file = file.clone();
                scope.spawn(move || file.put(&format!("p{number}"), &region("r"), false).unwrap());
            }
        });
        assert_eq!(file.profiles().unwrap().all.len(), 16);
    }

    #[test]
    fn an_older_file_is_kept_beside_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        fs::create_dir_all(file.path().parent().unwrap()).unwrap();
        let old = "# by hand\n[profile.work]\nregion = \"r\"\n";
        write(&file, old);
        assert_eq!(file.profiles().unwrap().all["work"], region("r"));
        file.set_default("work").unwrap();
        let backup = file.path().with_file_name("config.schema-0.toml");
        assert_eq!(fs::read_to_string(&backup).unwrap(), old);
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(text.contains("schema = 1") && text.contains("# by hand"), "{text}");

        let newer = "schema = 2\n";
        write(&file, newer);
        for outcome in [file.profiles().map(drop), file.put("x", &region("r"), false)] {
            assert!(matches!(outcome, Err(FileError::Content { .. })));
        }
        assert_eq!(fs::read_to_string(file.path()).unwrap(), newer);
    }

    fn write(file: &ConfigFile, text: &str) {
        super::replace(file.path(), text).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_it_writes_is_private_and_what_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.put("work", &region("r"), false).unwrap();
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.path()), 0o600);
        assert_eq!(mode(file.path().parent().unwrap()), 0o700);
        for open in [0o640, 0o604, 0o620, 0o666] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(open)).unwrap();
            for outcome in [file.profiles().map(drop), file.set_default("work")] {
                assert!(matches!(outcome, Err(FileError::Exposed { mode, .. }) if mode == open));
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, real) = (file(&folder), folder.path().join("dotfiles.toml"));
        fs::create_dir_all(file.path().parent().unwrap()).unwrap();
        super::replace(&real, "schema = 1\n").unwrap();
        std::os::unix::fs::symlink(&real, file.path()).unwrap();
        file.put("work", &region("r"), false).unwrap();
        assert!(file.path().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("work"));
    }
}
