//! `fgctl dev`: a folder of code that changes while people are connected.

use crate::support::{FunctionPort, World, function_folder, http_function, node_with_ws, project};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// How long something may take to be told.
const PATIENCE: Duration = Duration::from_secs(30);
const BOOTSTRAP: &str =
    "#!/bin/sh\nexec /opt/function/runtime/nodejs20.15/rtsp/nodejs/bin/node \"$RUNTIME_CODE_ROOT/index.js\"\n";

/// A server that says `text` to plain requests and to whoever opens a WebSocket, and to each message.
fn code(text: &str) -> String {
    format!(
        "const {{ WebSocketServer }} = require('ws');
const http = require('http').createServer((_, response) => response.end('{text}'));
new WebSocketServer({{ server: http }}).on('connection', (socket) => {{
  socket.send('{text}');
  socket.on('message', (message) => socket.send(`{text}: ${{message}}`));
}});
http.listen(8000, '127.0.0.1');
"
    )
}

/// A folder of code with the package `ws` in it.
fn folder(world: &World, ws: &Path) -> PathBuf {
    let folder = function_folder(&world.path("code"), BOOTSTRAP, &[("index.js", &code("one"))]);
    let mut copy = Command::new("cp");
    copy.arg("-r").arg(ws.join("node_modules")).arg(&folder);
    assert!(copy.status().unwrap().success());
    folder
}

/// A world with a temporary folder of its own, which has to be empty at the end.
fn world() -> World {
    let mut world = World::new();
    let temporary = world.path("tmp");
    fs::create_dir(&temporary).unwrap();
    world.set("TMPDIR", temporary.to_str().unwrap());
    world
}

#[track_caller]
fn nothing_is_left(world: &World) {
    let left: Vec<_> = fs::read_dir(world.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "files are left: {left:?}");
    let taken = std::net::TcpListener::bind("127.0.0.1:8000");
    assert!(taken.is_ok(), "the function still runs: {taken:?}");
}

/// A process whose lines are read as they come; ended if the test fails.
struct Spoken {
    process: Child,
    lines: Receiver<String>,
}

