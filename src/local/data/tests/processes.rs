//! Functions as real processes.

use super::{Reply, World, in_time, options, state_file};
use crate::local::data::{DataPlane, InstanceState, Options};
use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

const CALL: [&str; 2] = ["GET /f HTTP/1.1", "Host: 127.0.0.1"];

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn on(port: u16) -> Options {
    options(([127, 0, 0, 1], port).into())
}

async fn call(world: &World) -> Reply {
    in_time(world.call(&CALL, b"")).await
}

async fn world(options: Options, files: &[(&str, &str)]) -> World {
    let world = World::with_processes(options).await;
    world.put_function("f", files, |_| {});
    world.publish("/f", "f", |_| {});
    world
}

#[tokio::test]
async fn a_process_that_ends_ends_the_waiting_with_its_status_and_its_last_words() {
    let mut options = on(free_port());
    options.ready = Duration::from_secs(600);
    let world = world(
        options,
        &[(
            "bootstrap",
            "echo looking for $RUNTIME_FUNC_NAME\necho no such thing >&2\nexit 7\n",
        )],
    )
    .await;
    let reply = call(&world).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (502, "APIG.0202"));
    let message = reply.error().1;
    for part in ["exit status 7", "looking for f", "no such thing"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(
        world.data.instances().first().map(|status| status.state),
        Some(InstanceState::Ended)
    );
    assert!(!state_file(&world, "instance.json"));
    assert_eq!(
        std::fs::read_dir(world.folder.path().join("instances"))
            .unwrap()
            .count(),
        0
    );
    world.data.shutdown().await;
    let log = world.log("f");
    for part in [
        " system the instance starts",
        " stderr no such thing",
        " system the instance ended: exit status 7",
    ] {
        assert!(log.contains(part), "{log}");
    }
}

#[tokio::test]
async fn what_a_start_lacks_is_named() {
    let mut options = on(free_port());
    options.inherited.path = "/nowhere".into();
    let world = world(options, &[("index.js", "")]).await;
    let message = call(&world).await.error().1;
    assert!(message.contains("bootstrap file not exist (code 4201)"), "{message}");
    let node = "/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/index.js";
    world.put_function("f", &[("bootstrap", node)], |_| {});
    let message = call(&world).await.error().1;
    assert!(
        message.contains("needs `node`, which is not on this machine's PATH"),
        "{message}"
    );
    assert!(message.contains("exit status 127"), "{message}");
}

#[tokio::test]
async fn a_process_that_does_not_listen_is_killed_with_all_that_it_started() {
    let port = free_port();
    let mut options = on(port);
    options.ready = Duration::from_millis(200);
    let world = world(options, &[("bootstrap", "sleep 1000 &\necho $! $$\nwait\n")]).await;
    let message = call(&world).await.error().1;
    assert!(
        message.contains(&format!("does not listen on 127.0.0.1:{port} after 200 ms")),
        "{message}"
    );
    world.data.shutdown().await;
    let log = world.log("f");
    let line = log.lines().find_map(|line| line.split_once(" stdout ")).unwrap().1;
    for pid in line.split(' ') {
        let process = crate::sys::process::Process::of(pid.parse().unwrap());
        let gone = async {
            while process.started.is_some() && process.runs() {
                tokio::task::yield_now().await;
            }
        };
        in_time(gone).await;
    }
}

#[tokio::test]
async fn a_port_that_another_process_holds_is_said_to_be() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = world(on(holder.local_addr().unwrap().port()), &[("bootstrap", "exit 0")]).await;
    let reply = call(&world).await;
    assert_eq!(reply.status(), 503);
    #[cfg(target_os = "linux")]
    assert!(
        reply.error().1.contains(&format!("process {}", std::process::id())),
        "{reply:?}"
    );
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_a_killed_local_cloud_left_is_gone_after_the_next_start() {
    use crate::local::data::authority::Authority;
    use crate::local::data::leftover::{Note, note};
    use crate::sys::process::Process;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    let world = world(on(free_port()), &[("bootstrap", "exit 0")]).await;
    world.data.shutdown().await;
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", "read line"]).stdin(std::process::Stdio::piped());
    let mut child = command.process_group(0).spawn().unwrap();
    let left = Note {
        process: Process::of(child.id()),
        group: child.id(),
        folders: Vec::new(),
    };
    note(&world.folder.path().join("instance.json"), &left).unwrap();
    for path in ["instances/old/tmp", "code/old.part"] {
        std::fs::create_dir_all(world.folder.path().join(path)).unwrap();
    }
    let tls = Authority::open(world.folder.path()).unwrap().server_config().unwrap();
    let store = std::sync::Arc::clone(&world.store);
    let data = in_time(DataPlane::start(store, tls, world.folder.path(), on(free_port())))
        .await
        .unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    for path in ["instances/old", "code/old.part", "instance.json"] {
        assert!(!state_file(&world, path), "{path}");
    }
    data.shutdown().await;
}

