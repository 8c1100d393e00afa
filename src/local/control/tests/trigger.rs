//! Triggers of type DEDICATEDGATEWAY.

use super::{Cloud, GATEWAYS, urn};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn target(function: &str) -> String {
    format!("/v2/{{p}}/fgs/triggers/{}", urn(function))
}

pub(super) fn new(gateway: &str, group: &str) -> Value {
    json!({
        "trigger_type_code": "DEDICATEDGATEWAY", "trigger_status": "ACTIVE", "event_type_code": "APICreated",
        "event_data": {
            "name": "API_demo", "type": 1, "path": "/demo", "protocol": "HTTPS", "req_method": "GET",
            "match_mode": "SWA", "group_id": group, "env_name": "RELEASE",
            "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "auth": "NONE", "instance_id": gateway,
            "func_info": {"timeout": 5000}
        }
    })
}

/// A cloud with the function `f`, and a trigger that may be made.
async fn ready() -> (Cloud, String, Value) {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let gateway = cloud.gateway("apig-ws").await;
    let group = cloud.group(&gateway, "APIGroup_ws").await;
    let new = new(&gateway, &group);
    (cloud, gateway, new)
}

fn with(new: &Value, change: &Value) -> Value {
    let mut new = new.clone();
    new["event_data"] = super::with(new["event_data"].take(), change.clone());
    new
}

#[tokio::test]
async fn a_trigger_makes_an_api_and_publishes_it_and_leaves_both_behind() {
    let (cloud, gateway, new) = ready().await;
    let trigger = cloud.post(&target("f"), new).await.is(201);
    let data = &trigger["event_data"];
    assert_eq!(data["invoke_url"], "https://127.0.0.1:40001/demo");
    assert_eq!(
        (&data["group_name"], &data["api_name"]),
        (&json!("APIGroup_ws"), &json!("API_demo"))
    );
    assert_eq!(data["triggerid"], trigger["trigger_id"]);
    let expected = json!({
        "function_urn": urn("f"), "invocation_type": "sync", "timeout": 5000, "version": "latest"
    });
    assert_eq!(data["func_info"], expected);
    assert!(trigger["created_time"].as_str().unwrap().ends_with("+08:00"));

    assert_eq!(cloud.get(&target("f")).await.is(200), json!([trigger]));
    let own = format!(
        "{}/DEDICATEDGATEWAY/{}",
        target("f"),
        trigger["trigger_id"].as_str().unwrap()
    );
    assert_eq!(cloud.get(&own).await.is(200), trigger);
    assert!(cloud.delete(&own).await.is(204).is_null());
    cloud.get(&own).await.refused(404, "FSS.1138");
    cloud
        .delete(&own.replace("DEDICATEDGATEWAY", "TIMER"))
        .await
        .refused(404, "FSS.1131");
    assert_eq!(cloud.get(&target("f")).await.is(200), json!([]));
    let api = format!("{GATEWAYS}/{gateway}/apis/{}", data["api_id"].as_str().unwrap());
    assert_eq!(cloud.get(&api).await.is(200)["run_env_name"], "RELEASE");
}

#[tokio::test]
async fn creation_is_checked() {
    let (cloud, _, new) = ready().await;
    cloud.post(&target("f"), new.clone()).await.is(201);
    let fresh = with(&new, &json!({"name": "API_other", "path": "/other"}));
    for (change, status, expected) in [
        (json!({"instance_id": null}), 400, "FSS.1417"),
        (json!({"group_id": ""}), 400, "FSS.1417"),
        (json!({"protocol": null}), 400, "FSS.1417"),
        (json!({"env_name": null}), 400, "FSS.1417"),
        (json!({"env_id": null}), 400, "FSS.1417"),
        (json!({"instance_id": "none"}), 400, "FSS.1417"),
        (json!({"group_id": "none"}), 400, "FSS.1417"),
        (json!({"env_id": "none"}), 400, "FSS.1417"),
        (json!({"env_name": "TEST"}), 400, "FSS.1417"),
        (json!({"name": "API-demo"}), 400, "FSS.1417"),
        (json!({"name": "A".repeat(65)}), 400, "FSS.1317"),
        (json!({"path": "demo"}), 400, "FSS.1417"),
        (json!({"req_method": "get"}), 400, "FSS.1417"),
        (json!({"match_mode": "PREFIX"}), 400, "FSS.1417"),
        (json!({"auth": "ALL"}), 400, "FSS.1417"),
        (json!({"type": 3}), 400, "FSS.1417"),
        (json!({"func_info": {"timeout": 0}}), 400, "FSS.1417"),
        (json!({"func_info": {"timeout": 60001}}), 400, "FSS.1417"),
        (json!({"name": "API_demo"}), 409, "FSS.1146"),
        (json!({"path": "/demo"}), 409, "FSS.1147"),
    ] {
        let answer = cloud.post(&target("f"), with(&fresh, &change)).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (status, &json!(expected)),
            "{change}: {answer:?}"
        );
    }
    let mut disabled = fresh.clone();
    disabled["trigger_status"] = json!("DISABLED");
    cloud.post(&target("f"), disabled).await.refused(400, "FSS.1318");
    let mut timer = fresh.clone();
    timer["trigger_type_code"] = json!("TIMER");
    cloud.post(&target("f"), timer).await.refused(400, "FSS.1101");
    assert_eq!(cloud.get(&target("f")).await.is(200).as_array().unwrap().len(), 1);
    let plain = with(&fresh, &json!({"protocol": "HTTP", "func_info": null}));
    let plain = cloud.post(&target("f"), plain).await.is(201);
    assert_eq!(plain["event_data"]["invoke_url"], "http://127.0.0.1:40001/other");
    assert_eq!(plain["event_data"]["func_info"]["timeout"], 5000);
}

#[tokio::test]
async fn a_gateway_that_is_still_being_created_takes_no_trigger() {
    let cloud = Cloud::with_delay(Duration::from_secs(3600));
    cloud.function("f").await;
    let gateway = cloud.gateway("apig-ws").await;
    let message = cloud
        .post(&target("f"), new(&gateway, "g"))
        .await
        .refused(400, "FSS.1417");
    assert!(message.contains("still being created"), "{message}");
}

#[tokio::test]
async fn triggers_go_with_their_function_and_then_answer_oddly() {
    let (cloud, _, new) = ready().await;
    let trigger = cloud.post(&target("f"), new.clone()).await.is(201);
    let own = format!(
        "{}/DEDICATEDGATEWAY/{}",
        target("f"),
        trigger["trigger_id"].as_str().unwrap()
    );
    cloud
        .delete(&format!("/v2/{{p}}/fgs/functions/{}", urn("f")))
        .await
        .is(204);
    let message = cloud.post(&target("f"), new).await.refused(404, "FSS.1051");
    assert!(message.starts_with("Error getting associated function"), "{message}");
    cloud.get(&own).await.refused(500, "FSS.0500");
    cloud.get(&target("f")).await.refused(500, "FSS.0500");
    cloud.delete(&own).await.refused(401, "FSS.0401");
    cloud.function("f").await;
    assert_eq!(cloud.get(&target("f")).await.is(200), json!([]));
}
