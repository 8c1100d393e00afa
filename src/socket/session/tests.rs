//! The session against hand-made and library servers.

use super::{CLOSE_TIMEOUT, Event, SendError, Session};
use crate::socket::{Closing, Connector, Options, Target, peer};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;

async fn open(target: &Target) -> Session {
    Connector::new(Options::default()).connect(target).await.unwrap()
}

async fn closed(session: &mut Session) -> Closing {
    match session.next().await {
        Event::Closed(closing) => closing,
        other => panic!("{other:?}"),
    }
}

/// Accepts a WebSocket by hand, with these bytes in the same packet as the 101.
async fn accept(stream: &mut TcpStream, more: &[u8]) -> String {
    let head = peer::head(stream).await;
    let mut answer = peer::switching(&head, "Sec-WebSocket-Protocol: chat\r\n").into_bytes();
    answer.extend_from_slice(more);
    stream.write_all(&answer).await.unwrap();
    head
}

fn chat() -> Connector {
    Connector::new(Options {
        subprotocols: vec!["chat".to_owned()],
        ..Options::default()
    })
}

#[tokio::test]
async fn messages_go_both_ways_frame_by_frame() {
    let (target, serving) = peer::once(async |mut stream| {
        // In one packet with the 101, the text in two fragments, with a ping between them.
        let more = b"\x01\x03hel\x89\x01p\x80\x02lo\x82\x02\x00\xff";
        let head = accept(&mut stream, more).await;
        assert!(head.starts_with("GET /chat?room=1 HTTP/1.1\r\n"), "{head}");
        assert_eq!(peer::frame(&mut stream).await, (0x8a, b"p".to_vec()));
        assert_eq!(peer::frame(&mut stream).await, (0x81, "hé".as_bytes().to_vec()));
        assert_eq!(peer::frame(&mut stream).await, (0x82, vec![1, 2]));
        assert_eq!(peer::frame(&mut stream).await, (0x89, b"?".to_vec()));
        stream.write_all(b"\x8a\x01?\x88\x05\x0f\xa0bye").await.unwrap();
        assert_eq!(peer::frame(&mut stream).await, (0x88, b"\x0f\xa0bye".to_vec()));
    })
    .await;
    let mut session = chat().connect(&target).await.unwrap();
    assert_eq!(session.subprotocol(), Some("chat"));
    assert_eq!(session.headers()["upgrade"], "WebSocket");
    assert_eq!(session.next().await, Event::Ping("p".into()));
    assert_eq!(session.next().await, Event::Text("hello".to_owned()));
    assert_eq!(session.next().await, Event::Binary(vec![0, 0xff].into()));
    session.send_text("hé").await.unwrap();
    session.send_binary(vec![1, 2]).await.unwrap();
    session.ping("?").await.unwrap();
    assert_eq!(session.next().await, Event::Pong("?".into()));
    let closing = closed(&mut session).await;
    assert_eq!((closing.code, closing.reason.as_str()), (4000, "bye"));
    assert!(closing.clean && !closing.ours && closing.fault.is_none());
    assert_eq!(session.next().await, Event::Closed(closing));
    assert!(matches!(session.send_text("late").await, Err(SendError::Closed)));
    serving.await.unwrap();
}

#[tokio::test]
async fn another_implementation_echoes_and_closes() {
    let (target, serving) = peer::once(async |stream| {
        let mut server = tokio_tungstenite::accept_async(stream).await.unwrap();
        while let Some(Ok(message)) = server.next().await {
            if message.is_text() || message.is_binary() {
                server.send(message).await.unwrap();
            }
        }
    })
    .await;
    let mut session = open(&target).await;
    let long = "x".repeat(1_000_000);
    session.send_text(long.clone()).await.unwrap();
    assert_eq!(session.next().await, Event::Text(long));
    session.close(4001, "done").await.unwrap();
    assert!(matches!(session.send_text("late").await, Err(SendError::Closed)));
    let closing = closed(&mut session).await;
    assert_eq!((closing.code, closing.reason.as_str()), (4001, "done"));
    assert!(closing.clean && closing.ours);
    serving.await.unwrap();
}

