//! APIs and their publication.

use super::{Cloud, GATEWAYS, urn, with};
use serde_json::{Value, json};

pub(super) const RELEASE: &str = "DEFAULT_ENVIRONMENT_RELEASE_ID";

pub(super) struct Bench {
    pub(super) cloud: Cloud,
    pub(super) gateway: String,
    pub(super) group: String,
    pub(super) new: Value,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::of(Cloud::new()).await
    }

    pub(super) async fn of(cloud: Cloud) -> Self {
        cloud.function("f").await;
        let gateway = cloud.gateway("apig-ws").await;
        let group = cloud.group(&gateway, "APIGroup_ws").await;
        let new = json!({
            "group_id": group, "name": "API_demo", "type": 1, "req_protocol": "HTTPS", "req_method": "GET",
            "req_uri": "/demo", "match_mode": "SWA", "auth_type": "NONE", "backend_type": "FUNCTION",
            "func_info": {
                "function_urn": urn("f"), "version": "latest", "network_type": "V2", "invocation_type": "sync",
                "timeout": 60000
            }
        });
        Self {
            cloud,
            gateway,
            group,
            new,
        }
    }

    pub(super) fn apis(&self) -> String {
        format!("{GATEWAYS}/{}/apis", self.gateway)
    }

    pub(super) async fn create(&self) -> String {
        let api = self.cloud.post(&self.apis(), self.new.clone()).await.is(201);
        api["id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn publish(&self, action: &str, api: &str, environment: &str) -> super::Answer {
        let body = json!({"action": action, "env_id": environment, "api_id": api});
        self.cloud.post(&format!("{}/action", self.apis()), body).await
    }
}

#[tokio::test]
async fn a_new_api_answers_with_its_defaults() {
    let bench = Bench::new().await;
    let sent = json!({
        "match_mode": null, "novel": 1, "req_uri": "/{room}",
        "req_params": [{"name": "room", "type": "STRING", "location": "PATH"}]
    });
    let api = bench
        .cloud
        .post(&bench.apis(), with(bench.new.clone(), sent))
        .await
        .is(201);
    for (name, expected) in [
        ("match_mode", json!("NORMAL")),
        ("cors", json!(false)),
        ("auth_opt", json!({"app_code_auth_type": "DISABLE"})),
        ("status", json!(1)),
        ("arrange_necessary", json!(2)),
        ("group_name", json!("APIGroup_ws")),
        ("group_version", json!("V1")),
        ("run_env_name", Value::Null),
        ("novel", json!(1)),
    ] {
        assert_eq!(api[name], expected, "{name}");
    }
    let parameter = &api["req_params"][0];
    assert_eq!(
        (
            &parameter["valid_enable"],
            &parameter["required"],
            &parameter["pass_through"]
        ),
        (&json!(2), &json!(1), &json!(1))
    );
    assert!(parameter["id"].is_string() && api["func_info"]["id"].is_string());
    assert_eq!(
        (&api["func_info"]["status"], &api["func_info"]["req_protocol"]),
        (&json!(1), &json!("HTTPS"))
    );
    assert_eq!(api["api_group_info"]["id"], bench.group.as_str());
    let target = format!("{}/{}", bench.apis(), api["id"].as_str().unwrap());
    assert_eq!(bench.cloud.get(&target).await.is(200), api);
    let list = bench.cloud.get(&bench.apis()).await.is(200);
    assert!(list["apis"][0]["func_info"].is_null() && list["apis"][0].get("api_group_info").is_none());
}

#[tokio::test]
async fn a_definition_is_checked() {
    let bench = Bench::new().await;
    bench.create().await;
    let fresh = with(bench.new.clone(), json!({"name": "API_other", "req_uri": "/other"}));
    let backend = |change: Value| json!({"func_info": with(bench.new["func_info"].clone(), change)});
    for (change, status, expected) in [
        (json!({"group_id": null}), 400, "APIG.2001"),
        (json!({"group_id": "none"}), 404, "APIG.3001"),
        (json!({"name": "x"}), 400, "APIG.2012"),
        (json!({"name": "API_demo"}), 400, "APIG.3202"),
        (json!({"req_uri": "/demo"}), 400, "APIG.3301"),
        (json!({"type": 3}), 400, "APIG.2012"),
        (json!({"type": "1"}), 400, "APIG.2011"),
        (json!({"req_protocol": "FTP"}), 400, "APIG.2012"),
        (json!({"req_method": null}), 400, "APIG.2001"),
        (json!({"req_uri": "x"}), 400, "APIG.2012"),
        (json!({"req_uri": "/a/{b}"}), 400, "APIG.2026"),
        (json!({"match_mode": "x"}), 400, "APIG.2012"),
        (json!({"auth_type": "x"}), 400, "APIG.2012"),
        (json!({"backend_type": "MOCK"}), 400, "APIG.2012"),
        (json!({"func_info": null}), 400, "APIG.2001"),
        (backend(json!({"function_urn": "x"})), 500, "APIG.9002"),
        (backend(json!({"function_urn": urn("g")})), 404, "APIG.3019"),
        (backend(json!({"version": "v1"})), 404, "APIG.3019"),
        (backend(json!({"alias_urn": "a"})), 404, "APIG.3019"),
        (backend(json!({"network_type": "V3"})), 400, "APIG.2012"),
        (backend(json!({"invocation_type": null})), 400, "APIG.2001"),
        (backend(json!({"timeout": 0})), 400, "APIG.2012"),
        (backend(json!({"timeout": 60001})), 400, "APIG.2012"),
    ] {
        let answer = bench
            .cloud
            .post(&bench.apis(), with(fresh.clone(), change.clone()))
            .await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (status, &json!(expected)),
            "{change}: {answer:?}"
        );
    }
    let exact = json!({"name": "API_exact", "match_mode": "NORMAL"});
    bench
        .cloud
        .post(&bench.apis(), with(bench.new.clone(), exact))
        .await
        .is(201);
    let elsewhere = bench.apis().replace(&bench.gateway, "none");
    bench.cloud.post(&elsewhere, fresh).await.refused(404, "APIG.3030");
}

