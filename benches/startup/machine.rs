//! The machine that figures are of.

use std::fs;

/// Its cores, processor and kernel.
pub(crate) fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    format!(
        "machine: {cores} cores, {processor}, {} {} {}",
        std::env::consts::OS,
        kernel.trim(),
        std::env::consts::ARCH,
    )
}
