//! The start file of an HTTP function: found, checked and repaired. Pure.

use super::{Note, PackageError, Refusal};
use std::path::Path;

/// What the service looks for, at the root.
pub(super) const NAME: &str = "bootstrap";

/// Checks that one of `names`, the files in `path`, is the `bootstrap` at the root.
///
/// # Errors
/// There is none, or only one that lies deeper; the least deep is named.
pub(super) fn locate<'a>(path: &Path, names: impl Iterator<Item = &'a str>) -> Result<(), PackageError> {
    let mut deeper: Option<&str> = None;
    let depth = |name: &str| name.matches('/').count();
    for name in names {
        match name.strip_suffix(NAME) {
            Some("") => return Ok(()),
            Some(folder) if folder.ends_with('/') && deeper.is_none_or(|best| depth(name) < depth(best)) => {
                deeper = Some(name);
            }
            _ if name.strip_prefix(NAME).is_some_and(|rest| rest.starts_with('/')) => {
                return Err(refused(path, Refusal::BootstrapFolder));
            }
            _ => (),
        }
    }
    let path = path.to_owned();
    Err(match deeper {
        None => PackageError::NoBootstrap { path },
        Some(found) => PackageError::DeepBootstrap {
            path,
            found: super::entry::shown(found),
            folder: super::entry::shown(&found[..found.len() - NAME.len() - 1]),
        },
    })
}

/// `content`, the `bootstrap` of `path`, as it has to be packed, and what was changed.
///
/// # Errors
/// It is empty, or text in UTF-16.
pub(super) fn repair(
    path: &Path,
    content: Vec<u8>,
    executable: Option<bool>,
) -> Result<(Vec<u8>, Vec<Note>), PackageError> {
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        return Err(refused(path, Refusal::Utf16Bootstrap));
    }
    if content.trim_ascii().is_empty() {
        return Err(refused(path, Refusal::EmptyBootstrap));
    }
    let mut notes = Vec::new();
    let content = match content.contains(&0) {
        true => {
            notes.push(Note::Binary);
            content
        }
        false => repair_text(content, &mut notes),
    };
    if executable == Some(false) {
        notes.push(Note::Mode);
    }
    Ok((content, notes))
}

fn repair_text(content: Vec<u8>, notes: &mut Vec<Note>) -> Vec<u8> {
    let mut text = content.as_slice();
    if let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        text = rest;
        notes.push(Note::ByteOrderMark);
    }
    let mut repaired = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            repaired.push(*byte);
        }
    }
    if repaired.len() < text.len() {
        notes.push(Note::LineEnds);
    }
    repaired
}

fn refused(path: &Path, refusal: Refusal) -> PackageError {
    PackageError::Refused {
        path: path.to_owned(),
        entry: NAME.to_owned(),
        refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::{locate, repair};
    use crate::package::{Note, PackageError, Refusal};
    use std::path::Path;

    fn located(names: &[&str]) -> Result<(), PackageError> {
        locate(Path::new("app"), names.iter().copied())
    }

    #[test]
    fn it_is_at_the_root_or_the_error_says_where_it_is() {
        assert!(located(&["a/bootstrap", "bootstrap"]).is_ok());
        assert!(matches!(
            located(&["index.js", "xbootstrap"]),
            Err(PackageError::NoBootstrap { .. })
        ));
        let error = located(&["a/b/bootstrap", "a/bootstrap", "c/d/e/bootstrap"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`app` has no `bootstrap` at its root, but one at `a/bootstrap`: pack the folder `a` itself"
        );
        assert!(matches!(
            located(&["bootstrap/index.js"]),
            Err(PackageError::Refused {
                refusal: Refusal::BootstrapFolder,
                ..
            })
        ));
    }

    fn repaired(content: &[u8]) -> (Vec<u8>, Vec<Note>) {
        repair(Path::new("app"), content.to_vec(), Some(true)).unwrap()
    }

    #[test]
    fn text_is_repaired_and_each_change_is_noted() {
        assert_eq!(repaired(b"#!/bin/sh\nx\n"), (b"#!/bin/sh\nx\n".to_vec(), vec![]));
        assert_eq!(
            repaired(b"a\r\nb\r\rc\r\n"),
            (b"a\nb\r\rc\n".to_vec(), vec![Note::LineEnds])
        );
        assert_eq!(
            repaired(b"\xef\xbb\xbfnode x\r\n"),
            (b"node x\n".to_vec(), vec![Note::ByteOrderMark, Note::LineEnds])
        );
        let (_, notes) = repair(Path::new("app"), b"x".to_vec(), Some(false)).unwrap();
        assert_eq!(notes, [Note::Mode]);
        let (_, notes) = repair(Path::new("app"), b"x".to_vec(), None).unwrap();
        assert_eq!(notes, []);
    }

    #[test]
    fn binaries_are_left_as_they_are() {
        assert_eq!(
            repaired(b"\x7fELF\0\r\n"),
            (b"\x7fELF\0\r\n".to_vec(), vec![Note::Binary])
        );
    }

    #[test]
    fn what_cannot_start_is_refused() {
        for (content, expected) in [
            (&b""[..], Refusal::EmptyBootstrap),
            (b" \r\n\n", Refusal::EmptyBootstrap),
            (b"\xff\xfen\0o\0", Refusal::Utf16Bootstrap),
        ] {
            match repair(Path::new("app"), content.to_vec(), None) {
                Err(PackageError::Refused { refusal, .. }) => assert_eq!(refusal, expected),
                other => panic!("{other:?}"),
            }
        }
    }
}
