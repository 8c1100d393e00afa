//! Dependencies: the guide's Table 2, and which function uses them.

use super::build::check_version;
use super::code::CodeInput;
use super::upload::{Upload, Uploaded};
use super::{App, AppError, pick};
use crate::cloud::ApiError;
use crate::codes;
use crate::package;
use crate::wire::dependency::{
    CreateDependencyVersion, DeleteDependencyVersion, Dependency, ListDependencies, ListDependencyVersion,
    NewDependencyVersion, PRIVATE,
};
use crate::wire::function::{FuncCode, FunctionCode, NewCode, ShowFunctionCode, UpdateFunctionCode};
use crate::wire::rule;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};

/// Where a dependency's archive comes from.
#[derive(Clone, Debug)]
pub(crate) enum DependencySource {
    /// Upload ZIP: directly up to [`rule::DEPENDENCY_UPLOAD_LIMIT`], else by a bucket.
    Zip {
        /// The file.
        path: PathBuf,
        /// The bucket for a large one.
        bucket: Option<String>,
    },
    /// Upload from OBS: the object's URL.
    Obs(String),
}

/// A dependency whose rules are checked.
#[derive(Clone, Debug)]
pub(crate) struct PreparedDependency {
    /// As it is sent, but for the link to what has to be uploaded first.
    body: NewDependencyVersion,
    /// What has to be uploaded first.
    pub(crate) upload: Option<Upload>,
}

impl PreparedDependency {
    /// The dependency as it is sent, with what was uploaded for it.
    pub(crate) fn into_body(self, uploaded: Option<&Uploaded>) -> NewDependencyVersion {
        let mut body = self.body;
        if let Some(uploaded) = uploaded {
            body.depend_type = "obs".to_owned();
            body.depend_link = Some(uploaded.link.clone());
        }
        body
    }
}

/// A dependency to create, or one more version of it.
#[derive(Clone, Debug)]
pub(crate) struct NewDependency {
    /// See [`rule::dependency_name`].
    pub(crate) name: String,
    /// The runtime that it is for.
    pub(crate) runtime: String,
    /// The archive.
    pub(crate) source: DependencySource,
    /// Free text.
    pub(crate) description: Option<String>,
}

impl NewDependency {
    /// The dependency as it is sent: its rules checked, its archive read.
    ///
    /// # Errors
    /// A broken rule, a file that is no ZIP or too large. Nothing was sent.
    pub(crate) fn prepare(self) -> Result<PreparedDependency, AppError> {
        rule::dependency_name(&self.name)?;
        rule::runtime(&self.runtime)?;
        rule::description(self.description.as_deref().unwrap_or_default())?;
        let mut body = NewDependencyVersion {
            name: self.name,
            runtime: self.runtime,
            description: self.description,
            ..NewDependencyVersion::default()
        };
        let mut upload = None;
        match self.source {
            DependencySource::Zip { path, bucket } => {
                let size = package::size(&path, rule::OBS_ARCHIVE_LIMIT)?;
                if size > rule::DEPENDENCY_UPLOAD_LIMIT {
                    let bucket = bucket.ok_or_else(|| bucket_wanted(&path, size))?;
                    rule::bucket_name(&bucket)?;
                    let (files, notes) = package::inspect(&path, rule::OBS_ARCHIVE_LIMIT)?;
                    check_archive(&path, files, &notes)?;
                    upload = Some(Upload { path, bucket });
                } else {
                    let archive = package::read(&path, rule::DEPENDENCY_UPLOAD_LIMIT)?;
                    check_archive(&path, archive.files, &archive.notes)?;
                    body.depend_type = "zip".to_owned();
                    body.depend_file = Some(STANDARD.encode(&archive.bytes));
                }
            }
            DependencySource::Obs(url) => {
                rule::object_url(&url)?;
                body.depend_type = "obs".to_owned();
                body.depend_link = Some(url);
            }
        }
        Ok(PreparedDependency { body, upload })
    }
}

