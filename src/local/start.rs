//! From a folder of state to a local cloud that serves, and back.

use super::admin::{self, Admin};
use super::data::authority::Authority;
use super::data::{self, Inherited, IsolationSetting};
use super::fault::Faults;
use super::live::{Ground, Live};
use super::runtime::LOCK_FILE;
use super::store::{Lifetime, Store};
use super::{Behaviour, Physics, Runtime, Stage, StartError, control, hosts, random_hex};
use crate::sign::Secret;
use crate::sys::lock::Lock;
use crate::sys::{limit, port};
use axum::Router;
use axum::middleware;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long clients that keep their connections open may keep a local cloud that ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// How a local cloud is started.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The folder of its state; made where it is missing.
    pub(crate) state: PathBuf,
    /// The services' port on 127.0.0.1; 0 takes any.
    pub(crate) port: u16,
    /// The first port for API groups; 0 takes any.
    pub(crate) first_group_port: u16,
    /// Whether its records outlive it.
    pub(crate) lifetime: Lifetime,
    /// How long a gateway takes to be created.
    pub(crate) gateway_delay: Duration,
    /// How long until what is published takes effect.
    pub(crate) publish_delay: Duration,
    /// See [`super::DEFAULT_WEBSOCKET_FIELD`].
    pub(crate) websocket_field: String,
    /// What functions inherit of the environment.
    pub(crate) inherited: Inherited,
    /// Whether each instance of a function gets a machine of its own.
    pub(crate) isolation: IsolationSetting,
    /// How its data plane behaves.
    pub(crate) physics: Physics,
}

/// A local cloud that serves from the moment it exists.
pub(crate) struct LocalCloud {
    admin: Admin,
    /// As it was at the start.
    runtime: Runtime,
    listener: TcpListener,
    /// The folder that goes with it, if its state is ephemeral.
    ephemeral: Option<PathBuf>,
    _lock: Lock,
}

impl LocalCloud {
    /// Starts on the state that `options` name.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub(crate) async fn start(options: Options) -> Result<Self, StartError> {
        create_private(&options.state)?;
        let lock = Lock::take(&options.state.join(LOCK_FILE))
            .map_err(|error| StartError::locked(options.state.clone(), error))?;
        limit::raise_open_files();
        let folder = folder_of(&options)?;
        let listener = bind(options.port).await?;
        let ephemeral = (options.lifetime == Lifetime::Ephemeral).then(|| folder.clone());
        let state = options.state.clone();
        let ground = ground(options, folder)?;
        let risen = ground.rise().await?;
        let runtime = Runtime {
            pid: std::process::id(),
            nonce: random_hex(16),
            port: listener.local_addr()?.port(),
            state,
            admin_token: Secret::new(random_hex(24)),
            ca_file: ground.authority.certificate_path(),
            websocket_field: ground.behaviour.websocket_field.clone(),
            region: risen.0.account.region.clone(),
            project_id: risen.0.account.project_id.clone(),
            domain_id: risen.0.account.domain_id.clone(),
            access_key: risen.0.account.credentials.access_key.clone(),
            secret_key: risen.0.account.credentials.secret_key.clone(),
        };
        runtime.publish()?;
        let admin = Admin {
            live: Arc::new(Live::new(ground, risen, runtime.clone())),
            stop: CancellationToken::new(),
            stopped: CancellationToken::new(),
        };
        Ok(Self {
            admin,
            runtime,
            listener,
            ephemeral,
            _lock: lock,
        })
    }

    /// What other processes find it by.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// What replaces code of its functions.
    pub(crate) fn stage(&self) -> Stage {
        Stage(Arc::clone(&self.admin.live))
    }

    /// The API groups that cannot be served, each as a sentence.
    pub(crate) fn groups_down(&self) -> Vec<String> {
        admin::groups_down(&self.admin)
    }

    /// Serves until `end` ends, or another process asks it to; then ends its functions, and is gone.
    pub(crate) async fn run_until(self, end: impl Future<Output = ()>) {
        let Self {
            admin,
            listener,
            ephemeral,
            _lock,
            ..
        } = self;
        let Admin { live, stop, stopped } = admin.clone();
        let router: Router = control::router(Arc::clone(&live.contexts), live.faults())
            .merge(admin::router(admin))
            .layer(middleware::from_fn(hosts::only_this_machine));
        let timers = tokio::spawn(control::run_timers(Arc::clone(&live.contexts), live.pace()));
        let served = stopped.clone();
        let server = axum::serve(listener, router).with_graceful_shutdown(async move { served.cancelled().await });
        let server = tokio::spawn(server.into_future());
        tokio::select! {
            () = end => {}
            () = stop.cancelled() => {}
        }
        timers.abort();
        live.runtime().withdraw();
        live.end().await;
        stopped.cancel();
        let abort = server.abort_handle();
        // A client that holds on to its connection does not hold up the end.
        if tokio::time::timeout(FAREWELL, server).await.is_err() {
            abort.abort();
        }
        if let Some(folder) = ephemeral {
            remove(&folder);
        }
    }
}

/// What the local cloud stands on, with its records in `folder`.
fn ground(options: Options, folder: PathBuf) -> Result<Ground, StartError> {
    let isolation = data::IsolationFinding::begin(options.isolation, &data::homes(&folder));
    let authority = Authority::open(&folder)?;
    let store = Arc::new(Store::open(&folder, options.lifetime)?);
    let mut data_options = data::Options::new(
        options.first_group_port,
        options.websocket_field.clone(),
        options.inherited,
    );
    data_options.isolation = isolation;
    data_options.faults = Faults::new(&options.physics);
    data_options.physics = options.physics;
    Ok(Ground {
        folder,
        store,
        authority,
        behaviour: Behaviour {
            gateway_delay: options.gateway_delay,
            publish_delay: options.publish_delay,
            websocket_field: options.websocket_field,
        },
        data_options,
    })
}

/// The folder of the records: the state's own, or one inside that goes when the local cloud does.
fn folder_of(options: &Options) -> io::Result<PathBuf> {
    let ephemeral = options.state.join("ephemeral");
    // What a killed ephemeral one left behind.
    if ephemeral.exists() {
        remove(&ephemeral);
    }
    match options.lifetime {
        Lifetime::Durable => Ok(options.state.clone()),
        Lifetime::Ephemeral => create_private(&ephemeral).map(|()| ephemeral),
    }
}

/// Makes a folder that only its owner can look into.
pub(super) fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Removes a folder. What cannot be removed now is removed at the next start.
fn remove(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
}

async fn bind(wanted: u16) -> Result<TcpListener, StartError> {
    match TcpListener::bind(("127.0.0.1", wanted)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(StartError::PortTaken {
            port: wanted,
            holder: port::holder(wanted),
        }),
        Err(error) => Err(error.into()),
    }
}
