//! A function's code: packed, checked against what the platform has, sent unless it is there already, and compared
//! with what the service says that it got.

use super::{App, AppError, FunctionKind};
use crate::package::{self, Archive, PackageError};
use crate::wire::function::{FuncCode, FunctionCode, NewCode, ShowFunctionCode, UpdateFunctionCode};
use crate::wire::{rule, runtime};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};
use std::path::{Path, PathBuf};

/// The name that the uploaded code bears.
const CODE_FILENAME: &str = "code.zip";

/// Where code is, and how sure its owner is of it.
#[derive(Clone, Debug)]
pub(crate) struct CodeInput {
    /// Where it is.
    pub(crate) place: CodePlace,
    /// Send it though it is there already, or names a program that the platform is not known to have.
    pub(crate) force: bool,
}

/// Where code is.
#[derive(Clone, Debug)]
pub(crate) enum CodePlace {
    /// A folder, a ZIP or a file.
    Path(PathBuf),
    /// The URL of a ZIP in object storage, which the service fetches itself.
    Obs(String),
}

impl From<PathBuf> for CodeInput {
    fn from(path: PathBuf) -> Self {
        Self {
            place: CodePlace::Path(path),
            force: false,
        }
    }
}

impl CodeInput {
    /// Packs and checks the code for a function of this kind, on threads of its own: it may take a while.
    ///
    /// # Errors
    /// It cannot be packed, or cannot work; its URL is none.
    pub(super) async fn read(&self, kind: &FunctionKind) -> Result<Code, AppError> {
        match &self.place {
            CodePlace::Path(path) => Ok(Code::Packed(self.pack(path, kind, rule::CODE_UPLOAD_LIMIT).await?)),
            CodePlace::Obs(url) => {
                rule::object_url(url)?;
                Ok(Code::Linked(url.clone()))
            }
        }
    }

    /// Packs the code at `path` to a file at `to`, which may be as large as code from OBS. Says the archive and its
    /// digest. `force` as in [`CodeInput`].
    ///
    /// # Errors
    /// As for an upload; or the file cannot be written.
    pub(crate) async fn write(
        (path, force): (PathBuf, bool),
        kind: &FunctionKind,
        to: &Path,
    ) -> Result<(Archive, String), AppError> {
        let input = Self {
            force,
            ..Self::from(path.clone())
        };
        let code = input.pack(&path, kind, rule::CODE_OBS_LIMIT).await?;
        std::fs::write(to, &code.archive.bytes).map_err(|source| PackageError::Write {
            path: to.to_owned(),
            source,
        })?;
        Ok((code.archive, code.digest))
    }

    async fn pack(&self, path: &Path, kind: &FunctionKind, limit: u64) -> Result<Packed, AppError> {
        let kind = match kind {
            FunctionKind::Http => package::FunctionKind::Http,
            FunctionKind::Event { runtime, handler } => {
                package::FunctionKind::Event(runtime::entry_files(runtime, handler))
            }
        };
        let path = path.to_owned();
        let packing = tokio::task::spawn_blocking(move || {
            let archive = package::code(&path, &kind, limit)?;
            let digest = digest(&archive.bytes);
            Ok::<_, AppError>(Packed { archive, digest })
        });
        let code = match packing.await {
            Ok(packed) => packed?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        if !self.force {
            check_programs(&code.archive.programs)?;
        }
        Ok(code)
    }
}

/// Code that is ready to be sent.
pub(super) enum Code {
    /// It goes along.
    Packed(Packed),
    /// The service fetches it.
    Linked(String),
}

/// Code that was packed here.
pub(super) struct Packed {
    archive: Archive,
    /// As the service tells it.
    digest: String,
}

impl Code {
    /// What was packed, if it was here.
    pub(super) fn archive(&self) -> Option<&Archive> {
        match self {
            Self::Packed(packed) => Some(&packed.archive),
            Self::Linked(_) => None,
        }
    }

    /// Its digest as the service tells it, if it was packed here.
    pub(super) fn digest(&self) -> Option<&str> {
        match self {
            Self::Packed(packed) => Some(&packed.digest),
            Self::Linked(_) => None,
        }
    }

    /// Whether it is known to be what has the digest `before`.
    fn is(&self, before: &str) -> bool {
        matches!(self, Self::Packed(packed) if packed.digest == before)
    }

