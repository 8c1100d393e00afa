//! What `.gitignore` and `.fgctlignore` leave out, as git reads such files, inside a repository or not.
//!
//! Only the files in the packed folder count: no `.gitignore` above it, no list of the user's or of one checkout's
//! own, so that the same source gives the same archive everywhere.

use super::PackageError;
use super::entry::shown;
use super::read::read_error;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Rules for packing alone; they win over git's.
pub(super) const OURS: &str = ".fgctlignore";
/// Rules of the source.
pub(super) const GIT: &str = ".gitignore";
/// Where installed packages are. Rules of the source, such as `dist/`, are not about what lies in there.
const INSTALLED: &str = "node_modules/";

/// Something that was left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeftOut {
    /// Its name in the folder; a folder's ends with `/`.
    pub(crate) name: String,
    /// The file that says so.
    pub(crate) file: String,
    /// The line of that file.
    pub(crate) rule: String,
}

impl LeftOut {
    /// Whether the file `name` is it, or lies in it.
    pub(crate) fn covers(&self, name: &str) -> bool {
        match self.name.strip_suffix('/') {
            Some(_) => name.starts_with(&self.name),
            None => name == self.name,
        }
    }
}

/// The rules in force, from the packed folder down to the one that is being listed.
#[derive(Default)]
pub(super) struct Rules {
    levels: Vec<Level>,
}

/// The rules that one folder holds.
struct Level {
    /// What names in the folder begin with.
    prefix: String,
    ours: Option<Gitignore>,
    git: Option<Gitignore>,
}

impl Rules {
    /// Adds the rules that the folder at `path` holds, in which names begin with `prefix`.
    ///
    /// # Errors
    /// A file of rules cannot be read, or holds a line that is no rule: packing on might send what it should not.
    pub(super) fn enter(&mut self, path: &Path, prefix: &str) -> Result<(), PackageError> {
        let git = match is_installed(prefix) {
            true => None,
            false => read(&path.join(GIT))?,
        };
        self.levels.push(Level {
            prefix: prefix.to_owned(),
            ours: read(&path.join(OURS))?,
            git,
        });
        Ok(())
    }

    /// Takes away what [`Rules::enter`] added last.
    pub(super) fn leave(&mut self) {
        self.levels.pop();
    }

    /// Whether the file or folder `name` is left out, and why.
    pub(super) fn leaves_out(&self, name: &str, is_folder: bool) -> Option<LeftOut> {
        let ours = self.decide(OURS, (name, is_folder), |level| level.ours.as_ref());
        match ours {
            None if !is_installed(name) => self.decide(GIT, (name, is_folder), |level| level.git.as_ref())?,
            decided => decided?,
        }
    }

    /// What the deepest of the files called `file` that has a rule for the name says: `Some(None)` keeps it.
    fn decide(
        &self,
        file: &str,
        (name, is_folder): (&str, bool),
        rules: impl Fn(&Level) -> Option<&Gitignore>,
    ) -> Option<Option<LeftOut>> {
        self.levels.iter().rev().find_map(|level| {
            let within = name.strip_prefix(&level.prefix)?;
            match rules(level)?.matched(within, is_folder) {
                Match::None => None,
                Match::Whitelist(_) => Some(None),
                Match::Ignore(rule) => Some(Some(LeftOut {
                    name: format!("{}{}", shown(name), if is_folder { "/" } else { "" }),
                    file: format!("{}{file}", shown(&level.prefix)),
                    rule: shown(rule.original()),
                })),
            }
        })
    }
}

/// Whether `name` lies among installed packages.
fn is_installed(name: &str) -> bool {
    name.starts_with(INSTALLED) || name.contains("/node_modules/")
}

/// The rules in the file at `path`; none where there is no such file.
fn read(path: &Path) -> Result<Option<Gitignore>, PackageError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => return Ok(None),
        Err(error) => return Err(read_error(path, error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    let failed = |line: usize, source| PackageError::Rule {
        path: path.to_owned(),
        line,
        source,
    };
    let mut builder = GitignoreBuilder::new("");
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        builder
            .add_line(None, &without_alternatives(line))
            .map_err(|source| failed(at + 1, source))?;
    }
    let rules = builder.build().map_err(|source| failed(0, source))?;
    Ok(Some(rules).filter(|rules| !rules.is_empty()))
}

