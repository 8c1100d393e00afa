//! The code of functions: how it comes, changes and is downloaded.

use super::{Cloud, base64, new_function, urn, with, zip};
use serde_json::json;

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";

fn code(name: &str) -> String {
    format!("{FUNCTIONS}/{}/code", urn(name))
}

#[tokio::test]
async fn code_comes_as_a_zip_as_text_or_not_at_all() {
    let cloud = Cloud::new();
    let sample = json!({"func_code": {"file": ""}, "code_filename": null, "package": null});
    let sample = cloud
        .post(FUNCTIONS, with(new_function("sample"), sample))
        .await
        .is(200);
    assert_eq!(
        (&sample["code_size"], &sample["package"]),
        (&json!(22), &json!("default"))
    );

    let text = json!({"code_type": "inline", "func_code": {"file": base64(b"node index.js")}});
    let inline = cloud.post(FUNCTIONS, with(new_function("inline"), text)).await.is(200);
    assert_eq!(inline["code_size"], 13);
    let path = cloud.context.store.blob(inline["digest"].as_str().unwrap());
    assert_eq!(
        super::super::archive::names(&std::fs::read(path).unwrap()).unwrap(),
        ["bootstrap"]
    );
}

#[tokio::test]
async fn code_is_replaced_kept_and_downloaded() {
    let cloud = Cloud::new();
    let created = cloud.function("f").await;
    let new = json!({"code_type": "zip", "code_filename": "two.zip", "func_code": {"file": zip("bootstrap", "two")}});
    let changed = cloud.put(&code("f"), new.clone()).await.is(200);
    assert_ne!(changed["digest"], created["digest"]);
    assert_eq!(
        (&changed["code_filename"], &changed["runtime"]),
        (&json!("two.zip"), &json!("http"))
    );
    let kept = cloud
        .put(&code("f"), json!({"code_type": "zip", "depend_version_list": []}))
        .await
        .is(200);
    assert_eq!(kept["digest"], changed["digest"]);
    cloud
        .put(&code("f"), json!({"depend_version_list": []}))
        .await
        .refused(400, "FSS.1006");
    cloud
        .put(&code("f"), with(new, json!({"depend_version_list": ["x"]})))
        .await
        .refused(404, "FSS.1056");

    let shown = cloud.get(&code("f")).await.is(200);
    let link = shown["func_code"]["link"].as_str().unwrap();
    let target = link.strip_prefix("http://127.0.0.1:7860").unwrap();
    let download = |target: String| {
        let request = http::Request::get(target).body(axum::body::Body::empty()).unwrap();
        tower::ServiceExt::oneshot(cloud.router.clone(), request)
    };
    let response = download(target.to_owned()).await.unwrap();
    assert_eq!(response.status(), 200);
    let bytes = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap()
        .to_bytes();
    assert_eq!(base64(&bytes), zip("bootstrap", "two"));
    for forged in [
        target.replace("until=", "until=9"),
        target.replace("proof=", "proof=0"),
        "/_download/x".to_owned(),
    ] {
        assert_eq!(download(forged).await.unwrap().status(), 403);
    }
}
