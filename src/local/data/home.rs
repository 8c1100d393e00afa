//! The folder of one instance: its scratch space and its start file, gone when the instance is.

use super::bootstrap::{self, Bootstrap, Machine};
use super::launch::Setup;
#[cfg(target_os = "linux")]
use super::runtimes;
#[cfg(target_os = "linux")]
use crate::sys::machine::{Function, OPT, Shown, TEMPORARY};
#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
#[cfg(target_os = "linux")]
use std::path::Component;
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
    /// All of it on this machine.
    pub(super) folder: PathBuf,
    /// The start file as it is to be run, where it is rewritten, as the process sees it.
    copy: PathBuf,
    /// A folder outside the state with a link to the code in it.
    link: Option<PathBuf>,
}

impl Home {
    /// The folder of the instance `id`, which runs the code in `code` on this machine. Blocks.
    ///
    /// # Errors
    /// There is no start file, or the folder cannot be written.
    pub(super) fn new(setup: &Setup, id: &str, code: &Path) -> Result<Self, HomeError> {
        let mut home = Self::create(setup, id, code)?;
        home.link_code(setup)?;
        if let Some(text) = start_file(code) {
            let here = Here(&setup.options.inherited.path);
            home.bootstrap = bootstrap::read(&text, &home.code, &here);
        }
        if let Some(text) = &home.bootstrap.rewritten {
            fs::write(&home.copy, text)?;
        }
        Ok(home)
    }

    /// An empty folder.
    fn create(setup: &Setup, id: &str, code: &Path) -> Result<Self, HomeError> {
        let folder = setup.homes.join(id);
        if !code.join(BOOTSTRAP).is_file() {
            return Err(HomeError::NoBootstrap);
        }
        let home = Self {
            code: code.to_owned(),
            scratch: folder.join("tmp"),
            bootstrap: Bootstrap::default(),
            copy: folder.join(BOOTSTRAP),
            folder,
            link: None,
        };
        private_folder(&home.folder)?;
        private_folder(&home.scratch)?;
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
                format!(". {}", bootstrap::quoted(&self.copy)).into(),
                original,
            ],
        }
    }
}

/// What an instance sees on a machine of its own.
#[cfg(target_os = "linux")]
impl Home {
    /// The folder of the instance `id`, which runs the code in `code` on a machine of its own, and what that shows of
    /// it. Where it can, it has all at the platform's own paths; where not, below its `/tmp`. Blocks.
    ///
    /// # Errors
    /// There is no start file, or the folder cannot be written.
    pub(super) fn own(setup: &Setup, id: &str, code: &Path, opt: bool) -> Result<(Self, View), HomeError> {
        let mut home = Self::create(setup, id, code)?;
        let scratch = std::mem::replace(&mut home.scratch, PathBuf::from(TEMPORARY));
        let text = start_file(code).unwrap_or_default();
        let here = Here(&setup.options.inherited.path);
        let mut view = View {
            scratch,
            function: None,
            shown: shown(here.0),
        };
        if opt {
            home.code = PathBuf::from(OPT).join("function/code");
            home.bootstrap = bootstrap::read(&text, &home.code, &here);
            (home.bootstrap.rewritten, home.bootstrap.replaced) = (None, Vec::new());
            view.function = Some(Function {
                code: code.to_owned(),
                links: runtimes::links(bootstrap::programs(&text), &here),
            });
        } else {
            home.code = home.scratch.join("function/code");
            home.bootstrap = bootstrap::read(&text, &home.code, &here);
            view.shown.push(Shown {
                source: code.to_owned(),
                at: PathBuf::from("function/code"),
            });
            if let Some(text) = &home.bootstrap.rewritten {
                private_folder(&view.scratch.join("function"))?;
                fs::write(view.scratch.join("function").join(BOOTSTRAP), text)?;
                home.copy = home.scratch.join("function").join(BOOTSTRAP);
            }
        }
        Ok((home, view))
    }
}

/// What a machine shows of an instance's files.
#[cfg(target_os = "linux")]
pub(super) struct View {
    /// What is `/tmp` inside.
    pub(super) scratch: PathBuf,
    /// What is `/opt/function` inside, if there can be one.
    pub(super) function: Option<Function>,
    /// What else is below `/tmp` inside.
    pub(super) shown: Vec<Shown>,
}

/// What of the host's own `/tmp` stays: this program, which the demonstration's function runs, and folders of PATH.
#[cfg(target_os = "linux")]
fn shown(path: &OsStr) -> Vec<Shown> {
    let program = std::env::current_exe().ok();
    let paths: BTreeSet<PathBuf> = std::env::split_paths(path).chain(program).collect();
    let mut shown: Vec<Shown> = Vec::new();
    for source in paths {
        let Ok(at) = source.strip_prefix(TEMPORARY).map(Path::to_owned) else {
            continue;
        };
        let plain = at.components().all(|part| matches!(part, Component::Normal(_)));
        // What lies in a folder comes after it, and is shown with it.
        let with_folder = shown.last().is_some_and(|folder| source.starts_with(&folder.source));
        if plain && !with_folder && at.parent().is_some() && source.exists() {
            shown.push(Shown { source, at });
        }
    }
    shown
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(link) = &self.link {
            let _ = fs::remove_dir_all(link);
        }
    }
}

/// The text of the start file. A program as a start file has none and is run as it is: the shell will say what it
/// thinks of it.
fn start_file(code: &Path) -> Option<String> {
    fs::read_to_string(code.join(BOOTSTRAP)).ok()
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::shown;
    use std::ffi::OsString;

    #[test]
    fn what_path_names_below_tmp_stays_and_nothing_is_shown_twice() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir_all(bin.join("more")).unwrap();
        let path = format!(
            "/usr/bin:/tmp:{0}/more:{0}:{0}/../x:relative:/tmp/no/such",
            bin.display()
        );
        let all = shown(&OsString::from(path));
        let below: Vec<_> = all
            .iter()
            .filter(|shown| shown.source.starts_with(folder.path()))
            .collect();
        assert_eq!(below.len(), 1);
        assert_eq!(below[0].source, bin);
        assert_eq!(std::path::Path::new("/tmp").join(&below[0].at), bin);
    }
}
