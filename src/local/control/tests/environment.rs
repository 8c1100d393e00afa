//! Environments and their variables.

use super::api::{Bench, RELEASE};
use super::{Cloud, GATEWAYS};
use serde_json::json;

#[tokio::test]
async fn what_is_published_follows_the_new_name() {
    let bench = Bench::new().await;
    let envs = format!("{GATEWAYS}/{}/envs", bench.gateway);
    let test = bench
        .cloud
        .post(&envs, json!({"name": "TEST", "remark": "r"}))
        .await
        .is(201);
    let test = test["id"].as_str().unwrap();
    let api = bench.create().await;
    bench.publish("online", &api, test).await.is(201);
    let target = format!("{envs}/{test}");
    let renamed = bench.cloud.put(&target, json!({"name": "BETA"})).await.is(200);
    assert_eq!((&renamed["name"], &renamed["remark"]), (&json!("BETA"), &json!("r")));
    let shown = bench.cloud.get(&format!("{}/{api}", bench.apis())).await.is(200);
    assert_eq!(shown["run_env_name"], "BETA");
    let versions = bench
        .cloud
        .get(&format!("{}/publish/{api}?env_name=BETA", bench.apis()))
        .await
        .is(200);
    assert_eq!(versions["total"], 1);
    bench
        .cloud
        .put(&target, json!({"name": "RELEASE"}))
        .await
        .refused(400, "APIG.3205");
    bench
        .cloud
        .put(&target, json!({"name": "a-b-c"}))
        .await
        .refused(400, "APIG.2012");
    bench
        .cloud
        .put(&format!("{envs}/{RELEASE}"), json!({"name": "OTHER"}))
        .await
        .refused(400, "APIG.2012");
    bench
        .cloud
        .put(&format!("{envs}/none"), json!({"name": "OTHER"}))
        .await
        .refused(404, "APIG.3003");
}

#[tokio::test]
async fn a_variable_is_the_only_one_of_its_name_in_a_group_and_an_environment() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let group = cloud.group(&id, "one_1").await;
    let target = format!("{GATEWAYS}/{id}/env-variables");
    let new = |name: &str, value: &str| json!({"group_id": group, "env_id": RELEASE, "variable_name": name, "variable_value": value});
    let made = cloud.post(&target, new("address", "10.0.0.1:80")).await.is(201);
    let one = format!("{target}/{}", made["id"].as_str().unwrap());
    cloud.post(&target, new("address", "x")).await.refused(400, "APIG.2012");
    cloud.post(&target, new("a", "x")).await.refused(400, "APIG.2012");
    cloud.post(&target, new("other", "a b")).await.refused(400, "APIG.2012");
    cloud.post(&target, new("Address", "x")).await.is(201);
    let list = async |query: &str| {
        let listed = cloud.get(&format!("{target}?group_id={group}{query}")).await;
        listed.is(200)["total"].clone()
    };
    assert_eq!(list("").await, 2);
    assert_eq!(list("&variable_name=ddress&env_id=none").await, 0);
    assert_eq!(list("&variable_name=ddress").await, 2);
    assert_eq!(list("&variable_name=address&precise_search=variable_name").await, 1);
    assert_eq!(
        cloud.put(&one, json!({"variable_value": "y"})).await.is(200)["variable_value"],
        "y"
    );
    assert_eq!(cloud.get(&one).await.is(200)["variable_name"], "address");
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "APIG.2012");
    cloud
        .delete(&format!("{GATEWAYS}/{id}/api-groups/{group}"))
        .await
        .is(204);
    assert_eq!(list("").await, 0, "a group's variables go with it");
}
