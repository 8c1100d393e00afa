//! Whom fgctl calls, as its files say: the configuration file with its profiles, and the SDKs' credentials file.

use super::error::CommandError;
use super::folders;
use crate::config::{self, Basics, ConfigFile, FileError, Flags, LocalCloud, Profiles, SdkFile, Settings};
use crate::config::{SettingsError, Sourced, Sources};
use crate::env::Env;
use crate::sign::Caller;

/// What the files say. One that cannot be read stops only those commands that need it.
pub(super) struct Accounts {
    flags: Flags,
    /// Nothing where there is no folder to keep it in.
    file: Option<ConfigFile>,
    profiles: Result<Profiles, FileError>,
    /// What is known before it is known whom to call; nothing where a file is broken.
    pub(super) basics: Basics,
}

impl Accounts {
    /// Reads the configuration file.
    pub(super) fn read(flags: Flags, env: &Env) -> Self {
        let file = folders::config(env).map(|folder| ConfigFile::at(folder.join("config.toml")));
        let profiles = file
            .as_ref()
            .map_or_else(|| Ok(Profiles::default()), ConfigFile::profiles);
        let none = Profiles::default();
        let sources = Sources {
            variables: &|name| env.get(name).map(|value| value.into_owned()),
            profiles: profiles.as_ref().unwrap_or(&none),
            sdk_file: None,
            local: None,
        };
        // `--local` says nothing of how to show data.
        let without_local = Flags {
            local: false,
            ..flags.clone()
        };
        let basics = config::basics(&without_local, sources).unwrap_or_default();
        Self {
            flags,
            file,
            profiles,
            basics,
        }
    }

    /// The global options that decide whom fgctl calls.
    pub(super) fn flags(&self) -> &Flags {
        &self.flags
    }

    /// The configuration file.
    ///
    /// # Errors
    /// There is no folder to keep it in.
    pub(super) fn file(&self) -> Result<&ConfigFile, CommandError> {
        self.file.as_ref().ok_or_else(|| {
            CommandError::usage("there is no HOME to keep the configuration file in")
                .hint("name a folder: XDG_CONFIG_HOME=DIR")
        })
    }

    /// The profiles.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn profiles(&self) -> Result<&Profiles, CommandError> {
        self.profiles.as_ref().map_err(CommandError::from)
    }

    /// Whom fgctl would call, with `local` for `--local`.
    ///
    /// # Errors
    /// A setting is missing or cannot be read.
    pub(super) fn settings(&self, env: &Env, local: Option<&LocalCloud>) -> Result<Settings, CommandError> {
        self.settings_with(&self.flags, env, local)
    }

    /// The same with other flags.
    ///
    /// # Errors
    /// A setting is missing or cannot be read.
    pub(super) fn settings_with(
        &self,
        flags: &Flags,
        env: &Env,
        local: Option<&LocalCloud>,
    ) -> Result<Settings, CommandError> {
        self.ask(flags.local, env, |sources| {
            config::resolve(flags, Sources { local, ..sources })
        })
    }

    /// Every source of credentials that is set, the strongest first, broken ones too.
    ///
    /// # Errors
    /// A file cannot be read, or a profile that is named is not there.
    pub(super) fn candidates(&self, env: &Env) -> Result<Vec<Result<Sourced<Caller>, SettingsError>>, CommandError> {
        self.ask(false, env, |sources| config::candidates(&self.flags, sources))
    }

    /// What `read` makes of the sources. A local cloud needs no files.
    fn ask<T>(
        &self,
        local: bool,
        env: &Env,
        read: impl FnOnce(Sources<'_>) -> Result<T, SettingsError>,
    ) -> Result<T, CommandError> {
        let none = Profiles::default();
        let (profiles, sdk_file) = match local {
            true => (&none, None),
            false => (self.profiles()?, sdk_file(env)?),
        };
        let sources = Sources {
            variables: &|name| env.get(name).map(|value| value.into_owned()),
            profiles,
            sdk_file: sdk_file.as_ref(),
            local: None,
        };
        Ok(read(sources)?)
    }
}

fn sdk_file(env: &Env) -> Result<Option<SdkFile>, CommandError> {
    let Some(path) = folders::sdk_file(env) else {
        return Ok(None);
    };
    SdkFile::read(path.clone()).map_err(|error| {
        CommandError::usage(format!("the SDKs' credentials file {} cannot be read", path.display())).caused_by(&error)
    })
}
