//! The server behind every proxy: it upgrades, then sends each message back. It does the least that a WebSocket server
//! can do, so that what is measured is the proxy.

use crate::Outcome;
use std::io;
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// The answer to the one key that the clients here send.
const SWITCHING: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                           Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
/// How many connections may wait to be taken.
const BACKLOG: u32 = 4096;

/// A quiet connection's buffer.
const SMALL: usize = 1024;
/// That of one in the middle of a large frame.
const LARGE: usize = 128 * 1024;

/// Serves 127.0.0.1:`port` until the process ends.
pub(crate) fn serve(port: u16) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        let listener = socket.listen(BACKLOG)?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(echo(stream));
        }
    })
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = Vec::with_capacity(SMALL);
    let head = loop {
        if stream.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
        if let Some(at) = input.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        input.reserve(SMALL);
    };
    input.drain(..head);
    stream.write_all(SWITCHING).await?;
    let mut output = Vec::new();
    loop {
        let (used, over) = answer(&input, &mut output);
        input.drain(..used);
        stream.write_all(&output).await?;
        output.clear();
        input.reserve(if input.is_empty() { SMALL } else { LARGE });
        if over || stream.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
    }
}

/// Puts the answers to the whole frames of `input` into `output`; how much of `input` they were, and whether the last
/// was a close.
fn answer(input: &[u8], output: &mut Vec<u8>) -> (usize, bool) {
    let mut used = 0;
    while let Some((head, length)) = frame(&input[used..]) {
        let mask = &input[used + head - 4..used + head];
        let payload = &input[used + head..used + head + length];
        output.push(input[used]);
        match length {
            0..=125 => output.push(length as u8),
            126..=0xffff => {
                output.push(126);
                output.extend((length as u16).to_be_bytes());
            }
            _ => {
                output.push(127);
                output.extend((length as u64).to_be_bytes());
            }
        }
        let start = output.len();
        output.extend_from_slice(payload);
        for four in output[start..].chunks_mut(4) {
            four.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        }
        let over = input[used] & 0x0f == 8;
        used += head + length;
        if over {
            return (used, true);
        }
    }
    (used, false)
}

/// The lengths of the head and the payload of the masked frame that `bytes` begin with, if it is whole.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let (head, length) = match bytes.get(1)? & 0x7f {
        126 => (8, u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?) as usize),
        127 => (14, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
        short => (6, short as usize),
    };
    (bytes.len() >= head + length).then_some((head, length))
}