#[tokio::test]
async fn a_dropped_connection_is_1006_and_not_clean() {
    let (target, _serving) = peer::once(async |mut stream| {
        accept(&mut stream, b"\x81\x01x").await;
    })
    .await;
    let mut session = chat().connect(&target).await.unwrap();
    assert_eq!(session.next().await, Event::Text("x".to_owned()));
    let closing = closed(&mut session).await;
    assert_eq!((closing.code, closing.clean, closing.ours), (1006, false, false));
    assert_eq!(closing.fault, None);
    assert!(closing.since_last_frame <= closing.open_for);
}

#[tokio::test]
async fn a_close_frame_without_a_code_is_1005_and_clean() {
    let (target, _serving) = peer::once(async |mut stream| {
        accept(&mut stream, b"\x88\x00").await;
        peer::frame(&mut stream).await
    })
    .await;
    let closing = closed(&mut chat().connect(&target).await.unwrap()).await;
    assert_eq!((closing.code, closing.clean), (1005, true));
}

#[tokio::test]
async fn what_broke_the_connection_is_told() {
    for (bytes, limit, expected) in [
        (
            &b"\x81\x0b12345678901"[..],
            10,
            "a message of 11 bytes came, more than the limit of 10",
        ),
        (b"\xc1\x01x", 10, "WebSocket protocol error"),
        (b"\x81\x01\xff", 10, "UTF-8"),
    ] {
        let (target, _serving) = peer::once(async move |mut stream| {
            let head = peer::head(&mut stream).await;
            let mut answer = peer::switching(&head, "").into_bytes();
            answer.extend_from_slice(bytes);
            stream.write_all(&answer).await.unwrap();
            let _ = stream.read_u8().await;
        })
        .await;
        let options = Options {
            message_limit: limit,
            ..Options::default()
        };
        let mut session = Connector::new(options).connect(&target).await.unwrap();
        let closing = closed(&mut session).await;
        assert_eq!((closing.code, closing.clean), (1006, false));
        let fault = closing.fault.unwrap_or_default();
        assert!(fault.contains(expected), "{fault}");
    }
}

#[tokio::test]
async fn a_close_frame_that_is_not_answered_is_waited_for_only_so_long() {
    let (target, serving) = peer::once(async |mut stream| {
        accept(&mut stream, b"").await;
        let () = std::future::pending().await;
    })
    .await;
    let mut session = chat().connect(&target).await.unwrap();
    session.close(1000, "").await.unwrap();
    let deadline = session.deadline.unwrap();
    assert!(deadline > Instant::now() && deadline <= Instant::now() + CLOSE_TIMEOUT);
    session.deadline = Some(Instant::now());
    let closing = closed(&mut session).await;
    assert_eq!((closing.code, closing.clean, closing.ours), (1006, false, true));
    serving.abort();
}

#[tokio::test]
async fn two_sides_that_write_at_once_do_not_wait_for_each_other() {
    const SIZE: usize = 16 * 1024 * 1024;
    let (target, serving) = peer::once(async |stream| {
        let mut server = tokio_tungstenite::accept_async(stream).await.unwrap();
        server.send(Message::binary(vec![1; SIZE])).await.unwrap();
        server.next().await.unwrap().unwrap().into_data().len()
    })
    .await;
    let mut session = open(&target).await;
    let sent = timeout(Duration::from_secs(60), session.send_binary(vec![2; SIZE])).await;
    sent.expect("no deadlock").unwrap();
    match session.next().await {
        Event::Binary(bytes) => assert_eq!(bytes.len(), SIZE),
        other => panic!("{other:?}"),
    }
    assert_eq!(serving.await.unwrap(), SIZE);
}

#[tokio::test]
async fn what_no_control_frame_carries_is_refused() {
    let (target, _serving) = peer::once(async |mut stream| {
        accept(&mut stream, b"").await;
        let _ = stream.read_u8().await;
    })
    .await;
    let mut session = chat().connect(&target).await.unwrap();
    for code in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] {
        assert!(
            matches!(session.close(code, "").await, Err(SendError::Code(_))),
            "{code}"
        );
    }
    let long = "x".repeat(124);
    assert!(matches!(
        session.close(1000, &long).await,
        Err(SendError::TooLong { .. })
    ));
    let long = vec![0; 126];
    assert!(matches!(session.ping(long).await, Err(SendError::TooLong { .. })));
    session.ping(vec![0; 125]).await.unwrap();
}
