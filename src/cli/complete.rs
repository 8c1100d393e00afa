//! Names of the cloud's resources at a press of the Tab key.
//!
//! Runs before the command line is read, outside of the async runtime, in a process of its own for each press: nothing
//! is said, a failure is an empty list, and the cloud gets [`PATIENCE`] in all. To complete an argument, write
//! `#[arg(add = Noun::Function.names())]` above it.

use super::Cli;
use super::folders;
use super::global::{Context, Global};
use crate::app::App;
use crate::config::Settings;
use crate::env::Env;
use crate::sign::Caller;
use crate::wire::gateway::Gateway;
use crate::wire::security_group::ListSecurityGroups;
use crate::wire::subnet::ListSubnets;
use crate::wire::vpc::ListVpcs;
use crate::wire::{Service, runtime};
use clap::{CommandFactory, FromArgMatches};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The longest that a press of the key takes because of the cloud.
const PATIENCE: Duration = Duration::from_millis(400);
/// For how long names are taken as they are: a few presses in a row ask once.
const FRESH: Duration = Duration::from_secs(5);
/// When a file that nobody renewed is removed.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// The most names that are asked for.
const LIMIT: Option<usize> = Some(500);
/// The most functions or gateways that are gone through for what is on them.
const PLACES: usize = 20;

/// What can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Noun {
    /// Functions.
    Function,
    /// Own dependencies.
    Dependency,
    /// Dedicated gateways.
    Gateway,
    /// API groups on the gateway of the command line, or on all.
    Group,
    /// Environments, likewise.
    Environment,
    /// APIs, likewise.
    Api,
    /// What the command's own noun is: a group, an environment or an API.
    OnGateway,
    /// Triggers, and functions, which stand for their only one.
    Trigger,
    /// VPCs.
    Vpc,
    /// Subnets.
    Subnet,
    /// Security groups.
    SecurityGroup,
    /// Runtimes, which the program knows itself.
    Runtime,
}

impl Noun {
    /// What completes an argument by the names of this noun.
    pub(super) fn names(self) -> ArgValueCompleter {
        ArgValueCompleter::new(move |current: &OsStr| {
            let start = current.to_string_lossy();
            let mut names = self.all();
            names.retain(|name| name.starts_with(&*start));
            names.sort();
            names.dedup();
            names.into_iter().map(CompletionCandidate::new).collect::<Vec<_>>()
        })
    }

    fn all(self) -> Vec<String> {
        if self == Self::Runtime {
            return runtime::ALL.iter().map(|&name| name.to_owned()).collect();
        }
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return Vec::new();
        };
        let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
        let names = runtime.block_on(known(self, &words));
        // A host's name that is still being looked up must not keep the process.
        runtime.shutdown_background();
        names.unwrap_or_default()
    }
}

/// The names of `noun`, for the command line `words`: kept ones, else the cloud's.
async fn known(noun: Noun, words: &[OsString]) -> Option<Vec<String>> {
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    let context = Context::new(Global::from_arg_matches(&matches).ok()?, Env::read()).ok()?;
    let noun = of_command(noun, words);
    let gateway = after(words, "--gateway");
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let settings = tokio::time::timeout_at(deadline, context.settings()).await.ok()?.ok()?;
    let cache = Cache::of(&context, &settings, (noun, gateway.as_deref()));
    let kept = cache.as_ref().and_then(Cache::read);
    if let Some(Kept { names, fresh: true }) = kept {
        return Some(names);
    }
    let asked = async {
        let app = context.app_in_passing(settings, PATIENCE).await.ok()?;
        Some(fetch(noun, &app, gateway.as_deref()).await)
    };
    let asked = tokio::time::timeout_at(deadline, asked).await;
    let late = asked.is_err();
    let names = match asked.ok().flatten() {
        Some(Ok(names)) => Some(names),
        // What was there a while ago serves better than nothing.
        _ => kept.map(|kept| kept.names).or_else(|| late.then(Vec::new)),
    }?;
    if let Some(cache) = cache {
        // Kept after a wait in vain, too: the next press then does not wait again.
        let _ = cache.write(&names);
    }
    Some(names)
}

/// What [`Noun::OnGateway`] is in the command line `words`.
fn of_command(noun: Noun, words: &[OsString]) -> Noun {
    let has = |word: &str| words.iter().any(|other| other == word);
    match noun {
        Noun::OnGateway if has("group") => Noun::Group,
        Noun::OnGateway if has("environment") => Noun::Environment,
        Noun::OnGateway => Noun::Api,
        noun => noun,
    }
}

/// The value of the option `name` among `words`.
fn after(words: &[OsString], name: &str) -> Option<String> {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let apart = || {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).map(|value| &**value)
    };
    joined
        .or_else(apart)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

type Answer = Result<Vec<String>, crate::app::AppError>;

