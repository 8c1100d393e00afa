//! What serves now, and how another state takes its place while the services' port stays open.

use super::data::authority::Authority;
use super::data::{self, DataPlane};
use super::fault::Faults;
use super::physics::Pace;
use super::store::Store;
use super::{Account, Behaviour, Context, Contexts, Open, Runtime, StartError, account};
use crate::sys;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// What stays when the state is replaced.
pub(super) struct Ground {
    /// The folder of the records.
    pub(super) folder: PathBuf,
    pub(super) store: Arc<Store>,
    pub(super) authority: Authority,
    pub(super) behaviour: Behaviour,
    pub(super) data_options: data::Options,
}

impl Ground {
    /// Starts a data plane on the records that there are, and what the control plane works with.
    ///
    /// # Errors
    /// The account or the state's folder cannot be used.
    pub(super) async fn rise(&self) -> Result<(Arc<Context>, Arc<DataPlane>), StartError> {
        let account = account::open(&self.folder, &self.store)?;
        let (tls, mut options) = (self.authority.server_config()?, self.data_options.clone());
        options.account = Some(account.credentials.clone());
        let data = DataPlane::start(Arc::clone(&self.store), tls, &self.folder, options).await?;
        // Every record has been looked at, and a state that was loaded was in memory as a whole.
        sys::memory::release();
        let context = Context {
            store: Arc::clone(&self.store),
            account,
            behaviour: self.behaviour.clone(),
            ports: Arc::clone(&data) as Arc<dyn super::GroupPorts>,
            functions: Arc::clone(&data) as Arc<dyn super::Functions>,
            open: Arc::default(),
        };
        Ok((Arc::new(context), data))
    }
}

/// What serves now.
pub(super) struct Live {
    ground: Ground,
    pub(super) contexts: Arc<Contexts>,
    data: RwLock<Arc<DataPlane>>,
    runtime: RwLock<Arc<Runtime>>,
    /// Held by whoever replaces or ends what serves.
    turn: Mutex<()>,
}

/// A state could not take the place of another.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplaceError<E: std::error::Error> {
    /// Nothing was changed, and what served serves again.
    #[error(transparent)]
    Unchanged(E),
    /// Nothing serves any more.
    #[error("the local cloud cannot go on")]
    Over(#[source] StartError),
}

impl Live {
    pub(super) fn new(ground: Ground, (context, data): (Arc<Context>, Arc<DataPlane>), runtime: Runtime) -> Self {
        Self {
            ground,
            contexts: Arc::new(Contexts::new(context)),
            data: RwLock::new(data),
            runtime: RwLock::new(Arc::new(runtime)),
            turn: Mutex::default(),
        }
    }

    /// The data plane that runs.
    pub(super) fn data(&self) -> Arc<DataPlane> {
        Arc::clone(&self.data.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What fails on purpose.
    pub(super) fn faults(&self) -> Faults {
        self.ground.data_options.faults.clone()
    }

    /// How fast time passes.
    pub(super) fn pace(&self) -> Pace {
        Pace::new(self.ground.data_options.physics.speed)
    }

    /// What the runtime file says.
    pub(super) fn runtime(&self) -> Arc<Runtime> {
        Arc::clone(&self.runtime.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends every function and every port, then `change`s the records in one write, and starts on what there is. The
    /// requests that write meanwhile wait, and are then told to ask again.
    ///
    /// # Errors
    /// The change failed, or what should serve afterwards cannot start.
    pub(super) async fn replace<R, E>(
        &self,
        change: impl FnOnce(&Store, &Account) -> Result<R, E> + Send + 'static,
    ) -> Result<R, ReplaceError<E>>
    where
        R: Send + 'static,
        E: std::error::Error + Send + 'static,
    {
        let _turn = self.turn.lock().await;
        let old = self.contexts.current();
        let mut open = old.open.write().await;
        self.data().shutdown().await;
        let context = Arc::clone(&old);
        let changed = tokio::task::spawn_blocking(move || change(&context.store, &context.account)).await;
        let (context, data) = self.ground.rise().await.map_err(ReplaceError::Over)?;
        let runtime = Runtime::clone(&self.runtime()).of(&context.account);
        runtime.publish().map_err(|error| ReplaceError::Over(error.into()))?;
        *self.runtime.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(runtime);
        *self.data.write().unwrap_or_else(PoisonError::into_inner) = data;
        self.contexts.replace(context);
        *open = Open(false);
        match changed {
            Ok(changed) => changed.map_err(ReplaceError::Unchanged),
            Err(error) => Err(ReplaceError::Over(std::io::Error::other(error).into())),
        }
    }

    /// Ends every function and every port, for good.
    pub(super) async fn end(&self) {
        let _turn = self.turn.lock().await;
        self.data().shutdown().await;
    }
}
