//! `fgctl connect`, against the local cloud and against servers of others.

use crate::support::{Cloud, Deployed, Run, World, http_function, python, skipped};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

/// Answers each message with itself, closes as its path says; by a library that knows nothing of fgctl.
const ECHO: &str = r"
from websockets.sync.server import serve
def echo(socket):
    if socket.request.path == '/bye':
        socket.close(4000, 'bye')
    elif socket.request.path == '/gone':
        socket.socket.shutdown(2)
    else:
        for message in socket:
            socket.send(message)
with serve(echo, '127.0.0.1', 0) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
";

struct Server(std::process::Child, String);

impl Server {
    fn start() -> Option<Self> {
        let python = python("websockets", &["websockets==15.0.1"])?;
        let mut process = Command::new(python)
            .args(["-c", ECHO])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Some(Self(process, format!("ws://127.0.0.1:{}", port.trim_end())))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a line with this text on stdin.
fn typed(world: &World, line: &str, text: &str) -> Run {
    let mut process = world
        .command(line.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Run::of(process.wait_with_output().unwrap())
}

#[test]
fn lines_go_out_and_messages_come_back() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let run = typed(&world, &format!("connect {url}/ --count 2"), "one\ntwo\n").success();
    assert_eq!(run.stdout, "one\ntwo\n");
    // The replies that are still on their way when stdin ends are not lost.
    let run = typed(&world, &format!("connect {url}/ --linger 300ms"), "one\ntwo\nthree\n").success();
    assert_eq!(run.stdout, "one\ntwo\nthree\n");
    let run = typed(&world, &format!("connect {url}/ --count 1 -o json"), "x\n").success();
    assert_eq!(run.json(), serde_json::json!({"type": "text", "data": "x"}));
}

#[test]
fn the_close_code_and_reason_are_shown() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    world.fgctl(&format!("connect {url}/bye")).failure(9, &["4000", "bye"]);
    world
        .fgctl(&format!("connect {url}/gone"))
        .failure(9, &["without a close frame (1006)"]);
}

#[test]
fn each_layer_fails_by_its_name() {
    let world = World::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    world
        .fgctl(&format!("connect ws://{nobody}/"))
        .failure(9, &["TCP", "hint: "]);
    world
        .fgctl("connect ws://no-such-host.invalid/")
        .failure(9, &["DNS", "no-such-host.invalid"]);
    world.fgctl("connect ftp://127.0.0.1/").failure(2, &["scheme `ftp`"]);
}

/// The certificate of the local cloud is trusted by nobody who was not told to.
#[test]
fn an_unknown_authority_is_refused() {
    let deployed = Deployed::with(http_function, "");
    let stranger = World::new();
    stranger
        .fgctl(&format!("connect {}", deployed.url))
        .failure(9, &["TLS", "--ca-file", "--insecure"]);
    let heard = stranger
        .fgctl(&format!("connect {} --insecure --count 1", deployed.url))
        .success();
    assert!(heard.stdout.starts_with("Server time: "), "{heard:?}");
}

/// An upgrade that cannot work is refused, and each reason is told apart, with what to do.
#[test]
fn each_reason_against_an_upgrade_is_told() {
    let deployed = Deployed::with(http_function, "--timeout 20000");
    let cloud: &Cloud = &deployed.cloud;
    let connect = "connect WebSocket-demo --count 1";
    let publish = "api publish API_websocket_demo --gateway apig-ws";
    let update = "api update API_websocket_demo --gateway apig-ws";
    cloud.fgctl(connect).success().says(&["closed with 1000"]);

    cloud.fgctl("websocket disable WebSocket-demo").success();
    cloud
        .fgctl(connect)
        .failure(9, &["fgctl websocket enable WebSocket-demo"]);
    cloud.fgctl("websocket enable WebSocket-demo").success();

    cloud.fgctl(&format!("{update} --network-architecture v1")).success();
    cloud.fgctl(connect).success();
    cloud.fgctl(publish).success();
    cloud.fgctl(connect).failure(9, &["V1", "--network-architecture v2"]);
    cloud
        .fgctl(&format!("{update} --network-architecture v2 --invocation-mode async"))
        .success();
    cloud.fgctl(publish).success();
    cloud.fgctl(connect).failure(9, &["async", "--invocation-mode sync"]);
    cloud.fgctl(&format!("{update} --invocation-mode sync")).success();
    cloud.fgctl(publish).success();
    cloud.fgctl(connect).success();

    cloud
        .fgctl("api unpublish API_websocket_demo --gateway apig-ws --yes")
        .success();
    cloud
        .fgctl(connect)
        .failure(9, &["404", "APIG.0101", "fgctl api publish"]);
}

/// What the guide warns of happens: the execution timeout and the idle limit end the connection without a close frame.
#[test]
fn both_timeouts_drop_the_socket() {
    let deployed = Deployed::with(http_function, "--timeout 1000");
    let cloud: &Cloud = &deployed.cloud;
    // The function's process is given one message and then silence: its interval is longer than the idle limit.
    cloud.fgctl("function delete WebSocket-demo --yes").success();
    cloud
        .fgctl("function create WebSocket-demo --code code --timeout 60 --env INTERVAL_MS=60000")
        .success();
    cloud.fgctl("websocket enable WebSocket-demo").success();
    let idle = Run::of(
        cloud
            .command(["connect", &deployed.url, "--count", "9"])
            .output()
            .unwrap(),
    );
    assert_eq!(idle.status, 9, "{idle:?}");
    assert!(idle.stderr.contains("without a close frame (1006)"), "{idle:?}");

    cloud.fgctl("function delete WebSocket-demo --yes").success();
    cloud
        .fgctl("function create WebSocket-demo --code code --timeout 3 --env INTERVAL_MS=100")
        .success();
    cloud.fgctl("websocket enable WebSocket-demo").success();
    let began = std::time::Instant::now();
    let cut = Run::of(
        cloud
            .command(["connect", &deployed.url, "--count", "1000"])
            .output()
            .unwrap(),
    );
    assert_eq!(cut.status, 9, "{cut:?}");
    assert!(
        cut.stderr.contains("after 3.0 s") || cut.stderr.contains("after 3 s"),
        "{cut:?}"
    );
    assert!(began.elapsed() >= std::time::Duration::from_millis(2900));
}

/// A person's Ctrl-D is a goodbye: the messages that go on coming do not hold it up.
#[test]
#[cfg(target_os = "linux")]
fn the_end_of_a_terminals_input_ends_it_politely() {
    if skipped("script") {
        return;
    }
    let deployed = Deployed::with(http_function, "");
    let line = format!("{} connect WebSocket-demo", env!("CARGO_BIN_EXE_fgctl"));
    let variables = deployed.cloud.json("local env");
    let variables = variables.as_object().unwrap().iter();
    // What ends its own input types Ctrl-D at the terminal that it makes.
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .envs(variables.map(|(name, value)| (name, value.as_str().unwrap())))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let run = Run::of(output).success();
    assert!(run.stdout.contains("closed with 1000"), "{run:?}");
}
