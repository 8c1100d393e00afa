//! What of a gateway is changed after its creation.

use super::{Cloud, GATEWAYS, with};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn what_is_left_out_of_an_update_stays() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    cloud.gateway("other").await;
    let target = format!("{GATEWAYS}/{id}");
    let changed = json!({"instance_name": "renamed", "description": "text", "maintain_begin": "18:00:00"});
    let gateway = cloud.put(&target, changed).await.is(200);
    assert_eq!(
        (&gateway["instance_name"], &gateway["description"], &gateway["status"]),
        (&json!("renamed"), &json!("text"), &json!("Running"))
    );
    let window = |gateway: &serde_json::Value| (gateway["maintain_begin"].clone(), gateway["maintain_end"].clone());
    assert_eq!(window(&gateway), (json!("18:00:00"), json!("22:00:00")));
    let gateway = cloud.put(&target, json!({"vpcep_service_name": "mine"})).await.is(200);
    assert_eq!(
        gateway["endpoint_services"][0]["service_name"],
        format!("cn-east-3.mine.{id}")
    );
    assert_eq!(gateway["description"], "text");
    for (body, status, code) in [
        (json!({"instance_name": "other"}), 400, "APIC.7500"),
        (json!({"instance_name": "1"}), 400, "APIC.7211"),
        (json!({"description": "<"}), 400, "APIC.7211"),
        (json!({"security_group_id": "g"}), 404, "APIC.7307"),
        (json!({"maintain_begin": "03:00:00"}), 400, "APIC.7235"),
        (json!({"maintain_end": "03:00:00"}), 400, "APIC.7230"),
        (json!({"vpcep_service_name": "12345678901234567"}), 400, "APIC.7211"),
    ] {
        cloud.put(&target, body).await.refused(status, code);
    }
    assert_eq!(cloud.get(&target).await.is(200)["instance_name"], "renamed");
    cloud
        .put(&format!("{GATEWAYS}/none"), json!({}))
        .await
        .refused(404, "APIC.7302");
    let slow = Cloud::with_delay(Duration::from_secs(3600));
    let id = slow.gateway("apig-ws").await;
    slow.put(&format!("{GATEWAYS}/{id}"), json!({}))
        .await
        .refused(409, "APIC.7710");
}

#[tokio::test]
async fn public_access_comes_and_goes() {
    let cloud = Cloud::new();
    let new = with(cloud.new_gateway("apig-ws"), json!({"ingress_bandwidth_size": null}));
    let id = cloud.post(GATEWAYS, new).await.is(202)["instance_id"].clone();
    let target = format!("{GATEWAYS}/{}", id.as_str().unwrap());
    let (inbound, outbound) = (format!("{target}/ingress-eip"), format!("{target}/nat-eip"));
    let body = |size: serde_json::Value| json!({"bandwidth_size": size, "bandwidth_charging_mode": "bandwidth"});
    assert_eq!(cloud.get(&target).await.is(200)["publicips"], json!([]));

    cloud.put(&inbound, body(json!(5))).await.refused(409, "APIC.7701");
    let job = cloud.post(&inbound, body(json!(5))).await.is(202);
    assert!(job["job_id"].as_str().unwrap().starts_with("JOB-"), "{job}");
    assert_eq!(cloud.get(&target).await.is(200)["publicips"][0]["bandwidth_size"], 5);
    cloud.post(&inbound, body(json!(5))).await.refused(409, "APIC.7711");
    cloud.post(&inbound, body(json!(4))).await.refused(400, "APIC.7211");
    cloud.put(&inbound, body(json!(10))).await.is(202);
    assert_eq!(cloud.get(&target).await.is(200)["publicips"][0]["bandwidth_size"], 10);
    assert!(cloud.delete(&inbound).await.is(204).is_null());
    assert_eq!(cloud.get(&target).await.is(200)["publicips"], json!([]));

    // As text, as the SDK sends it, and as a number without a mode, as Terraform does.
    cloud.post(&outbound, body(json!("5"))).await.is(200);
    cloud
        .post(&outbound, json!({"bandwidth_size": 5}))
        .await
        .refused(409, "APIC.7709");
    cloud.put(&outbound, json!({"bandwidth_size": 7})).await.is(200);
    let gateway = cloud.get(&target).await.is(200);
    assert_eq!(gateway["bandwidth_size"], 7);
    assert!(gateway["nat_eip_address"].as_str().unwrap().starts_with("203.0.113."));
    cloud.put(&outbound, body(json!("x"))).await.refused(400, "APIC.7211");
    cloud.delete(&outbound).await.is(204);
    assert_eq!(cloud.get(&target).await.is(200)["nat_eip_address"], "");
    cloud.put(&outbound, body(json!("5"))).await.refused(409, "APIC.7701");
}

