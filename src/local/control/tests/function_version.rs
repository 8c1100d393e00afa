//! Versions and aliases, and what goes with them when they go.

use super::{Cloud, event_function, new_function, urn, with, zip};
use serde_json::{Value, json};

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";

fn of(name: &str, rest: &str) -> String {
    format!("{FUNCTIONS}/{}/{rest}", urn(name))
}

async fn publish(cloud: &Cloud, version: &str) -> Value {
    // Something has to change between two versions.
    let config = json!({
        "runtime": "http", "handler": "bootstrap", "timeout": 900, "memory_size": 512, "description": version
    });
    cloud.put(&of("f", "config"), config).await.is(200);
    let body = json!({"version": version, "description": format!("of {version}")});
    cloud.post(&of("f", "versions"), body).await.is(200)
}

#[tokio::test]
async fn a_version_stays_as_it_was() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let published = publish(&cloud, "v1").await;
    assert_eq!(published["func_urn"], format!("{}:v1", urn("f")));
    assert_eq!(
        (&published["version"], &published["version_description"]),
        (&json!("v1"), &json!("of v1"))
    );
    let digest = &published["digest"];

    let code = json!({"code_type": "zip", "code_filename": "c.zip", "func_code": {"file": zip("bootstrap", "new")}});
    let changed = cloud.put(&of("f", "code"), code.clone()).await.is(200);
    assert_ne!(changed["digest"], *digest);
    let config = |version: &str| format!("{FUNCTIONS}/{}:{version}/config", urn("f"));
    let own = cloud.get(&config("v1")).await.is(200);
    assert_eq!((&own["digest"], &own["description"]), (digest, &json!("v1")));
    let own = cloud.get(&format!("{FUNCTIONS}/{}:v1/code", urn("f"))).await.is(200);
    assert_eq!(own["digest"], *digest);
    assert_eq!(cloud.get(&config("latest")).await.is(200)["digest"], changed["digest"]);

    let update = json!({"runtime": "http", "handler": "bootstrap", "timeout": 30, "memory_size": 128});
    cloud.put(&config("v1"), update).await.refused(400, "FSS.0400");
    cloud
        .put(&format!("{FUNCTIONS}/{}:v1/code", urn("f")), code)
        .await
        .refused(400, "FSS.0400");
    cloud.get(&config("v9")).await.refused(404, "FSS.1052");
}

