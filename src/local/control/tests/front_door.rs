//! Who may call, what is served, and what every answer has in common.

use super::{Answer, Cloud, GATEWAYS, PROJECT, credentials, signed};
use axum::body::Body;
use http::HeaderValue;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";
const WHAT: &str = "Incorrect IAM authentication information: ";

fn request(change: impl FnOnce(&mut http::Request<Body>)) -> http::Request<Body> {
    let mut request = signed(&credentials("AK", "SK"), Timestamp::now(), ("GET", FUNCTIONS), "");
    change(&mut request);
    request
}

#[tokio::test]
async fn each_way_of_not_being_authenticated_has_its_text() {
    let cloud = Cloud::new();
    let now = Timestamp::now();
    let get = |access: &str, secret: &str, at| signed(&credentials(access, secret), at, ("GET", FUNCTIONS), "");
    let with = |name: &'static str, value: &'static str| {
        request(|request| {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        })
    };
    let without = request(|request| drop(request.headers_mut().remove("authorization")));
    let mut token = request(|request| drop(request.headers_mut().remove("authorization")));
    token
        .headers_mut()
        .insert("x-auth-token", HeaderValue::from_static("t"));
    for (request, tail) in [
        (without, "x-auth-token not found"),
        (token, "decrypt token fail"),
        (with("x-security-token", "t"), "decrypt token fail"),
        (
            get("nobody", "SK", now),
            "Get secretKey failed,ak:nobody,err:ak not exist",
        ),
        (
            get("AK", "SK", now - 16.minutes()),
            "calc ak sk signature fail:signature expired",
        ),
        (
            get("AK", "SK", now + 16.minutes()),
            "calc ak sk signature fail:signature expired",
        ),
        (
            get("AK", "other", now),
            "verify aksk signature fail, canonicalRequest:GET|/v2/",
        ),
        (with("authorization", "Basic x"), "verify aksk signature fail"),
    ] {
        let answer = cloud.deliver(request).await;
        assert_eq!(answer.body["request_id"], answer.request_id.as_str());
        let message = answer.refused(401, "APIGW.0301");
        assert!(message.starts_with(&format!("{WHAT}{tail}")), "{message}");
    }
}

#[tokio::test]
async fn a_key_that_fails_again_and_again_is_locked() {
    let cloud = Cloud::new();
    let wrong = || signed(&credentials("AK", "other"), Timestamp::now(), ("GET", FUNCTIONS), "");
    for _ in 0..5 {
        cloud.deliver(wrong()).await.refused(401, "APIGW.0301");
    }
    cloud.get(FUNCTIONS).await.is(200);
    for _ in 0..6 {
        let message = cloud.deliver(wrong()).await.refused(401, "APIGW.0301");
        assert!(message.contains("canonicalRequest"), "{message}");
    }
    let message = cloud.get(FUNCTIONS).await.refused(401, "APIGW.0301");
    assert_eq!(message, format!("{WHAT}AK access failed to reach the limit,forbidden"));
}

#[tokio::test]
async fn an_operation_that_is_not_served_is_named() {
    let cloud = Cloud::new();
    for (method, target) in [
        ("GET", "/v2/{p}/fgs/functions/async-status-log-detail"),
        ("POST", "/v2/{p}/fgs/functions/enable-async-status-logs"),
        ("PUT", FUNCTIONS),
        ("GET", "/"),
    ] {
        let message = cloud.send(method, target, Value::Null).await.refused(404, "APIGW.0101");
        let path = target.replace("{p}", PROJECT);
        assert!(
            message.ends_with(&format!("does not serve {method} {path}")),
            "{message}"
        );
    }
}

#[tokio::test]
async fn another_project_is_refused_in_the_services_own_way() {
    let cloud = Cloud::new();
    let other = "ffffffffffffffffffffffffffffffff";
    for (target, status, code) in [
        (FUNCTIONS, 403, "FSS.0403"),
        (GATEWAYS, 403, "APIG.1005"),
        ("/v3/{p}/vpc/security-groups", 400, "VPC.0007"),
    ] {
        let message = cloud.get(&target.replace("{p}", other)).await.refused(status, code);
        assert!(message.contains(other) && message.contains(PROJECT), "{message}");
    }
    let answer = cloud.get(&format!("/v1/{other}/vpcs")).await;
    assert_eq!(answer.body["code"], "VPC.0007");
    assert!(answer.body["message"].is_string());
    answer.is(400);
}

