//! `fgctl transcript`: recorded against one server, replayed against others.

use crate::support::{Run, World};
use crate::test::Server;
use std::fs;

/// Records a conversation, and gives its lines.
fn record(world: &World, url: &str, file: &str, text: &str) -> Run {
    let line = format!("transcript record {url} {file} --linger 200ms");
    world.typed(&line, text)
}

#[test]
fn a_conversation_is_repeated_and_compared() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    record(
        &world,
        &format!("{url}/"),
        "old.jsonl",
        "one\n{\"a\":1}\nclose 4001 kicked\n",
    )
    .says(&["4001"]);
    let same = world
        .fgctl(&format!("transcript replay old.jsonl {url}/ --record new.jsonl"))
        .success();
    assert!(
        same.stdout.contains("  < one\n") && !same.stdout.contains("\n+ "),
        "{same:?}"
    );
    world.fgctl("transcript diff old.jsonl new.jsonl").success();
    // What is there is not written over.
    world
        .fgctl(&format!("transcript replay old.jsonl {url}/ --record new.jsonl"))
        .failure(2, &["`new.jsonl` cannot be made"]);

    let changed = fs::read_to_string(world.path("new.jsonl"))
        .unwrap()
        .replacen("one", "eins", 1);
    fs::write(world.path("new.jsonl"), changed).unwrap();
    let differs = world
        .fgctl("transcript diff old.jsonl new.jsonl")
        .says(&["the records differ: 1 lines are missing"]);
    assert_eq!(differs.status, 9, "{differs:?}");
    assert!(differs.stdout.contains("- > one\n+ > eins\n"), "{differs:?}");
    world
        .fgctl("transcript diff old.jsonl new.jsonl --mask one|eins")
        .success();
    let data = world.fgctl("transcript diff old.jsonl new.jsonl -o json").json();
    assert_eq!((&data["equal"], &data["missing"]), (&false.into(), &1.into()));
}

#[test]
fn another_answer_is_shown() {
    let Some(Server(_, url)) = &Server::start() else { return };
    let world = World::new();
    record(&world, &format!("{url}/"), "old.jsonl", "one\n").success();
    let text = fs::read_to_string(world.path("old.jsonl")).unwrap();
    let other = text.replace(
        "\"received\",\"kind\":\"text\",\"data\":\"one\"",
        "\"received\",\"kind\":\"text\",\"data\":\"two\"",
    );
    assert_ne!(text, other);
    fs::write(world.path("old.jsonl"), other).unwrap();
    let differs = world.fgctl(&format!("transcript replay old.jsonl {url}/"));
    assert_eq!(differs.status, 9, "{differs:?}");
    assert!(differs.stdout.contains("- < two\n+ < one\n"), "{differs:?}");
}

#[test]
fn what_is_no_record_is_told_with_its_line() {
    let world = World::new();
    fs::write(world.path("bad.jsonl"), "{\"time\":\"x\"}\n").unwrap();
    world
        .fgctl("transcript diff bad.jsonl bad.jsonl")
        .failure(2, &["`bad.jsonl` line 1: this is no record"]);
    world
        .fgctl("transcript replay none.jsonl ws://127.0.0.1:1/")
        .failure(2, &["`none.jsonl` cannot be read"]);
    world
        .fgctl("transcript diff bad.jsonl bad.jsonl --mask (")
        .failure(2, &["--mask"]);
}
