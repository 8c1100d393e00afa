//! The server: WebSocket echoes by hand, on one thread of an async runtime. It does no more than has to be done.

use crate::Outcome;
use crate::plain::{accept_key, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves in a thread, until the process ends. Gives the port.
pub(crate) fn serve() -> Outcome<u16> {
    let (tell, told) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || runtime.block_on(accept(tell)));
    Ok(told.recv()?)
}

async fn accept(tell: std::sync::mpsc::Sender<u16>) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let _ = tell.send(listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(echo(stream));
    }
}

/// Answers each frame with the same, until a close frame or the end.
async fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let key = accept_key(&header(&String::from_utf8_lossy(&head), "sec-websocket-key"));
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await?;
    let (mut buffer, mut filled) = (vec![0; 1024], 0);
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        while let Some(size) = frame(&mut buffer[..filled]) {
            // Without the mask, which lies between the two bytes of the head and the content.
            let (kind, content) = (buffer[0], size - 6);
            buffer.copy_within(6..size, 2);
            buffer[1] &= 0x7f;
            stream.write_all(&buffer[..content + 2]).await?;
            if kind == 0x88 {
                return Ok(());
            }
            buffer.copy_within(size..filled, 0);
            filled -= size;
        }
    }
}

/// The size of the first frame, with its mask taken off, if it is whole. Contents have up to 125 bytes here.
fn frame(bytes: &mut [u8]) -> Option<usize> {
    let size = usize::from(*bytes.get(1)? & 0x7f) + 6;
    let frame = bytes.get_mut(..size)?;
    let (head, content) = frame.split_at_mut(6);
    for (at, byte) in content.iter_mut().enumerate() {
        *byte ^= head[2 + at % 4];
    }
    Some(size)
}
