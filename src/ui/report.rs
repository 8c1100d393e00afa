//! What a command answers: one value, shown to a person as columns or fields and to a program as data.

use super::{Format, harmless};
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

    /// The report as it is written to stdout.
    pub(super) fn text(&self, format: Format) -> io::Result<String> {
        match format {
            Format::Name => Ok(self.names.iter().map(|name| format!("{name}\n")).collect()),
            Format::Json => match &self.data {
                Ok(data) => serde_json::to_string_pretty(data).map_err(io::Error::from),
                Err(error) => Err(io::Error::other(error.to_string())),
            },
            Format::Table => Ok(self.human.text()),
        }
    }
}

impl Human {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Fields(fields) => {
                let width = fields.iter().map(|(label, _)| label.len()).max().unwrap_or(0) + 1;
                fields
                    .iter()
                    .map(|(label, value)| format!("{:<width$} {}\n", format!("{label}:"), harmless(value)))
                    .collect()
            }
            Self::Table { header, rows } => table(header, rows),
        }
    }
}

fn table(header: &[&'static str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
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
    use super::{Format, Report};
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
            report.text(Format::Table).unwrap(),
            "NAME    TIMEOUT\na       3\nlonger  60\n"
        );
        assert_eq!(report.text(Format::Name).unwrap(), "a\nlonger\n");
        let data: serde_json::Value = serde_json::from_str(&report.text(Format::Json).unwrap()).unwrap();
        assert_eq!(data, json!(items));
    }

    #[test]
    fn what_the_service_sends_does_not_steer_the_terminal() {
        let data = json!({"name": "\u{1b}[2J"});
        let item = Report::item(&data, "n", vec![("Name", Some("\u{1b}[2J".to_owned()))]);
        assert_eq!(item.text(Format::Table).unwrap(), "Name: \\u{1b}[2J\n");
        let list = Report::list(&[data], |_| "n".to_owned(), &[("NAME", &|_| "\u{1b}[2J".to_owned())]);
        assert_eq!(list.text(Format::Table).unwrap(), "NAME\n\\u{1b}[2J\n");
        assert!(list.text(Format::Json).unwrap().contains("\\u001b[2J"));
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
        assert_eq!(report.text(Format::Table).unwrap(), "Name: one\n");
    }
}
