//! The form of `fgctl.toml`: what is published is current, and a validator of its own understands it.

use crate::support::{Run, World, project, python};
use std::fs;
use std::process::Command;

/// Set to anything: what is published is written anew in place of being compared.
const WRITE: &str = "FGCTL_TEST_WRITE";
/// What writes it anew.
const ANEW: &str = "FGCTL_TEST_WRITE=1 cargo test --test cli -- schema::";

#[test]
fn what_is_published_is_current() {
    let world = World::new();
    for (line, file) in [
        ("schema", "docs/fgctl.schema.json"),
        ("schema --markdown", "docs/manifest.md"),
    ] {
        let (written, path) = (world.fgctl(line).success().stdout, project().join(file));
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, &written).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == written, "{file} is not current; write it anew: {ANEW}");
    }
}

/// Reads pairs of `right`/`wrong` and a manifest from its argument, and holds each against the schema on stdin.
const VALIDATE: &str = r#"
import json, sys, tomllib
from jsonschema import Draft202012Validator

schema = json.load(sys.stdin)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for expected, text in json.loads(sys.argv[1]):
    errors = [error.message for error in validator.iter_errors(tomllib.loads(text))]
    assert bool(errors) == (expected == "wrong"), (expected, text, errors)
print("done")
"#;

#[test]
fn an_independent_validator_takes_what_is_right_and_refuses_what_is_wrong() {
    let Some(python) = python("jsonschema-4", &["jsonschema==4.26.0"]) else {
        return;
    };
    let reference = World::new().fgctl("schema --markdown").success().stdout;
    let example = reference
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let function = "name = 'x'\n[functions.f]\ncode = 'a'\n";
    let manifests = [
        ("right", example.to_owned()),
        (
            "right",
            format!("{function}memory = '${{MEMORY:-128}}'\n[env.prod.functions.f]\nmemory = 256"),
        ),
        (
            "right",
            format!("{function}type = 'event'\nruntime = 'Node.js20.15'\nhandler = 'a.b'"),
        ),
        ("wrong", "[functions.f]\ncode = 'a'".to_owned()),
        ("wrong", format!("{function}obs_url = 'b'")),
        ("wrong", format!("{function}type = 'event'")),
        ("wrong", format!("{function}vpc = 'v'")),
        ("wrong", format!("{function}memory = 129")),
        ("wrong", format!("{function}memory = 'much'")),
        ("wrong", format!("{function}memry = 128")),
        ("wrong", format!("{function}[env.prod]\nname = 'y'")),
        ("wrong", "name = 'x'\n[gateways.g]\nvpc = 'v'".to_owned()),
        (
            "wrong",
            "name = 'x'\n[gateways.g]\nexisting = true\nedition = 'basic'".to_owned(),
        ),
        (
            "wrong",
            "name = 'x'\n[triggers.t]\npath = '/'\nmethod = 'POST'".to_owned(),
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    fs::write(&schema, World::new().fgctl("schema").success().stdout).unwrap();
    let mut command = Command::new(python);
    command.args(["-c", VALIDATE, &serde_json::to_string(&manifests).unwrap()]);
    let run = Run::of(command.stdin(fs::File::open(&schema).unwrap()).output().unwrap()).success();
    assert_eq!(run.stdout, "done\n");
}
