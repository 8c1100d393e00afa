//! Whether a message is what a script expects.

use super::scene::{Scene, hex, plain};
use jmespath::Expression;
use regex_lite::Regex;
use serde_json::Value;

/// A line that a message has to fit.
#[derive(Debug)]
pub(crate) struct Check {
    /// As it stands in the script.
    pub(crate) source: String,
    /// What fits.
    pub(super) pattern: Pattern,
    /// The variable that gets what it found.
    pub(super) capture: Option<String>,
}

/// What fits.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Any message.
    Anything,
    /// This text.
    Text(String),
    /// A text that has this somewhere, at its beginning or at its end.
    Part(Part, String),
    /// A text in which this is found.
    Regex(Regex),
    /// This JSON, however it is spelled.
    Json(Value),
    /// JSON that has at least this.
    JsonPart(Value),
    /// JSON of which an expression picks this.
    Query(Expression<'static>, Option<Comparison>),
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of this file.
    File(String),
}

/// Where in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Anywhere,
    Start,
    End,
}

/// What was picked is compared with this.
#[derive(Debug)]
pub(super) enum Comparison {
    Value(Relation, Value),
    Matches(Regex),
}

/// How.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

impl Relation {
    fn holds(self, a: &Value, b: &Value) -> bool {
        match self {
            Self::Equal => same(a, b),
            Self::Unequal => !same(a, b),
            Self::Less => less(a, b),
            Self::LessOrEqual => less(a, b) || same(a, b),
            Self::Greater => less(b, a),
            Self::GreaterOrEqual => less(b, a) || same(a, b),
            Self::Contains => contains(a, b),
        }
    }

    /// What is said of what was picked where it does not hold.
    fn missed(self) -> &'static str {
        match self {
            Self::Equal => "which is not",
            Self::Unequal => "which is to be other than",
            Self::Less => "which is not less than",
            Self::LessOrEqual => "which is more than",
            Self::Greater => "which is not more than",
            Self::GreaterOrEqual => "which is less than",
            Self::Contains => "which does not contain",
        }
    }
}

/// A message, as scripts see it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Message<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
}

/// Why a message does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    /// In a few words.
    pub(crate) why: String,
    /// What would have fitted, line by line; empty where that is no text.
    pub(crate) expected: String,
    /// What came, spelled alike.
    pub(crate) came: String,
}

type Found = Result<Value, Mismatch>;

impl Check {
    /// Compares `message`, and keeps what was found.
    ///
    /// # Errors
    /// It does not fit.
    pub(crate) fn test(&self, message: Message<'_>, scene: &mut Scene) -> Result<(), Mismatch> {
        let found = self.pattern.find(message, scene)?;
        if let Some(name) = &self.capture {
            scene.set(name, found);
        }
        Ok(())
    }
}

impl Message<'_> {
    fn shown(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Binary(bytes) => format!("binary {}", hex(bytes)),
        }
    }

    fn text(self) -> Result<String, Mismatch> {
        match self {
            Self::Text(text) => Ok(text.to_owned()),
            Self::Binary(_) => Err(self.unlike("a text message was expected, and a binary one came", "")),
        }
    }

    fn json(self) -> Found {
        serde_json::from_str(&self.text()?)
            .map_err(|error| self.unlike(&format!("JSON was expected, and this is none: {error}"), ""))
    }

    fn unlike(self, why: &str, expected: &str) -> Mismatch {
        Mismatch {
            why: why.to_owned(),
            expected: expected.to_owned(),
            came: self.shown(),
        }
    }
}

