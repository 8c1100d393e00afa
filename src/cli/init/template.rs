//! Code to begin with, and the file that starts a function's code.

use super::write::NewFile;
use crate::wire::runtime::{FOLDER, programs};
use std::path::Path;

/// Templates, and what each does.
pub(super) const TEMPLATES: [(&str, &str); 3] = [
    ("clock", "tells the time to all who are connected"),
    ("echo", "sends back what it gets"),
    ("chat", "passes each message on to all who are connected"),
];
/// No template: the code that is there.
pub(super) const NONE: &str = "none";
/// Stands for the URL's path in a template, between quotes.
const PATH: &str = "@PATH@";
/// What the templates need of npm and of pip.
const NPM: &str = "ws@8";
const PIP: &str = "websockets==13.1";
/// Runtimes that can run the templates, the newest first. An older Python cannot run the library that they need.
const RUNTIMES: [&str; 8] = [
    "Node.js20.15",
    "Node.js18.15",
    "Node.js16.17",
    "Node.js14.18",
    "Node.js12.13",
    "Python3.12",
    "Python3.10",
    "Python3.9",
];

/// The runtimes of `family`, or of both; the newest of each first.
pub(super) fn runtimes(family: Option<&str>) -> Vec<&'static str> {
    let fits = |name: &&str| family.is_none_or(|family| name.starts_with(family));
    RUNTIMES.into_iter().filter(fits).collect()
}

/// What `runtime` calls its packages' maker, with the package that templates need.
pub(super) fn package(runtime: &str) -> (&'static str, &'static str) {
    match runtime.starts_with("Python") {
        true => ("pip", PIP),
        false => ("npm", NPM),
    }
}

/// The files of a template below `folder`.
pub(super) fn files(template: &str, runtime: &str, (folder, path): (&Path, &str)) -> Vec<NewFile> {
    let (name, text) = match (template, runtime.starts_with("Python")) {
        ("clock", false) => ("index.js", include_str!("template/node/clock.js")),
        ("echo", false) => ("index.js", include_str!("template/node/echo.js")),
        (_, false) => ("index.js", include_str!("template/node/chat.js")),
        ("clock", true) => ("index.py", include_str!("template/python/clock.py")),
        ("echo", true) => ("index.py", include_str!("template/python/echo.py")),
        (_, true) => ("index.py", include_str!("template/python/chat.py")),
    };
    let code = NewFile::new(folder.join(name), text.replace(PATH, &escaped(path)));
    vec![code, bootstrap(runtime, folder, name)]
}

/// `path` as it stands between quotes of either kind in either language.
fn escaped(path: &str) -> String {
    path.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")
}

/// The file that starts `entry`.
pub(super) fn bootstrap(runtime: &str, folder: &Path, entry: &str) -> NewFile {
    let program = program(runtime).unwrap_or_default();
    let text = format!("#!/bin/sh\nexec {FOLDER}{program} \"$RUNTIME_CODE_ROOT/{entry}\"\n");
    NewFile::new(folder.join("bootstrap"), text).program()
}

/// The program of `runtime`, by its path below the platform's folder of runtimes.
pub(super) fn program(runtime: &str) -> Option<String> {
    let folder = runtime.to_ascii_lowercase().replace("node.js", "nodejs");
    programs().find(|program| program.split('/').next() == Some(folder.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATES, files, program, runtimes};
    use std::path::Path;

    #[test]
    fn no_path_ends_the_text_that_it_stands_in() {
        let files = files("echo", "Node.js20.15", (Path::new("code"), "/a'b\"c\\"));
        assert!(files[0].text.contains(r#"'/a\'b\"c\\'"#), "{}", files[0].text);
    }

    #[test]
    fn every_template_of_every_runtime_listens_at_the_path_and_is_started_by_its_program() {
        for (template, _) in TEMPLATES {
            for runtime in runtimes(None) {
                let files = files(template, runtime, (Path::new("code"), "/a/path"));
                let [code, bootstrap] = files.as_slice() else {
                    panic!("{files:?}")
                };
                assert!(code.text.contains("/a/path") && !code.text.contains("@PATH@"));
                let name = code.path.file_name().unwrap().to_str().unwrap();
                let program = program(runtime).unwrap();
                assert!(
                    bootstrap.executable && bootstrap.text.contains(&program),
                    "{bootstrap:?}"
                );
                assert!(bootstrap.text.contains(name), "{bootstrap:?}");
            }
        }
        assert_eq!(program("Node.js20.15").unwrap(), "nodejs20.15/rtsp/nodejs/bin/node");
        assert_eq!(program("Go1.x"), None);
        assert_eq!(runtimes(Some("Python"))[0], "Python3.12");
    }
}
