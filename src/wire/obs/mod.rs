//! Object storage (OBS): operations whose requests and answers are headers, XML and streams instead of JSON.
//!
//! The same idea as [`super::operation`], and a trait of its own, because hardly a rule is the same: an operation is a
//! struct of its input, and where a field goes follows from its name. `bucket` and `key` say what it is about, `meta`
//! is the object's own metadata, a name in [`ObsOperation::HEADERS`] is a header, every other field is a parameter of
//! the query. The client takes an operation apart with [`ObsParts::of`]; the local cloud finds the operation by
//! method, target and marks, and puts it together with [`assemble`]. Each is signed by the scheme of `sign::obs`.
//! Source: OBS API Reference.

pub(crate) mod bucket;
pub(crate) mod multipart;
pub(crate) mod object;
#[cfg(test)]
mod tests;
mod xml;

pub(crate) use xml::{ErrorBody, Xml, XmlError, read_error};

use super::operation::{Method, ShapeError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// What the headers of an object's own metadata begin with.
pub(crate) const META: &str = "x-obs-meta-";

/// What of the service an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// All of it.
    Service,
    /// A bucket.
    Bucket,
    /// An object in a bucket.
    Object,
}

/// What a request carries besides its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing.
    Nothing,
    /// XML, which is part of the operation.
    Xml,
    /// Bytes of an object, which stand beside the operation.
    Stream,
}

/// One operation of object storage: the struct that implements it is its input.
pub(crate) trait ObsOperation: Serialize + DeserializeOwned + Send + Sync {
    /// The vendor's name, as in its API Reference.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// What it is about.
    const TARGET: Target;
    /// Parameters that are always there, and tell it from others of the same method and target.
    const MARKS: &'static [&'static str] = &[];
    /// The fields that are headers, in lower case.
    const HEADERS: &'static [&'static str] = &[];
    /// What it carries.
    const BODY: Body = Body::Nothing;
    /// The status of success.
    const SUCCESS: u16 = 200;
    /// What a success answers.
    type Output: Answer;

    /// The XML that it carries.
    ///
    /// # Errors
    /// It cannot be written as XML.
    fn xml(&self) -> Result<Option<String>, XmlError> {
        Ok(None)
    }

    /// Takes the XML that it carries.
    ///
    /// # Errors
    /// It is no XML, or other XML.
    fn set_xml(&mut self, _text: &str) -> Result<(), XmlError> {
        Ok(())
    }
}

/// Headers, names in lower case, and XML.
pub(crate) type Written = (Vec<(String, String)>, Option<String>);

/// What a success answers, besides an object's bytes.
pub(crate) trait Answer: Sized + Send {
    /// Headers and XML.
    ///
    /// # Errors
    /// A fault of fgctl.
    fn write(&self) -> Result<Written, ShapeError>;
    /// From headers, whose names are in lower case, and XML.
    ///
    /// # Errors
    /// Something is missing, or is no XML.
    fn read(headers: &[(String, String)], body: &[u8]) -> Result<Self, ShapeError>;
}

impl Answer for () {
    fn write(&self) -> Result<Written, ShapeError> {
        Ok((Vec::new(), None))
    }

    fn read(_headers: &[(String, String)], _body: &[u8]) -> Result<Self, ShapeError> {
        Ok(())
    }
}

/// An answer that is headers alone: each field of `T` is one, by its name in lower case; `meta` as in a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Headers<T>(pub(crate) T);

impl<T: Serialize + DeserializeOwned + Send> Answer for Headers<T> {
    fn write(&self) -> Result<Written, ShapeError> {
        let Value::Object(mut fields) = serde_json::to_value(&self.0)? else {
            return Err(ShapeError::Input("Headers", "it is no struct".to_owned()));
        };
        let mut headers = meta_headers(fields.remove("meta"));
        headers.extend(
            fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, text_of(&value)?))),
        );
        Ok((headers, None))
    }

    fn read(headers: &[(String, String)], _body: &[u8]) -> Result<Self, ShapeError> {
        let mut fields = Map::new();
        let mut meta = Map::new();
        for (name, value) in headers {
            match name.strip_prefix(META) {
                Some(own) => meta.insert(own.to_owned(), value.clone().into()),
                None => fields.insert(name.clone(), value.clone().into()),
            };
        }
        fields.insert("meta".to_owned(), meta.into());
        Ok(Self(serde_json::from_value(Value::Object(fields))?))
    }
}

