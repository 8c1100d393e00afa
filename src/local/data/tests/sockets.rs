//! Upgrades and tunnels.

use super::{Reply, World, in_time, read_head, send, server};
use crate::wire::api::Api;
use crate::wire::function::Function;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UPGRADE: [&str; 6] = [
    "GET /ws HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const SWITCHING: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: mine\r\n\r\n";

/// Upgrades with `early` right behind the handshake, then sends back what it gets.
async fn echo(early: &'static [u8]) -> SocketAddr {
    server(move |mut stream, head| async move {
        assert!(head.contains("\r\nUpgrade: websocket\r\n"), "{head}");
        assert!(
            head.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
            "{head}"
        );
        let _ = stream.write_all(&[SWITCHING, early].concat()).await;
        let (mut reader, mut writer) = stream.split();
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
        let _ = writer.write_all(b"bye").await;
        let _ = writer.shutdown().await;
    })
    .await
}

async fn world(address: SocketAddr, function: impl FnOnce(&mut Function), api: impl FnOnce(&mut Api)) -> World {
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], function);
    world.publish("/ws", "demo", api);
    world
}

async fn open(world: &World) -> TcpStream {
    let mut stream = world.connect().await;
    send(&mut stream, &UPGRADE).await;
    let head = in_time(read_head(&mut stream)).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    stream
}

/// Waits until the data plane says that there are so many sockets.
async fn sockets(world: &World, number: usize) {
    let reached = async {
        while world.data.instances().first().map(|status| status.sockets) != Some(number) {
            tokio::task::yield_now().await;
        }
    };
    in_time(reached).await;
}

#[tokio::test]
async fn the_functions_own_101_opens_a_tunnel_that_loses_no_early_byte_of_either_side() {
    let world = world(echo(b"early").await, |_| {}, |_| {}).await;
    let mut stream = world.connect().await;
    let request = format!("{}\r\n\r\nahead", UPGRADE.join("\r\n"));
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = in_time(read_head(&mut stream)).await;
    assert!(head.contains("\r\nSec-WebSocket-Accept: mine\r\n"), "{head}");
    let mut got = [0; 10];
    in_time(stream.read_exact(&mut got)).await.unwrap();
    assert_eq!(&got, b"earlyahead");
    sockets(&world, 1).await;
    stream.write_all(&[0x81, 0, 0xff]).await.unwrap();
    let mut got = [0; 3];
    in_time(stream.read_exact(&mut got)).await.unwrap();
    assert_eq!(got, [0x81, 0, 0xff]);
    // The client's half ends; the function still says goodbye.
    stream.shutdown().await.unwrap();
    let mut got = Vec::new();
    in_time(stream.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, b"bye");
    drop(stream);
    sockets(&world, 0).await;
    let record = &world.data.requests()[0];
    assert_eq!((record.status, record.received, record.sent), (101, 8, 16));
}

