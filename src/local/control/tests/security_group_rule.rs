//! Rules of security groups, in the API v3 and in the API v1.

use super::{Cloud, PROJECT, with};
use serde_json::{Value, json};

const V3: &str = "/v3/{p}/vpc/security-group-rules";
const V1: &str = "/v1/{p}/security-group-rules";

async fn group(cloud: &Cloud) -> Value {
    cloud.get("/v3/{p}/vpc/security-groups").await.is(200)["security_groups"][0]["id"].clone()
}

/// A rule for HTTPS, as the API v3 takes it.
async fn https(cloud: &Cloud) -> Value {
    json!({
        "security_group_id": group(cloud).await, "direction": "ingress", "protocol": "tcp", "multiport": "443",
        "remote_ip_prefix": "0.0.0.0/0"
    })
}

fn body(rule: Value) -> Value {
    json!({"security_group_rule": rule})
}

async fn ids(cloud: &Cloud, target: &str) -> Vec<Value> {
    let found = cloud.get(target).await.is(200);
    let rules = found["security_group_rules"].as_array().unwrap();
    rules.iter().map(|rule| rule["id"].clone()).collect()
}

#[tokio::test]
async fn a_rule_is_made_told_by_both_apis_and_deleted() {
    let cloud = Cloud::new();
    let answer = cloud.post(V3, body(https(&cloud).await)).await;
    let request_id = answer.request_id.clone();
    let made = answer.is(201);
    assert_eq!(made["request_id"], request_id.as_str());
    let rule = &made["security_group_rule"];
    assert_eq!(
        *rule,
        json!({
            "id": rule["id"], "security_group_id": group(&cloud).await, "direction": "ingress", "ethertype": "IPv4",
            "description": "", "protocol": "tcp", "multiport": "443", "remote_ip_prefix": "0.0.0.0/0",
            "remote_group_id": null, "remote_address_group_id": null, "action": "allow", "priority": 100,
            "enabled": true, "project_id": PROJECT, "created_at": rule["created_at"], "updated_at": rule["created_at"]
        })
    );
    let id = rule["id"].as_str().unwrap();
    let shown = cloud.get(&format!("{V3}/{id}")).await.is(200);
    assert_eq!(shown["security_group_rule"], *rule);
    let shown = cloud.get(&format!("{V1}/{id}")).await.is(200);
    assert_eq!(
        shown["security_group_rule"],
        json!({
            "id": id, "security_group_id": rule["security_group_id"], "direction": "ingress", "ethertype": "IPv4",
            "description": "", "protocol": "tcp", "port_range_min": 443, "port_range_max": 443,
            "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": null, "remote_address_group_id": null,
            "tenant_id": PROJECT
        })
    );
    let of_group = format!(
        "/v3/{{p}}/vpc/security-groups/{}",
        group(&cloud).await.as_str().unwrap()
    );
    let shown = cloud.get(&of_group).await.is(200);
    assert_eq!(shown["security_group"]["security_group_rules"][4], *rule);

    cloud.delete(&format!("{V3}/{id}")).await.is(204);
    cloud.get(&format!("{V3}/{id}")).await.refused(404, "VPC.9904");
    cloud.delete(&format!("{V3}/{id}")).await.refused(404, "VPC.9904");
    for answer in [
        cloud.get(&format!("{V1}/{id}")).await,
        cloud.delete(&format!("{V1}/{id}")).await,
    ] {
        assert_eq!(answer.is(404)["code"], "VPC.0603");
    }
    assert_eq!(ids(&cloud, V3).await.len(), 4);
}

#[tokio::test]
async fn the_initial_rules_can_be_deleted_for_good() {
    let cloud = Cloud::new();
    let initial = ids(&cloud, V1).await;
    assert_eq!((initial.len(), &initial), (4, &ids(&cloud, V3).await));
    for id in &initial {
        cloud.delete(&format!("{V1}/{}", id.as_str().unwrap())).await.is(204);
    }
    assert!(ids(&cloud, V3).await.is_empty());
    cloud.post(V3, body(https(&cloud).await)).await.is(201);
    assert_eq!(ids(&cloud, V1).await.len(), 1);
}

