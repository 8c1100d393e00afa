//! Plain calls: routing, refusals, headers, bodies.

use super::{DOMAIN, GROUP, World, in_time, options, send, server};
use crate::local::GroupPorts;
use crate::local::data::authority::Authority;
use crate::local::data::{DataPlane, PortState};
use crate::local::store::StoreError;
use crate::local::store::records::{GATEWAYS, GatewayRecord, TRANSITIONS, TransitionRecord};
use crate::wire::gateway::Gateway;
use crate::wire::gateway_feature::Feature;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers with the request's head, and its body if it has a length.
async fn echo() -> std::net::SocketAddr {
    server(|mut stream, head| async move {
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        if stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let answer = [head.as_bytes(), &body].concat();
        let start = format!(
            "HTTP/1.1 201 Created\r\nServer: mine\r\nX-Own-Name: yes\r\nKeep-Alive: timeout=5\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        let _ = stream.write_all(start.as_bytes()).await;
        let _ = stream.write_all(&answer).await;
    })
    .await
}

async fn world() -> World {
    let world = World::with_tasks(echo().await).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/demo", "demo", |_| {});
    world
}

#[tokio::test]
async fn a_call_passes_with_method_path_query_headers_and_body_and_comes_back_as_the_function_answers() {
    let world = world().await;
    let head = [
        "POST /demo/a?b=c%20d HTTP/1.1",
        "Host: 127.0.0.1",
        "X-OWN-Header: Kept",
        "Content-Length: 4",
    ];
    let reply = in_time(world.call(&head, b"body")).await;
    assert_eq!(reply.status(), 201);
    assert_eq!(reply.header("server"), Some("api-gateway"));
    assert!(reply.head.contains("X-Own-Name: yes"), "{reply:?}");
    assert_eq!(reply.header("keep-alive"), None);
    assert!(reply.body.starts_with("POST /demo/a?b=c%20d HTTP/1.1\r\n"), "{reply:?}");
    assert!(reply.body.contains("\r\nX-OWN-Header: Kept\r\n"));
    assert!(reply.body.contains("x-cff-func-name: demo\r\n"));
    assert!(reply.body.ends_with("\r\n\r\nbody"));
    let record = &world.data.requests()[0];
    assert_eq!((record.status, record.function.as_deref()), (201, Some("demo")));
    assert_eq!((record.path.as_str(), record.received), ("/demo/a", 4));
    assert!(record.sent > 100 && record.duration.is_some());
}

#[tokio::test]
async fn a_miss_is_explained() {
    let world = world().await;
    world.publish("/posts", "demo", |api| api.req_method = "POST".to_owned());
    world.publish("/gone", "removed", |_| {});
    for (head, status, code, text) in [
        (
            vec!["GET /none HTTP/1.1", "Host: 127.0.0.1"],
            404,
            "APIG.0101",
            "`APIGroup_ws` has no API with the path `/none`",
        ),
        (
            vec!["GET /posts HTTP/1.1", "Host: 127.0.0.1"],
            404,
            "APIG.0101",
            "answers POST and not GET",
        ),
        (
            vec!["GET /demo HTTP/1.1", "Host: 127.0.0.1", "X-Stage: test"],
            404,
            "APIG.0101",
            "published in RELEASE and not in test",
        ),
        (
            vec!["GET /demo HTTP/1.1", "Host: evil.example"],
            404,
            "APIG.0101",
            "`evil.example`",
        ),
        (
            vec!["GET /gone HTTP/1.1", "Host: 127.0.0.1"],
            502,
            "APIG.0202",
            "`removed` behind the API does not exist",
        ),
    ] {
        let reply = in_time(world.call(&head, b"")).await;
        assert_eq!(reply.status(), status, "{reply:?}");
        let (found, message) = reply.error();
        assert_eq!(found, code);
        assert!(message.contains(text), "{message}");
    }
    let reply = in_time(world.call(&["GET /demo HTTP/1.1", &format!("Host: {DOMAIN}")], b"")).await;
    assert_eq!(reply.status(), 201);
}

#[tokio::test]
async fn nobody_passes_without_the_proof_that_the_api_wants() {
    let world = world().await;
    for (kind, code) in [
        ("APP", "APIG.0303"),
        ("IAM", "APIG.0301"),
        ("AUTHORIZER", "APIG.0305"),
        ("", "APIG.0303"),
    ] {
        world.publish("/demo", "demo", |api| api.auth_type = kind.to_owned());
        let reply = in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1", "Authorization: x"], b"")).await;
        assert_eq!((reply.status(), reply.error().0.as_str()), (401, code));
    }
}

#[tokio::test]
async fn a_function_of_another_kind_or_a_disabled_one_is_refused() {
    let world = world().await;
    world.put_function("event", &[], |function| function.runtime = "Node.js12.13".to_owned());
    world.put_function("off", &[], |function| {
        function.strategy_config = Some(crate::wire::function::StrategyConfig {
            concurrency: Some(0),
            concurrent_num: None,
        });
    });
    world.put_function("lost", &[], |function| {
        function.depend_version_list = Some(vec!["v1".to_owned()]);
    });
    for (name, status, text) in [
        ("event", 501, "event function"),
        ("off", 502, "disabled"),
        ("lost", 502, "`v1`"),
    ] {
        world.publish("/x", name, |_| {});
        let reply = in_time(world.call(&["GET /x HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
        assert_eq!(reply.status(), status);
        assert!(reply.error().1.contains(text), "{reply:?}");
    }
}

#[tokio::test]
async fn one_port_serves_tls_and_plain_and_the_wrong_scheme_is_told_the_right_url() {
    let world = world().await;
    world.publish("/secure", "demo", |api| api.req_protocol = "HTTPS".to_owned());
    world.publish("/open", "demo", |api| api.req_protocol = "HTTP".to_owned());
    let host = format!("Host: 127.0.0.1:{}", world.port);
    let reply = in_time(world.call(&["GET /secure/x HTTP/1.1", &host], b"")).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (400, "APIG.0607"));
    let url = format!("Use https://127.0.0.1:{}/secure/x", world.port);
    assert!(reply.error().1.ends_with(&url), "{reply:?}");
    assert_eq!(
        in_time(world.call(&["GET /open HTTP/1.1", &host], b"")).await.status(),
        201
    );
    for (path, status) in [("/secure", 201), ("/open", 400)] {
        let reply = in_time(over_tls(
            &world,
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        ))
        .await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{reply}");
    }
}

async fn over_tls(world: &World, request: &str) -> String {
    let mut stream = world.connect_tls().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let world = world().await;
    let long = "x".repeat(33 * 1024);
    let header = format!("X-Long: {long}");
    let many: Vec<String> = (0..9).map(|n| format!("X-{n}: {}", &long[..16 * 1024])).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let start = ["GET /demo HTTP/1.1", "Host: 127.0.0.1"];
    let uri = format!("GET /demo?{long} HTTP/1.1");
    for (head, status) in [
        ([&start[..], &[&header]].concat(), 494),
        ([&start[..], &many].concat(), 494),
        (vec![uri.as_str(), "Host: 127.0.0.1"], 414),
        (
            vec!["POST /demo HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 12582913"],
            413,
        ),
    ] {
        let reply = in_time(world.call(&head, b"")).await;
        assert_eq!((reply.status(), reply.error().0.as_str()), (status, "APIG.0201"));
    }
}

#[tokio::test]
async fn a_gateway_s_feature_says_how_long_a_body_may_be() {
    let world = world().await;
    let record = |size: &str| GatewayRecord {
        gateway: Gateway {
            id: "gw".to_owned(),
            ..Gateway::default()
        },
        running_at: 0,
        gone_at: None,
        features: vec![Feature {
            name: "request_body_size".to_owned(),
            enable: true,
            config: Some(size.to_owned()),
            ..Feature::default()
        }],
        tags: Vec::new(),
    };
    for (size, length, status) in [
        ("1048576", 1_048_577, 413),
        ("1048576", 1_048_576, 201),
        ("20971520", 12_582_913, 201),
    ] {
        let put = |writer: &crate::local::store::Writer| writer.put(&GATEWAYS, "gw", &record(size));
        world
            .store
            .write(put)
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        let head = format!("Content-Length: {length}");
        let body = vec![b'x'; if status == 201 { length } else { 0 }];
        let head = ["POST /demo HTTP/1.1", "Host: 127.0.0.1", &head];
        let reply = in_time(world.call(&head, &body)).await;
        assert_eq!(reply.status(), status, "{size} {length}");
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_is_counted() {
    let address = server(|mut stream, _| async move {
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    })
    .await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/demo", "demo", |_| {});
    let mut stream = world.connect().await;
    send(
        &mut stream,
        &["POST /demo HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked"],
    )
    .await;
    let chunk = [b"100000\r\n", &vec![b'x'; 1 << 20][..], b"\r\n"].concat();
    let (mut reader, mut writer) = stream.split();
    let upload = async {
        for _ in 0..13 {
            if writer.write_all(&chunk).await.is_err() {
                break;
            }
        }
    };
    let (head, ()) = in_time(async { tokio::join!(super::read_head(&mut reader), upload) }).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[tokio::test]
async fn a_function_that_gives_no_answer_is_said_to() {
    let address = server(|stream, _| async move { drop(stream) }).await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/demo", "demo", |_| {});
    let reply = in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (502, "APIG.0202"));
    assert!(reply.error().1.contains("demo.log"), "{reply:?}");
}

#[tokio::test]
async fn each_timeout_is_said_by_its_own_name() {
    let address = server(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |function| function.timeout = 1);
    for (backend, text) in [
        (20, "backend timeout of 20 ms"),
        (60_000, "execution timeout of 1 s (code 4010"),
    ] {
        world.publish("/demo", "demo", |api| api.func_info.as_mut().unwrap().timeout = backend);
        let reply = in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
        assert_eq!((reply.status(), reply.error().0.as_str()), (504, "APIG.0203"));
        assert!(reply.error().1.contains(text), "{reply:?}");
    }
}

#[tokio::test]
async fn an_answer_that_outlasts_the_function_is_cut() {
    let address = server(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |function| function.timeout = 1);
    world.publish("/demo", "demo", |_| {});
    let reply = in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert_eq!((reply.status(), reply.body.as_str()), (200, "half"));
    let note = world.data.requests()[0].note.clone();
    assert_eq!(note.as_deref(), Some("the function's execution timeout was over"));
}

#[tokio::test]
async fn a_group_keeps_its_port_and_a_taken_port_is_down_and_not_moved() {
    let world = world().await;
    world.data.shutdown().await;
    let thief = TcpListener::bind(("127.0.0.1", world.port)).await.unwrap();
    let tls = Authority::open(world.folder.path()).unwrap().server_config().unwrap();
    let start = || {
        DataPlane::start(
            Arc::clone(&world.store),
            Arc::clone(&tls),
            world.folder.path(),
            options(([127, 0, 0, 1], 1).into()),
        )
    };
    let data = start().await.unwrap();
    let status = data.group_status();
    assert_eq!((status[0].group_id.as_str(), status[0].port), (GROUP, world.port));
    let PortState::Down { holder, .. } = &status[0].state else {
        panic!("{status:?}");
    };
    #[cfg(target_os = "linux")]
    assert_eq!(holder.as_ref().map(|holder| holder.pid), Some(std::process::id()));
    let _ = holder;
    let other = data.open("g2").unwrap();
    assert_ne!(other, world.port);
    data.shutdown().await;
    drop(thief);
    let data = start().await.unwrap();
    assert_eq!(data.group_status()[0].state, PortState::Serving);
    data.shutdown().await;
}

#[tokio::test]
async fn new_groups_get_the_next_free_ports_and_a_closed_one_is_free_again() {
    let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = first.local_addr().unwrap().port();
    let mut options = options(([127, 0, 0, 1], taken.saturating_add(1)).into());
    options.first_port = taken;
    let world = World::with_processes(options).await;
    // The first is taken, the next is the function's own.
    assert!(world.port >= taken + 2, "{} {taken}", world.port);
    let next = world.data.open("g2").unwrap();
    assert!(next > world.port);
    world.data.close(GROUP);
    let refused = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", world.port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    in_time(refused).await;
    assert_eq!(world.data.group_status().len(), 1);
}

#[tokio::test]
async fn a_change_takes_effect_when_its_time_has_come() {
    let world = world().await;
    let get = || in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1"], b""));
    let until = |until: i64| {
        let record = TransitionRecord {
            instance_id: "gw".to_owned(),
            key: ":".to_owned(),
            before: None,
            until,
        };
        world
            .store
            .write(|writer| writer.put(&TRANSITIONS, ":", &record))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
    };
    assert_eq!(get().await.status(), 201);
    until(i64::MAX);
    assert_eq!(get().await.error().0, "APIG.0101");
    until(0);
    assert_eq!(get().await.status(), 201);
}
