//! Gateways: creation, life, deletion.

use super::{Cloud, GATEWAYS, with};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn creation_is_checked() {
    let cloud = Cloud::new();
    cloud.gateway("taken").await;
    for (change, status, expected) in [
        (json!({"instance_name": "1"}), 400, "APIC.7211"),
        (json!({"instance_name": "taken"}), 400, "APIC.7500"),
        (json!({"spec_id": "basic"}), 404, "APIC.7301"),
        (json!({"available_zone_ids": []}), 400, "APIC.7238"),
        (json!({"available_zone_ids": ["cn-east-3d"]}), 400, "APIC.7211"),
        (json!({"vpc_id": "v"}), 400, "APIC.7211"),
        (json!({"subnet_id": "s"}), 400, "APIC.7211"),
        (json!({"security_group_id": "g"}), 404, "APIC.7307"),
        (json!({"maintain_begin": "03:00:00"}), 400, "APIC.7235"),
        (json!({"maintain_begin": "2:00:00"}), 400, "APIC.7235"),
        (
            json!({"maintain_begin": "18:00:00", "maintain_end": "23:00:00"}),
            400,
            "APIC.7230",
        ),
        (json!({"ingress_bandwidth_size": 4}), 400, "APIC.7211"),
        (json!({"ingress_bandwidth_charging_mode": "traffic"}), 400, "APIC.7211"),
        (json!({"eip_id": "e"}), 400, "APIC.7211"),
        (json!({"description": "<b>"}), 400, "APIC.7211"),
        (json!({"enterprise_project_id": "1"}), 400, "APIC.7211"),
    ] {
        let answer = cloud
            .post(GATEWAYS, with(cloud.new_gateway("gw-1"), change.clone()))
            .await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (status, &json!(expected)),
            "{change}: {answer:?}"
        );
    }
    for name in ["gw-2", "gw-3", "gw-4", "gw-5"] {
        cloud.gateway(name).await;
    }
    cloud
        .post(GATEWAYS, cloud.new_gateway("gw-6"))
        .await
        .refused(403, "APIC.7400");
}

#[tokio::test]
async fn a_gateway_that_runs_tells_all_of_itself_and_lists_tell_less() {
    let cloud = Cloud::new();
    let sent = json!({
        "maintain_begin": "22:00:00", "available_zone_ids": ["cn-east-3a", "cn-east-3c"], "spec_id": "PROFESSIONAL"
    });
    let job = cloud
        .post(GATEWAYS, with(cloud.new_gateway("apig-ws"), sent))
        .await
        .is(202);
    let id = job["instance_id"].as_str().unwrap();
    let job_id = job["job_id"].as_str().unwrap();
    assert!(job_id.starts_with("JOB-") && job["message"].as_str().unwrap().contains(job_id));

    let gateway = cloud.get(&format!("{GATEWAYS}/{id}")).await.is(200);
    for (name, expected) in [
        ("status", json!("Running")),
        ("instance_status", json!(6)),
        ("spec", json!("PROFESSIONAL")),
        ("available_zone_ids", json!("[cn-east-3a, cn-east-3c]")),
        ("maintain_begin", json!("22:00:00")),
        ("maintain_end", json!("02:00:00")),
        ("loadbalancer_provider", json!("elb")),
        ("type", json!("apig")),
    ] {
        assert_eq!(gateway[name], expected, "{name}");
    }
    let address = &gateway["publicips"][0];
    assert!(address["ip_address"].as_str().unwrap().starts_with("203.0.113."));
    assert_eq!(address["bandwidth_size"], 5);
    for name in "project_id create_time eip_address charging_mode cbc_metadata cbc_operation_locks description vpc_id \
                 subnet_id security_group_id ingress_ip user_id nat_eip_address nat_eip_ipv6_cidr bandwidth_size \
                 bandwidth_charging_mode ingress_bandwidth_charging_mode instance_version supported_features \
                 endpoint_services node_ips privateips unreliable_ips is_releasable"
        .split_whitespace()
    {
        assert!(gateway.get(name).is_some(), "{name}");
    }
    let list = cloud
        .get(&format!("{GATEWAYS}?instance_name=apig&status=Running"))
        .await
        .is(200);
    assert_eq!((&list["total"], &list["size"]), (&json!(1), &json!(1)));
    let item = &list["instances"][0];
    assert_eq!((&item["id"], &item["cbc_operation_locks"]), (&json!(id), &json!([])));
    assert!(item.get("vpc_id").is_none() && item["publicips"].is_null());
    assert_eq!(
        cloud.get(&format!("{GATEWAYS}?instance_name=x")).await.is(200)["total"],
        0
    );
}

