//! Tags, and reserved instances.

use super::{Cloud, new_function, urn, with};
use serde_json::{Value, json};

const TAGS: &str = "/v2/{p}/functions";

fn tags(name: &str, rest: &str) -> String {
    format!("{TAGS}/{}/tags{rest}", urn(name))
}

#[tokio::test]
async fn tags_are_put_on_and_taken_off() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let put = |list: Value| json!({"action": "create", "tags": list});
    let two = put(json!([{"key": "env", "value": "dev"}, {"key": "team", "value": "a"}]));
    // Right after creation Terraform names the version latest.
    let latest = format!("{TAGS}/{}:latest/tags/create", urn("f"));
    assert!(cloud.post(&latest, two).await.is(204).is_null());
    cloud
        .post(&tags("f", "/create"), put(json!([{"key": "env", "value": "prod"}])))
        .await
        .is(204);
    let listed = cloud.get(&tags("f", "")).await.is(200);
    assert_eq!(
        listed["tags"],
        json!([{"key": "env", "value": "prod"}, {"key": "team", "value": "a"}])
    );
    assert_eq!(
        listed["sys_tags"],
        json!([{"key": "_sys_enterprise_project_id", "value": "0"}])
    );
    let gone = json!({"action": "delete", "tags": [{"key": "team", "value": ""}, {"key": "none", "value": ""}]});
    cloud.send("DELETE", &tags("f", "/delete"), gone).await.is(204);
    assert_eq!(
        cloud.get(&tags("f", "")).await.is(200)["tags"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let many: Vec<Value> = (0..20).map(|n| json!({"key": format!("k{n}"), "value": ""})).collect();
    for (list, code) in [
        (json!(many), "FSS.0400"),
        (json!([{"key": "", "value": ""}]), "FSS.0400"),
        (
            json!([{"key": "a", "value": ""}, {"key": "a", "value": "b"}]),
            "FSS.0400",
        ),
    ] {
        cloud.post(&tags("f", "/create"), put(list)).await.refused(400, code);
    }
    cloud
        .send("DELETE", &tags("f", "/delete"), Value::Null)
        .await
        .refused(400, "FSS.0400");
    cloud.get(&tags("none", "")).await.refused(404, "FSS.1051");
}

#[tokio::test]
async fn functions_are_found_by_their_tags() {
    let cloud = Cloud::new();
    for (name, project, value) in [("one", "0", "a"), ("two", "p", "b"), ("bare", "0", "")] {
        let function = with(new_function(name), json!({"enterprise_project_id": project}));
        cloud.post("/v2/{p}/fgs/functions", function).await.is(200);
        if !value.is_empty() {
            let body = json!({"tags": [{"key": "stack", "value": value}]});
            cloud.post(&tags(name, "/create"), body).await.is(204);
        }
    }
    let all = cloud.get(&format!("{TAGS}/tags")).await.is(200);
    assert_eq!(all["tags"], json!([{"key": "stack", "values": ["a", "b"]}]));
    assert_eq!(all["sys_tags"][0]["values"], json!(["0", "p"]));
    let filter = format!("{TAGS}/resource-instances/filter");
    let project = |value: &str| json!([{"key": "_sys_enterprise_project_id", "values": [value]}]);
    for (body, expected) in [
        (json!({}), vec!["bare", "one", "two"]),
        (json!({"without_any_tag": true}), vec!["bare"]),
        (json!({"tags": [{"key": "stack", "values": ["b", "c"]}]}), vec!["two"]),
        (json!({"tags": [{"key": "stack", "values": []}]}), vec!["one", "two"]),
        (json!({"sys_tags": project("p")}), vec!["two"]),
        (
            json!({"matches": [{"key": "resource_name", "value": "ar"}]}),
            vec!["bare"],
        ),
        (json!({"limit": "1", "offset": 1}), vec!["one"]),
    ] {
        let found = cloud.post(&filter, body.clone()).await.is(200);
        let names: Vec<&str> = found["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["resource_name"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{body}");
    }
    let found = cloud.post(&filter, json!({"limit": 1})).await.is(200);
    assert_eq!(found["total_count"], 3);
    assert_eq!(
        found["resources"][0]["resource_detail"]["detailId"],
        format!("{}:latest", urn("bare"))
    );
    let count = cloud
        .post(&format!("{TAGS}/resource-instances/count"), json!({}))
        .await
        .is(200);
    assert_eq!(count, json!({"total_count": 3}));
    cloud
        .post(&format!("{TAGS}/resource-instances/sum"), json!({}))
        .await
        .refused(400, "FSS.0400");
}

#[tokio::test]
async fn instances_are_reserved_for_a_version_or_its_alias() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let of = |rest: &str| format!("/v2/{{p}}/fgs/functions/{}{rest}", urn("f"));
    cloud.post(&of("/versions"), json!({"version": "v1"})).await.is(200);
    cloud
        .post(&of("/aliases"), json!({"name": "prod", "version": "v1"}))
        .await
        .is(200);
    let tactics = json!({"cron_configs": [{
        "name": "day", "cron": "0 0 8 * * ?", "count": 2, "start_time": 1790000000, "expired_time": 1800000000
    }]});
    let body = json!({"count": 1, "idle_mode": true, "tactics_config": tactics});
    let reserved = cloud.put(&of(":!prod/reservedinstances"), body).await.is(200);
    assert_eq!((&reserved["count"], &reserved["idle_mode"]), (&json!(1), &json!(true)));
    cloud
        .put(&of(":v1/reservedinstances"), json!({"count": 1}))
        .await
        .refused(400, "FSS.0400");
    cloud.put(&of("/reservedinstances"), json!({"count": 3})).await.is(200);
    let metric = |threshold: i64| json!({"metric_configs": [{"name": "m", "type": "Concurrency", "threshold": threshold, "min": 1}]});
    for body in [
        json!({"count": 1001}),
        json!({"count": -1}),
        json!({"count": 3, "tactics_config": tactics}),
        json!({"count": 1, "tactics_config": metric(100)}),
    ] {
        cloud
            .put(&of("/reservedinstances"), body)
            .await
            .refused(400, "FSS.0400");
    }
    let list = cloud.get("/v2/{p}/fgs/functions/reservedinstances").await.is(200);
    let urns: Vec<&str> = list["reservedinstances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["func_urn"].as_str().unwrap())
        .collect();
    assert_eq!(urns, [format!("{}:latest", urn("f")), format!("{}:!prod", urn("f"))]);
    assert_eq!(
        (&list["count"], &list["page_info"]["current_count"]),
        (&json!(2), &json!(2))
    );
    let configs = "/v2/{p}/fgs/functions/reservedinstanceconfigs";
    let page = cloud
        .get(&format!("{configs}?limit=1&marker=1&function_urn={}", urn("f")))
        .await
        .is(200);
    let info = json!({"next_marker": 2, "previous_marker": 1, "current_count": 1});
    assert_eq!(page["page_info"], info);
    let one = &page["reserved_instances"][0];
    assert_eq!(
        (&one["qualifier_type"], &one["qualifier_name"]),
        (&json!("alias"), &json!("prod"))
    );
    assert_eq!(
        (&one["min_count"], &one["tactics_config"]["cron_configs"][0]["count"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(
        cloud.get(&format!("{configs}?function_urn=other")).await.is(200)["count"],
        0
    );
    cloud
        .put(&of(":!prod/reservedinstances"), json!({"count": 0}))
        .await
        .is(200);
    assert_eq!(cloud.get(configs).await.is(200)["count"], 1);
}
