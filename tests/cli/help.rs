//! The surface: help, completion, and what a wrong command line is told.

use crate::support::World;

#[test]
fn every_command_has_help_that_says_what_it_does() {
    let world = World::new();
    let mut waiting: Vec<Vec<String>> = vec![vec![]];
    let mut seen = 0;
    while let Some(words) = waiting.pop() {
        let run = world.run(words.iter().map(String::as_str).chain(["--help"])).success();
        assert_eq!(run.stderr, "", "{words:?}");
        assert!(
            run.stdout.lines().next().is_some_and(|line| line.len() > 5),
            "{words:?}: {}",
            run.stdout
        );
        assert!(run.stdout.contains("Usage: fgctl"), "{words:?}");
        seen += 1;
        let leaf = !run.stdout.contains("\nCommands:\n");
        let example = words.last().map_or_else(String::new, |verb| format!(" {verb}"));
        assert!(
            !leaf || run.stdout.contains("Example") && run.stdout.contains(&example),
            "{words:?} has no example: {}",
            run.stdout
        );
        let commands = run.stdout.split("Commands:\n").nth(1).unwrap_or_default();
        for line in commands.lines().take_while(|line| !line.trim().is_empty()) {
            let Some(name) = line.strip_prefix("  ").and_then(|line| line.split(' ').next()) else {
                continue;
            };
            if !name.is_empty() && name != "help" {
                waiting.push(words.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
    }
    assert!(seen > 60, "only {seen} commands were found");
}

#[test]
fn a_wrong_command_line_is_a_usage_error_with_a_suggestion() {
    let world = World::new();
    world.fgctl("functon list").failure(2, &["function"]);
    world.fgctl("function get").failure(2, &["<NAME>"]);
    world.fgctl("function list --limt 3").failure(2, &["--limit"]);
    world
        .fgctl("function list --region cn-east-3 --wait-timeout soon")
        .failure(2, &["whole number"]);
}

#[test]
fn the_version_is_the_crates() {
    let run = World::new().fgctl("--version").success();
    assert_eq!(run.stdout, format!("fgctl {}\n", env!("CARGO_PKG_VERSION")));
}

/// The scripts in `completions/` are what the command prints.
#[test]
fn completion_scripts_are_current() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let printed = World::new().fgctl(&format!("completion {shell}")).success().stdout;
        let path = crate::support::project().join(format!("completions/fgctl.{shell}"));
        let kept = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            printed, kept,
            "write it anew: fgctl completion {shell} > completions/fgctl.{shell}"
        );
    }
}

#[test]
fn completion_knows_nouns_and_verbs() {
    let mut world = World::new();
    world.set("COMPLETE", "bash");
    world.set("_CLAP_COMPLETE_INDEX", "2");
    world.set("_CLAP_IFS", "\n");
    let run = world.run(["--", "fgctl", "trigger", ""]).success();
    for verb in ["create", "list", "get", "url", "delete"] {
        assert!(run.stdout.lines().any(|line| line == verb), "{verb}: {}", run.stdout);
    }
}

/// A reader that goes away is no failure.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_silent() {
    use std::process::Stdio;
    let world = World::new();
    let mut process = world
        .command(["completion", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let run = crate::support::Run::of(process.wait_with_output().unwrap()).success();
    assert_eq!(run.stderr, "");
}
