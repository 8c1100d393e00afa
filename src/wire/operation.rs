//! One call of the cloud's REST API as a value, and the two directions of it.
//!
//! An operation is a struct of its input. Where a field goes follows from its name, by one rule for all:
//! a field named in [`Operation::PATH`] goes into the path, one named in [`Operation::HEADERS`] is a header, the field
//! `body` is the JSON body, and every other field is a query parameter. The client takes an operation apart with [`Parts::of`]; the local cloud
//! puts the same operation together with [`assemble`]. So neither can disagree with the other on where
//! a value goes, and a test against the vendor's own clients guards both.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A service of the cloud: each has a host of its own, and one port of the local cloud serves them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    /// FunctionGraph: functions, dependencies and triggers.
    FunctionGraph,
    /// API Gateway: dedicated gateways, groups, environments and APIs.
    Apig,
    /// Virtual Private Cloud: networks, subnets and security groups.
    Vpc,
    /// Identity and Access Management: projects.
    Iam,
    /// Enterprise Project Management Service.
    Eps,
    /// Object storage: buckets and objects. Its operations are those of [`super::obs`].
    Obs,
}

impl Service {
    /// Every service, in the order in which they are shown.
    pub(crate) const ALL: [Self; 6] = [
        Self::FunctionGraph,
        Self::Apig,
        Self::Vpc,
        Self::Iam,
        Self::Eps,
        Self::Obs,
    ];

    /// The first label of the service's host name, also its name in `--endpoint SERVICE=URL`.
    pub(crate) fn host_label(self) -> &'static str {
        match self {
            Self::FunctionGraph => "functiongraph",
            Self::Apig => "apig",
            Self::Vpc => "vpc",
            Self::Iam => "iam",
            Self::Eps => "eps",
            Self::Obs => "obs",
        }
    }
}

/// The HTTP methods that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads; safe to repeat.
    Get,
    /// Creates, or acts; never repeated blindly.
    Post,
    /// Replaces; safe to repeat.
    Put,
    /// Removes; safe to repeat.
    Delete,
    /// Reads the headers alone; safe to repeat.
    Head,
}

impl Method {
    /// The method as it stands in a request line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
    }

    /// Whether sending the same request twice leaves the cloud as sending it once would.
    pub(crate) fn is_idempotent(self) -> bool {
        self != Self::Post
    }
}

/// What a request is about, and so which identifying header it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A regional service: `X-Project-Id`.
    Project,
    /// A global service: `X-Domain-Id`.
    Domain,
    /// The look-ups that find those ids: neither header.
    Account,
}

/// The usual source of an operation: its page in the API Reference, and its method in the official SDKs.
pub(crate) const REFERENCE: &str = "API Reference and SDK";

/// One operation of the cloud's API: the struct that implements it is its input.
pub(crate) trait Operation: Serialize + DeserializeOwned + Send + Sync {
    /// The vendor's name, as in its SDKs and its API Reference.
    const NAME: &'static str;
    /// The service that answers it.
    const SERVICE: Service;
    /// The HTTP method.
    const METHOD: Method;
    /// The path, with `{project_id}` and the input's own fields in braces.
    const PATH: &'static str;
    /// The statuses that mean success; the local cloud answers the first.
    const SUCCESS: &'static [u16];
    /// The fields that travel as headers, each with its header's name.
    const HEADERS: &'static [(&'static str, &'static str)] = &[];
    /// Whether the body is the caller's own, in which a null means something and is kept.
    const OWN_BODY: bool = false;
    /// Which identifying header goes with it.
    const SCOPE: Scope = Scope::Project;
    /// Whether a request needs a signature or a token; one that does not proves in its body who asks.
    const AUTHENTICATED: bool = true;
    /// Who tells of it.
    const SOURCE: &'static str = REFERENCE;
    /// What [`Self::SOURCE`] does not tell, each with what the local cloud does about it.
    const UNKNOWN: &'static [&'static str] = &[];
    /// What a success answers; `()` for an empty body.
    type Output: Serialize + DeserializeOwned + Send;
}

