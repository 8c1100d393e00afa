//! `fgctl region`, `fgctl enterprise-project`: what an account has, and what is known without one.

use crate::support::{Cloud, World};

#[test]
fn the_accounts_regions_are_listed_and_the_known_ones_without_an_account() {
    let cloud = Cloud::start();
    let regions = cloud.json("region list");
    assert_eq!(regions[0]["id"], "cn-east-3");
    assert_eq!(
        (&regions[0]["websocket"], &regions[0]["locales"]["en-us"]),
        (&true.into(), &"CN East-Shanghai1".into())
    );
    let world = World::new();
    let run = world.fgctl("region list").success();
    assert!(
        run.stdout.contains("cn-north-4") && run.stdout.contains("CN North-Beijing4"),
        "{}",
        run.stdout
    );
    let websocket: Vec<&str> = run.stdout.lines().filter(|line| line.ends_with("yes")).collect();
    assert!(
        websocket.len() == 1 && websocket[0].starts_with("cn-east-3"),
        "{websocket:?}"
    );
    run.says(&["the regions that fgctl knows"]);
    assert_eq!(
        world.fgctl("region list --limit 2 -o name").success().stdout,
        "cn-east-3\ncn-east-2\n"
    );
}

#[test]
fn what_is_broken_is_told_and_not_taken_for_absent() {
    let mut cloud = Cloud::start();
    cloud.set("HUAWEICLOUD_SDK_SK", "wrong");
    cloud.fgctl("region list").failure(3, &["APIGW.0301"]);
    let mut world = World::new();
    world.set("FGCTL_REGION", "cn-east-3");
    world.set("HUAWEICLOUD_SDK_SK", "SK");
    world.fgctl("region list").failure(3, &["HUAWEICLOUD_SDK_AK"]);
}

#[test]
fn enterprise_projects_are_listed() {
    let mut cloud = Cloud::start();
    assert_eq!(
        cloud.fgctl("enterprise-project list -o name").success().stdout,
        "default\n"
    );
    assert_eq!(cloud.json("enterprise-project list")[0]["id"], "0");
    let table = cloud.fgctl("enterprise-project list").success().stdout;
    assert!(table.contains("enabled"), "{table}");
    cloud.kill();
    cloud
        .fgctl("enterprise-project list")
        .failure(6, &["got no answer", "fgctl local status"]);
    cloud
        .fgctl("agency list")
        .failure(6, &["got no answer", "fgctl local status"]);
}

#[test]
fn keys_and_tokens_that_last_for_a_while_call_the_cloud() {
    let mut cloud = Cloud::start();
    let secret = cloud.json("local env")["HUAWEICLOUD_SDK_SK"]
        .as_str()
        .unwrap()
        .to_owned();
    let access = cloud.json("local env")["HUAWEICLOUD_SDK_AK"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = r#"{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":900}}}}"#;
    let keys = cloud
        .run([
            "request",
            "POST",
            "/v3.0/OS-CREDENTIAL/securitytokens",
            "--service",
            "iam",
            "--body",
            body,
        ])
        .success()
        .json();
    let of = |name: &str| keys["credential"][name].as_str().unwrap().to_owned();
    cloud.set("HUAWEICLOUD_SDK_AK", &of("access"));
    cloud.set("HUAWEICLOUD_SDK_SK", &of("secret"));
    cloud.fgctl("function list").failure(3, &["ak not exist"]);
    cloud.set("HUAWEICLOUD_SDK_SECURITY_TOKEN", &of("securitytoken"));
    for line in [
        "function list",
        "gateway list",
        "vpc list",
        "enterprise-project list",
        "region list",
    ] {
        cloud.fgctl(line).success();
    }
    let run = cloud.fgctl("function list -v");
    assert!(!run.stderr.contains(&of("securitytoken")) && !run.stderr.contains(&secret));
    assert!(!access.is_empty());
}
