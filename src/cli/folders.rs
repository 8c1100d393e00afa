//! Where fgctl keeps its files: each platform's own folders.
//!
//! XDG's variables count on every platform when they are set; a relative one does not, as their specification says.

use crate::env::{self, Env};
use std::path::PathBuf;

/// The folder of fgctl's settings: `~/.config/fgctl`, `~/Library/Application Support/fgctl` or `%APPDATA%\fgctl`.
pub(super) fn config(env: &Env) -> Option<PathBuf> {
    let own = match std::env::consts::OS {
        "windows" => path(env, env::APPDATA),
        "macos" => home(env).map(|home| home.join("Library/Application Support")),
        _ => home(env).map(|home| home.join(".config")),
    };
    Some(path(env, env::XDG_CONFIG_HOME).or(own)?.join("fgctl"))
}

/// The folder of what can be fetched again: `~/.cache/fgctl`, `~/Library/Caches/fgctl` or `%LOCALAPPDATA%\fgctl\cache`.
pub(super) fn cache(env: &Env) -> Option<PathBuf> {
    if let Some(cache) = path(env, env::XDG_CACHE_HOME) {
        return Some(cache.join("fgctl"));
    }
    match std::env::consts::OS {
        "windows" => Some(path(env, env::LOCALAPPDATA)?.join("fgctl").join("cache")),
        "macos" => Some(home(env)?.join("Library/Caches/fgctl")),
        _ => Some(home(env)?.join(".cache/fgctl")),
    }
}

/// The credentials file of the vendor's SDKs.
pub(super) fn sdk_file(env: &Env) -> Option<PathBuf> {
    let named = env.os(env::SDK_CREDENTIALS_FILE).map(PathBuf::from);
    named.or_else(|| Some(home(env)?.join(".huaweicloud/credentials")))
}

fn home(env: &Env) -> Option<PathBuf> {
    path(env, env::HOME)
}

/// The folder that a variable names.
fn path(env: &Env, name: &str) -> Option<PathBuf> {
    env.os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}
