//! A tree like `node_modules`: the same bytes on every machine.
//!
//! Text is made of a vocabulary in which few words are frequent, in the shapes of JavaScript, JSON and source maps; it
//! compresses about as real packages do, to 0.30 of its size. One file in two hundred is a binary.

use crate::Outcome;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What there is in the tree.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Fills `folder` with at least `bytes` bytes.
pub(crate) fn grow(folder: &Path, bytes: u64) -> Outcome<Tree> {
    let mut maker = Maker::new();
    let mut tree = Tree::default();
    while tree.bytes < bytes {
        let package = format!("{}-{}", maker.word(), tree.files);
        for _ in 0..10 + maker.below(60) {
            let (name, content) = maker.file();
            let path = folder.join("node_modules").join(&package).join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            tree.files += 1;
            tree.bytes += content.len() as u64;
            fs::write(path, content)?;
        }
    }
    Ok(tree)
}

/// Makes files out of a number that goes on and on.
struct Maker {
    state: u64,
    words: Vec<String>,
    made: usize,
}

impl Maker {
    fn new() -> Self {
        let mut maker = Self {
            state: 0x9e37_79b9_7f4a_7c15,
            words: Vec::new(),
            made: 0,
        };
        maker.words = (0..6000).map(|_| maker.new_word()).collect();
        maker
    }

    /// xorshift64*.
    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    fn new_word(&mut self) -> String {
        const PARTS: [&str; 40] = [
            "get", "set", "on", "is", "to", "value", "name", "stream", "data", "err", "or", "buf", "fer", "in", "dex",
            "opt", "ions", "call", "back", "node", "path", "re", "solve", "par", "se", "type", "of", "con", "text",
            "sta", "te", "list", "en", "er", "ing", "ob", "ject", "key", "string", "ify",
        ];
        let mut word = String::new();
        for at in 0..1 + self.below(4) {
            let part = PARTS[self.below(PARTS.len())];
            match at {
                0 => word.push_str(part),
                _ => {
                    word.push_str(&part[..1].to_uppercase());
                    word.push_str(&part[1..]);
                }
            }
        }
        word
    }

    /// A word; half of all are among the first hundred.
    fn word(&mut self) -> String {
        let most = self.words.len() as f64;
        let place = most.powf(self.below(10_000) as f64 / 10_000.0);
        let at = (place as usize).saturating_sub(1) + self.below(3);
        self.words[at % self.words.len()].clone()
    }

    fn file(&mut self) -> (String, Vec<u8>) {
        self.made += 1;
        let (kind, number) = (self.below(200), self.made);
        // Most files are small, few are large.
        let size = 200 + (self.below(160) * self.below(160) * self.below(100)) / 45;
        let folder = ["lib", "dist", "src/util", "test", "dist/esm"][self.below(5)];
        let word = self.word();
        match kind {
            0 => (format!("build/{word}-{number}.node"), self.binary(size * 8)),
            1..15 => (format!("{folder}/{word}-{number}.json"), self.json(size / 2)),
            15..35 => (format!("{folder}/{word}-{number}.js.map"), self.map(size)),
            35..60 => (format!("{folder}/{word}-{number}.d.ts"), self.script(size / 2)),
            _ => (format!("{folder}/{word}-{number}.js"), self.script(size)),
        }
    }

    fn script(&mut self, size: usize) -> Vec<u8> {
        let mut text = String::from("'use strict';\n\n/*!\n * Licensed under the MIT license.\n */\n\n");
        while text.len() < size {
            self.statement(&mut text);
        }
        text.into_bytes()
    }

    fn statement(&mut self, text: &mut String) {
        let [a, b, c, d] = [self.word(), self.word(), self.word(), self.word()];
        let (kind, n) = (self.below(9), self.below(2000));
        // Writing to a String does not fail.
        let _ = match kind {
            0 => writeln!(text, "const {a} = require('./{b}/{c}');"),
            1 => writeln!(text, "function {a}({b}, {c}) {{\n  return {b}.{d}({c}, {n});\n}}\n"),
            2 => writeln!(text, "  if ({a}.{b} === {n}) {{\n    {c}.{d}('{a} {b}');\n  }}"),
            3 => writeln!(text, "  // {a} {b} the {c} of {d}, and {a} when {n}"),
            4 => writeln!(text, "  this.{a} = {b}.{c} || '{d}';"),
            5 => writeln!(
                text,
                "exports.{a} = {b};\nObject.defineProperty(exports, '{c}', {{ enumerable: true }});"
            ),
            6 => writeln!(
                text,
                "  for (let i = 0; i < {a}.length; i++) {{\n    {b}.push({a}[i].{c}({n}));\n  }}"
            ),
            7 => writeln!(
                text,
                "  throw new TypeError(`The \"{a}\" argument must be {b}: ${{{c}.{d}}}`);"
            ),
            _ => writeln!(text, "    {a}.{b}({c} => {c}.{d}).then({b}, {n});"),
        };
    }

    fn json(&mut self, size: usize) -> Vec<u8> {
        let mut text = String::from("{\n");
        while text.len() < size {
            let (a, b, n) = (self.word(), self.word(), self.below(100_000));
            let _ = writeln!(
                text,
                "  \"{a}{n}\": {{ \"{b}\": \"^{}.{}.0\", \"size\": {n} }},",
                n % 20,
                n % 7
            );
        }
        text.push_str("  \"end\": true\n}\n");
        text.into_bytes()
    }

    fn map(&mut self, size: usize) -> Vec<u8> {
        const DIGITS: &[u8] = b"AAAAACCCEEGIKMOSUW,,,,;gBDFHJNQYacikmoqsw";
        let mut text = String::from("{\"version\":3,\"sources\":[\"../src/index.ts\"],\"names\":[");
        while text.len() < size / 4 {
            let word = self.word();
            let _ = write!(text, "\"{word}\",");
        }
        text.push_str("\"\"],\"mappings\":\"");
        while text.len() < size {
            text.push(char::from(DIGITS[self.below(DIGITS.len())]));
        }
        text.push_str("\"}");
        text.into_bytes()
    }

    /// Machine code is neither text nor noise.
    fn binary(&mut self, size: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(size);
        while bytes.len() < size {
            match self.below(3) {
                0 => bytes.extend([0; 12]),
                1 => bytes.extend([
                    0x48,
                    0x8b,
                    (self.below(64) + 64) as u8,
                    0x24,
                    (self.below(16) * 8) as u8,
                ]),
                _ => bytes.extend(&self.next().to_le_bytes()[..5]),
            }
        }
        bytes
    }
}