#[tokio::test]
async fn the_api_v1_takes_ports_as_numbers_and_as_text() {
    let cloud = Cloud::new();
    let good = json!({"security_group_id": group(&cloud).await, "direction": "ingress"});
    for (changes, ports, multiport) in [
        (
            json!({"protocol": "tcp", "port_range_min": 80, "port_range_max": 80}),
            [80, 80],
            "80",
        ),
        (
            json!({"protocol": "tcp", "port_range_min": "1", "port_range_max": "30"}),
            [1, 30],
            "1-30",
        ),
        (
            json!({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}),
            [8, 0],
            "8-0",
        ),
    ] {
        let made = cloud.post(V1, body(with(good.clone(), changes))).await.is(200);
        let rule = &made["security_group_rule"];
        assert_eq!(
            [&rule["port_range_min"], &rule["port_range_max"]],
            [&json!(ports[0]), &json!(ports[1])]
        );
        assert!(rule["action"].is_null() && made["request_id"].is_null(), "{made}");
        let shown = cloud
            .get(&format!("{V3}/{}", rule["id"].as_str().unwrap()))
            .await
            .is(200);
        assert_eq!(shown["security_group_rule"]["multiport"], multiport);
    }
    let several = with(https(&cloud).await, json!({"multiport": "22,3389,80"}));
    let made = cloud.post(V3, body(several)).await.is(201);
    let id = made["security_group_rule"]["id"].as_str().unwrap();
    let told = cloud.get(&format!("{V1}/{id}")).await.is(200)["security_group_rule"].clone();
    assert_eq!(
        [&told["port_range_min"], &told["port_range_max"]],
        [&json!(22), &json!(3389)]
    );
}

#[tokio::test]
async fn a_rule_that_breaks_a_rule_is_refused() {
    let cloud = Cloud::new();
    let good = https(&cloud).await;
    for changes in [
        json!({"direction": "in"}),
        json!({"ethertype": "IPv5"}),
        json!({"description": "x".repeat(256)}),
        json!({"description": "<b>"}),
        json!({"protocol": "sctp"}),
        json!({"protocol": "256"}),
        json!({"protocol": "icmpv6"}),
        json!({"protocol": "icmp", "ethertype": "IPv6", "remote_ip_prefix": null}),
        json!({"multiport": "0"}),
        json!({"multiport": "30-1"}),
        json!({"remote_ip_prefix": "10.0.0.0/33"}),
        json!({"remote_ip_prefix": "::/0"}),
        json!({"remote_group_id": good["security_group_id"]}),
        json!({"remote_ip_prefix": null, "remote_address_group_id": "none"}),
        json!({"action": "drop"}),
        json!({"priority": 0}),
        json!({"priority": 101}),
    ] {
        let answer = cloud.post(V3, body(with(good.clone(), changes))).await;
        answer.refused(400, "VPC.9902");
    }
    for changes in [
        json!({"security_group_id": "none"}),
        json!({"remote_ip_prefix": null, "remote_group_id": "none"}),
    ] {
        let rule = with(good.clone(), changes);
        cloud.post(V3, body(rule.clone())).await.refused(404, "VPC.9904");
        let rule = with(rule, json!({"multiport": null}));
        assert_eq!(cloud.post(V1, body(rule)).await.is(404)["code"], "VPC.0603");
    }
    let v1 = with(good.clone(), json!({"multiport": null}));
    for changes in [
        json!({"port_range_min": 80}),
        json!({"port_range_min": 80, "port_range_max": 79}),
        json!({"port_range_min": 1, "port_range_max": 65_536}),
        json!({"protocol": "icmp", "port_range_min": 256}),
        json!({"protocol": "icmpv6", "ethertype": "IPv6", "remote_ip_prefix": null}),
    ] {
        let answer = cloud.post(V1, body(with(v1.clone(), changes))).await;
        assert_eq!(answer.is(400)["code"], "VPC.0601");
    }
    cloud.post(V3, json!({})).await.refused(400, "VPC.0101");
    assert_eq!(ids(&cloud, V3).await.len(), 4);
}

