//! A function's code: how it comes, what is kept of it, and the list of dependencies laid over it.

use super::super::Context;
use super::fetch::fetch;
use super::refusal::Refusal;
use super::request::Call;
use super::{archive, clock, configuration, download, function};
use crate::codes::functiongraph::{
    CODE, CODE_FILENAME, CODE_MISSING, CODE_TOO_LARGE, CODE_TYPE, CODE_URL, DEPENDENCY_NOT_FOUND, FUNCTION_NOT_FOUND,
    INLINE_TOO_LARGE, INVALID_PARAMETER, VERSION_NOT_FOUND,
};
use crate::local::store::Read;
use crate::local::store::records::{DEPENDENCY_VERSIONS, FUNCTIONS, FunctionRecord};
use crate::wire::function::{
    BOOTSTRAP, FuncCode, Function, FunctionCode, NewCode, NewFunction, ShowFunctionCode, UpdateFunctionCode,
};
use crate::wire::{rule, runtime};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The longest source text that may be sent as it is, in bytes.
const INLINE_LIMIT: usize = 10 * 1024;

/// Code as a request sends it.
pub(super) struct Sent {
    code_type: String,
    filename: Option<String>,
    url: Option<String>,
    /// Base64; empty for the runtime's sample.
    file: Option<String>,
    /// What inline source text is called in the archive that is made of it.
    script: String,
}

/// Code on this machine, not looked at yet.
pub(super) enum Arrived {
    /// As the request had it; empty for the runtime's sample.
    Base64(String),
    /// From an address.
    Bytes(Vec<u8>),
}

/// Code that was found fit.
pub(super) struct Code {
    /// A ZIP.
    archive: Vec<u8>,
    /// Of what was sent.
    size: usize,
}

impl Sent {
    /// Takes the code out of a creation.
    pub(super) fn of_creation(new: &mut NewFunction) -> Self {
        Self {
            code_type: new.code_type.clone(),
            filename: new.code_filename.clone(),
            url: new.code_url.clone(),
            file: new.func_code.take().map(|code| code.file),
            script: script(&new.runtime, &new.handler),
        }
    }

    fn of_update(new: NewCode, function: &Function) -> Self {
        Self {
            code_type: new.code_type,
            filename: new.code_filename,
            url: new.code_url,
            file: new.func_code.map(|code| code.file),
            script: script(&function.runtime, &function.handler),
        }
    }

    /// Checks the form of what was sent.
    ///
    /// # Errors
    /// 400 `FSS.1006`, `FSS.1010`, `FSS.1012` or `FSS.1078`.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let filename = self.filename.as_deref().unwrap_or_default();
        let endings: &[&str] = match self.code_type.as_str() {
            "inline" => &[""],
            "zip" => &[".zip"],
            "jar" => &[".jar", ".zip"],
            "obs" if self.url.as_deref().unwrap_or_default().is_empty() => {
                return Err(Refusal::because(CODE_URL, "code_url is missing"));
            }
            "obs" => return Ok(()),
            other => {
                let detail = format!("`{other}` is not zip, inline, jar or obs, which the local cloud takes");
                return Err(Refusal::because(CODE_TYPE, detail));
            }
        };
        let Some(file) = &self.file else {
            return Err(Refusal::because(CODE_MISSING, "func_code is missing"));
        };
        if !file.is_empty() && !endings.iter().any(|end| filename.ends_with(end)) {
            let detail = format!("`{filename}` does not end with {}", endings.join(" or "));
            return Err(Refusal::because(CODE_FILENAME, detail));
        }
        Ok(())
    }

    /// Brings the code here, if it is elsewhere.
    ///
    /// # Errors
    /// 404 `FSS.1054`.
    pub(super) async fn arrive(&mut self) -> Result<Arrived, Refusal> {
        match (self.code_type.as_str(), &self.url) {
            ("obs", Some(url)) => Ok(Arrived::Bytes(fetch(url).await?)),
            _ => Ok(Arrived::Base64(self.file.take().unwrap_or_default())),
        }
    }

    /// The archive of what arrived. An empty file asks for the runtime's sample code, whose text is the service's own:
    /// here it makes an empty archive.
    ///
    /// # Errors
    /// 400 `FSS.1011`, 413 `FSS.1071` or `FSS.1072`.
    pub(super) fn code(&self, arrived: Arrived) -> Result<Code, Refusal> {
        let (bytes, limit) = match arrived {
            Arrived::Base64(text) if text.is_empty() => return made(None),
            Arrived::Base64(text) => (
                archive::decode(&text).map_err(|fault| Refusal::because(CODE, fault))?,
                rule::CODE_UPLOAD_LIMIT,
            ),
            Arrived::Bytes(bytes) => (bytes, u64::MAX),
        };
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            let detail = format!("{} bytes, more than {limit}", bytes.len());
            return Err(Refusal::because(CODE_TOO_LARGE, detail));
        }
        match archive::names(&bytes) {
            Ok(_) => Ok(Code {
                size: bytes.len(),
                archive: bytes,
            }),
            Err(archive::Fault::NoZip(_)) if self.code_type == "inline" => self.inline(&bytes),
            Err(fault) => Err(Refusal::because(CODE, fault)),
        }
    }

    fn inline(&self, text: &[u8]) -> Result<Code, Refusal> {
        if text.len() > INLINE_LIMIT {
            let detail = format!("{} bytes, more than {INLINE_LIMIT}", text.len());
            return Err(Refusal::because(INLINE_TOO_LARGE, detail));
        }
        made(Some((&self.script, text)))
    }
}

