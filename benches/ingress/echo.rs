//! The function: a server that answers every frame with itself.

use crate::{Outcome, frame, processor};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// What is put after the client's key.
const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// What is read at a time, at most.
const READ: usize = 128 * 1024;

/// Serves at `address` until it is killed.
pub(crate) fn run(address: &str) -> Outcome<()> {
    processor::pin(processor::OTHERS)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address.parse()?)?;
        let listener = socket.listen(4096)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async {
                // Whoever leaves in whichever way has left.
                let _ = serve(stream).await;
            });
        }
    })
}

async fn serve(mut stream: TcpStream) -> Outcome<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8(head)?;
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key").then_some(value)
    });
    let accept = STANDARD.encode(Sha1::digest(format!("{}{MAGIC}", key.ok_or("no key")?)));
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await?;
    let (mut input, mut output) = (Vec::new(), Vec::new());
    loop {
        stream.readable().await?;
        // Only who has something to say costs memory.
        input.reserve(READ.min(4096.max(input.len())));
        if stream.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
        let mut done = 0;
        while let Some(size) = frame::echo(&input[done..], &mut output) {
            done += size;
        }
        input.drain(..done);
        stream.write_all(&output).await?;
        output.clear();
    }
}