#[tokio::test]
async fn features_are_checked_and_change_once_a_minute() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let target = format!("{GATEWAYS}/{id}/features");
    let feature = |name: &str, config: &str| json!({"name": name, "enable": true, "config": config});
    let supported = cloud.get(&format!("{GATEWAYS}/{id}/instance-features")).await.is(200);
    assert!(
        supported["features"]
            .as_array()
            .unwrap()
            .contains(&json!("backend_timeout"))
    );
    assert_eq!(cloud.get(&target).await.is(200)["total"], 0);
    let set = cloud
        .post(&target, feature("backend_timeout", "{\"max_timeout\": 600000}"))
        .await
        .is(201);
    assert_eq!((&set["instance_id"], &set["enable"]), (&json!(id), &json!(true)));
    cloud
        .post(&target, feature("backend_timeout", "{\"max_timeout\": 1}"))
        .await
        .refused(409, "APIG.3711");
    cloud.post(&target, feature("app_secret", "on")).await.is(201);
    for (name, config, status, code) in [
        ("novel", "on", 412, "APIG.3458"),
        ("app_basic", "yes", 400, "APIG.2012"),
        ("ratelimit", "500", 400, "APIG.2012"),
        ("ratelimit", "{\"api_limits\": 0}", 400, "APIG.2012"),
        ("request_body_size", "1", 400, "APIG.2012"),
    ] {
        cloud.post(&target, feature(name, config)).await.refused(status, code);
    }
    let listed = cloud.get(&format!("{target}?limit=1&offset=1")).await.is(200);
    assert_eq!(
        (&listed["total"], &listed["size"], &listed["features"][0]["name"]),
        (&json!(2), &json!(1), &json!("app_secret"))
    );
}

#[tokio::test]
async fn tags_come_with_the_creation_and_change_afterwards() {
    let cloud = Cloud::new();
    let tags = json!({"tags": [{"key": "stage", "value": "test"}]});
    let job = cloud
        .post(GATEWAYS, with(cloud.new_gateway("apig-ws"), tags))
        .await
        .is(202);
    let target = format!("{GATEWAYS}/{}/instance-tags", job["instance_id"].as_str().unwrap());
    let act = |action: &str, keys: &[String]| {
        let tags: Vec<_> = keys.iter().map(|key| json!({"key": key, "value": "v"})).collect();
        json!({"action": action, "tags": tags})
    };
    let act_on = format!("{target}/action");
    cloud.post(&act_on, act("create", &["a".to_owned()])).await.is(204);
    let listed = cloud.get(&target).await.is(200);
    assert_eq!(
        listed["tags"],
        json!([{"key": "stage", "value": "test"}, {"key": "a", "value": "v"}])
    );
    let many: Vec<String> = (0..19).map(|n| format!("k{n}")).collect();
    cloud
        .post(&act_on, act("create", &many))
        .await
        .refused(403, "APIC.7402");
    cloud.post(&act_on, act("swap", &[])).await.refused(400, "APIG.2012");
    cloud
        .post(&act_on, act("create", &[String::new()]))
        .await
        .refused(400, "APIC.7211");
    cloud.post(&act_on, act("delete", &["stage".to_owned()])).await.is(204);
    assert_eq!(
        cloud.get(&target).await.is(200)["tags"],
        json!([{"key": "a", "value": "v"}])
    );
}

#[tokio::test]
async fn quotas_tell_what_is_used() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let project = cloud.get("/v2/{p}/apigw/instance/configs").await.is(200);
    assert_eq!(
        (
            &project["configs"][0]["config_name"],
            &project["configs"][0]["config_value"]
        ),
        (&json!("INSTANCE_NUM_LIMIT"), &json!("5"))
    );
    assert!(project["configs"][0].get("used").is_none());
    let gateway = cloud.get(&format!("{GATEWAYS}/{id}/project/configs")).await.is(200);
    let groups = gateway["configs"].as_array().unwrap().iter();
    let groups: Vec<_> = groups
        .filter(|quota| quota["config_name"] == "APIGROUP_NUM_LIMIT")
        .collect();
    assert_eq!(
        (&groups[0]["config_value"], &groups[0]["used"]),
        (&json!("1500"), &json!(1))
    );
    let restriction = cloud.get(&format!("{GATEWAYS}/{id}/restriction")).await.is(200);
    assert_eq!(restriction["restrict_cidrs"], json!([]));
}