/// A request taken apart, ready to be signed and sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ObsParts {
    /// The bucket, where it is about one.
    pub(crate) bucket: Option<String>,
    /// The object's key, where it is about one.
    pub(crate) key: Option<String>,
    /// Decoded pairs; nothing for a name without `=`.
    pub(crate) query: Vec<(String, Option<String>)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The XML that it carries.
    pub(crate) xml: Option<String>,
}

impl ObsParts {
    /// Takes `operation` apart. Options that are not set are left out.
    ///
    /// # Errors
    /// [`ShapeError`]: it lacks a bucket or a key, or cannot be written as XML.
    pub(crate) fn of<O: ObsOperation>(operation: &O) -> Result<Self, ShapeError> {
        let mut fields = match serde_json::to_value(operation)? {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        let mut named = |name: &str, wanted: bool| match (wanted, fields.remove(name)) {
            (true, Some(Value::String(text))) if !text.is_empty() => Ok(Some(text)),
            (true, _) => Err(ShapeError::Input(O::NAME, format!("`{name}` is empty"))),
            (false, _) => Ok(None),
        };
        let bucket = named("bucket", O::TARGET != Target::Service)?;
        let key = named("key", O::TARGET == Target::Object)?;
        let mut headers = meta_headers(fields.remove("meta"));
        let mut query = Vec::new();
        for name in O::MARKS {
            query.push(((*name).to_owned(), fields.remove(*name).as_ref().and_then(text_of)));
        }
        for (name, value) in fields {
            let Some(text) = text_of(&value) else { continue };
            match O::HEADERS.contains(&name.as_str()) {
                true => headers.push((name, text)),
                false => query.push((name, Some(text))),
            }
        }
        Ok(Self {
            bucket,
            key,
            query,
            headers,
            xml: operation.xml()?,
        })
    }
}

/// What a request brought, decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought<'a> {
    /// The bucket.
    pub(crate) bucket: Option<&'a str>,
    /// The object's key.
    pub(crate) key: Option<&'a str>,
    /// The pairs of its query.
    pub(crate) query: &'a [(String, Option<String>)],
    /// Its headers, names in lower case.
    pub(crate) headers: &'a [(String, String)],
    /// Its body, where that is XML.
    pub(crate) xml: &'a str,
}

/// Whether `query` has every mark of `O`, and so asks for it.
pub(crate) fn is_marked<O: ObsOperation>(query: &[(String, Option<String>)]) -> bool {
    O::MARKS
        .iter()
        .all(|mark| query.iter().any(|(name, _)| name.eq_ignore_ascii_case(mark)))
}

/// Puts an operation together from what a request brought. Headers and parameters that it has no field for are left
/// out; of a repeated name the first counts.
///
/// # Errors
/// [`ShapeError`] when a value does not fit; its text names the field.
pub(crate) fn assemble<O: ObsOperation>(brought: Brought<'_>) -> Result<O, ShapeError> {
    let mut fields = Map::new();
    let mut meta = Map::new();
    let query = brought.query.iter();
    let query = query.filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    for (name, value) in query.filter(|(name, _)| !O::HEADERS.contains(name)) {
        fields.entry(name).or_insert_with(|| value.into());
    }
    for (name, value) in brought.headers {
        if let Some(own) = name.strip_prefix(META) {
            meta.entry(own).or_insert_with(|| value.as_str().into());
        } else if O::HEADERS.contains(&name.as_str()) {
            fields.entry(name).or_insert_with(|| value.as_str().into());
        }
    }
    for (name, value) in [("bucket", brought.bucket), ("key", brought.key)] {
        fields.remove(name);
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    }
    fields.insert("meta".to_owned(), meta.into());
    let mut operation: O = serde_json::from_value(Value::Object(fields))?;
    if O::BODY == Body::Xml && !brought.xml.trim().is_empty() {
        operation.set_xml(brought.xml)?;
    }
    Ok(operation)
}

fn meta_headers(meta: Option<Value>) -> Vec<(String, String)> {
    let Some(Value::Object(meta)) = meta else {
        return Vec::new();
    };
    meta.into_iter()
        .filter_map(|(name, value)| Some((format!("{META}{name}"), text_of(&value)?)))
        .collect()
}

/// A scalar as it stands in a header or a query.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
