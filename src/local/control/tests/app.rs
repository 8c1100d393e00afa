//! Apps, their codes, and what they may call.

use super::api::{Bench, RELEASE};
use super::{Cloud, GATEWAYS, with};
use serde_json::{Value, json};

async fn app(cloud: &Cloud, gateway: &str, name: &str) -> Value {
    let target = format!("{GATEWAYS}/{gateway}/apps");
    cloud.post(&target, json!({"name": name})).await.is(201)
}

#[tokio::test]
async fn apps_have_keys_of_their_own() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let target = format!("{GATEWAYS}/{id}/apps");
    let made = app(&cloud, &id, "mobile").await;
    for (name, expected) in [
        ("creator", json!("USER")),
        ("status", json!(1)),
        ("app_type", json!("apig")),
    ] {
        assert_eq!(made[name], expected, "{name}");
    }
    assert_eq!(made["app_key"].as_str().unwrap().len(), 32);
    let one = format!("{target}/{}", made["id"].as_str().unwrap());
    let own = json!({"name": "web", "app_key": "my-own-key", "app_secret": "my-own-secret!"});
    cloud.post(&target, own.clone()).await.is(201);
    for (change, code) in [
        (json!({}), "APIG.3203"),
        (json!({"name": "tablet"}), "APIG.3310"),
        (json!({"name": "1app"}), "APIG.2012"),
        (json!({"name": "tablet", "app_key": "short"}), "APIG.2012"),
        (
            json!({"name": "tablet", "app_key": "another-key", "app_secret": "?"}),
            "APIG.2012",
        ),
    ] {
        cloud.post(&target, with(own.clone(), change)).await.refused(400, code);
    }
    let names = async |query: &str| {
        let listed = cloud.get(&format!("{target}?{query}")).await.is(200);
        let names = listed["apps"].as_array().unwrap().iter();
        names
            .map(|app| app["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["mobile", "web"]);
    assert_eq!(names("name=e").await, ["mobile", "web"]);
    assert_eq!(names("name=we&precise_search=name").await, [""; 0]);
    assert_eq!(names("app_key=my-own-key").await, ["web"]);
    assert_eq!(names("offset=1&limit=1").await, ["web"]);
    let changed = cloud.put(&one, json!({"name": "mobile2", "remark": "r"})).await.is(200);
    assert_eq!(
        (&changed["app_secret"], &changed["remark"]),
        (&made["app_secret"], &json!("r"))
    );
    let secret = format!("{target}/secret/{}", made["id"].as_str().unwrap());
    let reset = cloud.put(&secret, json!({"app_secret": "another-one"})).await.is(200);
    assert_eq!(reset["app_secret"], "another-one");
    assert_ne!(cloud.put(&secret, json!({})).await.is(200)["app_secret"], "another-one");
    let check = format!("{target}/validation/{}", made["id"].as_str().unwrap());
    assert_eq!(cloud.get(&check).await.is(200)["name"], "mobile2");
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "APIG.3004");
    for n in 0..49 {
        app(&cloud, &id, &format!("app{n}")).await;
    }
    cloud
        .post(&target, json!({"name": "one_more"}))
        .await
        .refused(403, "APIG.3103");
}

#[tokio::test]
async fn an_app_has_five_codes_at_most() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let made = app(&cloud, &id, "mobile").await;
    let target = format!("{GATEWAYS}/{id}/apps/{}/app-codes", made["id"].as_str().unwrap());
    let code = cloud.put(&target, Value::Null).await.is(201);
    assert!(code["app_code"].as_str().unwrap().len() >= 64);
    cloud.post(&target, json!({"app_code": "x".repeat(64)})).await.is(201);
    cloud
        .post(&target, json!({"app_code": "x".repeat(64)}))
        .await
        .refused(400, "APIG.2012");
    let message = cloud
        .post(&target, json!({"app_code": "hush"}))
        .await
        .refused(400, "APIG.2012");
    assert!(!message.contains("hush"), "a code is a secret: {message}");
    for _ in 0..3 {
        cloud.put(&target, Value::Null).await.is(201);
    }
    cloud.put(&target, Value::Null).await.refused(403, "APIG.3131");
    let listed = cloud.get(&format!("{target}?limit=2")).await.is(200);
    assert_eq!((&listed["total"], &listed["size"]), (&json!(5), &json!(2)));
    let one = format!("{target}/{}", code["id"].as_str().unwrap());
    assert_eq!(cloud.get(&one).await.is(201)["app_code"], code["app_code"]);
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "APIG.3082");
}

