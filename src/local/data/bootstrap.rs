//! A function's start file, made to run on this machine.
//!
//! On the real cloud code lies at `/opt/function/code` and runtimes below `/opt/function/runtime`. An instance without
//! a machine of its own has neither; so it runs a copy of the file in which these paths are the code folder's and the
//! machine's own programs'. Pure.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Where the platform has code and runtimes.
const FUNCTION: &str = "/opt/function/";
const CODE: &str = "/opt/function/code";
const RUNTIME: &str = "/opt/function/runtime/";

/// What a start file is on this machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bootstrap {
    /// What to run in its place; `None` when it can run as it is.
    pub(super) rewritten: Option<String>,
    /// Programs that it names and the machine does not have.
    pub(super) missing: Vec<String>,
    /// What stands for what, `/opt/… -> /usr/bin/node`, for the log.
    pub(super) replaced: Vec<String>,
    /// Whether its lines end as on Windows, which a shell does not understand.
    pub(super) windows_lines: bool,
}

/// The machine, as far as a start file sees it.
pub(super) trait Machine {
    /// Whether the machine has a file at this path.
    fn has(&self, path: &str) -> bool;
    /// Where PATH leads for a program's name.
    fn program(&self, name: &str) -> Option<PathBuf>;
}

/// Reads the start file `text` for a machine on which the code lies at `code`.
pub(super) fn read(text: &str, code: &Path, machine: &impl Machine) -> Bootstrap {
    let mut bootstrap = Bootstrap {
        windows_lines: text.contains("\r\n"),
        ..Bootstrap::default()
    };
    let mut missing = BTreeSet::new();
    let mut out = String::new();
    let mut done = 0;
    for path in paths(text) {
        let found = &text[path.clone()];
        let Some(replacement) = replacement(found, code, machine) else {
            continue;
        };
        match replacement {
            Ok(instead) => {
                bootstrap.replaced.push(format!("{found} -> {instead}"));
                out.push_str(&text[done..path.start]);
                out.push_str(&instead);
                done = path.end;
            }
            Err(_) if in_comment(text, path.start) => {}
            Err(program) => {
                missing.insert(program);
            }
        }
    }
    out.push_str(&text[done..]);
    bootstrap.rewritten = (done > 0).then_some(out);
    bootstrap.missing = missing.into_iter().collect();
    bootstrap
}

/// The runtimes' programs that the start file `text` names, as paths below `/opt/function`.
pub(super) fn programs(text: &str) -> Vec<PathBuf> {
    let named = paths(text).into_iter().map(|path| &text[path]);
    let below = named.filter(|path| program(path).is_some() && !path.contains("/../"));
    below
        .filter_map(|path| path.strip_prefix(FUNCTION))
        .map(PathBuf::from)
        .collect()
}

/// What stands here for the path `found`; a program that is missing is the error; `None` leaves the path alone.
fn replacement(found: &str, code: &Path, machine: &impl Machine) -> Option<Result<String, String>> {
    if let Some(rest) = found.strip_prefix(CODE) {
        return (rest.is_empty() || rest.starts_with('/')).then(|| Ok(format!("{}{rest}", code.display())));
    }
    let name = program(found).filter(|_| !machine.has(found))?;
    Some(match machine.program(name) {
        None => Err(name.to_owned()),
        // A path that the shell would take apart; its name leads to it as well.
        Some(path) => Ok(path
            .to_str()
            .filter(|path| is_plain(path))
            .map_or_else(|| name.to_owned(), str::to_owned)),
    })
}

/// The name of the program that a path below [`RUNTIME`] stands for.
fn program(path: &str) -> Option<&str> {
    let (folder, name) = path.strip_prefix(RUNTIME)?.rsplit_once('/')?;
    let holds_programs = folder.contains("/rtsp/") && (folder.ends_with("/bin") || folder.ends_with("/dotnet"));
    (holds_programs && !name.is_empty()).then_some(name)
}

/// Whether a shell takes `path` as one word without quotes.
pub(super) fn is_plain(path: &str) -> bool {
    !path.is_empty() && path.chars().all(is_path_character)
}

fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-+@%".contains(c)
}

/// Where `text` names a path that begins with [`CODE`] or [`RUNTIME`].
fn paths(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(FUNCTION) {
        let start = at + offset;
        let rest = &text[start..];
        let end = start + rest.find(|c| !is_path_character(c)).unwrap_or(rest.len());
        let begins = !text[..start].ends_with(is_path_character);
        if begins && (rest.starts_with(CODE) || rest.starts_with(RUNTIME)) {
            found.push(start..end);
        }
        at = end;
    }
    found
}

