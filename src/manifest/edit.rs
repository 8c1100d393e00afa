//! Changes of a manifest's text: other values for keys, and everything else as it stands, comments too.

use super::fault::{Fault, Faults};
use super::overlay::{self, DEFAULT};
use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value as TomlValue};

/// Another value for a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    /// The section, such as `functions`.
    pub(crate) section: &'static str,
    /// What of it, such as a function's name.
    pub(crate) entry: String,
    /// The key, and where that is a table, its member.
    pub(crate) key: Vec<String>,
    /// What it becomes; null takes the key away.
    pub(crate) value: Value,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edited {
    /// It stands there now, under this path.
    Done(String),
    /// The text has a variable there, which is left: this path, and what stands there.
    Variable(String, String),
    /// The key stands outside of the environment's own tables, which cannot take it away: this path.
    Below(String),
}

/// Makes `edits` in `text`, for `environment`: where it has tables of its own, there, so that no other one changes.
///
/// # Errors
/// The text is no TOML.
pub(crate) fn edit(text: &str, environment: Option<&str>, edits: &[Edit]) -> Result<(String, Vec<Edited>), Faults> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let at = error.span().map_or(0, |span| span.start);
        Faults::new(text, vec![Fault::new(at, error.message())])
    })?;
    let own = own_tables(&document, environment);
    let done = edits.iter().map(|edit| make(&mut document, own.as_deref(), edit));
    let done = done.collect();
    Ok((document.to_string(), done))
}

/// The environment whose tables are laid over the rest: the chosen one, or one that is called as the manifest itself is.
fn own_tables(document: &DocumentMut, environment: Option<&str>) -> Option<String> {
    let name = environment.unwrap_or(DEFAULT);
    let there = find(document.as_table(), &[overlay::ENV, name]).is_some();
    there.then(|| name.to_owned())
}

fn make(document: &mut DocumentMut, environment: Option<&str>, edit: &Edit) -> Edited {
    let inner = [edit.section, &edit.entry]
        .into_iter()
        .chain(edit.key.iter().map(String::as_str));
    let inner: Vec<&str> = inner.collect();
    let own: Vec<&str> = match environment {
        Some(name) => [overlay::ENV, name].into_iter().chain(inner.iter().copied()).collect(),
        None => inner.clone(),
    };
    let root = document.as_table();
    let (there, below) = (find(root, &own), find(root, &inner));
    if let Some((path, text)) = [(&own, there), (&inner, below)]
        .into_iter()
        .find_map(|(path, item)| Some((path, variable(item?)?)))
    {
        return Edited::Variable(dotted(path), text);
    }
    if edit.value.is_null() {
        if environment.is_some() && below.is_some() {
            return Edited::Below(dotted(&inner));
        }
        remove(document.as_table_mut(), &own);
    } else {
        set(document.as_table_mut(), &own, toml(&edit.value));
    }
    Edited::Done(dotted(&own))
}

fn find<'a>(table: &'a dyn TableLike, path: &[&str]) -> Option<&'a Item> {
    let (last, tables) = path.split_last()?;
    let mut table = table;
    for name in tables {
        table = table.get(name)?.as_table_like()?;
    }
    table.get(last)
}

/// The text of `item`, where it has a variable in it.
fn variable(item: &Item) -> Option<String> {
    let text = item.as_str()?;
    text.replace("$$", "").contains('$').then(|| text.to_owned())
}

fn remove(table: &mut dyn TableLike, path: &[&str]) {
    match path {
        [] => {}
        [last] => drop(table.remove(last)),
        [first, rest @ ..] => {
            if let Some(table) = table.get_mut(first).and_then(Item::as_table_like_mut) {
                remove(table, rest);
            }
        }
    }
}

/// Sets the last of `path`; the tables that lead to it are made where they are not there.
fn set(table: &mut dyn TableLike, path: &[&str], mut value: TomlValue) {
    match path {
        [] => {}
        [last] => match table.get_mut(last) {
            Some(Item::Value(there)) => {
                // With the space before it and the comment behind it.
                *value.decor_mut() = there.decor().clone();
                *there = value;
            }
            _ => drop(table.insert(last, Item::Value(value))),
        },
        [first, rest @ ..] => {
            if table.get(first).and_then(Item::as_table_like).is_none() {
                table.insert(first, new_table(rest));
            }
            if let Some(table) = table.get_mut(first).and_then(Item::as_table_like_mut) {
                set(table, rest, value);
            }
        }
    }
}

/// A table that leads to `rest`: one that holds nothing but another needs no line of its own.
fn new_table(rest: &[&str]) -> Item {
    // Such as `env` of a function: a line is enough.
    let mut table = Table::new();
    table.set_implicit(rest.len() > 1);
    Item::Table(table)
}

fn toml(value: &Value) -> TomlValue {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => number.as_i64().unwrap_or_default().into(),
        // A dollar would begin a variable.
        Value::String(text) => text.replace('$', "$$").into(),
        Value::Array(list) => list.iter().map(toml).collect::<Array>().into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.as_str(), toml(value)));
            members.collect::<InlineTable>().into()
        }
        Value::Null => "".into(),
    }
}

