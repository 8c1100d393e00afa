//! Whole calls: a client, the ingress, the gateway, and a function that is a task of the test or a real process.

mod authentication;
mod calls;
mod hostile;
mod http;
mod physics;
mod processes;
mod sockets;

use super::authority::Authority;
use super::events::Events;
use super::function_log::FunctionLogs;
use super::instance::{Instance, Launch, Life, Plan};
use super::isolation::Isolation;
use super::launch::{Launcher, Setup};
use super::refusal::Refusal;
use super::{DataPlane, Inherited, Options, log_path};
use crate::local::store::records::{
    APIS, ApiRecord, DEPENDENCY_VERSIONS, DependencyVersionRecord, FUNCTIONS, FunctionRecord, GROUPS, GroupRecord,
    PUBLICATIONS, PublicationRecord, function_key,
};
use crate::local::store::{Lifetime, Store, StoreError};
use crate::wire::api::{Api, ApiFunction, FUNCTION_BACKEND};
use crate::wire::dependency::Dependency;
use crate::wire::function::Function;
use crate::wire::group::Group;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use std::future::Future;
use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The group that every test has, and its debug domain.
const GROUP: &str = "g1";
const DOMAIN: &str = "g1.apic.cn-east-3.huaweicloudapis.com";

/// A local cloud's data plane with a store, and nothing else.
struct World {
    folder: tempfile::TempDir,
    store: Arc<Store>,
    data: Arc<DataPlane>,
    port: u16,
}

/// Instances that are tasks of the test, at one address.
struct Tasks(Arc<Setup>);

impl Launch for Tasks {
    fn launch(&self, plan: Arc<Plan>) -> Pin<Box<dyn Future<Output = Result<Instance, Refusal>> + Send>> {
        let log = self.0.logs.of("default", plan.name(), "i");
        let (instance, mut reins) = Instance::new("i".to_owned(), None, self.0.options.function_address, log);
        tokio::spawn(async move {
            reins.told().await;
            reins.life.send_replace(Life::Ended("stopped".to_owned()));
        });
        Box::pin(async { Ok(instance) })
    }
}

fn options(function_address: SocketAddr) -> Options {
    let inherited = Inherited {
        path: "/usr/local/bin:/usr/bin:/bin".into(),
        ..Inherited::default()
    };
    let mut options = Options::new(0, "websocket".to_owned(), inherited);
    options.function_address = function_address;
    options.account = Some(crate::sign::Credentials {
        access_key: "AK".to_owned(),
        secret_key: crate::sign::Secret::new("SK"),
        security_token: None,
    });
    options
}

impl World {
    /// Functions are what listens on `address`.
    async fn with_tasks(address: SocketAddr) -> Self {
        Self::new("state", options(address), |setup| Arc::new(Tasks(setup))).await
    }

    /// Functions are processes.
    async fn with_processes(options: Options) -> Self {
        Self::new("state", options, |setup| Arc::new(Launcher(setup))).await
    }

    /// Functions are processes, and the state's folder has this name.
    async fn within(name: &str, options: Options) -> Self {
        Self::new(name, options, |setup| Arc::new(Launcher(setup))).await
    }

