//! A function's Uniform Resource Name: seven fields, then perhaps a version or an alias.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The package that the console files functions under.
pub(crate) const DEFAULT_PACKAGE: &str = "default";

/// `urn:fss:{region}:{project_id}:function:{package}:{name}`, then optionally `:{version}` or `:!{alias}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct FunctionUrn {
    /// The region's id, `cn-east-3`.
    pub(crate) region: String,
    /// The project's id, 32 hex digits.
    pub(crate) project_id: String,
    /// The group of functions that it is filed under; `default` unless somebody chose another.
    pub(crate) package: String,
    /// The function's name.
    pub(crate) name: String,
    /// `latest`, another version, or `!` and an alias; nothing means `latest`.
    pub(crate) qualifier: Option<String>,
}

/// The text is no function URN.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no function URN: it should read urn:fss:REGION:PROJECT_ID:function:PACKAGE:NAME")]
pub(crate) struct UrnError(pub(crate) String);

impl FunctionUrn {
    /// The URN of the function `name` in the default package.
    pub(crate) fn new(region: &str, project_id: &str, name: &str) -> Self {
        Self {
            region: region.to_owned(),
            project_id: project_id.to_owned(),
            package: DEFAULT_PACKAGE.to_owned(),
            name: name.to_owned(),
            qualifier: None,
        }
    }

    /// The same function without version or alias: the form that updates and deletion want.
    pub(crate) fn unqualified(&self) -> Self {
        Self {
            qualifier: None,
            ..self.clone()
        }
    }

    /// The same function with `qualifier`, a version or `!` and an alias.
    pub(crate) fn qualified(&self, qualifier: &str) -> Self {
        Self {
            qualifier: Some(qualifier.to_owned()),
            ..self.clone()
        }
    }
}

impl fmt::Display for FunctionUrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            project_id,
            package,
            name,
            qualifier,
        } = self;
        write!(f, "urn:fss:{region}:{project_id}:function:{package}:{name}")?;
        match qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

impl FromStr for FunctionUrn {
    type Err = UrnError;

    fn from_str(text: &str) -> Result<Self, UrnError> {
        let fields: Vec<&str> = text.split(':').collect();
        let (["urn", "fss", region, project_id, "function", package, name], rest) = fields
            .split_first_chunk()
            .map(|(head, rest): (&[&str; 7], _)| (*head, rest))
            .ok_or_else(|| UrnError(text.to_owned()))?
        else {
            return Err(UrnError(text.to_owned()));
        };
        let qualifier = match rest {
            [] => None,
            [qualifier] if !qualifier.is_empty() => Some((*qualifier).to_owned()),
            _ => return Err(UrnError(text.to_owned())),
        };
        if [region, project_id, package, name].iter().any(|field| field.is_empty()) {
            return Err(UrnError(text.to_owned()));
        }
        Ok(Self {
            region: region.to_owned(),
            project_id: project_id.to_owned(),
            package: package.to_owned(),
            name: name.to_owned(),
            qualifier,
        })
    }
}

impl TryFrom<String> for FunctionUrn {
    type Error = UrnError;

    fn try_from(text: String) -> Result<Self, UrnError> {
        text.parse()
    }
}

impl From<FunctionUrn> for String {
    fn from(urn: FunctionUrn) -> Self {
        urn.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::FunctionUrn;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn reads_versions_and_aliases() {
        let urn = FunctionUrn::new("cn-east-3", "p1", "WebSocket-demo");
        for qualifier in ["latest", "v1.2_3", "!prod"] {
            let qualified = urn.qualified(qualifier);
            assert_eq!(qualified.to_string().parse::<FunctionUrn>().unwrap(), qualified);
            assert_eq!(qualified.unqualified(), urn);
        }
    }

    #[test]
    fn refuses_what_has_too_few_too_many_or_empty_fields() {
        for text in [
            "",
            "WebSocket-demo",
            "urn:fss:r:p:function:default:",
            "urn:fss:r:p:function:d:n:v:w",
            "urn:smn:r:p:function:d:n",
        ] {
            assert!(text.parse::<FunctionUrn>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_the_inverse_of_printing(name in "[A-Za-z][A-Za-z0-9_-]{0,20}", package in "[a-z]{1,9}", q in proptest::option::of("!?[a-z0-9]{1,9}")) {
            let urn = FunctionUrn { package, qualifier: q, ..FunctionUrn::new("r", "p", &name) };
            prop_assert_eq!(urn.to_string().parse::<FunctionUrn>().unwrap(), urn);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<FunctionUrn>();
        }
    }
}
