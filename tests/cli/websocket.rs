//! `fgctl websocket`.

use crate::support::{Cloud, Deployed, function_folder, http_function};

#[test]
fn on_and_off_are_read_back() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud
        .fgctl("function create f --code code --timeout 60 --env A=1")
        .success();
    assert_eq!(cloud.json("websocket status f")["enabled"], false);
    cloud
        .fgctl("websocket enable f")
        .success()
        .says(&["WebSocket of f is on, confirmed"]);
    assert_eq!(cloud.json("websocket status f")["enabled"], true);
    assert_eq!(
        cloud.json("function get f")["user_data"],
        "{\"A\":\"1\"}",
        "nothing else changes"
    );
    assert_eq!(cloud.json("websocket enable f")["enabled"], true);
    cloud.fgctl("websocket disable f").success();
    assert_eq!(cloud.json("websocket status f")["enabled"], false);
}

#[test]
fn what_can_never_work_is_refused() {
    let cloud = Cloud::start();
    http_function(&cloud);
    function_folder(&cloud.path("event"), "unused", &[("index.js", "")]);
    cloud
        .fgctl("function create e --type event --code event --runtime Node.js20.15 --handler index.handler")
        .success();
    cloud
        .fgctl("websocket enable e")
        .failure(1, &["`e` is no HTTP function", "--type http"]);
    cloud
        .fgctl("websocket enable nobody")
        .failure(4, &["there is no function `nobody`"]);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("websocket enable f --region cn-north-4")
        .failure(1, &["only in cn-east-3", "--any-region"]);
}

#[test]
fn a_short_execution_timeout_warns() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code --timeout 3").success();
    cloud
        .fgctl("websocket enable f")
        .success()
        .says(&["execution timeout is 3 s", "1006"]);
}

/// The field has another name on this cloud: it is found all the same, for the configuration shows it.
#[test]
fn the_field_is_a_setting_of_the_local_cloud() {
    let cloud = Cloud::start_with(&["--websocket-field", "web_socket_on"]);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud.fgctl("websocket enable f").success().says(&["`web_socket_on`"]);
}

/// No field is shown and there is no URL to try: it is said, with the clicks that remain.
#[test]
fn what_cannot_be_proved_is_not_claimed() {
    let cloud = Cloud::start_with(&["--websocket-field", "business_switch"]);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("websocket enable f")
        .failure(6, &["is not known", "Advanced Settings", "--field NAME=JSON"]);
    assert_eq!(cloud.json("websocket status f")["enabled"], serde_json::Value::Null);
    cloud
        .fgctl("websocket enable f --field business_switch=true")
        .success()
        .says(&["confirmed"]);
}

/// The limits are told in numbers, and a connection that they end is a check that fails.
#[test]
fn the_budget_says_whether_a_connection_lives() {
    let deployed = Deployed::with(http_function, "--timeout 5000");
    let cloud: &Cloud = &deployed.cloud;
    let budget = cloud.json("websocket status WebSocket-demo --budget --open-for 50s --silence 2s");
    assert_eq!(budget["execution_timeout"], 60);
    assert_eq!(budget["triggers"][0]["backend_timeout"], 5000);
    assert_eq!(budget["triggers"][0]["ping_interval"], 2000);
    assert_eq!(budget["connection"]["lives"], true);
    let ended = cloud.fgctl("websocket status WebSocket-demo --budget --open-for 10m --silence 10s");
    let ended = ended.says(&[
        "after 60 s, before 600 s",
        "after 5 s of silence",
        "function update WebSocket-demo --timeout",
    ]);
    // What was asked for is shown all the same.
    assert!(ended.status == 9 && ended.stdout.contains("5000 ms"), "{ended:?}");
    cloud
        .fgctl("websocket status WebSocket-demo --open-for 10m")
        .failure(2, &["--budget"]);
}
