//! Memory that the process has given back, and its allocator keeps.

/// Gives the system what the allocator keeps for later: after work that took much, and will not come again soon.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator has no safe binding")]
pub(crate) fn release() {
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe { libc::malloc_trim(0) };
}

/// The platform's allocator decides by itself.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn release() {}
