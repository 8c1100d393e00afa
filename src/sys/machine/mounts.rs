//! What a machine sees of files: the host's, read-only, but for its own `/tmp` and `/opt/function`.

use super::{Function, OPT, Specification, TEMPORARY};
use rustix::fs::CWD;
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change, mount_move};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Machines with a name that nothing resolves confuse Java and others.
const HOSTS: &str = "/etc/hosts";
/// Where POSIX shared memory and semaphores live.
const SHARED_MEMORY: &str = "/dev/shm";
const PROCESSES: &str = "/proc";

/// A step that failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {cause}")]
pub(super) struct Failure {
    step: String,
    cause: io::Error,
}

/// Names the step that an error stopped.
pub(super) fn step<T>(name: impl Into<String>, outcome: Result<T, impl Into<io::Error>>) -> Result<T, Failure> {
    outcome.map_err(|cause| Failure {
        step: name.into(),
        cause: cause.into(),
    })
}

/// Arranges all of it, in a mount namespace that this process has to itself.
pub(super) fn arrange(machine: &Specification) -> Result<(), Failure> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    step("making the mounts private", mount_change("/", private))?;
    let hosts = machine.folder.join("hosts");
    let text = format!("127.0.0.1 localhost {}\n::1 localhost\n", machine.name);
    step("writing the hosts", fs::write(&hosts, text))?;
    if Path::new(HOSTS).exists() {
        step("mounting /etc/hosts", mount_bind_recursive(&hosts, HOSTS))?;
    }
    for shown in &machine.shown {
        let name = format!("showing `{}`", shown.source.display());
        step(name, show(&shown.source, &machine.scratch.join(&shown.at)))?;
    }
    let opt = machine.folder.join("opt");
    if let Some(function) = &machine.function {
        step("preparing /opt", fs::create_dir_all(&opt))?;
        step("preparing /opt", tmpfs(&opt))?;
        step("preparing /opt", fill(&opt, function))?;
    }
    step("making the host's files read-only", read_only_below("/"))?;
    if machine.function.is_some() {
        step("mounting /opt", mount_move(&opt, OPT))?;
    }
    step("mounting /tmp", mount_bind_recursive(&machine.scratch, TEMPORARY))?;
    step("mounting /tmp", writable(TEMPORARY))?;
    if Path::new(SHARED_MEMORY).is_dir() {
        step("mounting /dev/shm", tmpfs(Path::new(SHARED_MEMORY)))?;
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    // Where it is refused, within a container that hides parts of its own, the host's one serves as well.
    let _ = mount("proc", PROCESSES, "proc", flags, None);
    Ok(())
}

fn tmpfs(at: &Path) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount("tmpfs", at, "tmpfs", flags, c"mode=0755")?)
}

/// Fills what will be `/opt`: with what the host has there, but for its `function`.
fn fill(opt: &Path, function: &Function) -> io::Result<()> {
    for entry in fs::read_dir(OPT)? {
        let entry = entry?;
        if entry.file_name() == "function" {
            continue;
        }
        let target = opt.join(entry.file_name());
        if entry.file_type()?.is_symlink() {
            symlink(fs::read_link(entry.path())?, target)?;
        } else {
            show(&entry.path(), &target)?;
        }
    }
    let own = opt.join("function");
    show(&function.code, &own.join("code"))?;
    for (at, to) in &function.links {
        let at = own.join(at);
        fs::create_dir_all(at.parent().unwrap_or(&own))?;
        symlink(to, at)?;
    }
    Ok(())
}

/// Makes `source` seen at `target`, which is made.
fn show(source: &Path, target: &Path) -> io::Result<()> {
    if source.is_dir() {
        fs::create_dir_all(target)?;
    } else {
        fs::create_dir_all(target.parent().unwrap_or(target))?;
        // Never through what is shown already: that would empty a file of the host.
        File::create_new(target)?;
    }
    Ok(mount_bind_recursive(source, target)?)
}

fn read_only_below(path: &str) -> io::Result<()> {
    set_attributes(path, libc::AT_RECURSIVE, (libc::MOUNT_ATTR_RDONLY, 0))
}

fn writable(path: &str) -> io::Result<()> {
    set_attributes(path, 0, (0, libc::MOUNT_ATTR_RDONLY))
}

/// Sets and clears attributes of the mount at `path`.
#[expect(unsafe_code, reason = "`mount_setattr` has no safe binding")]
fn set_attributes(path: &str, flags: libc::c_int, (set, clear): (u64, u64)) -> io::Result<()> {
    let path = std::ffi::CString::new(path)?;
    let attributes = libc::mount_attr {
        attr_set: set,
        attr_clr: clear,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: both pointers outlive the call, and the size is the structure's own.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            CWD.as_raw_fd(),
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    match answer {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
