//! Dependencies and their versions.

use super::{Cloud, DOMAIN, base64, new_function, urn, with, zip};
use crate::local::control::archive;
use serde_json::{Value, json};
use std::io::{Cursor, Write};

const DEPENDENCIES: &str = "/v2/{p}/fgs/dependencies";

fn new(name: &str) -> Value {
    json!({
        "name": name, "runtime": "Node.js12.13", "depend_type": "zip",
        "depend_file": zip("node_modules/ws/index.js", "x"), "description": ""
    })
}

async fn create(cloud: &Cloud, name: &str) -> Value {
    cloud.post(&format!("{DEPENDENCIES}/version"), new(name)).await.is(200)
}

#[tokio::test]
async fn a_name_that_exists_gets_one_more_version() {
    let cloud = Cloud::new();
    let first = create(&cloud, "depend-websocket").await;
    let second = create(&cloud, "depend-websocket").await;
    assert_eq!((&first["version"], &second["version"]), (&json!(1), &json!(2)));
    assert_eq!(first["dep_id"], second["dep_id"]);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(
        (&first["owner"], &first["file_name"]),
        (&json!(DOMAIN), &json!("depend-websocket.zip"))
    );
    let etag = first["etag"].as_str().unwrap();
    assert!(
        etag.len() == 32 && etag.chars().all(|c| c.is_ascii_hexdigit()),
        "{etag}"
    );
    assert_ne!(create(&cloud, "other").await["dep_id"], first["dep_id"]);

    let list = cloud
        .get(&format!("{DEPENDENCIES}?name=depend-websocket&dependency_type=private"))
        .await
        .is(200);
    let item = &list["dependencies"][0];
    assert_eq!(
        (&item["id"], &item["version"], &list["count"]),
        (&first["dep_id"], &json!(2), &json!(1))
    );
    assert!(item.get("dep_id").is_none());
    let dependency = first["dep_id"].as_str().unwrap();
    let versions = cloud.get(&format!("{DEPENDENCIES}/{dependency}/version")).await.is(200);
    let ids: Vec<&Value> = versions["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| &v["id"])
        .collect();
    assert_eq!(ids, [&second["id"], &first["id"]]);
    let shown = cloud
        .get(&format!("{DEPENDENCIES}/{dependency}/version/1"))
        .await
        .is(200);
    assert_eq!((&shown["id"], &shown["size"]), (&first["id"], &first["size"]));
    assert!(shown["download_link"].is_string());
}

#[tokio::test]
async fn lists_are_filtered_by_what_is_asked() {
    let cloud = Cloud::new();
    create(&cloud, "a").await;
    create(&cloud, "b").await;
    for (query, count) in [
        ("", 2),
        ("?dependency_type=all&limit=1", 1),
        ("?dependency_type=public", 0),
        ("?name=depend", 0),
        ("?runtime=Node.js12.13", 2),
        ("?runtime=Python3.9", 0),
        ("?marker=1&maxitems=9", 1),
    ] {
        let list = cloud.get(&format!("{DEPENDENCIES}{query}")).await.is(200);
        assert_eq!(list["dependencies"].as_array().unwrap().len(), count, "{query}");
    }
    cloud
        .get(&format!("{DEPENDENCIES}?runtime=Node"))
        .await
        .refused(400, "FSS.1005");
    cloud
        .get(&format!("{DEPENDENCIES}?dependency_type=x"))
        .await
        .refused(400, "FSS.0400");
}

#[tokio::test]
async fn creation_is_checked() {
    let cloud = Cloud::new();
    for (change, status, expected) in [
        (json!({"name": "-a"}), 400, "FSS.0400"),
        (json!({"runtime": "Node"}), 400, "FSS.1005"),
        (json!({"description": "x".repeat(513)}), 400, "FSS.1019"),
        (json!({"depend_type": "tar"}), 400, "FSS.1032"),
        (json!({"depend_file": null}), 400, "FSS.0400"),
        (json!({"depend_file": "*"}), 400, "FSS.1024"),
        (json!({"depend_file": base64(b"no zip")}), 400, "FSS.1024"),
        (json!({"depend_file": zip("a/index.js~", "")}), 400, "FSS.1024"),
        (json!({"depend_type": "obs"}), 400, "FSS.0400"),
        (
            json!({"depend_type": "obs", "depend_link": "http://192.0.2.1/x.zip"}),
            404,
            "FSS.1054",
        ),
    ] {
        let answer = cloud
            .post(&format!("{DEPENDENCIES}/version"), with(new("d"), change.clone()))
            .await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (status, &json!(expected)),
            "{change}: {answer:?}"
        );
    }
    assert_eq!(cloud.get(DEPENDENCIES).await.is(200)["count"], 0);
}

#[tokio::test]
async fn more_files_than_allowed_are_refused() {
    let cloud = Cloud::new();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..30_001 {
        writer
            .start_file(format!("{number}"), zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(b"").unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(archive::names(&bytes).unwrap().len(), 30_001);
    let sent = with(new("d"), json!({"depend_file": base64(&bytes)}));
    cloud
        .post(&format!("{DEPENDENCIES}/version"), sent)
        .await
        .refused(400, "FSS.1024");
}

#[tokio::test]
async fn a_version_in_use_stays_and_the_last_one_takes_the_dependency_with_it() {
    let cloud = Cloud::new();
    let version = create(&cloud, "d").await;
    let target = format!("{DEPENDENCIES}/{}/version/1", version["dep_id"].as_str().unwrap());
    let function = with(new_function("f"), json!({"depend_version_list": [version["id"]]}));
    cloud.post("/v2/{p}/fgs/functions", function).await.is(200);
    let message = cloud.delete(&target).await.refused(412, "FSS.1033");
    assert!(message.contains("by f"), "{message}");

    let code = format!("/v2/{{p}}/fgs/functions/{}/code", urn("f"));
    cloud
        .put(&code, json!({"code_type": "zip", "depend_version_list": []}))
        .await
        .is(200);
    cloud.delete(&target.replace("/1", "/2")).await.refused(404, "FSS.1056");
    assert!(cloud.delete(&target).await.is(204).is_null());
    cloud.delete(&target).await.refused(404, "FSS.1056");
    assert_eq!(cloud.get(DEPENDENCIES).await.is(200)["count"], 0);
    assert_eq!(create(&cloud, "d").await["version"], 1);
}
