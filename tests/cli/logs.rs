//! What functions write, and what comes to them, as it is shown and followed.

use crate::support::{Cloud, Deployed, function_folder, http_function, skipped};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

const SERVER: &str = r#"
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("asked for", self.path, flush=True)
        print("id", self.headers["X-CFF-Request-Id"], file=sys.stderr, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"#;

fn deployed() -> Option<Deployed> {
    if skipped("python3") {
        return None;
    }
    let code = |world: &crate::support::World| {
        let bootstrap = "echo starting\nexec python3 server.py\n";
        function_folder(&world.path("code"), bootstrap, &[("server.py", SERVER)])
    };
    Some(Deployed::with(code, "--protocol http --timeout 20000"))
}

/// Calls the function; the request's id.
fn call(deployed: &Deployed, path: &str) -> String {
    let address = deployed.url.split('/').nth(2).unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let id = answer.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("x-request-id: ")
            .map(str::to_owned)
    });
    id.unwrap()
}

/// A command that goes on, and its lines.
struct Following(Child, BufReader<ChildStdout>);

impl Following {
    fn start(deployed: &Deployed, line: &str) -> Self {
        let mut command = deployed.cloud.command(line.split(' '));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self(child, stdout)
    }

    /// The first line that is as wanted.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.1.read_line(&mut line).unwrap() > 0, "it ended");
            let value: Value = serde_json::from_str(&line).unwrap();
            if wanted(&value) {
                return value;
            }
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lines(deployed: &Deployed, options: &str) -> Vec<Value> {
    let run = deployed
        .cloud
        .fgctl(&format!("logs WebSocket-demo -o json {options}"))
        .success();
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_function_s_lines_are_shown_with_time_instance_and_request_and_followed_as_they_come() {
    let Some(deployed) = deployed() else { return };
    let mut follow = Following::start(&deployed, "logs WebSocket-demo --follow -o json");
    let first = call(&deployed, "/websocket_demo/one");
    // Two pipes: either may be read first.
    let said = |line: &Value| line["text"] == "asked for /websocket_demo/one";
    let noted = |line: &Value| line["stream"] == "stderr";
    let pair = [(); 2].map(|()| follow.until(|line| said(line) || noted(line)));
    let line = pair.iter().find(|line| said(line)).unwrap();
    assert_eq!(
        (&line["request_id"], &line["stream"]),
        (&first.as_str().into(), &"stdout".into()),
        "{line}"
    );
    let line = pair.iter().find(|line| noted(line)).unwrap();
    assert_eq!(line["text"], format!("id {first}"));
    let second = call(&deployed, "/websocket_demo/two");
    let line = follow.until(|line| line["text"] == "asked for /websocket_demo/two");
    assert_eq!(line["request_id"], second.as_str());
    drop(follow);

    let all = lines(&deployed, "");
    let starting = all.iter().find(|line| line["text"] == "starting").unwrap();
    assert_eq!(starting["request_id"], Value::Null);
    let instance = starting["instance"].as_str().unwrap();
    assert!(
        all.iter()
            .all(|line| line["function"] == "WebSocket-demo" && line["time"].is_string())
    );
    let texts = |options: &str| {
        let picked = lines(&deployed, options);
        picked
            .iter()
            .map(|line| line["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let asked = ["asked for /websocket_demo/one", "asked for /websocket_demo/two"];
    assert_eq!(texts("--grep asked.*(one|two)$"), asked);
    assert_eq!(texts("--grep asked --limit 1"), asked[1..]);
    assert_eq!(texts(&format!("--grep asked --instance {instance}")), asked);
    assert_eq!(texts("--instance nobody"), [""; 0]);
    assert_eq!(texts("--since 1h --grep asked"), asked);
    assert_eq!(texts("--since 2999-01-01T00:00:00Z"), [""; 0]);
    let shown = deployed
        .cloud
        .fgctl("logs WebSocket-demo --grep starting")
        .success()
        .stdout;
    assert!(shown.ends_with(&format!(" {instance} - stdout starting\n")), "{shown}");
}

#[test]
fn requests_are_followed_as_lines_of_json() {
    let Some(deployed) = deployed() else { return };
    let first = call(&deployed, "/websocket_demo/one");
    let mut follow = Following::start(&deployed, "local requests --follow -o json");
    let line = follow.until(|_| true);
    assert_eq!(
        (&line["request_id"], &line["status"]),
        (&first.as_str().into(), &200.into())
    );
    let second = call(&deployed, "/websocket_demo/two");
    let line = follow.until(|line| line["request_id"] == second.as_str());
    assert_eq!(
        (&line["path"], &line["function"]),
        (&"/websocket_demo/two".into(), &"WebSocket-demo".into())
    );
    assert!(line["milliseconds"].is_number(), "{line}");
}

#[test]
fn what_is_asked_for_wrongly_and_what_does_not_exist_is_said() {
    let cloud = Cloud::start();
    cloud.fgctl("logs nosuch").failure(4, &["nosuch"]);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    assert_eq!(cloud.fgctl("logs f").success().stdout, "");
    cloud.fgctl("logs f --grep (").failure(2, &["no regular expression"]);
    cloud.fgctl("logs f --since yesterday").failure(2, &["neither a time"]);
}

/// On the real cloud: where the log is, for fgctl knows of no way to read it there.
#[test]
fn elsewhere_the_log_s_place_is_told() {
    let mut cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    // Another way to the same services, which is not the running local cloud's own.
    let endpoint = cloud.json("local env")["FGCTL_ENDPOINT"]
        .as_str()
        .unwrap()
        .replace("127.0.0.1", "localhost");
    cloud.set("FGCTL_ENDPOINT", &endpoint);
    cloud
        .fgctl("logs f")
        .failure(4, &["is not collected", "--collect-logs"]);
}
