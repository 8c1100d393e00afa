//! The vendor's own Python SDK against the local cloud: a party that shares no code with fgctl.

use crate::support::{Cloud, Run, sdk_script};

#[test]
fn creates_and_lists_with_the_official_sdk() {
    let cloud = Cloud::start();
    let Some(mut script) = sdk_script(&cloud, "smoke.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
    assert_eq!(cloud.fgctl("function list -o name").success().stdout, "sdk-function\n");
    assert_eq!(cloud.fgctl("gateway list -o name").success().stdout, "sdk-gateway\n");
}

#[test]
fn the_official_sdk_finds_the_account_and_its_network_and_gets_tokens_and_temporary_keys() {
    let cloud = Cloud::start();
    for script in ["iam.py", "vpc.py"] {
        let Some(mut script) = sdk_script(&cloud, script) else {
            return;
        };
        let run = Run::of(script.output().unwrap()).success();
        assert!(run.stdout.ends_with("done\n"), "{run:?}");
    }
}
