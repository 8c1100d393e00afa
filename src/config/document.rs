//! The configuration file as text: read into profiles, and edited so that comments and unknown keys stay.
//!
//! No error's text holds a line of the file: a line may hold a secret.

use super::profile::{Profile, Profiles};
use crate::sign::Secret;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::path::PathBuf;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// The form of the file. A newer one is refused: this fgctl could not keep what it means.
pub(super) const SCHEMA: i64 = 1;
/// The table of all profiles.
const PROFILES: &str = "profile";

/// The keys that say who calls; they are written together.
const KEYS: [&str; 5] = ["access_key", "secret_key", "security_token", "expires_at", "auth_token"];

/// The text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// It is no TOML.
    #[error("line {line} is no TOML: {fault}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// What is wrong, without the line's text.
        fault: String,
    },
    /// A newer fgctl wrote it.
    #[error("it has the schema {found}, this fgctl knows {SCHEMA}")]
    Newer {
        /// The number in the file.
        found: i64,
    },
    /// A key holds something else than it should.
    #[error("`{key}` should be {wanted}")]
    Value {
        /// With dots between.
        key: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// The configuration file's text.
#[derive(Clone, Debug)]
pub(super) struct Document {
    toml: DocumentMut,
    /// The schema that it was written in; 0 for a text without a number, which a person wrote by hand.
    pub(super) schema: i64,
}

impl Document {
    /// One that holds nothing yet.
    pub(super) fn empty() -> Self {
        let mut toml = DocumentMut::new();
        toml["schema"] = value(SCHEMA);
        Self { toml, schema: SCHEMA }
    }

    /// # Errors
    /// [`Fault::Syntax`] and [`Fault::Newer`].
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let toml: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
            // The parser's message names what it expected, on lines of its own.
            let fault = error.message().lines().next().unwrap_or("not readable").to_owned();
            Fault::Syntax { line, fault }
        })?;
        let schema = match toml.get("schema") {
            None => 0,
            Some(item) => item.as_integer().ok_or_else(|| wrong("schema", "a whole number"))?,
        };
        if schema > SCHEMA {
            return Err(Fault::Newer { found: schema });
        }
        Ok(Self { toml, schema })
    }

    /// # Errors
    /// [`Fault::Value`].
    pub(super) fn profiles(&self) -> Result<Profiles, Fault> {
        let default = text(self.toml.as_table(), "", "default")?;
        let mut profiles = Profiles {
            default,
            ..Profiles::default()
        };
        let Some(tables) = self.toml.get(PROFILES) else {
            return Ok(profiles);
        };
        let tables = tables.as_table_like().ok_or_else(|| wrong(PROFILES, "a table"))?;
        for (name, item) in tables.iter() {
            let key = format!("{PROFILES}.{name}");
            let table = item.as_table_like().ok_or_else(|| wrong(&key, "a table"))?;
            profiles.all.insert(name.to_owned(), read(table, &key)?);
        }
        Ok(profiles)
    }

    /// Writes what `profile` says into the profile `name`; what it does not say stays as it is.
    pub(super) fn put(&mut self, name: &str, profile: &Profile) {
        let profiles = self.toml.entry(PROFILES).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let Some(profiles) = profiles.as_table_like_mut() else {
            return;
        };
        let item = profiles.entry(name).or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = item.as_table_like_mut() {
            // A token of the keys before is none of the new ones.
            for key in KEYS.iter().filter(|_| profile.has_keys()) {
                table.remove(key);
            }
            for (key, item) in written(profile) {
                table.insert(key, item);
            }
        }
    }

    /// Takes the profile `name` out, and no default is left that names it.
    pub(super) fn remove(&mut self, name: &str) {
        if let Some(profiles) = self.toml.get_mut(PROFILES).and_then(Item::as_table_like_mut) {
            profiles.remove(name);
        }
        if self.toml.get("default").and_then(Item::as_str) == Some(name) {
            self.toml.remove("default");
        }
    }

    /// Makes the profile `name` the default.
    pub(super) fn set_default(&mut self, name: &str) {
        self.toml["default"] = value(name);
    }

    /// The text, in this fgctl's schema.
    pub(super) fn text(mut self) -> String {
        if self.schema < SCHEMA {
            self.toml["schema"] = value(SCHEMA);
        }
        self.toml.to_string()
    }
}

