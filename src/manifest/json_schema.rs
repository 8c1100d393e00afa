//! The JSON Schema of a manifest, for editors and checks.

use super::schema::{Default, Key, Rule, SECTIONS, Section, Shape, TOP};
use serde_json::{Map, Value, json};

/// Where a variable stands in a text.
const VARIABLE: &str = r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}";

/// The JSON Schema, draft 2020-12. What refers to something else is checked by fgctl alone.
pub(crate) fn json_schema() -> Value {
    let mut overlay = top(false);
    if let Some(properties) = overlay["properties"].as_object_mut() {
        // The stack's name is the same in every environment.
        properties.remove("name");
    }
    let mut schema = top(true);
    let about = "An environment: what is different in it, laid over the rest";
    schema["properties"]["env"] = json!({
        "type": "object",
        "description": about,
        "additionalProperties": overlay,
        "propertyNames": { "pattern": "^[A-Za-z0-9_-]{1,32}$" },
    });
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "fgctl.toml".into();
    schema["description"] = "What a project wants to have in Huawei Cloud FunctionGraph and API Gateway".into();
    schema
}

/// A manifest, whole or an overlay, in which nothing is missing.
fn top(whole: bool) -> Value {
    let keys = TOP.iter().map(|key| (key.name.to_owned(), of_key(key)));
    let sections = SECTIONS.iter().map(|section| {
        let each = json!({
            "type": "object",
            "description": section.about,
            "additionalProperties": of_section(section, whole),
        });
        (section.name.to_owned(), each)
    });
    let properties: Map<_, _> = keys.chain(sections).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if whole {
        schema["required"] = required(TOP);
    }
    schema
}

fn of_section(section: &Section, whole: bool) -> Value {
    let properties: Map<_, _> = section
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), of_key(key)))
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": section.about,
        "additionalProperties": false,
        "properties": properties,
    });
    if whole {
        schema["required"] = required(section.keys);
        schema["allOf"] = section.rules.iter().map(|rule| of_rule(*rule)).collect();
    }
    schema
}

fn required(keys: &[Key]) -> Value {
    let required = keys.iter().filter(|key| matches!(key.default, Default::Required));
    required.map(|key| key.name).collect()
}

fn of_key(key: &Key) -> Value {
    let mut schema = match key.shape {
        Shape::Text | Shape::Ruled(_) | Shape::Reference(_) => json!({ "type": "string" }),
        Shape::Choice(words) => or_variable(json!({ "enum": words })),
        Shape::Number(low, high) => or_variable(json!({ "type": "integer", "minimum": low, "maximum": high })),
        Shape::Numbers(numbers) => or_variable(json!({ "enum": numbers })),
        Shape::Flag => or_variable(json!({ "type": "boolean" })),
        Shape::Texts | Shape::References(_) => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Pairs | Shape::Secrets => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
    };
    schema["description"] = key.about.into();
    match key.default {
        Default::Text(text) => schema["default"] = text.into(),
        Default::Number(number) => schema["default"] = number.into(),
        Default::Flag(flag) => schema["default"] = flag.into(),
        Default::None | Default::Required | Default::Only => {}
    }
    schema
}

fn or_variable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": VARIABLE }] })
}

fn of_rule(rule: Rule) -> Value {
    let is = |key: &str, value: Value| json!({ "required": [key], "properties": { (key): { "const": value } } });
    match rule {
        Rule::One(names) => {
            let one = names.iter().map(|name| json!({ "required": [name] }));
            json!({ "oneOf": one.collect::<Vec<_>>() })
        }
        Rule::Together(names) => {
            let each = names.iter().map(|name| ((*name).to_owned(), json!(names)));
            json!({ "dependentRequired": each.collect::<Map<_, _>>() })
        }
        Rule::Needs(key, word, names) => json!({ "if": is(key, word.into()), "then": { "required": names } }),
        Rule::Alone(key, names) => {
            let mut allowed = vec![key];
            allowed.extend(names);
            json!({ "if": is(key, true.into()), "then": { "propertyNames": { "enum": allowed } } })
        }
        Rule::Unless(key, names) => json!({ "if": is(key, true.into()), "else": { "required": names } }),
        Rule::Only(switch, key, words) => json!({
            "if": is(switch, false.into()),
            "else": { "properties": { (key): or_variable(json!({ "enum": words })) } },
        }),
    }
}
