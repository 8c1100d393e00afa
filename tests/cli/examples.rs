//! The folders below `examples`, each by the commands of its own README, with clients that know nothing of fgctl.

use crate::support::{Cloud, FunctionPort, Run, World, node_with_ws, project, python, skip, skipped};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a Redis may take to start.
const REDIS_PATIENCE: Duration = Duration::from_secs(20);
/// The port that the README of the chat room has for Redis.
const REDIS_PORT: &str = "6379";

/// The lines of the shell that `name`'s README has, but for the local cloud's own.
fn commands(name: &str) -> Vec<String> {
    let readme = fs::read_to_string(folder(name).join("README.md")).unwrap();
    let blocks = readme.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.starts_with("fgctl local up")).collect()
}

fn folder(name: &str) -> PathBuf {
    project().join("examples").join(name)
}

/// Runs a line of a README in its folder.
#[track_caller]
fn run(world: &World, name: &str, line: &str) -> Run {
    let words = line.strip_prefix("fgctl ").unwrap().split_whitespace();
    let output = world.command(words).current_dir(folder(name)).output().unwrap();
    Run::of(output)
}

/// A world in which npm and pip reach their registries.
fn world() -> World {
    let mut world = World::new();
    world.keep_npm_settings();
    world
}

/// A client of the package `ws`, which runs `script` with these arguments.
#[track_caller]
fn node(ws: &Path, script: &str, arguments: &[&str]) -> Run {
    let mut node = Command::new("node");
    // `--` ends the options of Node.js; the packages are found from the folder.
    node.current_dir(ws).args(["-e", script, "--"]).args(arguments);
    Run::of(node.stdin(Stdio::null()).output().unwrap())
}

#[test]
fn the_clock_says_the_time_in_both_languages() {
    let (Some(_), Some(python)) = (node_with_ws(), python("websockets", &["websockets==15.0.1"])) else {
        return;
    };
    let mut world = world();
    let path = format!(
        "{}:{}",
        python.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    world.set("PATH", &path);
    let cloud = Cloud::start_in(world, &["--gateway-delay", "0ms"]);
    let _port = FunctionPort::hold_for(&cloud);
    let mut heard = 0;
    for line in commands("clock") {
        let run = run(&cloud, "clock", &line).success();
        if line.starts_with("fgctl connect") {
            let times = run.stdout.lines().filter(|line| line.starts_with("Server time: "));
            assert_eq!(times.count(), 2, "{line}: {run:?}");
            heard += 1;
        }
    }
    assert_eq!(heard, 2, "Node.js and Python");
}

/// A real Redis on a port of its own, which keeps nothing.
struct Redis {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Redis {
    /// Nothing where this machine has none, saying so.
    #[track_caller]
    fn start() -> Option<Self> {
        if skipped("redis-server") {
            return None;
        }
        // Another process may take the port between the two.
        Some((0..5).find_map(|_| Self::attempt()).expect("a Redis starts"))
    }

    fn attempt() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.arg("--dir").arg(folder.path()).stdin(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let redis = Self {
            process,
            port,
            _folder: folder,
        };
        let (sender, ready) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if line.contains("Ready to accept connections") {
                    let _ = sender.send(());
                }
            }
        });
        ready.recv_timeout(REDIS_PATIENCE).ok().map(|()| redis)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Three clients, one after the other, say something. Each waits until it has heard itself, at the end until it has
/// heard as many as it is told. Prints the instances that welcomed them, and what each heard.
const CHATTERS: &str = r"
const fs = require('fs');
const WebSocket = require('ws');
const [url, caFile, count] = process.argv.slice(1);
setTimeout(() => { console.error('nothing more is heard:', JSON.stringify(chatters)); process.exit(1); }, 20000);
const chatters = [];
async function enter() {
  const socket = new WebSocket(url, { ca: fs.readFileSync(caFile) });
  const chatter = { heard: [], waits: () => {} };
  chatters.push(chatter);
  chatter.until = (done) => new Promise((resolve) => {
    chatter.waits = () => { if (done()) resolve(); };
    chatter.waits();
  });
  chatter.say = (text) => socket.send(text);
  socket.on('error', (error) => { console.error(error.message); process.exit(1); });
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.welcome) chatter.instance = message.instance;
    else chatter.heard.push(message.said);
    chatter.waits();
  });
  await chatter.until(() => chatter.instance);
}
(async () => {
  for (let at = 0; at < 3; at++) await enter();
  for (const [at, chatter] of chatters.entries()) {
    chatter.say(`from ${at}`);
    await chatter.until(() => chatter.heard.includes(`from ${at}`));
  }
  for (const chatter of chatters) await chatter.until(() => chatter.heard.length >= Number(count));
  console.log(JSON.stringify(chatters.map(({ instance, heard }) => ({ instance, heard }))));
  process.exit(0);
})();
";

