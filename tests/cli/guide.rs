//! The guide, step by step: by hand, with Node.js, and word for word.

use crate::support::{
    Cloud, Deployed, FunctionPort, World, function_folder, http_function, node_with_ws, project, python, say_skipped,
    zip_of,
};
use std::fs;
use std::path::{Path, PathBuf};

/// Prints the first two messages, as a client that knows nothing of fgctl.
const TWO_MESSAGES: &str = r"
import ssl, sys
from websockets.sync.client import connect
url, ca_file = sys.argv[1:]
tls = ssl.create_default_context(cafile=ca_file) if url.startswith('wss') else None
with connect(url, ssl=tls) as socket:
    for _ in range(2):
        print(socket.recv(timeout=20))
";

fn websockets() -> Option<PathBuf> {
    python("websockets", &["websockets==15.0.1"])
}

/// Each step of the guide as its own command, spelled as the README spells it.
#[test]
fn by_hand_and_again_after_a_kill() {
    by_hand(&["--gateway-delay", "0ms", "--isolation", "auto"]);
}

/// The same where one function at a time runs, on the real 127.0.0.1:8000.
#[test]
fn by_hand_without_isolation() {
    by_hand(&["--gateway-delay", "0ms", "--isolation", "off"]);
}

fn by_hand(options: &[&str]) {
    let mut cloud = Cloud::start_with(options);
    let _port = FunctionPort::hold_for(&cloud);
    http_function(&cloud);
    zip_of(
        &cloud.path("wss-nodejs12.zip"),
        &[("node_modules/ws/package.json", b"{}")],
    );
    for line in [
        "function create WebSocket-demo --type http --code ./code --memory 128 --timeout 60 --public-access --env INTERVAL_MS=50",
        "dependency create depend-websocket --runtime Node.js12.13 --zip wss-nodejs12.zip",
        "dependency attach depend-websocket --function WebSocket-demo",
        "websocket enable WebSocket-demo",
        "gateway create apig-ws --edition basic --vpc vpc-default --subnet subnet-default --security-group default --public-inbound 5 --yes --wait",
        "group create APIGroup_ws --gateway apig-ws",
        "trigger create API_websocket_demo --function WebSocket-demo --gateway apig-ws --group APIGroup_ws --environment RELEASE --auth none --protocol https --method GET --path /websocket_demo --timeout 5000",
        "api update API_websocket_demo --gateway apig-ws --network-architecture v2 --invocation-mode sync",
        "api publish API_websocket_demo --gateway apig-ws --environment RELEASE",
    ] {
        cloud.fgctl(line).success();
    }
    let url = cloud.fgctl("trigger url WebSocket-demo").success().stdout;
    assert!(
        url.starts_with("https://127.0.0.1:") && url.ends_with("/websocket_demo\n"),
        "{url}"
    );
    let heard = cloud.fgctl("connect WebSocket-demo --count 2").success();
    assert_eq!(
        heard
            .stdout
            .lines()
            .filter(|line| line.starts_with("Server time: "))
            .count(),
        2,
        "{heard:?}"
    );

    cloud.kill();
    cloud.fgctl("connect WebSocket-demo --count 1").failure(6, &["hint: "]);
    cloud.up(options);
    let ca_file = cloud.json("local env")["FGCTL_CA_FILE"].as_str().unwrap().to_owned();
    let again = cloud
        .fgctl(&format!("connect {} --count 1 --ca-file {ca_file}", url.trim_end()))
        .success();
    assert!(again.stdout.starts_with("Server time: "), "{again:?}");
}

/// A Node.js function of ours that behaves as the guide's, with `ws` as a dependency ZIP, seen by another client.
#[test]
fn with_node_and_ws() {
    let (Some(ws), Some(python)) = (node_with_ws(), websockets()) else {
        return;
    };
    for (protocol, scheme, isolation) in [("https", "wss://", "auto"), ("http", "ws://", "off")] {
        let clock = project().join("examples/clock/node");
        let cloud = Cloud::start_with(&["--gateway-delay", "0ms", "--isolation", isolation]);
        let deployed = with_dependency(cloud, &ws, |_| clock, &format!("--protocol {protocol} --timeout 20000"));
        assert!(deployed.socket_url().starts_with(scheme));
        let seen = deployed.seen_by_python(&python, TWO_MESSAGES).success();
        assert_eq!(seen.stdout.matches("Server time: ").count(), 2, "{seen:?}");
    }
}

/// The guide's own code and start file, read from the guide where it is at hand.
#[test]
fn word_for_word() {
    let guide = project().join("../shared/spec/websocket-guide.txt");
    let Ok(guide) = fs::read_to_string(&guide) else {
        say_skipped("the guide's text is not at hand");
        return;
    };
    let (Some(ws), Some(python)) = (node_with_ws(), websockets()) else {
        return;
    };
    let code = line_after(&guide, "const WebSocket = require('ws');");
    let bootstrap = line_after(&guide, "/opt/function/runtime/nodejs12.13/");
    let deployed = with_dependency(
        Cloud::start(),
        &ws,
        |world| function_folder(&world.path("code"), &bootstrap, &[("index.js", &with_line_ends(&code))]),
        "--timeout 20000",
    );
    let seen = deployed.seen_by_python(&python, TWO_MESSAGES).success();
    assert_eq!(seen.stdout.matches("Server time: ").count(), 2, "{seen:?}");
}

/// Deploys code that needs `ws`, which comes as a dependency ZIP.
fn with_dependency(cloud: Cloud, ws: &Path, code: impl FnOnce(&World) -> PathBuf, trigger: &str) -> Deployed {
    let deployed = Deployed::on(cloud, code, trigger);
    let zip = deployed.cloud.path("ws.zip");
    let files = node_modules(&ws.join("node_modules"), "node_modules");
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    zip_of(&zip, &files);
    deployed
        .cloud
        .fgctl("dependency create depend-websocket --runtime Node.js12.13 --zip ws.zip")
        .success();
    deployed
        .cloud
        .fgctl("dependency attach depend-websocket --function WebSocket-demo")
        .success();
    deployed
}

fn node_modules(folder: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(node_modules(&entry.path(), &name));
        } else {
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    files
}

fn line_after(guide: &str, beginning: &str) -> String {
    guide
        .lines()
        .find(|line| line.starts_with(beginning))
        .unwrap()
        .to_owned()
}

/// The guide's code is one line in its text: each comment gets back the line end that it lost.
fn with_line_ends(code: &str) -> String {
    let mut text = String::new();
    let mut rest = code;
    while let Some(at) = rest.find(" //") {
        let end = at + rest[at..].find(". ").unwrap() + 1;
        text.push_str(&rest[..end]);
        text.push('\n');
        rest = &rest[end..];
    }
    text + rest
}