impl Spoken {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { process, lines }
    }

    #[track_caller]
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// The next event of this kind.
    #[track_caller]
    fn event(&self, kind: &str) -> Value {
        loop {
            let event: Value = serde_json::from_str(&self.line()).unwrap();
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// Interrupts it, and tells its exit status.
    fn interrupt(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        // Asked, not killed: without isolation a function outlives what is killed.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// What a plain request to the URL is answered.
fn answer(url: &str) -> String {
    let address = url.trim_start_matches("ws://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// The example's client: tells what comes and how each connection ends, and says each line of its input.
const CLIENT: &str = r"
const { ReconnectingSocket } = require(process.argv[2]);
const socket = new ReconnectingSocket(process.argv[1], {
  WebSocket: require('ws'),
  onmessage: (data) => console.log(String(data)),
  onclose: (code, reason) => console.log(`closed ${code} ${reason}`),
});
require('readline').createInterface({ input: process.stdin }).on('line', (line) => socket.send(line));
";

fn client(ws: &Path, url: &str) -> Spoken {
    let script = project().join("examples/reconnect/reconnect.js");
    let mut node = Command::new("node");
    node.current_dir(ws).args(["-e", CLIENT, "--", url]).arg(script);
    Spoken::start(&mut node)
}

const OPTIONS: &[&str] = &[
    "--ingress-port",
    "0",
    "--protocol",
    "http",
    "--backend-timeout",
    "60000",
];

#[test]
fn a_change_takes_over_once_it_runs_and_what_is_broken_never_does() {
    changes("auto");
}

#[test]
fn without_isolation_too() {
    changes("off");
}

fn changes(isolation: &str) {
    let Some(ws) = node_with_ws() else {
        return;
    };
    let _port = FunctionPort::hold();
    let world = world();
    let folder = folder(&world, &ws);
    // At once, as editors do: half a file would be a change of its own.
    let write = |text: &str| {
        fs::write(world.path("index.js"), text).unwrap();
        fs::rename(world.path("index.js"), folder.join("index.js")).unwrap();
    };
    let arguments = [&["dev", "code", "-o", "json", "--isolation", isolation], OPTIONS].concat();
    let dev = Spoken::start(&mut world.command(arguments));
    let first = dev.event("serving");
    let url = first["url"].as_str().unwrap();
    assert_eq!(
        (answer(url).as_str(), &first["replaced_sockets"]),
        ("one", &Value::Null)
    );
    let mut client = client(&ws, url);
    assert_eq!(client.line(), "one");

    write(&code("two"));
    let second = dev.event("serving");
    assert_eq!(
        (&second["replaced_sockets"], &second["url"]),
        (&Value::from(1), &first["url"])
    );
    assert_ne!(second["revision"], first["revision"]);
    assert_eq!(client.line(), "closed 1012 its code is replaced");
    assert_eq!(client.line(), "two");
    assert_eq!(answer(url), "two");

    write("this is no JavaScript");
    let failed = dev.event("failed");
    assert_eq!(failed["serving"], true);
    assert!(failed["error"].as_str().unwrap().contains("SyntaxError"), "{failed}");
    assert_eq!(answer(url), "two");
    if isolation == "auto" {
        // Nobody was told anything: the same connection goes on.
        writeln!(client.process.stdin.as_mut().unwrap(), "still there?").unwrap();
        assert_eq!(client.line(), "two: still there?");
    } else {
        assert_eq!(client.line(), "closed 1012 its code is replaced");
        assert_eq!(client.line(), "two");
    }
    fs::remove_file(folder.join("bootstrap")).unwrap();
    let failed = dev.event("failed");
    assert!(failed["error"].as_str().unwrap().contains("bootstrap"), "{failed}");
    assert_eq!(answer(url), "two");

    write(&code("three"));
    fs::write(folder.join("bootstrap"), BOOTSTRAP).unwrap();
    dev.event("serving");
    assert_eq!(answer(url), "three");
    assert_eq!(client.line(), "closed 1012 its code is replaced");
    assert_eq!(client.line(), "three");
    assert_eq!(dev.interrupt(), Some(0));
    nothing_is_left(&world);
}

#[test]
fn code_that_never_worked_is_waited_for() {
    let _port = FunctionPort::hold();
    let world = world();
    let program = world.program();
    fs::create_dir(world.path("code")).unwrap();
    fs::write(world.path("code/README"), "nothing else yet").unwrap();
    let dev = Spoken::start(&mut world.command([&["dev", "code", "-o", "json"], OPTIONS].concat()));
    let failed = dev.event("failed");
    assert_eq!(failed["serving"], false);
    let bootstrap = world.path("code/bootstrap");
    fs::write(&bootstrap, "#!/bin/sh\necho 'no such luck'; exit 3\n").unwrap();
    let failed = dev.event("failed");
    assert!(failed["error"].as_str().unwrap().contains("no such luck"), "{failed}");
    fs::write(
        &bootstrap,
        format!("#!/bin/sh\nexec '{}' demo-function\n", program.display()),
    )
    .unwrap();
    dev.event("serving");
    assert_eq!(dev.interrupt(), Some(0));
    nothing_is_left(&world);
}

#[test]
fn once_it_proves_the_url_and_ends() {
    let _port = FunctionPort::hold();
    let world = world();
    http_function(&world);
    let once = world.json("dev code --once --ingress-port 0 --path /websocket_demo");
    let url = once["url"].as_str().unwrap();
    assert!(
        url.starts_with("wss://127.0.0.1:") && url.ends_with("/websocket_demo"),
        "{once}"
    );
    let named = world
        .fgctl("dev code --once --ingress-port 0 --path /websocket_demo -o name")
        .success();
    assert!(named.stdout.starts_with("wss://"), "{named:?}");
    named.says(&["now serving revision"]);
    world
        .fgctl("dev code --once --ingress-port 0 --path /elsewhere")
        .failure(9, &["the URL opens no WebSocket", "--path PATH"]);
    fs::write(world.path("code/bootstrap"), "#!/bin/sh\necho 'no such luck'; exit 3\n").unwrap();
    world
        .fgctl("dev code --once --ingress-port 0")
        .failure(1, &["the function does not start", "no such luck"]);
    nothing_is_left(&world);
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_starts() {
    let world = world();
    fs::write(world.path("file"), "").unwrap();
    for (line, texts) in [
        ("dev missing", &["`missing` is no folder", "fgctl dev DIR"] as &[&str]),
        ("dev file", &["`file` is no folder"]),
        ("dev . --name 7up", &["function name `7up`"]),
        ("dev . --path x", &["path `x` is not allowed"]),
        ("dev . --timeout 0", &["execution timeout"]),
        ("dev . --backend-timeout 60001", &["backend timeout"]),
        ("dev . --env A", &["NAME=VALUE"]),
        ("dev . --dry-run", &["--dry-run"]),
        ("dev . --query url", &["--query"]),
    ] {
        world.fgctl(line).failure(2, texts);
    }
    nothing_is_left(&world);
}

/// Two functions behind a gateway that is somebody else's.
const MANIFEST: &str = r#"
name = "shop"

[functions.clock]
code = "clock"
websocket = true
timeout = 60

[functions.bell]
code = "bell"
websocket = true
[functions.bell.env]
INTERVAL_MS = "${INTERVAL:-100}"

[gateways.apig-prod]
existing = true

[groups.APIGroup_clock]

[groups.APIGroup_bell]

[triggers.API_clock]
function = "clock"
group = "APIGroup_clock"
path = "/websocket_demo"
auth = "none"

[triggers.API_bell]
function = "bell"
group = "APIGroup_bell"
path = "/websocket_demo"
protocol = "http"
auth = "none"

[env.test.functions.clock]
memory = 256
"#;

/// A folder of a manifest with the code of its functions.
fn shop(world: &World) {
    let program = world.program();
    let bootstrap = format!("#!/bin/sh\nexec '{}' demo-function\n", program.display());
    for name in ["clock", "bell"] {
        function_folder(&world.path("shop").join(name), &bootstrap, &[]);
    }
    fs::write(world.path("shop/fgctl.toml"), MANIFEST).unwrap();
}

#[test]
fn a_manifest_is_deployed_whole_and_what_changes_of_it_is_replaced() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    // At once, as editors do: half a file would be a change of its own.
    let write = |name: &str, text: &str| {
        fs::write(world.path("new"), text).unwrap();
        fs::rename(world.path("new"), world.path("shop").join(name)).unwrap();
    };
    let line = [
        "dev",
        "shop",
        "-o",
        "json",
        "--ingress-port",
        "0",
        "--environment",
        "test",
    ];
    let dev = Spoken::start(&mut world.command(line));
    let (bell, clock) = (dev.event("serving"), dev.event("serving"));
    assert_eq!(
        (&bell["function"], &clock["function"]),
        (&"bell".into(), &"clock".into())
    );
    let url = |event: &Value| event["url"].as_str().unwrap().to_owned();
    assert!(url(&bell).starts_with("ws://127.0.0.1:"), "{bell}");
    assert!(url(&clock).starts_with("wss://127.0.0.1:"), "{clock}");
    assert_eq!(clock["replaced_sockets"], Value::Null);

    write("clock/notes", "other code");
    let again = dev.event("serving");
    assert_eq!(
        (&again["function"], &again["replaced_sockets"]),
        (&"clock".into(), &0.into())
    );
    assert_eq!(again["url"], clock["url"]);
    assert_ne!(again["revision"], clock["revision"]);

    write("fgctl.toml", &MANIFEST.replace("INTERVAL_MS", "INTERVAL\nMS"));
    let failed = dev.event("failed");
    assert_eq!(failed["serving"], true);
    assert!(failed["error"].as_str().unwrap().contains("fgctl.toml:"), "{failed}");
    write("fgctl.toml", &MANIFEST.replace("INTERVAL:-100", "INTERVAL:-200"));
    let again = dev.event("serving");
    assert_eq!((&again["function"], &again["url"]), (&"bell".into(), &bell["url"]));
    assert_eq!(dev.interrupt(), Some(0));
    nothing_is_left(&world);
}

#[test]
fn a_manifest_is_proved_once_and_what_is_wrong_with_it_is_told() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    let once = world.fgctl("dev shop --once --ingress-port 0 -o name").success();
    let urls: Vec<&str> = once.stdout.lines().collect();
    assert!(
        urls.len() == 2 && urls[0].starts_with("ws://") && urls[1].starts_with("wss://"),
        "{once:?}"
    );
    once.says(&[
        "gateway apig-prod, which the manifest says exists, is made",
        "now serving revision",
        " of clock after",
    ]);
    for (line, texts) in [
        (
            "dev shop --memory 256",
            &[
                "--memory is for a folder without a manifest",
                "`memory` of the function in fgctl.toml",
            ][..],
        ),
        ("dev shop --env A=1", &["--env", "`env` of the function"]),
        ("dev shop --environment prod", &["there is no [env.prod]"]),
        (
            "dev shop/clock --environment test",
            &["--environment is one of a manifest", "fgctl init"],
        ),
    ] {
        world.fgctl(line).failure(2, texts);
    }
    fs::write(
        world.path("shop/clock/bootstrap"),
        "#!/bin/sh\necho 'no such luck'; exit 3\n",
    )
    .unwrap();
    let run = world.fgctl("dev shop --once --ingress-port 0 -o json");
    assert_eq!(run.status, 1, "{run:?}");
    run.says(&["the function does not start", "clock: ", "no such luck"]);
    fs::write(
        world.path("shop/fgctl.toml"),
        MANIFEST.replace("memory = 256", "memory = 7"),
    )
    .unwrap();
    world
        .fgctl("dev shop --once --environment test")
        .failure(2, &["fgctl.toml:", "memory"]);
    nothing_is_left(&world);
}

/// A trigger of the clock's that is like the one before it but for its path.
fn trigger(path: &str) -> String {
    format!(
        "\n[triggers.API_more]\nfunction = \"clock\"\ngroup = \"APIGroup_clock\"\npath = \"{path}\"\nauth = \"none\"\n"
    )
}

#[test]
fn what_a_failed_deploy_left_is_tried_with_the_next_one() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    let write = |name: &str, text: &str| {
        fs::write(world.path("new"), text).unwrap();
        fs::rename(world.path("new"), world.path("shop").join(name)).unwrap();
    };
    let bootstrap = fs::read_to_string(world.path("shop/clock/bootstrap")).unwrap();
    write("fgctl.toml", &format!("{MANIFEST}{}", trigger("/websocket_demo")));
    let dev = Spoken::start(&mut world.command(["dev", "shop", "-o", "json", "--ingress-port", "0"]));
    let failed = dev.event("failed");
    assert_eq!(failed["serving"], false, "two APIs of one path: {failed}");

    write("fgctl.toml", &format!("{MANIFEST}{}", trigger("/more")));
    let serving = [dev.event("serving"), dev.event("serving"), dev.event("serving")];
    let mut told = serving.each_ref().map(|event| {
        let (function, url) = (event["function"].as_str().unwrap(), event["url"].as_str().unwrap());
        (function, url.rsplit('/').next().unwrap())
    });
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("bell", "websocket_demo"),
            ("clock", "more"),
            ("clock", "websocket_demo")
        ]
    );

    for name in ["bell", "clock"] {
        write(&format!("{name}/bootstrap"), "#!/bin/sh\necho 'no such luck'; exit 3\n");
        let failed = dev.event("failed");
        assert!(
            failed["error"].as_str().unwrap().contains(&format!(": {name}: ")),
            "{failed}"
        );
        assert_eq!(failed["serving"], true);
    }
    // What serves is held as it was, though its function is written once more and then something else fails.
    let slower = MANIFEST.replace("INTERVAL:-100", "INTERVAL:-200");
    write("fgctl.toml", &format!("{slower}{}", trigger("/websocket_demo")));
    dev.event("failed");
    let bell = serving.iter().find(|event| event["function"] == "bell").unwrap();
    let url = bell["url"].as_str().unwrap();
    world.fgctl(&format!("connect {url} --count 1")).success();
    for name in ["bell", "clock"] {
        write(&format!("{name}/bootstrap"), &format!("{bootstrap}# mended\n"));
    }
    write("fgctl.toml", MANIFEST);
    let again = [dev.event("serving"), dev.event("serving")];
    assert!(again.iter().all(|event| event["replaced_sockets"] == 0), "{again:?}");
    assert_eq!(dev.interrupt(), Some(0));
    nothing_is_left(&world);
}

#[test]
fn a_person_is_told_the_url_of_a_trigger_that_comes_later() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    let dev = Spoken::start(&mut world.command(["dev", "shop", "--ingress-port", "0"]));
    let until = |path: &str| {
        let told = |line: &String| line.starts_with("URL:") && line.ends_with(path);
        while !told(&dev.line()) {}
    };
    until("/websocket_demo");
    until("/websocket_demo");
    fs::write(world.path("new"), format!("{MANIFEST}{}", trigger("/more"))).unwrap();
    fs::rename(world.path("new"), world.path("shop/fgctl.toml")).unwrap();
    until("/more");
    assert_eq!(dev.interrupt(), Some(0));
    nothing_is_left(&world);
}

