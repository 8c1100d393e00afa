//! Public access of instances on machines of their own, by `pasta` of the package `passt`: what the host reaches, they
//! reach, but for the host's own 127.0.0.1.

use crate::sys::machine::Outside;
use rustix::process::{getgid, getuid};
use std::path::{Path, PathBuf};

/// Where the program may be.
const PLACES: [&str; 3] = ["/usr/bin/pasta", "/usr/local/bin/pasta", "/bin/pasta"];
/// Why there is no public access where the program is not.
pub(super) const MISSING: &str = "this machine has no `pasta` (Debian's package `passt`)";
/// Why there is none where it is.
pub(super) const SILENT: &str = "`pasta` made no way out in time";

/// Where the program is.
pub(super) fn find() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|place| place.is_file())
}

/// How it is started. A network of its own, behind one address: an instance would else have the host's own address, and
/// not reach it. No port leads in, and none to the host's loopback.
pub(super) fn outside(program: &Path) -> Outside {
    let mut arguments: Vec<String> = [
        "--foreground",
        "--quiet",
        "--config-net",
        "--ipv4-only",
        "--ns-ifname",
        "public0",
        "--address",
        "10.0.2.15",
        "--netmask",
        "24",
        "--gateway",
        "10.0.2.2",
        "--tcp-ports",
        "none",
        "--udp-ports",
        "none",
        "--tcp-ns",
        "none",
        "--udp-ns",
        "none",
        "--no-map-gw",
        "--no-dhcp",
        "--no-ndp",
        "--no-ra",
    ]
    .map(str::to_owned)
    .into();
    // Started by root it would become somebody who may not enter the machine's namespaces.
    if getuid().is_root() {
        let who = format!("{}:{}", getuid().as_raw(), getgid().as_raw());
        arguments.extend(["--runas".to_owned(), who]);
    }
    Outside {
        program: program.to_owned(),
        arguments,
    }
}