fn wrong(key: &str, wanted: &'static str) -> Fault {
    Fault::Value {
        key: key.to_owned(),
        wanted,
    }
}

fn dotted(above: &str, key: &str) -> String {
    match above {
        "" => key.to_owned(),
        above => format!("{above}.{key}"),
    }
}

/// The text under `key`; an empty one counts as none.
fn text(table: &dyn TableLike, above: &str, key: &str) -> Result<Option<String>, Fault> {
    let Some(item) = table.get(key) else { return Ok(None) };
    let text = item.as_str().ok_or_else(|| wrong(&dotted(above, key), "text"))?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn read(table: &dyn TableLike, above: &str) -> Result<Profile, Fault> {
    let text = |key| text(table, above, key);
    let secret = |key| Ok(text(key)?.map(Secret::new));
    Ok(Profile {
        region: text("region")?,
        project_id: text("project_id")?,
        domain_id: text("domain_id")?,
        access_key: text("access_key")?,
        secret_key: secret("secret_key")?,
        security_token: secret("security_token")?,
        expires_at: expires_at(table, above)?,
        auth_token: secret("auth_token")?,
        endpoints: endpoints(table, above)?,
        ca_file: text("ca_file")?.map(PathBuf::from),
        output: text("output")?,
        enterprise_project_id: text("enterprise_project_id")?,
        bucket: text("bucket")?,
        websocket_field: websocket_field(table, above)?,
    })
}

/// A time, as TOML writes times or as text.
fn expires_at(table: &dyn TableLike, above: &str) -> Result<Option<Timestamp>, Fault> {
    let Some(item) = table.get("expires_at") else {
        return Ok(None);
    };
    let text = item
        .as_datetime()
        .map(ToString::to_string)
        .or_else(|| item.as_str().map(str::to_owned));
    let time = text.and_then(|text| text.parse().ok());
    time.map(Some)
        .ok_or_else(|| wrong(&dotted(above, "expires_at"), "a time such as 2026-01-02T03:04:05Z"))
}

fn endpoints(table: &dyn TableLike, above: &str) -> Result<Vec<String>, Fault> {
    let Some(item) = table.get("endpoints") else {
        return Ok(Vec::new());
    };
    let texts = item
        .as_array()
        .and_then(|array| array.iter().map(|text| text.as_str().map(str::to_owned)).collect());
    texts.ok_or_else(|| {
        let wanted = "a list of texts, each URL or SERVICE=URL";
        wrong(&dotted(above, "endpoints"), wanted)
    })
}

fn websocket_field(table: &dyn TableLike, above: &str) -> Result<Option<(String, Json)>, Fault> {
    let Some(item) = table.get("websocket") else {
        return Ok(None);
    };
    let key = dotted(above, "websocket.field");
    let bad = || {
        wrong(
            &key,
            "a table of a `name` and a `value`, such as { name = \"x\", value = true }",
        )
    };
    let field = item.as_table_like().ok_or_else(bad)?.get("field");
    let Some(field) = field else { return Ok(None) };
    let field = field.as_table_like().ok_or_else(bad)?;
    let name = field.get("name").and_then(Item::as_str).ok_or_else(bad)?;
    let on = field
        .get("value")
        .and_then(Item::as_value)
        .and_then(json)
        .ok_or_else(bad)?;
    Ok(Some((name.to_owned(), on)))
}

/// `value` as JSON; nothing for a time, which JSON has not.
fn json(value: &Value) -> Option<Json> {
    match value {
        Value::String(text) => Some(Json::from(text.value().as_str())),
        Value::Integer(number) => Some(Json::from(*number.value())),
        Value::Float(number) => Some(Json::from(*number.value())),
        Value::Boolean(flag) => Some(Json::from(*flag.value())),
        Value::Array(items) => items.iter().map(json).collect::<Option<Vec<_>>>().map(Json::from),
        Value::InlineTable(members) => members
            .iter()
            .map(|(name, member)| Some((name.to_owned(), json(member)?)))
            .collect::<Option<serde_json::Map<_, _>>>()
            .map(Json::from),
        Value::Datetime(_) => None,
    }
}

/// `json` as TOML; nothing for a null, which TOML has not.
fn toml(json: &Json) -> Option<Value> {
    match json {
        Json::Null => None,
        Json::Bool(flag) => Some((*flag).into()),
        Json::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_f64().map(Value::from)),
        Json::String(text) => Some(text.into()),
        Json::Array(items) => items.iter().map(toml).collect::<Option<Array>>().map(Value::Array),
        Json::Object(members) => members
            .iter()
            .map(|(name, member)| Some((name.as_str(), toml(member)?)))
            .collect::<Option<InlineTable>>()
            .map(Value::InlineTable),
    }
}

