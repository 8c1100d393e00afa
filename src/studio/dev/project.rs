//! What is to be deployed: a folder of code as one function behind one URL.
//!
//! A folder with a manifest says more than that; whoever reads manifests makes the same of it.

use crate::app::{Authentication, NewTriggerInput, Protocol};
use crate::wire::api::MATCH_PREFIX;
use crate::wire::environment::RELEASE;
use crate::wire::rule;
use std::path::{Path, PathBuf};

/// The longest name of a function.
const NAME_LENGTH: usize = 60;
/// What a folder's function is called where the folder's name would be no function's.
const NAMELESS: &str = "dev";
const API: &str = "API_dev";
const GROUP: &str = "APIGroup_dev";
/// The gateway of all projects.
pub(super) const GATEWAY: &str = "apig-dev";

/// A folder of code, and how it is deployed.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Where the code is.
    pub(crate) folder: PathBuf,
    /// The function's name.
    pub(crate) name: String,
    /// Its memory in MB.
    pub(crate) memory: i64,
    /// Its execution timeout in seconds.
    pub(crate) timeout: i64,
    /// How many requests and sockets an instance takes at a time.
    pub(crate) concurrency: Option<i64>,
    /// Its environment variables.
    pub(crate) variables: Vec<(String, String)>,
    /// The path of its URL, and of all below.
    pub(crate) path: String,
    /// `wss://` or `ws://`.
    pub(crate) protocol: Protocol,
    /// How long a socket may be silent, in milliseconds.
    pub(crate) backend_timeout: i64,
}

impl Project {
    /// The function's name that goes with a folder's.
    pub(crate) fn name_of(folder: &Path) -> String {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let name: String = name.unwrap_or_default().chars().map(fits).take(NAME_LENGTH).collect();
        let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
        match rule::function_name(&name) {
            Ok(()) => name,
            Err(_) => NAMELESS.to_owned(),
        }
    }

    /// The trigger that gives it its URL.
    pub(super) fn trigger(&self) -> NewTriggerInput {
        NewTriggerInput {
            name: API.to_owned(),
            function: self.name.clone(),
            gateway: GATEWAY.to_owned(),
            group: GROUP.to_owned(),
            create_group: true,
            environment: RELEASE.to_owned(),
            create_environment: false,
            authentication: Authentication::None,
            protocol: self.protocol,
            method: "ANY".to_owned(),
            path: self.path.clone(),
            match_mode: MATCH_PREFIX.to_owned(),
            timeout: self.backend_timeout,
            websocket: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Project;
    use std::path::Path;

    #[test]
    fn a_folders_name_becomes_a_functions() {
        for (folder, name) in [
            ("/home/me/chat room", "chat-room"),
            ("clock", "clock"),
            ("_a.b_", "a-b"),
            ("7up", "dev"),
            ("/", "dev"),
            ("日本", "dev"),
        ] {
            assert_eq!(Project::name_of(Path::new(folder)), name, "{folder}");
        }
        assert_eq!(Project::name_of(Path::new(&"a".repeat(99))).len(), 60);
    }
}
