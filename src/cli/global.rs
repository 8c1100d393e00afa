//! Options that every command has, and what a command needs to run.

use super::accounts::Accounts;
use super::error::CommandError;
use super::folders;
use super::requests::Requests;
use super::terminal::Terminal;
use crate::app::App;
use crate::cloud::{self, Cloud, Endpoints, Target};
use crate::config::{self, Flags, Profiles, Settings};
use crate::env::{self, Env};
use crate::local::{Inherited, Runtime};
use crate::sign::{Caller, Credentials};
use crate::socket::{self, Connector};
use crate::ui::Ui;
use crate::wire::Service;
use clap::Args;
use jiff::Timestamp;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest that a gateway's creation is waited for unless `--wait-timeout` says otherwise.
const WAIT_TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// The longest duration that is taken: beyond, clocks overflow and nobody waits.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
const TOO_LONG: &str = "it is longer than a year";

/// Options that every command has.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Profile to take what no other option says from; see `fgctl profile`
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// Region, such as cn-east-3 (CN East-Shanghai1)
    #[arg(long, global = true, value_name = "ID")]
    region: Option<String>,
    /// Project id; looked up by region when missing
    #[arg(long, global = true, value_name = "ID")]
    project_id: Option<String>,
    /// Where a service answers, in place of its public address (can be repeated)
    #[arg(long, global = true, value_name = "[SERVICE=]URL")]
    endpoint: Vec<String>,
    /// Use the running local cloud
    #[arg(long, global = true)]
    local: bool,
    /// Certificate authority to trust besides the system's
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Longest wait of --wait, such as 90s or 20m
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    wait_timeout: Option<Duration>,
    #[command(flatten)]
    terminal: Terminal,
}

/// Reads `90s`, `20m`, `1h` or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = match number.parse() {
        Ok(number) => number,
        Err(_) if number.is_empty() => return Err("it should begin with a whole number, as in 90s or 20m".to_owned()),
        Err(_) => return Err(TOO_LONG.to_owned()),
    };
    let milliseconds = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" | "min" => 60 * 1000,
        "h" => 3600 * 1000,
        other => return Err(format!("`{other}` is no unit of time; use ms, s, m or h")),
    };
    let duration = number.checked_mul(milliseconds).map(Duration::from_millis);
    duration
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| TOO_LONG.to_owned())
}

/// What a command runs with.
pub(super) struct Context {
    /// The terminal.
    pub(super) ui: Ui,
    /// The environment.
    pub(super) env: Env,
    global: Global,
    accounts: Accounts,
    /// What is told of each request.
    requests: Arc<Requests>,
    /// What to say when the command is interrupted now.
    when_interrupted: Mutex<Vec<String>>,
}

impl Context {
    /// Reads the environment and prepares the terminal.
    ///
    /// # Errors
    /// `FGCTL_OUTPUT` is no output, or `-o name` has a query.
    pub(super) fn new(global: Global, env: Env) -> Result<Self, CommandError> {
        let accounts = Accounts::read(global.flags(), &env);
        let options = global.terminal.options(&env, accounts.basics.output.as_ref())?;
        let ui = Ui::new(options);
        Ok(Self {
            requests: Arc::new(Requests::new(ui.clone(), global.terminal.dry_run)),
            ui,
            env,
            global,
            accounts,
            when_interrupted: Mutex::default(),
        })
    }

