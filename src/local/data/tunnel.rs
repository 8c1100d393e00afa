//! The tunnel after a 101: bytes copied untouched both ways, within two limits.
//!
//! A limit that is passed drops both connections with no close frame, as the cloud does: the client sees 1006.

use crate::local::fidelity::Row;
use bytes::Bytes;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "gateway",
    "the life of a WebSocket",
    "FunctionGraph, \"WebSocket\"",
    &[
        "whether pings and pongs count as traffic: here any byte either way does",
        "whether a limit that is passed is told by a close frame: here the connection drops, and the client sees 1006",
    ],
);

/// How much is read at a time, at most.
const SCRATCH_SIZE: usize = 64 * 1024;

thread_local! {
    /// Where bytes are between their two connections: all tunnels of a thread share it, so an idle one holds none.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH_SIZE].into_boxed_slice());
}

/// A connection that bytes can be copied from and to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One end of a tunnel.
pub(super) struct End<S> {
    /// The connection.
    pub(super) stream: S,
    /// What was read from it together with the handshake.
    pub(super) early: Bytes,
}

/// How long a tunnel may live.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The longest silence: bytes either way end it.
    pub(super) idle: Duration,
    /// The end, whatever happens.
    pub(super) deadline: Instant,
}

/// Why a tunnel ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cause {
    /// Both ends closed.
    Closed,
    /// No byte came either way for as long as the limit says.
    Idle,
    /// Its time was over.
    Deadline,
    /// A connection broke.
    Broken(io::ErrorKind),
}

/// What went through a tunnel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// Why it ended.
    pub(super) cause: Cause,
    /// Bytes from the client to the function.
    pub(super) received: u64,
    /// Bytes from the function to the client.
    pub(super) sent: u64,
}

/// Copies until both ends have closed or a limit is passed; then both are dropped. An end that closes its half only
/// closes the other's half; one that takes no more may still have said something, which is passed on.
pub(super) async fn run<A: Stream, B: Stream>(client: End<A>, function: End<B>, limits: Limits) -> Outcome {
    let mut up = Direction::new(client.early);
    let mut down = Direction::new(function.early);
    let (mut client, mut function) = (client.stream, function.stream);
    let mut quiet_since = Instant::now();
    let cause = loop {
        let wake = limits.deadline.min(quiet_since + limits.idle);
        let copying = poll_fn(|cx| {
            let before = up.copied + down.copied;
            let to = up.poll(cx, &mut client, &mut function);
            let from = down.poll(cx, &mut function, &mut client);
            if up.copied + down.copied != before {
                quiet_since = Instant::now();
            }
            match (to, from) {
                (Poll::Ready(Err(error)), _) | (_, Poll::Ready(Err(error))) => Poll::Ready(Err(error)),
                (Poll::Ready(Ok(())), Poll::Ready(Ok(()))) => Poll::Ready(Ok(())),
                _ => Poll::Pending,
            }
        });
        tokio::select! {
            biased;
            ended = copying => break match (ended, up.broken.or(down.broken)) {
                (Err(error), _) => Cause::Broken(error.kind()),
                (Ok(()), Some(kind)) => Cause::Broken(kind),
                (Ok(()), None) => Cause::Closed,
            },
            () = tokio::time::sleep_until(wake) => {}
        }
        let now = Instant::now();
        if now >= limits.deadline {
            break Cause::Deadline;
        }
        if now >= quiet_since + limits.idle {
            break Cause::Idle;
        }
    };
    Outcome {
        cause,
        received: up.copied,
        sent: down.copied,
    }
}

/// Which end of a direction failed.
enum Fault {
    Reader(io::Error),
    Writer(io::Error),
}

/// One direction of a tunnel.
struct Direction {
    /// What was read and the writer would not take yet.
    rest: Vec<u8>,
    /// How much of that is written.
    begin: usize,
    /// Bytes read, the early ones too.
    copied: u64,
    state: State,
    /// How the writer failed, if it did.
    broken: Option<io::ErrorKind>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Copying,
    /// Written, and perhaps still in a buffer below.
    Unflushed,
    /// The reader has ended; the writer is told.
    Ending,
    /// Told, or there is nobody to tell.
    Ended,
}

