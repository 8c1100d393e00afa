//! Each instance on a machine of its own. What the system refuses is skipped, loudly.

use crate::support::{Cloud, Deployed, World, function_folder, http_function, say_skipped, skip, skipped};
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const OPTIONS: [&str; 4] = ["--gateway-delay", "0ms", "--isolation", "auto"];

/// Says what it sees of its machine, tries what it is told to, and keeps sockets open.
const SERVER: &str = r#"
import errno, http.server, json, os, resource, socket, subprocess
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if "Upgrade" in self.headers:
            self.send_response_only(101)
            for name, value in [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("X-Machine", socket.gethostname())]:
                self.send_header(name, value)
            self.end_headers()
            self.rfile.read(1)
            self.close_connection = True
            return
        command, _, path = self.path.partition("?")[2].partition("=")
        body = json.dumps(getattr(self, command)(path)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def facts(self, _):
        with open("/proc/1/cmdline") as first:
            first = first.read()
        return {"machine": socket.gethostname(), "address": socket.gethostbyname(socket.gethostname()), "user": os.getuid(),
                "first": first, "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0], "code": os.environ["RUNTIME_CODE_ROOT"],
                "folder": os.getcwd(), "temporary": os.environ["TMPDIR"], "interfaces": [name for _, name in socket.if_nameindex()]}
    def write(self, path):
        try:
            with open(path, "w") as file:
                file.write("x")
            return "written"
        except OSError as error:
            return errno.errorcode[error.errno]
    def exists(self, path):
        return os.path.exists(path)
    def node(self, path):
        return subprocess.run([path, "-p", "6 * 7"], capture_output=True, text=True).stdout
    def take(self, mebibytes):
        return len(b"x" * (int(mebibytes) << 20))
    def ask(self, port):
        return self.reach("127.0.0.1:" + port)
    def reach(self, place):
        host, _, port = place.partition(":")
        try:
            with socket.create_connection((host, int(port)), 5) as peer:
                peer.sendall(b"ping")
                return peer.recv(64).decode()
        except OSError as error:
            return errno.errorcode.get(error.errno, "timeout")
    def end(self, _):
        os._exit(3)
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"#;
const BOOTSTRAP: &str = "/opt/function/runtime/python3.9/rtsp/python/bin/python3 $RUNTIME_CODE_ROOT/server.py\n";

/// Whether this system gives `cloud` no namespaces, saying so.
#[track_caller]
fn refused(cloud: &Cloud) -> bool {
    let isolation = cloud.json("local status")["isolation"].as_str().unwrap().to_owned();
    if isolation == "namespaces" {
        return false;
    }
    skip(&format!("isolation is {isolation}"));
    true
}

/// A local cloud with functions that say what they see, each at a path of its name.
struct Functions(Cloud);

impl Functions {
    #[track_caller]
    fn start(names: &[&str]) -> Option<Self> {
        Self::start_with(names, &[])
    }

    #[track_caller]
    fn start_with(names: &[&str], options: &[&str]) -> Option<Self> {
        if skipped("python3") {
            return None;
        }
        let cloud = Cloud::start_with(&[&OPTIONS, options].concat());
        if refused(&cloud) {
            return None;
        }
        let cloud = cloud.with_gateway();
        function_folder(&cloud.path("code"), BOOTSTRAP, &[("server.py", SERVER)]);
        for name in names {
            for line in [
                format!("function create {name} --type http --code code --timeout 60"),
                format!("websocket enable {name}"),
                format!(
                    "trigger create API_{name} --function {name} --gateway apig-ws --group APIGroup_ws --auth none --protocol http --path /{name} --timeout 20000"
                ),
                format!("api update API_{name} --gateway apig-ws --network-architecture v2 --invocation-mode sync"),
                format!("api publish API_{name} --gateway apig-ws"),
            ] {
                cloud.fgctl(&line).success();
            }
        }
        Some(Self(cloud))
    }

    fn address(&self) -> String {
        let status = self.0.json("local status");
        let groups = status["groups"].as_array().unwrap();
        // Every gateway has a group DEFAULT besides.
        let group = groups.iter().find(|group| group["name"] == "APIGroup_ws").unwrap();
        format!("127.0.0.1:{}", group["port"])
    }

    /// Sends a request, and reads the status and the whole answer.
    fn call(&self, target: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        write!(
            stream,
            "GET /{target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (
            head[9..12].parse().unwrap(),
            serde_json::from_str(body).unwrap_or_default(),
        )
    }

    /// What `function` answers to a command that succeeds.
    #[track_caller]
    fn ask(&self, target: &str) -> Value {
        let (status, answer) = self.call(target);
        assert_eq!(status, 200, "{answer}");
        answer
    }

    fn open(&self, function: &str) -> Socket {
        Socket::open(&self.address(), &format!("/{function}")).unwrap()
    }
}

/// An upgraded connection.
struct Socket {
    head: String,
    stream: TcpStream,
}

impl Socket {
    /// Asks for WebSocket and reads the answer's head.
    fn open(address: &str, path: &str) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        Ok(Self { head, stream })
    }

    #[track_caller]
    fn machine(&self) -> String {
        assert!(self.head.starts_with("HTTP/1.1 101 "), "{}", self.head);
        let line = self
            .head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("x-machine: ").map(str::to_owned));
        line.unwrap()
    }
}