    /// The same for another place: the local cloud, a profile or a region.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub(super) fn aimed(
        &self,
        local: bool,
        profile: Option<String>,
        region: Option<String>,
    ) -> Result<Self, CommandError> {
        let own = &self.global;
        let global = Global {
            local: local || own.local,
            profile: profile.or_else(|| own.profile.clone()),
            region: region.or_else(|| own.region.clone()),
            ..own.clone()
        };
        Self::new(global, self.env.clone())
    }

    /// From now on, being interrupted leaves something behind: `hints` say what to do about it.
    pub(super) fn when_interrupted(&self, hints: impl IntoIterator<Item = String>) {
        let mut current = self.when_interrupted.lock().unwrap_or_else(PoisonError::into_inner);
        *current = hints.into_iter().collect();
    }

    /// The error of being interrupted now.
    pub(super) fn interrupted(&self) -> CommandError {
        let current = self.when_interrupted.lock().unwrap_or_else(PoisonError::into_inner);
        current.iter().fold(CommandError::interrupted(), CommandError::hint)
    }

    /// Whether something is to be picked from the command's data.
    pub(super) fn has_query(&self) -> bool {
        self.global.terminal.query.is_some()
    }

    /// Whether the command is only rehearsed.
    pub(super) fn is_rehearsal(&self) -> bool {
        self.global.terminal.dry_run
    }

    /// The end of a command: of a rehearsal, its requests are shown. One that was held back ends it well, whatever
    /// the command made of getting no answer.
    pub(super) fn end(&self, outcome: Result<(), CommandError>) -> Result<(), CommandError> {
        let Some(rehearsal) = self.requests.rehearsal() else {
            return outcome;
        };
        if !rehearsal.held_back {
            outcome?;
        }
        self.ui.show_always(&rehearsal.report)?;
        self.ui.status(match rehearsal.held_back {
            true => "dry run: nothing was changed; requests that would follow depend on the answer",
            false => "dry run: nothing would be changed",
        });
        Ok(())
    }

    /// How long `--wait` waits.
    pub(super) fn wait_timeout(&self) -> Duration {
        self.global.wait_timeout.unwrap_or(WAIT_TIMEOUT)
    }

    /// The folder of the local cloud's state, unless a command names another.
    ///
    /// # Errors
    /// There is no home to put it in.
    pub(super) fn local_state(&self, named: Option<PathBuf>) -> Result<PathBuf, CommandError> {
        if let Some(state) = named {
            return std::path::absolute(&state).map_err(CommandError::from);
        }
        let data = match (self.env.os(env::XDG_DATA_HOME), self.env.os(env::HOME)) {
            (Some(data), _) => PathBuf::from(data),
            (None, Some(home)) => PathBuf::from(home).join(".local/share"),
            (None, None) => {
                return Err(
                    CommandError::usage("there is no HOME to keep the local cloud's state in")
                        .hint("name a folder: --state DIR"),
                );
            }
        };
        Ok(data.join("fgctl/local"))
    }

    /// What functions of a local cloud inherit of the environment.
    pub(super) fn inherited(&self) -> Inherited {
        let owned = |name: &str| self.env.os(name).map(OsStr::to_owned);
        Inherited {
            path: owned(env::PATH).unwrap_or_default(),
            lang: owned(env::LANG),
            library_path: owned(env::LD_LIBRARY_PATH),
        }
    }

    /// The authority to trust besides the system's.
    pub(super) fn ca_file(&self) -> Option<PathBuf> {
        let ca_file = self.accounts.basics.ca_file.as_ref();
        ca_file.map(|ca_file| ca_file.value.clone())
    }

    /// Profiles and the files that they are in.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The use cases, on the account and the region that flags, environment or the local cloud name.
    ///
    /// # Errors
    /// No region, no credentials, a setting that cannot be read, or the project cannot be looked up.
    pub(super) async fn app(&self) -> Result<App, CommandError> {
        let settings = self.settings().await?;
        for warning in &settings.warnings {
            self.ui.warning(warning);
        }
        self.app_with(settings).await
    }

    /// The use cases for what nobody should notice: nothing is said, nothing is sent twice, and no answer is waited
    /// for longer than `patience`.
    ///
    /// # Errors
    /// As [`Context::app`].
    pub(super) async fn app_in_passing(&self, settings: Settings, patience: Duration) -> Result<App, CommandError> {
        let options = cloud::Options {
            timeout: patience,
            attempts: 1,
            ..cloud::Options::default()
        };
        self.app_over(settings, options).await
    }

    /// Whom fgctl would call.
    ///
    /// # Errors
    /// A setting is missing or cannot be read, or `--local` and nothing runs.
    pub(super) async fn settings(&self) -> Result<Settings, CommandError> {
        let running = match self.global.local {
            true => Some(Runtime::find(&self.local_state(None)?).await?),
            false => None,
        };
        let local = running.as_ref().map(local_cloud);
        self.accounts.settings(&self.env, local.as_ref())
    }

    /// The use cases on a local cloud that this process runs itself.
    ///
    /// # Errors
    /// As [`Context::app`].
    pub(super) async fn app_on(&self, runtime: &Runtime) -> Result<App, CommandError> {
        let flags = config::Flags {
            local: true,
            ..config::Flags::default()
        };
        let local = local_cloud(runtime);
        let sources = config::Sources {
            variables: &|_| None,
            profiles: &Profiles::default(),
            sdk_file: None,
            local: Some(&local),
        };
        let settings = config::resolve(&flags, sources)?;
        self.app_with(settings).await
    }

    /// How services are reached with these settings, as `options` say for the rest.
    fn over(settings: &Settings, options: cloud::Options) -> cloud::Options {
        cloud::Options {
            ca_file: settings.ca_file.as_ref().map(|ca_file| ca_file.value.clone()),
            proxies: cloud::Proxies {
                https: settings.proxies.https.clone(),
                http: settings.proxies.http.clone(),
                direct: settings.proxies.direct.clone(),
            },
            ..options
        }
    }

    /// How services are reached with these settings; each request is told, and held back in a rehearsal.
    pub(super) fn transport(&self, settings: &Settings) -> cloud::Options {
        let options = cloud::Options {
            observer: self.requests.clone(),
            rehearsal: self.global.terminal.dry_run,
            ..cloud::Options::default()
        };
        Self::over(settings, options)
    }

    /// Whom to call with these settings, as `caller`.
    pub(super) fn target(&self, settings: Settings, caller: Caller) -> Target {
        Target {
            endpoints: Endpoints::new(|service: Service| settings.endpoint(service).value.as_str().to_owned()),
            credentials: caller,
            region: settings.region.value,
            project_id: settings.project_id.map(|id| id.value),
            domain_id: settings.domain_id.map(|id| id.value),
            cache: folders::cache(&self.env),
        }
    }

    async fn app_with(&self, settings: Settings) -> Result<App, CommandError> {
        let options = self.transport(&settings);
        self.app_over(settings, options).await
    }

    async fn app_over(&self, settings: Settings, options: cloud::Options) -> Result<App, CommandError> {
        let options = Self::over(&settings, options);
        let ca_file = options.ca_file.clone();
        let caller = settings.caller(Timestamp::now())?.value.clone();
        let target = self.target(settings, caller);
        let cloud = Cloud::connect(target, options).await?;
        let trust = ca_file.map_or(socket::Trust::System, socket::Trust::CaFile);
        Ok(App::new(
            cloud,
            Connector::new(socket::Options {
                trust,
                ..socket::Options::default()
            }),
        ))
    }
}

