//! Who listens on a TCP port of 127.0.0.1.

use std::fmt;

/// The process that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Its id.
    pub(crate) pid: u32,
    /// Its command line, at most 80 characters of it.
    pub(crate) command: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} (`{}`)", self.pid, self.command)
    }
}

/// Who listens where a client of `127.0.0.1:port` arrives. `None` when nobody does, when the process belongs to
/// another user, or off Linux.
#[cfg(target_os = "linux")]
pub(crate) fn holder(port: u16) -> Option<Holder> {
    let inodes: Vec<u64> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .flat_map(|table| linux::listeners(&table, port))
        .collect();
    linux::owner(&inodes)
}

/// The platform does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn holder(_port: u16) -> Option<Holder> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use super::Holder;
    use std::fs;

    /// State 10 in the kernel's table.
    const LISTEN: &str = "0A";
    const COMMAND_LENGTH: usize = 80;

    /// The inodes of the sockets in `table` that listen on `port` of an address that takes in 127.0.0.1.
    pub(super) fn listeners(table: &str, port: u16) -> Vec<u64> {
        table.lines().skip(1).filter_map(|line| listener(line, port)).collect()
    }

    fn listener(line: &str, port: u16) -> Option<u64> {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (address, hex) = fields.get(1)?.rsplit_once(':')?;
        let here = u16::from_str_radix(hex, 16) == Ok(port) && serves_loopback(address);
        (here && *fields.get(3)? == LISTEN).then_some(())?;
        fields.get(9)?.parse().ok()
    }

    /// 127.0.0.1, 0.0.0.0, ::, or ::ffff:127.0.0.1. The kernel prints words in the machine's byte order.
    fn serves_loopback(address: &str) -> bool {
        let loopback = format!("{:08X}", u32::from_ne_bytes([127, 0, 0, 1]));
        let mapped = format!("{:024X}{loopback}", u32::from_ne_bytes([0, 0, 0xff, 0xff]));
        address == loopback || address == mapped || address.bytes().all(|digit| digit == b'0')
    }

    pub(super) fn owner(inodes: &[u64]) -> Option<Holder> {
        if inodes.is_empty() {
            return None;
        }
        let links: Vec<String> = inodes.iter().map(|inode| format!("socket:[{inode}]")).collect();
        let pids = fs::read_dir("/proc").ok()?.flatten();
        pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .find(|pid| holds(*pid, &links))
            .map(|pid| Holder {
                pid,
                command: command(pid),
            })
    }

    fn holds(pid: u32, links: &[String]) -> bool {
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false;
        };
        entries
            .flatten()
            .filter_map(|entry| fs::read_link(entry.path()).ok())
            .any(|target| links.iter().any(|link| target.as_os_str() == link.as_str()))
    }

    fn command(pid: u32) -> String {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<_> = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty())
            .map(String::from_utf8_lossy)
            .collect();
        words.join(" ").chars().take(COMMAND_LENGTH).collect()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{holder, linux::listeners};
    use std::net::TcpListener;

    #[test]
    fn finds_itself_and_nobody_on_a_free_port() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let holder_now = holder(port).unwrap();
        assert_eq!(holder_now.pid, std::process::id());
        assert!(!holder_now.command.is_empty());
        drop(listener);
        assert_eq!(holder(port), None);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn only_listeners_that_take_in_the_loopback_address_count() {
        let row = |address: &str, state: &str, inode: u64| {
            format!(
                "   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1\n"
            )
        };
        let table = format!(
            "  sl  local_address\n{}{}{}{}{}{}{}",
            row("0100007F:1F40", "0A", 1),
            row("00000000:1F40", "0A", 2),
            row("0101A8C0:1F40", "0A", 3),
            row("0100007F:1F40", "01", 4),
            row("0100007F:1F41", "0A", 5),
            row("00000000000000000000000000000000:1F40", "0A", 6),
            row("0000000000000000FFFF00000100007F:1F40", "0A", 7),
        );
        assert_eq!(listeners(&table, 8000), [1, 2, 6, 7]);
        assert_eq!(listeners("garbage\nmore garbage\n", 8000), [0_u64; 0]);
    }
}
