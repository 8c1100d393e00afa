//! `fgctl trigger`.

use crate::support::{Cloud, FunctionPort, http_function};

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

/// All of the guide's step 4 with one command, which ends with the URL.
#[test]
fn websocket_in_one_go_and_again() {
    let cloud = Cloud::start();
    let _port = FunctionPort::hold_for(&cloud);
    let cloud = cloud.with_gateway();
    http_function(&cloud);
    cloud
        .fgctl("function create WebSocket-demo --type http --code code --timeout 60 --env INTERVAL_MS=100")
        .success();
    let create = format!(
        "{} --websocket --create-group --environment TEST --create-environment",
        CREATE.replace("APIGroup_ws", "rooms")
    );
    let first = cloud.fgctl(&create).success().says(&[
        "created the group rooms",
        "created the environment TEST",
        "created the trigger API_websocket_demo",
        "V2",
        "published it in TEST",
        "fgctl websocket enable WebSocket-demo",
    ]);
    let last = first.stdout.trim_end().lines().last().unwrap().to_owned();
    assert!(
        last.starts_with("WebSocket URL:") && last.contains("wss://127.0.0.1:"),
        "{last}"
    );
    let api = cloud.json("api get API_websocket_demo --gateway apig-ws");
    assert_eq!(
        (&api["func_info"]["network_type"], &api["run_env_name"]),
        (&"V2".into(), &"TEST".into())
    );
    let again = cloud.fgctl(&create).success().says(&["exists already, just so"]);
    assert!(
        !again.stderr.contains("created") && !again.stderr.contains("published"),
        "{}",
        again.stderr
    );
    assert_eq!(cloud.count("trigger list"), 1);
    assert_eq!(cloud.count("api versions API_websocket_demo --gateway apig-ws"), 2);

    // Stopped between the change and its publication: the next run publishes it.
    cloud
        .fgctl("api update API_websocket_demo --gateway apig-ws --timeout 6000")
        .success();
    let longer = format!("{create} --timeout 6000");
    let finished = cloud.fgctl(&longer).success().says(&["published it in TEST"]);
    assert!(!finished.stderr.contains("V2"), "{}", finished.stderr);
    cloud.fgctl("websocket enable WebSocket-demo").success();
    let url = cloud.json("trigger url WebSocket-demo")["invoke_url"].clone();
    cloud
        .run([
            "connect",
            url.as_str().unwrap(),
            "--count",
            "1",
            "--header",
            "X-Stage: TEST",
        ])
        .success();
}

#[test]
fn a_trigger_that_is_there_is_no_reason_to_fail_unless_it_is_another() {
    let cloud = ready();
    cloud.fgctl(CREATE).success();
    cloud.fgctl(CREATE).success().says(&["exists already, just so"]);
    for (change, member) in [
        ("--method ANY", "method"),
        ("--timeout 6000", "timeout"),
        ("--matching exact", "matching"),
    ] {
        cloud.fgctl(&format!("{CREATE} {change}")).failure(
            5,
            &["exists already", &format!("with another {member}"), "fgctl trigger get"],
        );
    }
    cloud
        .fgctl(&CREATE.replace("--auth none", "--auth app"))
        .failure(5, &["exists already", "with another authentication"]);
    assert_eq!(cloud.count("trigger list"), 1);
    cloud
        .fgctl(&CREATE.replace("APIGroup_ws", "rooms"))
        .failure(4, &["there is no group `rooms`", "--create-group"]);
    cloud
        .fgctl(&format!("{CREATE} --websocket --method POST"))
        .failure(1, &["GET or ANY"]);
    std::fs::write(
        cloud.path("code/index.py"),
        "def handler(event, context):\n    return 1\n",
    )
    .unwrap();
    cloud
        .fgctl("function create event --type event --runtime Python3.9 --handler index.handler --code code")
        .success();
    cloud
        .fgctl(&format!("{} --websocket", CREATE.replace("WebSocket-demo", "event")))
        .failure(1, &["no HTTP function"]);
}