/// An operation that answers one page of a list.
pub(crate) trait Listing: Operation + Clone {
    /// What is listed.
    type Item: Send;
    /// The items of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;
    /// The request for the page after `page`, or nothing when that was the last.
    fn after(&self, page: &Self::Output) -> Option<Self>;
}

/// A request taken apart, ready to be signed and sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parts {
    /// Percent-encoded once; signing never encodes it again.
    pub(crate) path: String,
    /// Decoded pairs.
    pub(crate) query: Vec<(String, String)>,
    /// Names and values, besides those that every request has.
    pub(crate) headers: Vec<(String, String)>,
    /// The JSON text, where the operation has a body.
    pub(crate) body: Option<Vec<u8>>,
}

/// Why an operation could not be taken apart or put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShapeError {
    /// An input that is no struct, or a field that has no place; a fault of fgctl.
    #[error("the operation {0} has an input that cannot be sent: {1}")]
    Input(&'static str, String),
    /// A value of the request does not fit the operation.
    #[error("{0}")]
    Value(#[from] serde_json::Error),
    /// The body is not the XML of the operation.
    #[error(transparent)]
    Xml(#[from] super::obs::XmlError),
}

/// Everything but RFC 3986's unreserved characters, as the vendor's clients encode a path parameter.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `text` as one segment of a path.
pub(crate) fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

impl Parts {
    /// Takes `operation` apart for a caller whose project is `project_id`. Options that are not set are left out.
    ///
    /// # Errors
    /// [`ShapeError::Input`] when the operation's struct has no value for a placeholder of its path.
    pub(crate) fn of<O: Operation>(operation: &O, project_id: &str) -> Result<Self, ShapeError> {
        let bad = |why: String| ShapeError::Input(O::NAME, why);
        let mut fields = match serde_json::to_value(operation)? {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            other => return Err(bad(format!("`{other}` is no object"))),
        };
        let mut path = String::with_capacity(O::PATH.len() + 64);
        for segment in O::PATH.split('/').skip(1) {
            path.push('/');
            match placeholder(segment) {
                None => path.push_str(segment),
                Some("project_id") => path.push_str(&encode_segment(project_id)),
                Some(name) => match fields.remove(name).as_ref().and_then(text_of) {
                    Some(text) if !text.is_empty() => path.push_str(&encode_segment(&text)),
                    _ => return Err(bad(format!("`{name}` of its path is empty"))),
                },
            }
        }
        let body = match fields.remove("body") {
            None => None,
            Some(value) if O::OWN_BODY => Some(serde_json::to_vec(&value)?),
            Some(value) => Some(serde_json::to_vec(&without_nulls(value))?),
        };
        let headers = O::HEADERS.iter().filter_map(|(field, header)| {
            let text = text_of(&fields.remove(*field)?)?;
            Some(((*header).to_owned(), text))
        });
        let headers = headers.collect();
        let mut query = Vec::new();
        for (name, value) in fields {
            match value {
                Value::Null => {}
                Value::Array(items) => {
                    query.extend(items.iter().filter_map(text_of).map(|text| (name.clone(), text)));
                }
                value => query.extend(text_of(&value).map(|text| (name, text))),
            }
        }
        Ok(Self {
            path,
            query,
            headers,
            body,
        })
    }
}

/// Puts the input of an operation together, as JSON, from what a request brought: the decoded fields of its path and its
/// headers, the decoded pairs of its query (a repeated name becomes a list) and its JSON body. Where the body is not the
/// caller's own ([`Operation::OWN_BODY`]), it is [`without_nulls`].
pub(crate) fn assemble(
    path: impl IntoIterator<Item = (String, String)>,
    query: impl IntoIterator<Item = (String, String)>,
    body: Option<Value>,
) -> Value {
    let mut fields = Map::new();
    for (name, text) in query {
        match fields.get_mut(&name) {
            Some(Value::Array(items)) => items.push(Value::String(text)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::String(text)]),
            None => {
                fields.insert(name, Value::String(text));
            }
        }
    }
    fields.extend(path.into_iter().map(|(name, text)| (name, Value::String(text))));
    match body {
        Some(body) => drop(fields.insert("body".to_owned(), body)),
        None => drop(fields.remove("body")),
    }
    Value::Object(fields)
}

/// The name within `{...}`, where `segment` is a placeholder.
pub(crate) fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A scalar as it stands in a path or a query.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `value` without members that are null: "not set" is said by leaving a member out.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        other => other,
    }
}