/// A path as TOML writes it.
fn dotted(path: &[&str]) -> String {
    let each = path.iter().map(|name| toml_edit::Key::new(*name).to_string());
    each.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::{Edit, Edited, edit};
    use serde_json::{Value, json};

    const TEXT: &str = "# Of the team.\nname = \"chat\"   # never changes\n\n[functions.chat]\ncode = \"./code\"\nmemory = 128 # MB\ntimeout = \"${TIMEOUT:-60}\"\n# What it reads.\n[functions.chat.env]\nLEVEL = 'info' # or debug\nTOKEN = \"${TOKEN}\"\n\n[triggers.API_chat]\npath = \"/chat\"\n";

    fn change(key: &[&str], value: Value) -> Edit {
        Edit {
            section: "functions",
            entry: "chat".to_owned(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            value,
        }
    }

    fn done(path: &str) -> Edited {
        Edited::Done(path.to_owned())
    }

    #[test]
    fn a_value_is_changed_and_every_other_byte_stays() {
        let edits = [
            change(&["memory"], json!(512)),
            change(&["env", "LEVEL"], json!("cost $5")),
        ];
        let (text, edited) = edit(TEXT, None, &edits).unwrap();
        let expected = TEXT
            .replace("128 # MB", "512 # MB")
            .replace("'info' #", "\"cost $$5\" #");
        assert_eq!(text, expected);
        assert_eq!(
            edited,
            [done("functions.chat.memory"), done("functions.chat.env.LEVEL")]
        );
        assert_eq!(edit(TEXT, None, &[]).unwrap().0, TEXT);
    }

    #[test]
    fn keys_are_added_and_taken_away_and_tables_made_for_them() {
        let mut trigger = change(&["timeout"], json!(30000));
        (trigger.section, trigger.entry) = ("triggers", "API_chat".to_owned());
        let edits = [
            change(&["concurrency"], json!(10)),
            change(&["env", "LEVEL"], Value::Null),
            change(&["memory"], Value::Null),
            trigger,
        ];
        let (text, _) = edit(TEXT, None, &edits).unwrap();
        let expected = TEXT
            .replace("memory = 128 # MB\n", "")
            .replace("-60}\"\n", "-60}\"\nconcurrency = 10\n")
            .replace("LEVEL = 'info' # or debug\n", "")
            .replace("path = \"/chat\"\n", "path = \"/chat\"\ntimeout = 30000\n");
        assert_eq!(text, expected);
        let bare = "name = \"chat\"\n[functions.chat]\ncode = \"c\"\n";
        let (text, edited) = edit(bare, None, &[change(&["env", "A"], json!("1"))]).unwrap();
        assert_eq!(text, format!("{bare}\n[functions.chat.env]\nA = \"1\"\n"));
        assert_eq!(edited, [done("functions.chat.env.A")]);
    }

    #[test]
    fn what_a_variable_gives_is_left_to_it() {
        let edits = [change(&["timeout"], json!(90)), change(&["env", "TOKEN"], json!("t"))];
        let (text, edited) = edit(TEXT, None, &edits).unwrap();
        assert_eq!(text, TEXT);
        let variable = |path: &str, text: &str| Edited::Variable(path.to_owned(), text.to_owned());
        let (timeout, token) = ("functions.chat.timeout", "functions.chat.env.TOKEN");
        assert_eq!(
            edited,
            [variable(timeout, "${TIMEOUT:-60}"), variable(token, "${TOKEN}")]
        );
    }

    #[test]
    fn an_environment_keeps_what_is_its_own() {
        let text = format!("{TEXT}\n[env.prod.functions.chat]\nmemory = 256 # more\n\n[env.test]\n");
        let edits = [
            change(&["memory"], json!(512)),
            change(&["max_instances"], json!(7)),
            change(&["code"], Value::Null),
        ];
        let (prod, edited) = edit(&text, Some("prod"), &edits).unwrap();
        assert_eq!(prod, text.replace("256 # more\n", "512 # more\nmax_instances = 7\n"));
        let below = Edited::Below("functions.chat.code".to_owned());
        let own = "env.prod.functions.chat";
        assert_eq!(
            edited,
            [
                done(&format!("{own}.memory")),
                done(&format!("{own}.max_instances")),
                below
            ]
        );
        let (test, _) = edit(&text, Some("test"), &edits[..1]).unwrap();
        assert_eq!(test, format!("{text}\n[env.test.functions.chat]\nmemory = 512\n"));
        let (whole, _) = edit(&text, None, &edits[..1]).unwrap();
        assert_eq!(whole, text.replace("128 # MB", "512 # MB"));
    }

    #[test]
    fn tables_in_one_line_stay_in_one_line() {
        let text = "name = \"chat\"\nfunctions.chat = { code = \"c\", env = { A = \"1\" } } # all of it\n";
        let edits = [change(&["env", "A"], json!("2")), change(&["memory"], json!(256))];
        let (text, _) = edit(text, None, &edits).unwrap();
        assert_eq!(
            text,
            "name = \"chat\"\nfunctions.chat = { code = \"c\", env = { A = \"2\" } , memory = 256 } # all of it\n"
        );
    }
}
