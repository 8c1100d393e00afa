//! What CONTRIBUTING.md and README.md name exists: each path, each command of fgctl.

use crate::support::{World, project};
use std::fs;

const DOCUMENTS: [&str; 2] = ["CONTRIBUTING.md", "README.md"];

fn text(document: &str) -> String {
    fs::read_to_string(project().join(document)).unwrap()
}

/// What stands in backticks on one line.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.lines().filter(|line| !line.starts_with("```"));
    prose.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// Lines of shell between fences, an escaped end of line joined.
fn shell(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let joined = blocks.map(|block| block.replace("\\\n", " "));
    joined
        .flat_map(|block| block.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn is_path(word: &str) -> bool {
    let known = [
        "src/",
        "tests/",
        "completions/",
        "docs/",
        "benches/",
        ".ci/",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        "LICENSE",
    ];
    !word.contains(char::is_whitespace) && known.iter().any(|start| word.starts_with(start))
}

#[test]
fn every_path_exists() {
    for document in DOCUMENTS {
        let text = text(document);
        let paths: Vec<&str> = quoted(&text).into_iter().filter(|word| is_path(word)).collect();
        assert!(!paths.is_empty(), "{document} names no path");
        for path in paths {
            assert!(
                project().join(path).exists(),
                "{document} names `{path}`, which is not there"
            );
        }
    }
}

/// The verbs of a line that runs fgctl: `fgctl api publish NAME` is `api publish`.
fn verbs(line: &str) -> Option<Vec<&str>> {
    let begins = ["fgctl ", "cargo run --release -- ", "cargo run -- "];
    let rest = begins.iter().find_map(|begin| line.trim().strip_prefix(begin))?;
    let is_verb =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-');
    Some(rest.split_whitespace().take_while(is_verb).take(2).collect())
}

#[test]
fn every_command_exists() {
    let world = World::new();
    let mut seen = 0;
    for document in DOCUMENTS {
        let text = text(document);
        let lines = shell(&text);
        let written = lines.iter().map(String::as_str).chain(quoted(&text));
        for verbs in written.filter_map(verbs).filter(|verbs| !verbs.is_empty()) {
            seen += 1;
            // A second word that is no verb is an argument: the noun's own help is there all the same.
            let (noun, all) = (&verbs[..1], &verbs[..]);
            let exists = |words: &[&str]| world.run(words.iter().chain(&["--help"])).status == 0;
            assert!(exists(noun), "{document} names `fgctl {}`", noun.join(" "));
            assert!(exists(all), "{document} names `fgctl {}`", all.join(" "));
        }
    }
    assert!(seen > 15, "only {seen} commands were found");
}