/// The ZIP is too large to be sent directly, and nothing says where else it may go.
fn bucket_wanted(path: &Path, size: u64) -> AppError {
    let text = format!(
        "`{}` has {size} bytes, more than the {} that are uploaded directly: a larger one goes by way of a bucket",
        path.display(),
        rule::DEPENDENCY_UPLOAD_LIMIT
    );
    AppError::refused(
        text,
        &[
            "name a bucket of yours in the function's region: --bucket NAME",
            "or upload it yourself, and give its URL in place of --zip: --obs-url URL",
        ],
    )
}

/// Refuses before the upload what the service refuses after it.
fn check_archive(path: &Path, files: usize, notes: &[package::Note]) -> Result<(), AppError> {
    if files > rule::DEPENDENCY_FILES {
        let text = format!(
            "`{}` holds {files} files, and a dependency at most {}",
            path.display(),
            rule::DEPENDENCY_FILES
        );
        return Err(AppError::refused(text, &[]));
    }
    let backups = notes
        .iter()
        .find(|note| matches!(note, package::Note::BackupsInside { .. }));
    match backups {
        Some(note) => {
            let hint = format!("zip --delete '{}' '*~'", path.display());
            Err(AppError::refused(format!("`{}` {note}", path.display()), &[&hint]))
        }
        None => Ok(()),
    }
}

/// What is laid over which function's code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attachment<'a> {
    /// The dependency's name or id.
    pub(crate) dependency: &'a str,
    /// The function's name or URN.
    pub(crate) function: &'a str,
    /// The function's code, a folder or a ZIP, for a service that wants it sent along.
    pub(crate) code: Option<&'a Path>,
}

impl App {
    /// The account's own dependencies.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn dependencies(&self, limit: Option<usize>) -> Result<Vec<Dependency>, AppError> {
        let first = ListDependencies {
            dependency_type: Some(PRIVATE.to_owned()),
            ..ListDependencies::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The dependency of this name or id; `id` is the dependency's.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn dependency(&self, name: &str) -> Result<Dependency, AppError> {
        pick("dependency", name, self.dependencies(None).await?, |item| {
            (&item.id, &item.name)
        })
    }

