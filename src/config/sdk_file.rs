//! The credentials file of the vendor's SDKs, `~/.huaweicloud/credentials`: INI, of which the section `basic` is read,
//! which is the one for regional services. Source: the SDK's `auth/provider.py` (Python's `configparser`).

use super::file::exposed;
use crate::sign::Secret;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The section that is read.
const SECTION: &str = "basic";

/// What the file says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SdkFile {
    /// Where it is.
    pub(super) path: Arc<Path>,
    pub(super) access_key: Option<String>,
    pub(super) secret_key: Option<Secret>,
    pub(super) security_token: Option<Secret>,
    pub(super) project_id: Option<String>,
    pub(super) iam_endpoint: Option<String>,
    /// Whether others can read it. The SDKs do not mind, so this is a warning and no refusal.
    pub(super) exposed: bool,
}

impl SdkFile {
    /// Reads the file at `path`; nothing where there is none, or no section `basic`.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub(crate) fn read(path: PathBuf) -> io::Result<Option<Self>> {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(error),
        };
        let exposed = exposed(&path)?.is_some();
        Ok(Self::parse(path, &text).map(|file| Self { exposed, ..file }))
    }

    fn parse(path: PathBuf, text: &str) -> Option<Self> {
        let mut values = section(text)?;
        let mut take = |key: &str| values.remove(key);
        Some(Self {
            path: path.into(),
            access_key: take("ak"),
            secret_key: take("sk").map(Secret::new),
            security_token: take("security_token").map(Secret::new),
            project_id: take("project_id"),
            iam_endpoint: take("iam_endpoint"),
            exposed: false,
        })
    }
}

/// The values of the section, by their names in lower case; empty ones count as absent. Nothing without the section.
fn section(text: &str) -> Option<BTreeMap<String, String>> {
    let mut values = None;
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = name == SECTION;
            if inside {
                values.get_or_insert_with(BTreeMap::new);
            }
        } else if let (Some(values), true, Some(at)) = (values.as_mut(), inside, line.find(['=', ':'])) {
            let value = line[at + 1..].trim();
            if !value.is_empty() {
                values.insert(line[..at].trim().to_ascii_lowercase(), value.to_owned());
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::SdkFile;
    use crate::sign::Secret;
    use proptest::prelude::proptest;

    #[test]
    fn the_section_basic_is_read_as_the_sdk_reads_it() {
        let text = "# mine\n[global]\nak = GAK\n\n[basic]\nAK = AK\nsk: S=K\n; note\nproject_id=p\nsecurity_token =\n\n[more]\nak = MAK\n";
        let file = SdkFile::parse("f".into(), text).unwrap();
        assert_eq!(file.access_key.as_deref(), Some("AK"));
        assert_eq!(file.secret_key, Some(Secret::new("S=K")));
        assert_eq!((file.project_id.as_deref(), file.security_token), (Some("p"), None));
        assert_eq!(SdkFile::parse("f".into(), "[global]\nak = GAK\n"), None);
    }

    #[test]
    fn a_file_that_is_not_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(SdkFile::read(folder.path().join("none/credentials")).unwrap(), None);
        assert!(SdkFile::read(folder.path().to_owned()).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}(\n\\[?\\PC{0,20}\\]?){0,4}") {
            let _ = SdkFile::parse("f".into(), &text);
        }
    }
}
