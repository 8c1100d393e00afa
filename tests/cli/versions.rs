//! `fgctl api versions` and `switch-version`: what runs follows the version, the edited API does not.

use crate::support::{Cloud, Deployed, http_function};
use serde_json::Value;

const API: &str = "API_websocket_demo --gateway apig-ws";

fn versions(cloud: &Cloud) -> Vec<Value> {
    let versions = cloud.json(&format!("api versions {API} --environment RELEASE"));
    versions.as_array().unwrap().clone()
}

#[test]
fn what_runs_follows_the_version() {
    let deployed = Deployed::with(http_function, "");
    let cloud = &deployed.cloud;
    let connect = || cloud.fgctl("connect WebSocket-demo --count 1");
    connect().success();
    cloud
        .fgctl(&format!("api update {API} --network-architecture v1"))
        .success();
    connect().success();
    cloud.fgctl(&format!("api publish {API} --remark non-VPC")).success();
    connect().failure(9, &["V2"]);

    let listed = versions(cloud);
    assert_eq!(
        listed.len(),
        3,
        "of the trigger, of the fixture, of this test: {listed:?}"
    );
    assert_eq!(
        (&listed[0]["remark"], &listed[0]["status"]),
        (&"non-VPC".into(), &1.into())
    );
    let before = listed[1]["version_no"].as_str().unwrap();
    cloud
        .fgctl(&format!(
            "api switch-version API_websocket_demo {before} --gateway apig-ws"
        ))
        .success()
        .says(&["switched to version", before, "RELEASE"]);
    connect().success();
    let edited = cloud.json(&format!("api get {API}"));
    assert_eq!(edited["func_info"]["network_type"], "V1", "the edited API stays");
    let again = listed[1]["version_id"].as_str().unwrap();
    cloud
        .fgctl(&format!(
            "api switch-version API_websocket_demo {again} --gateway apig-ws"
        ))
        .success()
        .says(&["nothing to change"]);
    cloud
        .fgctl("api switch-version API_websocket_demo 1 --gateway apig-ws")
        .failure(4, &["there is no API version `1` of the API `API_websocket_demo`"]);
}

#[test]
fn versions_of_an_environment_that_is_not_there() {
    let cloud = Cloud::start().with_gateway();
    cloud
        .fgctl("api versions nothing --gateway apig-ws")
        .failure(4, &["there is no API `nothing`"]);
}
