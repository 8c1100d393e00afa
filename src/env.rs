//! The process environment, read once.
//!
//! One documented constant per variable that the command line reads. The variables that say whom to call, and which of
//! them wins, are in `config`, which is handed a look-up. Values may be secrets: `Debug` shows names only.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// The access key's id, as the vendor's SDKs name it.
pub(crate) const SDK_AK: &str = "HUAWEICLOUD_SDK_AK";
/// The secret access key, as the vendor's SDKs name it.
pub(crate) const SDK_SK: &str = "HUAWEICLOUD_SDK_SK";
/// The project's id, as the vendor's SDKs name it.
pub(crate) const SDK_PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
/// Where the services are: `URL` or `SERVICE=URL`, several with commas between.
pub(crate) const FGCTL_ENDPOINT: &str = "FGCTL_ENDPOINT";
/// The region.
pub(crate) const FGCTL_REGION: &str = "FGCTL_REGION";
/// A PEM file with one more authority to trust.
pub(crate) const FGCTL_CA_FILE: &str = "FGCTL_CA_FILE";
/// How often the server of the demonstration's function says the time, in milliseconds.
pub(crate) const INTERVAL_MS: &str = "INTERVAL_MS";
/// Set: no colour. See <https://no-color.org>.
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// Set: a machine is running this, nobody can answer a prompt.
pub(crate) const CI: &str = "CI";
/// The kind of terminal; `dumb` has no cursor to move.
pub(crate) const TERM: &str = "TERM";
/// The user's home folder.
pub(crate) const HOME: &str = "HOME";
/// Where a user's settings are kept, instead of `~/.config`.
pub(crate) const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
/// Windows: where a user's settings are kept.
pub(crate) const APPDATA: &str = "APPDATA";
/// Windows: where what belongs to this machine alone is kept.
pub(crate) const LOCALAPPDATA: &str = "LOCALAPPDATA";
/// Where the vendor's SDKs look for keys, instead of `~/.huaweicloud/credentials`.
pub(crate) const SDK_CREDENTIALS_FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
/// Where a user's data is kept, instead of `~/.local/share`.
pub(crate) const XDG_DATA_HOME: &str = "XDG_DATA_HOME";
/// Where what can be had again is kept, instead of `~/.cache`.
pub(crate) const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";
/// Where programs are looked for.
pub(crate) const PATH: &str = "PATH";
/// The language of programs' texts.
pub(crate) const LANG: &str = "LANG";
/// Where shared libraries are looked for first.
pub(crate) const LD_LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// A snapshot of the environment. An empty variable counts as unset.
#[derive(Clone, Default)]
pub(crate) struct Env(BTreeMap<OsString, OsString>);

impl Env {
    /// The environment of this process as it is now.
    pub(crate) fn read() -> Self {
        Self::collect(std::env::vars_os())
    }

    /// An environment that holds exactly `variables`.
    #[cfg(test)]
    fn of<N: Into<OsString>, V: Into<OsString>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::collect(variables.into_iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn collect(variables: impl Iterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The text of the variable `name`. Bytes that are no text are replaced, not hidden, so that a broken value is
    /// refused by whoever checks it and is not mistaken for an absent one.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.os(name).map(OsStr::to_string_lossy)
    }

    /// The variable `name` as the system holds it: for paths.
    pub(crate) fn os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Env, FGCTL_REGION, PATH, SDK_SK};

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        let env = Env::of([(FGCTL_REGION, ""), (PATH, "/bin")]);
        assert_eq!(env.get(FGCTL_REGION), None);
        assert_eq!(env.get(PATH).as_deref(), Some("/bin"));
        assert_eq!(env.get("NOBODY_SET_THIS"), None);
    }

    #[test]
    fn the_debug_text_holds_names_and_no_values() {
        let text = format!("{:?}", Env::of([(SDK_SK, "very-secret")]));
        assert!(text.contains(SDK_SK) && !text.contains("very-secret"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_there_all_the_same() {
        use std::os::unix::ffi::OsStringExt;
        let broken = std::ffi::OsString::from_vec(vec![b'a', 0xff]);
        let env = Env::of([(FGCTL_REGION, broken.clone())]);
        assert_eq!(env.get(FGCTL_REGION).as_deref(), Some("a\u{fffd}"));
        assert_eq!(env.os(FGCTL_REGION), Some(broken.as_os_str()));
    }

    #[test]
    fn the_real_environment_can_be_read() {
        assert!(Env::read().get(PATH).is_some());
    }
}
