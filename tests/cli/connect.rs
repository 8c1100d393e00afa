//! `fgctl connect`, against the local cloud and against servers of others.

use crate::support::{Cloud, Deployed, Run, World, http_function, node_with_ws, python, skipped};
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
        let mut command = Command::new(python("websockets", &["websockets==15.0.1"])?);
        command.args(["-c", ECHO]);
        Some(Self::of(command))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn lines_go_out_and_messages_come_back() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let run = world
        .typed(&format!("connect {url}/ --count 2"), "one\ntwo\n")
        .success();
    assert_eq!(run.stdout, "one\ntwo\n");
    // The replies that are still on their way when stdin ends are not lost.
    let run = world
        .typed(&format!("connect {url}/ --linger 300ms"), "one\ntwo\nthree\n")
        .success();
    assert_eq!(run.stdout, "one\ntwo\nthree\n");
    let run = world
        .typed(&format!("connect {url}/ --count 1 -o json"), "x\n")
        .success();
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
    // The limit counts from the request on, the time that is told from the end of the handshake.
    let times = ["after 3.0 s", "after 2.9 s", "after 2.8 s"];
    assert!(times.iter().any(|time| cut.stderr.contains(time)), "{cut:?}");
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

/// What no library does: each path breaks the protocol or the connection in its own way.
const BROKEN: &str = r"
import base64, hashlib, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
opened = 0
def exactly(peer, size):
    data = b''
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data
def frame(peer):
    kind, size = exactly(peer, 2)
    size &= 127
    if size == 126: size = int.from_bytes(exactly(peer, 2), 'big')
    elif size == 127: size = int.from_bytes(exactly(peer, 8), 'big')
    mask, data = exactly(peer, 4), bytearray()
    left = size
    while left:
        part = peer.recv(min(left, 65536))
        if not part:
            raise EOFError
        left -= len(part)
        data += part
    return kind & 15, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data[:64])), size
def serve(peer):
    global opened
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        head += peer.recv(1)
    path = head.split()[1].decode()
    key = next(line.split(b': ')[1] for line in head.split(b'\r\n') if line.lower().startswith(b'sec-websocket-key'))
    accept = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    peer.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + b'\r\n\r\n')
    if path == '/killed':
        frame(peer)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    elif path == '/half':
        peer.sendall(b'\x81\x04last')
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(4096): pass
    elif path == '/utf8':
        peer.sendall(b'\x81\x02\xff\xfe')
        while peer.recv(4096): pass
    elif path == '/masked':
        peer.sendall(b'\x81\x81\0\0\0\0x')
        while peer.recv(4096): pass
    elif path == '/mute' or path == '/stuck':
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        held.append(peer)
        return
    elif path == '/lost':
        opened += 1
        kind, data, size = frame(peer)
        if opened == 3:
            peer.sendall(bytes([0x81, len(data)]) + data + b'\x88\x02\x03\xe8')
            frame(peer)
    peer.close()
held = []
while True:
    try:
        serve(listener.accept()[0])
    except (OSError, EOFError):
        pass
";

/// Echoes, by another library.
const NODE_ECHO: &str = "
const server = new (require('ws').WebSocketServer)({ host: '127.0.0.1', port: 0, maxPayload: 1 << 26 });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
";

impl Server {
    /// One that breaks things, in the language of the system.
    fn broken() -> Option<Self> {
        if skipped("python3") {
            return None;
        }
        let mut command = Command::new("python3");
        command.args(["-c", BROKEN]);
        Some(Self::of(command))
    }

    fn of(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Self(process, format!("ws://127.0.0.1:{}", port.trim_end()))
    }
}

/// Whatever the other side does, the outcome and the exit status are defined.
#[test]
fn each_broken_server_has_its_outcome() {
    let Some(Server(_, url)) = &Server::broken() else {
        return;
    };
    let world = World::new();
    let killed = world
        .typed(&format!("connect {url}/killed --count 1"), "x\n")
        .failure(9, &["1006"]);
    assert!(
        killed.stderr.contains("reset") || killed.stderr.contains("may have"),
        "{killed:?}"
    );
    let half = world
        .typed(&format!("connect {url}/half --count 2"), "")
        .says(&["without a close frame (1006)"]);
    assert_eq!((half.status, half.stdout.as_str()), (9, "last\n"), "{half:?}");
    world
        .typed(&format!("connect {url}/utf8 --count 1"), "")
        .failure(9, &["1006", "UTF-8"]);
    world
        .typed(&format!("connect {url}/masked --count 1"), "")
        .failure(9, &["1006", "masked"]);
    world
        .typed(
            &format!("connect {url}/mute --count 1 --ping-interval 50ms --pong-timeout 100ms"),
            "",
        )
        .failure(9, &["nothing came after a ping"]);
    let line = "x".repeat(16 << 20);
    let stuck = format!("connect {url}/stuck --count 1 --ping-interval 10s --pong-timeout 200ms");
    world.typed(&stuck, &format!("{line}\n")).failure(9, &["does not read"]);
}

