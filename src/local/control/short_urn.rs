//! The short forms of a function's URN that a path may hold, told apart by the number of their fields.
//! Source: FunctionGraph API Reference, "Function Model".

use super::super::Account;
use super::refusal::Refusal;
use crate::codes::functiongraph;
use crate::wire::FunctionUrn;
use crate::wire::urn::DEFAULT_PACKAGE;

/// The full form of `text`: 1 field is a name, 2 a package and a name, 3 have the project before them, 4 a version
/// or an alias after that, 7 and 8 are full.
///
/// # Errors
/// 400 `FSS.1309` for anything else.
pub(super) fn expand(text: &str, account: &Account) -> Result<String, Refusal> {
    let fields: Vec<&str> = text.split(':').collect();
    let (project_id, package, name, qualifier) = match fields[..] {
        [name] => (account.project_id.as_str(), DEFAULT_PACKAGE, name, None),
        [package, name] => (account.project_id.as_str(), package, name, None),
        [project_id, package, name] => (project_id, package, name, None),
        [project_id, package, name, qualifier] => (project_id, package, name, Some(qualifier)),
        _ => return checked(text),
    };
    let urn = FunctionUrn {
        region: account.region.clone(),
        project_id: project_id.to_owned(),
        package: package.to_owned(),
        name: name.to_owned(),
        qualifier: qualifier.map(str::to_owned),
    };
    checked(&urn.to_string())
}

/// The function that `text` names, in any form.
///
/// # Errors
/// As [`expand`].
pub(super) fn read(text: &str, account: &Account) -> Result<FunctionUrn, Refusal> {
    let full = expand(text, account)?;
    full.parse()
        .map_err(|error| Refusal::because(functiongraph::FUNCTION_URN, error))
}

fn checked(text: &str) -> Result<String, Refusal> {
    match text.parse::<FunctionUrn>() {
        Ok(urn) => Ok(urn.to_string()),
        Err(error) => Err(Refusal::because(functiongraph::FUNCTION_URN, error)),
    }
}
