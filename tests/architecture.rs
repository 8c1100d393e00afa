//! Holds the code to the layers of its design: what each may import, where the terminal and the environment are, how
//! long a file may grow.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A layer imports itself and what its row lists, nothing else.
const LAYERS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("codes", &[]),
    ("sign", &[]),
    ("env", &[]),
    ("sys", &[]),
    ("package", &[]),
    ("ui", &[]),
    ("script", &[]),
    ("transport", &["sign"]),
    ("cloud", &["transport", "sign", "wire", "codes"]),
    ("config", &["sign", "wire"]),
    ("manifest", &["wire"]),
    ("plan", &["manifest", "wire"]),
    ("socket", &["sign"]),
    (
        "app",
        &[
            "cloud", "codes", "manifest", "package", "plan", "sign", "socket", "ui", "wire",
        ],
    ),
    ("local", &["codes", "package", "sign", "sys", "wire"]),
    (
        "studio",
        &["app", "local", "manifest", "package", "plan", "socket", "ui", "wire"],
    ),
    (
        "cli",
        &[
            "app", "cloud", "codes", "config", "env", "local", "manifest", "package", "plan", "script", "sign",
            "socket", "studio", "sys", "ui", "wire",
        ],
    ),
];

/// The most lines of code in a file; tests, comments and blank lines do not count.
const CODE_LINES: usize = 400;

struct Source {
    path: PathBuf,
    layer: String,
    /// Whether it holds tests alone.
    tests: bool,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap();
            let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
            let layer = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let tests = relative.iter().any(|part| part == "tests" || part == "tests.rs");
            found.push(Source {
                path: relative.to_owned(),
                layer,
                tests,
                text,
            });
        }
    }
}

/// The text without tests, which may use test doubles of other layers, and without comments.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Every name that follows `crate::`, alone or in braces.
fn imported(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(rest) => top_level(rest),
            None => vec![rest],
        };
        names.extend(list.into_iter().map(|item| {
            item.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        }));
    }
    names
}

/// The items of a list in braces, whose beginning is already passed, that lie in no inner braces.
fn top_level(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&text[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

#[test]
fn each_layer_imports_only_what_its_row_lists() {
    let table: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        if source.layer == "main" || source.tests {
            continue;
        }
        let Some(allowed) = table.get(source.layer.as_str()) else {
            wrong.push(format!("{}: `{}` is no layer", source.path.display(), source.layer));
            continue;
        };
        for name in imported(&code(&source.text)) {
            if name != source.layer && !allowed.contains(&name.as_str()) {
                wrong.push(format!(
                    "{}: `{}` may not import `{name}`",
                    source.path.display(),
                    source.layer
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_read_alone_and_in_braces() {
    let code = "use crate::wire::rule;\nuse crate::{app::{App, AppError}, ui};\nlet x = crate::sign::Secret::new(t);";
    assert_eq!(imported(code), ["wire", "app", "ui", "sign"]);
}

#[test]
fn only_their_own_layers_touch_the_environment_the_terminal_and_the_kernel() {
    let rules: &[(&str, &str)] = &[
        ("std::env::var", "env"),
        ("io::stdout(", "ui"),
        ("io::stderr(", "ui"),
        ("unsafe ", "sys"),
        ("Exit::", "cli"),
    ];
    for source in sources().into_iter().filter(|source| !source.tests) {
        let code = code(&source.text);
        for (text, layer) in rules {
            assert!(
                source.layer == *layer || !code.contains(text),
                "{}: `{text}` belongs to the layer `{layer}` alone",
                source.path.display()
            );
        }
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|source| !source.tests)
        .map(|source| {
            (
                source,
                code(&source.text)
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .count(),
            )
        })
        .filter(|(_, lines)| *lines > CODE_LINES)
        .map(|(source, lines)| format!("{}: {lines} lines of code", source.path.display()))
        .collect();
    assert!(
        long.is_empty(),
        "split these by what they are about:\n{}",
        long.join("\n")
    );
}

#[test]
fn every_module_says_what_it_is() {
    for source in sources() {
        assert!(
            source.text.starts_with("//! "),
            "{} does not open with `//!`",
            source.path.display()
        );
    }
}

#[test]
fn nothing_is_left_undone() {
    for source in sources() {
        for mark in ["todo!", "unimplemented!", "FIXME", "XXX"] {
            assert!(!source.text.contains(mark), "{} holds `{mark}`", source.path.display());
        }
    }
}
