//! The last bytes that came over a connection: what a close frame said where the library puts a code of its own in its place.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A close frame has so many bytes at most: two of a head, a code, and a reason of up to 123 bytes.
const LONGEST: usize = 127;
/// The first byte of a close frame.
const CLOSE: u8 = 0x88;

/// A stream that remembers what it read last.
pub(super) struct Tailed<S> {
    stream: S,
    tail: Vec<u8>,
}

impl<S> Tailed<S> {
    /// Nothing was read so far.
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            tail: Vec::with_capacity(LONGEST),
        }
    }

    /// The code and the reason of the close frame, if what was read last is one.
    pub(super) fn close_frame(&self) -> Option<(u16, String)> {
        let content = (2..=LONGEST - 2).find_map(|size| {
            let (head, content) = self.tail.split_at(self.tail.len().checked_sub(size)?);
            let is_head = head.ends_with(&[CLOSE, u8::try_from(size).ok()?]);
            is_head.then_some(content)
        })?;
        let (code, reason) = content.split_first_chunk()?;
        Some((u16::from_be_bytes(*code), String::from_utf8_lossy(reason).into_owned()))
    }

    fn remember(&mut self, read: &[u8]) {
        let new = &read[read.len().saturating_sub(LONGEST)..];
        let old = self.tail.len().min(LONGEST - new.len());
        self.tail.drain(..self.tail.len() - old);
        self.tail.extend_from_slice(new);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tailed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.remember(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tailed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::Tailed;

    #[test]
    fn a_close_frame_is_found_at_the_end_however_it_was_cut() {
        let reason = "r".repeat(123);
        let frame = [&[0x88, 125, 0x03, 0xed], reason.as_bytes()].concat();
        let bytes = [b"\x81\x03abc", frame.as_slice()].concat();
        for size in [1, 2, 50, 127, 200] {
            let mut tailed = Tailed::new(());
            bytes.chunks(size).for_each(|part| tailed.remember(part));
            assert_eq!(tailed.close_frame(), Some((1005, reason.clone())), "{size}");
        }
        let mut tailed = Tailed::new(());
        for (part, found) in [
            (&b"\x88"[..], None),
            (b"\x02\0\0", Some((0, String::new()))),
            // What follows it makes it a frame of the past.
            (b"x", None),
            (b"\x88\x01\0", None),
        ] {
            tailed.remember(part);
            assert_eq!(tailed.close_frame(), found, "{part:?}");
        }
    }
}
