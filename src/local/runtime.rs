//! The runtime file: how other processes find a running local cloud, and make sure that it is the very one.

use super::Account;
use super::account::write_private;
use super::fault::{FaultView, NewFault};
use super::state::Outcome;
use crate::sign::Secret;
use crate::sys::lock;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::TcpStream;

/// The file that a local cloud holds as long as it works with its state.
pub(super) const LOCK_FILE: &str = "lock";
/// How long it may take to end once its functions have.
const END_PATIENCE: Duration = Duration::from_secs(10);
/// How long a running local cloud may take to answer before it counts as not running.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it may take to read or write a whole state.
const WORK_PATIENCE: Duration = Duration::from_secs(600);
/// The longest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// What a running local cloud tells of itself. Its file is readable by its owner alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Runtime {
    /// Its process.
    pub(crate) pid: u32,
    /// Made anew at each start: tells this run from another that took its port.
    pub(crate) nonce: String,
    /// The control plane's port on 127.0.0.1.
    pub(crate) port: u16,
    /// Where its state is.
    pub(crate) state: PathBuf,
    /// Its only region.
    pub(crate) region: String,
    /// Its only project.
    pub(crate) project_id: String,
    /// Its account.
    pub(crate) domain_id: String,
    /// The account's access key.
    pub(crate) access_key: String,
    /// The account's secret key.
    #[serde(with = "secret")]
    pub(crate) secret_key: Secret,
    /// What `/_local` asks for.
    #[serde(with = "secret")]
    pub(super) admin_token: Secret,
    /// The certificate that its `https://` and `wss://` URLs are signed with.
    pub(crate) ca_file: PathBuf,
    /// The member of a function's configuration that stands for the WebSocket switch.
    pub(crate) websocket_field: String,
}

/// A secret in a file that only its owner can read.
mod secret {
    use crate::sign::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// A local cloud could not be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// No local cloud runs on this state, or another process has its port.
    #[error("no local cloud is running with the state `{}`", state.display())]
    NotRunning {
        /// The state that was looked at.
        state: PathBuf,
    },
    /// It was asked to end and has not.
    #[error("the local cloud (process {pid}) has ended its functions, but not itself")]
    StillRunning {
        /// Its process.
        pid: u32,
    },
    /// It runs, but has not done what was asked for.
    #[error("the local cloud (process {pid}) refused: {why}")]
    Refused {
        /// Its process.
        pid: u32,
        /// What it said.
        why: String,
    },
}

/// Where its faults are.
const FAULTS: &str = "/_local/faults";

/// What is asked of a running local cloud.
struct Question {
    method: http::Method,
    path: &'static str,
    body: String,
    patience: Duration,
}

impl Question {
    /// Something that is answered at once.
    fn get(path: &'static str) -> Self {
        Self {
            method: http::Method::GET,
            path,
            body: String::new(),
            patience: PATIENCE,
        }
    }

    /// Something that is done at once.
    fn send(method: http::Method, path: &'static str, body: &Value) -> Self {
        Self {
            method,
            body: body.to_string(),
            ..Self::get(path)
        }
    }

    /// Something that takes as long as the state is large.
    fn work(path: &'static str, body: Value) -> Self {
        Self {
            method: http::Method::POST,
            path,
            body: body.to_string(),
            patience: WORK_PATIENCE,
        }
    }
}

/// Why it refused, in its own words.
fn refusal(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body["error_msg"].as_str()?.to_owned())
}

impl Runtime {
    fn path(state: &Path) -> PathBuf {
        state.join("runtime.json")
    }

    /// The same with what it says of its account.
    pub(super) fn of(self, account: &Account) -> Self {
        Self {
            region: account.region.clone(),
            project_id: account.project_id.clone(),
            domain_id: account.domain_id.clone(),
            access_key: account.credentials.access_key.clone(),
            secret_key: account.credentials.secret_key.clone(),
            ..self
        }
    }