/// Reads a query parameter that may be there once or several times.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(text) => vec![text],
        OneOrMore::More(texts) => texts,
    })
}

/// Serde helpers for numbers that arrive as text in a query.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, de::Error};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Number(i64),
        Text(String),
    }

    /// Reads a whole number written as a number or as text.
    pub(crate) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        match Option::<TextOrNumber>::deserialize(deserializer)? {
            None => Ok(None),
            Some(TextOrNumber::Number(number)) => Ok(Some(number)),
            Some(TextOrNumber::Text(text)) if text.is_empty() => Ok(None),
            Some(TextOrNumber::Text(text)) => text
                .parse()
                .map(Some)
                .map_err(|_| D::Error::custom(format!("`{text}` is no whole number"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Method, Operation, Parts, Service, assemble};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Rename {
        urn: String,
        #[serde(default, deserialize_with = "super::number::option")]
        limit: Option<i64>,
        #[serde(default)]
        name: Vec<String>,
        body: Body,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        to: String,
        remark: Option<String>,
    }

    impl Operation for Rename {
        const NAME: &'static str = "Rename";
        const SERVICE: Service = Service::FunctionGraph;
        const METHOD: Method = Method::Put;
        const PATH: &'static str = "/v2/{project_id}/things/{urn}/name";
        const SUCCESS: &'static [u16] = &[200];
        type Output = ();
    }

    #[test]
    fn each_field_goes_where_its_name_says() {
        let rename = Rename {
            urn: "urn:fss:!prod".to_owned(),
            limit: Some(5),
            name: vec!["a".to_owned(), "b".to_owned()],
            body: Body {
                to: "c".to_owned(),
                remark: None,
            },
        };
        let parts = Parts::of(&rename, "p1").unwrap();
        assert_eq!(parts.path, "/v2/p1/things/urn%3Afss%3A%21prod/name");
        assert_eq!(
            parts.query,
            [("limit", "5"), ("name", "a"), ("name", "b")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
        assert_eq!(parts.body.as_deref(), Some(br#"{"to":"c"}"#.as_slice()));
    }

    #[test]
    fn an_empty_path_field_is_refused_before_it_addresses_something_else() {
        let rename = Rename {
            urn: String::new(),
            limit: None,
            name: vec![],
            body: Body {
                to: String::new(),
                remark: None,
            },
        };
        let error = Parts::of(&rename, "p1").unwrap_err().to_string();
        assert!(error.contains("`urn` of its path is empty"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_taken_apart_goes_together_again(
            urn in "\\PC{1,40}", limit in any::<Option<i64>>(), name in proptest::collection::vec("\\PC{0,9}", 2..5),
            to in any::<String>(), remark in any::<Option<String>>(),
        ) {
            let rename = Rename { urn, limit, name, body: Body { to, remark } };
            let parts = Parts::of(&rename, "p1").unwrap();
            let segment = parts.path.split('/').nth(4).unwrap();
            let urn = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into_owned();
            let body = serde_json::from_slice(parts.body.as_deref().unwrap()).unwrap();
            let again = assemble([("urn".to_owned(), urn)], parts.query, Some(body));
            let again: Rename = serde_json::from_value(again).unwrap();
            prop_assert_eq!(again, rename);
        }
    }
}