async fn fetch(noun: Noun, app: &App, gateway: Option<&str>) -> Answer {
    let cloud = app.cloud();
    Ok(match noun {
        Noun::Function => functions(app).await?,
        Noun::Dependency => app.dependencies(LIMIT).await?.into_iter().map(|one| one.name).collect(),
        Noun::Gateway => app
            .gateways(LIMIT)
            .await?
            .into_iter()
            .map(|one| one.instance_name)
            .collect(),
        Noun::Group | Noun::Environment | Noun::Api | Noun::OnGateway => {
            let gateways = gateways(app, gateway).await?;
            flat(gateways.iter().map(|gateway| on(noun, app, gateway))).await?
        }
        Noun::Trigger => {
            let functions = functions(app).await?;
            let mut names = triggers(app, functions.clone()).await?;
            names.extend(functions);
            names
        }
        Noun::Vpc => names(cloud.list(ListVpcs::default(), LIMIT).await?, |one| one.name),
        Noun::Subnet => names(cloud.list(ListSubnets::default(), LIMIT).await?, |one| one.name),
        Noun::SecurityGroup => names(cloud.list(ListSecurityGroups::default(), LIMIT).await?, |one| one.name),
        Noun::Runtime => Vec::new(),
    })
}

fn names<T>(items: Vec<T>, name: impl Fn(T) -> String) -> Vec<String> {
    items.into_iter().map(name).collect()
}

/// What several requests at once answer, one list after the other.
async fn flat(answers: impl Iterator<Item = impl Future<Output = Answer>>) -> Answer {
    let lists = join_all(answers).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(lists.concat())
}

async fn functions(app: &App) -> Answer {
    Ok(names(app.functions(LIMIT).await?, |one| one.func_name))
}

async fn triggers(app: &App, functions: Vec<String>) -> Answer {
    let of = async |function: &String| Ok(names(app.triggers(function).await?, |one| one.event_data.name));
    flat(functions.iter().take(PLACES).map(of)).await
}

/// The gateway that the command line names, else all.
async fn gateways(app: &App, named: Option<&str>) -> Result<Vec<Gateway>, crate::app::AppError> {
    let mut gateways = app.gateways(LIMIT).await?;
    if let Some(named) = named {
        gateways.retain(|gateway| gateway.instance_name == named || gateway.id == named);
    }
    gateways.truncate(PLACES);
    Ok(gateways)
}

async fn on(noun: Noun, app: &App, gateway: &Gateway) -> Answer {
    Ok(match noun {
        Noun::Group => names(app.groups(gateway, LIMIT).await?, |one| one.name),
        Noun::Environment => names(app.environments(gateway, LIMIT).await?, |one| one.name),
        _ => names(app.apis(gateway, LIMIT).await?, |one| one.name),
    })
}

/// A file with the names of one noun in one project of one account.
struct Cache {
    file: PathBuf,
}

/// What a file holds.
struct Kept {
    names: Vec<String>,
    fresh: bool,
}

#[derive(Deserialize, Serialize)]
struct Written {
    names: Vec<String>,
}

impl Cache {
    /// The file's name is a digest of whom is asked, as whom, and for what: no name of an account in plain.
    fn of(context: &Context, settings: &Settings, what: (Noun, Option<&str>)) -> Option<Self> {
        // Neither leaves the digest.
        let caller = match &settings.caller(Timestamp::now()).ok()?.value {
            Caller::Keys(keys) => &keys.access_key,
            Caller::Token(token) => token.expose(),
        };
        let endpoints = Service::ALL.map(|service| settings.endpoint(service).value.as_str().to_owned());
        let project = settings.project_id.as_ref().map(|project| &project.value);
        let region = &settings.region.value;
        let identity = serde_json::to_vec(&(what, endpoints, region, project, caller)).ok()?;
        let digest = Sha256::digest(identity);
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let folder = folders::cache(&context.env)?.join("names");
        Some(Self {
            file: folder.join(format!("{name}.json")),
        })
    }

    fn read(&self) -> Option<Kept> {
        let Written { names } = serde_json::from_slice(&fs::read(&self.file).ok()?).ok()?;
        let fresh = age(&self.file).is_some_and(|age| age < FRESH);
        Some(Kept { names, fresh })
    }

    /// Written whole under another name first: another press may read at the same time.
    fn write(&self, names: &[String]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        private_folder(folder)?;
        forget(folder);
        let written = serde_json::to_vec(&Written { names: names.to_vec() })?;
        let partial = self.file.with_extension(std::process::id().to_string());
        private_file(&partial, &written)?;
        fs::rename(&partial, &self.file)
    }
}

/// How long ago a file was written; nothing for one from the future.
fn age(file: &Path) -> Option<Duration> {
    SystemTime::now()
        .duration_since(file.metadata().ok()?.modified().ok()?)
        .ok()
}

/// Removes what was kept long ago.
fn forget(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if age(&entry.path()).is_none_or(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn private_file(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create(true).truncate(true).open(file)?;
    std::io::Write::write_all(&mut file, bytes)
}

#[cfg(test)]
mod tests {
    use super::after;
    use std::ffi::OsString;

    #[test]
    fn the_gateway_is_found_apart_and_joined() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (line, gateway) in [
            ("fgctl group get --gateway g1 x", Some("g1")),
            ("fgctl group get --gateway=g2 x", Some("g2")),
            ("fgctl group get --gateway", None),
            ("fgctl group get --gateway= x", None),
            ("fgctl group get x", None),
        ] {
            assert_eq!(after(&words(line), "--gateway").as_deref(), gateway, "{line}");
        }
    }
}
