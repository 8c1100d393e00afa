//! `fgctl gateway`.

use crate::support::{Cloud, http_function};

const CREATE: &str =
    "gateway create apig-ws --edition basic --vpc vpc-default --subnet subnet-default --security-group default";

#[test]
fn create_list_get_and_delete() {
    let cloud = Cloud::start();
    let created = cloud
        .fgctl(&format!("{CREATE} --public-inbound 5 --yes --wait -o json"))
        .success();
    let created = created.says(&["bills by the hour"]).json();
    assert_eq!(created["status"], "Running");
    assert_eq!(created["spec"], "BASIC");
    assert_eq!(created["publicips"][0]["bandwidth_size"], 5);
    let id = created["id"].as_str().unwrap();
    for name in ["apig-ws", id] {
        assert_eq!(cloud.json(&format!("gateway get {name}"))["id"], id);
    }
    assert_eq!(cloud.fgctl("gateway list -o name").success().stdout, "apig-ws\n");
    // Told before the cost is asked about.
    for line in [CREATE.to_owned(), format!("{CREATE} --yes")] {
        let refused = cloud.fgctl(&line);
        let refused = refused.failure(
            5,
            &["the gateway `apig-ws` exists already", "fgctl gateway get apig-ws"],
        );
        assert!(!refused.stderr.contains("bills"), "{}", refused.stderr);
    }
    cloud.fgctl("gateway delete apig-ws --yes --wait").success();
    cloud
        .fgctl("gateway get apig-ws")
        .failure(4, &["there is no gateway `apig-ws`"]);
}

/// What costs money asks, and off a terminal it says which flag answers.
#[test]
fn the_cost_is_asked_about() {
    let cloud = Cloud::start();
    cloud
        .fgctl(CREATE)
        .failure(2, &["bills by the hour", "Create the gateway apig-ws?", "--yes"]);
    assert_eq!(cloud.count("gateway list"), 0);
}

#[test]
fn a_trigger_explains_a_gateway_that_is_still_being_created_and_waits_for_it() {
    let cloud = Cloud::start_with(&["--gateway-delay", "2s"]);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl(&format!("{CREATE} --yes"))
        .success()
        .says(&["fgctl gateway wait apig-ws"]);
    assert_eq!(cloud.json("gateway get apig-ws")["status"], "Creating");
    let trigger = "trigger create API_f --function f --gateway apig-ws --group g_1 --path /f";
    cloud.fgctl(trigger).failure(
        5,
        &[
            "is not running yet: its status is Creating",
            "--wait",
            "fgctl gateway wait apig-ws",
        ],
    );
    cloud
        .fgctl("gateway wait apig-ws --wait-timeout 1ms")
        .failure(7, &["took longer than", "fgctl gateway wait apig-ws"]);
    // The gateway runs when --wait is done with it; only then is the group found missing.
    cloud
        .fgctl(&format!("{trigger} --wait"))
        .failure(4, &["there is no group `g_1` on the gateway `apig-ws`"]);
    assert_eq!(cloud.json("gateway get apig-ws")["status"], "Running");
}

#[test]
fn bad_input_creates_nothing() {
    let cloud = Cloud::start();
    for (line, status, texts) in [
        (
            "gateway create a --vpc vpc-default --subnet subnet-default --security-group default --yes",
            2,
            &["gateway name `a`", "3 to 64"] as &[&str],
        ),
        (
            "gateway create apig --vpc nowhere --subnet subnet-default --security-group default --yes",
            4,
            &["there is no VPC `nowhere`"],
        ),
        (
            "gateway create apig --vpc vpc-default --subnet subnet-defualt --security-group default --yes",
            4,
            &["did you mean `subnet-default`?"],
        ),
        (
            "gateway create apig --vpc vpc-default --subnet subnet-default --security-group other --yes",
            4,
            &["there is no security group `other`"],
        ),
        (
            "gateway create apig --vpc vpc-default --subnet subnet-default --security-group default --public-inbound 4 --yes",
            2,
            &["bandwidth `4`", "5 to 2000"],
        ),
        (
            "gateway create apig --vpc vpc-default --subnet subnet-default --security-group default --zone cn-east-3z --yes",
            1,
            &["cn-east-3z", "cn-east-3a"],
        ),
        (
            "gateway create apig --edition tiny --vpc v --subnet s --security-group d",
            2,
            &["basic, professional, enterprise, platinum"],
        ),
    ] {
        cloud.fgctl(line).failure(status, texts);
    }
    assert_eq!(cloud.count("gateway list"), 0);
}

/// What is left alone goes on, and costs: that is said.
#[test]
#[cfg(unix)]
fn an_interrupted_wait_says_what_goes_on() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};

    let cloud = Cloud::start_with(&["--gateway-delay", "1h"]);
    let line = format!("{CREATE} --yes --wait");
    let mut process = cloud
        .command(line.split_whitespace())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(process.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("creating the gateway") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let pid = process.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(130), "{said}");
    for text in [
        "interrupted",
        "bills",
        "fgctl gateway wait apig-ws",
        "fgctl gateway delete apig-ws",
    ] {
        assert!(said.contains(text), "`{text}` is not in {said}");
    }
    assert_eq!(cloud.count("gateway list"), 1);
    cloud
        .fgctl("gateway wait apig-ws --wait-timeout 10ms")
        .failure(7, &["took longer than 0.01 s", "fgctl gateway wait apig-ws"]);
}
