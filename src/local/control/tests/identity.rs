//! Tokens, temporary keys, agencies, regions: what the identity service answers, and what the front door takes.

use super::{Answer, Cloud, DOMAIN, HOST, PROJECT, credentials, signed};
use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
use axum::body::Body;
use http::HeaderValue;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use tower::ServiceExt;

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";
const KEYS: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
const AGENCIES: &str = "/v3.0/OS-AGENCY/agencies";

/// An unsigned request.
fn plain(method: &str, target: &str, token: Option<&str>, body: &Value) -> http::Request<Body> {
    let target = target.replace("{p}", PROJECT);
    let mut builder = http::Request::builder().method(method).uri(target).header("host", HOST);
    if let Some(token) = token {
        builder = builder.header("X-Auth-Token", token);
    }
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    builder.body(Body::from(text)).unwrap()
}

fn by_password(name: &str, password: &str, scope: Value) -> Value {
    let user = json!({"name": name, "password": password, "domain": {"name": "fgctl"}});
    json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}})
}

/// The token that the cloud gives for the account's password.
async fn token(cloud: &Cloud) -> String {
    let body = by_password("fgctl", "SK", json!({"project": {"name": "cn-east-3"}}));
    let request = plain("POST", "/v3/auth/tokens?nocatalog=true", None, &body);
    let response = cloud.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 201);
    let token = response.headers()["x-subject-token"].to_str().unwrap().to_owned();
    let answer = Answer::of(response).await.body;
    assert_eq!(answer["token"]["project"]["id"], PROJECT);
    assert_eq!(answer["token"]["user"]["domain"]["id"], DOMAIN);
    assert!(!answer.to_string().contains(&token));
    let span = |name: &str| answer["token"][name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!((span("expires_at") - span("issued_at")).as_secs(), 24 * 3600);
    token
}

