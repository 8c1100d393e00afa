//! What an entry of a ZIP is called and is: names that stay inside the folder, and kinds.

use super::Refusal;
use zip::System;
use zip::read::ZipFileEntry;

/// The bits of a mode that say what kind of file it is.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    File {
        /// `None`: made on a system without such a bit.
        executable: Option<bool>,
    },
    Folder,
    Link,
}

/// The kind of `entry`, or why it is refused.
pub(super) fn kind(entry: &ZipFileEntry<'_>, name: &str) -> Result<Kind, Refusal> {
    if entry.encrypted() {
        return Err(Refusal::Encrypted);
    }
    let mode = match entry.system() {
        System::Unix | System::OsDarwin => entry.unix_mode(),
        _ => None,
    };
    match mode.map_or(0, |mode| mode & KIND) {
        LINK => Ok(Kind::Link),
        0 | REGULAR | FOLDER if name.ends_with('/') => Ok(Kind::Folder),
        FOLDER => Ok(Kind::Folder),
        0 | REGULAR => Ok(Kind::File {
            executable: mode.map(|mode| mode & 0o111 != 0),
        }),
        _ => Err(Refusal::Special),
    }
}

/// The parts of the entry name `name`: never empty, and none of them leads upwards or elsewhere.
///
/// A leading `./` and doubled slashes, which some tools write, are passed over.
pub(super) fn parts(name: &str) -> Result<Vec<&str>, Refusal> {
    if name.contains('\0') {
        return Err(Refusal::ZeroByte);
    }
    if name.contains('\\') {
        return Err(Refusal::Backslash);
    }
    if name.starts_with('/') {
        return Err(Refusal::Absolute);
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(Refusal::Escapes);
    }
    match parts.first() {
        None => Err(Refusal::NoName),
        Some(first) if has_drive(first) => Err(Refusal::Drive),
        Some(_) => Ok(parts),
    }
}

/// Whether `part` begins like `C:`.
fn has_drive(part: &str) -> bool {
    let bytes = part.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

/// Whether a link at `parts` with the text `target` stays inside the folder.
///
/// `..` counts only at the beginning of the target, where it starts from folders that are known to be no links;
/// after a name it could start from another link, so it is refused.
pub(super) fn link_stays(parts: &[&str], target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains(['\\', '\0']) || has_drive(target) {
        return false;
    }
    let mut depth = parts.len().saturating_sub(1);
    let mut named = false;
    for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." if named || depth == 0 => return false,
            ".." => depth -= 1,
            _ => named = true,
        }
    }
    true
}

/// `name` with nothing in it that a terminal would act on.
pub(super) fn shown(name: &str) -> String {
    name.chars()
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{link_stays, parts, shown};
    use crate::package::Refusal;
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for (name, refusal) in [
            ("", Refusal::NoName),
            ("/", Refusal::Absolute),
            ("./", Refusal::NoName),
            ("..", Refusal::Escapes),
            ("a/../b", Refusal::Escapes),
            ("a/..", Refusal::Escapes),
            ("../../etc/passwd", Refusal::Escapes),
            ("/etc/passwd", Refusal::Absolute),
            ("//server/share", Refusal::Absolute),
            ("C:/windows", Refusal::Drive),
            ("./c:autoexec", Refusal::Drive),
            ("a\\b", Refusal::Backslash),
            ("..\\b", Refusal::Backslash),
            ("a\0b", Refusal::ZeroByte),
        ] {
            assert_eq!(parts(name), Err(refusal), "{name:?}");
        }
    }

    #[test]
    fn ordinary_names_are_taken() {
        assert_eq!(parts("./a//b/.c"), Ok(vec!["a", "b", ".c"]));
        assert_eq!(parts("..a/b..c/é"), Ok(vec!["..a", "b..c", "é"]));
        assert_eq!(parts("node_modules/"), Ok(vec!["node_modules"]));
    }

    #[test]
    fn links_stay_inside_or_are_refused() {
        for target in ["b", "./b", "../b", "../x/b", "b/c"] {
            assert!(link_stays(&["a", "link"], target), "{target}");
        }
        for target in ["", "/b", "../../b", "b/../../..", "b/..", "c:b", "b\\c", "b\0"] {
            assert!(!link_stays(&["a", "link"], target), "{target:?}");
        }
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_shown_as_it_is() {
        assert_eq!(shown("a\u{1b}[2Jé"), "a\\u{1b}[2Jé");
    }

    proptest! {
        #[test]
        fn no_taken_name_has_a_part_that_leads_elsewhere(name in any::<String>()) {
            if let Ok(parts) = parts(&name) {
                let path: std::path::PathBuf = parts.iter().collect();
                prop_assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))));
            }
        }
    }
}