/// Where Python is; `None`, loudly, where it is not.
#[expect(
    clippy::disallowed_methods,
    reason = "a skipped test has to say so past the harness's capture"
)]
fn python() -> Option<String> {
    let found = ["/usr/local/bin/python3", "/usr/bin/python3", "/bin/python3"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists());
    if found.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: this test needs python3, which is not on this machine"
        );
    }
    found.map(str::to_owned)
}

const SERVER: &str = r#"
import http.server, json, os, sys, lib
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/f/end":
            os._exit(3)
        facts = {"lib": lib.NAME, "code": os.environ["RUNTIME_CODE_ROOT"], "cwd": os.getcwd(),
                 "tmp": os.environ["TMPDIR"], "own": os.environ.get("OWN"), "leaked": os.environ.get("CARGO"), "pid": os.getpid()}
        body = json.dumps(facts).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        print("initialised", self.path, flush=True)
        self.send_response(200)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

#[tokio::test]
async fn a_function_runs_as_the_guide_says_and_is_started_again_when_it_ended_or_changed() {
    if python().is_none() {
        return;
    }
    let port = free_port();
    let world = World::with_processes(on(port)).await;
    world.put_dependency("v1", &[("lib.py", "NAME = 'dependency'\n")]);
    let bootstrap = "#!/bin/sh\n/opt/function/runtime/python3.9/rtsp/python/bin/python3 $RUNTIME_CODE_ROOT/server.py\n";
    let put = |own: &str| {
        let data = format!(r#"{{"PORT":"{port}","OWN":"{own}"}}"#);
        world.put_function(
            "f",
            &[
                ("bootstrap", bootstrap),
                ("server.py", SERVER),
                ("lib.py", "NAME = 'code'\n"),
            ],
            |function| {
                function.user_data = Some(data);
                function.depend_version_list = Some(vec!["v1".to_owned()]);
                function.other.insert("initializer_handler".to_owned(), "/init".into());
                function.other.insert("initializer_timeout".to_owned(), 15.into());
            },
        );
    };
    put("one");
    world.publish("/f", "f", |api| api.func_info.as_mut().unwrap().timeout = 20_000);
    let facts =
        |reply: &Reply| serde_json::from_str::<serde_json::Value>(&reply.body).unwrap_or_else(|_| panic!("{reply:?}"));
    let first = facts(&call(&world).await);
    assert_eq!(
        (&first["lib"], &first["own"], &first["leaked"]),
        (&"dependency".into(), &"one".into(), &().into())
    );
    assert_eq!(first["code"], first["cwd"]);
    assert!(state_file(&world, "instance.json"));
    assert_eq!(facts(&call(&world).await)["pid"], first["pid"]);

    let reply = in_time(world.call(&["GET /f/end HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert!(
        reply.error().1.contains("its process ended, exit status 3"),
        "{reply:?}"
    );
    let second = facts(&call(&world).await);
    assert_ne!(second["pid"], first["pid"]);

    put("two");
    let third = facts(&call(&world).await);
    assert_eq!(third["own"], "two");
    let tmp = third["tmp"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&tmp).exists());
    in_time(world.data.shutdown()).await;
    assert!(!std::path::Path::new(&tmp).exists() && !state_file(&world, "instance.json"));
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    assert!(
        world.log("f").contains("stdout initialised /init"),
        "{}",
        world.log("f")
    );
}

#[tokio::test]
async fn a_state_with_a_space_in_its_path_runs_the_guides_unquoted_bootstrap() {
    if python().is_none() {
        return;
    }
    let port = free_port();
    let mut options = on(port);
    let outside = tempfile::tempdir().unwrap();
    options.temporary = outside.path().to_owned();
    let world = World::within("a state", options).await;
    let bootstrap = "cd \"$(dirname \"$0\")\" && python3 $RUNTIME_CODE_ROOT/server.py # /opt/function/code\n";
    world.put_function(
        "f",
        &[
            ("bootstrap", bootstrap),
            ("server.py", SERVER),
            ("lib.py", "NAME = 1\n"),
        ],
        |function| {
            function.user_data = Some(format!(r#"{{"PORT":"{port}"}}"#));
        },
    );
    world.publish("/f", "f", |_| {});
    let reply = call(&world).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
    in_time(world.data.shutdown()).await;
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}