    /// As it is sent.
    pub(super) fn body(&self) -> NewCode {
        match self {
            Self::Packed(packed) => NewCode {
                code_type: "zip".to_owned(),
                code_filename: Some(CODE_FILENAME.to_owned()),
                func_code: Some(FuncCode {
                    file: STANDARD.encode(&packed.archive.bytes),
                    link: String::new(),
                }),
                ..NewCode::default()
            },
            Self::Linked(url) => NewCode {
                code_type: "obs".to_owned(),
                code_url: Some(url.clone()),
                ..NewCode::default()
            },
        }
    }
}

/// SHA-512 in hex: how the service tells code apart.
fn digest(bytes: &[u8]) -> String {
    Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What came of an upload.
#[derive(Debug)]
pub(crate) struct Upload {
    /// The code that the function has now.
    pub(crate) code: FunctionCode,
    /// Whether anything was sent.
    pub(crate) changed: bool,
}

impl App {
    /// Replaces a function's code, unless the function has it already. `packed` is told what packing repaired.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; code that cannot be packed or cannot work; the service refuses. Nothing was changed
    /// then. Or the service has other code afterwards than was sent.
    pub(crate) async fn update_code(
        &self,
        name: &str,
        input: CodeInput,
        packed: impl FnOnce(&Archive),
    ) -> Result<Upload, AppError> {
        let function = self.function(name).await?;
        let (before, kind) = (function.digest.clone(), FunctionKind::of(function));
        let code = input.read(&kind).await?;
        if let Some(archive) = code.archive() {
            packed(archive);
        }
        let function_urn = self.function_urn(name)?;
        if code.is(&before) && !input.force {
            let code = self.cloud.send(&ShowFunctionCode { function_urn }).await?;
            return Ok(Upload { code, changed: false });
        }
        let body = code.body();
        let sent = body.func_code.clone();
        let code = self.cloud.send(&UpdateFunctionCode { function_urn, body }).await?;
        check_upload(sent.as_ref(), code.code_size, &code.digest)?;
        Ok(Upload { code, changed: true })
    }

    /// `input` as new code of a function that exists.
    pub(super) async fn new_code(&self, name: &str, input: CodeInput) -> Result<NewCode, AppError> {
        let kind = FunctionKind::of(self.function(name).await?);
        Ok(input.read(&kind).await?.body())
    }
}

/// Compares the size and the digest that the service tells with what was sent, as far as it tells them.
///
/// # Errors
/// They differ.
pub(super) fn check_upload(sent: Option<&FuncCode>, size: i64, told: &str) -> Result<(), AppError> {
    let Some(bytes) = sent.and_then(|code| STANDARD.decode(&code.file).ok()) else {
        return Ok(());
    };
    let ours = digest(&bytes);
    let other_size = size > 0 && usize::try_from(size) != Ok(bytes.len());
    // Another kind of digest cannot be compared.
    let other_digest = told.len() == ours.len() && !told.eq_ignore_ascii_case(&ours);
    if !other_size && !other_digest {
        return Ok(());
    }
    let short = |digest: &str| digest.chars().take(16).collect::<String>();
    Err(AppError::Unproved {
        text: format!(
            "the service has other code than was sent: {size} bytes with the digest `{}…`, sent were {} bytes with `{}…`",
            short(told),
            bytes.len(),
            short(&ours)
        ),
        hints: vec!["send it again: fgctl function code update NAME --code DIR --force".to_owned()],
        source: None,
    })
}

/// Checks that the platform has the programs that a `bootstrap` names.
fn check_programs(named: &[String]) -> Result<(), AppError> {
    let Some(path) = named.iter().find(|path| !is_known(path)) else {
        return Ok(());
    };
    let text = format!("`bootstrap` names `{path}`, which no runtime is known to have");
    let all = runtime::programs().map(|program| format!("{}{program}", runtime::FOLDER));
    let mut hints: Vec<String> = Vec::new();
    if let Some(nearest) = all.max_by_key(|program| alike(program, path)) {
        hints.push(format!("did you mean `{nearest}`?"));
    }
    hints.push("if the service has it all the same: --force".to_owned());
    Err(AppError::Refused { text, hints })
}

/// Whether `path` is in the folder of a known program.
fn is_known(path: &str) -> bool {
    let folder = |program: &str| program.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    let rest = path.strip_prefix(runtime::FOLDER).unwrap_or(path);
    runtime::programs()
        .filter_map(|program| folder(&program))
        .any(|folder| rest.starts_with(&folder))
}

/// How many characters two paths have in common from their beginnings.
fn alike(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::{check_programs, check_upload, digest};
    use crate::wire::function::FuncCode;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn what_the_service_tells_is_compared_as_far_as_it_tells_it() {
        let sent = FuncCode {
            file: STANDARD.encode(b"code"),
            link: String::new(),
        };
        let check = |size, told: &str| check_upload(Some(&sent), size, told);
        let (right, wrong) = (digest(b"code"), digest(b"other"));
        for (size, told) in [
            (4, right.as_str()),
            (0, &right),
            (4, ""),
            (4, "0123"),
            (4, &right.to_uppercase()),
        ] {
            assert!(check(size, told).is_ok(), "{size} {told}");
        }
        for (size, told) in [(5, right.as_str()), (4, &wrong)] {
            let error = check(size, told).unwrap_err();
            assert!(error.to_string().contains("other code than was sent"), "{error}");
        }
        assert!(check_upload(None, 4, &wrong).is_ok());
    }

    #[test]
    fn programs_are_those_of_the_platform() {
        let check = |path: &str| check_programs(&[format!("/opt/function/runtime/{path}")]);
        for path in ["nodejs12.13/rtsp/nodejs/bin/node", "python3.9/rtsp/python/bin/pip3"] {
            assert!(check(path).is_ok(), "{path}");
        }
        for (path, meant) in [
            ("nodejs12/rtsp/nodejs/bin/node", "nodejs12.13/rtsp/nodejs/bin/node"),
            ("nodejs18.15/bin/node", "nodejs18.15/rtsp/nodejs/bin/node"),
            ("python3.10", "python3.10/rtsp/python/bin/python3"),
        ] {
            let error = check(path).unwrap_err();
            assert_eq!(
                error.hints()[0],
                format!("did you mean `/opt/function/runtime/{meant}`?"),
                "{error}"
            );
        }
    }
}
