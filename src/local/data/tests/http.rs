//! HTTP/1.1 as clients speak it, and as attackers do.

use super::{World, in_time, read_head, send, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers with what it got: the first line, then the body as far as it is framed.
async fn world() -> World {
    let address = server(|mut stream, head| async move {
        let lower = head.to_ascii_lowercase();
        let mut body = Vec::new();
        if lower.contains("transfer-encoding: chunked") {
            while !body.ends_with(b"0\r\n\r\n") {
                body.push(stream.read_u8().await.unwrap_or_default());
            }
        } else if let Some(length) = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        {
            body.resize(length, 0);
            let _ = stream.read_exact(&mut body).await;
        }
        let first = head.lines().next().unwrap_or_default().to_owned();
        let text = format!("{first}|{}", String::from_utf8_lossy(&body));
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", text.len());
        let _ = stream.write_all(answer.as_bytes()).await;
        if !head.starts_with("HEAD") {
            let _ = stream.write_all(text.as_bytes()).await;
        }
    })
    .await;
    let world = World::with_tasks(address).await;
    world.put_function("demo", &[], |_| {});
    world.publish("/demo", "demo", |_| {});
    world
}

/// The next answer on a connection that stays: its head and as much body as it says.
async fn answer(stream: &mut TcpStream) -> (String, String) {
    let head = in_time(read_head(stream)).await;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    in_time(stream.read_exact(&mut body)).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn a_connection_stays_for_the_next_request_whatever_the_body_was() {
    let world = world().await;
    let mut stream = world.connect().await;
    for round in 0..3 {
        send(
            &mut stream,
            &["POST /demo HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 3"],
        )
        .await;
        stream.write_all(b"abc").await.unwrap();
        assert_eq!(answer(&mut stream).await.1, "POST /demo HTTP/1.1|abc", "{round}");
        send(
            &mut stream,
            &["PUT /demo HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked"],
        )
        .await;
        stream.write_all(b"2\r\nde\r\n1\r\nf\r\n0\r\n\r\n").await.unwrap();
        let (head, body) = answer(&mut stream).await;
        assert!(
            head.starts_with("HTTP/1.1 200") && body.contains("de") && body.contains('f'),
            "{body}"
        );
        // A refusal ends no connection either.
        send(&mut stream, &["GET /none HTTP/1.1", "Host: 127.0.0.1"]).await;
        assert!(answer(&mut stream).await.0.starts_with("HTTP/1.1 404"));
    }
    // Two at once are answered in their order.
    let two = "GET /demo?1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /demo?2 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    stream.write_all(two.as_bytes()).await.unwrap();
    for number in 1..=2 {
        assert_eq!(answer(&mut stream).await.1, format!("GET /demo?{number} HTTP/1.1|"));
    }
    assert_eq!(world.data.requests().len(), 11);
}

#[tokio::test]
async fn a_head_request_has_the_length_and_no_body() {
    let world = world().await;
    let mut stream = world.connect().await;
    send(&mut stream, &["HEAD /demo HTTP/1.1", "Host: 127.0.0.1"]).await;
    let head = in_time(read_head(&mut stream)).await.to_ascii_lowercase();
    assert!(head.contains("content-length: 20"), "{head}");
    // The next answer begins where a body would have been.
    send(&mut stream, &["GET /demo HTTP/1.1", "Host: 127.0.0.1"]).await;
    assert_eq!(answer(&mut stream).await.1, "GET /demo HTTP/1.1|");
}

#[tokio::test]
async fn a_client_that_expects_to_be_told_is_told_unless_its_body_is_too_large() {
    let world = world().await;
    let mut stream = world.connect().await;
    let head = ["POST /demo HTTP/1.1", "Host: 127.0.0.1", "Expect: 100-continue"];
    send(&mut stream, &[&head[..], &["Content-Length: 2"]].concat()).await;
    assert!(in_time(read_head(&mut stream)).await.starts_with("HTTP/1.1 100"));
    stream.write_all(b"ok").await.unwrap();
    assert_eq!(answer(&mut stream).await.1, "POST /demo HTTP/1.1|ok");
    send(&mut stream, &[&head[..], &["Content-Length: 12582913"]].concat()).await;
    assert!(answer(&mut stream).await.0.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_answered_400_in_the_gateways_form_and_ends_the_connection() {
    let world = world().await;
    for head in [
        "POST /demo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /demo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST /demo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /demo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "GET /demo HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
        "GET /demo HTTP/1.1\nHost: h\n\n",
        "GET /demo HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET /demo HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        let mut stream = world.connect().await;
        stream.write_all(format!("{head}{smuggled}").as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        in_time(stream.read_to_end(&mut bytes)).await.unwrap();
        let reply = super::Reply::read(&bytes);
        assert_eq!((reply.status(), reply.error().0.as_str()), (400, "APIG.0201"), "{head}");
        assert_eq!(
            String::from_utf8_lossy(&bytes).matches("HTTP/1.1 400").count(),
            1,
            "{head}"
        );
    }
    let requests = world.data.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.path == "-" && request.note.is_some())
    );
}

#[tokio::test]
async fn a_sound_request_before_a_bad_one_is_answered_first() {
    let world = world().await;
    let mut stream = world.connect().await;
    let both =
        "GET /demo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /demo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n";
    stream.write_all(both.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.1, "GET /demo HTTP/1.1|");
    assert!(answer(&mut stream).await.0.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_hundred_thousand_bytes_of_headers_and_a_body_of_bad_chunks_are_refused() {
    let world = world().await;
    let long = format!("X-Long: {}", "x".repeat(100_000));
    let reply = in_time(world.call(&["GET /demo HTTP/1.1", "Host: 127.0.0.1", &long], b"")).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (494, "APIG.0201"));
    let endless = "y".repeat(300_000);
    let reply = in_time(world.call(&[&endless], b"")).await;
    assert_eq!(reply.status(), 414);
    let chunked = ["PUT /demo HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked"];
    let reply = in_time(world.call(&chunked, b"zz\r\n")).await;
    assert_eq!((reply.status(), reply.error().0.as_str()), (400, "APIG.0201"));
}

#[tokio::test]
async fn nothing_is_smuggled_behind_an_upgrade_that_the_function_refuses() {
    let world = world().await;
    let mut stream = world.connect().await;
    let upgrade = "GET /demo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let smuggled = "GET /demo?smuggled HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
    stream
        .write_all(format!("{upgrade}{smuggled}").as_bytes())
        .await
        .unwrap();
    let mut bytes = Vec::new();
    in_time(stream.read_to_end(&mut bytes)).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && !text.contains("smuggled"), "{text}");
    assert_eq!(world.data.requests().len(), 1);
}
