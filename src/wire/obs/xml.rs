//! XML in requests and answers, and the form of errors.

use super::{Answer, ShapeError, Written};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What begins every document.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A text is no XML, or XML of another form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    /// It cannot be read.
    #[error("it is no XML of the operation")]
    Read(#[from] quick_xml::DeError),
    /// It cannot be written.
    #[error("it cannot be written as XML")]
    Write(#[from] quick_xml::SeError),
    /// It is no text at all.
    #[error("it is no UTF-8 text")]
    NoText(#[from] std::str::Utf8Error),
}

/// A type that is a document.
pub(crate) trait Root: Serialize + DeserializeOwned + Send {
    /// The name of its element.
    const ROOT: &'static str;
}

/// `document` as text.
///
/// # Errors
/// A fault of fgctl.
pub(super) fn write<T: Root>(document: &T) -> Result<String, XmlError> {
    let text = quick_xml::se::to_string_with_root(T::ROOT, document)?;
    Ok(format!("{DECLARATION}{text}"))
}

/// The document in `text`.
///
/// # Errors
/// It is no XML, or other XML.
pub(super) fn read<T: Root>(text: &str) -> Result<T, XmlError> {
    Ok(quick_xml::de::from_str(text)?)
}

/// An answer that is a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Xml<T>(pub(crate) T);

impl<T: Root> Answer for Xml<T> {
    fn write(&self) -> Result<Written, ShapeError> {
        Ok((Vec::new(), Some(write(&self.0)?)))
    }

    fn read(_headers: &[(String, String)], body: &[u8]) -> Result<Self, ShapeError> {
        let text = std::str::from_utf8(body).map_err(XmlError::from)?;
        Ok(Self(read(text)?))
    }
}

/// What a refusal says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    /// `NoSuchKey`.
    #[serde(rename = "Code")]
    pub(crate) code: String,
    /// In English.
    #[serde(rename = "Message")]
    pub(crate) message: String,
    /// Under which the cloud's support finds the call.
    #[serde(rename = "RequestId")]
    pub(crate) request_id: String,
    /// Which machine answered.
    #[serde(rename = "HostId")]
    pub(crate) host_id: String,
    /// The path that was asked for.
    #[serde(rename = "Resource", skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
}

impl Root for ErrorBody {
    const ROOT: &'static str = "Error";
}

impl ErrorBody {
    /// As text.
    ///
    /// # Errors
    /// A fault of fgctl.
    pub(crate) fn text(&self) -> Result<String, XmlError> {
        write(self)
    }
}

/// What `body` says, if it is a refusal in XML.
pub(crate) fn read_error(body: &[u8]) -> Option<ErrorBody> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.trim_start().trim_start_matches('\u{feff}');
    let root = match text.strip_prefix("<?") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    if !root.starts_with("<Error") {
        return None;
    }
    let error: ErrorBody = read(text).ok()?;
    (!error.code.is_empty()).then_some(error)
}