#[tokio::test]
async fn a_body_is_json_and_of_the_right_types() {
    let cloud = Cloud::new();
    for (target, body, status, code) in [
        (FUNCTIONS, "{", 406, "FSS.0406"),
        (FUNCTIONS, "[]", 400, "FSS.0400"),
        (FUNCTIONS, "", 400, "FSS.0400"),
        (FUNCTIONS, "{\"func_name\":\"f\",\"timeout\":\"x\"}", 400, "FSS.0400"),
        (GATEWAYS, "nothing", 400, "APIG.2000"),
        (GATEWAYS, "{\"available_zone_ids\":\"a\"}", 400, "APIG.2011"),
    ] {
        cloud.send_text("POST", target, body).await.refused(status, code);
    }
    let list = format!("{GATEWAYS}?limit=many");
    cloud.get(&list).await.refused(400, "APIG.2011");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_its_signature_is_looked_at() {
    let cloud = Cloud::new();
    let mut request = signed(&credentials("AK", "SK"), Timestamp::now(), ("POST", FUNCTIONS), "");
    *request.body_mut() = Body::from(vec![b' '; 100 * 1024 * 1024 + 1]);
    cloud.deliver(request).await.refused(413, "APIGW.0201");
}

#[tokio::test]
async fn when_the_disk_fails_nothing_is_changed() {
    let cloud = Cloud::new();
    let blobs = cloud.folder.path().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    let answer = cloud.post(FUNCTIONS, super::new_function("f")).await;
    let message = answer.refused(500, "FSS.0500");
    assert!(message.contains("files failed"), "{message}");
    std::fs::create_dir(&blobs).unwrap();
    assert_eq!(cloud.get(FUNCTIONS).await.is(200)["count"], 0);

    let gateway = cloud.gateway("apig-ws").await;
    *cloud.ports.exhausted.lock().unwrap() = true;
    let groups = format!("{GATEWAYS}/{gateway}/api-groups");
    let message = cloud
        .post(&groups, json!({"name": "APIGroup_ws"}))
        .await
        .refused(500, "APIG.9999");
    assert!(message.contains("no port left"), "{message}");
    assert_eq!(cloud.get(&groups).await.is(200)["total"], 1, "DEFAULT alone");
    let another = cloud.post(GATEWAYS, cloud.new_gateway("another")).await;
    assert!(another.refused(500, "APIG.9999").contains("no port left"));
    assert_eq!(cloud.get(GATEWAYS).await.is(200)["total"], 1);
}

#[tokio::test]
async fn a_client_on_a_real_connection_is_served() {
    let cloud = Cloud::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = cloud.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    let driver = tokio::spawn(connection);
    let body = super::new_function("f").to_string();
    let requests = [
        signed(
            &credentials("nobody", "SK"),
            Timestamp::now(),
            ("POST", FUNCTIONS),
            &body,
        ),
        signed(&credentials("AK", "SK"), Timestamp::now(), ("POST", FUNCTIONS), &body),
        signed(
            &credentials("AK", "SK"),
            Timestamp::now(),
            ("GET", &format!("{FUNCTIONS}/{}:%21prod/code", super::urn("f"))),
            "",
        ),
    ];
    let mut statuses = Vec::new();
    for request in requests {
        let response = sender.send_request(request).await.unwrap();
        assert!(response.headers().contains_key("date"));
        statuses.push(Answer::of(response.map(Body::new)).await.status);
    }
    assert_eq!(statuses, [401, 200, 404]);
    driver.abort();
    server.abort();
}

#[tokio::test]
async fn a_write_of_a_state_that_was_replaced_meanwhile_changes_nothing() {
    let cloud = Cloud::new();
    *cloud.context.open.write().await = crate::local::Open(false);
    let answer = cloud.post(FUNCTIONS, super::new_function("f")).await;
    let message = answer.refused(500, "FSS.0500");
    assert!(message.contains("ask again"), "{message}");
    assert_eq!(cloud.get(FUNCTIONS).await.is(200)["count"], 0);
}