#[test]
fn a_message_of_16_mb_goes_both_ways() {
    let Some(ws) = node_with_ws() else { return };
    let mut command = Command::new("node");
    command.args(["-e", NODE_ECHO]).current_dir(ws);
    let server = Server::of(command);
    let line = format!("{}\n", "x".repeat(16 << 20));
    let run = World::new()
        .typed(&format!("connect {}/ --count 1", server.1), &line)
        .success();
    assert!(run.stdout == line, "{} bytes came back", run.stdout.len());
}

/// Two connections are lost; the third answers. What belongs to each opening is sent at each, and all is recorded.
#[test]
fn a_lost_connection_is_made_again() {
    let Some(Server(_, url)) = &Server::broken() else {
        return;
    };
    let world = World::new();
    std::fs::write(world.path("hello"), "subscribe\n").unwrap();
    let line = format!(
        "connect {url}/lost --on-open hello --count 1 --record record.jsonl --reconnect --reconnect-delay 20ms"
    );
    let run = world.typed(&line, "").success();
    assert_eq!(run.stdout, "subscribe\n");
    assert!(
        run.stderr.contains("attempt 2 of 10") && !run.stderr.contains("attempt 3"),
        "{run:?}"
    );
    let record = std::fs::read_to_string(world.path("record.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = record.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |direction: &str, kind: &str| {
        let same = |line: &&serde_json::Value| line["direction"] == direction && line["kind"] == kind;
        lines.iter().filter(same).count()
    };
    assert_eq!(
        (count("local", "open"), count("sent", "text"), count("received", "text")),
        (3, 3, 1),
        "{record}"
    );
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(world.path("record.jsonl")).unwrap();
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777,
            0o600
        );
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // The first attempt is no reconnection: a mistyped address is told at once.
    world
        .fgctl(&format!("connect ws://{nobody}/ --reconnect"))
        .failure(9, &["TCP"]);
}

/// An API that wants to know who calls lets in who proves it, by each of the proofs.
#[test]
fn a_handshake_proves_who_calls() {
    let deployed = Deployed::with(http_function, "");
    let cloud: &Cloud = &deployed.cloud;
    let auth = |kind: &str| {
        cloud
            .fgctl(&format!(
                "api update API_websocket_demo --gateway apig-ws --auth {kind}"
            ))
            .success();
        cloud
            .fgctl("api publish API_websocket_demo --gateway apig-ws")
            .success();
    };
    let connect = "connect WebSocket-demo --count 1";
    auth("iam");
    cloud.fgctl(connect).failure(9, &["401"]);
    cloud.fgctl(&format!("{connect} --iam --param room=a%b")).success();

    auth("app");
    let made = cloud.json("app create mobile --gateway apig-ws");
    let key = made["app_key"].as_str().unwrap();
    cloud
        .fgctl("app secret mobile --gateway apig-ws --file mobile.secret")
        .success();
    let by_name = format!("{connect} --app mobile");
    cloud.fgctl(&by_name).failure(9, &["403", "fgctl app authorize"]);
    cloud
        .fgctl("app authorize mobile --gateway apig-ws --api API_websocket_demo --environment RELEASE")
        .success();
    cloud.fgctl(&by_name).success();
    cloud
        .fgctl(&format!("{connect} --app-key {key} --app-secret-file mobile.secret"))
        .success();
    let secret = std::fs::read_to_string(cloud.path("mobile.secret")).unwrap();
    cloud
        .typed(&format!("{connect} --app-key {key} --app-secret-file -"), &secret)
        .success();
    cloud
        .typed(&format!("{connect} --app-key {key} --app-secret-file -"), "wrong\n")
        .failure(9, &["401"]);

    cloud
        .fgctl("api update API_websocket_demo --gateway apig-ws --app-code on")
        .success();
    cloud
        .fgctl("api publish API_websocket_demo --gateway apig-ws")
        .success();
    let code = cloud.json("app codes create mobile --gateway apig-ws");
    let show = format!(
        "app codes show mobile {} --gateway apig-ws",
        code["id"].as_str().unwrap()
    );
    std::fs::write(cloud.path("code.secret"), cloud.fgctl(&show).success().stdout).unwrap();
    cloud.fgctl(&format!("{connect} --app-code-file code.secret")).success();

    cloud
        .fgctl(&format!("{connect} --app-key {key}"))
        .failure(2, &["--app-secret-file"]);
    cloud
        .fgctl(&format!("{connect} --iam --app mobile"))
        .failure(2, &["--app"]);
    cloud
        .fgctl(&format!("connect {} --app mobile", deployed.url))
        .failure(2, &["--app-key"]);
}

