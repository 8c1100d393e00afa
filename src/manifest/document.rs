//! The reference of a manifest's keys, as Markdown.

use super::schema::{Default, Key, SECTIONS, Shape, TOP};
use std::fmt::Write;

const INTRODUCTION: &str = "\
# fgctl.toml

What a project wants to have in the cloud. `fgctl plan` compares it with what there is, `fgctl deploy` makes it so.
Written by `fgctl schema --markdown`; `fgctl schema` prints the JSON Schema, which is in
[fgctl.schema.json](fgctl.schema.json). Paths are seen from the manifest's own folder.

- `${NAME}` in a text is the environment variable of that name, `${NAME:-text}` has a default, `$$` is a dollar. Such a text
  may stand for a number or for true and false, too. Write secrets so, and keep them out of the file.
- `[env.NAME]` says what is different in one environment: its tables are laid over the rest when `--env NAME` is given. Only
  the stack's name cannot differ.
- Where a reference is left out and there is just one thing that it can mean, that is meant.

```toml
name = \"chat\"

[functions.chat]
code = \"./chat\"
timeout = 900
websocket = true

[gateways.apig-ws]
existing = true

[groups.APIGroup_chat]

[triggers.API_chat]
path = \"/chat\"

[env.prod.functions.chat]
memory = 512
```
";

/// The reference.
pub(crate) fn markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    table(&mut text, "At the top", "", TOP);
    for section in SECTIONS {
        let title = format!("`[{}.NAME]`", section.name);
        table(&mut text, &title, section.about, section.keys);
    }
    text
}

fn table(text: &mut String, title: &str, about: &str, keys: &[Key]) {
    let about = if about.is_empty() {
        String::new()
    } else {
        format!("{about}.\n\n")
    };
    // Writing to a text cannot fail.
    let _ = write!(
        text,
        "\n## {title}\n\n{about}| key | value | default | meaning |\n|---|---|---|---|\n"
    );
    for key in keys {
        let meaning = key.about.replace('|', "\\|");
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {meaning} |",
            key.name,
            shape(key),
            default(key)
        );
    }
}

fn shape(key: &Key) -> String {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match key.shape {
        Shape::Text | Shape::Ruled(_) => "text".to_owned(),
        Shape::Choice(choice) => words(choice),
        Shape::Number(low, high) => format!("{low} to {high}"),
        Shape::Numbers(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(i64::to_string).collect();
            numbers.join(", ")
        }
        Shape::Flag => "true or false".to_owned(),
        Shape::Texts => "list of texts".to_owned(),
        Shape::Pairs => "table of texts".to_owned(),
        Shape::Secrets => "table of texts, never shown".to_owned(),
        Shape::Reference(section) => format!("name in `{section}`"),
        Shape::References(section) => format!("list of names in `{section}`"),
    }
}

fn default(key: &Key) -> String {
    match key.default {
        Default::None => String::new(),
        Default::Required => "required".to_owned(),
        Default::Only => "the only one".to_owned(),
        Default::Text("") => "empty".to_owned(),
        Default::Text(text) => format!("`{text}`"),
        Default::Number(number) => number.to_string(),
        Default::Flag(flag) => flag.to_string(),
    }
}
