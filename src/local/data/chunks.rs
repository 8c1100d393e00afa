//! Where a body of chunks ends, read strictly. Pure.

/// The longest line of a chunk's size, with its extensions.
const LINE_LIMIT: usize = 4 * 1024;
/// The longest trailer.
const TRAILER_LIMIT: usize = 32 * 1024;

/// Follows a body of chunks.
#[derive(Debug)]
pub(super) struct Chunks {
    place: Place,
    /// The line that is being read, as far as it counts.
    line: Vec<u8>,
    /// How much of the trailer was read.
    trailer: usize,
}

#[derive(Debug, PartialEq)]
enum Place {
    Size,
    Data(u64),
    /// The two bytes after a chunk's data.
    End,
    Trailer,
    Over,
    /// These are no chunks, whatever follows.
    Broken,
}

impl Chunks {
    /// At the beginning of a body.
    pub(super) fn new() -> Self {
        Self {
            place: Place::Size,
            line: Vec::new(),
            trailer: 0,
        }
    }

    /// Whether the body is over.
    pub(super) fn is_over(&self) -> bool {
        self.place == Place::Over
    }

    /// How many of `bytes` belong to the body; `None` where they are no chunks.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut passed = 0;
        while passed < bytes.len() && !self.is_over() {
            let rest = &bytes[passed..];
            passed += match &mut self.place {
                Place::Data(left) => {
                    let step = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= step as u64;
                    if *left == 0 {
                        self.place = Place::End;
                    }
                    step
                }
                _ => match self.pass_line(rest) {
                    Some(step) => step,
                    None => {
                        self.place = Place::Broken;
                        return None;
                    }
                },
            };
        }
        Some(passed)
    }

    /// Reads on in a line, which ends with CR LF.
    fn pass_line(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.place == Place::Broken {
            return None;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let step = end.map_or(bytes.len(), |end| end + 1);
        self.line.extend_from_slice(&bytes[..step]);
        if self.line.len() > LINE_LIMIT {
            return None;
        }
        if end.is_none() {
            return Some(step);
        }
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r\n").filter(|line| !line.contains(&b'\r'))?;
        self.place = self.after(line)?;
        Some(step)
    }

    /// What follows `line`.
    fn after(&mut self, line: &[u8]) -> Option<Place> {
        match self.place {
            Place::Size => match size(line)? {
                0 => Some(Place::Trailer),
                size => Some(Place::Data(size)),
            },
            Place::End if line.is_empty() => Some(Place::Size),
            Place::Trailer if line.is_empty() => Some(Place::Over),
            Place::Trailer => {
                self.trailer += line.len();
                (self.trailer <= TRAILER_LIMIT && line.contains(&b':')).then_some(Place::Trailer)
            }
            Place::End | Place::Data(_) | Place::Over | Place::Broken => None,
        }
    }
}

/// The size that a chunk's line begins with.
fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?;
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = (1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::Chunks;

    #[test]
    fn only_what_every_reader_reads_alike_is_a_body_of_chunks() {
        for (text, fine) in [
            ("0\r\n\r\n", true),
            ("A\r\n0123456789\r\n0\r\n\r\n", true),
            ("1;a=\"b\"\r\nx\r\n0\r\nName: value\r\n\r\n", true),
            ("1\nx\r\n0\r\n\r\n", false),
            ("0x1\r\nx\r\n0\r\n\r\n", false),
            ("+1\r\nx\r\n0\r\n\r\n", false),
            (" 1\r\nx\r\n0\r\n\r\n", false),
            ("1 \r\nx\r\n0\r\n\r\n", false),
            ("\r\n\r\n", false),
            ("1\r\nxy\r\n0\r\n\r\n", false),
            ("1\r\nx\n0\r\n\r\n", false),
            ("1\r\rx\r\n", false),
            ("ffffffffffffffff\r\n", false),
            ("0\r\nno name\r\n\r\n", false),
        ] {
            let mut chunks = Chunks::new();
            let passed = chunks.pass(text.as_bytes());
            assert_eq!(passed == Some(text.len()) && chunks.is_over(), fine, "{text:?}");
        }
        let mut endless = Chunks::new();
        assert_eq!(endless.pass("1".repeat(5000).as_bytes()), None);
        assert_eq!(endless.pass(b"0\r\n\r\n"), None, "it stays broken");
    }
}