/// A person's orders, and how what comes is told from what was typed.
#[test]
fn a_person_gives_orders() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let steps = [
        // Edited: Ctrl-A, and the arrow to the right.
        ("connected to", "ello\u{1}h\n"),
        ("Z > hello", ""),
        ("Z < hello", "{\"a\":[1]}\n"),
        ("    1\r\n", "\u{1b}[A\u{1b}[A!\u{5}!\n"),
        ("Z < hello!!", "/search ELLO\n"),
        ("Z > hello", ""),
        ("Z < hello!!", "/search nowhere\n"),
        ("nothing that was said", "/nonsense\n"),
        ("is no order", "/ping\n"),
        ("answer to the ping after", "/close 4000 bye\n"),
    ];
    let Some(seen) = World::new().type_at(&format!("connect {url}/"), &steps) else {
        return;
    };
    assert_eq!(seen.status, 0, "{seen:?}");
    assert!(seen.shown.contains("closed with 4000"), "{seen:?}");
}

/// Ctrl-Z gives the keyboard back, and what goes on takes it again: keys edit the line as before.
#[test]
fn a_stopped_conversation_goes_on() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let steps = [
        ("connected to", "one\n"),
        ("Z < one", "\u{1a}"),
        ("> ", "wo\u{1}t\n"),
        ("Z > two", ""),
        ("Z < two", "\u{4}"),
    ];
    let Some(seen) = World::new().type_at(&format!("connect {url}/"), &steps) else {
        return;
    };
    assert_eq!(seen.status, 0, "{seen:?}");
}

/// A server that asks, and closes with 4001 once each question came back as it was.
const ASKING: &str = r"
from websockets.sync.server import serve
def ask(socket):
    for question in ('text', b'\x00\xff', '', 'x' * 100000):
        socket.send(question)
        if socket.recv() != question:
            return socket.close(4002, 'something else came')
    socket.close(4001, 'the same came')
with serve(ask, '127.0.0.1', 0) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
";

#[test]
fn an_echo_sends_back_what_comes() {
    let Some(python) = python("websockets", &["websockets==15.0.1"]) else {
        return;
    };
    let mut command = Command::new(python);
    command.args(["-c", ASKING]);
    let Server(_server, url) = &Server::of(command);
    let world = World::new();
    // Stdin is left alone: nothing of it goes out, and its end ends nothing.
    let run = world.typed(&format!("connect {url}/ --echo"), "not this\n");
    let said = run.says(&["4001", "the same came"]);
    assert_eq!(said.status, 9, "{said:?}");
    assert!(said.stdout.starts_with("text\nAP8=\n\nxxx"), "{said:?}");
    world.fgctl(&format!("connect {url}/ --echo --count 2")).success();
    world
        .fgctl(&format!("connect {url}/ --echo --binary"))
        .failure(2, &["--echo", "--binary"]);
}

/// A server whose path is the frames that it sends, in hexadecimal digits after `/`; it then reads until the end.
const FRAMES: &str = r"
import base64, hashlib, socket, threading
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
def serve(peer):
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        head += peer.recv(1)
    path = head.split()[1].decode()[1:]
    key = next(line.split(b': ')[1] for line in head.split(b'\r\n') if line.lower().startswith(b'sec-websocket-key'))
    accept = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    peer.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + b'\r\n\r\n')
    if path == 'large':
        frames = b'\x82\x7f' + (16 << 20).to_bytes(8, 'big') + bytes(16 << 20)
    else:
        frames = bytes.fromhex(path)
    # Octet by octet, where that is not too much: no frame may depend on how it was cut.
    for at in range(len(frames)) if len(frames) < 100 else [slice(None)]:
        peer.sendall(frames[at:at + 1] if isinstance(at, int) else frames)
    while peer.recv(65536): pass
    peer.close()
def guarded(peer):
    try:
        serve(peer)
    except (OSError, EOFError):
        pass
while True:
    threading.Thread(target=guarded, args=[listener.accept()[0]], daemon=True).start()
";

