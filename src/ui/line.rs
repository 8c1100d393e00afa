//! A line that is being typed: what each key does to it. Pure.

/// What a person has asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Typed {
    /// A line, by Enter.
    Line(String),
    /// The end, by Ctrl-D on an empty line.
    End,
}

/// A key, or what it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Char(char),
    Enter,
    End,
    Back,
    Delete,
    Left,
    Right,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Older,
    Newer,
    KillWord,
    KillStart,
    KillEnd,
}

/// The line, the cursor in it, and the lines before it.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: Vec<char>,
    cursor: usize,
    history: Vec<String>,
    /// Which line of the history is shown; its length for the new one.
    shown: usize,
    /// The new line while an older one is shown.
    draft: Vec<char>,
    /// Bytes of a key that is not whole yet.
    pending: Vec<u8>,
}

impl Line {
    /// Takes in what was typed.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut typed = Vec::new();
        for byte in bytes {
            self.pending.push(*byte);
            match key(&self.pending) {
                Read::More => {}
                Read::Nothing => self.pending.clear(),
                Read::Key(key) => {
                    self.pending.clear();
                    typed.extend(self.press(key));
                }
            }
        }
        typed
    }

    /// The part of the line that fits `width` columns, and how many columns of it are before the cursor.
    pub(super) fn window(&self, width: usize) -> (String, usize) {
        let columns = |text: &[char]| text.iter().map(|c| column_count(*c)).sum::<usize>();
        let mut begin = 0;
        while columns(&self.text[begin..self.cursor]) > width {
            begin += 1;
        }
        let mut end = self.cursor;
        while end < self.text.len() && columns(&self.text[begin..=end]) <= width {
            end += 1;
        }
        (
            self.text[begin..end].iter().collect(),
            columns(&self.text[begin..self.cursor]),
        )
    }

    fn press(&mut self, key: Key) -> Option<Typed> {
        match key {
            Key::Char(c) => {
                self.text.insert(self.cursor, c);
                self.cursor += 1;
            }
            Key::Enter => return Some(Typed::Line(self.enter())),
            Key::End if self.text.is_empty() => return Some(Typed::End),
            Key::Back if self.cursor > 0 => self.cut(self.cursor - 1, self.cursor),
            Key::Delete | Key::End if self.cursor < self.text.len() => self.cut(self.cursor, self.cursor + 1),
            Key::Left => self.cursor = self.cursor.saturating_sub(1),
            Key::Right => self.cursor = (self.cursor + 1).min(self.text.len()),
            Key::WordLeft => self.cursor = self.word_start(),
            Key::WordRight => self.cursor = self.word_end(),
            Key::LineStart => self.cursor = 0,
            Key::LineEnd => self.cursor = self.text.len(),
            Key::Older if self.shown > 0 => self.show(self.shown - 1),
            Key::Newer if self.shown < self.history.len() => self.show(self.shown + 1),
            Key::KillWord => self.cut(self.word_start(), self.cursor),
            Key::KillStart => self.cut(0, self.cursor),
            Key::KillEnd => self.cut(self.cursor, self.text.len()),
            Key::End | Key::Back | Key::Delete | Key::Older | Key::Newer => {}
        }
        None
    }

    fn enter(&mut self) -> String {
        let line: String = std::mem::take(&mut self.text).into_iter().collect();
        self.cursor = 0;
        if !line.is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        self.shown = self.history.len();
        line
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.drain(from..to);
        self.cursor = from;
    }

    fn show(&mut self, at: usize) {
        if self.shown == self.history.len() {
            self.draft = std::mem::take(&mut self.text);
        }
        self.shown = at;
        self.text = match self.history.get(at) {
            Some(line) => line.chars().collect(),
            None => std::mem::take(&mut self.draft),
        };
        self.cursor = self.text.len();
    }

    fn word_start(&self) -> usize {
        let before = &self.text[..self.cursor];
        let word = before.iter().rposition(|c| !c.is_whitespace()).map_or(0, |at| at + 1);
        before[..word]
            .iter()
            .rposition(|c| c.is_whitespace())
            .map_or(0, |at| at + 1)
    }

    fn word_end(&self) -> usize {
        let skip = |from: usize, space: bool| {
            let end = self.text[from..].iter().position(|c| c.is_whitespace() != space);
            end.map_or(self.text.len(), |size| from + size)
        };
        skip(skip(self.cursor, true), false)
    }
}

/// A control character is shown as a space.
fn column_count(c: char) -> usize {
    match c.is_control() {
        true => 1,
        false => dialoguer::console::measure_text_width(c.encode_utf8(&mut [0; 4])),
    }
}

/// What bytes stand for.
#[derive(Debug, PartialEq)]
enum Read {
    Key(Key),
    /// A key that does nothing here.
    Nothing,
    /// The beginning of one.
    More,
}

