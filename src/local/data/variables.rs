//! The environment of a function's process. Pure.

use crate::local::store::records::FunctionRecord;
use crate::wire::FunctionUrn;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::path::Path;

/// The longest answer of a function in bytes, as its runtime is told.
const RESPONSE_LIMIT: &str = "6291456";
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// What a function gets of the environment of whoever started the local cloud.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inherited {
    /// `PATH`: where the machine's runtimes are found.
    pub(crate) path: OsString,
    /// `LANG`.
    pub(crate) lang: Option<OsString>,
    /// `LD_LIBRARY_PATH`, to which the function's own is appended.
    pub(crate) library_path: Option<OsString>,
}

/// The folders that a process sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places<'a> {
    /// The code, not to be written.
    pub(super) code: &'a Path,
    /// The only place to write.
    pub(super) scratch: &'a Path,
}

/// All variables of a process that runs `record`, the later ones instead of earlier ones of the same name.
pub(super) fn variables(
    record: &FunctionRecord,
    places: Places<'_>,
    inherited: &Inherited,
) -> Vec<(OsString, OsString)> {
    let mut all: Vec<(OsString, OsString)> = vec![
        ("PATH".into(), inherited.path.clone()),
        (
            "LANG".into(),
            inherited.lang.clone().unwrap_or_else(|| "C.UTF-8".into()),
        ),
        ("HOME".into(), places.scratch.into()),
        ("TMPDIR".into(), places.scratch.into()),
        ("RUNTIME_CODE_ROOT".into(), places.code.into()),
        ("RUNTIME_LOG_DIR".into(), places.scratch.into()),
        ("RUNTIME_ROOT".into(), places.scratch.into()),
    ];
    if let Some(path) = &inherited.library_path {
        all.push((LIBRARY_PATH.into(), path.clone()));
    }
    let own = runtime(record)
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()));
    all.extend(own);
    for (name, value) in user_variables(record) {
        let value = match &inherited.library_path {
            Some(path) if name == LIBRARY_PATH => appended(path, &value),
            _ => value.into(),
        };
        all.push((name.into(), value));
    }
    all
}

/// The variables that tell a function who it is.
fn runtime(record: &FunctionRecord) -> Vec<(&'static str, String)> {
    let function = &record.function;
    let urn = function.func_urn.parse::<FunctionUrn>().ok();
    let mut all = vec![
        ("RUNTIME_PROJECT_ID", urn.map(|urn| urn.project_id).unwrap_or_default()),
        ("RUNTIME_PACKAGE", function.package.clone()),
        ("RUNTIME_FUNC_NAME", function.func_name.clone()),
        ("RUNTIME_FUNC_VERSION", record.version().to_owned()),
        ("RUNTIME_HANDLER", function.handler.clone()),
        ("RUNTIME_TIMEOUT", function.timeout.to_string()),
        ("RUNTIME_CPU", millicores(record).to_string()),
        ("RUNTIME_MEMORY", function.memory_size.to_string()),
        ("RUNTIME_USERDATA", function.user_data.clone().unwrap_or_default()),
        ("RUNTIME_MAX_RESP_BODY_SIZE", RESPONSE_LIMIT.to_owned()),
    ];
    if let Some((handler, seconds)) = initializer(record) {
        all.push(("RUNTIME_INITIALIZER_HANDLER", handler));
        all.push(("RUNTIME_INITIALIZER_TIMEOUT", seconds.to_string()));
    }
    all
}

/// The handler and the timeout in seconds of the function's initializer, if it has one.
pub(super) fn initializer(record: &FunctionRecord) -> Option<(String, u64)> {
    let other = &record.function.other;
    let handler = other.get("initializer_handler")?.as_str()?;
    let seconds = other.get("initializer_timeout")?.as_u64()?;
    (!handler.is_empty() && seconds > 0).then(|| (handler.to_owned(), seconds))
}

