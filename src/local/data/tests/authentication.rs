//! Who may call: App authentication by signature, AppCode and the gateway's features; IAM authentication.

use super::{Reply, World, in_time, server};
use crate::local::sealed::{TemporaryKey, Token};
use crate::local::store::StoreError;
use crate::local::store::records::{
    APP_CODES, APPS, AUTHORIZATIONS, AppCodeRecord, AppRecord, AuthorizationRecord, GATEWAYS, GatewayRecord,
};
use crate::local::{DebugCall, GroupPorts};
use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
use crate::wire::app::App;
use crate::wire::app_authorization::AuthorizationEntry;
use crate::wire::app_code::AppCode;
use crate::wire::environment::RELEASE_ID;
use crate::wire::gateway::Gateway;
use crate::wire::gateway_feature::Feature;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::AsyncWriteExt;

const HOST: &str = "127.0.0.1";

/// A world with an API for each authentication, and an app that may call one of them.
async fn world() -> World {
    let address = server(|mut stream, head| async move {
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        let _ = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut body).await;
        let start = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(&[start.as_bytes(), &body].concat()).await;
    })
    .await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/app", "demo", |api| {
        api.auth_type = "APP".to_owned();
        api.other
            .insert("auth_opt".to_owned(), json!({"app_code_auth_type": "HEADER"}));
    });
    world.publish("/other", "demo", |api| api.auth_type = "APP".to_owned());
    world.publish("/iam", "demo", |api| api.auth_type = "IAM".to_owned());
    world.publish("/custom", "demo", |api| api.auth_type = "AUTHORIZER".to_owned());
    put_app(&world);
    world
}

fn put_app(world: &World) {
    let app = AppRecord {
        instance_id: "gw".to_owned(),
        app: App {
            id: "app".to_owned(),
            name: "mobile".to_owned(),
            app_key: "key".to_owned(),
            app_secret: "secret".to_owned(),
            ..App::default()
        },
    };
    let code = AppCodeRecord {
        instance_id: "gw".to_owned(),
        code: AppCode {
            app_code: "code".to_owned(),
            app_id: "app".to_owned(),
            ..AppCode::default()
        },
    };
    let grant = AuthorizationRecord {
        instance_id: "gw".to_owned(),
        authorization: AuthorizationEntry {
            app_id: "app".to_owned(),
            api_id: "id of /app".to_owned(),
            env_id: RELEASE_ID.to_owned(),
            ..AuthorizationEntry::default()
        },
    };
    let put = |writer: &crate::local::store::Writer| {
        writer.put(&APPS, "app", &app)?;
        writer.put(&APP_CODES, "app:code", &code)?;
        writer.put(&AUTHORIZATIONS, "app", &grant)
    };
    world
        .store
        .write(put)
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
}

/// A call signed by `key` and `secret` at `at`.
async fn signed(world: &World, path: &str, (key, secret): (&str, &str), at: Timestamp) -> Reply {
    signed_by(world, path, &credentials(key, secret, None), at).await
}