#[test]
fn functions_and_instances_run_at_once_each_on_port_8000_of_its_own_machine() {
    let Some(functions) = Functions::start(&["a", "b"]) else {
        return;
    };
    let sockets = [
        functions.open("a"),
        functions.open("a"),
        functions.open("a"),
        functions.open("b"),
    ];
    let machines: HashSet<String> = sockets.iter().map(Socket::machine).collect();
    assert_eq!(machines.len(), 4, "{machines:?}");
    let status = functions.0.json("local status");
    let running = |name: &str| {
        let instances = status["instances"].as_array().unwrap().iter();
        instances
            .filter(|instance| instance["name"] == name && instance["sockets"] == 1)
            .count()
    };
    assert_eq!((running("a"), running("b")), (3, 1), "{status}");
    let pids: HashSet<u64> = status["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|instance| instance["pid"].as_u64().unwrap())
        .collect();
    assert_eq!(pids.len(), 4);
    // A byte makes each end.
    for mut socket in sockets {
        socket.stream.write_all(b"x").unwrap();
        assert_eq!(socket.stream.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn beyond_the_last_instance_a_request_is_refused_at_once_until_one_is_free() {
    let Some(functions) = Functions::start(&["a"]) else {
        return;
    };
    let urn = functions.0.json("function get a")["func_urn"]
        .as_str()
        .unwrap()
        .to_owned();
    let urn = urn.strip_suffix(":latest").unwrap_or(&urn).to_owned();
    functions
        .0
        .run([
            "request",
            "PUT",
            &format!("/v2/{{project_id}}/fgs/functions/{urn}/config-max-instance"),
            "--body",
            r#"{"max_instance_num": 2}"#,
        ])
        .success();
    let (one, two) = (functions.open("a"), functions.open("a"));
    assert_ne!(one.machine(), two.machine());
    let (status, answer) = functions.call("a?facts");
    assert_eq!(
        (status, answer["error_code"].as_str()),
        (429, Some("FSS.0429")),
        "{answer}"
    );
    assert!(
        answer["error_msg"]
            .as_str()
            .unwrap()
            .contains("all 2 instances of `a` are taken"),
        "{answer}"
    );
    drop(one);
    let free = Instant::now() + Duration::from_secs(20);
    while functions.call("a?facts").0 == 429 {
        assert!(Instant::now() < free, "the place is not given back");
    }
}

#[test]
fn a_machine_is_the_platforms_own_as_far_as_a_function_sees() {
    let Some(functions) = Functions::start(&["a"]) else {
        return;
    };
    let facts = functions.ask("a?facts");
    for (name, expected) in [
        ("address", "127.0.0.1"),
        ("code", "/opt/function/code"),
        ("folder", "/opt/function/code"),
        ("temporary", "/tmp"),
    ] {
        assert_eq!(facts[name], expected, "{facts}");
    }
    assert_eq!(facts["user"], fs::metadata("/proc/self").unwrap().uid());
    assert_eq!(facts["files"], 2048);
    assert_eq!(facts["interfaces"], serde_json::json!(["lo"]));
    assert!(facts["first"].as_str().unwrap().contains("instance-helper"), "{facts}");
    assert_eq!(functions.ask("a?write=/opt/function/code/new"), "EROFS");
    if !skipped("node") {
        let answer = functions.ask("a?node=/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node");
        assert_eq!(answer, "42\n");
    }
}

#[test]
fn tmp_is_an_instances_own_and_the_hosts_files_cannot_be_written() {
    let Some(functions) = Functions::start(&["a", "b"]) else {
        return;
    };
    let file = format!("/tmp/fgctl-test-{}", std::process::id());
    assert_eq!(functions.ask(&format!("a?write={file}")), "written");
    assert_eq!(functions.ask(&format!("a?exists={file}")), true);
    assert_eq!(functions.ask(&format!("b?exists={file}")), false);
    assert!(!Path::new(&file).exists());
    // A folder that anybody may write, outside `/tmp`.
    let host = format!("/var/tmp/fgctl-test-{}", std::process::id());
    assert_eq!(functions.ask("a?exists=/var/tmp"), true);
    assert_eq!(functions.ask(&format!("a?write={host}")), "EROFS");
    assert!(!Path::new(&host).exists());
}

#[test]
fn a_crash_is_explained_and_logged_and_the_next_request_has_a_fresh_instance() {
    let Some(functions) = Functions::start(&["a"]) else {
        return;
    };
    let before = functions.ask("a?facts")["machine"].clone();
    let (status, answer) = functions.call("a?end");
    let message = answer["error_msg"].as_str().unwrap();
    assert_eq!(status, 502);
    assert!(message.contains("its process ended, exit status 3"), "{message}");
    let log = message.rsplit(' ').next().unwrap().to_owned();
    assert_ne!(functions.ask("a?facts")["machine"], before);
    functions.0.fgctl("local down").success();
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("system the instance ended: exit status 3"), "{log}");
}

#[test]
fn a_function_gets_no_more_memory_than_it_has_and_its_log_says_so() {
    let Some(functions) = Functions::start(&["a"]) else {
        return;
    };
    assert_eq!(functions.ask("a?take=32"), 32 << 20);
    let (status, answer) = functions.call("a?take=256");
    // Its end names the log.
    let (_, last) = if status == 200 {
        functions.call("a?end")
    } else {
        (status, answer)
    };
    let log = last["error_msg"]
        .as_str()
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    let fresh = functions.ask("a?take=32");
    functions.0.fgctl("local down").success();
    let log = fs::read_to_string(log).unwrap();
    if log.contains("memory is not limited") {
        return say_skipped("this system has no control groups for a function's memory");
    }
    assert_eq!(
        (status, fresh),
        (502, (32 << 20).into()),
        "a function of 128 MB took 256"
    );
    assert!(log.contains("its memory was used up"), "{log}");
}

/// Every process with `marker` in its arguments or its environment.
fn processes(marker: &str) -> Vec<String> {
    let holds = |path: &Path, name: &str| {
        let bytes = fs::read(path.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(marker)
    };
    let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let found = entries.filter(|path| holds(path, "cmdline") || holds(path, "environ"));
    found.map(|path| path.display().to_string()).collect()
}

#[test]
fn a_kill_in_the_middle_of_traffic_leaves_no_process() {
    let cloud = Cloud::start_with(&OPTIONS);
    if refused(&cloud) {
        return;
    }
    // Everything of this world has its home in the environment, and functions have it in their start file.
    let marker = cloud.path("code").parent().unwrap().display().to_string();
    let prepare = |world: &World| {
        let bootstrap = format!(
            "export HERE={marker}\nsleep 1000 &\nexec '{}' demo-function\n",
            world.program().display()
        );
        function_folder(&world.path("code"), &bootstrap, &[])
    };
    let mut deployed = Deployed::on(cloud, prepare, "--protocol http");
    let address = deployed.url.split('/').nth(2).unwrap().to_owned();
    for _ in 0..10 {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let _ = Socket::open(&address, "/websocket_demo");
                    }
                });
            }
            let mut socket = Socket::open(&address, "/websocket_demo").unwrap();
            socket.stream.read_exact(&mut [0]).unwrap();
            // The local cloud, a helper, its process 1, the function, and what that has started.
            assert!(processes(&marker).len() >= 5, "{:?}", processes(&marker));
            deployed.cloud.kill();
            stop.store(true, Ordering::Relaxed);
        });
        let limit = Instant::now() + Duration::from_secs(10);
        while !processes(&marker).is_empty() {
            assert!(Instant::now() < limit, "left: {:?}", processes(&marker));
        }
        deployed.cloud.up(&OPTIONS);
    }
}