    /// The versions of a dependency, newest first; `id` of an item is the version's.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn dependency_versions(&self, name: &str) -> Result<Vec<Dependency>, AppError> {
        let dependency = self.dependency(name).await?;
        let first = ListDependencyVersion {
            depend_id: dependency.id,
            ..ListDependencyVersion::default()
        };
        let mut versions = self.cloud.list(first, None).await?;
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        Ok(versions)
    }

    /// The newest version of a dependency, or the one of the number `version`.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub(crate) async fn dependency_version(&self, name: &str, version: Option<i64>) -> Result<Dependency, AppError> {
        let versions = self.dependency_versions(name).await?;
        let found = versions
            .into_iter()
            .find(|item| version.is_none_or(|wanted| item.version == wanted));
        found.ok_or_else(|| {
            let wanted = version.map(|version| version.to_string()).unwrap_or_default();
            AppError::not_found("version", &wanted, Vec::new()).at(format!("of the dependency `{name}`"))
        })
    }

    /// Creates the dependency that [`PreparedDependency::into_body`] made, or one more version of it.
    ///
    /// # Errors
    /// The service refuses, and nothing was created; or it has another ZIP afterwards than was sent.
    pub(crate) async fn create_dependency(&self, body: NewDependencyVersion) -> Result<Dependency, AppError> {
        let sent = body.depend_file.clone();
        let created = self.cloud.send(&CreateDependencyVersion { body }).await?;
        check_version(sent.as_deref(), &created)?;
        Ok(created)
    }

    /// Deletes the version of the number `version` of a dependency, or all its versions, newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; a function still uses it; the service refuses.
    pub(crate) async fn delete_dependency(
        &self,
        name: &str,
        version: Option<i64>,
    ) -> Result<Vec<Dependency>, AppError> {
        let versions = match version {
            Some(_) => vec![self.dependency_version(name, version).await?],
            None => self.dependency_versions(name).await?,
        };
        for item in &versions {
            let (depend_id, version) = (item.dep_id.clone(), item.version.to_string());
            self.cloud.send(&DeleteDependencyVersion { depend_id, version }).await?;
        }
        Ok(versions)
    }

    /// Adds a dependency's newest version, or the one of the number `version`, to what is laid over a function's
    /// code, in place of other versions of it. Says whether anything changed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; the service refuses, or did not keep the function's code.
    pub(crate) async fn attach_dependency(
        &self,
        attachment: Attachment<'_>,
        version: Option<i64>,
    ) -> Result<(Dependency, bool), AppError> {
        let current = self.function_code(attachment.function).await?;
        let versions = self.dependency_versions(attachment.dependency).await?;
        let wanted = self.dependency_version(attachment.dependency, version).await?;
        let is_version = |id: &String| versions.iter().any(|item| item.id == *id);
        let mut list = current.depend_version_list.clone();
        let at = list.iter().position(is_version).unwrap_or(list.len());
        list.retain(|id| !is_version(id));
        list.insert(at, wanted.id.clone());
        if list.len() > rule::DEPENDENCIES_PER_FUNCTION {
            let text = format!(
                "a function has at most {} dependencies",
                rule::DEPENDENCIES_PER_FUNCTION
            );
            let hint = format!("fgctl dependency detach NAME --function {}", attachment.function);
            return Err(AppError::refused(text, &[&hint]));
        }
        let changed = list != current.depend_version_list;
        if changed {
            self.set_dependencies(attachment, &current, list).await?;
        }
        Ok((wanted, changed))
    }

    /// Takes a dependency, whatever its version, off a function. Says whether anything changed.
    ///
    /// # Errors
    /// As [`App::attach_dependency`].
    pub(crate) async fn detach_dependency(&self, attachment: Attachment<'_>) -> Result<bool, AppError> {
        let current = self.function_code(attachment.function).await?;
        let versions = self.dependency_versions(attachment.dependency).await?;
        let mut list = current.depend_version_list.clone();
        list.retain(|id| !versions.iter().any(|item| item.id == *id));
        let changed = list != current.depend_version_list;
        if changed {
            self.set_dependencies(attachment, &current, list).await?;
        }
        Ok(changed)
    }

    async fn function_code(&self, function: &str) -> Result<FunctionCode, AppError> {
        // The configuration first: its "not found" knows similar names.
        self.function(function).await?;
        Ok(self
            .cloud
            .send(&ShowFunctionCode {
                function_urn: self.function_urn(function)?,
            })
            .await?)
    }

    /// Replaces the list. The operation wants the code's type too; the code goes along where it is given or the
    /// service showed it inline. Otherwise it is left out: whether the real service keeps it then is not documented,
    /// so both its refusal and another digest afterwards are told for what they are.
    async fn set_dependencies(
        &self,
        attachment: Attachment<'_>,
        current: &FunctionCode,
        list: Vec<String>,
    ) -> Result<(), AppError> {
        let function = attachment.function;
        let mut body = stored_code(current);
        if let Some(code) = attachment.code {
            body = self.new_code(function, CodeInput::from(code.to_owned())).await?;
        }
        body.depend_version_list = Some(list);
        let sent = body.func_code.is_some();
        let function_urn = self.function_urn(function)?;
        let answer = self.cloud.send(&UpdateFunctionCode { function_urn, body }).await;
        match answer {
            Err(error) if !sent && is_about_code(&error) => Err(AppError::CodeWanted {
                function: function.to_owned(),
                source: Box::new(error),
            }),
            Ok(code) if !sent && is_other_code(current, &code) => {
                let text = format!("the service did not keep the code of `{function}`: its digest has changed");
                let hint = format!("fgctl function code update {function} --code DIR");
                Err(AppError::refused(text, &[&hint]))
            }
            answer => Ok(answer.map(|_| ())?),
        }
    }
}

/// What a function's code was set with, as far as the service shows it.
fn stored_code(current: &FunctionCode) -> NewCode {
    let inline = current.func_code.as_ref().filter(|code| !code.file.is_empty());
    let url = current
        .other
        .get("code_url")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    NewCode {
        code_type: current.code_type.clone(),
        code_filename: Some(current.code_filename.clone()).filter(|name| !name.is_empty()),
        code_url: (current.code_type == "obs").then(|| url.to_owned()),
        func_code: inline.map(|code| FuncCode {
            file: code.file.clone(),
            link: String::new(),
        }),
        depend_version_list: None,
    }
}

