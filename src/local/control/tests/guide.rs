//! The guide's five steps, as the documentation writes their requests.

use super::{Cloud, GATEWAYS, SWITCH, zip};
use serde_json::{Value, json};

#[tokio::test]
async fn the_guides_steps_make_a_websocket_url() {
    let cloud = Cloud::new();
    // Steps 1 and 2: the dependency, the function, the switch.
    let dependency = json!({
        "name": "depend-websocket", "runtime": "Node.js12.13", "depend_type": "zip",
        "depend_file": zip("node_modules/ws/index.js", "x"), "description": "ws package"
    });
    let dependency = cloud.post("/v2/{p}/fgs/dependencies/version", dependency).await.is(200);
    let function = json!({
        "func_name": "WebSocket-demo", "package": "default", "runtime": "http", "type": "v2", "handler": "bootstrap",
        "timeout": 900, "memory_size": 512, "code_type": "zip", "code_filename": "code.zip",
        "func_code": {"file": zip("bootstrap", "#!/bin/sh")}, "depend_version_list": [dependency["id"]],
        "user_data": "{\"LOG_LEVEL\":\"info\"}", "enterprise_project_id": "0",
        "network_controller": {"disable_public_network": false, "trigger_access_vpcs": []}, "enable_lts_log": false
    });
    let function = cloud.post("/v2/{p}/fgs/functions", function).await.is(200);
    let urn = function["func_urn"].as_str().unwrap().strip_suffix(":latest").unwrap();
    let config = json!({
        "func_name": "WebSocket-demo", "runtime": "http", "handler": "bootstrap", "timeout": 3600, "memory_size": 512,
        "strategy_config": {"concurrency": 10, "concurrent_num": 100}, "user_data": "{\"LOG_LEVEL\":\"info\"}",
        "enterprise_project_id": "0", SWITCH: true
    });
    cloud
        .put(&format!("/v2/{{p}}/fgs/functions/{urn}/config"), config)
        .await
        .is(200);
    let shown = cloud
        .get(&format!("/v2/{{p}}/fgs/functions/{urn}/config"))
        .await
        .is(200);
    assert_eq!((&shown[SWITCH], &shown["timeout"]), (&json!(true), &json!(3600)));
    assert_eq!(shown["depend_version_list"], json!([dependency["id"]]));

    // Step 3: the gateway.
    let gateway = cloud.gateway("apig-ws").await;
    let shown = cloud.get(&format!("{GATEWAYS}/{gateway}")).await.is(200);
    assert_eq!(
        (&shown["status"], &shown["publicips"][0]["bandwidth_size"]),
        (&json!("Running"), &json!(5))
    );

    // Step 4: the group, the trigger, the backend's network, the publication.
    let group = json!({"name": "APIGroup_ws", "remark": ""});
    let group = cloud
        .post(&format!("{GATEWAYS}/{gateway}/api-groups"), group)
        .await
        .is(201);
    let trigger = json!({
        "trigger_type_code": "DEDICATEDGATEWAY", "trigger_status": "ACTIVE", "event_type_code": "APICreated",
        "event_data": {
            "name": "API_websocket_demo", "type": 1, "path": "/websocket_demo", "protocol": "HTTPS",
            "req_method": "GET", "match_mode": "SWA", "group_id": group["id"], "env_name": "RELEASE",
            "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "auth": "NONE", "backend_type": "FUNCTION",
            "sl_domain": group["sl_domain"], "instance_id": gateway, "func_info": {"timeout": 60000}
        }
    });
    let trigger = cloud
        .post(&format!("/v2/{{p}}/fgs/triggers/{urn}"), trigger)
        .await
        .is(201);
    let data = &trigger["event_data"];
    assert_eq!(data["invoke_url"], "https://127.0.0.1:40001/websocket_demo");

    let target = format!("{GATEWAYS}/{gateway}/apis/{}", data["api_id"].as_str().unwrap());
    let mut api = cloud.get(&target).await.is(200);
    assert_eq!(
        (&api["func_info"]["network_type"], &api["run_env_name"]),
        (&json!("V1"), &json!("RELEASE"))
    );
    api["func_info"]["network_type"] = json!("V2");
    let changed = cloud.put(&target, api).await.is(200);
    assert_eq!(changed["func_info"]["network_type"], "V2");
    let publish = json!({
        "action": "online", "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "api_id": data["api_id"], "remark": "V2"
    });
    let target = format!("{GATEWAYS}/{gateway}/apis/action");
    let published = cloud.post(&target, publish).await.is(201);
    assert_eq!(
        (&published["api_name"], &published["remark"]),
        (&json!("API_websocket_demo"), &json!("V2"))
    );
    assert!(runs(&cloud).contains("\"network_type\":\"V2\""));
}

/// What the data plane would serve, as text.
fn runs(cloud: &Cloud) -> String {
    use crate::local::store::records::PUBLICATIONS;
    use crate::local::store::{Read, StoreError};
    let records = cloud
        .context
        .store
        .read(|reader| reader.scan(&PUBLICATIONS, ""))
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    let apis: Vec<Value> = records
        .iter()
        .map(|record| serde_json::to_value(&record.api).unwrap())
        .collect();
    serde_json::to_string(&apis).unwrap()
}