#[tokio::test]
async fn a_gateway_that_is_created_or_deleted_takes_its_time() {
    let cloud = Cloud::with_delay(Duration::from_secs(3600));
    let id = cloud.gateway("apig-ws").await;
    let target = format!("{GATEWAYS}/{id}");
    let gateway = cloud.get(&target).await.is(200);
    assert_eq!(
        (&gateway["status"], &gateway["publicips"]),
        (&json!("Creating"), &json!([]))
    );
    let progress = cloud.get(&format!("{target}/progress")).await.is(200);
    assert_eq!(
        (&progress["progress"], &progress["status"]),
        (&json!(30), &json!("creating"))
    );
    let group = json!({"name": "APIGroup_ws"});
    cloud
        .post(&format!("{target}/api-groups"), group.clone())
        .await
        .refused(409, "APIC.7710");
    cloud
        .post(&format!("{target}/envs"), json!({"name": "TEST"}))
        .await
        .refused(409, "APIC.7710");
    assert_eq!(cloud.get(&format!("{target}/envs")).await.is(200)["total"], 1);
    cloud.delete(&target).await.refused(409, "APIC.7701");
}

#[tokio::test]
async fn deleting_a_gateway_takes_all_that_is_on_it() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let id = cloud.gateway("apig-ws").await;
    let group = cloud.group(&id, "APIGroup_ws").await;
    let target = format!("{GATEWAYS}/{id}");
    cloud
        .post(&format!("{target}/envs"), json!({"name": "TEST"}))
        .await
        .is(201);
    let trigger = super::trigger::new(&id, &group);
    cloud.post(&super::trigger::target("f"), trigger).await.is(201);
    assert_eq!(cloud.ports.open.lock().unwrap().len(), 2, "the group and DEFAULT");

    assert!(cloud.delete(&target).await.is(204).is_null());
    assert!(cloud.ports.open.lock().unwrap().is_empty());
    for target in [target.clone(), format!("{target}/progress")] {
        cloud.get(&target).await.refused(404, "APIC.7302");
    }
    cloud.delete(&target).await.refused(404, "APIC.7302");
    cloud
        .get(&format!("{target}/api-groups"))
        .await
        .refused(404, "APIG.3030");
    assert_eq!(cloud.get(GATEWAYS).await.is(200)["total"], 0);
    let again = cloud.gateway("apig-ws").await;
    let target = format!("{GATEWAYS}/{again}");
    for (list, total) in [("api-groups", 1), ("apis", 0), ("envs", 1)] {
        assert_eq!(
            cloud.get(&format!("{target}/{list}")).await.is(200)["total"],
            total,
            "{list}"
        );
    }
}

#[tokio::test]
async fn the_zones_are_named_by_code() {
    let zones = Cloud::new().get("/v2/{p}/apigw/available-zones").await.is(200);
    let codes: Vec<_> = zones["available_zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| &zone["code"])
        .collect();
    assert_eq!(
        codes,
        [&json!("cn-east-3a"), &json!("cn-east-3b"), &json!("cn-east-3c")]
    );
    assert_eq!(zones["available_zones"][0]["specs"]["BASIC"], true);
}
