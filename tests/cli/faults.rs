//! Requests that fail on purpose, and what fgctl makes of them.

use crate::support::{Cloud, http_function};

fn cloud() -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud
}

/// What may be sent again is, until it succeeds.
#[test]
fn a_service_that_is_busy_or_away_for_a_while_is_asked_again() {
    let cloud = cloud();
    cloud
        .fgctl("local fault add ListFunctions --status 503 --code FSS.0503 --times 2")
        .success();
    let run = cloud.fgctl("function list").success();
    assert_eq!(
        run.stderr.matches("status 503; trying again").count(),
        2,
        "{}",
        run.stderr
    );
    // Too many requests: nothing was done, so a creation is sent again too.
    cloud
        .fgctl("local fault add CreateFunction --status 429 --times 1")
        .success();
    cloud
        .fgctl("function create f --code code")
        .success()
        .says(&["status 429; trying again"]);
    let faults = cloud.json("local fault list");
    assert_eq!(
        (&faults[0]["met"], &faults[1]["met"]),
        (&2.into(), &1.into()),
        "{faults}"
    );
    assert_eq!(faults[0]["target"], "ListFunctions");
    cloud
        .fgctl("local fault clear 1")
        .success()
        .says(&["faults taken back: 1"]);
    cloud
        .fgctl("local fault clear 1")
        .failure(4, &["there is no fault 1", "fgctl local fault list"]);
    cloud.fgctl("local fault clear").success();
    assert_eq!(cloud.count("local fault list"), 0);
}

/// A question is asked again; nobody knows whether a creation was done, so it is looked up and not repeated.
#[test]
fn a_connection_that_is_cut_is_a_question_asked_again_and_a_creation_to_be_looked_up() {
    let cloud = cloud();
    cloud.fgctl("local fault add ListFunctions --cut --times 1").success();
    cloud.fgctl("function list").success().says(&["trying again"]);
    cloud.fgctl("local fault add CreateFunction --cut --times 1").success();
    cloud
        .fgctl("function create f --code code")
        .failure(6, &["it may have been done all the same", "fgctl function list"]);
    assert_eq!(cloud.fgctl("function list -o name").success().stdout, "f\n");
    // A deletion that was done and is repeated finds nothing, which is what was wanted.
    cloud.fgctl("local fault add DeleteFunction --cut --times 1").success();
    cloud.fgctl("function delete f --yes").success().says(&["trying again"]);
    assert_eq!(cloud.count("function list"), 0);
}

#[test]
fn a_fault_that_goes_on_is_told_with_its_code_and_a_wrong_one_is_not_set() {
    let cloud = cloud();
    cloud
        .fgctl("local fault add ListFunctions --status 500 --code FSS.0500 --message full")
        .success()
        .says(&["fgctl local fault clear 1"]);
    cloud.fgctl("function list").failure(6, &["FSS.0500", "full"]);
    for (line, text) in [
        ("local fault add list-functions --cut", "neither an operation"),
        ("local fault add ListFunctions", "does nothing"),
        ("local fault add ListFunctions --status 200", "no status of an error"),
        ("local fault add ListFunctions --cut --probability 2", "no probability"),
        ("local fault add ListFunctions --code X --cut", "--status"),
        ("local up --fault ListFunctions,explode", "cannot be read"),
        ("local up --forward 8000", "an instance's own server"),
        ("local up --speed 0", "--speed"),
    ] {
        cloud.fgctl(line).failure(2, &[text]);
    }
    assert_eq!(cloud.count("local fault list"), 1);
}

/// The same seed fails the same requests; they are set from the start, in the background too.
#[test]
fn faults_of_the_start_are_decided_by_the_seed() {
    let outcomes = || {
        let options = ["--seed", "7", "--fault", "ListFunctions,status=400,probability=0.5"];
        let cloud = Cloud::start_with(&options);
        (0..12)
            .map(|_| cloud.fgctl("function list").status == 0)
            .collect::<Vec<_>>()
    };
    let first = outcomes();
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    assert_eq!(outcomes(), first);
}