fn key(bytes: &[u8]) -> Read {
    match bytes {
        [0x1b, rest @ ..] => escaped(rest),
        [byte] if *byte < 0x20 || *byte == 0x7f => control(*byte).map_or(Read::Nothing, Read::Key),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.chars().next().map_or(Read::Nothing, |c| Read::Key(Key::Char(c))),
            Err(error) if error.error_len().is_none() => Read::More,
            Err(_) => Read::Nothing,
        },
    }
}

fn control(byte: u8) -> Option<Key> {
    Some(match byte {
        b'\r' | b'\n' => Key::Enter,
        0x01 => Key::LineStart,
        0x02 => Key::Left,
        // What was Ctrl-D when the terminal still made lines itself, it passes on as a null.
        0x04 | 0x00 => Key::End,
        0x05 => Key::LineEnd,
        0x06 => Key::Right,
        0x08 | 0x7f => Key::Back,
        b'\t' => Key::Char('\t'),
        0x0b => Key::KillEnd,
        0x0e => Key::Newer,
        0x10 => Key::Older,
        0x15 => Key::KillStart,
        0x17 => Key::KillWord,
        _ => return None,
    })
}

/// What follows an escape.
fn escaped(rest: &[u8]) -> Read {
    let key = match rest {
        [] | [b'[' | b'O'] => return Read::More,
        [b'b'] => Key::WordLeft,
        [b'f'] => Key::WordRight,
        [b'[' | b'O', middle @ .., last] => match (middle, last) {
            ([], b'A') => Key::Older,
            ([], b'B') => Key::Newer,
            ([], b'C') => Key::Right,
            ([], b'D') => Key::Left,
            ([], b'H') | (b"1" | b"7", b'~') => Key::LineStart,
            ([], b'F') | (b"4" | b"8", b'~') => Key::LineEnd,
            (b"3", b'~') => Key::Delete,
            (b"1;5" | b"1;3", b'D') => Key::WordLeft,
            (b"1;5" | b"1;3", b'C') => Key::WordRight,
            (_, 0x40..=0x7e) => return Read::Nothing,
            _ => return Read::More,
        },
        _ => return Read::Nothing,
    };
    Read::Key(key)
}

#[cfg(test)]
mod tests {
    use super::{Line, Typed};
    use proptest::prelude::{any, prop_assert, proptest};

    /// The line that these keys make.
    fn typed(keys: &str) -> String {
        match Line::default().feed(format!("{keys}\n").as_bytes()).pop() {
            Some(Typed::Line(line)) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_edit_the_line() {
        for (keys, line) in [
            ("hello", "hello"),
            ("helo\x1b[Dl", "hello"),
            ("é\u{1f600}\x7f!", "é!"),
            ("b\x01a\x05c", "abc"),
            ("one two\x17three", "one three"),
            ("one two\x1b[1;5D\x1b[1;5D\x0bx", "x"),
            ("one two\x1bb\x15", "two"),
            ("abc\x1b[H\x1b[3~", "bc"),
            ("abc\x02\x04", "ab"),
            ("a\x1b[99~\x1b[5;6Zb\x07", "ab"),
            ("a b\x01\x1bf!", "a! b"),
        ] {
            assert_eq!(typed(keys), line, "{keys:?}");
        }
    }

    #[test]
    fn older_lines_come_back_and_the_new_one_is_kept() {
        let mut line = Line::default();
        line.feed(b"one\ntwo\ntwo\n");
        let mut shown = |keys: &str| {
            line.feed(keys.as_bytes());
            line.window(80).0
        };
        assert_eq!(shown("dra\x1b[A"), "two");
        assert_eq!(shown("\x1b[A"), "one");
        assert_eq!(shown("\x10"), "one");
        assert_eq!(shown("\x1b[B\x0e"), "dra");
        assert_eq!(shown("\x1b[B"), "dra");
    }

    #[test]
    fn the_end_is_asked_for_on_an_empty_line() {
        assert_eq!(Line::default().feed(b"\x04"), [Typed::End]);
        assert_eq!(Line::default().feed(b"\0"), [Typed::End]);
        assert_eq!(Line::default().feed(b"a\x04"), []);
    }

    #[test]
    fn a_long_line_is_shown_around_its_cursor() {
        let mut line = Line::default();
        line.feed(b"abcdefgh");
        assert_eq!(line.window(4), ("efgh".to_owned(), 4));
        line.feed(b"\x01");
        assert_eq!(line.window(4), ("abcd".to_owned(), 0));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), keys in "[a-c\x01-\x1a\x1b\\[ABCD1;5~\x7f]{0,20}", width in 0_usize..20) {
            let mut line = Line::default();
            for bytes in [&bytes, keys.as_bytes()] {
                line.feed(bytes);
                let (shown, before) = line.window(width);
                prop_assert!(before <= width && shown.chars().count() <= line.text.len());
            }
        }
    }
}
