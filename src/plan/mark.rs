//! What fgctl writes beside a resource's own description: whose it is, what was last applied to it, until when it is
//! wanted.
//!
//! There is no state file. All that has to be remembered is in the resource itself, at the end of its description or
//! remark, so that it is written in the same request as the rest and cannot be lost apart from it:
//!
//! ```text
//! the user's own words fgctl-stack=chat/dev fgctl-applied=Aq3xBzz9
//! ```
//!
//! The memory has four characters for each field: which one, and 18 bits of a digest of the value that was applied. It
//! tells a change of the file (what is found is what was applied) from one that somebody made elsewhere (it is not).

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// The key of the ownership, as a word and as a tag.
pub(crate) const STACK: &str = "fgctl-stack";
const APPLIED: &str = "fgctl-applied";
const UNTIL: &str = "fgctl-until";
const RELEASE: &str = "fgctl-release";

/// How many times the digest of a secret is taken again, so that guessing is slow.
const SECRET_ROUNDS: usize = 20_000;

/// The digits of the memory.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Every field that the memory can hold; its place here is its first digit, so this only ever grows at its end.
const FIELDS: &[&str] = &[
    "runtime",
    "handler",
    "memory",
    "timeout",
    "description",
    "code",
    "dependencies",
    "env",
    "secret_env",
    "public_access",
    "vpc",
    "subnet",
    "agency",
    "execution_agency",
    "collect_logs",
    "log_group",
    "log_stream",
    "max_instances",
    "concurrency",
    "initializer",
    "initializer_timeout",
    "pre_stop",
    "pre_stop_timeout",
    "ephemeral_storage",
    "include_keys",
    "websocket",
    "enterprise_project",
    "edition",
    "security_group",
    "zones",
    "public_inbound",
    "public_outbound",
    "maintenance_hour",
    "content",
    "path",
    "method",
    "matching",
    "protocol",
    "auth",
    "network_architecture",
    "invocation_mode",
    "cors",
    "app_code",
    "version",
    "group",
    "environment",
    "function",
    "gateway",
];

/// What was last applied: a short digest for each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory(BTreeMap<&'static str, [u8; 3]>);

impl Memory {
    /// The memory of these values, of the resource `of`.
    pub(crate) fn of<'a>(of: &str, fields: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Self {
        let known = fields
            .into_iter()
            .filter_map(|(field, value)| Some((known(field)?, short(of, field, value))));
        Self(known.collect())
    }

    /// Whether it holds anything of `field`.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Whether `value` is what was applied to `field`.
    pub(crate) fn is(&self, of: &str, field: &str, value: &Value) -> bool {
        self.0.get(field).is_some_and(|own| *own == short(of, field, value))
    }

    /// The digits of what was applied to `field`.
    pub(crate) fn digits(&self, field: &str) -> Option<String> {
        let digest = self.0.get(field)?;
        Some(digest.iter().copied().map(char::from).collect())
    }

    /// The same without `fields`.
    pub(crate) fn without(mut self, fields: &[&str]) -> Self {
        self.0.retain(|field, _| !fields.contains(field));
        self
    }

    fn read(text: &str) -> Self {
        let entries = text.as_bytes().chunks_exact(4).filter_map(|entry| {
            let at = DIGITS.iter().position(|digit| *digit == entry[0])?;
            Some((*FIELDS.get(at)?, [entry[1], entry[2], entry[3]]))
        });
        Self(entries.collect())
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, digest) in &self.0 {
            let at = FIELDS.iter().position(|known| known == field).unwrap_or_default();
            for digit in [DIGITS[at]].iter().chain(digest) {
                write!(f, "{}", char::from(*digit))?;
            }
        }
        Ok(())
    }
}

fn known(field: &str) -> Option<&'static str> {
    FIELDS.iter().find(|known| **known == field).copied()
}

/// 18 bits of the digest, as three digits.
fn short(of: &str, field: &str, value: &Value) -> [u8; 3] {
    let digest = Sha256::digest(format!("{of}\n{field}\n{value}"));
    let digit = |bits: u8| DIGITS[usize::from(bits & 63)];
    [digit(digest[0]), digit(digest[1]), digit(digest[2])]
}

