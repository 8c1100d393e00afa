//! A client's connection whose requests are checked before the HTTP library sees them.
//!
//! Where one is refused, the library gets a request of ours in its place and nothing after it: so the refusal is
//! answered in its turn, and in the gateway's own form.

use super::framing::{Framing, Passed};
use super::refusal::Refusal;
use bytes::{Buf, Bytes, BytesMut};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What stands for a request that is refused.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n";
/// How much is read at a time, at least.
const READ: usize = 8 * 1024;
/// How long a client may go on sending after its last answer: closing at once would take the answer from it.
const FAREWELL: Duration = Duration::from_secs(1);
/// How much of that is read.
const FAREWELL_LIMIT: usize = 16 * 1024 * 1024;

/// Which request of a connection was refused, and why.
#[derive(Clone, Default)]
pub(super) struct Refused(Arc<Mutex<Option<(u64, Refusal)>>>);

impl Refused {
    /// Why the request that is the `number`th of its connection, from 0, was refused; nothing when it was not.
    pub(super) fn of(&self, number: u64) -> Option<Refusal> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, refusal) = refused.as_ref()?;
        (*at == number).then(|| refusal.clone())
    }

    fn set(&self, number: u64, refusal: Refusal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, refusal));
    }
}

/// The connection.
pub(super) struct Checked<S> {
    stream: S,
    framing: Framing,
    refused: Refused,
    /// Read and not passed on; the first `ready` bytes may be.
    buffer: BytesMut,
    ready: usize,
    end: End,
    /// How long the client may take nothing.
    patience: Duration,
    /// Since it takes nothing: when that is too long.
    stalled: Option<Pin<Box<Sleep>>>,
}

/// What comes after the buffer's ready bytes.
enum End {
    /// More of the client.
    Open,
    /// Nothing any more, whatever the client sends.
    Shut,
    /// The body broke off.
    Broken,
    /// The connection is being closed.
    Farewell(Pin<Box<Sleep>>, usize),
}

impl<S> Checked<S> {
    /// Checks what comes from `stream`, and notes what it refuses in `refused`. A client that takes nothing for as long
    /// as `patience` says has left.
    pub(super) fn new(stream: S, refused: Refused, patience: Duration) -> Self {
        Self {
            stream,
            framing: Framing::new(),
            refused,
            buffer: BytesMut::new(),
            ready: 0,
            end: End::Open,
            patience,
            stalled: None,
        }
    }

    /// The connection itself, and what was read from it and not passed on.
    pub(super) fn into_parts(self) -> (S, Bytes) {
        (self.stream, self.buffer.freeze())
    }

    /// The `outcome` of a write, or the end of the patience with it: whoever waits for the client holds a place at the
    /// function.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Finds out what of the buffer may be passed on.
    fn check(&mut self) {
        match self.framing.pass(&self.buffer[self.ready..]) {
            Passed::Bytes(more) => self.ready += more,
            Passed::Refused(refusal) => {
                self.refused.set(self.framing.heads(), refusal);
                self.buffer.truncate(self.ready);
                self.buffer.extend_from_slice(STAND_IN);
                self.ready = self.buffer.len();
                self.end = End::Shut;
            }
            Passed::Broken => {
                self.buffer.truncate(self.ready);
                self.end = End::Broken;
            }
        }
    }
}

