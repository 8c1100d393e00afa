//! The start file of an HTTP function: checked and repaired. Pure.

use super::ignored::LeftOut;
use super::{Note, PackageError, Refusal};
use std::collections::BTreeSet;
use std::path::Path;

/// What the service looks for, at the root.
pub(super) const NAME: &str = "bootstrap";
/// Where the platform has its runtimes.
const RUNTIME: &str = "/opt/function/runtime/";
/// Where the platform has the code, as a start file may write it.
const CODE: [&str; 3] = ["$RUNTIME_CODE_ROOT/", "${RUNTIME_CODE_ROOT}/", "/opt/function/code/"];
/// What starts the start file, as it may name it itself.
const SHELLS: [&str; 6] = [
    "/bin/sh",
    "/bin/bash",
    "/usr/bin/sh",
    "/usr/bin/bash",
    "/usr/bin/env sh",
    "/usr/bin/env bash",
];

/// What a start file says of the files that it needs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Needs {
    /// Programs of the platform's runtimes, by their paths there.
    pub(super) programs: Vec<String>,
    /// Files of the code, by their names in it.
    pub(super) files: Vec<String>,
    /// What it asks to be run by, which is no shell.
    pub(super) interpreter: Option<String>,
}

impl Needs {
    /// Reads the start file `content`.
    pub(super) fn of(content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        let (mut programs, mut files) = (BTreeSet::new(), BTreeSet::new());
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            programs.extend(named(line, RUNTIME).map(|rest| format!("{RUNTIME}{rest}")));
            files.extend(CODE.iter().flat_map(|prefix| named(line, prefix)).map(str::to_owned));
        }
        Self {
            programs: programs.into_iter().collect(),
            files: files.into_iter().collect(),
            interpreter: interpreter(&text),
        }
    }

    /// What to say of these needs where the code has the files `names`, and the rules left some out.
    pub(super) fn notes(&self, names: &[&str], left_out: &[LeftOut]) -> Vec<Note> {
        let is_there = |file: &str| {
            names.iter().any(|name| {
                name.strip_prefix(file)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let absent = self.files.iter().filter(|file| !is_there(file.trim_end_matches('/')));
        let absent = absent.map(|file| Note::Absent {
            name: file.clone(),
            left_out: left_out.iter().find(|out| out.covers(file)).cloned(),
        });
        let interpreter = self
            .interpreter
            .clone()
            .map(|interpreter| Note::Interpreter { interpreter });
        interpreter.into_iter().chain(absent).collect()
    }
}

/// What follows `prefix` wherever `line` has it, up to the end of the path; none where a variable or a pattern goes on.
fn named<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).filter_map(move |(at, _)| {
        let rest = &line[at + prefix.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "/._-+@%".contains(c)));
        let (path, after) = rest.split_at(end.unwrap_or(rest.len()));
        (!path.is_empty() && !after.starts_with(['$', '*', '?', '[', '{', '`', '\\'])).then_some(path)
    })
}

/// What the first line asks for, unless that is a shell.
fn interpreter(text: &str) -> Option<String> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_shell = |words: &[&str]| SHELLS.contains(&words.join(" ").as_str());
    let shell = is_shell(words.get(..1)?) || words.get(..2).is_some_and(is_shell);
    (!shell).then(|| super::entry::shown(&words.join(" ")))
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
    use super::{Needs, repair};
    use crate::package::ignored::LeftOut;
    use crate::package::{Note, PackageError, Refusal};
    use std::path::Path;

    #[test]
    fn the_files_and_programs_that_it_names_are_found() {
        let text = "#!/bin/bash -e\n# /opt/function/runtime/none\n\
            exec /opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node \"$RUNTIME_CODE_ROOT/index.js\" \\\n\
            --x=${RUNTIME_CODE_ROOT}/lib /opt/function/code/a.js $RUNTIME_CODE_ROOT/$NAME.js $RUNTIME_CODE_ROOT/*.js\n";
        let needs = Needs::of(text.as_bytes());
        assert_eq!(
            needs.programs,
            ["/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node"]
        );
        assert_eq!(needs.files, ["a.js", "index.js", "lib"]);
        assert_eq!(needs.interpreter, None);
        let rule = LeftOut {
            name: "index.js".into(),
            file: ".gitignore".into(),
            rule: "*.js".into(),
        };
        let notes = needs.notes(&["lib/x", "a.js.map"], std::slice::from_ref(&rule));
        let absent = |name: &str, left_out| Note::Absent {
            name: name.into(),
            left_out,
        };
        assert_eq!(notes, [absent("a.js", None), absent("index.js", Some(rule))]);
        assert_eq!(needs.notes(&["a.js", "index.js", "lib/x"], &[]), []);
    }

    #[test]
    fn only_shells_run_it() {
        for (line, interpreter) in [
            ("#!/bin/sh\n", None),
            ("#! /usr/bin/env bash\n", None),
            ("#!/bin/bash -eu", None),
            ("node x", None),
            ("#!/usr/bin/env node\nx", Some("/usr/bin/env node")),
            ("#!/usr/bin/python3 -u", Some("/usr/bin/python3 -u")),
        ] {
            assert_eq!(Needs::of(line.as_bytes()).interpreter.as_deref(), interpreter, "{line}");
        }
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