    /// Writes the file.
    pub(super) fn publish(&self) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        write_private(&Self::path(&self.state), |file| file.write_all(&text))
    }

    /// Removes the file, if it is still this run's.
    pub(super) fn withdraw(&self) {
        if Self::read(&self.state).is_some_and(|runtime| runtime.nonce == self.nonce) {
            let _ = fs::remove_file(Self::path(&self.state));
        }
    }

    /// What the file in `state` says, whether or not that run is still alive.
    pub(super) fn read(state: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::path(state)).ok()?).ok()
    }

    /// The local cloud that runs on `state`: it has answered.
    ///
    /// # Errors
    /// [`AskError::NotRunning`] unless the very process that wrote the file answers.
    pub(crate) async fn find(state: &Path) -> Result<Self, AskError> {
        let missing = || AskError::NotRunning {
            state: state.to_owned(),
        };
        let runtime = Self::read(state).ok_or_else(missing)?;
        let status = runtime.status().await.map_err(|_| missing())?;
        if status.get("nonce").and_then(Value::as_str) == Some(runtime.nonce.as_str()) {
            Ok(runtime)
        } else {
            Err(missing())
        }
    }

    /// Where the control plane answers.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it says of itself: its groups and their ports, the instances that run.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn status(&self) -> Result<Value, AskError> {
        self.ask(Question::get("/_local/status")).await
    }

    /// The last requests that came to its gateways, oldest first.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn requests(&self) -> Result<Vec<Value>, AskError> {
        self.ask(Question::get("/_local/requests")).await
    }

    /// The faults that are set on purpose.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn faults(&self) -> Result<Vec<FaultView>, AskError> {
        self.ask(Question::get(FAULTS)).await
    }

    /// Sets a fault on purpose.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn add_fault(&self, fault: &NewFault) -> Result<FaultView, AskError> {
        self.ask(Question::send(http::Method::POST, FAULTS, &json!(fault)))
            .await
    }

    /// Takes back the fault `id`, or all of them; how many.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) async fn clear_faults(&self, id: Option<u64>) -> Result<usize, AskError> {
        let which = json!({"id": id});
        self.ask(Question::send(http::Method::DELETE, FAULTS, &which)).await
    }

    /// How many records of each collection it has.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(super) async fn holds(&self) -> Result<BTreeMap<String, usize>, AskError> {
        let status: Value = self.status().await?;
        serde_json::from_value(status["holds"].clone()).map_err(|_| self.silent())
    }

    /// Asks it to empty its state.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(super) async fn reset(&self) -> Result<Outcome, AskError> {
        self.ask(Question::work("/_local/reset", Value::Null)).await
    }

    /// Asks it to save its state to the file `path`.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(super) async fn save(&self, path: &Path, with_keys: bool) -> Result<Outcome, AskError> {
        let place = json!({"path": path, "with_keys": with_keys});
        self.ask(Question::work("/_local/save", place)).await
    }

    /// Asks it to load the state of the file `path`.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(super) async fn load(&self, path: &Path) -> Result<Outcome, AskError> {
        self.ask(Question::work("/_local/load", json!({"path": path}))).await
    }

    /// Asks it to end, and waits until it has let go of its state.
    ///
    /// # Errors
    /// It does not answer, or refuses, or does not end.
    pub(crate) async fn shut_down(&self) -> Result<(), AskError> {
        self.bytes(Question {
            method: http::Method::POST,
            ..Question::get("/_local/shutdown")
        })
        .await?;
        let lock = self.state.join(LOCK_FILE);
        let free = tokio::task::spawn_blocking(move || lock::wait_until_free(&lock));
        match tokio::time::timeout(END_PATIENCE, free).await {
            Ok(Ok(Ok(()))) => Ok(()),
            _ => Err(AskError::StillRunning { pid: self.pid }),
        }
    }

    pub(super) fn silent(&self) -> AskError {
        AskError::NotRunning {
            state: self.state.clone(),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, AskError> {
        let body = self.bytes(question).await?;
        serde_json::from_slice(&body).map_err(|_| self.silent())
    }

    async fn bytes(&self, question: Question) -> Result<Bytes, AskError> {
        let patience = question.patience;
        let answer = tokio::time::timeout(patience, self.exchange(question)).await;
        match answer {
            Ok(Ok((status, body))) if status.is_success() => Ok(body),
            Ok(Ok((status, body))) => Err(AskError::Refused {
                pid: self.pid,
                why: refusal(&body).unwrap_or_else(|| status.to_string()),
            }),
            Ok(Err(_)) | Err(_) => Err(self.silent()),
        }
    }

    async fn exchange(
        &self,
        question: Question,
    ) -> Result<(http::StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let host = format!("127.0.0.1:{}", self.port);
        let stream = TcpStream::connect(&host).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Moves the bytes; what goes wrong with it, the exchange is told.
        let driver = tokio::spawn(connection);
        let request = http::Request::builder()
            .method(question.method)
            .uri(question.path)
            .header("host", &host)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.admin_token.expose()))
            .body(Full::new(Bytes::from(question.body)))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT)
            .collect()
            .await?
            .to_bytes();
        driver.abort();
        Ok((status, body))
    }
}