#[tokio::test]
async fn a_rule_that_is_there_is_not_made_again_and_a_check_makes_none() {
    let cloud = Cloud::new();
    let mut checked = body(https(&cloud).await);
    checked["dry_run"] = json!(true);
    let message = cloud.post(V3, checked.clone()).await.refused(202, "SYS.0202");
    assert!(message.contains("dry run"), "{message}");
    assert_eq!(ids(&cloud, V3).await.len(), 4);
    let made = cloud.post(V3, body(https(&cloud).await)).await.is(201);
    let id = made["security_group_rule"]["id"].as_str().unwrap();
    let again = with(
        https(&cloud).await,
        json!({"description": "the same", "enabled": false}),
    );
    let message = cloud.post(V3, body(again)).await.refused(409, "VPC.9902");
    assert!(message.contains(id), "{message}");
    cloud.post(V3, checked).await.refused(409, "VPC.9902");
    let v1 = with(
        https(&cloud).await,
        json!({"multiport": null, "port_range_min": 443, "port_range_max": 443}),
    );
    assert_eq!(cloud.post(V1, body(v1)).await.is(409)["code"], "VPC.0601");
    let other = with(https(&cloud).await, json!({"action": "deny", "priority": 1}));
    cloud.post(V3, body(other)).await.is(201);
}

#[tokio::test]
async fn rules_are_filtered_and_paged() {
    let cloud = Cloud::new();
    let changes = json!({"priority": 5, "description": "web", "action": "deny", "enabled": false});
    cloud.post(V3, body(with(https(&cloud).await, changes))).await.is(201);
    let group = group(&cloud).await;
    let group = group.as_str().unwrap();
    for (query, count) in [
        (format!("security_group_id={group}"), 5),
        ("security_group_id=other".to_owned(), 0),
        (format!("remote_group_id={group}"), 2),
        ("remote_address_group_id=x".to_owned(), 0),
        ("protocol=udp&protocol=tcp".to_owned(), 1),
        ("ethertype=ipv6".to_owned(), 2),
        ("direction=egress".to_owned(), 2),
        ("action=deny".to_owned(), 1),
        ("enabled=true".to_owned(), 4),
        ("priority=5&priority=7".to_owned(), 1),
        ("description=web".to_owned(), 1),
        ("description=we".to_owned(), 0),
        ("remote_ip_prefix=0.0.0.0/0".to_owned(), 1),
        ("id=none".to_owned(), 0),
    ] {
        assert_eq!(ids(&cloud, &format!("{V3}?{query}")).await.len(), count, "{query}");
    }
    for (query, count) in [
        (format!("security_group_id={group}"), 5),
        ("security_group_id=other".to_owned(), 0),
        ("remote_ip_prefix=0.0.0.0/0".to_owned(), 1),
    ] {
        assert_eq!(ids(&cloud, &format!("{V1}?{query}")).await.len(), count, "{query}");
    }
    let all = ids(&cloud, V3).await;
    let page = cloud.get(&format!("{V3}?limit=3")).await.is(200);
    assert_eq!(
        page["page_info"],
        json!({"previous_marker": all[0], "current_count": 3, "next_marker": all[2]})
    );
    let rest = format!("limit=3&marker={}", all[2].as_str().unwrap());
    let page = cloud.get(&format!("{V3}?{rest}")).await.is(200);
    assert_eq!(
        page["page_info"],
        json!({"previous_marker": all[3], "current_count": 2})
    );
    assert_eq!(ids(&cloud, &format!("{V1}?{rest}")).await, all[3..]);
    cloud.get(&format!("{V3}?limit=2001")).await.refused(400, "VPC.0101");
}