#[test]
fn an_ordinary_user_has_it_too() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        // Every other test shows it.
        return;
    }
    let cloud = Cloud::start_in(World::of_nobody(), &OPTIONS);
    if refused(&cloud) {
        return;
    }
    let deployed = Deployed::on(cloud, http_function, "");
    let heard = deployed.cloud.fgctl("connect WebSocket-demo --count 2").success();
    assert_eq!(heard.stdout.matches("Server time: ").count(), 2, "{heard:?}");
}

#[test]
fn without_it_the_reason_is_said_in_the_status_and_in_the_log() {
    let cloud = Cloud::start_with(&["--gateway-delay", "0ms", "--isolation", "off"]);
    let deployed = Deployed::on(cloud, http_function, "");
    deployed.cloud.fgctl("connect WebSocket-demo --count 1").success();
    let status = deployed.cloud.json("local status");
    assert_eq!(status["isolation"], "none: it is switched off");
    let log = status["instances"][0]["log"].as_str().unwrap().to_owned();
    deployed.cloud.fgctl("local down").success();
    let log = fs::read_to_string(log).unwrap();
    let said = "one function at a time runs: it is switched off";
    assert_eq!(log.matches(said).count(), 1, "{log}");
}

/// What is declared is reached at the same address, and nothing else is.
#[test]
fn a_forwarded_port_of_the_host_is_the_instances_own_and_others_are_not_there() {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let hidden = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let port = host.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        for stream in host.incoming().take(4) {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4];
            stream.read_exact(&mut bytes).unwrap();
            stream.write_all(&[&bytes[..], b" pong"].concat()).unwrap();
        }
    });
    let forwards = [port, nobody].map(|port| format!("--forward={port}"));
    let Some(functions) = Functions::start_with(&["a", "b"], &forwards.each_ref().map(String::as_str)) else {
        return;
    };
    // Each function's instance has a way of its own.
    for function in ["a", "b", "a", "b"] {
        assert_eq!(functions.ask(&format!("{function}?ask={port}")), "ping pong");
    }
    serving.join().unwrap();
    let hidden = hidden.local_addr().unwrap().port();
    assert_eq!(functions.ask(&format!("a?ask={hidden}")), "ECONNREFUSED");
    let unanswered = functions.ask(&format!("a?ask={nobody}"));
    assert!(unanswered == "" || unanswered == "ECONNRESET", "{unanswered}");
    let said = format!("the forwarded port {nobody} of this machine's 127.0.0.1 does not answer");
    let log = functions.0.fgctl("logs a").success().stdout;
    assert_eq!(log.matches(&said).count(), 1, "{log}");
}

