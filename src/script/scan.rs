//! The words of one line, with the column of each.

use super::error::ScriptError;
use super::scene::{bytes_of_hex, next_variable};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// A line that is being read.
pub(super) struct Scan<'a> {
    file: &'a str,
    number: usize,
    line: &'a str,
    /// Up to which byte it was read.
    at: usize,
    /// The variables that have a value at this line.
    known: &'a BTreeSet<String>,
}

type Result<T> = std::result::Result<T, ScriptError>;

impl<'a> Scan<'a> {
    pub(super) fn new((file, number, line): (&'a str, usize, &'a str), known: &'a BTreeSet<String>) -> Self {
        let mut scan = Self {
            file,
            number,
            line,
            at: 0,
            known,
        };
        scan.skip();
        scan
    }

    fn skip(&mut self) {
        let rest = &self.line[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    /// The place that was reached.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// An error at a place.
    pub(super) fn wrong(&self, at: usize, why: impl Into<String>) -> ScriptError {
        ScriptError {
            file: self.file.to_owned(),
            line: self.number,
            column: self.line.char_indices().take_while(|(index, _)| *index < at).count() + 1,
            why: why.into(),
            source_line: self.line.to_owned(),
        }
    }

    /// An error here.
    pub(super) fn here(&self, why: impl Into<String>) -> ScriptError {
        self.wrong(self.at, why)
    }

    /// Whether nothing is left but a comment.
    pub(super) fn is_done(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with('#')
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<()> {
        match self.is_done() {
            true => Ok(()),
            false => Err(self.here(format!("`{}` is not understood here", self.next_word()))),
        }
    }

    fn next_word(&self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())]
    }

    /// The next word up to a space; `what` names it in the error where there is none.
    pub(super) fn word(&mut self, what: &str) -> Result<&'a str> {
        if self.is_done() {
            return Err(self.here(format!("{what} is missing")));
        }
        let word = self.next_word();
        self.at += word.len();
        self.skip();
        Ok(word)
    }

    /// Takes `word` if it comes next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.next_word() == word;
        if found {
            self.at += word.len();
            self.skip();
        }
        found
    }

    /// Takes the one of `words` that comes next.
    pub(super) fn keyword(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().find(|word| self.peek(word))?;
        self.take(found);
        Some(found)
    }

    /// Whether `word` comes next.
    pub(super) fn peek(&self, word: &str) -> bool {
        self.next_word() == word
    }

    /// What was read since this place.
    pub(super) fn since(&self, begin: usize) -> String {
        self.line[begin..self.at].trim_end().to_owned()
    }

    /// Whether a text in quotes comes next.
    pub(super) fn is_text(&self) -> bool {
        self.rest().starts_with('"')
    }

    /// A text in quotes, in which `\n`, `\t`, `\r`, `\"`, `\\` and `\u0041` stand for others.
    pub(super) fn text(&mut self) -> Result<String> {
        if !self.is_text() {
            return Err(self.here("a text in \"quotes\" is missing"));
        }
        let begin = self.at;
        match self.json_value()? {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong(begin, "a text in \"quotes\" is missing")),
        }
    }

    /// The name of a variable that gets a value.
    pub(super) fn name(&mut self) -> Result<String> {
        let begin = self.at;
        let word = self.word("the variable's name")?;
        match is_name(word) {
            true => Ok(word.to_owned()),
            false => Err(self.wrong(begin, format!("`{word}` is no name: use letters, digits, _ and -"))),
        }
    }

    /// A number up to the largest of its kind.
    pub(super) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Result<T> {
        let begin = self.at;
        let word = self.word(what)?;
        word.parse()
            .map_err(|_| self.wrong(begin, format!("`{word}` is not {what}")))
    }

    /// A JSON value, whatever follows it.
    pub(super) fn json_value(&mut self) -> Result<Value> {
        let rest = self.rest();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let size = values.byte_offset();
                self.check_variables(&rest[..size])?;
                self.at += size;
                self.skip();
                Ok(value)
            }
            None => Err(self.here("a JSON value is missing")),
            Some(Err(error)) => {
                let bytes = error.column().saturating_sub(1).min(rest.len());
                let at = self.at + bytes;
                let why = error.to_string();
                let why = why.split(" at line ").next().unwrap_or_default();
                Err(self.wrong(at, format!("this is no JSON: {why}")))
            }
        }
    }

    /// A regular expression between slashes, with `\/` for a slash.
    pub(super) fn regex(&mut self) -> Result<Regex> {
        let begin = self.at;
        let Some(rest) = self.rest().strip_prefix('/') else {
            return Err(self.here("a /regular expression/ is missing"));
        };
        let mut escaped = false;
        let close = rest.char_indices().find(|(_, c)| {
            let close = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            close
        });
        let Some((size, _)) = close else {
            return Err(self.wrong(begin, "this regular expression has no / at its end"));
        };
        let regex = Regex::new(&rest[..size].replace("\\/", "/"))
            .map_err(|error| self.wrong(begin + 1, format!("this is no regular expression: {error}")))?;
        self.at += size + 2;
        self.skip();
        Ok(regex)
    }

    /// Hexadecimal digits in pairs, up to a word that is none.
    pub(super) fn hex(&mut self) -> Result<Vec<u8>> {
        let begin = self.at;
        let mut digits = String::new();
        while !self.is_done() && self.next_word().bytes().all(|byte| byte.is_ascii_hexdigit()) {
            digits.push_str(self.word("the bytes")?);
        }
        match bytes_of_hex(&digits) {
            Some(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err(self.wrong(begin, "bytes are pairs of hexadecimal digits, as in 00 ff")),
        }
    }

    /// A duration such as `500ms` or `2s`.
    pub(super) fn duration(&mut self) -> Result<Duration> {
        let begin = self.at;
        let word = self.word("a duration")?;
        let (number, unit) = word.split_at(word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len()));
        let unit = match unit {
            "ms" => Some(1),
            "s" => Some(1000),
            "m" => Some(60_000),
            _ => None,
        };
        let number: Option<u64> = number.parse().ok().filter(|number| *number <= 86_400);
        match number.zip(unit) {
            Some((number, unit)) => Ok(Duration::from_millis(number * unit)),
            None => Err(self.wrong(begin, format!("`{word}` is no duration, such as 500ms, 2s or 1m"))),
        }
    }

    /// All that is left of the line, as it is.
    pub(super) fn remainder(&mut self, what: &str) -> Result<&'a str> {
        let rest = self.rest().trim_end();
        if rest.is_empty() {
            return Err(self.here(format!("{what} is missing")));
        }
        self.check_variables(rest)?;
        self.at = self.line.len();
        Ok(rest)
    }

    /// A word, in which variables may stand.
    pub(super) fn value(&mut self, what: &str) -> Result<String> {
        if self.is_text() {
            return self.text();
        }
        let begin = self.at;
        let word = self.word(what)?;
        self.at = begin;
        self.check_variables(word)?;
        self.at = begin + word.len();
        self.skip();
        Ok(word.to_owned())
    }

    /// Each `{{NAME}}` of `text`, which begins here, has a value by now.
    fn check_variables(&self, text: &str) -> Result<()> {
        let mut rest = text;
        while let Some((before, name, after)) = next_variable(rest) {
            let at = self.at + (text.len() - rest.len()) + before.len();
            if !self.known.contains(name) {
                return Err(self.wrong(
                    at,
                    format!("the variable `{name}` has no value here: give it one with --variable {name}=VALUE"),
                ));
            }
            rest = after;
        }
        Ok(())
    }
}

/// Whether a variable or a client may be called so.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
