//! Peers that are slow, gone, or wrong on purpose: each is refused or ended, and holds little until then.

use super::{Reply, Tasks, World, in_time, options, read_head, send, server};
use crate::local::data::Options;
use crate::sign::{Algorithm, Credentials, Request, Secret, date_text, sign};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UPGRADE: [&str; 4] = [
    "GET /demo HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
];
const GET: [&str; 2] = ["GET /demo HTTP/1.1", "Host: 127.0.0.1"];
/// More than the kernel holds for two connections, and far less than an endless answer.
const HELD: u64 = 64 << 20;

/// A function that upgrades whoever comes, also who did not ask, and echoes; below `/demo/endless` it sends without an
/// end, as an answer or through a socket.
async fn world(change: impl FnOnce(&mut Options)) -> World {
    let address = server(|mut stream, head| async move {
        let lower = head.to_ascii_lowercase();
        let endless = head.contains("/demo/endless");
        let answer = match (endless, lower.contains("upgrade: websocket")) {
            (true, false) => "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
            _ if head.contains("/demo/plain") => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            _ => "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        };
        let _ = stream.write_all(answer.as_bytes()).await;
        while endless && stream.write_all(&[0; 65536]).await.is_ok() {}
        let (mut reader, mut writer) = stream.split();
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    })
    .await;
    let mut options = options(address);
    change(&mut options);
    let world = World::new("state", options, |setup| Arc::new(Tasks(setup))).await;
    world.put_function("demo", &[], |function| function.timeout = 86_400);
    world.publish("/demo", "demo", |api| {
        api.func_info.as_mut().unwrap().timeout = 600_000;
    });
    world
}

/// A pace that makes every wait for a client as short as it may be.
fn hurried(options: &mut Options) {
    options.physics.speed = 1000;
}

/// Waits until nobody uses an instance.
async fn nobody_is_left(world: &World) {
    let left = async {
        loop {
            let users: usize = world.data.instances().iter().map(|it| it.requests + it.sockets).sum();
            if users == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    in_time(left).await;
}

async fn plain(world: &World) -> Reply {
    in_time(world.call(&["GET /demo/plain HTTP/1.1", "Host: 127.0.0.1"], b"")).await
}

#[tokio::test]
async fn heads_that_trickle_end_while_others_are_served() {
    let world = world(hurried).await;
    let began = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..50 {
        let stream = world.connect().await;
        slow.push(tokio::spawn(async move {
            let (mut reader, mut writer) = stream.into_split();
            let trickle = async {
                let head = GET.join("\r\n") + "\r\nX-Slow: " + &"x".repeat(10_000);
                for byte in head.as_bytes() {
                    if writer.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let mut bytes = Vec::new();
            tokio::select! {
                () = trickle => {}
                _ = reader.read_to_end(&mut bytes) => {}
            }
        }));
    }
    assert_eq!(plain(&world).await.status(), 200);
    for client in slow {
        in_time(client).await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_peer_that_vanished_is_let_go_wherever_it_stood() {
    let world = world(hurried).await;
    let silent = world.connect().await;
    let mut half_greeted = world.connect().await;
    half_greeted.write_all(&[0x16, 3, 1, 2]).await.unwrap();
    let mut half_asked = world.connect().await;
    half_asked.write_all(b"GET /demo HTTP/1.1\r\nHo").await.unwrap();
    let mut between = world.connect().await;
    send(&mut between, &["GET /demo/plain HTTP/1.1", "Host: 127.0.0.1"]).await;
    assert!(in_time(read_head(&mut between)).await.starts_with("HTTP/1.1 200"));
    let mut half_sent = world.connect().await;
    send(
        &mut half_sent,
        &["POST /demo/plain HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 9"],
    )
    .await;
    let mut socket = world.connect().await;
    send(&mut socket, &UPGRADE).await;
    assert!(in_time(read_head(&mut socket)).await.starts_with("HTTP/1.1 101"));
    for mut stream in [silent, half_greeted, half_asked, between, half_sent, socket] {
        let mut rest = Vec::new();
        // A connection may end with what the client sent unread: that is an end too.
        let _ = in_time(stream.read_to_end(&mut rest)).await;
    }
    nobody_is_left(&world).await;
}

#[tokio::test]
async fn a_body_that_never_comes_does_not_hold_up_the_check_of_its_signature() {
    let world = world(hurried).await;
    world.publish("/demo", "demo", |api| api.auth_type = "IAM".to_owned());
    let credentials = Credentials {
        access_key: "AK".to_owned(),
        secret_key: Secret::new("SK"),
        security_token: None,
    };
    let request = Request {
        method: "POST",
        path: "/demo/plain",
        query: &[],
        headers: &[],
        body: b"a body",
    };
    let date = date_text(jiff::Timestamp::now());
    let signed = sign(&request, "127.0.0.1", &credentials, &Algorithm::SdkHmacSha256, &date);
    let mut head = vec!["POST /demo/plain HTTP/1.1".to_owned(), "Content-Length: 6".to_owned()];
    head.extend(signed.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let reply = in_time(world.call(&head, b"a b")).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (400, "APIG.0201"));
}

#[tokio::test]
async fn a_client_that_never_reads_its_answer_gives_its_place_back() {
    let world = world(hurried).await;
    let mut stream = world.connect().await;
    send(&mut stream, &["GET /demo/endless HTTP/1.1", "Host: 127.0.0.1"]).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 200"));
    nobody_is_left(&world).await;
    let sent = world.data.requests()[0].sent;
    assert!(0 < sent && sent < HELD, "{sent}");
}

#[tokio::test]
async fn a_socket_whose_client_never_reads_ends_by_silence_and_holds_little() {
    let world = world(|_| {}).await;
    world.publish("/demo", "demo", |api| api.func_info.as_mut().unwrap().timeout = 500);
    let mut stream = world.connect().await;
    let upgrade = [&["GET /demo/endless HTTP/1.1"][..], &UPGRADE[1..]].concat();
    send(&mut stream, &upgrade).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 101"));
    nobody_is_left(&world).await;
    let record = world.data.requests()[0].clone();
    assert!(0 < record.sent && record.sent < HELD, "{}", record.sent);
    assert!(record.note.unwrap().contains("backend timeout"));
}

#[tokio::test]
async fn a_malformed_upgrade_is_refused_and_opens_no_socket() {
    let world = world(|_| {}).await;
    let (connection, upgrade) = ("Connection: Upgrade", "Upgrade: websocket");
    for (first, headers, status) in [
        ("GET", &[connection, upgrade, "Content-Length: 5"][..], 400),
        ("GET", &[connection, upgrade, "Transfer-Encoding: chunked"], 400),
        ("GET", &[connection, upgrade, "Upgrade : websocket"], 400),
        ("GET", &[connection, upgrade, "Host: other"], 400),
        ("GET", &[connection, upgrade, "X-Folded: a\r\n b: c"], 400),
        // No upgrade at all: the function switches nevertheless, and is found out.
        ("POST", &[connection, upgrade], 502),
        ("GET", &[connection, "Upgrade: h2c"], 502),
        ("GET", &[connection, "Upgrade: websockets"], 502),
        ("GET", &["Connection: close", upgrade], 502),
        ("GET", &[upgrade], 502),
        ("GET", &[connection], 502),
    ] {
        let mut stream = world.connect().await;
        let first = format!("{first} /demo HTTP/1.1");
        let head = [&[first.as_str(), "Host: 127.0.0.1"], headers].concat();
        send(&mut stream, &head).await;
        let answer = in_time(read_head(&mut stream)).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{headers:?}: {answer}"
        );
    }
    let mut old = world.connect().await;
    send(
        &mut old,
        &["GET /demo HTTP/1.0", "Host: 127.0.0.1", connection, upgrade],
    )
    .await;
    let answer = in_time(read_head(&mut old)).await;
    assert!(answer.contains(" 502 "), "{answer}");
    nobody_is_left(&world).await;
    assert!(world.data.requests().iter().all(|request| request.status != 101));
}

async fn open(world: &World) -> TcpStream {
    let mut stream = world.connect().await;
    send(&mut stream, &UPGRADE).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 101"));
    stream
}

/// The head of a masked binary frame that says its payload has `length` bytes.
fn frame_head(length: u64) -> Vec<u8> {
    let mut head = vec![0x82];
    match length {
        0..=125 => head.push(0x80 | u8::try_from(length).unwrap()),
        126..=0xffff => {
            head.push(0x80 | 126);
            head.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend([1, 2, 3, 4]);
    head
}

#[tokio::test]
async fn frames_at_the_limits_of_their_sizes_pass_as_they_are() {
    let world = world(|_| {}).await;
    let mut stream = open(&world).await;
    for length in [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 4 << 20] {
        let mut frame = frame_head(length);
        let filled = frame.len() + usize::try_from(length).unwrap();
        frame.resize(filled, 0x5a);
        let (mut reader, mut writer) = stream.split();
        let mut got = vec![0; frame.len()];
        let both = async { tokio::join!(writer.write_all(&frame), reader.read_exact(&mut got)) };
        let (written, read) = in_time(both).await;
        written.unwrap();
        read.unwrap();
        assert!(got == frame, "{length}");
    }
    // What no frame may be passes too: it is for the function to judge. Nothing is set aside for what it says will come.
    for bytes in [
        frame_head(u64::MAX),
        frame_head(1 << 62),
        vec![0xff; 14],
        vec![0x83, 0x00],
    ] {
        stream.write_all(&bytes).await.unwrap();
        let mut got = vec![0; bytes.len()];
        in_time(stream.read_exact(&mut got)).await.unwrap();
        assert_eq!(got, bytes);
    }
    drop(stream);
    nobody_is_left(&world).await;
}

#[tokio::test]
async fn two_hundred_idle_sockets_outlast_twenty_busy_ones() {
    crate::sys::limit::raise_open_files();
    let world = world(|_| {}).await;
    let mut idle = in_time(futures_util::future::join_all((0..200).map(|_| open(&world)))).await;
    let busy = in_time(futures_util::future::join_all((0..20).map(|_| open(&world)))).await;
    let until = Instant::now() + Duration::from_secs(2);
    let talk = busy.into_iter().map(async |mut stream| {
        let (mut count, mut got) = (0_u64, [0; 8]);
        while Instant::now() < until {
            stream.write_all(&count.to_be_bytes()).await.unwrap();
            stream.read_exact(&mut got).await.unwrap();
            assert_eq!(u64::from_be_bytes(got), count);
            count += 1;
        }
        count
    });
    let counts = in_time(futures_util::future::join_all(talk)).await;
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    for (number, stream) in idle.iter_mut().enumerate() {
        stream.write_all(&number.to_be_bytes()).await.unwrap();
        let mut got = [0; size_of::<usize>()];
        in_time(stream.read_exact(&mut got)).await.unwrap();
        assert_eq!(usize::from_be_bytes(got), number);
    }
}
