//! The project's id as it was looked up before, on the disk: a question to the identity service less a command.
//!
//! Only a cache: what cannot be read or written is as if it were not there. One file for each caller, region and
//! identity service, replaced as a whole, so no two processes disturb each other.

use crate::sign::Caller;
use crate::wire::project::Project;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The form of the file; another one is not read.
const SCHEMA: u32 = 1;

/// Where one project's id is kept.
#[derive(Clone, Debug)]
pub(super) struct ProjectCache(PathBuf);

/// What is kept of a project.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    schema: u32,
    pub(super) project_id: String,
    pub(super) domain_id: String,
}

impl ProjectCache {
    /// The place within `folder` of what `caller` sees of `region` at the identity service `endpoint`. The name of the
    /// file tells neither: both are hashed.
    pub(super) fn of(folder: &Path, caller: &Caller, region: &str, endpoint: &str) -> Self {
        let caller = match caller {
            Caller::Keys(keys) => keys.access_key.as_str(),
            Caller::Token(token) => token.expose(),
        };
        let digest = Sha256::digest(format!("{caller}\n{region}\n{endpoint}"));
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(folder.join("projects").join(name).with_extension("json"))
    }

    /// What was kept.
    pub(super) fn read(&self) -> Option<Kept> {
        let kept: Kept = serde_json::from_slice(&fs::read(&self.0).ok()?).ok()?;
        Some(kept).filter(|kept| kept.schema == SCHEMA && !kept.project_id.is_empty())
    }

    /// Keeps `project`.
    pub(super) fn keep(&self, project: &Project) {
        let kept = Kept {
            schema: SCHEMA,
            project_id: project.id.clone(),
            domain_id: project.domain_id.clone(),
        };
        // The next command looks it up again.
        let _ = self.write(&kept);
    }

    /// Keeps nothing any more.
    pub(super) fn forget(&self) {
        let _ = fs::remove_file(&self.0);
    }

    fn write(&self, kept: &Kept) -> io::Result<()> {
        let mut folders = DirBuilder::new();
        let mut options = OpenOptions::new();
        folders.recursive(true);
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        if let Some(folder) = self.0.parent() {
            folders.create(folder)?;
        }
        let part = self.0.with_extension(format!("{}.part", std::process::id()));
        let written = options
            .open(&part)
            .and_then(|mut file| file.write_all(serde_json::to_string(kept)?.as_bytes()))
            .and_then(|()| fs::rename(&part, &self.0));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::ProjectCache;
    use crate::sign::{Caller, Credentials, Secret};
    use crate::wire::project::Project;
    use std::path::Path;

    fn caller(access_key: &str) -> Caller {
        Caller::from(Credentials {
            access_key: access_key.to_owned(),
            secret_key: Secret::new("SK"),
            security_token: None,
        })
    }

    fn project(id: &str) -> Project {
        serde_json::from_value(serde_json::json!({
            "id": id, "name": "r", "domain_id": "d", "parent_id": "d", "enabled": true, "is_domain": false
        }))
        .unwrap()
    }

    fn cache(folder: &Path, access_key: &str) -> ProjectCache {
        ProjectCache::of(folder, &caller(access_key), "cn-east-3", "https://iam.example")
    }

    #[test]
    fn each_caller_region_and_service_has_a_place_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let one = cache(folder.path(), "AK1");
        assert_eq!(one.read(), None);
        one.keep(&project("p1"));
        assert_eq!(one.read().unwrap().project_id, "p1");
        assert_eq!(cache(folder.path(), "AK2").read(), None);
        for (region, endpoint) in [("r", "https://iam.example"), ("cn-east-3", "https://other.example")] {
            let other = ProjectCache::of(folder.path(), &caller("AK1"), region, endpoint);
            assert_eq!(other.read(), None);
        }
        let token = Caller::Token(Secret::new("very-secret"));
        let path = ProjectCache::of(folder.path(), &token, "r", "e").0;
        assert!(!path.to_string_lossy().contains("very-secret"));
        one.forget();
        assert_eq!(one.read(), None);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_private_and_what_is_broken_is_not_there() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let one = cache(folder.path(), "AK1");
        one.keep(&project("p1"));
        let mode = std::fs::metadata(&one.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for broken in ["", "{}", r#"{"schema":9,"project_id":"p","domain_id":"d"}"#] {
            std::fs::write(&one.0, broken).unwrap();
            assert_eq!(one.read(), None, "{broken}");
        }
        cache(Path::new("/proc/nowhere"), "AK1").keep(&project("p1"));
    }
}