/// What each of three clients on three instances heard.
#[track_caller]
fn chat(cloud: &Cloud, ws: &Path, expected: usize) -> Vec<Vec<String>> {
    let url = cloud.fgctl("trigger url chat").success().stdout;
    let url = url.trim_end().replacen("http", "ws", 1);
    let ca_file = cloud.json("local env")["FGCTL_CA_FILE"].as_str().unwrap().to_owned();
    let chatters = node(ws, CHATTERS, &[&url, &ca_file, &expected.to_string()])
        .success()
        .json();
    let chatters = chatters.as_array().unwrap();
    let mut instances: Vec<&str> = chatters.iter().map(|one| one["instance"].as_str().unwrap()).collect();
    instances.sort_unstable();
    instances.dedup();
    assert_eq!(
        instances.len(),
        3,
        "each client is on an instance of its own: {chatters:?}"
    );
    let heard = |one: &serde_json::Value| serde_json::from_value(one["heard"].clone()).unwrap();
    chatters.iter().map(heard).collect()
}

/// What one client says reaches the clients of all instances by way of Redis, and without it only those of its own.
#[test]
fn the_chat_room_needs_redis() {
    let (Some(ws), Some(redis)) = (node_with_ws(), Redis::start()) else {
        return;
    };
    let port = redis.port.to_string();
    let cloud = Cloud::start_in(
        world(),
        &["--gateway-delay", "0ms", "--isolation", "auto", "--forward", &port],
    );
    if cloud.json("local status")["isolation"] != "namespaces" {
        skip("several instances need isolation, which this system refuses");
        return;
    }
    let (mut with, mut without) = (None, None);
    for line in commands("chat") {
        let line = line.replace(REDIS_PORT, &port);
        match line.as_str() {
            "fgctl connect chat" => with = Some(chat(&cloud, &ws, 3)),
            "fgctl function update chat --unset-env REDIS_URL" => {
                run(&cloud, "chat", &line).success();
                without = Some(chat(&cloud, &ws, 1));
            }
            line => drop(run(&cloud, "chat", line).success()),
        }
    }
    let all = ["from 0", "from 1", "from 2"];
    assert_eq!(with.unwrap(), [all, all, all]);
    assert_eq!(without.unwrap(), [["from 0"], ["from 1"], ["from 2"]]);
}

/// Connects with the example's client, and tells of each connection until the second one is there.
const COMES_BACK: &str = r"
const { ReconnectingSocket } = require(process.argv[2]);
setTimeout(() => { console.error('it did not come back'); process.exit(1); }, 20000);
const socket = new ReconnectingSocket(process.argv[1], {
  WebSocket: require('ws'),
  onopen: (attempt) => {
    console.log(`open ${attempt}`);
    if (attempt === 2) socket.close();
  },
  onclose: (code, reason, pause) => {
    console.log(`closed ${code}`);
    if (pause === null) process.exit(0);
  },
});
";

#[test]
fn the_client_comes_back_when_the_execution_timeout_ends_its_socket() {
    let Some(ws) = node_with_ws() else {
        return;
    };
    let itself = Command::new("node")
        .arg("--test")
        .current_dir(folder("reconnect"))
        .output()
        .unwrap();
    let itself = Run::of(itself).success();
    assert!(itself.stdout.contains("# fail 0"), "{itself:?}");
    let cloud = Cloud::start_in(world(), &["--gateway-delay", "0ms", "--speed", "20"]);
    let _port = FunctionPort::hold_for(&cloud);
    let mut url = String::new();
    for line in commands("reconnect") {
        url = run(&cloud, "reconnect", &line).success().stdout;
    }
    let url = url.trim_end().replacen("http", "ws", 1);
    let client = folder("reconnect").join("reconnect.js");
    let told = node(&ws, COMES_BACK, &[&url, client.to_str().unwrap()]).success();
    // The end that the cloud makes says nothing; the client's own says 1000, unless the cloud was faster.
    assert!(
        told.stdout.starts_with("open 1\nclosed 1006\nopen 2\nclosed "),
        "{told:?}"
    );
}