/// An address of this machine besides its loopback; asking for it sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("198.51.100.1:9").ok()?;
    Some(socket.local_addr().unwrap().ip()).filter(|address| !address.is_loopback())
}

/// The processes that carry the network of the machine whose helper is `pid`.
fn carriers(pid: u64) -> usize {
    let is_one = |line: &[u8]| {
        let mut words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
        words.next().is_some_and(|first| first.ends_with(b"pasta"))
            && words.next_back() == Some(pid.to_string().as_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.filter(|line| is_one(line)).count()
}

/// A function with public access reaches what this machine reaches and not this machine's 127.0.0.1; one without reaches
/// nothing. What carries it goes with the instance, even after a kill.
#[test]
fn public_access_leads_out_and_ends_with_the_instance() {
    if skipped("pasta") {
        return;
    }
    let Some(address) = own_address() else {
        return say_skipped("this machine has no address but its loopback");
    };
    let host = TcpListener::bind((address, 0)).unwrap();
    let hidden = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = host.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in host.incoming().flatten() {
            // What is unread when it is closed would take the answer with it.
            let _ = stream.read_exact(&mut [0; 4]);
            let _ = stream.write_all(b"pong");
        }
    });
    let Some(mut functions) = Functions::start(&["a", "b"]) else {
        return;
    };
    functions.0.fgctl("function update a --public-access").success();
    functions.0.fgctl("function update b --no-public-access").success();
    assert_eq!(functions.ask(&format!("a?reach={place}")), "pong");
    assert_eq!(functions.ask(&format!("b?reach={place}")), "ENETUNREACH");
    assert_eq!(functions.ask(&format!("a?ask={hidden}")), "ECONNREFUSED");
    let status = functions.0.json("local status");
    let instances = status["instances"].as_array().unwrap();
    let of = |name: &str| {
        instances.iter().find(|one| one["name"] == name).unwrap()["pid"]
            .as_u64()
            .unwrap()
    };
    let (a, b) = (of("a"), of("b"));
    assert_eq!((carriers(a), carriers(b)), (1, 0));
    functions.0.kill();
    let patience = Instant::now() + Duration::from_secs(20);
    while carriers(a) > 0 {
        assert!(Instant::now() < patience, "it outlives its machine");
    }
}

/// One that nobody uses ends when it was said to.
#[test]
fn an_idle_instance_ends_after_the_time_that_was_said() {
    let Some(functions) = Functions::start_with(&["a"], &["--instance-idle", "200ms"]) else {
        return;
    };
    let first = functions.ask("a?facts")["machine"].clone();
    let patience = Instant::now() + Duration::from_secs(20);
    while !functions.0.json("local status")["instances"]
        .as_array()
        .unwrap()
        .is_empty()
    {
        assert!(Instant::now() < patience, "it stays");
    }
    assert_ne!(functions.ask("a?facts")["machine"], first);
    let log = functions.0.fgctl("logs a --grep ended").success().stdout;
    assert!(log.contains("killed: nobody used it"), "{log}");
}
