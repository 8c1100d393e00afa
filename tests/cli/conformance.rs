//! The protocol, case by case: whatever a server sends, `fgctl connect` has a defined outcome and exit status. The server
//! is written by hand, and sends what no library would.

use crate::support::socket::{BINARY, CLOSE, PING, PONG, TEXT, frame, serve};
use crate::support::{Run, World};
use std::io::Read;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// What connecting to a server that sends these bytes, and then reads to the end, comes to.
fn receiving(bytes: Vec<u8>, count: usize) -> Run {
    let url = serve(move |peer| {
        peer.write(&bytes)?;
        peer.drain();
        Ok(())
    });
    World::new().fgctl(&format!("connect {url}/ --count {count}"))
}

fn frames(frames: &[(u8, &[u8])]) -> Vec<u8> {
    frames
        .iter()
        .flat_map(|(first, payload)| frame(*first, payload))
        .collect()
}

#[test]
fn what_the_protocol_allows_is_received() {
    for (sent, expected) in [
        (frames(&[(0x01, b"a"), (0x00, b"b"), (0x80, b"c")]), "abc"),
        (frames(&[(0x01, b"a"), (PING, b"in between"), (0x80, b"b")]), "ab"),
        (
            frames(&[(0x01, b"a"), (PONG, b"unasked"), (0x00, b""), (0x80, b"b")]),
            "ab",
        ),
        // A character in two fragments.
        (frames(&[(0x01, b"\xc3"), (0x80, b"\xa9")]), "é"),
        (frames(&[(TEXT, b"")]), ""),
        (frames(&[(TEXT, "\u{10ffff}\u{0}".as_bytes())]), "\u{10ffff}\u{0}"),
        (frames(&[(TEXT, &[b'x'; 125])]), &"x".repeat(125)),
        (frames(&[(TEXT, &[b'x'; 126])]), &"x".repeat(126)),
        (frames(&[(TEXT, &[b'x'; 65535])]), &"x".repeat(65535)),
        (frames(&[(TEXT, &[b'x'; 65536])]), &"x".repeat(65536)),
        (frames(&[(BINARY, b"\0\xff")]), "AP8="),
    ] {
        let begin: Vec<u8> = sent.iter().take(20).copied().collect();
        let run = receiving(sent, 1).success();
        assert_eq!(run.stdout.trim_end_matches('\n'), expected, "{begin:?}");
    }
}

#[test]
fn a_ping_between_fragments_is_answered_at_once() {
    let url = serve(|peer| {
        peer.write(&frames(&[(0x01, b"a"), (PING, b"now")]))?;
        let answered = peer.read()? == (PONG, b"now".to_vec());
        peer.write(&frame(
            0x80,
            if answered { b" and answered" } else { b" without answer" },
        ))?;
        peer.drain();
        Ok(())
    });
    let run = World::new().fgctl(&format!("connect {url}/ --count 1")).success();
    assert_eq!(run.stdout, "a and answered\n");
}

#[test]
fn what_the_protocol_forbids_ends_the_connection_with_the_reason() {
    let mut masked = frame(TEXT, b"x");
    masked[1] |= 0x80;
    masked.splice(2..2, [0; 4]);
    let large = [vec![TEXT, 127], (65_u64 << 20).to_be_bytes().to_vec()].concat();
    for (sent, reason) in [
        (frames(&[(0x80, b"nothing to go on with")]), "ontinu"),
        (frames(&[(0x01, b"a"), (TEXT, b"b")]), "ragment"),
        (frames(&[(0x09, b"a ping in parts")]), "ragment"),
        (frames(&[(PING, &[b'x'; 126])]), "ontrol frame"),
        (frames(&[(TEXT, b"\xff")]), "UTF-8"),
        // A surrogate, an overlong form, a character that never ends.
        (frames(&[(TEXT, b"\xed\xa0\x80")]), "UTF-8"),
        (frames(&[(TEXT, b"\xc0\xaf")]), "UTF-8"),
        (frames(&[(0x01, b"\xc3"), (0x80, b"x")]), "UTF-8"),
        (frames(&[(0x01, b"a"), (0x80, b"\xc3")]), "UTF-8"),
        (frames(&[(0xc1, b"x")]), "eserved bits"),
        (frames(&[(0xa1, b"x")]), "eserved bits"),
        (frames(&[(0x91, b"x")]), "eserved bits"),
        (frames(&[(0x83, b"x")]), "frame type"),
        (frames(&[(0x8b, b"x")]), "frame type"),
        (masked, "masked"),
        (large, "more than the limit"),
    ] {
        let begin: Vec<u8> = sent.iter().take(12).copied().collect();
        let run = receiving(sent, 1);
        assert_eq!((run.status, run.stdout.as_str()), (9, ""), "{begin:?}: {run:?}");
        assert!(
            run.stderr.contains("1006") && run.stderr.contains(reason),
            "{begin:?}: {run:?}"
        );
    }
}