impl<S: AsyncRead + Unpin> Checked<S> {
    /// Reads more into the buffer; how much.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let before = self.buffer.len();
        self.buffer.resize(before + READ, 0);
        let mut read = ReadBuf::new(&mut self.buffer[before..]);
        let outcome = Pin::new(&mut self.stream).poll_read(cx, &mut read);
        let size = read.filled().len();
        self.buffer.truncate(before + size);
        if self.buffer.is_empty() {
            // A connection that only waits holds no memory for it.
            self.buffer = BytesMut::new();
        }
        ready!(outcome)?;
        Poll::Ready(Ok(size))
    }

    /// Reads and forgets what the client still sends, for a while.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let read = self.poll_fill(cx);
            self.buffer.clear();
            let End::Farewell(sleep, forgotten) = &mut self.end else {
                return Poll::Ready(());
            };
            match read {
                Poll::Pending => return sleep.as_mut().poll(cx),
                Poll::Ready(Ok(size)) if size > 0 && *forgotten < FAREWELL_LIMIT => *forgotten += size,
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Checked<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.ready == 0 {
            match this.end {
                End::Open => {}
                End::Broken => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                // The library takes an end for a client that left, and would not answer it.
                End::Shut => return Poll::Pending,
                End::Farewell(..) => return Poll::Ready(Ok(())),
            }
            if !this.buffer.is_empty() {
                // A fault that stood behind sound bytes, which are gone by now.
                this.check();
                if this.ready > 0 || !matches!(this.end, End::Open) {
                    continue;
                }
            }
            if ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
            this.check();
        }
        let size = this.ready.min(out.remaining());
        out.put_slice(&this.buffer[..size]);
        this.buffer.advance(size);
        this.ready -= size;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Checked<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.in_time(cx, outcome)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_flush(cx);
        this.in_time(cx, outcome)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !matches!(this.end, End::Farewell(..)) {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if this.framing.is_between() && matches!(this.end, End::Open) {
                return Poll::Ready(Ok(()));
            }
            this.end = End::Farewell(Box::pin(tokio::time::sleep(FAREWELL)), 0);
        }
        this.poll_farewell(cx).map(Ok)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.in_time(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::{Checked, Refused, STAND_IN};
    use crate::local::data::refusal::Refusal;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const PATIENCE: Duration = Duration::from_secs(60);
    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    #[tokio::test]
    async fn a_refused_request_is_stood_in_for_in_its_turn_and_nothing_follows_it() {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let refused = Refused::default();
        let mut checked = Checked::new(server, refused.clone(), PATIENCE);
        let bad = b"GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n";
        client.write_all(&[GET, bad, GET].concat()).await.unwrap();
        let mut seen = Vec::new();
        while seen.len() < GET.len() + STAND_IN.len() {
            checked.read_buf(&mut seen).await.unwrap();
        }
        assert_eq!(seen, [GET, STAND_IN].concat());
        let more = tokio::time::timeout(Duration::from_millis(50), checked.read_u8());
        assert!(more.await.is_err(), "nothing follows");
        assert_eq!(refused.of(0), None);
        assert!(matches!(refused.of(1), Some(Refusal::Malformed(_))));
    }

    #[tokio::test]
    async fn a_client_that_is_still_sending_gets_its_answer_before_the_end() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut checked = Checked::new(server, Refused::default(), PATIENCE);
        let sending = tokio::spawn(async move {
            let head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n";
            client.write_all(head).await.unwrap();
            client.write_all(&vec![b'x'; 1_000_000]).await.unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            answer
        });
        let mut head = [0; 52];
        checked.read_exact(&mut head).await.unwrap();
        checked.write_all(b"no").await.unwrap();
        checked.shutdown().await.unwrap();
        assert_eq!(sending.await.unwrap(), "no");
    }

    #[tokio::test]
    async fn a_broken_body_is_an_error_of_the_connection() {
        let (mut client, server) = tokio::io::duplex(1 << 10);
        let mut checked = Checked::new(server, Refused::default(), PATIENCE);
        let text = b"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
        client.write_all(text).await.unwrap();
        let mut seen = Vec::new();
        assert!(checked.read_to_end(&mut seen).await.is_err());
        assert!(seen.starts_with(b"PUT"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_for_too_long_has_left() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut checked = Checked::new(server, Refused::default(), PATIENCE);
        let writing = tokio::spawn(async move { checked.write_all(&[b'x'; 1000]).await });
        for _ in 0..3 {
            tokio::time::sleep(PATIENCE * 2 / 3).await;
            client.read_exact(&mut [0; 64]).await.unwrap();
        }
        let begin = tokio::time::Instant::now();
        let outcome = writing.await.unwrap().unwrap_err();
        assert_eq!(outcome.kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(begin.elapsed(), PATIENCE);
    }
}