/// 300 for 128 MB, and 100 more for each further 128.
fn millicores(record: &FunctionRecord) -> i64 {
    let known = record.function.other.get("cpu").and_then(Value::as_i64);
    known.unwrap_or(record.function.memory_size / 128 * 100 + 200)
}

/// Those of `user_data`, then those of `encrypted_user_data`; without names that no process can have.
fn user_variables(record: &FunctionRecord) -> Vec<(String, String)> {
    let open = record.function.user_data.as_deref().unwrap_or_default();
    [open, &record.encrypted_user_data]
        .into_iter()
        .filter_map(|text| serde_json::from_str::<Map<String, Value>>(text).ok())
        .flatten()
        .filter(|(name, _)| !name.is_empty() && !name.contains(['=', '\0']))
        .filter_map(|(name, value)| match value {
            Value::String(text) if text.contains('\0') => None,
            Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        })
        .collect()
}

fn appended(path: &OsString, more: &str) -> OsString {
    let mut whole = path.clone();
    whole.push(":");
    whole.push(more);
    whole
}

#[cfg(test)]
mod tests {
    use super::{Inherited, Places, variables};
    use crate::local::store::records::FunctionRecord;
    use crate::wire::function::Function;
    use serde_json::json;
    use std::collections::HashMap;
    use std::ffi::OsString;
    use std::path::Path;

    fn of(record: &FunctionRecord) -> HashMap<String, String> {
        let inherited = Inherited {
            path: "/usr/bin".into(),
            lang: None,
            library_path: Some("/usr/lib".into()),
        };
        let places = Places {
            code: Path::new("/state/code"),
            scratch: Path::new("/state/tmp"),
        };
        let text = |value: OsString| value.into_string().unwrap();
        variables(record, places, &inherited)
            .into_iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    fn record() -> FunctionRecord {
        FunctionRecord {
            function: Function {
                func_urn: "urn:fss:cn-east-3:p1:function:default:demo:latest".to_owned(),
                func_name: "demo".to_owned(),
                package: "default".to_owned(),
                handler: "bootstrap".to_owned(),
                timeout: 30,
                memory_size: 512,
                user_data: Some(r#"{"A":"1","LD_LIBRARY_PATH":"/mine","BAD=":"x","N":7}"#.to_owned()),
                ..Function::default()
            },
            encrypted_user_data: r#"{"SECRET":"s","NUL":"a\u0000b"}"#.to_owned(),
            blob: String::new(),
            ..FunctionRecord::default()
        }
    }

    #[test]
    fn a_process_knows_who_it_is_and_what_its_user_said() {
        let all = of(&record());
        for (name, value) in [
            ("RUNTIME_CODE_ROOT", "/state/code"),
            ("RUNTIME_PROJECT_ID", "p1"),
            ("RUNTIME_FUNC_VERSION", "latest"),
            ("RUNTIME_TIMEOUT", "30"),
            ("RUNTIME_CPU", "600"),
            ("TMPDIR", "/state/tmp"),
            ("PATH", "/usr/bin"),
            ("LANG", "C.UTF-8"),
            ("A", "1"),
            ("N", "7"),
            ("SECRET", "s"),
            ("LD_LIBRARY_PATH", "/usr/lib:/mine"),
        ] {
            assert_eq!(all.get(name).map(String::as_str), Some(value), "{name}");
        }
        for absent in ["BAD=", "NUL", "RUNTIME_INITIALIZER_HANDLER", "RUNTIME_API_ADDR"] {
            assert!(!all.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn an_initializer_shows_when_it_is_configured() {
        let mut record = record();
        record.function.other = json!({"initializer_handler": "/init", "initializer_timeout": 5})
            .as_object()
            .unwrap()
            .clone();
        let all = of(&record);
        assert_eq!(all["RUNTIME_INITIALIZER_HANDLER"], "/init");
        assert_eq!(all["RUNTIME_INITIALIZER_TIMEOUT"], "5");
    }
}
