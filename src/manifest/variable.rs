//! `${NAME}` and `${NAME:-default}` in texts; `$$` is a dollar.

use super::fault::Fault;
use super::node::{Node, Table, Value};

/// Puts the variables into every text of `table`.
pub(super) fn resolve(table: Table, variable: &dyn Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) -> Table {
    let each = table.into_iter().map(|(name, mut member)| {
        member.node = put(member.node, variable, faults);
        (name, member)
    });
    each.collect()
}

fn put(node: Node, variable: &dyn Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) -> Node {
    let at = node.at;
    let value = match node.value {
        Value::Text(text) => match substitute(&text, variable) {
            Ok(None) => Value::Text(text),
            Ok(Some(put)) => Value::Put(put),
            Err(fault) => {
                faults.push(Fault::new(at, fault));
                Value::Unset
            }
        },
        Value::List(list) => Value::List(list.into_iter().map(|node| put(node, variable, faults)).collect()),
        Value::Table(table) => Value::Table(resolve(table, variable, faults)),
        other => other,
    };
    Node { at, value }
}

/// The text with its variables, or nothing where it has none.
///
/// # Errors
/// A variable is not set, or is not written as one.
pub(super) fn substitute(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, String> {
    if !text.contains('$') {
        return Ok(None);
    }
    let (mut put, mut rest, mut known) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once('$') {
        put.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            put.push('$');
            rest = after;
            continue;
        }
        let inner = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((inner, after)) = inner else {
            return Err("a dollar begins a variable: write ${NAME}, or $$ for a dollar".to_owned());
        };
        put.push_str(&value_of(inner, variable)?);
        (rest, known) = (after, true);
    }
    put.push_str(rest);
    // A text with dollars alone is no number, whatever it looks like.
    Ok((known || put != text).then_some(put))
}

fn value_of(inner: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(fits) || name.as_bytes()[0].is_ascii_digit() {
        return Err(format!(
            "`${{{name}}}` names no variable: a name has letters, digits and underscores"
        ));
    }
    match (variable(name).filter(|value| !value.is_empty()), default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(format!(
            "the environment variable `{name}` is not set; set it, or write ${{{name}:-a default}}"
        )),
    }
}
