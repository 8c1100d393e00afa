//! The whole guide on a throw-away local cloud, over real sockets, each step with its time and its command.

mod function;
mod sample;

pub(crate) use function::serve;

use super::folder::Folder;
use crate::app::{
    self, App, AppError, Attachment, Authentication, DependencySource, Edition, FunctionKind, FunctionSettings,
    NewDependency, NewFunctionInput, NewGatewayInput, NewTriggerInput, Protocol, VariableChange,
};
use crate::local::{self, Inherited, IsolationSetting, LocalCloud, StartError};
use crate::package::PackageError;
use crate::socket::{self, Event, HandshakeError, Limits, TargetError};
use crate::ui::Ui;
use crate::wire::api::MATCH_PREFIX;
use sample::Sample;
use serde::Serialize;
use std::future::Future;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

const FUNCTION: &str = "WebSocket-demo";
const DEPENDENCY: &str = "depend-websocket";
const GATEWAY: &str = "apig-ws";
const GROUP: &str = "APIGroup_ws";
const API: &str = "API_websocket_demo";
const PATH: &str = "/websocket_demo";
/// How many messages prove that the URL works.
const MESSAGES: usize = 2;
/// How long a message may take to come.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(15);
/// How long the demo's gateway may take to be created.
const GATEWAY_PATIENCE: Duration = Duration::from_secs(60);
/// How long the demo's local cloud makes it take.
const GATEWAY_DELAY: Duration = Duration::from_millis(100);

/// The demonstration failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The local cloud could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A step failed.
    #[error(transparent)]
    App(#[from] AppError),
    /// The dependency could not be packed.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The socket could not be opened.
    #[error("the URL does not work")]
    Handshake(#[from] HandshakeError),
    /// The trigger's URL is none.
    #[error("the trigger's URL cannot be used")]
    Url(#[from] TargetError),
    /// A file of the demonstration could not be written.
    #[error("the demonstration's files cannot be written")]
    Files(#[from] io::Error),
    /// A program of this machine is needed and missing, or failed.
    #[error("{text}")]
    Program {
        /// What is wrong.
        text: String,
        /// What to do.
        hint: String,
    },
    /// It was stopped before it was done.
    #[error("interrupted")]
    Interrupted,
    /// The function's messages did not come.
    #[error("the URL opened, but {0}")]
    Silent(String),
}

/// Which function is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One that needs nothing but this binary.
    BuiltIn,
    /// A Node.js one with the package `ws`, which npm fetches.
    Node,
}

/// What the demonstration came to.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    /// The `wss://` URL.
    pub(crate) url: String,
    /// The first messages.
    pub(crate) messages: Vec<String>,
    /// What was done.
    pub(crate) steps: Vec<StepTaken>,
}

/// A step of the guide.
#[derive(Debug, Serialize)]
pub(crate) struct StepTaken {
    /// What it did.
    pub(crate) step: String,
    /// The command that does the same.
    pub(crate) command: String,
    /// How long it took, in milliseconds.
    pub(crate) milliseconds: u128,
}

/// A demonstration: its local cloud and its files, all gone when it has ended.
pub(crate) struct Demo {
    cloud: LocalCloud,
    folder: Folder,
    kind: Kind,
    started: StepTaken,
}

impl Demo {
    /// Starts a throw-away local cloud, whose function gets `inherited` of the environment.
    ///
    /// # Errors
    /// It cannot start.
    pub(crate) async fn start(kind: Kind, inherited: Inherited) -> Result<Self, DemoError> {
        let began = Instant::now();
        let folder = Folder::create("demo")?;
        let cloud = LocalCloud::start(local::Options {
            state: folder.path().join("state"),
            port: 0,
            first_group_port: 0,
            lifetime: local::Lifetime::Ephemeral,
            gateway_delay: GATEWAY_DELAY,
            publish_delay: Duration::ZERO,
            websocket_field: local::DEFAULT_WEBSOCKET_FIELD.to_owned(),
            inherited,
            isolation: IsolationSetting::Auto,
            physics: local::Physics::default(),
        })
        .await?;
        let started = StepTaken {
            step: format!("local cloud at {}", cloud.runtime().endpoint()),
            command: "fgctl local up --detach && eval \"$(fgctl local env)\"".to_owned(),
            milliseconds: began.elapsed().as_millis(),
        };
        Ok(Self {
            cloud,
            folder,
            kind,
            started,
        })
    }

    /// The local cloud, for the client that the steps are done with.
    pub(crate) fn runtime(&self) -> &local::Runtime {
        self.cloud.runtime()
    }

    /// The folder of the local cloud's state.
    pub(crate) fn state(&self) -> &Path {
        &self.cloud.runtime().state
    }

    /// Does the guide's steps one by one with `app`, reads the first messages and tells `done` of it. With `keep`, the
    /// local cloud then serves until `stop`. At the end everything is gone, however it came.
    ///
    /// # Errors
    /// [`DemoError`]: the step that failed, or `stop` came before the steps were done.
    pub(crate) async fn perform(
        self,
        app: &App,
        ui: &Ui,
        keep: bool,
        stop: impl Future<Output = ()>,
        done: impl FnOnce(&Outcome),
    ) -> Result<(), DemoError> {
        let Self {
            cloud,
            folder,
            kind,
            started,
        } = self;
        let mut outcome = Err(DemoError::Interrupted);
        let work = async {
            let mut teller = Teller { ui, steps: Vec::new() };
            teller.tell(started);
            let sample = Sample::write(kind, folder.path()).await?;
            let (url, messages) = steps(app, &sample, &mut teller).await?;
            done(&Outcome {
                url,
                messages,
                steps: teller.steps,
            });
            Ok::<(), DemoError>(())
        };
        let run = async {
            tokio::pin!(stop);
            tokio::select! {
                performed = work => outcome = performed,
                () = &mut stop => return,
            }
            if keep && outcome.is_ok() {
                stop.await;
            }
        };
        cloud.run_until(run).await;
        outcome
    }
}

/// Says each step as it is done, and keeps it.
struct Teller<'a> {
    ui: &'a Ui,
    steps: Vec<StepTaken>,
}

