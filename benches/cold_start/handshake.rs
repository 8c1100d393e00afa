//! A WebSocket's first words and its last.

use crate::Outcome;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two attempts at an address where nobody listens: without it they would take a core from who is to listen.
const BETWEEN: Duration = Duration::from_micros(250);
/// Close, 1000, masked with zeros.
const CLOSE: [u8; 8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8];

/// Opens a WebSocket at `address`: returns once the 101 is there.
pub(crate) fn open(address: &str) -> Outcome<TcpStream> {
    greet(TcpStream::connect(address)?, address)
}

/// The same at an address where nobody listens yet, while `lives`.
pub(crate) fn open_when_there(address: &str, mut lives: impl FnMut() -> Outcome<bool>) -> Outcome<TcpStream> {
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => return greet(stream, address),
            Err(_) if lives()? => std::thread::sleep(BETWEEN),
            Err(error) => return Err(error.into()),
        }
    }
}

fn greet(mut stream: TcpStream, address: &str) -> Outcome<TcpStream> {
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /websocket_demo HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )?;
    let mut answer = [0; 4096];
    let size = stream.read(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer[..size]);
    match answer.starts_with("HTTP/1.1 101 ") {
        true => Ok(stream),
        false => Err(format!("no 101 but: {answer}").into()),
    }
}

/// Closes it and waits until the other side has closed it too.
pub(crate) fn close(mut stream: TcpStream) -> Outcome<()> {
    stream.write_all(&CLOSE)?;
    std::io::copy(&mut stream, &mut std::io::sink())?;
    Ok(())
}
