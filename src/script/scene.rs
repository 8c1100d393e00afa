//! What a script's texts mean while it runs: its variables, and the folder of its files.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Files of more bytes are not read.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// The variables of a running script and its folder.
#[derive(Debug)]
pub(crate) struct Scene {
    variables: BTreeMap<String, Value>,
    folder: PathBuf,
}

impl Scene {
    /// With the variables that the command line gives.
    pub(crate) fn new(given: &[(String, String)], folder: &Path) -> Self {
        let variables = given
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())));
        Self {
            variables: variables.collect(),
            folder: folder.to_owned(),
        }
    }

    /// Gives a variable its value.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }

    /// Whether a variable has a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// `text` with the values of its variables.
    pub(crate) fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_variable(rest) {
            expanded.push_str(before);
            expanded.push_str(&self.variables.get(name).map(plain).unwrap_or_default());
            rest = after;
        }
        expanded + rest
    }

    /// `value` with variables in its texts; a text that is one variable and nothing else becomes its value, as it is.
    pub(crate) fn expand_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match next_variable(text) {
                Some(("", name, "")) => self.variables.get(name).cloned().unwrap_or_default(),
                _ => Value::String(self.expand(text)),
            },
            Value::Array(items) => items.iter().map(|item| self.expand_json(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (self.expand(name), self.expand_json(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// A path, beside the script where it is relative.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(self.expand(name))
    }

    /// A file's content.
    ///
    /// # Errors
    /// It cannot be read, or is too large.
    pub(crate) fn file(&self, name: &str) -> io::Result<Vec<u8>> {
        let path = self.path(name);
        let failed = |why: String| io::Error::other(format!("`{}` cannot be read: {why}", path.display()));
        let size = std::fs::metadata(&path)
            .map_err(|error| failed(error.to_string()))?
            .len();
        if size > FILE_LIMIT {
            return Err(failed(format!("it has {size} bytes, more than {FILE_LIMIT}")));
        }
        std::fs::read(&path).map_err(|error| failed(error.to_string()))
    }
}

/// The text before the next `{{NAME}}`, the name, and the text after.
pub(super) fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

/// A value as text: a text without quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits, with spaces anywhere between bytes, as bytes.
pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}
