//! The runtimes' programs where the platform has them, as links to this machine's own. Pure.

use super::bootstrap::Machine;
use crate::wire::runtime;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a link is below `/opt/function`, and where it leads: for each program of the platform that the machine has,
/// whatever its version, and for those that a start file names besides.
pub(super) fn links(named: Vec<PathBuf>, machine: &impl Machine) -> Vec<(PathBuf, PathBuf)> {
    let usual = runtime::programs().map(|program| PathBuf::from(format!("runtime/{program}")));
    let mut found: BTreeMap<String, Option<PathBuf>> = BTreeMap::new();
    let mut links = BTreeMap::new();
    for at in usual.chain(named) {
        let Some(name) = at.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
            continue;
        };
        let program = found.entry(name).or_insert_with_key(|name| machine.program(name));
        if let Some(program) = program {
            links.insert(at, program.clone());
        }
    }
    links.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::links;
    use crate::local::data::bootstrap::Machine;
    use std::path::{Path, PathBuf};

    /// Has node and nothing else.
    struct Fake;

    impl Machine for Fake {
        fn has(&self, _path: &str) -> bool {
            false
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            (name == "node").then(|| PathBuf::from("/usr/bin/node"))
        }
    }

    #[test]
    fn each_version_leads_to_the_machines_own_program_and_what_it_lacks_is_left_out() {
        let named = Path::new("runtime/nodejs22.1/rtsp/nodejs/bin/node");
        let links = links(vec![named.to_owned()], &Fake);
        assert_eq!(links.len(), 9);
        for path in [Path::new("runtime/nodejs12.13/rtsp/nodejs/bin/node"), named] {
            assert!(links.contains(&(path.to_owned(), PathBuf::from("/usr/bin/node"))));
        }
    }
}
