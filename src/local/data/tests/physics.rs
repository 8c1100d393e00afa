//! Limits of time and number, and faults on purpose.

use super::{DOMAIN, Reply, Tasks, World, in_time, options, read_head, send, server};
use crate::local::data::Options;
use crate::local::data::launch::{Launcher, Setup};
use crate::local::fault::NewFault;
use crate::local::store::StoreError;
use crate::local::store::records::{
    GATEWAYS, GROUPS, GatewayRecord, GroupRecord, PUBLICATIONS, PublicationRecord, THROTTLE_BINDINGS, THROTTLES,
    ThrottleBindingRecord, ThrottleRecord,
};
use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
use crate::wire::gateway::Gateway;
use crate::wire::gateway_feature::Feature;
use crate::wire::group::Group;
use crate::wire::throttle::{NewThrottle, Throttle};
use crate::wire::throttle_binding::ThrottleBinding;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const UPGRADE: [&str; 4] = [
    "GET /demo HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
];
const GET: [&str; 2] = ["GET /demo HTTP/1.1", "Host: 127.0.0.1"];

/// Upgrades what asks for it and echoes; answers nothing to `/demo/slow`, and twenty bytes to the rest.
async fn function() -> SocketAddr {
    server(|mut stream, head| async move {
        if head.contains("/demo/slow") {
            return std::future::pending().await;
        }
        if !head.to_ascii_lowercase().contains("upgrade: websocket") {
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789";
            return drop(stream.write_all(answer.as_bytes()).await);
        }
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        let _ = stream.write_all(answer.as_bytes()).await;
        let (mut reader, mut writer) = stream.split();
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    })
    .await
}

async fn world(change: impl FnOnce(&mut Options)) -> World {
    let mut options = options(function().await);
    change(&mut options);
    let world = World::new("state", options, |setup| Arc::new(Tasks(setup))).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/demo", "demo", |_| {});
    world
}

async fn get(world: &World) -> Reply {
    in_time(world.call(&GET, b"")).await
}

