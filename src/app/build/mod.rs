//! A dependency made by the machine's own npm or pip: installed into a temporary folder, freed of what differs from
//! one machine or moment to another, and packed.

mod npm;
mod pip;
mod program;

use super::{App, AppError};
use crate::package::{self, Archive, PackageError};
use crate::ui::Ui;
use crate::wire::dependency::{Dependency, NewDependencyVersion};
use crate::wire::rule;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use program::Program;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// From here on the largest folders are named: nine tenths of what may be uploaded.
const NEAR: u64 = rule::DEPENDENCY_UPLOAD_LIMIT / 10 * 9;
/// How many folders are named.
const LARGEST: usize = 5;

/// What a dependency is made of.
#[derive(Clone, Debug)]
pub(crate) enum BuildSource {
    /// Packages as `npm install` takes them.
    Npm(Vec<String>),
    /// The folder of a `package.json`.
    PackageJson(PathBuf),
    /// Requirements as `pip install` takes them.
    Pip(Vec<String>),
    /// A file of requirements.
    Requirements(PathBuf),
}

/// A dependency to be built.
#[derive(Clone, Debug)]
pub(crate) struct BuildInput {
    /// What it is made of.
    pub(crate) source: BuildSource,
    /// The runtime that it is for.
    pub(crate) runtime: String,
    /// Packages may run programs of their own: npm's install scripts, Python's source distributions.
    pub(crate) trusted: bool,
}

/// A dependency that was built.
#[derive(Debug)]
pub(crate) struct Built {
    /// The ZIP.
    pub(crate) archive: Archive,
    /// MD5 in hex: how the service tells dependencies apart.
    pub(crate) etag: String,
    /// What takes the most room, where there is little left.
    pub(crate) largest: Option<String>,
}

impl BuildInput {
    /// Checks what can be checked before anything is run.
    ///
    /// # Errors
    /// The runtime does not exist, or is not one for these packages.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        rule::runtime(&self.runtime)?;
        let (family, tool) = match self.source {
            BuildSource::Npm(_) | BuildSource::PackageJson(_) => ("Node.js", "npm"),
            BuildSource::Pip(_) | BuildSource::Requirements(_) => ("Python", "pip"),
        };
        if self.runtime.starts_with(family) {
            return Ok(());
        }
        Err(AppError::Rule(rule::Broken {
            what: "runtime",
            value: self.runtime.clone(),
            fault: format!("{tool} makes dependencies for {family}"),
            rule: format!("a runtime of {family}"),
        }))
    }

    /// Runs npm or pip and packs what it installed.
    ///
    /// # Errors
    /// There is no such program here, it fails, or what it installed cannot be packed.
    pub(crate) async fn build(&self, ui: &Ui) -> Result<Built, AppError> {
        self.check()?;
        let folder = Folder::create().map_err(temporary)?;
        let path = folder.0.as_path();
        match &self.source {
            BuildSource::Npm(packages) => npm::install(npm::What::Packages(packages), path, (self.trusted, ui)).await?,
            BuildSource::PackageJson(from) => npm::install(npm::What::Folder(from), path, (self.trusted, ui)).await?,
            BuildSource::Pip(requirements) => pip::install(requirements, path, (self, ui)).await?,
            BuildSource::Requirements(file) => {
                let file = std::path::absolute(file).map_err(temporary)?;
                let arguments = ["--requirement".to_owned(), file.display().to_string()];
                pip::install(&arguments, path, (self, ui)).await?;
            }
        }
        let path = path.to_owned();
        let packing = tokio::task::spawn_blocking(move || package::pack_installed(&path));
        let archive = match packing.await {
            Ok(packed) => packed?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        Built::of(archive)
    }
}

/// Checks the rules on a version that is to be created, before it is built.
///
/// # Errors
/// A broken rule.
pub(crate) fn check_new_version(body: &NewDependencyVersion) -> Result<(), AppError> {
    rule::dependency_name(&body.name)?;
    rule::description(body.description.as_deref().unwrap_or_default())?;
    Ok(())
}

impl Built {
    fn of(archive: Archive) -> Result<Self, AppError> {
        if archive.files > rule::DEPENDENCY_FILES {
            return Err(AppError::Package(PackageError::TooMany {
                path: PathBuf::from("the dependency"),
                found: archive.files,
                limit: rule::DEPENDENCY_FILES,
            }));
        }
        let largest = (archive.bytes.len() as u64 > NEAR)
            .then(|| super::error::sizes(&package::largest(&archive.bytes, LARGEST)));
        Ok(Self {
            etag: etag(&archive.bytes),
            largest,
            archive,
        })
    }

    /// Writes the ZIP.
    ///
    /// # Errors
    /// The system does not let it.
    pub(crate) fn write(&self, to: &Path) -> Result<(), AppError> {
        Ok(
            fs::write(to, &self.archive.bytes).map_err(|source| PackageError::Write {
                path: to.to_owned(),
                source,
            })?,
        )
    }

    /// Checks that it may be uploaded directly.
    ///
    /// # Errors
    /// It is larger than the guide allows.
    pub(crate) fn check_size(&self) -> Result<(), AppError> {
        let (size, limit) = (self.archive.bytes.len() as u64, rule::DEPENDENCY_UPLOAD_LIMIT);
        match size > limit {
            false => Ok(()),
            true => Err(AppError::Package(PackageError::PacksTooLarge {
                path: PathBuf::from("the dependency"),
                size,
                limit,
                largest: package::largest(&self.archive.bytes, LARGEST),
            })),
        }
    }
}

