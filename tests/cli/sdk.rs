//! The vendor's own Python SDK against the local cloud: a party that shares no code with fgctl.

use crate::support::{Cloud, Run, project, python};
use std::process::Command;

#[test]
fn creates_and_lists_with_the_official_sdk() {
    let packages = [
        "huaweicloudsdkcore==3.1.219",
        "huaweicloudsdkfunctiongraph==3.1.219",
        "huaweicloudsdkapig==3.1.219",
    ];
    let Some(python) = python("sdk", &packages) else { return };
    let cloud = Cloud::start();
    let variables = cloud.json("local env");
    let mut command = Command::new(python);
    command.arg(project().join("tests/sdk/smoke.py"));
    for (name, value) in variables.as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    let id = |list: &str| cloud.json(list)[0]["id"].as_str().unwrap().to_owned();
    command.env(
        "NETWORK",
        ["vpc list", "subnet list", "security-group list"].map(id).join(" "),
    );
    let run = Run::of(command.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
    assert_eq!(cloud.fgctl("function list -o name").success().stdout, "sdk-function\n");
    assert_eq!(cloud.fgctl("gateway list -o name").success().stdout, "sdk-gateway\n");
}
