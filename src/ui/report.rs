//! What a command answers: one value, shown to a person as columns or fields and to a program as data.

use super::{Format, Query, harmless, text};
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;
use std::io;

/// A column: its heading, and the text of an item in it.
pub(crate) type Column<'a, T> = (&'static str, &'a dyn Fn(&T) -> String);

/// The answer of a command.
#[derive(Debug)]
pub(crate) struct Report {
    data: serde_json::Result<Value>,
    names: Vec<String>,
    human: Human,
}

#[derive(Debug)]
enum Human {
    Table {
        header: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
    Fields(Vec<(&'static str, String)>),
    Text(String),
}

impl Report {
    /// A list: each item's name is what `-o name` prints.
    pub(crate) fn list<T: Serialize>(items: &[T], name: impl Fn(&T) -> String, columns: &[Column<'_, T>]) -> Self {
        Self {
            data: serde_json::to_value(items),
            names: items.iter().map(name).collect(),
            human: Human::Table {
                header: columns.iter().map(|(heading, _)| *heading).collect(),
                rows: items
                    .iter()
                    .map(|item| columns.iter().map(|(_, text)| text(item)).collect())
                    .collect(),
            },
        }
    }

    /// One thing, as labelled fields; a field without a value is left out.
    pub(crate) fn item(data: &impl Serialize, name: &str, fields: Vec<(&'static str, Option<String>)>) -> Self {
        let fields = fields
            .into_iter()
            .filter_map(|(label, value)| Some((label, value.filter(|v| !v.is_empty())?)));
        Self {
            data: serde_json::to_value(data),
            names: vec![name.to_owned()],
            human: Human::Fields(fields.collect()),
        }
    }

    /// One text, the same for a person and as a name.
    pub(crate) fn text_only(data: &impl Serialize, text: &str) -> Self {
        Self {
            data: serde_json::to_value(data),
            names: vec![text.to_owned()],
            human: Human::Text(text.to_owned()),
        }
    }

    /// Data that has no columns of its own: `human` is what a person reads.
    pub(crate) fn data(data: &(impl Serialize + ?Sized), names: Vec<String>, human: impl Into<String>) -> Self {
        Self {
            data: serde_json::to_value(data),
            names,
            human: Human::Text(human.into()),
        }
    }

    /// Whether it is a list of nothing, of which a person sees nothing.
    pub(super) fn is_empty_list(&self) -> bool {
        matches!(&self.human, Human::Table { rows, .. } if rows.is_empty())
    }

    /// The report as it is written to stdout. A table fits `width` columns, where that is known.
    pub(super) fn text(&self, format: Format, query: Option<&Query>, width: Option<u16>) -> io::Result<String> {
        let picked = match query {
            Some(query) => Some(query.pick(self.values()?)?),
            None => None,
        };
        match (format, picked) {
            (Format::Json, picked) => {
                let data = picked.as_ref().map_or_else(|| self.values(), Ok)?;
                serde_json::to_string_pretty(data).map_err(io::Error::from)
            }
            (Format::Yaml, picked) => yaml(picked.as_ref().map_or_else(|| self.values(), Ok)?),
            (Format::Table | Format::Name, Some(picked)) => Ok(text::text(&picked)),
            (Format::Name, None) => Ok(self.names.iter().map(|name| format!("{name}\n")).collect()),
            (Format::Table, None) => Ok(self.human.text(width)),
        }
    }

    fn values(&self) -> io::Result<&Value> {
        let unfit = |error: &serde_json::Error| io::Error::other(error.to_string());
        self.data.as_ref().map_err(unfit)
    }
}

fn yaml(data: &Value) -> io::Result<String> {
    // A long text stays on its line: what is copied from it is whole.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    serde_saphyr::to_string_with_options(data, options).map_err(io::Error::other)
}

impl Human {
    fn text(&self, width: Option<u16>) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Fields(fields) => {
                let width = fields.iter().map(|(label, _)| label.len()).max().unwrap_or(0) + 1;
                fields
                    .iter()
                    .map(|(label, value)| format!("{:<width$} {}\n", format!("{label}:"), harmless(value)))
                    .collect()
            }
            Self::Table { rows, .. } if rows.is_empty() => String::new(),
            Self::Table { header, rows } => table(header, rows, width),
        }
    }
}

/// Columns under their headings. Where the terminal's `width` is known, what is too long goes on in the next line of
/// its own column; else each row is one line, for programs that read it.
pub(super) fn table(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    table.set_header(
        header
            .iter()
            .map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)),
    );
    table.force_no_tty();
    for row in rows {
        table.add_row(row.iter().map(|cell| harmless(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Format, Query, Report};
    use serde_json::json;

    #[test]
    fn a_list_is_columns_names_or_json() {
        let items = [
            json!({"func_name": "a", "timeout": 3}),
            json!({"func_name": "longer", "timeout": 60}),
        ];
        let report = Report::list(
            &items,
            |item| item["func_name"].as_str().unwrap().to_owned(),
            &[
                ("NAME", &|item| item["func_name"].as_str().unwrap().to_owned()),
                ("TIMEOUT", &|item| item["timeout"].to_string()),
            ],
        );
        assert_eq!(
            report.text(Format::Table, None, None).unwrap(),
            "NAME    TIMEOUT\na       3\nlonger  60\n"
        );
        assert_eq!(report.text(Format::Name, None, None).unwrap(), "a\nlonger\n");
        let data: serde_json::Value = serde_json::from_str(&report.text(Format::Json, None, None).unwrap()).unwrap();
        assert_eq!(data, json!(items));
    }

    #[test]
    fn what_the_service_sends_does_not_steer_the_terminal() {
        let data = json!({"name": "\u{1b}[2J"});
        let item = Report::item(&data, "n", vec![("Name", Some("\u{1b}[2J".to_owned()))]);
        assert_eq!(item.text(Format::Table, None, None).unwrap(), "Name: \\u{1b}[2J\n");
        let list = Report::list(&[data], |_| "n".to_owned(), &[("NAME", &|_| "\u{1b}[2J".to_owned())]);
        assert_eq!(list.text(Format::Table, None, None).unwrap(), "NAME\n\\u{1b}[2J\n");
        assert!(list.text(Format::Json, None, None).unwrap().contains("\\u001b[2J"));
    }

    #[test]
    fn an_item_leaves_out_what_has_no_value() {
        let report = Report::item(
            &json!({"id": "1"}),
            "one",
            vec![
                ("Name", Some("one".to_owned())),
                ("Remark", None),
                ("Region", Some(String::new())),
            ],
        );
        assert_eq!(report.text(Format::Table, None, None).unwrap(), "Name: one\n");
    }

    #[test]
    fn yaml_says_the_same_as_json() {
        let data = json!({"name": "no", "timeout": 60, "list": [{"a": null}, []], "text": "a: b\nc", "number": "007"});
        let report = Report::item(&data, "one", vec![]);
        let text = report.text(Format::Yaml, None, None).unwrap();
        assert_eq!(
            text,
            "list:\n- a: null\n- []\nname: \"no\"\nnumber: \"007\"\ntext: |-\n  a: b\n  c\ntimeout: 60\n"
        );
    }

    #[test]
    fn a_query_picks_before_the_format_writes() {
        let report = Report::item(&json!({"name": "one", "tags": ["a", "b"]}), "one", vec![]);
        let query = Query::read("tags").unwrap();
        let text = |format| report.text(format, Some(&query), None).unwrap();
        assert_eq!(text(Format::Table), "a\nb\n");
        assert_eq!(text(Format::Yaml), "- a\n- b\n");
        assert_eq!(text(Format::Json), "[\n  \"a\",\n  \"b\"\n]");
    }

    #[test]
    fn a_table_fits_a_terminal_and_is_a_line_a_row_elsewhere() {
        let report = Report::list(
            &["x".repeat(50)],
            |item| item.clone(),
            &[("NAME", &|item| item.clone()), ("AGAIN", &|item| item.clone())],
        );
        let text = report.text(Format::Table, None, Some(40)).unwrap();
        assert!(
            text.lines().count() > 2 && text.lines().all(|line| line.len() <= 40),
            "{text}"
        );
        assert_eq!(report.text(Format::Table, None, None).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_list_of_nothing_is_empty_but_for_programs() {
        let report = Report::list(&[] as &[String], String::clone, &[("NAME", &String::clone)]);
        assert_eq!(report.text(Format::Table, None, None).unwrap(), "");
        assert_eq!(report.text(Format::Json, None, None).unwrap(), "[]");
        assert!(report.is_empty_list());
    }
}
