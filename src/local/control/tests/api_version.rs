//! Versions of APIs: what was published, and which of it runs.

use super::api::{Bench, RELEASE};
use super::{GATEWAYS, with};
use crate::local::store::records::{PUBLICATIONS, PublicationRecord};
use crate::local::store::{Read, StoreError};
use serde_json::{Value, json};

/// The API of `bench` after each of these paths was published, in this order.
async fn published(bench: &Bench, paths: &[&str]) -> String {
    let id = bench.create().await;
    for path in paths {
        let changed = with(bench.new.clone(), json!({"req_uri": path, "remark": path}));
        bench
            .cloud
            .put(&format!("{}/{id}", bench.apis()), changed)
            .await
            .is(200);
        let body = json!({"action": "online", "env_id": RELEASE, "api_id": id, "remark": format!("of {path}")});
        bench
            .cloud
            .post(&format!("{}/action", bench.apis()), body)
            .await
            .is(201);
    }
    id
}

async fn versions(bench: &Bench, id: &str, query: &str) -> Vec<Value> {
    let target = format!("{}/publish/{id}{query}", bench.apis());
    let list = bench.cloud.get(&target).await.is(200);
    let versions = list["api_versions"].as_array().unwrap().clone();
    assert_eq!(list["size"], versions.len());
    versions
}

/// The path that runs in RELEASE, as the data plane reads it.
fn running(bench: &Bench, id: &str) -> Option<String> {
    let record: Result<Option<PublicationRecord>, StoreError> = bench
        .cloud
        .context
        .store
        .read(|reader| reader.get(&PUBLICATIONS, &format!("{id}:{RELEASE}")));
    record.unwrap().map(|record| record.api.req_uri)
}

#[tokio::test]
async fn each_publication_adds_a_version_and_any_of_them_can_run() {
    let bench = Bench::new().await;
    let id = published(&bench, &["/one", "/two"]).await;
    let listed = versions(&bench, &id, "").await;
    let told: Vec<_> = listed.iter().map(|v| (&v["remark"], &v["status"])).collect();
    assert_eq!(told, [(&json!("of /two"), &json!(1)), (&json!("of /one"), &json!(2))]);
    assert_eq!(
        (&listed[0]["env_name"], &listed[0]["api_id"]),
        (&json!("RELEASE"), &json!(id))
    );
    let number = listed[0]["version_no"].as_str().unwrap();
    assert!(
        number.len() == 14 && number.bytes().all(|digit| digit.is_ascii_digit()),
        "{number}"
    );
    assert_ne!(listed[0]["version_no"], listed[1]["version_no"]);

    let target = format!("{}/publish/{id}", bench.apis());
    let old = listed[1]["version_id"].as_str().unwrap();
    let publication = bench.cloud.put(&target, json!({"version_id": old})).await.is(200);
    assert_eq!(
        (
            &publication["version_id"],
            &publication["remark"],
            &publication["api_name"]
        ),
        (&json!(old), &json!("of /one"), &json!("API_demo"))
    );
    assert_eq!(running(&bench, &id).as_deref(), Some("/one"));
    let edited = bench.cloud.get(&format!("{}/{id}", bench.apis())).await.is(200);
    assert_eq!(edited["req_uri"], "/two", "the edited API stays");
    assert_eq!(edited["publish_id"], publication["publish_id"]);
    let listed = versions(&bench, &id, "").await;
    let statuses: Vec<_> = listed.iter().map(|version| &version["status"]).collect();
    assert_eq!(statuses, [&json!(2), &json!(1)]);
}

#[tokio::test]
async fn versions_are_chosen_by_environment_and_ten_are_kept() {
    let bench = Bench::new().await;
    let paths: Vec<String> = (0..12).map(|number| format!("/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let id = published(&bench, &paths).await;
    let environments = format!("{GATEWAYS}/{}/envs", bench.gateway);
    let test = bench.cloud.post(&environments, json!({"name": "TEST"})).await.is(201);
    let test = test["id"].as_str().unwrap();
    bench.publish("online", &id, test).await.is(201);
    assert_eq!(versions(&bench, &id, "").await.len(), 11);
    assert_eq!(versions(&bench, &id, "?env_name=TEST").await.len(), 1);
    assert_eq!(versions(&bench, &id, "?limit=3&offset=10").await.len(), 1);
    let release = versions(&bench, &id, &format!("?env_id={RELEASE}")).await;
    let remarks: Vec<_> = release.iter().map(|version| version["remark"].clone()).collect();
    let kept: Vec<_> = (2..12).rev().map(|number| json!(format!("of /{number}"))).collect();
    assert_eq!(remarks, kept);

    bench.publish("offline", &id, test).await.is(201);
    let offline = versions(&bench, &id, "?env_name=TEST").await;
    assert_eq!(offline[0]["status"], 2);
    bench.cloud.delete(&format!("{environments}/{test}")).await.is(204);
    assert_eq!(versions(&bench, &id, "").await.len(), 10);
}

#[tokio::test]
async fn a_version_is_shown_and_deleted() {
    let bench = Bench::new().await;
    let id = published(&bench, &["/one", "/two"]).await;
    let listed = versions(&bench, &id, "").await;
    let target = |index: usize| {
        let version = listed[index]["version_id"].as_str().unwrap();
        format!("{}/versions/{version}", bench.apis())
    };
    let shown = bench.cloud.get(&target(1)).await.is(200);
    assert_eq!(
        (
            &shown["id"],
            &shown["req_uri"],
            &shown["version_id"],
            &shown["run_env_name"]
        ),
        (&json!(id), &json!("/one"), &listed[1]["version_id"], &json!("RELEASE"))
    );
    assert!(shown["func_info"]["function_urn"].is_string());
    assert!(bench.cloud.delete(&target(1)).await.is(204).is_null());
    assert_eq!(running(&bench, &id).as_deref(), Some("/two"), "what runs still does");
    bench.cloud.get(&target(1)).await.refused(404, "APIG.3022");
    bench.cloud.delete(&target(1)).await.refused(404, "APIG.3022");
    bench.cloud.delete(&target(0)).await.is(204);
    assert_eq!(running(&bench, &id), None, "what ran is offline");
    bench.cloud.delete(&format!("{}/{id}", bench.apis())).await.is(204);
}

#[tokio::test]
async fn a_switch_is_checked() {
    let bench = Bench::new().await;
    let id = published(&bench, &["/one"]).await;
    let version = versions(&bench, &id, "").await[0]["version_id"].clone();
    let other = json!({"name": "API_other", "req_uri": "/other"});
    let other = bench
        .cloud
        .post(&bench.apis(), with(bench.new.clone(), other))
        .await
        .is(201);
    let other = other["id"].as_str().unwrap();
    for (api, body, status, code) in [
        (id.as_str(), json!({}), 400, "APIG.2001"),
        (&id, json!({"version_id": "none"}), 404, "APIG.3022"),
        (other, json!({"version_id": version}), 404, "APIG.3022"),
        ("none", json!({"version_id": version}), 404, "APIG.3002"),
    ] {
        let target = format!("{}/publish/{api}", bench.apis());
        bench.cloud.put(&target, body).await.refused(status, code);
    }
    let target = format!("{}/publish/{id}", bench.apis().replace(&bench.gateway, "none"));
    bench.cloud.get(&target).await.refused(404, "APIG.3030");
}
