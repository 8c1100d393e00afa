//! Groups and environments.

use super::{Cloud, GATEWAYS};
use serde_json::json;

#[tokio::test]
async fn a_group_has_a_port_and_a_domain_of_the_real_form() {
    let cloud = Cloud::new();
    let gateway = cloud.gateway("apig-ws").await;
    let groups = format!("{GATEWAYS}/{gateway}/api-groups");
    let group = cloud
        .post(&groups, json!({"name": "APIGroup_ws", "remark": "r"}))
        .await
        .is(201);
    let id = group["id"].as_str().unwrap();
    assert_eq!(group["sl_domain"], format!("{id}.apic.cn-east-3.huaweicloudapis.com"));
    assert_eq!((&group["is_default"], &group["remark"]), (&json!(2), &json!("r")));
    assert!(cloud.ports.open.lock().unwrap().contains_key(id));
    cloud
        .post(&groups, json!({"name": "APIGroup_ws"}))
        .await
        .refused(400, "APIG.3201");
    cloud
        .post(&groups, json!({"name": "x"}))
        .await
        .refused(400, "APIG.2012");
    cloud
        .post(&groups, json!({"name": "abc", "remark": "x".repeat(1001)}))
        .await
        .refused(400, "APIG.2012");
    cloud
        .post(&groups.replace(&gateway, "none"), json!({"name": "abc"}))
        .await
        .refused(404, "APIG.3030");
    assert_eq!(cloud.ports.open.lock().unwrap().len(), 2, "the group and DEFAULT");

    let shown = cloud.get(&format!("{groups}/{id}")).await.is(200);
    assert_eq!(shown, group);
    cloud.get(&format!("{groups}/none")).await.refused(404, "APIG.3001");
    assert!(cloud.delete(&format!("{groups}/{id}")).await.is(204).is_null());
    assert!(!cloud.ports.open.lock().unwrap().contains_key(id));
    cloud.delete(&format!("{groups}/{id}")).await.refused(404, "APIG.3001");
}

#[tokio::test]
async fn groups_are_found_by_a_part_of_the_name_or_by_all_of_it() {
    let cloud = Cloud::new();
    let gateway = cloud.gateway("apig-ws").await;
    let other = cloud.gateway("apig-other").await;
    for name in ["abc", "abcd", "xyz"] {
        cloud.group(&gateway, name).await;
    }
    cloud.group(&other, "abc").await;
    for (query, expected) in [
        ("", &["DEFAULT", "abc", "abcd", "xyz"][..]),
        ("?name=bc", &["abc", "abcd"]),
        ("?name=abc&precise_search=name", &["abc"]),
        ("?name=bc&precise_search=name", &[]),
        ("?offset=2&limit=1", &["abcd"]),
        ("?id=none", &[]),
    ] {
        let list = cloud
            .get(&format!("{GATEWAYS}/{gateway}/api-groups{query}"))
            .await
            .is(200);
        let names: Vec<_> = list["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["name"].clone())
            .collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(list["size"], names.len(), "{query}");
    }
}

#[tokio::test]
async fn every_gateway_has_a_group_that_goes_with_it() {
    let cloud = Cloud::new();
    let gateway = cloud.gateway("apig-ws").await;
    let groups = format!("{GATEWAYS}/{gateway}/api-groups");
    let list = cloud.get(&groups).await.is(200);
    let group = &list["groups"][0];
    assert_eq!((&group["name"], &group["is_default"]), (&json!("DEFAULT"), &json!(1)));
    let id = group["id"].as_str().unwrap();
    assert!(cloud.ports.open.lock().unwrap().contains_key(id));
    let refused = cloud.delete(&format!("{groups}/{id}")).await.refused(400, "APIG.2012");
    assert!(refused.contains("goes with its gateway"), "{refused}");
    cloud
        .post(&groups, json!({"name": "DEFAULT"}))
        .await
        .refused(400, "APIG.3201");
    cloud.delete(&format!("{GATEWAYS}/{gateway}")).await.is(204);
    assert!(cloud.ports.open.lock().unwrap().is_empty());
}

#[tokio::test]
async fn environments_are_created_listed_and_deleted_but_for_release() {
    let cloud = Cloud::new();
    let gateway = cloud.gateway("apig-ws").await;
    let environments = format!("{GATEWAYS}/{gateway}/envs");
    let test = cloud.post(&environments, json!({"name": "TEST"})).await.is(201);
    for name in ["TEST", "RELEASE"] {
        cloud
            .post(&environments, json!({"name": name}))
            .await
            .refused(400, "APIG.3205");
    }
    cloud
        .post(&environments, json!({"name": "a-b"}))
        .await
        .refused(400, "APIG.2012");
    let list = cloud.get(&environments).await.is(200);
    assert_eq!(list["envs"][0]["id"], "DEFAULT_ENVIRONMENT_RELEASE_ID");
    assert_eq!((&list["envs"][1], &list["total"]), (&test, &json!(2)));
    assert_eq!(cloud.get(&format!("{environments}?name=ES")).await.is(200)["total"], 1);
    for number in 3..=10 {
        cloud
            .post(&environments, json!({"name": format!("ENV{number}")}))
            .await
            .is(201);
    }
    cloud
        .post(&environments, json!({"name": "ENV11"}))
        .await
        .refused(403, "APIG.3104");
    cloud
        .delete(&format!("{environments}/DEFAULT_ENVIRONMENT_RELEASE_ID"))
        .await
        .refused(400, "APIG.2012");
    let target = format!("{environments}/{}", test["id"].as_str().unwrap());
    assert!(cloud.delete(&target).await.is(204).is_null());
    cloud.delete(&target).await.refused(404, "APIG.3003");
}
