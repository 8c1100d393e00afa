//! The runtimes of FunctionGraph. Source: the field `runtime` of CreateFunction; local facts 11.1.

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The runtime of an HTTP function: its own server, started by `bootstrap`.
pub(crate) const HTTP: &str = "http";

/// Every runtime that the service's documents name. Which of them a region offers differs.
#[rustfmt::skip]
pub(crate) const ALL: &[&str] = &[
    "Java8", "Java11", "Java17", "Java21",
    "Node.js6.10", "Node.js8.10", "Node.js10.16", "Node.js12.13", "Node.js14.18", "Node.js16.17", "Node.js18.15", "Node.js20.15",
    "Python2.7", "Python3.6", "Python3.9", "Python3.10", "Python3.12",
    "Go1.8", "Go1.x",
    "C#(.NET Core 2.0)", "C#(.NET Core 2.1)", "C#(.NET Core 3.1)", "C#(.NET Core 6.0)",
    "PHP7.3", "PHP8.3",
    "Cangjie1.0", "Custom", "Custom Image", HTTP,
];

/// Where the platform has the programs of its runtimes.
pub(crate) const FOLDER: &str = "/opt/function/runtime/";

/// The programs below [`FOLDER`]: the folder's name before the version, the versions, and the program within. Source:
/// local facts 9.3.
const PROGRAMS: [(&str, &[&str], &str); 6] = [
    (
        "nodejs",
        &["6.10", "8.10", "10.16", "12.13", "14.18", "16.17", "18.15", "20.15"],
        "rtsp/nodejs/bin/node",
    ),
    ("python", &["2.7"], "rtsp/python/bin/python"),
    ("python", &["3.6", "3.9", "3.10", "3.12"], "rtsp/python/bin/python3"),
    ("java", &["8", "11", "17", "21"], "rtsp/jre/bin/java"),
    ("php", &["7.3", "8.3"], "rtsp/php/bin/php"),
    ("dotnet", &["2.1", "3.1", "6.0"], "rtsp/dotnet/dotnet"),
];

/// Every program of a runtime, by its path below [`FOLDER`].
pub(crate) fn programs() -> impl Iterator<Item = String> {
    PROGRAMS.iter().flat_map(|(family, versions, program)| {
        versions
            .iter()
            .map(move |version| format!("{family}{version}/{program}"))
    })
}

/// The names, any of which will do, of the file that an event function of this runtime starts with; none where the
/// handler names no file. Source: local facts 3.1, `handler` is `file.function`.
pub(crate) fn entry_files(runtime: &str, handler: &str) -> Vec<String> {
    let endings: &[&str] = match runtime {
        name if name.starts_with("Node.js") => &["js", "mjs", "cjs"],
        name if name.starts_with("Python") => &["py"],
        name if name.starts_with("PHP") => &["php"],
        "Custom" => return vec!["bootstrap".to_owned()],
        _ => return Vec::new(),
    };
    let stem = handler.rsplit_once('.').map_or(handler, |(stem, _)| stem);
    endings.iter().map(|ending| format!("{stem}.{ending}")).collect()
}

/// Lists the runtimes of the region. In no SDK, but the service answers it: Terraform asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListRuntimeTypes {}

/// One runtime of the answer of [`ListRuntimeTypes`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RuntimeType {
    /// `Node.js12.13`, what CreateFunction takes.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `Node.js 12.13`, for a person.
    pub(crate) display_name: String,
}

impl Operation for ListRuntimeTypes {
    const NAME: &'static str = "ListRuntimeTypes";
    const SERVICE: Service = Service::FunctionGraph;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/fgs/runtimetypes";
    const SUCCESS: &'static [u16] = &[200];
    const SOURCE: &'static str = "Terraform provider; in no SDK";
    const UNKNOWN: &'static [&'static str] = &["which runtimes a region offers: here all that the documents name"];
    type Output = Vec<RuntimeType>;
}

#[cfg(test)]
mod tests {
    use super::entry_files;

    #[test]
    fn a_handler_names_its_file_where_the_runtime_has_one() {
        assert_eq!(entry_files("Python3.9", "index.handler"), ["index.py"]);
        assert_eq!(
            entry_files("Node.js20.15", "src/main.run"),
            ["src/main.js", "src/main.mjs", "src/main.cjs"]
        );
        assert_eq!(entry_files("Custom", "bootstrap"), ["bootstrap"]);
        assert_eq!(entry_files("Java11", "com.example.Main.run"), [""; 0]);
    }
}
