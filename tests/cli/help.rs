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