#[tokio::test]
async fn a_tunnel_over_tls_is_the_same_and_is_cut_without_a_goodbye() {
    let address = echo(b"early").await;
    let world = world(
        address,
        |_| {},
        |api| {
            api.req_protocol = "HTTPS".to_owned();
            api.func_info.as_mut().unwrap().timeout = 300;
        },
    )
    .await;
    let mut stream = world.connect_tls().await;
    let request = format!("{}\r\n\r\n", UPGRADE.join("\r\n"));
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = in_time(read_head(&mut stream)).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let large = vec![7; 1 << 20];
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut got = vec![0; 5 + large.len()];
    let (written, read) = in_time(async { tokio::join!(writer.write_all(&large), reader.read_exact(&mut got)) }).await;
    written.unwrap();
    read.unwrap();
    assert_eq!(&got[..5], b"early");
    assert_eq!(got[5..], large);
    // Dropped for silence: TLS sees that nobody said goodbye.
    let end = in_time(reader.read(&mut got)).await;
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_function_that_refuses_the_upgrade_is_passed_on_with_status_headers_and_body() {
    let address = server(|mut stream, _| async move {
        let answer = b"HTTP/1.1 403 Nope\r\nX-Why: path\r\nContent-Length: 8\r\nConnection: close\r\n\r\nnot here";
        let _ = stream.write_all(answer).await;
    })
    .await;
    let world = world(address, |_| {}, |_| {}).await;
    let mut stream = world.connect().await;
    send(&mut stream, &UPGRADE).await;
    let head = in_time(read_head(&mut stream)).await;
    let mut body = [0; 8];
    in_time(stream.read_exact(&mut body)).await.unwrap();
    assert!(
        head.starts_with("HTTP/1.1 403 ") && head.contains("\r\nX-Why: path\r\n"),
        "{head}"
    );
    assert_eq!(&body, b"not here");
    sockets(&world, 0).await;
}

#[tokio::test]
async fn an_upgrade_that_can_never_work_is_refused_with_its_own_reason() {
    let world = world(echo(b"").await, |_| {}, |_| {}).await;
    let mut seen = std::collections::HashSet::new();
    for (runtime, on, network, invocation, text) in [
        ("Node.js12.13", true, "V2", "sync", "only an HTTP function"),
        ("http", false, "V2", "sync", "`fgctl websocket enable demo`"),
        ("http", true, "V1", "sync", "--network-architecture v2"),
        ("http", true, "V2", "async", "`async`"),
    ] {
        world.put_function("demo", &[], |function| {
            function.runtime = runtime.to_owned();
            function.other["websocket"] = on.into();
        });
        world.publish("/ws", "demo", |api| {
            let info = api.func_info.as_mut().unwrap();
            info.network_type = Some(network.to_owned());
            info.invocation_type = Some(invocation.to_owned());
        });
        let mut stream = world.connect().await;
        send(&mut stream, &UPGRADE).await;
        let head = in_time(read_head(&mut stream)).await;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let (code, message) = Reply::read(&[head.as_bytes(), &body].concat()).error();
        assert_eq!(code, "APIG.0202");
        assert!(message.contains(text), "{message}");
        assert!(seen.insert(message));
    }
    assert_eq!(world.data.instances(), []);
}

#[tokio::test]
async fn silence_for_the_backend_timeout_drops_the_socket_without_a_word() {
    let world = world(
        echo(b"").await,
        |_| {},
        |api| api.func_info.as_mut().unwrap().timeout = 50,
    )
    .await;
    let mut stream = open(&world).await;
    let mut got = Vec::new();
    in_time(stream.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, b"");
    sockets(&world, 0).await;
    let note = world.data.requests()[0].note.clone().unwrap();
    assert!(note.contains("50 ms, the API's backend timeout"), "{note}");
}

#[tokio::test]
async fn the_execution_timeout_drops_a_busy_socket_without_a_word() {
    let world = world(echo(b"").await, |function| function.timeout = 1, |_| {}).await;
    let mut stream = open(&world).await;
    let (mut reader, mut writer) = stream.split();
    let busy = async {
        let mut got = [0; 1];
        while writer.write_all(b"x").await.is_ok() && reader.read_exact(&mut got).await.is_ok() {
            assert_eq!(&got, b"x");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    in_time(busy).await;
    sockets(&world, 0).await;
    let note = world.data.requests()[0].note.clone().unwrap();
    assert!(note.contains("execution timeout"), "{note}");
}

#[tokio::test]
async fn a_second_function_waits_for_the_first_ones_sockets() {
    let world = world(echo(b"").await, |_| {}, |_| {}).await;
    world.put_function("other", &[], |_| {});
    world.publish("/other", "other", |_| {});
    let stream = open(&world).await;
    sockets(&world, 1).await;
    let reply = in_time(world.call(&["GET /other HTTP/1.1", "Host: 127.0.0.1"], b"")).await;
    assert_eq!(reply.status(), 503);
    assert!(
        reply.error().1.contains("`demo` has 1 open socket and 0 open requests"),
        "{reply:?}"
    );
    drop(stream);
    sockets(&world, 0).await;
}

#[tokio::test]
async fn the_end_of_the_data_plane_drops_sockets_and_refuses_no_longer_than_it_must() {
    let world = world(echo(b"").await, |_| {}, |_| {}).await;
    let mut stream = open(&world).await;
    in_time(world.data.shutdown()).await;
    let mut got = Vec::new();
    let _ = in_time(stream.read_to_end(&mut got)).await;
    assert_eq!(got, b"");
    assert!(TcpStream::connect(("127.0.0.1", world.port)).await.is_err());
    assert_eq!(world.data.instances(), []);
}

#[tokio::test]
async fn many_sockets_are_open_at_once_and_each_hears_its_own_bytes() {
    const MANY: usize = 200;
    crate::sys::limit::raise_open_files();
    let world = world(echo(b"").await, |_| {}, |_| {}).await;
    let streams = futures_util::future::join_all((0..MANY).map(|_| open(&world)));
    let mut streams = in_time(streams).await;
    sockets(&world, MANY).await;
    for (number, stream) in streams.iter_mut().enumerate() {
        stream.write_all(&number.to_be_bytes()).await.unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        let mut got = [0; size_of::<usize>()];
        in_time(stream.read_exact(&mut got)).await.unwrap();
        assert_eq!(usize::from_be_bytes(got), number);
    }
    drop(streams);
    sockets(&world, 0).await;
}
