//! Control groups (version 2), as far as this user may make them: the limit of a function's memory.
//!
//! Nothing of the system's own groups is changed: a group is only made where the memory of groups is already counted.

use super::process::Process;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
const PREFIX: &str = "fgctl-";

/// A group in which others can be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parent(PathBuf);

/// A group. Dropping it removes it, which needs all its processes to be gone.
#[derive(Debug)]
pub(crate) struct Group(PathBuf);

impl Parent {
    /// The nearest group around this process that will do.
    ///
    /// # Errors
    /// There is none, and why.
    pub(crate) fn find() -> Result<Self, String> {
        let own = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        Self::find_below(Path::new(ROOT), &own)
    }

    fn find_below(root: &Path, own: &str) -> Result<Self, String> {
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
        let own = own.filter(|_| root.join("cgroup.controllers").exists());
        let own = own.ok_or("this system has no control groups of version 2")?;
        let mut last = "no group around this one counts memory".to_owned();
        let start = root.join(own);
        for folder in start.ancestors().take_while(|folder| folder.starts_with(root)) {
            let counted = fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
            if !counted.split_whitespace().any(|controller| controller == "memory") {
                continue;
            }
            let parent = Self(folder.to_owned());
            match parent.create("try", u64::MAX / 2) {
                Ok(_) => return Ok(parent),
                Err(error) => last = format!("`{}` cannot be written: {error}", folder.display()),
            }
        }
        Err(last)
    }

    /// Makes a group that may use so many bytes of memory.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub(crate) fn create(&self, name: &str, bytes: u64) -> io::Result<Group> {
        let group = Group(self.0.join(format!("{PREFIX}{}-{name}", std::process::id())));
        fs::create_dir(&group.0)?;
        fs::write(group.0.join("memory.max"), bytes.to_string())?;
        // Where memory cannot be swapped, the file does not exist.
        let _ = fs::write(group.0.join("memory.swap.max"), "0");
        Ok(group)
    }

    /// Removes the groups of processes that are gone: they were killed.
    pub(crate) fn sweep(&self) {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let maker = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
            let maker = maker.and_then(|pid| pid.parse().ok());
            if maker.is_some_and(|pid| Process::of(pid).started.is_none()) {
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

impl Group {
    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether the kernel has ended a process of it, for its memory was used up.
    pub(crate) fn ran_out(&self) -> bool {
        let events = fs::read_to_string(self.0.join("memory.events")).unwrap_or_default();
        let kills = events.lines().find_map(|line| line.strip_prefix("oom_kill "));
        kills.is_some_and(|count| count.trim() != "0")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, Parent};
    use std::fs;
    use std::path::Path;

    fn group(path: &Path, counted: &str) {
        fs::create_dir_all(path).unwrap();
        fs::write(path.join("cgroup.subtree_control"), counted).unwrap();
    }

    #[test]
    fn the_nearest_group_that_counts_memory_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let of = |own: &str| Parent::find_below(root.path(), own);
        assert!(of("0::/a/b/c\n").unwrap_err().contains("version 2"));
        fs::write(root.path().join("cgroup.controllers"), "cpu memory").unwrap();
        group(root.path(), "cpu memory");
        group(&root.path().join("a"), "cpu memory pids");
        group(&root.path().join("a/b"), "pids");
        assert_eq!(of("1:cpu:/x\n0::/a/b/c\n"), Ok(Parent(root.path().join("a"))));
        assert_eq!(of("0::/b\n"), Ok(Parent(root.path().to_owned())));
        assert!(of("1:memory:/x\n").is_err());
        group(root.path(), "cpu");
        assert!(of("0::/b\n").unwrap_err().contains("counts memory"));
    }

    #[test]
    fn a_group_has_its_limit_and_those_of_the_dead_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let parent = Parent(root.path().to_owned());
        let made = parent.create("i", 1 << 27).unwrap();
        assert_eq!(fs::read_to_string(made.path().join("memory.max")).unwrap(), "134217728");
        assert!(!made.ran_out());
        fs::write(made.path().join("memory.events"), "oom 1\noom_kill 2\n").unwrap();
        assert!(made.ran_out());
        for name in ["fgctl-4294967294-i", "other"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let own = Group(root.path().join(format!("fgctl-{}-j", std::process::id())));
        fs::create_dir(own.path()).unwrap();
        parent.sweep();
        let left = |name: &str| root.path().join(name).exists();
        assert!(!left("fgctl-4294967294-i") && left("other") && own.path().exists());
        drop(own);
    }
}