fn in_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('#')
}

/// `path` as one word for a shell.
pub(super) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Bootstrap, Machine, programs, quoted, read};
    use proptest::prelude::{prop_assert_eq, proptest};
    use std::path::{Path, PathBuf};

    /// Has node, python3 at an odd place, and what is listed.
    struct Fake(&'static [&'static str]);

    impl Machine for Fake {
        fn has(&self, path: &str) -> bool {
            self.0.contains(&path)
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            match name {
                "node" | "dotnet" => Some(Path::new("/usr/bin").join(name)),
                "python3" => Some(PathBuf::from("/home/my user/bin/python3")),
                _ => None,
            }
        }
    }

    const NODE: &str = "/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node";

    fn rewritten(text: &str) -> String {
        let bootstrap = read(text, Path::new("/state/code"), &Fake(&[]));
        bootstrap.rewritten.unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn the_guides_own_bootstrap_runs_the_machines_node() {
        let text = format!("{NODE} $RUNTIME_CODE_ROOT/index.js");
        let bootstrap = read(&text, Path::new("/state/code"), &Fake(&[]));
        assert_eq!(
            bootstrap.rewritten.as_deref(),
            Some("/usr/bin/node $RUNTIME_CODE_ROOT/index.js")
        );
        assert_eq!(bootstrap.replaced, [format!("{NODE} -> /usr/bin/node")]);
        assert!(bootstrap.missing.is_empty());
    }

    #[test]
    fn only_whole_paths_are_replaced() {
        for (text, expected) in [
            ("cd /opt/function/code && ls", "cd /state/code && ls"),
            ("X=\"/opt/function/code/a b\"", "X=\"/state/code/a b\""),
            ("exec /opt/function/code/bin/x;exit", "exec /state/code/bin/x;exit"),
            ("/opt/function/codex", "/opt/function/codex"),
            ("/opt/function/code.js", "/opt/function/code.js"),
            ("/mnt/opt/function/code", "/mnt/opt/function/code"),
            (
                "PATH=/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin:$PATH",
                "PATH=/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin:$PATH",
            ),
            (
                "/opt/function/runtime/dotnet6.0/rtsp/dotnet/dotnet x.dll",
                "/usr/bin/dotnet x.dll",
            ),
            (
                "/opt/function/runtime/python3.9/rtsp/python/bin/python3 a.py",
                "python3 a.py",
            ),
        ] {
            assert_eq!(rewritten(text), expected);
        }
    }

    #[test]
    fn a_missing_program_is_named_unless_only_a_comment_names_it() {
        let java = "/opt/function/runtime/java11/rtsp/jre/bin/java";
        let bootstrap = read(
            &format!("#!/bin/sh\n  # {java}\nexec {java} -jar a.jar\n{java}"),
            Path::new("/c"),
            &Fake(&[]),
        );
        assert_eq!(bootstrap.missing, ["java"]);
        assert_eq!(bootstrap.rewritten, None);
        assert_eq!(
            read(&format!("# {java}"), Path::new("/c"), &Fake(&[])),
            Bootstrap::default()
        );
    }

    #[test]
    fn the_programs_that_a_start_file_names_are_found() {
        let text = format!("{NODE} /opt/function/code/index.js; /opt/function/runtime/../rtsp/bin/x");
        assert_eq!(programs(&text), [Path::new(&NODE["/opt/function/".len()..])]);
    }

    #[test]
    fn what_the_machine_has_stays() {
        assert_eq!(read(NODE, Path::new("/c"), &Fake(&[NODE])), Bootstrap::default());
    }

    #[test]
    fn lines_that_end_as_on_windows_are_seen() {
        assert!(read("#!/bin/sh\r\nnode a.js\r\n", Path::new("/c"), &Fake(&[])).windows_lines);
        assert!(!read("#!/bin/sh\nnode a.js\n", Path::new("/c"), &Fake(&[])).windows_lines);
    }

    #[test]
    fn a_path_is_one_word() {
        assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }

    proptest! {
        #[test]
        fn what_names_no_such_path_is_left_alone(text in "\\PC{0,60}") {
            let bootstrap = read(&text, Path::new("/c"), &Fake(&[]));
            prop_assert_eq!(bootstrap.rewritten, None);
        }

        #[test]
        fn nothing_around_a_path_changes(before in "[ a-z'\"=;é\n]{0,9}", after in "[ '\";:é\n]{0,9}") {
            let before = format!("{before} ");
            let text = format!("{before}/opt/function/code{after}");
            prop_assert_eq!(rewritten(&text), [&before, "/state/code", &after].concat());
        }
    }
}
