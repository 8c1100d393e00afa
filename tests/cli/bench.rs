//! `fgctl bench`, against a server of others.

use crate::support::{Run, World};
use crate::test::Server;
use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

#[test]
fn messages_are_counted_and_timed() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let line = format!("bench {url}/ -n 5 --ramp 50ms --duration 1s --size 100 --plot plot.svg");
    let figures = world.json(&line);
    let received = figures["received"].as_u64().unwrap();
    assert!(received > 0 && figures["opened"] == 5, "{figures}");
    // What is sent last may not come back in time.
    assert!(figures["sent"].as_u64().unwrap() - received <= 5, "{figures}");
    let latency = &figures["latency_ms"];
    let (p50, max) = (latency["p50"].as_f64().unwrap(), latency["max"].as_f64().unwrap());
    assert!(p50 > 0.0 && p50 <= max, "{figures}");
    assert_eq!(figures["per_second"].as_array().unwrap().len(), 1);
    let plot = fs::read_to_string(world.path("plot.svg")).unwrap();
    assert!(plot.starts_with("<svg ") && plot.contains("<polyline "), "{plot}");
    let shown = world
        .fgctl(&format!("bench {url}/ -n 1 --duration 200ms --instance-header server"))
        .success()
        .stdout;
    assert!(
        shown.contains("Round trip:") && shown.contains("1 x Python/"),
        "{shown}"
    );
}

/// At a rate, the number of messages is known.
#[test]
fn a_rate_is_kept_and_a_broadcast_reaches_everybody() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let figures = world.json(&format!("bench {url}/ -n 2 --duration 1s --rate 10"));
    let sent = figures["sent"].as_u64().unwrap();
    assert!((15..=24).contains(&sent), "{figures}");
    let figures = world.json(&format!(
        "bench {url}/all -n 4 --ramp 300ms --duration 1s --mode broadcast --rate 10"
    ));
    let (sent, received) = (figures["sent"].as_u64().unwrap(), figures["received"].as_u64().unwrap());
    assert!(sent >= 5 && received > sent * 3 && received <= sent * 4, "{figures}");
}

#[test]
fn what_fails_is_counted_by_its_cause() {
    let world = World::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = world.fgctl(&format!("bench ws://{nobody}/ -n 3 --ramp 0 --duration 60s -o json"));
    assert_eq!(run.status, 9, "{run:?}");
    let errors = run.json()["errors"].clone();
    let counts: u64 = errors
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(counts == 3 && errors.to_string().contains("TCP"), "{errors}");

    let Some(Server(_, url)) = &Server::start() else { return };
    let refused = world.fgctl(&format!("bench {url}/forbidden -n 2 --duration 60s"));
    assert_eq!(refused.status, 9, "{refused:?}");
    assert!(
        refused.stdout.contains("403") && refused.stderr.contains("2 of 2 connections failed"),
        "{refused:?}"
    );
}

/// Nobody loads a machine that is not theirs by a slip.
#[test]
fn another_machine_needs_a_word() {
    let world = World::new();
    world
        .fgctl("bench wss://example.invalid/ -n 2")
        .failure(2, &["example.invalid", "--yes-i-own-this"]);
    world
        .fgctl("bench wss://example.invalid/ -n 2000 --yes-i-own-this")
        .failure(2, &["more than the 1000"]);
    world.fgctl("bench ws://127.0.0.1/ --size 3").failure(2, &["--size"]);
    world.fgctl("bench ws://127.0.0.1/ --rate 0").failure(2, &["above 0"]);
}

#[test]
#[cfg(unix)]
fn an_interrupted_load_still_reports() {
    use std::io::{BufRead, BufReader};
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    let mut process = world
        .command([
            "bench",
            url,
            "-n",
            "2",
            "--ramp",
            "0",
            "--duration",
            "60s",
            "-o",
            "json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(process.stderr.as_mut().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(said.contains("2 connections"), "{said}");
    let signal = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(signal.unwrap().success());
    let run = Run::of(process.wait_with_output().unwrap());
    assert_eq!(run.status, 130, "{run:?}");
    assert_eq!(run.json()["interrupted"], true);
}
