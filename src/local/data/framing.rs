//! Where a client's requests begin and end, read more strictly than HTTP libraries do. Pure.
//!
//! What two readers of one connection could read in two ways is refused: that is how requests are smuggled past a
//! gateway. After the head of an upgrade to WebSocket nothing is read any more.

use super::chunks::Chunks;
use super::head::{self, Length};
use super::refusal::Refusal;

/// The longest head: the longest URI, all headers, and their lines' ends.
const HEAD_LIMIT: usize = 176 * 1024;
/// The longest request line: the longest path with its query, a method and a version.
const LINE_LIMIT: usize = 33 * 1024;

/// Follows the requests of one connection.
#[derive(Debug)]
pub(super) struct Framing {
    state: State,
    /// How many heads were passed on.
    heads: u64,
}

#[derive(Debug)]
enum State {
    /// In a head, whose first bytes hold no end of it and no fault.
    Head { seen: usize },
    /// In a body with so many bytes to come.
    Body(u64),
    /// In a body of chunks.
    Chunks(Chunks),
    /// No requests any more.
    Free,
}

/// What may be done with bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Passed {
    /// So many of them go on; the others wait for more.
    Bytes(usize),
    /// What begins here is no request.
    Refused(Refusal),
    /// The body is broken, though its request was passed on.
    Broken,
}

impl Framing {
    /// At the beginning of a connection.
    pub(super) fn new() -> Self {
        Self {
            state: State::Head { seen: 0 },
            heads: 0,
        }
    }

    /// How many requests were passed on.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// Whether the connection is between two requests.
    pub(super) fn is_between(&self) -> bool {
        matches!(self.state, State::Head { seen: 0 } | State::Free)
    }

    /// What of `bytes`, which follow what was passed on before, may go on.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Passed {
        let mut passed = 0;
        while passed < bytes.len() {
            let rest = &bytes[passed..];
            let step = match &mut self.state {
                State::Free => rest.len(),
                State::Head { seen } => match find_end(rest, seen) {
                    Ok(Some(end)) => match self.head(&rest[..end]) {
                        Ok(()) => end,
                        Err(refusal) => return refused(passed, refusal),
                    },
                    Ok(None) => return Passed::Bytes(passed),
                    Err(refusal) => return refused(passed, refusal),
                },
                State::Body(left) => {
                    let step = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= step as u64;
                    step
                }
                State::Chunks(chunks) => match chunks.pass(rest) {
                    Some(step) => step,
                    None if passed > 0 => return Passed::Bytes(passed),
                    None => return Passed::Broken,
                },
            };
            passed += step;
            if matches!(&self.state, State::Body(0)) || matches!(&self.state, State::Chunks(chunks) if chunks.is_over())
            {
                self.state = State::Head { seen: 0 };
            }
        }
        Passed::Bytes(passed)
    }

    fn head(&mut self, head: &[u8]) -> Result<(), Refusal> {
        // An empty line before a request is of an old client that ended a body so.
        if head == b"\r\n" {
            self.state = State::Head { seen: 0 };
            return Ok(());
        }
        self.state = match head::check(head)? {
            Length::Bytes(length) => State::Body(length),
            Length::Chunks => State::Chunks(Chunks::new()),
            Length::Upgrade => State::Free,
        };
        self.heads += 1;
        Ok(())
    }
}

/// What was passed goes on first; the fault is found again with what follows.
fn refused(passed: usize, refusal: Refusal) -> Passed {
    match passed {
        0 => Passed::Refused(refusal),
        passed => Passed::Bytes(passed),
    }
}