#[tokio::test]
async fn what_runs_is_what_was_published() {
    let bench = Bench::new().await;
    let id = bench.create().await;
    let target = format!("{}/{id}", bench.apis());
    let test = bench
        .cloud
        .post(&format!("{GATEWAYS}/{}/envs", bench.gateway), json!({"name": "TEST"}))
        .await
        .is(201);
    let test = test["id"].as_str().unwrap();
    let first = bench.publish("online", &id, RELEASE).await.is(201);
    bench.publish("online", &id, test).await.is(201);
    let api = bench.cloud.get(&target).await.is(200);
    let names = api["run_env_name"].as_str().unwrap();
    assert!(names == "RELEASE|TEST" || names == "TEST|RELEASE", "{names}");
    assert_eq!(api["publish_id"].as_str().unwrap().split('|').count(), 2);
    assert_eq!(api["publish_time"].as_str().unwrap().split('|').count(), 2);

    let changed = with(bench.new.clone(), json!({"req_uri": "/changed", "remark": "new"}));
    let changed = bench.cloud.put(&target, changed).await.is(200);
    assert_eq!(
        (&changed["id"], &changed["register_time"]),
        (&json!(id), &api["register_time"])
    );
    assert_eq!(changed["func_info"]["id"], api["func_info"]["id"]);
    let again = bench.publish("online", &id, RELEASE).await.is(201);
    assert_eq!(again["publish_id"], first["publish_id"]);
    assert_ne!(again["version_id"], first["version_id"]);

    bench.cloud.delete(&target).await.refused(409, "APIG.3416");
    bench
        .cloud
        .delete(&format!("{GATEWAYS}/{}/envs/{test}", bench.gateway))
        .await
        .refused(403, "APIG.3418");
    let group = format!("{GATEWAYS}/{}/api-groups/{}", bench.gateway, bench.group);
    bench.cloud.delete(&group).await.refused(412, "APIG.3415");
    for environment in [RELEASE, test] {
        bench.publish("offline", &id, environment).await.is(201);
        bench
            .publish("offline", &id, environment)
            .await
            .refused(404, "APIG.3015");
    }
    assert!(bench.cloud.delete(&target).await.is(204).is_null());
    bench.cloud.get(&target).await.refused(404, "APIG.3002");
    bench.cloud.delete(&group).await.is(204);
}

#[tokio::test]
async fn publishing_is_checked() {
    let bench = Bench::new().await;
    let id = bench.create().await;
    for (action, api, environment, status, expected) in [
        ("on", id.as_str(), RELEASE, 400, "APIG.2012"),
        ("online", "", RELEASE, 400, "APIG.2001"),
        ("online", &id, "", 400, "APIG.2001"),
        ("online", "none", RELEASE, 404, "APIG.3002"),
        ("online", &id, "none", 404, "APIG.3003"),
        ("offline", &id, RELEASE, 404, "APIG.3015"),
    ] {
        bench.publish(action, api, environment).await.refused(status, expected);
    }
}

#[tokio::test]
async fn an_update_may_keep_its_own_name_and_path_but_not_take_anothers() {
    let bench = Bench::new().await;
    let id = bench.create().await;
    let target = format!("{}/{id}", bench.apis());
    bench.cloud.put(&target, bench.new.clone()).await.is(200);
    let other = json!({"name": "API_other", "req_uri": "/other"});
    bench
        .cloud
        .post(&bench.apis(), with(bench.new.clone(), other))
        .await
        .is(201);
    for (change, expected) in [
        (json!({"name": "API_other"}), "APIG.3202"),
        (json!({"req_uri": "/other"}), "APIG.3301"),
    ] {
        bench
            .cloud
            .put(&target, with(bench.new.clone(), change))
            .await
            .refused(400, expected);
    }
    bench
        .cloud
        .put(&format!("{}/none", bench.apis()), bench.new.clone())
        .await
        .refused(404, "APIG.3002");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let bench = Bench::new().await;
    for name in ["API_a", "API_ab", "API_c"] {
        let api = with(bench.new.clone(), json!({"name": name, "req_uri": format!("/{name}")}));
        let id = bench.cloud.post(&bench.apis(), api).await.is(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        if name == "API_c" {
            bench.publish("online", &id, RELEASE).await.is(201);
        }
    }
    for (query, expected) in [
        ("?name=API_a".to_owned(), &["API_a", "API_ab"][..]),
        ("?name=API_a&precise_search=name,req_uri".to_owned(), &["API_a"]),
        (format!("?env_id={RELEASE}"), &["API_c"]),
        (format!("?group_id={}&offset=1&limit=1", bench.group), &["API_ab"]),
        ("?group_id=none".to_owned(), &[]),
    ] {
        let list = bench.cloud.get(&format!("{}{query}", bench.apis())).await.is(200);
        let names: Vec<_> = list["apis"]
            .as_array()
            .unwrap()
            .iter()
            .map(|api| api["name"].clone())
            .collect();
        assert_eq!(names, expected, "{query}");
    }
}