#[tokio::test]
async fn publishing_is_checked_and_versions_are_listed_with_latest_first() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    publish(&cloud, "b").await;
    publish(&cloud, "a").await;
    let versions = of("f", "versions");
    for (body, status, code) in [
        (json!({"version": "c"}), 400, "FSS.1016"),
        (json!({"version": "latest"}), 400, "FSS.1015"),
        (json!({"version": "-"}), 400, "FSS.1015"),
        (json!({"version": "c", "description": "x".repeat(513)}), 400, "FSS.1019"),
        (json!({"version": "c", "digest": "0"}), 400, "FSS.0400"),
        (json!({"version": "a"}), 409, "FSS.1062"),
    ] {
        cloud.post(&versions, body).await.refused(status, code);
    }
    let all = cloud.get(&versions).await.is(200);
    let named = |list: &Value| -> Vec<String> {
        let versions = list["versions"].as_array().unwrap();
        versions
            .iter()
            .map(|version| version["version"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(named(&all), ["latest", "a", "b"]);
    assert_eq!((&all["count"], &all["next_marker"]), (&json!(3), &json!(3)));
    let item = &all["versions"][1];
    assert_eq!(
        (&item["concurrency"], &item["concurrent_num"]),
        (&json!(400), &json!(1))
    );
    assert_eq!(
        (&item["func_vpc_id"], &item["version_description"]),
        (&json!(""), &json!("of a"))
    );
    let second = cloud.get(&format!("{versions}?marker=1&maxitems=1")).await.is(200);
    assert_eq!(
        (named(&second), &second["next_marker"]),
        (vec!["a".to_owned()], &json!(2))
    );
    for number in 0..17 {
        publish(&cloud, &format!("n{number}")).await;
    }
    cloud
        .put(
            &of("f", "config"),
            json!({"runtime": "http", "handler": "bootstrap", "timeout": 3, "memory_size": 128}),
        )
        .await
        .is(200);
    cloud.post(&versions, json!({})).await.refused(403, "FSS.1043");
    cloud
        .post(&of("none", "versions"), json!({}))
        .await
        .refused(404, "FSS.1051");
}

#[tokio::test]
async fn a_version_without_a_name_is_called_after_the_time() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let published = cloud.send_text("POST", &of("f", "versions"), "").await.is(200);
    let name = published["version"].as_str().unwrap();
    assert!(
        name.starts_with("v20") && name.len() == "v20261001-083000".len(),
        "{name}"
    );
}

#[tokio::test]
async fn an_alias_leads_to_its_version() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    publish(&cloud, "v1").await;
    publish(&cloud, "v2").await;
    let aliases = of("f", "aliases");
    let new = json!({"name": "prod", "version": "v1", "additional_version_weights": {"v2": 30}});
    let created = cloud.post(&aliases, new.clone()).await.is(200);
    assert_eq!(created["alias_urn"], format!("{}:!prod", urn("f")));
    assert_eq!(created["additional_version_weights"], json!({"v2": 30}));
    for form in ["!prod", "%21prod"] {
        let config = cloud
            .get(&format!("{FUNCTIONS}/{}:{form}/config", urn("f")))
            .await
            .is(200);
        assert_eq!(config["version"], "v1");
    }
    for (change, status, code) in [
        (json!({}), 409, "FSS.1063"),
        (json!({"name": "1"}), 400, "FSS.1014"),
        (json!({"name": "p2"}), 409, "FSS.1066"),
        (json!({"name": "p2", "version": "v9"}), 404, "FSS.1052"),
        (json!({"name": "p2", "version": null}), 400, "FSS.0400"),
        (json!({"name": "p2", "version": "v2"}), 400, "FSS.1093"),
        (
            json!({"name": "p2", "version": "latest", "additional_version_weights": {"v9": 1}}),
            400,
            "FSS.1091",
        ),
        (
            json!({"name": "p2", "version": "latest", "additional_version_weights": {"v1": 1, "v2": 1}}),
            400,
            "FSS.1091",
        ),
        (
            json!({"name": "p2", "version": "latest", "additional_version_weights": {"v2": 101}}),
            400,
            "FSS.1092",
        ),
        (
            json!({"name": "p2", "version": "latest", "description": "x".repeat(513)}),
            400,
            "FSS.1019",
        ),
    ] {
        let answer = cloud.post(&aliases, with(new.clone(), change.clone())).await;
        assert_eq!(
            (answer.status, answer.body["error_code"].as_str()),
            (status, Some(code)),
            "{change}"
        );
    }
    assert_eq!(cloud.get(&aliases).await.is(200), json!([created]));
    let one = of("f", "aliases/prod");
    let updated = cloud
        .put(&one, json!({"version": "v2", "description": "d"}))
        .await
        .is(200);
    assert_eq!(
        (&updated["version"], &updated["description"]),
        (&json!("v2"), &json!("d"))
    );
    assert!(updated.get("additional_version_weights").is_none());
    cloud
        .put(&one, json!({"description": "d"}))
        .await
        .refused(400, "FSS.0400");
    assert_eq!(cloud.get(&one).await.is(200), updated);
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "FSS.1053");
    cloud.delete(&one).await.refused(404, "FSS.1053");
    cloud.put(&one, json!({"version": "v1"})).await.refused(404, "FSS.1053");
}

#[tokio::test]
async fn a_function_has_ten_aliases_at_most() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    for number in 0..11 {
        let version = format!("v{number}");
        publish(&cloud, &version).await;
        let answer = cloud
            .post(
                &of("f", "aliases"),
                json!({"name": format!("a{number}"), "version": version}),
            )
            .await;
        match number {
            10 => drop(answer.refused(403, "FSS.1043")),
            _ => drop(answer.is(200)),
        }
    }
}

