//! Whether the head of a request is one that every reader reads alike, and how its body is framed. Pure.

use super::refusal::Refusal;
use http::Uri;

/// More headers than this are refused.
const HEADER_COUNT: usize = 256;

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// A body of so many bytes.
    Bytes(u64),
    /// A body of chunks.
    Chunks,
    /// Perhaps a WebSocket.
    Upgrade,
}

/// The headers that decide how a request is framed and for whom it is.
#[derive(Default)]
struct Deciding {
    lengths: Vec<String>,
    encodings: Vec<String>,
    hosts: usize,
    connection: String,
    upgrade: String,
}

/// Checks `head`, which ends with its empty line and has no LF without CR.
///
/// # Errors
/// It is no request, or one that two readers could read in two ways.
pub(super) fn check(head: &[u8]) -> Result<Length, Refusal> {
    let mut lines = head
        .strip_suffix(b"\r\n\r\n")
        .unwrap_or(head)
        .split(|byte| *byte == b'\n');
    let first = without_cr(lines.next().unwrap_or_default());
    let (get, http_11) = request_line(first)?;
    let mut deciding = Deciding::default();
    for (count, line) in lines.enumerate() {
        if count >= HEADER_COUNT {
            return Err(Refusal::HeadersTooLarge);
        }
        header(without_cr(line), &mut deciding)?;
    }
    if deciding.hosts > 1 {
        return Err(Refusal::Malformed("it has more than one Host"));
    }
    if http_11 && deciding.hosts == 0 {
        return Err(Refusal::Malformed("it has no Host"));
    }
    length(&deciding, get, http_11)
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether the method is GET and the version HTTP/1.1.
fn request_line(line: &[u8]) -> Result<(bool, bool), Refusal> {
    let line = std::str::from_utf8(line).map_err(|_| Refusal::Malformed("its first line is not ASCII"))?;
    let mut parts = line.split(' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Malformed("its first line is not METHOD PATH HTTP/1.1"));
    };
    if !is_token(method.as_bytes()) || method == "CONNECT" {
        return Err(Refusal::Malformed("its method is none that a gateway takes"));
    }
    let visible = target.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible || target.parse::<Uri>().is_err() {
        return Err(Refusal::Malformed("its path cannot be read"));
    }
    match version {
        "HTTP/1.1" => Ok((method == "GET", true)),
        "HTTP/1.0" => Ok((method == "GET", false)),
        _ => Err(Refusal::Malformed("its version is neither HTTP/1.1 nor HTTP/1.0")),
    }
}

fn header(line: &[u8], deciding: &mut Deciding) -> Result<(), Refusal> {
    let colon = line.iter().position(|byte| *byte == b':');
    let (name, value) = line.split_at(colon.ok_or(Refusal::Malformed("a line of its head has no colon"))?);
    if !is_token(name) {
        return Err(Refusal::Malformed(
            "a header is folded over two lines, or its name has characters that no name has",
        ));
    }
    let value = &value[1..];
    if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(Refusal::Malformed("a header's value has control characters"));
    }
    let text = || String::from_utf8_lossy(value).trim().to_owned();
    match name.to_ascii_lowercase().as_slice() {
        b"content-length" => deciding.lengths.push(text()),
        b"transfer-encoding" => deciding.encodings.push(text()),
        b"host" => deciding.hosts += 1,
        b"connection" => deciding.connection = format!("{},{}", deciding.connection, text()),
        b"upgrade" => deciding.upgrade = format!("{},{}", deciding.upgrade, text()),
        _ => {}
    }
    Ok(())
}

fn length(deciding: &Deciding, get: bool, http_11: bool) -> Result<Length, Refusal> {
    let length = match (deciding.lengths.as_slice(), deciding.encodings.as_slice()) {
        ([], []) => Length::Bytes(0),
        ([length], []) => Length::Bytes(bytes(length)?),
        ([], [encoding]) if http_11 && encoding.eq_ignore_ascii_case("chunked") => Length::Chunks,
        ([], [_]) => {
            return Err(Refusal::Malformed(
                "its Transfer-Encoding is not `chunked`, or not HTTP/1.1's",
            ));
        }
        ([_, _, ..], []) => return Err(Refusal::Malformed("it has more than one Content-Length")),
        ([], _) => return Err(Refusal::Malformed("it has more than one Transfer-Encoding")),
        _ => return Err(Refusal::Malformed("it has a Content-Length and a Transfer-Encoding")),
    };
    let asks = |list: &str, token: &str| list.split(',').any(|part| part.trim().eq_ignore_ascii_case(token));
    if !(get && http_11 && asks(&deciding.connection, "upgrade") && asks(&deciding.upgrade, "websocket")) {
        return Ok(length);
    }
    match length {
        Length::Bytes(0) => Ok(Length::Upgrade),
        _ => Err(Refusal::Malformed("it asks for WebSocket and has a body")),
    }
}

