//! A folder of code at work on a throw-away local cloud: deployed, watched, and replaced when it changes. What cannot
//! start never takes the place of what serves.

mod project;
mod site;
mod watch;

pub(crate) use project::Project;
pub(crate) use site::Serving;

use super::folder::Folder;
use crate::app::{self, App, AppError};
use crate::local::{self, Inherited, IsolationSetting, LocalCloud, Physics, StartError};
use crate::package::Archive;
use crate::socket::{HandshakeError, Target, TargetError};
use serde_json::Value;
use site::{Failure, Site};
use std::future::Future;
use std::io;
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
    /// Nothing has changed.
    Unchanged,
    /// The folder is looked at from time to time, because the system does not tell of changes.
    Polling(String),
    /// Changes are not seen at all.
    Blind(String),
    /// A line of the function's log, or a request.
    Event(&'a Value),
}

/// A local cloud, and what is to run on it.
pub(crate) struct Dev {
    cloud: LocalCloud,
    project: Project,
    _folder: Folder,
}

impl Dev {
    /// Starts the local cloud.
    ///
    /// # Errors
    /// It cannot start.
    pub(crate) async fn start(project: Project, surroundings: Surroundings) -> Result<Self, DevError> {
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
            project,
            _folder: folder,
        })
    }

    /// The local cloud, for the client that deploys.
    pub(crate) fn runtime(&self) -> &local::Runtime {
        self.cloud.runtime()
    }

    /// Deploys once with `app`, opens the URL and ends.
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
        let mut site = Site::new(app, self.cloud.stage(), &self.project, tell);
        let work = async {
            let began = Instant::now();
            site.prepare().await?;
            let serving = site.deploy(false).await.map_err(Failure::into_error)?;
            if let Some(serving) = serving {
                open(app, &serving.url).await?;
                tell(Told::Serving(&serving, began.elapsed()));
            }
            Ok(())
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
        let site = Site::new(app, self.cloud.stage(), &self.project, tell);
        let run = async {
            tokio::select! {
                failed = serve(site, &self.project, wishes) => outcome = failed,
                () = follow(&runtime, tell) => {}
                () = stop => {}
            }
        };
        self.cloud.run_until(run).await;
        outcome
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
    mut site: Site<'_>,
    project: &Project,
    wishes: &mut mpsc::UnboundedReceiver<()>,
) -> Result<(), DevError> {
    let mut began = Instant::now();
    let mut watch = Watch::begin(&project.folder);
    if let Some(told) = watch.trouble() {
        (site.tell)(told);
    }
    site.prepare().await?;
    let mut wished = false;
    loop {
        match site.deploy(wished).await {
            Ok(Some(serving)) => (site.tell)(Told::Serving(&serving, began.elapsed())),
            Ok(None) if wished => (site.tell)(Told::Unchanged),
            Ok(None) => {}
            Err(failure) => {
                let serves = site.serves();
                (site.tell)(Told::Failed(failure.into_error(), serves));
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