impl Teller<'_> {
    fn tell(&mut self, step: StepTaken) {
        self.ui.status(format_args!(
            "{:>5} ms  {}\n          $ {}",
            step.milliseconds, step.step, step.command
        ));
        self.steps.push(step);
    }

    async fn step<T, E>(
        &mut self,
        step: &str,
        command: &str,
        done: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let began = Instant::now();
        let progress = self.ui.step(step.to_owned());
        let answer = done.await?;
        drop(progress);
        let milliseconds = began.elapsed().as_millis();
        self.tell(StepTaken {
            step: step.to_owned(),
            command: command.to_owned(),
            milliseconds,
        });
        Ok(answer)
    }
}

async fn steps(app: &App, sample: &Sample, teller: &mut Teller<'_>) -> Result<(String, Vec<String>), DemoError> {
    function_steps(app, sample, teller).await?;
    gateway_steps(app, teller).await?;
    trigger_steps(app, teller).await?;
    let trigger = app.trigger(FUNCTION).await?.1;
    let url = trigger.event_data.invoke_url.unwrap_or_default();
    let target: socket::Target = url.parse()?;
    let messages = teller
        .step(
            "messages from the function",
            &format!("fgctl connect {FUNCTION}"),
            messages(app, &target),
        )
        .await?;
    Ok((target.to_string(), messages))
}

/// The guide's steps 1 and 2.
async fn function_steps(app: &App, sample: &Sample, teller: &mut Teller<'_>) -> Result<(), AppError> {
    let variables = VariableChange {
        set: sample.variables.clone(),
        ..VariableChange::default()
    };
    let input = NewFunctionInput {
        name: FUNCTION.to_owned(),
        kind: FunctionKind::Http,
        code: sample.code.clone().into(),
        settings: FunctionSettings {
            memory: Some(128),
            timeout: Some(60),
            public_access: Some(true),
            variables,
            ..FunctionSettings::default()
        },
    };
    let command = format!(
        "fgctl function create {FUNCTION} --type http --code {} --memory 128 --timeout 60 --public-access",
        sample.code.display()
    );
    let create = async { app.create_function(input.prepare(|_| ()).await?).await };
    teller.step("HTTP function", &command, create).await?;
    let input = NewDependency {
        name: DEPENDENCY.to_owned(),
        runtime: sample.runtime.to_owned(),
        source: DependencySource::Zip {
            path: sample.dependency.clone(),
            bucket: None,
        },
        description: None,
    };
    let command = format!(
        "fgctl dependency create {DEPENDENCY} --runtime {} --zip {}",
        sample.runtime,
        sample.dependency.display()
    );
    let create = async { app.create_dependency(input.prepare()?.into_body(None)).await };
    teller.step("dependency ZIP", &command, create).await?;
    let attachment = Attachment {
        dependency: DEPENDENCY,
        function: FUNCTION,
        code: None,
    };
    let command = format!("fgctl dependency attach {DEPENDENCY} --function {FUNCTION}");
    teller
        .step("dependency attached", &command, app.attach_dependency(attachment, None))
        .await?;
    let command = format!("fgctl websocket enable {FUNCTION}");
    teller
        .step(
            "WebSocket switched on",
            &command,
            app.enable_websocket(FUNCTION, None, false),
        )
        .await?;
    Ok(())
}

