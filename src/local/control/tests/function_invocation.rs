//! Calls through the API, as far as no function has to run: that is tested with the whole program.

use super::{Cloud, event_function, urn};
use serde_json::json;

fn call(name: &str, how: &str) -> String {
    format!("/v2/{{p}}/fgs/functions/{}/{how}", urn(name))
}

#[tokio::test]
async fn an_event_of_an_http_function_reads_as_a_request() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let sync = call("f", "invocations");
    for (event, status, code) in [
        (json!({}), 400, "FSS.0400"),
        (json!({"httpMethod": "GET"}), 400, "FSS.0400"),
        (json!({"httpMethod": "GET", "path": "x"}), 400, "FSS.0400"),
        (json!({"httpMethod": "G T", "path": "/"}), 400, "FSS.0400"),
        (
            json!({"httpMethod": "GET", "path": "/", "body": "*", "isBase64Encoded": true}),
            400,
            "FSS.0400",
        ),
        (
            json!({"httpMethod": "GET", "path": "/", "headers": {"a b": "c"}}),
            400,
            "FSS.0400",
        ),
        (
            json!({"httpMethod": "GET", "path": "/x", "body": "x".repeat(6 * 1024 * 1024)}),
            413,
            "FSS.1201",
        ),
        (json!({"httpMethod": "GET", "path": "/overload"}), 429, "FSS.0429"),
        (json!({"httpMethod": "GET", "path": "/x"}), 503, "FSS.0503"),
    ] {
        cloud.post(&sync, event).await.refused(status, code);
    }
    cloud
        .post(&call("none", "invocations"), json!({}))
        .await
        .refused(404, "FSS.1051");
    cloud
        .post(&call("f:v1", "invocations"), json!({}))
        .await
        .refused(404, "FSS.1052");
    cloud
        .post(&call("f", "invocations-async"), json!({}))
        .await
        .refused(400, "FSS.0400");
}

#[tokio::test]
async fn an_event_function_has_no_runtime_here_and_its_calls_tell() {
    let cloud = Cloud::new();
    cloud.post("/v2/{p}/fgs/functions", event_function("e")).await.is(200);
    let message = cloud
        .post(&call("e", "invocations"), json!({"a": null}))
        .await
        .refused(503, "FSS.0503");
    assert!(message.contains("no runtime `Node.js20.15`"), "{message}");
    let large = json!({"a": "x".repeat(256 * 1024)});
    cloud
        .post(&call("e", "invocations-async"), large)
        .await
        .refused(413, "FSS.1201");
    let accepted = cloud
        .post(&call("e", "invocations-async"), json!({"a": 1}))
        .await
        .is(202);
    let list = |query: &str| format!("{}{query}", call("e", "async-invocations"));
    let all = cloud.get(&list("")).await.is(200);
    let one = &all["invocations"][0];
    assert_eq!(
        (&one["request_id"], &one["status"]),
        (&accepted["request_id"], &json!("FAIL"))
    );
    assert!(one["error_message"].as_str().unwrap().contains("no runtime"));
    for (query, count) in [
        ("?status=SUCCESS", 0),
        ("?status=FAIL", 1),
        ("?request_id=x", 0),
        ("?query_begin_time=2999-01-01T00:00:00", 0),
        (
            "?query_begin_time=2020-01-01T00:00:00&query_end_time=2999-01-01T00:00:00",
            1,
        ),
        ("?query_end_time=2020-01-01T00:00:00", 0),
    ] {
        assert_eq!(cloud.get(&list(query)).await.is(200)["count"], count, "{query}");
    }
    cloud
        .get(&list("?query_begin_time=soon"))
        .await
        .refused(400, "FSS.1001");
    let message = cloud
        .get(&call("none", "async-invocations"))
        .await
        .refused(404, "FSS.0404");
    assert!(message.starts_with("can not find function"), "{message}");
}
