//! `fgctl demo`: the main job.

use crate::support::{FunctionPort, Run, World, skipped};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs the demonstration with a temporary folder of its own, which it has to leave empty.
fn demo(line: &str) -> (World, Run) {
    let mut world = World::new();
    let temporary = world.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    world.set("TMPDIR", temporary.to_str().unwrap());
    let run = world.fgctl(line);
    let left: Vec<_> = std::fs::read_dir(&temporary).unwrap().collect();
    assert!(left.is_empty(), "files are left: {left:?}");
    (world, run)
}

#[test]
fn does_the_whole_guide_and_leaves_nothing() {
    let _port = FunctionPort::hold();
    let (_, run) = demo("demo -o json");
    let outcome = run.success().json();
    assert!(
        outcome["url"].as_str().unwrap().starts_with("wss://127.0.0.1:"),
        "{outcome}"
    );
    let messages = outcome["messages"].as_array().unwrap();
    assert!(
        messages
            .iter()
            .all(|message| message.as_str().unwrap().starts_with("Server time: ")),
        "{outcome}"
    );
    assert_eq!(messages.len(), 2);
    let steps: Vec<&str> = outcome["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["command"].as_str().unwrap())
        .collect();
    for command in [
        "local up",
        "function create",
        "dependency create",
        "dependency attach",
        "websocket enable",
        "gateway create",
        "group create",
        "trigger create",
        "api update",
        "api publish",
        "connect",
    ] {
        assert!(
            steps.iter().any(|step| step.starts_with(&format!("fgctl {command}"))),
            "{command}: {steps:?}"
        );
    }
    nobody_listens_on_the_functions_port();
}

#[test]
fn with_node() {
    if skipped("node") || skipped("npm") {
        return;
    }
    let _port = FunctionPort::hold();
    let (_, run) = demo("demo --node -o json");
    let outcome = run.success().json();
    assert!(
        outcome["messages"][0].as_str().unwrap().contains("Server time: "),
        "{outcome}"
    );
    nobody_listens_on_the_functions_port();
}

#[test]
fn without_node_it_says_so() {
    let mut world = World::new();
    world.set("PATH", "/nowhere");
    world
        .fgctl("demo --node")
        .failure(1, &["needs `node`", "install Node.js", "fgctl demo"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_process_and_no_file() {
    let _port = FunctionPort::hold();
    let mut world = World::new();
    let temporary = world.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    world.set("TMPDIR", temporary.to_str().unwrap());
    let mut process = world
        .command(["demo", "--keep"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It serves once the URL is said.
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("URL:"), "{line}");
    assert!(
        Command::new("kill")
            .args(["-INT", &process.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    nobody_listens_on_the_functions_port();
}

fn nobody_listens_on_the_functions_port() {
    let taken = std::net::TcpListener::bind("127.0.0.1:8000");
    assert!(taken.is_ok(), "the function still runs: {taken:?}");
}