/// What `profile` says, as the file holds it.
fn written(profile: &Profile) -> Vec<(&'static str, Item)> {
    let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    let texts = [
        ("region", profile.region.clone()),
        ("project_id", profile.project_id.clone()),
        ("domain_id", profile.domain_id.clone()),
        ("access_key", profile.access_key.clone()),
        ("secret_key", secret(&profile.secret_key)),
        ("security_token", secret(&profile.security_token)),
        ("expires_at", profile.expires_at.map(|time| time.to_string())),
        ("auth_token", secret(&profile.auth_token)),
        ("ca_file", profile.ca_file.as_ref().map(path)),
        ("output", profile.output.clone()),
        ("enterprise_project_id", profile.enterprise_project_id.clone()),
        ("bucket", profile.bucket.clone()),
    ];
    let mut items: Vec<(&str, Item)> = texts
        .into_iter()
        .filter_map(|(key, text)| Some((key, value(text?))))
        .collect();
    if !profile.endpoints.is_empty() {
        items.push(("endpoints", value(profile.endpoints.iter().collect::<Array>())));
    }
    if let Some((name, on)) = &profile.websocket_field
        && let Some(on) = toml(on)
    {
        let field = InlineTable::from_iter([("name", Value::from(name)), ("value", on)]);
        items.push(("websocket", value(InlineTable::from_iter([("field", field)]))));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::{Document, Fault, SCHEMA};
    use crate::config::profile::Profile;
    use crate::sign::Secret;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use serde_json::json;

    fn full() -> Profile {
        Profile {
            region: Some("cn-east-3".to_owned()),
            project_id: Some("p".to_owned()),
            domain_id: Some("d".to_owned()),
            access_key: Some("AK".to_owned()),
            secret_key: Some(Secret::new("a \"secret\" with = and #")),
            security_token: Some(Secret::new("token")),
            expires_at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
            auth_token: Some(Secret::new("iam")),
            endpoints: vec!["iam=https://iam.example".to_owned()],
            ca_file: Some("/ca.pem".into()),
            output: Some("json".to_owned()),
            enterprise_project_id: Some("0".to_owned()),
            bucket: Some("uploads".to_owned()),
            websocket_field: Some(("switch".to_owned(), json!({"on": [true, 1, 1.5, "x"]}))),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut document = Document::empty();
        document.put("work", &full());
        document.set_default("work");
        let text = document.text();
        let profiles = Document::parse(&text).unwrap().profiles().unwrap();
        assert_eq!(profiles.all["work"], full(), "{text}");
        assert_eq!(profiles.default.as_deref(), Some("work"));
    }

    #[test]
    fn comments_and_unknown_keys_stay() {
        let text = "# mine\nschema = 1\nfuture = [1, 2]\n\n[profile.work] # the office\nregion = \"r1\" # here\nlater.key = true\n\n[other]\nx = 1\n";
        let mut document = Document::parse(text).unwrap();
        document.put(
            "work",
            &Profile {
                region: Some("r2".to_owned()),
                ..Profile::default()
            },
        );
        document.put("home", &Profile::default());
        let text = document.text();
        for kept in [
            "# mine",
            "future = [1, 2]",
            "# the office",
            "later.key = true",
            "[other]\nx = 1",
        ] {
            assert!(text.contains(kept), "{kept} is gone:\n{text}");
        }
        let mut document = Document::parse(&text).unwrap();
        assert_eq!(document.profiles().unwrap().all["work"].region.as_deref(), Some("r2"));
        document.set_default("home");
        document.remove("home");
        let text = document.text();
        assert!(!text.contains("home") && text.contains("# mine"), "{text}");
    }

    #[test]
    fn new_keys_take_all_of_the_old_ones_away() {
        let mut document = Document::empty();
        document.put("work", &full());
        let keys = Profile {
            access_key: Some("AK2".to_owned()),
            secret_key: Some(Secret::new("SK2")),
            ..Profile::default()
        };
        document.put("work", &keys);
        let read = document.profiles().unwrap().all.remove("work").unwrap();
        assert_eq!((read.secret_key, read.security_token), (keys.secret_key, None));
        assert_eq!((read.expires_at, read.auth_token), (None, None));
        assert_eq!(read.region.as_deref(), Some("cn-east-3"));
    }

    #[test]
    fn what_is_no_configuration_is_told_without_its_text() {
        for (text, fault) in [
            ("a = 1\nsecret_key = hidden", "line 2 is no TOML"),
            ("schema = 99", "schema 99, this fgctl knows 1"),
            ("schema = \"hidden\"", "`schema` should be a whole number"),
            ("profile = \"hidden\"", "`profile` should be a table"),
            ("[profile]\nwork = \"hidden\"", "`profile.work` should be a table"),
            (
                "[profile.work]\nsecret_key = [\"hidden\"]",
                "`profile.work.secret_key` should be text",
            ),
            (
                "[profile.work]\nexpires_at = \"hidden\"",
                "`profile.work.expires_at` should be a time",
            ),
            (
                "[profile.work]\nendpoints = \"hidden\"",
                "`profile.work.endpoints` should be a list",
            ),
            (
                "[profile.work]\nwebsocket.field = \"hidden\"",
                "`profile.work.websocket.field` should be",
            ),
        ] {
            let read = |text| Document::parse(text).and_then(|document| document.profiles());
            let error: Fault = read(text).unwrap_err();
            let told = error.to_string();
            assert!(told.contains(fault) && !told.contains("hidden"), "{text}: {told}");
        }
    }

    #[test]
    fn a_text_without_a_number_is_the_oldest_schema() {
        let document = Document::parse("[profile.work]\nregion = \"r\"\n").unwrap();
        assert_eq!(document.schema, 0);
        assert_eq!(Document::parse(&document.text()).unwrap().schema, SCHEMA);
    }

    proptest! {
        #[test]
        fn any_secret_survives_and_no_text_panics(secret in "\\PC{1,40}", text in "\\PC{0,80}") {
            let mut document = Document::empty();
            document.put("x", &Profile { secret_key: Some(Secret::new(secret.clone())), ..Profile::default() });
            let read = Document::parse(&document.text()).unwrap().profiles().unwrap();
            prop_assert_eq!(read.all["x"].secret_key.clone(), Some(Secret::new(secret)));
            if let Ok(document) = Document::parse(&text) {
                prop_assert!(document.schema <= SCHEMA);
            }
        }
    }
}
