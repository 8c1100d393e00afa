//! Control groups, as far as this user may make them: the limit of a function's memory.
//!
//! Nothing of the system's own groups is changed: a group is only made where the memory of groups is already counted.
//! Version 2 is asked first; version 1 is what older systems have.

use super::process::Process;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
const PREFIX: &str = "fgctl-";

/// The two forms of control groups: the same folders, with other names of files.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Version {
    /// One tree for all controllers.
    Two,
    /// A tree for memory alone.
    One,
}

impl Version {
    /// The folder of this process's own group, and of the tree it is in; `own` is `/proc/self/cgroup`.
    fn place(self, root: &Path, own: &str) -> Option<(PathBuf, PathBuf)> {
        let (tree, group) = match self {
            Self::Two => {
                let group = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
                (root.to_owned(), group)
            }
            Self::One => {
                let group = own.lines().find_map(|line| line.split_once(":memory:/"))?.1;
                (root.join("memory"), group)
            }
        };
        let present = tree.join(match self {
            Self::Two => "cgroup.controllers",
            Self::One => self.limit(),
        });
        present.exists().then(|| (tree.join(group), tree))
    }

    /// Whether groups made in `folder` have their memory counted.
    fn counts(self, folder: &Path) -> bool {
        let Self::Two = self else { return true };
        let counted = fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
        counted.split_whitespace().any(|controller| controller == "memory")
    }

    /// The file of the limit, in bytes.
    fn limit(self) -> &'static str {
        match self {
            Self::Two => "memory.max",
            Self::One => "memory.limit_in_bytes",
        }
    }

    /// The file that counts what the kernel ended.
    fn events(self) -> &'static str {
        match self {
            Self::Two => "memory.events",
            Self::One => "memory.oom_control",
        }
    }

    /// Keeps a group that may use so many bytes from swapping beyond them. The files do not exist where memory cannot
    /// be swapped.
    fn forbid_swap(self, group: &Path, bytes: u64) {
        let _ = match self {
            Self::Two => fs::write(group.join("memory.swap.max"), "0"),
            Self::One => fs::write(group.join("memory.memsw.limit_in_bytes"), bytes.to_string()),
        };
    }
}

/// A group in which others can be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parent {
    folder: PathBuf,
    version: Version,
}

/// A group. Dropping it removes it, which needs all its processes to be gone.
#[derive(Debug)]
pub(crate) struct Group {
    folder: PathBuf,
    version: Version,
}

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
        let mut why = "this system has no control groups".to_owned();
        for version in [Version::Two, Version::One] {
            let Some((start, tree)) = version.place(root, own) else {
                continue;
            };
            "no group around this one counts memory".clone_into(&mut why);
            let around = start.ancestors().take_while(|folder| folder.starts_with(&tree));
            for folder in around.filter(|folder| version.counts(folder)) {
                let folder = folder.to_owned();
                let parent = Self { folder, version };
                match parent.create("try", u64::MAX / 2) {
                    Ok(_) => return Ok(parent),
                    Err(error) => why = format!("`{}` cannot be written: {error}", parent.folder.display()),
                }
            }
        }
        Err(why)
    }

    /// Makes a group that may use so many bytes of memory.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub(crate) fn create(&self, name: &str, bytes: u64) -> io::Result<Group> {
        let group = Group {
            folder: self.folder.join(format!("{PREFIX}{}-{name}", std::process::id())),
            version: self.version,
        };
        fs::create_dir(&group.folder)?;
        fs::write(group.folder.join(self.version.limit()), bytes.to_string())?;
        self.version.forbid_swap(&group.folder, bytes);
        Ok(group)
    }

    /// Removes the groups of processes that are gone: they were killed.
    pub(crate) fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
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
        &self.folder
    }

    /// Whether the kernel has ended a process of it, for its memory was used up.
    pub(crate) fn ran_out(&self) -> bool {
        let events = fs::read_to_string(self.folder.join(self.version.events())).unwrap_or_default();
        let kills = events.lines().find_map(|line| line.strip_prefix("oom_kill "));
        kills.is_some_and(|count| count.trim() != "0")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, Parent, Version};
    use std::fs;
    use std::path::Path;

    fn group(path: &Path, counted: &str) {
        fs::create_dir_all(path).unwrap();
        fs::write(path.join("cgroup.subtree_control"), counted).unwrap();
    }

    fn parent(folder: &Path, version: Version) -> Parent {
        let folder = folder.to_owned();
        Parent { folder, version }
    }

    #[test]
    fn the_nearest_group_that_counts_memory_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let of = |own: &str| Parent::find_below(root.path(), own);
        let two = |folder: &Path| Ok(parent(folder, Version::Two));
        assert!(of("0::/a/b/c\n").unwrap_err().contains("no control groups"));
        fs::write(root.path().join("cgroup.controllers"), "cpu memory").unwrap();
        group(root.path(), "cpu memory");
        group(&root.path().join("a"), "cpu memory pids");
        group(&root.path().join("a/b"), "pids");
        assert_eq!(of("1:cpu:/x\n0::/a/b/c\n"), two(&root.path().join("a")));
        assert_eq!(of("0::/b\n"), two(root.path()));
        assert!(of("1:memory:/x\n").is_err());
        group(root.path(), "cpu");
        assert!(of("0::/b\n").unwrap_err().contains("counts memory"));
    }

    #[test]
    fn the_older_version_is_taken_where_the_newer_does_not_count_memory() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("cgroup.controllers"), "").unwrap();
        let memory = root.path().join("memory");
        fs::create_dir_all(memory.join("a")).unwrap();
        fs::write(memory.join("memory.limit_in_bytes"), "").unwrap();
        let own = "4:memory:/a\n3:cpuset:/\n0::/\n";
        let found = Parent::find_below(root.path(), own);
        assert_eq!(found, Ok(parent(&memory.join("a"), Version::One)));
        let made = found.unwrap().create("i", 1 << 27).unwrap();
        let limit = fs::read_to_string(made.path().join("memory.limit_in_bytes"));
        assert_eq!(limit.unwrap(), "134217728");
        fs::write(made.path().join("memory.oom_control"), "under_oom 0\noom_kill 1\n").unwrap();
        assert!(made.ran_out());
    }

    #[test]
    fn a_group_has_its_limit_and_those_of_the_dead_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let parent = parent(root.path(), Version::Two);
        let made = parent.create("i", 1 << 27).unwrap();
        assert_eq!(fs::read_to_string(made.path().join("memory.max")).unwrap(), "134217728");
        assert!(!made.ran_out());
        fs::write(made.path().join("memory.events"), "oom 1\noom_kill 2\n").unwrap();
        assert!(made.ran_out());
        for name in ["fgctl-4294967294-i", "other"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let own = Group {
            folder: root.path().join(format!("fgctl-{}-j", std::process::id())),
            version: Version::Two,
        };
        fs::create_dir(own.path()).unwrap();
        parent.sweep();
        let left = |name: &str| root.path().join(name).exists();
        assert!(!left("fgctl-4294967294-i") && left("other") && own.path().exists());
        drop(own);
    }
}