    async fn new(name: &str, options: Options, launcher: impl FnOnce(Arc<Setup>) -> Arc<dyn Launch>) -> Self {
        let folder = tempfile::Builder::new().prefix(name).tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path(), Lifetime::Ephemeral).unwrap());
        let events = Events::default();
        let setup = Arc::new(Setup {
            code: folder.path().join("code"),
            homes: folder.path().join("instances"),
            note: folder.path().join("instance.json"),
            logs: FunctionLogs::open(folder.path().join("logs"), events.clone()).unwrap(),
            events,
            isolation: Arc::new(Isolation::Shared("this is a test".to_owned())),
            options,
        });
        let tls = Authority::open(folder.path()).unwrap().server_config().unwrap();
        let launcher = launcher(Arc::clone(&setup));
        let data = DataPlane::assemble(Arc::clone(&store), tls, setup, launcher)
            .await
            .unwrap();
        let port = crate::local::GroupPorts::open(&*data, GROUP).unwrap();
        let world = Self {
            folder,
            store,
            data,
            port,
        };
        world.put_group();
        world
    }

    fn put_group(&self) {
        let record = GroupRecord {
            instance_id: "gw".to_owned(),
            group: Group {
                id: GROUP.to_owned(),
                name: "APIGroup_ws".to_owned(),
                sl_domain: DOMAIN.to_owned(),
                ..Group::default()
            },
            port: self.port,
        };
        self.store
            .write(|writer| writer.put(&GROUPS, GROUP, &record))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    /// Puts an HTTP function with WebSocket switched on, as `change` leaves it.
    fn put_function(&self, name: &str, files: &[(&str, &str)], change: impl FnOnce(&mut Function)) {
        let mut function = Function {
            func_urn: format!("urn:fss:cn-east-3:p1:function:default:{name}:latest"),
            func_name: name.to_owned(),
            package: "default".to_owned(),
            runtime: "http".to_owned(),
            handler: "bootstrap".to_owned(),
            timeout: 30,
            memory_size: 128,
            other: json!({"websocket": true}).as_object().unwrap().clone(),
            ..Function::default()
        };
        change(&mut function);
        let record = FunctionRecord {
            function,
            encrypted_user_data: String::new(),
            blob: self.store.keep(&zip(files)).unwrap(),
            ..FunctionRecord::default()
        };
        self.store
            .write(|writer| writer.put(&FUNCTIONS, &function_key("default", name), &record))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    fn put_dependency(&self, id: &str, files: &[(&str, &str)]) {
        let record = DependencyVersionRecord {
            version: Dependency {
                id: id.to_owned(),
                ..Dependency::default()
            },
            blob: self.store.keep(&zip(files)).unwrap(),
        };
        self.store
            .write(|writer| writer.put(&DEPENDENCY_VERSIONS, id, &record))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    /// Publishes an API at `path` that leads to `function`, as `change` leaves it.
    fn publish(&self, path: &str, function: &str, change: impl FnOnce(&mut Api)) {
        let mut api = Api {
            id: format!("id of {path}"),
            group_id: GROUP.to_owned(),
            name: "API_ws".to_owned(),
            req_protocol: "BOTH".to_owned(),
            req_method: "ANY".to_owned(),
            req_uri: path.to_owned(),
            match_mode: Some("SWA".to_owned()),
            auth_type: "NONE".to_owned(),
            backend_type: FUNCTION_BACKEND.to_owned(),
            func_info: Some(ApiFunction {
                function_urn: format!("urn:fss:cn-east-3:p1:function:default:{function}"),
                network_type: Some("V2".to_owned()),
                invocation_type: Some("sync".to_owned()),
                timeout: 5000,
                ..ApiFunction::default()
            }),
            ..Api::default()
        };
        change(&mut api);
        let record = PublicationRecord {
            instance_id: "gw".to_owned(),
            env_name: "RELEASE".to_owned(),
            publication: Default::default(),
            api: api.clone(),
        };
        let edited = ApiRecord {
            instance_id: "gw".to_owned(),
            api,
        };
        self.store
            .write(|writer| {
                writer.put(&PUBLICATIONS, &format!("{path}:RELEASE"), &record)?;
                writer.put(&APIS, path, &edited)
            })
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// A connection that trusts the local cloud's authority, and nothing else.
    async fn connect_tls(&self) -> TlsStream<TcpStream> {
        let authority = CertificateDer::from_pem_file(self.folder.path().join("ca.pem")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, self.connect().await).await.unwrap()
    }

    /// Sends `head`, lines without their ends, then `body`, and reads until the answer ends.
    async fn call(&self, head: &[&str], body: &[u8]) -> Reply {
        let mut stream = self.connect().await;
        let head = [head, &["connection: close"]].concat();
        send(&mut stream, &head).await;
        let _ = stream.write_all(body).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Reply::read(&bytes)
    }

    fn log(&self, function: &str) -> String {
        std::fs::read_to_string(log_path(&self.folder.path().join("logs"), "default", function)).unwrap_or_default()
    }
}

/// What came back.
#[derive(Debug)]
struct Reply {
    head: String,
    body: String,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Self {
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// `error_code` and `error_msg`.
    fn error(&self) -> (String, String) {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"), "{self:?}");
        assert_eq!(self.header("server"), Some("api-gateway"));
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (text("error_code"), text("error_msg"))
    }
}

async fn send(stream: &mut TcpStream, head: &[&str]) {
    let head = format!("{}\r\n\r\n", head.join("\r\n"));
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Reads up to the empty line.
async fn read_head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A function's server within the test: `answer` gets each connection after its head was read.
async fn server<F>(answer: impl Fn(TcpStream, String) -> F + Send + Sync + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let head = read_head(&mut stream).await;
            tokio::spawn(answer(stream, head));
        }
    });
    address
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Nothing in these tests takes as long as this; what does hangs.
const PATIENCE: Duration = Duration::from_secs(20);

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it hangs")
}

fn state_file(world: &World, name: &str) -> bool {
    Path::new(world.folder.path()).join(name).exists()
}