impl Direction {
    fn new(early: Bytes) -> Self {
        // Nothing may have a large buffer behind it.
        let rest = if early.is_empty() { Vec::new() } else { Vec::from(early) };
        Self {
            copied: rest.len() as u64,
            rest,
            begin: 0,
            state: State::Copying,
            broken: None,
        }
    }

    /// Ready when the reader has ended and the writer knows, or when the writer takes no more; an error is the reader's.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> Poll<io::Result<()>> {
        while self.state != State::Ended {
            match ready!(self.poll_pass(cx, &mut from, &mut to)) {
                Ok(()) => {}
                Err(Fault::Reader(error)) => return Poll::Ready(Err(error)),
                Err(Fault::Writer(error)) => {
                    self.broken = Some(error.kind());
                    self.state = State::Ended;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what is left over, then carries once.
    fn poll_pass(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<Result<(), Fault>> {
        ready!(self.poll_rest(cx, to)).map_err(Fault::Writer)?;
        if self.state == State::Ended {
            return Poll::Ready(Ok(()));
        }
        let carried = SCRATCH.with_borrow_mut(|scratch| self.poll_carry(cx, (&mut *from, &mut *to), scratch));
        if carried.is_pending() && self.rest.is_empty() && self.state == State::Unflushed {
            ready!(Pin::new(to).poll_flush(cx)).map_err(Fault::Writer)?;
            self.state = State::Copying;
        }
        carried
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>, to: &mut (impl AsyncWrite + Unpin)) -> Poll<io::Result<()>> {
        if !self.rest.is_empty() {
            self.state = State::Unflushed;
            let (written, outcome) = poll_write_all(cx, to, &self.rest[self.begin..]);
            self.begin += written;
            ready!(outcome)?;
            (self.rest, self.begin) = (Vec::new(), 0);
        }
        if self.state == State::Ending {
            ready!(Pin::new(to).poll_shutdown(cx))?;
            self.state = State::Ended;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads once and writes that; what the writer would not take is left over.
    fn poll_carry(
        &mut self,
        cx: &mut Context<'_>,
        (from, to): (&mut (impl AsyncRead + Unpin), &mut (impl AsyncWrite + Unpin)),
        scratch: &mut [u8],
    ) -> Poll<Result<(), Fault>> {
        let mut read = ReadBuf::new(scratch);
        ready!(Pin::new(from).poll_read(cx, &mut read)).map_err(Fault::Reader)?;
        let bytes = read.filled();
        self.copied += bytes.len() as u64;
        if bytes.is_empty() {
            self.state = State::Ending;
            return Poll::Ready(Ok(()));
        }
        self.state = State::Unflushed;
        let (written, outcome) = poll_write_all(cx, to, bytes);
        if outcome.is_pending() {
            self.rest = bytes[written..].to_vec();
        }
        outcome.map_err(Fault::Writer)
    }
}

/// Writes `bytes` as far as the writer takes them; how many that were.
fn poll_write_all(
    cx: &mut Context<'_>,
    to: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
) -> (usize, Poll<io::Result<()>>) {
    let mut written = 0;
    while written < bytes.len() {
        match Pin::new(&mut *to).poll_write(cx, &bytes[written..]) {
            Poll::Ready(Ok(0)) => return (written, Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
            Poll::Ready(Ok(more)) => written += more,
            Poll::Ready(Err(error)) => return (written, Poll::Ready(Err(error))),
            Poll::Pending => return (written, Poll::Pending),
        }
    }
    (written, Poll::Ready(Ok(())))
}

#[cfg(test)]
mod tests {
    use super::{Cause, End, Limits, Outcome, run};
    use bytes::Bytes;
    use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    /// A tunnel, the client's end and the function's end.
    fn tunnel(early: &'static [u8], idle: u64, life: u64) -> (JoinHandle<Outcome>, DuplexStream, DuplexStream) {
        let (client, near) = tokio::io::duplex(64);
        let (function, far) = tokio::io::duplex(64);
        let limits = Limits {
            idle: Duration::from_secs(idle),
            deadline: Instant::now() + Duration::from_secs(life),
        };
        let near = End {
            stream: near,
            early: Bytes::new(),
        };
        let far = End {
            stream: far,
            early: Bytes::from_static(early),
        };
        (tokio::spawn(run(near, far, limits)), client, function)
    }

    #[tokio::test]
    async fn bytes_pass_both_ways_with_those_that_came_with_the_handshake_first() {
        let (tunnel, mut client, mut function) = tunnel(b"early ", 60, 60);
        function.write_all(b"late").await.unwrap();
        let mut got = [0; 10];
        client.read_exact(&mut got).await.unwrap();
        assert_eq!(&got, b"early late");
        client.write_all(b"up").await.unwrap();
        let mut got = [0; 2];
        function.read_exact(&mut got).await.unwrap();
        assert_eq!(&got, b"up");
        drop((client, function));
        let outcome = tunnel.await.unwrap();
        assert_eq!((outcome.received, outcome.sent), (2, 10));
    }

    #[tokio::test]
    async fn a_half_that_closes_leaves_the_other_open() {
        let (tunnel, mut client, mut function) = tunnel(b"", 60, 60);
        client.write_all(b"question").await.unwrap();
        client.shutdown().await.unwrap();
        let mut got = Vec::new();
        function.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"question");
        function.write_all(b"answer").await.unwrap();
        function.shutdown().await.unwrap();
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"answer");
        assert_eq!(tunnel.await.unwrap().cause, Cause::Closed);
    }

    #[tokio::test]
    async fn what_a_function_said_before_it_took_no_more_reaches_the_client() {
        let (tunnel, mut client, mut function) = tunnel(b"", 60, 60);
        function.write_all(&[7; 190]).await.unwrap();
        drop(function);
        client.write_all(b"too late").await.unwrap();
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, [7; 190]);
        drop(client);
        let outcome = tunnel.await.unwrap();
        assert_eq!(outcome.cause, Cause::Broken(std::io::ErrorKind::BrokenPipe));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_either_side_put_the_idle_end_off() {
        let (tunnel, mut client, mut function) = tunnel(b"", 5, 3600);
        let begin = Instant::now();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_secs(4)).await;
            client.write_all(b"a").await.unwrap();
            function.read_u8().await.unwrap();
            tokio::time::sleep(Duration::from_secs(4)).await;
            function.write_all(b"b").await.unwrap();
            client.read_u8().await.unwrap();
        }
        let outcome = tunnel.await.unwrap();
        assert_eq!(outcome.cause, Cause::Idle);
        assert_eq!(begin.elapsed().as_secs(), 24 + 5);
        // Nothing was said to either side: no close frame, the connection just ends.
        assert_eq!(client.read(&mut [0; 9]).await.unwrap(), 0);
        assert_eq!(function.read(&mut [0; 9]).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_a_busy_tunnel() {
        let (tunnel, mut client, mut function) = tunnel(b"", 5, 7);
        let begin = Instant::now();
        let busy = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if client.write_all(b"a").await.is_err() || function.read_u8().await.is_err() {
                    return;
                }
            }
        };
        let (outcome, ()) = tokio::join!(tunnel, busy);
        assert_eq!(outcome.unwrap().cause, Cause::Deadline);
        assert!(begin.elapsed().as_secs() <= 8);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_byte_is_lost_or_changed(up in prop::collection::vec(any::<u8>(), 0..100_000), down in prop::collection::vec(any::<u8>(), 0..9_000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let (got_up, got_down) = runtime.block_on(async {
                let (tunnel, client, function) = tunnel(b"", 60, 60);
                let (mut client_read, mut client_write) = tokio::io::split(client);
                let (mut function_read, mut function_write) = tokio::io::split(function);
                let (mut got_up, mut got_down) = (Vec::new(), Vec::new());
                let (a, b, c, d) = tokio::join!(
                    async { client_write.write_all(&up).await?; client_write.shutdown().await },
                    async { function_write.write_all(&down).await?; function_write.shutdown().await },
                    function_read.read_to_end(&mut got_up),
                    client_read.read_to_end(&mut got_down),
                );
                a.and(b).and(c).and(d).unwrap();
                assert_eq!(tunnel.await.unwrap().cause, Cause::Closed);
                (got_up, got_down)
            });
            prop_assert_eq!(got_up, up);
            prop_assert_eq!(got_down, down);
        }
    }
}
