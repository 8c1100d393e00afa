//! The tunnel after a 101: bytes copied untouched both ways, within two limits.
//!
//! A limit that is passed drops both connections with no close frame, as the cloud does: the client sees 1006. The one
//! frame that is ever added is a close frame, between two of the function's own, when its code is replaced.

use super::frames::Frames;
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
use tokio_util::sync::CancellationToken;

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

/// The close frame of a client whose function gets other code: 1012, "service restart".
const REPLACED: &[u8] = b"\x88\x16\x03\xf4its code is replaced";
/// How long a client may take to answer it, and the function to end the frame that it is in.
const FAREWELL: Duration = Duration::from_secs(1);

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
    /// The function gets other code, which the client was told.
    Replaced,
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
/// closes the other's half; one that takes no more may still have said something, which is passed on. Once it is
/// `replaced`, the client is told to come back.
pub(super) async fn run<A: Stream, B: Stream>(
    client: End<A>,
    function: End<B>,
    limits: Limits,
    replaced: &CancellationToken,
) -> Outcome {
    let mut up = Direction::new(client.early, None);
    let mut down = Direction::new(function.early, Some(Frames::default()));
    let (mut client, mut function) = (client.stream, function.stream);
    let mut quiet_since = Instant::now();
    let mut gone = None;
    let cause = loop {
        let wake = limits.deadline.min(quiet_since + limits.idle);
        let wake = gone.map_or(wake, |gone: Instant| wake.min(gone));
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
            () = replaced.cancelled(), if gone.is_none() => {
                down.farewell = Farewell::Due;
                gone = Some(Instant::now() + FAREWELL);
                continue;
            }
            () = tokio::time::sleep_until(wake) => {}
        }
        let now = Instant::now();
        if gone.is_some_and(|gone| now >= gone) {
            break Cause::Replaced;
        }
        if now >= limits.deadline {
            break Cause::Deadline;
        }
        if now >= quiet_since + limits.idle {
            break Cause::Idle;
        }
    };
    Outcome {
        cause: if gone.is_some() { Cause::Replaced } else { cause },
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
    /// Where frames end, of the direction that may get one more.
    frames: Option<Frames>,
    farewell: Farewell,
}

/// Whether the reader of a direction is told that it is over.
#[derive(Clone, Copy, PartialEq)]
enum Farewell {
    None,
    /// At the end of the frame that is under way.
    Due,
    Said,
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
    fn new(early: Bytes, mut frames: Option<Frames>) -> Self {
        // Nothing may have a large buffer behind it.
        let rest = if early.is_empty() { Vec::new() } else { Vec::from(early) };
        if let Some(frames) = &mut frames {
            frames.pass(&rest);
        }
        Self {
            copied: rest.len() as u64,
            rest,
            begin: 0,
            state: State::Copying,
            broken: None,
            frames,
            farewell: Farewell::None,
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
        if self.says_farewell() {
            return Poll::Ready(Ok(()));
        }
        let carried = SCRATCH.with_borrow_mut(|scratch| self.poll_carry(cx, (&mut *from, &mut *to), scratch));
        if carried.is_pending() && self.rest.is_empty() && self.state == State::Unflushed {
            ready!(Pin::new(to).poll_flush(cx)).map_err(Fault::Writer)?;
            self.state = State::Copying;
        }
        carried
    }

    /// Whether the farewell is on its way, or all that was left to say.
    fn says_farewell(&mut self) -> bool {
        match self.farewell {
            Farewell::Due if self.frames.as_ref().is_some_and(Frames::is_between) => {
                (self.rest, self.begin) = (REPLACED.to_vec(), 0);
                self.farewell = Farewell::Said;
                true
            }
            Farewell::Said => {
                self.state = State::Ending;
                true
            }
            Farewell::None | Farewell::Due => false,
        }
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
        if let Some(frames) = &mut self.frames {
            frames.pass(bytes);
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
    use super::{Cause, End, Limits, Outcome, REPLACED, run};
    use bytes::Bytes;
    use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    /// A tunnel, the client's end and the function's end.
    fn tunnel(early: &'static [u8], idle: u64, life: u64) -> (JoinHandle<Outcome>, DuplexStream, DuplexStream) {
        replaceable(early, (idle, life), CancellationToken::new())
    }

    /// The same, whose function is replaced at some time.
    fn replaceable(
        early: &'static [u8],
        (idle, life): (u64, u64),
        replaced: CancellationToken,
    ) -> (JoinHandle<Outcome>, DuplexStream, DuplexStream) {
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
        let tunnel = tokio::spawn(async move { run(near, far, limits, &replaced).await });
        (tunnel, client, function)
    }

    #[tokio::test]
    async fn a_client_is_told_of_other_code_between_two_frames_and_its_answer_reaches_the_function() {
        let replaced = CancellationToken::new();
        let (tunnel, mut client, mut function) = replaceable(b"\x81", (60, 60), replaced.clone());
        function.write_all(b"\x05he").await.unwrap();
        let mut got = [0; 4];
        client.read_exact(&mut got).await.unwrap();
        replaced.cancel();
        function.write_all(b"llo").await.unwrap();
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, [b"llo", REPLACED].concat());
        client.write_all(b"answer").await.unwrap();
        drop(client);
        let mut got = Vec::new();
        function.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"answer");
        assert_eq!(tunnel.await.unwrap().cause, Cause::Replaced);
    }

    #[tokio::test(start_paused = true)]
    async fn a_function_that_stops_within_a_frame_does_not_hold_its_replacement_up() {
        let replaced = CancellationToken::new();
        let (tunnel, mut client, _function) = replaceable(b"\x81\x05he", (60, 60), replaced.clone());
        let begin = Instant::now();
        replaced.cancel();
        assert_eq!(tunnel.await.unwrap().cause, Cause::Replaced);
        assert_eq!(begin.elapsed(), super::FAREWELL);
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"\x81\x05he");
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