/// Whether the service refused for want of the code, or could not read it.
fn is_about_code(error: &ApiError) -> bool {
    [codes::functiongraph::CODE.code, codes::functiongraph::CODE_MISSING.code]
        .iter()
        .any(|code| error.code() == Some(code))
}

/// Whether `after` is other code than `before`, as far as both say.
fn is_other_code(before: &FunctionCode, after: &FunctionCode) -> bool {
    !before.digest.is_empty() && !after.digest.is_empty() && before.digest != after.digest
}

#[cfg(test)]
mod tests {
    use super::{App, AppError, Attachment, Dependency};
    use crate::cloud::fake::Script;
    use crate::cloud::{Cloud, Endpoints, Target};
    use crate::sign::{Credentials, Secret};
    use crate::socket::{Connector, Options};
    use std::sync::Arc;

    const CONFIG: &str = r#"{"func_urn":"urn:fss:r:p:function:default:f","func_name":"f","runtime":"http"}"#;
    const LIST: &str = r#"{"count":1,"next_marker":1,"dependencies":[{"id":"d1","name":"ws","version":1}]}"#;
    const VERSIONS: &str =
        r#"{"count":1,"next_marker":1,"dependencies":[{"id":"v1","dep_id":"d1","name":"ws","version":1}]}"#;

    fn code(digest: &str) -> String {
        format!(
            r#"{{"func_urn":"u","func_name":"f","code_type":"zip","digest":"{digest}","func_code":{{"file":"","link":"https://x"}},"depend_version_list":[]}}"#
        )
    }

    /// What comes of attaching where the service answers `status` and `body` to the change.
    async fn attach(status: u16, body: &str) -> (Result<(Dependency, bool), AppError>, Arc<Script>) {
        let script = Script::new().answer(200, CONFIG).answer(200, &code("before"));
        let script = script.answer(200, LIST).answer(200, VERSIONS).answer(200, LIST);
        let script = Arc::new(script.answer(200, VERSIONS).answer(status, body));
        let target = Target {
            endpoints: Endpoints::new(|_| "https://service.example".to_owned()),
            region: "r".to_owned(),
            project_id: Some("p".to_owned()),
            domain_id: None,
            credentials: Credentials {
                access_key: "AK".to_owned(),
                secret_key: Secret::new("SK"),
                security_token: None,
            }
            .into(),
            cache: None,
        };
        let cloud = Cloud::over(target, script.clone()).await.unwrap();
        let attachment = Attachment {
            dependency: "ws",
            function: "f",
            code: None,
        };
        let app = App::new(cloud, Connector::new(Options::default()));
        (app.attach_dependency(attachment, None).await, script)
    }

    #[tokio::test]
    async fn a_service_that_keeps_the_code_is_sent_none() {
        let (outcome, script) = attach(200, &code("before")).await;
        assert!(outcome.unwrap().1);
        let sent: serde_json::Value = serde_json::from_slice(&script.seen().pop().unwrap().body).unwrap();
        assert_eq!(sent["depend_version_list"], serde_json::json!(["v1"]));
        assert_eq!(
            sent.get("func_code"),
            None,
            "an empty one would stand for the service's sample code"
        );
    }

    #[tokio::test]
    async fn a_service_that_wants_the_code_or_loses_it_is_told() {
        for code in ["FSS.1011", "FSS.1012"] {
            let body = format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
            let error = attach(400, &body).await.0.unwrap_err();
            assert!(matches!(error, AppError::CodeWanted { .. }), "{error}");
            assert_eq!(error.hints(), ["send it along: add --code DIR"]);
        }
        let error = attach(200, &code("after")).await.0.unwrap_err();
        assert!(error.to_string().contains("did not keep the code of `f`"), "{error}");
        assert_eq!(error.hints(), ["fgctl function code update f --code DIR"]);
    }
}
