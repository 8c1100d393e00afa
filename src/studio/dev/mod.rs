//! A folder of code, or all that a manifest declares, at work on a throw-away local cloud: deployed, watched, and replaced
//! when it changes. What cannot start never takes the place of what serves.

mod project;
mod site;
mod stack;
mod watch;

pub(crate) use project::Project;
pub(crate) use site::Serving;
pub(crate) use stack::Manifested;

use super::folder::Folder;
use crate::app::{self, App, AppError};
use crate::local::{self, Inherited, IsolationSetting, LocalCloud, Physics, StartError};
use crate::package::Archive;
use crate::socket::{HandshakeError, Target, TargetError};
use serde_json::Value;
use site::{Failure, Site};
use stack::StackSite;
use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use watch::Watch;

/// It cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevError {
    /// The local cloud could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A step that has nothing to do with the code failed, or the code cannot be packed.
    #[error(transparent)]
    App(#[from] AppError),
    /// The trigger's URL is none.
    #[error("the trigger's URL cannot be used")]
    Url(#[from] TargetError),
    /// The manifest cannot be read, or something is wrong with it: its faults, a line each.
    #[error("{0}")]
    Manifest(String),
    /// The function does not start.
    #[error("the function does not start")]
    Function(#[source] site::Broken),
    /// The URL is no WebSocket.
    #[error("the URL opens no WebSocket")]
    Handshake(#[from] HandshakeError),
    /// A temporary folder cannot be made.
    #[error("the local cloud's folder cannot be made")]
    Folder(#[from] io::Error),
    /// It was stopped before it was done.
    #[error("interrupted")]
    Interrupted,
}

/// How the local cloud is.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The first port for API groups; 0 takes any.
    pub(crate) first_group_port: u16,
    /// What functions inherit of the environment.
    pub(crate) inherited: Inherited,
    /// Whether each instance gets a machine of its own.
    pub(crate) isolation: IsolationSetting,
    /// How the data plane behaves.
    pub(crate) physics: Physics,
}

/// What whoever watches is told.
#[derive(Debug)]
pub(crate) enum Told<'a> {
    /// What packing did.
    Packed(&'a Archive),
    /// What serves from now on, and how long that took since the change.
    Serving(&'a Serving, Duration),
    /// The code cannot be used, and whether what was before serves on.
    Failed(DevError, bool),
    /// What of the manifest is otherwise here, a sentence each.
    Made(&'a [String]),
    /// Nothing has changed.
    Unchanged,
    /// The folder is looked at from time to time, because the system does not tell of changes.
    Polling(String),
    /// Changes are not seen at all.
    Blind(String),
    /// A line of the function's log, or a request.
    Event(&'a Value),
}

/// What is to run.
pub(crate) enum Work<'a> {
    /// A folder of code, as one function.
    Folder(Project),
    /// All that a manifest declares.
    Manifest(Manifested<'a>),
}

impl Work<'_> {
    /// What has to be looked at.
    fn folders(&self) -> BTreeSet<PathBuf> {
        match self {
            Self::Folder(project) => BTreeSet::from([project.folder.clone()]),
            Self::Manifest(manifested) => manifested.folders(),
        }
    }
}

/// A local cloud, and what is to run on it.
pub(crate) struct Dev<'a> {
    cloud: LocalCloud,
    work: Work<'a>,
    _folder: Folder,
}

/// What runs.
enum Running<'a> {
    Folder(Site<'a>),
    Manifest(StackSite<'a>),
}

impl<'a> Dev<'a> {
    /// Starts the local cloud.
    ///
    /// # Errors
    /// It cannot start.
    pub(crate) async fn start(work: Work<'a>, surroundings: Surroundings) -> Result<Self, DevError> {
        let folder = Folder::create("dev")?;
        let cloud = LocalCloud::start(local::Options {
            state: folder.path().join("state"),
            port: 0,
            first_group_port: surroundings.first_group_port,
            lifetime: local::Lifetime::Ephemeral,
            gateway_delay: Duration::ZERO,
            publish_delay: Duration::ZERO,
            websocket_field: local::DEFAULT_WEBSOCKET_FIELD.to_owned(),
            inherited: surroundings.inherited,
            isolation: surroundings.isolation,
            physics: surroundings.physics,
        })
        .await?;
        Ok(Self {
            cloud,
            work,
            _folder: folder,
        })
    }

    /// The local cloud, for the client that deploys.
    pub(crate) fn runtime(&self) -> &local::Runtime {
        self.cloud.runtime()
    }

    /// Deploys once with `app`, opens the URLs and ends.
    ///
    /// # Errors
    /// [`DevError`]; or `stop` came before it was done.
    pub(crate) async fn once(
        self,
        app: &App,
        stop: impl Future<Output = ()>,
        tell: &dyn Fn(Told<'_>),
    ) -> Result<(), DevError> {
        let mut outcome = Err(DevError::Interrupted);
        let mut running = Running::new(app, &self.cloud, &self.work, tell);
        let work = async {
            let began = Instant::now();
            running.prepare().await?;
            running.deploy((false, true), began).await.map(|_| ())
        };
        let run = async {
            tokio::select! {
                done = work => outcome = done,
                () = stop => {}
            }
        };
        self.cloud.run_until(run).await;
        outcome
    }

    /// Deploys with `app`, and again whenever the folder changes or `wishes` says so, until `stop` ends. At the end
    /// everything is gone, however it came.
    ///
    /// # Errors
    /// [`DevError`]: the local cloud cannot be set up. Code that cannot be used is only told.
    pub(crate) async fn run(
        self,
        app: &App,
        wishes: &mut mpsc::UnboundedReceiver<()>,
        stop: impl Future<Output = ()>,
        tell: &dyn Fn(Told<'_>),
    ) -> Result<(), DevError> {
        let mut outcome = Ok(());
        let runtime = self.cloud.runtime().clone();
        let running = Running::new(app, &self.cloud, &self.work, tell);
        let run = async {
            tokio::select! {
                failed = serve(running, (&self.work, tell), wishes) => outcome = failed,
                () = follow(&runtime, tell) => {}
                () = stop => {}
            }
        };
        self.cloud.run_until(run).await;
        outcome
    }
}

impl<'a> Running<'a> {
    /// Nothing does yet.
    fn new(app: &'a App, cloud: &LocalCloud, work: &'a Work<'a>, tell: &'a dyn Fn(Told<'_>)) -> Self {
        match work {
            Work::Folder(project) => Self::Folder(Site::new(app, cloud.stage(), project, tell)),
            Work::Manifest(manifested) => Self::Manifest(StackSite::new(app, cloud.stage(), manifested, tell)),
        }
    }

    /// Makes what needs no code.
    async fn prepare(&self) -> Result<(), AppError> {
        match self {
            Self::Folder(site) => site.prepare().await,
            Self::Manifest(_) => Ok(()),
        }
    }

    /// Whether something serves.
    fn serves(&self) -> bool {
        match self {
            Self::Folder(site) => site.serves(),
            Self::Manifest(site) => site.serves(),
        }
    }

    /// Lets what there is now serve, and tells it: `again` even if it does already, and with `prove` only once its URLs
    /// have opened. Whether anything changed.
    async fn deploy(&mut self, (again, prove): (bool, bool), began: Instant) -> Result<bool, DevError> {
        match self {
            Self::Folder(site) => site.deploy((again, prove), began).await,
            Self::Manifest(site) => site.deploy((again, prove), began).await.map_err(Failure::into_error),
        }
    }
}

/// Proves that the URL opens a WebSocket.
async fn open(app: &App, url: &str) -> Result<(), DevError> {
    let target: Target = url.parse()?;
    app::leave(app.connector().connect(&target).await?).await;
    Ok(())
}

/// Deploys again and again. Ends only when the local cloud cannot be set up.
async fn serve(
    mut running: Running<'_>,
    (work, tell): (&Work<'_>, &dyn Fn(Told<'_>)),
    wishes: &mut mpsc::UnboundedReceiver<()>,
) -> Result<(), DevError> {
    let mut began = Instant::now();
    let mut folders = work.folders();
    let mut watch = Watch::begin(folders.iter().map(PathBuf::as_path));
    watch.trouble().into_iter().for_each(tell);
    running.prepare().await?;
    let mut wished = false;
    loop {
        let deployed = running.deploy((wished, false), began).await;
        let is_deployed = deployed.is_ok();
        match deployed {
            Ok(false) if wished => tell(Told::Unchanged),
            Ok(_) => {}
            Err(error) => tell(Told::Failed(error, running.serves())),
        }
        let now = work.folders();
        if now != folders {
            watch = Watch::begin(now.iter().map(PathBuf::as_path));
            watch.trouble().into_iter().for_each(tell);
            folders = now;
            // What has changed before it was looked at is seen by another deploy alone.
            if is_deployed {
                (began, wished) = (Instant::now(), false);
                continue;
            }
        }
        (began, wished) = tokio::select! {
            since = watch.changed() => (since, false),
            Some(()) = wishes.recv() => (Instant::now(), true),
        };
    }
}

/// Tells what happens in the local cloud.
async fn follow(runtime: &local::Runtime, tell: &dyn Fn(Told<'_>)) {
    let told = |line: &str| {
        if let Ok(event) = serde_json::from_str(line) {
            tell(Told::Event(&event));
        }
    };
    if let Ok(mut lines) = runtime.events().await {
        while let Some(line) = lines.next().await {
            told(&line);
        }
    }
    // Without its events it serves all the same.
    std::future::pending().await
}
