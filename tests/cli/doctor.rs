//! `fgctl doctor`.

use crate::support::{Cloud, World};
use serde_json::Value;

fn finding(findings: &Value, check: &str) -> Value {
    let all = findings.as_array().unwrap();
    all.iter()
        .find(|finding| finding["check"] == check)
        .unwrap_or_else(|| panic!("{check}: {findings}"))
        .clone()
}

#[test]
fn it_names_what_this_machine_can_do_and_who_would_be_called() {
    // `doctor` tells what the system allows, whatever a local cloud was told to do with it.
    let cloud = Cloud::start_with(&["--isolation", "auto"]);
    let findings = cloud.json("doctor");
    let isolation = cloud.json("local status")["isolation"].as_str().unwrap().to_owned();
    assert_eq!(
        finding(&findings, "isolation")["ok"],
        isolation == "namespaces",
        "{findings}"
    );
    assert_eq!(finding(&findings, "local cloud")["ok"], true);
    let account = finding(&findings, "account");
    assert_eq!(account["ok"], true);
    assert!(
        account["found"].as_str().unwrap().contains("HUAWEICLOUD_SDK_AK"),
        "{account}"
    );
    let secret = cloud.json("local env")["HUAWEICLOUD_SDK_SK"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!findings.to_string().contains(&secret));
}

#[test]
fn what_is_missing_is_said_and_is_no_failure() {
    let mut world = World::new();
    world.set("PATH", "/nowhere");
    let findings = world.json("doctor");
    for check in ["node", "local cloud", "account"] {
        assert_eq!(finding(&findings, check)["ok"], false, "{findings}");
    }
    assert!(
        finding(&findings, "node")["found"]
            .as_str()
            .unwrap()
            .contains("not on the PATH")
    );
    assert!(
        world
            .fgctl("doctor")
            .success()
            .stdout
            .contains("fgctl local up --detach")
    );
}
