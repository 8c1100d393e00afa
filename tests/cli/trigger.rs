//! `fgctl trigger`.

use crate::support::{Cloud, http_function};

const CREATE: &str = "trigger create API_websocket_demo --function WebSocket-demo --gateway apig-ws --group APIGroup_ws --auth none --path /websocket_demo";

fn ready() -> Cloud {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    cloud.fgctl("function create WebSocket-demo --code code").success();
    cloud
}

#[test]
fn create_list_get_url_and_delete() {
    let cloud = ready();
    let created = cloud
        .fgctl(&format!("{CREATE} -o json"))
        .success()
        .says(&["anybody may call"])
        .json();
    let data = &created["event_data"];
    assert_eq!(created["trigger_type_code"], "DEDICATEDGATEWAY");
    assert_eq!(
        (&data["protocol"], &data["req_method"], &data["auth"]),
        (&"HTTPS".into(), &"GET".into(), &"NONE".into())
    );
    assert_eq!(data["func_info"]["timeout"], 5000);
    let url = data["invoke_url"].as_str().unwrap();
    for name in [
        "WebSocket-demo",
        "API_websocket_demo",
        created["trigger_id"].as_str().unwrap(),
    ] {
        assert_eq!(
            cloud.fgctl(&format!("trigger url {name}")).success().stdout.trim_end(),
            url
        );
    }
    assert_eq!(cloud.count("trigger list"), 1);
    assert_eq!(cloud.count("trigger list WebSocket-demo"), 1);
    assert_eq!(
        cloud.json("trigger get API_websocket_demo")["trigger_id"],
        created["trigger_id"]
    );

    cloud
        .fgctl("trigger delete API_websocket_demo --yes")
        .success()
        .says(&["the API that it made stays"]);
    assert_eq!(cloud.count("trigger list"), 0);
    assert_eq!(cloud.count("api list --gateway apig-ws"), 1);
    cloud.fgctl(CREATE).failure(5, &["FSS.1146", "fgctl api list"]);
}

#[test]
fn bad_input_creates_nothing() {
    let cloud = ready();
    for (change, status, texts) in [
        (
            "--timeout 0",
            2,
            &["backend timeout `0`", "1 to 60000 milliseconds"] as &[&str],
        ),
        ("--timeout 60001", 2, &["backend timeout `60001`", "more than 60000"]),
        ("--timeout -5", 2, &["backend timeout `-5`"]),
        ("--method TRACE", 2, &["GET, POST"]),
        (
            "--environment NOWHERE",
            4,
            &["there is no environment `NOWHERE` on the gateway `apig-ws`"],
        ),
    ] {
        cloud.fgctl(&format!("{CREATE} {change}")).failure(status, texts);
    }
    for (line, status, texts) in [
        (
            CREATE.replace("API_websocket_demo", "API-demo"),
            2,
            &["API name `API-demo`", "character 4 is `-`"] as &[&str],
        ),
        (
            CREATE.replace("APIGroup_ws", "APIGroup_wx"),
            4,
            &["there is no group `APIGroup_wx`", "did you mean `APIGroup_ws`?"],
        ),
        (
            CREATE.replace("--gateway apig-ws", "--gateway other"),
            4,
            &["there is no gateway `other`"],
        ),
        (
            CREATE.replace("WebSocket-demo", "nobody"),
            4,
            &["there is no function `nobody`"],
        ),
        (
            CREATE.replace("/websocket_demo", "websocket_demo"),
            2,
            &["path `websocket_demo`", "does not begin with `/`"],
        ),
    ] {
        cloud.fgctl(&line).failure(status, texts);
    }
    assert_eq!(cloud.count("trigger list"), 0);
    assert_eq!(cloud.count("api list --gateway apig-ws"), 0);
}

#[test]
fn a_function_without_a_trigger_has_no_url() {
    let cloud = ready();
    cloud
        .fgctl("trigger url WebSocket-demo")
        .failure(1, &["has no trigger", "fgctl trigger create"]);
}

#[test]
fn several_triggers_are_listed_and_none_is_chosen() {
    let cloud = ready();
    cloud.fgctl(CREATE).success();
    cloud
        .fgctl(
            &CREATE
                .replace("API_websocket_demo", "API_other")
                .replace("/websocket_demo", "/other"),
        )
        .success();
    cloud
        .fgctl("trigger url WebSocket-demo")
        .failure(2, &["API_websocket_demo", "API_other"]);
}