fn bytes(text: &str) -> Result<u64, Refusal> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.then(|| text.parse().ok()).flatten();
    length.ok_or(Refusal::Malformed("its Content-Length is no number"))
}

/// Whether `text` may be a method or a header's name.
fn is_token(text: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::{Length, check};
    use crate::local::data::refusal::Refusal;

    fn of(head: &str) -> Result<Length, Refusal> {
        check(format!("{}\r\n\r\n", head.replace('\n', "\r\n")).as_bytes())
    }

    #[test]
    fn a_sound_head_tells_how_its_body_is_framed() {
        for (head, length) in [
            ("GET / HTTP/1.1\nHost: h", Length::Bytes(0)),
            ("GET / HTTP/1.0", Length::Bytes(0)),
            ("GET http://h/a?b=c HTTP/1.1\nHost:h\nX-Empty:", Length::Bytes(0)),
            ("POST / HTTP/1.1\nHost: h\nContent-Length: 12 ", Length::Bytes(12)),
            ("POST / HTTP/1.1\nHost: h\nTransfer-Encoding: Chunked", Length::Chunks),
            (
                "GET / HTTP/1.1\nHost: h\nConnection: keep-alive, Upgrade\nUpgrade: WebSocket",
                Length::Upgrade,
            ),
            (
                "POST / HTTP/1.1\nHost: h\nConnection: Upgrade\nUpgrade: websocket",
                Length::Bytes(0),
            ),
        ] {
            assert_eq!(of(head), Ok(length), "{head}");
        }
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for (head, text) in [
            (
                "POST / HTTP/1.1\nHost: h\nContent-Length: 3\nTransfer-Encoding: chunked",
                "and a Transfer-Encoding",
            ),
            (
                "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\nContent-Length: 3",
                "and a Transfer-Encoding",
            ),
            (
                "POST / HTTP/1.1\nHost: h\nContent-Length: 3\nContent-Length: 3",
                "more than one Content-Length",
            ),
            ("POST / HTTP/1.1\nHost: h\nContent-Length: 3, 3", "no number"),
            ("POST / HTTP/1.1\nHost: h\nContent-Length: +3", "no number"),
            ("POST / HTTP/1.1\nHost: h\nContent-Length: ", "no number"),
            (
                "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: gzip, chunked",
                "not `chunked`",
            ),
            (
                "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\nTransfer-Encoding: identity",
                "more than one Transfer",
            ),
            ("POST / HTTP/1.0\nTransfer-Encoding: chunked", "not HTTP/1.1's"),
            ("GET / HTTP/1.1\nHost: h\nContent-Length : 3", "no name has"),
            ("GET / HTTP/1.1\nHost: h\nX: a\n b", "no colon"),
            ("GET / HTTP/1.1\nHost: h\nX: a\n b: c", "folded"),
            ("GET / HTTP/1.1\nHost: h\nHost: i", "more than one Host"),
            ("GET / HTTP/1.1", "no Host"),
            ("GET / HTTP/1.1\nHost: h\nX: a\u{0}b", "control characters"),
            ("GET / HTTP/1.1\nHost: h\nX: a\rb", "control characters"),
            ("GET /a b HTTP/1.1\nHost: h", "METHOD PATH"),
            ("GET  / HTTP/1.1\nHost: h", "METHOD PATH"),
            ("GET / HTTP/2.0\nHost: h", "neither HTTP/1.1"),
            ("GET /é HTTP/1.1\nHost: h", "its path"),
            ("CONNECT h:1 HTTP/1.1\nHost: h", "method"),
            ("G(T / HTTP/1.1\nHost: h", "method"),
            (
                "GET / HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: websocket\nContent-Length: 1",
                "WebSocket and has",
            ),
        ] {
            match of(head) {
                Err(Refusal::Malformed(why)) => assert!(why.contains(text), "{head}: {why}"),
                other => panic!("{head}: {other:?}"),
            }
        }
        let many = format!("GET / HTTP/1.1\nHost: h{}", "\na: b".repeat(300));
        assert_eq!(of(&many), Err(Refusal::HeadersTooLarge));
    }
}
