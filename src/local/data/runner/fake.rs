//! A launcher for tests, whose instances are nothing but their end.

use crate::local::data::events::Events;
use crate::local::data::function_log::FunctionLogs;
use crate::local::data::instance::{Instance, Launch, Life, Plan, Reins};
use crate::local::data::refusal::{Refusal, StartFault};
use crate::local::store::records::FunctionRecord;
use crate::wire::function::{Function, StrategyConfig};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// Starts instances that do nothing but end when they are told to. Each start waits for a permit.
pub(super) struct Fake {
    logs: FunctionLogs,
    pub(super) permits: Arc<Semaphore>,
    fails: bool,
    pub(super) starts: AtomicUsize,
    running: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Fake {
    pub(super) fn new(permits: usize, fails: bool) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        Arc::new(Self {
            logs: FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap(),
            permits: Arc::new(Semaphore::new(permits)),
            fails,
            starts: AtomicUsize::new(0),
            running: Arc::default(),
            _folder: folder,
        })
    }

    pub(super) fn running(&self) -> Vec<String> {
        self.running.lock().unwrap().clone()
    }
}

impl Launch for Fake {
    fn launch(&self, plan: Arc<Plan>) -> Pin<Box<dyn Future<Output = Result<Instance, Refusal>> + Send>> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let (permits, fails, running) = (Arc::clone(&self.permits), self.fails, Arc::clone(&self.running));
        let log = self.logs.of("default", plan.name(), "i");
        Box::pin(async move {
            permits.acquire().await.unwrap().forget();
            if fails {
                let function = plan.name().to_owned();
                return Err(Refusal::Start {
                    function,
                    fault: Box::new(StartFault::NoBootstrap),
                });
            }
            let address = ([127, 0, 0, 1], 1).into();
            let (instance, mut reins): (Instance, Reins) = Instance::new("i".to_owned(), Some(7), address, log);
            let name = format!("{}@{}", plan.name(), plan.revision);
            running.lock().unwrap().push(name.clone());
            tokio::spawn(async move {
                reins.told().await;
                let mut running = running.lock().unwrap();
                let at = running.iter().position(|other| *other == name).unwrap();
                running.remove(at);
                drop(running);
                reins.life.send_replace(Life::Ended("killed".to_owned()));
            });
            Ok(instance)
        })
    }
}

/// A function of this name, whose instances are not limited.
pub(super) fn plan(name: &str, revision: &str) -> Arc<Plan> {
    plan_with(name, revision, (1000, 1))
}

/// A function with so many instances at most, each with so many places.
pub(super) fn plan_with(name: &str, revision: &str, (instances, places): (i64, i64)) -> Arc<Plan> {
    let function = Function {
        strategy_config: Some(StrategyConfig {
            concurrency: Some(instances),
            concurrent_num: Some(places),
        }),
        func_name: name.to_owned(),
        package: "default".to_owned(),
        ..Function::default()
    };
    Arc::new(Plan {
        record: Arc::new(FunctionRecord {
            function,
            encrypted_user_data: String::new(),
            blob: String::new(),
            ..FunctionRecord::default()
        }),
        revision: revision.to_owned(),
        code_key: String::new(),
        archives: Vec::new(),
    })
}