fn made(file: Option<(&str, &[u8])>) -> Result<Code, Refusal> {
    let archive = archive::of(file).map_err(|error| Refusal::Internal(error.to_string()))?;
    let size = file.map_or(archive.len(), |(_, content)| content.len());
    Ok(Code { archive, size })
}

/// The name of the file that the source text of a function with one file belongs in.
fn script(runtime: &str, handler: &str) -> String {
    let stem = handler.rsplit_once('.').map_or(handler, |(stem, _)| stem);
    match runtime {
        runtime::HTTP | "Custom" => BOOTSTRAP.to_owned(),
        name if name.starts_with("Node.js") => format!("{stem}.js"),
        name if name.starts_with("Python") => format!("{stem}.py"),
        name if name.starts_with("PHP") => format!("{stem}.php"),
        _ => stem.to_owned(),
    }
}

/// Keeps `code` and puts into `record` what the service tells of it.
///
/// # Errors
/// It cannot be written.
pub(super) fn put(
    context: &Context,
    record: &mut FunctionRecord,
    sent: &Sent,
    code: &Code,
    now: Timestamp,
) -> Result<(), Refusal> {
    record.blob = context.store.keep(&code.archive)?;
    let function = &mut record.function;
    function.digest.clone_from(&record.blob);
    function.code_size = i64::try_from(code.size).unwrap_or(i64::MAX);
    function.code_type.clone_from(&sent.code_type);
    for (name, value) in [
        ("code_url", sent.url.clone().filter(|_| sent.code_type == "obs")),
        ("code_filename", sent.filename.clone()),
        ("image_name", Some(configuration::image_name(now))),
    ] {
        function.other.insert(name.to_owned(), value.unwrap_or_default().into());
    }
    Ok(())
}

/// Attaches exactly the dependency versions `ids` to `function`.
///
/// # Errors
/// 400 `FSS.0400` for too many, 404 `FSS.1056` for one that does not exist.
pub(super) fn attach(view: &impl Read, function: &mut Function, ids: Vec<String>) -> Result<(), Refusal> {
    if ids.len() > rule::DEPENDENCIES_PER_FUNCTION {
        let detail = format!(
            "{} dependencies, more than {}",
            ids.len(),
            rule::DEPENDENCIES_PER_FUNCTION
        );
        return Err(Refusal::because(INVALID_PARAMETER, detail));
    }
    let mut attached = Vec::new();
    for id in &ids {
        let record = view.get(&DEPENDENCY_VERSIONS, id)?;
        let record = record.ok_or_else(|| Refusal::because(DEPENDENCY_NOT_FOUND, format!("`{id}`")))?;
        attached.push(record.version);
    }
    let dependencies: Vec<&str> = attached.iter().map(|version| version.dep_id.as_str()).collect();
    function.other.insert("depend_list".to_owned(), json!(dependencies));
    function.other.insert("dependencies".to_owned(), json!(attached));
    function.depend_version_list = Some(ids);
    Ok(())
}