/// What stands for a value that a plan does not show, because it may be a secret though nobody says so.
pub(crate) fn value_digest(of: &str, value: &str) -> String {
    let digest = Sha256::digest(format!("{of}\n{value}"));
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// What stands for a secret in plans and memories: salted with its resource, and slow to guess.
pub(crate) fn secret_digest(of: &str, secret: &str) -> String {
    let mut digest = Sha256::digest(format!("{of}\n{secret}"));
    for _ in 0..SECRET_ROUNDS {
        digest = Sha256::digest(digest);
    }
    digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}

/// The words of fgctl at the end of a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// `NAME/ENV`: whose it is.
    pub(crate) stack: String,
    /// What was last applied.
    pub(crate) applied: Memory,
    /// Until when it is wanted, as RFC 3339; nothing for as long as it is declared.
    pub(crate) until: Option<String>,
    /// Of a published version: the digest of what it was made of.
    pub(crate) release: Option<String>,
}

impl Mark {
    /// Takes `text` apart: the user's own words, and the mark where there is one.
    pub(crate) fn split(text: &str) -> (String, Option<Self>) {
        let Some(at) = text.find(&format!("{STACK}=")).filter(|at| is_word_start(text, *at)) else {
            return (text.to_owned(), None);
        };
        let mut mark = Self::default();
        for word in text[at..].split_whitespace() {
            match word.split_once('=') {
                Some((STACK, stack)) => mark.stack = stack.to_owned(),
                Some((APPLIED, applied)) => mark.applied = Memory::read(applied),
                Some((UNTIL, until)) => mark.until = Some(until.to_owned()),
                Some((RELEASE, release)) => mark.release = Some(release.to_owned()),
                _ => {}
            }
        }
        (text[..at].trim_end().to_owned(), Some(mark))
    }

    /// `text` with the mark at its end.
    pub(crate) fn after(&self, text: &str) -> String {
        let mut words = Vec::new();
        if !text.is_empty() {
            words.push(text.to_owned());
        }
        words.push(format!("{STACK}={}", self.stack));
        if !self.applied.0.is_empty() {
            words.push(format!("{APPLIED}={}", self.applied));
        }
        words.extend(self.until.iter().map(|until| format!("{UNTIL}={until}")));
        words.extend(self.release.iter().map(|release| format!("{RELEASE}={release}")));
        words.join(" ")
    }
}

fn is_word_start(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::{DIGITS, FIELDS, Mark, Memory, secret_digest};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_has_a_digit_of_its_own() {
        assert!(FIELDS.len() <= DIGITS.len());
        assert_eq!(FIELDS.iter().collect::<BTreeSet<_>>().len(), FIELDS.len());
    }

    #[test]
    fn a_mark_is_read_back_and_the_words_before_it_stay() {
        let mark = Mark {
            stack: "chat/dev".to_owned(),
            applied: Memory::of("function f", [("memory", &json!(128)), ("code", &json!("ab"))]),
            until: Some("2026-11-24T20:00:00Z".to_owned()),
            release: Some("0a".to_owned()),
        };
        for own in ["", "a function", "it says fgctl-stack somewhere"] {
            let text = mark.after(own);
            assert_eq!(Mark::split(&text), (own.to_owned(), Some(mark.clone())), "{text}");
        }
        assert_eq!(Mark::split("nothing").1, None);
        assert_eq!(Mark::split("xfgctl-stack=a/b").1, None);
        assert!(mark.applied.is("function f", "memory", &json!(128)));
        assert!(!mark.applied.is("function f", "memory", &json!(256)));
        assert!(!mark.applied.is("function g", "memory", &json!(128)));
        assert!(mark.applied.has("code") && !mark.applied.has("timeout"));
    }

    #[test]
    fn a_secret_is_told_by_few_digits_of_a_salted_digest() {
        assert_eq!(secret_digest("f", "x").len(), 6);
        assert_ne!(secret_digest("f", "x"), secret_digest("g", "x"));
        assert_ne!(secret_digest("f", "x"), secret_digest("f", "y"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading_of_a_mark(text in "\\PC{0,80}", applied in "[A-Za-z0-9_-]{0,40}") {
            let (own, mark) = Mark::split(&text);
            prop_assert!(mark.is_some() || own == text);
            let marked = format!("{} fgctl-stack=a/b fgctl-applied={applied}", own.replace("fgctl", ""));
            let mark = Mark::split(&marked).1.unwrap();
            prop_assert_eq!(Memory::read(&mark.applied.to_string()), mark.applied);
        }
    }
}