async fn signed_by(world: &World, path: &str, credentials: &Credentials, at: Timestamp) -> Reply {
    let query = [("b".to_owned(), "c d".to_owned())];
    let request = Request {
        method: "POST",
        path,
        query: &query,
        headers: &[],
        body: b"body",
    };
    let signed = sign(&request, HOST, credentials, &Algorithm::SdkHmacSha256, &date_text(at));
    let mut head = vec![format!("POST {path}?b=c%20d HTTP/1.1"), "Content-Length: 4".to_owned()];
    head.extend(signed.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    in_time(world.call(&head, b"body")).await
}

async fn plain(world: &World, path: &str, headers: &[&str]) -> Reply {
    let first = format!("GET {path} HTTP/1.1");
    let head: Vec<&str> = [first.as_str(), "Host: 127.0.0.1"]
        .into_iter()
        .chain(headers.iter().copied())
        .collect();
    in_time(world.call(&head, b"")).await
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str, text: &str) {
    let (found, message) = reply.error();
    assert_eq!((reply.status(), found.as_str()), (status, code), "{message}");
    assert!(message.contains(text), "`{text}` is not in {message}");
}

#[tokio::test]
async fn a_signature_of_an_app_that_may_call_lets_the_call_through_with_its_body() {
    let world = world().await;
    let now = Timestamp::now();
    let reply = signed(&world, "/app", ("key", "secret"), now).await;
    assert_eq!((reply.status(), reply.body.as_str()), (200, "body"));
    let refusals = [
        ("/app", ("key", "other"), 401, "APIG.0303", "verify signature fail"),
        (
            "/app",
            ("nobody", "secret"),
            401,
            "APIG.0303",
            "app not found, appkey nobody",
        ),
        (
            "/other",
            ("key", "secret"),
            403,
            "APIG.0304",
            "fgctl app authorize mobile",
        ),
    ];
    for (path, keys, status, code, text) in refusals {
        refused(&signed(&world, path, keys, now).await, status, code, text);
    }
    let early = now - jiff::SignedDuration::from_mins(16);
    let late = signed(&world, "/app", ("key", "secret"), early).await;
    refused(&late, 401, "APIG.0303", "signature expired, signature time:");
}

#[tokio::test]
async fn an_upgrade_proves_its_app_as_a_request_does() {
    let world = world().await;
    for (secret, status) in [("secret", 200), ("other", 401)] {
        let request = Request {
            method: "GET",
            path: "/app",
            query: &[],
            headers: &[],
            body: b"",
        };
        let date = date_text(Timestamp::now());
        let signed = sign(
            &request,
            HOST,
            &credentials("key", secret, None),
            &Algorithm::SdkHmacSha256,
            &date,
        );
        let mut head = vec!["GET /app HTTP/1.1".to_owned()];
        head.extend(signed.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let upgrade = ["connection: upgrade", "upgrade: websocket"];
        let head: Vec<&str> = head.iter().map(String::as_str).chain(upgrade).collect();
        // The function of these tests answers 200 to an upgrade too: it has seen it.
        assert_eq!(in_time(world.call(&head, b"")).await.status(), status, "{secret}");
    }
    let code = ["X-Apig-AppCode: code", "connection: upgrade", "upgrade: websocket"];
    refused(&plain(&world, "/app", &code).await, 401, "APIG.0303", "wss:// only");
}

#[tokio::test]
async fn an_app_code_is_taken_encrypted_alone() {
    let world = world().await;
    refused(&plain(&world, "/app", &[]).await, 401, "APIG.0303", "fgctl app create");
    let reply = plain(&world, "/app", &["X-Apig-AppCode: code"]).await;
    refused(&reply, 401, "APIG.0303", "https:// and wss:// only");
    for (code, status) in [("code", "200"), ("other", "401")] {
        let mut stream = world.connect_tls().await;
        let head =
            format!("GET /app HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Apig-AppCode: {code}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let head = in_time(super::read_head(&mut stream)).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    }
    let reply = plain(&world, "/other", &["X-Apig-AppCode: code"]).await;
    refused(&reply, 401, "APIG.0303", "--app-code on");
}

#[tokio::test]
async fn simpler_proofs_are_features_of_the_gateway() {
    let world = world().await;
    let secret = ["X-HW-ID: key", "X-HW-AppKey: secret"];
    let basic = ["Authorization: Basic a2V5OnNlY3JldA=="];
    refused(&plain(&world, "/app", &secret).await, 401, "APIG.0303", "no signature");
    refused(&plain(&world, "/app", &basic).await, 401, "APIG.0303", "no signature");
    let features = ["app_secret", "app_basic"].map(|name| Feature {
        name: name.to_owned(),
        enable: true,
        config: Some("on".to_owned()),
        ..Feature::default()
    });
    let record = GatewayRecord {
        gateway: Gateway {
            id: "gw".to_owned(),
            ..Gateway::default()
        },
        running_at: 0,
        gone_at: None,
        features: features.to_vec(),
        tags: Vec::new(),
    };
    world
        .store
        .write(|writer| writer.put(&GATEWAYS, "gw", &record))
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    assert_eq!(plain(&world, "/app", &secret).await.status(), 200);
    assert_eq!(plain(&world, "/app", &basic).await.status(), 200);
    let wrong = plain(&world, "/app", &["X-HW-ID: key", "X-HW-AppKey: other"]).await;
    refused(&wrong, 401, "APIG.0303", "the AppSecret is another one");
}

/// The text of a token of the account `AK` whose secret is `secret`, with so many seconds to go.
fn token(secret: &str, seconds: i64) -> String {
    let end = Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    let token = Token::until(end, "id".to_owned());
    token.sealed(&credentials("AK", secret, None)).unwrap()
}

fn credentials(key: &str, secret: &str, security_token: Option<&str>) -> Credentials {
    Credentials {
        access_key: key.to_owned(),
        secret_key: Secret::new(secret),
        security_token: security_token.map(Secret::new),
    }
}

#[tokio::test]
async fn a_token_of_the_account_lets_requests_and_upgrades_through_while_it_lasts() {
    let world = world().await;
    let good = format!("X-Auth-Token: {}", token("SK", 60));
    assert_eq!(plain(&world, "/iam", &[&good]).await.status(), 200);
    let upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
    // The function of these tests answers 200 to an upgrade too: it has seen it.
    let reply = plain(&world, "/iam", &[&upgrade[..], &[&good]].concat()).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    for (token, text) in [
        (token("other", 60), "decrypt token fail"),
        (token("SK", -1), "token expires, expires_at: "),
        ("nonsense".to_owned(), "decrypt token fail"),
    ] {
        let header = format!("X-Auth-Token: {token}");
        refused(&plain(&world, "/iam", &[&header]).await, 401, "APIG.0301", text);
        let reply = plain(&world, "/iam", &[&upgrade[..], &[&header]].concat()).await;
        refused(&reply, 401, "APIG.0301", text);
    }
    // It is no proof of an app.
    refused(&plain(&world, "/app", &[&good]).await, 401, "APIG.0303", "no signature");
}

#[tokio::test]
async fn temporary_keys_of_the_account_sign_with_their_security_token() {
    let world = world().await;
    let account = credentials("AK", "SK", None);
    let now = Timestamp::now();
    let key = |seconds| TemporaryKey::until(now + jiff::SignedDuration::from_secs(seconds), "0123456789ab");
    let secret = TemporaryKey::secret(&key(60).access, &account);
    let sealed = |seconds| key(seconds).sealed(&account).unwrap();
    let call = async |security_token: Option<String>| {
        let credentials = credentials(&key(60).access, secret.expose(), security_token.as_deref());
        signed_by(&world, "/iam", &credentials, now).await
    };
    assert_eq!(call(Some(sealed(60))).await.status(), 200);
    refused(&call(Some(sealed(-1))).await, 401, "APIG.0301", "token expires");
    refused(&call(None).await, 401, "APIG.0301", "err:ak not exist");
}

#[tokio::test]
async fn iam_and_custom_authorisers() {
    let world = world().await;
    let now = Timestamp::now();
    assert_eq!(signed(&world, "/iam", ("AK", "SK"), now).await.status(), 200);
    refused(&plain(&world, "/iam", &[]).await, 401, "APIG.0301", "sign the call");
    let unknown = signed(&world, "/iam", ("key", "secret"), now).await;
    refused(&unknown, 401, "APIG.0301", "err:ak not exist");
    refused(
        &plain(&world, "/custom", &[]).await,
        401,
        "APIG.0305",
        "no custom authorisers",
    );
}

#[tokio::test]
async fn only_the_management_plane_debugs() {
    let world = world().await;
    let header = |api: &str, published: bool| {
        let call = DebugCall {
            api_id: format!("id of {api}"),
            published,
            tls: false,
        };
        let (name, value) = world.data.debug_header(&call);
        format!("{name}: {}", value.to_str().unwrap())
    };
    for published in [false, true] {
        let reply = plain(&world, "/app", &[&header("/app", published)]).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    }
    let elsewhere = plain(&world, "/other", &[&header("/app", true)]).await;
    refused(&elsewhere, 404, "APIG.0101", "");
    let stranger = plain(&world, "/app", &["x-fgctl-debug: word false false id"]).await;
    refused(&stranger, 401, "APIG.0303", "no signature");
}