impl Pattern {
    fn find(&self, message: Message<'_>, scene: &Scene) -> Found {
        match self {
            Self::Anything => Ok(Value::String(message.shown())),
            Self::Text(expected) => {
                let expected = scene.expand(expected);
                match message {
                    Message::Text(text) if text == expected => Ok(Value::String(expected)),
                    _ => Err(message.unlike("another message came", &expected)),
                }
            }
            Self::Part(part, expected) => part_of(*part, message, &scene.expand(expected)),
            Self::Regex(regex) => found_by(regex, &message.text()?)
                .ok_or_else(|| message.unlike(&format!("/{regex}/ is not found in what came"), "")),
            Self::Json(expected) => {
                let (expected, came) = (scene.expand_json(expected), message.json()?);
                match expected == came {
                    true => Ok(came),
                    false => Err(unequal("other JSON came", &expected, &came)),
                }
            }
            Self::JsonPart(expected) => {
                let (expected, came) = (scene.expand_json(expected), message.json()?);
                match holds(&came, &expected) {
                    true => Ok(came),
                    false => Err(unequal(
                        "the JSON that came does not hold what was expected",
                        &expected,
                        &came,
                    )),
                }
            }
            Self::Query(expression, comparison) => picked(expression, comparison.as_ref(), (message, scene)),
            Self::Bytes(expected) => same_bytes(message, expected),
            Self::File(name) => match scene.file(name) {
                Ok(expected) => same_bytes(message, &expected),
                Err(error) => Err(message.unlike(&error.to_string(), "")),
            },
        }
    }
}

fn part_of(part: Part, message: Message<'_>, expected: &str) -> Found {
    let text = message.text()?;
    let (fits, what) = match part {
        Part::Anywhere => (text.contains(expected), "hold"),
        Part::Start => (text.starts_with(expected), "start with"),
        Part::End => (text.ends_with(expected), "end with"),
    };
    match fits {
        true => Ok(Value::String(text)),
        false => Err(message.unlike(&format!("what came does not {what} what was expected"), expected)),
    }
}

/// The first group, or all, of what is found.
fn found_by(regex: &Regex, text: &str) -> Option<Value> {
    let found = regex.captures(text)?;
    let part = found.get(1).or_else(|| found.get(0))?;
    Some(Value::String(part.as_str().to_owned()))
}

fn same_bytes(message: Message<'_>, expected: &[u8]) -> Found {
    match message {
        Message::Binary(bytes) if bytes == expected => Ok(Value::String(hex(bytes))),
        _ => Err(message.unlike("another message came", &format!("binary {}", hex(expected)))),
    }
}

fn picked(
    expression: &Expression<'_>,
    comparison: Option<&Comparison>,
    (message, scene): (Message<'_>, &Scene),
) -> Found {
    let came = message.json()?;
    let failed = |why: String| message.unlike(&why, "");
    let picked = expression
        .search(&came)
        .map_err(|error| failed(format!("`{expression}` does not fit what came: {}", error.reason)))?;
    let picked = serde_json::to_value(picked.as_ref()).map_err(|error| failed(error.to_string()))?;
    match comparison {
        None if picked.is_null() => Err(failed(format!("`{expression}` picks nothing of what came"))),
        None => Ok(picked),
        Some(comparison) => match comparison.fits(&picked, scene) {
            Ok(found) => Ok(found),
            Err((why, expected)) => Err(Mismatch {
                why: format!("`{expression}` picks {picked} of what came, {why}"),
                expected,
                came: pretty(&picked),
            }),
        },
    }
}

impl Comparison {
    /// What is kept of what was picked; else why it does not fit, and what would have.
    fn fits(&self, picked: &Value, scene: &Scene) -> Result<Value, (String, String)> {
        match self {
            Self::Matches(regex) => found_by(regex, &plain(picked))
                .ok_or_else(|| (format!("in which /{regex}/ is not found"), String::new())),
            Self::Value(relation, expected) => {
                let expected = scene.expand_json(expected);
                match relation.holds(picked, &expected) {
                    true => Ok(picked.clone()),
                    false => Err((format!("{} {expected}", relation.missed()), pretty(&expected))),
                }
            }
        }
    }
}

/// Equal, `1` and `1.0` too.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64() && !(a.is_i64() && b.is_i64()),
        _ => a == b,
    }
}

/// Numbers by their size, texts by their characters; nothing else is less than anything.
fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a < b,
            _ => a.as_f64() < b.as_f64(),
        },
        (Value::String(a), Value::String(b)) => a < b,
        _ => false,
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Array(items), part) => items.iter().any(|item| same(item, part)),
        (Value::Object(_), Value::Object(_)) => holds(whole, part),
        _ => false,
    }
}

/// Whether `whole` has every member of `part`, and theirs; lists are compared item by item.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| holds(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        _ => same(whole, part),
    }
}

fn unequal(why: &str, expected: &Value, came: &Value) -> Mismatch {
    Mismatch {
        why: why.to_owned(),
        expected: pretty(expected),
        came: pretty(came),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}
