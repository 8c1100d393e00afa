//! A client of the standard library alone: a thread a connection, frames by hand.

use crate::{Outcome, SIZE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

/// What a server answers to a key.
pub(crate) fn accept_key(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")))
}

/// A header's value in a head, by its name in small letters.
pub(crate) fn header(head: &str, name: &str) -> String {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// Messages a second over so many connections.
pub(crate) fn echoes(port: u16, connections: usize, lasting: Duration) -> Outcome<f64> {
    let start = Arc::new(Barrier::new(connections));
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            let start = Arc::clone(&start);
            std::thread::spawn(move || one(port, &start, lasting))
        })
        .collect();
    let mut total = 0.0;
    for thread in threads {
        total += f64::from(thread.join().map_err(|_| "a thread ended")??);
    }
    Ok(total / lasting.as_secs_f64())
}

/// How many echoes came over one connection.
fn one(port: u16, start: &Barrier, lasting: Duration) -> std::io::Result<u32> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let mask = [1, 2, 3, 4];
    let mut frame = vec![0x81, 0x80 | u8::try_from(SIZE).unwrap_or(125)];
    frame.extend(mask);
    frame.extend((0..SIZE).map(|at| b'.' ^ mask[at % 4]));
    let mut answer = vec![0; SIZE + 2];
    start.wait();
    let (end, mut count) = (Instant::now() + lasting, 0);
    while Instant::now() < end {
        stream.write_all(&frame)?;
        stream.read_exact(&mut answer)?;
        count += 1;
    }
    Ok(count)
}