#[tokio::test]
async fn a_version_goes_with_its_alias_and_stays_while_another_one_needs_it() {
    let cloud = Cloud::new();
    cloud.post(FUNCTIONS, event_function("e")).await.is(200);
    let versions = of("e", "versions");
    for version in ["v1", "v2"] {
        let config = json!({
            "runtime": "Node.js20.15", "handler": "index.handler", "timeout": 3, "memory_size": 128, "description": version
        });
        cloud.put(&of("e", "config"), config).await.is(200);
        cloud.post(&versions, json!({"version": version})).await.is(200);
    }
    let alias = json!({"name": "prod", "version": "v1", "additional_version_weights": {"v2": 30}});
    cloud.post(&of("e", "aliases"), alias).await.is(200);
    let whole = |qualifier: &str| format!("{FUNCTIONS}/{}{qualifier}", urn("e"));
    cloud.delete(&whole(":v2")).await.refused(403, "FSS.1094");
    let timer =
        json!({"trigger_type_code": "TIMER", "event_data": {"name": "t", "schedule_type": "Rate", "schedule": "3m"}});
    let triggers = |qualifier: &str| format!("/v2/{{p}}/fgs/triggers/{}{qualifier}", urn("e"));
    cloud.post(&triggers(":!prod"), timer.clone()).await.is(201);
    cloud.post(&triggers(":v2"), timer).await.is(201);
    assert_eq!(cloud.get(&triggers("")).await.is(200), json!([]));
    assert_eq!(
        cloud.get(&triggers(":!prod")).await.is(200).as_array().unwrap().len(),
        1
    );
    cloud.delete(&of("e", "aliases/prod")).await.refused(403, "FSS.1154");
    cloud.delete(&whole(":v1")).await.refused(403, "FSS.1154");
    cloud.delete(&triggers(":!prod")).await.is(204);
    assert_eq!(cloud.get(&triggers(":v2")).await.is(200).as_array().unwrap().len(), 1);
    // By its alias: the version goes, and the alias with it.
    cloud.delete(&whole(":!prod")).await.is(204);
    cloud
        .get(&format!("{}/config", whole(":v1")))
        .await
        .refused(404, "FSS.1052");
    cloud
        .get(&format!("{}/config", whole(":!prod")))
        .await
        .refused(404, "FSS.1053");
    cloud
        .post(&of("e", "aliases"), json!({"name": "edit", "version": "latest"}))
        .await
        .is(200);
    cloud.delete(&whole(":!edit")).await.refused(400, "FSS.0400");
    cloud.delete(&whole("")).await.is(204);
    cloud.post(FUNCTIONS, event_function("e")).await.is(200);
    assert_eq!(cloud.get(&versions).await.is(200)["count"], 1);
    assert_eq!(cloud.get(&of("e", "aliases")).await.is(200), json!([]));
    assert_eq!(cloud.get(&triggers("")).await.is(200), json!([]));
}

#[tokio::test]
async fn a_dependency_of_a_published_version_is_in_use() {
    let cloud = Cloud::new();
    let dependency = json!({
        "name": "d", "runtime": "Node.js12.13", "depend_type": "zip", "depend_file": zip("node_modules/x", "")
    });
    let created = cloud.post("/v2/{p}/fgs/dependencies/version", dependency).await.is(200);
    let id = created["id"].as_str().unwrap();
    let function = with(new_function("f"), json!({"depend_version_list": [id]}));
    let function = cloud.post(FUNCTIONS, function).await.is(200);
    assert_eq!(function["dependencies"][0]["name"], "d");
    assert_eq!(function["depend_list"], json!([created["dep_id"]]));
    publish(&cloud, "v1").await;
    let code = json!({"code_type": "zip", "depend_version_list": []});
    assert_eq!(
        cloud.put(&of("f", "code"), code).await.is(200)["dependencies"],
        json!([])
    );
    let one = format!(
        "/v2/{{p}}/fgs/dependencies/{}/version/1",
        created["dep_id"].as_str().unwrap()
    );
    cloud.delete(&one).await.refused(412, "FSS.1033");
    cloud.delete(&format!("{FUNCTIONS}/{}:v1", urn("f"))).await.is(204);
    cloud.delete(&one).await.is(204);
}