#[tokio::test]
async fn who_may_call_what() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let api = cloud
        .post(&bench.apis(), with(bench.new.clone(), json!({"auth_type": "APP"})))
        .await
        .is(201);
    let api = api["id"].as_str().unwrap();
    let made = app(cloud, &bench.gateway, "mobile").await;
    let app_id = made["id"].as_str().unwrap();
    let auths = format!("{GATEWAYS}/{}/app-auths", bench.gateway);
    let grant = json!({"env_id": RELEASE, "app_ids": [app_id], "api_ids": [api]});
    let result = |answer: &Value| answer["auths"][0]["auth_result"].clone();
    let refused = cloud.post(&auths, grant.clone()).await.is(201);
    assert_eq!(
        (&result(&refused)["status"], &result(&refused)["error_code"]),
        (&json!("FAILED"), &json!("APIG.3015"))
    );
    bench.publish("online", api, RELEASE).await.is(201);
    let unbound = format!("{auths}/unbinded-apis?app_id={app_id}&env_id={RELEASE}");
    let listed = cloud.get(&unbound).await.is(200);
    assert_eq!(
        (&listed["apis"][0]["id"], &listed["apis"][0]["run_env_name"]),
        (&json!(api), &json!("RELEASE"))
    );
    let granted = cloud.post(&auths, grant.clone()).await.is(201);
    assert_eq!(result(&granted)["status"], "SUCCESS");
    assert_eq!(
        result(&cloud.post(&auths, grant.clone()).await.is(201))["status"],
        "SKIPPED"
    );
    assert_eq!(cloud.get(&unbound).await.is(200)["total"], 0);
    let bound = cloud.get(&format!("{auths}/binded-apis?app_id={app_id}")).await.is(200);
    let entry = &bound["auths"][0];
    for (name, expected) in [
        ("api_name", "API_demo"),
        ("app_name", "mobile"),
        ("group_name", "APIGroup_ws"),
        ("env_name", "RELEASE"),
        ("auth_tunnel", "NORMAL"),
    ] {
        assert_eq!(entry[name], expected, "{name}");
    }
    let apps = cloud
        .get(&format!("{auths}/binded-apps?api_id={api}&app_name=mob"))
        .await
        .is(200);
    assert_eq!(apps["auths"][0]["id"], entry["id"]);
    let listed = cloud.get(&format!("{GATEWAYS}/{}/apps", bench.gateway)).await.is(200);
    assert_eq!(listed["apps"][0]["bind_num"], 1);
    let cancel = format!("{auths}/{}", entry["id"].as_str().unwrap());
    cloud.delete(&cancel).await.is(204);
    cloud.delete(&cancel).await.refused(404, "APIG.3009");
    for (body, status, code) in [
        (with(grant.clone(), json!({"env_id": ""})), 400, "APIG.2001"),
        (with(grant.clone(), json!({"env_id": "none"})), 404, "APIG.3003"),
    ] {
        cloud.post(&auths, body).await.refused(status, code);
    }
    let unknown = cloud
        .post(&auths, with(grant, json!({"app_ids": ["none"]})))
        .await
        .is(201);
    assert_eq!(result(&unknown)["error_code"], "APIG.3004");
    cloud
        .get(&format!("{auths}/binded-apis"))
        .await
        .refused(400, "APIG.2001");
}
