//! The values of a TOML text, each with its place.

use super::fault::{Fault, Faults};
use std::collections::BTreeMap;
use toml_edit::{Document, Item, TableLike, Value as TomlValue};

/// Members by name.
pub(super) type Table = BTreeMap<String, Member>;

/// A member of a table.
#[derive(Clone)]
pub(super) struct Member {
    /// Where its name begins, in bytes.
    pub(super) at: usize,
    /// Its value.
    pub(super) node: Node,
}

/// A value and its place. It has no `Debug`: it may be a secret.
#[derive(Clone)]
pub(super) struct Node {
    /// Where it begins, in bytes.
    pub(super) at: usize,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    /// A text with a variable in it: it may stand for a number or for yes and no, too.
    Put(String),
    Number(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// A variable that is not set, which has been told already.
    Unset,
    /// What no manifest has: a float, a date.
    Other(&'static str),
}

impl Node {
    /// What it is, as a person calls it.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) | Value::Put(_) => "a text",
            Value::Number(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Unset => "a variable that is not set",
            Value::Other(kind) => kind,
        }
    }

    /// Whether it is a variable that is not set.
    pub(super) fn is_unset(&self) -> bool {
        matches!(self.value, Value::Unset)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Put(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => Some(*number),
            Value::Put(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match &self.value {
            Value::Flag(flag) => Some(*flag),
            Value::Put(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn into_text(self) -> Option<String> {
        match self.value {
            Value::Text(text) | Value::Put(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn into_table(self) -> Option<Table> {
        match self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// Reads a text.
///
/// # Errors
/// It is no TOML.
pub(super) fn read(text: &str) -> Result<Table, Faults> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Faults::new(text, vec![Fault::new(at, message)])
    })?;
    Ok(table(document.as_table()))
}

fn table(members: &dyn TableLike) -> Table {
    let each = members.iter().map(|(name, item)| {
        let value_at = item.span().map(|span| span.start);
        let key = members.key(name).and_then(toml_edit::Key::span);
        let at = key.map(|span| span.start).or(value_at).unwrap_or_default();
        let node = Node {
            at: value_at.unwrap_or(at),
            value: of_item(item),
        };
        (name.to_owned(), Member { at, node })
    });
    each.collect()
}

fn of_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Other("nothing"),
        Item::Value(found) => of_value(found),
        Item::Table(found) => Value::Table(table(found)),
        Item::ArrayOfTables(_) => Value::Other("a list of tables"),
    }
}

fn of_value(found: &TomlValue) -> Value {
    match found {
        TomlValue::String(text) => Value::Text(text.value().clone()),
        TomlValue::Integer(number) => Value::Number(*number.value()),
        TomlValue::Boolean(flag) => Value::Flag(*flag.value()),
        TomlValue::Array(list) => Value::List(list.iter().map(in_list).collect()),
        TomlValue::InlineTable(found) => Value::Table(table(found)),
        TomlValue::Float(_) => Value::Other("a number with a point"),
        TomlValue::Datetime(_) => Value::Other("a date"),
    }
}

fn in_list(found: &TomlValue) -> Node {
    Node {
        at: found.span().map_or(0, |span| span.start),
        value: of_value(found),
    }
}
