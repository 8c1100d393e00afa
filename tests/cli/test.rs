//! `fgctl test`: scripts against servers of others and against the guide's function.

use crate::support::{Deployed, Run, World, http_function, project, python, skipped};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Answers each message with itself and closes when it is told to; refuses one path, and on another tells everybody.
const SERVER: &str = r"
from websockets.sync.server import serve
def refuse(socket, request):
    if request.path == '/forbidden':
        return socket.respond(403, 'no')
everybody = set()
def echo(socket):
    if socket.request.path == '/all':
        everybody.add(socket)
        for message in socket:
            for other in list(everybody):
                try:
                    other.send(message)
                except Exception:
                    everybody.discard(other)
    if socket.request.path == '/flood':
        while True:
            socket.send('once more')
    for message in socket:
        if isinstance(message, str) and message.startswith('close '):
            code, reason = message.split()[1:]
            socket.close(int(code), reason)
        else:
            socket.send(message)
with serve(echo, '127.0.0.1', 0, process_request=refuse) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
";

/// A server by a library that knows nothing of fgctl.
pub(crate) struct Server(pub(crate) Child, pub(crate) String);

impl Server {
    /// The process and its URL; nothing where there is no Python.
    pub(crate) fn start() -> Option<Self> {
        let mut command = Command::new(python("websockets", &["websockets==15.0.1"])?);
        let mut process = command
            .args(["-c", SERVER])
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

/// Runs the scripts, each a file of its own.
fn run(world: &World, url: &str, scripts: &[(&str, &str)], options: &str) -> Run {
    for (name, text) in scripts {
        fs::write(world.path(name), text).unwrap();
    }
    let names: Vec<&str> = scripts.iter().map(|(name, _)| *name).collect();
    world.fgctl(&format!(
        "test {} --variable url={url}/ --variable refusing_url={url}/forbidden {options}",
        names.join(" ")
    ))
}

#[test]
fn every_example_of_the_reference_passes() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let text = fs::read_to_string(project().join("docs/test-script.md")).unwrap();
    let examples: Vec<(String, &str)> = text
        .split("```fgtest\n")
        .skip(1)
        .enumerate()
        .map(|(at, rest)| (format!("{at}.fgtest"), rest.split("```").next().unwrap()))
        .collect();
    assert!(examples.len() > 10);
    let world = World::new();
    fs::write(world.path("picture.bin"), [0, 1, 255]).unwrap();
    fs::write(world.path("hello.txt"), "hello, world").unwrap();
    let scripts: Vec<(&str, &str)> = examples.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let outcomes = run(&world, url, &scripts, "--jobs 3 -o json").success().json();
    let outcomes = outcomes.as_array().unwrap();
    assert_eq!(outcomes.len(), examples.len());
    // In the order in which they were named, whichever was done first.
    for (outcome, (name, _)) in outcomes.iter().zip(&examples) {
        assert_eq!(
            (&outcome["file"], &outcome["passed"]),
            (&name.as_str().into(), &true.into())
        );
    }
}

#[test]
fn a_failure_says_what_differs_and_what_was_said() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let good = "connect {{url}}\nsend \"a\"\nexpect \"a\"\n";
    let bad = "connect {{url}}\nsend json {\"a\": 1, \"b\": \"<\u{1b}\"}\nexpect json {\"a\": 2, \"b\": \"<\u{1b}\"}\n";
    let bad = bad.replace('\u{1b}', "\\u001b");
    let scripts = [("good.fgtest", good), ("bad.fgtest", bad.as_str())];
    let failed = run(&world, url, &scripts, "--report-junit report.xml").says(&[
        "bad.fgtest:3: other JSON came",
        "-   \"a\": 2",
        "+   \"a\": 1",
        "transcript:",
        "> {\"a\":1",
        "1 of 2 scripts failed",
    ]);
    assert_eq!(failed.status, 9, "{failed:?}");
    assert!(!failed.stderr.contains('\u{1b}'), "{failed:?}");
    assert!(
        failed.stdout.contains("passed") && failed.stdout.contains("failed in line 3"),
        "{failed:?}"
    );
    let report = fs::read_to_string(world.path("report.xml")).unwrap();
    assert!(
        report.contains("tests=\"2\" failures=\"1\"") && report.contains("name=\"bad.fgtest\""),
        "{report}"
    );
    if !skipped("python3") {
        let parse =
            "import sys, xml.etree.ElementTree as tree; print(len(tree.parse(sys.argv[1]).findall('.//failure')))";
        let parsed = Command::new("python3")
            .args(["-c", parse])
            .arg(world.path("report.xml"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&parsed.stdout), "1\n", "{parsed:?}");
    }
}