#[test]
fn each_close_frame_has_its_exit_status() {
    let close = |code: u16, reason: &[u8]| [&code.to_be_bytes(), reason].concat();
    for code in [1000, 1001] {
        let run = receiving(frame(CLOSE, &close(code, b"so long")), 1);
        run.success().says(&[&format!("closed with {code} \"so long\"")]);
    }
    receiving(frame(CLOSE, b""), 1).success().says(&["closed with 1005"]);
    for code in [
        1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999,
    ] {
        let run = receiving(frame(CLOSE, &close(code, b"so long")), 1);
        run.failure(9, &[&format!("closed with {code} \"so long\"")]);
    }
    // Codes that no frame may have, half a code, and a reason that is no text.
    for code in [0_u16, 999, 1004, 1005, 1006, 1016, 2999, 5000, 65535] {
        let run = receiving(frame(CLOSE, &close(code, b"")), 1);
        assert_eq!((run.status, run.stdout.as_str()), (9, ""), "{code}: {run:?}");
    }
    for payload in [b"\x03".to_vec(), close(1000, b"\xff")] {
        let run = receiving(frame(CLOSE, &payload), 1);
        assert_eq!((run.status, run.stdout.as_str()), (9, ""), "{payload:?}: {run:?}");
    }
}

#[test]
fn a_message_in_many_fragments_is_as_good_as_one() {
    const PART: usize = 64 << 10;
    const PARTS: usize = 256;
    let url = serve(|peer| {
        for at in 0..PARTS {
            let first = u8::from(at == 0) | if at + 1 == PARTS { 0x80 } else { 0 };
            peer.write(&frame(first, &[b'x'; PART]))?;
        }
        peer.drain();
        Ok(())
    });
    let run = World::new().fgctl(&format!("connect {url}/ --count 1")).success();
    assert_eq!(run.stdout.len(), PART * PARTS + 1);
}

/// Nobody reads what the client writes, so it reads no more: the server has to wait, and nothing is lost.
#[test]
fn a_slow_reader_holds_the_server_up_and_loses_nothing() {
    const MESSAGES: usize = 96;
    let (wrote, written) = mpsc::channel();
    let url = serve(move |peer| {
        for _ in 0..MESSAGES {
            peer.write(&frame(TEXT, &[b'x'; 1 << 20]))?;
            let _ = wrote.send(());
        }
        peer.drain();
        Ok(())
    });
    let mut process = World::new()
        .command(format!("connect {url}/ --count {MESSAGES}").split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut before = 0;
    while written.recv_timeout(Duration::from_millis(700)).is_ok() {
        before += 1;
    }
    assert!(
        (1..MESSAGES).contains(&before),
        "{before} messages were taken while nobody read"
    );
    let mut output = Vec::new();
    process.stdout.take().unwrap().read_to_end(&mut output).unwrap();
    assert_eq!(
        (process.wait().unwrap().code(), output.len()),
        (Some(0), MESSAGES * ((1 << 20) + 1))
    );
}

#[test]
fn reconnecting_ends_after_as_many_attempts_as_are_allowed() {
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = opened.clone();
    let url = serve(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let line = format!("connect {url}/ --count 1 --reconnect --reconnect-delay 1ms --reconnect-attempts 3");
    World::new()
        .fgctl(&line)
        .failure(9, &["attempt 3 of 3", "gave up after 3 attempts to reconnect"]);
    assert_eq!(opened.load(Ordering::SeqCst), 4);
}
