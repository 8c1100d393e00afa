//! Data without columns of its own, as a person or a shell reads it: a scalar as it is, a list one item a line.

use super::harmless;
use super::report::table;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// `data` as text. Nothing for null, so that a script sees an empty answer.
pub(super) fn text(data: &Value) -> String {
    match data {
        Value::Null => String::new(),
        Value::Array(items) => list(items),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{}: {}\n", harmless(name), cell(value)))
            .collect(),
        scalar => format!("{}\n", cell(scalar)),
    }
}

/// Objects as a table, lists as lines with tabs between (for `cut -f`), anything else one a line.
fn list(items: &[Value]) -> String {
    if items.iter().all(Value::is_object) && !items.is_empty() {
        return objects(items.iter().filter_map(Value::as_object).collect());
    }
    let line = |item: &Value| match item {
        Value::Array(cells) => cells.iter().map(cell).collect::<Vec<_>>().join("\t"),
        item => cell(item),
    };
    items.iter().map(|item| format!("{}\n", line(item))).collect()
}

fn objects(items: Vec<&Map<String, Value>>) -> String {
    let names: BTreeSet<&str> = items.iter().flat_map(|item| item.keys()).map(String::as_str).collect();
    let in_column = |item: &Map<String, Value>, name: &str| item.get(name).map_or_else(String::new, cell);
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| names.iter().map(|name| in_column(item, name)).collect())
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    table(&names, &rows, None)
}

/// A value on a line of its own or in a cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        other => harmless(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::json;

    #[test]
    fn each_shape_reads_as_a_shell_would_have_it() {
        for (data, expected) in [
            (json!(null), ""),
            (json!("a b"), "a b\n"),
            (json!(7), "7\n"),
            (json!(false), "false\n"),
            (json!([]), ""),
            (json!(["a", 1, null]), "a\n1\n\n"),
            (json!([["a", 1], ["b", {"c": 2}]]), "a\t1\nb\t{\"c\":2}\n"),
            (
                json!([{"name": "a", "size": 1}, {"name": "longer"}]),
                "name    size\na       1\nlonger\n",
            ),
            (json!({"name": "a", "tags": [1]}), "name: a\ntags: [1]\n"),
            (json!("\u{1b}[2J"), "\\u{1b}[2J\n"),
        ] {
            assert_eq!(text(&data), expected, "{data}");
        }
    }
}