/// How long a socket lives that says something every now and then.
async fn life(world: &World) -> Duration {
    let mut stream = world.connect().await;
    let began = Instant::now();
    send(&mut stream, &UPGRADE).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 101"));
    let (mut reader, mut writer) = stream.split();
    let talk = async {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let listen = async {
        let mut byte = [0];
        while reader.read_exact(&mut byte).await.is_ok() {}
    };
    in_time(async {
        tokio::select! {
            () = talk => {}
            () = listen => {}
        }
    })
    .await;
    began.elapsed()
}

#[tokio::test]
async fn a_socket_ends_within_a_tenth_of_a_second_of_the_functions_limit_and_time_may_pass_faster() {
    let world = world(|options| options.physics.speed = 10).await;
    world.put_function("demo", &[], |function| function.timeout = 3);
    let limit = Duration::from_millis(300);
    let mut late = Duration::MAX;
    // A machine that is busy with other tests may be late once.
    for _ in 0..5 {
        let life = life(&world).await;
        assert!(life >= limit, "{life:?}");
        late = late.min(life - limit);
        if late < Duration::from_millis(100) {
            break;
        }
    }
    assert!(late < Duration::from_millis(100), "{late:?} late");
    let note = world.data.requests()[0].note.clone().unwrap();
    assert!(note.contains("execution timeout was over"), "{note}");
}

#[tokio::test]
async fn a_faster_pace_shortens_what_requests_and_silence_may_take() {
    let world = world(|options| options.physics.speed = 100).await;
    let began = Instant::now();
    let slow = ["GET /demo/slow HTTP/1.1", "Host: 127.0.0.1"];
    for (backend, execution, text) in [
        (10_000, 30, "backend timeout of 10000 ms"),
        (600_000, 20, "execution timeout of 20 s"),
    ] {
        world.put_function("demo", &[], |function| function.timeout = execution);
        world.publish("/demo", "demo", |api| api.func_info.as_mut().unwrap().timeout = backend);
        let reply = in_time(world.call(&slow, b"")).await;
        assert_eq!((reply.status(), reply.error().0.as_str()), (504, "APIG.0203"));
        assert!(reply.error().1.contains(text), "{reply:?}");
    }
    // A silent socket: 10 s are a tenth of a second.
    world.publish("/demo", "demo", |api| api.func_info.as_mut().unwrap().timeout = 10_000);
    let mut stream = world.connect().await;
    send(&mut stream, &UPGRADE).await;
    let mut bytes = Vec::new();
    in_time(stream.read_to_end(&mut bytes)).await.unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 101"));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_a_start_may_take_is_shorter_too() {
    let mut options = options(([127, 0, 0, 1], free_port()).into());
    options.physics.speed = 20;
    let launcher = |setup: Arc<Setup>| Arc::new(Launcher(setup)) as Arc<dyn super::Launch>;
    let world = World::new("state", options, launcher).await;
    let files = [("bootstrap", "read nothing < /dev/zero\n")];
    world.publish("/demo", "f", |_| {});
    for (initializer, limit) in [(None, "150 ms"), (Some(4), "200 ms")] {
        world.put_function("f", &files, |function| {
            if let Some(seconds) = initializer {
                function.other.insert("initializer_handler".to_owned(), "/init".into());
                function.other.insert("initializer_timeout".to_owned(), seconds.into());
            }
        });
        let message = get(&world).await.error().1;
        assert!(message.contains(&format!("after {limit} (code 4211)")), "{message}");
    }
    world.data.shutdown().await;
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn set(world: &World, fault: &str) {
    world.data.gateway.faults.add(fault.parse::<NewFault>().unwrap());
}

#[tokio::test]
async fn a_call_meets_the_fault_that_is_set_for_its_path_as_often_as_it_says() {
    let world = world(|_| {}).await;
    set(&world, "GET /demo*,status=503,times=1");
    set(
        &world,
        "GET /demo,status=429,code=X.1,message=too fast,times=1,delay=30",
    );
    let first = get(&world).await;
    assert_eq!((first.status(), first.error().0.as_str()), (503, "APIG.0201"));
    let began = Instant::now();
    let second = get(&world).await;
    assert!(began.elapsed() >= Duration::from_millis(30));
    assert_eq!(
        (second.status(), second.error()),
        (429, ("X.1".to_owned(), "too fast".to_owned()))
    );
    assert_eq!(get(&world).await.status(), 200);
    let notes: Vec<_> = world.data.requests().into_iter().map(|request| request.note).collect();
    assert!(
        notes[0].as_ref().is_some_and(|note| note.contains("on purpose")) && notes[2].is_none(),
        "{notes:?}"
    );
}

#[tokio::test]
async fn a_cut_ends_the_connection_half_way_and_a_socket_right_after_its_beginning() {
    let world = world(|_| {}).await;
    set(&world, "ANY /demo,cut");
    let reply = get(&world).await;
    assert_eq!((reply.status(), reply.body.as_str()), (200, "0123456789"));
    assert_eq!(reply.header("content-length"), Some("20"));
    let mut stream = world.connect().await;
    send(&mut stream, &UPGRADE).await;
    let mut bytes = Vec::new();
    in_time(stream.read_to_end(&mut bytes)).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("HTTP/1.1 101") && text.ends_with("\r\n\r\n"), "{text}");
}

#[tokio::test]
async fn the_debug_domain_takes_so_many_calls_a_day_and_a_domain_of_its_own_any_number() {
    let world = world(|options| options.physics.debug_domain_limit = Some(2)).await;
    let record = GroupRecord {
        instance_id: "gw".to_owned(),
        group: Group {
            id: super::GROUP.to_owned(),
            sl_domain: DOMAIN.to_owned(),
            other: json!({"url_domains": [{"domain": "www.example.com"}]})
                .as_object()
                .unwrap()
                .clone(),
            ..Group::default()
        },
        port: world.port,
    };
    put(&world, |writer| writer.put(&GROUPS, super::GROUP, &record));
    let by = |host: &str| {
        let host = format!("Host: {host}");
        let world = &world;
        async move { in_time(world.call(&["GET /demo HTTP/1.1", &host], b"")).await }
    };
    assert_eq!(by("127.0.0.1").await.status(), 200);
    assert_eq!(by(DOMAIN).await.status(), 200);
    let refused = by(DOMAIN).await;
    assert_eq!((refused.status(), refused.error().0.as_str()), (429, "APIG.0308"));
    assert!(refused.error().1.contains("limit:2,time:1 day"), "{refused:?}");
    assert_eq!(by("www.example.com").await.status(), 200);
    assert_eq!(by("WWW.example.com:443").await.status(), 200);
}

fn put(world: &World, write: impl FnOnce(&crate::local::store::Writer) -> Result<(), StoreError>) {
    world
        .store
        .write(write)
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
}

#[tokio::test]
async fn a_policy_counts_the_calls_of_the_publication_that_it_is_bound_to() {
    let world = world(|_| {}).await;
    world.publish("/free", "demo", |_| {});
    let throttle = ThrottleRecord {
        instance_id: "gw".to_owned(),
        throttle: Throttle {
            id: "t".to_owned(),
            policy: NewThrottle {
                time_unit: "DAY".to_owned(),
                time_interval: 1,
                api_call_limits: 3,
                ip_call_limits: Some(2),
                ..NewThrottle::default()
            },
            ..Throttle::default()
        },
    };
    let binding = ThrottleBindingRecord {
        instance_id: "gw".to_owned(),
        binding: ThrottleBinding {
            publish_id: "p".to_owned(),
            strategy_id: "t".to_owned(),
            ..ThrottleBinding::default()
        },
    };
    put(&world, |writer| {
        writer.put(&THROTTLES, "t", &throttle)?;
        writer.put(&THROTTLE_BINDINGS, "b", &binding)
    });
    let publication = |record: Option<PublicationRecord>| {
        let mut record = record.unwrap();
        record.publication.publish_id = "p".to_owned();
        record
    };
    let read = |reader: &crate::local::store::Reader| {
        use crate::local::store::Read;
        reader.get(&PUBLICATIONS, "/demo:RELEASE")
    };
    let record = publication(
        world
            .store
            .read(read)
            .unwrap_or_else(|error: StoreError| panic!("{error}")),
    );
    put(&world, |writer| writer.put(&PUBLICATIONS, "/demo:RELEASE", &record));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(&world).await.status());
    }
    assert_eq!(statuses, [200, 200, 429]);
    let refused = get(&world).await.error();
    assert_eq!(refused.0, "APIG.0308");
    assert!(
        refused.1.contains("policy ip over ratelimit,limit:2,time:1 day"),
        "{refused:?}"
    );
    let free = in_time(world.call(&["GET /free HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert_eq!(free.status(), 200);
}

#[tokio::test]
async fn the_rate_limit_of_a_gateway_counts_each_of_its_apis_by_itself() {
    let world = world(|_| {}).await;
    world.publish("/other", "demo", |_| {});
    let feature = |enable| GatewayRecord {
        gateway: Gateway {
            id: "gw".to_owned(),
            ..Gateway::default()
        },
        running_at: 0,
        gone_at: None,
        features: vec![Feature {
            name: "ratelimit".to_owned(),
            enable,
            config: Some("{\"api_limits\": 2}".to_owned()),
            ..Feature::default()
        }],
        tags: Vec::new(),
    };
    put(&world, |writer| writer.put(&GATEWAYS, "gw", &feature(true)));
    // A second may be over between any two calls: so as many are made as no two seconds hold.
    let mut refused = None;
    for _ in 0..50 {
        let reply = get(&world).await;
        if reply.status() == 429 {
            refused = Some(reply.error());
            break;
        }
    }
    let (code, message) = refused.expect("a call beyond the rate is refused");
    assert_eq!(code, "APIG.0308");
    assert!(
        message.contains("policy api over ratelimit,limit:2,time:1 second"),
        "{message}"
    );
    let other = in_time(world.call(&["GET /other HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert_eq!(other.status(), 200);
    put(&world, |writer| writer.put(&GATEWAYS, "gw", &feature(false)));
    for _ in 0..5 {
        assert_eq!(get(&world).await.status(), 200);
    }
}

#[tokio::test]
async fn a_socket_of_an_api_with_iam_authentication_opens_for_who_signs_its_request() {
    let world = world(|_| {}).await;
    world.publish("/demo", "demo", |api| api.auth_type = "IAM".to_owned());
    for (secret, status) in [("SK", "101"), ("other", "401")] {
        let credentials = Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new(secret),
            security_token: None,
        };
        let request = Request {
            method: "GET",
            path: "/demo",
            query: &[],
            headers: &[],
            body: b"",
        };
        let date = date_text(jiff::Timestamp::now());
        let signed = sign(&request, "127.0.0.1", &credentials, &Algorithm::SdkHmacSha256, &date);
        let mut head = vec!["GET /demo HTTP/1.1".to_owned()];
        head.extend(UPGRADE[2..].iter().map(|line| (*line).to_owned()));
        head.extend(signed.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        let mut stream = world.connect().await;
        send(&mut stream, &head).await;
        let answer = in_time(read_head(&mut stream)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test]
async fn a_socket_goes_to_the_environment_that_its_header_names() {
    let world = world(|_| {}).await;
    let mut stream = world.connect().await;
    send(&mut stream, &[&UPGRADE[..], &["X-Stage: test"]].concat()).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 404"));
    let mut stream = world.connect().await;
    send(&mut stream, &[&UPGRADE[..], &["X-Stage: RELEASE"]].concat()).await;
    let head = in_time(read_head(&mut stream)).await;
    assert!(
        head.starts_with("HTTP/1.1 101") && head.to_ascii_lowercase().contains("x-request-id: "),
        "{head}"
    );
}