/// The end of the head that `bytes` begin with, of which `seen` were looked at before.
fn find_end(bytes: &[u8], seen: &mut usize) -> Result<Option<usize>, Refusal> {
    if bytes.starts_with(b"\r\n") {
        return Ok(Some(2));
    }
    // The end may begin in what was seen.
    for at in seen.saturating_sub(3)..bytes.len() {
        if bytes[at] != b'\n' {
            continue;
        }
        if at == 0 || bytes[at - 1] != b'\r' {
            return Err(Refusal::Malformed("a line of its head ends with LF alone"));
        }
        if bytes[..=at].ends_with(b"\r\n\r\n") {
            return Ok(Some(at + 1));
        }
    }
    *seen = bytes.len();
    let line = bytes.iter().take(LINE_LIMIT).position(|byte| *byte == b'\n');
    if line.is_none() && bytes.len() >= LINE_LIMIT {
        return Err(Refusal::UriTooLong);
    }
    if bytes.len() >= HEAD_LIMIT {
        return Err(Refusal::HeadersTooLarge);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{Framing, Passed, Refusal};
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    /// Gives `bytes` in pieces; what was passed on in all, and the fault if there was one.
    fn run(framing: &mut Framing, bytes: &[u8], pieces: &[usize]) -> (usize, Option<Passed>) {
        let (mut given, mut passed) = (0, 0);
        let mut sizes = pieces.iter().copied().chain(std::iter::repeat(usize::MAX));
        while given < bytes.len() {
            given = given.saturating_add(sizes.next().unwrap().max(1)).min(bytes.len());
            loop {
                match framing.pass(&bytes[passed..given]) {
                    Passed::Bytes(0) => break,
                    Passed::Bytes(step) => passed += step,
                    fault => return (passed, Some(fault)),
                }
                if passed == given {
                    break;
                }
            }
        }
        (passed, None)
    }

    fn all(text: &str) -> (usize, Option<Passed>) {
        run(&mut Framing::new(), text.as_bytes(), &[])
    }

    const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

    #[test]
    fn requests_that_follow_each_other_pass_whole() {
        let post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
        let chunked =
            "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n";
        let text = format!("{GET}{post}\r\n{chunked}{GET}");
        let mut framing = Framing::new();
        assert_eq!(run(&mut framing, text.as_bytes(), &[]), (text.len(), None));
        assert_eq!((framing.heads(), framing.is_between()), (4, true));
    }

    #[test]
    fn a_fault_is_found_after_what_is_sound() {
        let text = format!("{GET}GET /b HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n");
        let (passed, fault) = all(&text);
        assert_eq!(passed, GET.len());
        assert!(
            matches!(fault, Some(Passed::Refused(Refusal::Malformed(_)))),
            "{fault:?}"
        );
        let broken = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
        assert_eq!(all(broken).1, Some(Passed::Broken));
    }

    #[test]
    fn what_never_ends_is_refused_before_it_fills_the_memory() {
        let endless = "x".repeat(40 * 1024);
        assert_eq!(all(&endless).1, Some(Passed::Refused(Refusal::UriTooLong)));
        let header = format!(
            "GET / HTTP/1.1\r\n{}",
            format!("a: {}\r\n", "y".repeat(1000)).repeat(200)
        );
        assert_eq!(all(&header).1, Some(Passed::Refused(Refusal::HeadersTooLarge)));
        assert!(matches!(
            all("GET / HTTP/1.1\nHost").1,
            Some(Passed::Refused(Refusal::Malformed(_)))
        ));
    }

    #[test]
    fn after_an_upgrade_everything_passes() {
        let text = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\n\n\x00\x7f";
        assert_eq!(all(text), (text.len(), None));
    }

    proptest! {
        #[test]
        fn the_pieces_in_which_bytes_come_change_nothing(
            length in 0..40usize, chunk in 1..30usize, pieces in prop::collection::vec(1..20usize, 0..60),
            fault in any::<bool>(),
        ) {
            let body = "b".repeat(length);
            let chunked = format!("{chunk:x}\r\n{}\r\n0\r\n\r\n", "c".repeat(chunk));
            let last = if fault { "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n" } else { GET };
            let text = format!(
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{body}POST / HTTP/1.1\r\nHost: h\r\n\
                 Transfer-Encoding: chunked\r\n\r\n{chunked}{last}"
            );
            let whole = run(&mut Framing::new(), text.as_bytes(), &[]);
            prop_assert_eq!(whole.1.is_some(), fault);
            prop_assert_eq!(run(&mut Framing::new(), text.as_bytes(), &pieces), whole);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), pieces in prop::collection::vec(1..9usize, 0..9)) {
            let (passed, _) = run(&mut Framing::new(), &bytes, &pieces);
            prop_assert!(passed <= bytes.len());
        }
    }
}
