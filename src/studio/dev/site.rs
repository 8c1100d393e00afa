//! What is deployed of a project. Other code is tried before it takes over: what cannot start serves nobody.

use super::project::{GATEWAY, Project};
use super::{DevError, Told, open};
use crate::app::{
    App, AppError, CodeInput, CodePlace, FunctionKind, FunctionSettings, NewFunctionInput, VariableChange,
    local_gateway,
};
use crate::local::Stage;
use crate::package::Archive;
use crate::socket::Target;
use std::time::{Duration, Instant};

/// How long the gateway may take to be created.
const GATEWAY_PATIENCE: Duration = Duration::from_secs(60);
/// How much of its digest tells code apart.
const REVISION: usize = 8;

/// What serves.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    /// The function, of a manifest that may have several.
    pub(crate) function: Option<String>,
    /// `wss://...` or `ws://...`; nothing where no trigger leads to it.
    pub(crate) url: Option<String>,
    /// The beginning of the code's digest.
    pub(crate) revision: String,
    /// How many sockets were told to come back; nothing at the first time.
    pub(crate) replaced: Option<usize>,
}

/// The function does not start, as the local cloud says it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Broken(String);

/// The beginning of a code's digest.
pub(super) fn revision(digest: &str) -> String {
    digest.chars().take(REVISION).collect()
}

/// What was not deployed.
pub(super) enum Failure {
    App(AppError),
    Url(crate::socket::TargetError),
    Broken(String),
    Manifest(String),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl Failure {
    pub(super) fn into_error(self) -> DevError {
        match self {
            Self::App(error) => DevError::App(error),
            Self::Url(error) => DevError::Url(error),
            Self::Broken(why) => DevError::Function(Broken(why)),
            Self::Manifest(faults) => DevError::Manifest(faults),
        }
    }
}

/// Where the code that there is now got to.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// There is no function.
    Nothing,
    /// It is there and serves.
    Serving,
    /// What was before serves, if anything.
    Broken,
}

/// A project on a local cloud.
pub(super) struct Site<'a> {
    app: &'a App,
    stage: Stage,
    project: &'a Project,
    /// Told what happens.
    tell: &'a dyn Fn(Told<'_>),
    state: State,
    url: Option<String>,
}

impl<'a> Site<'a> {
    /// Nothing is deployed yet.
    pub(super) fn new(app: &'a App, stage: Stage, project: &'a Project, tell: &'a dyn Fn(Told<'_>)) -> Self {
        Self {
            app,
            stage,
            project,
            tell,
            state: State::Nothing,
            url: None,
        }
    }

    /// Whether something serves.
    pub(super) fn serves(&self) -> bool {
        self.url.is_some()
    }

    /// Makes the gateway, which needs no code.
    ///
    /// # Errors
    /// The local cloud refuses.
    pub(super) async fn prepare(&self) -> Result<(), AppError> {
        let prepared = self.app.prepare_gateway(local_gateway(GATEWAY)).await?;
        let id = self.app.create_gateway(prepared).await?;
        self.app.wait_for_gateway(&id, GATEWAY_PATIENCE, |_| ()).await?;
        Ok(())
    }

    /// Lets the code that there is now serve, `again` even if it does already; with `prove`, the URL is opened before it is
    /// told. Whether that changed anything.
    ///
    /// # Errors
    /// The code cannot be packed, or does not start. What was before serves on.
    pub(super) async fn deploy(&mut self, (again, prove): (bool, bool), began: Instant) -> Result<bool, DevError> {
        let serving = self.take_over(again).await.map_err(Failure::into_error)?;
        let Some(serving) = serving else { return Ok(false) };
        if let Some(url) = serving.url.as_ref().filter(|_| prove) {
            open(self.app, url).await?;
        }
        (self.tell)(Told::Serving(&serving, began.elapsed()));
        Ok(true)
    }

    async fn take_over(&mut self, again: bool) -> Result<Option<Serving>, Failure> {
        let digest = match self.state {
            State::Nothing => self.create().await?,
            State::Serving | State::Broken => match self.update(again).await? {
                Some(digest) => digest,
                None => return Ok(None),
            },
        };
        let urn = self.app.function_urn(&self.project.name)?;
        self.state = State::Broken;
        let sockets = self.stage.replace(&urn).await.map_err(Failure::Broken)?;
        self.state = State::Serving;
        let replaced = self.url.is_some().then_some(sockets);
        Ok(Some(Serving {
            function: None,
            url: Some(self.url().await?),
            revision: revision(&digest),
            replaced,
        }))
    }

    /// Makes the function and all that leads to it; says its code's digest.
    async fn create(&mut self) -> Result<String, Failure> {
        let project = self.project;
        let input = NewFunctionInput {
            name: project.name.clone(),
            kind: FunctionKind::Http,
            code: project.folder.clone().into(),
            settings: FunctionSettings {
                memory: Some(project.memory),
                timeout: Some(project.timeout),
                public_access: Some(true),
                requests_per_instance: project.concurrency,
                variables: VariableChange {
                    set: project.variables.clone(),
                    ..VariableChange::default()
                },
                ..FunctionSettings::default()
            },
        };
        let prepared = input.prepare(|archive| self.packed(archive)).await?;
        let function = self.app.create_function(prepared).await?;
        self.app.enable_websocket(&project.name, None, false).await?;
        self.app.create_trigger(project.trigger(), None, &()).await?;
        self.state = State::Broken;
        Ok(function.digest)
    }

    /// Gives the function the code that there is now; says its digest. What serves is held as it is until that runs.
    async fn update(&mut self, again: bool) -> Result<Option<String>, Failure> {
        let name = &self.project.name;
        let urn = self.app.function_urn(name)?;
        if self.serves() {
            self.stage.hold(&urn).await.map_err(Failure::Broken)?;
        }
        let input = CodeInput {
            place: CodePlace::Path(self.project.folder.clone()),
            force: again,
        };
        let sent = self.app.update_code(name, input, |archive| self.packed(archive)).await;
        let changed = matches!(&sent, Ok(upload) if upload.changed);
        if !changed && self.state == State::Serving {
            // Nothing waits to take over.
            self.stage.release(&urn);
        }
        let upload = sent?;
        let tried = upload.changed || again || self.state == State::Broken && !self.serves();
        Ok(tried.then_some(upload.code.digest))
    }

    fn packed(&self, archive: &Archive) {
        (self.tell)(Told::Packed(archive));
    }

    async fn url(&mut self) -> Result<String, Failure> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let trigger = self.app.trigger(&self.project.name).await?.1;
        let url = trigger.event_data.invoke_url.unwrap_or_default();
        let target: Target = url.parse().map_err(Failure::Url)?;
        Ok(self.url.insert(target.to_string()).clone())
    }
}