/// The guide's step 3.
async fn gateway_steps(app: &App, teller: &mut Teller<'_>) -> Result<(), AppError> {
    let input = NewGatewayInput {
        name: GATEWAY.to_owned(),
        edition: Edition::Basic,
        vpc: "vpc-default".to_owned(),
        subnet: "subnet-default".to_owned(),
        security_group: "default".to_owned(),
        zones: Vec::new(),
        public_inbound: Some(5),
        public_outbound: None,
        maintenance_hour: None,
        enterprise_project: None,
        description: None,
    };
    let create = async {
        let prepared = app.prepare_gateway(input).await?;
        let id = app.create_gateway(prepared).await?;
        app.wait_for_gateway(&id, GATEWAY_PATIENCE, |_| ()).await
    };
    let command = format!(
        "fgctl gateway create {GATEWAY} --edition basic --vpc vpc-default --subnet subnet-default --security-group default --public-inbound 5 --yes --wait"
    );
    teller.step("dedicated gateway", &command, create).await?;
    let command = format!("fgctl group create {GROUP} --gateway {GATEWAY}");
    let create = async { app.create_group(&app.gateway(GATEWAY).await?, GROUP, None).await };
    teller.step("API group", &command, create).await?;
    Ok(())
}

/// The guide's step 4.
async fn trigger_steps(app: &App, teller: &mut Teller<'_>) -> Result<(), AppError> {
    let input = NewTriggerInput {
        name: API.to_owned(),
        function: FUNCTION.to_owned(),
        gateway: GATEWAY.to_owned(),
        group: GROUP.to_owned(),
        create_group: false,
        environment: "RELEASE".to_owned(),
        create_environment: false,
        authentication: Authentication::None,
        protocol: Protocol::Https,
        method: "GET".to_owned(),
        path: PATH.to_owned(),
        match_mode: MATCH_PREFIX.to_owned(),
        timeout: 5000,
        websocket: false,
    };
    let command = format!(
        "fgctl trigger create {API} --function {FUNCTION} --gateway {GATEWAY} --group {GROUP} --environment RELEASE --auth none --protocol https --method GET --path {PATH} --timeout 5000"
    );
    teller
        .step("APIG trigger", &command, app.create_trigger(input, None, &()))
        .await?;
    let command =
        format!("fgctl api update {API} --gateway {GATEWAY} --network-architecture v2 --invocation-mode sync");
    teller
        .step(
            "API backend V2, synchronous",
            &command,
            app.prepare_api_for_websocket(GATEWAY, API),
        )
        .await?;
    let command = format!("fgctl api publish {API} --gateway {GATEWAY} --environment RELEASE");
    teller
        .step(
            "API published",
            &command,
            app.publish_api(GATEWAY, API, "RELEASE", None),
        )
        .await?;
    Ok(())
}

/// The guide's step 5: opens the URL and reads the function's first messages.
async fn messages(app: &App, target: &socket::Target) -> Result<Vec<String>, DemoError> {
    let mut session = app.connector().connect(target).await?;
    let mut messages = Vec::new();
    while messages.len() < MESSAGES {
        let event = tokio::time::timeout(MESSAGE_PATIENCE, session.next())
            .await
            .map_err(|_| DemoError::Silent(format!("no message came within {} s", MESSAGE_PATIENCE.as_secs())))?;
        match event {
            Event::Text(text) => messages.push(text),
            Event::Closed(closing) => return Err(DemoError::Silent(socket::explain(&closing, &Limits::default()))),
            Event::Binary(_) | Event::Ping(_) | Event::Pong(_) => {}
        }
    }
    app::leave(session).await;
    Ok(messages)
}
