//! The folder of one instance: its scratch space and its start file, gone when the instance is.

use super::bootstrap::{self, Bootstrap, Machine};
use super::launch::Setup;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const SHELLS: [&str; 2] = ["/bin/bash", "/bin/sh"];
const BOOTSTRAP: &str = "bootstrap";

/// The folder cannot be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum HomeError {
    /// The code has no file `bootstrap`.
    #[error("the code has no file `bootstrap`")]
    NoBootstrap,
    /// The disk refuses.
    #[error("the instance's folder cannot be written")]
    Folder(#[from] io::Error),
}

/// An instance's own folder. Dropping it removes it.
pub(super) struct Home {
    /// Where the process sees its code; a path that needs no quotes in a shell.
    pub(super) code: PathBuf,
    /// Where the process may write.
    pub(super) scratch: PathBuf,
    /// Its start file.
    pub(super) bootstrap: Bootstrap,
    folder: PathBuf,
    /// A folder outside the state with a link to the code in it.
    link: Option<PathBuf>,
}

impl Home {
    /// The folder of the instance `id`, which runs the code in `code`. Blocks.
    ///
    /// # Errors
    /// There is no start file, or the folder cannot be written.
    pub(super) fn new(setup: &Setup, id: &str, code: &Path) -> Result<Self, HomeError> {
        let folder = setup.homes.join(id);
        let mut home = Self {
            code: code.to_owned(),
            scratch: folder.join("tmp"),
            bootstrap: Bootstrap::default(),
            folder,
            link: None,
        };
        if !code.join(BOOTSTRAP).is_file() {
            return Err(HomeError::NoBootstrap);
        }
        private_folder(&home.folder)?;
        private_folder(&home.scratch)?;
        home.link_code(setup)?;
        // A program as a start file is run as it is: the shell will say what it thinks of it.
        if let Ok(text) = fs::read_to_string(code.join(BOOTSTRAP)) {
            let here = Here(&setup.options.inherited.path);
            home.bootstrap = bootstrap::read(&text, &home.code, &here);
        }
        if let Some(text) = &home.bootstrap.rewritten {
            fs::write(home.copy(), text)?;
        }
        Ok(home)
    }

    /// The guide's own start file leaves `$RUNTIME_CODE_ROOT` unquoted: a path with a space would fall apart.
    fn link_code(&mut self, setup: &Setup) -> io::Result<()> {
        if self.code.to_str().is_some_and(bootstrap::is_plain) {
            return Ok(());
        }
        let outside = setup
            .options
            .temporary
            .join(format!("fgctl-{}", uuid::Uuid::new_v4().simple()));
        private_folder(&outside)?;
        let link = outside.join("code");
        self.link = Some(outside);
        symlink(&self.code, &link)?;
        self.code = link;
        Ok(())
    }

    fn copy(&self) -> PathBuf {
        self.folder.join(BOOTSTRAP)
    }

    /// The folder outside the state that goes with this one.
    pub(super) fn outside(&self) -> Option<PathBuf> {
        self.link.clone()
    }

    /// The shell that runs the start file.
    pub(super) fn shell(&self) -> &'static str {
        let [bash, sh] = SHELLS;
        if Path::new(bash).exists() { bash } else { sh }
    }

    /// What the shell is told: to run the start file, or to read its copy under the name of the start file, so that
    /// `$0` leads to the code either way.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let original = self.code.join(BOOTSTRAP).into_os_string();
        match self.bootstrap.rewritten {
            None => vec![original],
            Some(_) => vec![
                "-c".into(),
                format!(". {}", bootstrap::quoted(&self.copy())).into(),
                original,
            ],
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(link) = &self.link {
            let _ = fs::remove_dir_all(link);
        }
    }
}

/// This machine.
struct Here<'a>(&'a OsStr);

impl Machine for Here<'_> {
    fn has(&self, path: &str) -> bool {
        Path::new(path).exists()
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(self.0)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|path| is_executable(path))
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _link: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