#[test]
fn what_only_the_real_cloud_has_is_refused_and_a_long_timeout_is_raised() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    let once = |manifest: &str| {
        fs::write(world.path("shop/fgctl.toml"), manifest).unwrap();
        world.fgctl("dev shop --once --ingress-port 0")
    };
    let long = MANIFEST.replacen("auth = \"none\"", "auth = \"none\"\ntimeout = 600000", 1);
    once(&long)
        .success()
        .says(&["gateway apig-prod has backend_timeout raised, as its triggers need it"]);
    let theirs = MANIFEST.replace("code = \"bell\"", "code = \"bell\"\ndependencies = [\"theirs\"]");
    once(&format!("{theirs}\n[dependencies.theirs]\nexisting = true\n")).failure(
        1,
        &[
            "the dependency theirs is in the real cloud",
            "zip = \"FILE.zip\" and its runtime in [env.dev.dependencies.theirs]",
            "fgctl dev DIR --environment dev",
        ],
    );
    let object = "obs_url = \"https://b.obs.cn-east-3.myhuaweicloud.com/bell.zip\"";
    once(&MANIFEST.replace("code = \"bell\"", object)).failure(
        1,
        &[
            "the function bell is in the real cloud",
            "code = \"DIR\" in [env.dev.functions.bell]",
        ],
    );
    nothing_is_left(&world);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_r_starts_every_function_of_a_manifest_anew() {
    let _port = FunctionPort::hold();
    let world = world();
    shop(&world);
    let steps = [("of clock after", "r"), ("of clock after", "q")];
    let Some(typed) = world.type_at("dev shop --ingress-port 0", &steps) else {
        return;
    };
    assert_eq!(typed.status, 0, "{typed:?}");
    // The last line of a log may come after the end.
    let starts = typed.shown.matches("the instance starts on").count();
    assert!(starts >= 3, "{typed:?}");
    nothing_is_left(&world);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_keys_replace_the_code_and_end_it() {
    let _port = FunctionPort::hold();
    let world = world();
    http_function(&world);
    let steps = [
        ("URL:", ""),
        ("now serving revision ", "r"),
        ("now serving revision ", "xq"),
    ];
    let Some(typed) = world.type_at("dev code --ingress-port 0 --path /websocket_demo", &steps) else {
        return;
    };
    assert_eq!(typed.status, 0, "{typed:?}");
    assert!(typed.shown.contains("keys: r replaces the code, q ends"), "{typed:?}");
    assert!(typed.shown.contains("the instance takes requests on"), "{typed:?}");
    nothing_is_left(&world);
}