impl App {
    /// Creates the dependency `body` of what was built, or one more version of it, unless it has an equal version.
    /// Says whether anything was sent.
    ///
    /// # Errors
    /// The service refuses, or has something else afterwards than was sent.
    pub(crate) async fn create_built(
        &self,
        mut body: NewDependencyVersion,
        (built, force): (&Built, bool),
    ) -> Result<(Dependency, bool), AppError> {
        built.check_size()?;
        if !force && let Some(equal) = self.equal_version(&body, built).await? {
            return Ok((equal, false));
        }
        body.depend_type = "zip".to_owned();
        body.depend_file = Some(STANDARD.encode(&built.archive.bytes));
        let created = self.create_dependency(body).await?;
        Ok((created, true))
    }

    /// The newest version of the same dependency, for the same runtime, with the same content.
    async fn equal_version(
        &self,
        wanted: &NewDependencyVersion,
        built: &Built,
    ) -> Result<Option<Dependency>, AppError> {
        let versions = match self.dependency_versions(&wanted.name).await {
            Err(AppError::NotFound { .. }) => return Ok(None),
            versions => versions?,
        };
        let size = built.archive.bytes.len();
        Ok(versions.into_iter().find(|version| {
            version.runtime == wanted.runtime
                && version.etag == built.etag
                && usize::try_from(version.size).is_ok_and(|known| known == size)
        }))
    }
}

/// MD5 in hex.
fn etag(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares what the service tells of a new version with what was sent. An etag that is no MD5, as of an upload in
/// parts, cannot be compared.
///
/// # Errors
/// They differ.
pub(super) fn check_version(sent: Option<&str>, told: &Dependency) -> Result<(), AppError> {
    let Some(bytes) = sent.and_then(|text| STANDARD.decode(text).ok()) else {
        return Ok(());
    };
    let ours = etag(&bytes);
    let other_size = told.size > 0 && usize::try_from(told.size) != Ok(bytes.len());
    let other_etag = told.etag.len() == ours.len() && !told.etag.eq_ignore_ascii_case(&ours);
    if !other_size && !other_etag {
        return Ok(());
    }
    Err(AppError::Unproved {
        text: format!(
            "the service has another ZIP than was sent: {} bytes with the etag `{}`, sent were {} bytes with `{ours}`",
            told.size,
            told.etag,
            bytes.len()
        ),
        hints: vec![format!(
            "fgctl dependency delete {} --version {}",
            told.name, told.version
        )],
        source: None,
    })
}

fn temporary(error: io::Error) -> AppError {
    let text = format!("the temporary folder cannot be written: {error}");
    AppError::refused(text, &["make room in it, or name another one: TMPDIR=DIR"])
}

/// A temporary folder, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("fgctl-build-{}", uuid::Uuid::new_v4().simple()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{BuildInput, BuildSource, Built, check_version, etag};
    use crate::package::pack_installed;
    use crate::wire::dependency::Dependency;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_runtime_is_one_for_the_packages() {
        let check = |source, runtime: &str| {
            let runtime = runtime.to_owned();
            BuildInput {
                source,
                runtime,
                trusted: false,
            }
            .check()
        };
        assert!(check(BuildSource::Npm(Vec::new()), "Node.js12.13").is_ok());
        assert!(check(BuildSource::Pip(Vec::new()), "Python3.9").is_ok());
        let error = check(BuildSource::Pip(Vec::new()), "Node.js12.13").unwrap_err();
        assert!(
            error.to_string().contains("pip makes dependencies for Python"),
            "{error}"
        );
        assert!(check(BuildSource::Npm(Vec::new()), "http").is_err());
    }

    /// Bytes that do not get smaller, so that the ZIP has about `size` bytes.
    fn built(size: u32) -> Built {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().join("node_modules/big");
        std::fs::create_dir_all(&modules).unwrap();
        let mut state = 1_u32;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()
        };
        let content: Vec<u8> = (0..size / 4).flat_map(|_| noise()).collect();
        std::fs::write(modules.join("a.bin"), content).unwrap();
        Built::of(pack_installed(folder.path()).unwrap()).unwrap()
    }

    #[test]
    fn near_the_limit_the_largest_folders_are_named_and_beyond_it_the_way_by_a_bucket() {
        assert_eq!(built(1000).largest, None);
        let near = built(10_000_000);
        assert_eq!(near.largest.as_deref(), Some("node_modules/big 9.5 MB"));
        near.check_size().unwrap();
        let error = built(10_500_000).check_size().unwrap_err();
        assert!(
            error.to_string().contains("more than the limit of 10485760 bytes"),
            "{error}"
        );
        let hints = error.hints();
        assert_eq!(hints[0], "most of it: node_modules/big 10.0 MB");
        assert!(hints[1].contains("--bucket"), "{hints:?}");
    }

    #[test]
    fn what_the_service_tells_is_compared_as_far_as_it_tells_it() {
        let sent = STANDARD.encode(b"zip");
        let check = |size, etag: &str| {
            let told = Dependency {
                size,
                etag: etag.to_owned(),
                ..Dependency::default()
            };
            check_version(Some(&sent), &told)
        };
        let right = etag(b"zip");
        assert!(check(3, &right).is_ok() && check(3, &format!("{right}-2")).is_ok());
        assert!(check(4, &right).is_err() && check(3, &etag(b"other")).is_err());
    }
}