/// What RFC 6455 allows is received; what it does not has a defined end, with status 9. In the classes of Autobahn's
/// cases: framing, pings, reserved bits, opcodes, fragmentation, UTF-8, closes, and large messages.
#[test]
fn each_class_of_frames_has_its_outcome() {
    if skipped("python3") {
        return;
    }
    let mut command = Command::new("python3");
    command.args(["-c", FRAMES]);
    let Server(_server, url) = &Server::of(command);
    let world = World::new();
    let hello = "\u{e9}";
    for (frames, messages) in [
        ("8102c3a9", hello),
        // Empty, and in two sizes of length.
        ("8100", ""),
        ("817e0002c3a9", hello),
        ("817f0000000000000002c3a9", hello),
        // Fragments, empty ones too, a code point cut in two, and control frames in between.
        ("0101c38001a9", hello),
        ("010000008002c3a9", hello),
        ("0101c38901788001a9", hello),
        ("0101c38a008001a9", hello),
        ("8900890178810161", "a"),
        // A pong that nobody asked for.
        ("8a0178810161", "a"),
    ] {
        let run = world.fgctl(&format!("connect {url}/{frames} --count 1")).success();
        assert_eq!(run.stdout, format!("{messages}\n"), "{frames}");
    }
    let large = world.fgctl(&format!("connect {url}/large --count 1")).success();
    assert!(large.stdout.len() > 16 << 20, "{}", large.stdout.len());
    let too_long = format!("897e007e{}", "00".repeat(126));
    for (frames, told) in [
        // Reserved bits and opcodes.
        ("c10161" as &str, "1006"),
        ("a10161", "1006"),
        ("910161", "1006"),
        ("830161", "1006"),
        ("870161", "1006"),
        ("8b00", "1006"),
        ("8f00", "1006"),
        // Masked.
        ("81810000000061", "masked"),
        // A continuation of nothing, and a message within a message.
        ("800161", "1006"),
        ("000161", "1006"),
        ("010161810161", "1006"),
        // Control frames in fragments, and too long.
        ("090161", "1006"),
        (&too_long, "1006"),
        ("080203e8", "1006"),
        // UTF-8: what never begins a code point, a surrogate, an overlong form, beyond the last, cut at the end.
        ("8101ff", "UTF-8"),
        ("8103eda080", "UTF-8"),
        ("8102c0af", "UTF-8"),
        ("8104f4908080", "UTF-8"),
        ("8101c3", "UTF-8"),
        // Known to be wrong before the message is whole.
        ("0101ff", "UTF-8"),
        // Closes: a code that says something is told.
        ("880203e9", "1001"),
        ("88020fa0", "4000"),
        ("880203f3", "1011"),
        // One byte, codes that no frame may have, a reason that is no UTF-8.
        ("880103", "1006"),
        ("880203ed", "closed with 1005 after"),
        ("880503ed627965", "closed with 1005 \"bye\" after"),
        ("88020000", "closed with 0 after"),
        ("880203ee", ": a code that no close frame may have"),
        // One that says itself what the library says of those.
        (
            "881403ea50726f746f636f6c2076696f6c6174696f6e",
            "closed with 1002 \"Protocol violation\" after",
        ),
        ("880303e8ff", "1006"),
    ] {
        let run = world.fgctl(&format!("connect {url}/{frames} --count 1"));
        let expected = if frames == "880203e9" { 0 } else { 9 };
        assert_eq!(run.status, expected, "{frames}: {run:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains(told), "{frames}: {run:?}");
    }
    // Ordinary ends.
    for frames in ["8800", "880203e8", "880503e8627965"] {
        world.fgctl(&format!("connect {url}/{frames} --count 1")).success();
    }
}

/// Attempts are counted, and the last one ends it.
#[test]
fn attempts_to_reconnect_stop() {
    let Some(Server(process, url)) = &mut Server::broken() else {
        return;
    };
    let world = World::new();
    let mut client = world
        .command([
            "connect",
            &format!("{url}/lost"),
            "--reconnect",
            "--reconnect-delay",
            "1ms",
            "--reconnect-attempts",
            "3",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(client.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("connected to"), "{line}");
    // Nobody listens any more, and the connection is lost.
    process.kill().unwrap();
    process.wait().unwrap();
    let run = Run::of(client.wait_with_output().unwrap());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
    assert_eq!(run.status, 9, "{rest}");
    assert!(
        rest.contains("attempt 3 of 3") && rest.contains("gave up after 3 attempts"),
        "{rest}"
    );
}

/// Who reads slowly slows the sender down, and loses nothing.
#[test]
fn a_slow_reader_gets_everything() {
    let Some(ws) = node_with_ws() else { return };
    let mut command = Command::new("node");
    command.args(["-e", NODE_ECHO]).current_dir(ws);
    let server = Server::of(command);
    let world = World::new();
    let mut client = world
        .command(["connect", &format!("{}/", server.1), "--count", "300"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    let writing = std::thread::spawn(move || {
        for at in 0..300 {
            let line = format!("{at:03}{}\n", "x".repeat(20_000));
            stdin.write_all(line.as_bytes()).unwrap();
        }
    });
    // The pipes hold far less than what is under way: who reads last sets the pace.
    let lines = BufReader::with_capacity(1024, client.stdout.take().unwrap()).lines();
    for (at, line) in lines.enumerate() {
        let line = line.unwrap();
        assert!(
            line.starts_with(&format!("{at:03}x")) && line.len() == 20_003,
            "{at}: {} bytes",
            line.len()
        );
    }
    writing.join().unwrap();
    assert_eq!(client.wait().unwrap().code(), Some(0));
}