impl Global {
    /// Those that decide whom fgctl calls.
    fn flags(&self) -> Flags {
        Flags {
            profile: self.profile.clone(),
            region: self.region.clone(),
            project_id: self.project_id.clone(),
            endpoints: self.endpoint.clone(),
            local: self.local,
            ca_file: self.ca_file.clone(),
        }
    }
}

/// A running local cloud as the settings take it.
pub(super) fn local_cloud(runtime: &Runtime) -> config::LocalCloud {
    config::LocalCloud {
        endpoint: runtime.endpoint(),
        region: runtime.region.clone(),
        project_id: runtime.project_id.clone(),
        domain_id: Some(runtime.domain_id.clone()),
        credentials: Credentials {
            access_key: runtime.access_key.clone(),
            secret_key: runtime.secret_key.clone(),
            security_token: None,
        },
        ca_file: Some(runtime.ca_file.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, duration};
    use proptest::prelude::{prop_assert, proptest};
    use std::time::Duration;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, millis) in [
            ("0", 0),
            ("90s", 90_000),
            ("20m", 1_200_000),
            ("1min", 60_000),
            ("1h", 3_600_000),
            ("5ms", 5),
            ("7", 7000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for (text, fault) in [
            ("", "whole number"),
            ("-1", "whole number"),
            ("s", "whole number"),
            ("1.5s", "`.5s` is no unit"),
            ("1 s", "no unit"),
            ("8761h", "longer than a year"),
            ("99999999999999999999", "longer than a year"),
            ("18446744073709551615h", "longer than a year"),
        ] {
            assert!(duration(text).unwrap_err().contains(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_duration_panic_or_overflow(text in "\\PC{0,30}", number in "[0-9]{0,25}[a-z]{0,3}") {
            for text in [text, number] {
                if let Ok(duration) = duration(&text) {
                    prop_assert!(duration <= LONGEST);
                    prop_assert!(std::time::Instant::now().checked_add(duration).is_some());
                }
            }
        }
    }
}