/// The refusal of this operation where `refusal` says that the function does not exist: the documented one names the
/// version.
fn gone(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Coded { code, message, .. } if code == FUNCTION_NOT_FOUND.code => {
            Refusal::because(VERSION_NOT_FOUND, message)
        }
        other => other,
    }
}

/// ShowFunctionCode.
pub(super) async fn show(call: Call, input: ShowFunctionCode) -> Result<FunctionCode, Refusal> {
    let context = &call.context;
    let record = context
        .store
        .read(|reader| function::find(context, reader, &input.function_urn))
        .map_err(gone)?
        .record;
    let link = download::link(context, &call.origin, &record.blob, call.now);
    Ok(answer(record.function, link))
}

/// UpdateFunctionCode.
pub(super) async fn update(call: Call, input: UpdateFunctionCode) -> Result<FunctionCode, Refusal> {
    let context = &call.context;
    let urn = input.function_urn;
    let (_, record) = context.store.read(|reader| function::editable(context, reader, &urn))?;
    let mut new = input.body;
    let dependencies = new.depend_version_list.take();
    let changes = new.func_code.is_some() || new.code_url.is_some() && new.code_type == "obs";
    let mut sent = Sent::of_update(new, &record.function);
    let checked = sent.check();
    // Without code the request is about the dependencies alone, but the type of the code has to stand in it.
    let arrived = match (changes, checked) {
        (true, Ok(())) => Some(sent.arrive().await?),
        (false, Ok(()) | Err(Refusal::Coded { code: "FSS.1012", .. })) => None,
        (_, Err(refusal)) => return Err(refusal),
    };
    let (now, origin) = (call.now, call.origin.clone());
    call.blocking(move |context| {
        let code = arrived.map(|arrived| sent.code(arrived)).transpose()?;
        context.store.write(|writer| {
            let (key, mut record) = function::editable(context, writer, &urn)?;
            if let Some(code) = &code {
                put(context, &mut record, &sent, code, now)?;
            }
            if let Some(ids) = dependencies {
                attach(writer, &mut record.function, ids)?;
            }
            record.function.last_modified = clock::with_offset(now);
            writer.put(&FUNCTIONS, &key, &record)?;
            let link = download::link(context, &origin, &record.blob, now);
            Ok(answer(record.function, link))
        })
    })
    .await
}

/// Members of the answer that have no field of their own.
const TOLD: &[&str] = &[
    "domain_id",
    "code_url",
    "depend_list",
    "dependencies",
    "code_encrypt_kms_key_id",
];

fn answer(function: Function, link: String) -> FunctionCode {
    let mut other: Map<String, Value> = function.other;
    let filename = other.get("code_filename").and_then(Value::as_str).unwrap_or_default();
    let code_filename = filename.to_owned();
    other.retain(|name, _| TOLD.contains(&name.as_str()));
    other.insert("runtime".to_owned(), function.runtime.into());
    other.insert("last_modified".to_owned(), function.last_modified.into());
    other.insert("strategy_config".to_owned(), json!(function.strategy_config));
    FunctionCode {
        func_urn: function.func_urn,
        func_name: function.func_name,
        code_type: function.code_type,
        code_filename,
        code_size: function.code_size,
        digest: function.digest,
        func_code: Some(FuncCode {
            file: String::new(),
            link,
        }),
        depend_version_list: function.depend_version_list.unwrap_or_default(),
        other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrived, Refusal, Sent, rule};

    #[test]
    fn an_archive_of_more_than_fifty_megabytes_does_not_fit() {
        let sent = Sent {
            code_type: "zip".to_owned(),
            filename: None,
            url: None,
            file: None,
            script: String::new(),
        };
        let size = usize::try_from(rule::CODE_UPLOAD_LIMIT).unwrap() + 1;
        let refusal = sent.code(Arrived::Base64(super::super::tests::base64(&vec![0; size])));
        assert!(matches!(
            refusal,
            Err(Refusal::Coded {
                code: "FSS.1071",
                status: 413,
                ..
            })
        ));
    }
}
