//! `fgctl man`: a page a command.

use crate::support::{World, skipped};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn every_command_has_a_page() {
    let world = World::new();
    world.fgctl("man --dir manual").success().says(&["pages to manual"]);
    let pages: Vec<String> = fs::read_dir(world.path("manual"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(pages.len() > 60, "{pages:?}");
    for page in [
        "fgctl.1",
        "fgctl-function.1",
        "fgctl-function-code-update.1",
        "fgctl-explain.1",
    ] {
        assert!(pages.iter().any(|other| other == page), "{page}: {pages:?}");
    }
    assert!(!pages.iter().any(|page| page.contains("demo-function")), "{pages:?}");
    let page = fs::read_to_string(world.path("manual/fgctl-function-create.1")).unwrap();
    assert!(
        page.contains(".TH") && page.contains("Execution timeout") && page.contains("Example"),
        "{page}"
    );
    // Once more over what is there.
    world.fgctl("man --dir manual -q").success();
}

#[test]
fn one_page_is_printed_by_the_words_of_its_command() {
    let world = World::new();
    let page = world.fgctl("man function code update").success().stdout;
    assert!(page.contains(".TH fgctl-function-code-update 1"), "{page}");
    assert!(world.fgctl("man").success().stdout.contains(".TH fgctl 1"));
    world
        .fgctl("man function creat")
        .failure(2, &["`fgctl function` has no command `creat`", "`create`"]);
    world.fgctl("man function --dir d").failure(2, &["cannot be used with"]);
}

#[test]
fn the_pages_are_rendered_without_a_warning() {
    if skipped("groff") {
        return;
    }
    let world = World::new();
    world.fgctl("man --dir manual").success();
    let pages = fs::read_dir(world.path("manual"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut groff = Command::new("groff");
    let output = groff
        .args(["-man", "-Tutf8", "-ww", "-z"])
        .args(pages)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}