/// `line` with its braces escaped: to git they are characters like any other.
fn without_alternatives(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut escaped = false;
    for c in line.chars() {
        if matches!(c, '{' | '}') && !escaped {
            text.push('\\');
        }
        escaped = c == '\\' && !escaped;
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, Rules};
    use crate::package::PackageError;
    use std::fs;
    use std::path::Path;

    /// The rules in the folder `d/` of a folder, with these files of rules in them.
    fn rules(files: &[(&str, &str)]) -> Result<Rules, PackageError> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("d")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut rules = Rules::default();
        rules.enter(folder.path(), "")?;
        rules.enter(&folder.path().join("d"), "d/")?;
        Ok(rules)
    }

    fn left_out(files: &[(&str, &str)], name: &str) -> bool {
        let name_only = name.trim_end_matches('/');
        rules(files)
            .unwrap()
            .leaves_out(name_only, name.ends_with('/'))
            .is_some()
    }

    #[test]
    fn lines_mean_what_they_mean_to_git() {
        let text = "\u{feff}# comment\r\n\r\n*.log\r\n/root.txt\r\nbuild/\r\n\\#kept\r\ndoc/*.md\r\n!keep.log\r\na/**/z\r\n{a,b}\r\n\\{c\r\n";
        let files = [(".gitignore", text)];
        for name in [
            "x.log", "d/x.log", "root.txt", "build/", "d/build/", "#kept", "doc/a.md", "a/z", "a/b/c/z", "{a,b}", "{c",
        ] {
            assert!(left_out(&files, name), "{name}");
        }
        for name in [
            "keep.log",
            "d/keep.log",
            "d/root.txt",
            "build",
            "comment",
            "doc/a/b.md",
            "x/doc/a.md",
            "a",
        ] {
            assert!(!left_out(&files, name), "{name}");
        }
    }

    #[test]
    fn a_deeper_file_wins_and_ours_wins_over_gits() {
        let deeper = [(".gitignore", "*.js\n"), ("d/.gitignore", "!kept.js\n")];
        assert!(!left_out(&deeper, "d/kept.js"));
        assert!(left_out(&deeper, "d/other.js") && left_out(&deeper, "kept.js"));
        let ours = [(".fgctlignore", "!*.js\nx\n"), ("d/.gitignore", "*.js\n!x\n")];
        assert!(!left_out(&ours, "d/a.js") && left_out(&ours, "d/x"));
    }

    #[test]
    fn rules_of_the_source_are_not_about_installed_packages() {
        let files = [
            (".gitignore", "node_modules/\ndist/\n"),
            (".fgctlignore", "!node_modules/\ntest/\n"),
        ];
        assert!(!left_out(&files, "node_modules/"));
        assert!(!left_out(&files, "node_modules/ws/dist/"));
        assert!(left_out(&files, "node_modules/ws/test/") && left_out(&files, "dist/"));
        assert!(left_out(&[(".gitignore", "node_modules\n")], "d/node_modules/"));
    }

    #[test]
    fn what_is_left_out_names_its_rule() {
        let rules = rules(&[("d/.gitignore", "*.log\n")]).unwrap();
        let expected = LeftOut {
            name: "d/x.log".into(),
            file: "d/.gitignore".into(),
            rule: "*.log".into(),
        };
        assert_eq!(rules.leaves_out("d/x.log", false), Some(expected));
    }

    #[test]
    fn a_line_that_is_no_rule_ends_it() {
        match rules(&[(".fgctlignore", "fine\n[z-a]\n")]) {
            Err(PackageError::Rule { path, line, .. }) => {
                assert_eq!((path.file_name(), line), (Path::new(".fgctlignore").file_name(), 2));
            }
            other => panic!("{}", other.is_ok()),
        }
    }
}