#[tokio::test]
async fn a_token_for_the_password_calls_every_service() {
    let cloud = Cloud::new();
    let token = token(&cloud).await;
    for target in [FUNCTIONS, "/v1/{p}/vpcs", "/v3/projects", "/v1.0/enterprise-projects"] {
        cloud
            .deliver(plain("GET", target, Some(&token), &Value::Null))
            .await
            .is(200);
    }
    for wrong in ["", "x", &token[1..], &format!("{token}0"), "a.b"] {
        let answer = cloud.deliver(plain("GET", FUNCTIONS, Some(wrong), &Value::Null)).await;
        assert!(
            answer.refused(401, "APIGW.0301").ends_with("decrypt token fail"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_or_scope_gives_no_token() {
    let cloud = Cloud::new();
    let ask = async |body: Value| cloud.deliver(plain("POST", "/v3/auth/tokens", None, &body)).await;
    for (body, status, title) in [
        (by_password("fgctl", "wrong", json!(null)), 401, "Unauthorized"),
        (by_password("nobody", "SK", json!(null)), 401, "Unauthorized"),
        (
            by_password("fgctl", "SK", json!({"project": {"name": "cn-north-4"}})),
            401,
            "Unauthorized",
        ),
        (json!({"auth": {"identity": {"methods": ["totp"]}}}), 400, "Bad Request"),
    ] {
        let answer = ask(body).await.is(status);
        assert_eq!(
            (&answer["error"]["code"], &answer["error"]["title"]),
            (&json!(status), &json!(title))
        );
    }
    ask(json!({"auth": 1})).await.refused(400, "IAM.0007");
    let whole = ask(by_password("fgctl", "SK", json!(null))).await.is(201);
    assert_eq!(whole["token"]["domain"]["id"], DOMAIN);
    // One that is signed is verified like any other.
    let request = signed(
        &credentials("AK", "other"),
        Timestamp::now(),
        ("POST", "/v3/auth/tokens"),
        "{}",
    );
    cloud.deliver(request).await.refused(401, "APIGW.0301");
}

/// Temporary keys for the token, and the answer's own members.
pub(super) async fn temporary(cloud: &Cloud, seconds: i64) -> Credentials {
    let body = json!({"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": seconds}}}});
    let token = token(cloud).await;
    let answer = cloud.deliver(plain("POST", KEYS, Some(&token), &body)).await.is(201);
    let of = |name: &str| answer["credential"][name].as_str().unwrap().to_owned();
    let left = of("expires_at").parse::<Timestamp>().unwrap() - Timestamp::now();
    assert!((seconds - 5..=seconds).contains(&left.as_secs()), "{left}");
    Credentials {
        access_key: of("access"),
        secret_key: Secret::new(of("secret")),
        security_token: Some(Secret::new(of("securitytoken"))),
    }
}

#[tokio::test]
async fn temporary_keys_sign_with_their_token_and_not_without() {
    let cloud = Cloud::new();
    let keys = temporary(&cloud, 900).await;
    let get = |keys: &Credentials| signed(keys, Timestamp::now(), ("GET", FUNCTIONS), "");
    cloud.deliver(get(&keys)).await.is(200);
    let without = Credentials {
        security_token: None,
        ..keys.clone()
    };
    let message = cloud.deliver(get(&without)).await.refused(401, "APIGW.0301");
    assert!(message.contains("ak not exist"), "{message}");
    let wrong = Credentials {
        secret_key: Secret::new("wrong"),
        ..keys.clone()
    };
    let message = cloud.deliver(get(&wrong)).await.refused(401, "APIGW.0301");
    assert!(message.contains("verify aksk signature fail"), "{message}");
    let other = Credentials {
        security_token: temporary(&cloud, 900).await.security_token,
        ..keys.clone()
    };
    let message = cloud.deliver(get(&other)).await.refused(401, "APIGW.0301");
    assert!(message.ends_with("decrypt token fail"), "{message}");
    // Some clients add the token after signing.
    let mut request = signed(&without, Timestamp::now(), ("GET", FUNCTIONS), "");
    let token = keys.security_token.as_ref().unwrap().expose();
    request
        .headers_mut()
        .insert("x-security-token", HeaderValue::from_str(token).unwrap());
    cloud.deliver(request).await.is(200);
    // Failures of temporary keys do not lock the account's own.
    for _ in 0..8 {
        cloud.deliver(get(&wrong)).await.refused(401, "APIGW.0301");
    }
    cloud.get(FUNCTIONS).await.is(200);
}

#[tokio::test]
async fn temporary_keys_need_a_proof_and_last_as_long_as_is_allowed() {
    let cloud = Cloud::new();
    let body = |identity: Value| json!({"auth": {"identity": identity}});
    let plain_body = body(json!({"methods": ["token"]}));
    cloud
        .deliver(plain("POST", KEYS, None, &plain_body))
        .await
        .refused(401, "IAM.0001");
    // The token may stand in the body, as federation sends it.
    let token = token(&cloud).await;
    let inside = body(json!({"methods": ["token"], "token": {"id": token}}));
    cloud.deliver(plain("POST", KEYS, None, &inside)).await.is(201);
    for seconds in [899, 86_401, -1] {
        let asked = body(json!({"methods": ["token"], "token": {"duration_seconds": seconds}}));
        cloud
            .deliver(plain("POST", KEYS, Some(&token), &asked))
            .await
            .refused(400, "IAM.0073");
    }
    cloud
        .post(KEYS, body(json!({"methods": ["password"]})))
        .await
        .refused(400, "IAM.0011");

    let role = json!({"agency_name": "helper", "domain_id": DOMAIN, "duration_seconds": 3600});
    let assumed = body(json!({"methods": ["assume_role"], "assume_role": role}));
    cloud.post(KEYS, assumed.clone()).await.refused(404, "IAM.0004");
    agency(&cloud, "helper").await;
    cloud.post(KEYS, assumed.clone()).await.is(201);
    cloud
        .deliver(plain("POST", KEYS, None, &assumed))
        .await
        .refused(401, "IAM.0001");
}

#[tokio::test]
async fn what_has_ended_is_told_with_its_end() {
    use super::super::front_door::Guard;
    let cloud = Cloud::new();
    let (token, keys) = (token(&cloud).await, temporary(&cloud, 900).await);
    let later = Timestamp::now() + 25.hours();
    let guard = Guard::default();
    let by_token = plain("GET", FUNCTIONS, Some(&token), &Value::Null);
    let by_keys = signed(&keys, later, ("GET", FUNCTIONS), "");
    for request in [by_token, by_keys] {
        let account = &cloud.context.account;
        assert!(guard.identify(request.headers(), account, Timestamp::now()).is_ok());
        let refusal = guard.identify(request.headers(), account, later).unwrap_err();
        assert!(
            format!("{refusal:?}").contains("token expires, expires_at: 20"),
            "{refusal:?}"
        );
    }
}

#[tokio::test]
async fn a_derived_signature_is_taken_and_an_altered_request_is_not() {
    let cloud = Cloud::new();
    let path = FUNCTIONS.replace("{p}", PROJECT);
    let algorithm = Algorithm::V11HmacSha256 {
        region: "cn-east-3".to_owned(),
        service: "functiongraph".to_owned(),
    };
    let form = Request {
        method: "GET",
        path: &path,
        query: &[],
        headers: &[],
        body: b"",
    };
    let date = date_text(Timestamp::now());
    let headers = sign(&form, HOST, &credentials("AK", "SK"), &algorithm, &date).headers;
    let request = |path: &str| {
        let mut builder = http::Request::builder().uri(path);
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        builder.body(Body::empty()).unwrap()
    };
    cloud.deliver(request(&path)).await.is(200);
    // The same once more is fine, as with the real one; another path or query is not.
    cloud.deliver(request(&path)).await.is(200);
    for altered in [format!("{path}?maxitems=1"), path.replace("functions", "quotas")] {
        let message = cloud.deliver(request(&altered)).await.refused(401, "APIGW.0301");
        assert!(
            message.contains("verify aksk signature fail, canonicalRequest:GET|"),
            "{message}"
        );
    }
    let good = signed(
        &credentials("AK", "SK"),
        Timestamp::now(),
        ("POST", FUNCTIONS),
        "{\"a\":1}",
    );
    let (parts, _) = good.into_parts();
    let message = cloud
        .deliver(http::Request::from_parts(parts, Body::from("{\"a\":2}")))
        .await;
    assert!(
        message
            .refused(401, "APIGW.0301")
            .contains("verify aksk signature fail")
    );
}

async fn agency(cloud: &Cloud, name: &str) -> Value {
    let new = json!({"name": name, "domain_id": DOMAIN, "trust_domain_name": "op_svc_cff", "duration": "FOREVER"});
    cloud.post(AGENCIES, json!({"agency": new})).await.is(201)["agency"].clone()
}

#[tokio::test]
async fn agencies_are_created_listed_shown_and_deleted() {
    let cloud = Cloud::new();
    let first = agency(&cloud, "fgs_default_agency").await;
    assert_eq!(
        (&first["duration"], &first["expire_time"]),
        (&json!("FOREVER"), &json!(null))
    );
    assert_eq!(first["agency_urn"], format!("iam::{DOMAIN}:agency:fgs_default_agency"));
    let day = json!({"agency": {"name": "day", "domain_id": DOMAIN, "trust_domain_id": "t", "duration": "ONEDAY"}});
    let day = cloud.post(AGENCIES, day).await.is(201);
    assert_eq!(day["agency"]["duration"], "24");
    assert!(day["agency"]["expire_time"].is_string());
    let count = async |query: &str| {
        let target = format!("{AGENCIES}?domain_id={DOMAIN}{query}");
        cloud.get(&target).await.is(200)["agencies"].as_array().unwrap().len()
    };
    for (query, expected) in [
        ("", 2),
        ("&name=day", 1),
        ("&name=da", 0),
        ("&trust_domain_id=t", 1),
        ("&page=1&per_page=1", 1),
        ("&page=3&per_page=1", 0),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    let one = format!("{AGENCIES}/{}", first["id"].as_str().unwrap());
    assert_eq!(cloud.get(&one).await.is(200)["agency"], first);
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "IAM.0004");
    cloud.delete(&one).await.refused(404, "IAM.0004");
}

#[tokio::test]
async fn an_agency_that_breaks_a_rule_is_refused() {
    let cloud = Cloud::new();
    agency(&cloud, "taken").await;
    let good = json!({"name": "a", "domain_id": DOMAIN, "trust_domain_name": "op_svc_cff"});
    for (changes, status, code) in [
        (json!({"name": ""}), 400, "IAM.0073"),
        (json!({"name": "x".repeat(65)}), 400, "IAM.0073"),
        (json!({"description": "x".repeat(256)}), 400, "IAM.0073"),
        (json!({"duration": "WEEK"}), 400, "IAM.0073"),
        (json!({"domain_id": "other"}), 403, "IAM.0003"),
        (json!({"trust_domain_name": null}), 400, "IAM.0072"),
        (json!({"name": null}), 400, "IAM.0007"),
    ] {
        let body = json!({"agency": super::with(good.clone(), changes)});
        cloud.post(AGENCIES, body).await.refused(status, code);
    }
    let taken = json!({"agency": super::with(good, json!({"name": "taken"}))});
    assert_eq!(cloud.post(AGENCIES, taken).await.is(409)["error"]["title"], "Conflict");
    cloud.get(AGENCIES).await.refused(400, "IAM.0072");
    cloud
        .get(&format!("{AGENCIES}?domain_id=x"))
        .await
        .refused(403, "IAM.0003");
    cloud
        .get(&format!("{AGENCIES}?domain_id={DOMAIN}&page=1"))
        .await
        .refused(400, "IAM.0007");
}

#[tokio::test]
async fn the_account_its_projects_and_its_region_are_listed() {
    let cloud = Cloud::new();
    let regions = cloud.get("/v3/regions").await.is(200);
    assert_eq!(regions["regions"][0]["id"], "cn-east-3");
    assert_eq!(regions["regions"][0]["locales"]["en-us"], "CN East-Shanghai1");
    assert_eq!(
        cloud.get("/v3/auth/projects").await.is(200)["projects"][0]["id"],
        PROJECT
    );
    assert_eq!(cloud.get("/v3/auth/domains").await.is(200)["domains"][0]["id"], DOMAIN);
    for (query, expected) in [
        (format!("domain_id={DOMAIN}&enabled=true&is_domain=false"), 1),
        (format!("parent_id={DOMAIN}"), 1),
        ("domain_id=other".to_owned(), 0),
        ("enabled=false".to_owned(), 0),
    ] {
        let found = cloud.get(&format!("/v3/projects?{query}")).await.is(200);
        assert_eq!(found["projects"].as_array().unwrap().len(), expected, "{query}");
    }
}

#[tokio::test]
async fn the_account_has_one_user_called_as_itself() {
    let cloud = Cloud::new();
    let listed = cloud.get("/v3/users").await.is(200);
    let user = &listed["users"][0];
    let id = user["id"].as_str().unwrap();
    let links = json!({"self": format!("http://{HOST}/v3/users/{id}")});
    let told = json!({
        "id": id, "name": "fgctl", "domain_id": DOMAIN, "enabled": true, "description": "", "pwd_status": false,
        "password_expires_at": null, "access_mode": "default", "links": links
    });
    assert_eq!(*user, super::with(told.clone(), json!({"pwd_strength": "high"})));
    assert_eq!(
        listed["links"],
        json!({"self": format!("http://{HOST}/v3/users"), "previous": null, "next": null})
    );
    assert_eq!(cloud.get(&format!("/v3/users/{id}")).await.is(200)["user"], told);
    let more = cloud.get(&format!("/v3.0/OS-USER/users/{id}")).await.is(200)["user"].clone();
    assert_eq!(
        (&more["name"], &more["is_domain_owner"], &more["pwd_strength"]),
        (&json!("fgctl"), &json!(true), &json!("High"))
    );
    let missing = cloud.get("/v3/users/x").await.is(404);
    assert_eq!(
        (&missing["error"]["code"], &missing["error"]["title"]),
        (&json!(404), &json!("Not Found"))
    );
    cloud.get("/v3.0/OS-USER/users/x").await.refused(404, "IAM.0004");
    for (query, count) in [
        (format!("domain_id={DOMAIN}&enabled=true&name=fgctl"), 1),
        ("domain_id=other".to_owned(), 0),
        ("enabled=false".to_owned(), 0),
        ("name=fg".to_owned(), 0),
        ("password_expires_at=lt:2030-12-08T22:02:00Z".to_owned(), 0),
    ] {
        let found = cloud.get(&format!("/v3/users?{query}")).await.is(200);
        assert_eq!(found["users"].as_array().unwrap().len(), count, "{query}");
    }
    for filter in ["2030-12-08T22:02:00Z", "le:2030-12-08T22:02:00Z", "lt:tomorrow"] {
        let refused = cloud
            .get(&format!("/v3/users?password_expires_at={filter}"))
            .await
            .is(400);
        assert_eq!(refused["error"]["title"], "Bad Request", "{filter}");
    }
    // The id is the one by which the user gets a token.
    let user = json!({"id": id, "password": "SK"});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let body = json!({"auth": {"identity": identity}});
    let answer = cloud.deliver(plain("POST", "/v3/auth/tokens", None, &body)).await;
    assert_eq!(answer.is(201)["token"]["user"]["id"], id);
}

#[tokio::test]
async fn enterprise_projects_are_filtered_and_their_pages_have_limits() {
    let cloud = Cloud::new();
    let list = async |query: &str| cloud.get(&format!("/v1.0/enterprise-projects?{query}")).await;
    for (query, count) in [
        ("id=0&status=1&type=prod", 1),
        ("status=2", 0),
        ("type=poc", 0),
        ("offset=1", 0),
    ] {
        let found = list(query).await.is(200);
        assert_eq!(found["enterprise_projects"].as_array().unwrap().len(), count, "{query}");
    }
    for (query, code) in [
        ("limit=0", "EPS.0017"),
        ("limit=1001", "EPS.0017"),
        ("offset=-1", "EPS.0018"),
    ] {
        assert_eq!(list(query).await.is(400)["error"]["error_code"], code, "{query}");
    }
    let shown = cloud.get("/v1.0/enterprise-projects/0").await.is(200);
    assert_eq!(shown["enterprise_project"]["name"], "default");
    let missing = cloud.get("/v1.0/enterprise-projects/x").await.is(404);
    assert_eq!(missing["error"]["error_code"], "EPS.0069");
}