#[test]
fn each_way_to_fail_is_told() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    for (text, told) in [
        ("expect \"x\" within 50ms", "no message came within"),
        ("send \"a\"\nexpect nothing within 5s", "nothing was expected"),
        ("send \"a\"\nawait \"b\" within 100ms", "no message fitted in time"),
        ("send \"close 4001 x\"\nexpect \"b\"", "closed with 4001"),
        ("send \"close 4001 x\"\nexpect close 4000", "close 4000"),
        ("expect close within 50ms", "not closed in time"),
        ("send \"a\"\nexpect close", "a message came"),
        (
            "send \"a\"\nexpect in any order within 1s\n  \"b\"\n  \"c\"",
            "none of those",
        ),
        ("expect pong within 50ms", "no pong came"),
        ("close\nsend \"a\"", "closed with 1000"),
        ("send file \"none.bin\"", "`none.bin` cannot be read"),
        ("connect {{refusing_url}}", "403"),
        ("connect {{url}}\n  refused 401", "and succeeded"),
        ("connect ftp://h/", "scheme `ftp`"),
    ] {
        let failed = run(
            &world,
            url,
            &[("x.fgtest", &format!("connect {{{{url}}}}\n{text}\n"))],
            "",
        );
        assert_eq!(failed.status, 9, "{text}: {failed:?}");
        assert!(failed.stderr.contains(told), "{text}: {failed:?}");
    }
}

#[test]
fn what_nobody_reads_is_bounded() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let script = [("flood.fgtest", "connect {{url}}flood\nexpect pong \"x\" within 60s\n")];
    let limit = "more came than the script expects: 10000 messages or 64 MiB";
    let run = run(&World::new(), url, &script, "").says(&[limit]);
    assert_eq!(run.status, 9, "{run:?}");
}

/// What was done is reported, and what was under way with the statement that it was at.
#[test]
#[cfg(unix)]
fn an_interrupted_run_still_reports() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    fs::write(
        world.path("bad.fgtest"),
        format!("connect {url}/\nexpect \"a\" within 0s\n"),
    )
    .unwrap();
    fs::write(
        world.path("long.fgtest"),
        format!("connect {url}/\nexpect \"a\" within 60s\n"),
    )
    .unwrap();
    fs::write(world.path("never.fgtest"), format!("connect {url}/\n")).unwrap();
    let line = "test bad.fgtest long.fgtest never.fgtest --jobs 1 -o json --report-junit report.xml";
    let mut command = world.command(line.split(' '));
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(process.stderr.as_mut().unwrap());
    while !said.contains("transcript:") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let signal = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(signal.unwrap().success());
    let run = Run::of(process.wait_with_output().unwrap());
    assert_eq!(run.status, 130, "{run:?}");
    let outcomes = run.json();
    let why = |at: usize| outcomes[at]["failure"]["why"].as_str().unwrap();
    assert!(
        why(0).contains("no message came") && outcomes[0]["file"] == "bad.fgtest",
        "{outcomes}"
    );
    assert!(
        why(1) == "interrupted" && outcomes[1]["file"] == "long.fgtest",
        "{outcomes}"
    );
    assert_eq!(outcomes.as_array().unwrap().len(), 2, "{outcomes}");
    let report = fs::read_to_string(world.path("report.xml")).unwrap();
    assert!(
        report.contains("tests=\"2\" failures=\"2\"") && report.contains("message=\"interrupted\""),
        "{report}"
    );
}

#[test]
fn a_script_that_cannot_be_read_keeps_all_from_running() {
    let world = World::new();
    fs::write(world.path("good.fgtest"), "connect ws://127.0.0.1:1/\n").unwrap();
    fs::write(world.path("bad.fgtest"), "connect ws://127.0.0.1:1/\nexpct \"x\"\n").unwrap();
    world
        .fgctl("test good.fgtest bad.fgtest")
        .failure(2, &["bad.fgtest:2:1: `expct` is no statement", "docs/test-script.md"]);
    world
        .fgctl("test none.fgtest")
        .failure(2, &["`none.fgtest` cannot be read"]);
    world.fgctl("test good.fgtest").says(&["good.fgtest:1: TCP"]);
    world.fgctl("test").failure(2, &["<FILE>"]);
    world.fgctl("test good.fgtest --jobs 0").failure(2, &["--jobs"]);
}

/// By its name, with the limits and the authority of the local cloud: the script of README.md.
#[test]
fn the_guides_function_is_tested_by_its_name() {
    let deployed = Deployed::with(http_function, "");
    let readme = fs::read_to_string(project().join("README.md")).unwrap();
    let script = readme.split("```\n# time.fgtest\n").nth(1).unwrap();
    let script = script.split("```").next().unwrap();
    fs::write(deployed.cloud.path("time.fgtest"), script).unwrap();
    let run = deployed.cloud.fgctl("test time.fgtest").success();
    assert!(run.stdout.contains("passed"), "{run:?}");
    fs::write(deployed.cloud.path("time.fgtest"), "connect Nothing-here\n").unwrap();
    deployed
        .cloud
        .fgctl("test time.fgtest")
        .says(&["time.fgtest:1: ", "Nothing-here"]);
}
