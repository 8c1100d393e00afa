//! `fgctl doctor`: each check, its status, what to do next, and the exit status.

use crate::support::{Cloud, World};
use serde_json::Value;
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// The findings of the check `check`.
fn all<'a>(findings: &'a Value, check: &str) -> Vec<&'a Value> {
    let all = findings.as_array().unwrap().iter();
    all.filter(|finding| finding["check"] == check).collect()
}

fn finding(findings: &Value, check: &str) -> Value {
    let found = all(findings, check);
    assert!(!found.is_empty(), "no {check}: {findings}");
    found[0].clone()
}

fn doctor(world: &World, options: &str, status: i32) -> Value {
    let run = world.fgctl(&format!("doctor -o json {options}"));
    assert_eq!(run.status, status, "{run:?}");
    run.json()
}

#[test]
fn it_names_what_this_machine_can_do_and_proves_that_the_cloud_can_be_called() {
    // `doctor` tells what the system allows, whatever a local cloud was told to do with it.
    let cloud = Cloud::start_with(&["--isolation", "auto"]);
    let findings = doctor(&cloud, "", 0);
    let isolation = cloud.json("local status")["isolation"].as_str().unwrap().to_owned();
    let expected = if isolation == "namespaces" { "ok" } else { "warning" };
    assert_eq!(finding(&findings, "isolation")["status"], expected, "{findings}");
    for check in [
        "local cloud",
        "configuration file",
        "credentials",
        "region",
        "endpoint functiongraph",
        "endpoint iam",
        "clock",
        "signed call",
        "project",
        "quota of functions",
    ] {
        assert_eq!(finding(&findings, check)["status"], "ok", "{check}: {findings}");
    }
    let found = |check: &str| finding(&findings, check)["found"].as_str().unwrap().to_owned();
    assert!(found("credentials").contains("HUAWEICLOUD_SDK_AK: used"), "{findings}");
    assert!(found("quota of functions").starts_with("0 of "), "{findings}");
    let secret = cloud.json("local env")["HUAWEICLOUD_SDK_SK"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!findings.to_string().contains(&secret));
    let local = doctor(&cloud, "--local", 0);
    assert_eq!(
        finding(&local, "credentials")["found"],
        "those of the running local cloud"
    );
}

#[test]
fn what_is_missing_is_said_and_is_no_failure() {
    let mut world = World::new();
    world.set("PATH", "/nowhere");
    let findings = doctor(&world, "", 0);
    for check in ["node", "local cloud", "credentials", "region"] {
        assert_eq!(finding(&findings, check)["status"], "warning", "{findings}");
    }
    assert_eq!(finding(&findings, "local cloud")["next"], "fgctl local up --detach");
    assert!(
        world
            .fgctl("doctor")
            .success()
            .stdout
            .contains("fgctl profile add NAME")
    );
}

#[test]
fn keys_that_the_service_refuses_are_a_failure_with_the_next_step() {
    let mut cloud = Cloud::start();
    cloud.set("HUAWEICLOUD_SDK_SK", "not-the-secret");
    let run = cloud.fgctl("doctor");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stdout.contains("APIGW.0301"), "{}", run.stdout);
    run.says(&["1 of ", "checks failed: signed call", "hint: "]);
    // Half a key, and one that has expired.
    let mut world = World::new();
    world.set("FGCTL_REGION", "cn-east-3");
    world.set("HUAWEICLOUD_SDK_AK", "AK");
    let findings = doctor(&world, "", 1);
    assert_eq!(finding(&findings, "credentials")["status"], "failed");
}

#[test]
fn every_source_of_keys_is_told_and_which_one_counts() {
    let mut cloud = Cloud::start();
    cloud.set("HW_ACCESS_KEY", "AK-terraform");
    cloud.set("HW_SECRET_KEY", "SK-terraform");
    let findings = doctor(&cloud, "", 0);
    let told: Vec<&str> = all(&findings, "credentials")
        .iter()
        .map(|f| f["found"].as_str().unwrap())
        .collect();
    assert_eq!(told.len(), 2, "{findings}");
    assert!(told[0].ends_with("HUAWEICLOUD_SDK_AK: used"), "{told:?}");
    assert!(
        told[1].contains("AK-terraform") && told[1].contains("not used"),
        "{told:?}"
    );
}

#[test]
fn without_a_network_it_says_so_and_does_not_hang() {
    let mut world = World::new();
    // One that refuses, and one that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for (name, value) in [
        (
            "FGCTL_ENDPOINT",
            format!("http://127.0.0.1:1,vpc={url},eps=https://nowhere.invalid"),
        ),
        ("FGCTL_REGION", "cn-north-4".to_owned()),
        ("HUAWEICLOUD_SDK_AK", "AK".to_owned()),
        ("HUAWEICLOUD_SDK_SK", "SK".to_owned()),
    ] {
        world.set(name, &value);
    }
    let begin = Instant::now();
    let findings = doctor(&world, "", 1);
    assert!(begin.elapsed() < Duration::from_secs(25), "{:?}", begin.elapsed());
    for (check, text) in [
        ("endpoint iam", "Connection refused"),
        ("endpoint vpc", "no answer"),
        ("endpoint eps", "nowhere.invalid"),
    ] {
        let finding = finding(&findings, check);
        assert_eq!(finding["status"], "failed", "{finding}");
        assert!(finding["found"].as_str().unwrap().contains(text), "{finding}");
    }
    assert_eq!(finding(&findings, "signed call")["status"], "warning");
    let region = finding(&findings, "region");
    assert_eq!(region["status"], "warning");
    assert!(
        region["next"].as_str().unwrap().contains("--region cn-east-3"),
        "{region}"
    );
}
