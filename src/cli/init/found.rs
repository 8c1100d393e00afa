//! What a folder has already: code, and what starts it.

use std::fs;
use std::path::Path;

/// Files that may start a server, the likeliest first, with the family of their runtime.
const ENTRIES: [(&str, &str); 12] = [
    ("index.js", "Node.js"),
    ("server.js", "Node.js"),
    ("app.js", "Node.js"),
    ("main.js", "Node.js"),
    ("index.mjs", "Node.js"),
    ("server.mjs", "Node.js"),
    ("index.py", "Python"),
    ("main.py", "Python"),
    ("app.py", "Python"),
    ("server.py", "Python"),
    ("package.json", "Node.js"),
    ("requirements.txt", "Python"),
];
/// Files that packages are made of, with the family of their runtime.
pub(super) const PACKAGES: [(&str, &str); 2] = [("package.json", "Node.js"), ("requirements.txt", "Python")];

/// What was found in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether it starts by itself.
    pub(super) has_bootstrap: bool,
    /// What may start it, the likeliest first.
    pub(super) entries: Vec<&'static str>,
    /// `Node.js` or `Python`, where that can be told.
    pub(super) family: Option<&'static str>,
    /// Files that packages are made of.
    pub(super) packages: Vec<&'static str>,
    /// Whether the packages are in it already.
    pub(super) has_installed_packages: bool,
}

impl Found {
    /// Looks at `folder`, which need not exist.
    pub(super) fn of(folder: &Path) -> Self {
        let is_file = |name: &str| fs::metadata(folder.join(name)).is_ok_and(|found| found.is_file());
        let there: Vec<_> = ENTRIES.iter().filter(|(name, _)| is_file(name)).collect();
        let is_code = |name: &str| PACKAGES.iter().all(|(package, _)| *package != name);
        Self {
            has_bootstrap: is_file("bootstrap"),
            entries: there
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| is_code(name))
                .collect(),
            family: there.first().map(|(_, family)| *family),
            packages: PACKAGES
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| is_file(name))
                .collect(),
            has_installed_packages: folder.join("node_modules").is_dir(),
        }
    }

    /// Whether there is code.
    pub(super) fn is_code(&self) -> bool {
        self.has_bootstrap || !self.entries.is_empty() || !self.packages.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Found;
    use std::fs;

    #[test]
    fn code_is_known_by_its_files() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Found::of(&folder.path().join("missing")).is_code());
        assert_eq!(Found::of(folder.path()), Found::default());
        for name in ["package.json", "server.js", "index.js"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("app.py")).unwrap();
        let found = Found::of(folder.path());
        assert!(found.is_code() && !found.has_bootstrap);
        assert_eq!(found.entries, ["index.js", "server.js"]);
        assert_eq!((found.family, found.packages), (Some("Node.js"), vec!["package.json"]));
    }
}
